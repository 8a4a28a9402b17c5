"""Schemes, chains, plan actions, segments, gaps and target lists."""

from typing import Any

from ninja import Schema

from lianzhang.api import resources, tables
from lianzhang.chains.models import Action, Chain, Gap, Scheme, Segment, TargetLine, TargetList
from lianzhang.chains.queries import targets as lists
from lianzhang.registry.models import Enterprise

SCHEMES = resources.Resource(key="schemes", table=tables.SCHEMES, rows=Scheme.objects.visible_to)
CHAINS = resources.Resource(
    key="chains",
    table=tables.CHAINS,
    rows=lambda person: Chain.objects.visible_to(person).select_related("scheme", "body", "lead_department"),
)
ACTIONS = resources.Resource(
    key="actions",
    table=tables.ACTIONS,
    rows=lambda person: Action.objects.visible_to(person).select_related("chain", "responsible"),
)
SEGMENTS = resources.Resource(
    key="segments",
    table=tables.SEGMENTS,
    rows=lambda person: Segment.objects.visible_to(person).select_related("map__chain", "owner"),
    lookup="pk",
)
GAPS = resources.Resource(
    key="gaps",
    table=tables.GAPS,
    rows=lambda person: Gap.objects.visible_to(person).select_related("chain", "part", "owner"),
)


class Line(Schema):
    """One supplier of a target list."""

    position: int
    supplier: str
    name: str
    categories: list[str]
    region_code: str
    kind: str
    holds: bool | None


class Lines(Schema):
    """The lines of a target list."""

    lines: list[Line]


def _lines(listed: TargetList, person: Any) -> dict[str, Any]:
    """The suppliers of a list, as far as the reader may see the firms; amounts and reasons stay on the page, which
    shows them under the disclosure rule."""
    firms = Enterprise.objects.visible_to(person).values("pk")
    lines = TargetLine.objects.visible_to(person).filter(target_list=listed, supplier__in=firms)
    found = lines.select_related("supplier").order_by("position")
    firm = listed.robust_suppliers
    shown = [
        {
            "position": line.position,
            "supplier": line.supplier.code,
            "name": line.supplier.name,
            "categories": line.categories,
            "region_code": line.region_code,
            "kind": line.facts.get("kind", ""),
            "holds": None if firm is None else line.supplier.code in firm,
        }
        for line in found
    ]
    return {"lines": shown}


TARGET_LISTS = resources.Resource(
    key="target-lists",
    table=tables.TARGET_LISTS,
    rows=lists.lists,
    more=_lines,
    more_schema=Lines,
)
