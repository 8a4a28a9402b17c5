"""Codes are counted per series; the counters are machinery that nobody reads."""

import pytest

from lianzhang.records import codes
from lianzhang.records.models import CodeCounter
from tests.cast import Cast

pytestmark = pytest.mark.django_db


def test_a_series_counts_on_by_itself_and_nobody_reads_its_counter(cast: Cast) -> None:
    first, second = codes.next_code("YS", year=2031), codes.next_code("YS", year=2031)
    assert (first, second) == ("YS-2031-001", "YS-2031-002")
    assert codes.next_code("YS", year=2032) == "YS-2032-001"
    assert CodeCounter.objects.exists()
    for person in cast.people.values():
        assert not CodeCounter.objects.visible_to(person).exists()
        assert not CodeCounter.objects.editable_by(person).exists()
