"""Choices under intervals: the middle is optimised, the ends are reported, and what holds throughout really does."""

import importlib

import numpy as np
import pytest

from chainlab import engines, targets
from chainlab.targets import problem, reading, robust
from tests.chainlab.targets import bandforce

# By its full name: the package's own `questions` is the function.
questions = importlib.import_module("chainlab.targets.questions")


def middles(instance):
    low, high = instance.ends(high=False), instance.ends(high=True)
    return {point: (low[point] + high[point]) / 2 for point in low}


@pytest.mark.parametrize("block", range(6))
def test_no_choice_is_better_by_the_middles_and_what_holds_stands_in_an_optimum_of_every_realisation(block):
    for seed in range(block * 20, block * 20 + 20):
        instance = bandforce.invent(seed, capacities=seed % 5 == 0, minimum=seed % 4 == 1)
        demand, offers = instance.tables()
        most, _, _ = bandforce.optima(instance, middles(instance))
        if most is None:
            with pytest.raises((targets.Infeasible, ValueError)):
                targets.choose(demand, offers, **instance.limits)
            continue
        choice = targets.choose(demand, offers, **instance.limits, draws=4, seed=seed)
        assert targets.verify(choice, demand, offers, **instance.limits) == ()
        assert choice.objective_wan == pytest.approx(most, abs=1e-6), seed
        assert_ends(instance, choice, seed)
        assert_held(instance, choice, seed)


def assert_ends(instance, choice, seed):
    taken, chosen = frozenset(choice.suppliers), set(choice.categories)
    if "max_categories" not in instance.limits:
        chosen = {point[2] for point in instance.points()}
    for high, said in ((False, choice.objective_low_wan), (True, choice.objective_high_wan)):
        loose = bandforce.Instance(demand=instance.demand, offers=instance.offers)
        flow = bandforce._flow(loose, bandforce._held(loose), tuple(taken), chosen, loose.ends(high=high))
        assert said == pytest.approx(flow, abs=1e-6), (seed, high)


def assert_held(instance, choice, seed):
    asked = reading.read(*instance.tables(), problem.limits(**instance.limits))
    sets = robust.flags(asked, choice.suppliers, choice.categories)
    suppliers, categories = set(choice.suppliers), set(choice.categories)
    names = list(zip(*(asked.points[n].to_pylist() for n in ("anchor_id", "part_id", "category_id")), strict=True))
    drawn = list(robust.realisations(asked, sets, draws=4, seed=seed)) if asked.is_banded() else []
    for amounts in drawn:
        realised = dict.fromkeys(instance.points(), 0.0)
        realised |= {name: float(amount) for name, amount in zip(names, amounts, strict=True)}
        _, in_suppliers, in_categories = bandforce.optima(instance, realised)
        suppliers &= in_suppliers
        categories &= in_categories
    assert set(choice.robust_suppliers) == suppliers, seed
    assert set(choice.robust_categories) == categories, seed
    assert choice.draw_count == (len(drawn) or 1)


def test_the_realisations_lie_within_the_intervals_begin_with_the_extremes_and_follow_the_seed():
    instance = bandforce.invent(3)
    asked = reading.read(*instance.tables(), problem.limits(max_suppliers=2))
    sets = robust.flags(asked, asked.suppliers[:1], asked.categories)
    drawn = list(robust.realisations(asked, sets, draws=6, seed=1))
    assert np.array_equal(drawn[0], asked.point_low)
    assert np.array_equal(drawn[1], asked.point_high)
    assert all(np.all((asked.point_low <= one) & (one <= asked.point_high)) for one in drawn)
    again = list(robust.realisations(asked, sets, draws=6, seed=1))
    other = list(robust.realisations(asked, sets, draws=6, seed=2))
    assert all(np.array_equal(one, two) for one, two in zip(drawn, again, strict=True))
    assert not all(np.array_equal(one, two) for one, two in zip(drawn, other, strict=True))


SWAYED = {
    "anchor_id": ["甲", "乙"],
    "part_id": ["压缩机", "面板"],
    "category_id": ["制冷", "显示"],
    "amount_low_wan": [40.0, 10.0],
    "amount_high_wan": [60.0, 90.0],
}
MAKERS = {"supplier_id": ["压缩机厂", "面板厂"], "part_id": ["压缩机", "面板"]}


def test_one_place_for_two_whose_amounts_overlap_is_swayed_and_says_so():
    choice = targets.choose(SWAYED, MAKERS, max_suppliers=1)
    assert (choice.objective_wan, choice.objective_low_wan, choice.objective_high_wan) == (50.0, 40.0, 60.0) or (
        choice.objective_wan,
        choice.objective_low_wan,
        choice.objective_high_wan,
    ) == (50.0, 10.0, 90.0)
    assert choice.robust_suppliers == ()
    both = targets.choose(SWAYED, MAKERS, max_suppliers=2)
    assert both.robust_suppliers == both.suppliers == ("压缩机厂", "面板厂")
    assert (both.objective_low_wan, both.objective_wan, both.objective_high_wan) == (50.0, 100.0, 150.0)


def test_exact_amounts_have_no_range_and_all_of_a_proven_choice_holds():
    choice = targets.choose({**SWAYED, "amount_wan": [50.0, 30.0]} | EXACT, MAKERS, max_suppliers=1)
    assert choice.objective_low_wan == choice.objective_wan == choice.objective_high_wan == 50.0
    assert choice.robust_suppliers == choice.suppliers
    assert choice.robust_categories == choice.categories


EXACT = {"amount_low_wan": [None, None], "amount_high_wan": [None, None]}


def test_the_middle_may_be_given_beside_its_band_but_not_outside_it():
    given = targets.choose({**SWAYED, "amount_wan": [41.0, 80.0]}, MAKERS, max_suppliers=1)
    assert given.suppliers == ("面板厂",)
    assert given.objective_wan == 80.0
    with pytest.raises(engines.BadTable, match="lies outside its band") as bad:
        targets.choose({**SWAYED, "amount_wan": [41.0, 95.0]}, MAKERS)
    assert (bad.value.table, bad.value.column, bad.value.row) == ("demand", "amount_wan", 1)


@pytest.mark.parametrize(
    ("changed", "said", "row"),
    [
        ({"amount_low_wan": [40.0, 95.0]}, "above the upper", 1),
        ({"amount_high_wan": [60.0, None]}, "one end only", 1),
        ({"amount_low_wan": [-1.0, 5.0]}, "below 0", 0),
    ],
)
def test_a_band_reversed_half_or_negative_is_refused_with_its_row(changed, said, row):
    with pytest.raises(engines.BadTable, match=said) as bad:
        targets.choose(SWAYED | changed, MAKERS)
    assert bad.value.row == row


def test_a_table_without_any_amount_column_is_refused_and_one_without_any_amount_is_answered():
    without = {name: SWAYED[name] for name in ("anchor_id", "part_id", "category_id")}
    with pytest.raises(engines.BadTable, match="amount_wan"):
        targets.choose(without, MAKERS)
    for end in ("amount_low_wan", "amount_high_wan"):
        with pytest.raises(engines.BadTable, match="one end only"):
            targets.choose({**without, end: SWAYED[end]}, MAKERS)
    unknown = targets.choose({**without, "amount_wan": [None, None]}, MAKERS, max_suppliers=1)
    assert (unknown.objective_wan, unknown.suppliers, unknown.unknown_count) == (0.0, (), 2)
    assert unknown.is_proven


class TestLimits:
    demand = {
        "anchor_id": ["甲", "乙", "甲", "乙"],
        "part_id": ["电机", "电机", "面板", "螺丝"],
        "category_id": ["机电", "机电", "显示", "紧固"],
        "amount_wan": [10.0, None, 100.0, 1.0],
    }
    offers = {"supplier_id": ["共性", "面板厂", "螺丝厂"], "part_id": ["电机", "面板", "螺丝"]}

    def test_an_anchor_whose_amount_is_not_known_counts_as_wanting_but_not_as_realised(self):
        wanted = targets.choose(self.demand, self.offers, min_anchors=2)
        assert wanted.suppliers == ("共性",)
        assert targets.choose(self.demand, self.offers, min_realised_anchors=2).suppliers == ()

    def test_two_who_offer_the_same_to_the_same_anchors_share_so_that_each_serves_as_many_as_asked(self):
        demand = {
            "anchor_id": ["甲", "乙", "甲", "乙"],
            "part_id": ["电机", "电机", "泵", "阀"],
            "category_id": ["机电"] * 4,
            "amount_wan": [10.0, 20.0, 3.0, 4.0],
        }
        offers = {"supplier_id": ["一", "二", "一", "二"], "part_id": ["电机", "电机", "泵", "阀"]}
        choice = targets.choose(demand, offers, min_realised_anchors=2)
        assert choice.objective_wan == 37.0
        served = {name: set() for name in choice.suppliers}
        for row in choice.covered.to_pylist():
            served[row["supplier_id"]].add(row["anchor_id"])
        assert served == {"一": {"甲", "乙"}, "二": {"甲", "乙"}}
        assert targets.verify(choice, demand, offers, min_realised_anchors=2) == ()

    @pytest.mark.parametrize("capacities", [[15.0, 15.0], [18.0, 40.0], [None, 12.0]])
    def test_who_is_at_the_end_of_its_capacity_exchanges_rather_than_serving_fewer_than_asked(self, capacities):
        demand = {
            "anchor_id": ["甲", "乙", "丙"],
            "part_id": ["电机"] * 3,
            "category_id": ["机电"] * 3,
            "amount_wan": [10.0] * 3,
        }
        offers = {"supplier_id": ["一", "二"], "part_id": ["电机"] * 2, "capacity_wan": capacities}
        choice = targets.choose(demand, offers, min_realised_anchors=3, must_include=["一", "二"])
        assert choice.objective_wan == pytest.approx(30.0)
        served = {
            name: {r["anchor_id"] for r in choice.covered.to_pylist() if r["supplier_id"] == name} for name in "一二"
        }
        assert served == {"一": {"甲", "乙", "丙"}, "二": {"甲", "乙", "丙"}}
        assert targets.verify(choice, demand, offers, min_realised_anchors=3, must_include=["一", "二"]) == ()

    def test_every_anchor_gets_its_minimum_even_where_that_covers_less(self):
        free = targets.choose(self.demand, self.offers, max_suppliers=1)
        assert free.suppliers == ("面板厂",)
        fair = targets.choose(self.demand, self.offers, max_suppliers=2, min_per_anchor_wan={"乙": 1.0})
        assert fair.suppliers == ("螺丝厂", "面板厂")
        with pytest.raises(targets.Infeasible, match="cannot all hold"):
            targets.choose(self.demand, self.offers, max_suppliers=1, min_per_anchor_wan=1.0)

    def test_a_minimum_nobody_could_cover_is_said_with_what_could_be(self):
        with pytest.raises(targets.Infeasible) as impossible:
            targets.choose(self.demand, self.offers, min_per_anchor_wan={"乙": 2.0})
        assert impossible.value.reasons == ("at least 2 must be covered of 乙, the candidates can cover 1",)
        with pytest.raises(ValueError, match="no demand of 丙"):
            targets.choose(self.demand, self.offers, min_per_anchor_wan={"丙": 2.0})

    def test_who_is_unwilling_or_certified_too_late_is_out_and_who_did_not_say_stays(self):
        offers = {**self.offers, "is_willing": [None, False, True], "certification_months": [None, 3, 18]}
        assert targets.choose(self.demand, offers).suppliers == ("共性", "螺丝厂")
        assert targets.choose(self.demand, offers, max_certification_months=12).suppliers == ("共性",)


def test_two_answers_that_settle_nothing_alone_and_everything_together_say_so():
    demand = {
        "anchor_id": ["甲", "乙", "丙"],
        "part_id": ["电机", "泵", "阀"],
        "category_id": ["机电"] * 3,
        "amount_low_wan": [0.0, 0.0, 9.0],
        "amount_high_wan": [10.0, 10.0, 9.0],
    }
    offers = {"supplier_id": ["一", "一", "二"], "part_id": ["电机", "泵", "阀"]}
    choice = targets.choose(demand, offers, max_suppliers=1)
    assert (choice.suppliers, choice.robust_suppliers) == (("一",), ())
    asked = targets.questions(demand, offers, choice, max_suppliers=1).to_pylist()
    assert [row["settled_count"] for row in asked] == [0, 0]
    assert [row["together_count"] for row in asked] == [None, asked[0]["open_count"]]


def examined(*, most):
    """Small questions with intervals, each with its choice; those without a feasible choice left out."""
    for seed in range(most):
        instance = bandforce.invent(seed, capacities=seed % 2 == 0)
        try:
            choice = targets.choose(*instance.tables(), **instance.limits)
        except targets.Infeasible:
            continue
        if choice.examined is not None and choice.examined.examiner.cases:
            yield instance, choice


def test_what_was_settled_of_the_choice_is_not_solved_again_for_its_questions(monkeypatch):
    instance, choice = next(
        (one, made) for one, made in examined(most=60) if len(made.robust_suppliers) < len(made.suppliers)
    )
    known, solve, solved = set(choice.examined.examiner.cases), robust.Examiner._case, []

    def watched(self, problem):
        solved.append(problem.group_amount.tobytes())
        return solve(self, problem)

    monkeypatch.setattr(robust.Examiner, "_case", watched)
    targets.questions(*instance.tables(), choice, **instance.limits)
    before = {case.problem.group_amount.tobytes() for case in choice.examined.examiner.cases.values()}
    assert known
    assert not before & set(solved)


def test_no_bound_taken_from_other_realisations_is_below_the_optimum():
    tried = 0
    for _, choice in examined(most=40):
        examiner = choice.examined.examiner
        cases = dict(examiner.cases)
        for key, case in cases.items():
            examiner.cases = {other: found for other, found in cases.items() if other != key}
            if case.best_wan is not None:
                tried += 1
                assert examiner._bound(case.problem) >= case.best_wan * (1 - 1e-8)
    assert tried > 100


def test_a_seeded_wrong_claim_turns_the_oracle_red(monkeypatch):
    monkeypatch.setattr(robust.Examiner, "holds", lambda *_, **__: True)
    choice = targets.choose(SWAYED, MAKERS, max_suppliers=1, draws=4)
    instance = bandforce.Instance(
        demand=list(zip(*SWAYED.values(), strict=True)),
        offers=[(one, part, None) for one, part in zip(*MAKERS.values(), strict=True)],
        limits={"max_suppliers": 1},
    )
    with pytest.raises(AssertionError):
        assert_held(instance, choice, 0)


class TestQuestions:
    limits = {"max_suppliers": 1}

    def test_the_answer_that_settles_the_choice_whatever_it_is_comes_first(self):
        # 面板 may be 10 to 90 beside 40 to 60 of 压缩机: whatever 乙 says (10 or 90) decides it; 甲's answer does not.
        choice = targets.choose(SWAYED, MAKERS, **self.limits)
        first, second = targets.questions(SWAYED, MAKERS, choice, **self.limits).to_pylist()
        assert (first["anchor_id"], first["category_id"], first["unknown_wan"]) == ("乙", "显示", 80.0)
        assert (first["settled_count"], first["open_count"]) == (2, 2)
        assert first["suppliers"] == list(choice.suppliers)
        assert (second["anchor_id"], second["settled_count"]) == ("甲", 0)

    def test_an_open_choice_says_how_often_it_stands_and_whose_unknown_sways_it(self):
        choice = targets.choose(SWAYED, MAKERS, **self.limits)
        found = targets.enquire(SWAYED, MAKERS, choice, **self.limits).open_choices.to_pylist()
        assert {(row["kind"], row["id"]) for row in found} == {
            ("supplier", choice.suppliers[0]),
            ("category", choice.categories[0]),
        }
        for row in found:
            assert 0.2 < row["share"] < 0.8, "two intervals about the same middle: about half of the draws"
            assert row["swayed_by"][0]["anchor_id"] == "乙"
            assert row["swayed_by"][0]["sway"] > row["swayed_by"][1]["sway"]

    def test_what_does_not_matter_to_the_choice_settles_nothing(self):
        choice = targets.choose(SWAYED, MAKERS, max_suppliers=2)
        found = targets.questions(SWAYED, MAKERS, choice, max_suppliers=2).to_pylist()
        assert [row["open_count"] for row in found] == [0, 0]
        assert [row["settled_count"] for row in found] == [None, None], "nothing is open, so nothing was tried"

    def test_an_amount_nobody_filled_in_is_a_question_of_its_own(self):
        demand = {**SWAYED, "amount_low_wan": [40.0, None], "amount_high_wan": [60.0, None]}
        choice = targets.choose(demand, MAKERS, **self.limits)
        found = {row["anchor_id"]: row for row in targets.questions(demand, MAKERS, choice, **self.limits).to_pylist()}
        assert found["乙"]["unfilled_count"] == 1
        assert found["乙"]["unknown_wan"] == 0.0

    def test_what_is_said_to_be_settled_is_settled_whatever_the_answer_and_nothing_else_is(self):
        told = 0
        for seed in WITH_OPEN_CHOICES:
            instance = bandforce.invent(seed, capacities=seed % 4 == 0)
            choice = targets.choose(*instance.tables(), **instance.limits, draws=4)
            asked = targets.questions(*instance.tables(), choice, **instance.limits).to_pylist()
            doubtful = opened(choice) - settled_by(instance, choice, [], opened(choice))
            left = doubtful
            for number, row in reversed([*enumerate(asked, start=1)]):  # what many leave open, none of them settles
                if row["together_count"] is not None:
                    left = settled_by(instance, choice, asked[:number], left)
                    assert row["together_count"] == len(left), seed
                if row["settled_count"] is not None:
                    found = settled_by(instance, choice, [row], left)
                    said = {("supplier", one) for one in row["suppliers"]}
                    assert said | {("category", one) for one in row["categories"]} == found, seed
                    told += len(found)
        assert told > 5


WITH_OPEN_CHOICES = (5001, 5007, 5008, 5018, 5023, 5033, 5040, 5049, 5053, 5054, 5059)


def opened(choice):
    suppliers = set(choice.suppliers) - set(choice.robust_suppliers)
    categories = set(choice.categories) - set(choice.robust_categories)
    return {("supplier", one) for one in suppliers} | {("category", one) for one in categories}


def settled_by(instance, choice, rows, items):
    """By trying every set of suppliers and categories in each realisation of what the answers leave open."""
    asked = reading.read(*instance.tables(), problem.limits(**instance.limits))
    trial = questions._Trial(
        asked=asked, examiner=choice.examined.examiner, against=choice.examined.against, draws=questions.DRAWS, seed=0
    )
    names = list(zip(*(asked.points[n].to_pylist() for n in ("anchor_id", "part_id", "category_id")), strict=True))
    wanted = [(row["anchor_id"], row["category_id"]) for row in rows]
    points = [n for one in wanted for n, name in enumerate(names) if (name[0], name[2]) == one]
    left = set(items)
    for answer in trial._answers(points):
        stands = []
        for amounts in trial._realisations(points, answer):
            realised = dict.fromkeys(instance.points(), 0.0)
            realised |= {name: float(amount) for name, amount in zip(names, amounts, strict=True)}
            _, suppliers, categories = bandforce.optima(instance, realised)
            stands.append({("supplier", one) for one in suppliers} | {("category", one) for one in categories})
        left = {one for one in left if len({one in found for found in stands}) == 1}
    return left


class TestManyCandidates:
    def test_of_two_who_offer_the_same_one_is_as_good_and_the_one_that_must_be_in_is_kept(self):
        demand = {"anchor_id": ["甲", "乙"], "part_id": ["p", "q"], "category_id": ["c", "c"], "amount_wan": [5.0, 4.0]}
        offers = {"supplier_id": ["一", "二", "三"], "part_id": ["p", "p", "q"]}
        assert targets.choose(demand, offers, max_suppliers=2).suppliers == ("一", "三")
        assert targets.choose(demand, offers, max_suppliers=2, must_include=["二"]).suppliers == ("三", "二")
        both = targets.choose(demand, offers, max_suppliers=3, must_include=["一", "二"])
        assert both.suppliers == ("一", "三", "二"), "whoever must be in is in, twin or not"
        capped = targets.choose(demand, {**offers, "capacity_wan": [3.0, 3.0, None]}, max_suppliers=3)
        assert capped.objective_wan == 9.0, "with a limit a twin brings more"

    def test_a_hundred_thousand_candidates_are_answered_and_none_is_answered_too(self):
        parts = 40
        demand = {
            "anchor_id": [f"a{n % 4}" for n in range(parts)],
            "part_id": [f"p{n}" for n in range(parts)],
            "category_id": [f"c{n % 8}" for n in range(parts)],
            "amount_wan": [float(100 - n) for n in range(parts)],
        }
        many = {
            "supplier_id": [f"s{n:06d}" for n in range(100_000)],
            "part_id": [f"p{n % parts}" for n in range(100_000)],
        }
        choice = targets.choose(demand, many, max_suppliers=3)
        assert (choice.objective_wan, choice.is_proven) == (297.0, True)
        nobody = targets.choose(demand, {"supplier_id": [], "part_id": []}, max_suppliers=3)
        assert (nobody.objective_wan, nobody.suppliers, nobody.is_proven) == (0.0, (), True)
