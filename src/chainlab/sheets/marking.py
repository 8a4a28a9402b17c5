"""The workbook back to whoever sent it: same values, wrong cells coloured and explained, and a list of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from chainlab.sheets import furniture, reader, writing
from chainlab.sheets import grid as grids
from chainlab.sheets.reading import Complaint, Reading

_FILLS = {"error": "#FFC7CE", "warning": "#FFEB9C"}
_LEVELS = {"error": ("错误", "Error"), "warning": ("提醒", "Warning"), "note": ("说明", "Note")}


def mark(source: Path | str, reading: Reading, *, out: Path | str, language: str = "zh-hans", name: str = "") -> None:
    """Write a copy of `source` with the complaints of `reading` marked.

    A simple copy: values, dates, percentages and merged cells are kept; formulas become their values; macros, links,
    pictures and the look are not kept; the stamp is. A file that could not be read gives the list alone.
    """
    book = writing.Book(out, stamp=reading.stamp)
    by_cell: dict[tuple[str, str], list[Complaint]] = {}
    for complaint in reading.complaints:
        if complaint.cell and complaint.sheet and complaint.level != "note":
            by_cell.setdefault((complaint.sheet, complaint.cell), []).append(complaint)
    _list(book, reading, language=language)
    for grid in reader.cells(source, name=name):
        if grid.name not in furniture.OUR_SHEETS:
            _copy(book, grid, by_cell, language=language)
    book.close()


def strip(source: Path | str, reading: Reading, *, out: Path | str, name: str = "") -> None:
    """Write a copy of `source` without what stands below the headers that are never taken (`column_refused`)."""
    refused: dict[str, set[int]] = {}
    for complaint in reading.complaints:
        if complaint.code == "column_refused" and complaint.cell and complaint.sheet:
            refused.setdefault(complaint.sheet, set()).add(grids.column_of(complaint.cell))
    heads = {one.sheet: one.row_number or 1 for one in reading.complaints if one.code == "column_refused"}
    book = writing.Book(out, stamp=reading.stamp)
    for grid in reader.cells(source, name=name):
        for row in grid.rows[heads.get(grid.name, 0) :]:
            for column in refused.get(grid.name, ()):
                if column < len(row):
                    row[column] = ""
        gone = refused.get(grid.name, set())
        grid.errors = {place: error for place, error in grid.errors.items() if place[1] not in gone}
        _copy(book, grid, {}, language="zh-hans")
    book.close()


def _list(book: writing.Book, reading: Reading, *, language: str) -> None:
    is_english = language == "en"
    page = book.sheet("Errors" if is_english else "错误清单")
    heads = ("No.", "Level", "Sheet", "Cell", "What is wrong and what to do")
    heads = heads if is_english else ("序号", "级别", "工作表", "单元格", "问题和处理办法")
    for column, head in enumerate(heads):
        page.write_string(0, column, head, book.style(bold=True, border=1, bg_color="#DDEBF7"))
    order = {"error": 0, "warning": 1, "note": 2}
    for line, complaint in enumerate(sorted(reading.complaints, key=lambda one: order[one.level]), start=1):
        place = complaint.cell or (f"{complaint.row_number}:{complaint.row_number}" if complaint.row_number else "")
        page.write_number(line, 0, line)
        style = book.style(bg_color=_FILLS[complaint.level]) if complaint.level in _FILLS else book.style()
        page.write_string(line, 1, _LEVELS[complaint.level][is_english], style)
        page.write_string(line, 2, complaint.sheet or "")
        page.write_string(line, 3, place)
        page.write_string(line, 4, complaint.message(language), book.style(text_wrap=True))
    for column, width in enumerate((6, 8, 18, 12, 90)):
        page.set_column(column, column, width)
    page.freeze_panes(1, 0)


def _copy(
    book: writing.Book, grid: grids.Grid, by_cell: Mapping[tuple[str, str], Iterable[Complaint]], *, language: str
) -> None:
    page = book.sheet(grid.name)
    if not grid.is_visible:
        page.hide()
    _merge(page, grid)
    for row, values in enumerate(grid.rows):
        for column in range(len(values)):
            found = list(by_cell.get((grid.name, grids.address(row, column)), ()))
            _copy_cell(book, page, grid, (row, column), found)
            if found:
                text = "\n".join(complaint.message(language) for complaint in found)
                page.write_comment(row, column, text, {"x_scale": 2, "y_scale": 1.5})


def _merge(page: Any, grid: grids.Grid) -> None:
    from xlsxwriter import exceptions

    for (top, left), (bottom, right) in grid.merges:
        if (top, left) != (bottom, right):
            try:
                page.merge_range(top, left, bottom, right, "")
            except exceptions.OverlappingRange:
                continue  # only a damaged file has them


def _copy_cell(
    book: writing.Book, page: Any, grid: grids.Grid, place: grids.Position, found: Iterable[Complaint]
) -> None:
    cell = grid.cell(*place)
    levels = {complaint.level for complaint in found}
    fill = _FILLS["error"] if "error" in levels else _FILLS["warning"] if levels else ""
    look: dict[str, Any] = {"bg_color": fill} if fill else {}
    if cell.is_empty or cell.is_uncalculated:
        if fill:
            page.write_blank(*place, None, book.style(**look))
        return
    match cell.value:
        case dt.datetime() | dt.date() if not cell.error:
            moment = dt.datetime(cell.value.year, cell.value.month, cell.value.day)  # noqa: DTZ001
            page.write_datetime(*place, moment, book.style(num_format="yyyy-mm-dd", **look))
        case bool() if not cell.error:
            page.write_boolean(*place, cell.value, book.style(**look))
        case int() | float() if not cell.error:
            form = {"num_format": "0.00%"} if cell.is_percent else {}
            page.write_number(*place, cell.value, book.style(**form, **look))
        case _:
            page.write_string(*place, cell.text[: writing.LONGEST_CELL], book.style(num_format="@", **look))
