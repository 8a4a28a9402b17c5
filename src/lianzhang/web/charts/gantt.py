"""甘特图 as places in an SVG: for each project the planned span above, the actual one below, and today as a line.

A row is 34 points; months are the scale. The drawing carries its own title and key, so that it travels alone.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from lianzhang.projects import schedule, tables
from lianzhang.projects.models import Project
from lianzhang.projects.stages import Stage
from lianzhang.tables import about, drawing, values
from lianzhang.web.charts.board import shortened

NAMES, SPAN, ROW, TOP, PAD = 250, 900, 34, 64, 14
YEARS = 5  # what lies further from today is cut at the edge: one date of 2106 must not press the rest together
ON_A_SHEET = 18  # rows under a heading on A3 across
ON_TIME, INK, QUIET = "#0B4F7D", "#17212B", "#5B6570"
COLOURS = {"late": "#B42318", "watch": "#8A5A00", "idle": QUIET, "done": "#1F7A4D"}
MOST_TICKS = 16


def draw(projects: Sequence[Project], *, today: date) -> dict[str, Any] | None:
    """Bars, names, scale and key with their coordinates as text; None where no project has a date at all."""
    drawn = pages(projects, today=today, most=max(len(projects), 1))
    return drawn[0] if drawn else None


def pages(projects: Sequence[Project], *, today: date, most: int = ON_A_SHEET) -> list[dict[str, Any]]:
    """The same cut into sheets of at most `most` projects, all on one scale, for paper and Word."""
    spans = [(_planned(p), _actual(p, today=today)) for p in projects]
    days = [day for pair in spans for span in pair if span for day in span]
    if not days:
        return []
    low = max(min(*days, today), today.replace(year=today.year - YEARS, day=1)).replace(day=1)
    high = min(max(*days, today), today.replace(year=today.year + YEARS, day=28))
    sheets = [range(first, min(first + most, len(projects))) for first in range(0, len(projects), most)]
    words = [_("第 %(n)d 张，共 %(all)d 张") % {"n": n, "all": len(sheets)} for n in range(1, len(sheets) + 1)]
    return [
        _sheet([(projects[at], *spans[at]) for at in each], low=low, high=high, today=today)
        | {"part": word if len(sheets) > 1 else ""}
        for each, word in zip(sheets, words, strict=True)
    ]


def _sheet(found: Sequence[Any], *, low: date, high: date, today: date) -> dict[str, Any]:
    whole = max((high - low).days, 30)

    def across(day: date) -> float:
        return round(NAMES + min(max((day - low).days / whole, 0.0), 1.0) * SPAN, 1)

    rows = [_row(n, *each, across=across, today=today) for n, each in enumerate(found)]
    floor = TOP + ROW * len(rows)
    return {
        "title": _("重点项目甘特图"),
        "today": _today(across(today), today),
        "rows": rows,
        "ticks": [{"x": str(across(day)), "label": f"{day:%Y-%m}"} for day in _ticks(low, high)],
        "width": str(NAMES + SPAN + 2 * PAD),
        "height": str(floor + 34),
        "floor": str(floor),
        "key_y": str(floor + 22),
        "top": str(TOP - 6),
        "is_illustrative": any(p.is_illustrative for p, _plan, _done in found),
    }


def shapes(drawn: dict[str, Any]) -> drawing.Drawing:
    """The same picture as shapes for a Word document."""
    top, floor, key_y = float(drawn["top"]), float(drawn["floor"]), float(drawn["key_y"])
    title = "　".join(filter(None, (drawn["title"], drawn["part"], about.mark() if drawn["is_illustrative"] else "")))
    made: list[drawing.Box | drawing.Line | drawing.Words] = [_words(14, 26, title, size=17, is_bold=True, width=800)]
    for tick in drawn["ticks"]:
        made.append(drawing.Line(x=float(tick["x"]), top=top, floor=floor, stroke="#E3E8ED"))
        made.append(_words(tick["x"], 50, tick["label"], size=11, anchor="middle", width=70, colour=QUIET))
    for row in drawn["rows"]:
        runs = [(f"{row['mark']} ", row["colour"]), (row["name"], INK)]
        made.append(drawing.Words(x=14, y=float(row["text_y"]), runs=runs, size=13))
        made += [_box(row["planned"], stroke="#7A8794")] if row["planned"] else []
        made += [_box(row["actual"], fill=row["colour"])] if row["actual"] else []
    today = drawn["today"]
    made.append(drawing.Line(x=float(today["x"]), top=top, floor=floor, stroke="#B42318", is_dashed=True))
    made.append(_words(today["x"], key_y, today["label"], size=11, anchor=today["anchor"], colour="#B42318"))
    made += [_box({"x": "14", "y": str(floor + 13), "width": "22"}, stroke="#7A8794"), _words(42, key_y, _("计划"))]
    made += [_box({"x": "90", "y": str(floor + 13), "width": "22"}, fill=ON_TIME), _words(118, key_y, _("实际"))]
    wide, high = float(drawn["width"]), float(drawn["height"])
    return drawing.Drawing(width=wide, height=high, title=title, shapes=made)


def _words(x: Any, y: float, text: str, *, size: float = 12, colour: str = INK, **more: Any) -> drawing.Words:
    return drawing.Words(x=float(x), y=y, runs=[(text, colour)], size=size, **more)


def _box(bar: dict[str, str], **look: str) -> drawing.Box:
    return drawing.Box(x=float(bar["x"]), y=float(bar["y"]), width=float(bar["width"]), height=9, **look)


def _today(x: float, today: date) -> dict[str, str]:
    """The line of today; its word stays inside the drawing where the line is at an edge."""
    anchor = "end" if x > NAMES + SPAN - 60 else "start" if x < NAMES + 60 else "middle"
    return {"x": str(x), "anchor": anchor, "label": f"{_('今天')} {values.plain(today, 'date')}"}


def _planned(project: Project) -> tuple[date, date] | None:
    days = [project.planned_start_on, project.planned_completion_on, project.planned_production_on]
    known = [day for day in days if day]
    return (min(known), max(known)) if known else None


def _actual(project: Project, *, today: date) -> tuple[date, date] | None:
    """From the day of starting to production, else completion, else today while it is built."""
    if project.started_on is None:
        return None
    ended = project.produced_on or project.completed_on
    return project.started_on, ended or (today if project.stage < Stage.COMPLETED else project.started_on)


def _row(
    number: int,
    project: Project,
    planned: tuple[date, date] | None,
    actual: tuple[date, date] | None,
    *,
    across: Any,
    today: date,
) -> dict[str, Any]:
    y = TOP + number * ROW
    light = schedule.light(project, today=today)
    name = tables.name(project)
    return {
        "y": str(y),
        "text_y": str(y + 20),
        "name": shortened(name, most=34),
        "url": tables.page(project),
        "told": " · ".join(
            part for part in (name, _told(_("计划"), planned), _told(_("实际"), actual), str(light)) if part
        ),
        "planned": _bar(planned, y + 5, across),
        "actual": _bar(actual, y + 18, across),
        "colour": COLOURS.get(light.code, ON_TIME),
        "mark": light.shape,
    }


def _told(word: str, span: tuple[date, date] | None) -> str:
    return f"{word} {values.plain(span[0], 'date')}–{values.plain(span[1], 'date')}" if span else ""


def _bar(span: tuple[date, date] | None, y: int, across: Any) -> dict[str, str] | None:
    if span is None:
        return None
    left, right = across(span[0]), across(span[1])
    return {"x": str(left), "y": str(y), "width": str(round(max(right - left, 3), 1))}


def _ticks(low: date, high: date) -> list[date]:
    months = (high.year - low.year) * 12 + high.month - low.month + 1
    step = next(step for step in (1, 2, 3, 6, 12, 24) if months / step <= MOST_TICKS or step == 24)
    first = low.year * 12 + low.month - 1
    return [date(at // 12, at % 12 + 1, 1) for at in range(first, first + months) if at % step == 0]
