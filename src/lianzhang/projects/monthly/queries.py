"""Reading a month: which projects a district reports, what stood before, where the rows stand, what was corrected."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db.models import (
    Avg,
    Case,
    Count,
    DecimalField,
    Exists,
    F,
    Max,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Cast, NullIf

from lianzhang.accounts.models import Body, Person
from lianzhang.accounts.rules import Act, BodyKind, Scope, Thing
from lianzhang.collecting.models import Collection, Submission
from lianzhang.projects import stages
from lianzhang.projects.models import MonthCorrection, MonthReport, Project
from lianzhang.projects.monthly import doubts
from lianzhang.projects.monthly.doubts import Earlier

State = MonthReport.State
LAST_MONTH = 12
# What a correction may put right, and what the close writes onto the project.
FIGURES = ("done_month_wan", "done_year_wan", "arrived_wan")
TEXTS = ("progress", "next_milestone", "next_due_on", "blockage_kind", "blockage")
# Hundreds of rows a district, of which each column costs: what a row shows, and what it is judged by.
OF_ROW = (
    *("code", "name", "name_en", "stage", "district_id", "chain_id", "plan_year_wan", "done_year_wan", "done_as_of"),
    *("next_milestone", "next_due_on", "blockage_kind", "blockage", "is_illustrative"),
)
WRITABLE = frozenset({State.DRAFT, State.RETURNED})
HANDED_IN = (State.SUBMITTED, State.CHECKED)


def month_of(collection: Collection) -> dt.date:
    """The month of a round, by its first day; the database lets no round be without."""
    if collection.period is None:
        raise ValueError(f"{collection.code} is no monthly round")
    return collection.period


def last_day(month: dt.date) -> dt.date:
    """The last day of a month given by its first."""
    return (month.replace(day=28) + dt.timedelta(days=4)).replace(day=1) - dt.timedelta(days=1)


def reported() -> "QuerySet[Project]":
    """重点项目 that report by month: key projects neither lost nor terminated."""
    return Project.objects.filter(is_key=True, status__in=stages.OPEN)


def due(body_id: int) -> "QuerySet[Project]":
    """The projects one district reports, in the order of its workbook; only the columns a row needs."""
    return reported().filter(district_id=body_id).only(*OF_ROW).order_by("chain__position", "code")


def districts() -> list[Body]:
    """Districts that have key projects to report."""
    found = Body.objects.filter(kind=BodyKind.DISTRICT, is_active=True, district_projects__in=reported())
    return list(found.distinct().order_by("name_zh"))


def without_district() -> int:
    """Key projects nobody reports, because they name no district."""
    return reported().filter(district__isnull=True).count()


@dataclass(frozen=True)
class Row:
    """One project in one month: what is reported, and what stood before."""

    project: Project
    report: MonthReport | None
    earlier: Earlier

    @property
    def pk(self) -> int:
        return self.project.pk

    @property
    def state(self) -> str:
        return self.report.state if self.report is not None else State.DRAFT

    @property
    def is_writable(self) -> bool:
        """A row that was sent in or checked waits for its checker; a returned one is to be put right."""
        return self.state in WRITABLE

    @property
    def is_complete(self) -> bool:
        return not missing(self)

    def value(self, name: str) -> Any:
        """What the row says; the next node and what blocks stand as they did until somebody says otherwise."""
        if self.report is not None:
            return getattr(self.report, name)
        return getattr(self.project, name) if name in CARRIED else None

    @property
    def doubts(self) -> list[dict[str, str]]:
        """The doubts about what is written now."""
        if self.report is None:
            return []
        return doubts.of(
            done_month=self.report.done_month_wan,
            done_year=self.report.done_year_wan,
            plan_year=self.project.plan_year_wan,
            earlier=self.earlier,
        )


CARRIED = frozenset({"next_milestone", "next_due_on", "blockage_kind", "blockage"})
NEEDED = ("done_month_wan", "done_year_wan", "progress")


def missing(row: Row) -> list[str]:
    """Fields a row still lacks before it may be handed in."""
    lacks = [name for name in NEEDED if row.report is None or getattr(row.report, name) in (None, "")]
    if row.project.stage < stages.Stage.FULL_CAPACITY:
        lacks += [name for name in ("next_milestone", "next_due_on") if row.value(name) in (None, "")]
    if row.value("blockage_kind") and not row.value("blockage"):
        lacks.append("blockage")
    if row.report is not None and row.doubts and not row.report.explanation:
        lacks.append("explanation")
    return lacks


def rows(submission: Submission, *, projects: Iterable[Project] | None = None) -> list[Row]:
    """Every project a district reports in a round, with its report so far."""
    month = month_of(submission.collection)
    found = list(due(submission.body_id)) if projects is None else list(projects)
    held = MonthReport.objects.filter(project__in=found, month=month)
    reports = {one.project_id: one for one in held}
    before = earlier(found, month=month)
    return [Row(project, reports.get(project.pk), before[project.pk]) for project in found]


def earlier(projects: Sequence[Project], *, month: dt.date) -> dict[int, Earlier]:
    """What each project reported in the year before `month`, corrections counted."""
    if month.month == 1:
        return dict.fromkeys((project.pk for project in projects), doubts.NOTHING)
    year = MonthReport.objects.filter(project__in=projects, month__gte=month.replace(month=1), month__lt=month)
    past = year.exclude(state=State.DRAFT, corrections__isnull=True)
    told = _summed(past, before=_before(month))
    fixed = set(MonthCorrection.objects.filter(report__in=year).values_list("report__project_id", flat=True))
    if fixed:
        told |= _one_by_one(past.filter(project__in=fixed), before=_before(month))
    return {project.pk: told.get(project.pk) or _carried(project, month=month) for project in projects}


def _before(month: dt.date) -> dt.date:
    return (month - dt.timedelta(days=1)).replace(day=1)


def _summed(past: "QuerySet[MonthReport]", *, before: dt.date) -> dict[int, Earlier]:
    """The year of each project as the database adds it up: a district has hundreds, and ten months of each."""
    known = Max("month", filter=Q(done_year_wan__isnull=False))
    usual = Avg("done_month_wan", filter=Q(done_month_wan__gt=0))
    rows = past.order_by().values("project_id").annotate(known=known, usual=usual)
    found = {row["project_id"]: (row["known"], _decimal(row["usual"])) for row in rows}
    figures = dict(past.filter(month=before).order_by().values_list("project_id", "done_year_wan"))
    apart = [pk for pk, (on, _usual) in found.items() if on is not None and on != before]
    rest = past.filter(project__in=apart).values_list("project_id", "month", "done_year_wan")
    figures |= {pk: done for pk, on, done in rest if on == found[pk][0]}
    return {pk: Earlier(figures[pk], on == before, usual) for pk, (on, usual) in found.items() if on is not None}


def _decimal(mean: Any) -> Decimal | None:
    return None if mean is None else Decimal(str(mean))


def _one_by_one(past: "QuerySet[MonthReport]", *, before: dt.date) -> dict[int, Earlier]:
    """The same where something was corrected: the corrected figures count."""
    told: dict[int, dict[dt.date, tuple[Decimal | None, Decimal | None]]] = {}
    fixed = corrected(past)
    for pk, project_id, on, done_month, done_year in past.values_list(
        "pk", "project_id", "month", "done_month_wan", "done_year_wan"
    ):
        right = fixed.get(pk, {})
        told.setdefault(project_id, {})[on] = (
            figure(right["done_month_wan"]) if "done_month_wan" in right else done_month,
            figure(right["done_year_wan"]) if "done_year_wan" in right else done_year,
        )
    return {project_id: found for project_id, year in told.items() if (found := _of_year(year, before=before))}


def _of_year(year: Mapping[dt.date, tuple[Decimal | None, Decimal | None]], *, before: dt.date) -> Earlier | None:
    known = [(on, done) for on, (_month, done) in year.items() if done is not None]
    if not known:
        return None
    on, cumulative = max(known)
    usual = [month for month, _done in year.values() if month is not None and month > 0]
    return Earlier(cumulative, on == before, sum(usual, Decimal(0)) / len(usual) if usual else None)


def _carried(project: Project, *, month: dt.date) -> Earlier:
    """Nothing was reported by month this year: what the project itself carries, where that is of this year."""
    as_of = project.done_as_of
    if as_of is None or project.done_year_wan is None or as_of.year != month.year or as_of >= month:
        return Earlier()
    return Earlier(project.done_year_wan, as_of == last_day(_before(month)))


def figure(text: str) -> Decimal | None:
    """An amount as a correction keeps it."""
    try:
        return Decimal(text) if text else None
    except InvalidOperation:
        return None


def corrected(reports: "QuerySet[MonthReport] | Iterable[MonthReport]") -> dict[int, dict[str, str]]:
    """Report → field → what it was last corrected to."""
    found: dict[int, dict[str, str]] = {}
    asked: Any = reports.values("pk") if isinstance(reports, QuerySet) else [one.pk for one in reports]
    rows = MonthCorrection.objects.filter(report__in=asked).order_by("at", "pk")
    for report_id, field, after in rows.values_list("report_id", "field", "after"):
        found.setdefault(report_id, {})[field] = after
    return found


def of_round(person: Person, collection: Collection) -> "QuerySet[MonthReport]":
    """The rows of a round as `person` sees their projects, with what the table shows and what was corrected."""
    corrections = Prefetch("corrections", MonthCorrection.objects.select_related("by").order_by("at", "pk"))
    found = MonthReport.objects.visible_to(person).filter(month=month_of(collection))
    related = ("project__chain", "body", "submission__collection")
    return found.select_related(*related).prefetch_related(corrections).order_by("body__name_zh", "project__code")


def closes(person: Person) -> bool:
    """Whether the person opens and closes months: the secretariat."""
    return person.reach.scope(Act.APPROVE, Thing.COLLECTION) is Scope.ALL


def to_check(person: Person, collection: Collection) -> "QuerySet[MonthReport]":
    """Rows this person may pass or send back: handed in by somebody else, of an own chain. The secretariat closes
    the month and does not check it."""
    return _handed_in(person).filter(month=month_of(collection))


def awaiting_check(person: Person) -> "QuerySet[MonthReport]":
    """待核: the same of every month that is still open."""
    months = Collection.objects.filter(kind=Collection.Kind.MONTH, state=Collection.State.OPEN).values("period")
    return _handed_in(person).filter(month__in=months)


def _handed_in(person: Person) -> "QuerySet[MonthReport]":
    if closes(person):
        return MonthReport.objects.none()
    found = MonthReport.objects.approvable_by(person).filter(state=State.SUBMITTED)
    return found.exclude(reported_by_id=person.pk)


@dataclass(frozen=True)
class Tally:
    """Rows of a round by state, and the sums of what was handed in: drafts and returned rows are not reported."""

    count: int = 0
    submitted: int = 0
    checked: int = 0
    returned: int = 0
    doubtful: int = 0
    month_wan: Decimal | None = None
    year_wan: Decimal | None = None


def tallies(found: "QuerySet[MonthReport]", *, by: str) -> dict[Any, Tally]:
    """Tallies of rows grouped by `by` (body or project__chain); one query."""
    counted = {
        "count": Count("pk"),
        "submitted": Count("pk", filter=Q(state=State.SUBMITTED)),
        "checked": Count("pk", filter=Q(state=State.CHECKED)),
        "returned": Count("pk", filter=Q(state=State.RETURNED)),
        "doubtful": Count("pk", filter=~Q(doubts=[])),
        "month_wan": Sum("done_month_wan", filter=Q(state__in=HANDED_IN)),
        "year_wan": Sum("done_year_wan", filter=Q(state__in=HANDED_IN)),
    }
    grouped = found.select_related(None).prefetch_related(None).order_by().values(by).annotate(**counted)
    return {row.pop(by): Tally(**row) for row in grouped}


def holding(field: str) -> Case:
    """The amount of a report that holds, as an expression: as it was last corrected, else as reported."""
    fixes = MonthCorrection.objects.filter(report=OuterRef("pk"), field=field)
    last = Subquery(fixes.order_by("-at", "-pk").values("after")[:1])
    amount = DecimalField(max_digits=16, decimal_places=4)
    return Case(When(Exists(fixes), then=Cast(NullIf(last, Value("")), amount)), default=F(field), output_field=amount)


def corrected_sums(found: "QuerySet[MonthReport]") -> dict[Any, tuple[int, Decimal]]:
    """更正 by district: how many rows were put right, and by how much the year's cumulative differs from the reported.
    Of several corrections of one row the last counts; one query."""
    said = MonthCorrection.objects.filter(report__in=found.order_by().values("pk")).order_by("at", "pk")
    rows = said.values_list("report__body_id", "report_id", "field", "after", "report__done_year_wan", "report__state")
    last: dict[tuple[Any, int], Decimal] = {}
    for body_id, report_id, field, after, reported, state in rows:
        last.setdefault((body_id, report_id), Decimal(0))
        if field == "done_year_wan":
            before = reported if state in HANDED_IN else None
            last[body_id, report_id] = (figure(after) or Decimal(0)) - (before or Decimal(0))
    told: dict[Any, tuple[int, Decimal]] = {}
    for (body_id, _report_id), change in last.items():
        count, moved = told.get(body_id, (0, Decimal(0)))
        told[body_id] = count + 1, moved + change
    return told


def unwritten(collection: Collection) -> "QuerySet[MonthReport]":
    """Checked rows whose project does not carry this month's figures yet and no later ones either."""
    month = month_of(collection)
    end = last_day(month)
    found = MonthReport.objects.filter(month=month, state=State.CHECKED, submission__collection=collection)
    return found.filter(Q(project__done_as_of__isnull=True) | Q(project__done_as_of__lt=end))


def due_counts() -> dict[int, int]:
    """District → how many projects it reports; one query."""
    rows = reported().filter(district__isnull=False).order_by().values_list("district_id").annotate(n=Count("pk"))
    return dict(rows)


def newest(person: Person) -> Collection | None:
    """The latest month that was opened, as `person` sees it."""
    found = Collection.objects.visible_to(person).filter(kind=Collection.Kind.MONTH)
    return found.order_by("-period").first()


def closed_months() -> frozenset[dt.date]:
    """The months that are closed, by their first days: their figures change by a dated correction only."""
    closed = Collection.objects.filter(kind=Collection.Kind.MONTH, state=Collection.State.CLOSED)
    return frozenset(on for on in closed.values_list("period", flat=True) if on is not None)
