"""Time in a stage: Kaplan and Meier's estimate of staying, Aalen and Johansen's of leaving by each way."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from chainlab.funnel import log as logs

Numbers = npt.NDArray[np.float64]


def survival(log: object, *, as_of: dt.date) -> pa.Table:
    """The share of items still in a stage after so many days, of those ever seen in it.

    log: item_id, stage, entered_on, left_on (null = still there; a day after `as_of` counts as still there; stays begun
    after `as_of` are left out). An item that comes back to a stage is a stay of its own.

    Returns stage, days, at_risk, left_count, survival: one row for each stage and each number of days after which
    somebody left, sorted; survival before the first of them is 1. at_risk: stays that lasted at least `days`. A stage
    nobody has left yet has no row. Stays still going on are censored on `as_of`, not dropped and not counted as left.

    Source: Kaplan & Meier 1958, JASA 53:457. Raises BadTable for a stay that ends before it begins.
    """
    stays = logs.stays(log, as_of=as_of)
    rows: dict[str, list[Any]] = {"stage": [], "days": [], "at_risk": [], "left_count": [], "survival": []}
    for stage, days, has_left in _by_stage(stays):
        at, risk, left = _table(days, has_left)
        rows["stage"] += [stage] * len(at)
        rows["days"] += at.tolist()
        rows["at_risk"] += risk.tolist()
        rows["left_count"] += left.tolist()
        rows["survival"] += np.cumprod(1 - left / risk).tolist()
    return pa.table(
        {
            "stage": pa.array(rows["stage"], stays.kind),
            **{name: pa.array(rows[name], pa.int64()) for name in ("days", "at_risk", "left_count")},
            "survival": pa.array(rows["survival"], pa.float64()),
        }
    )


def exits(log: object, *, as_of: dt.date) -> pa.Table:
    """The share of items that have left a stage by each way after so many days; the ways compete.

    log as for `survival`, with `exit`: where to (advanced, lost, …), filled for every stay that has ended.

    Returns stage, exit, days, left_count, incidence, sorted; one row for each stage, way and number of days after which
    somebody left that way. Incidences of all ways and the survival add to 1; one minus Kaplan and Meier of one way
    alone would overstate it, since who was lost cannot advance any more.

    Source: Aalen & Johansen 1978, Scand J Statist 5:141. Raises BadTable where a stay that ended names no exit.
    """
    stays = logs.stays(log, as_of=as_of, has_exit=True)
    names = np.asarray(stays.exits, dtype=object)
    rows: list[tuple[Any, str, int, int, float]] = []
    for stage, days, has_left, chosen in _by_stage(stays, chosen=True):
        at, risk, left = _table(days, has_left)
        before = np.concatenate([[1.0], np.cumprod(1 - left / risk)])[:-1]
        for way in sorted(set(names[chosen][has_left])):
            mine = np.bincount(np.searchsorted(at, days[has_left & (names[chosen] == way)]), minlength=len(at))
            incidence = np.cumsum(before * mine / risk)
            rows += [(stage, way, int(at[n]), int(mine[n]), float(incidence[n])) for n in np.flatnonzero(mine)]
    stage, way, at_days, count, share = zip(*rows, strict=True) if rows else ((), (), (), (), ())
    return pa.table(
        {
            "stage": pa.array(list(stage), stays.kind),
            "exit": pa.array(list(way), pa.string()),
            "days": pa.array(list(at_days), pa.int64()),
            "left_count": pa.array(list(count), pa.int64()),
            "incidence": pa.array(list(share), pa.float64()),
        }
    )


def _table(days: logs.Days, has_left: logs.Flags) -> tuple[logs.Days, logs.Days, logs.Days]:
    """After how many days somebody left, how many had stayed at least that long, and how many left then."""
    at, left = np.unique(days[has_left], return_counts=True)
    ordered = np.sort(days)
    return at, len(ordered) - np.searchsorted(ordered, at, side="left"), left.astype(np.int64)


def _by_stage(stays: logs.Stays, *, chosen: bool = False) -> Iterator[Any]:
    """(stage, days, has_left) of each stage in order; with `chosen` also which stays those are."""
    codes: dict[Any, int] = {stage: n for n, stage in enumerate(sorted(set(stays.stages)))}
    of = np.asarray([codes[stage] for stage in stays.stages], dtype=np.int64)
    for stage, code in codes.items():
        mine = of == code
        found = (stage, stays.days[mine], stays.has_left[mine])
        yield (*found, mine) if chosen else found
