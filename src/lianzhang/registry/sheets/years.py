"""The year of what was bought: of each anchor the newest counts, so a year of the future would hide all the others."""

from typing import Any

from django.utils import timezone

from lianzhang.intake.columns import Refusal

FIRST = 2000


def expect(year: Any) -> None:
    """Raises Refusal for a year of which nothing can have been bought; next year's plan may be said."""
    last = timezone.localdate().year + 1
    if not FIRST <= int(year) <= last:
        raise Refusal(
            f"年度是“{year}”，应在 {FIRST} 至 {last} 年之间，请核对。",
            f"The year is “{year}”; it lies between {FIRST} and {last}. Check it.",
            field="year",
        )
