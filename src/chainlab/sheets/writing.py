"""Rows into a workbook in the layout's own headers, so that what was exported can be imported again unchanged."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from chainlab.sheets import amounts, layouts, spans, stamps
from chainlab.sheets.layout import (
    INVENTED,
    INVENTED_HEADS,
    INVENTED_NOTICE,
    INVENTED_WORDS,
    Field,
    Kind,
    Layout,
    Sheet,
)
from chainlab.sheets.reading import Band, Blank, Row, Span

LONGEST_CELL = 32_767
WIDEST_A4 = 14  # columns; a wider sheet is printed on A3
FORMATS = {
    Kind.INTEGER: "0",
    Kind.DECIMAL: "General",
    Kind.WAN: "#,##0.00",
    Kind.YI: "#,##0.0000",
    Kind.RATIO: "0.00%",
    Kind.DATE: "yyyy-mm-dd",
    Kind.MONTH: 'yyyy"年"m"月"',
}
_BLANK_WORDS = {
    Blank.UNFILLED: ("", ""),
    Blank.NOT_APPLICABLE: ("不适用", "n/a"),
    Blank.WITHHELD: ("按约定不提供", "withheld"),
}


class Book:
    """An xlsx being written. Text is always a string cell: nothing a user typed becomes a formula or a link."""

    def __init__(self, out: Path | str, *, stamp: str = "") -> None:
        import xlsxwriter

        options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
        self.file = xlsxwriter.Workbook(str(out), options)
        if stamp:
            self.file.set_custom_property(stamps.NAME, stamp, "text")
        self._formats: dict[tuple[tuple[str, Any], ...], Any] = {}

    def style(self, **properties: Any) -> Any:
        """The cell format with these properties; asked for twice it is the same one."""
        key = tuple(sorted(properties.items()))
        if key not in self._formats:
            self._formats[key] = self.file.add_format({"valign": "vcenter", **properties})
        return self._formats[key]

    def sheet(self, title: str) -> Any:
        """A new sheet; a title Excel would refuse is shortened and cleaned."""
        plain = "".join("_" if sign in "[]:*?/\\" else sign for sign in title).strip("'")[:31] or "Sheet"
        return self.file.add_worksheet(plain)

    def close(self) -> None:
        self.file.close()


def write(
    layout: Layout | str,
    rows_by_sheet: Mapping[str, Iterable[Row | Mapping[str, object]]],
    *,
    out: Path | str,
    language: str = "zh-hans",
    stamp: str = "",
) -> None:
    """Write rows (by sheet key) under the layout's headers; reading the file gives the same values, and the stamp.

    A value is what reading gives for the kind of its field; a missing one may be a `Blank` saying why.
    """
    wanted = layouts.get(layout) if isinstance(layout, str) else layout
    book = Book(out, stamp=stamp)
    for sheet in wanted.sheets:
        rows = list(rows_by_sheet.get(sheet.key, ()))
        if not rows and sheet.is_optional:
            continue
        page = book.sheet(sheet.title(language))
        offset = int(is_invented(rows))
        write_header(book, page, sheet, language=language, offset=offset)
        if offset:
            mark(book, page, [is_invented([row]) for row in rows], language=language)
        for number, row in enumerate(rows, start=1):
            for column, field in enumerate(sheet.fields, start=offset):
                write_value(book, page, (number, column), value_of(row, field), field=field, language=language)
        if rows:
            page.autofilter(0, 0, len(rows), len(sheet.fields) - 1 + offset)
    book.close()


def is_invented(rows: Iterable[Row | Mapping[str, object]]) -> bool:
    """Whether some of the rows are 示例数据."""
    return any(not isinstance(row, Row) and row.get(INVENTED) for row in rows)


def mark(book: Book, page: Any, rows: Sequence[bool], *, language: str) -> None:
    """示例数据 says so on every row, on every printed page and on the tab; reading the file leaves the column out."""
    at = int(language == "en")
    page.write_string(0, 0, INVENTED_HEADS[at], book.style(bold=True, text_wrap=True, align="center", border=1))
    for number, is_example in enumerate(rows, start=1):
        if is_example:
            page.write_string(number, 0, INVENTED_WORDS[at], book.style(font_color="#C00000", num_format="@"))
    page.set_column(0, 0, 10)
    page.set_tab_color("#C00000")
    page.set_header(f"&R{INVENTED_NOTICE[at]}")


def value_of(row: Row | Mapping[str, object], field: Field) -> object:
    """What a row holds for a field: its value, or the reason why there is none."""
    if not isinstance(row, Row):
        return row.get(field.key)
    value = row.values.get(field.key)
    return row.blanks.get(field.key) if value is None else value


def write_header(book: Book, page: Any, sheet: Sheet, *, language: str, offset: int = 0) -> None:
    """The header row from column `offset` on, column widths and number formats, frozen and repeated on each printed
    page."""
    for column, field in enumerate(sheet.fields, start=offset):
        fill = "#FCE4D6" if field.is_required else "#DDEBF7"
        style = book.style(bold=True, text_wrap=True, align="center", border=1, bg_color=fill, num_format="@")
        mark = "*" if field.is_required else ""
        page.write_string(0, column, mark + field.header(language), style)
        look = book.style(num_format=FORMATS.get(field.kind, "@"))
        page.set_column(column, column, _width(field), look, {"hidden": True} if field.is_hidden else {})
    page.set_row(0, 32)
    page.freeze_panes(1, 1 + offset)
    page.set_landscape()
    page.set_paper(8 if len(sheet.fields) > WIDEST_A4 else 9)
    page.fit_to_pages(1, 0)
    page.repeat_rows(0)
    page.set_footer("&C&P / &N")


def _width(field: Field) -> int:
    if field.kind is Kind.TEXT:
        return 14 if field.max_length <= 100 else 24 if field.max_length <= 300 else 36
    return {Kind.USCC: 22, Kind.CODE: 16, Kind.REGION: 16, Kind.BAND_WAN: 16, Kind.SPAN_WAN: 20, Kind.SPAN: 16}.get(
        field.kind, 13
    )


def write_value(
    book: Book,
    page: Any,
    place: tuple[int, int],
    value: object,
    *,
    field: Field,
    language: str,
    look: Mapping[str, Any] | None = None,
) -> None:
    """One typed value in the unit and form of its column; `look` adds to its format."""
    style = book.style(num_format=FORMATS.get(field.kind, "@"), **(look or {}))
    value = as_written(value, field=field, language=language)
    match value:
        case None | "":
            if look:
                page.write_blank(*place, None, style)
        case dt.datetime() | dt.date():
            page.write_datetime(*place, dt.datetime(value.year, value.month, value.day), style)  # noqa: DTZ001
        case int() | float() | Decimal():
            page.write_number(*place, float(value), style)
        case _:
            page.write_string(*place, str(value)[:LONGEST_CELL], style)


def as_written(value: object, *, field: Field, language: str) -> object:
    """The value as the column shows it: labels for codes, the column's own unit for money."""
    is_english = language == "en"
    match value:
        case Blank():
            return _BLANK_WORDS[value][is_english]
        case bool():
            return ("Yes" if value else "No") if is_english else ("是" if value else "否")
        case Band() if value.is_exact:
            return in_unit(value.low_wan, field)
        case Band():
            return f"{format(in_unit(value.low_wan, field), 'f')}-{format(in_unit(value.high_wan, field), 'f')}"
        case Span():
            return spans.words(value, field=field, language=language)
        case Decimal() | int() if field.kind.is_money:
            return in_unit(Decimal(value), field)
        case str() if field.kind is Kind.CHOICE:
            return next((choice.label(language) for choice in field.choices if choice.code == value), value)
        case _:
            return value


def in_unit(amount_wan: Decimal, field: Field) -> Decimal:
    """An amount in 万元 as its column states it."""
    unit = field.unit or ("亿元" if field.kind is Kind.YI else "万元")
    return amount_wan / amounts.in_wan(amounts.Amount(Decimal(1)), unit=unit)
