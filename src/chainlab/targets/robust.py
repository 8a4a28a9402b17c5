"""Which choices hold whatever the unknown amounts are: in an optimum for every realisation tried.

Amounts known as intervals are realised at all their lower ends, all their upper ends and all their middles; then in
turn with what one chosen supplier alone covers at the lower end and the rest at the upper, which is hardest on it, and
drawn, now anywhere between the ends and now at one of the two ends each. A choice holds in a realisation when some
optimum of it contains that choice: not only the optimum the solver happens to find (Kouvelis & Yu 1997 call these
strongly robust among the scenarios; here the scenarios are drawn, so the answer names how many there were).
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from chainlab.targets import allocation, branching, greedy, model

if TYPE_CHECKING:
    from chainlab.targets.problem import Flags, Numbers, Problem

    Sets = tuple[Flags, Flags]

DRAWS = 16
# Two sums that differ by less than this share of them are the same: the solver is exact to about a hundredth of it.
TOLERANCE = 1e-8
SECONDS_EACH = 10.0


@dataclass(frozen=True, eq=False, kw_only=True)
class Held:
    """Flags by supplier and category number: chosen and held throughout; and the number of realisations settled, with
    those that were drawn and those in which a choice was first seen not to hold, from which other questions go on."""

    suppliers: Flags
    categories: Flags
    draw_count: int
    examiner: Examiner
    drawn: list[Numbers]
    against: list[Numbers]


def flags(problem: Problem, suppliers: Iterable[Any], categories: Iterable[Any]) -> Sets:
    """(suppliers, categories) as flags by number; where categories are no choice, those without a name are in too."""
    named, chosen = set(suppliers), set(categories)
    is_taken = np.array([name in named for name in problem.suppliers], dtype=bool)
    is_chosen = np.array(
        [name in chosen or (name is None and not problem.is_category_limited) for name in problem.categories],
        dtype=bool,
    )
    return is_taken, is_chosen


def valued(problem: Problem, sets: Sets) -> Sets:
    """The sets as what they cover is reckoned: where categories are no choice, in all of them."""
    return sets[0], sets[1] if problem.is_category_limited else np.ones_like(sets[1])


def covered(problem: Problem, is_taken: Flags, is_chosen: Flags) -> Numbers:
    """The most these suppliers can cover of each group in these categories, 万元."""
    if np.isfinite(problem.link_capacity[is_taken[problem.link_supplier]]).any():
        flow = allocation.flows(problem, is_taken, is_chosen, time_limit_s=SECONDS_EACH)
        return np.bincount(problem.link_group, flow, len(problem.group_amount)).astype(np.float64)
    is_reached = np.zeros(len(problem.group_amount), dtype=bool)
    is_reached[problem.link_group[is_taken[problem.link_supplier]]] = True
    return np.where(is_reached & is_chosen[problem.group_category], problem.group_amount, 0.0)


def _most(problem: Problem, is_taken: Flags, is_chosen: Flags) -> float:
    """What these suppliers in these categories cannot exceed: nobody more than his capacity, nothing more than once."""
    here = is_taken[problem.link_supplier] & is_chosen[problem.group_category[problem.link_group]]
    supplier, group, capacity = problem.link_supplier[here], problem.link_group[here], problem.link_capacity[here]
    could = np.minimum(capacity, problem.group_amount[group])
    most = np.zeros(len(problem.suppliers))
    np.maximum.at(most, supplier, capacity)
    alone = np.minimum(np.bincount(supplier, could, len(most)), most)
    reached = np.bincount(group, could, len(problem.group_amount))
    return float(min(alone.sum(), np.minimum(reached, problem.group_amount).sum()))


def examine(problem: Problem, chosen: Sets, *, draws: int, seed: int, deadline: float) -> Held:
    """Which of the chosen suppliers and categories stand in an optimum of every realisation settled before `deadline`.

    Nothing is said to hold, and none counted, unless both extremes were settled; one the solver did not settle is not
    counted.
    """
    suppliers, categories = chosen[0].copy(), chosen[1].copy()
    examiner = Examiner(problem, [chosen], deadline)
    settled, extremes = 0, 0
    random = {amounts.tobytes() for amounts in _draws(problem, draws, seed)}
    drawn, against = [], []
    for number, amounts in enumerate(realisations(problem, chosen, draws=draws, seed=seed)):
        # Without both extremes nothing can be said: they may take as long as it takes to say anything.
        patience = (deadline - time.monotonic()) / 3 if number < EXTREMES else 0.0
        examiner.seconds_each = max(SECONDS_EACH, patience)
        case = examiner.case(amounts)
        if case is None:
            if examiner.is_late:
                break
            continue
        settled += 1
        if amounts.tobytes() in random:
            drawn.append(amounts)
        extremes += number < EXTREMES
        before = suppliers.sum() + categories.sum()
        for one in np.flatnonzero(suppliers):
            suppliers[one] = examiner.holds(case, supplier=int(one)) is True
        for one in np.flatnonzero(categories):
            categories[one] = examiner.holds(case, category=int(one)) is True
        if suppliers.sum() + categories.sum() < before:
            against.append(amounts)
    if extremes < EXTREMES:
        suppliers[:], categories[:], settled = False, False, 0
    return Held(
        suppliers=suppliers,
        categories=categories,
        draw_count=settled,
        examiner=examiner,
        drawn=drawn,
        against=against,
    )


EXTREMES = 2


def realisations(problem: Problem, chosen: Sets | None, *, draws: int, seed: int) -> Iterator[Numbers]:
    """Amounts by point: the extremes first, then the middle, then in turn what is hardest on a chosen supplier and a
    draw, so that whatever time allows is of both kinds."""
    low, high = problem.point_low, problem.point_high
    middle = np.asarray(problem.points["amount_wan"].fill_null(0.0), dtype=np.float64)
    yield low
    yield high
    yield middle
    hardest: dict[bytes, Numbers] = {}
    for amounts in () if chosen is None else _hardest(problem, chosen[0]):
        hardest.setdefault(amounts.tobytes(), amounts)
    for known in (low, high, middle):
        hardest.pop(known.tobytes(), None)
    for pair in itertools.zip_longest(hardest.values(), _draws(problem, draws, seed)):
        yield from (amounts for amounts in pair if amounts is not None)


def _draws(problem: Problem, draws: int, seed: int) -> Iterator[Numbers]:
    drawn = np.random.default_rng(seed)
    low, high = problem.point_low, problem.point_high
    for number in range(draws):
        share = drawn.random(len(low))
        yield low + (high - low) * (share if number % 2 == 0 else (share < 0.5))


def _hardest(problem: Problem, is_taken: Flags) -> Iterator[Numbers]:
    """For each supplier taken, what it alone covers at the lower end and all else at the upper."""
    low, high = problem.point_low, problem.point_high
    is_linked = is_taken[problem.link_supplier]
    by_group = np.bincount(problem.link_group[is_linked], minlength=len(problem.group_amount))
    for supplier in np.flatnonzero(is_taken):
        alone = problem.link_group[problem.links_of(int(supplier))]
        alone = alone[by_group[alone] == 1]
        yield np.where(np.isin(problem.point_group, alone), low, high)


@dataclass(frozen=True, eq=False, kw_only=True)
class Case:
    """One realisation with what its optimum covers, and an optimum; None: nothing keeps the limits."""

    problem: Problem
    best_wan: float | None
    best: Sets | None = None


class Examiner:
    """Asks of realisations whether a choice stands in an optimum; every optimum found answers for the next as well, and
    every value bounds the next: no realisation covers more than another does plus what it has more of."""

    def __init__(self, problem: Problem, known: Iterable[Sets], deadline: float) -> None:
        self.problem = problem
        self.known = [valued(problem, sets) for sets in known]
        self.deadline = deadline
        self.is_late = False
        self.seconds_each = SECONDS_EACH
        self.cases: dict[bytes, Case] = {}
        self._values: dict[bytes, list[float]] = {}
        self._refuted: set[tuple[bytes, int | None, int | None]] = set()

    def case(self, amounts: Numbers) -> Case | None:
        """The realisation and its optimum; None where the solver did not settle it in time."""
        key = amounts.tobytes()
        if key not in self.cases:
            found = self._case(self.problem.realised(amounts))
            if found is None:
                return None
            self.cases[key] = found
        return self.cases[key]

    def _case(self, problem: Problem) -> Case | None:
        value, start = self._best_known(problem)
        if start is not None and self._bound(problem) - value <= TOLERANCE * max(1.0, value):
            return Case(problem=problem, best_wan=value, best=start)
        answer = self._solve(problem, start, value)
        if answer.outcome is model.Outcome.INFEASIBLE:
            return Case(problem=problem, best_wan=None)
        if answer.outcome is not model.Outcome.OPTIMAL or answer.is_taken is None or answer.is_chosen is None:
            return None
        found = (answer.is_taken, answer.is_chosen)
        self._learn(found)
        reached = self._value(problem, found)
        best = found if start is None or reached >= value else start
        return Case(problem=problem, best_wan=max(value, reached), best=best)

    def _bound(self, problem: Problem) -> float:
        """What no choice of the realisation exceeds, as far as it is known without solving it."""
        bound = greedy.upper_bound(problem)
        if problem.minimum_wan.any():  # with larger amounts more choices keep the minimums
            return bound
        known = [
            case.best_wan + np.maximum(problem.group_amount - case.problem.group_amount, 0.0).sum()
            for case in self.cases.values()
            if case.best_wan is not None
        ]
        return float(min([bound, *known]))

    def stands(self, case: Case, *, supplier: int | None = None, category: int | None = None) -> bool:
        """Whether the optimum found of the case contains the supplier, or has something to cover in the category."""
        return case.best is not None and self._contains(case.best, supplier=supplier, category=category)

    def holds(self, case: Case, *, supplier: int | None = None, category: int | None = None) -> bool | None:
        """Whether some optimum of the case contains the supplier, or has something to cover in the category; None where
        the solver did not settle it in time."""
        if case.best_wan is None:
            return False
        least = case.best_wan - TOLERANCE * max(1.0, case.best_wan)
        reaching = (
            one for one, value in zip(self.known, self._known_values(case.problem), strict=True) if value >= least
        )
        if any(self._contains(one, supplier=supplier, category=category) for one in reaching):
            return True
        asked = (case.problem.group_amount.tobytes(), supplier, category)
        if asked in self._refuted:
            return False
        forced = replace(
            case.problem,
            required=case.problem.required if supplier is None else np.union1d(case.problem.required, [supplier]),
            required_categories=np.union1d(
                case.problem.required_categories, np.array([] if category is None else [category], dtype=np.int64)
            ).astype(np.int64),
        )
        # Anything that reaches the optimum will do, and a search that may stop short of it is a short one.
        answer = self._solve(forced, None, case.best_wan - 4 * TOLERANCE * max(1.0, case.best_wan))
        if answer.outcome is model.Outcome.INFEASIBLE:
            self._refuted.add(asked)
            return False
        if answer.outcome is not model.Outcome.OPTIMAL or answer.is_taken is None or answer.is_chosen is None:
            return None
        self._learn((answer.is_taken, answer.is_chosen))
        return self._value(case.problem, (answer.is_taken, answer.is_chosen)) >= least

    def _solve(self, problem: Problem, start: Sets | None, least_wan: float) -> model.Answer:
        left = min(self.seconds_each, self.deadline - time.monotonic())
        self.is_late = left <= 0
        if self.is_late:
            return model.Answer(outcome=model.Outcome.STOPPED)
        deadline = time.monotonic() + left
        return branching.solve(problem, start=start, least_wan=least_wan, deadline=deadline, is_near=True)

    def _best_known(self, problem: Problem) -> tuple[float, Sets | None]:
        values = self._known_values(problem)
        best = int(np.argmax(values)) if values else -1
        return (values[best], self.known[best]) if values and values[best] > -np.inf else (-np.inf, None)

    def _known_values(self, problem: Problem) -> list[float]:
        """What each optimum known covers with these amounts: with capacities a small linear program each, so once."""
        values = self._values.setdefault(problem.group_amount.tobytes(), [])
        best = max(values, default=-np.inf)
        for one in self.known[len(values) :]:
            most = _most(problem, *one)
            # One that cannot reach the best is none: what it covers exactly does not matter.
            values.append(self._value(problem, one) if most >= best * (1 - 8 * TOLERANCE) else -np.inf)
            best = max(best, values[-1])
        return values

    def _value(self, problem: Problem, sets: Sets) -> float:
        by_group = covered(problem, *sets)
        return float(by_group.sum()) if problem.meets_minimums(by_group) else -np.inf

    def _contains(self, sets: Sets, *, supplier: int | None, category: int | None) -> bool:
        taken, chosen = sets
        if supplier is not None:
            # The solver may take one that none of its categories can use: it costs nothing and is no choice.
            offered = self.problem.group_category[self.problem.link_group[self.problem.links_of(supplier)]]
            return bool(taken[supplier] and chosen[offered].any())
        here = self.problem.group_category[self.problem.link_group] == category
        return bool(chosen[category] and taken[self.problem.link_supplier[here]].any())

    def _learn(self, sets: Sets) -> None:
        same = any(np.array_equal(taken, sets[0]) and np.array_equal(chosen, sets[1]) for taken, chosen in self.known)
        if not same:
            self.known.append(sets)
