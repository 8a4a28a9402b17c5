"""The status of a project, on its own axis beside the stage: held, late, lost, ended, handed over, resumed."""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lianzhang.accounts.actions import Refused
from lianzhang.accounts.models import Body, Person
from lianzhang.accounts.rules import Act, BodyKind
from lianzhang.projects import stages
from lianzhang.projects.actions import contests, permission, reporting
from lianzhang.projects.models import Project, StageEntry
from lianzhang.projects.stages import Status
from lianzhang.trail import actions as trail

RIGHTS = {"write": Act.WRITE, "approve": Act.APPROVE}


def mark_late(*, project: Project, reason: str, on: date, now: datetime, by: Person) -> Project:
    """滞后: say by hand that a project is behind, and why."""
    return _set(project, Status.LATE, reason=reason, on=on, now=now, by=by)


def hold(*, project: Project, reason: str, on: date, now: datetime, by: Person) -> Project:
    """暂缓: stop for now; a held project does not advance and is not counted late."""
    return _set(project, Status.SUSPENDED, reason=reason, on=on, now=now, by=by)


def resume(*, project: Project, reason: str, on: date, now: datetime, by: Person) -> Project:
    """恢复: go on with a project that was late, held or handed over."""
    return _set(project, Status.NORMAL, reason=reason, on=on, now=now, by=by)


def lose(*, project: Project, reason: str, on: date, now: datetime, by: Person, lost_to: str = "") -> Project:
    """流失: the investor went elsewhere, to a place named where it is known. The first-report claim falls free."""
    return _set(project, Status.LOST, reason=reason, on=on, now=now, by=by, lost_to=lost_to.strip()[:80])


def terminate(*, project: Project, reason: str, on: date, now: datetime, by: Person) -> Project:
    """终止: the project ends. Needs the right to approve."""
    return _set(project, Status.TERMINATED, reason=reason, on=on, now=now, by=by)


def transfer(*, project: Project, to: Body, reason: str, on: date, now: datetime, by: Person) -> Project:
    """流转: hand a project to another district, which takes it up by resuming. First report stays where it was."""
    if to.kind != BodyKind.DISTRICT:
        raise Refused(_("项目只能流转到区市。"))
    if to.pk == project.district_id:
        raise Refused(_("项目已在%(body)s。") % {"body": to.name})
    with transaction.atomic():
        moved = _set(project, Status.TRANSFERRED, reason=reason, on=on, now=now, by=by, district=to)
        contests.on_transfer(moved, to=to, now=now, by=by)
    return moved


def _set(project: Project, to: Status, *, reason: str, on: date, now: datetime, by: Person, **more: Any) -> Project:
    move = stages.table().moves[to]
    if not reason.strip():
        raise Refused(_("须写明原因。"))
    permission.not_in_future(on, today=timezone.localdate(now))
    with transaction.atomic():
        project = permission.locked(project)
        permission.require(project, act=RIGHTS[move.right], by=by)
        if project.status not in move.origins:
            raise Refused(
                _("项目现为“%(now)s”，不能改为“%(to)s”。")
                % {"now": project.get_status_display(), "to": Status(to).label}
            )
        if project.entries.filter(verdict=StageEntry.Verdict.PENDING).exists():
            raise Refused(_("有待核的阶段申请，先核验或退回。"))
        # A resumed project carries no reason any more; why it was resumed stands in the trail.
        said = "" if to is Status.NORMAL else reason.strip()[:200]
        changes = {"status": to.value, "status_reason": said, "status_on": on, **more}
        trail.change(project, verb=f"project.{move.verb}", changes=changes, by=by, detail={"reason": reason})
        if move.frees_claim:
            reporting.release(project, by=by)
    return project
