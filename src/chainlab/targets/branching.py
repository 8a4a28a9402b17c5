"""The best choice by branching on the categories first: a linear program bounds each branch, HiGHS settles its end.

With the categories fixed the rest is a maximal covering problem, whose relaxation is nearly whole; with shares of
categories allowed it is not, and a solver that branches on suppliers first goes on for hours. So: best bound first
(Land & Doig 1960), the category most in two minds is put in or left out, the relaxation is solved again from where it
stood; a branch whose relaxation has whole categories goes to the integer solver. What cannot be better by its reduced
cost is fixed on the way (Dantzig, Fulkerson & Johnson 1954). Where a linear program would not end in time, prices give
the bounds (`prices`), and what the integer solver could not hold is left unsettled, with its bound.
"""

from __future__ import annotations

import heapq
import itertools
import time
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from chainlab.targets import greedy, model, prices
from chainlab.targets.model import Answer, Box, Outcome
from chainlab.targets.prices import Relaxed
from chainlab.targets.problem import TOLERANCE

if TYPE_CHECKING:
    from chainlab.targets.problem import Flags, Numbers, Problem

# Who offers what: so many links a linear program solves again and again in seconds.
LINKS = 20_000


# So few links that the integer solver alone is done in a second or two, whatever the categories are like.
FEW_LINKS = 1_000


def solve(
    problem: Problem,
    *,
    start: tuple[Flags, Flags] | None,
    least_wan: float,
    deadline: float,
    is_near: bool = False,
) -> Answer:
    """The best choice and the bound, from a known choice `start` that covers `least_wan`; without `start`, one that
    covers more than `least_wan`, infeasible where there is none. A small question goes to the integer solver whole,
    `is_near` where it is likely that nothing better is there."""
    if len(problem.link_group) > FEW_LINKS:
        return _Search(problem, start, least_wan, deadline).run()
    # The start's own flows are a first fill: what it covers is said apart, and what covers less is not looked for.
    bar = least_wan if start is None else least_wan * (1 - TOLERANCE) if is_near else -np.inf
    left = deadline - time.monotonic()
    answer = model.Model(problem).solve(start=start, above_wan=bar, time_limit_s=left, is_near=is_near)
    if answer.outcome is Outcome.STOPPED or answer.objective_wan > bar:
        return answer
    if start is None:
        return Answer(outcome=Outcome.INFEASIBLE)
    return Answer(
        outcome=Outcome.OPTIMAL, is_taken=start[0], is_chosen=start[1], bound_wan=least_wan, objective_wan=least_wan
    )


@dataclass(frozen=True, eq=False, kw_only=True)
class _Branch:
    """Bounds of suppliers and categories, what nothing within them exceeds, and the relaxation that says so."""

    lower: Numbers
    upper: Numbers
    bound_wan: float
    relaxed: Relaxed

    def narrowed(self, enough_wan: float) -> _Branch:
        """Without what cannot cover more than `enough_wan`."""
        lower, upper = self.relaxed.fixed(self.lower, self.upper, enough_wan)
        return replace(self, lower=lower, upper=upper)


class _Search:
    def __init__(self, problem: Problem, start: tuple[Flags, Flags] | None, least_wan: float, deadline: float) -> None:
        self.problem = problem
        self.deadline = deadline
        self.best = Answer(
            outcome=Outcome.STOPPED,
            is_taken=None if start is None else start[0],
            is_chosen=None if start is None else start[1],
            objective_wan=least_wan,
        )
        is_small = len(problem.link_group) <= LINKS
        self.relaxation = _Relaxation(self.model) if is_small else prices.Prices(problem)
        self.split = len(problem.suppliers)
        self.unsettled_wan = -np.inf

    @cached_property
    def model(self) -> model.Model:
        return model.Model(self.problem)

    def run(self) -> Answer:
        order = itertools.count()
        root = self._branch(*self.relaxation.box(), above_wan=np.inf)
        waiting = [] if root is None else [(-root.bound_wan, next(order), root)]
        while waiting and not self._is_late():
            if -waiting[0][0] <= max(self._enough(), self.unsettled_wan):
                break
            _, _, branch = heapq.heappop(waiting)
            for child in self._children(branch):
                heapq.heappush(waiting, (-child.bound_wan, next(order), child))
        bound = max([self.unsettled_wan, *(-entry[0] for entry in waiting[:1])])
        return self._ended(bound)

    def _ended(self, bound: float) -> Answer:
        """The best found, with the bound; infeasible where nothing was found and nothing is left."""
        best = self.best
        if bound <= self._enough():
            outcome = Outcome.INFEASIBLE if best.is_taken is None else Outcome.OPTIMAL
            bound = best.objective_wan
        else:
            outcome = Outcome.STOPPED
        return Answer(
            outcome=outcome,
            is_taken=best.is_taken,
            is_chosen=best.is_chosen,
            flow=best.flow,
            bound_wan=bound if outcome is not Outcome.INFEASIBLE else np.inf,
            objective_wan=best.objective_wan,
        )

    def _children(self, branch: _Branch) -> list[_Branch]:
        """The branch with its most undecided category out, and in; nothing when it is settled."""
        branch = branch.narrowed(self._enough())
        share = branch.relaxed.share[self.split :]
        is_free = branch.lower[self.split :] < branch.upper[self.split :]
        doubt = np.where(is_free, np.minimum(share, 1 - share), 0.0)
        if doubt.max(initial=0.0) <= self.relaxation.whole:
            self._settle(branch)
            return []
        turn = self.split + int(np.argmax(doubt))
        self._try(branch)
        branch = branch.narrowed(self._enough())
        found = []
        for value in (1.0, 0.0):
            lower, upper = branch.lower.copy(), branch.upper.copy()
            lower[turn] = upper[turn] = value
            child = self._branch(lower, upper, above_wan=branch.bound_wan)
            if child is not None:
                found.append(child)
        return found

    def _branch(self, lower: Numbers, upper: Numbers, *, above_wan: float) -> _Branch | None:
        """The branch within these bounds, or None when nothing in it is better than what is known."""
        limits = self.problem.limits
        if limits.max_categories is not None and lower[self.split :].sum() > limits.max_categories:
            return None
        upper = upper.copy()
        upper[: self.split][~self.problem.eligible(upper[self.split :] > 0)] = 0.0
        if (lower > upper).any():
            return None
        left = self.deadline - time.monotonic()
        found = self.relaxation.solve(lower, upper, least_wan=self._enough(), time_limit_s=left)
        if found is None:
            return None
        return _Branch(lower=lower, upper=upper, bound_wan=min(above_wan, found.bound_wan), relaxed=found)

    def _try(self, branch: _Branch) -> None:
        """A choice near the relaxed one, with its largest categories."""
        limits = self.problem.limits
        is_chosen = np.zeros(len(self.problem.categories), dtype=bool)
        is_chosen[np.argsort(-branch.relaxed.share[self.split :], kind="stable")[: limits.max_categories]] = True
        self._offer(is_chosen, branch.relaxed.share[: self.split])

    def _offer(self, is_chosen: Flags, share: Numbers) -> None:
        """What greedy and interchange find from these categories and shares of suppliers, if better than the best."""
        if self.problem.minimum_wan.any() or len(self.problem.required_categories):
            return
        settled, near = greedy.settled(self.problem, is_chosen), greedy.near(self.problem, is_chosen, share)
        for found in (settled, None if near is None else (*near, is_chosen)):
            if found is not None and found[0] > self.best.objective_wan:
                self.best = Answer(
                    outcome=Outcome.STOPPED, is_taken=found[1], is_chosen=found[2], objective_wan=found[0]
                )

    def _settle(self, branch: _Branch) -> None:
        """The branch by the integer solver: first with the categories its relaxation chose, then whatever they are."""
        chosen = np.round(branch.relaxed.share[self.split :])
        self._offer(chosen > 0.5, branch.relaxed.share[: self.split])
        branch = branch.narrowed(self._enough())
        lower, upper = branch.lower.copy(), branch.upper.copy()
        lower[self.split :] = upper[self.split :] = chosen
        if self._links(branch) > LINKS:
            self.unsettled_wan = max(self.unsettled_wan, branch.bound_wan)
            return
        boxes = [(lower, upper)]
        if (branch.lower[self.split :] < branch.upper[self.split :]).any():
            boxes.append((branch.lower, branch.upper))
        for box in boxes:
            if branch.bound_wan <= self._enough():
                return
            narrowed = Box(lower=box[0], upper=box[1])
            left = self.deadline - time.monotonic()
            answer = self.model.solve(within=narrowed, above_wan=self.best.objective_wan, time_limit_s=left)
            if answer.is_taken is not None and answer.objective_wan > self.best.objective_wan:
                self.best = answer
        if answer.outcome is Outcome.STOPPED:
            self.unsettled_wan = max(self.unsettled_wan, min(branch.bound_wan, answer.bound_wan))

    def _links(self, branch: _Branch) -> int:
        """How many links are left in the branch."""
        problem, upper = self.problem, branch.upper
        category = problem.group_category[problem.link_group]
        return int(np.count_nonzero((upper[problem.link_supplier] > 0) & (upper[self.split + category] > 0)))

    def _enough(self) -> float:
        """A bound no higher than this says that nothing better is there."""
        best = self.best.objective_wan
        return best + TOLERANCE * max(1.0, best) if np.isfinite(best) else -np.inf

    def _is_late(self) -> bool:
        return time.monotonic() >= self.deadline


class _Relaxation:
    """The linear program, kept in the solver so that the next one starts where the last one ended."""

    whole = 1e-6

    def __init__(self, exact: model.Model) -> None:
        import highspy
        from scipy import sparse

        self.model, self.highspy = exact, highspy
        program = exact.relaxed(highspy)
        self.lower, self.upper = np.array(program.col_lower_), np.array(program.col_upper_)
        self.cost, self.right = np.array(program.col_cost_), np.array(program.row_upper_)
        matrix = program.a_matrix_
        parts = (np.array(matrix.value_), np.array(matrix.index_), np.array(matrix.start_))
        self.transposed = sparse.csr_array(parts, shape=(len(self.right), exact.width)).T.tocsr()
        self.solver: Any = highspy.Highs()  # type: ignore[no-untyped-call]
        for option, value in model.OPTIONS.items():
            self.solver.setOptionValue(option, value)
        self.solver.passModel(program)

    def box(self) -> tuple[Numbers, Numbers]:
        """Bounds of suppliers and categories before anything is decided."""
        return self.lower[: self.model.y].copy(), self.upper[: self.model.y].copy()

    def solve(self, lower: Numbers, upper: Numbers, *, least_wan: float, time_limit_s: float) -> Relaxed | None:
        """The relaxation within bounds; None where nothing keeps the limits, or nothing covers more than `least_wan`.

        The bound is worked out from the prices the solver ends with, whatever they are: right to the last digits, and
        a bound even when it was stopped.
        """
        width = self.model.y
        self.solver.changeColsBounds(width, np.arange(width, dtype=np.int32), lower, upper)
        self.solver.setOptionValue("time_limit", self.solver.getRunTime() + max(0.0, time_limit_s))
        self.solver.run()
        if self.solver.getModelStatus() == self.highspy.HighsModelStatus.kInfeasible:
            return None
        solution = self.solver.getSolution()
        price = np.maximum(np.array(solution.row_dual), 0.0)
        worth = self.cost - self.transposed @ price
        low, high = (np.concatenate([near, far[width:]]) for near, far in ((lower, self.lower), (upper, self.upper)))
        bound = float(price @ self.right + np.maximum(worth * low, worth * high).sum())
        scale = self.model.scale
        if bound / scale <= least_wan:
            return None
        share = np.array(solution.col_value)[:width]
        return Relaxed(bound_wan=bound / scale, share=np.clip(share, lower, upper), worth_wan=worth[:width] / scale)
