"""Reading the register: enterprises with their names to search by, the sums of purchases, grants in force."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import BooleanField, Count, Exists, ExpressionWrapper, OuterRef, Q, QuerySet, Subquery

from lianzhang.accounts.models import Person
from lianzhang.accounts.rules import Act, BodyKind, Thing
from lianzhang.registry.models import (
    Alias,
    CategoryAnswer,
    Enterprise,
    Level,
    PartAnswer,
    ProductLine,
    Purchase,
    PurchaseGrant,
    TreeNode,
)


def enterprises(person: Person, *, asked: str = "") -> QuerySet[Enterprise]:
    """Enterprises within reach. `asked` is what is searched for: an alias that holds it counts as the firm's name."""
    matching = Alias.objects.filter(enterprise=OuterRef("pk"))
    for word in asked.split()[:1]:
        matching = matching.filter(name__icontains=word)
    return Enterprise.objects.visible_to(person).annotate(alias_names=Subquery(matching.values("name")[:1]))


def counts(person: Person) -> dict[str, int]:
    """How many enterprises there are within reach, and how many of them above scale."""
    found = Enterprise.objects.visible_to(person)
    return found.aggregate(count=Count("pk"), above=Count("pk", filter=Q(is_above_scale=True)))


@dataclass(frozen=True)
class PurchaseSums:
    """Rows of purchases that are not in the sum of amounts, and of how many firms the rows are."""

    firm_count: int
    withheld_count: int
    band_count: int
    unfilled_count: int


def purchase_sums(found: QuerySet[Purchase], *, buyers: set[int]) -> PurchaseSums:
    """Two queries that read no row with an exact amount; `buyers` are the firms the rows can be of."""
    found = found.order_by()
    read = found.filter(amount_wan__isnull=True).aggregate(
        withheld=Count("pk", filter=Q(is_withheld=True)),
        band=Count("pk", filter=Q(amount_low_wan__isnull=False)),
        unfilled=Count("pk", filter=Q(amount_low_wan__isnull=True, is_withheld=False)),
    )
    buying = Enterprise.objects.filter(Exists(found.filter(buyer=OuterRef("pk"))), pk__in=buyers)
    return PurchaseSums(buying.count(), read["withheld"], read["band"], read["unfilled"])


def grants(person: Person, *, on: date) -> QuerySet[PurchaseGrant]:
    """Grants within reach, newest first; `is_ahead` of those that begin later, `is_over` of those that ended."""
    found = PurchaseGrant.objects.visible_to(person).annotate(
        is_ahead=ExpressionWrapper(Q(starts_on__gt=on), BooleanField()),
        is_over=ExpressionWrapper(Q(ends_on__isnull=False, ends_on__lt=on), BooleanField()),
    )
    joined = found.select_related("firm", "body", "line", "scan", "entered_by", "confirmed_by", "withdrawn_by")
    return joined.prefetch_related("readers").order_by("-starts_on", "-pk")


def speaking(person: Person, *, firm: OuterRef) -> Q:
    """Whether a firm says anything that `person` may read, or chose to say nothing to such readers: an answer at any
    level is one, and who agreed to give names to the innovation centre alone is asked for no more."""
    # Asked firm by firm: a list of the buyers would read all purchases of the city.
    rows = Purchase.objects.visible_to(person).filter(buyer=firm)
    ticks = PartAnswer.objects.visible_to(person).filter(line__firm=firm)
    bands = CategoryAnswer.objects.visible_to(person).filter(line__firm=firm)
    names_alone = ProductLine.objects.filter(firm=firm, is_active=True, levels=[Level.NAMES])
    return Q(Exists(rows)) | Q(Exists(ticks)) | Q(Exists(bands)) | Q(Exists(names_alone))


Piece = tuple[Any, str, int | None]


def readable(person: Person) -> set[Piece]:
    """(firm, level, product line) of everything of firms that `person` may read today; the same as the answers'
    `visible_to`, for all levels at once.

    Without a line: what the firm said at that level of no line in particular, such as rows of a workbook.
    """
    return _pieces(person, firm="pk", with_lines=True)


def reads_all(contents: Iterable[Sequence[Any]], person: Person) -> bool:
    """Whether `person` may read every piece of `contents` today: [[firm's code, level, line's id or None], …].

    What cannot be found any more is read by nobody. One query, two where lines are named.
    """
    wanted = {(str(code), str(level), line) for code, level, line in contents}
    with_lines = any(line is not None for _code, _level, line in wanted)
    return not wanted or wanted <= _pieces(person, firm="code", with_lines=with_lines)


def _pieces(person: Person, *, firm: str, with_lines: bool) -> set[Piece]:
    """What may be read, firms by their column `firm`; without lines only what is of no line in particular."""
    reach = person.reach
    if reach.body_id is None or not reach.may(Act.READ, Thing.PURCHASE):
        return set()
    own = set()
    if reach.body_kind == BodyKind.FIRM:
        own = set(Enterprise.objects.order_by().filter(body_id=reach.body_id).values_list(firm, flat=True))
    held = _held(person, firm=firm)
    found: set[Piece] = {(one, level, None) for one in own for level in Level.values}
    found |= {(one, level, None) for one, level, line in held if line is None}
    if not with_lines:
        return found
    firms = own | {one for one, _level, _line in held}
    lines = ProductLine.objects.order_by().filter(**{f"firm__{firm}__in": firms})
    for line, one, levels in lines.values_list("pk", f"firm__{firm}", "levels"):
        if one in own:
            found |= {(one, level, line) for level in Level.values}
        else:
            found |= {(one, level, line) for level in levels if {(one, level, None), (one, level, line)} & held}
    return found


def _held(person: Person, *, firm: str) -> set[Piece]:
    """(firm, level, line) as the grants in force say it; see `GrantQuerySet.opening`."""
    reach = person.reach
    grants = PurchaseGrant.objects.order_by().standing().filter(body_id=reach.body_id or 0)
    named = PurchaseGrant.readers.through.objects.filter(purchasegrant=OuterRef("pk"), person_id=reach.person_id or 0)
    columns = (f"firm__{firm}", "line_id", "levels", "is_whole_body", "is_named")
    is_centre = reach.body_kind == BodyKind.INNOVATION_CENTRE
    found: set[Piece] = set()
    for one, line, levels, is_whole_body, is_named in grants.annotate(is_named=Exists(named)).values_list(*columns):
        opens = {Level.ROWS: is_whole_body or is_named, Level.NAMES: is_centre}
        found |= {(one, level, line) for level in levels if opens.get(level, True)}
    return found


class Edge(NamedTuple):
    """`quantity` of `child` goes into one `parent`, by the standard tree; None = not said."""

    parent_id: int
    child_id: int
    quantity: Decimal | None
    is_illustrative: bool


def standard_edges(person: Person) -> list[Edge]:
    """What goes into what by the trees published now, each pair of parts once, in their order."""
    nodes = TreeNode.objects.visible_to(person).standing().filter(parent__isnull=False)
    found: dict[tuple[int, int], Edge] = {}
    columns = ("parent__part_id", "part_id", "quantity", "tree_version__is_illustrative")
    for row in nodes.values_list(*columns):
        edge = Edge(*row)
        found.setdefault((edge.parent_id, edge.child_id), edge)
    return [*found.values()]


def group_heads(codes: Iterable[str]) -> dict[str, str]:
    """Code of a firm → code of the firm at the head of its group, for those of these firms that have one."""
    found = Enterprise.objects.filter(code__in=set(codes), parent__isnull=False).values_list("code", "parent__code")
    return dict(found)
