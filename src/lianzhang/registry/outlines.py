"""A version of the standard tree laid out in order, and two versions side by side: came, went, moved, quantity."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from lianzhang.registry.models import Part, TreeNode, TreeVersion


@dataclass(frozen=True)
class Laid:
    """One place of a tree: `level` 1 is the product."""

    node: TreeNode
    level: int

    @property
    def part(self) -> Part:
        return self.node.part

    @property
    def is_illustrative(self) -> bool:
        return self.node.part.is_illustrative

    @property
    def quantity(self) -> Decimal | None:
        return self.node.quantity


@dataclass(frozen=True)
class Moved:
    """A part that stands below other parts than before, or in another quantity."""

    part: str
    before: str
    after: str


@dataclass
class Comparison:
    """What became of the parts from one version to the next."""

    came: list[str] = field(default_factory=list)
    went: list[str] = field(default_factory=list)
    moved: list[Moved] = field(default_factory=list)
    amounts: list[Moved] = field(default_factory=list)

    @property
    def is_same(self) -> bool:
        return not (self.came or self.went or self.moved or self.amounts)


def laid(version: TreeVersion) -> list[Laid]:
    """The places of a version, each below its parent, in their order. One query."""
    below: dict[int | None, list[TreeNode]] = defaultdict(list)
    for node in version.nodes.select_related("part").order_by("position", "pk"):
        below[node.parent_id].append(node)
    found: list[Laid] = []
    waiting = [(node, 1) for node in reversed(below[None])]
    while waiting:
        node, level = waiting.pop()
        found.append(Laid(node, level))
        waiting += [(child, level + 1) for child in reversed(below[node.pk])]
    return found


def compare(before: Sequence[Laid], after: Sequence[Laid]) -> Comparison:
    """What came, went, moved and changed its quantity between two versions, by part."""
    old, new = _edges(before), _edges(after)
    names = {one.part.pk: one.part.name for one in (*before, *after)}
    found = Comparison(
        came=[names[pk] for pk in new if pk not in old],
        went=[names[pk] for pk in old if pk not in new],
    )
    for pk in new:
        if pk not in old:
            continue
        above, below = old[pk], new[pk]
        if set(above) != set(below):
            found.moved.append(Moved(names[pk], _names(above, names), _names(below, names)))
        for parent in set(above) & set(below):
            if above[parent] != below[parent]:
                found.amounts.append(Moved(names[pk], _number(above[parent]), _number(below[parent])))
    return found


Edges = dict[int, dict[int | None, Decimal | None]]


def _edges(places: Sequence[Laid]) -> Edges:
    """Part → the parts it stands below, with its quantity in each; a product stands below nothing."""
    parts = {one.node.pk: one.part.pk for one in places}
    found: Edges = defaultdict(dict)
    for one in places:
        parent = one.node.parent_id
        found[one.part.pk][None if parent is None else parts[parent]] = one.quantity
    return found


def _names(above: dict[int | None, Decimal | None], names: dict[int, str]) -> str:
    return "、".join(sorted(names[pk] for pk in above if pk is not None)) or "—"


def _number(quantity: Decimal | None) -> str:
    return "—" if quantity is None else f"{quantity.normalize():f}"
