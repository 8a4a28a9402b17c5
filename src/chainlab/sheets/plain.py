"""One sheet of a layout as CSV that Excel opens in Chinese, that cannot start a formula, and that reads back."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import TextIO

from chainlab.sheets import layouts, writing
from chainlab.sheets.layout import INVENTED_HEADS, INVENTED_WORDS, Field, Kind, Layout
from chainlab.sheets.reading import Row

BYTE_ORDER_MARK = "\ufeff"
FORMULA_STARTS = tuple("=+-@\t\r\n＝＋－＠﹢﹣")


def harmless(text: str) -> str:
    """`text` so that a spreadsheet takes it as text: what it would run as a formula gets an apostrophe before it."""
    return "'" + text if text.lstrip(" \u3000").startswith(FORMULA_STARTS) or text.startswith(FORMULA_STARTS) else text


def write_csv(
    layout: Layout | str,
    sheet: str,
    rows: Iterable[Row | Mapping[str, object]],
    *,
    out: TextIO,
    language: str = "zh-hans",
) -> None:
    """Write the rows of one sheet (by its key) under its headers to `out`, opened with newline="" and utf-8.

    The values are those `write` takes; numbers are written bare and unrounded, so the file reads back the same.
    """
    wanted = (layouts.get(layout) if isinstance(layout, str) else layout).sheet(sheet)
    found, at = list(rows), int(language == "en")
    marks = [[INVENTED_HEADS[at]], *([INVENTED_WORDS[at] if writing.is_invented([row]) else ""] for row in found)]
    if not writing.is_invented(found):
        marks = [[] for _ in marks]
    out.write(BYTE_ORDER_MARK)
    lines = csv.writer(out)
    lines.writerow([*marks[0], *(harmless(field.header(language)) for field in wanted.fields)])
    for mark, row in zip(marks[1:], found, strict=True):
        lines.writerow([*mark, *(_text(writing.value_of(row, field), field, language) for field in wanted.fields)])


def _text(value: object, field: Field, language: str) -> str:
    written = writing.as_written(value, field=field, language=language)
    match written:
        case None:
            return ""
        case dt.datetime() | dt.date():
            return f"{written:%Y-%m}" if field.kind is Kind.MONTH else f"{written:%Y-%m-%d}"
        case int() | Decimal():
            return format(written, "f") if isinstance(written, Decimal) else str(written)
        case float():
            return format(Decimal(repr(written)), "f")
        case _:
            return harmless(str(written))
