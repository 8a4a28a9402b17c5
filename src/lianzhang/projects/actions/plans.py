"""年度计划: the baseline of a year, set once and changed only with a reason; the project's own plan mirrors the running
year's."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lianzhang.accounts.actions import Refused
from lianzhang.accounts.models import Person
from lianzhang.accounts.rules import Act
from lianzhang.intake.writing import Writing
from lianzhang.projects.actions import permission
from lianzhang.projects.models import Project, YearPlan
from lianzhang.tables import values
from lianzhang.trail import actions as trail

PLANNED = ("investment_wan", "start_on", "completion_on", "production_on", "note")
AROUND = 5  # a plan is for a year at most so far from this one: what lies further is a slip of the keyboard


def set_plan(
    *,
    project: Project,
    year: int,
    said: Mapping[str, Any],
    now: datetime,
    by: Person,
    reason: str = "",
    version: int | None = None,
) -> YearPlan:
    """Set the plan of a year, or change it with a reason. What is not said stays as it is."""
    unknown = set(said) - set(PLANNED)
    if unknown:
        raise TypeError(f"not planned here: {', '.join(sorted(unknown))}")
    permission.require(project, act=Act.WRITE, by=by)
    running = timezone.localdate(now).year
    if abs(year - running) > AROUND:
        raise Refused(_("年度 %(year)s 与今年相差过远，请核对。") % {"year": year})
    with transaction.atomic():
        project = permission.locked(project, version=version, changes={"plan_year_wan": said.get("investment_wan")})
        held = YearPlan.objects.select_for_update().filter(project=project, year=year).first()
        wanted = {name: said.get(name, getattr(held, name) if held else None) for name in PLANNED}
        wanted["note"] = (wanted["note"] or "").strip()
        _refuse_disorder(wanted)
        plan = _write(held, project=project, year=year, wanted=wanted, reason=reason.strip(), now=now, by=by)
        mirrored = {"plan_year_wan": plan.investment_wan} if year == running else {}
        detail = {"year": year, "reason": reason.strip()[:200]}
        trail.change(project, verb="project.planned", changes=mirrored, by=by, detail=detail)
    return plan


def follow(project: Project, *, now: datetime, by: Person | None) -> None:
    """The running year's plan after the project's own figure was filled where the project is kept.

    What is filled for the first time is the plan; once set, it is changed by `set_plan` with a reason. What was filled
    and is taken back is no plan any more.
    """
    year, amount = timezone.localdate(now).year, project.plan_year_wan
    held = YearPlan.objects.filter(project=project, year=year).first()
    if held is None and amount is not None:
        trail.create(baseline(project, year=year, now=now, by=by), verb="year_plan.set", by=by)
    elif held is not None and held.investment_wan is None and amount is not None:
        trail.change(held, verb="year_plan.changed", changes={"investment_wan": amount}, by=by)
    elif held is not None and amount is None and is_bare(held):
        trail.remove(held, verb="year_plan.removed", by=by)
    elif held is not None and held.investment_wan != amount:
        raise Refused(
            _("%(year)s年度计划投资已定为 %(before)s 万元。调整请在项目页“年度计划”中写明理由。")
            % {"year": year, "before": values.plain(held.investment_wan, "wan")}
        )


def follow_sheet(projects: Sequence[Project], *, writing: Writing) -> None:
    """The same for the rows of a ledger, or of one that is undone: what the batch says is the plan, with the batch as
    its reason."""
    if writing.at is None:
        raise TypeError("only a batch says plans by the sheet")
    year, now = timezone.localdate(writing.at).year, writing.at
    held = {plan.project_id: plan for plan in YearPlan.objects.filter(project__in=projects, year=year)}
    fresh = [project for project in projects if project.pk not in held and project.plan_year_wan is not None]
    made = [baseline(project, year=year, now=now, by=writing.by) for project in fresh]
    writing.create_many(made, verb="year_plan.set")
    for project in projects:
        plan = held.get(project.pk)
        if plan is None or plan.investment_wan == project.plan_year_wan:
            continue
        if project.plan_year_wan is None and is_bare(plan):
            writing.remove(plan, verb="year_plan.removed")
        else:
            writing.change(plan, verb="year_plan.changed", changes={"investment_wan": project.plan_year_wan})


def baseline(project: Project, *, year: int, now: datetime, by: Person | None) -> YearPlan:
    """The plan that a project's own figure makes, not yet saved."""
    return YearPlan(project=project, year=year, investment_wan=project.plan_year_wan, set_by=by, set_at=now)


def is_bare(plan: YearPlan) -> bool:
    """Whether a plan says nothing but its amount."""
    return not any(getattr(plan, name) for name in PLANNED if name != "investment_wan")


def _write(
    held: YearPlan | None,
    *,
    project: Project,
    year: int,
    wanted: Mapping[str, Any],
    reason: str,
    now: datetime,
    by: Person,
) -> YearPlan:
    if not any(value not in (None, "") for value in wanted.values()):
        raise Refused(_("年度计划至少填一项。"))
    if held is None:
        made = YearPlan(project=project, year=year, set_by=by, set_at=now, **wanted)
        return trail.create(made, verb="year_plan.set", by=by)
    changed = [name for name in PLANNED if getattr(held, name) != wanted[name]]
    # Filling a blank adds to the plan; what was set is changed only with a reason.
    if any(getattr(held, name) not in (None, "") for name in changed) and not reason:
        raise Refused(_("%(year)s年度计划已定，调整须写明理由。") % {"year": year})
    return trail.change(held, verb="year_plan.changed", changes=wanted, by=by, detail={"reason": reason[:200]})


def _refuse_disorder(wanted: Mapping[str, Any]) -> None:
    amount: Decimal | None = wanted["investment_wan"]
    if amount is not None and amount < 0:
        raise Refused(_("金额不能是负数。"))
    for first, then in (
        ("start_on", "completion_on"),
        ("completion_on", "production_on"),
        ("start_on", "production_on"),
    ):
        early: date | None = wanted[first]
        late: date | None = wanted[then]
        if early is not None and late is not None and late < early:
            said = {"then": _name(then), "late": late, "first": _name(first), "early": early}
            raise Refused(_("%(then)s %(late)s 早于%(first)s %(early)s。请改正其一。") % said)


def _name(field: str) -> str:
    return str(YearPlan._meta.get_field(field).verbose_name)  # type: ignore[union-attr]
