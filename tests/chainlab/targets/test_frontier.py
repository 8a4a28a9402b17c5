"""Coverage against the number of suppliers: every point against every possible choice, the end at the plateau."""

import dataclasses

import pytest

from chainlab import targets
from tests.chainlab.targets import bruteforce


def oracle(instance: bruteforce.Instance, count: int | None) -> float | None:
    limits = {name: value for name, value in instance.limits.items() if name != "max_suppliers"}
    limits |= {} if count is None else {"max_suppliers": count}
    return bruteforce.best(dataclasses.replace(instance, limits=limits))


def curve(instance: bruteforce.Instance, **options):
    limits = {name: value for name, value in instance.limits.items() if name != "max_suppliers"}
    return list(targets.frontier(*instance.tables(), **limits, **options))


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
    instance = bruteforce.invent(1)
    assert curve(instance, seconds=0.0) == []


def test_a_search_cut_short_never_makes_the_curve_fall_and_is_not_called_proven(monkeypatch):
    demand = {"anchor_id": ["甲"] * 3, "part_id": ["p", "q", "r"], "category_id": ["c"] * 3, "amount_wan": [5, 4, 3]}
    offers = {"supplier_id": ["1", "2", "3"], "part_id": ["p", "q", "r"]}
    whole = targets.choose

    def lazy(*tables, **limits):
        found = whole(*tables, **limits)
        cut = dataclasses.replace(found, objective_wan=1.0, is_proven=False)
        return cut if limits["max_suppliers"] == 2 else found

    monkeypatch.setattr("chainlab.targets.curve.choice.choose", lazy)
    points = [(p.supplier_count, p.covered_wan, p.is_proven) for p in targets.frontier(demand, offers)]
    assert points == [(1, 5.0, True), (2, 5.0, False), (3, 12.0, True)]
