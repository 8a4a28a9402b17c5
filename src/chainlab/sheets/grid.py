"""The cells of a workbook as they stand, with what the parser does not tell: errors, formulas not calculated, percents.

Runs in the reading child only.
"""

from __future__ import annotations

import csv
import dataclasses
import datetime as dt
import math
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from chainlab.sheets import amounts

Position = tuple[int, int]  # row and column, from 0


@dataclasses.dataclass(slots=True)
class Cell:
    """One cell: the stored value, and what its format or formula says about it."""

    value: Any = ""
    error: str = ""
    is_uncalculated: bool = False
    is_percent: bool = False
    text: str = dataclasses.field(init=False)  # as the user sees it

    def __post_init__(self) -> None:
        self.text = self.error or shown(self.value)

    @property
    def is_empty(self) -> bool:
        return not self.is_uncalculated and self.text.strip() == ""


@dataclasses.dataclass(slots=True)
class Grid:
    """One sheet. Row and column numbers are those of the workbook: blank rows keep their place."""

    name: str
    rows: list[list[Any]]
    is_visible: bool = True
    merges: list[tuple[Position, Position]] = dataclasses.field(default_factory=list)
    errors: dict[Position, str] = dataclasses.field(default_factory=dict)
    uncalculated: set[Position] = dataclasses.field(default_factory=set)
    percents: set[Position] = dataclasses.field(default_factory=set)
    hidden_rows: set[int] = dataclasses.field(default_factory=set)
    hidden_columns: set[int] = dataclasses.field(default_factory=set)
    is_1904: bool = False

    def cell(self, row: int, column: int) -> Cell:
        values = self.rows[row] if row < len(self.rows) else []
        place = (row, column)
        return Cell(
            values[column] if column < len(values) else "",
            self.errors.get(place, ""),
            place in self.uncalculated,
            place in self.percents,
        )

    def marked_rows(self) -> set[int]:
        """Rows with a cell of which there is more to know than its value."""
        return {row for row, _ in (*self.errors, *self.uncalculated, *self.percents)}

    def texts(self, row: int) -> list[str]:
        """The row as one-line texts."""
        values = self.rows[row] if row < len(self.rows) else []
        found = [line(value) for value in values]
        if self.errors:
            found = [self.errors.get((row, column), text) for column, text in enumerate(found)]
        return found


def line(value: object) -> str:
    """A stored value as one line of text."""
    return " ".join(shown(value).split())


def to_plain(grid: Grid) -> dict[str, Any]:
    """The sheet as values that JSON can carry; dates are tagged."""
    return {
        "name": grid.name,
        "rows": [[_pack(value) for value in row] for row in grid.rows],
        "is_visible": grid.is_visible,
        "merges": grid.merges,
        "errors": [[*place, text] for place, text in grid.errors.items()],
        "uncalculated": list(grid.uncalculated),
        "percents": list(grid.percents),
        "hidden_rows": list(grid.hidden_rows),
        "hidden_columns": list(grid.hidden_columns),
        "is_1904": grid.is_1904,
    }


def from_plain(plain: dict[str, Any]) -> Grid:
    """The sheet that `to_plain` packed."""
    return Grid(
        name=plain["name"],
        rows=[[_unpack(value) for value in row] for row in plain["rows"]],
        is_visible=plain["is_visible"],
        merges=[((top, left), (bottom, right)) for (top, left), (bottom, right) in plain["merges"]],
        errors={(row, column): text for row, column, text in plain["errors"]},
        uncalculated={(row, column) for row, column in plain["uncalculated"]},
        percents={(row, column) for row, column in plain["percents"]},
        hidden_rows=set(plain["hidden_rows"]),
        hidden_columns=set(plain["hidden_columns"]),
        is_1904=plain["is_1904"],
    )


def _pack(value: object) -> object:
    match value:
        case None | str() | bool():
            return value
        case int() | float() if math.isfinite(value):
            return value
        case dt.date() if shown(value) == value.isoformat()[:10]:
            return {"date": shown(value)}
        case _:
            return shown(value)


def _unpack(value: object) -> object:
    match value:
        case {"date": str(text)}:
            return dt.date.fromisoformat(text)
        case _:
            return value


def shown(value: object) -> str:
    """A stored value as the user sees it, format aside."""
    match value:
        case None:
            return ""
        case bool():
            return "TRUE" if value else "FALSE"
        case float():
            return _float_text(value)
        case dt.datetime() if value.time() == dt.time():
            return value.date().isoformat()
        case dt.datetime():
            return value.isoformat(sep=" ", timespec="seconds")
        case dt.date() | dt.time():
            return value.isoformat()
        case _:
            return str(value)


def _float_text(value: float) -> str:
    try:
        return format(amounts.from_float(value), "f")
    except amounts.NotANumber:
        return repr(value)


def letter(column: int) -> str:
    """A, B, … AA for 0, 1, … 26."""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def column_of(cell: str) -> int:
    """1 for B3."""
    number = 0
    for sign in cell:
        if sign.isalpha():
            number = number * 26 + ord(sign.upper()) - 64
    return number - 1


def address(row: int, column: int) -> str:
    """B3 for row 2, column 1, both from 0."""
    return f"{letter(column)}{row + 1}"


def load(path: Path, *, file_format: str, encoding: str = "", name: str = "") -> list[Grid]:
    """Every worksheet of the file, in order; a CSV is one, called as the file is. Errors are the parser's own; the
    child reports them as unreadable."""
    if file_format == "csv":
        return [Grid(Path(name or path.name).stem, _csv_rows(path.read_bytes().decode(encoding)))]
    if file_format != "xlsx":
        return _parsed(path)
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as beside:  # the parser leaves Python alone meanwhile
        looked = beside.submit(_look, path)
        grids = _parsed(path)
        _annotate(grids, looked.result())
    return grids


def _parsed(path: Path) -> list[Grid]:
    import python_calamine

    with path.open("rb") as source:
        book = python_calamine.load_workbook(source)
        grids = []
        for meta in book.sheets_metadata:
            if meta.typ is not python_calamine.SheetTypeEnum.WorkSheet:
                continue
            sheet = book.get_sheet_by_name(meta.name)
            grids.append(
                Grid(
                    meta.name,
                    sheet.to_python(skip_empty_area=False),
                    is_visible=meta.visible is python_calamine.SheetVisibleEnum.Visible,
                    merges=[(start, end) for start, end in sheet.merged_cell_ranges or ()],
                )
            )
    return grids


def _csv_rows(text: str) -> list[list[Any]]:
    text = text.removeprefix("\ufeff")
    first = text.split("\n", 1)[0]
    delimiter = max(",\t;，", key=first.count)
    rows: list[list[Any]] = [list(row) for row in csv.reader(text.splitlines(keepends=True), delimiter=delimiter)]
    # Our own CSV puts ' before a text that a spreadsheet would run as a formula.
    return [[re.sub(r"^'(?=[=+\-@\t\r＝＋－＠])", "", value) for value in row] for row in rows]


@dataclasses.dataclass(slots=True)
class _Look:
    """What the XML says of the workbook; of a sheet its text, where there is something in it to be told."""

    is_1904: bool
    percent_styles: frozenset[bytes]
    marked: dict[str, bytes] = dataclasses.field(default_factory=dict)
    hiding: dict[str, bytes] = dataclasses.field(default_factory=dict)


def _look(path: Path) -> _Look:
    with zipfile.ZipFile(path) as archive:
        book = _Book(archive)
        found = _Look(book.is_1904, book.percent_styles)
        for name, part in book.parts.items():
            xml = archive.read(part)
            if found.percent_styles or _has_marks(xml):
                found.marked[name] = xml
            if _has_hidden(xml):
                found.hiding[name] = xml
    return found


def _annotate(grids: list[Grid], looked: _Look) -> None:
    """Add what calamine leaves out, from the XML: it gives '' for #N/A and for a formula without a stored value."""
    for grid in grids:
        grid.is_1904 = looked.is_1904
        if grid.name in looked.marked:
            _annotate_sheet(grid, looked.marked[grid.name], percent_styles=looked.percent_styles)
        if grid.name in looked.hiding:
            _find_hidden(grid, looked.hiding[grid.name])


_MARKS = (b'"e"', b"'e'", b"<f", b":f")
_MARKED = re.compile(rb"\bt\s*=\s*[\"']e[\"']|<(?:[\w.-]+:)?f[\s/>]")
_CELL = re.compile(rb"<(?:[\w.-]+:)?c\s([^<>]*?)(?:/>|>(.*?)</(?:[\w.-]+:)?c\s*>)", re.DOTALL)
_ATTRIBUTE = re.compile(rb"\b(r|s|t)\s*=\s*[\"']([^\"']*)[\"']")
_STORED = re.compile(rb"<(?:[\w.-]+:)?v\s*>([^<]*)</")


def _has_marks(xml: bytes) -> bool:
    # Signs, then words, then the pattern: looked for in every place of 30 MB it takes longer than reading them.
    cells, end = _cells(xml)
    words = [word for word in _MARKS if xml.find(word[:1], cells, end) >= 0]
    return any(xml.find(word, cells, end) >= 0 for word in words) and _MARKED.search(xml) is not None


def _cells(xml: bytes) -> tuple[int, int]:
    """Where the cells of a sheet begin and end; its whole text where it does not say so."""
    tag = b"sheetData"
    begin, end = xml.find(tag), xml.rfind(tag)
    return (begin + len(tag), end) if 0 <= begin < end else (0, len(xml))


def _annotate_sheet(grid: Grid, xml: bytes, *, percent_styles: frozenset[bytes]) -> None:
    for match in _CELL.finditer(xml):
        body = match[2] or b""
        attributes = dict(_ATTRIBUTE.findall(match[1]))
        place = _place(attributes.get(b"r", b""))
        if place is None:
            continue
        stored = _STORED.search(body)
        if attributes.get(b"t") == b"e":
            grid.errors[place] = stored[1].decode("utf-8", "replace") if stored else "#N/A"
        elif (
            b"<f" in body.replace(b":f", b"<f")
            and attributes.get(b"t") != b"str"
            and not (stored and stored[1].strip())
        ):
            grid.uncalculated.add(place)
        if attributes.get(b"s") in percent_styles:
            grid.percents.add(place)


_NOTHING = rb"\s*=\s*[\"']0(?:\.0*)?[\"']"
_HIDDEN = re.compile(rb"\bhidden\s*=\s*[\"'](?:1|true)[\"']|\b(?:ht|width)" + _NOTHING)
# The same without their beginnings, so that each starts with a word that can be looked for quickly.
_MAY_HIDE = tuple(map(re.compile, (rb"hidden", rb"ht" + _NOTHING, rb"width" + _NOTHING)))
_ROW = re.compile(rb"<(?:[\w.-]+:)?row\b([^<>]*)>")
_COLUMNS = re.compile(rb"<(?:[\w.-]+:)?col\b([^<>]*)>")
_ORDINAL = re.compile(rb"\b(r|min|max)\s*=\s*[\"'](\d+)[\"']")


def _has_hidden(xml: bytes) -> bool:
    cells, end = _cells(xml)  # what is said of columns stands before them; a margin on the right after them
    last = end if xml.find(b"h", cells, end) >= 0 else cells  # no word for hiding is without it
    return any(one.search(xml, 0, last) for one in _MAY_HIDE) and _HIDDEN.search(xml, 0, last) is not None


def _find_hidden(grid: Grid, xml: bytes) -> None:
    """Rows and columns nobody sees: hidden, filtered away, or drawn to nothing. The parser reads them like others."""
    number = 0
    for match in _ROW.finditer(xml):
        number = int(dict(_ORDINAL.findall(match[1])).get(b"r", number + 1))
        if _HIDDEN.search(match[1]):
            grid.hidden_rows.add(number - 1)
    width = max(map(len, grid.rows), default=0)
    for match in _COLUMNS.finditer(xml):
        ends = {name: int(text) for name, text in _ORDINAL.findall(match[1])}
        if _HIDDEN.search(match[1]) and len(ends) == 2:  # both are required of every col
            grid.hidden_columns |= set(range(ends[b"min"] - 1, min(ends[b"max"], width)))


def _place(reference: bytes) -> Position | None:
    match = re.fullmatch(rb"([A-Z]{1,3})(\d{1,7})", reference)
    if match is None:
        return None
    column = 0
    for sign in match[1]:
        column = column * 26 + sign - 64
    return int(match[2]) - 1, column - 1


class _Book:
    """The parts of the workbook that name sheets and formats."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._names = {name.lower(): name for name in archive.namelist()}
        book = self._find("workbook.xml")
        root = self._tree(book)
        self.is_1904 = any(item.get("date1904") in ("1", "true") for item in root.iter() if _tag(item) == "workbookPr")
        self.parts = dict(self._sheet_parts(book, root))
        self.percent_styles = frozenset(self._percent_styles())

    def _find(self, tail: str) -> str:
        return next(name for lower, name in self._names.items() if lower.endswith(tail))

    def _tree(self, part: str) -> Any:
        from defusedxml import ElementTree

        return ElementTree.fromstring(self._archive.read(part))

    def _sheet_parts(self, book: str, root: Any) -> Iterator[tuple[str, str]]:
        folder, _, file = book.rpartition("/")
        relations = self._names.get(f"{folder}/_rels/{file}.rels".lstrip("/").lower())
        if relations is None:
            return
        targets = {item.get("Id"): item.get("Target", "") for item in self._tree(relations)}
        for sheet in root.iter():
            if _tag(sheet) != "sheet":
                continue
            identity = next((value for key, value in sheet.attrib.items() if key.endswith("}id")), "")
            target = targets.get(identity, "")
            full = target.lstrip("/") if target.startswith("/") else f"{folder}/{target}".lstrip("/")
            part = self._names.get(full.lower())
            if part is not None:
                yield sheet.get("name", ""), part

    def _percent_styles(self) -> Iterator[bytes]:
        styles = next((name for lower, name in self._names.items() if lower.endswith("styles.xml")), None)
        if styles is None:
            return
        root = self._tree(styles)
        codes = {item.get("numFmtId"): item.get("formatCode", "") for item in root.iter() if _tag(item) == "numFmt"}
        percent = {"9", "10"} | {number for number, code in codes.items() if "%" in code}
        for table in root:
            if _tag(table) == "cellXfs":
                for index, style in enumerate(table):
                    if style.get("numFmtId") in percent:
                        yield str(index).encode()


def _tag(item: Any) -> str:
    return str(item.tag).rpartition("}")[2]
