"""The checker must find every way in which a choice could be wrong: each is planted and must be named."""

import dataclasses

import pyarrow as pa
import pytest

from chainlab import targets

DEMAND = {
    "anchor_id": ["甲", "乙"],
    "part_id": ["电机", "面板"],
    "category_id": ["机电", "显示"],
    "amount_wan": [10.0, 20.0],
}
OFFERS = {"supplier_id": ["s", "t"], "part_id": ["电机", "面板"], "capacity_wan": [None, 20.0]}


@pytest.fixture
def good():
    return targets.choose(DEMAND, OFFERS)


def with_rows(choice, *rows, **changes):
    names = ("anchor_id", "part_id", "supplier_id", "amount_wan")
    covered = pa.table({name: [row[i] for row in rows] for i, name in enumerate(names)})
    total = sum(row[3] for row in rows)
    suppliers = tuple(sorted({row[2] for row in rows}))
    changes = {"suppliers": suppliers, "objective_wan": total, "bound_wan": 1e9, **changes}
    return dataclasses.replace(choice, covered=covered, **changes)


def test_a_good_choice_has_nothing_wrong(good):
    assert targets.verify(good, DEMAND, OFFERS, max_categories=2, max_suppliers=2) == ()


@pytest.mark.parametrize(
    ("rows", "changes", "complaint"),
    [
        ([("甲", "电机", "s", 11.0)], {}, "covered 11.0, wanted 10.0"),
        ([("甲", "面板", "t", 1.0)], {}, "wanted 0.0"),
        ([("甲", "电机", "t", 5.0)], {}, "t does not offer 电机"),
        ([("甲", "电机", "s", 0.0)], {}, "a row covers 0.0"),
        ([("甲", "电机", "s", 10.0)], {"suppliers": ("s", "t")}, "not those that cover something"),
        ([("甲", "电机", "s", 10.0)], {"objective_wan": 12.0}, "rows add up to 10.0"),
        ([("甲", "电机", "s", 10.0)], {"bound_wan": 9.0}, "above its bound"),
    ],
)
def test_a_wrong_row_or_sum_is_named(good, rows, changes, complaint):
    found = targets.verify(with_rows(good, *rows, **changes), DEMAND, OFFERS)
    assert any(complaint in line for line in found), found


@pytest.mark.parametrize(
    ("limits", "complaint"),
    [
        ({"max_suppliers": 1}, "2 suppliers, 1 allowed"),
        ({"max_categories": 1}, "2 categories, 1 allowed"),
        ({"min_anchors": 2}, "s is wanted by 1 anchors, 2 needed"),
        ({"must_include": ["u"]}, "u must be in"),
        ({"must_exclude": ["s"]}, "s must not be in"),
        ({"costs": {"s": 3.0, "t": 4.0}, "budget_wan": 6}, "costs 7.0, budget 6"),
        ({"costs": {"s": 3.0}, "budget_wan": 6}, "costs inf"),
    ],
)
def test_a_broken_limit_is_named(good, limits, complaint):
    found = targets.verify(good, DEMAND, OFFERS, **limits)
    assert any(complaint in line for line in found), found


def test_demand_outside_the_chosen_categories_is_not_covered(good):
    choice = dataclasses.replace(good, categories=("机电",))
    assert any("in the chosen categories" in line for line in targets.verify(choice, DEMAND, OFFERS, max_categories=1))


def test_a_capacity_overrun_is_named(good):
    offers = {**OFFERS, "capacity_wan": [None, 15.0]}
    assert targets.verify(good, DEMAND, offers) == ("t covers 20.0 with a capacity of 15.0",)


def test_one_name_alone_is_a_name_and_not_its_letters(good):
    assert targets.verify(good, DEMAND, OFFERS, must_include="st") == ("st must be in and is not",)
    assert targets.verify(good, DEMAND, OFFERS, must_include="s", must_exclude="t") == ("t must not be in and is",)
