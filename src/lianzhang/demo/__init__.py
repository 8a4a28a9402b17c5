"""The example city: published facts with their provenance, and an invented annex marked as such.

`load(today=…)` fills an empty database and does nothing where the example is already there; `links(now)` gives the
one-time sign-in addresses of its cast. Invented rows are `is_illustrative`; nothing invented is attached to a real
firm or chain.
"""

from collections.abc import Callable
from datetime import date, datetime, timedelta

LINK_LASTS = timedelta(hours=12)


class Occupied(Exception):
    """The database holds something other than the example city: nothing was written."""


def load(*, today: date | None = None, progress: Callable[[str], object] | None = None) -> bool:
    """Fill an empty database with the example city, all of it or nothing; False where it is already there.

    Raises Occupied where people, firms or schemes were entered by somebody else.
    """
    from django.db import transaction
    from django.utils import timezone

    from lianzhang.demo import annex, published

    day = today or timezone.localdate()
    say = progress or (lambda _text: None)
    if is_loaded():
        return False
    _refuse_if_occupied()
    with transaction.atomic():
        city = published.load(say=say)
        annex.load(city, today=day, say=say)
    annex.analyse(today=day, say=say)
    return True


def is_loaded() -> bool:
    """Whether this database holds the example city."""
    from lianzhang.chains.models import Scheme

    return Scheme.objects.filter(code__in=["qingdao-2022", "annex"]).count() == 2


def links(now: datetime) -> list[tuple[str, str]]:
    """(who, path) of a fresh one-time sign-in for each of the example's cast, in the order of their posts."""
    from django.urls import reverse
    from django.utils import timezone

    from lianzhang.accounts import actions
    from lianzhang.accounts.models import SignInLink
    from lianzhang.demo.annex import cast

    made = []
    for appointment in cast.appointments(timezone.localdate(now)):
        token = actions.issue_link(
            person=appointment.person, purpose=SignInLink.Purpose.EXAMPLE, valid=LINK_LASTS, now=now, by=None
        )
        made.append((f"{appointment.person.name}（{appointment.label}）", reverse("accounts:by_link", args=[token])))
    return made


def _refuse_if_occupied() -> None:
    from lianzhang.accounts.models import Person
    from lianzhang.chains.models import Scheme
    from lianzhang.registry.models import Enterprise

    for model in (Person, Scheme, Enterprise):
        if model._default_manager.exists():
            raise Occupied(f"this database already holds {model._meta.label}; the example city wants an empty one")
