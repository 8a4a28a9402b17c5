"""Reading the calendar."""

from lianzhang.workdays import clock
from lianzhang.workdays.models import CalendarDay


def calendar() -> clock.WorkingCalendar:
    """The working calendar with the city's own days over the national ones; one query."""
    return clock.WorkingCalendar(overrides=dict(CalendarDay.objects.values_list("day", "is_working")))
