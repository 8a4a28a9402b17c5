"""阈值: a city changes the numbers of a rule in its own home; with a file that no rule knows nothing is served."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from lianzhang.records import checks, thresholds


@pytest.fixture
def write(tmp_path: Path, settings: Any) -> Any:
    """Put a city's own file into its home."""
    settings.LIANZHANG_HOME = tmp_path
    (tmp_path / "definitions").mkdir()

    def put(text: str) -> None:
        thresholds.path("lights.toml").write_text(text, encoding="utf-8")

    return put


def test_what_a_city_changed_holds_and_what_it_left_out_stays_as_shipped(write: Any) -> None:
    shipped = thresholds.numbers("lights.toml")
    write("behind_red_ratio = 0.05\n")
    assert thresholds.numbers("lights.toml") == {**shipped, "behind_red_ratio": Decimal("0.05")}
    assert checks.a_citys_own_numbers_can_be_taken(None) == []


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("quiet = 35", "no such number: quiet"),
        ("quiet_days = -1", "not a number of 0 or more: quiet_days"),
        ("quiet_days = true", "not a number of 0 or more: quiet_days"),
        ("quiet_days = 30.5", "whole days"),
        ("behind_red_ratio = nan", "not a number"),
        ("quiet_days : 30", "lights.toml"),
    ],
)
def test_a_file_that_cannot_be_taken_is_named_before_anything_is_served(write: Any, text: str, told: str) -> None:
    write(text)
    (complaint,) = checks.a_citys_own_numbers_can_be_taken(None)
    assert told in complaint.msg
    assert "definitions/lights.toml" in complaint.msg
