"""The table of a gap's life holds together."""

from lianzhang.chains import stages


def test_every_state_is_reached_and_every_open_one_can_be_left() -> None:
    moves = stages.table().moves.values()
    assert {move.to for move in moves} == set(stages.State)
    assert {origin for move in moves for origin in move.origins} == set(stages.State)
