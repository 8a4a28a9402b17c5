"""Choosing targets with a textbook greedy, with PuLP and CBC, and as the covering model of PySAL's spopt."""

from __future__ import annotations

import math
import warnings
from collections import defaultdict
from typing import Any

import numpy as np
import pulp
import pyarrow as pa
from scipy import sparse


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


def by_highs(demand: pa.Table, offers: pa.Table, *, limits: dict[str, Any], time_limit_s: float) -> tuple[float, str]:
    """The whole model in SciPy's `milp`, which is HiGHS as it comes; a formulation of its own, in shares."""
    from scipy import optimize

    program = _Program()
    held = offers.group_by(["supplier_id", "part_id"]).aggregate([("capacity_wan", "min")]).to_pylist()
    wanted = demand.group_by(["part_id", "category_id"]).aggregate([("amount_wan", "sum")]).to_pylist()
    x = {one: program.column(whole=True) for one in sorted({row["supplier_id"] for row in held})}
    z = {one: program.column(whole=True) for one in sorted({row["category_id"] for row in wanted})}
    makers: dict[str, list[tuple[str, float | None]]] = defaultdict(list)
    for row in held:
        makers[row["part_id"]].append((row["supplier_id"], row["capacity_wan_min"]))
    used: dict[str, list[tuple[int, float]]] = defaultdict(list)
    for row in wanted:
        amount = row["amount_wan_sum"]
        y = program.column(worth=amount)
        program.row({y: 1.0, z[row["category_id"]]: -1.0})
        entries = {y: 1.0}
        for one, capacity in makers[row["part_id"]]:
            if capacity is None:
                entries[x[one]] = -1.0
                continue
            flow = program.column()
            program.row({flow: 1.0, x[one]: -1.0})
            entries[flow] = -1.0
            used[one].append((flow, amount / capacity))
        program.row(entries)
    for one, flows in used.items():
        program.row({**dict(flows), x[one]: -1.0})
    if limits.get("min_anchors", 1) > 1:
        _anchors_in(program, x, z, demand, held, least=limits["min_anchors"])
    if "max_categories" in limits:
        program.row(dict.fromkeys(z.values(), 1.0), upper=limits["max_categories"])
    program.row(dict.fromkeys(x.values(), 1.0), upper=limits["max_suppliers"])
    found = optimize.milp(
        -np.array(program.worth),
        integrality=program.whole,
        bounds=optimize.Bounds(0, 1),
        constraints=optimize.LinearConstraint(program.matrix(), ub=program.upper),
        options={"time_limit": time_limit_s, "mip_rel_gap": 0},
    )
    if found.x is None:
        return 0.0, "nothing found"
    if found.status == 0:
        return -float(found.fun), "proven"
    gap = found.mip_dual_bound / min(found.fun, -1e-9) - 1
    return -float(found.fun), f"gap {gap:.1%}" if gap < 1 else "gap over 100%"


class _Program:
    """Columns and rows of a program while they are being collected; every column lies in [0, 1]."""

    def __init__(self) -> None:
        self.worth: list[float] = []
        self.whole: list[int] = []
        self.upper: list[float] = []
        self.triplets: list[tuple[int, int, float]] = []

    def column(self, *, worth: float = 0.0, whole: bool = False) -> int:
        self.worth.append(worth)
        self.whole.append(int(whole))
        return len(self.worth) - 1

    def row(self, entries: dict[int, float], *, upper: float = 0.0) -> None:
        self.triplets.extend((len(self.upper), column, value) for column, value in entries.items())
        self.upper.append(upper)

    def matrix(self) -> Any:
        row, column, value = (np.array(part) for part in zip(*self.triplets, strict=True))
        return sparse.csr_array((value, (row, column)), shape=(len(self.upper), len(self.worth)))


def _anchors_in(program: _Program, x: Any, z: Any, demand: pa.Table, held: list[Any], *, least: int) -> None:
    places: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for row in demand.to_pylist():
        places[row["part_id"]].add((row["anchor_id"], row["category_id"]))
    wishes: dict[tuple[str, str], set[str]] = defaultdict(set)
    for row in held:
        for anchor, category in places[row["part_id"]]:
            wishes[row["supplier_id"], anchor].add(category)
    met: dict[str, dict[int, float]] = {one: {number: float(least)} for one, number in x.items()}
    for (one, _), categories in wishes.items():
        v = program.column()
        program.row({v: 1.0, **{z[category]: -1.0 for category in categories}})
        met[one][v] = -1.0
    for entries in met.values():
        program.row(entries)


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
