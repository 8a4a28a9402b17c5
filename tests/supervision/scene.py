"""Tasks, meetings and requests made by the same actions the product uses."""

import datetime as dt
from typing import Any

from django.core.files.base import ContentFile

from lianzhang.accounts.models import Person
from lianzhang.supervision import actions
from lianzhang.supervision.models import Meeting, Request, Task
from lianzhang.supervision.states import State
from lianzhang.trail import evidence as files
from lianzhang.trail.models import Attachment
from tests.cast import Cast


def paper(*, by: Person, name: str = "办理情况.pdf") -> Attachment:
    """A kept file."""
    return files.keep(ContentFile(name.encode(), name=name), kind="task", by=by)


def task(cast: Cast, *, now: dt.datetime, **given: Any) -> Task:
    """A task of chain A that the secretariat gave the department, due in five working days."""
    filled = {"title": "核实缺口", "responsible": cast.department, "by": cast.secretary, "chain": cast.chain_a}
    if "due_on" not in given:
        filled["working_days"] = 5
    return actions.assign(**{**filled, **given}, now=now)


def bring(found: Task, to: State, cast: Cast, *, now: dt.datetime) -> Task:
    """Bring a fresh task to a state by the shortest way, done by the department and judged by the secretariat."""
    doer, judge = cast.officer, cast.secretary
    if to is State.CANCELLED:
        return actions.cancel(task=found, reason="不再需要", by=judge)
    if to is not State.UNSIGNED:
        found = actions.sign(task=found, now=now, by=doer)
    if to in {State.REVIEW, State.CLOSED, State.RETURNED}:
        found = actions.submit(task=found, reply="已核实", evidence=[paper(by=doer)], now=now, by=doer)
    if to is State.CLOSED:
        found = actions.close(task=found, now=now, by=judge)
    if to is State.RETURNED:
        found = actions.send_back(task=found, reason="材料不全", by=judge)
    return found


def meeting(cast: Cast, *, now: dt.datetime, **given: Any) -> Meeting:
    """A regular meeting of chain A."""
    filled = {"title": "链A 11 月例会", "kind": Meeting.Kind.REGULAR, "held_on": now.date(), "chain": cast.chain_a}
    return actions.hold_meeting(**{**filled, "by": cast.clerk_a, **given}, now=now)


def request(cast: Cast, *, now: dt.datetime, **given: Any) -> Request:
    """A request that firm 1 raises for itself on chain A."""
    filled = {
        "enterprise": cast.enterprise_1,
        "text": "检测排期过长",
        "kind": Request.Kind.TECHNOLOGY,
        "chain": cast.chain_a,
    }
    return actions.raise_request(**{**filled, "by": cast.anchor_1, **given}, now=now)
