"""The web process loads no analysis library."""

from pathlib import Path

from tests.repository.checks import weight


def test_the_web_process_loads_no_heavy_library(root: Path) -> None:
    assert weight.check_weight(root) == []


def test_a_heavy_library_in_the_web_process_is_found(root: Path) -> None:
    assert weight.check_weight(root, statements="import scipy") == ["scipy is loaded in the web process"]


def test_a_web_process_that_does_not_start_is_found(root: Path) -> None:
    [complaint] = weight.check_weight(root, statements="import nothing_of_this_name")
    assert "ModuleNotFoundError" in complaint
