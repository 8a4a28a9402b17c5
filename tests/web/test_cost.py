"""Every page of a city whose lists are all full asks the database at most twelve questions.

A tenth of a large city fills every list; at night the whole of it is walked, and the benchmark counts at that size too.
A long list is read by its keys, as that of a large city is, however many rows stand in it here.
"""

import logging
import os

import pytest

from benchmarks import pages
from lianzhang.tables import paging
from tests import rendering

# The ORM asks both databases the same number of questions: one run tells.
pytestmark = [pytest.mark.django_db, pytest.mark.slow, pytest.mark.sqlite, pytest.mark.no_cover]
SHARE = float(os.environ.get("LIANZHANG_CITY_SHARE", "0.1"))


def test_no_page_asks_more_than_twelve_questions(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.ERROR, logger="django.request")
    monkeypatch.setattr(paging, "LONG", 0)
    world = pages.build(SHARE)
    asked, walked, clients = {}, set(), {}
    with rendering.as_served():
        for page in pages.pages(world):
            walked.add(page.name)
            if page.reader not in clients:
                clients[page.reader] = pages.signed_in(world.cast.people[page.reader])
                clients[page.reader].get(page.address)
            count = page.queries
            if count is None or count > pages.MOST_QUERIES:  # what is read once per process is not the page's
                count = pages.count_queries(clients[page.reader], page.address)
            if count > pages.MOST_QUERIES:
                asked[page.name, page.reader] = count
    assert asked == {}
    assert {"home", "chains:city", "registry:enterprise", "targets:target", "maps:chain"} <= walked
    assert {f"projects:{name}" for name in ("list", "leads", "key", "board", "funnel", "project")} <= walked
