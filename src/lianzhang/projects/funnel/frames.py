"""The stays of projects in their stages, and the months of their investment, as Arrow tables for chainlab.funnel.

Both exactly as far as one person may read them. What is not known is not made up: an entry without a date is no stay,
and who left a stage on an unknown day has left it `undated`, neither still there nor gone on some day.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal, InvalidOperation
from itertools import groupby, pairwise
from typing import TYPE_CHECKING, Any

from lianzhang.accounts.models import Person
from lianzhang.projects.models import MonthCorrection, MonthReport, Project, StageEntry
from lianzhang.projects.stages import Status

if TYPE_CHECKING:
    import pyarrow as pa

ADVANCED, UNDATED = "advanced", "undated"
ENDS = {Status.LOST.value: "lost", Status.TERMINATED.value: "terminated"}
DONE = "done_month_wan"
Stay = tuple[int, int, date, date | None, str | None]
Month = tuple[int, int, int, float | None]
Standing = tuple[int, str, date | None]  # the stage now, the status, since when


def log(person: Person, **scope: int) -> "pa.Table":
    """Who stayed in which stage from when to when: item_id, stage, entered_on, left_on, exit.

    An entry counts once it is passed and not void; corrections are no entries. left_on is the day of the next entry
    (exit `advanced`), or of 流失 (`lost`) or 终止 (`terminated`); both null: still there, held or not. Where the day
    of leaving is not known, or lies before the entry, left_on is null and exit says `undated`. `scope` narrows to the
    projects with these fields (chain, district).
    """
    import pyarrow as pa

    rows = list(stays(person, **scope))
    columns = list(zip(*rows, strict=True)) if rows else [()] * 5
    kinds = (pa.int64(), pa.int64(), pa.date32(), pa.date32(), pa.string())
    names = ("item_id", "stage", "entered_on", "left_on", "exit")
    return pa.table({name: pa.array(columns[n], kinds[n]) for n, name in enumerate(names)})


def stays(person: Person, **scope: int) -> Iterator[Stay]:
    """The rows of `log`, project by project, in the order of their stages."""
    standing: dict[int, Standing] = {
        pk: (stage, status, on)
        for pk, stage, status, on in Project.objects.visible_to(person)
        .filter(**scope)
        .order_by()
        .values_list("pk", "stage", "status", "status_on")
    }
    passed = StageEntry.objects.visible_to(person).filter(
        verdict=StageEntry.Verdict.PASSED, is_void=False, is_correction=False, **_under("project", scope)
    )
    entries = passed.order_by("project_id", "stage", "entered_on", "pk").values_list(
        "project_id", "stage", "entered_on"
    )
    for item, found in groupby(entries.iterator(chunk_size=5000), key=lambda row: row[0]):
        yield from _path(item, [(stage, on) for _item, stage, on in found], standing[item])


def _path(item: int, entries: list[tuple[int, date | None]], standing: Standing) -> Iterator[Stay]:
    """The stays of one project. Entered twice, a stage counts from its first entry."""
    stage, status, status_on = standing
    firsts: dict[int, date | None] = {}
    for at, on in entries:
        firsts.setdefault(at, on)
    path: list[tuple[int, date | None]] = list(firsts.items())
    for (at, on), (_next, left) in pairwise(path):
        if on is not None:
            yield item, at, on, *_left(on, left, ADVANCED)
    at, on = path[-1]
    if on is None:
        return
    if at < stage:  # it stands further on, entered on no known day
        yield item, at, on, None, UNDATED
    elif status in ENDS:
        yield item, at, on, *_left(on, status_on, ENDS[status])
    else:
        yield item, at, on, None, None


def _left(entered: date, left: date | None, way: str) -> tuple[date | None, str]:
    return (None, UNDATED) if left is None or left < entered else (left, way)


def months(person: Person, **scope: int) -> "pa.Table":
    """What each project invested in each month: item_id, year, month, done_wan (万元; null = not known).

    From checked monthly reports; a correction takes the place of what was reported.
    """
    import pyarrow as pa

    rows = list(month_rows(person, **scope))
    columns = list(zip(*rows, strict=True)) if rows else [()] * 4
    kinds = (pa.int64(), pa.int64(), pa.int64(), pa.float64())
    names = ("item_id", "year", "month", "done_wan")
    return pa.table({name: pa.array(columns[n], kinds[n]) for n, name in enumerate(names)})


def month_rows(person: Person, **scope: int) -> Iterator[Month]:
    """The rows of `months`, project by project."""
    corrections = MonthCorrection.objects.visible_to(person).filter(field=DONE, **_under("report__project", scope))
    corrected = _corrected(corrections)
    reports = MonthReport.objects.visible_to(person).filter(state=MonthReport.State.CHECKED, **_under("project", scope))
    wanted = ("pk", "project_id", "month", DONE)
    for pk, item, month, done in reports.order_by("project_id", "month").values_list(*wanted).iterator(5000):
        value = corrected.pop(pk)[2] if pk in corrected else _number(done)
        yield item, month.year, month.month, value
    # A month nobody had reported before it was corrected.
    for item, month, value in corrected.values():
        yield item, month.year, month.month, value


def _under(path: str, scope: dict[str, int]) -> dict[str, int]:
    return {f"{path}__{name}": value for name, value in scope.items()}


def _corrected(found: Iterable[Any]) -> dict[int, tuple[int, date, float | None]]:
    """Project, month and value by report, as the last correction says."""
    rows = found.select_related("report").order_by("at", "pk")  # type: ignore[attr-defined]
    return {row.report_id: (row.report.project_id, row.report.month, _number(row.after)) for row in rows}


def _number(value: Decimal | str | None) -> float | None:
    try:
        return float(Decimal(value)) if value not in (None, "") else None
    except InvalidOperation:
        return None
