"""The picture of coverage against the number of suppliers: its scales are round, and its line lies on them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianzhang.web.charts import frontier

POINTS = [[1, 7817.3, True], [2, 12906.9, True], [22, 49318.05, True]]
LIST = (22, 49318.05, True)


def test_one_point_is_no_curve() -> None:
    assert frontier.chart([[1, 5.0, True]], chosen=(1, 5.0, True)) is None


def test_the_list_itself_is_marked_and_said() -> None:
    made = frontier.chart(POINTS, chosen=LIST)
    assert made is not None
    assert [dot["count"] for dot in made["dots"] if dot["is_chosen"]] == [22]
    assert made["chosen"]["amount_wan"] == 49318.05


def test_a_curve_that_is_still_short_shows_the_list_too() -> None:
    made = frontier.chart(POINTS[:2], chosen=LIST)
    assert made is not None
    assert [dot["count"] for dot in made["dots"]] == [1, 2, 22]
    assert frontier.chart([], chosen=LIST) is None
    assert frontier.chart([[1, 0.0, True]], chosen=(0, 0.0, True)) is None, "a scale of nothing read 2.5e-05"


def test_fewer_suppliers_that_cover_as_much_are_said() -> None:
    made = frontier.chart([*POINTS[:2], [19, 49318.05, True]], chosen=LIST)
    assert made is not None
    assert made["enough"] == 19
    none = frontier.chart(POINTS, chosen=LIST)
    assert none is not None
    assert none["enough"] is None


def test_a_point_is_proven_only_where_it_says_so() -> None:
    made = frontier.chart([[1.0, 7817.3], [2, 12906.9, False], [3, 13000.0, True]], chosen=LIST)
    assert made is not None
    assert [dot["is_proven"] for dot in made["dots"]] == [False, False, True, True]
    assert made["unproven"] == 2


def test_amounts_are_written_in_round_yi_and_heights_agree_with_them() -> None:
    made = frontier.chart(POINTS, chosen=LIST)
    assert made is not None
    assert [level["label"] for level in made["levels"]] == ["0", "2", "4", "6"]
    heights = {float(level["label"]): float(level["y"]) for level in made["levels"]}
    by_amount = (heights[0] - heights[4]) / 4
    last = made["dots"][-1]
    assert heights[0] - float(last["y"]) == pytest.approx(by_amount * 4.931805, abs=0.2)
    assert float(made["floor"]) == heights[0], "the scale begins at nothing"


@given(st.floats(min_value=1e-6, max_value=1e9))
def test_levels_are_few_and_reach_the_top(top: float) -> None:
    levels = frontier.round_levels(top)
    assert 3 <= len(levels) <= 6
    assert levels[0] == 0
    assert levels[-1] >= top * (1 - 1e-6)
    assert levels[-2] < top


def test_few_numbers_stand_under_the_line() -> None:
    assert frontier.round_counts(6) == [1, 2, 3, 4, 5, 6]
    assert frontier.round_counts(27) == [5, 10, 15, 20, 25]
    assert frontier.round_counts(95) == [10, 20, 30, 40, 50, 60, 70, 80, 90]
