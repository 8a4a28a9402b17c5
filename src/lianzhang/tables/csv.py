"""Rows as CSV that Excel opens in Chinese and that cannot start a formula.

Text beginning with = + - @, a tab or a return (or the full-width forms that Excel also accepts) gets a leading
apostrophe; numbers are written bare, so a negative amount stays a number and the file reads back.
"""

import csv
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any, TextIO

from chainlab.sheets.plain import BYTE_ORDER_MARK, harmless
from lianzhang.tables import about, spec, values


def cell(column: spec.Column, value: Any) -> str:
    """One value as it stands in the file: numbers bare and unrounded, an unfilled cell empty."""
    reason = values.blank_of(value)
    if reason is not None:
        return "" if reason is values.Blank.UNFILLED else str(reason.meaning)
    if column.is_number:
        return format(number(column, value), "f")
    return harmless(values.plain(value, column.kind))


def number(column: spec.Column, value: Any) -> Decimal:
    """The figure in the unit of the heading: a `yi` column turns 万元 into 亿元, a ratio stays 0–1."""
    figure = value if isinstance(value, Decimal) else Decimal(str(value))
    return figure / values.WAN_IN_YI if column.kind == "yi" else figure


def write(
    table: spec.TableSpec,
    rows: Iterable[Any],
    *,
    out: TextIO,
    header: spec.ExportHeader | None = None,
    columns: Sequence[spec.Column] | None = None,
) -> int:
    """Write heading and `rows` to `out` (opened with newline="" and utf-8); the number of rows written."""
    found = list(rows)
    chosen = tuple(columns or table.columns)
    chosen = about.with_mark(table, chosen, found, header) if header is not None else chosen
    out.write(BYTE_ORDER_MARK)
    sheet = csv.writer(out)
    sheet.writerow([harmless(spec.heading(column)) for column in chosen])
    count = 0
    for row in found:
        sheet.writerow([cell(column, column.value(row)) for column in chosen])
        count += 1
    return count
