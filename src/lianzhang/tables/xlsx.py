"""Rows as a workbook that reads back: row 1 is the headings, nothing stands above it, the explanations are on the
sheet 说明."""

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from typing import IO, Any

import xlsxwriter
from django.utils import timezone
from django.utils.translation import gettext as _

from lianzhang.tables import about, csv, spec, values

NUMBER_FORMATS = {"integer": "#,##0", "decimal": "#,##0.##", "wan": "#,##0.00", "yi": "#,##0.00", "ratio": "0.0%"}
DATE_FORMATS = {"date": "yyyy-mm-dd", "datetime": "yyyy-mm-dd hh:mm", "month": "yyyy-mm"}
# Leading "=" must stay text: a ledger cell is never a formula, whoever typed it.
OPTIONS = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
PAPER = {"a4": 9, "a4-landscape": 9, "a3": 8}
WIDEST = 48


def write(
    table: spec.TableSpec,
    rows: Iterable[Any],
    *,
    out: IO[bytes],
    header: spec.ExportHeader,
    columns: Sequence[spec.Column] | None = None,
) -> int:
    """Write `rows` under their headings and the sheet 说明 to `out`; the number of rows written."""
    found = list(rows)
    chosen = about.with_mark(table, columns or table.columns, found, header)
    book = _book(out, header)
    look = _Look(book)
    _sheet(book, table, chosen, found, look=look, header=header, name=sheet_name(str(header.title)))
    sums = spec.totals(chosen, found)
    _write_about(book, about.lines(table, header, row_count=len(found), sums=sums, columns=chosen), look)
    book.close()
    return len(found)


def write_many(
    parts: Sequence[tuple[spec.TableSpec, Sequence[Any]]], *, out: IO[bytes], header: spec.ExportHeader
) -> None:
    """Several tables as one workbook: a sheet each under its own title, and one sheet 说明 for all."""
    book = _book(out, header)
    look, said = _Look(book), []
    for table, rows in parts:
        columns = about.with_mark(table, table.shown_by_default(), rows, header)
        _sheet(book, table, columns, rows, look=look, header=header, name=sheet_name(str(table.title)))
        said += about.lines(table, header, row_count=len(rows), sums=spec.totals(columns, rows), columns=columns)
    _write_about(book, list(dict.fromkeys(said)), look)
    book.close()


def _book(out: IO[bytes], header: spec.ExportHeader) -> Any:
    book = xlsxwriter.Workbook(out, OPTIONS)
    book.set_properties({"title": str(header.title), "author": str(header.who), "comments": _comments(header)})
    return book


def _sheet(
    book: Any,
    table: spec.TableSpec,
    chosen: Sequence[spec.Column],
    found: Sequence[Any],
    *,
    look: "_Look",
    header: spec.ExportHeader,
    name: str,
) -> None:
    sheet = book.add_worksheet(name)
    widths = _write_headings(sheet, chosen, look)
    formats = [look.cell(column) for column in chosen]
    for row_number, row in enumerate(found, start=1):
        for column_number, column in enumerate(chosen):
            width = _put(sheet, row_number, column_number, column, column.value(row), formats)
            widths[column_number] = max(widths[column_number], width)
    if table.sends_totals and found:
        _put_totals(sheet, len(found) + 1, chosen, spec.totals(chosen, found), look)
    for column_number, width in enumerate(widths):
        sheet.set_column(column_number, column_number, min(width + 2, WIDEST))
    _lay_out(sheet, table, chosen, header, row_count=len(found))


def _put_totals(
    sheet: Any, row_number: int, columns: Sequence[spec.Column], sums: dict[str, Any], look: "_Look"
) -> None:
    """合计 in the first column that is none of the summed, the sums below theirs; outside the filter."""
    label = next((n for n, column in enumerate(columns) if column.key not in {*sums, "mark"}), None)
    if sums and label is not None:
        sheet.write_string(row_number, label, _("合计"), look.label)
        for n, column in enumerate(columns):
            if column.key in sums:
                _put(sheet, row_number, n, column, sums[column.key], [look.cell(each) for each in columns])


def sheet_name(title: str) -> str:
    """`title` as Excel allows a sheet to be called: no []:*?/\\ and at most 31 characters, never the name of the
    other sheet."""
    name = re.sub(r"[\[\]:*?/\\']", " ", title).strip()[:31] or _("表")
    return name if name != _("说明") else f"{name} 1"


class _Look:
    """The few cell formats of an exported sheet."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self.heading = self._format(bold=True, bg_color="#EEF2F5", border=1, border_color="#C5CDD5", text_wrap=True)
        self.label = self._format(bold=True)
        self.text = self._format(text_wrap=True)
        self._made: dict[str, Any] = {}

    def _format(self, **properties: Any) -> Any:
        return self._book.add_format({"font_name": "宋体", "font_size": 11, "valign": "vcenter", **properties})

    def cell(self, column: spec.Column) -> Any:
        """The format of the cells of `column`; text is declared as text so that a code keeps its leading zeros."""
        number_format = NUMBER_FORMATS.get(column.kind) or DATE_FORMATS.get(column.kind) or "@"
        if column.kind == "ratio" and column.places == 0:
            number_format = "0%"
        if number_format not in self._made:
            self._made[number_format] = self._format(num_format=number_format)
        return self._made[number_format]


def _write_headings(sheet: Any, columns: Sequence[spec.Column], look: _Look) -> list[int]:
    headings = [spec.heading(column) for column in columns]
    for column_number, text in enumerate(headings):
        sheet.write_string(0, column_number, text, look.heading)
    return [_width(text) for text in headings]


def _put(
    sheet: Any, row_number: int, column_number: int, column: spec.Column, value: Any, formats: Sequence[Any]
) -> int:
    """Write one cell by its kind; the width it wants in characters."""
    look = formats[column_number]
    reason = values.blank_of(value)
    if reason is not None:
        if reason is values.Blank.UNFILLED:
            sheet.write_blank(row_number, column_number, None, look)
            return 0
        sheet.write_string(row_number, column_number, str(reason.meaning), look)
        return _width(str(reason.meaning))
    text = values.plain(value, column.kind, places=column.places)
    if column.is_number:
        sheet.write_number(row_number, column_number, float(csv.number(column, value)), look)
    elif column.kind in DATE_FORMATS and isinstance(value, dt.date):
        sheet.write_datetime(row_number, column_number, _naive(value), look)
    else:
        sheet.write_string(row_number, column_number, text, look)
    return _width(text)


def _naive(value: dt.date) -> dt.date:
    if isinstance(value, dt.datetime) and timezone.is_aware(value):
        return timezone.localtime(value).replace(tzinfo=None)
    return value


def _width(text: str) -> int:
    """Columns of a monospaced cell: a Chinese character takes two."""
    longest = max(text.split("\n"), key=len, default="")
    return sum(2 if ord(sign) > 0x2E7F else 1 for sign in longest[:WIDEST])


def _comments(header: spec.ExportHeader) -> str:
    parts = [about.mark() if header.is_illustrative else "", header.export_id]
    return " ".join(part for part in parts if part)


def _lay_out(
    sheet: Any, table: spec.TableSpec, columns: Sequence[spec.Column], header: spec.ExportHeader, *, row_count: int
) -> None:
    paper = table.sheet_paper(columns)
    is_marked = columns[0].key == "mark"
    sheet.freeze_panes(1, 1 + is_marked)
    if is_marked:
        sheet.set_tab_color("#C00000")
    sheet.autofilter(0, 0, row_count, len(columns) - 1)
    sheet.set_paper(PAPER[paper])
    if paper != "a4":
        sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    mark = about.mark() if header.is_illustrative else ""
    sheet.set_header(_margin_text(("&C", str(header.title)), ("&R", mark)))
    sheet.set_footer(_margin_text(("&L", str(header.who)), ("&C&P / &N", " "), ("&R", header.export_id)))


def _margin_text(*parts: tuple[str, str]) -> str:
    """Header or footer in Excel's own code; a part without text is left out, & is doubled, 255 signs are the limit."""
    return "".join(place + text[:70].replace("&", "&&") for place, text in parts if text)


def _write_about(book: Any, lines: Sequence[tuple[str, str]], look: _Look) -> None:
    sheet = book.add_worksheet(_("说明"))
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 1, 80)
    sheet.set_paper(PAPER["a4"])
    sheet.fit_to_pages(1, 0)  # both columns on one sheet of paper: what a figure means is read beside its name
    for row_number, (label, text) in enumerate(lines):
        sheet.write_string(row_number, 0, label, look.label)
        sheet.write_string(row_number, 1, text, look.text)
