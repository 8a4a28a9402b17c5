"""The month's workbook of a district: the columns of the key-project ledger, filled in with what is known."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal

from chainlab import names
from chainlab.sheets import layouts
from chainlab.sheets.layout import INVENTED, Field, Kind, Layout, Sheet
from chainlab.sheets.reading import Blank
from lianzhang.collecting import sheets as collecting
from lianzhang.collecting.models import Collection, Submission
from lianzhang.intake import origin
from lianzhang.projects.monthly import meanwhile, queries
from lianzhang.projects.monthly.actions import Said
from lianzhang.projects.monthly.queries import Row

if TYPE_CHECKING:
    from chainlab.sheets.reading import Complaint, Reading
    from chainlab.sheets.reading import Row as SheetRow
    from lianzhang.accounts.models import Person

LEDGER = "key_projects"
BEFORE = Field(
    key="before_wan",
    header_zh="上月止年度累计",
    header_en="Done this year until last month",
    kind=Kind.WAN,
    unit="万元",
    help_zh="已关账的数，供核对，不必填写。",
    help_en="As closed last month, for comparison; leave it as it is.",
)
# Column of the ledger → field of the month.
TAKEN = {
    "month_done_wan": "done_month_wan",
    "year_done_wan": "done_year_wan",
    "funds_in_wan": "arrived_wan",
    "physical_progress": "progress",
    "next_node": "next_milestone",
    "next_on": "next_due_on",
    "block_kind": "blockage_kind",
    "problem": "blockage",
    "remark": "explanation",
}
COLUMN_OF = {field: column for column, field in TAKEN.items()}
SHOWN = ("code", "name", "chain", "year_plan_wan")
LIMITS = {"next_milestone": 120, "blockage": 300, "explanation": 300}


def layout_of(collection: Collection) -> Layout:
    """The workbook of a round: the ledger's own columns, so that a district's own sheet of the month is read too."""
    ledger = layouts.get(LEDGER)
    sheet, month = ledger.sheets[0], queries.month_of(collection)
    fields = {field.key: field for field in sheet.fields}
    period = dataclasses.replace(fields["period_on"], choices=())
    kept = [dataclasses.replace(fields[key], is_required=key == "name") for key in SHOWN]
    taken = [_asked(fields[key]) for key in TAKEN]
    made = Sheet(
        key=sheet.key,
        title_zh=f"{month:%Y年%m月}",
        title_en=f"{month:%Y-%m}",
        fields=(collecting.ID_FIELD, *kept, period, BEFORE, *taken),
        patterns=sheet.patterns,
        period_field="period_on",
    )
    return dataclasses.replace(
        ledger,
        key=f"round-{collection.code}",
        title_zh=collection.title,
        title_en=collection.title,
        sheets=(made,),
        help_zh=collection.request or ledger.help_zh,
        help_en=collection.request or ledger.help_en,
    )


def _asked(field: Field) -> Field:
    """A column of the ledger as the month asks for it: a figure that falls is said, not refused."""
    limit = LIMITS.get(TAKEN[field.key])
    return dataclasses.replace(field, max_length=limit) if limit else field


def filled(submission: Submission) -> list[dict[str, Any]]:
    """The rows of the workbook: what is known, what was written so far; figures of the month are left open."""
    month = queries.month_of(submission.collection)
    projects = queries.due(submission.body_id).select_related("chain").only(*queries.OF_ROW, "chain__name_zh")
    rows = queries.rows(submission, projects=projects)
    return [_row(row, submission=submission, month=month) for row in rows]


def _row(row: Row, *, submission: Submission, month: dt.date) -> dict[str, Any]:
    said = {column: row.value(field) or None for column, field in TAKEN.items()}
    for column in ("month_done_wan", "year_done_wan", "funds_in_wan"):  # nought is a figure
        said[column] = row.value(TAKEN[column])
    return {
        **said,
        collecting.ID: collecting.id_of(submission),
        "code": row.project.code,
        "name": row.project.name,
        "chain": row.project.chain.name_zh,
        "year_plan_wan": row.project.plan_year_wan,
        "period_on": month,
        "before_wan": row.earlier.cumulative_wan,
        INVENTED: row.project.is_illustrative,
    }


def prefilled(submission: Submission, *, language: str, by: Person) -> bytes:
    """The workbook of one district; the trail knows of it before it leaves."""
    layout, seen = layout_of(submission.collection), origin.as_of()
    rows = filled(submission)
    return collecting.hand_out(layout, rows, seen=seen, submission=submission, spare=0, language=language, by=by)


def taken(reading: Reading, submission: Submission) -> tuple[list[Said], list[Complaint]]:
    """What the rows of a workbook say of this district's projects, and what is wrong with the rows of others.

    What was written on the page after the workbook left is not said again: it stands, and is told where both differ."""
    month = queries.month_of(submission.collection)
    found = queries.rows(submission)
    by_code = {row.project.code: row for row in found}
    by_name = {names.normalise(row.project.name): row for row in found}
    letters = {(column.sheet_name, column.field): column.letter for column in reading.columns}
    bad = {(one.sheet, one.row_number) for one in reading.complaints if one.level == "error"}
    said: list[Said] = []
    told: list[Complaint] = []
    seen: set[int] = set()
    wrote = meanwhile.Meanwhile(found, stamp=reading.stamp)
    for line in reading.rows:
        row = by_code.get(str(line.values.get("code") or "")) or by_name.get(
            names.normalise(str(line.values.get("name") or ""))
        )
        wrong = _wrong(line, row, month=month, seen=seen)
        if wrong is not None:
            field, code, zh, en = wrong
            told.append(_complaint(line, field, letters, code=code, zh=zh, en=en))
        elif row is not None and (line.sheet_name, line.row_number) not in bad:
            seen.add(row.project.pk)
            values, kept = wrote.kept(row, _values(line))
            said.append(Said(row.project.pk, values, version=row.report.version if row.report else 0))
            for name, zh, en in kept:
                told.append(_complaint(line, COLUMN_OF[name], letters, code="kept", level="warning", zh=zh, en=en))
    return said, told


def _wrong(line: SheetRow, row: Row | None, *, month: dt.date, seen: set[int]) -> tuple[str, str, str, str] | None:
    """Why a row is not taken: field, code and the words."""
    if row is None:
        zh = "本行项目不在本区市在推进的重点项目之列，未读取。"
        return "name", "foreign_project", zh, "Not one of this district's key projects: the row was not taken."
    period = line.values.get("period_on")
    if isinstance(period, dt.date) and period.replace(day=1) != month:
        zh = f"本行是 {period:%Y年%m月} 的数据，本次报 {month:%Y年%m月}。"
        return "period_on", "other_month", zh, f"This row is of {period:%Y-%m}; this round is of {month:%Y-%m}."
    if row.project.pk in seen:
        return (
            "name",
            "twice",
            "本项目在表中出现两次，只取第一行。",
            "The project stands here twice: the first row counts.",
        )
    if not row.is_writable:
        zh = f"本项目的月报是“{row.report.get_state_display() if row.report else ''}”，不能再改。"
        return "name", "locked", zh, "The row of this project was handed in or checked already."
    return None


def _values(line: SheetRow) -> dict[str, Any]:
    """What a row states, as the month keeps it: an unfilled cell says nothing, 无 empties."""
    found: dict[str, Any] = {}
    for column, field in TAKEN.items():
        value, blank = line.values.get(column), line.blanks.get(column)
        if value is not None:
            found[field] = value
        elif blank is not None and blank is not Blank.UNFILLED:
            found[field] = None if field in queries.FIGURES or field == "next_due_on" else ""
    return found


def _complaint(
    line: SheetRow,
    field: str,
    letters: Mapping[tuple[str, str], str],
    *,
    code: str,
    zh: str,
    en: str,
    level: Literal["error", "warning"] = "error",
) -> Complaint:
    from chainlab.sheets.reading import Complaint

    letter = letters.get((line.sheet_name, field))
    cell = f"{letter}{line.row_number}" if letter else None
    return Complaint(line.sheet_name, cell, line.row_number, field, level, code, zh, en)


def totals(rows: Sequence[Row]) -> dict[str, Any]:
    """合计 of a district's rows: plan, last month's cumulative, the month, the year; a blank adds nothing."""
    columns = {
        "plan_wan": [row.project.plan_year_wan for row in rows],
        "before_wan": [row.earlier.cumulative_wan for row in rows],
        "month_wan": [row.value("done_month_wan") for row in rows],
        "year_wan": [row.value("done_year_wan") for row in rows],
        "arrived_wan": [row.value("arrived_wan") for row in rows],
    }
    found = {name: [one for one in figures if one is not None] for name, figures in columns.items()}
    return {name: sum(figures, Decimal(0)) if figures else None for name, figures in found.items()}
