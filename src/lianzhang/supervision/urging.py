"""催办文字: what is open and overdue for each body, as plain text to paste into a chat. Nothing is sent from here."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from lianzhang.supervision import queries, states
from lianzhang.supervision.models import Task
from lianzhang.workdays import clock


@dataclass(frozen=True)
class Letter:
    """The text for one body."""

    body: str
    task_count: int
    text: str


def letters(tasks: Iterable[Task], *, today: date, calendar: clock.WorkingCalendar) -> list[Letter]:
    """One letter for each body whose move it is, most tasks first; tasks that wait for nobody are left out."""
    waiting: dict[str, list[Task]] = {}
    for task in tasks:
        body = task.responsible if task.state in states.WITH_DOER else task.assigned_by_body
        if body is not None and task.state in states.OPEN:
            waiting.setdefault(body.name, []).append(task)
    told = [
        Letter(body=body, task_count=len(found), text=_text(body, found, today=today, calendar=calendar))
        for body, found in waiting.items()
    ]
    return sorted(told, key=lambda letter: (-letter.task_count, letter.body))


def _text(body: str, tasks: list[Task], *, today: date, calendar: clock.WorkingCalendar) -> str:
    head = _("%(body)s：截至 %(today)s，以下%(count)s项请抓紧办理。") % {
        "body": body,
        "today": today,
        "count": len(tasks),
    }
    return "\n".join([head, *(_line(n, task, today, calendar) for n, task in enumerate(tasks, start=1))])


def _line(number: int, task: Task, today: date, calendar: clock.WorkingCalendar) -> str:
    late = queries.lateness(task, today=today, calendar=calendar)
    words = [_("%(state)s，期限 %(due)s") % {"state": Task.State(task.state).label, "due": task.due_on}]
    if late.days:
        words.append(_("逾期%(days)s个工作日") % {"days": late.days})
    if late.level is not None and late.level.key != "task_force":
        words.append(_("已提至%(level)s") % {"level": late.level.label})
    return f"{number}. {task.title}（{task.code}；{'；'.join(words)}）"
