"""What may happen to an answer, as one table: it refuses, says in words why, and is drawn in the docs."""

from dataclasses import dataclass
from enum import StrEnum

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lianzhang.accounts.actions import Refused
from lianzhang.collecting.models import Collection, Submission

State = Submission.State


class Side(StrEnum):
    """Whose move it is."""

    ANSWERER = "answerer"
    ASKER = "asker"


@dataclass(frozen=True)
class Move:
    """One move: from which states, to which, and by whom."""

    label: object
    origins: frozenset[str]
    to: str
    side: Side


OPEN = frozenset({State.EXPECTED, State.DRAFT, State.RETURNED})  # the body may still write
MOST_ROWS = 2000  # of one body in one form
RECEIVED = frozenset({State.SUBMITTED, State.ACCEPTED})
MOVES: dict[str, Move] = {
    "save": Move(gettext_lazy("保存"), OPEN, State.DRAFT, Side.ANSWERER),
    "submit": Move(gettext_lazy("报送"), OPEN, State.SUBMITTED, Side.ANSWERER),
    "recall": Move(gettext_lazy("撤回"), frozenset({State.SUBMITTED}), State.DRAFT, Side.ANSWERER),
    "return": Move(gettext_lazy("退回"), RECEIVED, State.RETURNED, Side.ASKER),
    "accept": Move(gettext_lazy("核收"), frozenset({State.SUBMITTED}), State.ACCEPTED, Side.ASKER),
}


def may(move: str, submission: Submission) -> bool:
    """Whether the state of an answer in its collection allows `move`."""
    return submission.collection.state == Collection.State.OPEN and submission.state in MOVES[move].origins


def expect(move: str, submission: Submission) -> None:
    """Raise Refused, in words, where the move is not to be made."""
    expect_open(submission.collection)
    if submission.state not in MOVES[move].origins:
        raise Refused(
            _("%(body)s的报送现为“%(state)s”，不能%(move)s。")
            % {"body": submission.body.name, "state": submission.get_state_display(), "move": MOVES[move].label}
        )


def expect_open(collection: Collection) -> None:
    """Closed is closed: nobody reopens a collection, and nothing in it changes."""
    if collection.state == Collection.State.CLOSED:
        who = collection.closed_by.name if collection.closed_by else "—"
        on = f"{timezone.localtime(collection.closed_at):%Y-%m-%d}" if collection.closed_at else "—"
        said = {"title": collection.name, "who": who, "on": on}
        raise Refused(_("“%(title)s”已由%(who)s于 %(on)s 关闭，不能再改。") % said)
