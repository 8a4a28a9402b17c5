"""The life of a task: every state by every move by every side, from the two tables."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from lianzhang.accounts.actions import Refused
from lianzhang.records.models import Stale
from lianzhang.supervision import actions, queries, states
from lianzhang.supervision.models import Task
from lianzhang.supervision.states import Move, Side, State
from tests.cast import Cast
from tests.supervision import scene

# The table as the office draws it (domain.md L16), written out a second time by hand.
DRAWN = {
    ("unsigned", "sign"): "handling",
    ("handling", "submit"): "review",
    ("returned", "submit"): "review",
    ("review", "close"): "closed",
    ("review", "return"): "returned",
    ("unsigned", "cancel"): "cancelled",
    ("handling", "cancel"): "cancelled",
    ("review", "cancel"): "cancelled",
    ("returned", "cancel"): "cancelled",
}


def attempt(task: Task, move: Move, cast: Cast, *, now: dt.datetime, who: str | None = None) -> Task:
    """Make one move, by its rightful side unless told who."""
    by = getattr(cast, who) if who else cast.officer if states.OWNERS[move] is Side.DOER else cast.secretary
    if move is Move.SIGN:
        return actions.sign(task=task, now=now, by=by)
    if move is Move.SUBMIT:
        return actions.submit(task=task, reply="已办", evidence=[scene.paper(by=by)], now=now, by=by)
    if move is Move.CLOSE:
        return actions.close(task=task, now=now, by=by)
    act = {Move.RETURN: actions.send_back, Move.CANCEL: actions.cancel}[move]
    return act(task=task, reason="理由", by=by)


@pytest.mark.parametrize("move", Move, ids=str)
@pytest.mark.parametrize("state", State, ids=str)
def test_a_task_moves_only_along_its_table(cast: Cast, now: dt.datetime, state: State, move: Move) -> None:
    task = scene.bring(scene.task(cast, now=now), state, cast, now=now)
    following = DRAWN.get((state.value, move.value))
    if following is None:
        with pytest.raises(Refused):
            attempt(task, move, cast, now=now)
        task.refresh_from_db()
        assert task.state == state
    else:
        assert attempt(task, move, cast, now=now).state == following


def test_every_state_has_a_row_and_every_move_an_owner_and_a_name() -> None:
    assert set(states.TRANSITIONS) == set(State)
    assert set(states.OWNERS) == set(states.LABELS) == set(Move)
    assert set(states.OPEN) == set(State) - {State.CLOSED, State.CANCELLED}
    assert set(states.WITH_DOER) == {State.UNSIGNED, State.HANDLING, State.RETURNED}
    assert states.to("closed", Move.SIGN) is None


WRONG = {
    Side.DOER: ["secretary", "clerk_a", "clerk_b", "district_east", "anchor_1", "auditor", "stranger", "chief"],
    Side.ASSIGNER: ["officer", "clerk_b", "district_east", "anchor_1", "auditor", "stranger", "general_chief"],
}


@pytest.mark.parametrize(("side", "who"), [(side, who) for side, people in WRONG.items() for who in people])
def test_a_move_belongs_to_its_side(cast: Cast, now: dt.datetime, side: Side, who: str) -> None:
    task = scene.task(cast, now=now)
    if side is Side.ASSIGNER:
        task = scene.bring(task, State.REVIEW, cast, now=now)
    move = Move.SIGN if side is Side.DOER else Move.CLOSE
    with pytest.raises(Refused, match="无权"):
        attempt(task, move, cast, now=now, who=who)


@pytest.mark.parametrize("who", ["secretary", "second_secretary", "chief", "deputy"])
def test_who_assigned_and_the_chiefs_of_the_chain_may_close(cast: Cast, now: dt.datetime, who: str) -> None:
    task = scene.bring(scene.task(cast, now=now), State.REVIEW, cast, now=now)
    closed = attempt(task, Move.CLOSE, cast, now=now, who=who)
    assert (closed.state, closed.closed_by) == (State.CLOSED, getattr(cast, who))


def test_nobody_closes_or_returns_what_they_handed_in(cast: Cast, now: dt.datetime) -> None:
    own = scene.task(cast, now=now, responsible=cast.force_a, by=cast.clerk_a)
    own = actions.sign(task=own, now=now, by=cast.clerk_a)
    own = actions.submit(task=own, reply="已办", evidence=[scene.paper(by=cast.clerk_a)], now=now, by=cast.clerk_a)
    for move in (Move.CLOSE, Move.RETURN):
        with pytest.raises(Refused, match="不能由本人审核"):
            attempt(own, move, cast, now=now, who="clerk_a")
    assert Move.CLOSE not in states.moves(own, by=cast.clerk_a)
    assert actions.close(task=own, now=now, by=cast.colleague_a).state == State.CLOSED


def test_the_database_itself_refuses_a_task_closed_by_its_doer(cast: Cast, now: dt.datetime) -> None:
    task = scene.bring(scene.task(cast, now=now), State.REVIEW, cast, now=now)
    with pytest.raises(IntegrityError, match="task_closed_by_another"), transaction.atomic():
        Task.objects.filter(pk=task.pk).update(state="closed", closed_by=cast.officer, closed_at=now)


def test_a_report_has_words_and_evidence(cast: Cast, now: dt.datetime) -> None:
    task = scene.bring(scene.task(cast, now=now), State.HANDLING, cast, now=now)
    with pytest.raises(Refused, match="写明办理情况"):
        actions.submit(task=task, reply=" ", evidence=[scene.paper(by=cast.officer)], now=now, by=cast.officer)
    with pytest.raises(Refused, match="须有佐证"):
        actions.submit(task=task, reply="已办", now=now, by=cast.officer)
    task.refresh_from_db()
    assert task.state == State.HANDLING


def test_evidence_attached_on_the_way_counts(cast: Cast, now: dt.datetime) -> None:
    task = scene.bring(scene.task(cast, now=now), State.HANDLING, cast, now=now)
    actions.add_evidence(task=task, attachment=scene.paper(by=cast.officer), by=cast.officer)
    assert actions.submit(task=task, reply="已办", now=now, by=cast.officer).state == State.REVIEW


def test_after_a_return_new_evidence_is_needed_and_the_count_rises(cast: Cast, now: dt.datetime) -> None:
    task = scene.bring(scene.task(cast, now=now), State.RETURNED, cast, now=now)
    assert (task.returned_count, task.return_reason) == (1, "材料不全")
    with pytest.raises(Refused, match="新的佐证"):
        actions.submit(task=task, reply="已补", now=now, by=cast.officer)
    task = attempt(task, Move.SUBMIT, cast, now=now)
    task = attempt(task, Move.RETURN, cast, now=now)
    assert task.returned_count == 2
    assert queries.fresh_proofs(task) == []


@pytest.mark.parametrize("act", [actions.send_back, actions.cancel], ids=["return", "cancel"])
def test_a_return_and_a_cancellation_say_why(cast: Cast, now: dt.datetime, act: object) -> None:
    task = scene.bring(scene.task(cast, now=now), State.REVIEW, cast, now=now)
    with pytest.raises(Refused, match="理由"):
        act(task=task, reason=" ", by=cast.secretary)  # type: ignore[operator]


def test_evidence_comes_from_either_side_while_the_task_is_open_and_from_nobody_else(
    cast: Cast, now: dt.datetime
) -> None:
    task = scene.task(cast, now=now)
    for who in ("officer", "secretary"):
        by = getattr(cast, who)
        assert actions.add_evidence(task=task, attachment=scene.paper(by=by), by=by).purpose == "task"
    with pytest.raises(Refused, match="无权"):
        actions.add_evidence(task=task, attachment=scene.paper(by=cast.clerk_b), by=cast.clerk_b)
    closed = scene.bring(scene.task(cast, now=now), State.CLOSED, cast, now=now)
    with pytest.raises(Refused, match="不再补佐证"):
        actions.add_evidence(task=closed, attachment=scene.paper(by=cast.officer), by=cast.officer)


def test_two_people_on_one_task_the_second_is_told(cast: Cast, now: dt.datetime) -> None:
    task = scene.bring(scene.task(cast, now=now), State.REVIEW, cast, now=now)
    seen = task.version
    actions.close(task=Task.objects.get(pk=task.pk), version=seen, now=now, by=cast.secretary)
    with pytest.raises(Stale):
        actions.send_back(task=task, reason="晚了一步", version=seen, by=cast.second_secretary)
    assert Task.objects.get(pk=task.pk).state == State.CLOSED


def test_the_buttons_are_the_tables(cast: Cast, now: dt.datetime) -> None:
    task = scene.task(cast, now=now)
    assert states.moves(task, by=cast.officer) == [Move.SIGN]
    assert states.moves(task, by=cast.secretary) == [Move.CANCEL]
    assert states.moves(task, by=cast.clerk_b) == []
    task = scene.bring(task, State.REVIEW, cast, now=now)
    assert states.moves(task, by=cast.secretary) == [Move.CLOSE, Move.RETURN, Move.CANCEL]
    assert states.label(Move.CLOSE) == "销号"
