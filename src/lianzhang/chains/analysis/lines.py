"""Why each supplier stands on a list: what it covers, what it alone adds, who would come in its place."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from lianzhang.chains.actions import targets

if TYPE_CHECKING:
    import pyarrow as pa

    from chainlab.coverage import Tiers
    from chainlab.targets import Choice, Needs


def of(
    asked: "Needs",
    choice: "Choice",
    tables: "dict[str, pa.Table]",
    *,
    tiers: "Tiers",
    limits: Mapping[str, Any] | None,
) -> list[dict[str, Any]]:
    """One dict a line of the list: columns of TargetLine, with the supplier's code and how far it is (`tier`).

    What a line alone adds and who would come in its place take seconds: left out where `limits` is None."""
    from chainlab import coverage

    places = {row["firm_id"]: row["region_code"] for row in tables["firms"].to_pylist()}
    part_names = dict(zip(tables["parts"]["part_id"].to_pylist(), tables["parts"]["name"].to_pylist(), strict=True))
    category_of = {row["part_id"]: row["category_id"] for row in asked.demand.to_pylist()}
    current, plants = _current_pairs(tables), _plants(tables)
    rows: dict[str, list[dict[str, Any]]] = {}
    for row in choice.covered.to_pylist():
        rows.setdefault(row["supplier_id"], []).append(row)
    substitutes = None if limits is None else Substitutes(asked, choice, limits)
    lines = []
    for supplier in choice.suppliers:
        covered = rows.get(supplier, [])
        lines.append(
            {
                "supplier": supplier,
                "tier": coverage.tier_of(places.get(supplier), tiers=tiers),
                "covered_wan": targets.wan(sum(row["amount_wan"] for row in covered)),
                "marginal_wan": targets.wan(substitutes.marginal(supplier)) if substitutes else None,
                "categories": sorted({category_of[row["part_id"]] for row in covered}),
                "parts": _parts(covered, part_names, category_of, plants),
                "anchors": sorted({row["anchor_id"] for row in covered}),
                "runner_up": substitutes.runner_up(supplier) if substitutes else {},
                "reasons": _reasons(supplier, covered, current),
            }
        )
    return sorted(lines, key=lambda line: (-line["covered_wan"], line["supplier"]))


def _parts(
    covered: list[dict[str, Any]],
    names: dict[str, str],
    category_of: dict[str, str],
    plants: dict[tuple[str, str], list[str]],
) -> list[dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for row in covered:
        part = row["part_id"]
        entry = found.setdefault(
            part, {"code": part, "name": names[part], "category": category_of[part], "amount_wan": 0.0, "anchors": []}
        )
        entry["amount_wan"] += row["amount_wan"]
        using = plants.get((row["anchor_id"], part), [])
        entry["anchors"].append({"code": row["anchor_id"], "amount_wan": row["amount_wan"], "plants": using})
    return sorted(found.values(), key=lambda entry: (-entry["amount_wan"], entry["code"]))


def _plants(tables: "dict[str, pa.Table]") -> dict[tuple[str, str], list[str]]:
    """Which plants of an anchor use a part, as far as the anchor says."""
    rows = tables["purchases"].select(["buyer_id", "part_id", "plant"]).to_pylist()
    found: dict[tuple[str, str], set[str]] = {}
    for row in rows:
        if row["plant"]:
            found.setdefault((row["buyer_id"], row["part_id"]), set()).add(row["plant"])
    return {key: sorted(names) for key, names in found.items()}


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
    anew each time. Of the candidates outside the list only the most promising few are tried, and none that the list's
    own conditions keep out: whoever must not be listed is no stand-in either.
    """

    tried = 5
    seconds = 2.0

    def __init__(self, asked: "Needs", choice: "Choice", limits: Mapping[str, Any]) -> None:
        import pyarrow as pa
        import pyarrow.compute as pc

        categories = pa.array(choice.categories, asked.demand["category_id"].type)
        # By the middles: what a line alone adds has no range of its own.
        demand = asked.demand.select(["anchor_id", "part_id", "category_id", "amount_wan"])
        self.demand = demand.filter(pc.is_in(demand["category_id"], value_set=categories))
        self.limits = limits
        self.offers = asked.offers
        self.chosen = list(choice.suppliers)
        self.objective = choice.objective_wan
        self.without: dict[str, float] = {}
        self.amounts: dict[str, float] = {}
        self.anchors: dict[str, set[str]] = {}
        self.known: dict[str, set[str]] = {}
        for row in self.demand.to_pylist():
            part, amount = row["part_id"], row["amount_wan"] or 0.0
            self.amounts[part] = self.amounts.get(part, 0.0) + amount
            self.anchors.setdefault(part, set()).add(row["anchor_id"])
            self.known.setdefault(part, set()).update([row["anchor_id"]] if amount > 0 else [])
        self.parts: dict[str, set[str]] = {}
        for row in self.offers.to_pylist():
            if row["part_id"] in self.amounts:
                self.parts.setdefault(row["supplier_id"], set()).add(row["part_id"])
        out = {*self.chosen, *limits.get("must_exclude", ())}
        self.candidates = [one for one in sorted(self.parts) if one not in out and self._is_wanted(self.parts[one])]

    def marginal(self, supplier: str) -> float:
        """万元 the list would cover less without this supplier."""
        return self.objective - self._without(supplier)

    def runner_up(self, supplier: str) -> dict[str, Any]:
        """{code, gain_wan} of the candidate that adds most in its place; empty if nobody adds anything."""
        left = self._without(supplier)
        others = [one for one in self.chosen if one != supplier]
        wanted = self.parts.get(supplier, set())
        candidates = [one for one in self.candidates if self._is_affordable([*others, one])]
        promising = sorted(candidates, key=lambda c: (-self._worth(self.parts[c] & wanted), c))[: self.tried]
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
        most = self.limits.get("max_certification_months")
        choice = lab.choose(self.demand, offers, max_certification_months=most, draws=0, time_limit_s=self.seconds)
        return choice.objective_wan

    def _is_wanted(self, parts: set[str]) -> bool:
        """Whether as many anchors want something of these parts as the list asks of its own suppliers."""
        wanted = set().union(*(self.anchors[part] for part in parts))
        known = set().union(*(self.known[part] for part in parts))
        least = self.limits.get("min_anchors", 1), self.limits.get("min_realised_anchors", 0)
        return bool(len(wanted) >= least[0] and len(known) >= least[1])

    def _is_affordable(self, suppliers: list[str]) -> bool:
        """Whether all of them together stay within the budget; one of unknown cost never does."""
        budget, costs = self.limits.get("budget_wan"), self.limits.get("costs", {})
        return budget is None or bool(sum(costs.get(one, float("inf")) for one in suppliers) <= budget)

    def _worth(self, parts: set[str]) -> float:
        return sum(self.amounts[part] for part in parts)
