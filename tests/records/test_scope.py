"""The beginning of a long list is found by its keys, in the list's own order and within what a person may see."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lianzhang.accounts.models import Body
from tests.cast import Cast

pytestmark = pytest.mark.django_db


def test_the_first_rows_are_the_same_rows_in_the_same_order(cast: Cast) -> None:
    """Sorting thousands of whole records for a page of eight was what a page cost most."""
    for order in ("code", "-code", "kind"):
        bodies = Body.objects.all().visible_to(cast.clerk_a).order_by(order, "pk")
        assert bodies.leading(5) == list(bodies[:5])
    assert len(bodies.leading(1000)) == bodies.count()


def test_where_there_is_nothing_nothing_more_is_asked(cast: Cast) -> None:
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert Body.objects.filter(code="no such body").visible_to(cast.clerk_a).leading(5) == []
    assert sum("no such body" in query["sql"] for query in asked.captured_queries) == 1
