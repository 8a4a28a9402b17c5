"""Rows of a sheet that are not data: totals, repeated headers, remarks, signatures, our help and example."""

from __future__ import annotations

import dataclasses
import re
import unicodedata
from collections.abc import Sequence, Set
from decimal import Decimal

from chainlab.sheets import grid as grids
from chainlab.sheets import headers

EXAMPLE_MARK = "【示例】"
HELP_MARK = "【说明】"
OUR_SHEETS = {"错误清单", "填表说明", "取值说明", "Errors", "Instructions", "Values"}
# What a saved table says about itself; others call a sheet so too, so its first cell decides.
_ABOUT = {("说明", "表名"), ("Note", "Table")}

LONGEST_HEADER = 40
_SPACE = re.compile(r"\s")
_LONG_NUMBER = re.compile(r"[0-9]{5,}")
_FIGURE = re.compile(r"^[\d.,%/:-]+$")
_TOTAL = re.compile(
    r"^(?:[\u4e00-\u9fff]{0,8}?)(?:合计|小计|总计|共计|总和|累计|totals?|subtotals?|grandtotal)(?:\(.*\))?[:：]?$",
    re.IGNORECASE,
)
_PART_OF = re.compile(r"^\s*其中(?:[\s:：]|$)")
_REMARK = re.compile(
    r"^(?:注|备注|说明|填表说明|填报说明|备注说明|数据来源|资料来源|补充资料|注释|notes?|source)\s*[:：\d一]",
    re.IGNORECASE,
)
_SIGNATURE = re.compile(
    r"^(?:单位负责人|填报单位|填表单位|报送单位|制表单位|填报人|填表人|制表人|审核人|负责人|联系人|联系电话|填报日期|填报时间|制表日期"
    r"|报出日期|统计负责人|单位\(盖章\)|盖章)\s*(?:\(.*?\))?\s*[:：]"
)


@dataclasses.dataclass(slots=True)
class Totals:
    """Adds up the rows of each column, so that a stated total can be held against them."""

    overall: dict[str, list[Decimal]] = dataclasses.field(default_factory=dict)
    block: dict[str, list[Decimal]] = dataclasses.field(default_factory=dict)
    subtotals: dict[str, list[Decimal]] = dataclasses.field(default_factory=dict)

    def add(self, field: str, numbers: Sequence[Decimal]) -> None:
        self.overall.setdefault(field, []).extend(numbers)
        self.block.setdefault(field, []).extend(numbers)

    def mismatch(self, field: str, stated: Decimal, *, is_subtotal: bool = False) -> Decimal | None:
        """The sum that was expected, if neither the block nor the whole adds up to what is stated; a 小计 is held
        against its block, a 合计 against the whole."""
        block, whole = self.block.get(field, []), self.overall.get(field, [])
        if not whole:
            return None
        room = _room(stated, whole)
        if abs(sum(block) - stated) <= room or abs(sum(whole) - stated) <= room:
            return None
        return sum(block if is_subtotal and block else whole, Decimal(0))

    def close_block(self) -> None:
        self.block.clear()


def _room(stated: Decimal, numbers: Sequence[Decimal]) -> Decimal:
    """Half a last place of the total; and where the rows were rounded more than the total, half a place of each."""
    place, coarsest = _place(stated), max(map(_place, numbers))
    return place / 2 + (coarsest * len(numbers) / 2 if coarsest > place else 0) + Decimal("0.000001")


def _place(number: Decimal) -> Decimal:
    exponent = number.as_tuple().exponent
    return Decimal(1).scaleb(min(exponent, 0) if isinstance(exponent, int) else 0)


def is_subtotal(title: str) -> bool:
    """Whether a total row adds up only the rows above it since the last one."""
    return "小计" in title or "subtotal" in title.lower()


def is_ours(name: str, *, first: str) -> bool:
    """Whether a sheet called `name`, with `first` in its first cell, was added by the system."""
    return name in OUR_SHEETS or (name, first) in _ABOUT


def kind_of(texts: Sequence[str], *, key_columns: Sequence[int]) -> str:
    """What a row is: blank, example, help, total, part_of, remark, signature or data."""
    filled = [(column, _plain(text)) for column, text in enumerate(texts) if text.strip()]
    if not filled:
        return "blank"
    first = filled[0][1]
    for mark, kind in ((EXAMPLE_MARK, "example"), (HELP_MARK, "help")):
        if first.startswith(_plain(mark)):
            return kind
    leading = [text for _, text in filled[:3]]
    if any(_TOTAL.match(text) for text in leading):
        return "total"
    if any(_PART_OF.match(texts[column]) for column, _ in filled[:3]):
        return "part_of"
    has_key = any(column in key_columns for column, _ in filled[1:])
    if _REMARK.match(first) and not has_key:
        return "remark"
    if _SIGNATURE.match(first):
        return "signature"
    return "data"


def repeats_header(texts: Sequence[str], *, header: headers.Header, matcher: headers.Matcher) -> str:
    """ "repeated" for the same header again, "other" for the header of another table, else nothing."""
    filled = {column: text for column, text in enumerate(texts) if text.strip()}
    if len(filled) < 2:
        return ""
    same = sum(1 for column, text in filled.items() if text in lines_of(header.texts.get(column, "")))
    if same >= max(2, len(filled) * 0.8):
        return "repeated"
    if len(filled) < 3 or any(_FIGURE.match(text) or len(text) > LONGEST_HEADER for text in filled.values()):
        return ""
    known = {column: match.field.key for column, text in filled.items() if (match := matcher.match(text)) is not None}
    is_other = len(known) >= max(3, len(filled) * 0.6) and len(set(known.values())) == len(known)
    return "other" if is_other else ""


class Looks:
    """Tells of the cells of a table whether they make their row anything but data; the same thing is looked at once.

    `words`: what stands in its header.
    """

    def __init__(self, matcher: headers.Matcher, *, words: Set[str]) -> None:
        self.matcher, self.words = matcher, words
        self._is_numbered = any(map(_FIGURE.match, words))
        self._seen: dict[object, tuple[bool, bool]] = {}
        self._shapes: dict[str, bool] = {}

    def at(self, value: object) -> tuple[bool, bool]:
        """Whether a stored value is harmless, and whether anything stands there."""
        if type(value) is float and not self._is_numbered and -1e15 < value < 1e15:
            return True, True  # a number is no total and no remark, nor a header that has no numbers in it
        key = value if type(value) is str else (type(value), value)
        found = self._seen.get(key)
        if found is None:
            text = grids.line(value)
            # No header, total or remark is told from another by five digits: their long numbers are taken for alike.
            is_harmless = text not in self.words and self._is_harmless(_LONG_NUMBER.sub("00000", text))
            found = self._seen[key] = (is_harmless, bool(text))
        return found

    def _is_harmless(self, text: str) -> bool:
        """Whether a text makes no row anything but data, whatever else stands there: no mark, total, remark,
        signature, and the name of no column."""
        if text not in self._shapes:
            is_figure = not text or _FIGURE.match(text) is not None
            self._shapes[text] = is_figure or not (_is_said(text) or self.matcher.match(text))
        return self._shapes[text]


def _is_said(text: str) -> bool:
    plain = _plain(text)
    is_known = any(pattern.match(plain) for pattern in (_TOTAL, _REMARK, _SIGNATURE))
    return is_known or plain.startswith(_OUR_MARKS) or _PART_OF.match(text) is not None


def lines_of(text: str) -> set[str]:
    """A header as one line or several."""
    return {*text.split("\n"), text.replace("\n", ""), text.replace("\n", " ")}


def _plain(text: str) -> str:
    return _SPACE.sub("", unicodedata.normalize("NFKC", text))


_OUR_MARKS = (_plain(EXAMPLE_MARK), _plain(HELP_MARK))
