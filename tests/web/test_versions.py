"""The version a form sends back: what is no version never matches, and never breaks the page."""

import pytest
from django.test import RequestFactory

from lianzhang.chains.models import Gap
from lianzhang.web import conflict


@pytest.mark.parametrize(("said", "meant"), [("3", 3), ("", 7), ("abc", 0), ("-1", 0), ("9" * 40, 0), ("1.5", 0)])
def test_nonsense_for_a_version_is_one_that_never_was(rf: RequestFactory, said: str, meant: int) -> None:
    assert conflict.version_of(rf.post("/", {"version": said}), Gap(version=7)) == meant
