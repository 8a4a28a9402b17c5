"""One sheet of a workbook read as the rows of one sheet of a layout."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import cached_property
from typing import Any

from chainlab.sheets import furniture, harvest, headers, messages, sweep, telling, values
from chainlab.sheets import grid as grids
from chainlab.sheets.layout import Field, Kind, Sheet
from chainlab.sheets.reading import Band, Blank, Block, Column, Complaint, Row, Span

MAX_NOTES_OF_A_KIND = 50  # a column of 5,000 numbers kept as text is said fifty times, not 5,000


class Table:
    """Reads a grid; `block`, `complaints` and `columns` hold what it found."""

    def __init__(self, grid: grids.Grid, *, sheet: Sheet, max_rows: int) -> None:
        self.grid, self.sheet, self.max_rows = grid, sheet, max_rows
        self.matcher = headers.Matcher(sheet)
        self.complaints: list[Complaint] = []
        self.columns: list[Column] = []
        self._by_column: dict[int, headers.Match] = {}
        self._settings: dict[str, values.Setting] = {}
        self._period: dt.date | None = None
        self._district = headers.district_named(grid.name) if sheet.district_field else ""
        self._swept = sweep.Sweep([], first=0, width=0)
        self.taken = harvest.Harvest(self._swept, columns={}, nothing={})
        self._totals = furniture.Totals()
        self._skipped: dict[str, list[int]] = {}
        self._said: dict[tuple[str, str], int] = {}
        self._filled: dict[grids.Position, grids.Position] = {}
        self._looks = furniture.Looks(self.matcher, words=frozenset())
        self._nothing = dict.fromkeys(field.key for field in sheet.fields)
        self._marked = grid.marked_rows()

    def read(self) -> None:
        """Find the header, then read row by row."""
        header = headers.find(self.grid, self.matcher)
        if header is None:
            self._say("header_missing", columns=telling.names(self.sheet))
            return
        self._take_header(header)
        words = frozenset().union(*(furniture.lines_of(text) for text in header.texts.values()))
        self._looks = furniture.Looks(self.matcher, words=words)
        self._spread_merges(header)
        self._take_rows(header)
        telling.skipped(self._skipped, say=self._say)
        numbers = [*self.taken.numbers()]
        telling.hidden(self.grid, numbers, {one: header.texts[one] for one in self._by_column}, say=self._say)
        telling.invented(self.grid, numbers, header, say=self._say)
        if not numbers and not self.sheet.is_optional:
            self._say("rows_none")

    def block(self) -> Block:
        """The rows, by columns."""
        return self.taken.block(self.sheet.key, self.grid.name, [field.key for field in self.sheet.fields])

    def _say(
        self,
        code: str,
        *,
        place: grids.Position | None = None,
        row: int | None = None,
        field: Field | None = None,
        words: Mapping[str, object] | None = None,
        **more: object,
    ) -> None:
        at = place[0] if place else row
        key = field.key if field else ""
        count = self._said[code, key] = self._said.get((code, key), 0) + 1
        if count > MAX_NOTES_OF_A_KIND and messages.texts()[code].level == "note":
            return
        complaint = messages.complaint(
            code,
            sheet=self.grid.name,
            cell=grids.address(*place) if place else None,
            row_number=None if at is None else at + 1,
            field=field,
            words={**(words or {}), **more},
        )
        self.complaints.append(complaint)

    # -- the header

    def _take_header(self, header: headers.Header) -> None:
        if header.above:
            self._say("title_rows", count=header.top, text="；".join(header.above))
        if header.bottom > header.top:
            self._say("header_two_rows", row=header.top)
        refused = self._refused(header)
        self._by_column = {c: m for c, m in self._without_duplicates(header).items() if c not in refused}
        for column, text in header.texts.items():
            if column in refused or column in header.matches or headers.is_ignored(text):
                continue
            near = self.matcher.nearest(text)
            self._say(
                "column_unknown",
                place=(header.bottom, column),
                header=text.replace("\n", ""),
                hint=messages.hint((near.header_zh, near.header_en) if near else None),
            )
        found = {match.field.key for column, match in header.matches.items() if column not in refused}
        for field in self.sheet.fields:
            if field.is_required and field.key not in found:
                self._say("column_missing", row=header.bottom, field=field)
        for column, match in list(self._by_column.items()):
            if (setting := self._setting(match, header, column)) is None:
                del self._by_column[column]  # 12 亩 is not 12 ㎡: what cannot be converted is not taken at all
            else:
                self._settings[match.field.key] = setting
        self._period = self._period_of(header)

    def _refused(self, header: headers.Header) -> set[int]:
        """Columns that by agreement nobody asks for: their cells are not looked at."""
        found = set()
        for column, text in header.texts.items():
            plain = re.sub(r"\s", "", text)
            if any(re.search(pattern, plain, re.IGNORECASE) for pattern in self.sheet.refused):
                self._say("column_refused", place=(header.bottom, column), header=text.replace("\n", ""))
                found.add(column)
        return found

    def _without_duplicates(self, header: headers.Header) -> dict[int, headers.Match]:
        """Columns by field. Two columns for one field are an error and neither is used: the choice is not ours."""
        places: dict[str, list[int]] = {}
        for column, match in header.matches.items():
            places.setdefault(match.field.key, []).append(column)
        kept = {}
        for column, match in header.matches.items():
            same = places[match.field.key]
            if len(same) == 1:
                kept[column] = match
            elif column == same[1]:
                cells = "、".join(grids.address(header.bottom, other) for other in same)
                self._say("column_duplicate", place=(header.bottom, column), field=match.field, cells=cells)
        return kept

    def _setting(self, match: headers.Match, header: headers.Header, column: int) -> values.Setting | None:
        """How the cells of a column are read; None where its header names a unit they cannot be converted from."""
        field = match.field
        default = field.unit or ("亿元" if field.kind is Kind.YI else "万元" if field.kind.is_money else "")
        stated = match.unit or (header.unit if field.kind.is_money else "")
        place, expected = (header.bottom, column), ""
        if field.kind.is_money and stated and stated not in headers.MONEY_UNITS:
            expected = "万元 / 亿元"
        elif field.kind.is_money and stated and stated != default:
            self._say("unit_converted", place=place, field=field, unit=stated)
        elif match.unit and not field.kind.is_money and default and match.unit != headers.unit_named(default):
            expected = default
        if expected:
            self._say("unit_wrong", place=place, field=field, unit=stated or match.unit, expected=expected)
        self.columns.append(
            Column(
                self.sheet.key,
                self.grid.name,
                field.key,
                grids.letter(column),
                header.texts[column].replace("\n", "/"),
                stated or default,
                match.year,
                match.month,
            )
        )
        return None if expected else values.Setting(stated or default, bool(stated), self.grid.is_1904)

    def _period_of(self, header: headers.Header) -> dt.date | None:
        if not self.sheet.period_field:
            return None
        years, months = headers.periods(header, self._by_column.values(), sheet_name=self.grid.name)
        if len(years) > 1 or len(months) > 1:
            shown = "、".join([*(f"{year}年" for year in sorted(years)), *(f"{month}月" for month in sorted(months))])
            self._say("period_conflict", row=header.bottom, periods=shown)
            return None
        return dt.date(years.pop(), months.pop(), 1) if years and months else None

    # -- the rows

    def _spread_merges(self, header: headers.Header) -> None:
        """A key merged over several rows belongs to each of them; an amount does not (it would count twice)."""
        for (top, left), (bottom, right) in self.grid.merges:
            match = self._by_column.get(left)
            if top <= header.bottom or bottom == top or match is None:
                continue
            cells = f"{grids.address(top, left)}:{grids.address(bottom, right)}"
            if not match.field.is_key:
                self._say("merged_not_filled", place=(top, left), field=match.field, cells=cells)
                continue
            self._say("merged_filled", place=(top, left), field=match.field, cells=cells)
            for row in range(top + 1, min(bottom, len(self.grid.rows) - 1) + 1):
                self._filled[row, left] = (top, left)

    def _take_rows(self, header: headers.Header) -> None:
        """Quiet rows as they come, loud ones one by one."""
        key_columns = [column for column, match in self._by_column.items() if match.field.is_key]
        first, last = header.bottom + 1, len(self.grid.rows)
        self._swept = self._sweep(header, first)
        unfilled = {one.key: Blank.UNFILLED for one in self.sheet.fields if one.key not in self._columns_of}
        taken = self.taken = harvest.Harvest(self._swept, columns=self._columns_of, nothing=unfilled)
        begin = first
        for index in (*sorted(self._swept.loud), last):
            stop = min(index, begin + self.max_rows - taken.count)  # a quiet row too many is told of like any other
            taken.add_quiet(range(begin, stop))
            if stop >= last or not self._take_row(stop, header=header, key_columns=key_columns):
                break
            begin = stop + 1

    def _sweep(self, header: headers.Header, first: int) -> sweep.Sweep:
        """The rows by columns, with the loud ones marked."""
        width = max((*header.texts, *self._by_column), default=-1) + 1
        swept = sweep.Sweep(self.grid.rows, first=first, width=width)
        swept.look(self._looks.at)
        for column, match in self._by_column.items():
            field = match.field
            swept.parse(column, self._reader(field), is_needed=self._is_needed(field))
        fallback = (one for one in self.sheet.fields if one.key not in self._columns_of and self._is_found(one))
        for rows in (
            self._marked,
            {row for row, _ in self._filled},
            self.grid.hidden_rows,
            range(first, len(self.grid.rows) if any(fallback) else first),
        ):
            swept.be_loud(rows)
        return swept

    def _is_found(self, field: Field) -> bool:
        """Whether a row may still get a value for a field that its cell does not give."""
        return bool(
            field.falls_back_to
            or (field.key == self.sheet.period_field and self._period is not None)
            or (field.key == self.sheet.district_field and self._district)
        )

    def _is_needed(self, field: Field) -> bool:
        return field.is_required or self._is_found(field)

    def _take_row(self, index: int, *, header: headers.Header, key_columns: list[int]) -> bool:
        """Read one row; False when reading must stop here."""
        if index not in self._marked and self._is_plain(index):
            kind, texts = "data", list[str]()
        else:
            texts = self.grid.texts(index)
            if not any(texts) and not self._has_marks(index):
                return True
            kind = "data" if self._has_marks(index) else furniture.kind_of(texts, key_columns=key_columns)
        if kind == "data" and texts:
            again = furniture.repeats_header(texts, header=header, matcher=self.matcher)
            if again == "other":
                self._say("second_table", row=index, number=index + 1)
                return False
            kind = again or kind
        match kind:
            case "total":
                self._check_total(index, texts)
            case "data":
                if self.taken.count >= self.max_rows:
                    self._say("rows_too_many", row=index, limit=self.max_rows)
                    return False
                self._read_data(index)
            case "remark" | "signature":
                self._say("rows_remark", row=index, text=" ".join(text for text in texts if text))
            case _:
                self._skipped.setdefault(kind, []).append(index + 1)
        return True

    def _is_plain(self, index: int) -> bool:
        """Whether something stands in a row, and nothing that says what the row is: most rows are such."""
        seen = [*map(self._looks.at, self.grid.rows[index])]
        return all(is_harmless for is_harmless, _ in seen) and any(is_filled for _, is_filled in seen)

    def _has_marks(self, index: int) -> bool:
        return index in self._marked and any((index, one) in self.grid.uncalculated for one in self._by_column)

    def _read_data(self, index: int) -> None:
        row = Row(self.sheet.key, index + 1, dict(self._nothing), {}, self.grid.name, dict(self._absent))
        is_simple = index not in self._marked
        for column, field, is_added in self._plan:
            found = None
            if is_simple and (index, column) not in self._filled:
                found = self._swept.parsed(index, column)
            if found is None:
                found = self._parsed((index, column), field)
            parsed, row.raw[field.key] = found
            row.values[field.key] = parsed.value
            if parsed.blank is not None:
                row.blanks[field.key] = parsed.blank
            for code, words in parsed.findings:
                self._say(code, place=(index, column), field=field, words=words)
            if is_added:
                self._add_up(field, parsed.value)
        self._complete(row, index)
        if index in self.grid.hidden_rows:
            self._say("row_hidden", row=index)
        self.taken.add(row)

    def _reader(self, field: Field) -> Callable[[Any], tuple[values.Parsed, str]]:
        """Reads a stored value of which there is no more to know."""
        setting = self._settings[field.key]

        def read(value: Any) -> tuple[values.Parsed, str]:
            cell = grids.Cell(value)
            return values.parse(cell, field=field, setting=setting), cell.text

        return read

    def _parsed(self, place: grids.Position, field: Field) -> tuple[values.Parsed, str]:
        """What became of a cell, and what it said."""
        cell = self.grid.cell(*place)
        if cell.is_empty and place in self._filled:
            cell = self.grid.cell(*self._filled[place])
        return values.parse(cell, field=field, setting=self._settings[field.key]), cell.text

    def _complete(self, row: Row, index: int) -> None:
        """Stand-ins for blank ids and months, then what is required and missing."""
        period = self.sheet.period_field
        if period and row.values[period] is None and self._period is not None:
            row.values[period] = self._period
            row.blanks.pop(period, None)
        district = self.sheet.district_field
        if district and row.values[district] is None and row.blanks.get(district) in (None, Blank.UNFILLED):
            self._take_district(row, self.sheet.field(district))
        for field in self._completed:
            if row.values[field.key] is None and field.falls_back_to:
                row.values[field.key] = next((row.values[key] for key in field.falls_back_to if row.values[key]), None)
            if row.values[field.key] is not None:
                row.blanks.pop(field.key, None)
                continue
            column = self._columns_of.get(field.key)
            if column is None:
                row.blanks.setdefault(field.key, Blank.UNFILLED)
            elif field.is_required and field.key in row.blanks:
                self._say("required", place=(index, column), field=field)

    @cached_property
    def _plan(self) -> list[tuple[int, Field, bool]]:
        """Columns in their order: field, and whether its numbers are added up."""
        return [
            (column, match.field, match.field.kind.is_number and match.field.kind is not Kind.RATIO)
            for column, match in self._by_column.items()
        ]

    @cached_property
    def _columns_of(self) -> dict[str, int]:
        return {match.field.key: column for column, match in self._by_column.items()}

    @cached_property
    def _completed(self) -> list[Field]:
        """Fields of which a row may still say something when its cells are read."""
        named = (self.sheet.period_field, self.sheet.district_field, *self._columns_of)
        return [field for field in self.sheet.fields if field.falls_back_to or field.key in named]

    @cached_property
    def _absent(self) -> dict[str, Blank]:
        """What no row fills in, for want of its column."""
        completed = {field.key for field in self._completed}
        return {field.key: Blank.UNFILLED for field in self.sheet.fields if field.key not in completed}

    def _take_district(self, row: Row, field: Field) -> None:
        """区市: of the sheet's own name, where each district has its sheet."""
        if not self._district:
            return
        row.values[field.key] = self._district
        if ("district_of_sheet", field.key) not in self._said:
            self._say("district_of_sheet", field=field)

    def _add_up(self, field: Field, value: object) -> None:
        number = harvest.added(value)
        if number is not None:
            self._totals.add(field.key, [number])

    def _check_total(self, index: int, texts: list[str]) -> None:
        for field_key, numbers in self.taken.unsummed([(field.key, column) for column, field, it in self._plan if it]):
            self._totals.add(field_key, numbers)
        title = next(text for text in texts if text)
        self._say("rows_total", row=index, text=title)
        for column, match in self._by_column.items():
            field = match.field
            if field.kind is Kind.RATIO or not field.kind.is_number:
                continue
            parsed = values.parse(self.grid.cell(index, column), field=field, setting=self._settings[field.key])
            stated: Any = parsed.value.low_wan if isinstance(parsed.value, Band) else parsed.value
            if stated is None or isinstance(stated, Span):
                continue
            counted = self._totals.mismatch(field.key, Decimal(stated), is_subtotal=furniture.is_subtotal(title))
            if counted is not None:
                self._say(
                    "total_mismatch",
                    place=(index, column),
                    field=field,
                    text=title,
                    stated=format(Decimal(stated), "f"),
                    counted=format(counted, "f"),
                )
        self._totals.close_block()
