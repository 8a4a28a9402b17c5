"""会议与议定事项."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lianzhang.accounts.models import Appointment, Body, Person
from lianzhang.accounts.rules import Act, Scope, Thing
from lianzhang.chains.models import Chain
from lianzhang.records.models import Versioned
from lianzhang.records.scope import ScopedQuerySet
from lianzhang.records.secrecy import Secrecy


class MeetingQuerySet(ScopedQuerySet["Meeting"]):
    def visible_to(self, person: Person) -> Self:
        width = person.reach.scope(Act.READ, Thing.MEETING)
        if width is Scope.ALL:
            return self.all()
        if width is Scope.OWN and person.reach.body_id is not None:
            mine = Meeting.objects.filter(
                Q(attendees=person.reach.body_id) | Q(decisions__tasks__responsible=person.reach.body_id)
            )
            return self.filter(pk__in=mine.values("pk"))
        return self.none()

    def editable_by(self, person: Person) -> Self:
        width = person.reach.scope(Act.WRITE, Thing.MEETING)
        if width is Scope.ALL:
            return self.all()
        return self.filter(chain__in=Chain.objects.own_of(person)) if width is Scope.OWN else self.none()


class Meeting(Versioned):
    """会议: a 推进会 or a chain's regular meeting; its decisions become tasks."""

    class Kind(models.TextChoices):
        PROMOTION = "promotion", _("推进会")
        REGULAR = "regular", _("链长例会")
        DISPATCH = "dispatch", _("调度会")
        WORKING = "working", _("专题会")

    secrecy = Secrecy(internal="code title kind chain held_on place chaired_by host summary is_illustrative")

    code = models.CharField(_("编号"), max_length=24, unique=True)
    title = models.CharField(_("会议"), max_length=160)
    kind = models.CharField(_("种类"), max_length=12, choices=Kind.choices)
    chain = models.ForeignKey(Chain, null=True, blank=True, on_delete=models.PROTECT, related_name="meetings")
    held_on = models.DateField(_("日期"))
    place = models.CharField(_("地点"), max_length=120, blank=True)
    chaired_by = models.ForeignKey(Appointment, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    host = models.ForeignKey(Body, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    attendees = models.ManyToManyField(Body, blank=True, related_name="meetings", verbose_name=_("参加单位"))
    summary = models.TextField(_("纪要"), blank=True)
    is_illustrative = models.BooleanField(_("示例数据"), default=False)

    objects = MeetingQuerySet.as_manager()

    class Meta:
        verbose_name = _("会议")
        ordering = ("-held_on",)

    def __str__(self) -> str:
        return self.title


class DecisionQuerySet(ScopedQuerySet["Decision"]):
    def visible_to(self, person: Person) -> Self:
        return self.filter(meeting__in=Meeting.objects.visible_to(person))

    def editable_by(self, person: Person) -> Self:
        return self.filter(meeting__in=Meeting.objects.editable_by(person))


class Decision(Versioned):
    """议定事项: what a meeting decided."""

    secrecy = Secrecy(internal="meeting number text responsible working_days")

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="decisions")
    number = models.PositiveSmallIntegerField(_("序号"))
    text = models.CharField(_("议定事项"), max_length=400)
    responsible = models.ForeignKey(
        Body, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("承办单位")
    )
    working_days = models.PositiveSmallIntegerField(_("时限（工作日）"), null=True, blank=True)

    objects = DecisionQuerySet.as_manager()

    class Meta:
        verbose_name = _("议定事项")
        ordering = ("meeting", "number")
        constraints = [models.UniqueConstraint(fields=["meeting", "number"], name="decision_number_once")]

    def __str__(self) -> str:
        return self.text
