"""The year's end: exact where the past allows only one answer, as wide as it says where it does not."""

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
        ends.append(sum(map(sum, now.values())) * sum(map(sum, chosen)) / sum(sum(path[:4]) for path in chosen))
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


@pytest.mark.parametrize(("column", "value"), [("month", 13), ("month", 1.5), ("month", 0), ("year", 26)])
def test_a_month_that_is_none_names_its_row(column: str, value: float) -> None:
    rows = {"item_id": ["a", "a"], "year": [2026.0, 2026.0], "month": [1.0, 2.0], "done_wan": [1.0, 1.0]}
    rows[column][1] = value
    with pytest.raises(engines.BadTable) as bad:
        funnel.forecast(rows, year=2026, through=3)
    assert (bad.value.column, bad.value.row) == (column, 1)


@pytest.mark.parametrize("asked", [{"through": 0}, {"through": 13}, {"through": 3, "level": 1}])
def test_a_question_that_makes_no_sense_is_refused(asked: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="through is a month"):
        funnel.forecast(_months({("a", 2026): EVEN}), year=2026, **asked)
