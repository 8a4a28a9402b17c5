"""What there is to say of a sheet as a whole once its rows are read: rows left out, hidden, or marked as invented."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from chainlab.sheets import grid as grids
from chainlab.sheets import headers
from chainlab.sheets.layout import INVENTED_HEADS, INVENTED_WORDS, Sheet

Say = Callable[..., None]


def skipped(rows_of: Mapping[str, Sequence[int]], *, say: Say) -> None:
    """Rows that are ours or say the header again."""
    for kind, code in (("repeated", "rows_repeated_header"), ("example", "rows_example"), ("help", "rows_help")):
        rows = rows_of.get(kind)
        if rows:
            say(code, row=rows[0] - 1, count=len(rows), rows="、".join(map(str, rows)))


def invented(grid: grids.Grid, numbers: Sequence[int], header: headers.Header, *, say: Say) -> None:
    """The mark of 示例数据 that our own files carry is no column of the ledger; whoever hands it in is reminded."""
    marks = [column for column, text in header.texts.items() if text in INVENTED_HEADS]
    marked = [
        number
        for number in (numbers if marks else ())
        if any(grid.cell(number - 1, column).text in INVENTED_WORDS for column in marks)
    ]
    if marked:
        say("rows_invented", count=len(marked), rows=_in_both(_spans(marked)))


def hidden(grid: grids.Grid, numbers: Sequence[int], texts: Mapping[int, str], *, say: Say) -> None:
    """What nobody sees in the sheet and was read all the same: nothing comes in, or stays out, unnoticed."""
    rows = [number for number in numbers if number - 1 in grid.hidden_rows]
    if rows:
        say("rows_hidden", count=len(rows), rows=_in_both(_spans(rows)))
    columns = sorted(grid.hidden_columns & set(texts))
    if columns:
        named = [f"{grids.letter(one)} {texts[one]}".replace("\n", "") for one in columns]
        say("columns_hidden", count=len(columns), columns=_in_both(named))


def names(sheet: Sheet) -> tuple[str, str]:
    """The first columns of a sheet, in both languages."""
    fields = sheet.fields[:8]
    return "、".join(field.header_zh for field in fields), ", ".join(field.header_en for field in fields)


def _in_both(words: Sequence[str]) -> tuple[str, str]:
    return "、".join(words), ", ".join(words)


def _spans(numbers: Sequence[int]) -> list[str]:
    """5 and 7–9 for 5, 7, 8, 9."""
    spans: list[list[int]] = []
    for number in numbers:
        if spans and number == spans[-1][1] + 1:
            spans[-1][1] = number
        else:
            spans.append([number, number])
    return [str(first) if first == last else f"{first}–{last}" for first, last in spans]
