"""Gaps are proposed with their rows, their thresholds and a reason; nothing is labelled on its own."""

import json

import pytest

from chainlab import coverage, gaps

TIERS = coverage.Tiers(city=("3702",), ring=("3706",), province=("37",))
FIRMS = {
    "firm_id": ["本地甲", "本地乙", "圈内", "外地", "外地二", "境外", "无址"],
    "region_code": ["370211", "370285", "370600", "110105", "320500", "DE", None],
}


def purchases(*rows):
    names = ("buyer_id", "part_id", "supplier_id", "amount_wan")
    return {name: [row[i] for row in rows] for i, name in enumerate(names)}


def capabilities(*rows):
    names = ("firm_id", "part_id", "is_qualified", "capacity_wan")
    return {name: [row[i] for row in rows] for i, name in enumerate(names)}


def proposed(*rows, able=(), **options):
    return gaps.propose(purchases(*rows), FIRMS, tiers=TIERS, capabilities=capabilities(*able), **options)


def one_gap(*rows, able=(), **options):
    [line] = proposed(*rows, able=able, **options).gaps.to_pylist()
    return line


class TestClasses:
    def test_bought_only_from_outside_with_nobody_at_home(self):
        line = one_gap(("甲", "p", "外地", 10.0), ("乙", "p", "外地二", 10.0))
        assert (line["gap"], line["anchor_count"], line["nearest_tier"]) == ("no_local_supplier", 2, "nation")

    def test_a_firm_at_home_that_is_not_qualified(self):
        line = one_gap(("甲", "p", "外地", 10.0), ("甲", "p", "外地二", 10.0), able=[("本地甲", "p", False, None)])
        assert (line["gap"], line["local_capable_count"], line["local_qualified_count"]) == ("local_unqualified", 1, 0)

    def test_known_capacity_below_the_demand_is_short(self):
        line = one_gap(("甲", "p", "外地", 60.0), ("甲", "p", "本地甲", 40.0), able=[("本地甲", "p", True, 50.0)])
        assert (line["gap"], line["local_capacity_wan"]) == ("capacity_short", 50)

    def test_capacity_that_one_of_them_does_not_state_is_not_known_to_be_short(self):
        line = proposed(
            ("甲", "p", "外地", 60.0),
            ("甲", "p", "本地甲", 40.0),
            able=[("本地甲", "p", True, 50.0), ("本地乙", "p", True, None)],
        )
        assert line.covered == ("p",)

    def test_one_source_is_a_gap_even_at_home(self):
        line = one_gap(("甲", "p", "本地甲", 10.0))
        assert (line["gap"], line["local_ratio"]) == ("single_source", 1)

    def test_a_small_local_share_is_weak(self):
        line = one_gap(("甲", "p", "外地", 80.0), ("甲", "p", "本地甲", 20.0))
        assert (line["gap"], line["local_ratio"]) == ("weak", pytest.approx(0.2))

    def test_other_classes_that_hold_are_named_besides(self):
        line = one_gap(("甲", "p", "外地", 96.0), ("甲", "p", "本地甲", 4.0), able=[("本地甲", "p", True, 5.0)])
        assert (line["gap"], line["also"]) == ("capacity_short", ["single_source", "weak"])

    def test_a_part_well_supplied_at_home_is_covered_and_no_gap(self):
        found = proposed(("甲", "p", "本地甲", 50.0), ("甲", "p", "本地乙", 50.0))
        assert (found.gaps.num_rows, found.evidence.num_rows, found.covered) == (0, 0, ("p",))

    @pytest.mark.parametrize("supplier", [None, "无址", "没登记"])
    def test_a_part_whose_sources_are_not_known_is_unknown_and_not_missing(self, supplier):
        line = one_gap(("甲", "p", supplier, 10.0))
        assert (line["gap"], line["suggested"], line["nearest_tier"]) == ("unknown", None, None)


class TestSuggestions:
    def test_everything_from_abroad_and_nobody_in_the_country_is_a_choke_point_with_its_reason(self):
        line = one_gap(("甲", "p", "境外", 10.0))
        assert line["suggested"] == "choke_point"
        assert "境外" in line["reason_zh"]

    def test_a_firm_in_the_country_that_can_make_it_makes_it_no_choke_point(self):
        line = one_gap(("甲", "p", "境外", 10.0), able=[("外地", "p", None, None)])
        assert line["suggested"] == "break_point"

    def test_an_unknown_part_of_the_supply_makes_it_no_choke_point(self):
        line = one_gap(("甲", "p", "境外", 10.0), ("甲", "p", None, 1.0))
        assert line["suggested"] == "break_point"

    def test_none_at_home_and_one_elsewhere_is_a_break_point(self):
        assert one_gap(("甲", "p", "外地", 10.0))["suggested"] == "break_point"

    def test_none_at_home_but_several_elsewhere_is_only_missing(self):
        line = one_gap(("甲", "p", "外地", 10.0), ("甲", "p", "外地二", 10.0))
        assert (line["gap"], line["suggested"], line["reason_zh"]) == ("no_local_supplier", None, None)

    def test_able_but_not_qualified_is_a_blockage(self):
        line = one_gap(("甲", "p", "外地", 10.0), able=[("本地甲", "p", False, None)])
        assert (line["suggested"], line["reason_zh"]) == ("blockage", "本地 1 家有能力但未认证")

    def test_able_at_home_and_not_bought_from_is_a_blockage(self):
        line = one_gap(("甲", "p", "外地", 10.0), ("甲", "p", "外地二", 10.0), able=[("本地甲", "p", True, None)])
        assert (line["gap"], line["suggested"]) == ("weak", "blockage")
        assert "未采购" in line["reason_zh"]
        assert line["reason_en"].isascii()


class TestEvidence:
    def test_each_gap_shows_which_anchor_buys_how_much_from_where_and_who_could(self):
        found = proposed(
            ("甲", "p", "外地", 6.0),
            ("甲", "p", "外地", 4.0),
            ("乙", "p", None, None),
            able=[("本地甲", "p", False, 9.0)],
        )
        lines = {(r["kind"], r["anchor_id"], r["firm_id"]): r for r in found.evidence.to_pylist()}
        assert len(lines) == found.evidence.num_rows == 3
        bought = lines["purchase", "甲", "外地"]
        assert (bought["amount_wan"], bought["unknown_count"], bought["tier"]) == (10, 0, "nation")
        unknown = lines["purchase", "乙", None]
        assert (unknown["amount_wan"], unknown["unknown_count"], unknown["tier"]) == (None, 1, None)
        able = lines["capability", None, "本地甲"]
        assert (able["is_qualified"], able["capacity_wan"], able["tier"]) == (False, 9, "city")

    def test_the_figures_are_those_of_the_coverage(self):
        rows = [
            ("甲", "p", "外地", 80.0),
            ("甲", "p", "本地甲", 20.0),
            ("乙", "p", None, 7.0),
            ("乙", "p", "圈内", None),
        ]
        [figures] = coverage.by_part(purchases(*rows), FIRMS, home="3702").to_pylist()
        line = one_gap(*rows)
        assert {name: line[name] for name in figures if name in line} == {
            name: value for name, value in figures.items() if name in line
        }

    def test_the_thresholds_stand_beside_the_result_and_can_be_changed(self):
        rows = [("甲", "p", "外地", 80.0), ("甲", "p", "本地甲", 20.0)]
        rule = gaps.Thresholds(weak_ratio=0.1)
        found = proposed(*rows, thresholds=rule)
        assert found.covered == ("p",)
        shown = json.loads(found.gaps.schema.metadata[b"chainlab"])
        assert (shown["weak_ratio"], shown["tiers"]["ring"]) == (0.1, ["3706"])

    def test_gaps_come_largest_first_then_by_id(self):
        found = proposed(*(("甲", part, "外地", amount) for part, amount in (("c", 1.0), ("b", 5.0), ("a", 1.0))))
        assert found.gaps["part_id"].to_pylist() == ["b", "a", "c"]

    def test_only_the_anchors_named_count(self):
        found = proposed(("甲", "p", "外地", 10.0), ("乙", "q", "外地", 10.0), anchors=["乙"])
        assert found.gaps["part_id"].to_pylist() == ["q"]

    def test_a_capability_for_a_part_nobody_buys_is_no_gap(self):
        found = proposed(("甲", "p", "外地", 10.0), able=[("本地甲", "q", True, None)])
        assert found.gaps["part_id"].to_pylist() == ["p"]

    def test_every_class_and_suggestion_has_its_word(self):
        assert all(not word.isascii() for word in (*gaps.CLASSES.values(), *gaps.SUGGESTIONS.values()))

    def test_a_firm_with_two_sites_counts_by_the_nearer(self):
        firms = {"firm_id": ["a", "a"], "region_code": ["110105", "370211"]}
        found = gaps.propose(purchases(("甲", "p", "a", 1.0)), firms, tiers=TIERS)
        assert found.evidence["tier"].to_pylist() == ["city"]
