"""Who supplies each part from where: local share, concentration, single source, and the share by tier.

Amounts are 万元 a year. A table that does not fit raises engines.BadTable, a home that means nothing ValueError.

Written once in Ibis: `expression` and `tier_expression` take Ibis tables of any engine (DuckDB, PostgreSQL, PySpark);
`by_part`, `by_tier` and `sources` take tables in memory, check them, and run the same expressions on a locked DuckDB.

Every share has a stated denominator, and what is not filled in is counted apart and never taken for 0.
"""

from __future__ import annotations

import functools
import json
import operator
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

import pyarrow as pa

from chainlab import engines

SINGLE_SOURCE_RATIO = 0.95

PURCHASES = (
    engines.Column(name="part_id"),
    engines.Column(name="supplier_id", is_nullable=True),
    engines.Column(name="amount_wan", kind=engines.Kind.NUMBER, is_nullable=True, minimum=0),
)
FIRMS = (
    engines.Column(name="firm_id", is_nullable=True),
    engines.Column(name="region_code", kind=engines.Kind.TEXT, is_nullable=True),
)
CAPABILITIES = (
    engines.Column(name="firm_id"),
    engines.Column(name="part_id"),
    engines.Column(name="is_qualified", kind=engines.Kind.FLAG, is_required=False, is_nullable=True),
    engines.Column(name="capacity_wan", kind=engines.Kind.NUMBER, is_required=False, is_nullable=True, minimum=0),
)
TIER_NAMES = ("city", "ring", "province", "nation", "abroad")
# GB/T 2260: the first digit of a code inside the country is 1 to 8 (7 and 8: Taiwan, Hong Kong, Macao).
NATION = ("1", "2", "3", "4", "5", "6", "7", "8")


@dataclass(frozen=True, kw_only=True)
class Tiers:
    """城市圈层: prefixes of region codes, from near to far. A place belongs to the first tier that names it.

    ring: the declared ring of cities (city included or not, it makes no difference). Codes outside `nation` are abroad.
    """

    city: tuple[str, ...]
    ring: tuple[str, ...] = ()
    province: tuple[str, ...] = ()
    nation: tuple[str, ...] = NATION


def by_part(
    purchases: object, firms: object, *, home: str | Iterable[str], single_source_ratio: float = SINGLE_SOURCE_RATIO
) -> pa.Table:
    """Coverage of each part by suppliers at home.

    purchases: buyer_id, part_id, supplier_id (null = unknown), amount_wan (null = unknown).
    firms: firm_id, region_code (a firm given with several places is local if one of them is).
    home: prefix of region codes, or several.

    Returns, sorted by part_id:
    amount_wan, local_amount_wan, unknown_amount_wan (no supplier named, or one whose place is not known), all over the
    rows with an amount; unknown_count, rows without an amount; local_ratio = local ÷ (amount − unknown), null if that
    is 0; over the suppliers with a name: supplier_count, hhi (sum of squared shares) and top_share, null if they
    supply nothing; is_single_source: one supplier, or top_share ≥ single_source_ratio.
    The thresholds used stand in the schema metadata under `chainlab`.
    """
    bought, listed = _tables(purchases, firms)
    expression_ = expression(
        engines.unbound(bought, name="purchases"),
        engines.unbound(listed, name="firms"),
        home=home,
        single_source_ratio=single_source_ratio,
    )
    found = engines.run(expression_, {"purchases": bought, "firms": listed}).sort_by("part_id")
    schema = pa.schema([("part_id", bought.schema.field("part_id").type), *_BY_PART])
    return _labelled(found.cast(schema), {"home": list(prefixes(home)), "single_source_ratio": single_source_ratio})


def expression(
    purchases: Any, firms: Any, *, home: str | Iterable[str], single_source_ratio: float = SINGLE_SOURCE_RATIO
) -> Any:
    """`by_part` as an Ibis table over Ibis tables; unchecked and unsorted."""
    import ibis

    here = prefixes(home)
    is_placed = firms.region_code.notnull() & (firms.region_code != "")
    distance = ibis.cases(
        (is_placed & _starts_with(firms.region_code, here), 0), (is_placed, 1), else_=ibis.null("int64")
    )
    rows = _per_supplier(purchases, firms, place=distance)
    is_named = rows.supplier_id.notnull()
    zero = ibis.literal(0.0)
    named_total = is_named.ifelse(rows.amount, zero).sum().over(ibis.window(group_by=rows.part_id))
    shares = rows.mutate(share=is_named.ifelse(rows.amount / named_total.nullif(zero), ibis.null("float64")))
    parts = shares.group_by("part_id").agg(
        amount_wan=shares.amount.sum(),
        local_amount_wan=(shares.place == 0).ifelse(shares.amount, zero).sum(),
        unknown_amount_wan=shares.place.isnull().ifelse(shares.amount, zero).sum(),
        # Its own sum, not a difference of two: the ratio never leaves 0…1 and a share of nothing is null.
        placed_amount=shares.place.notnull().ifelse(shares.amount, zero).sum(),
        unknown_count=shares.unknown_count.sum().cast("int64"),
        hhi=(shares.share * shares.share).sum(),
        supplier_count=shares.supplier_id.notnull().ifelse(1, 0).sum().cast("int64"),
        top_share=shares.share.max(),
    )
    is_single = (parts.supplier_count == 1) | (parts.top_share >= single_source_ratio).fill_null(False)
    return parts.select(
        "part_id",
        "amount_wan",
        "local_amount_wan",
        "unknown_amount_wan",
        "unknown_count",
        (parts.local_amount_wan / parts.placed_amount.nullif(zero)).name("local_ratio"),
        "hhi",
        "supplier_count",
        "top_share",
        is_single.name("is_single_source"),
    )


def within_reach(by_part: pa.Table, capabilities: object, firms: object, *, home: str | Iterable[str]) -> pa.Table:
    """可就地供应: what of each part could be had at home, beside what is bought there now.

    What is bought changes when the buyers buy; what could be bought changes on the day a new works begins production.
    by_part: as `by_part` gives it. capabilities: firm_id, part_id, optional is_qualified (false = left out) and
    capacity_wan a year, null = not limited or not told. firms: firm_id, region_code.

    Returns one row a part, in the same order: part_id; local_maker_count, firms at home that can make it;
    reachable_wan = bought at home + what is bought elsewhere as far as the makers' capacity beyond their present sales
    goes; reachable_ratio = reachable ÷ (amount − unknown), null if that is 0.
    """
    able = engines.arrow(capabilities, name="capabilities", columns=CAPABILITIES)
    listed = engines.arrow(firms, name="firms", columns=FIRMS)
    here = prefixes(home)
    local = {row["firm_id"] for row in listed.to_pylist() if (row["region_code"] or "").startswith(here)}
    makers: dict[Any, dict[Any, float | None]] = {}
    for row in able.to_pylist():
        if row["firm_id"] in local and row.get("is_qualified") is not False:
            makers.setdefault(row["part_id"], {})[row["firm_id"]] = row.get("capacity_wan")
    lines = [_reached(row, makers.get(row["part_id"], {})) for row in by_part.to_pylist()]
    schema = pa.schema([("part_id", by_part.schema.field("part_id").type), *_WITHIN_REACH])
    return pa.Table.from_pylist(lines, schema=schema)


def _reached(row: dict[str, Any], makers: dict[Any, float | None]) -> dict[str, Any]:
    bought, local = row["amount_wan"] - row["unknown_amount_wan"], row["local_amount_wan"]
    capacities = [capacity for capacity in makers.values() if capacity is not None]
    is_limited = len(capacities) == len(makers)
    spare = max(0.0, sum(capacities) - local) if is_limited else bought - local
    reachable = local + min(spare, bought - local)
    return {
        "part_id": row["part_id"],
        "local_maker_count": len(makers),
        "reachable_wan": reachable,
        # A part bought at home only is whole whatever rounding says.
        "reachable_ratio": min(1.0, reachable / bought) if bought > 0 else None,
    }


def by_tier(purchases: object, firms: object, *, tiers: Tiers) -> pa.Table:
    """How much is supplied from within each tier, tiers cumulative (the ring includes the city, and so on).

    Three variants, never to be mixed: `amount_ratio` 按金额, `part_ratio` 按零部件种类 (parts with a supplier
    within the tier), `supplier_ratio` 按供应商家数. Each is over what has a known place: total_amount_wan, total_parts,
    total_suppliers; null if that is 0. What has none stands in unplaced_amount_wan, unplaced_parts (no supplier of the
    part has a place), unplaced_suppliers.
    Returns five rows, city to abroad; the prefixes used stand in the schema metadata.
    """
    bought, listed = _tables(purchases, firms)
    names = {"purchases": bought, "firms": listed}
    [row] = engines.run(
        tier_expression(*(engines.unbound(table, name=name) for name, table in names.items()), tiers=tiers), names
    ).to_pylist()
    lines = []
    for rank, tier in enumerate(TIER_NAMES):
        line: dict[str, object] = {"tier": tier}
        for noun, plural in (("amount", "amount_wan"), ("part", "parts"), ("supplier", "suppliers")):
            within, total = row[f"{noun}_{rank}"], row[f"{noun}_placed"]
            line |= {plural: within, f"total_{plural}": total, f"{noun}_ratio": within / total if total else None}
            line[f"unplaced_{plural}"] = row[f"{noun}_unplaced"]
        lines.append(line)
    return _labelled(pa.Table.from_pylist(lines, schema=_BY_TIER), asdict(tiers))


def tier_expression(purchases: Any, firms: Any, *, tiers: Tiers) -> Any:
    """`by_tier` as one wide Ibis row: amount_0 … supplier_4, and *_placed, *_unplaced."""
    import ibis

    rows = _per_supplier(purchases, firms, place=_tier_rank(firms, tiers))
    within = {str(rank): (rows.place <= rank).fill_null(False) for rank in range(len(TIER_NAMES))}
    within |= {"placed": rows.place.notnull(), "all": ibis.literal(True)}
    counts = {}
    for name, is_within in within.items():
        counts[f"amount_{name}"] = is_within.ifelse(rows.amount, 0.0).sum().fill_null(0.0)
        counts[f"part_{name}"] = is_within.ifelse(rows.part_id, ibis.null(rows.part_id.type())).nunique()
        counts[f"supplier_{name}"] = is_within.ifelse(rows.supplier_id, ibis.null(rows.supplier_id.type())).nunique()
    unplaced = rows.place.isnull().ifelse(rows.amount, 0.0).sum().fill_null(0.0)
    wide = rows.aggregate(**counts, amount_unplaced=unplaced)
    return wide.mutate(
        part_unplaced=wide.part_all - wide.part_placed, supplier_unplaced=wide.supplier_all - wide.supplier_placed
    ).drop("amount_all", "part_all", "supplier_all")


def sources(purchases: object, firms: object, *, tiers: Tiers) -> pa.Table:
    """Each supplier of each part with its tier: the rows behind the figures above.

    Returns part_id, supplier_id (null: not named), amount_wan, unknown_count, tier (null: place not known), sorted.
    """
    import ibis

    bought, listed = _tables(purchases, firms)
    places = engines.unbound(listed, name="firms")
    rows = _per_supplier(engines.unbound(bought, name="purchases"), places, place=_tier_rank(places, tiers))
    tier = rows.place.cases(*enumerate(TIER_NAMES), else_=ibis.null("string"))
    lines = rows.select("part_id", "supplier_id", tier.name("tier"), rows.amount.name("amount_wan"), "unknown_count")
    found = engines.run(lines, {"purchases": bought, "firms": listed})
    counts = found.schema.get_field_index("unknown_count")
    found = found.set_column(counts, "unknown_count", found["unknown_count"].cast(pa.int64()))
    return found.sort_by([("part_id", "ascending"), ("supplier_id", "ascending")])


def prefixes(home: str | Iterable[str]) -> tuple[str, ...]:
    """The prefixes of region codes that mean home; none, or an empty one, is a ValueError: it would mean nothing."""
    given: object = [home] if isinstance(home, str) else home
    found = tuple(map(str, given)) if isinstance(given, Iterable) else ()
    if not found or not all(found):
        raise ValueError("home: give one or more non-empty prefixes of region codes, such as 3702")
    return found


def tier_of(region_code: str | None, *, tiers: Tiers) -> str | None:
    """The tier of one region code; null where the code is not known."""
    if not region_code:
        return None
    found = zip(TIER_NAMES, _tier_prefixes(tiers), strict=False)
    return next((tier for tier, start in found if region_code.startswith(start)), TIER_NAMES[-1])


def _tables(purchases: object, firms: object) -> tuple[pa.Table, pa.Table]:
    bought, listed = engines.agree(
        {
            "purchases": (engines.arrow(purchases, name="purchases", columns=PURCHASES), ["supplier_id"]),
            "firms": (engines.arrow(firms, name="firms", columns=FIRMS), ["firm_id"]),
        }
    )
    return bought, listed


def _per_supplier(purchases: Any, firms: Any, *, place: Any) -> Any:
    """part_id, supplier_id, amount, unknown_count, place: rows of one supplier summed, each firm's nearest place."""
    listed = firms.select(firms.firm_id, place.cast("int64").name("place"))
    # One row a firm, or a firm listed twice would double what it supplies.
    listed = listed.group_by("firm_id").agg(place=listed.place.min())
    summed = purchases.group_by(["part_id", "supplier_id"]).agg(
        amount=purchases.amount_wan.sum().fill_null(0.0),
        unknown_count=purchases.amount_wan.isnull().ifelse(1, 0).sum().cast("int64"),
    )
    joined = summed.left_join(listed, summed.supplier_id == listed.firm_id)
    return joined.select("part_id", "supplier_id", "amount", "unknown_count", "place")


def _tier_rank(firms: Any, tiers: Tiers) -> Any:
    """0 (city) to 4 (abroad), null where the place is not known."""
    import ibis

    code = firms.region_code
    ranked = [(_starts_with(code, found), rank) for rank, found in enumerate(_tier_prefixes(tiers)) if found]
    is_unknown = code.isnull() | (code == "")
    return ibis.cases((is_unknown, ibis.null("int64")), *ranked, else_=len(TIER_NAMES) - 1)


def _tier_prefixes(tiers: Tiers) -> tuple[tuple[str, ...], ...]:
    return tiers.city, tiers.ring, tiers.province, tiers.nation


def _starts_with(code: Any, found: tuple[str, ...]) -> Any:
    # substr and not LIKE: a prefix is text, never a pattern.
    return functools.reduce(operator.or_, (code.substr(0, len(prefix)) == prefix for prefix in found))


def _labelled(table: pa.Table, settings: dict[str, Any]) -> pa.Table:
    return table.replace_schema_metadata({"chainlab": json.dumps(settings, ensure_ascii=False)})


# DuckDB adds whole numbers in 128 bits; the door promises 64.
_BY_PART = (
    ("amount_wan", pa.float64()),
    ("local_amount_wan", pa.float64()),
    ("unknown_amount_wan", pa.float64()),
    ("unknown_count", pa.int64()),
    ("local_ratio", pa.float64()),
    ("hhi", pa.float64()),
    ("supplier_count", pa.int64()),
    ("top_share", pa.float64()),
    ("is_single_source", pa.bool_()),
)
_WITHIN_REACH = (
    ("local_maker_count", pa.int64()),
    ("reachable_wan", pa.float64()),
    ("reachable_ratio", pa.float64()),
)
_BY_TIER = pa.schema(
    [
        ("tier", pa.string()),
        ("amount_wan", pa.float64()),
        ("total_amount_wan", pa.float64()),
        ("amount_ratio", pa.float64()),
        ("unplaced_amount_wan", pa.float64()),
        ("parts", pa.int64()),
        ("total_parts", pa.int64()),
        ("part_ratio", pa.float64()),
        ("unplaced_parts", pa.int64()),
        ("suppliers", pa.int64()),
        ("total_suppliers", pa.int64()),
        ("supplier_ratio", pa.float64()),
        ("unplaced_suppliers", pa.int64()),
    ]
)
