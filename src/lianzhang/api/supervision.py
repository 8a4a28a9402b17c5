"""Meetings; tasks with their life: signed for, handed in, closed or returned."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import File, Router, Schema
from ninja.files import UploadedFile
from pydantic import Field

from lianzhang.accounts.models import Person
from lianzhang.api import once, resources, security, tables
from lianzhang.supervision import actions
from lianzhang.supervision.models import Meeting, Task
from lianzhang.trail import evidence


class Decided(Schema):
    """One decision of a meeting."""

    number: int
    text: str
    responsible: str | None
    working_days: int | None


class Decisions(Schema):
    """What a meeting decided."""

    decisions: list[Decided]


class Moved(Schema):
    """Where a task stands after a move; `version` is the one to send next."""

    code: str
    state: str
    version: int


def _decisions(meeting: Meeting, _person: Any) -> dict[str, Any]:
    found = meeting.decisions.select_related("responsible")
    return {
        "decisions": [
            {
                "number": d.number,
                "text": d.text,
                "responsible": d.responsible.code if d.responsible else None,
                "working_days": d.working_days,
            }
            for d in found
        ]
    }


MEETINGS = resources.Resource(
    key="meetings",
    table=tables.MEETINGS,
    rows=lambda person: Meeting.objects.visible_to(person).select_related("chain"),
    more=_decisions,
    more_schema=Decisions,
)
TASKS = resources.Resource(
    key="tasks",
    table=tables.TASKS,
    rows=lambda person: Task.objects.visible_to(person).select_related("chain", "responsible"),
)


class Sign(Schema):
    """Signing for a task. `version` is the one the sender read."""

    version: int | None = None


class Reply(Sign):
    """What was done."""

    reply: str = Field(min_length=1, max_length=4000)


class Return(Sign):
    """Why it is not done."""

    reason: str = Field(min_length=1, max_length=300)


def add_writes(router: Router) -> None:
    """The writes of tasks."""
    answers: Any = {200: Moved, **resources.UNSAFE_PROBLEMS}

    @router.post("/{code}/sign", response=answers)
    def sign_task(request: HttpRequest, code: str, sent: Sign) -> dict[str, Any]:
        """签收."""
        return _do(
            request, code, lambda task, by: actions.sign(task=task, version=sent.version, now=timezone.now(), by=by)
        )

    @router.post("/{code}/evidence", response=answers)
    def add_evidence(request: HttpRequest, code: str, file: File[UploadedFile]) -> dict[str, Any]:
        """佐证: a file that proves what was done."""

        def attach(task: Task, by: Person) -> Task:
            kept = evidence.keep(file, kind=actions.tasks.EVIDENCE, by=by)
            actions.add_evidence(task=task, attachment=kept, by=by)
            return task

        return _do(request, code, attach)

    @router.post("/{code}/submit", response=answers)
    def submit_task(request: HttpRequest, code: str, sent: Reply) -> dict[str, Any]:
        """报结."""
        return _do(
            request,
            code,
            lambda task, by: actions.submit(
                task=task, reply=sent.reply, version=sent.version, now=timezone.now(), by=by
            ),
        )

    @router.post("/{code}/close", response=answers)
    def close_task(request: HttpRequest, code: str, sent: Sign) -> dict[str, Any]:
        """销号: by somebody other than the doer."""
        return _do(
            request, code, lambda task, by: actions.close(task=task, version=sent.version, now=timezone.now(), by=by)
        )

    @router.post("/{code}/return", response=answers)
    def return_task(request: HttpRequest, code: str, sent: Return) -> dict[str, Any]:
        """退回."""
        return _do(
            request,
            code,
            lambda task, by: actions.send_back(task=task, reason=sent.reason, version=sent.version, by=by),
        )


def _do(request: HttpRequest, code: str, move: Callable[[Task, Person], Task]) -> dict[str, Any]:
    person = security.person_of(request)

    def work() -> dict[str, Any]:
        task = resources.found(TASKS, person, code)
        moved = move(task, person)
        return {"code": moved.code, "state": moved.state, "version": moved.version}

    return once.once(request, work)
