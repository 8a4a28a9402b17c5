"""The year-end forecast judged: how often the year ends in the band that claims 8 of 10, and how far off the middle is
beside last year's months and the monthly average, on seeded histories cut in June.

Nobody publishes months of projects, so the histories are invented: projects of lognormal size that begin at any month,
a year that fills up in December, and years that differ in how late they do (`years_differ_by`: the standard deviation
of that tilt, in logarithms, at either end of the year). The seed decides everything. Run: python -m benchmarks.forecast
"""

import json
from typing import Any

import numpy as np
import pyarrow as pa

from benchmarks import measure
from chainlab import funnel

SEED, WORLDS, THROUGH, DRAWS = 20261126, 200, 6, 200
PROJECTS = (30, 300)
DIFFER = (0.0, 0.15, 0.3)
BEFORE = (1, 2, 3, 5)
PACE = np.array([0.4, 0.5, 0.9, 0.9, 1, 1.1, 1, 1, 1.1, 1.1, 1.2, 1.8])


def history(dice: np.random.Generator, *, before: int, projects: int, differ: float) -> list[Any]:
    """Project × month of `before` years and one more."""
    years = []
    for _year in range(before + 1):
        tilt = np.exp(dice.normal(0, differ) * np.linspace(-1, 1, 12)) * np.exp(dice.normal(0, 0.1))
        begin = np.where(dice.random(projects) < 0.35, dice.integers(0, 12, projects), 0)
        active = np.arange(12)[None, :] >= begin[:, None]
        size = dice.lognormal(0, 1.2, projects)
        noise = dice.gamma(1.5, 1 / 1.5, (projects, 12))
        years.append(size[:, None] * PACE * tilt * noise * active)
    return years


def table(years: list[Any]) -> pa.Table:
    """The history as months of projects, the last year 2026."""
    first = 2026 - len(years) + 1
    shape = years[0].shape
    return pa.table(
        {
            "item_id": np.tile(np.repeat(np.arange(shape[0]), 12), len(years)),
            "year": np.repeat(np.arange(first, 2027), shape[0] * 12),
            "month": np.tile(np.arange(1, 13), shape[0] * len(years)),
            "done_wan": np.concatenate([year.ravel() for year in years]),
        }
    )


def judged(*, before: int, projects: int, differ: float) -> dict[str, Any]:
    """Over the worlds: share within the band, mean error of the middle, of last year's months, of the average."""
    inside, errors = 0, []
    for world in range(WORLDS):
        dice = np.random.default_rng([SEED, world, before, projects])
        years = history(dice, before=before, projects=projects, differ=differ)
        told = funnel.backtest(table(years), through=THROUGH, draws=DRAWS).to_pylist()[-1]
        actual = told["actual_wan"]
        inside += told["low_wan"] <= actual <= told["high_wan"]
        errors.append([abs(told[name] / actual - 1) for name in ("middle_wan", "naive_wan", "run_rate_wan")])
    middle, naive, run_rate = np.mean(errors, axis=0)
    return {
        "years_before": before,
        "projects": projects,
        "years_differ_by": differ,
        "within_band": round(inside / WORLDS, 3),
        "error_middle": round(float(middle), 3),
        "error_last_year": round(float(naive), 3),
        "error_average": round(float(run_rate), 3),
    }


def main() -> None:
    rows = [
        judged(before=before, projects=projects, differ=differ)
        for projects in PROJECTS
        for differ in DIFFER
        for before in BEFORE
    ]
    for row in rows:
        print(row)
    about = {"worlds": WORLDS, "cut_after_month": THROUGH, "claimed": 0.8, "seed": SEED, "rows": rows}
    kept = json.dumps(about, indent=1, ensure_ascii=False)
    (measure.RESULTS / "forecast.json").write_text(kept + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
