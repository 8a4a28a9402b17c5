"""Every page at the size of a large city asks the database at most twelve questions, however many rows there are."""

import logging

import pytest

from benchmarks import pages

# The ORM asks both databases the same number of questions: one run tells.
pytestmark = [pytest.mark.django_db, pytest.mark.slow, pytest.mark.sqlite, pytest.mark.no_cover]


def test_no_page_asks_more_than_twelve_questions(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.ERROR, logger="django.request")
    world = pages.build()
    asked, walked = {}, set()
    for page in pages.pages(world):
        walked.add(page.name)
        client = pages.signed_in(world.cast.people[page.reader])
        client.get(page.address)  # what is read once per process is not the page's
        count = pages.count_queries(client, page.address)
        if count > pages.MOST_QUERIES:
            asked[page.name, page.reader] = count
    assert asked == {}
    assert {"home", "chains:city", "registry:enterprise", "targets:target", "maps:chain"} <= walked
