"""What came out of a workbook: typed rows, complaints with their cells, and notes on what was left out."""

from __future__ import annotations

import dataclasses
import datetime as dt
import enum
import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from chainlab.sheets.layout import Level


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
    rows: tuple[Row, ...]
    complaints: tuple[Complaint, ...]
    notes: tuple[Complaint, ...] = ()
    sheets_seen: tuple[str, ...] = ()
    columns: tuple[Column, ...] = ()
    layout_version: int = 0

    @property
    def errors(self) -> tuple[Complaint, ...]:
        return tuple(complaint for complaint in self.complaints if complaint.level == "error")

    @property
    def is_refused(self) -> bool:
        """Whether nothing was read because the file itself was turned away or the header was not found."""
        return not self.rows and bool(self.errors)

    def rows_of(self, sheet: str) -> tuple[Row, ...]:
        return tuple(row for row in self.rows if row.sheet == sheet)

    def complaints_of(self, row: Row) -> tuple[Complaint, ...]:
        return tuple(
            complaint
            for complaint in self.complaints
            if complaint.sheet == row.sheet_name and complaint.row_number == row.row_number
        )


def to_plain(reading: Reading) -> dict[str, Any]:
    """The reading as values that JSON can carry; typed values are tagged."""
    return {
        "layout_key": reading.layout_key,
        "layout_version": reading.layout_version,
        "sha256": reading.sha256,
        "sheets_seen": list(reading.sheets_seen),
        "complaints": [dataclasses.astuple(complaint) for complaint in reading.complaints],
        "columns": [dataclasses.astuple(column) for column in reading.columns],
        "rows": [
            _block([*rows])
            for _, rows in itertools.groupby(reading.rows, key=lambda row: (row.sheet, row.sheet_name, tuple(row.raw)))
        ],
    }


def from_plain(plain: Mapping[str, Any]) -> Reading:
    """The reading that `to_plain` packed."""
    complaints = tuple(Complaint(*complaint) for complaint in plain["complaints"])
    return Reading(
        layout_key=plain["layout_key"],
        layout_version=plain["layout_version"],
        sha256=plain["sha256"],
        sheets_seen=tuple(plain["sheets_seen"]),
        complaints=complaints,
        notes=tuple(complaint for complaint in complaints if complaint.level == "note"),
        columns=tuple(Column(*column) for column in plain["columns"]),
        rows=tuple(row for block in plain["rows"] for row in _rows(**block)),
    )


_Column = tuple[list[Any], list[int] | int]


def _block(rows: list[Row]) -> dict[str, Any]:
    """Rows of one sheet by columns: what a column says again and again is packed once, and numbered."""
    first = rows[0]
    return {
        "sheet": first.sheet,
        "sheet_name": first.sheet_name,
        "numbers": [row.row_number for row in rows],
        "values": {key: _numbered([row.values[key] for row in rows], key=_told_apart) for key in first.values},
        "raw": {key: _said(rows, key) for key in first.raw},
        "blanks": _numbered([tuple(row.blanks.items()) for row in rows]),
    }


def _said(rows: list[Row], key: str) -> _Column | None:
    """What the cells of a column said; None where that is what they were read as, as with most ids and names."""
    raw = [row.raw[key] for row in rows]
    return None if raw == [row.values[key] for row in rows] else _numbered(raw)


def _numbered(values: list[Any], *, key: Callable[[Any], object] | None = None) -> _Column:
    """Each different value once, packed, and which of them stands where; of one value alone, how often it stands."""
    keys = values if key is None else [*map(key, values)]
    first = dict(zip(reversed(keys), reversed(values), strict=True))
    place = {one: number for number, one in enumerate(first)}
    packed = [_pack(value) for value in first.values()]
    return (packed, len(keys)) if len(packed) == 1 else (packed, [*map(place.__getitem__, keys)])


def _spread(table: list[Any], order: list[int] | int) -> list[Any]:
    return table * order if isinstance(order, int) else [*map(table.__getitem__, order)]


def _told_apart(value: object) -> object:
    """1, 1.0 and 1.00 are one key and three values."""
    return value if value is None or type(value) is str else (type(value), str(value))


def _rows(
    sheet: str,
    sheet_name: str,
    numbers: list[int],
    values: dict[str, _Column],
    raw: dict[str, _Column | None],
    blanks: _Column,
) -> Iterator[Row]:
    columns = {key: _spread([*map(_unpack, table)], order) for key, (table, order) in values.items()}
    said = [columns[key] if column is None else _spread(*column) for key, column in raw.items()]
    reasons = [{key: Blank(reason) for key, reason in one} for one in blanks[0]]
    texts: Iterable[tuple[str, ...]] = zip(*said, strict=True) if said else itertools.repeat((), len(numbers))
    missing = _spread(reasons, blanks[1])
    for number, row, words, reason in zip(numbers, zip(*columns.values(), strict=True), texts, missing, strict=True):
        typed, shown = dict(zip(values, row, strict=True)), dict(zip(raw, words, strict=True))
        yield Row(sheet, number, typed, shown, sheet_name, {**reason})


def _pack(value: object) -> object:
    match value:
        case Band():
            return {"band": [str(value.low_wan), str(value.high_wan)]}
        case Span():
            return {"span": [str(value.low), None if value.high is None else str(value.high)]}
        case Decimal():
            return {"decimal": str(value)}
        case dt.date():
            return {"date": value.isoformat()}
        case _:
            return value


def _unpack(value: object) -> object:
    match value:
        case {"band": [str(low), str(high)]}:
            return Band(Decimal(low), Decimal(high))
        case {"span": [str(low), high]}:
            return Span(Decimal(low), None if high is None else Decimal(high))
        case {"decimal": str(number)}:
            return Decimal(number)
        case {"date": str(text)}:
            return dt.date.fromisoformat(text)
        case _:
            return value
