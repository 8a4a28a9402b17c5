"""Two tables side by side: what may happen to a task in a state (policy), and whose move each is (permission).

The page's buttons, the refusals and the tests all come from these tables.
"""

from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lianzhang.accounts.models import Person
from lianzhang.accounts.rules import Role
from lianzhang.supervision.models import Task

State = Task.State


class Move(StrEnum):
    """动作: what can be done to a task."""

    SIGN = "sign"
    SUBMIT = "submit"
    CLOSE = "close"
    RETURN = "return"
    CANCEL = "cancel"


class Side(StrEnum):
    """Whose move it is: the body that does the work, or who assigned it."""

    DOER = "doer"
    ASSIGNER = "assigner"


# May this task change so? State by state.
TRANSITIONS: dict[State, dict[Move, State]] = {
    State.UNSIGNED: {Move.SIGN: State.HANDLING, Move.CANCEL: State.CANCELLED},
    State.HANDLING: {Move.SUBMIT: State.REVIEW, Move.CANCEL: State.CANCELLED},
    State.REVIEW: {Move.CLOSE: State.CLOSED, Move.RETURN: State.RETURNED, Move.CANCEL: State.CANCELLED},
    State.RETURNED: {Move.SUBMIT: State.REVIEW, Move.CANCEL: State.CANCELLED},
    State.CLOSED: {},
    State.CANCELLED: {},
}

# May this person do so? Move by move. Nobody closes or returns what they handed in themselves (also a constraint).
OWNERS: dict[Move, Side] = {
    Move.SIGN: Side.DOER,
    Move.SUBMIT: Side.DOER,
    Move.CLOSE: Side.ASSIGNER,
    Move.RETURN: Side.ASSIGNER,
    Move.CANCEL: Side.ASSIGNER,
}

# Whoever handed the work in takes no part in judging it.
NOT_BY_DOER = frozenset({Move.CLOSE, Move.RETURN})

LABELS: dict[Move, Promise] = {
    Move.SIGN: _("签收"),
    Move.SUBMIT: _("报结"),
    Move.CLOSE: _("销号"),
    Move.RETURN: _("退回"),
    Move.CANCEL: _("撤销"),
}

OPEN = tuple(state for state, moves in TRANSITIONS.items() if moves)
OVER = tuple(state for state, moves in TRANSITIONS.items() if not moves)
WITH_DOER = tuple(state for state in OPEN if any(OWNERS[move] is Side.DOER for move in TRANSITIONS[state]))

# Who may hand work to another body. Districts, departments and firms do their own tasks and assign none.
ASSIGNERS = frozenset(
    {Role.GENERAL_CHIEF, Role.CHIEF, Role.DEPUTY, Role.TASK_FORCE, Role.SECRETARIAT, Role.LEAD_DEPARTMENT}
)
# Whose word is a 批示; the secretariat may write one down, naming whose it was.
INSTRUCTORS = frozenset({Role.GENERAL_CHIEF, Role.CHIEF, Role.DEPUTY})


def to(state: str, move: Move) -> State | None:
    """Where `move` leads from `state`; None where the table has no such move."""
    return TRANSITIONS[State(state)].get(move)


def label(move: Move) -> str:
    """What the move is called on a button."""
    return str(LABELS[move])


def is_on(side: Side, task: Task, *, by: Person) -> bool:
    """Whether `by`, in the post acted in, stands on this side of the task."""
    if side is Side.DOER:
        return by.reach.body_id == task.responsible_id and Task.objects.editable_by(by).filter(pk=task.pk).exists()
    return Task.objects.approvable_by(by).filter(pk=task.pk).exists()


def moves(task: Task, *, by: Person) -> list[Move]:
    """What this person may do with this task now, in the order of the table; two queries at most."""
    sides = {side: is_on(side, task, by=by) for side in Side}
    return [
        move
        for move in TRANSITIONS[State(task.state)]
        if sides[OWNERS[move]] and not (move in NOT_BY_DOER and task.submitted_by_id == by.pk)
    ]
