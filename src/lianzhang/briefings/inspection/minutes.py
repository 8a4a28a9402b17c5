"""A meeting as a document: where and with whom, the minutes, what was decided and what became of it."""

import io
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lianzhang.supervision.models import Task
from lianzhang.tables import Column, ExportHeader, docx


def _became(decision: Any) -> str:
    """The tasks of a decision that the reader may see, each with its state and close-out."""
    said = []
    for task in decision.told:
        closed = f" {timezone.localtime(task.closed_at):%Y-%m-%d}" if task.closed_at else ""
        reply = f"：{task.reply}" if task.reply else ""
        said.append(f"{task.code} {Task.State(task.state).label}{closed}{reply}")
    return "；".join(said)


DECISIONS = (
    Column("number", gettext_lazy("序号"), lambda d: str(d.number)),
    Column("text", gettext_lazy("议定事项"), lambda d: d.text, is_wrapped=True),
    Column("responsible", gettext_lazy("责任单位"), lambda d: d.responsible.name if d.responsible else None),
    Column("became", gettext_lazy("落实情况"), lambda d: _became(d) or None, is_wrapped=True),
)


def writer(meeting: Any) -> Callable[[ExportHeader], bytes]:
    """How the minutes of `meeting` are written; it comes with `made`, its decisions."""

    def write(header: ExportHeader) -> bytes:
        said = replace(header, title=meeting.title, is_illustrative=meeting.is_illustrative, as_of=meeting.held_on)
        document = docx.begin(said)
        for label, text in _facts(meeting):
            docx.body(document, f"{label}：{text}")
        docx.heading(document, _("纪要"))
        for line in (meeting.summary or _("没有纪要。")).splitlines():
            docx.body(document, line)
        docx.heading(document, _("议定事项"))
        if meeting.made:
            docx.grid(document, DECISIONS, meeting.made, size=10.5)
        else:
            docx.body(document, _("没有议定事项。"))
        docx.note(document, f"{meeting.code}　{header.export_id}")
        out = io.BytesIO()
        document.save(out)
        return out.getvalue()

    return write


def _facts(meeting: Any) -> list[tuple[str, str]]:
    chair = meeting.chaired_by
    pairs = [
        (_("时间"), meeting.held_on.isoformat()),
        (_("地点"), meeting.place),
        (_("主持"), str(chair.person) if chair is not None else ""),
        (_("参加单位"), "、".join(body.name for body in meeting.attendees.all())),
    ]
    return [(label, text) for label, text in pairs if text]
