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


Piece = tuple[Any, str, int | None]


def speaking(pieces: Iterable[Piece], *, firm: OuterRef) -> Q:
    """Whether a firm says anything of what `pieces` open (`readable`, firms by their code), or chose to say nothing to
    such readers: an answer at any level is one, and who agreed to give names to the innovation centre alone is asked
    for no more."""
    whole = {one for one, level, line in pieces if level == Level.ROWS and line is None}
    lines: dict[str, set[int]] = {}
    for _one, level, line in pieces:
        if line is not None:
            lines.setdefault(level, set()).add(line)
    of_all, of_lines = Q(buyer__code__in=whole, line__isnull=True), Q(line__in=lines.get(Level.ROWS, ()))
    # Asked firm by firm: a list of the buyers would read all purchases of the city.
    rows = Purchase.objects.filter(of_all | of_lines, buyer=firm)
    ticks = PartAnswer.objects.filter(line__firm=firm, line__in=lines.get(Level.TICKS, ()))
    bands = CategoryAnswer.objects.filter(line__firm=firm, line__in=lines.get(Level.BANDS, ()))
    names_alone = ProductLine.objects.filter(firm=firm, is_active=True, levels=[Level.NAMES])
    return Q(Exists(rows)) | Q(Exists(ticks)) | Q(Exists(bands)) | Q(Exists(names_alone))


def readable(person: Person, *, firm: str = "pk") -> set[Piece]:
    """(firm, level, product line) of everything of firms that `person` may read today; the same as the answers'
    `visible_to`, for all levels at once. `firm` is the column that tells firms apart. One query, a firm's own two.

    Without a line: what the firm said at that level of no line in particular, such as rows of a workbook.
    """
    reach = person.reach
    if reach.body_id is None or not reach.may(Act.READ, Thing.PURCHASE):
        return set()
    found = _granted(person, firm=firm)
    if reach.body_kind == BodyKind.FIRM:
        mine = Enterprise.objects.order_by().filter(body_id=reach.body_id).values_list(firm, "lines")
        found |= {(one, level, which) for one, line in mine for level in Level.values for which in (None, line)}
    return found


def reads_all(contents: Iterable[Sequence[Any]], person: Person) -> bool:
    """Whether `person` may read every piece of `contents` today: [[firm's code, level, line's id or None], …].

    What cannot be found any more is read by nobody. Asks as `readable` does, and nothing where there are no contents.
    """
    wanted = {(str(code), str(level), line) for code, level, line in contents}
    return not wanted or wanted <= readable(person, firm="code")


def _granted(person: Person, *, firm: str) -> set[Piece]:
    """What grants in force open, see `GrantQuerySet.opening`; of a line only where its firm speaks at the level now."""
    reach = person.reach
    grants = PurchaseGrant.objects.order_by().standing().filter(body_id=reach.body_id or 0)
    named = PurchaseGrant.readers.through.objects.filter(purchasegrant=OuterRef("pk"), person_id=reach.person_id or 0)
    columns = (f"firm__{firm}", "line_id", "levels", "is_whole_body", "is_named", "firm__lines", "firm__lines__levels")
    rows = grants.annotate(is_named=Exists(named)).values_list(*columns)
    is_centre = reach.body_kind == BodyKind.INNOVATION_CENTRE
    found: set[Piece] = set()
    for one, of_line, levels, is_whole_body, is_named, line, told in rows:
        opens = {Level.ROWS: is_whole_body or is_named, Level.NAMES: is_centre}
        held = [level for level in levels if opens.get(level, True)]
        found |= {(one, level, None) for level in held if of_line is None}
        # After a merge a line may be another firm's; the grant of before opens nothing of that firm.
        found |= {(one, level, line) for level in held if level in (told or ()) and of_line in {None, line}}
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
