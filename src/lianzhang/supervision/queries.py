"""Reading supervision: what waits for whom, what is overdue by how many working days, whose turn it is next."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from lianzhang.accounts.models import Person
from lianzhang.accounts.rules import Act, Scope, Thing
from lianzhang.chains.models import Chain
from lianzhang.records.scope import ScopedQuerySet
from lianzhang.supervision import escalation, states
from lianzhang.supervision.models import Decision, Meeting, Request, Task
from lianzhang.trail.models import Proof
from lianzhang.workdays import clock


def overdue(today: date) -> ScopedQuerySet[Task]:
    """Open tasks whose due day has passed; the caller narrows with `visible_to`."""
    return Task.objects.filter(is_overdue(today))


def is_overdue(today: date) -> Q:
    """Open and past the due day. Said by what is over, so that a database walks the due days in order."""
    return Q(due_on__lt=today) & ~Q(state__in=states.OVER)


def is_counted_overdue(today: date) -> Q:
    """`is_overdue` said by what is open: an index by state leads to the rows that are counted and to no others."""
    return Q(due_on__lt=today, state__in=states.OPEN)


def overdue_by_chain(person: Person, today: date) -> dict[int, int]:
    """How many overdue tasks each chain has, as far as `person` sees them; one query."""
    # Every chain is named, so that the index by chain, state and day is entered once for each.
    found = Task.objects.visible_to(person).filter(is_counted_overdue(today), chain__in=Chain.objects.values("pk"))
    return dict(found.order_by().values_list("chain_id").annotate(count=Count("pk")))


def open_by_chain(person: Person) -> dict[int, int]:
    """How many open tasks each chain has, as far as `person` sees them; one query."""
    found = Task.objects.visible_to(person).filter(state__in=states.OPEN, chain__isnull=False)
    return dict(found.order_by().values_list("chain_id").annotate(count=Count("pk")))


# What the task table shows; `responsible` and the like by name only. A test reads every column in one query.
SHOWN = (
    *("code", "title", "kind", "state", "due_on", "assigned_at", "working_days", "reply", "returned_count"),
    *(
        "closed_at",
        "chain__name_zh",
        "chain__name_en",
        "responsible__name_zh",
        "responsible__name_en",
        "assigned_by_body__name_zh",
        "assigned_by_body__name_en",
    ),
)


def listed(person: Person) -> QuerySet[Task]:
    """The tasks of the tables, as `person` sees them."""
    found = Task.objects.visible_to(person).select_related("chain", "responsible", "assigned_by_body")
    return found.only(*SHOWN)


# What a line about a task says: naming eighty columns costs more than finding eight rows.
AS_A_LINE = ("code", "title", "due_on", "state", "is_illustrative", "responsible__name_zh", "responsible__name_en")


def awaiting(person: Person, today: date, *, most: int) -> list[Task]:
    """The `most` urgent tasks on which this person must act now: do them, or pass what others handed in.

    `today` is taken so that callers state the day they speak of; a task waits whether it is late or not. Each of the
    two is found by its own index in the order of the days, where their union would be read whole and sorted.
    """
    body_id = person.reach.body_id
    if body_id is None:
        return []
    # An instant, not `__date`: SQLite asks Python for the day of every row, 150 ms of them on 20,000 tasks.
    until = timezone.make_aware(datetime.combine(today + timedelta(days=1), time.min))
    waiting = Task.objects.visible_to(person).filter(assigned_at__lt=until).order_by("due_on", "code")
    to_do = waiting.filter(responsible_id=body_id, state__in=states.WITH_DOER)
    to_check = waiting.filter(_checked_by(person), state=Task.State.REVIEW)
    first = Q(pk__in=to_do.values("pk")[:most]) | Q(pk__in=to_check.values("pk")[:most])
    found = Task.objects.filter(first).select_related("responsible").only(*AS_A_LINE)
    return list(found.order_by("due_on", "code")[:most])


def to_pass(person: Person, today: date, *, most: int) -> list[Task]:
    """The `most` urgent tasks handed in for this person to close or return; to do them is others' work."""
    if person.reach.body_id is None:
        return []
    until = timezone.make_aware(datetime.combine(today + timedelta(days=1), time.min))
    found = Task.objects.visible_to(person).filter(_checked_by(person), state=Task.State.REVIEW, assigned_at__lt=until)
    return list(found.select_related("responsible").only(*AS_A_LINE).order_by("due_on", "code")[:most])


def _checked_by(person: Person) -> Q:
    """What this person is to pass: what the own body assigned; the secretariat also what has no body to pass it."""
    mine = Q(assigned_by_body_id=person.reach.body_id)
    if person.reach.scope(Act.APPROVE, Thing.TASK) is Scope.ALL:
        mine |= Q(assigned_by_body__isnull=True)
    return mine & ~Q(submitted_by_id=person.pk)


@dataclass(frozen=True)
class Lateness:
    """逾期情况 of one task on one day."""

    days: int
    level: escalation.Level | None
    is_estimated: bool


def lateness(task: Task, *, today: date, calendar: clock.WorkingCalendar) -> Lateness:
    """How many working days late an open task is, and who must act now. A closed task is not late any more."""
    if task.state not in states.OPEN:
        return Lateness(days=0, level=None, is_estimated=False)
    days = clock.days_late(task.due_on, today=today, calendar=calendar)
    estimated = days > 0 and any(clock.is_estimated(year) for year in range(task.due_on.year, today.year + 1))
    return Lateness(days=days, level=escalation.level(days), is_estimated=estimated)


def late_by_level(
    person: Person, *, today: date, calendar: clock.WorkingCalendar
) -> list[tuple[escalation.Level, int]]:
    """How many overdue tasks each level must act on now, highest first; one query."""
    limits = [clock.latest_due(found.from_days, today=today, calendar=calendar) for found in escalation.levels()]
    counts = {f"n{n}": Count("pk", filter=Q(due_on__lte=limit)) for n, limit in enumerate(limits)}
    totals = Task.objects.visible_to(person).filter(is_counted_overdue(today)).aggregate(**counts)
    reached = [totals[f"n{n}"] for n in range(len(limits))] + [0]
    told = [(found, reached[n] - reached[n + 1]) for n, found in enumerate(escalation.levels())]
    return told[::-1]


def fresh_proofs(task: Task) -> list[Proof]:
    """Evidence of a task that no returned report rested on, oldest first."""
    return [proof for proof in Proof.objects.about(task).order_by("pk") if proof.pk not in set(task.spent_ids)]


def last_meeting(meeting: Meeting, *, person: Person) -> Meeting | None:
    """The meeting of the same kind and chain before this one, if `person` sees it."""
    before = Meeting.objects.visible_to(person).filter(kind=meeting.kind, chain=meeting.chain)
    return before.filter(held_on__lt=meeting.held_on).order_by("-held_on").first()


def became_of(meeting: Meeting, *, person: Person) -> list[tuple[Decision, list[Task]]]:
    """Every decision of a meeting with the tasks made of it that `person` sees; two queries."""
    decisions = list(meeting.decisions.select_related("responsible"))
    tasks = Task.objects.visible_to(person).filter(decision__meeting=meeting).select_related("responsible", "decision")
    made: dict[int, list[Task]] = {}
    for task in tasks.order_by("due_on", "code"):
        made.setdefault(task.decision_id or 0, []).append(task)
    return [(decision, made.get(decision.pk, [])) for decision in decisions]


def open_requests(person: Person) -> QuerySet[Request]:
    """企业诉求 not closed yet, as far as `person` sees them."""
    return Request.objects.visible_to(person).exclude(state=Request.State.CLOSED)


def request_counts(person: Person, *, today: date) -> dict[str, int]:
    """Requests open, of those past their day, and closed, as far as `person` sees them; one query."""
    is_open = ~Q(state=Request.State.CLOSED)
    return Request.objects.visible_to(person).aggregate(
        open=Count("pk", filter=is_open),
        late=Count("pk", filter=is_open & Q(due_on__lt=today)),
        closed=Count("pk", filter=~is_open),
    )
