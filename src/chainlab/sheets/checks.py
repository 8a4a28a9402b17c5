"""What must hold between rows: unique keys, references to another sheet, nothing that contains itself."""

from __future__ import annotations

import functools
import graphlib
import itertools
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, Protocol

from chainlab.sheets import messages
from chainlab.sheets.layout import Field, Layout, Level, Reference, Sheet
from chainlab.sheets.reading import Block, Coded, Column, Complaint, Row


class Checker:
    """Checks the rows of a whole workbook; references found by name are rewritten to the id they mean."""

    def __init__(self, layout: Layout, blocks: Sequence[Block], columns: Sequence[Column]) -> None:
        self.layout, self.blocks = layout, blocks
        # By block: rows that say again what an earlier one said.
        self.repeated: list[set[int]] = [set() for _ in blocks]
        self.present = {column.sheet for column in columns}
        self._letters = {(column.sheet_name, column.field): column.letter for column in columns}

    def complaints(self) -> Iterator[Complaint]:
        for sheet in self.layout.sheets:
            for block in self._of(sheet.key) if sheet.one_of else ():
                yield from self._one_of(sheet, block)
            for reference in sheet.references:
                # A sheet that is not in the file (a CSV has but one) can only be asked of whoever keeps its rows.
                if reference.sheet in self.present:
                    yield from self._references(sheet, reference)
        for sheet in self.layout.sheets:
            for keys in sheet.unique:
                yield from self._duplicates(sheet, keys)
            for left, right in sheet.differs:
                yield from self._differences(sheet, sheet.field(left), sheet.field(right))
            for above, below in sheet.acyclic:
                yield from self._circles(sheet, sheet.field(above), sheet.field(below))

    def _of(self, sheet: str) -> list[Block]:
        return [block for block in self.blocks if block.sheet == sheet]

    def _say(self, code: str, row: _Place, field: Field, *, level: Level | None = None, **words: object) -> Complaint:
        letter = self._letters.get((row.sheet_name, field.key))
        return messages.complaint(
            code,
            sheet=row.sheet_name,
            cell=f"{letter}{row.row_number}" if letter else None,
            row_number=row.row_number,
            field=field,
            level=level,
            words=words,
        )

    def _one_of(self, sheet: Sheet, block: Block) -> Iterator[Complaint]:
        missing: dict[int, list[tuple[str, ...]]] = {}
        for keys in sheet.one_of:
            for index in _where_all_blank([block.values[key] for key in keys]):
                missing.setdefault(index, []).append(keys)
        for index in sorted(missing):
            for keys in missing[index]:
                fields = [sheet.field(key) for key in keys]
                named = ("、".join(field.header_zh for field in fields), ", ".join(field.header_en for field in fields))
                yield self._say("one_of_missing", _place(block, index), fields[0], fields=named)

    def _references(self, sheet: Sheet, reference: Reference) -> Iterator[Complaint]:
        target = self.layout.sheet(reference.sheet)
        title = (target.title_zh, target.title_en)
        field = sheet.field(reference.field)
        known = self._index(reference)
        for block in self._of(sheet.key):
            column = block.values[reference.field]
            found = [None if value is None else known.get(_folded(value), _NOTHING) for value in column.table]
            meant = [
                next(iter(one)) if one is not None and len(one) == 1 else value
                for value, one in zip(column.table, found, strict=True)
            ]
            block.values[reference.field] = Coded(meant, column.order)
            for index in column.rows_where([one is not None and len(one) != 1 for one in found]):
                code = "reference_ambiguous" if found[column.order[index]] else "reference_unknown"
                text = column.table[column.order[index]]
                place = _place(block, index)
                yield self._say(code, place, field, level=reference.level, text=text, target=title)

    def _index(self, reference: Reference) -> Mapping[str, set[object]]:
        """What each id, credit code or name of the target sheet stands for; an id beats a name that looks like it."""
        known: dict[str, set[object]] = {}
        for key in reference.to:
            added: dict[str, set[object]] = {}
            for block in self._of(reference.sheet):
                pairs = zip(block.values[key], block.values[reference.to[0]], strict=True)
                for value, identity in dict.fromkeys(pairs):
                    if value is not None and identity is not None:
                        added.setdefault(_folded(value), set()).add(identity)
            for folded, found in added.items():
                known.setdefault(folded, found)
        return known

    def _duplicates(self, sheet: Sheet, keys: tuple[str, ...]) -> Iterator[Complaint]:
        """The same row twice counts once; one key with different contents is an error on each row after the first."""
        seen: dict[tuple[str, ...], tuple[Block, int]] = {}
        field = sheet.field(keys[0])
        for number, block in enumerate(self.blocks):
            for index, identity in enumerate(_identities(block, keys) if block.sheet == sheet.key else ()):
                if identity is None:
                    continue
                first = seen.setdefault(identity, (block, index))
                if first == (block, index) or index in self.repeated[number]:
                    continue
                earlier, row = first[0].row(first[1]), block.row(index)
                shown = " / ".join(str(row.values[key]) for key in keys)
                if _says_the_same(sheet, earlier, row):
                    self.repeated[number].add(index)
                    yield self._say("duplicate_same", row, field, other=_where(earlier, seen_from=row), text=shown)
                    continue
                yield self._say("duplicate_differs", row, field, other=_where(earlier, seen_from=row), text=shown)
                yield self._say("duplicate_differs", earlier, field, other=_where(row, seen_from=earlier), text=shown)

    def _differences(self, sheet: Sheet, left: Field, right: Field) -> Iterator[Complaint]:
        names = (right.header_zh, right.header_en)
        for block in self._of(sheet.key):
            for index, (one, other) in enumerate(zip(block.values[left.key], block.values[right.key], strict=True)):
                if one is not None and other is not None and _folded(one) == _folded(other):
                    yield self._say("contains_itself", _place(block, index), left, other_field=names, text=other)

    def _circles(self, sheet: Sheet, above: Field, below: Field) -> Iterator[Complaint]:
        """Rows that lead back to where they began; each circle is told on all its rows, by one way through it."""
        lines: dict[tuple[str, str], tuple[Block, int]] = {}
        for block in self._of(sheet.key):
            for index, (one, other) in enumerate(zip(block.values[above.key], block.values[below.key], strict=True)):
                if one is not None and other is not None and _folded(one) != _folded(other):
                    lines.setdefault((_folded(one), _folded(other)), (block, index))
        while circle := _circle(lines):
            rows = [block.row(index) for block, index in map(lines.__getitem__, circle)]
            shown = " → ".join(str(row.values[above.key]) for row in [*rows, rows[0]])
            for row in rows:
                yield self._say("contains_in_a_circle", row, above, text=shown)
            del lines[circle[-1]]


class _Place(Protocol):
    """Where a complaint is at home: a row, or its place alone."""

    @property
    def sheet_name(self) -> str: ...
    @property
    def row_number(self) -> int: ...


class _At(NamedTuple):
    sheet_name: str
    row_number: int


def _place(block: Block, index: int) -> _At:
    return _At(block.sheet_name, block.numbers[index])


def _where_all_blank(columns: Sequence[Coded]) -> list[int]:
    """The rows in which none of the columns has a value."""
    rows = columns[0].rows_where([value is None for value in columns[0].table])
    for column in columns[1:]:
        rows = [row for row in rows if column.table[column.order[row]] is None]
    return rows


def _identities(block: Block, keys: Sequence[str]) -> Iterator[tuple[str, ...] | None]:
    """What each row is by its key columns; None where one of them is blank."""
    columns = [block.values[key] for key in keys]
    told = [Coded([None if one is None else _folded(one) for one in column.table], column.order) for column in columns]
    for identity in zip(*told, strict=True):
        yield None if None in identity else identity


def _circle(lines: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Links that lead from a thing back to itself, in order; none where nothing does."""
    below: dict[str, list[str]] = {}
    for one, other in lines:
        below.setdefault(one, []).append(other)
    try:
        graphlib.TopologicalSorter(below).prepare()
    except graphlib.CycleError as found:
        return list(itertools.pairwise(reversed(found.args[1])))
    return []


def _says_the_same(sheet: Sheet, one: Row, other: Row) -> bool:
    """Whether two rows hold the same; a district only taken from the name of a sheet is not what a row says."""
    district = sheet.district_field
    unsaid = {district} if district and not (one.raw.get(district) and other.raw.get(district)) else set()
    return all(one.values[key] == other.values[key] for key in one.values if key not in unsaid)


def _where(row: _Place, *, seen_from: _Place) -> tuple[str, str]:
    """A row as another row speaks of it: with its sheet only where that is another one."""
    if row.sheet_name == seen_from.sheet_name:
        return f"第 {row.row_number} 行", f"row {row.row_number}"
    return f"工作表“{row.sheet_name}”第 {row.row_number} 行", f"row {row.row_number} of sheet “{row.sheet_name}”"


_NOTHING: frozenset[object] = frozenset()


def _folded(value: object) -> str:
    return _folded_text(value if isinstance(value, str) else str(value))


@functools.lru_cache(maxsize=100_000)
def _folded_text(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split()).lower()
