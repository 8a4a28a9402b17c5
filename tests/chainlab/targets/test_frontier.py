"""Coverage against the number of suppliers: every point against every possible choice, the end at the plateau."""

import dataclasses

import pytest

from chainlab import targets
from chainlab.targets import choice
from tests.chainlab.targets import bruteforce


def oracle(instance: bruteforce.Instance, count: int | None) -> float | None:
    limits = {name: value for name, value in instance.limits.items() if name != "max_suppliers"}
    limits |= {} if count is None else {"max_suppliers": count}
    return bruteforce.best(dataclasses.replace(instance, limits=limits))


def curve(instance: bruteforce.Instance, **options):
    limits = {name: value for name, value in instance.limits.items() if name != "max_suppliers"}
    return list(targets.points(*instance.tables(), **limits, **options))


@pytest.mark.parametrize("seed", range(60))
def test_no_choice_of_so_many_suppliers_covers_more_and_the_curve_ends_where_none_adds_anything(seed):
    instance = bruteforce.invent(seed)
    whole = oracle(instance, None)
    if whole is None:
        with pytest.raises(targets.Infeasible):
            curve(instance)
        return
    points = curve(instance)
    assert all(point.is_proven for point in points)
    for point in points:
        assert point.covered_wan == pytest.approx(oracle(instance, point.supplier_count), abs=1e-6)
    assert points[-1].covered_wan == pytest.approx(whole, abs=1e-6)
    assert [point for point in points[:-1] if point.covered_wan == pytest.approx(whole, abs=1e-6)] == []
    least = len(set(instance.limits.get("must_include", ()))) or 1
    assert points[0].supplier_count == least
    assert curve(instance, after=points[0]) == points[1:], "it goes on behind a point already known"


def test_a_curve_without_time_has_no_points_rather_than_wrong_ones():
    instance = bruteforce.invent(2)
    assert curve(instance, seconds=0.0) == []


def test_a_search_cut_short_never_makes_the_curve_fall_and_is_not_called_proven(monkeypatch):
    demand = {"anchor_id": ["甲"] * 3, "part_id": ["p", "q", "r"], "category_id": ["c"] * 3, "amount_wan": [5, 4, 3]}
    offers = {"supplier_id": ["1", "2", "3"], "part_id": ["p", "q", "r"]}
    whole = choice.solve

    def lazy(asked, **options):
        found = whole(asked, **options)
        cut = dataclasses.replace(found, objective_wan=1.0, bound_wan=10.0, is_proven=False)
        return cut if asked.limits.max_suppliers == 2 else found

    monkeypatch.setattr("chainlab.targets.curve.choice.solve", lazy)
    points = [(p.supplier_count, p.covered_wan, p.is_proven) for p in targets.points(demand, offers)]
    assert points == [(1, 5.0, True), (2, 5.0, False), (3, 12.0, True)]


class TestFrontier:
    @pytest.mark.parametrize("seed", range(20))
    def test_every_number_of_suppliers_has_its_most_and_its_proof(self, seed):
        instance = bruteforce.invent(seed + 300)
        limits = {name: value for name, value in instance.limits.items() if name != "max_suppliers"}
        if oracle(instance, None) is None:
            with pytest.raises(targets.Infeasible):
                targets.frontier(*instance.tables(), max_suppliers=4, **limits)
            return
        found = targets.frontier(*instance.tables(), max_suppliers=4, **limits).to_pylist()
        possible = [count for count in range(1, 5) if oracle(instance, count) is not None]
        assert [row["suppliers"] for row in found] == possible
        for row in found:
            assert row["objective_wan"] == pytest.approx(oracle(instance, row["suppliers"]), abs=1e-6)
            assert row["bound_wan"] == row["objective_wan"]

    def test_without_time_it_is_greedy_with_an_honest_bound(self):
        instance = bruteforce.invent(7)
        limits = {name: value for name, value in instance.limits.items() if name != "max_suppliers"}
        found = targets.frontier(*instance.tables(), max_suppliers=3, seconds=0.0, **limits).to_pylist()
        assert [row["suppliers"] for row in found] == [1, 2, 3]
        for row in found:
            most = oracle(instance, row["suppliers"])
            assert row["objective_wan"] <= most + 1e-6 <= row["bound_wan"] + 2e-6

    @pytest.mark.parametrize("count", [-1, 2.0, None, "3"])
    def test_a_number_of_suppliers_that_counts_nothing_is_refused(self, count):
        with pytest.raises(ValueError, match="max_suppliers must be a whole number"):
            targets.frontier(*bruteforce.invent(2).tables(), max_suppliers=count)

    def test_a_limit_there_is_none_of_is_named_with_those_there_are(self):
        with pytest.raises(TypeError, match=r"max_cats: no such limit; there are .*max_categories"):
            targets.frontier(*bruteforce.invent(2).tables(), max_suppliers=2, max_cats=1)
