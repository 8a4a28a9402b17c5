"""Which firms and parts a teardown may speak of: those of the own firm, and of firms that granted their rows."""

from collections.abc import Mapping

from lianzhang.intake.columns import Desk
from lianzhang.registry.models import BomLine, Enterprise, Part, Purchase

FIRM_FIELDS, PART_FIELDS = ("buyer_id", "supplier_id", "firm_id"), ("parent_id", "child_id", "part_id")


def permitted(desk: Desk) -> set[int]:
    """Firms whose purchases the person may enter: the own one, and those all of whose rows the person may read."""

    def find() -> set[int]:
        own = set(Enterprise.objects.filter(body_id=desk.by.reach.body_id or 0).values_list("pk", flat=True))
        return own | Purchase.objects.all().owners(desk.by)

    found: set[int] = desk.once("permitted", find)
    return found


def firms(desk: Desk) -> set[int]:
    """The firms an export must list: permitted buyers and whoever their purchases name."""

    def find() -> set[int]:
        bought = Purchase.objects.visible_to(desk.by)
        suppliers = bought.filter(supplier__isnull=False).values_list("supplier_id", flat=True)
        named = set(suppliers) | set(bought.values_list("buyer_id", flat=True))
        return named | permitted(desk)

    found: set[int] = desk.once("firms of export", find)
    return found


def parts(desk: Desk) -> set[int]:
    """The parts an export must list: bought, or in a bill, of a permitted firm.

    Read once and handed on as ids: as a subquery within the next question, a planner that does not yet know the tables
    (after a large import) may ask it anew for every row.
    """

    def find() -> set[int]:
        bought = Purchase.objects.visible_to(desk.by).values_list("part_id", flat=True)
        lines = BomLine.objects.filter(firm__in=permitted(desk))
        return set(bought) | {pk for pair in lines.values_list("parent_id", "child_id") for pk in pair}

    found: set[int] = desk.once("parts of export", find)
    return found


def standing_firms(desk: Desk) -> Mapping[str, int]:
    """By the code an export gives them: firms of the register the person sees, and those the own purchases name."""

    def find() -> dict[str, int]:
        named = Enterprise.objects.filter(code__in=_named_in(desk, FIRM_FIELDS), merged_into__isnull=True)
        seen = named.visible_to(desk.by) | named.filter(pk__in=firms(desk))
        return dict(seen.order_by().values_list("code", "pk"))

    found: dict[str, int] = desk.once("standing firms", find)
    return found


def standing_parts(desk: Desk) -> Mapping[str, int]:
    """Parts of the list, by code: those the file names."""
    found: dict[str, int] = desk.once(
        "standing parts",
        lambda: dict(Part.objects.filter(code__in=_named_in(desk, PART_FIELDS)).values_list("code", "pk")),
    )
    return found


def _named_in(desk: Desk, fields: tuple[str, ...]) -> set[str]:
    """What the rows of the file say in these columns."""
    return {str(row.values[name]) for row in desk.rows for name in fields if row.values.get(name) not in (None, "")}
