"""Second, slow and obvious ways to the same figures, in plain Python with exact fractions."""

import datetime as dt
from fractions import Fraction
from typing import Any

Stay = tuple[Any, Any, dt.date, dt.date | None]


def seen(stays: list[Stay], *, as_of: dt.date) -> list[tuple[Any, int, bool]]:
    """(stage, days, has left) of every stay that had begun."""
    found = []
    for _item, stage, entered, left in stays:
        if entered > as_of:
            continue
        gone = left is not None and left <= as_of
        found.append((stage, ((left if gone and left else as_of) - entered).days, gone))
    return found


def survival(stays: list[Stay], *, as_of: dt.date) -> dict[tuple[Any, int], tuple[int, int, Fraction]]:
    """(stage, days) → at risk, left, survival; every day walked one by one."""
    answer = {}
    rows = seen(stays, as_of=as_of)
    for stage in {row[0] for row in rows}:
        mine = [(days, gone) for of, days, gone in rows if of == stage]
        share = Fraction(1)
        for day in range(max(days for days, _gone in mine) + 1):
            at_risk = sum(1 for days, _gone in mine if days >= day)
            left = sum(1 for days, gone in mine if gone and days == day)
            if left:
                share *= 1 - Fraction(left, at_risk)
                answer[(stage, day)] = (at_risk, left, share)
    return answer


def incidence(stays: list[Stay], ways: list[str | None], *, as_of: dt.date) -> dict[tuple[Any, str, int], Fraction]:
    """(stage, way, days) → cumulative incidence: of those still there the day before, the share that left this way."""
    answer: dict[tuple[Any, str, int], Fraction] = {}
    rows = [(*row, way) for stay, way in zip(stays, ways, strict=True) for row in seen([stay], as_of=as_of)]
    for stage in {row[0] for row in rows}:
        mine = [(days, gone, way) for of, days, gone, way in rows if of == stage]
        staying, sums = Fraction(1), dict.fromkeys({way for _d, gone, way in mine if gone}, Fraction(0))
        for day in range(max(days for days, *_rest in mine) + 1):
            at_risk = sum(1 for days, *_rest in mine if days >= day)
            left = 0
            for way in sums:
                by_way = sum(1 for days, gone, of in mine if gone and days == day and of == way)
                if by_way:
                    sums[way] += staying * Fraction(by_way, at_risk)
                    answer[(stage, str(way), day)] = sums[way]
                    left += by_way
            if left:
                staying *= 1 - Fraction(left, at_risk)
    return answer


def conversion(stays: list[Stay], *, months: int | None) -> dict[tuple[str, Any], tuple[int, int]]:
    """(cohort, stage) → items, reached; the calendar walked month by month."""
    stages = {stage for _item, stage, *_rest in stays}
    items: dict[str, list[Any]] = {}
    for item in {stay[0] for stay in stays}:
        first = min(on for of, _stage, on, _left in stays if of == item)
        items.setdefault(f"{first.year:04d}-{first.month:02d}", []).append((item, first))
    answer = {}
    for cohort, members in items.items():
        for stage in stages:
            reached = 0
            for item, first in members:
                days = [on for of, at, on, _left in stays if of == item and at == stage]
                reached += bool(days) and (months is None or min(days) <= _after(first, months))
            answer[(cohort, stage)] = (len(members), reached)
    return answer


def _after(day: dt.date, months: int) -> dt.date:
    year, month = day.year, day.month
    for _step in range(months):
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    for number in range(day.day, 0, -1):
        try:
            return dt.date(year, month, number)
        except ValueError:
            continue
    raise AssertionError
