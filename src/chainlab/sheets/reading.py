"""What came out of a workbook: typed rows, complaints with their cells, and notes on what was left out."""

from __future__ import annotations

import dataclasses
import enum
import functools
import itertools
from array import array
from collections.abc import Collection, Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any, NamedTuple, overload

from chainlab.sheets.layout import Level

CODE = "I"  # of arrays of row numbers and places: four bytes each


class Blank(enum.StrEnum):
    """Why a value is missing. 未填 is a question still open; the other two are answers."""

    UNFILLED = "unfilled"  # 未填
    NOT_APPLICABLE = "not_applicable"  # 不适用: "—", "无", "/"
    WITHHELD = "withheld"  # 按约定不提供


class Band(NamedTuple):
    """An amount between two bounds in 万元; an exact amount has equal bounds."""

    low_wan: Decimal
    high_wan: Decimal

    @property
    def is_exact(self) -> bool:
        return self.low_wan == self.high_wan

    @property
    def middle_wan(self) -> Decimal:
        return (self.low_wan + self.high_wan) / 2


class Span(NamedTuple):
    """A band that is answered where no figure is asked for: money in 万元, or counted; None = open above."""

    low: Decimal
    high: Decimal | None

    @property
    def is_exact(self) -> bool:
        return self.low == self.high


@dataclasses.dataclass(frozen=True, slots=True)
class Row:
    """One data row. `values` holds every field of the layout sheet (None where blank, with the reason in `blanks`)."""

    sheet: str  # key in the layout
    row_number: int  # as Excel shows it
    values: dict[str, object]
    raw: dict[str, str]  # what the cell said, for the fields whose column is there
    sheet_name: str = ""  # as the workbook calls it
    blanks: dict[str, Blank] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True, slots=True)
class Coded:
    """A column of many rows: each different thing once, and which of them stands in each row."""

    table: list[Any]
    order: array[int]

    def __iter__(self) -> Iterator[Any]:
        return map(self.table.__getitem__, self.order)

    def rows_where(self, is_so: Sequence[bool]) -> list[int]:
        """The rows in which one of those marked in the table stands."""
        if not any(is_so):
            return []
        return [*itertools.compress(itertools.count(), map(is_so.__getitem__, self.order))]


@dataclasses.dataclass(slots=True, eq=False)
class Block:
    """Rows of one sheet of the workbook, kept by columns; what is said of a `Row` holds for each of them."""

    sheet: str
    sheet_name: str
    numbers: array[int]
    values: dict[str, Coded]
    raw: dict[str, Coded]
    blanks: Coded  # of mappings: field → Blank

    def __len__(self) -> int:
        return len(self.numbers)

    def row(self, index: int) -> Row:
        """One of the rows, counted from 0."""
        return Row(
            self.sheet,
            self.numbers[index],
            {key: column.table[column.order[index]] for key, column in self.values.items()},
            {key: column.table[column.order[index]] for key, column in self.raw.items()},
            self.sheet_name,
            {**self.blanks.table[self.blanks.order[index]]},
        )

    def rows(self) -> Iterator[Row]:
        """All of them, in order."""
        texts: Iterable[tuple[str, ...]] = zip(*self.raw.values(), strict=True) if self.raw else itertools.repeat(())
        typed = zip(*self.values.values(), strict=True)
        # Not strict: a sheet of which no column is there repeats "nothing" without end.
        for number, row, words, reasons in zip(self.numbers, typed, texts, self.blanks, strict=False):
            values, raw = dict(zip(self.values, row, strict=True)), dict(zip(self.raw, words, strict=True))
            yield Row(self.sheet, number, values, raw, self.sheet_name, {**reasons})

    def without(self, indices: Collection[int]) -> Block:
        """The same without the rows of these places."""
        if not indices:
            return self
        kept = [index not in indices for index in range(len(self))]
        orders: dict[int, array[int]] = {}

        def cut(column: Coded) -> Coded:
            if id(column.order) not in orders:
                orders[id(column.order)] = array(CODE, itertools.compress(column.order, kept))
            return Coded(column.table, orders[id(column.order)])

        return Block(
            self.sheet,
            self.sheet_name,
            array(CODE, itertools.compress(self.numbers, kept)),
            {key: cut(column) for key, column in self.values.items()},
            {key: cut(column) for key, column in self.raw.items()},
            cut(self.blanks),
        )


class Rows(Sequence[Row]):
    """The rows of a workbook, one after another; who reads them by columns finds them in `blocks`."""

    def __init__(self, blocks: Iterable[Block] = ()) -> None:
        self.blocks = tuple(blocks)

    @functools.cached_property
    def _made(self) -> tuple[Row, ...]:
        return tuple(row for block in self.blocks for row in block.rows())

    def __len__(self) -> int:
        return sum(map(len, self.blocks))

    @overload
    def __getitem__(self, index: int) -> Row: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Row, ...]: ...
    def __getitem__(self, index: int | slice) -> Row | tuple[Row, ...]:
        return self._made[index]

    def __iter__(self) -> Iterator[Row]:
        return iter(self._made)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and self._made == tuple(other)

    __hash__ = None  # type: ignore[assignment]  # rows can be changed


@dataclasses.dataclass(frozen=True, slots=True)
class Complaint:
    """What is wrong, where, and what to do. No sheet: the whole file; no row: the sheet or its header."""

    sheet: str | None  # as the workbook calls it
    cell: str | None
    row_number: int | None
    field: str | None
    level: Level
    code: str
    message_zh: str
    message_en: str

    def message(self, language: str = "zh-hans") -> str:
        return self.message_en if language == "en" else self.message_zh


@dataclasses.dataclass(frozen=True, slots=True)
class Column:
    """A header that was recognised: which column, which field, in which unit, for which period."""

    sheet: str
    sheet_name: str
    field: str
    letter: str
    header: str
    unit: str = ""
    year: int | None = None
    month: int | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Reading:
    """Everything a workbook said. `notes` are the complaints of level note; they are in `complaints` too."""

    layout_key: str
    sha256: str
    rows: Rows
    complaints: tuple[Complaint, ...]
    notes: tuple[Complaint, ...] = ()
    sheets_seen: tuple[str, ...] = ()
    columns: tuple[Column, ...] = ()
    layout_version: int = 0
    stamp: str = ""  # what whoever made the workbook wrote into it for itself

    @property
    def errors(self) -> tuple[Complaint, ...]:
        return tuple(complaint for complaint in self.complaints if complaint.level == "error")

    @property
    def is_refused(self) -> bool:
        """Whether nothing was read because the file itself was turned away or the header was not found."""
        return not self.rows and bool(self.errors)

    def blocks_of(self, sheet: str) -> tuple[Block, ...]:
        """The rows of one sheet of the layout by columns: one block for each sheet of the workbook that was read so."""
        return tuple(block for block in self.rows.blocks if block.sheet == sheet)

    def rows_of(self, sheet: str) -> tuple[Row, ...]:
        return tuple(row for row in self.rows if row.sheet == sheet)

    def complaints_of(self, row: Row) -> tuple[Complaint, ...]:
        return tuple(
            complaint
            for complaint in self.complaints
            if complaint.sheet == row.sheet_name and complaint.row_number == row.row_number
        )
