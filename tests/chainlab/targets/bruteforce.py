"""The oracle of `targets.choose`: every choice of categories and suppliers is tried, covered amounts by minimum cuts.

Nothing of the package is used here. Capacities: what a supplier offers under capacity c or less takes no more than c
together, so a cut through one supplier severs at cost c all its parts of capacity ≤ c; the covered amount is the
smallest cut (Ford & Fulkerson), found by trying them all.
"""

import itertools
import math
import random
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any


@dataclass(kw_only=True)
class Instance:
    """One small question: demand rows (anchor, part, category, amount), offers (supplier, part, capacity), limits."""

    demand: list[tuple[str, str, str | None, float | None]]
    offers: list[tuple[str, str, float | None]]
    limits: dict[str, Any] = field(default_factory=dict)

    def tables(self) -> tuple[dict[str, list[Any]], dict[str, list[Any]]]:
        demand = _columns(self.demand, "anchor_id", "part_id", "category_id", "amount_wan")
        offers = _columns(self.offers, "supplier_id", "part_id", "capacity_wan")
        return demand, offers


def _columns(rows: list[Any], *names: str) -> dict[str, list[Any]]:
    return {name: [row[number] for row in rows] for number, name in enumerate(names)}


def best(instance: Instance) -> float | None:
    """The largest amount any choice covers; None if those that must be in never fit."""
    limits = instance.limits
    demand = [row for row in instance.demand if row[2] not in set(limits.get("must_exclude_categories", ()))]
    categories = sorted({row[2] for row in demand if row[2] is not None})
    most = limits.get("max_categories")
    if most is None:
        return _best_suppliers(instance, demand)
    found = [
        _best_suppliers(instance, [row for row in demand if row[2] in chosen])
        for chosen in itertools.combinations(categories, min(most, len(categories)))
    ]
    known = [value for value in found if value is not None]
    return max(known) if known else None


def _best_suppliers(instance: Instance, demand: list[tuple[str, str, str | None, float | None]]) -> float | None:
    limits = instance.limits
    amount: dict[str, float] = defaultdict(float)
    anchors: dict[str, set[str]] = defaultdict(set)
    for anchor, part, _, wan in demand:
        amount[part] += wan or 0
        anchors[part].add(anchor)
    held: dict[str, dict[str, float]] = defaultdict(dict)
    for supplier, part, capacity in instance.offers:
        given = math.inf if capacity is None else capacity
        held[supplier][part] = min(given, held[supplier].get(part, math.inf))
    must, never = set(limits.get("must_include", ())), set(limits.get("must_exclude", ()))
    able = {
        supplier
        for supplier, parts in held.items()
        if supplier not in never
        and len(set().union(*(anchors[part] for part in parts))) >= limits.get("min_anchors", 1)
        and any(amount[part] > 0 and capacity > 0 for part, capacity in parts.items())
    }
    if not must <= able:
        return None
    choices = (one for size in range(len(able) + 1) for one in itertools.combinations(sorted(able), size))
    values = [
        _flow({one: held[one] for one in chosen}, amount)
        for chosen in choices
        if must <= set(chosen) and _allowed(chosen, limits) and _serves(chosen, held, demand, limits)
    ]
    return max(values) if values else None


def _allowed(chosen: tuple[str, ...], limits: dict[str, Any]) -> bool:
    if len(chosen) > limits.get("max_suppliers", len(chosen)):
        return False
    budget = limits.get("budget_wan")
    return budget is None or sum(limits["costs"].get(one, math.inf) for one in chosen) <= budget


def _serves(
    chosen: tuple[str, ...],
    held: dict[str, dict[str, float]],
    demand: list[tuple[str, str, str | None, float | None]],
    limits: dict[str, Any],
) -> bool:
    """Whether somebody chosen could cover something in every category that must be in."""
    able = {part for one in chosen for part, capacity in held[one].items() if capacity > 0}
    return set(limits.get("must_include_categories", ())) <= {row[2] for row in demand if row[3] and row[1] in able}


def _flow(held: dict[str, dict[str, float]], amount: dict[str, float]) -> float:
    """Minimum cut: each supplier is severed at one of its capacities or not at all, the parts left reach the sink."""
    levels = [[0.0, *sorted({c for c in parts.values() if c < math.inf})] for parts in held.values()]
    smallest = math.inf
    for cut in itertools.product(*levels):
        open_parts = {
            part for level, parts in zip(cut, held.values(), strict=True) for part, c in parts.items() if c > level
        }
        smallest = min(smallest, sum(cut) + sum(amount[part] for part in open_parts))
    return smallest


def invent(seed: int) -> Instance:
    """A small random instance with a random mixture of limits, from a seed."""
    draw = random.Random(seed)
    anchors, suppliers = draw.randint(1, 4), draw.randint(1, 5)
    parts, categories = draw.randint(1, 6), draw.randint(1, 4)
    of_part = [
        draw.choice(
            [*(f"c{one}" for one in range(categories)), None]
            if draw.random() < 0.1
            else [f"c{draw.randrange(categories)}"]
        )
        for _ in range(parts)
    ]
    demand = [
        (f"a{draw.randrange(anchors)}", f"p{part}", of_part[part], draw.choice([None, 0, *range(1, 40)]))
        for part in (draw.randrange(parts) for _ in range(draw.randint(1, 12)))
    ]
    style = draw.choice(["free", "shared", "mixed"])
    shared = {one: draw.choice([None, 0, *range(5, 60)]) for one in range(suppliers)}
    offers = []
    for _ in range(draw.randint(1, 14)):
        one = draw.randrange(suppliers)
        capacity = {"free": None, "shared": shared[one], "mixed": draw.choice([None, *range(3, 50)])}[style]
        offers.append((f"s{one}", f"p{draw.randrange(parts)}", capacity))
    return Instance(demand=demand, offers=offers, limits=_limits(draw, suppliers))


def _limits(draw: random.Random, suppliers: int) -> dict[str, Any]:
    limits: dict[str, Any] = {}
    if draw.random() < 0.6:
        limits["max_categories"] = draw.randint(0, 3)
    if draw.random() < 0.6:
        limits["max_suppliers"] = draw.randint(0, 3)
    if draw.random() < 0.6:
        limits["min_anchors"] = draw.randint(1, 3)
    if draw.random() < 0.3:
        limits["must_include"] = [f"s{draw.randrange(suppliers)}" for _ in range(draw.randint(1, 2))]
    if draw.random() < 0.3:
        limits["must_exclude"] = [f"s{draw.randrange(suppliers)}"]
    if draw.random() < 0.3:
        limits["costs"] = {f"s{one}": draw.randint(0, 9) for one in range(suppliers) if draw.random() < 0.9}
        limits["budget_wan"] = draw.randint(0, 15)
    if draw.random() < 0.2:
        limits["must_include_categories"] = [f"c{draw.randrange(3)}"]
    if draw.random() < 0.2:
        limits["must_exclude_categories"] = [f"c{draw.randrange(3)}"]
    return limits
