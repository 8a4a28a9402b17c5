"""督办事项: one table for decisions, instructions and routine work."""

from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from lianzhang.accounts.models import Appointment, Body, Person
from lianzhang.accounts.rules import SERVING, Act, Role, Scope, Thing
from lianzhang.chains.models import Action, Chain, Gap
from lianzhang.projects.models import Project
from lianzhang.records.models import Versioned
from lianzhang.records.scope import ScopedQuerySet
from lianzhang.records.secrecy import Secrecy
from lianzhang.supervision.models.meetings import Decision


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
        served = Q(chain__in=chains) if person.reach.role not in {Role.ANCHOR, *SERVING} else Q(pk__in=[])
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
            # With the moments beside: what was assigned, closed and late in a week is counted from the index alone.
            models.Index(fields=["state", "due_on", "assigned_at", "closed_at"], name="task_state_due"),
            # What waits for a body is walked in the order of the days, the state read from the index beside it.
            models.Index(fields=["responsible", "due_on", "code", "state"], name="task_of_doer"),
            models.Index(fields=["assigned_by_body", "state", "due_on", "code"], name="task_of_assigner"),
            models.Index(fields=["chain", "state", "due_on"], name="task_chain_state_due"),
            # Instructions are few among the tasks.
            models.Index(fields=["kind", "due_on"], name="task_kind_due"),
            # The table's own order with the state beside it: overdue tasks are counted and paged without a sort.
            models.Index(fields=["due_on", "code", "state"], name="task_in_order"),
        ]

    def __str__(self) -> str:
        return self.title
