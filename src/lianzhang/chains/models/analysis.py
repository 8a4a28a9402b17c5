"""What analysis leaves behind: the snapshot it ran on, the coverage of each part, the gaps people confirmed."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lianzhang.accounts.models import Body, Person
from lianzhang.accounts.rules import Thing
from lianzhang.chains.models.atlas import MapVersion
from lianzhang.chains.models.schemes import Chain, OfChainQuerySet
from lianzhang.records.models import Versioned
from lianzhang.records.scope import M
from lianzhang.records.secrecy import Secrecy
from lianzhang.registry.models import Part


class OfTargetQuerySet(OfChainQuerySet[M]):
    thing = Thing.TARGET


class OfGapQuerySet(OfChainQuerySet[M]):
    thing = Thing.GAP


class Snapshot(models.Model):
    """数据快照: the immutable tables an analysis ran on; id = date + hash of the content.

    `firm_ids` are the firms whose purchases are inside: a page that shows rows of the snapshot asks again whether the
    reader may see each of them today, because a grant may have ended since. A pooled snapshot holds what further
    chains' anchors buy as well: it is a target list's own and says nothing about its chain.
    """

    secrecy = Secrecy(
        internal="chain taken_on taken_by taken_at counts summary firm_ids map_version is_pooled is_illustrative"
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
        secret="amount_wan local_amount_wan unknown_amount_wan local_ratio hhi top_share reachable_wan reachable_ratio",
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


class Gap(Versioned):
    """缺口: a part (or a segment) that is missing or weak here, proposed with evidence, confirmed by a person."""

    class State(models.TextChoices):
        PROPOSED = "proposed", _("待确认")
        CONFIRMED = "confirmed", _("已确认")
        ACTING = "acting", _("推进中")
        CLOSED = "closed", _("已销号")
        INVALID = "invalid", _("不成立")

    class Kind(models.TextChoices):
        NO_LOCAL_SUPPLIER = "no_local_supplier", _("本地无供应")
        LOCAL_UNQUALIFIED = "local_unqualified", _("本地未认证")
        CAPACITY_SHORT = "capacity_short", _("产能不足")
        SINGLE_SOURCE = "single_source", _("单一来源")
        WEAK = "weak", _("本地占比低")

    class Label(models.TextChoices):
        BREAK_POINT = "break_point", _("断点")
        BLOCKAGE = "blockage", _("堵点")
        CHOKE_POINT = "choke_point", _("卡点")

    class Route(models.TextChoices):
        ATTRACT = "attract", _("招引")
        NURTURE = "nurture", _("培育")
        CROSS_CHAIN = "cross_chain", _("跨链配套")
        RESEARCH = "research", _("攻关")
        LEAVE = "leave", _("不补")

    secrecy = Secrecy(
        internal="code chain part segment_key title kind label state route route_reason owner due_on snapshot "
        "closing_snapshot confirmed_by confirmed_at closed_by closed_at is_illustrative",
        secret="evidence",
    )

    code = models.CharField(_("编号"), max_length=24, unique=True)
    chain = models.ForeignKey(Chain, on_delete=models.CASCADE, related_name="gaps", verbose_name=_("产业链"))
    part = models.ForeignKey(Part, null=True, blank=True, on_delete=models.PROTECT, related_name="gaps")
    segment_key = models.CharField(_("环节"), max_length=60, blank=True)
    title = models.CharField(_("缺口"), max_length=160)
    kind = models.CharField(_("情形"), max_length=20, choices=Kind.choices)
    label = models.CharField(_("类型"), max_length=12, choices=Label.choices, blank=True)
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.PROPOSED)
    route = models.CharField(_("路径"), max_length=12, choices=Route.choices, blank=True)
    route_reason = models.CharField(_("理由"), max_length=300, blank=True)
    owner = models.ForeignKey(
        Body, null=True, blank=True, on_delete=models.PROTECT, related_name="gaps", verbose_name=_("责任单位")
    )
    due_on = models.DateField(_("时限"), null=True, blank=True)
    evidence = models.JSONField(_("证据"), default=dict)
    snapshot = models.ForeignKey(Snapshot, null=True, blank=True, on_delete=models.PROTECT, related_name="gaps")
    closing_snapshot = models.ForeignKey(Snapshot, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    confirmed_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(null=True, blank=True)
    is_illustrative = models.BooleanField(_("示例数据"), default=False)

    objects = OfGapQuerySet.as_manager()

    class Meta:
        verbose_name = _("缺口")
        ordering = ("chain", "code")
        constraints = [
            models.UniqueConstraint(
                fields=["chain", "part"],
                condition=~Q(state__in=["closed", "invalid"]),
                name="one_open_gap_per_part",
                violation_error_message=_("本链同一零部件已有一个未销号的缺口。"),
            ),
            models.CheckConstraint(
                condition=~Q(route="leave") | ~Q(route_reason=""),
                name="leaving_a_gap_needs_a_reason",
                violation_error_message=_("选择“不补”须写明理由。"),
            ),
            models.CheckConstraint(
                condition=Q(state__in=["proposed", "invalid"]) | Q(confirmed_by__isnull=False),
                name="gap_confirmed_by_a_person",
                violation_error_message=_("缺口须由一名人员确认。"),
            ),
        ]

    def __str__(self) -> str:
        return self.title
