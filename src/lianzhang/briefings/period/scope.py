"""Which days and whose: a week or a month, and a chain, a district or everything within the reader's reach."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from lianzhang.accounts.models import Body, Person
from lianzhang.briefings.addresses import address
from lianzhang.chains.models import Chain

WEEK, MONTH = "week", "month"
SETTLING_DAYS = 10  # so many days into a month its report is still that of the month before


@dataclass(frozen=True)
class Period:
    """期间: its first and last day, both included."""

    kind: str
    first: date
    last: date

    @property
    def since(self) -> datetime:
        """The moment it begins."""
        return timezone.make_aware(datetime.combine(self.first, time.min))

    @property
    def until(self) -> datetime:
        """The moment after it has ended."""
        return timezone.make_aware(datetime.combine(self.last + timedelta(days=1), time.min))

    @property
    def day_before(self) -> date:
        """The last day before it."""
        return self.first - timedelta(days=1)

    @property
    def day_after(self) -> date:
        """The first day after it."""
        return self.last + timedelta(days=1)

    @property
    def title(self) -> str:
        """周报 or 月报 with its days."""
        if self.kind == MONTH:
            return _("月报（%(month)s）") % {"month": f"{self.first:%Y-%m}"}
        return _("周报（%(first)s至%(last)s）") % {"first": self.first.isoformat(), "last": f"{self.last:%m-%d}"}

    def as_of(self, today: date) -> date:
        """The day it is judged on: its last, or today while it runs."""
        return min(self.last, today)


def period(kind: str, day: date | None, *, today: date) -> Period:
    """The week or month of `day`; by default the running week, and the month that is being reported."""
    if kind == MONTH:
        on = day or (today if today.day > SETTLING_DAYS else today.replace(day=1) - timedelta(days=1))
        first = on.replace(day=1)
        return Period(kind, first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1))
    on = day or today
    first = on - timedelta(days=on.weekday())
    return Period(WEEK, first, first + timedelta(days=6))


@dataclass(frozen=True)
class Whose:
    """范围: one chain, one district, or all that the reader may see."""

    person: Person
    chain: Chain | None = None
    district: Body | None = None

    @property
    def name(self) -> str:
        """The words over the draft."""
        if self.chain is not None:
            return self.chain.name
        return self.district.name if self.district is not None else _("全市")

    @property
    def is_illustrative(self) -> bool:
        """Whether it is about invented things alone."""
        of = self.chain or self.district
        return of is not None and of.is_illustrative

    @property
    def asked(self) -> dict[str, str]:
        """The conditions of an address."""
        if self.chain is not None:
            return {"chain": self.chain.code}
        return {"district": self.district.code} if self.district is not None else {}

    def of(self, path: str = "") -> Q:
        """The rows of the scope; `path` is how a row reaches its project."""
        if self.chain is not None:
            return Q(**{f"{path}chain": self.chain})
        return Q(**{f"{path}district": self.district}) if self.district is not None else Q()

    def of_work(self, *, district: str) -> Q:
        """Tasks and requests of the scope: of its chain, or in the hands of its district."""
        if self.chain is not None:
            return Q(chain=self.chain)
        return Q(**{district: self.district}) if self.district is not None else Q()

    def rows_url(self, period: Period, key: str) -> str:
        """Where the rows of one figure stand."""
        on: dict[str, Any] = {"on": period.first.isoformat(), **self.asked}
        return address("briefings:period_rows", period.kind, key, **on)
