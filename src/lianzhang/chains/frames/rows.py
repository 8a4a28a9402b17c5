"""What the records of chain, purchases, bills and capabilities say, row by row, as far as one person may read them."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from lianzhang.accounts.models import Person
from lianzhang.chains.frames.places import PLACE_MARK, UNNAMED, firm_code, number
from lianzhang.chains.models import Anchor, Chain
from lianzhang.registry import queries
from lianzhang.registry.models import BomLine, Capability, Enterprise, Part, Purchase

if TYPE_CHECKING:
    from django.db.models import QuerySet

PURCHASE_FIELDS = (
    "pk",
    "buyer__code",
    "part__code",
    "supplier__code",
    "supplier__region_code",
    "make",
    "amount_wan",
    "amount_low_wan",
    "amount_high_wan",
    "is_withheld",
    "supplier_name",
    "production_region",
    "is_trader",
    "plant",
    "year",
    "level",
    "line_id",
)


def purchases(chain: Chain, *, person: Person, also: Sequence[Chain] = ()) -> list[dict[str, Any]]:
    """What the chains' anchors buy, newest year of each anchor; own make is not a purchase and is left out."""
    visible = Purchase.objects.visible_to(person).filter(buyer__in=anchors([chain, *also]))
    newest: dict[str, int] = {}
    for code, year in visible.values_list("buyer__code", "year").distinct():
        newest[code] = max(year, newest.get(code, 0))
    found = visible.exclude(make=Purchase.Make.OWN).values(*PURCHASE_FIELDS).order_by("pk")
    return [_purchase(row) for row in found if row["year"] == newest[row["buyer__code"]]]


def anchors(chains: Iterable[Chain]) -> "QuerySet[Any]":
    """The firms that anchor any of the chains now, by id; one that anchors two is there once."""
    return Anchor.objects.standing().filter(chain__in=list(chains)).values("enterprise_id").distinct()


def _purchase(row: dict[str, Any]) -> dict[str, Any]:
    low, high = row["amount_low_wan"], row["amount_high_wan"]
    middle = (low + high) / 2 if low is not None and high is not None else None
    amount = row["amount_wan"] if row["amount_wan"] is not None else middle
    return {
        "buyer_id": row["buyer__code"],
        "part_id": row["part__code"],
        "supplier_id": _placed(row),
        "firm_code": row["supplier__code"] or (UNNAMED if _is_placed_alone(row) else None),
        "is_named": bool(row["supplier__code"] or row["supplier_name"]),
        "make": row["make"],
        "amount_wan": number(amount),
        "amount_low_wan": number(low if low is not None else row["amount_wan"]),
        "amount_high_wan": number(high if high is not None else row["amount_wan"]),
        "is_withheld": row["is_withheld"],
        "year": row["year"],
        "level": row["level"],
        "line_id": row["line_id"],
        "plant": row["plant"] or None,
    }


def _placed(row: dict[str, Any]) -> str | None:
    code: str | None = row["supplier__code"]
    if code is None:
        return f"{UNNAMED}{PLACE_MARK}{row['production_region']}" if _is_placed_alone(row) else None
    if row["production_region"]:
        same = row["production_region"] == row["supplier__region_code"]
        return code if same else f"{code}{PLACE_MARK}{row['production_region']}"
    return f"{code}{PLACE_MARK}" if row["is_trader"] else code


def _is_placed_alone(row: dict[str, Any]) -> bool:
    """Written down with its place and not in the register: it counts where it is, and is no candidate."""
    return bool(row["supplier__code"] is None and row["supplier_name"] and row["production_region"])


def parts() -> list[dict[str, Any]]:
    """The catalogue of parts. A part without a category is a category of its own."""
    found = Part.objects.values_list("code", "name", "category", "alternative_group").order_by("code")
    return [
        {"part_id": code, "name": name, "category_id": category or name, "alternative_group": group or None}
        for code, name, category, group in found
    ]


def bom(chain: Chain, *, person: Person, also: Sequence[Chain] = ()) -> list[dict[str, Any]]:
    """The anchors' bills of materials as far as visible, and the standard part tree (quantity null = not said).

    firm_code is whose bill a line is of; null for the standard tree.
    """
    lines = BomLine.objects.visible_to(person).filter(firm__in=anchors([chain, *also])).order_by("pk")
    found: list[tuple[str | None, str, str, Any]] = [
        *lines.values_list("firm__code", "parent__code", "child__code", "quantity")
    ]
    edges = queries.standard_edges(person)
    codes = dict(Part.objects.order_by().values_list("pk", "code")) if edges else {}
    found += [(None, codes[edge.parent_id], codes[edge.child_id], edge.quantity) for edge in edges]
    return [
        {"firm_code": firm, "parent_id": parent, "child_id": child, "quantity": number(quantity)}
        for firm, parent, child, quantity in found
    ]


def capabilities(codes: Iterable[str], *, person: Person) -> list[dict[str, Any]]:
    """Who says it can make the parts the anchors buy, and how much of it a year (null = not limited or not told)."""
    found = (
        Capability.objects.visible_to(person)
        .filter(part__code__in=list(codes))
        .values_list(
            "enterprise__code",
            "enterprise__region_code",
            "part__code",
            "is_qualified",
            "capacity_wan",
            "production_region",
        )
        .order_by("pk")
    )
    return [
        {
            "firm_id": code if made in {"", registered} else f"{code}{PLACE_MARK}{made}",
            "part_id": part,
            "is_qualified": qualified,
            "capacity_wan": number(capacity),
        }
        for code, registered, part, qualified, capacity, made in found
    ]


def firms(
    rows: list[dict[str, Any]], makers: list[dict[str, Any]], candidates: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Every supplier id of the other tables with its firm and place; of one without a name the place alone."""
    ids = {row["supplier_id"] for row in rows} - {None} | {row["firm_id"] for row in makers}
    ids |= {row["buyer_id"] for row in rows} | {row["firm_code"] for row in candidates}
    codes = {firm_code(supplier_id) for supplier_id in ids}
    known = {
        code: (name, region)
        for code, name, region in Enterprise.objects.filter(code__in=codes).values_list("code", "name", "region_code")
    }
    known[UNNAMED] = ("", "")
    found = []
    for supplier_id in sorted(ids):
        code, mark, place = supplier_id.partition(PLACE_MARK)
        name, registered = known[code]
        region = place if mark else registered
        found.append({"firm_id": supplier_id, "firm_code": code, "name": name, "region_code": region or None})
    return found
