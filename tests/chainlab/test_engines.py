"""Tables at the door and the locked DuckDB behind it."""

import decimal
import subprocess
import sys

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from chainlab import engines

ID = engines.Column(name="part_id")
OPEN_ID = engines.Column(name="part_id", is_nullable=True)
AMOUNT = engines.Column(name="amount_wan", kind=engines.Kind.NUMBER, is_nullable=True, minimum=0)
FLAG = engines.Column(name="is_import", kind=engines.Kind.FLAG, is_required=False, is_nullable=True)
TEXT = engines.Column(name="region_code", kind=engines.Kind.TEXT, is_nullable=True)


def read(table, *columns):
    return engines.arrow(table, name="purchases", columns=columns)


class TestArrow:
    @pytest.mark.parametrize(
        "values",
        [
            pa.array(["a", None]),
            pa.array(["a", None], pa.large_string()),
            pa.array(["a", None], pa.string_view()),
            pa.array(["a", None]).dictionary_encode(),
            pa.array(["a", None], pa.large_string()).dictionary_encode(),
        ],
    )
    def test_every_kind_of_text_becomes_the_ordinary_one(self, values):
        found = read(pa.table({"part_id": values}), OPEN_ID)
        assert found.schema.field("part_id").type == pa.string()
        assert found["part_id"].to_pylist() == ["a", None]

    @pytest.mark.parametrize("kind", [pa.int8(), pa.uint32(), pa.int64(), pa.float64()])
    def test_every_kind_of_whole_number_becomes_one(self, kind):
        found = read(pa.table({"part_id": pa.array([7, None], kind)}), OPEN_ID)
        assert found["part_id"].to_pylist() == [7, None]
        assert found.schema.field("part_id").type == pa.int64()

    def test_a_number_with_a_fraction_is_no_id(self):
        with pytest.raises(engines.BadTable, match=r"part_id, row 1 .*no id \(7\.5\)"):
            read({"part_id": [7.0, 7.5]}, ID)

    @pytest.mark.parametrize("values", [[True], [b"a"], [["a"]]])
    def test_other_things_are_no_ids(self, values):
        with pytest.raises(engines.BadTable, match="ids must be text or integers"):
            read({"part_id": values}, ID)

    @pytest.mark.parametrize("amount", [1, 1.5, decimal.Decimal("1.50")])
    def test_money_in_any_number_becomes_a_float(self, amount):
        found = read({"amount_wan": [amount]}, AMOUNT)
        assert found["amount_wan"].to_pylist() == [float(amount)]

    def test_not_a_number_is_not_filled_in(self):
        for table in (pd.DataFrame({"amount_wan": [float("nan")]}), pl.DataFrame({"amount_wan": [float("nan")]})):
            assert read(table, AMOUNT)["amount_wan"].to_pylist() == [None]

    def test_infinite_is_refused(self):
        with pytest.raises(engines.BadTable, match="not finite"):
            read({"amount_wan": [float("inf")]}, AMOUNT)

    def test_text_amounts_are_refused_with_their_row(self):
        with pytest.raises(engines.BadTable, match=r"purchases\.amount_wan, row 1 .*must be numbers") as caught:
            read({"amount_wan": [None, "约300"]}, AMOUNT)
        assert caught.value.message_zh.startswith("purchases.amount_wan 第 1 行")

    def test_a_flag_is_true_or_false(self):
        assert read({"is_import": [True, None]}, FLAG)["is_import"].to_pylist() == [True, None]
        with pytest.raises(engines.BadTable, match="true or false"):
            read({"is_import": ["是"]}, FLAG)

    def test_a_column_that_may_be_absent_comes_back_unknown(self):
        found = read({"part_id": ["a"]}, ID, FLAG)
        assert found.to_pylist() == [{"part_id": "a", "is_import": None}]

    def test_columns_nobody_asked_for_are_left_out(self):
        assert read({"note": ["x"], "part_id": ["a"]}, ID).column_names == ["part_id"]

    def test_a_missing_column_is_named(self):
        with pytest.raises(engines.BadTable, match=r"purchases\.part_id: .*found 0; columns are note"):
            read({"note": ["x"]}, ID)

    def test_a_column_given_twice_is_not_guessed(self):
        with pytest.raises(engines.BadTable, match="found 2"):
            read(pa.table([["a"], ["b"]], names=["part_id", "part_id"]), ID)

    def test_a_column_of_mixed_values_is_named(self):
        with pytest.raises(engines.BadTable, match="amount_wan") as caught:
            read({"part_id": ["a", "b"], "amount_wan": [1, "二"]}, ID, AMOUNT)
        assert caught.value.column == "amount_wan"

    def test_what_is_no_table_is_said_to_be_none(self):
        with pytest.raises(engines.BadTable, match=r"not a usable table \(int\)"):
            read(7, ID)

    def test_numbers_where_text_is_meant_become_text(self):
        assert read({"region_code": [3702, None]}, TEXT)["region_code"].to_pylist() == ["3702", None]

    def test_a_reader_of_batches_is_a_table(self):
        batches = pa.table({"part_id": ["a"]}).to_reader()
        assert read(batches, ID)["part_id"].to_pylist() == ["a"]


class TestAgree:
    def test_a_column_without_values_takes_the_type_of_the_others(self):
        full, empty = engines.agree(
            {"a": (pa.table({"x": [1, 2]}), ["x"]), "b": (read({"part_id": [None]}, OPEN_ID), ["part_id"])}
        )
        assert (full.schema.field("x").type, empty.schema.field("part_id").type) == (pa.int64(), pa.int64())

    def test_numbers_and_text_never_match_so_they_are_refused(self):
        with pytest.raises(engines.BadTable, match=r"b\.y: ids are string, those of a\.x are int64"):
            engines.agree({"a": (pa.table({"x": [1]}), ["x"]), "b": (pa.table({"y": ["1"]}), ["y"])})


class TestLockedDuckdb:
    @pytest.fixture
    def connection(self):
        with engines.connect() as connection:
            yield connection

    @pytest.mark.parametrize(
        "query",
        [
            "SELECT * FROM read_csv('/etc/hostname')",
            "SELECT * FROM read_text('/etc/hostname')",
            "SELECT * FROM '/etc/hostname'",
            "COPY (SELECT 1) TO '{folder}/out.csv'",
            "ATTACH '{folder}/other.db'",
            "INSTALL httpfs",
            "LOAD httpfs",
            "SET threads = 8",
            "SET enable_external_access = true",
            "SET lock_configuration = false",
            "PRAGMA memory_limit = '90GB'",
        ],
    )
    def test_it_touches_no_file_and_cannot_be_unlocked(self, connection, query, tmp_path):
        with pytest.raises((duckdb.PermissionException, duckdb.InvalidInputException, duckdb.CatalogException)):
            connection.execute(query.format(folder=tmp_path))
        assert list(tmp_path.iterdir()) == []

    def test_it_sees_no_variable_of_the_program(self, connection):
        secret = pa.table({"amount_wan": [1]})
        assert secret.num_rows == 1
        with pytest.raises(duckdb.CatalogException, match="secret"):
            connection.sql("SELECT * FROM secret")

    def test_a_lock_left_out_would_be_noticed(self, tmp_path):
        """The seeded failure: the same query on an ordinary connection does write."""
        duckdb.connect().execute(f"COPY (SELECT 1) TO '{tmp_path}/out.csv'")
        assert (tmp_path / "out.csv").exists()

    def test_it_keeps_to_its_memory(self):
        with engines.connect(memory_limit="50MB") as connection, pytest.raises(duckdb.OutOfMemoryException):
            connection.sql("SELECT list(range) FROM range(100000000)").fetchall()


@pytest.mark.parametrize("module", ["engines", "network", "teardown", "coverage", "gaps", "targets", "snapshot"])
def test_importing_an_analysis_loads_no_engine(module):
    """The web process may import these; what is heavy is loaded only when something is computed."""
    heavy = "duckdb ibis highspy scipy pandas polars numba sklearn"
    check = f"import sys, chainlab.{module}; print([name for name in {heavy.split()!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
