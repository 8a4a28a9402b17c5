"""What a project's page shows of how the lead was worked: follow-ups and clocks, due diligence, credit, contests."""

from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from lianzhang.projects import clocks, stages
from lianzhang.projects.models import Diligence
from lianzhang.projects.stages import Stage
from lianzhang.tables import Light

LIGHTS = {"clear": "done", "na": "idle", "concern": "late"}


def shown(found: Any, *, today: date) -> dict[str, Any]:
    """The parts of the page that belong to working a lead; what nothing is known of is left out."""
    is_lead = found.stage < Stage.SIGNED
    is_worked = is_lead and found.status in stages.MOVING
    records = list(found.follow_ups.select_related("by")) if found.has_follow_ups else []
    running = list(found.clocks.filter(met_on__isnull=True)) if is_worked else []
    looked_into = found.diligences.select_related("by") if found.has_diligences else ()
    held = {row.item: row for row in looked_into}
    follow = {
        "records": records,
        "clocks": [clocks.told(clock.kind, clock.due_on, today=today) for clock in running],
        "may_add": is_worked and found.may_write,
    }
    rows = [{"item": item, "known": held.get(item.key), "light": _light(held.get(item.key))} for item in _items()]
    return {
        "follow": follow if is_lead or records else None,
        "diligence": {"rows": rows, "may_add": found.may_write and is_lead} if held or is_lead else None,
        "credits": list(found.credits.select_related("body")) if found.has_credits else [],
        "contests": list(found.contests.select_related("challenger")) if found.has_contests else [],
    }


def _items() -> tuple[stages.Item, ...]:
    return stages.table().diligence


def _light(known: Diligence | None) -> Light:
    if known is None:
        return Light("idle", _("未核实"))
    return Light(LIGHTS[known.verdict], Diligence.Verdict(known.verdict).label)
