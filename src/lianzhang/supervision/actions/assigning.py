"""Handing out work: to one body, about one thing, due after so many working days."""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lianzhang.accounts.actions import Refused
from lianzhang.accounts.models import Appointment, Body, Person
from lianzhang.accounts.rules import ROLE_OF, Act, Role, Scope, Thing
from lianzhang.chains.actions import gaps
from lianzhang.chains.models import Chain
from lianzhang.records import codes
from lianzhang.supervision import states
from lianzhang.supervision.models import Task
from lianzhang.trail import actions as trail
from lianzhang.workdays import clock
from lianzhang.workdays import queries as workdays

# What a task may be about; its chain is taken from there when none is given.
SUBJECTS = ("decision", "action", "project", "gap", "request", "visit")


def assign(
    *,
    title: str,
    responsible: Body,
    now: datetime,
    by: Person,
    working_days: int | None = None,
    due_on: date | None = None,
    kind: str = Task.Kind.ROUTINE,
    chain: Chain | None = None,
    instructed_by: Appointment | None = None,
    is_illustrative: bool = False,
    **subject: Any,
) -> Task:
    """Assign a task, due after `working_days` or on a given working day. `subject` names at most one of SUBJECTS."""
    about = {name: value for name, value in subject.items() if value is not None}
    if not set(about) <= set(SUBJECTS) or len(about) > 1:
        raise TypeError(f"a task is about at most one of {', '.join(SUBJECTS)}")
    if not title.strip():
        raise Refused(_("事项不能为空。"))
    chain = chain or next((_chain_of(value) for value in about.values()), None)
    _require_assigner(by, chain=chain)
    _require_instructor(kind, instructed_by=instructed_by, by=by)
    today = timezone.localdate(now)
    task = Task(
        title=title.strip()[:300],
        kind=kind,
        chain=chain,
        responsible=responsible,
        assigned_by=by,
        assigned_by_body=by.acting.body if by.acting is not None else None,
        assigned_at=now,
        working_days=working_days,
        due_on=_due(today, working_days=working_days, due_on=due_on),
        instructed_by=instructed_by,
        is_illustrative=is_illustrative or (chain is not None and chain.is_illustrative),
        **about,
    )
    with transaction.atomic():
        task.code = codes.next_code("DB", year=today.year)
        if task.gap is not None:
            gaps.start_acting(gap=task.gap, by=by)
        return trail.create(task, verb="task.assigned", by=by)


def _due(today: date, *, working_days: int | None, due_on: date | None) -> date:
    if (working_days is None) == (due_on is None):
        raise Refused(_("时限填工作日数或办结日期，二者填一。"))
    calendar = workdays.calendar()
    if working_days is not None:
        if not 1 <= working_days <= 500:
            raise Refused(_("时限应在 1 至 500 个工作日之间。"))
        return clock.due(today, working_days=working_days, calendar=calendar).on
    if due_on is None or due_on < today:
        raise Refused(_("办结日期早于今天。"))
    if not calendar.is_working(due_on):
        following = clock.due(due_on, working_days=0, calendar=calendar).on
        raise Refused(_("%(on)s 不是工作日，请改为 %(next)s。") % {"on": due_on, "next": following})
    return due_on


def _chain_of(subject: Any) -> Chain | None:
    found: Chain | None = subject.meeting.chain if hasattr(subject, "meeting") else subject.chain
    return found


def _require_assigner(by: Person, *, chain: Chain | None) -> None:
    width = by.reach.scope(Act.WRITE, Thing.TASK)
    if width is Scope.NONE or by.reach.role not in states.ASSIGNERS:
        raise Refused(_("您现在的职务不能交办事项。"))
    if width is Scope.OWN and (chain is None or not Chain.objects.own_of(by).filter(pk=chain.pk).exists()):
        raise Refused(_("只能就本链的事项交办。"))


def _require_instructor(kind: str, *, instructed_by: Appointment | None, by: Person) -> None:
    if kind != Task.Kind.INSTRUCTION:
        if instructed_by is not None:
            raise Refused(_("只有批示交办才填批示领导。"))
        return
    if by.reach.role in states.INSTRUCTORS:
        if instructed_by is not None and instructed_by.person_id != by.pk:
            raise Refused(_("批示只能以本人名义作出。"))
        return
    if by.reach.role is not Role.SECRETARIAT:
        raise Refused(_("批示由链长、副链长、总链长作出，或由秘书处代录。"))
    if instructed_by is None or ROLE_OF.get(instructed_by.post) not in states.INSTRUCTORS:
        raise Refused(_("代录批示须写明是哪位链长、副链长或总链长的批示。"))
