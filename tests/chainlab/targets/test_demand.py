"""From purchases to demand and offers, and the suppliers several anchors already share."""

import pytest

from chainlab import coverage, engines, targets

HOME = "3702"
FIRMS = {"firm_id": ["本地", "外地", "外省", "无址"], "region_code": ["370211", "110105", "320500", None]}
PARTS = {"part_id": ["电机", "面板"], "category_id": ["机电", "显示"]}


def purchases(*rows):
    names = ("buyer_id", "part_id", "supplier_id", "amount_wan")
    return {name: [row[i] for row in rows] for i, name in enumerate(names)}


BOUGHT = purchases(
    ("甲", "电机", "外地", 10.0),
    ("甲", "电机", "外省", 5.0),
    ("乙", "电机", "外地", 20.0),
    ("乙", "面板", "本地", 40.0),
    ("乙", "面板", None, 25.0),
    ("甲", "面板", "没登记", 7.0),
    ("甲", "螺丝", "外省", None),
)


def asked(bought=BOUGHT, **given):
    return targets.needs(bought, FIRMS, home=HOME, parts=PARTS, **given)


def demand(needs):
    return {(r["anchor_id"], r["part_id"]): (r["category_id"], r["amount_wan"]) for r in needs.demand.to_pylist()}


def offers(needs):
    return {(r["supplier_id"], r["part_id"]): r["capacity_wan"] for r in needs.offers.to_pylist()}


class TestNeeds:
    def test_demand_is_what_anchors_buy_from_outside_by_anchor_and_part(self):
        assert demand(asked()) == {
            ("甲", "电机"): ("机电", 15),
            ("乙", "电机"): ("机电", 20),
            ("甲", "螺丝"): (None, None),
        }

    def test_a_supplier_whose_place_is_unknown_is_not_outside_and_is_reported(self):
        assert asked().unplaced_amount_wan == 25 + 7

    def test_the_totals_are_of_all_purchases(self):
        needs = asked()
        assert (needs.local_amount_wan, needs.outside_amount_wan, needs.unknown_count) == (40, 35, 1)

    def test_offers_are_the_current_outside_suppliers(self):
        assert offers(asked()) == {("外地", "电机"): None, ("外省", "电机"): None, ("外省", "螺丝"): None}

    def test_capabilities_of_firms_outside_are_offers_too(self):
        able = {"firm_id": ["外省", "外地"], "part_id": ["面板", "电机"], "capacity_wan": [3.0, 9.0]}
        found = offers(asked(capabilities=able))
        assert found["外省", "面板"] == 3
        assert found["外地", "电机"] == 9  # a stated capacity holds for a current supplier as well

    @pytest.mark.parametrize("firm", ["本地", "无址", "没登记"])
    def test_capabilities_of_firms_not_known_to_be_outside_are_none(self, firm):
        assert offers(asked(capabilities={"firm_id": [firm], "part_id": ["面板"]})) == offers(asked())

    @pytest.mark.parametrize(("is_qualified", "is_offer"), [(True, True), (None, True), (False, False)])
    def test_a_capability_marked_unqualified_is_no_offer(self, is_qualified, is_offer):
        able = {"firm_id": ["外省"], "part_id": ["面板"], "is_qualified": [is_qualified]}
        assert (("外省", "面板") in offers(asked(capabilities=able))) is is_offer

    def test_only_the_anchors_named_count(self):
        needs = asked(anchors=["乙"])
        assert demand(needs) == {("乙", "电机"): ("机电", 20)}
        assert (needs.local_amount_wan, needs.outside_amount_wan, needs.unplaced_amount_wan) == (40, 20, 25)

    def test_a_part_listed_in_two_categories_is_refused(self):
        with pytest.raises(engines.BadTable, match="电机 is listed twice"):
            targets.needs(BOUGHT, FIRMS, home=HOME, parts={"part_id": ["电机", "电机"], "category_id": ["a", "b"]})

    def test_a_firm_listed_at_home_and_elsewhere_is_local(self):
        firms = {"firm_id": ["外地", "外地"], "region_code": ["110105", "370211"]}
        assert targets.needs(BOUGHT, firms, home=HOME).local_amount_wan == 30

    def test_numbers_may_be_ids(self):
        needs = targets.needs(
            {"buyer_id": [1], "part_id": [5], "supplier_id": [9], "amount_wan": [2.0]},
            {"firm_id": [9, 8], "region_code": ["11", "12"]},
            home=HOME,
            parts={"part_id": [5], "category_id": [3]},
            capabilities={"firm_id": [8], "part_id": [5]},
        )
        keys = needs.demand.select(["anchor_id", "part_id", "category_id", "amount_wan"])
        assert keys.to_pylist() == [{"anchor_id": 1, "part_id": 5, "category_id": 3, "amount_wan": 2.0}]
        assert offers(needs) == {(8, 5): None, (9, 5): None}


class TestBands:
    def banded(self, amount, low, high):
        return {
            **purchases(("甲", "电机", "外地", amount)),
            "amount_low_wan": [low],
            "amount_high_wan": [high],
        }

    def test_the_middle_of_a_band_stands_for_the_amount_and_the_range_is_kept(self):
        needs = asked(self.banded(None, 100.0, 300.0))
        assert demand(needs)["甲", "电机"] == ("机电", 200)
        assert (needs.demand_low_wan, needs.demand_high_wan, needs.banded_count) == (100, 300, 1)

    def test_an_amount_given_is_not_replaced_by_its_band(self):
        needs = asked(self.banded(120.0, 100.0, 300.0))
        assert demand(needs)["甲", "电机"] == ("机电", 120)
        assert (needs.demand_low_wan, needs.demand_high_wan, needs.banded_count) == (120, 120, 0)

    def test_half_a_band_is_unknown(self):
        assert asked(self.banded(None, 100.0, None)).unknown_count == 1

    def test_a_band_upside_down_is_refused(self):
        with pytest.raises(engines.BadTable, match="above the upper") as caught:
            asked(self.banded(None, 300.0, 100.0))
        assert "下限大于上限" in caught.value.message_zh


class TestOffers:
    def needs(self, capabilities, **more):
        bought = {"buyer_id": ["甲"], "part_id": ["钢外壳"], "supplier_id": ["老"], "amount_wan": [2.0]}
        listed = {"firm_id": ["老", "远"], "region_code": ["11", "12"]}
        return targets.needs(bought, listed, home=HOME, capabilities=capabilities, **more)

    def test_who_can_make_what_stands_in_for_a_part_offers_that_part_too_and_shares_its_capacity(self):
        able = {"firm_id": ["远"], "part_id": ["塑料外壳"], "capacity_wan": [7.0]}
        groups = {"part_id": ["钢外壳", "塑料外壳"], "group_id": ["外壳", "外壳"]}
        assert offers(self.needs(able)) == {("老", "钢外壳"): None, ("远", "塑料外壳"): 7.0}
        assert offers(self.needs(able, alternatives=groups)) == {
            ("老", "塑料外壳"): None,
            ("老", "钢外壳"): None,
            ("远", "塑料外壳"): 7.0,
            ("远", "钢外壳"): 7.0,
        }

    def test_one_not_yet_certified_is_an_offer_only_if_it_says_when_it_will_be(self):
        able = {"firm_id": ["远"], "part_id": ["钢外壳"], "is_qualified": [False], "certification_months": [None]}
        assert ("远", "钢外壳") not in offers(self.needs(able))
        soon = self.needs({**able, "certification_months": [9]})
        assert ("远", "钢外壳") in offers(soon)
        months = {row["supplier_id"]: row["certification_months"] for row in soon.offers.to_pylist()}
        assert months == {"老": None, "远": 9.0}


class TestLocalRatio:
    def test_before_it_is_local_over_what_has_a_place(self):
        assert targets.local_ratio(asked()) == pytest.approx(40 / 75)

    def test_before_it_agrees_with_the_coverage_of_the_city(self):
        tiers = coverage.by_tier(BOUGHT, FIRMS, tiers=coverage.Tiers(city=(HOME,)))
        assert targets.local_ratio(asked()) == pytest.approx(tiers["amount_ratio"][0].as_py())

    def test_after_it_counts_what_the_choice_covers(self):
        needs = asked()
        choice = targets.choose(needs.demand, needs.offers, max_categories=1, min_anchors=2)
        assert choice.suppliers == ("外地",)
        assert targets.local_ratio(needs, covered_wan=choice.objective_wan) == pytest.approx((40 + 35) / 75)

    def test_without_any_known_amount_it_is_not_known(self):
        assert targets.local_ratio(asked(purchases(("甲", "电机", None, 5.0)))) is None


class TestSharedSuppliers:
    def test_those_that_two_anchors_buy_from_outside(self):
        [line] = targets.shared_suppliers(BOUGHT, FIRMS, home=HOME).to_pylist()
        assert line == {
            "supplier_id": "外地",
            "anchor_count": 2,
            "part_count": 1,
            "amount_wan": 30,
            "unknown_count": 0,
            "anchor_ids": ["甲", "乙"] if "甲" < "乙" else ["乙", "甲"],
            "part_ids": ["电机"],
        }

    def test_with_one_anchor_enough_all_outside_suppliers_are_listed_largest_first(self):
        found = targets.shared_suppliers(BOUGHT, FIRMS, home=HOME, min_anchors=1)
        assert found["supplier_id"].to_pylist() == ["外地", "外省"]
        assert found["unknown_count"].to_pylist() == [0, 1]
        assert found["amount_wan"].to_pylist() == [30, 5]

    def test_a_local_supplier_is_not_listed_however_many_buy_from_it(self):
        bought = purchases(("甲", "电机", "本地", 1.0), ("乙", "电机", "本地", 1.0))
        assert targets.shared_suppliers(bought, FIRMS, home=HOME).num_rows == 0

    def test_no_purchases_give_an_empty_list(self):
        assert targets.shared_suppliers(purchases(), FIRMS, home=HOME).num_rows == 0
