"""工作日历: days that are not as the national notice says."""

from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from lianzhang.accounts.models import Person
from lianzhang.accounts.rules import Role
from lianzhang.records.models import Versioned
from lianzhang.records.scope import ScopedQuerySet
from lianzhang.records.secrecy import Secrecy


class CalendarDayQuerySet(ScopedQuerySet["CalendarDay"]):
    def visible_to(self, person: Person) -> Self:
        return self.all() if person.reach.role is not Role.NOBODY else self.none()

    def editable_by(self, person: Person) -> Self:
        return self.all() if person.reach.role is Role.SECRETARIAT else self.none()


class CalendarDay(Versioned):
    """工作日调整: a day the city declared working or not, over what the national calendar says."""

    secrecy = Secrecy(public="day is_working note")

    day = models.DateField(_("日期"), unique=True)
    is_working = models.BooleanField(_("工作日"))
    note = models.CharField(_("依据"), max_length=120, blank=True)

    objects = CalendarDayQuerySet.as_manager()

    class Meta:
        verbose_name = _("工作日调整")
        ordering = ("day",)

    def __str__(self) -> str:
        return f"{self.day} {self.is_working}"
