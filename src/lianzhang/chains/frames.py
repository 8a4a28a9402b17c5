"""The rows of a chain as Arrow tables for chainlab, exactly as far as one person may read them.

Ids are the short codes people know. A supplier's place is where it produces for this buyer: a row with a place of
production of its own gives the supplier the id `code@region`; a trader without one has no known place.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from lianzhang.accounts.models import Person
from lianzhang.chains.models import Chain
from lianzhang.registry import queries
from lianzhang.registry.models import BomLine, Capability, Enterprise, Part, Purchase

if TYPE_CHECKING:
    import pyarrow as pa

PLACE_MARK = "@"

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
    "production_region",
    "is_trader",
    "plant",
    "year",
)


def tables(chain: Chain, *, person: Person) -> "dict[str, pa.Table]":
    """Everything the analysis of `chain` reads, as far as `person` may read it today.

    purchases: buyer_id, part_id, supplier_id (with its place), firm_code, make, amount_wan (exact, or the middle of a
    band), amount_low_wan, amount_high_wan, is_withheld, year. firms: firm_id, firm_code, name, region_code (null = not
    known). parts: part_id, name, category_id. bom: parent_id, child_id, quantity. capabilities: firm_id, part_id,
    is_qualified, capacity_wan. All amounts 万元.
    """
    import pyarrow as pa

    rows = purchases(chain, person=person)
    codes = {row["part_id"] for row in rows}
    found = {
        "purchases": rows,
        "parts": parts(),
        "bom": bom(chain, person=person),
        "capabilities": capabilities(codes, person=person),
    }
    found["firms"] = firms(rows, found["capabilities"])
    return {name: pa.Table.from_pylist(found[name], schema=pa.schema(_schemas(pa)[name])) for name in found}


def purchases(chain: Chain, *, person: Person) -> list[dict[str, Any]]:
    """What the chain's anchors buy, newest year of each anchor; own make is not a purchase and is left out."""
    anchors = chain.anchors.standing().values("enterprise_id")
    visible = Purchase.objects.visible_to(person).filter(buyer__in=anchors)
    newest: dict[str, int] = {}
    for code, year in visible.values_list("buyer__code", "year").distinct():
        newest[code] = max(year, newest.get(code, 0))
    found = visible.exclude(make=Purchase.Make.OWN).values(*PURCHASE_FIELDS).order_by("pk")
    return [_purchase(row) for row in found if row["year"] == newest[row["buyer__code"]]]


def _purchase(row: dict[str, Any]) -> dict[str, Any]:
    low, high = row["amount_low_wan"], row["amount_high_wan"]
    middle = (low + high) / 2 if low is not None and high is not None else None
    amount = row["amount_wan"] if row["amount_wan"] is not None else middle
    return {
        "buyer_id": row["buyer__code"],
        "part_id": row["part__code"],
        "supplier_id": _placed(row),
        "firm_code": row["supplier__code"],
        "make": row["make"],
        "amount_wan": _number(amount),
        "amount_low_wan": _number(low if low is not None else row["amount_wan"]),
        "amount_high_wan": _number(high if high is not None else row["amount_wan"]),
        "is_withheld": row["is_withheld"],
        "year": row["year"],
    }


def _placed(row: dict[str, Any]) -> str | None:
    code: str | None = row["supplier__code"]
    if code is None:
        return None
    if row["production_region"]:
        same = row["production_region"] == row["supplier__region_code"]
        return code if same else f"{code}{PLACE_MARK}{row['production_region']}"
    return f"{code}{PLACE_MARK}" if row["is_trader"] else code


def firm_code(supplier_id: str) -> str:
    """The firm behind a supplier id, without its place."""
    return supplier_id.partition(PLACE_MARK)[0]


def parts() -> list[dict[str, Any]]:
    """The catalogue of parts. A part without a category is a category of its own."""
    found = Part.objects.values_list("code", "name", "category").order_by("code")
    return [{"part_id": code, "name": name, "category_id": category or name} for code, name, category in found]


def bom(chain: Chain, *, person: Person) -> list[dict[str, Any]]:
    """The anchors' bills of materials as far as visible, and the standard part tree (quantity null = not said)."""
    anchors = chain.anchors.standing().values("enterprise_id")
    lines = BomLine.objects.visible_to(person).filter(firm__in=anchors).order_by("pk")
    found: list[tuple[str, str, Any]] = [*lines.values_list("parent__code", "child__code", "quantity")]
    edges = queries.standard_edges(person)
    codes = dict(Part.objects.order_by().values_list("pk", "code")) if edges else {}
    found += [(codes[edge.parent_id], codes[edge.child_id], edge.quantity) for edge in edges]
    return [{"parent_id": p, "child_id": c, "quantity": _number(q)} for p, c, q in found]


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
            "capacity_wan": _number(capacity),
        }
        for code, registered, part, qualified, capacity, made in found
    ]


def firms(rows: list[dict[str, Any]], makers: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Every supplier id of the other tables with its firm and place."""
    ids = {row["supplier_id"] for row in rows} - {None} | {row["firm_id"] for row in makers}
    ids |= {row["buyer_id"] for row in rows}
    codes = {firm_code(supplier_id) for supplier_id in ids}
    known = {
        code: (name, region)
        for code, name, region in Enterprise.objects.filter(code__in=codes).values_list("code", "name", "region_code")
    }
    found = []
    for supplier_id in sorted(ids):
        code, mark, place = supplier_id.partition(PLACE_MARK)
        name, registered = known[code]
        region = place if mark else registered
        found.append({"firm_id": supplier_id, "firm_code": code, "name": name, "region_code": region or None})
    return found


def _number(value: Any) -> float | None:
    return None if value is None else float(value)


def _schemas(pa: Any) -> dict[str, list[tuple[str, Any]]]:
    text, number, flag, whole = pa.string(), pa.float64(), pa.bool_(), pa.int64()
    return {
        "purchases": [
            ("buyer_id", text),
            ("part_id", text),
            ("supplier_id", text),
            ("firm_code", text),
            ("make", text),
            ("amount_wan", number),
            ("amount_low_wan", number),
            ("amount_high_wan", number),
            ("is_withheld", flag),
            ("year", whole),
        ],
        "firms": [("firm_id", text), ("firm_code", text), ("name", text), ("region_code", text)],
        "parts": [("part_id", text), ("name", text), ("category_id", text)],
        "bom": [("parent_id", text), ("child_id", text), ("quantity", number)],
        "capabilities": [("firm_id", text), ("part_id", text), ("is_qualified", flag), ("capacity_wan", number)],
    }
