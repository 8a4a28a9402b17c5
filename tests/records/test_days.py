"""The day of an instant is the office's day, whichever database tells it."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.db.models.functions import TruncDate
from django.utils import timezone

from lianzhang.jobs.models import Job
from lianzhang.records.days import LocalDay, offset_of
from tests.cast import Cast

INSTANTS = [
    dt.datetime(2026, 11, 25, 15, 59, 59, 999999, tzinfo=dt.UTC),  # a moment before midnight in Qingdao
    dt.datetime(2026, 11, 25, 16, tzinfo=dt.UTC),
    dt.datetime(2024, 2, 28, 20, 30, tzinfo=dt.UTC),  # the 29th there
    dt.datetime(2026, 7, 1, 4, tzinfo=dt.UTC),
]


@pytest.mark.parametrize(
    ("zone", "seconds"),
    [("Asia/Shanghai", 28800), ("UTC", 0), ("Europe/Berlin", None), ("Asia/Kolkata", 19800), ("", None)],
)
def test_only_a_zone_without_summer_time_has_one_offset(zone: str, seconds: int | None) -> None:
    assert offset_of(zone) == seconds


@pytest.mark.django_db
@pytest.mark.parametrize("zone", ["Asia/Shanghai", "Europe/Berlin", "America/New_York"])
def test_the_day_is_the_one_on_the_wall(cast: Cast, zone: str) -> None:
    for number, instant in enumerate(INSTANTS):
        Job.objects.create(kind=f"k{number}", arguments={}, asked_by=cast.clerk_a, asked_at=instant)
    with timezone.override(zone):
        rows = Job.objects.order_by("kind").values_list(LocalDay("asked_at"), TruncDate("asked_at"))
        walls = [instant.astimezone(ZoneInfo(zone)).date() for instant in INSTANTS]
        assert list(rows) == [(day, day) for day in walls]


@pytest.mark.django_db
def test_what_has_no_instant_has_no_day(cast: Cast) -> None:
    Job.objects.create(kind="k", arguments={}, asked_by=cast.clerk_a, asked_at=INSTANTS[0])
    assert list(Job.objects.values_list(LocalDay("finished_at"), flat=True)) == [None]
