"""The choice of targets: against every possible choice on small questions, against a second solver on large ones."""

import dataclasses
import math
import random

import numpy as np
import pandas as pd
import polars as pl
import pulp
import pyarrow as pa
import pytest

from chainlab import engines, targets
from tests.chainlab.targets import bruteforce

# Two categories; 甲 and 乙 both want 电机, only 甲 wants 面板.
DEMAND = {
    "anchor_id": ["甲", "乙", "甲", "乙"],
    "part_id": ["电机", "电机", "面板", "螺丝"],
    "category_id": ["机电", "机电", "显示", "紧固"],
    "amount_wan": [10.0, 20.0, 100.0, 1.0],
}
OFFERS = {"supplier_id": ["共性", "面板厂", "螺丝厂"], "part_id": ["电机", "面板", "螺丝"]}


def chosen(demand=DEMAND, offers=OFFERS, **limits):
    """A choice that has also passed the independent check."""
    choice = targets.choose(demand, offers, **limits)
    assert targets.verify(choice, demand, offers, **limits) == ()
    return choice


def rows(choice):
    return {(r["anchor_id"], r["part_id"], r["supplier_id"]): r["amount_wan"] for r in choice.covered.to_pylist()}


@pytest.mark.parametrize("block", range(8))
def test_no_possible_choice_is_better(block):
    for seed in range(block * 50, block * 50 + 50):
        instance = bruteforce.invent(seed)
        demand, offers = instance.tables()
        best = bruteforce.best(instance)
        if best is None:
            with pytest.raises(targets.Infeasible):
                targets.choose(demand, offers, **instance.limits)
            continue
        choice = chosen(demand, offers, **instance.limits)
        assert choice.objective_wan == pytest.approx(best, abs=1e-6), seed
        assert choice.is_proven, seed
        assert choice.bound_wan == choice.objective_wan


@pytest.mark.parametrize("limits", [{"max_suppliers": 1}, {"budget_wan": 3}, {"min_anchors": 2}])
def test_who_is_put_in_for_a_category_that_must_be_in_is_held_to_every_other_limit(limits):
    for seed in range(60):
        invented = bruteforce.invent(5_000 + seed)
        costs = {name: 2 for name, _, _ in invented.offers}
        instance = dataclasses.replace(
            invented, limits={"must_include_categories": ["c0"], "must_include": ["s0"], "costs": costs} | limits
        )
        best = bruteforce.best(instance)
        if best is None:
            with pytest.raises(targets.Infeasible):
                targets.choose(*instance.tables(), **instance.limits)
        else:
            assert chosen(*instance.tables(), **instance.limits).objective_wan == pytest.approx(best, abs=1e-6), seed


def test_an_anchor_all_of_whose_demand_is_put_out_cannot_be_given_its_minimum():
    limits = {"must_exclude_categories": ["显示", "机电"], "min_per_anchor_wan": 1.0}
    with pytest.raises(targets.Infeasible, match="all of whose demand is in categories to be out") as caught:
        targets.choose(DEMAND, OFFERS, **limits)
    assert "它的需求都在“不予列入”的类别中" in caught.value.message_zh
    assert targets.choose(DEMAND, OFFERS, **limits | {"min_per_anchor_wan": {"乙": 1.0}}).objective_wan == 1.0


def test_the_invented_questions_reach_every_way_to_an_answer():
    methods = set()
    for seed in range(200):
        instance = bruteforce.invent(seed)
        try:
            methods.add(targets.choose(*instance.tables(), **instance.limits).method)
        except targets.Infeasible:
            methods.add("infeasible")
    assert methods == {"none", "exact", "greedy-meets-bound", "infeasible"}


@pytest.mark.parametrize("seed", range(12))
def test_the_order_of_the_rows_does_not_matter(seed):
    instance = bruteforce.invent(seed + 1000)
    first = _outcome(instance)
    random.Random(seed).shuffle(instance.demand)
    random.Random(seed).shuffle(instance.offers)
    assert _outcome(instance) == first


def _outcome(instance):
    try:
        choice = targets.choose(*instance.tables(), **instance.limits)
    except targets.Infeasible as error:
        return sorted(error.reasons)
    return choice.suppliers, choice.categories, choice.covered.to_pylist()


def by_second_solver(demand, offers, *, max_categories, max_suppliers, min_anchors):
    """The same question put to CBC point by point, without groups, bounds or a start."""
    program = pulp.LpProblem("targets", pulp.LpMaximize)
    held = {}
    for supplier, part, capacity in zip(*offers.values(), strict=True):
        held.setdefault(supplier, {})[part] = capacity
    categories = sorted(set(demand["category_id"]))
    x = {one: pulp.LpVariable(f"x{one}", cat="Binary") for one in held}
    z = {one: pulp.LpVariable(f"z{one}", cat="Binary") for one in categories}
    flow, used = [], {one: [] for one in held}
    wishes = {one: {} for one in held}
    for number, (anchor, part, category, amount) in enumerate(zip(*demand.values(), strict=True)):
        into = []
        for supplier, parts in held.items():
            if part in parts:
                one = pulp.LpVariable(f"f{number}_{supplier}", 0, amount)
                program += one <= amount * x[supplier]
                into.append(one)
                used[supplier].append(one)
                wishes[supplier].setdefault(anchor, set()).add(category)
        if into:
            program += pulp.lpSum(into) <= amount * z[category]
            flow += into
    for supplier, parts in held.items():
        capacity = next(iter(parts.values()))
        if capacity is not None:
            program += pulp.lpSum(used[supplier]) <= capacity * x[supplier]
        met = []
        for anchor, found in wishes[supplier].items():
            one = pulp.LpVariable(f"v{supplier}_{anchor}", 0, 1)
            program += one <= pulp.lpSum(z[category] for category in found)
            met.append(one)
        program += pulp.lpSum(met) >= min_anchors * x[supplier]
    program += pulp.lpSum(z.values()) <= max_categories
    program += pulp.lpSum(x.values()) <= max_suppliers
    program += pulp.lpSum(flow)
    status = program.solve(pulp.PULP_CBC_CMD(msg=False, gapRel=0, timeLimit=120))
    assert pulp.LpStatus[status] == "Optimal"
    return pulp.value(program.objective)


def invented_city(seed, *, capacities):
    draw = random.Random(seed)
    demand = {"anchor_id": [], "part_id": [], "category_id": [], "amount_wan": []}
    for _ in range(90):
        part = draw.randrange(45)
        row = (f"a{draw.randrange(4)}", f"p{part}", f"c{part % 9}", float(round(draw.paretovariate(1.2) * 100)))
        for column, value in zip(demand.values(), row, strict=True):
            column.append(value)
    offers = {"supplier_id": [], "part_id": [], "capacity_wan": []}
    for supplier in range(30):
        capacity = draw.choice([None, float(draw.randrange(200, 900))]) if capacities else None
        for part in draw.sample(range(45), draw.randrange(1, 5)):
            for column, value in zip(offers.values(), (f"s{supplier:02}", f"p{part}", capacity), strict=True):
                column.append(value)
    return demand, offers


# PuLP 3 announces the interface of PuLP 4 at every variable.
@pytest.mark.filterwarnings("ignore:.*PuLP 4:DeprecationWarning")
@pytest.mark.parametrize("capacities", [False, True])
@pytest.mark.parametrize("seed", [1, 2])
def test_a_second_solver_finds_nothing_better(seed, capacities):
    demand, offers = invented_city(seed, capacities=capacities)
    limits = {"max_categories": 4, "max_suppliers": 6, "min_anchors": 2}
    choice = chosen(demand, offers, **limits)
    assert choice.is_proven
    assert choice.objective_wan == pytest.approx(by_second_solver(demand, offers, **limits))


class TestCategories:
    def test_only_chosen_categories_count(self):
        choice = chosen(max_categories=1)
        assert (choice.categories, choice.suppliers, choice.objective_wan) == (("显示",), ("面板厂",), 100)

    def test_without_a_limit_all_count(self):
        assert chosen().objective_wan == 131

    def test_what_has_no_category_counts_only_without_a_limit(self):
        demand = {"anchor_id": ["甲"], "part_id": ["电机"], "category_id": [None], "amount_wan": [5.0]}
        assert chosen(demand).objective_wan == 5
        assert chosen(demand).categories == ()
        assert chosen(demand, max_categories=3).objective_wan == 0

    def test_a_category_may_be_needed_only_to_bring_a_second_anchor(self):
        demand = {
            "anchor_id": ["甲", "乙"],
            "part_id": ["电机", "螺丝"],
            "category_id": ["机电", "紧固"],
            "amount_wan": [50.0, None],
        }
        offers = {"supplier_id": ["共性", "共性"], "part_id": ["电机", "螺丝"]}
        assert chosen(demand, offers, max_categories=1, min_anchors=2).objective_wan == 0
        both = chosen(demand, offers, max_categories=2, min_anchors=2)
        assert (both.objective_wan, both.categories) == (50, ("机电", "紧固"))


class TestAnchors:
    def test_a_supplier_that_one_anchor_wants_is_not_shared(self):
        assert chosen(min_anchors=2).suppliers == ("共性",)

    def test_two_anchors_may_want_different_parts_of_one_supplier(self):
        offers = {"supplier_id": ["s", "s"], "part_id": ["面板", "螺丝"]}
        assert chosen(offers=offers, min_anchors=2).objective_wan == 101

    def test_anchors_outside_the_chosen_categories_do_not_count(self):
        offers = {"supplier_id": ["s", "s"], "part_id": ["面板", "螺丝"]}
        assert chosen(offers=offers, min_anchors=2, max_categories=1).objective_wan == 0

    def test_an_anchor_with_an_unknown_amount_still_wants_the_part(self):
        demand = {**DEMAND, "amount_wan": [10.0, None, 100.0, 1.0]}
        choice = chosen(demand, min_anchors=2)
        assert (choice.suppliers, choice.objective_wan, choice.unknown_count) == (("共性",), 10, 1)

    def test_the_same_anchor_twice_is_one_anchor(self):
        demand = {**DEMAND, "anchor_id": ["甲", "甲", "甲", "乙"]}
        assert chosen(demand, min_anchors=2).suppliers == ()


class TestCapacity:
    def test_one_capacity_is_shared_over_all_a_supplier_is_used_for(self):
        offers = {"supplier_id": ["s", "s"], "part_id": ["电机", "面板"], "capacity_wan": [90.0, 90.0]}
        assert chosen(offers=offers).objective_wan == 90

    def test_null_is_unlimited(self):
        offers = {"supplier_id": ["s", "s"], "part_id": ["电机", "面板"], "capacity_wan": [None, None]}
        assert chosen(offers=offers).objective_wan == 130

    def test_different_capacities_hold_for_what_is_offered_under_them_and_less(self):
        offers = {"supplier_id": ["s", "s"], "part_id": ["电机", "面板"], "capacity_wan": [5.0, 60.0]}
        choice = chosen(offers=offers)
        assert choice.objective_wan == 60
        assert sum(amount for (_, part, _), amount in rows(choice).items() if part == "电机") <= 5

    def test_of_two_rows_for_one_part_the_smaller_capacity_holds(self):
        offers = {"supplier_id": ["s", "s"], "part_id": ["面板", "面板"], "capacity_wan": [30.0, None]}
        assert chosen(offers=offers).objective_wan == 30

    def test_two_short_suppliers_share_one_need(self):
        offers = {"supplier_id": ["s", "t"], "part_id": ["面板", "面板"], "capacity_wan": [30.0, 50.0]}
        choice = chosen(offers=offers)
        assert rows(choice) == {("甲", "面板", "s"): 30, ("甲", "面板", "t"): 50}

    def test_a_flexible_supplier_leaves_room_for_the_one_that_has_no_other_use(self):
        demand = {
            "anchor_id": ["甲", "甲"],
            "part_id": ["p", "q"],
            "category_id": ["c", "c"],
            "amount_wan": [50.0, 50.0],
        }
        offers = {
            "supplier_id": ["flexible", "flexible", "only p"],
            "part_id": ["p", "q", "p"],
            "capacity_wan": [50.0] * 3,
        }
        assert chosen(demand, offers).objective_wan == 100

    def test_no_capacity_covers_nothing(self):
        offers = {"supplier_id": ["s"], "part_id": ["面板"], "capacity_wan": [0.0]}
        assert chosen(offers=offers).suppliers == ()


class TestWhoIsListed:
    def test_a_supplier_that_covers_nothing_is_never_listed(self):
        offers = {"supplier_id": ["s", "t", "u"], "part_id": ["面板", "面板", "没人要"]}
        assert len(chosen(offers=offers, max_suppliers=3).suppliers) == 1

    def test_of_two_equal_suppliers_the_smaller_id_is_taken(self):
        offers = {"supplier_id": ["t", "s"], "part_id": ["面板", "面板"]}
        assert chosen(offers=offers).suppliers == ("s",)

    def test_the_excluded_are_not(self):
        assert chosen(must_exclude=["面板厂"]).objective_wan == 31

    def test_excluding_somebody_who_offers_nothing_changes_nothing(self):
        assert chosen(must_exclude=["谁也不是"]).objective_wan == 131

    def test_one_that_must_be_in_is_listed_with_what_it_covers_even_beside_a_larger_one(self):
        offers = {"supplier_id": ["大", "大", "小"], "part_id": ["电机", "面板", "面板"]}
        choice = chosen(offers=offers, must_include=["小"])
        assert choice.objective_wan == 130
        assert set(choice.suppliers) == {"大", "小"}

    def test_must_include_changes_the_choice(self):
        choice = chosen(max_suppliers=1, must_include=["螺丝厂"])
        assert (choice.suppliers, choice.objective_wan) == (("螺丝厂",), 1)


class TestBudget:
    COSTS = {"共性": 3.0, "面板厂": 10.0, "螺丝厂": 1.0}

    def test_the_budget_is_kept(self):
        choice = chosen(costs=self.COSTS, budget_wan=4)
        assert set(choice.suppliers) == {"共性", "螺丝厂"}

    def test_costs_may_be_a_table(self):
        table = pd.DataFrame({"supplier_id": list(self.COSTS), "cost_wan": list(self.COSTS.values())})
        assert targets.choose(DEMAND, OFFERS, costs=table, budget_wan=10).suppliers == ("面板厂",)

    def test_a_cost_that_is_not_known_is_not_zero(self):
        assert chosen(costs={"螺丝厂": 1.0}, budget_wan=100).suppliers == ("螺丝厂",)

    def test_without_a_budget_costs_bind_nobody(self):
        assert chosen(costs={"螺丝厂": 1.0}).objective_wan == 131

    def test_a_budget_of_nothing_buys_what_costs_nothing(self):
        assert chosen(costs={**self.COSTS, "共性": 0.0}, budget_wan=0).suppliers == ("共性",)

    def test_sums_of_fractions_do_not_break_the_budget(self):
        costs = {"共性": 0.1, "螺丝厂": 0.2, "面板厂": 9.0}
        assert set(chosen(costs=costs, budget_wan=0.3).suppliers) == {"共性", "螺丝厂"}


class TestNothingToChoose:
    @pytest.mark.parametrize(
        "limits",
        [
            {"max_suppliers": 0},
            {"max_categories": 0},
            {"min_anchors": 3},
            {"must_exclude": list(OFFERS["supplier_id"])},
        ],
    )
    def test_no_eligible_supplier_is_a_proven_choice_of_nothing(self, limits):
        choice = chosen(**limits)
        assert (choice.objective_wan, choice.bound_wan, choice.is_proven) == (0, 0, True)
        assert (choice.suppliers, choice.categories, choice.method) == ((), (), "none")
        assert choice.covered.column_names == ["anchor_id", "part_id", "supplier_id", "amount_wan"]

    def test_no_rows_at_all(self):
        empty = chosen({name: [] for name in DEMAND}, {name: [] for name in OFFERS})
        assert (empty.objective_wan, empty.is_proven) == (0, True)

    def test_demand_of_nothing_but_zeros_and_unknowns(self):
        choice = chosen({**DEMAND, "amount_wan": [0.0, None, None, 0.0]})
        assert (choice.objective_wan, choice.suppliers, choice.unknown_count) == (0, (), 2)


class TestInfeasible:
    @pytest.mark.parametrize(
        ("limits", "reason"),
        [
            ({"must_include": ["没有"]}, "offers nothing"),
            ({"must_include": ["共性"], "must_exclude": ["共性"]}, "both in must_include and in must_exclude"),
            ({"must_include": ["共性", "面板厂"], "max_suppliers": 1}, "only 1 may be chosen"),
            ({"must_include": ["面板厂"], "min_anchors": 2}, "fewer than 2 anchors"),
            ({"must_include": ["共性"], "costs": {"共性": 5.0}, "budget_wan": 4}, "budget is 4"),
            ({"must_include": ["共性"], "costs": {}, "budget_wan": 4}, "no cost"),
            ({"must_include": ["共性"], "max_categories": 0}, "nothing may be chosen"),
            ({"must_include": ["共性", "面板厂"], "max_categories": 1}, "cannot all hold"),
        ],
    )
    def test_what_cannot_hold_says_why_in_both_languages(self, limits, reason):
        with pytest.raises(targets.Infeasible, match=reason) as caught:
            targets.choose(DEMAND, OFFERS, **limits)
        assert len(caught.value.reasons) == len(caught.value.reasons_zh) > 0
        assert not caught.value.message_zh.isascii()

    def test_one_that_must_be_in_but_covers_only_unknown_amounts(self):
        with pytest.raises(targets.Infeasible, match="known amount"):
            targets.choose({**DEMAND, "amount_wan": [None, None, 100.0, 1.0]}, OFFERS, must_include=["共性"])

    def test_all_reasons_come_at_once(self):
        with pytest.raises(targets.Infeasible) as caught:
            targets.choose(DEMAND, OFFERS, must_include=["没有", "面板厂"], min_anchors=2, max_suppliers=1)
        assert len(caught.value.reasons) == 3


class TestInput:
    @pytest.mark.parametrize(
        "limits",
        [
            {"max_suppliers": -1},
            {"max_categories": 1.5},
            {"min_anchors": -1},
            {"min_anchors": None},
            {"max_suppliers": True},
            {"costs": {}, "budget_wan": -1},
            {"costs": {}, "budget_wan": "5"},
            {"budget_wan": 5},
            {"min_per_anchor_wan": float("nan")},
            {"min_per_anchor_wan": {"甲": "很多"}},
            {"max_certification_months": "半年"},
            {"draws": 2.5},
            {"seed": -1},
            {"time_limit_s": float("nan")},
        ],
    )
    def test_limits_without_sense_are_refused(self, limits):
        with pytest.raises(ValueError, match=r"must be|needs costs"):
            targets.choose(DEMAND, OFFERS, **limits)

    @pytest.mark.parametrize("made", [pd.DataFrame, pl.DataFrame, pa.table])
    def test_any_common_kind_of_table_is_taken(self, made):
        assert targets.choose(made(DEMAND), made(OFFERS)).covered.equals(targets.choose(DEMAND, OFFERS).covered)

    def test_no_rows_at_all_may_be_an_empty_list(self):
        assert targets.choose([], []).method == "none"
        assert targets.choose(DEMAND, []).suppliers == ()

    def test_what_is_no_table_is_refused_by_name(self):
        with pytest.raises(engines.BadTable, match=r"costs\.\*"):
            targets.choose(DEMAND, OFFERS, budget_wan=1, costs=pd.Series({"共性": 1.0}))

    def test_an_amount_beyond_any_economy_is_a_wrong_unit_and_not_a_sum_that_overflows(self):
        with pytest.raises(engines.BadTable, match=r"demand\.amount_wan, row 0 .*above 1e\+13"):
            targets.choose({**DEMAND, "amount_wan": [1e308] * 4}, OFFERS)

    @pytest.mark.parametrize("limit", ["must_include", "must_exclude"])
    def test_a_name_that_is_text_is_not_silently_unlike_a_number(self, limit):
        numbered = {**OFFERS, "supplier_id": list(range(len(OFFERS["supplier_id"])))}
        with pytest.raises(ValueError, match=f"{limit}: '0' is not like the ids"):
            targets.choose(DEMAND, numbered, **{limit: ["0"]})
        assert 0 not in targets.choose(DEMAND, numbered, must_exclude=np.array([0])).suppliers

    def test_rows_of_demand_given_twice_add(self):
        demand = {name: values * 2 for name, values in DEMAND.items()}
        assert chosen(demand).objective_wan == 262

    def test_a_negative_amount_is_refused(self):
        with pytest.raises(engines.BadTable, match=r"demand\.amount_wan, row 2"):
            targets.choose({**DEMAND, "amount_wan": [1.0, 1.0, -1.0, 1.0]}, OFFERS)

    def test_a_missing_column_is_named_with_those_there_are(self):
        with pytest.raises(engines.BadTable, match="columns are anchor_id") as caught:
            targets.choose({"anchor_id": ["甲"]}, OFFERS)
        assert caught.value.column == "part_id"

    def test_a_supplier_with_two_costs_is_refused(self):
        costs = {"supplier_id": ["共性", "共性"], "cost_wan": [1.0, 2.0]}
        with pytest.raises(ValueError, match="twice"):
            targets.choose(DEMAND, OFFERS, costs=costs, budget_wan=3)

    def test_one_name_need_not_be_in_a_list(self):
        assert "面板厂" not in targets.choose(DEMAND, OFFERS, must_exclude="面板厂").suppliers


class TestTime:
    def test_without_time_the_best_found_is_given_with_an_honest_bound(self):
        demand, offers = invented_city(3, capacities=True)
        limits = {"max_categories": 4, "max_suppliers": 6, "min_anchors": 2}
        hasty = chosen(demand, offers, **limits)
        rushed = targets.choose(demand, offers, **limits, time_limit_s=0)
        assert targets.verify(rushed, demand, offers, **limits) == ()
        assert not rushed.is_proven
        assert rushed.method in {"greedy", "best-found"}
        assert rushed.objective_wan <= hasty.objective_wan <= rushed.bound_wan * (1 + 1e-9)

    def test_every_method_has_words_for_the_screen(self):
        assert set(targets.METHODS) == {"none", "greedy-meets-bound", "exact", "best-found", "greedy"}
        assert all(not words.isascii() for words in targets.METHODS.values())


class TestAmounts:
    @pytest.mark.parametrize("unit", [1e-6, 1.0, 1e7])
    def test_the_answer_does_not_depend_on_the_unit(self, unit):
        demand, offers = invented_city(4, capacities=False)
        limits = {"max_categories": 3, "max_suppliers": 5, "min_anchors": 2}
        plain = chosen(demand, offers, **limits)
        scaled = targets.choose({**demand, "amount_wan": [a * unit for a in demand["amount_wan"]]}, offers, **limits)
        assert scaled.is_proven
        assert scaled.objective_wan == pytest.approx(plain.objective_wan * unit)

    def test_the_objective_is_the_sum_of_the_rows(self):
        demand, offers = invented_city(5, capacities=True)
        choice = chosen(demand, offers, max_suppliers=8)
        assert choice.objective_wan == math.fsum(choice.covered["amount_wan"].to_pylist())
        assert choice.demand_wan == math.fsum(demand["amount_wan"])


NAMED = (["面板厂"], np.array(["面板厂"]), pa.array(["面板厂"]), pl.Series(["面板厂"]), pd.Series(["面板厂"]), "面板厂")


@pytest.mark.parametrize("names", NAMED, ids=lambda given: type(given).__name__)
def test_who_must_be_out_is_out_in_whatever_list_the_name_stands(names):
    assert chosen(must_exclude=names).suppliers == ("共性", "螺丝厂")
    assert "面板厂" in targets.choose(DEMAND, OFFERS, must_include=names, max_suppliers=np.int64(1)).suppliers


def test_nobody_named_is_nobody():
    assert targets.choose(DEMAND, OFFERS, must_include=None, must_exclude=None).objective_wan == 131
