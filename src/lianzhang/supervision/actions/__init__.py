"""Writing supervision. Each action checks whose move it is, writes with its version, and leaves one trail event."""

from lianzhang.supervision.actions.assigning import assign
from lianzhang.supervision.actions.meetings import add_decision, decide, edit_decision, edit_meeting, hold_meeting
from lianzhang.supervision.actions.requests import (
    answer,
    close_request,
    escalate,
    hand_over,
    link_gap,
    raise_request,
    reject_answer,
)
from lianzhang.supervision.actions.tasks import add_evidence, cancel, close, send_back, sign, submit
from lianzhang.supervision.actions.visits import plan_visit, promise, record_visit

__all__ = [
    "add_decision",
    "add_evidence",
    "answer",
    "assign",
    "cancel",
    "close",
    "close_request",
    "decide",
    "edit_decision",
    "edit_meeting",
    "escalate",
    "hand_over",
    "hold_meeting",
    "link_gap",
    "plan_visit",
    "promise",
    "raise_request",
    "record_visit",
    "reject_answer",
    "send_back",
    "sign",
    "submit",
]
