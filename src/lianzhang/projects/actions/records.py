"""Keeping a project's record: edits, the three kinds of money apart, monthly progress, statistics flags, supplies."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lianzhang.accounts.actions import Refused
from lianzhang.accounts.models import Person
from lianzhang.accounts.rules import Act
from lianzhang.projects import investors, stages
from lianzhang.projects.actions import permission, plans, reporting
from lianzhang.projects.models import Project, Supply
from lianzhang.projects.monthly import locking
from lianzhang.registry.models import Part
from lianzhang.tables import values
from lianzhang.trail import actions as trail
from lianzhang.trail import queries as history

EDITABLE = frozenset(
    {
        "name",
        "name_en",
        "segment_key",
        "enterprise",
        "investor_name",
        "investor_code",
        "investor_place",
        "site",
        "owner",
        "content",
    }
    | {"gap", "planned_start_on", "planned_completion_on", "plan_year_wan", "next_milestone", "next_due_on"}
    | {"blockage", "blockage_kind", "duration_note", "source", "as_of", "stage_note", "planned_production_on"}
    | {"predecessor"}
)
# Changing these changes who may work on the project, or how the city counts it.
APPROVED_ONLY = frozenset({"chain", "district", "is_key"})
MONEY = ("intended_wan", "agreed_wan", "arrived_wan", "total_wan")
TAKEN_BACK = frozenset({"project.progress", "project.money"})
# Filled for the first time, these could not be emptied again by an edit: their stage needs them.
PLANNED = frozenset({"plan_year_wan", "planned_start_on", "planned_completion_on", "planned_production_on"})
FLAGS = ("fai_registered_on", "above_scale_on")


def edit(*, project: Project, changes: Mapping[str, Any], version: int | None, now: datetime, by: Person) -> Project:
    """Change descriptive fields. A field the present stage needs cannot be emptied; raises Stale on an old version."""
    unknown = set(changes) - EDITABLE - APPROVED_ONLY
    if unknown:
        raise TypeError(f"not edited here: {', '.join(sorted(unknown))}")
    with transaction.atomic():
        permission.require(project, act=Act.APPROVE if set(changes) & APPROVED_ONLY else Act.WRITE, by=by)
        said = dict(changes)
        is_renamed = any(n in said and said[n] != getattr(project, n) for n in ("investor_name", "investor_code"))
        if "investor_name" in said:
            said["investor_key"] = investors.key(said["investor_name"])
        _refuse_emptied(project, said)
        _refuse_reversed(project, said)
        _refuse_circle(project, said.get("predecessor"))
        project = trail.change(project, verb="project.edited", changes=said, version=version, by=by)
        if "plan_year_wan" in said:
            plans.follow(project, now=now, by=by)
        if is_renamed or "enterprise" in said:
            reporting.reclaim(project, now=now, by=by)
    return project


def record_money(
    *,
    project: Project,
    amounts: Mapping[str, Decimal | None],
    version: int | None,
    by: Person,
    now: datetime,
    reason: str = "",
    **day: date | None,
) -> Project:
    """Record 意向, 协议, 到位 money or the planned total, each for itself. Arrived money leaves with a reason only;
    `arrived_on` is the day it came, beside the amount, and leaves with it."""
    unknown = set(amounts) - set(MONEY) | set(day) - {"arrived_on"}
    if unknown:
        raise TypeError(f"not money: {', '.join(sorted(unknown))}")
    permission.require(project, act=Act.WRITE, by=by)
    if any(amount is not None and amount < 0 for amount in amounts.values()):
        raise Refused(_("金额不能是负数。"))
    arrived, before = amounts.get("arrived_wan", project.arrived_wan), project.arrived_wan
    if before is not None and (arrived is None or arrived < before) and not reason.strip():
        raise Refused(_("到位资金由 %(before)s 万元调减，须写明理由。") % {"before": values.plain(before, "wan")})
    _refuse_emptied(project, amounts)
    on = day.get("arrived_on", project.arrived_on if arrived else None)
    _refuse_arrival(arrived, on=on, now=now)
    changes = {**amounts, "arrived_on": on}
    with transaction.atomic():
        return trail.change(
            project, verb="project.money", changes=changes, version=version, by=by, detail={"reason": reason}
        )


def record_progress(
    *,
    project: Project,
    text: str,
    on: date,
    version: int | None,
    now: datetime,
    by: Person,
    done_year_wan: Decimal | None = None,
    reason: str = "",
    **next_step: Any,
) -> Project:
    """Report progress as of a day: what stands, money done this year, the next node, what blocks.

    The year's completed investment is cumulative; within one year it falls only with a reason.
    """
    if not set(next_step) <= {"next_milestone", "next_due_on", "blockage", "blockage_kind"}:
        raise TypeError("only the next node and what blocks go with progress")
    permission.require(project, act=Act.WRITE, by=by)
    permission.not_in_future(on, today=timezone.localdate(now))
    if project.progress_on is not None and on < project.progress_on:
        told = _("已有 %(on)s 的进度，不能倒填；以前月份的数字有误，请秘书处在月度调度中更正。")
        raise Refused(told % {"on": project.progress_on})
    _refuse_node_gone_by(project, next_step.get("next_due_on"), on=on)
    changes: dict[str, Any] = {"progress": text.strip(), "progress_on": on, **next_step}
    if done_year_wan is not None:
        locking.expect_open(on)
        _refuse_shrinking(project, done_year_wan, on=on, reason=reason)
        changes |= {"done_year_wan": done_year_wan, "done_as_of": on}
    with transaction.atomic():
        return trail.change(
            project, verb="project.progress", changes=changes, version=version, by=by, detail={"reason": reason}
        )


def take_back(*, project: Project, version: int | None, now: datetime, by: Person) -> Project:
    """撤回 what one has just typed as progress, money or plan, whole: the day it was reported for goes with it. Not
    once anybody has changed the record since, and only on the day."""
    with transaction.atomic():
        project = permission.locked(project, version=version)
        permission.require(project, act=Act.WRITE, by=by)
        last = history.history(project, limit=1)
        is_own = last and last[0].actor_id == by.pk and _may_go_back(last[0])
        if not is_own or timezone.localdate(last[0].at) != timezone.localdate(now):
            raise Refused(_("只能撤回本人当天的最后一次填写。"))
        said = history.before(project, last[0])
        project = trail.change(project, verb="project.taken_back", changes=said, by=by)
        if "plan_year_wan" in said:
            plans.follow(project, now=now, by=by)
        return project


def _refuse_arrival(amount: Decimal | None, *, on: date | None, now: datetime) -> None:
    if on is None:
        return
    permission.not_in_future(on, today=timezone.localdate(now))
    if not amount:
        raise Refused(_("没有到位资金，不能填到资日期。"))


def _may_go_back(step: history.Step) -> bool:
    is_plan = step.verb == "project.edited" and {name for name, *_rest in step.changes} <= PLANNED
    return is_plan or step.verb in TAKEN_BACK


def set_flag(
    *, project: Project, flag: str, on: date | None, version: int | None, now: datetime, by: Person
) -> Project:
    """固投入库 and 入规 are dates a statistics office gave, not stages; None takes one back."""
    if flag not in FLAGS:
        raise TypeError(f"not a flag: {flag}")
    permission.require(project, act=Act.WRITE, by=by)
    if on is not None:
        permission.not_in_future(on, today=timezone.localdate(now))
    with transaction.atomic():
        return trail.change(project, verb=f"project.{flag}", changes={flag: on}, version=version, by=by)


def set_supplies(*, project: Project, capacities: Mapping[Part, Decimal | None], by: Person) -> None:
    """Say which parts the project is to supply and how much a year; a confirmed part is not touched any more."""
    permission.require(project, act=Act.WRITE, by=by)
    if any(capacity is not None and capacity < 0 for capacity in capacities.values()):
        raise Refused(_("供货能力不能是负数。"))
    with transaction.atomic():
        held = {supply.part_id: supply for supply in project.supplies.select_for_update()}
        for part, capacity in capacities.items():
            supply = held.pop(part.pk, None)
            if supply is None:
                planned = Supply(project=project, part=part, capacity_wan=capacity)
                trail.create(planned, verb="supply.planned", by=by)
            elif not supply.is_confirmed:
                trail.change(supply, verb="supply.changed", changes={"capacity_wan": capacity}, by=by)
        for supply in held.values():
            if not supply.is_confirmed:
                trail.remove(supply, verb="supply.dropped", by=by)


def _refuse_emptied(project: Project, changes: Mapping[str, Any]) -> None:
    is_recruited = project.gap_id is not None or project.target_line_id is not None
    needed = stages.required(project.stage, is_recruited=is_recruited)
    emptied = [name for name in needed if name in changes and changes[name] in (None, "") and _held(project, name)]
    if emptied:
        names = _("、").join(stages.labels(emptied, of=Project))
        reason = _("“%(stage)s”阶段不能没有：%(names)s。") % {"stage": project.get_stage_display(), "names": names}
        raise permission.GateClosed(reason, missing=emptied)


def _refuse_reversed(project: Project, changes: Mapping[str, Any]) -> None:
    names = ("planned_start_on", "planned_completion_on", "planned_production_on")
    start, end, production = (changes.get(name, getattr(project, name)) for name in names)
    if start is not None and end is not None and end < start:
        raise Refused(_("计划竣工 %(end)s 早于计划开工 %(start)s。请改正其一。") % {"end": end, "start": start})
    if start is not None and production is not None and production < start:
        raise Refused(_("计划投产 %(end)s 早于计划开工 %(start)s。请改正其一。") % {"end": production, "start": start})


def _refuse_node_gone_by(project: Project, due_on: date | None, *, on: date) -> None:
    """下一节点 lies ahead of the day it is told on; one that is late already may stand as it was."""
    if due_on is not None and due_on < on and due_on != project.next_due_on:
        said = {"due": due_on, "on": on}
        raise Refused(_("下一节点日期 %(due)s 早于填报日期 %(on)s。请填今后的日期；已过的节点保持原日期。") % said)


def _refuse_circle(project: Project, predecessor: Project | None) -> None:
    """前期项目: what came first cannot come after."""
    before = predecessor
    while before is not None:
        if before.pk == project.pk:
            raise Refused(_("%(code)s是本项目的后续项目，不能又是前期项目。") % {"code": predecessor.code})  # type: ignore[union-attr]
        before = before.predecessor


def _held(project: Project, name: str) -> bool:
    return getattr(project, name) not in (None, "")


def _refuse_shrinking(project: Project, amount: Decimal, *, on: date, reason: str) -> None:
    if amount < 0:
        raise Refused(_("金额不能是负数。"))
    is_same_year = project.done_as_of is not None and project.done_as_of.year == on.year
    if is_same_year and project.done_year_wan is not None and amount < project.done_year_wan and not reason.strip():
        raise Refused(
            _("年度累计完成投资由 %(before)s 万元降为 %(now)s 万元，须写明理由。")
            % {"before": values.plain(project.done_year_wan, "wan"), "now": values.plain(amount, "wan")}
        )
