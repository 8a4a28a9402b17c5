"""What production changes: the capability a checker confirmed enters the registry, where the next snapshot finds it."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from lianzhang.accounts.actions import Refused
from lianzhang.accounts.models import Person
from lianzhang.projects.models import Project, Supply
from lianzhang.registry.models import Capability
from lianzhang.trail import actions as trail

KEPT = ("capacity_wan", "production_region", "confirmed_on", "evidence_note", "project_code")


def confirm(project: Project, *, capacities: Mapping[int, Decimal | None], on: date, by: Person) -> None:
    """Confirm every part the project supplies; `capacities` overrides the asked capacity of a part (by id)."""
    supplies = list(project.supplies.select_related("part"))
    unknown = set(capacities) - {supply.part_id for supply in supplies}
    if unknown:
        raise Refused(_("核定的零部件不在本项目拟供零部件之列。"))
    if supplies and project.enterprise is None:
        raise Refused(_("核定供货能力须先填项目企业。"))
    for supply in supplies:
        capacity = capacities.get(supply.part_id, supply.capacity_wan)
        if capacity is not None and capacity < 0:
            raise Refused(_("供货能力不能是负数。"))
        _confirm_one(project, supply, capacity=capacity, on=on, by=by)


def undo(project: Project, *, by: Person) -> None:
    """Take back what this project's production confirmed, as it stood before (a corrected stage)."""
    for supply in project.supplies.filter(is_confirmed=True).select_related("part"):
        found = Capability.objects.filter(enterprise=project.enterprise, part=supply.part).first()
        if found is not None and supply.before:
            trail.change(found, verb="capability.restored", changes=_from_plain(supply.before), by=by)
        elif found is not None:
            trail.remove(found, verb="capability.withdrawn", by=by)
        changes = {"is_confirmed": False, "confirmed_wan": None, "confirmed_by": None, "confirmed_on": None}
        trail.change(supply, verb="supply.unconfirmed", changes={**changes, "before": {}}, by=by)


def _confirm_one(project: Project, supply: Supply, *, capacity: Decimal | None, on: date, by: Person) -> None:
    region = project.district.region_code if project.district else ""
    said = {
        "production_region": region or (project.enterprise.region_code if project.enterprise else ""),
        "confirmed_on": on,
        "evidence_note": _("项目 %(code)s 投产核定") % {"code": project.code},
        "project_code": project.code,
    }
    found = Capability.objects.filter(enterprise=project.enterprise, part=supply.part).first()
    if found is None:
        made = Capability(enterprise=project.enterprise, part=supply.part, capacity_wan=capacity, **said)
        made.is_illustrative = project.is_illustrative
        trail.create(made, verb="capability.confirmed", by=by)
        before: dict[str, Any] = {}
    else:
        before = {name: _plain(getattr(found, name)) for name in KEPT}
        total = None if found.capacity_wan is None or capacity is None else found.capacity_wan + capacity
        trail.change(found, verb="capability.confirmed", changes={**said, "capacity_wan": total}, by=by)
    changes = {"is_confirmed": True, "confirmed_wan": capacity, "confirmed_by": by, "confirmed_on": on}
    trail.change(supply, verb="supply.confirmed", changes={**changes, "before": before}, by=by)


def _plain(value: Any) -> Any:
    return value if value is None else str(value)


def _from_plain(before: Mapping[str, Any]) -> dict[str, Any]:
    capacity, confirmed = before["capacity_wan"], before["confirmed_on"]
    return {
        **before,
        "capacity_wan": None if capacity is None else Decimal(capacity),
        "confirmed_on": None if confirmed is None else date.fromisoformat(confirmed),
    }
