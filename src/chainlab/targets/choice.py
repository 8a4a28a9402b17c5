"""Which categories and suppliers to recruit: the best choice with its proof, or the best found with a bound."""

from __future__ import annotations

import dataclasses
import math
import time
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from chainlab.targets import allocation, branching, greedy, model, reading, robust
from chainlab.targets import problem as problems

if TYPE_CHECKING:
    from chainlab.targets.problem import Flags, Problem

METHODS = {
    "none": "没有符合条件的供应商",
    "greedy-meets-bound": "贪心解达到上界，已证明最优（就这些候选和假设而言）",
    "exact": "HiGHS 整数规划，已证明最优（就这些候选和假设而言）",
    "best-found": "限时内的最好解，未证明最优",
    "greedy": "限时内整数规划未得更好的解，采用贪心解，未证明最优",
}


@dataclasses.dataclass(frozen=True, eq=False, kw_only=True)
class Choice:
    """延链补链 targets: the suppliers to recruit, in which categories, and what each would cover.

    objective_wan: covered amount; bound_wan: what no choice can exceed; is_proven: they are equal.
    categories, suppliers: ids, sorted. covered: anchor_id, part_id, supplier_id, amount_wan, sorted.
    method: `none`, `greedy-meets-bound`, `exact`, `best-found` or `greedy`; METHODS says them in Chinese.
    demand_wan: all demand of known amount; unknown_count: demand rows without an amount, in no sum.
    Where amounts are intervals all of this is about their middles, and: objective_low_wan, objective_high_wan are what
    the same choice covers with every amount at its lower, at its upper end; robust_categories, robust_suppliers are
    the chosen ones that stand in an optimum for every realisation drawn; draw_count is how many were settled, 0 where
    time ran out before anything could be said to hold; examined: the realisations, for `questions` to go on from.
    """

    objective_wan: float
    bound_wan: float
    is_proven: bool
    categories: tuple[Any, ...]
    suppliers: tuple[Any, ...]
    covered: pa.Table
    method: str
    demand_wan: float = 0.0
    unknown_count: int = 0
    objective_low_wan: float = 0.0
    objective_high_wan: float = 0.0
    robust_categories: tuple[Any, ...] = ()
    robust_suppliers: tuple[Any, ...] = ()
    draw_count: int = 0
    examined: robust.Held | None = dataclasses.field(default=None, repr=False)


def choose(
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
    costs: object = None,
    budget_wan: float | None = None,
    max_certification_months: float | None = None,
    draws: int = robust.DRAWS,
    seed: int = 0,
    time_limit_s: float = 30,
) -> Choice:
    """The suppliers and categories that cover the largest amount of demand.

    demand: anchor_id, part_id, category_id and amount_wan, or amount_low_wan and amount_high_wan, or all three: an
    interval is optimised by its middle (rows given twice add; null in all = unknown: in no sum, but a wish).
    offers: supplier_id, part_id, optional capacity_wan, certification_months (null = not known, stays), is_willing
    (false = is out). A capacity is the supplier's: what it offers under capacity c or less takes no more than c
    together (a figure repeated on its rows is shared); null = unlimited; of two rows for one part the smaller holds.
    max_categories: demand counts only in chosen categories (None: in all; rows without a category only then).
    min_anchors: distinct anchors that want something of a chosen supplier within the chosen categories;
    min_realised_anchors: the same, counting only what is known to be more than 0 万元 and of which it can supply any;
    covered is dealt out so that each serves so many wherever that takes nothing from the amount. min_per_anchor_wan:
    what must be covered of every anchor (a number) or of those named (anchor → 万元). must_include, must_exclude:
    suppliers. must_include_categories: category ids in each of which a chosen supplier has to cover something it can;
    must_exclude_categories: those in which nothing is covered and nobody's anchors count (their demand stays in
    demand_wan). costs: supplier → cost, or supplier_id, cost_wan; with a budget a supplier of unknown cost cannot be
    chosen. max_certification_months: offers known to need longer are out.
    draws, seed: see `robust`: random realisations of the intervals beside the extremes. time_limit_s: for all of it.

    No eligible supplier gives a proven Choice of 0. Same rows in any order: same answer, unless time ran out. Raises
    Infeasible when what must be cannot be, engines.BadTable for a table and ValueError for a limit that makes no sense
    (amounts: 0 to 1e13 万元, ids of the ids' type), TimeoutError where nothing that keeps all was found in time.
    """
    deadline = _deadline(time_limit_s, draws=draws, seed=seed)
    limits = problems.limits(
        max_categories=max_categories,
        max_suppliers=max_suppliers,
        min_anchors=min_anchors,
        min_realised_anchors=min_realised_anchors,
        min_per_anchor_wan=min_per_anchor_wan,
        must_include=must_include,
        must_exclude=must_exclude,
        must_include_categories=must_include_categories,
        must_exclude_categories=must_exclude_categories,
        costs=costs,
        budget_wan=budget_wan,
        max_certification_months=max_certification_months,
    )
    problem = reading.read(demand, offers, limits)
    found = solve(problem, time_limit_s=deadline - time.monotonic())
    return _with_ranges(problem, found, draws=draws, seed=seed, deadline=deadline)


def _deadline(time_limit_s: float, *, draws: int, seed: int) -> float:
    """The moment all of it ends. Raises ValueError for a count or a time that makes no sense."""
    problems.expect_whole("draws", draws)
    problems.expect_whole("seed", seed)
    if not time_limit_s >= 0:
        raise ValueError(f"time_limit_s must be 0 or more, not {time_limit_s!r}")
    return time.monotonic() + time_limit_s


def solve(problem: Problem, *, time_limit_s: float) -> Choice:
    """The choice for the amounts of `problem`, without what their intervals say. Raises Infeasible, and TimeoutError
    where nothing that keeps every condition was found in time."""
    limits = problem.limits
    if len(problem.group_amount) and limits.max_categories != 0 and limits.max_suppliers != 0:
        return _solved(problem, time.monotonic() + time_limit_s)
    if len(problem.required) or len(problem.required_categories) or problem.minimum_wan.any():
        raise problems.Infeasible(
            [("什么也不能选，必须列入的和每家链主的最低覆盖额都无法满足", "nothing may be chosen or covered")]
        )
    return _nothing(problem)


def _solved(problem: Problem, deadline: float) -> Choice:
    start = _start(problem, _required_categories(problem, deadline))
    if start is not None and not _keeps(problem, *start):
        start = None
    bound = greedy.upper_bound(problem)
    best = _finished(problem, start, deadline, bound=bound, method="greedy") if start is not None else None
    if best is not None and _same(best.objective_wan, bound):
        return _proven(best, "greedy-meets-bound" if best.suppliers else "none")
    least = -np.inf if best is None else best.objective_wan
    answer = branching.solve(problem, start=start, least_wan=least, deadline=deadline)
    if answer.outcome is model.Outcome.INFEASIBLE:
        raise problems.Infeasible([_JOINTLY])
    bound = min(bound, answer.bound_wan)
    if answer.is_taken is not None and answer.is_chosen is not None:
        found = _finished(problem, (answer.is_taken, answer.is_chosen), deadline, bound=bound, method="best-found")
        if best is None or found.objective_wan >= best.objective_wan:
            best = found
    if best is None:
        raise TimeoutError("no choice that keeps every condition was found in the time allowed; allow more time")
    if answer.outcome is model.Outcome.OPTIMAL and _same(best.objective_wan, bound):
        return _proven(best, "exact" if best.suppliers else "none")
    return dataclasses.replace(best, bound_wan=max(bound, best.objective_wan))


def _start(problem: Problem, starts: list[Flags]) -> tuple[Flags, Flags] | None:
    """The greedy choice; where a category that must be in has nobody, with whoever could cover most of it."""
    found = greedy.choose(problem, starts)
    for _ in problem.required_categories:
        missing = problem.required_categories[:0] if found is None else problem.missing_categories(*found)
        if not len(missing):
            break
        here = problem.group_category[problem.link_group] == missing[0]
        could = np.minimum(problem.link_capacity, problem.group_amount[problem.link_group])[here]
        able = np.bincount(problem.link_supplier[here], could, len(problem.suppliers))
        problem = dataclasses.replace(problem, required=np.union1d(problem.required, [int(np.argmax(able))]))
        found = greedy.choose(problem, starts)
    return found


def _keeps(problem: Problem, is_taken: Flags, is_chosen: Flags) -> bool:
    """Whether a greedy choice keeps what greedy search does not look at: also of whom was put in for a category that
    must be in, whatever it costs and however many there were already."""
    by_group = robust.covered(problem, is_taken, is_chosen)
    is_met = problem.meets_minimums(by_group) and not len(problem.missing_categories(is_taken, is_chosen))
    return bool(is_met and problem.within_limits(is_taken, is_chosen))


def _with_ranges(problem: Problem, choice: Choice, *, draws: int, seed: int, deadline: float) -> Choice:
    """What the choice covers at the ends of the intervals, and which of it holds throughout."""
    chosen = robust.flags(problem, choice.suppliers, choice.categories)
    found = None
    if not problem.is_banded():
        held = chosen if choice.is_proven else tuple(np.zeros_like(one) for one in chosen)
        low = high = choice.objective_wan
        count = int(choice.is_proven)
    else:
        # What it then covers, whether or not that is still the minimum of each anchor.
        free = dataclasses.replace(problem, minimum_wan=np.zeros_like(problem.minimum_wan))
        sets = robust.valued(problem, chosen)
        low, high = (
            float(robust.covered(free.realised(end), *sets).sum()) for end in (problem.point_low, problem.point_high)
        )
        found = robust.examine(problem, chosen, draws=draws, seed=seed, deadline=deadline)
        held, count = (found.suppliers, found.categories), found.draw_count
    return dataclasses.replace(
        choice,
        objective_low_wan=low,
        objective_high_wan=high,
        robust_suppliers=tuple(problem.suppliers[one] for one in np.flatnonzero(held[0])),
        robust_categories=tuple(
            problem.categories[one] for one in np.flatnonzero(held[1]) if problem.categories[one] is not None
        ),
        draw_count=count,
        examined=found,
    )


def _required_categories(problem: Problem, deadline: float) -> list[Flags]:
    """A choice of categories in which everybody who must be in is eligible; Infeasible if there is none."""
    if not (problem.is_category_limited and len(problem.required)):
        return []
    answer = model.Model(problem).solve(time_limit_s=deadline - time.monotonic(), only_required=True)
    if answer.outcome is model.Outcome.INFEASIBLE:
        raise problems.Infeasible([_JOINTLY])
    return [] if answer.is_chosen is None else [answer.is_chosen]


def _finished(problem: Problem, chosen: tuple[Flags, Flags], deadline: float, *, bound: float, method: str) -> Choice:
    """The choice as rows: idle suppliers and categories left out, the amount added up from the rows themselves."""
    is_taken, is_chosen = chosen
    if not np.isfinite(problem.link_capacity).any():
        is_taken = allocation.without_idle(problem, is_taken, is_chosen)
    flow = allocation.flows(problem, is_taken, is_chosen, time_limit_s=max(1.0, deadline - time.monotonic()))
    covered = allocation.rows(problem, flow)
    suppliers = tuple(sorted(set(covered["supplier_id"].to_pylist())))
    is_listed = np.array([name in set(suppliers) for name in problem.suppliers], dtype=bool)
    needed = _needed_categories(problem, flow, is_listed, is_chosen)
    return Choice(
        objective_wan=math.fsum(covered["amount_wan"].to_pylist()),
        bound_wan=bound,
        is_proven=False,
        categories=tuple(
            problem.categories[one] for one in np.flatnonzero(needed) if problem.categories[one] is not None
        ),
        suppliers=suppliers,
        covered=covered,
        method=method,
        demand_wan=math.fsum(problem.points["amount_wan"].drop_null().to_pylist()),
        unknown_count=problem.unknown_count,
    )


def _needed_categories(problem: Problem, flow: Any, is_listed: Flags, is_chosen: Flags) -> Flags:
    """Chosen categories in which something is covered, or without which a listed supplier lacks anchors."""
    needed = np.zeros(len(problem.categories), dtype=bool)
    needed[problem.group_category[problem.link_group[flow > 0]]] = True
    needed[problem.required_categories] = True
    for one in np.flatnonzero(is_chosen & ~needed):
        if problem.eligible(needed)[is_listed].all():
            break
        needed[one] = True
    for one in np.flatnonzero(needed):
        is_idle = not (flow[problem.group_category[problem.link_group] == one] > 0).any()
        if is_idle and one not in problem.required_categories:
            needed[one] = False
            needed[one] = not problem.eligible(needed)[is_listed].all()
    return needed


def _nothing(problem: Problem) -> Choice:
    empty = allocation.rows(problem, np.zeros(len(problem.link_group)))
    return Choice(
        draw_count=1,
        objective_wan=0.0,
        bound_wan=0.0,
        is_proven=True,
        categories=(),
        suppliers=(),
        covered=empty,
        method="none",
        demand_wan=math.fsum(problem.points["amount_wan"].drop_null().to_pylist()),
        unknown_count=problem.unknown_count,
    )


def _same(value: float, bound: float) -> bool:
    return bound - value <= problems.TOLERANCE * max(1.0, bound)


def _proven(choice: Choice, method: str) -> Choice:
    return dataclasses.replace(choice, bound_wan=choice.objective_wan, is_proven=True, method=method)


_JOINTLY = (
    "必须列入的、每家链主的最低覆盖额与类别数、家数、链主数、预算的限制不能同时满足",
    "those that must be in and the least for each anchor cannot all hold within the limits on number, anchors, budget",
)
