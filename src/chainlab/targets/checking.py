"""Is a choice what it says? A second look that shares nothing with the solver: plain dictionaries and sums."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from chainlab import engines
from chainlab.targets import reading

if TYPE_CHECKING:
    from chainlab.targets.choice import Choice


def verify(
    choice: Choice,
    demand: object,
    offers: object,
    *,
    max_categories: int | None = None,
    max_suppliers: int | None = None,
    min_anchors: int = 1,
    min_realised_anchors: int = 0,
    min_per_anchor_wan: float | Mapping[Any, float] | None = None,
    must_include: Iterable[Any] = (),
    must_exclude: Iterable[Any] = (),
    must_include_categories: Iterable[Any] = (),
    must_exclude_categories: Iterable[Any] = (),
    costs: Mapping[Any, float] | None = None,
    budget_wan: float | None = None,
    max_certification_months: float | None = None,
) -> tuple[str, ...]:
    """What is wrong with `choice` under these limits, one sentence each; empty if it keeps all of them.

    Says nothing about whether a better one exists; for that there is `bound_wan`.
    """
    facts = _Facts(choice, demand, offers, all_categories=max_categories is None)
    found = [*facts.wrong_rows(), *facts.wrong_capacities(), *facts.wrong_anchors(max(1, min_anchors))]
    found += [*facts.wrong_known_anchors(min_realised_anchors), *facts.below_minimum(min_per_anchor_wan)]
    found += [*facts.wrong_offers(max_certification_months)]
    if max_categories is not None and len(choice.categories) > max_categories:
        found.append(f"{len(choice.categories)} categories, {max_categories} allowed")
    if max_suppliers is not None and len(choice.suppliers) > max_suppliers:
        found.append(f"{len(choice.suppliers)} suppliers, {max_suppliers} allowed")
    listed = set(choice.suppliers)
    found += [f"{name} must be in and is not" for name in engines.each(must_include) if name not in listed]
    found += [f"{name} must not be in and is" for name in engines.each(must_exclude) if name in listed]
    categories = (set(engines.each(named)) for named in (must_include_categories, must_exclude_categories))
    found += [*facts.wrong_categories(*categories)]
    if budget_wan is not None:
        spent = math.fsum((costs or {}).get(name, math.inf) for name in listed)
        if spent > budget_wan + 1e-6:
            found.append(f"costs {spent}, budget {budget_wan}")
    return tuple(found)


class _Facts:
    """Demand, offers and the covered rows by plain keys."""

    def __init__(self, choice: Choice, demand: object, offers: object, *, all_categories: bool) -> None:
        self.choice = choice
        self.wanted: dict[tuple[Any, Any], float] = defaultdict(float)
        self.anchors: dict[Any, set[Any]] = defaultdict(set)
        self.everyone: set[Any] = set()
        self.category: dict[tuple[Any, Any], Any] = {}
        for row in reading.settled(demand, name="demand", columns=reading.DEMAND).to_pylist():
            if not all_categories and row["category_id"] is None:
                continue
            self.everyone.add(row["anchor_id"])
            if (row["amount_wan"] or 0.0) > 0:
                self.category[row["part_id"], row["category_id"]] = row["category_id"]
            if all_categories or row["category_id"] in choice.categories:
                self.wanted[row["anchor_id"], row["part_id"]] += row["amount_wan"] or 0.0
                self.anchors[row["part_id"]].add(row["anchor_id"])
        self.known: dict[Any, set[Any]] = defaultdict(set)
        for (anchor, part), amount in self.wanted.items():
            if amount > 0:
                self.known[part].add(anchor)
        self.offers = engines.arrow(offers, name="offers", columns=reading.OFFERS).to_pylist()
        self.capacity: dict[tuple[Any, Any], float] = {}
        for row in self.offers:
            key = row["supplier_id"], row["part_id"]
            given = math.inf if row["capacity_wan"] is None else row["capacity_wan"]
            self.capacity[key] = min(given, self.capacity.get(key, math.inf))
        self.rows = choice.covered.to_pylist()

    def wrong_rows(self) -> Iterator[str]:
        covered: dict[tuple[Any, Any], float] = defaultdict(float)
        for row in self.rows:
            covered[row["anchor_id"], row["part_id"]] += row["amount_wan"]
            if (row["supplier_id"], row["part_id"]) not in self.capacity:
                yield f"{row['supplier_id']} does not offer {row['part_id']}"
            if not row["amount_wan"] > 0:
                yield f"a row covers {row['amount_wan']}"
        for key, amount in covered.items():
            if amount > self.wanted.get(key, 0.0) + _slack(amount):
                yield f"{key} covered {amount}, wanted {self.wanted.get(key, 0.0)} in the chosen categories"
        total = math.fsum(covered.values())
        if abs(total - self.choice.objective_wan) > _slack(total):
            yield f"rows add up to {total}, objective is {self.choice.objective_wan}"
        if self.choice.objective_wan > self.choice.bound_wan + _slack(total):
            yield f"objective {self.choice.objective_wan} above its bound {self.choice.bound_wan}"
        if {row["supplier_id"] for row in self.rows} != set(self.choice.suppliers):
            yield "the suppliers listed are not those that cover something"

    def wrong_categories(self, included: set[Any], excluded: set[Any]) -> Iterator[str]:
        listed = set(self.choice.suppliers)
        able = {part for (supplier, part), capacity in self.capacity.items() if supplier in listed and capacity > 0}
        served = {self.category[part, category] for part, category in self.category if part in able}
        for name in sorted(included - (served & set(self.choice.categories)), key=str):
            yield f"category {name} must be in and is not"
        for name in sorted(excluded & set(self.choice.categories), key=str):
            yield f"category {name} must not be in and is"

    def wrong_capacities(self) -> Iterator[str]:
        for name in self.choice.suppliers:
            held = {part: value for (supplier, part), value in self.capacity.items() if supplier == name}
            for limit in {value for value in held.values() if value < math.inf}:
                used = math.fsum(
                    row["amount_wan"]
                    for row in self.rows
                    if row["supplier_id"] == name and held.get(row["part_id"], math.inf) <= limit
                )
                if used > limit + _slack(limit):
                    yield f"{name} covers {used} with a capacity of {limit}"

    def wrong_anchors(self, least: int) -> Iterator[str]:
        for name in self.choice.suppliers:
            parts = {part for supplier, part in self.capacity if supplier == name}
            found = set().union(*(self.anchors.get(part, set()) for part in parts))
            if len(found) < least:
                yield f"{name} is wanted by {len(found)} anchors, {least} needed"

    def wrong_known_anchors(self, least: int) -> Iterator[str]:
        for name in self.choice.suppliers if least else ():
            parts = {part for (supplier, part), capacity in self.capacity.items() if supplier == name and capacity > 0}
            found = set().union(*(self.known[part] for part in parts))
            if len(found) < least:
                yield f"{name} is known to be wanted by {len(found)} anchors, {least} needed"

    def below_minimum(self, given: float | Mapping[Any, float] | None) -> Iterator[str]:
        if given is None:
            return
        covered: dict[Any, float] = defaultdict(float)
        for row in self.rows:
            covered[row["anchor_id"]] += row["amount_wan"]
        for anchor, least in (given if isinstance(given, Mapping) else dict.fromkeys(self.everyone, given)).items():
            if covered[anchor] < least - _slack(least):
                yield f"{covered[anchor]} covered of {anchor}, {least} needed"

    def wrong_offers(self, months: float | None) -> Iterator[str]:
        used = {(row["supplier_id"], row["part_id"]) for row in self.rows}
        able = {
            (row["supplier_id"], row["part_id"])
            for row in self.offers
            if row["is_willing"] is not False and (months is None or (row["certification_months"] or 0) <= months)
        }
        for supplier, part in sorted(used - able, key=str):
            yield f"{supplier} is not willing to supply {part}, or needs too long to be certified"


def _slack(amount: float) -> float:
    return 1e-6 * max(1.0, abs(amount))
