"""The rows of a tree's workbook beside the catalogue of parts: which part each means, and what is wrong with it."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field

from chainlab import names
from lianzhang.intake.columns import Desk
from lianzhang.intake.protocol import Incoming
from lianzhang.registry import branches
from lianzhang.registry.actions.trees import circle
from lianzhang.registry.branches import Branch, Laying
from lianzhang.registry.models import Part


@dataclass
class Catalogue:
    """The parts there are, by code and by name."""

    by_code: dict[str, Part] = field(default_factory=dict)
    by_name: dict[str, Part] = field(default_factory=dict)

    def part(self, code: str, name: str) -> Part | None:
        return self.by_code.get(code) if code else self.by_name.get(names.normalise(name))

    def key(self, code: str, name: str) -> str:
        """The same text for the same part."""
        part = self.part(code, name)
        return f"#{part.code if part else code}" if part or code else names.normalise(name)


def catalogue(desk: Desk) -> Catalogue:
    def read() -> Catalogue:
        known = list(Part.objects.order_by("-pk"))
        return Catalogue({one.code: one for one in known}, {names.normalise(one.name): one for one in known})

    found: Catalogue = desk.once("catalogue of parts", read)
    return found


def laid(rows: Sequence[Incoming], *, desk: Desk) -> Laying:
    """The rows of one tree placed, and everything that is wrong with them or worth saying."""
    known = catalogue(desk)
    found = branches.lay(rows, key=known.key)
    for branch in found.walk():
        _check(branch, known, found)
    _check_circle(found)
    return found


def _check(branch: Branch, known: Catalogue, found: Laying) -> None:
    """What a row says of its part beside what the catalogue knows."""
    part, row = known.part(branch.code, branch.name), branch.row
    if branch.code and part is None:
        zh = f"零部件目录中没有编码“{branch.code}”。新增的零部件请将编码留空。"
        found.complain(
            row, "code", "unknown_code", zh, f"No part has code “{branch.code}”. Leave it blank for a new one."
        )
    elif part is None:
        zh = f"目录中没有“{branch.name}”，随本版新增。"
        found.complain(row, "part", "part_new", zh, f"“{branch.name}” is new to the catalogue.", level="note")
    else:
        _check_known(branch, part, found)


def _check_known(branch: Branch, part: Part, found: Laying) -> None:
    row = branch.row
    if names.normalise(part.name) != names.normalise(branch.name):
        zh = f"编码 {part.code} 在目录中是“{part.name}”，与“{branch.name}”不同，按编码计。"
        en = f"Code {part.code} is “{part.name}” in the catalogue, not “{branch.name}”; the code counts."
        found.complain(row, "part", "name_differs", zh, en, level="warning")
    for column, mine, known in (("category", branch.category, part.category), ("unit", branch.unit, part.unit)):
        if mine and known and names.normalise(mine) != names.normalise(known):
            zh = f"目录中“{part.name}”填的是“{known}”，此处“{mine}”不改目录。"
            en = f"The catalogue says “{known}” of “{part.name}”; “{mine}” does not change it."
            found.complain(row, column, f"{column}_differs", zh, en, level="warning")


def _check_circle(found: Laying) -> None:
    """Parts that contain one another by different rows; the row that closes the circle is marked."""
    numbers: dict[str, int] = {}
    closing: dict[tuple[int, int], Branch] = {}
    edges: dict[int, set[int]] = {}
    for branch in found.walk():
        if branch.above is None:
            continue
        pair = (
            numbers.setdefault(branch.above.key, len(numbers)),
            numbers.setdefault(branch.key, len(numbers)),
        )
        edges.setdefault(pair[0], set()).add(pair[1])
        closing[pair] = branch
    ring = circle(edges)
    if ring:
        last = max((closing[pair] for pair in itertools.pairwise(ring)), key=lambda one: one.row.row_number)
        told = " → ".join({number: key for key, number in numbers.items()}[n].lstrip("#") for n in ring)
        zh, en = f"零部件互相包含：{told}。", f"Parts contain one another: {told}."
        found.complain(last.row, "part", "within_itself", zh, en)
