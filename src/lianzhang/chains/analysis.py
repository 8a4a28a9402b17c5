"""One chain's numbers, from rows to a target list: no request, no form, no writing. Runs in a job, never in a page."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import TYPE_CHECKING, Any

from lianzhang.accounts.models import Person
from lianzhang.chains import frames
from lianzhang.chains.actions import snapshots, targets
from lianzhang.chains.models import Chain, Snapshot

if TYPE_CHECKING:
    import pyarrow as pa

    from chainlab.coverage import Tiers
    from chainlab.targets import Choice, Needs, Point

Tables = "dict[str, pa.Table]"


def take(chain: Chain, *, person: Person, on: date) -> snapshots.Analysis:
    """Freeze what `person` may read of `chain` and compute its coverage and totals."""
    from chainlab import coverage, snapshot

    tables = frames.tables(chain, person=person)
    home = home_of(chain)
    snapshot_id = snapshot.write(tables, directory=snapshots.directory(chain), on=on, meta={"chain": chain.code})
    bought = from_market(tables)
    covered = coverage.by_part(bought, tables["firms"], home=home)
    reach = coverage.within_reach(covered, tables["capabilities"], tables["firms"], home=home)
    by_part = [{**row, **could} for row, could in zip(covered.to_pylist(), reach.to_pylist(), strict=True)]
    buyers, contributors = _buyers(bought), _buyers(_told(bought))
    for row in by_part:
        row["buyer_count"] = buyers[row["part_id"]]
        row["contributor_count"] = contributors.get(row["part_id"], 0)
    return snapshots.Analysis(snapshot_id=snapshot_id, tables=tables, coverage=by_part, summary=_summary(chain, tables))


def reopen(snapshot: Snapshot) -> "dict[str, pa.Table]":
    """The frozen tables of a snapshot; raises chainlab's error where a file was changed or lost."""
    from chainlab import snapshot as snapshots_on_disk

    return dict(snapshots_on_disk.read(snapshot.pk, directory=snapshots.directory(snapshot.chain)).tables)


def proposals(chain: Chain, tables: "dict[str, pa.Table]") -> list[dict[str, Any]]:
    """Gaps to propose: part_id, kind, evidence (figures and the rows behind them). See `chainlab.gaps.propose`.

    A part whose suppliers nobody filled in is a question to the anchors, not a gap, and is left out.
    """
    from chainlab import gaps

    found = gaps.propose(
        from_market(tables), tables["firms"], tiers=tiers_of(chain), capabilities=tables["capabilities"]
    )
    lines: dict[str, list[dict[str, Any]]] = {}
    for line in found.evidence.to_pylist():
        lines.setdefault(line.pop("part_id"), []).append(line)
    rows = [row for row in found.gaps.to_pylist() if row["gap"] != "unknown"]
    return [_proposal(row, lines.get(row["part_id"], [])) for row in rows]


def choose(
    chain: Chain,
    tables: "dict[str, pa.Table]",
    parameters: targets.Parameters,
    *,
    tell: Callable[[], None],
) -> targets.Outcome:
    """The target list: the exact choice and each line's reasons. Its curve is drawn after it: see `curve`."""
    from chainlab import targets as lab

    asked = needs(chain, tables)
    choice = lab.choose(asked.demand, asked.offers, **parameters.limits())
    tell()
    lines = _lines(asked, choice, tables, min_anchors=parameters.min_anchors)
    return targets.Outcome(columns=_columns(asked, choice), lines=lines)


def curve(
    chain: Chain, tables: "dict[str, pa.Table]", parameters: targets.Parameters, *, after: "Point | None"
) -> "Iterator[Point]":
    """Coverage against the number of suppliers under the list's other conditions, point by point, behind `after`."""
    from chainlab import targets as lab

    asked = needs(chain, tables)
    limits = {name: value for name, value in parameters.limits().items() if name != "max_suppliers"}
    return lab.points(asked.demand, asked.offers, after=after, **limits)


def needs(chain: Chain, tables: "dict[str, pa.Table]") -> "Needs":
    """Demand and offers: bought outside, not within the own group; suppliers are firms, wherever they produce."""
    import dataclasses

    import pyarrow as pa
    import pyarrow.compute as pc

    from chainlab import targets as lab

    purchases = from_market(tables)
    # A band is handed over as a band: its middle stands in `amount_wan` for coverage, which knows no bands.
    is_band = pc.fill_null(pc.not_equal(purchases["amount_low_wan"], purchases["amount_high_wan"]), False)
    amounts = pc.if_else(is_band, pa.scalar(None, pa.float64()), purchases["amount_wan"])
    purchases = purchases.set_column(purchases.schema.get_field_index("amount_wan"), "amount_wan", amounts)
    asked = lab.needs(
        purchases,
        tables["firms"],
        home=home_of(chain),
        parts=tables["parts"].select(["part_id", "category_id"]),
        capabilities=tables["capabilities"],
    )
    merged: dict[tuple[str, str], float | None] = {}
    for offer in asked.offers.to_pylist():
        key = (frames.firm_code(offer["supplier_id"]), offer["part_id"])
        known = [c for c in (merged.get(key), offer["capacity_wan"]) if c is not None]
        merged[key] = min(known, default=None)
    offers = pa.Table.from_pylist(
        [{"supplier_id": s, "part_id": p, "capacity_wan": c} for (s, p), c in sorted(merged.items())],
        schema=asked.offers.schema,
    )
    return dataclasses.replace(asked, offers=offers)


def from_market(tables: "dict[str, pa.Table]") -> "pa.Table":
    """Purchases from outside the own group: the one base of coverage, gaps, ratios and demand, so that they agree."""
    import pyarrow.compute as pc

    return tables["purchases"].filter(pc.equal(tables["purchases"]["make"], "bought"))


def home_of(chain: Chain) -> list[str]:
    """The prefixes of region codes that count as this city."""
    return [str(code) for code in chain.scheme.home_regions]


def tiers_of(chain: Chain) -> "Tiers":
    """市 / 都市圈 / 省 / 全国 / 境外. No ring is declared until the city declares one: it then equals the city."""
    from chainlab import coverage

    city = tuple(home_of(chain))
    nation = coverage.NATION + (("9",) if chain.scheme.is_illustrative else ())
    return coverage.Tiers(city=city, province=tuple({code[:2] for code in city}), nation=nation)


def _summary(chain: Chain, tables: "dict[str, pa.Table]") -> dict[str, Any]:
    from chainlab import coverage
    from chainlab import targets as lab

    purchases, firms = from_market(tables), tables["firms"]
    asked = needs(chain, tables)
    total = sum(amount for amount in purchases["amount_wan"].to_pylist() if amount is not None)
    nameless = purchases.filter(purchases["supplier_id"].is_null())
    withheld = sum(1 for flag in purchases["is_withheld"].to_pylist() if flag)
    shared = lab.shared_suppliers(purchases, firms, home=home_of(chain), min_anchors=2).to_pylist()
    return {
        "part_count": len(set(purchases["part_id"].to_pylist())),
        "buyer_count": len(set(purchases["buyer_id"].to_pylist())),
        "contributor_count": len(set(_told(purchases)["buyer_id"].to_pylist())),
        "product_count": len(set(tables["bom"]["parent_id"].to_pylist()) - set(tables["bom"]["child_id"].to_pylist())),
        "amount_wan": total,
        "nameless_wan": sum(amount for amount in nameless["amount_wan"].to_pylist() if amount is not None),
        "nameless_count": nameless.num_rows,
        "unknown_count": purchases["amount_wan"].null_count,
        "withheld_count": withheld,
        "group_count": tables["purchases"].num_rows - purchases.num_rows,
        "banded_count": asked.banded_count,
        "local_wan": asked.local_amount_wan,
        "outside_wan": asked.outside_amount_wan,
        "unplaced_wan": asked.unplaced_amount_wan,
        "local_ratio": lab.local_ratio(asked),
        "tiers": coverage.by_tier(purchases, firms, tiers=tiers_of(chain)).to_pylist(),
        "shared_suppliers": _by_firm(shared),
    }


def _by_firm(shared: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Without their parts: the purchases tell those, and every page that reads the summary would carry the list."""
    columns = ("supplier_id", "anchor_count", "part_count", "amount_wan", "unknown_count", "anchor_ids")
    return [
        {**{name: row[name] for name in columns}, "firm_code": frames.firm_code(row["supplier_id"])} for row in shared
    ]


def _told(purchases: "pa.Table") -> "pa.Table":
    """The rows with an amount; who gave none adds nothing to a sum and hides nobody in it."""
    return purchases.filter(purchases["amount_wan"].is_valid())


def _buyers(purchases: "pa.Table") -> dict[str, int]:
    pairs = set(zip(purchases["part_id"].to_pylist(), purchases["buyer_id"].to_pylist(), strict=True))
    counts: dict[str, int] = {}
    for part, _buyer in pairs:
        counts[part] = counts.get(part, 0) + 1
    return counts


def _proposal(row: dict[str, Any], lines: list[dict[str, Any]]) -> dict[str, Any]:
    figures = {name: value for name, value in row.items() if name not in {"part_id", "gap"}}
    return {"part_id": row["part_id"], "kind": row["gap"], "evidence": {**figures, "rows": lines}}


def _columns(asked: "Needs", choice: "Choice") -> dict[str, Any]:
    from chainlab import targets as lab

    return {
        "objective_wan": targets.wan(choice.objective_wan),
        "bound_wan": targets.wan(choice.bound_wan),
        "is_proven": choice.is_proven,
        "demand_wan": targets.wan(asked.outside_amount_wan),
        "local_ratio_before": lab.local_ratio(asked),
        "local_ratio_after": lab.local_ratio(asked, covered_wan=choice.objective_wan),
        "category_count": len(choice.categories),
        "supplier_count": len(choice.suppliers),
        "categories": _categories(asked, choice),
        "assumptions": {
            "banded_count": asked.banded_count,
            "unknown_count": asked.unknown_count,
            "unplaced_wan": asked.unplaced_amount_wan,
            "demand_low_wan": asked.demand_low_wan,
            "demand_high_wan": asked.demand_high_wan,
            "candidate_count": len(set(asked.offers["supplier_id"].to_pylist())),
            "part_count": len(set(asked.demand["part_id"].to_pylist())),
            "anchor_count": len(set(asked.demand["anchor_id"].to_pylist())),
            "capacity_count": asked.offers.num_rows - asked.offers["capacity_wan"].null_count,
        },
        "method": lab.METHODS[choice.method],
    }


def _categories(asked: "Needs", choice: "Choice") -> list[dict[str, Any]]:
    """Each chosen category: what is wanted, what the list covers, by how many suppliers and for how many anchors."""
    category_of = {row["part_id"]: row["category_id"] for row in asked.demand.to_pylist()}
    wanted: dict[str, float] = {}
    for row in asked.demand.to_pylist():
        wanted[row["category_id"]] = wanted.get(row["category_id"], 0.0) + (row["amount_wan"] or 0.0)
    found: dict[str, dict[str, Any]] = {
        name: {
            "name": name,
            "demand_wan": wanted.get(name, 0.0),
            "covered_wan": 0.0,
            "suppliers": set(),
            "anchors": set(),
        }
        for name in choice.categories
    }
    for row in choice.covered.to_pylist():
        entry = found[category_of[row["part_id"]]]
        entry["covered_wan"] += row["amount_wan"]
        entry["suppliers"].add(row["supplier_id"])
        if row["amount_wan"] > 0:
            entry["anchors"].add(row["anchor_id"])
    ordered = sorted(found.values(), key=lambda entry: (-entry["covered_wan"], entry["name"]))
    return [{**e, "suppliers": sorted(e["suppliers"]), "anchors": sorted(e["anchors"])} for e in ordered]


def _lines(
    asked: "Needs", choice: "Choice", tables: "dict[str, pa.Table]", *, min_anchors: int
) -> list[dict[str, Any]]:
    part_names = dict(zip(tables["parts"]["part_id"].to_pylist(), tables["parts"]["name"].to_pylist(), strict=True))
    category_of = {row["part_id"]: row["category_id"] for row in asked.demand.to_pylist()}
    current = _current_pairs(tables)
    rows: dict[str, list[dict[str, Any]]] = {}
    for row in choice.covered.to_pylist():
        rows.setdefault(row["supplier_id"], []).append(row)
    substitutes = Substitutes(asked, choice, min_anchors)
    lines = []
    for supplier in choice.suppliers:
        covered = rows.get(supplier, [])
        lines.append(
            {
                "supplier": supplier,
                "covered_wan": targets.wan(sum(row["amount_wan"] for row in covered)),
                "marginal_wan": targets.wan(substitutes.marginal(supplier)),
                "categories": sorted({category_of[row["part_id"]] for row in covered}),
                "parts": _parts(covered, part_names, category_of),
                "anchors": sorted({row["anchor_id"] for row in covered}),
                "runner_up": substitutes.runner_up(supplier),
                "reasons": _reasons(supplier, covered, current),
            }
        )
    return sorted(lines, key=lambda line: (-line["covered_wan"], line["supplier"]))


def _parts(covered: list[dict[str, Any]], names: dict[str, str], category_of: dict[str, str]) -> list[dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for row in covered:
        part = row["part_id"]
        entry = found.setdefault(
            part, {"code": part, "name": names[part], "category": category_of[part], "amount_wan": 0.0, "anchors": []}
        )
        entry["amount_wan"] += row["amount_wan"]
        entry["anchors"].append({"code": row["anchor_id"], "amount_wan": row["amount_wan"]})
    return sorted(found.values(), key=lambda entry: (-entry["amount_wan"], entry["code"]))


def _current_pairs(tables: "dict[str, pa.Table]") -> set[tuple[str, str]]:
    purchases = tables["purchases"]
    firms = purchases["firm_code"].to_pylist()
    return set(zip(firms, purchases["buyer_id"].to_pylist(), strict=True))


def _reasons(supplier: str, covered: list[dict[str, Any]], current: set[tuple[str, str]]) -> list[dict[str, Any]]:
    """Why it is on the list, as facts a page can say in either language: already supplies whom; could serve whom."""
    anchors = sorted({row["anchor_id"] for row in covered})
    supplying = [anchor for anchor in anchors if (supplier, anchor) in current]
    offering = [anchor for anchor in anchors if (supplier, anchor) not in current]
    reasons = [{"code": "supplies", "anchors": supplying}, {"code": "could_supply", "anchors": offering}]
    return [reason for reason in reasons if reason["anchors"]]


class Substitutes:
    """What each chosen supplier alone adds, and who would come nearest if it declined, the other choices standing.

    Both are differences of two exact choices over the same demand in the chosen categories, so capacity is shared out
    anew each time. Of the candidates outside the list only the most promising few are tried.
    """

    tried = 5
    seconds = 2.0

    def __init__(self, asked: "Needs", choice: "Choice", min_anchors: int) -> None:
        import pyarrow as pa
        import pyarrow.compute as pc

        categories = pa.array(choice.categories, asked.demand["category_id"].type)
        self.demand = asked.demand.filter(pc.is_in(asked.demand["category_id"], value_set=categories))
        self.offers = asked.offers
        self.chosen = list(choice.suppliers)
        self.objective = choice.objective_wan
        self.without: dict[str, float] = {}
        amounts: dict[str, float] = {}
        anchors: dict[str, set[str]] = {}
        for row in self.demand.to_pylist():
            amounts[row["part_id"]] = amounts.get(row["part_id"], 0.0) + (row["amount_wan"] or 0.0)
            anchors.setdefault(row["part_id"], set()).add(row["anchor_id"])
        self.parts: dict[str, set[str]] = {}
        for row in self.offers.to_pylist():
            if row["part_id"] in amounts:
                self.parts.setdefault(row["supplier_id"], set()).add(row["part_id"])
        self.amounts = amounts
        self.candidates = [
            supplier
            for supplier, parts in sorted(self.parts.items())
            if supplier not in set(self.chosen) and len(set().union(*(anchors[part] for part in parts))) >= min_anchors
        ]

    def marginal(self, supplier: str) -> float:
        """万元 the list would cover less without this supplier."""
        return self.objective - self._without(supplier)

    def runner_up(self, supplier: str) -> dict[str, Any]:
        """{code, gain_wan} of the candidate that adds most in its place; empty if nobody adds anything."""
        left = self._without(supplier)
        others = [one for one in self.chosen if one != supplier]
        wanted = self.parts.get(supplier, set())
        promising = sorted(self.candidates, key=lambda c: (-self._worth(self.parts[c] & wanted), c))[: self.tried]
        gains = [(self._covered([*others, candidate]) - left, candidate) for candidate in promising]
        gain, code = max(gains, default=(0.0, ""), key=lambda pair: (round(pair[0], 4), pair[1]))
        return {"code": code, "gain_wan": round(gain, 4)} if round(gain, 4) > 0 else {}

    def _without(self, supplier: str) -> float:
        if supplier not in self.without:
            self.without[supplier] = self._covered([one for one in self.chosen if one != supplier])
        return self.without[supplier]

    def _covered(self, suppliers: list[str]) -> float:
        import pyarrow as pa
        import pyarrow.compute as pc

        from chainlab import targets as lab

        wanted = pa.array(suppliers, self.offers["supplier_id"].type)
        offers = self.offers.filter(pc.is_in(self.offers["supplier_id"], value_set=wanted))
        return lab.choose(self.demand, offers, time_limit_s=self.seconds).objective_wan

    def _worth(self, parts: set[str]) -> float:
        return sum(self.amounts[part] for part in parts)
