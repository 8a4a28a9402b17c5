"""企业诉求: what firms ask."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lianzhang.accounts.models import Body, Person
from lianzhang.accounts.rules import SERVING, Act, Role, Scope, Thing
from lianzhang.chains.models import Chain, Gap
from lianzhang.records.models import Versioned
from lianzhang.records.scope import ScopedQuerySet
from lianzhang.records.secrecy import Secrecy
from lianzhang.registry.models import Enterprise


class RequestQuerySet(ScopedQuerySet["Request"]):
    def visible_to(self, person: Person) -> Self:
        return self._within(person, Act.READ)

    def editable_by(self, person: Person) -> Self:
        return self._within(person, Act.WRITE)

    def approvable_by(self, person: Person) -> Self:
        return self._within(person, Act.APPROVE)

    def _within(self, person: Person, act: Act) -> Self:
        width = person.reach.scope(act, Thing.REQUEST)
        if width is Scope.ALL:
            return self.all()
        if width is Scope.NONE or person.reach.body_id is None:
            return self.none()
        if person.reach.role in {Role.ANCHOR, Role.SME, *SERVING}:
            return self.filter(Q(enterprise__body_id=person.reach.body_id) | Q(raised_by_body_id=person.reach.body_id))
        handled = Q(handler_id=person.reach.body_id) | Q(raised_by_body_id=person.reach.body_id)
        if person.reach.role is Role.DISTRICT and person.reach.region_code:
            handled |= Q(enterprise__region_code__startswith=person.reach.region_code)
        return self.filter(handled | Q(chain__in=Chain.objects.own_of(person).values("pk")))


class Request(Versioned):
    """企业诉求: what a firm asks for; received, handed to a body, answered, closed when the firm agrees."""

    class State(models.TextChoices):
        RECEIVED = "received", _("已受理")
        ASSIGNED = "assigned", _("已交办")
        ANSWERED = "answered", _("已答复")
        CLOSED = "closed", _("已办结")
        ESCALATED = "escalated", _("已提级")

    class Kind(models.TextChoices):
        LAND = "land", _("用地")
        FINANCE = "finance", _("融资")
        LABOUR = "labour", _("用工")
        ENERGY = "energy", _("用能")
        APPROVAL = "approval", _("审批")
        MARKET = "market", _("市场")
        TECHNOLOGY = "technology", _("技术")
        POLICY = "policy", _("政策")
        LOGISTICS = "logistics", _("物流")
        OTHER = "other", _("其他")

    secrecy = Secrecy(
        internal="code enterprise chain gap kind text channel received_on handler due_on state answer answered_on "
        "closed_on satisfaction escalated_to raised_by_body is_illustrative"
    )

    code = models.CharField(_("编号"), max_length=24, unique=True)
    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="requests")
    chain = models.ForeignKey(Chain, null=True, blank=True, on_delete=models.PROTECT, related_name="requests")
    gap = models.ForeignKey(Gap, null=True, blank=True, on_delete=models.SET_NULL, related_name="requests")
    kind = models.CharField(_("诉求类型"), max_length=12, choices=Kind.choices, default=Kind.OTHER)
    text = models.TextField(_("内容"))
    channel = models.CharField(_("来源渠道"), max_length=40, blank=True)
    received_on = models.DateField(_("收到日期"))
    handler = models.ForeignKey(Body, null=True, blank=True, on_delete=models.PROTECT, related_name="requests")
    due_on = models.DateField(_("时限"), null=True, blank=True)
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.RECEIVED)
    answer = models.TextField(_("答复"), blank=True)
    answered_on = models.DateField(_("答复日期"), null=True, blank=True)
    closed_on = models.DateField(_("办结日期"), null=True, blank=True)
    satisfaction = models.CharField(_("企业评价"), max_length=20, blank=True)
    escalated_to = models.CharField(_("提级至"), max_length=40, blank=True)
    raised_by_body = models.ForeignKey(Body, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    is_illustrative = models.BooleanField(_("示例数据"), default=False)

    objects = RequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("企业诉求")
        ordering = ("-received_on", "code")

    def __str__(self) -> str:
        return self.code
