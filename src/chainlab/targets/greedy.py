"""A good choice in milliseconds: where the exact model starts, what it falls back to, and an upper bound beside it.

Lazy greedy for maximum coverage (Nemhauser, Wolsey & Fisher 1978; Minoux 1978): the gain of a supplier only falls as
others are taken, so an old gain is a bound and most need not be computed again. Ties go to the smaller id.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

from chainlab.targets import model

if TYPE_CHECKING:
    from chainlab.targets.problem import Flags, Numbers, Problem

ROUNDS = 10
LINKS_LOOKED_AT = 60_000
DRAWS = 16


def choose(problem: Problem, starts: Iterable[Flags] = ()) -> tuple[Flags, Flags] | None:
    """(suppliers, categories) that keep every limit, or None if none was found (then some must be in).

    starts: choices of categories to try besides the obvious ones.
    """
    best: tuple[float, Flags, Flags] | None = None
    for start in (*starts, *_starts(problem)):
        found = settled(problem, start)
        if found is not None and (best is None or found[0] > best[0]):
            best = found
    return None if best is None else best[1:]


def settled(problem: Problem, is_chosen: Flags) -> tuple[float, Flags, Flags] | None:
    """(covered amount, suppliers, categories) from given categories: those in which most is covered take their place
    as long as that covers more."""
    best: tuple[float, Flags, Flags] | None = None
    for _ in range(ROUNDS):
        found = suppliers(problem, is_chosen)
        if found is None or (best is not None and found[0] <= best[0]):
            break
        best = (*found, is_chosen)
        if not problem.is_category_limited:
            break
        is_chosen = _largest(problem, _covered(problem, found[1]))
    return best


def upper_bound(problem: Problem) -> float:
    """What no choice can exceed: the largest categories whole, the largest suppliers as if they never overlapped."""
    capacity = np.zeros(len(problem.group_amount))
    np.add.at(capacity, problem.link_group, problem.link_capacity)
    amounts = np.minimum(capacity, problem.group_amount)
    by_category = np.sort(np.bincount(problem.group_category, amounts, len(problem.categories)))[::-1]
    by_supplier = np.sort(_alone(problem, amounts))[::-1]
    limits = problem.limits
    return float(min(by_category[: limits.max_categories].sum(), by_supplier[: limits.max_suppliers].sum()))


def _alone(problem: Problem, amounts: Numbers) -> Numbers:
    """What each supplier could cover if it were the only one."""
    alone = np.zeros(len(problem.suppliers))
    for supplier in np.unique(problem.link_supplier):
        alone[supplier] = model.serve(problem, problem.links_of(int(supplier)), amounts).sum()
    return alone


def _starts(problem: Problem) -> Iterable[Flags]:
    everything = np.ones(len(problem.categories), dtype=bool)
    if not problem.is_category_limited:
        yield everything
        return
    yield _largest(problem, problem.group_amount)
    found = suppliers(problem, everything)
    if found is not None:
        yield _largest(problem, _covered(problem, found[1]))


def _covered(problem: Problem, is_taken: Flags) -> Numbers:
    """Amount of each group somebody taken offers, in a chosen category or not."""
    is_covered = np.zeros(len(problem.group_amount), dtype=bool)
    is_covered[problem.link_group[is_taken[problem.link_supplier]]] = True
    return np.where(is_covered, problem.group_amount, 0.0)


def _largest(problem: Problem, amount: Numbers) -> Flags:
    """The categories with the largest amounts, as many as may be chosen."""
    total = np.bincount(problem.group_category, amount, len(problem.categories))
    total[problem.required_categories] = np.inf  # those that must be in come first
    is_chosen = np.zeros(len(total), dtype=bool)
    is_chosen[np.argsort(-total, kind="stable")[: problem.limits.max_categories]] = True
    return is_chosen


def suppliers(problem: Problem, is_chosen: Flags) -> tuple[float, Flags] | None:
    """(covered amount, suppliers) for given categories; the better of most first and, with a budget, most per cost."""
    is_eligible = problem.eligible(is_chosen)
    if not is_eligible[problem.required].all():
        return None
    even = np.ones(len(problem.suppliers))
    runs = [_run(problem, is_chosen, is_eligible, price=even)]
    if problem.limits.budget_wan is not None:
        cheapest = problem.cost[problem.cost > 0].min(initial=1.0)
        runs.append(_run(problem, is_chosen, is_eligible, price=np.maximum(problem.cost, cheapest * 1e-6)))
    best = max(runs, key=lambda run: run[0])
    if problem.limits.budget_wan is None and np.isinf(problem.link_capacity).all():
        return _swapped(problem, is_chosen, is_eligible, best[1])
    return best


def near(problem: Problem, is_chosen: Flags, share: Numbers) -> tuple[float, Flags] | None:
    """(covered amount, suppliers) near a relaxed choice, `share` of each supplier: the largest shares, and as many
    drawn by their shares (always the same draws), each improved by interchange. None where interchange cannot tell."""
    limits = problem.limits
    if limits.budget_wan is not None or np.isfinite(problem.link_capacity).any():
        return None
    is_eligible = problem.eligible(is_chosen)
    share = np.where(is_eligible, share, 0.0)
    share[problem.required] = 0.0
    room = min(limits.max_suppliers or len(share), int(is_eligible.sum())) - len(problem.required)
    if room < 0 or not is_eligible[problem.required].all():
        return None
    drawn = np.random.default_rng(0)
    best: tuple[float, Flags] | None = None
    for number in range(1 + min(DRAWS, LINKS_LOOKED_AT // max(1, len(problem.link_group)))):
        # By the exponential race the largest keys are a draw without replacement in proportion to the shares.
        keys = share if number == 0 else share / drawn.exponential(size=len(share))
        is_taken = np.zeros(len(share), dtype=bool)
        is_taken[np.argsort(-keys, kind="stable")[:room]] = True
        is_taken &= is_eligible
        is_taken[problem.required] = True
        found = _swapped(problem, is_chosen, is_eligible, is_taken)
        if best is None or found[0] > best[0]:
            best = found
    return best


def _swapped(problem: Problem, is_chosen: Flags, is_eligible: Flags, is_taken: Flags) -> tuple[float, Flags]:
    """Exchange one supplier for another as long as that covers more (interchange, Teitz & Bart 1968)."""
    from scipy import sparse

    shape = (len(problem.suppliers), len(problem.group_amount))
    offers = sparse.csr_array((np.ones(len(problem.link_group)), (problem.link_supplier, problem.link_group)), shape)
    amount = np.where(is_chosen[problem.group_category], problem.group_amount, 0.0)
    taken = is_taken.copy()
    times = offers.T @ taken.astype(np.float64)
    movable = [int(one) for one in np.flatnonzero(taken) if one not in problem.required]
    is_better = True
    while is_better:
        is_better = False
        for seat, one in enumerate(movable):
            mine = problem.link_group[problem.links_of(one)]
            times[mine] -= 1
            gain = offers @ np.where(times == 0, amount, 0.0)
            gain[~is_eligible | taken] = -1.0
            other = int(np.argmax(gain))
            if gain[other] > amount[mine][times[mine] == 0].sum() * (1 + 1e-12):
                taken[[one, other]] = False, True
                movable[seat], mine, is_better = other, problem.link_group[problem.links_of(other)], True
            times[mine] += 1
    return float(amount[times > 0].sum()), taken


def _run(problem: Problem, is_chosen: Flags, is_eligible: Flags, *, price: Numbers) -> tuple[float, Flags]:
    rest = np.where(is_chosen[problem.group_category], problem.group_amount, 0.0)
    is_taken = np.zeros(len(problem.suppliers), dtype=bool)
    covered = 0.0
    for supplier in problem.required:
        covered += _take(problem, int(supplier), rest)
        is_taken[supplier] = True
    room = problem.limits.max_suppliers
    alone = _alone(problem, rest)
    heap = [(-alone[one] / price[one], int(one)) for one in np.flatnonzero(is_eligible & ~is_taken)]
    heapq.heapify(heap)
    while heap and (room is None or is_taken.sum() < room):
        _, supplier = heapq.heappop(heap)
        links = problem.links_of(supplier)
        gain = model.serve(problem, links, rest).sum() / price[supplier]
        if heap and (-gain, supplier) > heap[0]:
            if gain > 0:
                heapq.heappush(heap, (-gain, supplier))
            continue
        if gain <= 0:
            break
        is_taken[supplier] = True
        if problem.within_budget(is_taken):
            covered += _take(problem, supplier, rest)
        else:
            is_taken[supplier] = False
    return covered, is_taken


def _take(problem: Problem, supplier: int, rest: Numbers) -> float:
    links = problem.links_of(supplier)
    flow = model.serve(problem, links, rest)
    rest[problem.link_group[links]] -= flow
    return float(flow.sum())
