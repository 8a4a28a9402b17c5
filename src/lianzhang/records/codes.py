"""Short codes for people: `XM-2026-031` is read aloud, typed into a search box and printed on a folder."""

from django.db import transaction

from lianzhang.records.models import CodeCounter
from lianzhang.records.turns import hold


def next_code(prefix: str, *, year: int) -> str:
    """The next free code of a series, e.g. `XM-2026-031`. Call inside the transaction that creates the record."""
    return next_codes(prefix, year=year, count=1)[0]


def next_codes(prefix: str, *, year: int, count: int) -> list[str]:
    """The next `count` free codes of a series in one step, in order."""
    series = f"{prefix}-{year}"
    with transaction.atomic():
        hold()
        CodeCounter.objects.get_or_create(series=series)
        counter = CodeCounter.objects.select_for_update().get(series=series)
        first = counter.last + 1
        counter.last += count
        counter.save(update_fields=["last"])
    return [f"{series}-{number:03d}" for number in range(first, first + count)]
