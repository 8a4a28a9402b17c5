"""Plan beside actual: the dated milestones of a project, and whether it is behind its own plan on a day, and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lianzhang.chains import rules
from lianzhang.projects import performance, stages
from lianzhang.projects.models import Project, YearPlan
from lianzhang.projects.stages import Stage, Status
from lianzhang.tables import Light


@dataclass(frozen=True)
class Milestone:
    """节点: the day of the year's plan, the day it was moved to since, and the actual one; each may be unknown."""

    label: str
    planned_on: date | None
    actual_on: date | None
    adjusted_on: date | None = None

    @property
    def days_behind(self) -> int | None:
        """Days between plan and actual; positive is late. None where one of them is unknown."""
        if self.planned_on is None or self.actual_on is None:
            return None
        return (self.actual_on - self.planned_on).days


def milestones(project: Project, *, plans: Sequence[YearPlan] = ()) -> list[Milestone]:
    """开工, 竣工, 投产 and the next node, in time's order. What a year's plan set first is the baseline."""
    days = (
        (Stage.STARTED, "start_on", project.planned_start_on, project.started_on),
        (Stage.COMPLETED, "completion_on", project.planned_completion_on, project.completed_on),
        (Stage.IN_PRODUCTION, "production_on", project.planned_production_on, project.produced_on),
    )
    fixed = [_held_against(plans, str(stage.label), name, now, actual) for stage, name, now, actual in days]
    if project.next_milestone or project.next_due_on:
        fixed.append(Milestone(project.next_milestone or _("下一节点"), project.next_due_on, None))
    return fixed


def _held_against(plans: Sequence[YearPlan], label: str, name: str, now: date | None, actual: date | None) -> Milestone:
    first = min((plan for plan in plans if getattr(plan, name)), key=lambda plan: plan.year, default=None)
    baseline: date | None = getattr(first, name) if first else now
    return Milestone(label, baseline, actual, adjusted_on=now if now != baseline else None)


def overdue(project: Project, *, today: date) -> list[tuple[str, date]]:
    """What is overdue on `today`, as (what, due day), longest first. The same rule as `queries.late_condition`."""
    if project.status not in stages.MOVING:
        return []
    late = []
    if project.next_due_on and project.next_due_on < today and project.stage < Stage.FULL_CAPACITY:
        late.append((project.next_milestone or _("下一节点"), project.next_due_on))
    for stage, on, done_on in (
        (Stage.STARTED, project.planned_start_on, project.started_on),
        (Stage.COMPLETED, project.planned_completion_on, project.completed_on),
        (Stage.IN_PRODUCTION, project.planned_production_on, project.produced_on),
    ):
        if on and on < today and done_on is None and project.stage < stage:
            late.append((str(stage.label), on))
    return sorted(late, key=lambda pair: pair[1])


def light(project: Project, *, today: date) -> Light:
    """状态灯 of a project with its reason. What warns goes before what is doubted: a node overdue, nobody reported,
    the year's investment far behind time; then figures that cannot be judged (存疑); then a little behind."""
    status = Status(project.status)
    if status in {Status.SUSPENDED, Status.TRANSFERRED, *stages.ENDED}:
        return Light("suspended", status.label, project.status_reason)
    pace = performance.pace(project, today=today)
    doubts = performance.words(performance.doubts(project, today=today)) if pace is not None else ""
    warning = _warning(project, pace, today=today)
    if warning is not None:
        return Light(warning.code, warning.word, _("；").join(filter(None, (str(warning.reason), doubts))))
    if status is Status.LATE:
        return Light("watch", status.label, project.status_reason)
    if doubts:
        return Light("idle", _("存疑"), _("；").join(filter(None, (pace.words if pace else "", doubts))))
    if pace is not None and pace.is_behind:
        return Light("watch", _("略落后"), pace.words)
    if project.stage == Stage.FULL_CAPACITY:
        return Light("done", Stage.FULL_CAPACITY.label)
    return Light("normal", reason=pace.words if pace else "")


def red(project: Project, *, today: date) -> Light | None:
    """The warning a project gives by itself, without what somebody set by hand or doubts."""
    return _warning(project, performance.pace(project, today=today), today=today)


def _warning(project: Project, pace: performance.Pace | None, *, today: date) -> Light | None:
    behind = overdue(project, today=today)
    if behind:
        what, on = behind[0]
        reason = _("%(what)s应于 %(on)s 完成") % {"what": what, "on": on}
        days = (today - on).days
        return Light("late", ngettext("逾期%(days)d天", "逾期%(days)d天", days) % {"days": days}, reason)
    quiet = performance.quiet_days(project, today=today)
    if quiet > rules.thresholds().quiet_days:
        return Light("late", _("未更新"), _("%(days)d天未更新进展") % {"days": quiet})
    return Light("late", _("进度落后"), pace.words) if pace is not None and pace.is_far_behind else None
