"""The rows below a header column by column: each different cell is read once, and most rows are then done.

A row that needs a second look is *loud*: something stands in it that may make it a total, a remark or a header again,
a cell of it has something to say, a key or a month has yet to be found for it. Loud rows are read one by one, in order;
all others are what their cells are, and nothing more is to be said of them.
"""

from __future__ import annotations

import itertools
from array import array
from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from typing import Any

from chainlab.sheets import values
from chainlab.sheets.reading import CODE, Coded

AT_ONCE = 2_048  # rows: their cells are looked at several times while they are near at hand
WIDEST = 12_000_000  # cells laid out by column; above it, rows are read one by one


class Swept:
    """One column of the sheet: its different cells, and which of them stands in each row."""

    def __init__(self) -> None:
        self.cells = Coded([], array(CODE))
        self.parsed: list[tuple[values.Parsed, str]] = []  # filled in for the columns of the layout
        self._place: dict[Any, int] = defaultdict(itertools.count().__next__)
        self._kinds: set[type] = {str}

    def add(self, cells: Sequence[Any]) -> None:
        """The next cells of the column."""
        is_one_kind = len(self._kinds) < 3
        self._kinds.update(map(type, cells))
        if len(self._kinds) < 3:  # one kind beside texts: a cell is its own key
            self.cells.order.extend(map(self._place.__getitem__, cells))
            self.cells.table.extend(itertools.islice(self._place, len(self.cells.table), None))
            return
        if is_one_kind:
            numbers = itertools.count(len(self._place))
            self._place = defaultdict(numbers.__next__, {_keyed(key): place for key, place in self._place.items()})
        for cell in cells:  # 1, 1.0 and True are three
            place = self._place[_keyed(cell)]
            if place == len(self.cells.table):
                self.cells.table.append(cell)
            self.cells.order.append(place)


def _keyed(cell: Any) -> Any:
    return cell if type(cell) is str else (type(cell), cell)


class Sweep:
    """All columns of the rows from `first` on; `loud` are the rows that are to be read one by one."""

    def __init__(self, rows: Sequence[Sequence[Any]], *, first: int, width: int) -> None:
        self.first, self.last = first, len(rows)
        below = rows[first:]
        self.is_whole = width * len(below) <= WIDEST
        self.loud: set[int] = set()
        self.columns: list[Swept] = []
        if not self.is_whole:
            self.loud = set(range(first, len(rows)))
            return
        if any(len(row) > width for row in below):
            self.loud.update(n for n, row in enumerate(below, first) if _has_more(row, width))
            below = [row[:width] for row in below]
        self.columns = [Swept() for _ in range(width)]
        for begin in range(0, len(below), AT_ONCE):
            some = below[begin : begin + AT_ONCE]
            columns = itertools.zip_longest(*some, fillvalue="")
            blank = ("",) * len(some)
            for swept, cells in zip(self.columns, itertools.chain(columns, itertools.repeat(blank)), strict=False):
                swept.add(cells)

    def be_loud(self, rows: Collection[int]) -> None:
        """Rows of the sheet that are to be read one by one for another reason."""
        self.loud.update(row for row in rows if self.first <= row < self.last)

    def look(self, looks: Callable[[Any], tuple[bool, bool]]) -> None:
        """Rows with a cell that says what they are, or in which nothing stands: `looks` tells of a cell whether it is
        harmless, and whether it is filled."""
        empty: list[int] | None = None
        for column in self.columns:
            seen = [*map(looks, column.cells.table)]
            self._take(column.cells.rows_where([not is_harmless for is_harmless, _ in seen]))
            is_blank = [not is_filled for _, is_filled in seen]
            if empty is None:
                empty = column.cells.rows_where(is_blank)
            elif empty:
                empty = [row for row in empty if is_blank[column.cells.order[row]]]
        self._take(empty or [])

    def parse(self, column: int, read: Callable[[Any], tuple[values.Parsed, str]], *, is_needed: bool) -> None:
        """Read the different cells of a column; rows of a cell with something to say are loud, and rows without a
        value where it `is_needed`."""
        if not self.is_whole:
            return
        swept = self.columns[column]
        swept.parsed = [*map(read, swept.cells.table)]
        is_loud = [bool(one.findings) or (is_needed and one.value is None) for one, _ in swept.parsed]
        self._take(swept.cells.rows_where(is_loud))

    def parsed(self, row: int, column: int) -> tuple[values.Parsed, str] | None:
        """What became of a cell, and what it said; None where it has to be read by itself."""
        if not self.is_whole:
            return None
        swept = self.columns[column]
        return swept.parsed[swept.cells.order[row - self.first]]

    def codes(self, column: int, begin: int, end: int) -> array[int]:
        """Which of the different cells stand in the rows from `begin` to before `end`."""
        return self.columns[column].cells.order[begin - self.first : end - self.first]

    def _take(self, found: Collection[int]) -> None:
        self.loud.update(row + self.first for row in found)


def _has_more(row: Sequence[Any], width: int) -> bool:
    """Whether anything stands to the right of the columns that are looked at."""
    rest = row[width:]
    return len(rest) > rest.count("")
