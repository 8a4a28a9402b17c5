"""Writing plans: own additions, edits, progress reports, lights by hand, completion with evidence.

The caller has found the action through `editable_by` or `approvable_by`; what the office's rules forbid raises Refused.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lianzhang.accounts.actions import Refused
from lianzhang.accounts.models import Body, Person
from lianzhang.chains.models import Action, ActionReport, Chain
from lianzhang.records import codes
from lianzhang.records.models import Stale
from lianzhang.trail import actions as trail
from lianzhang.trail import queries as history

EDITABLE = ("matter", "matter_en", "responsible", "due_on", "due_note", "target_value", "unit", "counted_from")


def add(
    *,
    chain: Chain,
    year: int,
    matter: str,
    by: Person,
    responsible: Body | None = None,
    due_on: date | None = None,
    target_value: Decimal | None = None,
    unit: str = "",
    counted_from: str = Action.Counted.REPORTS,
) -> Action:
    """自行补充: an action the chain sets itself beside, or instead of, what a published plan lists."""
    _refuse_a_target_without_unit(target_value, unit)
    last = (
        Action.objects.filter(chain=chain, year=year).order_by("-position").values_list("position", flat=True).first()
    )
    with transaction.atomic():
        return trail.create(
            Action(
                code=codes.next_code("JH", year=year),
                chain=chain,
                year=year,
                matter=matter,
                responsible=responsible,
                due_on=due_on,
                target_value=target_value,
                unit=unit,
                counted_from=counted_from,
                position=(last or 0) + 1,
                is_own_addition=True,
            ),
            verb="action.added",
            by=by,
        )


def edit(*, action: Action, changes: Mapping[str, Any], version: int, by: Person) -> Action:
    """Change what is to be done, by whom and until when. What a source published keeps its words."""
    _refuse_unless_open(action)
    wanted = {name: changes[name] for name in EDITABLE if name in changes}
    if action.source_id is not None and not action.is_own_addition:
        published = {"matter", "matter_en"} & {name for name in wanted if wanted[name] != getattr(action, name)}
        if published:
            raise Refused(_("该事项摘自来源，文字不能改；需要调整的，请自行补充一项。"))
    _refuse_a_target_without_unit(wanted.get("target_value", action.target_value), wanted.get("unit", action.unit))
    with transaction.atomic():
        return trail.change(action, verb="action.edited", changes=wanted, version=version, by=by)


def report(
    *,
    action: Action,
    on: date,
    text: str,
    done_value: Decimal | None,
    version: int,
    today: date,
    by: Person,
) -> ActionReport:
    """填报进展 as of a day; the action shows the newest. An action counted from a ledger takes no typed number."""
    _refuse_unless_open(action)
    if on > today:
        raise Refused(_("进展日期晚于今天。"))
    if action.progress_on is not None and on < action.progress_on:
        raise Refused(_("进展日期早于上次填报（%(on)s）。") % {"on": action.progress_on.isoformat()})
    if done_value is not None and action.counted_from == Action.Counted.EVENTS:
        raise Refused(_("该事项的完成值按活动台账逐行计数，不能手填；请登记活动。"))
    changes: dict[str, Any] = {"progress": text, "progress_on": on}
    if done_value is not None:
        changes["done_value"] = done_value
    made = ActionReport(
        action=action, reported_on=on, text=text, done_value=done_value, by=by, body_id=by.reach.body_id
    )
    with transaction.atomic():
        trail.change(action, verb="action.progressed", changes=changes, version=version, by=by)
        return trail.create(made, verb="action.reported", by=by)


def take_back(*, action: Action, version: int, today: date, by: Person) -> Action:
    """撤回 one's own last report, whole: the action stands as before it, and the report is gone. Only on the day."""
    with transaction.atomic():
        trail.hold()
        now = Action.objects.select_for_update().get(pk=action.pk)
        if now.version != version:
            raise Stale(now, {})
        last = history.history(now, limit=1)
        is_own = last and last[0].verb == "action.progressed" and last[0].actor_id == by.pk
        made = ActionReport.objects.filter(action=now, by=by).order_by("-pk").first() if is_own else None
        if made is None or timezone.localdate(last[0].at) != today:
            raise Refused(_("只能撤回本人当天的最后一次填写。"))
        trail.remove(made, verb="action.report_removed", by=by)
        return trail.change(now, verb="action.taken_back", changes=history.before(now, last[0]), by=by)


def set_light(*, action: Action, light: str, reason: str, version: int, by: Person) -> Action:
    """Judge an action by hand, with the reason; an empty light gives it back to the rule."""
    _refuse_unless_open(action)
    if light and not reason.strip():
        raise Refused(_("人工评灯须写明理由。"))
    changes = {"light": light, "light_reason": reason.strip() if light else "", "light_set_by": by if light else None}
    with transaction.atomic():
        return trail.change(action, verb="action.light_set", changes=changes, version=version, by=by)


def complete(*, action: Action, on: date, version: int, today: date, by: Person) -> Action:
    """Say that an action is done. Evidence has to be there first."""
    _refuse_unless_open(action)
    if on > today:
        raise Refused(_("完成日期晚于今天。"))
    if not history.proofs(action):
        raise Refused(_("还没有佐证材料，不能办结。请先添加佐证。"))
    changes = {"state": Action.State.DONE, "completed_on": on}
    with transaction.atomic():
        return trail.change(action, verb="action.completed", changes=changes, version=version, by=by)


def reopen(*, action: Action, reason: str, version: int, by: Person) -> Action:
    """Take an action up again, with the reason."""
    if action.state == Action.State.OPEN:
        raise Refused(_("该事项正在推进。"))
    _refuse_without_reason(reason)
    changes = {"state": Action.State.OPEN, "completed_on": None}
    with transaction.atomic():
        return trail.change(
            action, verb="action.reopened", changes=changes, version=version, detail={"reason": reason}, by=by
        )


def drop(*, action: Action, reason: str, version: int, by: Person) -> Action:
    """调整: the action is no longer pursued; it stays on record with the reason."""
    _refuse_unless_open(action)
    _refuse_without_reason(reason)
    changes = {"state": Action.State.DROPPED}
    with transaction.atomic():
        return trail.change(
            action, verb="action.dropped", changes=changes, version=version, detail={"reason": reason}, by=by
        )


def _refuse_unless_open(action: Action) -> None:
    if action.state != Action.State.OPEN:
        raise Refused(_("该事项%(state)s，不能再改。需要改的，请先恢复推进。") % {"state": action.get_state_display()})


def _refuse_without_reason(reason: str) -> None:
    if not reason.strip():
        raise Refused(_("请写明理由。"))


def _refuse_a_target_without_unit(target: Decimal | None, unit: str) -> None:
    if target is not None and not unit.strip():
        raise Refused(_("目标值须写明单位。"))
