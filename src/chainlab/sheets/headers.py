"""Where the header is and which column is which field, in any order, under any of the names offices use."""

from __future__ import annotations

import dataclasses
import difflib
import re
import unicodedata
from collections.abc import Iterable

from chainlab import places
from chainlab.sheets import grid as grids
from chainlab.sheets.layout import INVENTED_HEADS, UNITS_EN, Field, Layout, Sheet

LOOKED_AT = 30  # rows from the top in which a header may stand
DEEPEST = 3
LIKE = 0.55  # below this two headers have nothing to do with one another, and a hint would only mislead
IGNORED = {"序号", "序列", "no", "no.", "#"}

_UNIT_ALIASES = {english.replace(" ", "").lower(): unit for unit, english in UNITS_EN.items()} | {
    "rmb10k": "万元",
    "万": "万元",
    "亿": "亿元",
    "人民币万元": "万元",
    "人民币亿元": "亿元",
    "百分比": "%",
    "月": "个月",
    "m2": "平方米",  # as ㎡ and m² read once they are normal
}
_UNITS = ("亿元", "百万元", "万元", "千元", "元", "%", "万美元", "个月", "亩", "平方米", "个", "家", "人", "场", "天")
_UNIT = "|".join(re.escape(unit) for unit in sorted((*_UNITS, *_UNIT_ALIASES), key=len, reverse=True))
_IN_BRACKETS = re.compile(rf"[(\[](?:单位[:：]?)?({_UNIT})[)\]]", re.IGNORECASE)
_AT_END = re.compile(r"[,，:：/](亿元|万元|元|%)$")
_UNIT_LINE = re.compile(r"单位[:：]\s*(?:人民币)?\s*(亿元|百万元|万元|千元|元)")
_TITLE_MONTH = re.compile(r"(?<!\d)(20\d\d)年(?:1\s*[-—–至到]\s*)?(1[0-2]|0?[1-9])月")
# Measures that are no money; another word in brackets (去年同期) makes another column and is no unit at all.
_MEASURES = "吨|万吨|千克|公斤|台|万台|套|件|万件|辆|艘|米|千米|公里|立方米|千瓦|千瓦时|度|标准箱|户"
_OTHER_UNIT = re.compile(rf"[(\[](?:单位[:：]?)?({_MEASURES})[)\]]$")
_DECORATION = re.compile(r"^[*※★]+|[*※★]+$|\((?:必填|选填|可选|required|optional)\)", re.IGNORECASE)

MONEY_UNITS = {"元", "千元", "万元", "百万元", "亿元"}


@dataclasses.dataclass(frozen=True, slots=True)
class Match:
    """A header text that was recognised."""

    field: Field
    unit: str = ""  # as the header states it; empty if it states none
    year: int | None = None
    month: int | None = None


@dataclasses.dataclass(slots=True)
class Header:
    """The header of a table: rows from `top` to `bottom`, texts by column, and what stands above."""

    top: int
    bottom: int
    texts: dict[int, str]
    matches: dict[int, Match]
    above: list[str] = dataclasses.field(default_factory=list)

    @property
    def unit(self) -> str:
        """The unit of a line such as 单位：万元 above the header."""
        found = [match[1] for text in self.above if (match := _UNIT_LINE.search(unicodedata.normalize("NFKC", text)))]
        return found[-1] if found else ""

    @property
    def title_month(self) -> tuple[int, int] | None:
        return month_named("\n".join(self.above))


def normal(text: str) -> tuple[str, str]:
    """A header without spaces, marks and unit; and the unit."""
    text = re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).lower()
    text = _DECORATION.sub("", text)
    found = _IN_BRACKETS.search(text) or _AT_END.search(text)
    if found is None:
        return text, ""
    return text[: found.start()] + text[found.end() :], unit_named(found[1])


def unit_named(text: str) -> str:
    """A unit under the one name it goes by here: ㎡ and m² are 平方米."""
    plain = unicodedata.normalize("NFKC", text).lower()
    return _UNIT_ALIASES.get(plain, plain)


class Matcher:
    """Recognises the headers of one layout sheet."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        self._names: dict[str, Field] = {}
        self._patterns: list[tuple[re.Pattern[str], Field]] = []
        for field in sheet.fields:
            for text in (field.header_zh, field.header_en):
                self._names.setdefault(normal(text)[0], field)
        for field in sheet.fields:  # what is printed is known again, also in a unit that only this form has heard of
            for language in ("zh-hans", "en"):
                self._names.setdefault(normal(field.header(language))[0], field)
        for field in sheet.fields:
            for pattern in field.patterns:
                compact = pattern.replace(" ?", "").replace(" ", "")
                self._patterns.append((re.compile(compact, re.IGNORECASE), field))
        # Every text cell of a ledger is asked whether it is a header: one expression says no to nearly all at once.
        alike = "|".join(re.sub(r"\?P<\w+>", "?:", pattern.pattern) for pattern, _ in self._patterns)
        self._any = re.compile(f"(?:{alike})" if alike else r"(?!)", re.IGNORECASE)

    def match(self, text: str) -> Match | None:
        """The field a header means. A two-row header comes as 上/下: whole first, then its last row."""
        parts = [part for part in text.split("\n") if part]
        for candidate in dict.fromkeys(("".join(parts), *parts[-1:])):
            found = self._match_one(candidate)
            if found is not None:
                return found
        return None

    def _match_one(self, text: str) -> Match | None:
        name, unit = normal(text)
        if name in self._names:
            return Match(self._names[name], unit)
        if not self._any.fullmatch(name):
            return self._in_other_unit(name)
        for pattern, field in self._patterns:
            found = pattern.fullmatch(name)
            if found:
                groups = found.groupdict()
                year, month = groups.get("year"), groups.get("month")
                return Match(field, unit, int(year) if year else None, int(month) if month else None)
        return None

    def _in_other_unit(self, name: str) -> Match | None:
        """Money headed with what is no money, 年采购额（吨）: the unit is wrong, not the column."""
        found = _OTHER_UNIT.search(name)
        field = self._names.get(name[: found.start()]) if found else None
        return Match(field, found[1]) if found and field and field.kind.is_money else None

    def nearest(self, text: str) -> Field | None:
        """The field whose header reads most like `text`; None where none is like it."""
        name = normal(text)[0]

        def likeness(field: Field) -> float:
            spellings = (field.header_zh, field.header_en, *field.patterns)
            return max(difflib.SequenceMatcher(None, name, spelling.lower()).ratio() for spelling in spellings)

        best = max(self.sheet.fields, key=likeness)
        return best if likeness(best) >= LIKE else None


def periods(header: Header, matches: Iterable[Match], *, sheet_name: str) -> tuple[set[int], set[int]]:
    """The years and the months that the headers, the title and the name of the sheet speak of."""
    named = [month for month in (header.title_month, month_named(sheet_name)) if month]
    known = list(matches)
    years = {match.year for match in known if match.year} | {year for year, _ in named}
    return years, {match.month for match in known if match.month} | {month for _, month in named}


def is_ignored(text: str) -> bool:
    """Whether a header is a column of running numbers, which means nothing, or our own mark of 示例数据."""
    return normal(text)[0] in IGNORED or text in INVENTED_HEADS


def find(grid: grids.Grid, matcher: Matcher) -> Header | None:
    """The header row or rows of a sheet, or None. The row (or two, three rows) that names most fields wins."""
    best: Header | None = None
    best_score = (0, 0)
    for top in range(min(len(grid.rows), LOOKED_AT)):
        for depth in range(1, DEEPEST + 1):
            header = _candidate(grid, matcher, top=top, depth=depth)
            if header is None:
                break
            score = (len({match.field.key for match in header.matches.values()}), -depth)
            if score > best_score:
                best, best_score = header, score
    if best is None or not _is_enough(best, matcher.sheet):
        return None
    best = _to_the_foot_of_its_merges(grid, matcher, best)
    best.above = [text for row in range(best.top) for text in grid.texts(row) if text]
    return best


def _to_the_foot_of_its_merges(grid: grids.Grid, matcher: Matcher, header: Header) -> Header:
    """A header cell merged downwards says that the header goes on, even where the lower row names nothing known."""
    feet = [bottom for (top, _), (bottom, _) in grid.merges if header.top <= top <= header.bottom < bottom]
    for depth in range(header.bottom - header.top + 2, min(max(feet, default=0) - header.top + 1, DEEPEST) + 1):
        header = _candidate(grid, matcher, top=header.top, depth=depth) or header
    return header


def _is_enough(header: Header, sheet: Sheet) -> bool:
    found = {match.field.key for match in header.matches.values()}
    required = {field.key for field in sheet.fields if field.is_required}
    return len(found) >= 2 or bool(found and required <= found)


def _candidate(grid: grids.Grid, matcher: Matcher, *, top: int, depth: int) -> Header | None:
    bottom = top + depth - 1
    if bottom >= len(grid.rows):
        return None
    if depth > 1 and not _reads_as_header(grid, bottom):
        return None
    texts = _flattened(grid, top=top, bottom=bottom)
    matches = {column: match for column, text in texts.items() if (match := matcher.match(text)) is not None}
    return Header(top, bottom, texts, matches)


def _reads_as_header(grid: grids.Grid, row: int) -> bool:
    """Text only, and not a data row that happens to be text: a lower header row starts under a merged cell or a gap."""
    values = [value for value in grid.rows[row] if grids.shown(value).strip()]
    return bool(values) and all(isinstance(value, str) and not re.search(r"^[\d.,%-]+$", value) for value in values)


def _flattened(grid: grids.Grid, *, top: int, bottom: int) -> dict[int, str]:
    """Header texts by column; a cell merged across spreads, upper and lower text are joined by a line break."""
    width = max(len(grid.rows[row]) for row in range(top, bottom + 1))
    spread: dict[tuple[int, int], str] = {}
    for (row, left), (_, right) in grid.merges:
        is_title = right - left + 1 >= width > 2
        if top <= row <= bottom and not is_title:
            spread |= {(row, column): grid.cell(row, left).text for column in range(left, min(right, width) + 1)}
    texts: dict[int, str] = {}
    for column in range(width):
        parts: list[str] = []
        for row in range(top, bottom + 1):
            text = spread.get((row, column)) if row < bottom else None
            text = re.sub(r"\s+", "" if _is_chinese(text or "") else " ", (text or grid.cell(row, column).text)).strip()
            if text and text not in parts:
                parts.append(text)
        if parts:
            texts[column] = "\n".join(parts)
    return texts


def _is_chinese(text: str) -> bool:
    return bool(re.search(r"[\u4e00-\u9fff]", text))


def sheet_named(name: str, layout: Layout) -> Sheet | None:
    """The layout sheet that a workbook's sheet name means."""
    plain = re.sub(r"\s", "", unicodedata.normalize("NFKC", name)).lower()
    plain = re.sub(r"^[\d一二三四五六七八九十]+[.、]", "", plain)
    for sheet in layout.sheets:
        if plain in (sheet.title_zh.lower(), re.sub(r"\s", "", sheet.title_en).lower(), sheet.key):
            return sheet
    for sheet in layout.sheets:
        if any(re.fullmatch(pattern.replace(" ", ""), plain, re.IGNORECASE) for pattern in sheet.patterns):
            return sheet
    return None


def nearest_name(name: str, known: Iterable[Sheet]) -> Sheet | None:
    """The layout sheet whose title reads most like `name`; None where none is like it."""

    def likeness(sheet: Sheet) -> float:
        titles = (sheet.title_zh, sheet.title_en)
        return max(difflib.SequenceMatcher(None, name, title).ratio() for title in titles)

    best = max(known, key=likeness)
    return best if likeness(best) >= LIKE else None


def district_named(name: str) -> str:
    """The division code of the district a sheet is named after (城阳区, 城阳区2024年5月); empty for another name."""
    plain = re.sub(r"\s", "", unicodedata.normalize("NFKC", name))
    plain = re.sub(r"20\d\d年?|(?:1[0-2]|0?[1-9])月份?|[()_\-—.·]", "", plain)
    found = frozenset() if plain.isascii() else places.codes_named(plain)
    return next(iter(found)) if len(found) == 1 else ""


def month_named(name: str) -> tuple[int, int] | None:
    """The month a sheet is named after (2024年5月), where it names a single one."""
    found = {(int(year), int(month)) for year, month in _TITLE_MONTH.findall(unicodedata.normalize("NFKC", name))}
    return found.pop() if len(found) == 1 else None
