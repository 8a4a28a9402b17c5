"""Tasks, meetings, requests, visits, the calendar."""

from lianzhang.supervision.models import Decision, Meeting, Request, Task, Visit
from lianzhang.trail.models import Proof
from lianzhang.workdays.models import CalendarDay
from tests.permission.fillers import Case, Filling, each
from tests.permission.world import World

PLAIN = (
    "tasks",
    "new_task",
    "urge",
    "meetings",
    "new_meeting",
    "requests",
    "new_request",
    "visits",
    "new_visit",
    "calendar",
    "declare_day",
)
OF_MEETING = ("meeting", "edit_meeting", "add_decision", "decide")
OF_REQUEST = ("request", "hand_over", "answer", "close_request", "reject", "escalate", "link_gap")


def fill(world: World) -> Filling:
    tasks = each(world, "task", Task, code="code")
    proofs = {proof.subject_id: proof for _owner, proof in world.of("task", Proof)}
    world.of("task", Task)
    files = [
        Case({"code": task.code, "pk": proofs[str(task.pk)].pk}, ("task", owner))
        for owner, task in world.of("task", Task)
    ]
    visits = each(world, "plan", Visit, pk="pk")
    return {
        **{f"supervision:{name}": [Case()] for name in PLAIN},
        "supervision:task": tasks,
        "supervision:prove": tasks,
        "supervision:task_file": files,
        "supervision:move": [Case({**c.kwargs, "verb": verb}, c.subject) for c in tasks for verb in ("sign", "close")],
        **{f"supervision:{name}": each(world, "meeting", Meeting, code="code") for name in OF_MEETING},
        "supervision:edit_decision": each(world, "meeting", Decision, pk="pk"),
        **{f"supervision:{name}": each(world, "request", Request, code="code") for name in OF_REQUEST},
        **{f"supervision:{name}": visits for name in ("visit", "record_visit", "promise")},
        "supervision:withdraw_day": each(world, "chain", CalendarDay, pk="pk"),
    }
