"""Who supplies each part from where: against loops over exact fractions, and the same on DuckDB and PostgreSQL."""

import json
import os

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainlab import coverage, engines
from tests.chainlab import slow_coverage

HOME = "3702"
TIERS = coverage.Tiers(city=("3702",), ring=("3706", "3707"), province=("37",))
FIRMS = {"firm_id": ["本地甲", "本地乙", "外地丙", "境外丁"], "region_code": ["370211", "370285", "110105", "DE"]}

regions = st.sampled_from(["370201", "3706", "37", "370", "11", "DE", "", None])
firm_rows = st.lists(
    st.fixed_dictionaries({"firm_id": st.sampled_from([*"abcd", None]), "region_code": regions}), max_size=6
)
purchase_rows = st.lists(
    st.fixed_dictionaries(
        {
            "buyer_id": st.sampled_from("xy"),
            "part_id": st.sampled_from("pqr"),
            "supplier_id": st.sampled_from([*"abcde", None]),
            # Multiples of a power of two: their sums are exact, so rounding cannot hide a wrong sum.
            "amount_wan": st.none() | st.integers(0, 800).map(lambda eighths: eighths / 8),
        }
    ),
    max_size=12,
)


def table(rows, *columns):
    return {column: [row[column] for row in rows] for column in columns}


def purchases(*rows):
    return {
        name: [row[i] for row in rows] for i, name in enumerate(("buyer_id", "part_id", "supplier_id", "amount_wan"))
    }


def one_part(*rows, home=HOME, firms=FIRMS):
    [line] = coverage.by_part(purchases(*rows), firms, home=home).to_pylist()
    return line


def same(found, expected):
    assert len(found) == len(expected)
    for row, wanted in zip(found, expected, strict=True):
        for name, value in wanted.items():
            if isinstance(value, str | bool | None):
                assert row[name] == value, (name, row, wanted)
            else:
                assert row[name] == pytest.approx(float(value), rel=1e-12, abs=1e-15), (name, row, wanted)


@given(purchase_rows, firm_rows, st.sampled_from([["3702"], ["37"], ["3706", "11"]]))
def test_every_figure_is_that_of_the_slow_way(bought, firms, home):
    found = coverage.by_part(
        table(bought, "part_id", "supplier_id", "amount_wan"), table(firms, "firm_id", "region_code"), home=home
    )
    same(found.to_pylist(), slow_coverage.by_part(bought, firms, home=home))


@given(purchase_rows, firm_rows)
def test_every_tier_is_that_of_the_slow_way(bought, firms):
    found = coverage.by_tier(
        table(bought, "part_id", "supplier_id", "amount_wan"), table(firms, "firm_id", "region_code"), tiers=TIERS
    )
    prefixes = [list(TIERS.city), list(TIERS.ring), list(TIERS.province), list(TIERS.nation)]
    same(found.to_pylist(), slow_coverage.by_tier(bought, firms, prefixes=prefixes))


def test_the_door_has_the_columns_promised():
    assert coverage.by_part(purchases(("甲", "p", "外地丙", 1.0)), FIRMS, home=HOME).schema == pa.schema(
        [
            ("part_id", pa.string()),
            ("amount_wan", pa.float64()),
            ("local_amount_wan", pa.float64()),
            ("unknown_amount_wan", pa.float64()),
            ("unknown_count", pa.int64()),
            ("local_ratio", pa.float64()),
            ("hhi", pa.float64()),
            ("supplier_count", pa.int64()),
            ("top_share", pa.float64()),
            ("is_single_source", pa.bool_()),
        ]
    )


def test_no_purchases_give_an_empty_table_of_the_same_columns():
    nothing = coverage.by_part(purchases(), FIRMS, home=HOME)
    assert nothing.num_rows == 0
    assert nothing.schema == coverage.by_part(purchases(("甲", "p", "外地丙", 1.0)), FIRMS, home=HOME).schema


def test_parts_come_sorted():
    found = coverage.by_part(purchases(*(("甲", part, None, 1.0) for part in "zbam")), FIRMS, home=HOME)
    assert found["part_id"].to_pylist() == ["a", "b", "m", "z"]


class TestWhatIsNotKnown:
    def test_a_row_without_an_amount_is_counted_and_in_no_sum(self):
        line = one_part(("甲", "p", "本地甲", None), ("甲", "p", "外地丙", 30.0))
        assert (line["amount_wan"], line["unknown_count"], line["local_ratio"]) == (30, 1, 0)

    def test_a_part_known_only_without_amounts_still_appears_with_null_ratios(self):
        line = one_part(("甲", "p", "本地甲", None))
        assert line["unknown_count"] == 1
        assert (line["local_ratio"], line["hhi"], line["top_share"]) == (None, None, None)

    def test_an_unknown_supplier_is_bought_from_but_never_local(self):
        line = one_part(("甲", "p", None, 60.0), ("甲", "p", "本地甲", 40.0))
        assert (line["amount_wan"], line["unknown_amount_wan"], line["local_amount_wan"]) == (100, 60, 40)
        assert line["local_ratio"] == 1

    def test_an_unlisted_supplier_is_unknown_in_place_but_counts_as_a_supplier(self):
        line = one_part(("甲", "p", "未登记", 60.0), ("甲", "p", "本地甲", 40.0))
        assert (line["unknown_amount_wan"], line["supplier_count"]) == (60, 2)
        assert line["hhi"] == pytest.approx(0.36 + 0.16)

    @pytest.mark.parametrize("region", [None, ""])
    def test_a_listed_supplier_without_a_place_is_unknown_in_place(self, region):
        line = one_part(("甲", "p", "a", 5.0), firms={"firm_id": ["a"], "region_code": [region]})
        assert (line["unknown_amount_wan"], line["local_ratio"]) == (5, None)

    def test_concentration_is_over_the_named_suppliers_only(self):
        line = one_part(("甲", "p", None, 900.0), ("甲", "p", "本地甲", 75.0), ("甲", "p", "外地丙", 25.0))
        assert (line["top_share"], line["hhi"]) == (pytest.approx(0.75), pytest.approx(0.625))

    def test_without_a_named_supplier_nothing_is_said_of_concentration(self):
        line = one_part(("甲", "p", None, 9.0))
        assert (line["supplier_count"], line["hhi"], line["top_share"], line["is_single_source"]) == (
            0,
            None,
            None,
            False,
        )


class TestSuppliers:
    def test_rows_of_one_supplier_are_summed_before_shares_are_taken(self):
        line = one_part(("甲", "p", "本地甲", 30.0), ("乙", "p", "本地甲", 30.0), ("甲", "p", "外地丙", 40.0))
        assert (line["supplier_count"], line["top_share"]) == (2, pytest.approx(0.6))

    def test_a_firm_listed_twice_supplies_no_more(self):
        firms = {"firm_id": ["a", "a", "a"], "region_code": ["370211", "370211", "110000"]}
        line = one_part(("甲", "p", "a", 10.0), firms=firms)
        assert (line["amount_wan"], line["local_amount_wan"]) == (10, 10)

    def test_a_missing_supplier_is_not_the_firm_without_a_name(self):
        line = one_part(("甲", "p", None, 10.0), firms={"firm_id": [None], "region_code": ["370211"]})
        assert line["local_amount_wan"] == 0

    def test_one_supplier_is_a_single_source(self):
        assert one_part(("甲", "p", "外地丙", 1.0))["is_single_source"]

    @pytest.mark.parametrize(("share", "is_single"), [(95.0, True), (94.0, False)])
    def test_a_supplier_of_95_percent_is_a_single_source(self, share, is_single):
        line = one_part(("甲", "p", "外地丙", share), ("甲", "p", "本地甲", 100 - share))
        assert line["is_single_source"] is is_single

    def test_the_threshold_can_be_changed_and_is_shown(self):
        bought = purchases(("甲", "p", "外地丙", 80.0), ("甲", "p", "本地甲", 20.0))
        found = coverage.by_part(bought, FIRMS, home=HOME, single_source_ratio=0.8)
        assert found["is_single_source"].to_pylist() == [True]
        assert json.loads(found.schema.metadata[b"chainlab"]) == {"home": ["3702"], "single_source_ratio": 0.8}


class TestHome:
    def test_home_may_be_several_prefixes(self):
        rows = [("甲", "p", "本地甲", 10.0), ("甲", "p", "外地丙", 30.0)]
        assert one_part(*rows, home=["3702", "1101"])["local_ratio"] == 1

    def test_a_code_shorter_than_the_prefix_is_not_home(self):
        line = one_part(("甲", "p", "a", 1.0), firms={"firm_id": ["a"], "region_code": ["37"]})
        assert line["local_ratio"] == 0

    def test_a_prefix_is_text_and_no_pattern(self):
        assert one_part(("甲", "p", "本地甲", 1.0), home="3_02")["local_ratio"] == 0
        assert one_part(("甲", "p", "本地甲", 1.0), home="%")["local_ratio"] == 0

    @pytest.mark.parametrize("home", ["", [], ["3702", ""]])
    def test_an_empty_home_is_refused_because_everything_would_be_local(self, home):
        with pytest.raises(ValueError, match="home"):
            one_part(("甲", "p", "本地甲", 1.0), home=home)

    def test_region_codes_may_be_numbers(self):
        line = one_part(
            ("甲", "p", "a", 1.0), firms=pd.DataFrame({"firm_id": ["a", "b"], "region_code": [370211, None]})
        )
        assert line["local_ratio"] == 1


class TestInput:
    @pytest.mark.parametrize("made", [pd.DataFrame, pl.DataFrame, pa.table])
    def test_any_common_kind_of_table_is_taken(self, made):
        bought = purchases(("甲", "p", "本地甲", 1.0), ("甲", "q", None, None))
        assert coverage.by_part(made(bought), made(FIRMS), home=HOME).equals(coverage.by_part(bought, FIRMS, home=HOME))

    def test_numbers_with_a_gap_are_still_ids(self):
        bought = pd.DataFrame({"part_id": [1, 2], "supplier_id": [7, None], "amount_wan": [1.0, 2.0]})
        found = coverage.by_part(bought, {"firm_id": [7], "region_code": ["370211"]}, home=HOME)
        assert found["local_amount_wan"].to_pylist() == [1, 0]

    def test_text_and_number_ids_are_refused_rather_than_never_matching(self):
        with pytest.raises(engines.BadTable, match=r"firms\.firm_id"):
            coverage.by_part(purchases(("甲", "p", "7", 1.0)), {"firm_id": [7], "region_code": ["370211"]}, home=HOME)

    def test_a_negative_amount_names_its_row(self):
        with pytest.raises(engines.BadTable, match=r"purchases\.amount_wan, row 1") as caught:
            coverage.by_part(purchases(("甲", "p", "a", 1.0), ("甲", "p", "a", -1.0)), FIRMS, home=HOME)
        assert "第 1 行" in caught.value.message_zh

    def test_a_row_without_a_part_is_refused(self):
        with pytest.raises(engines.BadTable, match=r"part_id, row 0"):
            coverage.by_part(purchases(("甲", None, "a", 1.0)), FIRMS, home=HOME)


class TestTiers:
    BOUGHT = purchases(("甲", "p", "本地甲", 10.0), ("甲", "p", "外地丙", 30.0), ("甲", "q", "境外丁", 60.0))

    def test_the_three_variants_are_three_answers(self):
        city = coverage.by_tier(self.BOUGHT, FIRMS, tiers=TIERS).to_pylist()[0]
        assert city["amount_ratio"] == pytest.approx(0.1)
        assert city["part_ratio"] == pytest.approx(0.5)
        assert city["supplier_ratio"] == pytest.approx(1 / 3)

    def test_tiers_are_cumulative_up_to_everything_that_has_a_place(self):
        found = coverage.by_tier(self.BOUGHT, FIRMS, tiers=TIERS)
        assert found["tier"].to_pylist() == ["city", "ring", "province", "nation", "abroad"]
        assert found["amount_wan"].to_pylist() == [10, 10, 10, 40, 100]

    def test_hong_kong_is_not_abroad(self):
        assert coverage.tier_of("810000", tiers=TIERS) == "nation"

    @pytest.mark.parametrize(
        ("code", "tier"), [("3702", "city"), ("370600", "ring"), ("370100", "province"), ("JP", "abroad"), ("", None)]
    )
    def test_a_place_belongs_to_the_nearest_tier_that_names_it(self, code, tier):
        assert coverage.tier_of(code, tiers=TIERS) == tier

    def test_the_rows_behind_the_figures_add_up_to_them(self):
        bought, firms = slow_coverage.invented(5)
        rows = coverage.sources(_columns(bought), _columns(firms), tiers=TIERS).to_pylist()
        by_tier = coverage.by_tier(_columns(bought), _columns(firms), tiers=TIERS).to_pylist()
        city = [row for row in rows if row["tier"] == "city"]
        assert sum(row["amount_wan"] for row in city) == pytest.approx(by_tier[0]["amount_wan"])
        assert sum(row["unknown_count"] for row in rows) == sum(row["amount_wan"] is None for row in bought)


class TestWithinReach:
    """What could be had at home beside what is bought there: spare capacity, never more than is bought."""

    def reached(self, capabilities):
        bought = {
            "buyer_id": ["x", "y", "x", "y"],
            "part_id": ["p", "p", "q", "q"],
            "supplier_id": ["本地甲", "外地丙", None, "外地丙"],
            "amount_wan": [100.0, 300.0, 50.0, 0.0],
        }
        able = pa.Table.from_pylist(capabilities, schema=ABLE)
        found = coverage.within_reach(coverage.by_part(bought, FIRMS, home=HOME), able, FIRMS, home=HOME).to_pylist()
        return {row.pop("part_id"): tuple(row.values()) for row in found}

    def able(self, firm, capacity, *, qualified=None, part="p"):
        return {"firm_id": firm, "part_id": part, "is_qualified": qualified, "capacity_wan": capacity}

    def test_without_a_maker_at_home_it_is_what_is_bought_at_home(self):
        assert self.reached([self.able("外地丙", 900.0)])["p"] == (0, 100.0, 0.25)

    def test_capacity_counts_beyond_what_is_sold_already(self):
        assert self.reached([self.able("本地甲", 180.0)])["p"] == (1, 180.0, 0.45)
        assert self.reached([self.able("本地甲", 40.0)])["p"] == (1, 100.0, 0.25)

    def test_a_capacity_nobody_told_is_not_limited_and_never_more_than_is_bought(self):
        assert self.reached([self.able("本地甲", 180.0), self.able("本地乙", None)])["p"] == (2, 400.0, 1.0)

    def test_an_unqualified_maker_is_none_and_a_place_unknown_gives_no_share(self):
        assert self.reached([self.able("本地乙", None, qualified=False)])["p"] == (0, 100.0, 0.25)
        assert self.reached([self.able("本地乙", None, part="q")])["q"] == (1, 0.0, None)


ABLE = pa.schema(
    [("firm_id", pa.string()), ("part_id", pa.string()), ("is_qualified", pa.bool_()), ("capacity_wan", pa.float64())]
)


def _columns(rows):
    return table(rows, *rows[0])


@pytest.mark.postgres
class TestOnPostgres:
    """The very same expression, run by another engine on the same rows."""

    @pytest.fixture
    def remote(self):
        import ibis

        connection = ibis.postgres.from_connection(_psycopg())
        yield connection
        connection.disconnect()

    @pytest.mark.parametrize("seed", [1, 2, 3])
    def test_postgres_and_duckdb_give_the_same_rows(self, remote, seed):
        bought, firms = (pa.Table.from_pylist(rows) for rows in slow_coverage.invented(seed))
        there = [remote.create_table(f"{n}_{seed}", t, temp=True) for n, t in (("bought", bought), ("firms", firms))]
        found = coverage.expression(*there, home=HOME).to_pyarrow().sort_by("part_id")
        same(found.to_pylist(), coverage.by_part(bought, firms, home=HOME).to_pylist())
        [wide] = coverage.tier_expression(*there, tiers=TIERS).to_pyarrow().to_pylist()
        assert [wide[f"amount_{rank}"] for rank in range(5)] == pytest.approx(
            coverage.by_tier(bought, firms, tiers=TIERS)["amount_wan"].to_pylist()
        )


def _psycopg():
    import psycopg

    return psycopg.connect(os.environ["DATABASE_URL"])


@pytest.mark.parametrize("home", ["", [], 3702, None])
def test_a_home_that_means_nothing_is_refused_with_what_to_give(home):
    with pytest.raises(ValueError, match="prefixes of region codes, such as 3702"):
        coverage.prefixes(home)
