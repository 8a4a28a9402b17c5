"""What counts as bought on the market, where home is, what is asked of a target list: the base all figures share."""

import dataclasses
from typing import TYPE_CHECKING, Any

from lianzhang.chains import frames
from lianzhang.chains.models import Chain

if TYPE_CHECKING:
    import pyarrow as pa

    from chainlab.coverage import Tiers
    from chainlab.targets import Needs


def from_market(tables: "dict[str, pa.Table]", *, with_group: bool = False) -> "pa.Table":
    """Purchases from outside the own group: the one base of coverage, gaps, ratios and demand, so that they agree.

    with_group: what the own group supplies as well, where a list is asked for so.
    """
    import pyarrow.compute as pc

    bought = tables["purchases"]
    return bought if with_group else bought.filter(pc.equal(bought["make"], "bought"))


def by_shares(tables: "dict[str, pa.Table]") -> "tuple[pa.Table, pa.Table]":
    """(purchases, firms) for reckoning who supplies how much of a part: a row that counts suppliers without naming them
    stands for two unless it says there is one, or every part answered in bands would look single-sourced."""
    import pyarrow as pa
    import pyarrow.compute as pc

    bought, firms = from_market(tables), tables["firms"]
    is_one = pc.fill_null(pc.equal(bought["supplier_high"], 1), False)
    is_many = pc.and_(pc.fill_null(pc.equal(bought["firm_code"], frames.UNNAMED), False), pc.invert(is_one))
    half = bought.filter(is_many)
    if not half.num_rows:
        return bought, firms
    for name in ("amount_wan", "amount_low_wan", "amount_high_wan"):
        half = half.set_column(half.schema.get_field_index(name), name, pc.divide(half[name], 2.0))
    other = pc.binary_join_element_wise(frames.UNNAMED, half["supplier_id"], "")
    twin = half.set_column(half.schema.get_field_index("supplier_id"), "supplier_id", other)
    twins = firms.filter(pc.equal(firms["firm_code"], frames.UNNAMED))
    doubled = pc.binary_join_element_wise(frames.UNNAMED, twins["firm_id"], "")
    twins = twins.set_column(twins.schema.get_field_index("firm_id"), "firm_id", doubled)
    return pa.concat_tables([bought.filter(pc.invert(is_many)), half, twin]), pa.concat_tables([firms, twins])


def needs(chain: Chain, tables: "dict[str, pa.Table]", *, with_group: bool = False) -> "Needs":
    """Demand and offers: bought outside, not within the own group, and not what the anchor wants nobody for.

    Suppliers are firms, wherever they produce; one without a name is nobody to recruit. What people propose of a firm
    is an offer too, and what they say of it (unwilling, months to certify, capacity) holds for all it offers.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    from chainlab import targets as lab

    purchases = from_market(tables, with_group=with_group)
    purchases = purchases.filter(pc.fill_null(purchases["is_welcome"], True))
    # A band is handed over as a band: its middle stands in `amount_wan` for coverage, which knows no bands.
    is_band = pc.fill_null(pc.not_equal(purchases["amount_low_wan"], purchases["amount_high_wan"]), False)
    amounts = pc.if_else(is_band, pa.scalar(None, pa.float64()), purchases["amount_wan"])
    purchases = purchases.set_column(purchases.schema.get_field_index("amount_wan"), "amount_wan", amounts)
    alternatives = tables["parts"].filter(tables["parts"]["alternative_group"].is_valid())
    alternatives = alternatives.select(["part_id", "alternative_group"])
    asked = lab.needs(
        purchases,
        tables["firms"],
        home=home_of(chain),
        parts=tables["parts"].select(["part_id", "category_id"]),
        capabilities=_makers(tables),
        alternatives=alternatives.rename_columns(["part_id", "group_id"]),
    )
    return dataclasses.replace(asked, offers=_by_firm(asked.offers, tables["candidates"]))


def _makers(tables: "dict[str, pa.Table]") -> "pa.Table":
    """Capabilities, and the parts that proposals say a firm makes."""
    import pyarrow as pa

    made, proposed = tables["capabilities"], tables["candidates"]
    proposed = proposed.filter(proposed["part_id"].is_valid()).select(["firm_code", "part_id", "capacity_wan"])
    proposed = proposed.rename_columns(["firm_id", "part_id", "capacity_wan"])
    return pa.concat_tables([made, proposed], promote_options="default")


def _by_firm(offers: "pa.Table", candidates: "pa.Table") -> "pa.Table":
    """The offers by firm, whatever the place: the smallest capacity holds; with what is said of the firm."""
    import pyarrow as pa

    said = {row["firm_code"]: row for row in candidates.to_pylist() if row["part_id"] is None}
    merged: dict[tuple[str, str], dict[str, Any]] = {}
    for offer in offers.to_pylist():
        firm = frames.firm_code(offer["supplier_id"])
        if firm == frames.UNNAMED:
            continue
        facts = said.get(firm, {})
        known = merged.get((firm, offer["part_id"]), {})
        capacities = [row.get("capacity_wan") for row in (known, offer, facts)]
        merged[firm, offer["part_id"]] = {
            "supplier_id": firm,
            "part_id": offer["part_id"],
            "capacity_wan": min((one for one in capacities if one is not None), default=None),
            "certification_months": facts.get("certification_months"),
            "is_willing": facts.get("is_willing"),
        }
    return pa.Table.from_pylist([merged[key] for key in sorted(merged)], schema=offers.schema)


def costs(tables: "dict[str, pa.Table]") -> dict[str, float]:
    """What recruiting each firm costs, 万元, where somebody said so."""
    rows = tables["candidates"].to_pylist()
    return {row["firm_code"]: row["cost_wan"] for row in rows if row["part_id"] is None and row["cost_wan"] is not None}


def home_of(chain: Chain) -> list[str]:
    """The prefixes of region codes that count as this city."""
    return [str(code) for code in chain.scheme.home_regions]


def tiers_of(chain: Chain) -> "Tiers":
    """市 / 都市圈 / 省 / 全国 / 境外. No ring is declared until the city declares one: it then equals the city."""
    from chainlab import coverage

    city = tuple(home_of(chain))
    # Answers that say "not in the city" and no more: nothing points abroad.
    nation = (*coverage.NATION, frames.ELSEWHERE, *(("9",) if chain.scheme.is_illustrative else ()))
    return coverage.Tiers(city=city, province=tuple({code[:2] for code in city}), nation=nation)
