"""How the year will end: what is done so far times what projects of earlier years still did after this month."""

from __future__ import annotations

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


def forecast(
    months: object, *, year: int, through: int, draws: int = 1000, seed: int = 0, level: float = 0.8
) -> pa.Table:
    """The rest of a year by bootstrapping projects, with the seasonal-naive line beside it.

    months: item_id, year, month (1 to 12), done_wan (done in that month; null is not reported and adds nothing; rows
    given twice add). through: the last month known of `year`; later rows of it are not looked at.

    Returns month (1 to 12), done_wan (cumulative; null after `through`), low_wan, middle_wan, high_wan (cumulative;
    null up to `through`, and everywhere where no earlier year has done anything by that month), naive_wan (done so far
    plus what last year did in the months since; null where last year has no row).

    Method: every project-year before `year` is one path of twelve months. A draw takes as many paths as there are
    projects this year, with replacement, and asks how many times their sum through `through` it was in each later
    month; what is done this year times that is the draw. low and high hold `level` of the draws, middle is the
    median. The factor is a ratio of sums, so a project that had done nothing yet and then much counts, and a small one
    weighs little. It knows nothing of this year's plan: hold it beside the plan, not in its place.

    Raises ValueError for a month outside 1 to 12 or a level outside (0, 1), BadTable for an unusable table.
    """
    if not 1 <= through <= 12 or not 0 < level < 1 or draws < 1:
        raise ValueError("through is a month 1 to 12, level lies between 0 and 1, draws are at least 1")
    table = engines.arrow(months, name="months", columns=MONTHS)
    years, paths = _paths(table)
    now, before = paths[years == year], paths[years < year]
    done = now[:, :through].sum(axis=0).cumsum() if len(now) else np.zeros(through)
    factors = _factors(before, count=len(now), through=through, draws=draws, seed=seed)
    last = paths[years == year - 1].sum(axis=0)
    naive = np.concatenate([done, done[-1] + last[through:].cumsum()]) if (years == year - 1).any() else None
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
    month = table["month"].to_numpy()
    wrong = np.flatnonzero((month > 12) | (month != np.floor(month)))
    if len(wrong):
        row = int(wrong[0])
        said = f"({month[row]:g})"
        raise engines.BadTable(
            table="months",
            column="month",
            row=row,
            message_zh=f"不是月份{said}",
            message_en=f"is no month {said}",
        )
    keys = list(zip(table["item_id"].to_pylist(), table["year"].to_pylist(), strict=True))
    place = {key: n for n, key in enumerate(sorted(set(keys), key=lambda key: (key[1], str(key[0]))))}
    paths = np.zeros((len(place), 12))
    amounts = np.nan_to_num(table["done_wan"].to_numpy())
    np.add.at(paths, ([place[key] for key in keys], month.astype(np.int64) - 1), amounts)
    return np.asarray([int(year) for _item, year in place], dtype=np.int64), paths


def _factors(before: Grid, *, count: int, through: int, draws: int, seed: int) -> Grid | None:
    """draws × months after `through`: how many times the sum so far the sum was in that month; None without a past."""
    if through == 12 or not len(before) or not count or before[:, :through].sum() <= 0:
        return None
    random = np.random.default_rng(seed)
    cumulative = before.cumsum(axis=1)
    found = np.empty((draws, 12 - through))
    for draw in range(draws):
        drawn = cumulative[random.integers(len(before), size=count)].sum(axis=0)
        found[draw] = drawn[through:] / drawn[through - 1] if drawn[through - 1] > 0 else np.nan
    found = found[~np.isnan(found).any(axis=1)]
    return found if len(found) else None
