"""A snapshot is named by its day and what its tables say, appears whole or not at all, and is checked when opened."""

import datetime as dt
import json
import random
from decimal import Decimal

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainlab import snapshot

TUESDAY = dt.date(2026, 11, 24)
MONDAY = dt.date(2026, 11, 23)


def _purchases(rows):
    return pa.Table.from_pylist(rows, schema=_SCHEMA)


_SCHEMA = pa.schema(
    [
        ("buyer_id", pa.string()),
        ("amount_wan", pa.float64()),
        ("year", pa.int32()),
        ("is_import", pa.bool_()),
        ("on", pa.date32()),
        ("price", pa.decimal128(12, 2)),
    ]
)
_ROWS = [
    {"buyer_id": "甲", "amount_wan": 1.5, "year": 2025, "is_import": True, "on": MONDAY, "price": Decimal("1.20")},
    {"buyer_id": None, "amount_wan": None, "year": None, "is_import": None, "on": None, "price": None},
    {"buyer_id": "", "amount_wan": 0.0, "year": 2024, "is_import": False, "on": MONDAY, "price": Decimal("0.00")},
]


def test_what_was_written_is_what_is_read(tmp_path):
    name = snapshot.write(
        {"purchases": _purchases(_ROWS)}, directory=tmp_path, on=MONDAY, meta={"scope": "示例城市", "map_version": 3}
    )
    found = snapshot.read(name, directory=tmp_path)
    assert (found.id, found.on, found.meta) == (name, MONDAY, {"scope": "示例城市", "map_version": 3})
    key = lambda row: (row["buyer_id"] is None, row["buyer_id"] or "")  # noqa: E731
    assert sorted(found.tables["purchases"].to_pylist(), key=key) == sorted(_ROWS, key=key)


def test_the_id_begins_with_the_day(tmp_path):
    assert snapshot.write({"a": _purchases(_ROWS)}, directory=tmp_path, on=MONDAY).startswith("2026-11-23-")


def test_another_day_is_another_snapshot(tmp_path):
    tables = {"a": _purchases(_ROWS)}
    first = snapshot.write(tables, directory=tmp_path, on=MONDAY)
    second = snapshot.write(tables, directory=tmp_path, on=MONDAY + dt.timedelta(days=1))
    assert first[11:] == second[11:]
    assert first != second


@given(
    st.lists(st.tuples(st.text(max_size=3) | st.none(), st.floats(allow_nan=False) | st.none()), max_size=8),
    st.randoms(),
)
def test_the_order_of_rows_and_columns_does_not_matter(tmp_path_factory, rows, order):
    directory = tmp_path_factory.mktemp("snapshots")
    shuffled = rows.copy()
    order.shuffle(shuffled)
    tables = [
        pa.table({"a": pa.array([r[0] for r in rows], pa.string()), "b": pa.array([r[1] for r in rows], pa.float64())}),
        pa.table(
            {
                "b": pa.array([r[1] for r in shuffled], pa.float64()),
                "a": pa.array([r[0] for r in shuffled], pa.string()),
            }
        ),
    ]
    assert len({snapshot.write({"t": table}, directory=directory, on=MONDAY) for table in tables}) == 1


@given(
    st.lists(st.lists(st.none() | st.text(alphabet="ab", max_size=2), min_size=2, max_size=2), max_size=3),
    st.lists(st.lists(st.none() | st.text(alphabet="ab", max_size=2), min_size=2, max_size=2), max_size=3),
)
def test_other_rows_are_another_snapshot(tmp_path_factory, one, other):
    directory = tmp_path_factory.mktemp("snapshots")
    ids = [
        snapshot.write(
            {"t": pa.table({name: pa.array([row[i] for row in rows], pa.string()) for i, name in enumerate("xy")})},
            directory=directory,
            on=MONDAY,
        )
        for rows in (one, other)
    ]
    key = lambda rows: sorted(map(repr, rows))  # noqa: E731
    assert (ids[0] == ids[1]) == (key(one) == key(other))


def test_an_empty_cell_is_not_an_empty_text_nor_a_zero(tmp_path):
    def written(values, kind):
        return snapshot.write({"t": pa.table({"a": pa.array(values, kind)})}, directory=tmp_path, on=MONDAY)

    assert written([None], pa.string()) != written([""], pa.string())
    assert written([None], pa.float64()) != written([0.0], pa.float64())
    assert written([None], pa.bool_()) != written([False], pa.bool_())


def test_the_same_rows_from_pandas_polars_and_arrow_are_one_snapshot(tmp_path):
    data = {"name": ["冰箱", "空调", None], "amount_wan": [1.5, -0.0, None]}
    tables = [
        pa.table(data),
        pa.Table.from_pandas(pd.DataFrame(data), preserve_index=False),
        pl.DataFrame(data).to_arrow(),
        pa.table({"name": pa.array(data["name"]).dictionary_encode(), "amount_wan": data["amount_wan"]}),
        pa.table(data).slice(1).to_pylist() and pa.concat_tables([pa.table(data).slice(0, 1), pa.table(data).slice(1)]),
    ]
    assert len({snapshot.write({"t": table}, directory=tmp_path, on=MONDAY) for table in tables}) == 1


def test_writing_twice_leaves_one_folder_and_the_first_files(tmp_path):
    name = snapshot.write({"t": _purchases(_ROWS)}, directory=tmp_path, on=MONDAY)
    before = (tmp_path / name / "t.parquet").stat().st_mtime_ns
    rows = _ROWS.copy()
    random.Random(1).shuffle(rows)
    assert snapshot.write({"t": _purchases(rows)}, directory=tmp_path, on=MONDAY) == name
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert (tmp_path / name / "t.parquet").stat().st_mtime_ns == before


def test_a_write_that_fails_leaves_nothing(tmp_path):
    with pytest.raises(TypeError):
        snapshot.write({"t": _purchases(_ROWS)}, directory=tmp_path, on=MONDAY, meta={"when": MONDAY})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["", "../x", "A", "a b"])
def test_a_table_name_is_a_plain_word(tmp_path, name):
    with pytest.raises(ValueError, match="table names"):
        snapshot.write({name: _purchases(_ROWS)}, directory=tmp_path, on=MONDAY)


def test_a_snapshot_without_tables_says_nothing(tmp_path):
    with pytest.raises(ValueError, match="table names"):
        snapshot.write({}, directory=tmp_path, on=MONDAY)


def test_lists_are_refused(tmp_path):
    with pytest.raises(TypeError, match="list"):
        snapshot.write({"t": pa.table({"a": [[1]]})}, directory=tmp_path, on=MONDAY)


def test_the_same_rows_on_another_day_are_known_to_be_the_same(tmp_path):
    first, second = (snapshot.write({"t": _purchases(_ROWS)}, directory=tmp_path, on=day) for day in (MONDAY, TUESDAY))
    other = snapshot.write({"t": _purchases(_ROWS[1:])}, directory=tmp_path, on=TUESDAY)
    assert first != second
    assert snapshot.is_same(first, second, directory=tmp_path)
    assert not snapshot.is_same(second, other, directory=tmp_path)
    assert not snapshot.is_same(first, "2026-11-24-gone", directory=tmp_path)


class TestDamage:
    @pytest.fixture
    def name(self, tmp_path):
        return snapshot.write({"t": _purchases(_ROWS), "u": _purchases([])}, directory=tmp_path, on=MONDAY)

    def _refused(self, name, tmp_path, match):
        with pytest.raises(snapshot.Damaged, match=match) as caught:
            snapshot.read(name, directory=tmp_path)
        assert name in caught.value.message_zh

    def test_a_missing_table_is_named(self, name, tmp_path):
        (tmp_path / name / "t.parquet").unlink()
        self._refused(name, tmp_path, "t.parquet is missing")

    def test_a_cut_file_is_found(self, name, tmp_path):
        path = tmp_path / name / "t.parquet"
        path.write_bytes(path.read_bytes()[:-20])
        self._refused(name, tmp_path, "cannot be read")

    def test_a_figure_changed_in_place_is_found(self, name, tmp_path):
        rows = [{**_ROWS[0], "amount_wan": 1.6}, *_ROWS[1:]]
        pa.parquet.write_table(_purchases(rows), tmp_path / name / "t.parquet")
        self._refused(name, tmp_path, "t is not what the id says")

    def test_a_figure_changed_together_with_the_manifest_is_found(self, name, tmp_path):
        rows = [{**_ROWS[0], "amount_wan": 1.6}, *_ROWS[1:]]
        other = snapshot.write({"t": _purchases(rows), "u": _purchases([])}, directory=tmp_path / "other", on=MONDAY)
        for path in (tmp_path / "other" / other).iterdir():
            (tmp_path / name / path.name).write_bytes(path.read_bytes())
        self._refused(name, tmp_path, "manifest.json is not what the id says")

    def test_a_manifest_that_is_no_manifest_is_found(self, name, tmp_path):
        (tmp_path / name / "manifest.json").write_text(json.dumps([1]))
        self._refused(name, tmp_path, "cannot be read")

    def test_an_unknown_id_is_missing(self, name, tmp_path):
        self._refused("2026-11-24-" + name[11:], tmp_path, "is missing")

    def test_an_id_cannot_lead_out_of_the_directory(self, tmp_path):
        self._refused("../2026", tmp_path, "not an id")
