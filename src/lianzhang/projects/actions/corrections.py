"""Going back is a correction: by someone who may check, dated, with a reason; what the wrong stages set is undone."""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lianzhang.accounts.actions import Refused
from lianzhang.accounts.models import Person
from lianzhang.accounts.rules import Act
from lianzhang.projects import stages
from lianzhang.projects.actions import capability, permission
from lianzhang.projects.models import Project, StageEntry
from lianzhang.projects.stages import Stage
from lianzhang.trail import actions as trail


def correct(
    *, project: Project, to: Stage, on: date, reason: str, now: datetime, by: Person, version: int | None = None
) -> StageEntry:
    """Put a project back to an earlier stage. The later entries stay on record, marked void."""
    if not reason.strip():
        raise Refused(_("更正须写明理由。"))
    permission.not_in_future(on, today=timezone.localdate(now))
    with transaction.atomic():
        project = permission.locked(project, version=version, changes={"stage": to})
        permission.require(project, act=Act.APPROVE, by=by)
        was = Stage(project.stage)
        if to >= was:
            raise Refused(_("更正只用于退回较早的阶段。"))
        if project.entries.filter(verdict=StageEntry.Verdict.PENDING).exists():
            raise Refused(_("有待核的阶段申请，先核验或退回。"))
        _void_later(project, to=to, by=by)
        if to < Stage.IN_PRODUCTION <= was:
            capability.undo(project, by=by)
        trail.change(project, verb="project.corrected", changes=_undone(to), by=by, detail={"reason": reason})
        return trail.create(
            StageEntry(
                project=project,
                stage=to,
                entered_on=on,
                verdict=StageEntry.Verdict.PASSED,
                note=reason[:200],
                asked_by=by,
                asked_at=now,
                checked_at=now,
                is_correction=True,
            ),
            verb="stage.corrected",
            by=by,
        )


def _void_later(project: Project, *, to: Stage, by: Person) -> None:
    later = project.entries.filter(stage__gt=to, verdict=StageEntry.Verdict.PASSED, is_void=False)
    for entry in later:
        trail.change(entry, verb="stage.voided", changes={"is_void": True}, by=by)


def _undone(to: Stage) -> dict[str, Any]:
    later = [gate.sets for gate in stages.table().gates.values() if gate.stage > to and gate.sets]
    return {"stage": to.value, **dict.fromkeys(later, None)}
