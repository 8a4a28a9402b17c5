"""Lines are counted where a test says nothing about it, and not where it says `no_cover`."""

import os
import sys

import pytest

pytestmark = pytest.mark.skipif("COVERAGE_PROCESS_CONFIG" not in os.environ, reason="lines are not counted in this run")


@pytest.mark.no_cover
def test_a_test_that_is_not_counted_runs_without_a_tracer() -> None:
    assert sys.gettrace() is None


def test_every_other_test_is_counted() -> None:
    assert sys.gettrace() is not None
