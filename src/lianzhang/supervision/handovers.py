"""移交清单: what is open when a post changes hands, drawn up as it stood and taken over by the successor."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from lianzhang.accounts import actions as accounts
from lianzhang.accounts.models import Appointment, Person
from lianzhang.projects.models import Project
from lianzhang.projects.stages import ENDED, Stage
from lianzhang.supervision.models import Handover, Task, Visit
from lianzhang.trail import actions as trail

OPEN_TASKS = (Task.State.UNSIGNED, Task.State.HANDLING, Task.State.REVIEW, Task.State.RETURNED)


MODELS: dict[str, Any] = {
    "task": Task, "instruction": Task, "promise": Task, "project": Project, "visit": Visit,
}  # fmt: skip


@dataclass(frozen=True)
class Item:
    """One thing handed over. `key` finds the record again, so that a reader is shown only what the own post may see."""

    kind: str  # a key of MODELS
    key: str
    code: str
    title: str
    due_on: str
    state: str


def open_items(appointment: Appointment, *, viewer: Person) -> list[Item]:
    """What is open for the holder of `appointment`, as far as `viewer` may see it: tasks to do, what was instructed
    and promised in this post and is not closed, projects, visits still to be made. A task stands once."""
    body, person = appointment.body_id, appointment.person_id
    tasks = Task.objects.visible_to(viewer).filter(state__in=OPEN_TASKS)
    own = tasks.filter(Q(handled_by=person) | Q(handled_by__isnull=True), responsible=body)
    given = {
        "instruction": tasks.filter(instructed_by=appointment),
        "promise": tasks.filter(visit__visitor=appointment),
    }
    found = {task.pk: ("task", task) for task in own}
    for kind, some in given.items():
        found |= {task.pk: (kind, task) for task in some if task.pk not in found}
    projects = Project.objects.visible_to(viewer).filter(owner=body, stage__lt=Stage.IN_PRODUCTION)
    visits = Visit.objects.visible_to(viewer).filter(visitor=appointment, visited_on__isnull=True)
    return [
        *(Item(kind, str(t.pk), t.code, t.title, _text(t.due_on), t.state) for kind, t in found.values()),
        *(
            Item("project", str(p.pk), p.code, p.name, _text(p.next_due_on), str(p.stage))
            for p in projects.exclude(status__in=ENDED)
        ),
        *(
            Item("visit", str(v.pk), "", v.purpose or v.enterprise.name, _text(v.planned_on), "")
            for v in visits.select_related("enterprise")
        ),
    ]


def readable(items: Iterable[dict[str, Any]], *, viewer: Person) -> list[Item]:
    """The items of a drawn-up list that `viewer` may see today; the rest do not exist for them."""
    kept = [Item(**item) for item in items]
    seen = {
        (kind, str(pk))
        for kind, model in MODELS.items()
        if (keys := [item.key for item in kept if item.kind == kind])
        for pk in model.objects.visible_to(viewer).filter(pk__in=keys).values_list("pk", flat=True)
    }
    return [item for item in kept if (item.kind, item.key) in seen]


def end_and_draw_up(
    appointment: Appointment, *, on: date, successor: Appointment | None, version: int, by: Person
) -> Handover:
    """End a post and draw up what its holder leaves open, in one transaction."""
    if successor is not None and successor.person_id == appointment.person_id:
        raise accounts.Refused(_("继任者不能是本人。"))
    leaver = Person.objects.get(pk=appointment.person_id).act_as(appointment)
    items = [asdict(item) for item in open_items(appointment, viewer=leaver)]
    with transaction.atomic():
        accounts.end(appointment=appointment, on=on, version=version, by=by)
        handover = Handover(outgoing=appointment, incoming=successor, drawn_up_on=on, items=items)
        return trail.create(handover, verb="handover.drawn_up", by=by, detail={"count": len(items)})


def name_successor(handover: Handover, *, successor: Appointment, by: Person) -> Handover:
    """Say who takes over; not once it has been accepted."""
    if handover.accepted_at is not None:
        raise accounts.Refused(_("移交清单已由继任者签收，不能再更换继任者。"))
    if successor.person_id == handover.outgoing.person_id:
        raise accounts.Refused(_("继任者不能是本人。"))
    with transaction.atomic():
        return trail.change(handover, verb="handover.successor_named", changes={"incoming": successor}, by=by)


def accept(handover: Handover, *, now: datetime, by: Person) -> Handover:
    """The successor takes over. Only the successor can, and only once."""
    if handover.incoming is None or handover.incoming.person_id != by.pk:
        raise accounts.Refused(_("移交清单由继任者本人签收。"))
    if handover.accepted_at is not None:
        raise accounts.Refused(_("移交清单已签收。"))
    with transaction.atomic():
        return trail.change(handover, verb="handover.accepted", changes={"accepted_at": now, "accepted_by": by}, by=by)


def _text(day: date | None) -> str:
    return day.isoformat() if day is not None else ""
