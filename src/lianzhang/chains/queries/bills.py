"""The product tree of a chain: product → assembly → part, from the bills of materials a person may read.

Each anchor's bill stays a tree of its own: two firms may make one product differently. The standard tree belongs to no
chain, so of it only the products count that contain something the chain's anchors buy.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import ExpressionWrapper, F, Field

from lianzhang.accounts.models import Person
from lianzhang.chains.models import Chain, PartCoverage, Snapshot
from lianzhang.registry import queries as registry_queries
from lianzhang.registry.models import BomLine, Enterprise, Part

MOST_ROWS, MOST_PRODUCTS = 200, 100
AS_STORED: Field[Any, Any] = Field()  # a type that is not converted when it is read
DEEPEST = 12  # levels below a product; also the end of a circle that an import should have refused


@dataclass(frozen=True)
class Row:
    """A part at one place of the tree; the same part may stand under several parents."""

    part: Any  # code, name, unit
    level: int
    quantity: Decimal | None  # None: the standard tree does not say how many
    per_product: Decimal | None
    unit: str
    used_in: int
    coverage: Any  # what is bought of it: local_ratio, amount_wan; None where nothing is
    left_out: int  # rows below it that are too many for the page


@dataclass
class Branch:
    """What goes directly into the product, with everything below it."""

    rows: list[Row] = field(default_factory=list)

    @property
    def below(self) -> int:
        """Rows under the assembly itself."""
        return len(self.rows) - 1 + self.rows[0].left_out


@dataclass
class Product:
    """One product of one bill. `branches` are assemblies, `single` are parts that go in directly."""

    part: Any
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


class _Line(NamedTuple):
    """An edge of the standard tree, as a line of a bill is read."""

    parent_id: int
    child_id: int
    number: Any
    unit: str = ""


class _Place(NamedTuple):
    line: Any
    level: int
    per_product: Decimal | None
    left_out: int = 0


# By part, the lines that say how many of what go into it: rows of the database as they are read.
Lines = dict[int, list[Any]]


def of(chain: Chain, snapshot: Snapshot | None, *, person: Person, product: str = "") -> Bill:
    """The chain's bill of materials, or that of one product or assembly (by code); six queries however large it is."""
    trees, is_illustrative = _trees(chain, person)
    visible = Part.objects.visible_to(person).order_by()
    codes = dict(visible.values_list("pk", "code"))
    # Of the standard tree only what is bought is shown, so all that is bought is asked for; else what is on the page.
    covered = _coverage(snapshot, None, person) if None in trees else None
    if product:
        roots = [(owner, pk) for owner, lines in trees.items() for pk in lines if codes.get(pk) == product]
    else:
        tops = {owner: _roots(lines, covered or (), is_standard=owner is None) for owner, lines in trees.items()}
        roots = [(owner, pk) for owner, found in tops.items() for pk in found if pk in codes]
    roots.sort(key=lambda root: (root[0] is not None, root[0] or 0, codes[root[1]]))
    counts = [_count(trees[owner], pk) for owner, pk in roots]
    places = _drawn(trees, roots[:MOST_PRODUCTS], counts, codes)
    shown = {pk for _owner, pk in roots} | {place.line.child_id for found in places for place in found}
    columns = ("pk", "code", "name", "unit")
    parts = {part.pk: part for part in visible.filter(pk__in=shown).values_list(*columns, named=True)}
    covered = _coverage(snapshot, parts, person) if covered is None else covered
    owners = Enterprise.objects.in_bulk({owner for owner, _pk in roots if owner is not None})
    drawn = {owner for (owner, _pk), found in zip(roots, places, strict=False) if found}
    used = {owner: Counter(line.child_id for lines in trees[owner].values() for line in lines) for owner in drawn}
    products = []
    for (owner, pk), count, found in zip(roots, counts, places, strict=False):
        rows = [_row(place, parts, covered, used[owner]) for place in found]
        products.append(_product(Product(parts[pk], owners.get(owner or 0), count), rows))
    return Bill(products, len(roots), sum(counts), is_illustrative)


def _trees(chain: Chain, person: Person) -> tuple[dict[int | None, Lines], bool]:
    """What goes into what, by the firm whose bill says so (None: the standard tree)."""
    anchors = chain.anchors.standing().values("enterprise_id")
    found = BomLine.objects.visible_to(person).filter(firm__in=anchors)
    # Values as the database has them, in no order: of thousands of lines a page makes decimals of hundreds and sorts
    # those.
    plain = found.annotate(
        number=ExpressionWrapper(F("quantity"), AS_STORED), invented=ExpressionWrapper(F("is_illustrative"), AS_STORED)
    )
    columns = ("firm_id", "parent_id", "child_id", "number", "unit", "invented")
    trees: dict[int | None, Lines] = defaultdict(lambda: defaultdict(list))
    is_illustrative = False
    for line in plain.order_by().values_list(*columns, named=True):
        trees[line.firm_id][line.parent_id].append(line)
        is_illustrative |= bool(line.invented)
    for edge in registry_queries.standard_edges(person):
        trees[None][edge.parent_id].append(_Line(edge.parent_id, edge.child_id, edge.quantity))
        is_illustrative |= edge.is_illustrative
    return trees, is_illustrative


def _roots(lines: Lines, bought: Iterable[int], *, is_standard: bool) -> list[int]:
    """What goes into nothing else; of the standard tree only what contains something bought."""
    children = {line.child_id for found in lines.values() for line in found}
    roots = [parent for parent in lines if parent not in children]
    if not is_standard:
        return roots
    parents: dict[int, set[int]] = defaultdict(set)
    for parent, found in lines.items():
        for line in found:
            parents[line.child_id].add(parent)
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
                below[line.child_id] += times
        total += below.total()
        level = below
    return total


def _drawn(
    trees: dict[int | None, Lines], roots: list[tuple[int | None, int]], counts: list[int], codes: dict[int, str]
) -> list[list[_Place]]:
    """The rows of each product: whole products while they fit; of one too large alone the assemblies that fit."""
    drawn: list[list[_Place]] = []
    left = MOST_ROWS
    for (owner, pk), count in zip(roots, counts, strict=False):
        if count > left and left < MOST_ROWS:
            drawn.append([])
        elif count > left:
            drawn.append(_cut(trees[owner], pk, codes=codes))
        else:
            drawn.append(list(_walk(trees[owner], pk, codes=codes, per_product=Decimal(1), above=(pk,))))
        left -= len(drawn[-1])
    return drawn


def _cut(lines: Lines, root: int, *, codes: dict[int, str]) -> list[_Place]:
    """What goes directly into a product too large for the page, and what goes into that while it fits; the rest is
    opened assembly by assembly."""
    direct = list(_walk(lines, root, codes=codes, per_product=Decimal(1), above=(root,), deepest=1))
    drawn, left = list[_Place](), MOST_ROWS - len(direct)
    for place in direct:
        part = place.line.child_id
        below = _count(lines, part)
        if below > left:
            drawn.append(place._replace(left_out=below))
            continue
        found = _walk(lines, part, codes=codes, per_product=place.per_product, above=(root, part))
        drawn.extend([place, *found])
        left -= below
    return drawn


def _walk(
    lines: Lines, parent: int, *, codes: dict[int, str], per_product: Decimal | None, above: tuple[int, ...],
    deepest: int = DEEPEST,
) -> Iterator[_Place]:  # fmt: skip
    """Depth first, by code; a part that contains itself is not followed, nor one that nobody may see."""
    if len(above) > deepest:
        return
    known = [line for line in lines.get(parent, ()) if line.child_id in codes and line.child_id not in above]
    for line in sorted(known, key=lambda line: codes[line.child_id]):
        each = None if line.number is None else Decimal(str(line.number))
        needed = None if per_product is None or each is None else per_product * each
        yield _Place(line, len(above) - 1, needed)
        inside = (*above, line.child_id)
        yield from _walk(lines, line.child_id, codes=codes, per_product=needed, above=inside, deepest=deepest)


def _coverage(snapshot: Snapshot | None, parts: Iterable[int] | None, person: Person) -> dict[int, Any]:
    """By part, what is bought of it; of `parts`, or of all."""
    if snapshot is None:
        return {}
    found = PartCoverage.objects.visible_to(person).filter(snapshot=snapshot)
    found = found if parts is None else found.filter(part__in=list(parts))
    rows = found.order_by().values_list("part_id", "local_ratio", "amount_wan", named=True)
    return {row.part_id: row for row in rows}


def _row(place: _Place, parts: dict[int, Any], covered: dict[int, Any], used: Counter[int]) -> Row:
    child = place.line.child_id
    part = parts[child]
    return Row(
        part=part,
        level=place.level,
        quantity=None if place.line.number is None else Decimal(str(place.line.number)).normalize(),
        per_product=None if place.per_product is None else place.per_product.normalize(),
        unit=place.line.unit or part.unit,
        used_in=used[child],
        coverage=covered.get(child),
        left_out=place.left_out,
    )


def _product(product: Product, rows: list[Row]) -> Product:
    """Put the rows under the assemblies they belong to."""
    for row in rows:
        if row.level == 0:
            product.branches.append(Branch([row]))
        else:
            product.branches[-1].rows.append(row)
    product.single = [branch.rows[0] for branch in product.branches if branch.below == 0]
    product.branches = [branch for branch in product.branches if branch.below > 0]
    return product
