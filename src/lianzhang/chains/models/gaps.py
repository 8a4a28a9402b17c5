"""缺口 and what experts say of it: proposed by analysis, stood for by people, closed on newer figures."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lianzhang.accounts.models import Body, Person
from lianzhang.chains.models.analysis import OfGapQuerySet, Snapshot
from lianzhang.chains.models.schemes import Chain
from lianzhang.records.models import Versioned
from lianzhang.records.secrecy import Secrecy
from lianzhang.registry.models import Part


class Gap(Versioned):
    """缺口: a part (or a segment) that is missing or weak here, proposed with evidence, confirmed by a person."""

    class State(models.TextChoices):
        PROPOSED = "proposed", _("待确认")
        CONFIRMED = "confirmed", _("已确认")
        ASSIGNED = "assigned", _("已定责")
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
        "opened_snapshot closing_snapshot review_on reviewed_on confirmed_by confirmed_at closed_by closed_at "
        "is_illustrative",
        secret="evidence",
    )

    code = models.CharField(_("编号"), max_length=24, unique=True)
    chain = models.ForeignKey(Chain, on_delete=models.CASCADE, related_name="gaps", verbose_name=_("产业链"))
    part = models.ForeignKey(
        Part, null=True, blank=True, on_delete=models.PROTECT, related_name="gaps", verbose_name=_("零部件")
    )
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
    review_on = models.DateField(_("复核日期"), null=True, blank=True)
    reviewed_on = models.DateField(_("上次复核"), null=True, blank=True)
    evidence = models.JSONField(_("证据"), default=dict)
    snapshot = models.ForeignKey(
        Snapshot, null=True, blank=True, on_delete=models.PROTECT, related_name="gaps", verbose_name=_("证据快照")
    )
    # The one that first showed the case; `snapshot` is the newest that does.
    opened_snapshot = models.ForeignKey(
        Snapshot, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("首次快照")
    )
    closing_snapshot = models.ForeignKey(
        Snapshot, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("销号快照")
    )
    confirmed_by = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("确认人")
    )
    confirmed_at = models.DateTimeField(_("确认时间"), null=True, blank=True)
    closed_by = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("销号人")
    )
    closed_at = models.DateTimeField(_("销号时间"), null=True, blank=True)
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
                condition=~Q(state__in=["assigned", "acting"]) | Q(owner__isnull=False, due_on__isnull=False),
                name="assigned_gap_has_owner_and_day",
                violation_error_message=_("已定责的缺口须有责任单位和时限。"),
            ),
            models.CheckConstraint(
                condition=Q(state__in=["proposed", "invalid"]) | Q(confirmed_by__isnull=False),
                name="gap_confirmed_by_a_person",
                violation_error_message=_("缺口须由一名人员确认。"),
            ),
        ]

    def __str__(self) -> str:
        return self.title


class OpinionQuerySet(OfGapQuerySet["Opinion"]):
    path = "gap__chain"

    def visible_to(self, person: Person) -> Self:
        """Whoever reads the gap; and an expert their own, which with the question is all of a gap an expert reads."""
        return super().visible_to(person) | self.filter(filed_by=person)


class Opinion(models.Model):
    """专家意见: what an expert of a named body said of a gap on a day, word for word.

    Never edited: a later opinion takes the place of an earlier one and says which.
    """

    class Attitude(models.TextChoices):
        SUPPORT = "support", _("支持")
        OPPOSE = "oppose", _("不支持")
        SUPPLEMENT = "supplement", _("补充")

    secrecy = Secrecy(
        internal="gap body_name person_name given_on attitude text supersedes filed_by filed_at is_illustrative"
    )

    gap = models.ForeignKey(Gap, on_delete=models.PROTECT, related_name="opinions", verbose_name=_("缺口"))
    body_name = models.CharField(_("专家单位"), max_length=120)
    person_name = models.CharField(_("专家"), max_length=60)
    given_on = models.DateField(_("日期"))
    attitude = models.CharField(_("态度"), max_length=12, choices=Attitude.choices)
    text = models.TextField(_("意见"))
    supersedes = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="superseded_by", verbose_name=_("替代")
    )
    filed_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", verbose_name=_("录入"))
    filed_at = models.DateTimeField()
    is_illustrative = models.BooleanField(_("示例数据"), default=False)

    objects = OpinionQuerySet.as_manager()

    class Meta:
        verbose_name = _("专家意见")
        ordering = ("-given_on", "-pk")

    def __str__(self) -> str:
        return f"{self.body_name} {self.person_name}"


class ConsultationQuerySet(OfGapQuerySet["Consultation"]):
    path = "gap__chain"

    def visible_to(self, person: Person) -> Self:
        """Whoever reads the gap, and the expert who was asked while the question stands."""
        return super().visible_to(person) | self.filter(expert=person, withdrawn_at__isnull=True)


class Consultation(Versioned):
    """征询: one expert is asked about a gap. What the expert may read of it is written here and nowhere else."""

    secrecy = Secrecy(internal="gap expert title question due_on asked_by asked_at opinion withdrawn_at")

    gap = models.ForeignKey(Gap, on_delete=models.PROTECT, related_name="consultations", verbose_name=_("缺口"))
    expert = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="consultations", verbose_name=_("专家"))
    title = models.CharField(_("征询事项"), max_length=160)
    question = models.TextField(_("征询内容"))
    due_on = models.DateField(_("请于此日前答复"), null=True, blank=True)
    asked_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    opinion = models.OneToOneField(
        Opinion, null=True, blank=True, on_delete=models.PROTECT, related_name="consultation", verbose_name=_("意见")
    )
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = ConsultationQuerySet.as_manager()

    class Meta:
        verbose_name = _("专家征询")
        ordering = ("-asked_at", "-pk")

    def __str__(self) -> str:
        return self.title
