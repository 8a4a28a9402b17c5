"""May this person do this to this project, and is the record still the one they looked at?"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from lianzhang.accounts.actions import Refused
from lianzhang.accounts.models import Person
from lianzhang.accounts.rules import Act
from lianzhang.projects import stages
from lianzhang.projects.models import Project
from lianzhang.projects.stages import Evidence, Stage
from lianzhang.records.models import Stale
from lianzhang.trail import actions as trail


class GateClosed(Refused):
    """The stage table refuses: `missing` names fields, `evidence` kinds of files, both as keys."""

    def __init__(self, reason: str, *, missing: Sequence[str] = (), evidence: Sequence[str] = ()) -> None:
        super().__init__(reason)
        self.missing = list(missing)
        self.evidence = list(evidence)


def require(project: Project, *, act: Act, by: Person) -> None:
    """Raise Refused unless `by` may `act` on this project in the post acted in."""
    within = {Act.WRITE: Project.objects.editable_by, Act.APPROVE: Project.objects.approvable_by}[act]
    if not within(by).filter(pk=project.pk).exists():
        raise Refused(_("您现在的职务无权办理此项目的这一步。"))


def locked(project: Project, *, version: int | None = None, changes: dict[str, Any] | None = None) -> Project:
    """The project as it stands, held until the transaction ends; raises Stale where the caller saw an older one."""
    trail.hold()
    now = Project.objects.select_for_update().get(pk=project.pk)
    if version is not None and now.version != version:
        raise Stale(now, changes or {})
    return now


def not_in_future(on: date, *, today: date) -> None:
    """Raise Refused for a day that has not come yet."""
    if on > today:
        raise Refused(_("日期 %(on)s 晚于今天 %(today)s。请填实际发生的日期。") % {"on": on, "today": today})


def closed_gate(stage: Stage, *, missing: Sequence[str], evidence: Sequence[Evidence]) -> GateClosed:
    """The refusal that names every field and every kind of evidence that `stage` still needs."""
    lacks = []
    if missing:
        lacks.append(_("未填：%(names)s") % {"names": _("、").join(stages.labels(missing, of=Project))})
    if evidence:
        lacks.append(_("缺佐证：%(names)s") % {"names": _("、").join(kind.label for kind in evidence)})
    reason = _("还不能进入“%(stage)s”。%(lacks)s。") % {"stage": stage.label, "lacks": "；".join(lacks)}
    return GateClosed(reason, missing=missing, evidence=[kind.key for kind in evidence])
