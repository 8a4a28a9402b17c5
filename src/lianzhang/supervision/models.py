"""Meetings and their decisions, tasks with a clock and a close-out, enterprise requests, visits, the calendar."""

from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from lianzhang.accounts.models import Appointment, Body, Person
from lianzhang.accounts.rules import Act, Role, Scope, Thing
from lianzhang.chains.models import Action, Chain, Gap
from lianzhang.projects.models import Project
from lianzhang.records.models import Versioned
from lianzhang.records.scope import ScopedQuerySet
from lianzhang.records.secrecy import Secrecy
from lianzhang.registry.models import Enterprise


class CalendarDayQuerySet(ScopedQuerySet["CalendarDay"]):
    def visible_to(self, person: Person) -> Self:
        return self.all() if person.reach.role is not Role.NOBODY else self.none()

    def editable_by(self, person: Person) -> Self:
        return self.all() if person.reach.role is Role.SECRETARIAT else self.none()


class CalendarDay(Versioned):
    """工作日调整: a day the city declared working or not, over what the national calendar says."""

    secrecy = Secrecy(public="day is_working note")

    day = models.DateField(_("日期"), unique=True)
    is_working = models.BooleanField(_("工作日"))
    note = models.CharField(_("依据"), max_length=120, blank=True)

    objects = CalendarDayQuerySet.as_manager()

    class Meta:
        verbose_name = _("工作日调整")
        ordering = ("day",)

    def __str__(self) -> str:
        return f"{self.day} {self.is_working}"


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


class TaskQuerySet(ScopedQuerySet["Task"]):
    def visible_to(self, person: Person) -> Self:
        """All for the leaders and the secretariat; a body's own tasks otherwise; a task force also its chain's."""
        width = person.reach.scope(Act.READ, Thing.TASK)
        if width is Scope.ALL:
            return self.all()
        return self._own(person) if width is Scope.OWN else self.none()

    def editable_by(self, person: Person) -> Self:
        width = person.reach.scope(Act.WRITE, Thing.TASK)
        if width is Scope.ALL:
            return self.all()
        return self._own(person) if width is Scope.OWN else self.none()

    def approvable_by(self, person: Person) -> Self:
        """What the person may close or return: everything, the own chains', or what the own body assigned."""
        width = person.reach.scope(Act.APPROVE, Thing.TASK)
        if width is Scope.ALL:
            return self.all()
        if person.reach.body_id is None or not person.reach.may(Act.WRITE, Thing.TASK):
            return self.none()
        assigned = Q(assigned_by_body_id=person.reach.body_id)
        chains = Chain.objects.own_of(person).values("pk")
        return self.filter(assigned | Q(chain__in=chains) if width is Scope.OWN else assigned)

    def _own(self, person: Person) -> Self:
        body_id = person.reach.body_id
        if body_id is None:
            return self.none()
        chains = Chain.objects.own_of(person).values("pk")
        served = Q(chain__in=chains) if person.reach.role not in {Role.ANCHOR, Role.ASSOCIATION} else Q(pk__in=[])
        return self.filter(Q(responsible_id=body_id) | Q(assigned_by_body_id=body_id) | served)


class Task(Versioned):
    """督办事项: something a body must do by a working day, closed with evidence by somebody other than its doer."""

    class State(models.TextChoices):
        UNSIGNED = "unsigned", _("待签收")
        HANDLING = "handling", _("办理中")
        REVIEW = "review", _("待审核")
        CLOSED = "closed", _("已销号")
        RETURNED = "returned", _("退回")
        CANCELLED = "cancelled", _("已撤销")

    class Kind(models.TextChoices):
        DECISION = "decision", _("议定事项")
        INSTRUCTION = "instruction", _("批示交办")
        ROUTINE = "routine", _("日常任务")

    secrecy = Secrecy(
        internal="code title kind chain decision action project gap request responsible assigned_by assigned_by_body "
        "assigned_at working_days due_on state handled_by reply submitted_by submitted_at closed_by closed_at "
        "return_reason returned_count signed_at signed_by cancel_reason visit instructed_by proof_ids "
        "spent_ids is_illustrative"
    )

    code = models.CharField(_("编号"), max_length=24, unique=True)
    title = models.CharField(_("事项"), max_length=300)
    kind = models.CharField(_("来源"), max_length=12, choices=Kind.choices, default=Kind.ROUTINE)
    # Without an index of their own: each leads one of the indexes below.
    chain = models.ForeignKey(
        Chain, null=True, blank=True, on_delete=models.PROTECT, related_name="tasks", db_index=False
    )
    decision = models.ForeignKey(Decision, null=True, blank=True, on_delete=models.PROTECT, related_name="tasks")
    action = models.ForeignKey(Action, null=True, blank=True, on_delete=models.PROTECT, related_name="tasks")
    project = models.ForeignKey(Project, null=True, blank=True, on_delete=models.PROTECT, related_name="tasks")
    gap = models.ForeignKey(Gap, null=True, blank=True, on_delete=models.PROTECT, related_name="tasks")
    request = models.ForeignKey(
        "supervision.Request", null=True, blank=True, on_delete=models.PROTECT, related_name="tasks"
    )
    visit = models.ForeignKey(
        "supervision.Visit", null=True, blank=True, on_delete=models.PROTECT, related_name="tasks"
    )
    responsible = models.ForeignKey(
        Body, on_delete=models.PROTECT, related_name="tasks", verbose_name=_("承办单位"), db_index=False
    )
    # Whose words they were, when somebody else wrote them down.
    instructed_by = models.ForeignKey(
        Appointment, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("批示领导")
    )
    assigned_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", verbose_name=_("交办人"))
    assigned_by_body = models.ForeignKey(
        Body, null=True, on_delete=models.PROTECT, related_name="assigned_tasks", db_index=False
    )
    assigned_at = models.DateTimeField(_("交办时间"))
    working_days = models.PositiveSmallIntegerField(_("时限（工作日）"), null=True, blank=True)
    due_on = models.DateField(_("办结期限"))
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.UNSIGNED)
    signed_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    signed_at = models.DateTimeField(_("签收时间"), null=True, blank=True)
    handled_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    reply = models.TextField(_("办理情况"), blank=True)
    submitted_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField(_("报结时间"), null=True, blank=True)
    closed_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(_("销号时间"), null=True, blank=True)
    return_reason = models.CharField(_("退回理由"), max_length=300, blank=True)
    cancel_reason = models.CharField(_("撤销理由"), max_length=300, blank=True)
    proof_ids = models.JSONField(default=list)  # the evidence the last report rested on
    spent_ids = models.JSONField(default=list)  # what returned reports rested on: a new report needs something new
    returned_count = models.PositiveSmallIntegerField(_("退回次数"), default=0)
    is_illustrative = models.BooleanField(_("示例数据"), default=False)

    objects = TaskQuerySet.as_manager()

    class Meta:
        verbose_name = _("督办事项")
        ordering = ("due_on", "code")
        constraints = [
            models.CheckConstraint(
                condition=Q(closed_by__isnull=True) | Q(submitted_by__isnull=True) | ~Q(closed_by=F("submitted_by")),
                name="task_closed_by_another",
            ),
            models.CheckConstraint(
                condition=~Q(state="cancelled") | ~Q(cancel_reason=""), name="cancelled_task_says_why"
            ),
            models.CheckConstraint(
                condition=~Q(state="closed") | Q(closed_by__isnull=False, closed_at__isnull=False),
                name="closed_task_says_who_and_when",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "due_on"], name="task_state_due"),
            # What waits for a body is walked in the order of the days, the state read from the index beside it.
            models.Index(fields=["responsible", "due_on", "code", "state"], name="task_of_doer"),
            models.Index(fields=["assigned_by_body", "state", "due_on", "code"], name="task_of_assigner"),
            models.Index(fields=["chain", "state", "due_on"], name="task_chain_state_due"),
            # The table's own order with the state beside it: overdue tasks are counted and paged without a sort.
            models.Index(fields=["due_on", "code", "state"], name="task_in_order"),
        ]

    def __str__(self) -> str:
        return self.title


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
        if person.reach.role in {Role.ANCHOR, Role.SME, Role.ASSOCIATION}:
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


class VisitQuerySet(ScopedQuerySet["Visit"]):
    def visible_to(self, person: Person) -> Self:
        return self.filter(chain__in=Chain.objects.within(person, act=Act.READ, thing=Thing.PLAN))

    def editable_by(self, person: Person) -> Self:
        return self.filter(chain__in=Chain.objects.within(person, act=Act.WRITE, thing=Thing.PLAN))


class Visit(Versioned):
    """走访: a leader is to visit, or visited, a firm; what was promised becomes a task."""

    secrecy = Secrecy(internal="chain enterprise visitor planned_on visited_on purpose findings is_illustrative")

    chain = models.ForeignKey(Chain, on_delete=models.PROTECT, related_name="visits")
    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="visits")
    visitor = models.ForeignKey(Appointment, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    planned_on = models.DateField(_("计划日期"))
    visited_on = models.DateField(_("走访日期"), null=True, blank=True)
    purpose = models.CharField(_("事由"), max_length=200, blank=True)
    findings = models.TextField(_("情况"), blank=True)
    is_illustrative = models.BooleanField(_("示例数据"), default=False)

    objects = VisitQuerySet.as_manager()

    class Meta:
        verbose_name = _("走访")
        ordering = ("planned_on",)

    def __str__(self) -> str:
        return f"{self.planned_on} {self.enterprise_id}"


class HandoverQuerySet(ScopedQuerySet["Handover"]):
    def visible_to(self, person: Person) -> Self:
        """The two people of the hand-over, and the secretariat."""
        if person.reach.role is Role.SECRETARIAT:
            return self.all()
        return self.filter(Q(outgoing__person=person) | Q(incoming__person=person))

    editable_by = visible_to


class Handover(Versioned):
    """移交清单: what was open when a post changed hands, as it stood, and that the successor took it over."""

    secrecy = Secrecy(internal="outgoing incoming drawn_up_on items accepted_at accepted_by")

    outgoing = models.ForeignKey(Appointment, on_delete=models.PROTECT, related_name="handovers_out")
    incoming = models.ForeignKey(
        Appointment, null=True, blank=True, on_delete=models.PROTECT, related_name="handovers_in"
    )
    drawn_up_on = models.DateField(_("日期"))
    items = models.JSONField(_("移交事项"), default=list)
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    objects = HandoverQuerySet.as_manager()

    class Meta:
        verbose_name = _("移交清单")

    def __str__(self) -> str:
        return f"{self.outgoing_id} → {self.incoming_id}"
