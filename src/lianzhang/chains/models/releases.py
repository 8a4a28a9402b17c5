"""What went out: the sums that persons without a grant may be shown, decided once for each snapshot and target list."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lianzhang.accounts.rules import Thing
from lianzhang.chains.models.analysis import Snapshot
from lianzhang.chains.models.schemes import Chain, OfChainQuerySet
from lianzhang.chains.models.targets import TargetList
from lianzhang.records.secrecy import Secrecy

TOTAL, CATEGORY, LIST = "total", "category:", "list:"


class Measure(models.TextChoices):
    """指标: what is summed. Amounts in 万元; the ratio is local ÷ placed."""

    PLACED = "placed_wan", _("产地明确的采购额")
    LOCAL = "local_wan", _("本市供应额")
    AMOUNT = "amount_wan", _("采购额")
    OUTSIDE = "outside_wan", _("市外采购额")
    NAMELESS = "nameless_wan", _("供应商未填")
    PROVINCE = "province_wan", _("省内供应额")
    NATION = "nation_wan", _("国内供应额")
    LOCAL_RATIO = "local_ratio", _("本地配套率（按金额）")
    COVERED = "covered_wan", _("覆盖额")


class State(models.TextChoices):
    """发布状态: that a figure is out, or why it is not; see `chainlab.disclosure`."""

    RELEASED = "released", _("已发布")
    THRESHOLD = "threshold", _("有贡献的企业不足规定家数")
    DOMINANCE = "dominance", _("一家占比过大，其余合计不足以掩护")
    SECONDARY = "secondary", _("与同期其他发布数相减可推出一家的数字")
    DIFFERENCING = "differencing", _("与以前的发布数相减可推出一家的数字")
    EARLIER = "earlier", _("实行本规则之前显示过，现不再显示")


class ReleaseQuerySet(OfChainQuerySet["Release"]):
    thing = Thing.GAP

    def standing(self) -> "ReleaseQuerySet":
        """What is out and shown."""
        return self.filter(state=State.RELEASED)


class Release(models.Model):
    """发布数: one figure of a snapshot, or of a target list, as it went out or was withheld under the disclosure rule.

    What is withheld has no value here: nobody can be shown by mistake what is not kept. `cell` is `total`,
    `category:<name>` or `list:<code>`; `rule` is the rule as it stood that day.
    """

    secrecy = Secrecy(internal="chain snapshot target_list cell measure value state rule released_at is_illustrative")

    chain = models.ForeignKey(Chain, on_delete=models.CASCADE, related_name="releases")
    snapshot = models.ForeignKey(Snapshot, on_delete=models.CASCADE, related_name="releases")
    target_list = models.ForeignKey(TargetList, null=True, on_delete=models.CASCADE, related_name="releases")
    cell = models.CharField(_("范围"), max_length=120)
    measure = models.CharField(_("指标"), max_length=16, choices=Measure.choices)
    value = models.FloatField(_("发布数"), null=True)
    state = models.CharField(_("状态"), max_length=12, choices=State.choices)
    rule = models.JSONField(_("发布规则"), default=dict)
    released_at = models.DateTimeField(_("发布时间"))
    is_illustrative = models.BooleanField(_("示例数据"), default=False)

    objects = ReleaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("发布数")
        ordering = ("-released_at", "pk")
        constraints = [
            models.UniqueConstraint(fields=["snapshot", "cell", "measure"], name="release_once"),
            models.CheckConstraint(
                condition=Q(state="released", value__isnull=False) | (~Q(state="released") & Q(value__isnull=True)),
                name="only_what_is_released_has_a_value",
            ),
        ]
        indexes = [models.Index(fields=["chain", "cell", "measure", "released_at"], name="release_newest")]

    def __str__(self) -> str:
        return f"{self.snapshot_id} {self.cell} {self.measure}"
