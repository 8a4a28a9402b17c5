"""Working days against the State Council's published days, entered by hand, and against a slow count of our own."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianzhang.accounts.actions import Refused
from lianzhang.workdays import actions, clock, queries
from lianzhang.workdays.models import CalendarDay
from tests.cast import Cast

PLAIN = clock.WorkingCalendar()
# 国务院办公厅关于 2024、2025、2026 年部分节假日安排的通知: W worked, - not, from a Monday on.
PUBLISHED = {
    # 2024 春节: 2-10 to 2-17 off, 2-04 (Sunday) and 2-18 (Sunday) worked.
    "2024-01-29": "WWWWW-WWWWWW--------WWWWWW--",
    # 2024 中秋 9-15 to 9-17 (9-14 worked), 国庆 10-1 to 10-7 (9-29 and 10-12 worked).
    "2024-09-09": "WWWWWW---WWW--WWWWW-WW-------WWWWW-"[:7],
    # 2025 春节 1-28 to 2-4 (1-26 and 2-8 worked).
    "2025-01-20": "WWWWW-WW--------WWWW-",
    # 2025 国庆中秋 10-1 to 10-8 (9-28 and 10-11 worked).
    "2025-09-22": "WWWWW-WWW--------WWW-",
    # 2026 春节 2-15 to 2-23 (2-14 and 2-28 worked).
    "2026-02-09": "WWWWWW---------WWWWW-",
}


@pytest.mark.parametrize(("monday", "pattern"), PUBLISHED.items())
def test_the_published_weeks_are_worked_as_published(monday: str, pattern: str) -> None:
    first = dt.date.fromisoformat(monday)
    told = "".join("W" if PLAIN.is_working(first + dt.timedelta(days=n)) else "-" for n in range(len(pattern)))
    assert told == pattern


def test_the_notice_of_a_year_is_told_with_its_days_off_and_the_days_worked_instead() -> None:
    spring = next(row for row in clock.breaks(2026) if row.name_zh == "春节")
    assert (spring.from_on, spring.to_on) == (dt.date(2026, 2, 15), dt.date(2026, 2, 23))
    assert spring.made_up_on == (dt.date(2026, 2, 14), dt.date(2026, 2, 28))
    assert [row.from_on for row in clock.breaks(2026)] == sorted(row.from_on for row in clock.breaks(2026))
    assert clock.breaks(2099) == []


def slow_due(start: dt.date, days: int, calendar: clock.WorkingCalendar) -> dt.date:
    """Day after day, as one counts on a wall calendar."""
    day = start
    while days or not calendar.is_working(day):
        day += dt.timedelta(days=1)
        days -= calendar.is_working(day) if days else 0
    return day


def slow_between(after: dt.date, until: dt.date, calendar: clock.WorkingCalendar) -> int:
    days = range(1, (until - after).days + 1)
    return sum(calendar.is_working(after + dt.timedelta(days=n)) for n in days)


DAYS = st.dates(dt.date(2023, 11, 1), dt.date(2027, 12, 31))
OVERRIDES = st.dictionaries(DAYS, st.booleans(), max_size=20)


@given(start=DAYS, count=st.integers(0, 400), overrides=OVERRIDES)
def test_a_due_day_is_what_a_wall_calendar_gives(start: dt.date, count: int, overrides: dict[dt.date, bool]) -> None:
    calendar = clock.WorkingCalendar(overrides=overrides)
    due = clock.due(start, working_days=count, calendar=calendar)
    if count or calendar.is_working(start):
        assert due.on == slow_due(start, count, calendar)
    assert calendar.is_working(due.on)
    assert clock.between(start, due.on, calendar=calendar) == count or count == 0


@given(after=DAYS, until=DAYS, overrides=OVERRIDES)
def test_lateness_is_the_days_worked_since(after: dt.date, until: dt.date, overrides: dict[dt.date, bool]) -> None:
    calendar = clock.WorkingCalendar(overrides=overrides)
    assert clock.days_late(after, today=until, calendar=calendar) == slow_between(after, until, calendar)
    assert clock.days_left(until, today=after, calendar=calendar) == slow_between(after, until, calendar)


def test_the_day_of_assignment_is_not_counted_and_a_holiday_does_not_run() -> None:
    before_holiday = dt.date(2026, 9, 30)  # the day before 国庆; 10-1 to 10-7 off, 10-10 (Saturday) worked
    assert clock.due(before_holiday, working_days=1, calendar=PLAIN).on == dt.date(2026, 10, 8)
    assert clock.due(before_holiday, working_days=3, calendar=PLAIN).on == dt.date(2026, 10, 10)
    assert clock.days_late(before_holiday, today=dt.date(2026, 10, 7), calendar=PLAIN) == 0
    assert clock.days_late(before_holiday, today=dt.date(2026, 10, 8), calendar=PLAIN) == 1


def test_on_the_due_day_nothing_is_late(today: dt.date) -> None:
    assert clock.days_late(today, today=today, calendar=PLAIN) == 0
    assert clock.days_left(today, today=today, calendar=PLAIN) == 0
    assert clock.days_late(today - dt.timedelta(days=3), today=today, calendar=PLAIN) == 1  # Friday to Monday


def test_a_year_not_yet_published_counts_weekends_and_says_so() -> None:
    assert clock.is_estimated(2027)
    assert not clock.is_estimated(2026)
    due = clock.due(dt.date(2026, 12, 28), working_days=10, calendar=PLAIN)
    assert due.is_estimated
    assert not clock.due(dt.date(2026, 11, 23), working_days=5, calendar=PLAIN).is_estimated
    assert PLAIN.is_working(dt.date(2027, 10, 1))  # a Friday; nobody has published otherwise


@pytest.mark.parametrize("count", [-1, 2001])
def test_an_absurd_number_of_working_days_is_refused(count: int, today: dt.date) -> None:
    with pytest.raises(ValueError, match="working days"):
        clock.due(today, working_days=count, calendar=PLAIN)


def test_the_citys_own_day_stands_over_the_national_one(cast: Cast, today: dt.date) -> None:
    assert queries.calendar().is_working(today)
    actions.declare_day(day=today, is_working=False, note="台风停工通知", by=cast.secretary)
    assert not queries.calendar().is_working(today)
    actions.declare_day(day=today, is_working=True, note="通知撤销", by=cast.secretary)
    assert queries.calendar().is_working(today)
    actions.withdraw_day(day=CalendarDay.objects.get(), by=cast.secretary)
    assert not CalendarDay.objects.exists()


def test_the_calendar_is_kept_by_the_secretariat_and_names_its_ground(cast: Cast, today: dt.date) -> None:
    for who in ("clerk_a", "officer", "general_chief", "stranger"):
        with pytest.raises(Refused, match="秘书处维护"):
            actions.declare_day(day=today, is_working=False, note="x", by=getattr(cast, who))
    with pytest.raises(Refused, match="依据"):
        actions.declare_day(day=today, is_working=False, note=" ", by=cast.secretary)
