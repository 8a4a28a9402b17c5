"""From purchases to the question: what anchor firms buy from outside home, and who outside could bring it here."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from chainlab import coverage, engines
from chainlab.targets import reading

PURCHASES = (
    engines.Column(name="buyer_id"),
    *coverage.PURCHASES,
    *map(reading.wan, ("amount_low_wan", "amount_high_wan")),
)
PARTS = (engines.Column(name="part_id"), engines.Column(name="category_id", is_nullable=True))
CAPABILITIES = (
    engines.Column(name="firm_id"),
    engines.Column(name="part_id"),
    engines.Column(name="is_qualified", kind=engines.Kind.FLAG, is_required=False, is_nullable=True),
    engines.Column(name="capacity_wan", kind=engines.Kind.NUMBER, is_required=False, is_nullable=True, minimum=0),
    engines.Column(
        name="certification_months", kind=engines.Kind.NUMBER, is_required=False, is_nullable=True, minimum=0
    ),
    engines.Column(name="is_willing", kind=engines.Kind.FLAG, is_required=False, is_nullable=True),
)
ALTERNATIVES = engines.ids("part_id", "group_id")
OFFERED = ("capacity_wan", "certification_months", "is_willing")


@dataclass(frozen=True, eq=False, kw_only=True)
class Needs:
    """What `choose` is asked, with the totals its answer is read against.

    demand, offers: as `choose` takes them. All amounts are of the anchors' purchases:
    local_amount_wan bought at home; outside_amount_wan bought outside; unplaced_amount_wan without a supplier whose
    place is known, in neither. banded_count: rows given as a band, counted with its middle; the band sums of the demand
    are demand_low_wan and demand_high_wan. unknown_count: rows without amount or band.
    """

    demand: pa.Table
    offers: pa.Table
    local_amount_wan: float
    outside_amount_wan: float
    unplaced_amount_wan: float
    demand_low_wan: float
    demand_high_wan: float
    banded_count: int
    unknown_count: int


def needs(
    purchases: object,
    firms: object,
    *,
    home: str | Iterable[str],
    parts: object = None,
    capabilities: object = None,
    alternatives: object = None,
    anchors: Iterable[Any] | None = None,
) -> Needs:
    """Demand and offers behind a target list.

    Demand: purchases of the anchors (None: every buyer) whose supplier is known to be outside home, by anchor × part,
    with the ends of what is known of the amount. Offers: those suppliers, and firms outside home with a capability;
    not one marked unqualified, unless it says in how many months it would be.
    purchases: buyer_id, part_id, supplier_id, amount_wan, optional amount_low_wan and amount_high_wan, whose middle
    stands in for an amount that is not given. firms: firm_id, region_code. parts: part_id, category_id (a part that is
    not listed has no category). capabilities: firm_id, part_id, optional is_qualified, capacity_wan,
    certification_months, is_willing. alternatives: part_id, group_id: parts of a group can stand in for each other, so
    who offers one offers all of them (a capacity is then shared by them).
    """
    bought, able, places = _tables(purchases, firms, capabilities, home=home)
    bought = engines.rows_of(bought, column="buyer_id", among=anchors)
    is_home = _looked_up(bought["supplier_id"], places)
    outside = bought.filter(pc.fill_null(pc.invert(is_home), False))
    summed = outside.group_by(["buyer_id", "part_id"]).aggregate([(name, "sum") for name in reading.AMOUNTS])
    demand = _categorised(summed.rename_columns(["anchor_id", "part_id", *reading.AMOUNTS]), parts)
    known = _categorised_part_type(able, demand)
    current = outside.select(["supplier_id", "part_id"])
    for name in OFFERED:
        current = current.append_column(name, pa.nulls(outside.num_rows, known.schema.field(name).type))
    offers = pa.concat_tables([current.cast(known.schema), known])
    offers = _merged(offers if alternatives is None else _with_alternatives(offers, alternatives))
    return Needs(
        demand=demand.sort_by([("anchor_id", "ascending"), ("part_id", "ascending")]),
        offers=offers.sort_by([("supplier_id", "ascending"), ("part_id", "ascending")]),
        local_amount_wan=_sum(bought.filter(pc.fill_null(is_home, False))["amount_wan"]),
        outside_amount_wan=_sum(outside["amount_wan"]),
        unplaced_amount_wan=_sum(bought.filter(is_home.is_null())["amount_wan"]),
        demand_low_wan=_sum(outside["amount_low_wan"]),
        demand_high_wan=_sum(outside["amount_high_wan"]),
        banded_count=int(pc.sum(pc.less(bought["amount_low_wan"], bought["amount_high_wan"])).as_py() or 0),
        unknown_count=bought["amount_wan"].null_count,
    )


def local_ratio(asked: Needs, *, covered_wan: float = 0.0) -> float | None:
    """(Local + covered) ÷ amount whose place is known; null if nothing is known."""
    known = asked.local_amount_wan + asked.outside_amount_wan
    return (asked.local_amount_wan + covered_wan) / known if known else None


def shared_suppliers(
    purchases: object,
    firms: object,
    *,
    home: str | Iterable[str],
    min_anchors: int = 2,
    anchors: Iterable[Any] | None = None,
) -> pa.Table:
    """共性配套商 there already are: suppliers outside home that at least `min_anchors` anchors buy from.

    Returns supplier_id, anchor_count, part_count, amount_wan (known amounts), unknown_count (rows without one),
    anchor_ids and part_ids (lists), most anchors first, then the largest amount, then by id.
    """
    bought, _, places = _tables(purchases, firms, None, home=home)
    bought = engines.rows_of(bought, column="buyer_id", among=anchors)
    outside = bought.filter(pc.fill_null(pc.invert(_looked_up(bought["supplier_id"], places)), False))
    outside = outside.append_column("is_unknown", outside["amount_wan"].is_null().cast(pa.int64()))
    outside = outside.sort_by([("buyer_id", "ascending"), ("part_id", "ascending")])
    found = outside.group_by("supplier_id", use_threads=False).aggregate(
        [("amount_wan", "sum"), ("is_unknown", "sum"), ("buyer_id", "distinct"), ("part_id", "distinct")]
    )
    table = pa.table(
        {
            "supplier_id": found["supplier_id"],
            "anchor_count": pc.list_value_length(found["buyer_id_distinct"]).cast(pa.int64()),
            "part_count": pc.list_value_length(found["part_id_distinct"]).cast(pa.int64()),
            "amount_wan": pc.fill_null(found["amount_wan_sum"], 0.0),
            "unknown_count": found["is_unknown_sum"],
            "anchor_ids": found["buyer_id_distinct"],
            "part_ids": found["part_id_distinct"],
        }
    )
    table = table.filter(pc.greater_equal(table["anchor_count"], min_anchors))
    order = [("anchor_count", "descending"), ("amount_wan", "descending"), ("supplier_id", "ascending")]
    return table.sort_by(order)


def _tables(
    purchases: object, firms: object, capabilities: object, *, home: str | Iterable[str]
) -> tuple[pa.Table, pa.Table, pa.Table]:
    """Purchases with their amounts settled, capabilities of firms outside, and firm → is_home."""
    nobody: dict[str, list[Any]] = {"firm_id": [], "part_id": []}
    given = nobody if capabilities is None else capabilities
    bought, listed, able = engines.agree(
        {
            "purchases": (_settled(purchases), ["supplier_id"]),
            "firms": (engines.arrow(firms, name="firms", columns=coverage.FIRMS), ["firm_id"]),
            "capabilities": (engines.arrow(given, name="capabilities", columns=CAPABILITIES), ["firm_id"]),
        }
    )
    places = _places(listed, home)
    is_outside = pc.invert(_looked_up(able["firm_id"], places))
    may_be = pc.or_(pc.fill_null(able["is_qualified"], True), able["certification_months"].is_valid())
    able = able.filter(pc.and_(pc.fill_null(is_outside, False), may_be))
    able = able.select(["firm_id", "part_id", *OFFERED]).rename_columns(["supplier_id", "part_id", *OFFERED])
    return bought, able, places


def _places(listed: pa.Table, home: str | Iterable[str]) -> pa.Table:
    """firm_id, is_home: one row a firm whose place is known; with several places it is at home if one of them is."""
    is_placed = pc.and_(listed["firm_id"].is_valid(), pc.not_equal(listed["region_code"], ""))
    listed = listed.filter(pc.fill_null(is_placed, False))
    here = [pc.starts_with(listed["region_code"], prefix) for prefix in coverage.prefixes(home)]
    at_home = functools.reduce(pc.or_, here)
    firms = pa.table({"firm_id": listed["firm_id"], "is_home": at_home}).group_by("firm_id")
    return firms.aggregate([("is_home", "any")]).rename_columns(["firm_id", "is_home"])


def _looked_up(firm_ids: pa.ChunkedArray, places: pa.Table) -> pa.ChunkedArray:
    """is_home for each id; null where the place is not known."""
    known = places["firm_id"].combine_chunks()
    row = pc.if_else(firm_ids.is_valid(), pc.index_in(firm_ids, value_set=known), None)
    return places["is_home"].take(row.cast(pa.int64()))


def _settled(purchases: object) -> pa.Table:
    """Purchases with their amounts settled: one that is given is not replaced by its band, half a band is not known."""
    bought = engines.arrow(purchases, name="purchases", columns=PURCHASES)
    low, high = bought["amount_low_wan"], bought["amount_high_wan"]
    is_band = pc.and_(bought["amount_wan"].is_null(), pc.and_(low.is_valid(), high.is_valid()))
    for name, end in (("amount_low_wan", low), ("amount_high_wan", high)):
        column = bought.schema.get_field_index(name)
        bought = bought.set_column(column, name, pc.if_else(is_band, end, pa.scalar(None, pa.float64())))
    return reading.settled(bought, name="purchases", columns=PURCHASES)


def _merged(offers: pa.Table) -> pa.Table:
    """One row a supplier and part: the smallest capacity, the shortest certification, unwilling if it ever said so."""
    found = offers.group_by(["supplier_id", "part_id"]).aggregate([(name, "min") for name in OFFERED])
    return found.rename_columns(["supplier_id", "part_id", *OFFERED])


def _with_alternatives(offers: pa.Table, alternatives: object) -> pa.Table:
    """The offers, and for each the other parts of its group."""
    table = engines.arrow(alternatives, name="alternatives", columns=ALTERNATIVES)
    offers, table = engines.agree({"offers": (offers, ["part_id"]), "alternatives": (table, ["part_id"])})
    others = table.join(table, keys="group_id", right_suffix="_other")
    also = offers.join(others.select(["part_id", "part_id_other"]), keys="part_id", join_type="inner")
    also = also.drop_columns(["part_id"]).rename_columns({"part_id_other": "part_id"})
    return pa.concat_tables([offers, also.select(offers.column_names)])


def _categorised(demand: pa.Table, parts: object) -> pa.Table:
    nothing: dict[str, list[Any]] = {"part_id": [], "category_id": []}
    listed = engines.arrow(nothing if parts is None else parts, name="parts", columns=PARTS)
    demand, listed = engines.agree({"purchases": (demand, ["part_id"]), "parts": (listed, ["part_id"])})
    if len(listed["part_id"].unique()) < listed.num_rows:
        counts = listed["part_id"].value_counts().to_pylist()
        twice = next(entry["values"] for entry in counts if entry["counts"] > 1)
        raise engines.BadTable(
            table="parts",
            column="part_id",
            row=None,
            message_zh=f"零部件 {twice} 重复",
            message_en=f"part {twice} is listed twice",
        )
    row = pc.index_in(demand["part_id"], value_set=listed["part_id"].combine_chunks())
    return demand.append_column("category_id", listed["category_id"].take(row)).select(
        ["anchor_id", "part_id", "category_id", *reading.AMOUNTS]
    )


def _categorised_part_type(able: pa.Table, demand: pa.Table) -> pa.Table:
    able, _ = engines.agree({"capabilities": (able, ["part_id"]), "purchases": (demand, ["part_id"])})
    return able


def _sum(amounts: pa.ChunkedArray) -> float:
    return float(pc.sum(amounts).as_py() or 0.0)
