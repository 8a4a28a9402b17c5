"""The exact model: a mixed-integer program for HiGHS, maximum coverage with categories, capacities and budget.

max Σ amount_g·y_g  with  y_g ≤ z_category(g),  y_g ≤ Σ x_s (no capacity) + Σ f_sg (with capacity),
f_sg ≤ min(1, capacity ÷ amount_g) · x_s,  Σ_{g: capacity(s,g) ≤ c} amount_g·f_sg ≤ c · x_s for each capacity c of s,
Σ z ≤ categories,  Σ x ≤ suppliers,  Σ cost·x ≤ budget,  Σ_{g of a} amount_g·y_g ≥ minimum_a,  and for min_anchors = k:
k·x_s ≤ Σ_a v_sa, v_sa ≤ Σ z over the categories in which anchor a wants something of s (the same once more over what is
known to be wanted, for min_realised_anchors). x, z are 0 or 1; y, f (shares of a group), v follow.
(Church & ReVelle 1974, maximal covering location, with a choice of categories on top.)
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from chainlab.targets.problem import Flags, Numbers, Problem, Rows, Wishes


class Outcome(enum.Enum):
    """How the solver ended."""

    OPTIMAL = "optimal"
    STOPPED = "stopped"
    INFEASIBLE = "infeasible"


@dataclass(frozen=True, eq=False, kw_only=True)
class Answer:
    """What the solver says: the best choice found (None: none), its flows by link, and the bound, in 万元."""

    outcome: Outcome
    is_taken: Flags | None = None
    is_chosen: Flags | None = None
    flow: Numbers | None = None
    bound_wan: float = np.inf
    objective_wan: float = -np.inf


@dataclass(frozen=True, eq=False, kw_only=True)
class Box:
    """A part of all choices: lower and upper bounds of suppliers and categories (x, then z)."""

    lower: Numbers
    upper: Numbers


class _Rows:
    """Rows of the constraint matrix while they are being collected, in triplets; every row is `… ≤ upper`."""

    def __init__(self) -> None:
        self.count = 0
        self.upper: list[Numbers] = []
        self.triplets: list[tuple[Rows, Rows, Numbers]] = []

    def add(self, upper: Numbers | float, *entries: tuple[Rows, Rows, Numbers], count: int) -> None:
        """`count` new rows; entries are (row among the new ones, column, value)."""
        for row, column, value in entries:
            self.triplets.append((np.asarray(row) + self.count, np.asarray(column), np.asarray(value)))
        self.upper.append(np.broadcast_to(np.asarray(upper, dtype=np.float64), (count,)))
        self.count += count

    def matrix(self, columns: int) -> Any:
        from scipy import sparse

        row, column, value = (np.concatenate(found) for found in zip(*self.triplets, strict=True))
        return sparse.csr_array((value, (row, column)), shape=(self.count, columns))


class Model:
    """Columns of the program: x suppliers, z categories, y groups, f links with a capacity, v (supplier, anchor)."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.is_capped = np.isfinite(problem.link_capacity)
        self.capped = np.flatnonzero(self.is_capped)
        found = [_seats(problem, wishes) for wishes in problem.wishes]
        sizes = [len(problem.suppliers), len(problem.categories), len(problem.group_amount), len(self.capped)]
        self.seats = [seats for seats, _, _ in found]
        firsts = np.cumsum([0, *(len(seats) for seats in self.seats)])
        self.wish_seat = np.concatenate([seat + first for (_, seat, _), first in zip(found, firsts, strict=False)])
        self.wish_category = np.concatenate([category for _, _, category in found])
        self.seat_count = int(firsts[-1])
        self.x, self.z, self.y, self.f, self.v, self.width = np.concatenate(
            [[0], np.cumsum([*sizes, self.seat_count])]
        ).tolist()
        # A power of two keeps the amounts exact; the largest then lies between 4,096 and 8,192, whatever the unit.
        largest = float(problem.group_amount.max(initial=1.0))
        self.scale = float(2.0 ** (12 - np.floor(np.log2(largest))))
        self.amount = problem.group_amount * self.scale
        capped_amount = problem.group_amount[problem.link_group[self.capped]]
        self.most = np.minimum(1.0, problem.link_capacity[self.capped] / np.maximum(capped_amount, 1e-300))

    def solve(
        self,
        *,
        time_limit_s: float,
        start: tuple[Flags, Flags] | None = None,
        fixed: tuple[Flags, Flags] | None = None,
        only_required: bool = False,
        within: Box | None = None,
        above_wan: float = -np.inf,
        is_near: bool = False,
    ) -> Answer:
        """Solve from a known choice (suppliers, categories); or with those that must be in and nobody else; or only
        allocate flows for a `fixed` choice; or only `within` a part. What covers no more than `above_wan` is not looked
        for: infeasible, or an answer that covers less. `is_near`: what is known is likely the best, and only the proof
        is sought."""
        import highspy

        solver: Any = highspy.Highs()  # type: ignore[no-untyped-call]
        for option, value in {**OPTIONS, **(NEAR if is_near else {})}.items():
            solver.setOptionValue(option, value)
        solver.setOptionValue("time_limit", max(0.0, time_limit_s))
        rows = self._constraints(minimums=not only_required)
        program = self._program(highspy, fixed, rows=rows, only_required=only_required)
        if within is not None:
            program.col_lower_ = np.concatenate([within.lower, np.array(program.col_lower_)[self.y :]])
            program.col_upper_ = np.concatenate([within.upper, np.array(program.col_upper_)[self.y :]])
        if np.isfinite(above_wan):
            solver.setOptionValue("objective_bound", -above_wan * self.scale)
        solver.passModel(program)
        if start is not None:
            # After the whole model and its objective: an objective passed later would discard it.
            solution = highspy.HighsSolution()
            solution.col_value = self._columns(start).tolist()
            solver.setSolution(solution)
        solver.run()
        return self._answer(highspy, solver, is_program=fixed is None)

    def relaxed(self, highspy: Any) -> Any:
        """The program with shares of suppliers and categories allowed, and without the anchors each of them needs."""
        program = self._program(highspy, None, rows=self._constraints(anchors=False))
        program.integrality_ = []
        return program

    def _program(
        self, highspy: Any, fixed: tuple[Flags, Flags] | None, *, rows: _Rows, only_required: bool = False
    ) -> Any:
        matrix = rows.matrix(self.width)
        lower, upper = np.zeros(self.width), np.ones(self.width)
        upper[self.f : self.v] = self.most
        if only_required:
            upper[self.x : self.z] = 0.0
        lower[self.x + self.problem.required] = upper[self.x + self.problem.required] = 1.0
        lower[self.z + self.problem.required_categories] = 1.0
        if not self.problem.is_category_limited:
            lower[self.z : self.y] = 1.0
        if fixed is not None:
            lower[: self.y] = upper[: self.y] = np.concatenate(fixed).astype(np.float64)
        program = highspy.HighsLp()
        program.num_col_, program.num_row_ = self.width, rows.count
        cost = np.zeros(self.width)
        cost[self.y : self.f] = self.amount
        program.col_cost_, program.col_lower_, program.col_upper_ = cost, lower, upper
        program.row_lower_, program.row_upper_ = np.full(rows.count, -np.inf), np.concatenate(rows.upper)
        program.sense_ = highspy.ObjSense.kMaximize
        program.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        program.a_matrix_.start_, program.a_matrix_.index_ = matrix.indptr, matrix.indices
        program.a_matrix_.value_ = matrix.data
        if fixed is None:
            whole, real = highspy.HighsVarType.kInteger, highspy.HighsVarType.kContinuous
            program.integrality_ = [whole] * self.y + [real] * (self.width - self.y)
        return program

    def _constraints(self, *, minimums: bool = True, anchors: bool = True) -> _Rows:
        problem, rows = self.problem, _Rows()
        groups = np.arange(len(self.amount))
        free = np.flatnonzero(~self.is_capped)
        covered = [
            (groups, self.y + groups, np.ones(len(groups))),
            (problem.link_group[free], self.x + problem.link_supplier[free], -np.ones(len(free))),
            (problem.link_group[self.capped], self.f + np.arange(len(self.capped)), -np.ones(len(self.capped))),
        ]
        rows.add(0.0, *covered, count=len(groups))
        if problem.is_category_limited:
            chosen = (groups, self.z + problem.group_category, -np.ones(len(groups)))
            rows.add(0.0, covered[0], chosen, count=len(groups))
        self._add_capacities(rows)
        self._add_limits(rows)
        if minimums:
            self._add_minimums(rows)
        if anchors:
            self._add_anchors(rows)
        return rows

    def _add_capacities(self, rows: _Rows) -> None:
        problem, capped = self.problem, self.capped
        number = np.arange(len(capped))
        supplier, amount = problem.link_supplier[capped], problem.group_amount[problem.link_group[capped]]
        one = np.ones(len(capped))
        rows.add(0.0, (number, self.f + number, one), (number, self.x + supplier, -self.most), count=len(capped))
        row, member, held_by, limit = self._ladders()
        binds = np.bincount(row, amount[member], len(limit)) > limit
        row, member = (np.cumsum(binds) - 1)[row][binds[row]], member[binds[row]]
        held_by, limit = held_by[binds], limit[binds]
        flows = (row, self.f + member, amount[member] / limit[row])
        each = np.arange(len(limit))
        rows.add(0.0, flows, (each, self.x + held_by, -np.ones(len(limit))), count=len(limit))

    def _ladders(self) -> tuple[Rows, Rows, Rows, Numbers]:
        """A row for each capacity c of a supplier: what it offers under c or less takes no more than c together. Gives
        (row, flow) for every flow in every row, and the supplier and the capacity of each row."""
        capacity = self.problem.link_capacity[self.capped]
        supplier = self.problem.link_supplier[self.capped]
        order = np.lexsort((capacity, supplier))
        capacity, supplier = capacity[order], supplier[order]
        last = np.flatnonzero((np.diff(supplier, append=-1) != 0) | (np.diff(capacity, append=0.0) != 0))
        first = np.searchsorted(supplier, supplier[last])
        size = last - first + 1
        row = np.repeat(np.arange(len(last)), size)
        step = np.arange(len(row)) - np.repeat(np.cumsum(size) - size, size)
        return row, order[first[row] + step], supplier[last], capacity[last]

    def _add_limits(self, rows: _Rows) -> None:
        problem, limits = self.problem, self.problem.limits
        suppliers, categories = np.arange(len(problem.suppliers)), np.arange(len(problem.categories))
        here = np.zeros_like
        if problem.is_category_limited:
            entry = (here(categories), self.z + categories, np.ones(len(categories)))
            rows.add(float(limits.max_categories or 0), entry, count=1)
        if limits.max_suppliers is not None:
            entry = (here(suppliers), self.x + suppliers, np.ones(len(suppliers)))
            rows.add(float(limits.max_suppliers), entry, count=1)
        if limits.budget_wan is not None:
            largest = max(1.0, limits.budget_wan)
            entry = (here(suppliers), self.x + suppliers, np.nan_to_num(problem.cost) / largest)
            rows.add(limits.budget_wan / largest, entry, count=1)

    def _add_minimums(self, rows: _Rows) -> None:
        problem = self.problem
        for anchor in np.flatnonzero(problem.minimum_wan):
            mine = np.flatnonzero(problem.group_anchor == anchor)
            share = problem.group_amount[mine] / problem.minimum_wan[anchor]
            rows.add(-1.0, (np.zeros_like(mine), self.y + mine, -share), count=1)
        for category in problem.required_categories:
            # A category that must be in has to be offered by somebody taken.
            able = np.unique(problem.link_supplier[problem.group_category[problem.link_group] == category])
            rows.add(-1.0, (np.zeros_like(able), self.x + able, -np.ones(len(able))), count=1)

    def _add_anchors(self, rows: _Rows) -> None:
        problem = self.problem
        seat = np.arange(self.seat_count)
        rows.add(
            0.0,
            (seat, self.v + seat, np.ones(len(seat))),
            (self.wish_seat, self.z + self.wish_category, -np.ones(len(self.wish_seat))),
            count=len(seat),
        )
        first = 0
        for wishes, seats in zip(problem.wishes, self.seats, strict=True):
            supplier, number = np.unique(seats, return_inverse=True)
            each, seat = np.arange(len(supplier)), first + np.arange(len(seats))
            rows.add(
                0.0,
                (each, self.x + supplier, np.full(len(supplier), float(max(1, wishes.least)))),
                (number.reshape(-1), self.v + seat, -np.ones(len(seat))),
                count=len(supplier),
            )
            first += len(seats)
        if problem.is_category_limited:
            # One that must be in has to cover something, so one of the categories it can cover must be chosen.
            for one in problem.required:
                useful = np.unique(problem.group_category[problem.link_group[problem.links_of(int(one))]])
                entry = (np.zeros_like(useful), self.z + useful, -np.ones(len(useful)))
                rows.add(-1.0, entry, count=1)

    def _columns(self, start: tuple[Flags, Flags]) -> Numbers:
        """A full solution with the given suppliers and categories, flows filled in link order."""
        problem, (is_taken, is_chosen) = self.problem, start
        column = np.zeros(self.width)
        column[: self.y] = np.concatenate(start)
        flow = fill(problem, is_taken, is_chosen)
        amount = np.maximum(problem.group_amount, 1e-300)
        column[self.f : self.v] = flow[self.capped] / amount[problem.link_group[self.capped]]
        covered = np.bincount(problem.link_group, flow, len(amount))
        column[self.y : self.f] = np.minimum(covered / amount, 1.0)
        met = np.bincount(self.wish_seat, is_chosen[self.wish_category], self.seat_count)
        column[self.v :] = np.minimum(met, 1.0)
        return column

    def _answer(self, highspy: Any, solver: Any, *, is_program: bool) -> Answer:
        status, info = solver.getModelStatus(), solver.getInfo()
        if status in (highspy.HighsModelStatus.kInfeasible, highspy.HighsModelStatus.kObjectiveBound):
            return Answer(outcome=Outcome.INFEASIBLE)
        is_optimal = status == highspy.HighsModelStatus.kOptimal
        bound = info.mip_dual_bound if is_program else info.objective_function_value
        bound = float(bound) / self.scale if np.isfinite(bound) else np.inf
        value = np.array(solver.getSolution().col_value, dtype=np.float64)
        has_choice = is_optimal or info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
        if len(value) != self.width or not has_choice:
            return Answer(outcome=Outcome.STOPPED, bound_wan=bound)
        flow = np.zeros(len(self.problem.link_group))
        flow[self.capped] = value[self.f : self.v] * self.problem.group_amount[self.problem.link_group[self.capped]]
        return Answer(
            outcome=Outcome.OPTIMAL if is_optimal else Outcome.STOPPED,
            is_taken=value[self.x : self.z] > 0.5,
            is_chosen=value[self.z : self.y] > 0.5,
            flow=flow,
            bound_wan=bound,
            objective_wan=float(info.objective_function_value) / self.scale,
        )


def fill(problem: Problem, is_taken: Flags, is_chosen: Flags) -> Numbers:
    """Flow by link when the suppliers serve themselves one after another; with capacities perhaps not the best."""
    rest = np.where(is_chosen[problem.group_category], problem.group_amount, 0.0)
    flow = np.zeros(len(problem.link_group))
    for supplier in np.flatnonzero(is_taken):
        links = problem.links_of(int(supplier))
        flow[links] = serve(problem, links, rest)
        rest[problem.link_group[links]] -= flow[links]
    return flow


def serve(problem: Problem, links: slice, rest: Numbers) -> Numbers:
    """What one supplier covers of what is left, by link: all of it, or up to its capacities, smallest first."""
    wanted = rest[problem.link_group[links]]
    binding = problem.binding.get(links.start)
    if binding is None or links.start == links.stop:
        return wanted
    given = wanted.tolist()
    used = 0.0
    for number, capacity in binding:
        given[number] = min(given[number], max(0.0, capacity - used))
        used += given[number]
    return np.array(given)


def _seats(problem: Problem, wishes: Wishes) -> tuple[Rows, Rows, Rows]:
    """Supplier of each (supplier, anchor) that must be counted, and the wishes as (seat, category).

    Only where the choice of categories matters: a supplier each of whose categories alone brings enough anchors is
    eligible as soon as it covers anything.
    """
    none = np.empty(0, dtype=np.int64)
    if not problem.is_category_limited or wishes.least <= 1:
        return none, none, none
    supplier, anchor, category = wishes.supplier, wishes.anchor, wishes.category
    size = len(problem.categories)
    # By the categories in which it can cover anything: there it may be taken, wanted by enough or not.
    able = np.unique(problem.link_supplier * size + problem.group_category[problem.link_group])
    pair, inverse = np.unique(supplier * size + category, return_inverse=True)
    count = np.zeros(len(able), dtype=np.int64)
    place = np.searchsorted(pair, able)
    is_wished = (place < len(pair)) & (pair[np.minimum(place, len(pair) - 1)] == able) if len(pair) else count > 0
    count[is_wished] = np.bincount(inverse.reshape(-1), minlength=len(pair))[place[is_wished]]
    is_watched = np.zeros(len(problem.suppliers), dtype=bool)
    is_watched[able[count < wishes.least] // size] = True
    kept = is_watched[supplier]
    seats, seat = np.unique(np.stack([supplier[kept], anchor[kept]]), axis=1, return_inverse=True)
    return seats[0].astype(np.int64), seat.reshape(-1), category[kept]


# Without looking for better choices on the way, and without presolving: a sixth of the time where there is none.
NEAR: dict[str, float | str] = {
    "mip_heuristic_effort": 0.0,
    "mip_max_start_nodes": 0,
    "mip_heuristic_run_root_reduced_cost": False,
    "presolve": "off",
}
OPTIONS = {
    "output_flag": False,
    "threads": 1,
    "random_seed": 0,
    "mip_rel_gap": 0.0,
    "mip_abs_gap": 1e-6,
    "mip_feasibility_tolerance": 1e-9,
    "primal_feasibility_tolerance": 1e-9,
    "dual_feasibility_tolerance": 1e-9,
}
