"""大事记: what happened to a project in one dated list, newest first: stages, follow-ups, months, tasks, evidence."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from lianzhang.projects.models import FollowUp, MonthReport, Project, StageEntry
from lianzhang.projects.stages import Status
from lianzhang.supervision.models import Task
from lianzhang.tables import values
from lianzhang.trail.models import Proof

SHOWN = 60
SHORT = 80


@dataclass(frozen=True, kw_only=True)
class Happening:
    """One line: the day, what kind it is, what it says, and where it opens."""

    on: date
    kind: str
    text: str
    url: str = ""


def of(
    project: Project,
    *,
    entries: Iterable[StageEntry],
    follow_ups: Iterable[FollowUp],
    months: Iterable[MonthReport],
    tasks: Iterable[Task],
    proofs: Sequence[Proof],
) -> list[Happening]:
    """All of it, newest first; a day with several things tells them in the order of the office's work."""
    told = [*map(_entry, entries), *map(_follow, follow_ups), *map(_month, months), *map(_task, tasks)]
    told += [_proof(project, proof) for proof in proofs] + _status(project)
    return sorted(told, key=lambda one: one.on, reverse=True)[:SHOWN]


def _status(project: Project) -> list[Happening]:
    """Where it stands beside its stage, since when and why."""
    if project.status == Status.NORMAL or project.status_on is None:
        return []
    text = _("%(status)s：%(reason)s") % {"status": project.get_status_display(), "reason": project.status_reason}
    went = _("（去往%(place)s）") % {"place": project.lost_to} if project.lost_to else ""
    return [Happening(on=project.status_on, kind=_("状态"), text=text + went)]


def beside(project: Project) -> str:
    """Since when a project stands where it does beside its stage, and where the investor went."""
    parts = [values.plain(project.status_on, "date") if project.status_on else ""]
    parts.append(_("去往%(place)s") % {"place": project.lost_to} if project.lost_to else "")
    said = _("，").join(filter(None, parts))
    return _("（%(said)s）") % {"said": said} if said else ""


def _entry(entry: StageEntry) -> Happening:
    words: dict[str, Any] = {"stage": entry.get_stage_display(), "said": entry.get_verdict_display()}
    text = _("更正为“%(stage)s”") if entry.is_correction else _("“%(stage)s”%(said)s")
    note = entry.check_note or entry.note
    on = entry.entered_on or timezone.localdate(entry.asked_at)
    mark = _("（已更正作废）") if entry.is_void else ""
    return Happening(on=on, kind=_("阶段"), text=" ".join(filter(None, (text % words + mark, note))))


def _follow(done: FollowUp) -> Happening:
    return Happening(on=done.done_on, kind=str(done.get_kind_display()), text=_short(done.text))


def _month(row: MonthReport) -> Happening:
    on = timezone.localdate(row.reported_at) if row.reported_at else row.month
    said = _("%(month)s月报：当月完成 %(month_wan)s 万元，年度累计 %(year_wan)s 万元。%(progress)s") % {
        "month": f"{row.month:%Y-%m}",
        "month_wan": values.plain(row.done_month_wan, "wan") or "—",
        "year_wan": values.plain(row.done_year_wan, "wan") or "—",
        "progress": _short(row.progress),
    }
    return Happening(on=on, kind=_("月报"), text=said)


def _task(task: Task) -> Happening:
    text = f"{task.title}（{task.get_state_display()}）"
    return Happening(
        on=timezone.localdate(task.assigned_at),
        kind=_("督办"),
        text=text,
        url=reverse("supervision:task", args=[task.code]),
    )


def _proof(project: Project, proof: Proof) -> Happening:
    url = reverse("projects:file", args=[project.code, proof.pk])
    on = proof.attachment.taken_on or timezone.localdate(proof.attached_at)
    return Happening(on=on, kind=_("佐证"), text=proof.attachment.name, url=url)


def _short(text: str) -> str:
    return text if len(text) <= SHORT else text[: SHORT - 1] + "…"
