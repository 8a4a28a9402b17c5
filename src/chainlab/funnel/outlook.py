"""How the year will end: what is done so far times what earlier years still did after this month; and how often that
came true."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from chainlab import engines

MONTHS = (
    engines.Column(name="item_id"),
    engines.Column(name="year", kind=engines.Kind.NUMBER, minimum=1900),
    engines.Column(name="month", kind=engines.Kind.NUMBER, minimum=1),
    engines.Column(name="done_wan", kind=engines.Kind.NUMBER, is_nullable=True),
)

Grid = npt.NDArray[np.float64]
LARGEST = 300.0  # of the logarithm of a draw: nothing that large is told, and its power is still a number


def forecast(
    months: object, *, year: int, through: int, draws: int = 1000, seed: int = 0, level: float = 0.8
) -> pa.Table:
    """The rest of a year by bootstrapping projects within earlier years, with the seasonal-naive line beside it.

    months: item_id, year, month (1 to 12), done_wan (done in that month; null is not reported and adds nothing; rows
    given twice add). through: the last month known of `year`; later rows of it are not looked at.

    Returns month (1 to 12), done_wan (cumulative; null after `through`), low_wan, middle_wan, high_wan (cumulative;
    null up to `through`, and everywhere where no whole earlier year has done anything by that month), naive_wan (done
    so far plus what last year did in the months since; null where last year has a month without a report).

    Method: an earlier year counts where somebody reported in each of its months; half a year would look as if nothing
    had been done before. A whole year says how many times its sum through `through` its sum was in each later month.
    A draw takes the mean of the years' factors (of their logarithms); what years differ by, as Student's t for one
    year more (k − 1 degrees of freedom); and what projects differ by: as many paths of one of the years as there are
    projects this year, drawn with replacement. What is done this year times that is the draw. low and high hold
    `level` of the draws, middle is the median. With one whole year before, what years differ by is not known, the band
    holds the differences between projects only and is too narrow (`backtest` and benchmarks/forecast.py show by how
    much). The forecast knows nothing of this year's plan: hold it beside the plan, not in its place.

    Raises ValueError for a month outside 1 to 12 or a level outside (0, 1), BadTable for an unusable table.
    """
    _require(through=through, draws=draws, level=level)
    return _forecast(_history(months), year, through=through, draws=draws, seed=seed, level=level)


def backtest(
    months: object,
    *,
    through: int | Iterable[int],
    draws: int = 1000,
    seed: int = 0,
    level: float = 0.8,
) -> pa.Table:
    """What `forecast` would have said in earlier years in the same month, beside what came of it.

    months, draws, seed, level: as for `forecast`. through: a month, or several. Every whole year that has a whole year
    before it is cut at `through` and forecast from the years before it alone.

    Returns through, year, actual_wan, low_wan, middle_wan, high_wan, naive_wan (as of the year's end), run_rate_wan
    (done so far ÷ `through` × 12), sorted by through and year; no rows where there is no such year, or where `through`
    is 12.
    """
    asked = [through] if isinstance(through, int | float) else sorted(set(through))
    for month in asked:
        _require(through=month, draws=draws, level=level)
    history = _history(months)
    rows = [row for month in asked if month < 12 for row in _looked_back(history, month, draws, seed, level)]
    kinds = {"through": pa.int64(), "year": pa.int64()} | dict.fromkeys(
        ("actual_wan", "low_wan", "middle_wan", "high_wan", "naive_wan", "run_rate_wan"), pa.float64()
    )
    return pa.table({name: pa.array([row[name] for row in rows], kind) for name, kind in kinds.items()})


def _looked_back(history: History, through: int, draws: int, seed: int, level: float) -> Iterator[dict[str, float]]:
    """The years that can be forecast from whole years before them, cut at one month."""
    for year in sorted(history.whole)[1:]:
        told = _forecast(history, year, through=through, draws=draws, seed=seed, level=level).to_pylist()
        if told[-1]["middle_wan"] is None:
            continue
        end = {name: told[-1][name] for name in ("low_wan", "middle_wan", "high_wan", "naive_wan")}
        actual = float(history.paths[history.years == year].sum())
        run_rate = told[through - 1]["done_wan"] * 12 / through
        yield {"through": through, "year": year, "actual_wan": actual, **end, "run_rate_wan": run_rate}


def _require(*, through: int, draws: int, level: float) -> None:
    if through not in range(1, 13) or not 0 < level < 1 or draws < 1 or draws != int(draws):
        raise ValueError("through is a month 1 to 12, level lies between 0 and 1, draws are a whole number, at least 1")


@dataclass(frozen=True, eq=False, kw_only=True)
class History:
    """Every project-year as twelve months, and which years were reported whole."""

    years: npt.NDArray[np.int64]
    paths: Grid
    told: dict[int, set[int]]  # year → months in which somebody reported

    @property
    def whole(self) -> set[int]:
        return {year for year, months in self.told.items() if len(months) == 12}


def _history(months: object) -> History:
    table = engines.arrow(months, name="months", columns=MONTHS)
    years, paths = _paths(table)
    told: dict[int, set[int]] = {}
    for year, month, done in zip(*(table[name].to_pylist() for name in ("year", "month", "done_wan")), strict=True):
        if done is not None:
            told.setdefault(int(year), set()).add(int(month))
    return History(years=years, paths=paths, told=told)


def _forecast(history: History, year: int, *, through: int, draws: int, seed: int, level: float) -> pa.Table:
    years, paths = history.years, history.paths
    now = paths[years == year]
    done = now[:, :through].sum(axis=0).cumsum() if len(now) else np.zeros(through)
    past = [paths[years == one] for one in sorted(history.whole) if one < year]
    count = int(now[:, :through].any(axis=1).sum())
    factors = _factors(past, count=count, through=through, draws=draws, seed=seed)
    last = paths[years == year - 1].sum(axis=0)
    is_known = set(range(through + 1, 13)) <= history.told.get(year - 1, set()) and year - 1 in history.told
    naive = np.concatenate([done, done[-1] + last[through:].cumsum()]) if is_known else None
    edges = [(1 - level) / 2, 0.5, (1 + level) / 2]
    bounds = None if factors is None else np.quantile(done[-1] * factors, edges, axis=0)
    unknown = [None] * (12 - through)
    columns = {"done_wan": [*done.tolist(), *unknown]}
    for n, name in enumerate(("low_wan", "middle_wan", "high_wan")):
        columns[name] = [*[None] * through, *(unknown if bounds is None else bounds[n].tolist())]
    columns["naive_wan"] = [None] * 12 if naive is None else naive.tolist()
    amounts = {name: pa.array(values, pa.float64()) for name, values in columns.items()}
    return pa.table({"month": pa.array(range(1, 13), pa.int64()), **amounts})


def _paths(table: pa.Table) -> tuple[npt.NDArray[np.int64], Grid]:
    """The year of every project-year, and its twelve months."""
    month, year = table["month"].to_numpy(), table["year"].to_numpy()
    _refuse(table, "month", (month > 12) | (month != np.floor(month)), zh="不是月份", en="is no month")
    _refuse(table, "year", year != np.floor(year), zh="不是年份", en="is no year")
    keys = list(zip(table["item_id"].to_pylist(), table["year"].to_pylist(), strict=True))
    place = {key: n for n, key in enumerate(sorted(set(keys), key=lambda key: (key[1], str(key[0]))))}
    paths = np.zeros((len(place), 12))
    amounts = np.nan_to_num(table["done_wan"].to_numpy())
    np.add.at(paths, ([place[key] for key in keys], month.astype(np.int64) - 1), amounts)
    return np.asarray([int(of) for _item, of in place], dtype=np.int64), paths


def _refuse(table: pa.Table, column: str, is_wrong: npt.NDArray[np.bool_], *, zh: str, en: str) -> None:
    """Raise BadTable for the first row that is wrong."""
    wrong = np.flatnonzero(is_wrong)
    if len(wrong):
        row = int(wrong[0])
        said = f"({table[column][row].as_py():g})"
        raise engines.BadTable(
            table="months", column=column, row=row, message_zh=f"{zh}{said}", message_en=f"{en} {said}"
        )


def _factors(past: list[Grid], *, count: int, through: int, draws: int, seed: int) -> Grid | None:
    """draws × months after `through`: how many times the sum so far the sum will be in that month; None without a
    past. Done in logarithms, so that no draw falls below nothing."""
    # Corrections may take more back than was done: such a year has no factor.
    usable = [year for year in past if (year.sum(axis=0).cumsum()[through - 1 :] > 0).all()]
    if through == 12 or not usable or not count:
        return None
    random = np.random.default_rng(seed)
    cumulative = [year.cumsum(axis=1) for year in usable]
    own = np.log([year.sum(axis=0)[through:] / year.sum(axis=0)[through - 1] for year in cumulative])
    rest = [year[:, through - 1 :] for year in cumulative]
    places, sums = np.empty(draws, dtype=np.int64), np.empty((draws, 13 - through))
    for draw in range(draws):
        place = places[draw] = int(random.integers(len(usable)))
        size = len(usable[place])
        sums[draw] = np.bincount(random.integers(size, size=count), minlength=size) @ rest[place]
    sums[sums[:, 0] <= 0] = np.nan
    ratio = sums[:, 1:] / sums[:, :1]
    found = np.log(np.where(ratio > 0, ratio, np.nan)) - own[places]
    if len(usable) == 1:
        found *= np.sqrt(2)  # the one factor there is was drawn from as many projects and is no surer than the draw
    found += own.mean(axis=0)
    if len(usable) > 1:
        spread = own.std(axis=0, ddof=1) * np.sqrt(1 + 1 / len(usable))
        found += random.standard_t(len(usable) - 1, size=(draws, 1)) * spread
    found = np.exp(np.minimum(found[np.isfinite(found).all(axis=1)], LARGEST))
    if all((year >= 0).all() for year in usable):
        found = np.maximum.accumulate(np.maximum(found, 1), axis=1)  # what is done stays done
    return found if len(found) else None
