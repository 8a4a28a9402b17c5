"""Opening a project from a line of a target list: why it was chosen travels along and stays."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from chainlab import places
from lianzhang.accounts.actions import Refused
from lianzhang.accounts.models import Person
from lianzhang.chains.models import Gap, MapVersion, TargetLine
from lianzhang.projects import recruiting
from lianzhang.projects.actions import reporting
from lianzhang.projects.models import Project, Supply
from lianzhang.registry.models import Part
from lianzhang.trail import actions as trail


def open_from_target(*, target_line: TargetLine, now: datetime, by: Person, although: str = "") -> Project:
    """The lead opened from a line; the same one however often it is asked for. Raises Duplicate where the supplier is
    already being talked to under another lead."""
    known = Project.objects.filter(target_line=target_line).first()
    if known is not None:
        return known
    target = target_line.target_list
    if target.state not in {target.State.READY, target.State.APPROVED}:
        raise Refused(_("目标清单尚未生成，不能转为线索。"))
    with transaction.atomic():
        project = reporting.report_lead(
            name=_("%(supplier)s配套项目") % {"supplier": target_line.supplier.name},
            chain=target.chain,
            investor_name=target_line.supplier.name,
            investor_place=places.name_of(target_line.region_code) if target_line.region_code else "",
            content="、".join(str(category) for category in target_line.categories),
            owner=target.chain.body,
            gap_id=_gap_id(target_line),
            segment_key=_segment_key(target_line),
            target_line=target_line,
            origin=origin(target_line),
            is_illustrative=target.is_illustrative,
            although=although,
            now=now,
            by=by,
        )
        for part in Part.objects.filter(code__in=part_codes(target_line)).order_by("pk"):
            trail.create(Supply(project=project, part=part), verb="supply.planned", by=by)
    return project


def origin(line: TargetLine) -> dict[str, Any]:
    """What the list said on the day, copied so that it stays: reasons, parts, snapshot and map version.

    Amounts and the names of the anchor firms are theirs (商业秘密): they stay on the line, where each reader's grants
    are asked again, and only counts travel along.
    """
    target = line.target_list
    return {
        "target_list": target.code,
        "title": target.title,
        "position": line.position,
        "reasons": [{"code": r["code"], "anchor_count": len(r["anchors"])} for r in line.reasons],
        "categories": line.categories,
        # In the order of their codes: the line has the largest amount first, and the order would tell it.
        "parts": sorted(({"code": part["code"], "name": part["name"]} for part in line.parts), key=_code),
        "anchor_count": len(line.anchors),
        "snapshot": target.snapshot_id,
        "as_of": target.snapshot.taken_on.isoformat() if target.snapshot else None,
        "map_version": target.map_version.number if target.map_version else None,
    }


def _code(part: dict[str, str]) -> str:
    return part["code"]


def part_codes(line: TargetLine) -> list[str]:
    """The parts a line covers, largest amount first."""
    return [str(part["code"]) for part in line.parts]


def _segment_key(line: TargetLine) -> str:
    """Where the lead stands on the map its list was made with, or on the chain's published one."""
    target = line.target_list
    maps = [target.map_version_id] if target.map_version_id else []
    published = target.chain.maps.filter(state=MapVersion.State.PUBLISHED).values_list("pk", flat=True)
    return recruiting.segment_of(part_codes(line), maps=[*maps, *published])


def _gap_id(line: TargetLine) -> int | None:
    """The open gap (its id) that the line covers most of: its largest part with an open gap."""
    found = Gap.objects.filter(chain=line.target_list.chain, part__code__in=part_codes(line))
    open_gaps = found.exclude(state__in=[Gap.State.CLOSED, Gap.State.INVALID])
    gaps = dict(open_gaps.values_list("part__code", "pk"))
    return next((gaps[code] for code in part_codes(line) if code in gaps), None)
