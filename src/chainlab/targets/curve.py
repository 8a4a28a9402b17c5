"""Coverage against the number of suppliers: one exact choice a number, until more suppliers add nothing."""

from __future__ import annotations

import dataclasses
import math
import time
from collections.abc import Iterator
from typing import Any

import pyarrow as pa

from chainlab.targets import choice, possible, problem, reading

MOST_SUPPLIERS = 30
SECONDS_EACH, SECONDS = 5.0, 90.0


@dataclasses.dataclass(frozen=True, kw_only=True)
class Point:
    """The most that `supplier_count` suppliers or fewer cover, in 万元; bound_wan is what no choice of so many exceeds.

    is_proven: nothing more can be covered by so many; otherwise it is the best found in the time allowed.
    is_plateau: no number of suppliers covers more.
    """

    supplier_count: int
    covered_wan: float
    is_proven: bool
    bound_wan: float = math.inf
    is_plateau: bool = False


def frontier(
    demand: object,
    offers: object,
    *,
    max_suppliers: int,
    seconds_each: float = SECONDS_EACH,
    seconds: float = SECONDS,
    **limits: Any,
) -> pa.Table:
    """The most that 1 … `max_suppliers` suppliers cover: suppliers, objective_wan, bound_wan, one row a number.

    demand, offers and the other limits as `choose` takes them; intervals by their middles. objective_wan = bound_wan
    where nothing more can be covered; otherwise the bound is what no choice of so many exceeds. Behind the plateau a
    row repeats it; when the time is over the rest is greedy with its bound; a number that cannot be met (more must be
    in) has no row. seconds_each, seconds: for one number, and for all; instead of time_limit_s, draws and seed.

    Raises what `choose` raises for the same input; Infeasible only where no number of suppliers will do.
    """
    problem.expect_whole("max_suppliers", max_suppliers)
    found = list(_points(demand, offers, _START, max_suppliers, (seconds_each, seconds), limits, is_hurried=True))
    if found and found[-1].is_plateau:
        further = range(found[-1].supplier_count + 1, max_suppliers + 1)
        found += [dataclasses.replace(found[-1], supplier_count=count) for count in further]
    return pa.table(
        {
            "suppliers": pa.array([point.supplier_count for point in found], pa.int64()),
            "objective_wan": pa.array([point.covered_wan for point in found], pa.float64()),
            "bound_wan": pa.array([point.bound_wan for point in found], pa.float64()),
        }
    )


def points(
    demand: object,
    offers: object,
    *,
    after: Point | None = None,
    up_to: int = MOST_SUPPLIERS,
    seconds_each: float = SECONDS_EACH,
    seconds: float = SECONDS,
    **limits: Any,
) -> Iterator[Point]:
    """Points from one supplier up, each as soon as it is found, the last at the plateau, `up_to` or the time allowed.

    demand, offers and the other limits as `choose` takes them (not max_suppliers). `after` is the last point already
    known: the curve goes on behind it. The plateau is what any number of suppliers covers; a point that reaches it is
    proven by it. A number that cannot be met (more must be in) has no point.
    """
    return _points(demand, offers, after or _START, up_to, (seconds_each, seconds), limits, is_hurried=False)


def _points(
    demand: object,
    offers: object,
    after: Point,
    last: int,
    allowed: tuple[float, float],
    limits: dict[str, Any],
    *,
    is_hurried: bool,
) -> Iterator[Point]:
    seconds_each, deadline = allowed[0], time.monotonic() + allowed[1]
    asked = reading.read(demand, offers, problem.limits(**{**limits, "max_suppliers": None}))
    try:
        whole = choice.solve(asked, time_limit_s=seconds_each)
    except TimeoutError:
        return
    before = after.covered_wan
    if after.supplier_count and whole.is_proven and _same(before, whole.objective_wan):
        return
    for count in range(after.supplier_count + 1, last + 1):
        left = min(seconds_each, deadline - time.monotonic())
        if left <= 0 and not is_hurried:
            return
        limited = dataclasses.replace(asked, limits=dataclasses.replace(asked.limits, max_suppliers=count))
        try:
            possible.expect(limited)
            found = choice.solve(limited, time_limit_s=max(0.0, left))
        except (problem.Infeasible, TimeoutError):
            continue
        # Fewer suppliers are a choice for more of them too: a search cut short must not make the curve fall.
        before = max(found.objective_wan, before)
        bound = max(before, min(found.bound_wan, whole.bound_wan))
        is_plateau = whole.is_proven and _same(before, whole.objective_wan)
        yield Point(
            supplier_count=count,
            covered_wan=before,
            is_proven=found.is_proven or is_plateau,
            bound_wan=before if found.is_proven or is_plateau else bound,
            is_plateau=is_plateau,
        )
        if is_plateau:
            return


def _same(value: float, most: float) -> bool:
    return most - value <= problem.TOLERANCE * max(1.0, most)


_START = Point(supplier_count=0, covered_wan=0.0, is_proven=True)
