"""公布总数: what a source announced of events in one figure, without the rows. It stays a total beside what is tied."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy

from lianzhang.accounts.models import Person
from lianzhang.indicators.models import Figure

NOT_PUBLISHED = gettext_lazy("明细未公布")  # what a figure notes of its rows, in the words of the ledger
ANNOUNCED = ("event_signing_count", "event_intended")


@dataclass(frozen=True)
class Total:
    """One announced total: its name, the value with its unit, what is said of its rows, where it opens."""

    label: str
    shown: str
    year: int
    rows_note: str
    url: str


def totals(person: Person) -> list[Total]:
    """The announced totals of events that `person` may read, the latest year first; one question."""
    found = Figure.objects.visible_to(person).filter(indicator__in=ANNOUNCED, is_target=False)
    rows = sorted(found, key=lambda figure: (-figure.year, ANNOUNCED.index(figure.indicator)))
    return [
        Total(
            row.label,
            row.shown,
            row.year,
            row.rows_note and gettext(row.rows_note),
            reverse("indicators:figure", args=[row.pk]),
        )
        for row in rows
    ]
