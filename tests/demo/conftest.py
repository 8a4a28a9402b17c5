"""The example city, loaded once for the tests that only read it."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction

from lianzhang import demo
from lianzhang.demo import annex
from tests.cast import TODAY


@pytest.fixture(scope="module")
def example(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The example without its analysis (which has a test of its own), rolled back after the module."""
    with django_db_blocker.unblock(), transaction.atomic(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(annex, "analyse", lambda **_arguments: None)
        demo.load(today=TODAY)
        yield
        transaction.set_rollback(True)
