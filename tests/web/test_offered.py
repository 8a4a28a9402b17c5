"""What a menu, a button or an empty table offers is what opens; asked anew, not remembered from another test."""

from lianzhang.web import access
from tests.cast import Cast


def test_a_page_is_offered_to_whom_it_opens_and_one_that_is_not_there_to_nobody(cast: Cast) -> None:
    access._page.cache_clear()
    writes, reads = cast.clerk_a.reach, cast.anchor_1.reach
    assert access.offered("projects:new", writes) == "/projects/new"
    assert access.offered("projects:new", reads) == ""
    assert access.offered("projects:no_such_page", writes) == ""
