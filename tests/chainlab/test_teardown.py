"""Exploding products: against a walk over every path, which is slow and obvious and cannot share a mistake with it."""

import itertools
from collections import defaultdict
from fractions import Fraction

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainlab import engines, network, teardown

FRIDGE = {
    "parent_id": ["冰箱", "冰箱", "压缩机", "箱体", "电机"],
    "child_id": ["压缩机", "箱体", "电机", "钢板", "钢板"],
    "quantity": [1.0, 1.0, 1.0, 2.5, 0.2],
}


def roots(*rows):
    return dict(zip(("root_id", "product_id", "quantity"), map(list, zip(*rows, strict=True)), strict=True))


def bom(*rows):
    return dict(zip(("parent_id", "child_id", "quantity"), map(list, zip(*rows, strict=True)), strict=True))


def exploded(lines, wanted):
    return {(r["root_id"], r["part_id"]): r["quantity"] for r in teardown.explode(lines, wanted).to_pylist()}


def by_every_path(lines, wanted):
    """Follow each path from each product and add up the products of the quantities along it."""
    children = defaultdict(list)
    for parent, child, quantity in lines:
        children[parent].append((child, Fraction(quantity)))
    found = defaultdict(Fraction)

    def walk(root, part, quantity):
        for child, each in children[part]:
            found[root, child] += quantity * each
            walk(root, child, quantity * each)

    for root, product, quantity in wanted:
        walk(root, product, Fraction(quantity))
    return found


@st.composite
def acyclic(draw):
    """Lines from lower to higher numbers, doubles and skipped levels included, under names that hide the order."""
    size = draw(st.integers(1, 7))
    names = draw(st.permutations([f"p{one}" for one in range(size + 1)]))
    pairs = st.tuples(st.integers(0, size - 1), st.integers(1, size)).filter(lambda pair: pair[0] < pair[1])
    quantities = st.integers(0, 5) | st.sampled_from([0.5, 0.25, 1.75])
    lines = draw(st.lists(st.tuples(pairs, quantities), max_size=14))
    wanted = draw(
        st.lists(st.tuples(st.sampled_from("rst"), st.sampled_from(names), quantities), min_size=1, max_size=5)
    )
    return [(names[parent], names[child], quantity) for (parent, child), quantity in lines], wanted


@given(acyclic())
def test_every_part_is_the_sum_over_all_its_paths(case):
    lines, wanted = case
    table = teardown.explode(bom(*lines) if lines else _NO_LINES, roots(*wanted))
    # Every number above is a small multiple of a power of two, so the sums are exact.
    assert {(r["root_id"], r["part_id"]): Fraction(r["quantity"]) for r in table.to_pylist()} == by_every_path(
        lines, wanted
    )


@given(acyclic(), st.randoms())
def test_the_order_of_the_rows_does_not_matter(case, order):
    lines, wanted = case
    first = teardown.explode(bom(*lines) if lines else _NO_LINES, roots(*wanted))
    order.shuffle(lines)
    order.shuffle(wanted)
    assert teardown.explode(bom(*lines) if lines else _NO_LINES, roots(*wanted)).equals(first)


_NO_LINES = {"parent_id": [], "child_id": [], "quantity": []}


def test_a_shared_part_is_summed_over_its_assemblies():
    assert exploded(FRIDGE, roots(("甲", "冰箱", 10)))["甲", "钢板"] == pytest.approx(10 * 2.5 + 10 * 0.2)


def test_rows_come_sorted_by_root_and_part():
    table = teardown.explode(FRIDGE, roots(("乙", "冰箱", 1), ("甲", "压缩机", 1)))
    keys = list(zip(table["root_id"].to_pylist(), table["part_id"].to_pylist(), strict=True))
    assert keys == sorted(keys)
    assert table.schema == pa.schema([("root_id", pa.string()), ("part_id", pa.string()), ("quantity", pa.float64())])


def test_lines_given_twice_add():
    assert exploded(bom(("a", "b", 1), ("a", "b", 2)), roots(("r", "a", 1))) == {("r", "b"): 3}


def test_several_products_of_one_root_add():
    assert exploded(bom(("a", "c", 2), ("b", "c", 3)), roots(("r", "a", 1), ("r", "b", 10))) == {("r", "c"): 32}


def test_the_product_itself_is_not_a_row():
    assert ("r", "a") not in exploded(bom(("a", "b", 1)), roots(("r", "a", 5)))


def test_a_product_inside_another_counts_only_as_its_part():
    assert exploded(bom(("a", "b", 2), ("b", "c", 3)), roots(("r", "a", 1), ("r", "b", 10))) == {
        ("r", "b"): 2,
        ("r", "c"): 36,
    }


def test_a_product_without_lines_gives_no_rows():
    assert exploded(bom(("a", "b", 1)), roots(("r", "b", 1), ("s", "unheard of", 1))) == {}


def test_nothing_at_all_gives_an_empty_table():
    table = teardown.explode(_NO_LINES, {"root_id": [], "product_id": [], "quantity": []})
    assert table.num_rows == 0
    assert table.column_names == ["root_id", "part_id", "quantity"]


def test_a_line_of_quantity_zero_is_still_a_row():
    assert exploded(bom(("a", "b", 0), ("b", "c", 2)), roots(("r", "a", 1))) == {("r", "b"): 0, ("r", "c"): 0}


def test_a_product_wanted_zero_times_still_shows_its_parts():
    assert exploded(bom(("a", "b", 2)), roots(("r", "a", 0))) == {("r", "b"): 0}


def test_a_ladder_with_more_paths_than_can_be_walked():
    lines = [(one, other, 1) for one in range(60) for other in (one + 1, one + 2)]
    fibonacci = [1, 1]
    while len(fibonacci) < 62:
        fibonacci.append(fibonacci[-1] + fibonacci[-2])
    assert exploded(bom(*lines), roots(("r", 0, 1)))["r", 60] == fibonacci[60]


def test_a_chain_deeper_than_any_recursion():
    depth = 5000
    lines = {"parent_id": list(range(depth)), "child_id": list(range(1, depth + 1)), "quantity": [1] * depth}
    assert exploded(lines, roots(("r", 0, 7)))["r", depth] == 7


def test_many_roots_are_solved_in_blocks_with_the_same_answer(monkeypatch):
    lines = [(one, other, other % 3 + 1) for one in range(12) for other in range(one + 1, 12, 2)]
    wanted = [(f"r{one:02}", one % 5, one + 1) for one in range(9)]
    whole = exploded(bom(*lines), roots(*wanted))
    monkeypatch.setattr(teardown, "BLOCK_CELLS", 24)
    assert exploded(bom(*lines), roots(*wanted)) == whole
    assert whole == {key: float(value) for key, value in by_every_path(lines, wanted).items()}


class TestBill:
    def test_a_bill_read_once_answers_every_question_as_its_lines_do(self):
        lines = bom(("冰箱", "箱体", 1), ("箱体", "钢板", 2), ("空调", "电机", 1), ("冰箱", "电机", 2))
        bill = teardown.Bill(lines)
        for wanted in (roots(("甲", "冰箱", 3)), roots(("甲", "冰箱", 3), ("乙", "空调", 5)), roots(("甲", "无", 1))):
            assert teardown.explode(bill, wanted).equals(teardown.explode(lines, wanted))

    def test_a_cycle_in_it_is_told_only_to_those_who_reach_it(self):
        bill = teardown.Bill(bom(("a", "b", 2), ("x", "y", 1), ("y", "x", 1)))
        assert exploded(bill, roots(("r", "a", 1))) == {("r", "b"): 2}
        with pytest.raises(network.CycleFound):
            teardown.explode(bill, roots(("r", "x", 1)))

    def test_ids_of_another_kind_are_refused(self):
        with pytest.raises(engines.BadTable, match="all text or all integers"):
            teardown.explode(teardown.Bill(bom(("1", "2", 1))), roots(("r", 1, 1)))


@pytest.mark.parametrize(
    "made",
    [
        pd.DataFrame,
        pl.DataFrame,
        pa.table,
        lambda data: pd.DataFrame(data).astype({"parent_id": "category"}),
        lambda data: pa.table({**data, "child_id": pa.array(data["child_id"], pa.large_string())}),
        lambda data: pa.table({**data, "child_id": pa.array(data["child_id"], pa.string_view())}),
        lambda data: pa.table(data).to_batches()[0],
        lambda data: pa.table(data).to_pylist(),
    ],
)
def test_any_common_kind_of_table_is_taken(made):
    wanted = roots(("甲", "冰箱", 10))
    assert teardown.explode(made(FRIDGE), wanted).equals(teardown.explode(FRIDGE, wanted))


def test_numbers_as_ids_stay_numbers():
    table = teardown.explode(pd.DataFrame(bom((1, 2, 3))), pd.DataFrame(roots((9, 1, 1))))
    assert table.to_pylist() == [{"root_id": 9, "part_id": 2, "quantity": 3.0}]


class TestCycles:
    def test_a_part_containing_itself_is_the_only_member(self):
        with pytest.raises(network.CycleFound) as caught:
            teardown.explode(bom(("a", "b", 1), ("b", "b", 1)), roots(("r", "a", 1)))
        assert caught.value.members == ("b",)

    def test_all_members_are_named_and_nobody_else(self):
        lines = bom(("a", "b", 1), ("b", "c", 1), ("c", "d", 1), ("d", "b", 1), ("d", "e", 1))
        with pytest.raises(network.CycleFound, match="b → c → d") as caught:
            teardown.explode(lines, roots(("r", "a", 1)))
        assert caught.value.members == ("b", "c", "d")
        assert "循环" in caught.value.message_zh

    def test_a_product_that_is_part_of_the_cycle(self):
        with pytest.raises(network.CycleFound) as caught:
            teardown.explode(bom(("a", "b", 1), ("b", "a", 1)), roots(("r", "a", 1)))
        assert set(caught.value.members) == {"a", "b"}

    def test_a_cycle_out_of_reach_does_no_harm(self):
        lines = bom(("a", "b", 2), ("x", "y", 1), ("y", "x", 1), ("y", "b", 1))
        assert exploded(lines, roots(("r", "a", 1))) == {("r", "b"): 2}

    def test_a_cycle_of_quantity_zero_is_a_cycle(self):
        with pytest.raises(network.CycleFound):
            teardown.explode(bom(("a", "a", 0)), roots(("r", "a", 1)))


class TestBadInput:
    def test_a_null_quantity_names_column_and_row(self):
        with pytest.raises(engines.BadTable, match=r"bom\.quantity, row 1 .* null") as caught:
            teardown.explode(bom(("a", "b", 1), ("b", "c", None)), roots(("r", "a", 1)))
        assert (caught.value.table, caught.value.column, caught.value.row) == ("bom", "quantity", 1)
        assert isinstance(caught.value, ValueError)

    def test_a_negative_quantity_is_refused(self):
        with pytest.raises(engines.BadTable, match=r"roots\.quantity, row 0 .* below 0 \(-2\)"):
            teardown.explode(bom(("a", "b", 1)), roots(("r", "a", -2)))

    @pytest.mark.parametrize("lines", [bom((None, "b", 1)), bom(("a", None, 1))])
    def test_a_missing_id_is_refused(self, lines):
        with pytest.raises(engines.BadTable, match="null"):
            teardown.explode(lines, roots(("r", "a", 1)))

    def test_quantities_beyond_all_numbers_are_refused(self):
        with pytest.raises(teardown.Overflow):
            teardown.explode(bom(("a", "b", 1e300), ("b", "c", 1e300)), roots(("r", "a", 1)))

    def test_ids_of_different_kinds_are_refused_rather_than_never_matching(self):
        with pytest.raises(engines.BadTable, match="all text or all integers"):
            teardown.explode(bom(("1", "2", 1)), roots(("r", 1, 1)))


class TestRollUp:
    def test_a_part_costs_its_own_and_everything_in_it(self):
        costs = {"part_id": ["冰箱", "钢板", "电机"], "cost_wan": [0.01, 0.002, 0.03]}
        table = teardown.roll_up(FRIDGE, costs)
        total = dict(zip(table["part_id"].to_pylist(), table["total_wan"].to_pylist(), strict=True))
        assert total["电机"] == pytest.approx(0.03 + 0.2 * 0.002)
        assert total["冰箱"] == pytest.approx(0.01 + (0.03 + 0.2 * 0.002) + 2.5 * 0.002)
        assert all(table["is_complete"].to_pylist())

    def test_a_leaf_without_a_cost_leaves_everything_above_it_incomplete(self):
        costs = {"part_id": ["钢板", "电机"], "cost_wan": [None, 0.03]}
        lines = bom(("冰箱", "箱体", 1), ("箱体", "钢板", 2), ("空调", "电机", 1))
        table = teardown.roll_up(lines, costs)
        complete = dict(zip(table["part_id"].to_pylist(), table["is_complete"].to_pylist(), strict=True))
        assert complete == {"冰箱": False, "箱体": False, "钢板": False, "空调": True, "电机": True}

    @given(acyclic())
    def test_rolling_up_and_exploding_give_the_same_money(self, case):
        """Adjoint: Σ quantity × own cost over the exploded parts = rolled-up cost of the product without its own."""
        lines, _ = case
        names = sorted({one for line in lines for one in line[:2]})
        own = {name: number + 1 for number, name in enumerate(names)}
        costs = {"part_id": list(own), "cost_wan": list(own.values())}
        if not lines:
            return
        table = teardown.roll_up(bom(*lines), costs)
        total = dict(zip(table["part_id"].to_pylist(), table["total_wan"].to_pylist(), strict=True))
        parts = exploded(bom(*lines), roots(*((name, name, 1) for name in names)))
        for name in names:
            inside = sum(quantity * own[part] for (root, part), quantity in parts.items() if root == name)
            assert total[name] == pytest.approx(own[name] + inside)

    def test_a_cycle_is_refused(self):
        with pytest.raises(network.CycleFound):
            teardown.roll_up(bom(("a", "b", 1), ("b", "a", 1)), {"part_id": ["a"], "cost_wan": [1]})

    def test_costs_beyond_all_numbers_are_refused(self):
        with pytest.raises(teardown.Overflow):
            teardown.roll_up(bom(("a", "b", 1e300)), {"part_id": ["b"], "cost_wan": [1e300]})

    @given(acyclic(), st.sets(st.sampled_from([f"p{one}" for one in range(8)]), max_size=3))
    def test_few_levels_and_many_are_rolled_up_alike(self, case, unpriced):
        """Level by level over all links, as for few levels, and parts in order, as for many: the same to the bit."""
        lines, _ = case
        if not lines:
            return
        names = sorted({one for line in lines for one in line[:2]})
        costs = {"part_id": names, "cost_wan": [None if one in unpriced else len(one) + 0.5 for one in names]}
        flat = teardown.roll_up(bom(*lines), costs)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(teardown, "FEW_LEVELS", 0)
            assert teardown.roll_up(bom(*lines), costs).equals(flat)

    def test_a_cycle_of_parts_that_cost_nothing_is_refused_as_well(self):
        with pytest.raises(network.CycleFound):
            teardown.roll_up(bom(("a", "b", 0), ("b", "a", 0)), {"part_id": ["a"], "cost_wan": [0]})


class TestAlternatives:
    """可替代: what can be met by one part or another is built in once."""

    LINES = {
        "parent_id": ["冰箱", "冰箱", "冰箱", "压缩机甲", "压缩机乙"],
        "child_id": ["压缩机甲", "压缩机乙", "箱体", "电机", "电机"],
        "quantity": [1.0, 1.0, 1.0, 1.0, 2.0],
        "alternative_group": ["压缩机", "压缩机", None, None, None],
    }

    def test_a_part_met_by_one_or_the_other_does_not_count_twice(self):
        found = exploded(self.LINES, roots(("甲", "冰箱", 100)))
        assert found["甲", "压缩机甲"] + found["甲", "压缩机乙"] == 100
        assert found["甲", "电机"] == 50 * 1 + 50 * 2
        assert found["甲", "箱体"] == 100

    def test_a_share_that_is_said_holds_and_the_rest_is_shared_evenly(self):
        lines = {**self.LINES, "share": [0.8, None, None, None, None]}
        found = exploded(lines, roots(("甲", "冰箱", 100)))
        assert found["甲", "压缩机甲"] == pytest.approx(80)
        assert found["甲", "压缩机乙"] == pytest.approx(20)

    def test_the_same_group_under_another_parent_is_another_choice(self):
        lines = {**self.LINES, "alternative_group": ["一", "一", None, "一", "一"]}
        assert exploded(lines, roots(("甲", "冰箱", 2))) == {
            ("甲", "压缩机甲"): 1, ("甲", "压缩机乙"): 1, ("甲", "箱体"): 2, ("甲", "电机"): 3,
        }  # fmt: skip

    @pytest.mark.parametrize(
        ("share", "row"),
        [([0.8, 0.3, None, None, None], 0), ([0.3, 0.3, None, None, None], 0), ([None, None, 0.5, None, None], 2)],
    )
    def test_shares_that_make_no_whole_are_refused(self, share, row):
        with pytest.raises(engines.BadTable) as refused:
            teardown.explode({**self.LINES, "share": share}, roots(("甲", "冰箱", 1)))
        assert (refused.value.column, refused.value.row) == ("share", row)

    def test_a_part_twice_in_one_group_is_refused(self):
        lines = {**self.LINES, "child_id": ["压缩机甲", "压缩机甲", "箱体", "电机", "电机"]}
        with pytest.raises(engines.BadTable, match="stands twice in one group"):
            teardown.explode(lines, roots(("甲", "冰箱", 1)))

    @given(st.data())
    def test_an_explosion_is_the_average_over_every_way_to_build_the_product(self, data):
        """Against building the product in every way there is, each with its own plain bill."""
        lines = data.draw(st.lists(st.tuples(st.integers(0, 3), st.integers(1, 5), st.integers(1, 3)), max_size=7))
        lines = list({(a, b): (f"p{a}", f"p{b}", q) for a, b, q in lines if a < b}.values())
        group = [data.draw(st.sampled_from([None, "x", "y"])) for _ in lines]
        if not lines:
            return
        table = {**bom(*lines), "alternative_group": group}
        found = exploded(table, roots(("r", "p0", 12)))
        ways = defaultdict(list)
        for line, one in zip(lines, group, strict=True):
            ways[(line[0], one) if one else line].append(line)
        expected, count = defaultdict(Fraction), 0
        for built in itertools.product(*ways.values()):
            count += 1
            for key, quantity in by_every_path(built, [("r", "p0", 12)]).items():
                expected[key] += quantity
        assert found == {key: pytest.approx(float(value / count)) for key, value in expected.items()}
