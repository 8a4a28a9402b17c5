"""The rows of a workbook as a tree: by level, by parent, or outlined in columns; what cannot be placed is said row by
row. Knows neither the catalogue nor the trees that stand."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from chainlab import names
from chainlab.sheets.reading import Blank
from lianzhang.intake.protocol import Finding, Incoming, Place

OUTLINE = ("product", "assembly", "component", "piece", "material", "part")
TIERS = {
    **dict.fromkeys(("整机", "产品", "成品", "product"), 1),
    **dict.fromkeys(("总成", "系统", "assembly", "system"), 2),
    **dict.fromkeys(("部件", "组件", "component"), 3),
    **dict.fromkeys(("零件", "元件", "零部件", "piece", "part"), 4),
    **dict.fromkeys(("材料", "原材料", "material"), 5),
}
DEEPEST = 20
_NUMBERED = re.compile(r"^(?:l|第)?\s*(\d{1,2})\s*(?:级|层)?$", re.IGNORECASE)
_DOTTED = re.compile(r"^\d+(?:\.\d+)+$")


@dataclass(eq=False)
class Branch:
    """A place of the tree: the part by name, below `above`; `row` is where the workbook says it (first)."""

    name: str
    key: str  # the same for the same part
    row: Incoming
    is_implied: bool = False  # a row below it named it; its own may still come
    above: Branch | None = None
    code: str = ""
    category: str = ""
    quantity: Decimal | None = None
    unit: str = ""
    segment: str = ""
    below: list[Branch] = field(default_factory=list)

    @property
    def path(self) -> tuple[str, ...]:
        """The parts from the product down to this one."""
        return (*(self.above.path if self.above else ()), self.key)

    @property
    def level(self) -> int:
        return 1 + (self.above.level if self.above else 0)


@dataclass
class Laying:
    """What became of the rows: the products with what is below them, whose rows are whose, what is wrong."""

    key: Callable[[str, str], str]
    tops: list[Branch] = field(default_factory=list)
    of_row: dict[Place, list[Branch]] = field(default_factory=dict)
    findings: dict[Place, list[Finding]] = field(default_factory=dict)

    def walk(self) -> Iterator[Branch]:
        """Every place, each after its parent, in the order of the workbook."""
        waiting = list(reversed(self.tops))
        while waiting:
            branch = waiting.pop()
            yield branch
            waiting += reversed(branch.below)

    def complain(self, row: Incoming, column: str, code: str, zh: str, en: str, *, level: str = "error") -> None:
        self.findings.setdefault(row.place, []).append(Finding(column, level, zh, en, code=code))

    def put(self, branch: Branch, above: Branch | None) -> None:
        """Hang a branch below another; the second of the same part below the same parent, and a part within itself,
        are refused."""
        beside = above.below if above else self.tops
        twin = next((one for one in beside if one.key == branch.key), None)
        if twin is not None and twin.is_implied and not branch.is_implied:
            twin.row, twin.is_implied, twin.code, twin.category = branch.row, False, branch.code, branch.category
            twin.quantity, twin.unit, twin.segment = branch.quantity, branch.unit, branch.segment
            self.of_row.setdefault(branch.row.place, []).append(twin)
            return
        if twin is not None:
            row = twin.row.row_number
            self.complain(
                branch.row, "part", "listed_twice",
                f"“{branch.name}”在同一上级下第 {row} 行已列出，请只留一行。",
                f"“{branch.name}” is listed under the same parent in row {row} already: keep one.",
            )  # fmt: skip
            return
        if above is not None and branch.key in above.path:
            self.complain(
                branch.row, "part", "within_itself",
                f"“{branch.name}”不能包含自身，请核对上级。",
                f"“{branch.name}” cannot contain itself; check the parent.",
            )  # fmt: skip
            return
        branch.above = above
        beside.append(branch)
        self.of_row.setdefault(branch.row.place, []).append(branch)


def said(row: Incoming, name: str) -> str:
    """The words of a cell; nothing where it is blank."""
    value = row.values.get(name)
    return "" if value is None or isinstance(value, Blank) else str(value).strip()


def lay(rows: Sequence[Incoming], *, key: Callable[[str, str], str]) -> Laying:
    """Place every row of one tree. The workbook as a whole says how it is written. `key` names the part that a code
    and a name mean: the same text for the same part."""
    found = Laying(key)
    if any(said(row, "level") for row in rows):
        return _by_level(rows, found)
    if any(said(row, "parent") for row in rows):
        return _by_parent(rows, found)
    if any(said(row, name) for row in rows for name in OUTLINE[:-1]):
        return _by_columns(rows, found)
    for row in rows:
        found.complain(
            row, "part", "no_levels",
            "看不出层级：请加“层级”列，或“上级”列，或把整机、总成、部件分列填写。",
            "There are no levels: add a column of levels, or of parents, or write product and assembly in columns.",
        )  # fmt: skip
    return found


def _branch(row: Incoming, name: str, found: Laying) -> Branch:
    quantity: Any = row.values.get("quantity")
    return Branch(
        name=name,
        key=found.key(said(row, "code"), name),
        row=row,
        code=said(row, "code"),
        category=said(row, "category"),
        quantity=quantity if isinstance(quantity, Decimal) else None,
        unit=said(row, "unit"),
        segment=said(row, "segment"),
    )


def _is_fit(row: Incoming, found: Laying, *, is_product: bool) -> bool:
    """Whether the row itself is in order; `findings` of the reader count."""
    if any(one.level == "error" for one in row.findings):
        return False
    quantity: Any = row.values.get("quantity")
    if not is_product and isinstance(quantity, Decimal) and not 0 < quantity < 10**9:
        found.complain(
            row, "quantity", "quantity_not_positive",
            f"用量“{quantity}”须大于 0；不知道就空着。",
            f"Quantity “{quantity}” must be more than 0; leave it blank if unknown.",
        )  # fmt: skip
        return False
    return True


def _tier(text: str) -> tuple[int, bool] | None:
    """(level, whether levels may be skipped): a word is a kind of place, a number counts."""
    if _DOTTED.match(text):
        return text.count(".") + 1, False
    numbered = _NUMBERED.match(text)
    if numbered:
        return (int(numbered[1]), False) if 1 <= int(numbered[1]) <= DEEPEST else None
    word = TIERS.get(text.lower())
    return None if word is None else (word, True)


def _by_level(rows: Sequence[Incoming], found: Laying) -> Laying:
    standing, tab = list[tuple[int, Branch | None]](), ""
    for row in rows:
        if row.tab != tab:
            standing, tab = [], row.tab
        text, name = said(row, "level"), said(row, "part")
        tier = _tier(text)
        if tier is None or not name:
            _say_unplaced(found, row, text, name)
            continue
        level, may_skip = tier
        standing = [one for one in standing if one[0] < level]
        if level > 1 and (not standing or (not may_skip and standing[-1][0] != level - 1)):
            found.complain(
                row, "level", "level_skipped",
                f"层级是 {text}，前面没有它的上一级。请核对层级，或补上一级的行。",
                f"The level is {text} and no row before it is one level higher.",
            )  # fmt: skip
            standing.append((level, None))
            continue
        above = standing[-1][1] if standing else None
        branch = _branch(row, name, found)
        standing.append((level, branch if _hang(found, row, branch, above, is_top=not standing) else None))
    return found


def _hang(found: Laying, row: Incoming, branch: Branch, above: Branch | None, *, is_top: bool) -> bool:
    """Whether the row was placed; what stands below a row in error is told so."""
    if not _is_fit(row, found, is_product=is_top):
        return False
    if not is_top and above is None:
        found.complain(
            row, "part", "parent_in_error",
            "它的上级那一行有误；上级改好，本行即可写入。",
            "The row of its parent is wrong; this one is taken once that is mended.",
        )  # fmt: skip
        return False
    parent = said(row, "parent")
    if parent and (above is None or names.normalise(parent) not in (names.normalise(above.name), above.code.lower())):
        is_above = above.name if above else "—"
        found.complain(
            row, "parent", "parent_contradicts_level",
            f"“上级”填的是“{parent}”，按层级它的上级是“{is_above}”。两者请改成一致。",
            f"The parent says “{parent}”; by its level it is “{is_above}”. Make them agree.",
        )  # fmt: skip
        return False
    found.put(branch, above)
    return branch.above is above and branch in found.of_row.get(row.place, ())


def _say_unplaced(found: Laying, row: Incoming, text: str, name: str) -> None:
    if not name:
        found.complain(row, "part", "required", "未填零部件。", "No part given.")
    elif not text:
        found.complain(row, "level", "required", "未填层级。", "No level given.")
    else:
        found.complain(
            row, "level", "level_unknown",
            f"层级“{text}”看不懂：请写 1 至 {DEEPEST}，或整机、总成、部件、零件、材料。",
            f"Level “{text}” is not understood: write 1 to {DEEPEST}, or product, assembly, component, piece.",
        )  # fmt: skip


def _by_parent(rows: Sequence[Incoming], found: Laying) -> Laying:
    """Rows may stand in any order; of several rows of one name the nearest before is meant, else the next after."""
    places: dict[str, list[int]] = {}
    for number, row in enumerate(rows):
        for word in {names.normalise(said(row, "part")), said(row, "code").lower()} - {""}:
            places.setdefault(word, []).append(number)
    above = [_parent_of(row, number, places) for number, row in enumerate(rows)]
    made: dict[int, Branch | None] = {}
    for number in range(len(rows)):
        for one in reversed(_way_up(number, above)):
            if one not in made:
                made[one] = _placed(rows[one], above[one], made, found)
    return found


def _parent_of(row: Incoming, number: int, places: dict[str, list[int]]) -> int | None:
    """The row of its parent; −1 for a product, None where no row has that name."""
    parent = said(row, "parent")
    if not parent:
        return -1
    listed = places.get(names.normalise(parent)) or places.get(parent.lower()) or []
    before = [one for one in listed if one < number]
    after = [one for one in listed if one > number]
    return before[-1] if before else after[0] if after else None


def _way_up(number: int, above: Sequence[int | None]) -> list[int]:
    """The row and those above it; a circle ends where it closes."""
    way = [number]
    while (parent := above[way[-1]]) is not None and parent >= 0 and parent not in way:
        way.append(parent)
    return way


def _placed(row: Incoming, parent: int | None, made: dict[int, Branch | None], found: Laying) -> Branch | None:
    name = said(row, "part")
    if not name:
        _say_unplaced(found, row, "", name)
        return None
    if parent is None:
        written = said(row, "parent")
        found.complain(
            row, "parent", "parent_unknown",
            f"上级“{written}”不在本表中。请核对名称，或补上它的一行。",
            f"Parent “{written}” is not in this sheet. Check the name, or add its row.",
        )  # fmt: skip
        return None
    if parent >= 0 and parent not in made:
        found.complain(
            row, "parent", "within_itself",
            f"“{name}”与它的上级互相包含，请核对上级。",
            f"“{name}” and its parent contain one another; check the parents.",
        )  # fmt: skip
        return None
    branch, above = _branch(row, name, found), made[parent] if parent >= 0 else None
    return branch if _hang(found, row, branch, above, is_top=parent < 0) else None


def _by_columns(rows: Sequence[Incoming], found: Laying) -> Laying:
    """Product, assembly, component … side by side: the last filled cell is the row's own, those before say where."""
    carried, tab = [""] * len(OUTLINE), ""
    for row in rows:
        if row.tab != tab:
            carried, tab = [""] * len(OUTLINE), row.tab
        cells = [said(row, name) for name in OUTLINE]
        filled = [n for n, cell in enumerate(cells) if cell]
        if not filled:
            found.complain(row, "part", "required", "未填零部件。", "No part given.")
            continue
        carried = [*carried[: filled[0]], *cells[filled[0] :]]
        chain = [cell for cell in carried if cell]
        if not _is_fit(row, found, is_product=len(chain) == 1):
            continue
        above: Branch | None = None
        for name in chain[:-1]:
            above = _standing(found, above, name, row)
            if above is None:
                break
        if len(chain) == 1 or above is not None:
            found.put(_branch(row, chain[-1], found), above)
    return found


def _standing(found: Laying, above: Branch | None, name: str, row: Incoming) -> Branch | None:
    """The place of this name, made where no row has made it yet."""
    key = found.key("", name)
    beside = above.below if above else found.tops
    there = next((one for one in beside if one.key == key), None)
    if there is None:
        there = Branch(name=name, key=key, row=row, is_implied=True)
        found.put(there, above)
        if there not in (above.below if above else found.tops):
            return None
    return there
