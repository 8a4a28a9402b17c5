"""The year's end: exact where the past allows only one answer, as wide as it says where it does not."""

import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from chainlab import engines, funnel


def _months(paths: dict[tuple[Any, int], list[float | None]]) -> pa.Table:
    rows = [(item, year, n + 1, amount) for (item, year), path in paths.items() for n, amount in enumerate(path)]
    names = ("item_id", "year", "month", "done_wan")
    return pa.table(dict(zip(names, map(list, zip(*rows, strict=True)), strict=True)))


EVEN = [10.0] * 12


def test_a_past_of_one_pace_leaves_one_forecast_and_the_naive_line_adds_last_year() -> None:
    paths = {("a", 2025): EVEN, ("b", 2025): [3 * n for n in EVEN], ("c", 2026): [20.0] * 6}
    told = funnel.forecast(_months(paths), year=2026, through=6).to_pydict()
    assert told["done_wan"] == [20, 40, 60, 80, 100, 120, *[None] * 6]
    for name in ("low_wan", "middle_wan", "high_wan"):
        assert told[name][:6] == [None] * 6
        assert told[name][6:] == pytest.approx([140, 160, 180, 200, 220, 240])
    assert told["naive_wan"] == [20, 40, 60, 80, 100, 120, 160, 200, 240, 280, 320, 360]


def test_the_draws_are_the_ratios_a_slow_second_way_gives() -> None:
    random = np.random.default_rng(3)
    past = {(f"p{n}", 2025): [float(v) for v in random.integers(0, 50, 12)] for n in range(7)}
    now = {(f"q{n}", 2026): [float(v) for v in random.integers(0, 50, 4)] for n in range(3)}
    told = funnel.forecast(_months({**past, **now}), year=2026, through=4, draws=200, seed=11).to_pydict()
    drawn = np.random.default_rng(11)
    ordered = [past[key] for key in sorted(past)]
    ends = []
    for _draw in range(200):
        chosen = [ordered[n] for n in drawn.integers(7, size=3)]
        ratio = sum(map(sum, chosen)) / sum(sum(path[:4]) for path in chosen)
        whole = sum(map(sum, ordered)) / sum(sum(path[:4]) for path in ordered)
        ends.append(sum(map(sum, now.values())) * max(1, whole * (ratio / whole) ** 2**0.5))
    for name, share in (("low_wan", 0.1), ("middle_wan", 0.5), ("high_wan", 0.9)):
        assert told[name][-1] == pytest.approx(np.quantile(ends, share))


def test_eight_of_ten_years_end_within_the_band_that_says_so() -> None:
    inside = 0
    for world in range(60):
        random = np.random.default_rng(world)
        paces = random.gamma(2, 1, (160, 12)) * random.lognormal(0, 1, (160, 1))
        paths = {(n, 2025 if n < 120 else 2026): list(path) for n, path in enumerate(paces)}
        told = funnel.forecast(_months(paths), year=2026, through=6, draws=200).to_pydict()
        inside += told["low_wan"][-1] <= paces[120:].sum() <= told["high_wan"][-1]
    assert 39 <= inside <= 57


def test_without_a_past_there_is_no_band_and_without_last_year_no_naive_line() -> None:
    told = funnel.forecast(_months({("a", 2026): [1.0, None, 3.0]}), year=2026, through=3).to_pydict()
    assert told["done_wan"][:3] == [1, 1, 4]
    assert told["middle_wan"] == [None] * 12
    assert told["naive_wan"] == [None] * 12
    older = funnel.forecast(_months({("a", 2023): EVEN, ("a", 2026): EVEN[:3]}), year=2026, through=3).to_pydict()
    assert older["middle_wan"][-1] == pytest.approx(120)
    assert older["naive_wan"] == [None] * 12


def test_a_whole_year_needs_no_forecast_and_later_months_are_not_looked_at() -> None:
    paths = {("a", 2025): EVEN, ("b", 2026): EVEN}
    assert funnel.forecast(_months(paths), year=2026, through=12).to_pydict()["middle_wan"] == [None] * 12
    early = funnel.forecast(_months(paths), year=2026, through=2).to_pydict()
    assert early["done_wan"] == [10, 20, *[None] * 10]
    assert early["middle_wan"][-1] == pytest.approx(120)


@pytest.mark.parametrize(
    ("column", "value"), [("month", 13), ("month", 1.5), ("month", 0), ("year", 26), ("year", 2025.5)]
)
def test_a_month_that_is_none_names_its_row(column: str, value: float) -> None:
    rows = {"item_id": ["a", "a"], "year": [2026.0, 2026.0], "month": [1.0, 2.0], "done_wan": [1.0, 1.0]}
    rows[column][1] = value
    with pytest.raises(engines.BadTable) as bad:
        funnel.forecast(rows, year=2026, through=3)
    assert (bad.value.column, bad.value.row) == (column, 1)


@pytest.mark.parametrize(
    "asked", [{"through": 0}, {"through": 13}, {"through": 3.5}, {"through": 3, "level": 1}, {"through": 3, "draws": 0}]
)
def test_a_question_that_makes_no_sense_is_refused(asked: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="through is a month"):
        funnel.forecast(_months({("a", 2026): EVEN}), year=2026, **asked)


def _worlds(count: int, *, before: int, differ: float) -> Iterator[tuple[pa.Table, float]]:
    """Histories whose years differ in how late they do, each with how its last year ended."""
    random = np.random.default_rng(count * before)
    for _world in range(count):
        years = []
        for _year in range(before + 1):
            tilt = np.exp(random.normal(0, differ) * np.linspace(-1, 1, 12))
            years.append(random.lognormal(0, 1, (40, 1)) * random.gamma(2, 1, (40, 12)) * tilt)
        paths = {(n, 2026 - before + y): list(path) for y, year in enumerate(years) for n, path in enumerate(year)}
        yield _months(paths), float(years[-1].sum())


def test_where_years_differ_the_band_holds_what_they_differ_by_once_there_are_two_of_them() -> None:
    def inside(before: int) -> int:
        found = 0
        for months, ended in _worlds(60, before=before, differ=0.3):
            told = funnel.forecast(months, year=2026, through=6, draws=100).to_pydict()
            found += told["low_wan"][-1] <= ended <= told["high_wan"][-1]
        return found

    assert 39 <= inside(3) <= 57
    assert inside(1) < 35, (
        "one year before says nothing of how years differ: the band is too narrow, and the doc says so"
    )


def test_a_year_somebody_did_not_report_whole_is_no_past() -> None:
    paths = {("a", 2024): [None] * 10 + [500.0, 500.0], ("a", 2025): EVEN, ("a", 2026): EVEN[:10]}
    told = funnel.forecast(_months(paths), year=2026, through=10).to_pydict()
    assert told["middle_wan"][-1] == pytest.approx(120)
    part = funnel.forecast(_months({("a", 2025): [*EVEN[:11], None], ("a", 2026): EVEN[:3]}), year=2026, through=3)
    assert part["middle_wan"].null_count == part["naive_wan"].null_count == 12


def test_money_taken_back_never_breaks_a_forecast() -> None:
    paths = {("a", 2024): [10.0, -60.0, *EVEN[:10]], ("b", 2025): [5.0] * 11 + [-4.0], ("c", 2026): EVEN[:2]}
    told = funnel.forecast(_months(paths), year=2026, through=2).to_pydict()
    assert told["middle_wan"][-1] == pytest.approx(20 * 51 / 10), (
        "a year that was below nothing in February has no factor"
    )


def test_looking_back_is_the_forecast_each_year_would_have_had_beside_what_came() -> None:
    random = np.random.default_rng(5)
    paths = {(n, year): list(random.gamma(2, 10, 12)) for year in range(2022, 2027) for n in range(8)}
    paths |= {(99, 2026): [1.0] * 4}
    told = funnel.backtest(_months(paths), through=4, draws=50).to_pylist()
    assert [row["year"] for row in told] == [2023, 2024, 2025, 2026]
    for row in told:
        cut = {key: path for key, path in paths.items() if key[1] <= row["year"]}
        end = funnel.forecast(_months(cut), year=row["year"], through=4, draws=50).to_pylist()[-1]
        assert {name: row[name] for name in end if name in row} == pytest.approx(
            {name: end[name] for name in end if name in row}
        )
        mine = [path for key, path in paths.items() if key[1] == row["year"]]
        assert row["actual_wan"] == pytest.approx(sum(map(sum, mine)))
        assert row["run_rate_wan"] == pytest.approx(3 * sum(sum(path[:4]) for path in mine))
    assert funnel.backtest(_months(paths), through=12).num_rows == 0
    assert funnel.backtest(_months({("a", 2025): EVEN, ("a", 2026): EVEN[:3]}), through=3).num_rows == 0


def test_several_months_are_looked_back_at_as_each_of_them_alone() -> None:
    random = np.random.default_rng(6)
    months = _months({(n, year): list(random.gamma(2, 10, 12)) for year in range(2023, 2026) for n in range(5)})
    told = funnel.backtest(months, through=[9, 3, 12, 3], draws=50).to_pylist()
    assert [(row["through"], row["year"]) for row in told] == [(3, 2024), (3, 2025), (9, 2024), (9, 2025)]
    alone = [row for month in (3, 9) for row in funnel.backtest(months, through=month, draws=50).to_pylist()]
    assert told == alone
    with pytest.raises(ValueError, match="through is a month"):
        funnel.backtest(months, through=[3, 13])


def test_two_years_that_have_nothing_in_common_are_no_number_too_large_to_write() -> None:
    far = {("a", 2024): [1e-9, *[1e9] * 11], ("b", 2025): [1e9, *[1e-9] * 11], ("c", 2026): [1.0]}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        told = funnel.forecast(_months(far), year=2026, through=1).to_pylist()[-1]
    assert all(np.isfinite(told[name]) for name in ("low_wan", "middle_wan", "high_wan"))
