"""Events, whom one met there, and what was signed, each tied to the one project it is about."""

from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from lianzhang.accounts.models import Body, Person
from lianzhang.accounts.rules import Act, Role, Scope, Thing
from lianzhang.chains.models import Chain
from lianzhang.projects.models.projects import Project
from lianzhang.projects.models.scope import ByProjectQuerySet
from lianzhang.records.models import Versioned
from lianzhang.records.scope import ScopedQuerySet
from lianzhang.records.secrecy import Secrecy
from lianzhang.registry.models import Enterprise, Source


class EventQuerySet(ScopedQuerySet["Event"]):
    def visible_to(self, person: Person) -> Self:
        return self.all() if person.reach.may(Act.READ, Thing.EVENT) else self.none()

    def editable_by(self, person: Person) -> Self:
        width = person.reach.scope(Act.WRITE, Thing.EVENT)
        if width is Scope.ALL:
            return self.all()
        if width is Scope.NONE:
            return self.none()
        if person.reach.role is Role.TASK_FORCE:
            return self.filter(chain__in=Chain.objects.own_of(person))
        return self.filter(host_id=person.reach.body_id)


class Event(Versioned):
    """会展活动: an exhibition, forum or promotion of a chain; its signings are tied to projects."""

    secrecy = Secrecy(
        internal="code name name_en chain kind held_on ended_on host host_name place firm_count visitor_count "
        "intended_wan signing_count source as_of note is_illustrative"
    )

    class Kind(models.TextChoices):
        EXHIBITION = "exhibition", _("会展")
        FORUM = "forum", _("论坛")
        PROMOTION = "promotion", _("推介")
        CONSUMPTION = "consumption", _("促消费活动")
        OTHER = "other", _("其他")

    code = models.CharField(_("编号"), max_length=24, unique=True)
    name = models.CharField(_("活动名称"), max_length=160)
    name_en = models.CharField(max_length=200, blank=True)
    chain = models.ForeignKey(Chain, on_delete=models.PROTECT, related_name="events", verbose_name=_("产业链"))
    kind = models.CharField(_("种类"), max_length=12, choices=Kind.choices, default=Kind.EXHIBITION)
    held_on = models.DateField(_("时间"), null=True, blank=True)
    ended_on = models.DateField(_("结束"), null=True, blank=True)
    host = models.ForeignKey(Body, null=True, blank=True, on_delete=models.PROTECT, related_name="hosted_events")
    host_name = models.CharField(_("主办"), max_length=160, blank=True)
    place = models.CharField(_("地点"), max_length=120, blank=True)
    firm_count = models.PositiveIntegerField(_("参会企业"), null=True, blank=True)
    visitor_count = models.PositiveIntegerField(_("参与人次"), null=True, blank=True)
    signing_count = models.PositiveIntegerField(_("签约数"), null=True, blank=True)
    intended_wan = models.DecimalField(_("意向投资（万元）"), max_digits=16, decimal_places=4, null=True, blank=True)
    source = models.ForeignKey(Source, null=True, blank=True, on_delete=models.PROTECT)
    as_of = models.DateField(_("数据截至"), null=True, blank=True)
    note = models.CharField(_("备注"), max_length=300, blank=True)
    is_illustrative = models.BooleanField(_("示例数据"), default=False)

    objects = EventQuerySet.as_manager()

    class Meta:
        verbose_name = _("会展活动")
        ordering = ("-held_on", "code")
        indexes = [models.Index(fields=["chain", "held_on"], name="event_chain_held")]

    def __str__(self) -> str:
        return self.name


class EncounterQuerySet(ScopedQuerySet["Encounter"]):
    def visible_to(self, person: Person) -> Self:
        """Whom one met is talks not yet public: those who may read projects, and the event's own keeper."""
        if person.reach.scope(Act.READ, Thing.PROJECT) is Scope.ALL:
            return self.all()
        return self.editable_by(person)

    def editable_by(self, person: Person) -> Self:
        return self.filter(event__in=Event.objects.editable_by(person).values("pk"))


class Encounter(Versioned):
    """对接企业: a firm one met at an event, who spoke to it and what it wants; becomes a lead once it is one."""

    secrecy = Secrecy(internal="event enterprise name place body note project")

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="encounters")
    enterprise = models.ForeignKey(
        Enterprise, null=True, blank=True, on_delete=models.PROTECT, related_name="encounters", verbose_name=_("企业")
    )
    name = models.CharField(_("企业名称"), max_length=200)
    place = models.CharField(_("来源地"), max_length=80, blank=True)
    body = models.ForeignKey(
        Body, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("对接单位")
    )
    note = models.CharField(_("对接情况"), max_length=300, blank=True)
    project = models.ForeignKey(
        Project, null=True, blank=True, on_delete=models.SET_NULL, related_name="encounters", verbose_name=_("项目")
    )

    objects = EncounterQuerySet.as_manager()

    class Meta:
        verbose_name = _("对接企业")
        ordering = ("event", "pk")
        constraints = [models.UniqueConstraint(fields=["event", "name"], name="met_once_at_an_event")]

    def __str__(self) -> str:
        return f"{self.event_id} {self.name}"


class SigningQuerySet(ByProjectQuerySet["Signing"]):
    path = "project__"


class Signing(Versioned):
    """活动签约: a deal announced at an event, tied to the one project it is about; intended money, not arrived."""

    secrecy = Secrecy(internal="event project intended_wan signed_on note")

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="signings")
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="signings")
    intended_wan = models.DecimalField(_("意向投资（万元）"), max_digits=16, decimal_places=4, null=True, blank=True)
    signed_on = models.DateField(_("签约日期"), null=True, blank=True)
    note = models.CharField(_("备注"), max_length=200, blank=True)

    objects = SigningQuerySet.as_manager()

    class Meta:
        verbose_name = _("活动签约")
        constraints = [models.UniqueConstraint(fields=["event", "project"], name="signing_once")]

    def __str__(self) -> str:
        return f"{self.event_id} {self.project_id}"
