"""Choosing targets with a textbook greedy, with PuLP and CBC, and as the covering model of PySAL's spopt."""

from __future__ import annotations

import math
import warnings
from collections import defaultdict
from typing import Any

import numpy as np
import pulp
import pyarrow as pa


def by_greedy(demand: pa.Table, offers: pa.Table, *, limits: dict[str, Any]) -> float:
    """The categories with most demand, then again and again the supplier that adds most. Knows no capacity."""
    chosen = _largest_categories(demand, limits.get("max_categories"))
    rest: dict[str, float] = defaultdict(float)
    anchors: dict[str, set[str]] = defaultdict(set)
    for row in demand.to_pylist():
        if row["category_id"] in chosen:
            rest[row["part_id"]] += row["amount_wan"]
            anchors[row["part_id"]].add(row["anchor_id"])
    held: dict[str, set[str]] = defaultdict(set)
    for row in offers.to_pylist():
        held[row["supplier_id"]].add(row["part_id"])
    least = limits.get("min_anchors", 1)
    able = {
        one: parts & rest.keys()
        for one, parts in held.items()
        if len(set().union(*(anchors[p] for p in parts))) >= least
    }
    covered = 0.0
    for _ in range(limits["max_suppliers"]):
        best = max(able, key=lambda one: math.fsum(rest[part] for part in able[one]), default=None)
        gain = math.fsum(rest[part] for part in able[best]) if best else 0.0
        if not gain:
            break
        covered += gain
        for part in able.pop(best):
            rest[part] = 0.0
    return covered


def by_cbc(demand: pa.Table, offers: pa.Table, *, limits: dict[str, Any], time_limit_s: float) -> tuple[float, str]:
    """The whole model in PuLP, solved by CBC to a gap of 0: demand summed by part and category, as anybody would."""
    warnings.filterwarnings("ignore", category=DeprecationWarning)
    program = pulp.LpProblem("targets", pulp.LpMaximize)
    held: dict[str, dict[str, float | None]] = defaultdict(dict)
    for row in offers.to_pylist():
        held[row["supplier_id"]][row["part_id"]] = row["capacity_wan"]
    amount: dict[tuple[str, str], float] = defaultdict(float)
    anchors: dict[tuple[str, str], set[str]] = defaultdict(set)
    for row in demand.to_pylist():
        amount[row["part_id"], row["category_id"]] += row["amount_wan"]
        anchors[row["part_id"], row["category_id"]].add(row["anchor_id"])
    by_part: dict[str, list[str]] = defaultdict(list)
    for one, parts in held.items():
        for part in parts:
            by_part[part].append(one)
    x = {one: pulp.LpVariable(f"x_{one}", cat="Binary") for one in held}
    z = {one: pulp.LpVariable(f"z_{one}", cat="Binary") for one in sorted({key[1] for key in amount})}
    used: dict[str, list[Any]] = defaultdict(list)
    covered = []
    for (part, category), wanted in amount.items():
        y = pulp.LpVariable(f"y_{part}_{category}", 0, wanted)
        limited = [one for one in by_part[part] if held[one][part] is not None]
        flows = {one: pulp.LpVariable(f"f_{one}_{part}_{category}", 0, wanted) for one in limited}
        for one, flow in flows.items():
            program += flow <= wanted * x[one]
            used[one].append(flow)
        free = [wanted * x[one] for one in by_part[part] if one not in flows]
        program += y <= pulp.lpSum([*flows.values(), *free])
        program += y <= wanted * z[category]
        covered.append(y)
    for one, flows in used.items():
        program += pulp.lpSum(flows) <= next(iter(held[one].values())) * x[one]
    _need_anchors(program, x, z, held, anchors, least=limits.get("min_anchors", 1))
    program += pulp.lpSum(z.values()) <= limits.get("max_categories", len(z))
    program += pulp.lpSum(x.values()) <= limits["max_suppliers"]
    program += pulp.lpSum(covered)
    program.solve(pulp.PULP_CBC_CMD(msg=False, gapRel=0, timeLimit=time_limit_s))
    is_proven = program.sol_status == pulp.LpSolutionOptimal
    return float(pulp.value(program.objective) or 0.0), "proven" if is_proven else "time limit"


def _need_anchors(program: Any, x: Any, z: Any, held: Any, anchors: Any, *, least: int) -> None:
    if least <= 1:
        return
    by_part: dict[str, list[tuple[str, set[str]]]] = defaultdict(list)
    for (part, category), found in anchors.items():
        by_part[part].append((category, found))
    for one, parts in held.items():
        wishes: dict[str, set[str]] = defaultdict(set)
        for part in parts:
            for category, found in by_part[part]:
                for anchor in found:
                    wishes[anchor].add(category)
        met = []
        for anchor, categories in wishes.items():
            v = pulp.LpVariable(f"v_{one}_{anchor}", 0, 1)
            program += v <= pulp.lpSum(z[category] for category in categories)
            met.append(v)
        program += pulp.lpSum(met) >= least * x[one]


def covering_matrix(demand: pa.Table, offers: pa.Table) -> tuple[np.ndarray, np.ndarray]:
    """Distances (0 covers, 1 does not) and weights, for the model that knows no categories, anchors or capacities."""
    parts = sorted(set(demand["part_id"].to_pylist()) & set(offers["part_id"].to_pylist()))
    suppliers = sorted(set(offers["supplier_id"].to_pylist()))
    row = {part: number for number, part in enumerate(parts)}
    column = {one: number for number, one in enumerate(suppliers)}
    distance = np.ones((len(parts), len(suppliers)))
    for offer in offers.to_pylist():
        if offer["part_id"] in row:
            distance[row[offer["part_id"]], column[offer["supplier_id"]]] = 0.0
    weights = np.zeros(len(parts))
    for line in demand.to_pylist():
        if line["part_id"] in row:
            weights[row[line["part_id"]]] += line["amount_wan"]
    return distance, weights


def by_spopt(distance: np.ndarray, weights: np.ndarray, *, max_suppliers: int, time_limit_s: float) -> float:
    """spopt's maximal covering location problem; the matrix is made beforehand and not timed, the solver is CBC."""
    from spopt.locate import MCLP

    warnings.filterwarnings("ignore")
    model = MCLP.from_cost_matrix(distance, weights, service_radius=0.5, p_facilities=max_suppliers)
    model = model.solve(pulp.PULP_CBC_CMD(msg=False, gapRel=0, timeLimit=time_limit_s))
    return float(pulp.value(model.problem.objective))


def _largest_categories(demand: pa.Table, count: int | None) -> set[str]:
    total: dict[str, float] = defaultdict(float)
    for row in demand.to_pylist():
        total[row["category_id"]] += row["amount_wan"]
    return set(sorted(total, key=lambda one: -total[one])[:count])
