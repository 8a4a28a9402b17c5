"""The office's clock counts working days: due dates and lateness over the national calendar and the city's own table.

Pure functions over a `WorkingCalendar`. The national days off and make-up days come from the `chinesecalendar`
library, which holds the State Council's yearly notices; the table `CalendarDay` overrides single days. For a year
whose notice the library does not hold, weekends alone count and every answer that touches it says `is_estimated`.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache

FARTHEST_DAYS = 2000  # a limit on working days asked for: eight years are a typing mistake


@dataclass(frozen=True)
class Due:
    """A due date, and whether it rests on a year whose holidays are not published yet."""

    on: date
    is_estimated: bool


@dataclass(frozen=True)
class Break:
    """放假调休: one holiday of the national notice, the days off in a row, and the days worked in its stead."""

    name_zh: str
    name_en: str
    from_on: date
    to_on: date
    made_up_on: tuple[date, ...]


@dataclass(frozen=True)
class WorkingCalendar:
    """工作日历: which days are worked. `overrides` are the city's own; the rest is the national calendar."""

    overrides: Mapping[date, bool] = field(default_factory=dict)
    _years: dict[int, list[date]] = field(default_factory=dict, repr=False, compare=False)

    def is_working(self, day: date) -> bool:
        """Whether `day` is worked."""
        stated = self.overrides.get(day)
        return _is_national_working(day) if stated is None else stated

    def working_days(self, year: int) -> list[date]:
        """Every working day of `year`, in order."""
        if year not in self._years:
            stated = {day: works for day, works in self.overrides.items() if day.year == year}
            national = _national_year(year)
            kept = [day for day in national if stated.get(day, True)]
            self._years[year] = (
                sorted({*kept, *(day for day, works in stated.items() if works)}) if stated else national
            )
        return self._years[year]


def is_estimated(year: int) -> bool:
    """Whether the holidays of `year` are not in the library, so that only weekends are known."""
    first, last = _known_years()
    return not first <= year <= last


def breaks(year: int) -> list[Break]:
    """The holidays of the State Council's notice for `year` in order; none where it is not published."""
    from chinese_calendar import constants

    chinese = {holiday.value: holiday.chinese for holiday in constants.Holiday}
    found: dict[str, list[date]] = {}
    for day, name in constants.holidays.items():
        if day.year == year:
            found.setdefault(name, []).append(day)
    worked = [(day, name) for day, name in sorted(constants.workdays.items()) if day.year == year]
    rows = [
        Break(chinese.get(name, name), name, min(days), max(days), tuple(day for day, of in worked if of == name))
        for name, days in found.items()
    ]
    return sorted(rows, key=lambda row: row.from_on)


def due(start: date, *, working_days: int, calendar: WorkingCalendar) -> Due:
    """The day on which `working_days` after `start` end; `start` itself is not counted (交办次日起算).

    Nought means the day itself, or the next working day. Raises ValueError for a negative or absurd count.
    """
    if not 0 <= working_days <= FARTHEST_DAYS:
        raise ValueError(f"{working_days} working days")
    left, year = working_days, start.year
    days = calendar.working_days(year)
    position = bisect_left(days, start) if left == 0 else bisect_right(days, start) + left - 1
    while position >= len(days):
        position -= len(days)
        year += 1
        days = calendar.working_days(year)
    on = days[position]
    return Due(on=on, is_estimated=any(is_estimated(y) for y in range(start.year, on.year + 1)))


def days_late(due_on: date, *, today: date, calendar: WorkingCalendar) -> int:
    """逾期工作日: working days after `due_on` up to and including `today`; nought before and on the due day."""
    return between(due_on, today, calendar=calendar)


def days_left(due_on: date, *, today: date, calendar: WorkingCalendar) -> int:
    """Working days from tomorrow to the due day; nought on and after it."""
    return between(today, due_on, calendar=calendar)


def latest_due(days_late: int, *, today: date, calendar: WorkingCalendar) -> date:
    """The latest due day that is at least `days_late` (≥ 1) working days late on `today`: lateness as a date, so that
    a database can count by it."""
    if not 1 <= days_late <= FARTHEST_DAYS:
        raise ValueError(f"{days_late} working days")
    left, year = days_late, today.year
    days = calendar.working_days(year)
    position = bisect_right(days, today) - left
    while position < 0:
        year -= 1
        days = calendar.working_days(year)
        position += len(days)
    return days[position] - timedelta(days=1)


def between(after: date, until: date, *, calendar: WorkingCalendar) -> int:
    """Working days later than `after` and not later than `until`."""
    if until <= after:
        return 0
    total = 0
    for year in range(after.year, until.year + 1):
        days = calendar.working_days(year)
        low = bisect_right(days, after) if year == after.year else 0
        high = bisect_right(days, until) if year == until.year else len(days)
        total += high - low
    return total


@cache
def _known_years() -> tuple[int, int]:
    from chinese_calendar import constants

    return min(constants.holidays).year, max(constants.holidays).year


@cache
def _national_year(year: int) -> list[date]:
    first = date(year, 1, 1)
    days = (first + timedelta(n) for n in range((date(year, 12, 31) - first).days + 1))
    return [day for day in days if _is_national_working(day)]


def _is_national_working(day: date) -> bool:
    # Imported on use: the tables are only needed where days are counted, not when the web process starts.
    from chinese_calendar import constants

    if day in constants.workdays:
        return True
    return day not in constants.holidays and day.isoweekday() <= 5
