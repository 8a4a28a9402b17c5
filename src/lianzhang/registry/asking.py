"""我要填的: what a firm is asked for on each product line and level, and how much of it is answered.

What was withheld by agreement is answered for good: it counts neither as asked nor as missing.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from math import ceil

from django.db.models import Count

from lianzhang.accounts.models import Person
from lianzhang.registry.models import (
    CategoryAnswer,
    Level,
    Part,
    PartAnswer,
    ProductLine,
    Purchase,
    SupplierMention,
    TreeNode,
    TreeVersion,
)

# Seconds a row takes somebody who knows the answer: only for saying how long a form is.
SECONDS = {Level.TICKS: 6, Level.BANDS: 20, Level.NAMES: 15, Level.ROWS: 15}


@dataclass(frozen=True)
class Place:
    """A part of the standard tree as it is asked for: so many steps below the product."""

    part: Part
    depth: int


@dataclass
class Outline:
    """The published tree of a line's product, in order; empty where the line names none, or no tree has it."""

    version: TreeVersion | None = None
    places: list[Place] = field(default_factory=list)

    @property
    def parts(self) -> dict[int, Part]:
        """Each part once, in the order of the tree."""
        return {place.part.pk: place.part for place in self.places}

    @property
    def categories(self) -> list[str]:
        return list(dict.fromkeys(place.part.category for place in self.places if place.part.category))


@dataclass
class BandRow:
    """A category and plant of a line: what is answered for the year, and what was answered last before it."""

    category: str
    plant: str
    answer: CategoryAnswer | None = None
    last: CategoryAnswer | None = None


@dataclass(frozen=True)
class Asked:
    """One product line at one level."""

    line: ProductLine
    level: Level
    asked: int | None  # None: nobody can say how many, as with names
    answered: int
    withheld: int
    last_on: date | None

    @property
    def open_count(self) -> int:
        return 0 if self.asked is None else max(self.asked - self.answered, 0)

    @property
    def minutes(self) -> int:
        """An estimate from the number of rows still open."""
        return ceil(self.open_count * SECONDS[self.level] / 60)


def year_asked(today: date) -> int:
    """The last year that is over."""
    return today.year - 1


def lines(person: Person) -> list[ProductLine]:
    """The product lines in use of the own firm."""
    found = ProductLine.objects.editable_by(person).filter(is_active=True)
    return list(found.select_related("firm", "product").order_by("name"))


def outlines(found: Sequence[ProductLine]) -> dict[int, Outline]:
    """The published tree below the product of each line, by the line's id. One query."""
    products = {line.product_id for line in found if line.product_id is not None}
    versions = TreeNode.objects.standing().filter(part__in=products).order_by().values("tree_version")
    nodes = TreeNode.objects.filter(tree_version__in=versions) if products else TreeNode.objects.none()
    below: dict[int | None, list[TreeNode]] = defaultdict(list)
    roots: dict[int, TreeNode] = {}
    for node in nodes.select_related("part", "tree_version__tree").order_by("tree_version", "position", "pk"):
        below[node.parent_id].append(node)
        if node.part_id in products:
            roots.setdefault(node.part_id, node)
    return {line.pk: _outline(roots.get(line.product_id or 0), below) for line in found}


def _outline(root: TreeNode | None, below: dict[int | None, list[TreeNode]]) -> Outline:
    if root is None:
        return Outline()
    outline = Outline(root.tree_version)
    waiting = [(node, 1) for node in reversed(below[root.pk])]
    while waiting:
        node, depth = waiting.pop()
        outline.places.append(Place(node.part, depth))
        waiting += [(child, depth + 1) for child in reversed(below[node.pk])]
    return outline


def band_rows(
    outline: Outline,
    answers: Iterable[CategoryAnswer],
    bought: Iterable[tuple[str, str]],
    *,
    year: int,
) -> list[BandRow]:
    """What is asked in bands: the categories of the tree, those answered before, those bought; with their plants.

    `answers` are all of the line, whatever year; `bought` the (category, plant) pairs of the firm's own purchases.
    """
    found: dict[tuple[str, str], BandRow] = {}
    for answer in sorted(answers, key=lambda one: (one.year, one.pk)):
        row = found.setdefault((answer.category, answer.plant), BandRow(answer.category, answer.plant))
        if answer.year == year:
            row.answer = answer
        elif answer.year < year:
            row.last = answer
    # Plants first: told by plant, a category is not asked a second time without one.
    for category, plant in sorted(bought, key=lambda pair: (not pair[1], pair)):
        if category and (plant or not any(known == category for known, _plant in found)):
            found.setdefault((category, plant), BandRow(category, plant))
    named = {category for category, _plant in found}
    for category in outline.categories:
        if category not in named:
            found[category, ""] = BandRow(category, "")
    order = {category: n for n, category in enumerate(outline.categories)}
    return sorted(found.values(), key=lambda row: (order.get(row.category, len(order)), row.category, row.plant))


def bought_pairs(firm_id: int) -> list[tuple[str, str]]:
    """(category, plant) of what the firm has told of its purchases."""
    found = Purchase.objects.filter(buyer_id=firm_id).exclude(part__category="").order_by()
    return list(found.values_list("part__category", "plant").distinct())


def work(person: Person, *, today: date) -> list[Asked]:
    """Every product line of the own firm at every level it chose. Seven queries, however many lines."""
    own = lines(person)
    if not own:
        return []
    year = year_asked(today)
    trees, ids = outlines(own), [line.pk for line in own]
    ticks, bands = _by_line(PartAnswer, ids), _by_line(CategoryAnswer, ids)
    names = _by_line(SupplierMention, ids)
    chosen = {level for line in own for level in line.levels}
    bought = bought_pairs(own[0].firm_id) if Level.BANDS.value in chosen else []
    told = _rows_told(own[0].firm_id, year) if Level.ROWS.value in chosen else []
    found = []
    for line in own:
        for level in Level:
            if level.value not in line.levels:
                continue
            if level is Level.TICKS:
                found.append(ticks_asked(line, trees[line.pk], ticks[line.pk]))
            elif level is Level.BANDS:
                found.append(bands_asked(line, band_rows(trees[line.pk], bands[line.pk], bought, year=year)))
            elif level is Level.NAMES:
                dates = [one.answered_on for one in names[line.pk]]
                found.append(Asked(line, level, None, len(dates), 0, _last(dates)))
            else:
                mine = [(is_withheld, count) for of_line, is_withheld, count in told if of_line in (None, line.pk)]
                withheld = sum(count for is_withheld, count in mine if is_withheld)
                found.append(Asked(line, level, None, sum(count for _, count in mine) - withheld, withheld, None))
    return found


def _rows_told(firm_id: int, year: int) -> list[tuple[int | None, bool, int]]:
    """(line, whether withheld, how many) of the purchases the firm told of a year: it may have told of 100,000."""
    rows = Purchase.objects.filter(buyer=firm_id, year=year).order_by()
    return list(rows.values_list("line_id", "is_withheld").annotate(Count("pk")))


def _by_line(model: type, ids: Sequence[int]) -> dict[int, list]:  # type: ignore[type-arg]
    found = defaultdict(list)
    for one in model.objects.filter(line__in=ids):  # type: ignore[attr-defined]
        found[one.line_id].append(one)
    return found


def ticks_asked(line: ProductLine, outline: Outline, answers: Sequence[PartAnswer]) -> Asked:
    """How far the ticks of a line are."""
    parts = outline.parts
    mine = [one for one in answers if one.part_id in parts]
    withheld = sum(one.is_withheld for one in mine)
    answered = sum(bool(one.make) for one in mine if not one.is_withheld)
    asked = len(parts) - withheld
    return Asked(line, Level.TICKS, asked, answered, withheld, _last(one.answered_on for one in answers))


def bands_asked(line: ProductLine, rows: Sequence[BandRow]) -> Asked:
    """How far the bands of a line are."""
    # What an agreement keeps back is kept back next year as well.
    withheld = sum(bool((row.answer or row.last) and (row.answer or row.last).is_withheld) for row in rows)  # type: ignore[union-attr]
    answered = sum(row.answer is not None and _says(row.answer) for row in rows)
    dates = (one.answered_on for row in rows for one in (row.answer, row.last) if one is not None)
    return Asked(line, Level.BANDS, len(rows) - withheld, answered, withheld, _last(dates))


def _says(answer: CategoryAnswer) -> bool:
    """Whether something is said; what was emptied again is open again."""
    said = (answer.make, answer.source_region, answer.is_abroad)
    bounds = (answer.amount_low_wan, answer.supplier_low, answer.certification_low_months)
    return not answer.is_withheld and (any(said) or any(bound is not None for bound in bounds))


def _last(dates: Iterable[date | None]) -> date | None:
    return max((one for one in dates if one is not None), default=None)


@dataclass(frozen=True)
class TreeMoves:
    """What came and went between the tree a line was answered by and the tree published now."""

    since: TreeVersion | None
    came: list[Part]
    went: list[PartAnswer]


def tree_moves(outline: Outline, answers: Sequence[PartAnswer]) -> TreeMoves:
    """Old answers stay; parts no longer asked for and parts that are new are told. Two queries at most."""
    now, parts = outline.version.pk if outline.version is not None else None, outline.parts
    older = [one for one in answers if one.tree_version_id not in (None, now)]
    went = [one for one in answers if one.part_id not in parts]
    if not older:
        return TreeMoves(None, [], went if outline.version is not None else [])
    since = max((one.tree_version for one in older if one.tree_version), key=lambda version: version.number)
    then = set(since.nodes.values_list("part_id", flat=True))
    answered = {one.part_id for one in answers}
    came = [part for pk, part in parts.items() if pk not in then and pk not in answered]
    return TreeMoves(since, came, went)
