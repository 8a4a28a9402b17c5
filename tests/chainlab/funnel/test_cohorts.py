"""Conversion by cohort against a slow count that walks the calendar."""

import datetime as dt

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chainlab import funnel
from tests.chainlab.funnel import slow

dates = st.dates(dt.date(2025, 1, 1), dt.date(2026, 12, 31))
rows_of = st.lists(st.tuples(st.integers(0, 8), st.sampled_from([40, 50, 70, 90]), dates), min_size=1, max_size=30)


@given(rows_of, st.none() | st.integers(0, 24))
@settings(max_examples=150, deadline=None)
def test_conversion_is_the_slow_count(rows: list[tuple[int, int, dt.date]], months: int | None) -> None:
    stays: list[slow.Stay] = [(*row, None) for row in rows]
    told = funnel.conversion(_log(rows), months=months).to_pylist()
    assert {(r["cohort"], r["stage"]): (r["item_count"], r["reached_count"]) for r in told} == slow.conversion(
        stays, months=months
    )
    assert all(r["ratio"] == r["reached_count"] / r["item_count"] for r in told)


def _log(rows: list[tuple[int, int, dt.date]]) -> pa.Table:
    items, stages, days = map(list, zip(*rows, strict=True))
    return pa.table(
        {"item_id": items, "stage": stages, "entered_on": days, "left_on": pa.nulls(len(rows), pa.date32())}
    )


def test_a_signing_of_january_that_starts_within_six_months_counts_on_the_last_day_and_not_on_the_next() -> None:
    for on, reached in ((dt.date(2026, 7, 31), 1), (dt.date(2026, 8, 1), 0)):
        log = _log([(1, 40, dt.date(2026, 1, 31)), (1, 70, on)])
        told = {row["stage"]: row["reached_count"] for row in funnel.conversion(log, months=6).to_pylist()}
        assert told == {40: 1, 70: reached}
    leap = _log([(1, 40, dt.date(2026, 1, 31)), (1, 70, dt.date(2026, 2, 28))])
    assert funnel.conversion(leap, months=1).to_pylist()[1]["reached_count"] == 1


def test_stages_stand_in_the_order_items_pass_them_not_by_name() -> None:
    day = dt.date(2026, 1, 1)
    log = {
        "item_id": [1, 1, 1, 2, 2],
        "stage": ["签约", "开工", "投产", "签约", "投产"],
        "entered_on": [day, day.replace(month=2), day.replace(month=3), day, day.replace(month=5)],
        "left_on": pa.nulls(5, pa.date32()),
    }
    told = funnel.conversion(log, months=None).to_pylist()
    assert [row["stage"] for row in told] == ["签约", "开工", "投产"]


def test_months_below_zero_are_refused() -> None:
    for wrong in (-1, 6.5):
        with pytest.raises(ValueError, match="at least 0"):
            funnel.conversion(_log([(1, 40, dt.date(2026, 1, 31))]), months=wrong)  # type: ignore[arg-type]
    ages = funnel.conversion(_log([(1, 40, dt.date(2026, 1, 31))]), months=10**6)
    assert ages["reached_count"].to_pylist() == [1], "longer than the calendar reaches is for ever"
