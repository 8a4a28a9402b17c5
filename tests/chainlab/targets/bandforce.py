"""The oracle of choices under intervals: all sets of suppliers and categories, each valued by a linear program.

Nothing of the package is used. A set is possible if every supplier in it is wanted by enough anchors within its
categories (known demand above 0 counted apart), offers something there, and every anchor gets its minimum; what it
covers is the largest flow from points to suppliers under their capacities.
"""

import itertools
import math
import random
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy.optimize import linprog


@dataclass(kw_only=True)
class Instance:
    """demand rows (anchor, part, category, low, high), offers (supplier, part, capacity), limits as `choose` takes."""

    demand: list[tuple[str, str, str, float | None, float | None]]
    offers: list[tuple[str, str, float | None]]
    limits: dict[str, Any] = field(default_factory=dict)

    def tables(self) -> tuple[dict[str, list[Any]], dict[str, list[Any]]]:
        names = ("anchor_id", "part_id", "category_id", "amount_low_wan", "amount_high_wan")
        demand = {name: [row[n] for row in self.demand] for n, name in enumerate(names)}
        offers = {
            name: [row[n] for row in self.offers] for n, name in enumerate(("supplier_id", "part_id", "capacity_wan"))
        }
        return demand, offers

    def points(self) -> list[tuple[str, str, str]]:
        return sorted({row[:3] for row in self.demand})

    def ends(self, *, high: bool) -> dict[tuple[str, str, str], float]:
        found: dict[tuple[str, str, str], float] = defaultdict(float)
        for row in self.demand:
            found[row[:3]] += row[4 if high else 3] or 0.0
        return dict(found)


Sets = tuple[frozenset[str], frozenset[str]]


def values(instance: Instance, amounts: dict[tuple[str, str, str], float]) -> dict[Sets, float]:
    """What every possible (suppliers, categories) covers; impossible ones are left out."""
    held = _held(instance)
    categories = sorted({point[2] for point in instance.points()})
    limits = instance.limits
    most_c = min(limits.get("max_categories", len(categories)), len(categories))
    sizes = [most_c] if "max_categories" not in limits else range(most_c + 1)
    found: dict[Sets, float] = {}
    for size in sizes:
        for chosen in itertools.combinations(categories, size):
            able = _able(instance, held, set(chosen))
            for count in range(min(len(able), limits.get("max_suppliers", len(able))) + 1):
                for taken in itertools.combinations(sorted(able), count):
                    if not set(limits.get("must_include", ())) <= set(taken):
                        continue
                    value = _flow(instance, held, taken, set(chosen), amounts)
                    if value is not None:
                        found[frozenset(taken), frozenset(chosen)] = value
    return found


def optima(instance: Instance, amounts: dict[tuple[str, str, str], float]) -> tuple[float | None, set[str], set[str]]:
    """(the most, suppliers in some optimum, categories in which some optimum has something to cover)."""
    found = values(instance, amounts)
    if not found:
        return None, set(), set()
    most = max(found.values())
    best = [sets for sets, value in found.items() if value >= most - 1e-7 * max(1.0, most)]
    held = _held(instance)
    parts = {point[2]: {p[1] for p in instance.points() if p[2] == point[2]} for point in instance.points()}
    offered = {
        category
        for taken, chosen in best
        for category in chosen
        if any(_useful(instance, held, one, {category}) & parts[category] for one in taken)
    }
    return most, {one for taken, _ in best for one in taken}, offered


def _held(instance: Instance) -> dict[str, dict[str, float]]:
    held: dict[str, dict[str, float]] = defaultdict(dict)
    for supplier, part, capacity in instance.offers:
        given = math.inf if capacity is None else capacity
        held[supplier][part] = min(given, held[supplier].get(part, math.inf))
    return held


def _useful(instance: Instance, held: dict[str, dict[str, float]], supplier: str, chosen: set[str]) -> set[str]:
    """Parts the supplier can cover something of in these categories."""
    return {
        row[1]
        for row in instance.demand
        if row[2] in chosen and (row[4] or 0) > 0 and held[supplier].get(row[1], 0) > 0
    }


def _able(instance: Instance, held: dict[str, dict[str, float]], chosen: set[str]) -> set[str]:
    limits = instance.limits
    found = set()
    for supplier in set(held) - set(limits.get("must_exclude", ())):
        wanting = {row[0] for row in instance.demand if row[2] in chosen and row[1] in held[supplier]}
        known = {
            row[0]
            for row in instance.demand
            if row[2] in chosen and held[supplier].get(row[1], 0) > 0 and (row[4] or 0) > 0
        }
        enough = len(wanting) >= limits.get("min_anchors", 1) and len(known) >= limits.get("min_realised_anchors", 0)
        if enough and _useful(instance, held, supplier, chosen):
            found.add(supplier)
    return found


def _flow(
    instance: Instance,
    held: dict[str, dict[str, float]],
    taken: tuple[str, ...],
    chosen: set[str],
    amounts: dict[tuple[str, str, str], float],
) -> float | None:
    least = instance.limits.get("min_per_anchor_wan")
    points = [point for point in instance.points() if point[2] in chosen]
    if least is None and all(c == math.inf for one in taken for c in held[one].values()):
        return sum(amounts[point] for point in points if any(point[1] in held[one] for one in taken))
    columns = [(n, one) for n, point in enumerate(points) for one in taken if point[1] in held[one]]
    rows, upper = [], []
    for n, point in enumerate(points):
        rows.append([1.0 if column[0] == n else 0.0 for column in columns])
        upper.append(amounts[point])
    for one in taken:
        for capacity in {c for c in held[one].values() if c < math.inf}:
            rows.append(
                [1.0 if column[1] == one and held[one][points[column[0]][1]] <= capacity else 0.0 for column in columns]
            )
            upper.append(capacity)
    for anchor in {row[0] for row in instance.demand} if least else ():
        rows.append([-1.0 if points[column[0]][0] == anchor else 0.0 for column in columns])
        upper.append(-least)
    if not columns:
        return 0.0 if all(bound >= 0 for bound in upper) else None
    answer = linprog(-np.ones(len(columns)), A_ub=np.array(rows), b_ub=upper, method="highs")
    return None if not answer.success else -float(answer.fun)


def invent(seed: int, *, capacities: bool = False, minimum: bool = False) -> Instance:
    """A small random instance with intervals, some exact, some not known at all."""
    draw = random.Random(seed)
    parts, categories = draw.randint(2, 5), draw.randint(1, 3)
    demand = []
    for _ in range(draw.randint(3, 9)):
        part = draw.randrange(parts)
        low = draw.randint(0, 20)
        high = low + draw.choice([0, draw.randint(1, 40), draw.randint(20, 80)])
        unknown = draw.random() < 0.1
        band = (None, None) if unknown else (float(low), float(high))
        demand.append((f"a{draw.randrange(3)}", f"p{part}", f"c{part % categories}", *band))
    offers = [
        (f"s{draw.randrange(4)}", f"p{draw.randrange(parts)}", draw.choice([None, 5, 20, 45]) if capacities else None)
        for _ in range(draw.randint(3, 9))
    ]
    limits: dict[str, Any] = {}
    if draw.random() < 0.6:
        limits["max_categories"] = draw.randint(1, 2)
    if draw.random() < 0.9:
        limits["max_suppliers"] = draw.choice([1, 1, 2])
    if draw.random() < 0.3:
        limits["min_anchors"] = 2
    if draw.random() < 0.3:
        limits["min_realised_anchors"] = 2
    if minimum:
        limits["min_per_anchor_wan"] = float(draw.choice([1, 5, 10]))
    return Instance(demand=demand, offers=offers, limits=limits)
