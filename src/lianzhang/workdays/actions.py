"""The city's own working days over the national calendar."""

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from lianzhang.accounts.actions import Refused
from lianzhang.accounts.models import Person
from lianzhang.trail import actions as trail
from lianzhang.workdays.models import CalendarDay


def declare_day(*, day: date, is_working: bool, note: str, by: Person) -> CalendarDay:
    """Say that a day is or is not worked here, and on what ground. Due days already given stay as they are."""
    _require(by)
    if not note.strip():
        raise Refused(_("请写明依据（文号或通知）。"))
    with transaction.atomic():
        trail.hold()
        known = CalendarDay.objects.select_for_update().filter(day=day).first()
        if known is None:
            made = CalendarDay(day=day, is_working=is_working, note=note.strip()[:120])
            return trail.create(made, verb="calendar.declared", by=by)
        changes = {"is_working": is_working, "note": note.strip()[:120]}
        return trail.change(known, verb="calendar.changed", changes=changes, by=by)


def withdraw_day(*, day: CalendarDay, by: Person) -> None:
    """Go back to the national calendar for a day."""
    _require(by)
    with transaction.atomic():
        trail.remove(day, verb="calendar.withdrawn", by=by)


def _require(by: Person) -> None:
    # editable_by answers with every row or none: the calendar has one keeper.
    if CalendarDay.objects.editable_by(by).query.is_empty():
        raise Refused(_("工作日历由秘书处维护。"))
