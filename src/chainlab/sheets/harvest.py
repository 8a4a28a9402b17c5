"""The rows taken from a sheet, in order: quiet ones as the sweep holds them, loud ones as they were read."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from chainlab.sheets import sweep
from chainlab.sheets.reading import CODE, Band, Blank, Block, Coded, Row


class Harvest:
    """`columns`: field → column of the sweep; `nothing`: the blanks of fields that have no column."""

    def __init__(self, swept: sweep.Sweep, *, columns: Mapping[str, int], nothing: Mapping[str, Blank]) -> None:
        self.count = 0
        self._swept, self._columns, self._nothing = swept, columns, nothing
        self._taken: list[range | Row] = []
        self._unsummed: list[range] = []

    def add(self, row: Row) -> None:
        """A row that was read by itself."""
        self.count += 1
        self._taken.append(row)

    def add_quiet(self, rows: range) -> None:
        """Rows that are what their cells are."""
        if rows:
            self.count += len(rows)
            self._taken.append(rows)
            self._unsummed.append(rows)

    def numbers(self) -> Iterator[int]:
        """The number of each row as Excel shows it."""
        for part in self._taken:
            if isinstance(part, Row):
                yield part.row_number
            else:
                yield from range(part.start + 1, part.stop + 1)

    def unsummed(self, columns: Sequence[tuple[str, int]]) -> Iterator[tuple[str, list[Decimal]]]:
        """What the quiet rows since it was last asked add to each field: only a total asks for their sum."""
        for key, column in columns if self._unsummed else ():
            numbers = [added(parsed.value) for parsed, _ in self._swept.columns[column].parsed]
            for rows in self._unsummed:
                told = map(numbers.__getitem__, self._swept.codes(column, rows.start, rows.stop))
                yield key, [number for number in told if number is not None]
        self._unsummed.clear()

    def block(self, sheet: str, sheet_name: str, fields: Sequence[str]) -> Block:
        """All rows by columns."""
        values, raw = {}, {}
        for key in fields:
            if key in self._columns:
                values[key], raw[key] = self._column(key, self._columns[key])
            else:
                values[key] = self._without_column(key)
        raw = {key: raw[key] for key in self._columns}  # in the order of the sheet
        return Block(sheet, sheet_name, array(CODE, self.numbers()), values, raw, self._blanks())

    def _column(self, key: str, column: int) -> tuple[Coded, Coded]:
        """What the cells of a column were read as, and what they said."""
        parsed = self._swept.columns[column].parsed if self._swept.is_whole else []
        typed, said = [one.value for one, _ in parsed], [text for _, text in parsed]
        order = array(CODE)
        for part in self._taken:
            if isinstance(part, Row):
                order.append(self._place(part, key, column, typed, said))
            else:
                order.extend(self._swept.codes(column, part.start, part.stop))
        return Coded(typed, order), Coded(said, order)

    def _place(self, row: Row, key: str, column: int, typed: list[Any], said: list[str]) -> int:
        """Where in the table what a row says stands; it is added where it does not."""
        value, text = row.values[key], row.raw[key]
        if self._swept.is_whole:
            code = self._swept.columns[column].cells.order[row.row_number - 1 - self._swept.first]
            if typed[code] is value and said[code] == text:
                return code
        typed.append(value)
        said.append(text)
        return len(typed) - 1

    def _without_column(self, key: str) -> Coded:
        """What was found for a field of which the sheet has no column."""
        typed: list[object] = [None]
        order = array(CODE)
        for part in self._taken:
            if not isinstance(part, Row):
                order.extend(array(CODE, bytes(order.itemsize * len(part))))
            elif part.values[key] is None:
                order.append(0)
            else:
                order.append(len(typed))
                typed.append(part.values[key])
        return Coded(typed, order)

    def _blanks(self) -> Coded:
        """The reasons of each row; most rows share theirs with others."""
        places: dict[tuple[tuple[str, Blank], ...], int] = {}
        order = array(CODE)
        gaps = self._gaps()
        for part in self._taken:
            if isinstance(part, Row):
                order.append(places.setdefault(tuple(part.blanks.items()), len(places)))
                continue
            codes = [self._swept.codes(self._columns[key], part.start, part.stop) for key in gaps]
            each = [map(one.__getitem__, seen) for one, seen in zip(gaps.values(), codes, strict=True)]
            told = [*zip(*each, strict=True)]
            known: dict[tuple[Blank | None, ...], int] = {}
            for seen in dict.fromkeys(told or [()]):
                blank = {key: reason for key, reason in zip(gaps, seen, strict=True) if reason is not None}
                known[seen] = places.setdefault(tuple({**self._nothing, **blank}.items()), len(places))
            order.extend(map(known.__getitem__, told or [()] * len(part)))
        return Coded([dict(items) for items in places], order)

    def _gaps(self) -> dict[str, list[Blank | None]]:
        """For the fields with a column that is not filled in everywhere, why each of its different cells has no value;
        what is filled in is one."""
        if not self._swept.is_whole:
            return {}
        found = {key: [one.blank for one, _ in self._swept.columns[at].parsed] for key, at in self._columns.items()}
        return {key: reasons for key, reasons in found.items() if any(reasons)}


def added(value: object) -> Decimal | None:
    """What a value adds to a total."""
    match value:
        case Band():
            return value.low_wan if value.is_exact else None
        case int() | Decimal():
            return Decimal(value)
        case _:
            return None
