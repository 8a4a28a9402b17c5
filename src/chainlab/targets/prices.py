"""A bound for questions too large for a linear program: prices on what is covered, found by subgradient steps.

Lagrangean relaxation of "covered only by somebody taken in a chosen category" (Held & Karp 1971; for covering Galvão &
ReVelle 1996): with a price u_g in [0, 1] on a unit of each group the categories (worth Σ u·amount) and the suppliers
(worth Σ (1 − u)·what they can supply) are chosen apart, the largest first, and together are never less than the best.
Of K categories a supplier supplies in no more than K: only its K best ones count, which no linear program of shares of
suppliers and categories knows (half of every category would let everybody count twice).
Any prices give a bound; steps are deflected and scaled by the amounts, from where the last bound ended.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from chainlab.targets.problem import Flags, Numbers, Problem, Rows

PATIENCE = 20
# Of the first bound, and of those that start from prices already found: steps, and how large the first of them is.
FIRST, LATER = (800, 1.0), (150, 0.3)
SMALLEST_PACE, SLOWER = 0.002, 1.5
LEAST_PROGRESS = 1e-4


@dataclass(frozen=True, eq=False, kw_only=True)
class Relaxed:
    """A relaxation solved: what nothing exceeds, shares of suppliers and categories, what a unit of each is worth."""

    bound_wan: float
    share: Numbers
    worth_wan: Numbers

    def fixed(self, lower: Numbers, upper: Numbers, enough_wan: float) -> tuple[Numbers, Numbers]:
        """The bounds without what would cost more than there is to gain."""
        spare = self.bound_wan - enough_wan
        lower, upper = lower.copy(), upper.copy()
        is_free = lower < upper
        upper[is_free & (-self.worth_wan > spare)] = 0.0
        lower[is_free & (self.worth_wan > spare)] = 1.0
        return lower, upper


@dataclass(frozen=True, eq=False, kw_only=True)
class _Side:
    """The best of one kind, suppliers or categories: worth together, who is in, by choice in order, and who is left."""

    worth: Numbers
    total_wan: float
    is_in: Flags
    taken: Rows
    left: Rows

    def margin(self) -> Numbers:
        """What each is worth beyond whom it would push out, or who would come instead."""
        worth, taken, left = self.worth, self.taken, self.left
        found = np.zeros(len(worth))
        if len(taken):
            found[left] = worth[left] - (max(0.0, float(worth[taken[-1]])) if len(left) else 0.0)
            found[taken] = worth[taken] - (max(0.0, float(worth[left].max())) if len(left) else 0.0)
        return found


class Prices:
    """Bounds by prices within bounds of suppliers and categories."""

    whole = 0.05

    def __init__(self, problem: Problem) -> None:
        from scipy import sparse

        self.problem = problem
        self.split = len(problem.suppliers)
        self.amount = problem.group_amount
        self.supply = np.minimum(problem.link_capacity, self.amount[problem.link_group])
        shape = (self.split, len(self.amount))
        self.offers = sparse.csr_array((self.supply, (problem.link_supplier, problem.link_group)), shape)
        # What each supplier could supply in each category, by group.
        cell = problem.link_supplier * len(problem.categories) + problem.group_category[problem.link_group]
        cells = (self.split * len(problem.categories), len(self.amount))
        self.by_cell = sparse.csr_array((self.supply, (cell, problem.link_group)), cells)
        self.seen: tuple[Numbers, Flags, Flags] | None = None
        self.price = np.full(len(self.amount), 0.5)
        self.effort = FIRST
        capped = np.where(np.isfinite(problem.link_capacity), problem.link_capacity, -np.inf)
        self.most = np.full(self.split, np.inf)
        is_capped = np.isfinite(problem.link_capacity)
        largest = np.full(self.split, -np.inf)
        np.maximum.at(largest, problem.link_supplier, capped)
        # With every offer under a capacity, no more than the largest of them altogether.
        is_whole = np.bincount(problem.link_supplier, ~is_capped, self.split) == 0
        self.most[is_whole] = largest[is_whole]

    def box(self) -> tuple[Numbers, Numbers]:
        """Bounds of suppliers and categories before anything is decided."""
        problem = self.problem
        lower, upper = np.zeros(self.split + len(problem.categories)), np.ones(self.split + len(problem.categories))
        lower[problem.required] = 1.0
        lower[self.split + problem.required_categories] = 1.0
        if not problem.is_category_limited:
            lower[self.split :] = 1.0
        return lower, upper

    def solve(self, lower: Numbers, upper: Numbers, *, least_wan: float, time_limit_s: float) -> Relaxed | None:
        """The smallest bound found within these bounds; None where it is no more than `least_wan`."""
        deadline = time.monotonic() + time_limit_s
        price, best, seen = self.price, np.inf, np.zeros(len(lower))
        (steps, pace), idle, direction, kept = self.effort, 0, np.zeros(len(price)), None
        for _ in range(steps):
            suppliers, categories = self._sides(price, lower, upper)
            bound = suppliers.total_wan + categories.total_wan
            if bound < best:
                idle = 0 if bound < best * (1 - LEAST_PROGRESS) else idle
                best, self.price, kept = bound, price, (suppliers, categories)
            idle += 1
            if best <= least_wan or pace < SMALLEST_PACE or time.monotonic() > deadline:
                break
            seen += 0.1 * (np.concatenate([suppliers.is_in, categories.is_in]) - seen)
            if idle > PATIENCE:
                pace, idle, price, direction = pace / SLOWER, 0, self.price, np.zeros(len(price))
                continue
            slope = self._slope(price, suppliers, categories)
            direction = slope + 0.5 * direction
            length = float((direction**2 / np.maximum(self.amount, 1e-300)).sum())
            if not length:
                break
            target = least_wan if np.isfinite(least_wan) else 0.0
            step = pace * (bound - target) / length
            price = np.clip(price - step * direction / np.maximum(self.amount, 1e-300), 0.0, 1.0)
        if kept is None or best <= least_wan:
            return None
        self.effort = LATER
        worth = np.concatenate([side.margin() for side in kept])
        return Relaxed(bound_wan=best * (1 + 1e-12), share=np.clip(seen, lower, upper), worth_wan=worth)

    def _sides(self, price: Numbers, lower: Numbers, upper: Numbers) -> tuple[_Side, _Side]:
        limits, split = self.problem.limits, self.split
        supplied = np.minimum(self._supplied(price, lower[split:], upper[split:]), self.most)
        wanted = np.bincount(self.problem.group_category, price * self.amount, len(upper) - split).astype(np.float64)
        return (
            _largest(supplied, lower[:split], upper[:split], limits.max_suppliers),
            _largest(wanted, lower[split:], upper[split:], limits.max_categories),
        )

    def _supplied(self, price: Numbers, lower: Numbers, upper: Numbers) -> Numbers:
        """What each supplier could supply: of its categories the largest, as many as may be chosen."""
        by_cell: Numbers = (self.by_cell @ (1 - price)).reshape(self.split, len(upper))
        is_in, is_free = lower > 0.5, (upper > 0.5) & (lower < 0.5)
        self.seen = by_cell, is_in, is_free
        room, count = self._room(is_in, is_free), int(is_free.sum())
        if not 0 < room < count:
            return np.asarray(by_cell @ (is_in | (is_free & (room > 0))).astype(np.float64))
        largest = np.partition(by_cell[:, is_free], count - room, axis=1)[:, -room:]
        return np.asarray(by_cell @ is_in.astype(np.float64) + largest.sum(axis=1))

    def _counted(self, suppliers: Rows) -> Flags:
        """In which categories the supply of these was counted."""
        assert self.seen is not None
        by_cell, is_in, is_free = self.seen
        room = self._room(is_in, is_free)
        order = np.argsort(np.where(is_free, -by_cell[suppliers], np.inf), axis=1, kind="stable")
        counted = np.zeros((len(suppliers), len(is_in)), dtype=bool)
        np.put_along_axis(counted, order[:, :room], values=True, axis=1)
        return np.asarray(counted & is_free | is_in)

    def _room(self, is_in: Flags, is_free: Flags) -> int:
        most = self.problem.limits.max_categories
        return int(is_free.sum()) if most is None else max(0, most - int(is_in.sum()))

    def _slope(self, price: Numbers, suppliers: _Side, categories: _Side) -> Numbers:
        """Demand of the chosen categories less what those taken could supply, where the price can still move."""
        problem = self.problem
        taken = np.flatnonzero(suppliers.is_in)
        by_group = self.offers[taken].tocoo()
        is_counted = self._counted(taken)[by_group.row, problem.group_category[by_group.col]]
        supplied = np.bincount(by_group.col, np.where(is_counted, by_group.data, 0.0), len(self.amount))
        slope = self.amount * categories.is_in[problem.group_category] - supplied
        slope[(price <= 0) & (slope > 0)] = 0.0
        slope[(price >= 1) & (slope < 0)] = 0.0
        return np.asarray(slope)


def _largest(worth: Numbers, lower: Numbers, upper: Numbers, most: int | None) -> _Side:
    """Those that must be in and the largest of the others, no more than `most`."""
    is_in = lower > 0.5
    free = np.flatnonzero((upper > 0.5) & ~is_in)
    room = len(free) if most is None else max(0, most - int(is_in.sum()))
    order = free[np.argsort(-worth[free], kind="stable")]
    taken, left = order[:room], order[room:]
    is_in[taken[worth[taken] > 0]] = True
    return _Side(worth=worth, total_wan=float(worth[is_in].sum()), is_in=is_in, taken=taken, left=left)
