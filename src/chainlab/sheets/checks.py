"""What must hold between rows: unique keys, references to another sheet, nothing that contains itself."""

from __future__ import annotations

import functools
import graphlib
import itertools
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence

from chainlab.sheets import messages
from chainlab.sheets.layout import Field, Layout, Level, Reference, Sheet
from chainlab.sheets.reading import Column, Complaint, Row


class Checker:
    """Checks the rows of a whole workbook; references found by name are rewritten to the id they mean."""

    def __init__(self, layout: Layout, rows: Sequence[Row], columns: Sequence[Column]) -> None:
        self.layout = layout
        self.rows = {sheet.key: [row for row in rows if row.sheet == sheet.key] for sheet in layout.sheets}
        self.repeated: set[int] = set()  # identities of rows that say again what an earlier row said
        self.present = {column.sheet for column in columns}
        self._letters = {(column.sheet_name, column.field): column.letter for column in columns}

    def complaints(self) -> Iterator[Complaint]:
        for sheet in self.layout.sheets:
            for row in self.rows[sheet.key] if sheet.one_of else ():
                yield from self._one_of(sheet, row)
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

    def _say(self, code: str, row: Row, field: Field, *, level: Level | None = None, **words: object) -> Complaint:
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

    def _one_of(self, sheet: Sheet, row: Row) -> Iterator[Complaint]:
        for keys in sheet.one_of:
            if all(row.values[key] is None for key in keys):
                fields = [sheet.field(key) for key in keys]
                named = ("、".join(field.header_zh for field in fields), ", ".join(field.header_en for field in fields))
                yield self._say("one_of_missing", row, fields[0], fields=named)

    def _references(self, sheet: Sheet, reference: Reference) -> Iterator[Complaint]:
        target = self.layout.sheet(reference.sheet)
        field = sheet.field(reference.field)
        known = self._index(reference)
        for row in self.rows[sheet.key]:
            value = row.values[reference.field]
            if value is None:
                continue
            found = known.get(_folded(value), _NOTHING)
            if len(found) == 1:
                row.values[reference.field] = next(iter(found))
                continue
            code = "reference_ambiguous" if found else "reference_unknown"
            title = (target.title_zh, target.title_en)
            yield self._say(code, row, field, level=reference.level, text=value, target=title)

    def _index(self, reference: Reference) -> Mapping[str, set[object]]:
        """What each id, credit code or name of the target sheet stands for; an id beats a name that looks like it."""
        known: dict[str, set[object]] = {}
        identity = reference.to[0]
        for key in reference.to:
            added: dict[str, set[object]] = {}
            for row in self.rows[reference.sheet]:
                value = row.values[key]
                if value is not None and row.values[identity] is not None:
                    added.setdefault(_folded(value), set()).add(row.values[identity])
            for value, found in added.items():
                known.setdefault(value, found)
        return known

    def _duplicates(self, sheet: Sheet, keys: tuple[str, ...]) -> Iterator[Complaint]:
        """The same row twice counts once; one key with different contents is an error on each row after the first."""
        seen: dict[tuple[object, ...], Row] = {}
        field = sheet.field(keys[0])
        for row in self.rows[sheet.key]:
            values = tuple(row.values[key] for key in keys)
            if any(value is None for value in values):
                continue
            identity = tuple(_folded(value) for value in values)
            first = seen.setdefault(identity, row)
            if first is row:
                continue
            code = "duplicate_same" if _says_the_same(sheet, first, row) else "duplicate_differs"
            if id(row) in self.repeated:
                continue
            if code == "duplicate_same":
                self.repeated.add(id(row))
            shown = " / ".join(str(value) for value in values)
            yield self._say(code, row, field, other=_where(first, seen_from=row), text=shown)
            if code == "duplicate_differs":
                yield self._say(code, first, field, other=_where(row, seen_from=first), text=shown)

    def _differences(self, sheet: Sheet, left: Field, right: Field) -> Iterator[Complaint]:
        for row in self.rows[sheet.key]:
            one, other = row.values[left.key], row.values[right.key]
            if one is not None and other is not None and _folded(one) == _folded(other):
                names = (right.header_zh, right.header_en)
                yield self._say("contains_itself", row, left, other_field=names, text=other)

    def _circles(self, sheet: Sheet, above: Field, below: Field) -> Iterator[Complaint]:
        """Rows that lead back to where they began; each circle is told on all its rows, by one way through it."""
        lines: dict[tuple[str, str], Row] = {}
        for row in self.rows[sheet.key]:
            one, other = row.values[above.key], row.values[below.key]
            if one is not None and other is not None and _folded(one) != _folded(other):
                lines.setdefault((_folded(one), _folded(other)), row)
        while circle := _circle(lines):
            rows = [lines[link] for link in circle]
            shown = " → ".join(str(row.values[above.key]) for row in [*rows, rows[0]])
            for row in rows:
                yield self._say("contains_in_a_circle", row, above, text=shown)
            del lines[circle[-1]]


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


def _where(row: Row, *, seen_from: Row) -> tuple[str, str]:
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
