"""The funnels of the example, read as the daily job reads them: a city just loaded shows its figures at once."""

from datetime import date

from django.utils import timezone

from lianzhang.accounts.models import Person
from lianzhang.projects import jobs


def run(*, today: date) -> None:
    """Every scope, in the name of the secretary."""
    secretary = Person.objects.get(username="example-secretary")
    jobs.reckon(secretary, today=today, now=timezone.now())
