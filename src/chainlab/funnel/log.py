"""The log of stays, read and checked once for every question asked of it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from chainlab import engines

STAYS = (
    engines.Column(name="item_id"),
    engines.Column(name="stage"),
    engines.Column(name="entered_on", kind=engines.Kind.DATE),
    engines.Column(name="left_on", kind=engines.Kind.DATE, is_nullable=True),
)
EXIT = engines.Column(name="exit", kind=engines.Kind.TEXT, is_nullable=True)

Days = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class Stays:
    """Stays as of a day. `days` spent so far, `has_left` by that day, `exits` by name ("" where still there)."""

    stages: list[Any]  # of each stay
    days: Days
    has_left: Flags
    exits: list[str]
    kind: pa.DataType  # of a stage


def table(log: object, *, has_exit: bool = False) -> pa.Table:
    """The log as Arrow; raises BadTable for a stay that ends before it begins."""
    columns = (*STAYS, EXIT) if has_exit else STAYS
    stays = engines.arrow(log, name="log", columns=columns)
    entered, left = numbers(stays["entered_on"]), numbers(stays["left_on"])
    reversed_ = np.flatnonzero(~np.isnan(left) & (left < entered))
    if len(reversed_):
        row = int(reversed_[0])
        raise engines.BadTable(
            table="log",
            column="left_on",
            row=row,
            message_zh=f"离开 {stays['left_on'][row]} 早于进入 {stays['entered_on'][row]}",
            message_en=f"left on {stays['left_on'][row]}, before it was entered on {stays['entered_on'][row]}",
        )
    return stays


def stays(log: object, *, as_of: dt.date, has_exit: bool = False) -> Stays:
    """The stays that had begun by `as_of`, seen from that day: who leaves later has not left yet."""
    if not isinstance(as_of, dt.date):
        raise TypeError(f"as_of is a date, not {as_of!r}")
    found = table(log, has_exit=has_exit)
    today = float(day_number(as_of))
    entered, left = numbers(found["entered_on"]), numbers(found["left_on"])
    begun = entered <= today
    found = found.filter(pa.array(begun))
    entered, left = entered[begun], left[begun]
    has_left = ~np.isnan(left) & (left <= today)
    days = (np.where(has_left, left, today) - entered).astype(np.int64)
    named = found["exit"].to_pylist() if has_exit else [None] * len(days)
    if has_exit:
        _require_exits(named, has_left)
    return Stays(
        stages=found["stage"].to_pylist(),
        days=days,
        has_left=has_left,
        exits=[name if gone and name is not None else "" for name, gone in zip(named, has_left, strict=True)],
        kind=found["stage"].type,
    )


def numbers(column: pa.ChunkedArray) -> npt.NDArray[np.float64]:
    """Days since 1970; NaN where there is no date."""
    found: npt.NDArray[np.float64] = column.cast(pa.int32()).cast(pa.float64()).to_numpy(zero_copy_only=False)
    return found


def day_number(day: dt.date) -> int:
    """Days since 1970."""
    return day.toordinal() - dt.date(1970, 1, 1).toordinal()


def _require_exits(named: list[str | None], has_left: Flags) -> None:
    row = next((n for n, (name, gone) in enumerate(zip(named, has_left, strict=True)) if gone and not name), None)
    if row is not None:
        raise engines.BadTable(
            table="log", column="exit", row=row, message_zh="已离开的须写明去向", message_en="has left; say where to"
        )
