"""What analysis leaves behind: the snapshot it ran on, the coverage of each part."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from lianzhang.accounts.models import Person
from lianzhang.accounts.rules import Thing
from lianzhang.chains.models.atlas import MapVersion
from lianzhang.chains.models.schemes import Chain, OfChainQuerySet
from lianzhang.records.scope import M
from lianzhang.records.secrecy import Secrecy
from lianzhang.registry.models import Part


class OfTargetQuerySet(OfChainQuerySet[M]):
    thing = Thing.TARGET


class OfGapQuerySet(OfChainQuerySet[M]):
    thing = Thing.GAP


class Snapshot(models.Model):
    """数据快照: the immutable tables an analysis ran on; id = date + hash of the content.

    `contents` says what of the firms is inside, [[firm's code, level, product line's id or null], …] (`firm_ids`, the
    firms alone, is all that a snapshot of before the levels says): a page that shows rows of it asks again whether the
    reader may see each piece today, because a grant may have ended since. A pooled snapshot holds what further
    chains' anchors buy as well: it is a target list's own and says nothing about its chain.
    """

    secrecy = Secrecy(
        internal="chain taken_on taken_by taken_at counts summary firm_ids contents map_version is_pooled "
        "is_illustrative"
    )

    id = models.CharField(_("快照"), max_length=80, primary_key=True)
    chain = models.ForeignKey(Chain, on_delete=models.CASCADE, related_name="snapshots")
    taken_on = models.DateField(_("数据截至"))
    taken_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    taken_at = models.DateTimeField()
    map_version = models.ForeignKey(MapVersion, null=True, on_delete=models.SET_NULL, related_name="+")
    counts = models.JSONField(default=dict)
    summary = models.JSONField(default=dict)  # the chain's coverage figures: amounts, ratios by variant and tier
    firm_ids = models.JSONField(default=list)
    contents = models.JSONField(default=list)
    is_pooled = models.BooleanField(_("跨链合并"), default=False)
    is_illustrative = models.BooleanField(_("示例数据"), default=False)

    objects = OfTargetQuerySet.as_manager()

    class Meta:
        verbose_name = _("数据快照")
        ordering = ("-taken_at",)

    def __str__(self) -> str:
        return self.id


class PartCoverageQuerySet(OfGapQuerySet["PartCoverage"]):
    path = "snapshot__chain"


class PartCoverage(models.Model):
    """零部件覆盖: who supplies a part from where, as computed on one snapshot. Amounts in 万元; empty = not known.

    Columns as `chainlab.coverage.by_part` and `within_reach` define them. `contributor_count`, the buyers that gave an
    amount, decides what may be shown to whom (`queries.disclosure`): a buyer without one hides nobody.
    """

    secrecy = Secrecy(
        internal="snapshot part buyer_count contributor_count supplier_count is_single_source unknown_count "
        "local_maker_count",
        secret="amount_wan amount_low_wan amount_high_wan local_amount_wan unknown_amount_wan local_ratio "
        "local_ratio_low local_ratio_high hhi top_share reachable_wan reachable_ratio",
    )

    snapshot = models.ForeignKey(Snapshot, on_delete=models.CASCADE, related_name="coverages")
    part = models.ForeignKey(Part, on_delete=models.PROTECT, related_name="coverages")
    buyer_count = models.PositiveSmallIntegerField(_("采购企业数"))
    contributor_count = models.PositiveSmallIntegerField(_("填了金额的采购企业数"))
    supplier_count = models.PositiveIntegerField(_("供应商数"))
    is_single_source = models.BooleanField(_("单一来源"))
    unknown_count = models.PositiveIntegerField(_("金额未填行数"))
    amount_wan = models.FloatField(_("采购额"), null=True)
    local_amount_wan = models.FloatField(_("本市供应额"), null=True)
    unknown_amount_wan = models.FloatField(_("产地不详额"), null=True)
    local_ratio = models.FloatField(_("本地配套率"), null=True)
    # The ends where amounts are bands; empty where they are exact or the snapshot is of before they were kept.
    amount_low_wan = models.FloatField(_("采购额下限"), null=True)
    amount_high_wan = models.FloatField(_("采购额上限"), null=True)
    local_ratio_low = models.FloatField(_("本地配套率下限"), null=True)
    local_ratio_high = models.FloatField(_("本地配套率上限"), null=True)
    local_maker_count = models.PositiveIntegerField(_("本市有能力企业数"), null=True)
    reachable_wan = models.FloatField(_("可就地供应额"), null=True)
    reachable_ratio = models.FloatField(_("可就地供应率"), null=True)
    hhi = models.FloatField(_("集中度 HHI"), null=True)
    top_share = models.FloatField(_("最大供应商占比"), null=True)

    objects = PartCoverageQuerySet.as_manager()

    class Meta:
        verbose_name = _("零部件覆盖")
        ordering = ("snapshot", "part__category", "part__code")
        constraints = [models.UniqueConstraint(fields=["snapshot", "part"], name="part_coverage_once")]

    def __str__(self) -> str:
        return f"{self.snapshot_id} {self.part_id}"
