"""Branching on categories: nothing better is left out, and what was not settled keeps an honest bound."""

import random
import time

import pytest

from chainlab.targets import branching, model, prices, reading
from chainlab.targets import problem as problems
from tests.chainlab.targets import bruteforce

SEEDS = range(80)


def _asked(seed):
    """The question of a seed and what the oracle says; None where there is nothing to choose."""
    invented = bruteforce.invent(seed)
    best = bruteforce.best(invented)
    try:
        problem = reading.read(*invented.tables(), problems.limits(**invented.limits))
    except problems.Infeasible:
        return None
    if not len(problem.group_amount) or 0 in (problem.limits.max_categories, problem.limits.max_suppliers):
        return None
    return problem, best


def _solved(problem, *, least_wan=float("-inf")):
    return branching.solve(problem, start=None, least_wan=least_wan, deadline=time.monotonic() + 30)


@pytest.fixture(autouse=True)
def small_ones_too(monkeypatch):
    """The integer solver alone is asked a small question; here it is branched upon like a large one."""
    monkeypatch.setattr(branching, "FEW_LINKS", 0)


@pytest.fixture(scope="module")
def questions():
    return [found for found in map(_asked, SEEDS) if found is not None]


def test_without_any_choice_to_start_from_the_best_is_found_or_that_there_is_none(questions):
    for problem, best in questions:
        answer = _solved(problem)
        if best is None:
            assert answer.outcome is model.Outcome.INFEASIBLE
        else:
            assert answer.outcome is model.Outcome.OPTIMAL
            assert answer.objective_wan == pytest.approx(best)
    assert len(questions) > 25


@pytest.mark.parametrize("few", [0, 1_000])
def test_asked_for_more_than_the_best_it_says_that_there_is_none(questions, monkeypatch, few):
    monkeypatch.setattr(branching, "FEW_LINKS", few)
    for problem, best in questions:
        if best:
            assert _solved(problem, least_wan=best * 1.001).outcome is model.Outcome.INFEASIBLE
            assert _solved(problem, least_wan=best * 0.999).objective_wan == pytest.approx(best)


def test_a_question_too_large_for_the_solver_keeps_a_bound_that_nothing_exceeds(questions, monkeypatch):
    monkeypatch.setattr(branching, "LINKS", 0)
    stopped = 0
    for problem, best in questions:
        answer = _solved(problem)
        if best is not None:
            assert answer.objective_wan <= best * (1 + 1e-9) <= answer.bound_wan * (1 + 2e-9)
            stopped += answer.outcome is model.Outcome.STOPPED
    assert stopped


def test_out_of_time_the_bound_still_holds(questions):
    for problem, best in questions[:20]:
        answer = branching.solve(problem, start=None, least_wan=float("-inf"), deadline=time.monotonic() - 1)
        assert answer.outcome is model.Outcome.STOPPED or best is None
        assert answer.bound_wan >= (best or 0.0)


def test_prices_know_that_of_few_categories_nobody_supplies_in_all():
    """Half of every category lets a linear program count everybody twice; by prices only the best categories count.

    Both bounds hold: the integer solver's best lies below them.
    """
    draw = random.Random(3)
    parts = [f"p{number}" for number in range(200)]
    demand = {
        "anchor_id": ["a"] * len(parts),
        "part_id": parts,
        "category_id": [f"c{number % 10}" for number in range(len(parts))],
        "amount_wan": [round(draw.paretovariate(3) * 10, 2) for _ in parts],
    }
    pairs = [(f"s{supplier:02}", part) for supplier in range(40) for part in draw.sample(parts, 16)]
    offers = {"supplier_id": [pair[0] for pair in pairs], "part_id": [pair[1] for pair in pairs]}
    problem = reading.read(demand, offers, problems.limits(max_categories=2, max_suppliers=4))
    by_prices, by_program = (
        found.solve(*found.box(), least_wan=float("-inf"), time_limit_s=60).bound_wan
        for found in (prices.Prices(problem), branching._Relaxation(model.Model(problem)))
    )
    best = _solved(problem).objective_wan
    assert best <= by_prices < 0.9 * by_program
