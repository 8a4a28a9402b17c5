"""The product tree of a chain: product → assembly → part, from the bills of materials a person may read.

Each anchor's bill stays a tree of its own: two firms may make one product differently. The standard tree belongs to no
chain, so of it only the products count that contain something the chain's anchors buy.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from django.db.models import FloatField, Q
from django.db.models.functions import Cast

from lianzhang.accounts.models import Person
from lianzhang.chains.models import Chain, PartCoverage, Snapshot
from lianzhang.registry.models import BomLine, Enterprise, Part

MOST_ROWS, MOST_PRODUCTS = 300, 100
DEEPEST = 12  # levels below a product; also the end of a circle that an import should have refused


class Line(NamedTuple):
    """One line of a bill: how many of a part go into what stands above it."""

    child: int
    quantity: float
    unit: str


@dataclass(frozen=True)
class Row:
    """A part at one place of the tree; the same part may stand under several parents."""

    part: Part
    level: int
    quantity: Decimal
    per_product: Decimal
    unit: str
    used_in: int
    coverage: PartCoverage | None


@dataclass
class Branch:
    """What goes directly into the product, with everything below it."""

    rows: list[Row] = field(default_factory=list)

    @property
    def below(self) -> int:
        """Rows under the assembly itself."""
        return len(self.rows) - 1


@dataclass
class Product:
    """One product of one bill. `branches` are assemblies, `single` are parts that go in directly."""

    part: Part
    owner: Enterprise | None
    count: int
    branches: list[Branch] = field(default_factory=list)
    single: list[Row] = field(default_factory=list)

    @property
    def drawn(self) -> int:
        """Rows of the product that are on the page."""
        return len(self.single) + sum(len(branch.rows) for branch in self.branches)


@dataclass(frozen=True)
class Bill:
    """The products as far as one page takes them, and how many products and rows there are."""

    products: list[Product]
    product_count: int
    row_count: int
    is_illustrative: bool


class _Place(NamedTuple):
    line: Line
    level: int
    per_product: Decimal


Lines = dict[int, list[Line]]


def of(chain: Chain, snapshot: Snapshot | None, *, person: Person, product: str = "") -> Bill:
    """The chain's bill of materials, or that of one product (by code); five queries however large it is."""
    trees, is_illustrative = _trees(chain, person)
    bought = _bought(snapshot, person)
    roots = [(owner, pk) for owner, lines in trees.items() for pk in _roots(lines, bought, is_standard=owner is None)]
    parts = Part.objects.visible_to(person).in_bulk({pk for _owner, pk in roots})
    roots = sorted(
        (root for root in roots if root[1] in parts and product in {"", parts[root[1]].code}),
        key=lambda root: (root[0] is not None, root[0] or 0, parts[root[1]].code),
    )
    counts = [_count(trees[owner], pk) for owner, pk in roots]
    places = _drawn(trees, roots[:MOST_PRODUCTS], counts)
    parts |= Part.objects.visible_to(person).in_bulk({place.line.child for found in places for place in found})
    covered = _coverage(snapshot, parts, person)
    owners = Enterprise.objects.in_bulk({owner for owner, _pk in roots if owner is not None})
    used = {owner: Counter(line.child for found in lines.values() for line in found) for owner, lines in trees.items()}
    products = []
    for (owner, pk), count, found in zip(roots, counts, places, strict=False):
        rows = [_row(place, parts, covered, used[owner]) for place in found if place.line.child in parts]
        products.append(_product(Product(parts[pk], owners.get(owner or 0), count), rows))
    return Bill(products, len(roots), sum(counts), is_illustrative)


def _trees(chain: Chain, person: Person) -> tuple[dict[int | None, Lines], bool]:
    """What goes into what, by the firm whose bill says so (None: the standard tree)."""
    anchors = chain.anchors.standing().values("enterprise_id")
    found = BomLine.objects.visible_to(person).filter(Q(firm__isnull=True) | Q(firm__in=anchors))
    # Read as floats: making decimals of thousands of lines, of which a page draws hundreds, is most of its time.
    numbered = found.annotate(number=Cast("quantity", FloatField()))
    rows = numbered.order_by("child__code", "pk").values_list(
        "firm_id", "parent_id", "child_id", "number", "unit", "is_illustrative"
    )
    trees: dict[int | None, Lines] = defaultdict(lambda: defaultdict(list))
    is_illustrative = False
    for firm, parent, child, quantity, unit, invented in rows:
        trees[firm][parent].append(Line(child, quantity, unit))
        is_illustrative |= invented
    return trees, is_illustrative


def _bought(snapshot: Snapshot | None, person: Person) -> set[int]:
    if snapshot is None:
        return set()
    found = PartCoverage.objects.visible_to(person).filter(snapshot=snapshot)
    return set(found.order_by().values_list("part_id", flat=True))


def _roots(lines: Lines, bought: Iterable[int], *, is_standard: bool) -> list[int]:
    """What goes into nothing else; of the standard tree only what contains something bought."""
    children = {line.child for found in lines.values() for line in found}
    roots = [parent for parent in lines if parent not in children]
    if not is_standard:
        return roots
    parents: dict[int, set[int]] = defaultdict(set)
    for parent, found in lines.items():
        for line in found:
            parents[line.child].add(parent)
    above, waiting = set(bought), list(bought)
    while waiting:
        fresh = parents.get(waiting.pop(), set()) - above
        above |= fresh
        waiting.extend(fresh)
    return [root for root in roots if root in above]


def _count(lines: Lines, root: int) -> int:
    """Rows under a product: a part counts at every place it stands."""
    total, level = 0, Counter({root: 1})
    for _depth in range(DEEPEST):
        below: Counter[int] = Counter()
        for parent, times in level.items():
            for line in lines.get(parent, ()):
                below[line.child] += times
        total += below.total()
        level = below
    return total


def _drawn(
    trees: dict[int | None, Lines], roots: list[tuple[int | None, int]], counts: list[int]
) -> list[list[_Place]]:
    """The rows of each product: whole products while they fit; one that is too large alone is cut."""
    drawn: list[list[_Place]] = []
    left = MOST_ROWS
    for (owner, pk), count in zip(roots, counts, strict=False):
        if count > left and left < MOST_ROWS:
            drawn.append([])
            continue
        walk = _walk(trees[owner], pk, level=0, per_product=Decimal(1), above=(pk,))
        drawn.append([place for place, _n in zip(walk, range(left), strict=False)])
        left -= len(drawn[-1])
    return drawn


def _walk(lines: Lines, parent: int, *, level: int, per_product: Decimal, above: tuple[int, ...]) -> Iterator[_Place]:
    """Depth first; a part that contains itself is not followed."""
    if level == DEEPEST:
        return
    for line in lines.get(parent, ()):
        if line.child in above:
            continue
        needed = per_product * Decimal(str(line.quantity))
        yield _Place(line, level, needed)
        yield from _walk(lines, line.child, level=level + 1, per_product=needed, above=(*above, line.child))


def _coverage(snapshot: Snapshot | None, parts: Iterable[int], person: Person) -> dict[int, PartCoverage]:
    if snapshot is None:
        return {}
    found = PartCoverage.objects.visible_to(person).filter(snapshot=snapshot, part__in=list(parts))
    return {row.part_id: row for row in found.order_by()}


def _row(place: _Place, parts: dict[int, Part], covered: dict[int, PartCoverage], used: Counter[int]) -> Row:
    child = place.line.child
    part = parts[child]
    return Row(
        part=part,
        level=place.level,
        quantity=Decimal(str(place.line.quantity)).normalize(),
        per_product=place.per_product.normalize(),
        unit=place.line.unit or part.unit,
        used_in=used[child],
        coverage=covered.get(child),
    )


def _product(product: Product, rows: list[Row]) -> Product:
    """Put the rows under the assemblies they belong to."""
    for row in rows:
        if row.level == 0:
            product.branches.append(Branch([row]))
        else:
            product.branches[-1].rows.append(row)
    product.single = [branch.rows[0] for branch in product.branches if len(branch.rows) == 1]
    product.branches = [branch for branch in product.branches if len(branch.rows) > 1]
    return product
