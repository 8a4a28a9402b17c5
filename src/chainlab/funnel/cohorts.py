"""How far the items of one month have come: conversion by cohort, so that a crowd of new ones hides no stall."""

from __future__ import annotations

import datetime as dt
from calendar import monthrange
from typing import Any

import pyarrow as pa

from chainlab.funnel import log as logs


def conversion(log: object, *, months: int | None) -> pa.Table:
    """Of the items first seen in a month, how many reached each stage within so many months.

    log: item_id, stage, entered_on, left_on (not used). months: whole calendar months counted from the day an item was
    first seen (31 January and 1 month is the last of February, that day included); None asks nothing of time.

    Returns cohort (`2026-03`), stage, item_count, reached_count, ratio (reached ÷ items): one row for each month and
    each stage of the log, also where nobody reached it; months in order, stages in the order items pass them (by the
    mean position in an item's path, then by name). A cohort younger than `months` is shown as far as it has come: the
    reader knows the day. Raises BadTable for an unusable log and ValueError for a number of months below 0.
    """
    if months is not None and (months % 1 or months < 0):
        raise ValueError(f"months is a whole number, at least 0, or None, not {months!r}")
    stays = logs.table(log)
    firsts: dict[Any, dict[Any, dt.date]] = {}
    for item, stage, on in zip(*(stays[name].to_pylist() for name in ("item_id", "stage", "entered_on")), strict=True):
        reached = firsts.setdefault(item, {})
        reached[stage] = min(on, reached.get(stage, on))
    cohorts: dict[str, list[dict[Any, dt.date]]] = {}
    for path in firsts.values():
        cohorts.setdefault(f"{min(path.values()):%Y-%m}", []).append(path)
    ordered = _order(firsts.values())
    rows = [
        (cohort, stage, len(paths), sum(_within(path, stage, months=months) for path in paths))
        for cohort, paths in sorted(cohorts.items())
        for stage in ordered
    ]
    return pa.table(
        {
            "cohort": pa.array([row[0] for row in rows], pa.string()),
            "stage": pa.array([row[1] for row in rows], stays["stage"].type),
            "item_count": pa.array([row[2] for row in rows], pa.int64()),
            "reached_count": pa.array([row[3] for row in rows], pa.int64()),
            "ratio": pa.array([row[3] / row[2] for row in rows], pa.float64()),
        }
    )


def _within(path: dict[Any, dt.date], stage: Any, *, months: int | None) -> bool:
    on = path.get(stage)
    return on is not None and (months is None or on <= later(min(path.values()), months=months))


def later(day: dt.date, *, months: int) -> dt.date:
    """The same day so many months later, or the last of that month where it has no such day."""
    year, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + year, month + 1
    if year > dt.MAXYEAR:
        return dt.date.max
    return dt.date(year, month, min(day.day, monthrange(year, month)[1]))


def _order(paths: Any) -> list[Any]:
    """Stages by their mean position in the paths; two entered on one day keep the order of their names."""
    places: dict[Any, list[int]] = {}
    for path in paths:
        for place, (_on, stage) in enumerate(sorted((on, stage) for stage, on in path.items())):
            places.setdefault(stage, []).append(place)
    return sorted(places, key=lambda stage: (sum(places[stage]) / len(places[stage]), stage))
