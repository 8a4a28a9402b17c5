"""What changed: rows of each ledger whose change falls into the period, every one as its reader may see it."""

from collections.abc import Iterable, Mapping
from copy import copy
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models import F as Field

from lianzhang.briefings.period.scope import Period, Whose
from lianzhang.collecting.models import Collection, Submission
from lianzhang.projects import queries as projects
from lianzhang.projects import schedule, stages
from lianzhang.projects.leads import clocks
from lianzhang.projects.models import LeadClock, MonthCorrection, MonthReport, Project, StageEntry
from lianzhang.projects.monthly import queries as monthly
from lianzhang.projects.stages import Stage, Status
from lianzhang.supervision import states
from lianzhang.supervision.models import Request, Task
from lianzhang.tables import Light
from lianzhang.trail import queries as trail

MOST_EVENTS = 2000  # changes of projects looked through for lights that turned back
ENDINGS = (Status.LOST, Status.TERMINATED, Status.SUSPENDED, Status.TRANSFERRED)
OF_CHAIN = ("chain__name_zh", "chain__name_en", "district__name_zh", "district__name_en")
PROJECT = (
    *("code", "name", "name_en", "stage", "status", "status_reason", "status_on", "lost_to", "investor_name", "is_key"),
    *("intended_wan", "agreed_wan", "first_reported_at", "next_milestone", "next_due_on", "planned_start_on"),
    *("started_on", "planned_completion_on", "completed_on", "planned_production_on", "produced_on"),
    *("plan_year_wan", "done_year_wan", "done_as_of", "progress_on", "is_illustrative", *OF_CHAIN),
)  # fmt: skip
OF_PROJECT = tuple(f"project__{name}" for name in ("code", "name", "name_en", "is_illustrative", *OF_CHAIN))


@dataclass(frozen=True)
class Turn:
    """转灯: a project whose light turned to late in the period, or back from it."""

    project: Project
    is_red: bool
    reason: str

    @property
    def pk(self) -> int:
        return self.project.pk


@dataclass(frozen=True)
class Moved:
    """What the projects of the scope did in the period."""

    new: list[Project]
    ended: list[Project]
    turns: list[Turn]
    is_cut: bool = False  # more changed than was looked through: lights that turned back are not complete


def moved(whose: Whose, period: Period, *, today: date) -> Moved:
    """New leads, projects that ended or paused, and lights that turned: two queries."""
    day = period.as_of(today)
    is_new = Q(first_reported_at__gte=period.since, first_reported_at__lt=period.until)
    has_ended = Q(status__in=ENDINGS, status_on__gte=period.first, status_on__lte=period.last)
    turned = Q(pk__in=projects.late(day).values("pk")) & ~Q(pk__in=projects.late(period.day_before).values("pk"))
    told = {"since": period.since, "until": period.until}
    found = list(
        Project.objects.visible_to(whose.person)
        .filter(is_new | has_ended | turned | Q(pk__in=trail.changed(Project, **told)), whose.of())
        .select_related("chain", "district")
        .only(*PROJECT)
        .order_by("chain__position", "code")
    )
    steps = trail.steps_of(Project, limit=MOST_EVENTS, **told)
    own: dict[str, list[trail.Step]] = {}
    for step in steps:
        if step.is_change:
            own.setdefault(step.subject_id, []).append(step)
    was = {project.pk: _as_it_was(project, own[str(project.pk)]) for project in found if str(project.pk) in own}
    compared = (
        _compared(project, was[project.pk], period, day=day) if project.pk in was else _fallen(project, period, day=day)
        for project in found
    )
    turns = [turn for turn in compared if turn is not None]
    return Moved(
        new=[p for p in found if p.first_reported_at and period.since <= p.first_reported_at < period.until],
        ended=[p for p in found if p.status in ENDINGS and p.status_on and period.first <= p.status_on <= period.last],
        turns=sorted(turns, key=lambda turn: (not turn.is_red, turn.project.code)),
        is_cut=len(steps) == MOST_EVENTS,
    )


def _as_it_was(project: Project, steps: list[trail.Step]) -> Project:
    """The record as it stood before the first of its changes."""
    old = copy(project)
    for step in steps:  # the latest first, so that the earliest is said last
        for name, was in trail.before(project, step).items():
            column: Any = Project._meta.get_field(name)
            setattr(old, column.attname, was)
    return old


def _is_red(project: Project, *, day: date) -> bool:
    is_moving = project.status in stages.MOVING
    return is_moving and (project.status == Status.LATE or schedule.red(project, today=day) is not None)


def _turn(project: Project, *, day: date) -> Turn:
    light: Light | None = schedule.red(project, today=day)
    reason = str(light.reason or light.word) if light is not None else project.status_reason
    return Turn(project=project, is_red=True, reason=reason)


def _compared(project: Project, old: Project, period: Period, *, day: date) -> Turn | None:
    """The light of a changed project before the period beside the one it has now."""
    was, now = _is_red(old, day=period.day_before), _is_red(project, day=day)
    if was == now or (was and project.status not in stages.MOVING):
        return None  # what was lost or paused has not caught up
    if now:
        return _turn(project, day=day)
    return Turn(project=project, is_red=False, reason=project.next_milestone)


def _fallen(project: Project, period: Period, *, day: date) -> Turn | None:
    """A project that nobody touched in the period, and that fell behind by the days that passed."""
    is_new = _is_red(project, day=day) and not _is_red(project, day=period.day_before)
    return _turn(project, day=day) if is_new else None


def entries(whose: Whose, period: Period) -> "QuerySet[StageEntry]":
    """阶段推进: entries passed in the period; the first report of a lead is counted as a new lead."""
    found = StageEntry.objects.visible_to(whose.person).filter(
        whose.of("project__"),
        verdict=StageEntry.Verdict.PASSED,
        is_void=False,
        stage__gt=Stage.LEAD,
        checked_at__gte=period.since,
        checked_at__lt=period.until,
    )
    names = ("stage", "entered_on", "checked_at", "proof_ids", "is_correction", "project__agreed_wan", *OF_PROJECT)
    related = found.select_related("project__chain", "project__district", "checked_by")
    return related.only(*names, "checked_by__name").order_by("project__chain__position", "-stage", "project__code")


def overdue_clocks(whose: Whose, period: Period, *, today: date) -> "QuerySet[LeadClock]":
    """时限逾期: deadlines of leads run out and not met by the end of the period."""
    day = period.as_of(today) if period.last >= today else period.day_after
    found = LeadClock.objects.visible_to(whose.person).filter(
        Q(met_on__isnull=True) | Q(met_on__gt=period.last),
        whose.of("project__"),
        Exists(Project.objects.filter(clocks.is_worked(), pk=OuterRef("project_id"))),
        due_on__lt=day,
    )
    names = ("kind", "started_on", "due_on", "met_on", *OF_PROJECT)
    return found.select_related("project__chain", "project__district").only(*names).order_by("due_on", "pk")


def submissions(whose: Whose, period: Period) -> "QuerySet[Submission]":
    """应报: what was due in the period, of forms and of monthly rounds."""
    found = Submission.objects.visible_to(whose.person).filter(
        collection__due_at__gte=period.since, collection__due_at__lt=period.until
    )
    if whose.district is not None:
        found = found.filter(body=whose.district)
    elif whose.chain is not None:
        found = found.filter(Q(body=whose.chain.body_id) | Q(collection__kind=Collection.Kind.MONTH))
    return found.select_related("collection", "body").order_by("collection__due_at", "body__name_zh")


def reports(whose: Whose, period: Period) -> "QuerySet[Any]":
    """月度进度: rows of the month that were handed in, with the figures that hold since, and what arrived in the month
    where the month before is known. A row that was only put right after the close counts as well."""
    before = MonthReport.objects.filter(project=OuterRef("project"), month=_before(period.first))
    arrived_before = before.annotate(right=monthly.holding("arrived_wan")).values("right")[:1]
    is_told = Q(state__in=monthly.HANDED_IN) | Exists(MonthCorrection.objects.filter(report=OuterRef("pk")))
    found: QuerySet[Any] = MonthReport.objects.visible_to(whose.person).filter(
        is_told, whose.of("project__"), month=period.first
    )
    with_money = found.annotate(
        right_month_wan=monthly.holding("done_month_wan"),
        right_year_wan=monthly.holding("done_year_wan"),
        right_arrived_wan=monthly.holding("arrived_wan"),
    ).annotate(arrived_month_wan=Field("right_arrived_wan") - Subquery(arrived_before))
    names = ("month", "state", "done_month_wan", "done_year_wan", "arrived_wan", *OF_PROJECT)
    related = with_money.select_related("project__chain", "project__district").only(*names)
    in_order: QuerySet[Any] = related.order_by("project__chain__position", "project__code")
    return in_order


def _before(month: date) -> date:
    return (month.replace(year=month.year - 1, month=12)) if month.month == 1 else month.replace(month=month.month - 1)


def counted(found: "QuerySet[Any]", conditions: Mapping[str, Q]) -> dict[str, int]:
    """How many rows meet each of `conditions`; a large city has thousands of late tasks, and none of them is read."""
    counts: dict[str, int] = found.order_by().aggregate(
        **{key: Count("pk", filter=condition) for key, condition in conditions.items()}
    )
    return counts


def requests(whose: Whose, period: Period, *, today: date) -> "QuerySet[Request]":
    """企业诉求: received or closed in the period, or late at its end."""
    day = period.as_of(today)
    found = Request.objects.visible_to(whose.person).filter(
        whose.of_work(district="handler"),
        Q(received_on__gte=period.first, received_on__lte=period.last)
        | Q(closed_on__gte=period.first, closed_on__lte=period.last)
        | Q(Q(closed_on__isnull=True) | Q(closed_on__gt=period.last), due_on__lt=day, received_on__lte=period.last),
    )
    return found.select_related("enterprise", "chain", "handler").order_by("received_on", "code")


def tasks(whose: Whose, period: Period, *, today: date) -> tuple["QuerySet[Task]", dict[str, Q]]:
    """督办 of the scope, and what makes one assigned or closed in the period, or late at its end."""
    was_open = Q(state__in=states.OPEN) | Q(closed_at__gte=period.until)
    found = Task.objects.visible_to(whose.person).filter(whose.of_work(district="responsible"))
    names = ("code", "title", "due_on", "state", "closed_at", "is_illustrative", "responsible__name_zh")
    shown = found.select_related("responsible").only(*names, "responsible__name_en")
    return shown.order_by("due_on", "code"), {
        "closed": Q(state=Task.State.CLOSED, closed_at__gte=period.since, closed_at__lt=period.until),
        "new": Q(assigned_at__gte=period.since, assigned_at__lt=period.until),
        "late": Q(was_open, due_on__lt=period.as_of(today), assigned_at__lt=period.until),
    }


def within(rows: Iterable[Any], name: str, period: Period) -> list[Any]:
    """Those of `rows` whose day or moment falls into the period."""
    found = []
    for row in rows:
        value = getattr(row, name)
        if value is None:
            continue
        first, end = (period.since, period.until) if hasattr(value, "hour") else (period.first, period.day_after)
        if first <= value < end:
            found.append(row)
    return found
