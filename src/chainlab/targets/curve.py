"""Coverage against the number of suppliers: one exact choice a number, until more suppliers add nothing."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Iterator
from typing import Any

from chainlab.targets import choice, problem

MOST_SUPPLIERS = 30
SECONDS_EACH, SECONDS = 5.0, 90.0


@dataclasses.dataclass(frozen=True, kw_only=True)
class Point:
    """The most that `supplier_count` suppliers or fewer cover, in 万元.

    is_proven: nothing more can be covered by so many; otherwise it is the best found in the time allowed.
    """

    supplier_count: int
    covered_wan: float
    is_proven: bool


def frontier(
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
    deadline = time.monotonic() + seconds
    limits = {**limits, "max_suppliers": None}
    try:
        whole = choice.choose(demand, offers, **limits, time_limit_s=seconds_each)
    except TimeoutError:
        return
    last = after or Point(supplier_count=0, covered_wan=0.0, is_proven=True)
    for count in range(last.supplier_count + 1, up_to + 1):
        left = min(seconds_each, deadline - time.monotonic())
        if left <= 0 or (last.supplier_count and is_plateau(last, whole)):
            return
        try:
            found = choice.choose(demand, offers, **{**limits, "max_suppliers": count}, time_limit_s=left)
        except (problem.Infeasible, TimeoutError):
            continue
        # Fewer suppliers are a choice for more of them too: a search cut short must not make the curve fall.
        covered = max(found.objective_wan, last.covered_wan)
        point = Point(supplier_count=count, covered_wan=covered, is_proven=found.is_proven)
        last = dataclasses.replace(point, is_proven=found.is_proven or is_plateau(point, whole))
        yield last


def is_plateau(point: Point, whole: choice.Choice) -> bool:
    """Whether as much is covered as by any number of suppliers, and that is known to be the most."""
    return whole.is_proven and whole.objective_wan - point.covered_wan <= problem.TOLERANCE * max(
        1.0, whole.objective_wan
    )
