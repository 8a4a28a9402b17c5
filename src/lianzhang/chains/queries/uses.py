"""用在哪里: every way a part goes up into products, through the standard trees and the bills a person may read."""

from collections import defaultdict
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from lianzhang.accounts.models import Person
from lianzhang.registry.models import BomLine, Enterprise, Part, TreeNode

DEEPEST = 6  # levels above a part; also the end of a circle that an import should have refused
MOST = 500


@dataclass(frozen=True, kw_only=True)
class Way:
    """One way up: the parts it goes into, nearest first, the last being the product."""

    steps: tuple[Part, ...]
    quantity: Decimal | None  # of the part for one product; None where a step does not say how many
    unit: str
    firm: Enterprise | None = None
    tree: Any = None  # the published version of a standard tree
    is_illustrative: bool = False

    @property
    def product(self) -> Part:
        """What it ends in."""
        return self.steps[-1]


def of(part: Part, *, person: Person) -> list[Way]:
    """The ways of a part by product, the standard trees first; two queries and one for each level of the bills."""
    ways = [*_trees(part, person), *_bills(part, person)]
    return sorted(ways, key=lambda way: (way.firm is not None, way.product.code, [step.code for step in way.steps]))


def _trees(part: Part, person: Person) -> list[Way]:
    above = ["__".join(["parent"] * level) for level in range(1, DEEPEST + 1)]
    nodes = TreeNode.objects.visible_to(person).standing().filter(part=part, parent__isnull=False)
    found = nodes.select_related("tree_version__tree", *(f"{path}__part" for path in above)).order_by("pk")[:MOST]
    return [_way_up(node, part.unit) for node in found]


def _way_up(node: TreeNode, unit: str) -> Way:
    steps: list[Part] = []
    quantity, at = node.quantity, node.parent
    while at is not None and len(steps) < DEEPEST:
        steps.append(at.part)
        if at.parent is not None:
            quantity = None if quantity is None or at.quantity is None else quantity * at.quantity
        at = at.parent if len(steps) < DEEPEST else None
    version = node.tree_version
    return Way(steps=tuple(steps), quantity=quantity, unit=unit, tree=version, is_illustrative=version.is_illustrative)


def _bills(part: Part, person: Person) -> list[Way]:
    """Level by level: what goes into nothing further in its firm's bill has arrived at a product."""
    done: list[Way] = []
    open_ways: list[Way] = [Way(steps=(part,), quantity=Decimal(1), unit=part.unit)]
    for _level in range(DEEPEST):
        lines = _lines({way.product.pk for way in open_ways}, person)
        following: list[Way] = []
        for way in open_ways:
            further = [line for line in lines[way.product.pk] if way.firm is None or line.firm_id == way.firm.pk]
            further = [line for line in further if line.parent not in way.steps]
            following += [_further(way, line) for line in further]
            if not further and way.firm is not None:
                done.append(way)
        open_ways = following[:MOST]
    done += open_ways
    return [replace(way, steps=way.steps[1:]) for way in done][:MOST]


def _lines(children: set[int], person: Person) -> dict[int, list[BomLine]]:
    found: dict[int, list[BomLine]] = defaultdict(list)
    if children:
        rows = BomLine.objects.visible_to(person).filter(child__in=children).select_related("parent", "firm")
        for line in rows.order_by("pk")[:MOST]:
            found[line.child_id].append(line)
    return found


def _further(way: Way, line: BomLine) -> Way:
    return replace(
        way,
        steps=(*way.steps, line.parent),
        quantity=None if way.quantity is None else way.quantity * line.quantity,
        unit=line.unit or way.unit if len(way.steps) == 1 else way.unit,
        firm=line.firm,
        is_illustrative=way.is_illustrative or line.is_illustrative,
    )
