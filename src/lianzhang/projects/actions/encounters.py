"""对接企业: whom one met at an event, and opening the lead it becomes; the link between the two stays."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from chainlab import names
from lianzhang.accounts.actions import Refused
from lianzhang.accounts.models import Body, Person
from lianzhang.accounts.rules import Act
from lianzhang.projects.actions import permission, reporting
from lianzhang.projects.models import Encounter, Event, Project
from lianzhang.records.models import Stale
from lianzhang.registry.models import Alias, Enterprise
from lianzhang.trail import actions as trail

MOST_LINES = 500
PARTS = re.compile(r"\t|[,，;；]")
EDITABLE = frozenset({"name", "place", "body", "note"})


@dataclass(frozen=True)
class Met:
    """What came of a list: who was entered, and which lines name somebody entered before."""

    made: list[Encounter]
    repeated: list[str]


def meet(
    *, event: Event, name: str, by: Person, place: str = "", body: Body | None = None, note: str = ""
) -> Encounter:
    """Enter a firm one met; who speaks to it is one's own body unless said. A firm the register knows is linked."""
    _require(event, by=by)
    said = names_of([(name.strip(), place.strip(), note.strip())])[0]
    with transaction.atomic():
        if Encounter.objects.filter(event=event, name=said[0]).exists():
            raise Refused(_("“%(name)s”已在本场活动的对接企业中。") % {"name": said[0]})
        return _make(event, said, body=body, known=_registered([said[0]]), by=by)


def meet_many(*, event: Event, lines: str, by: Person, body: Body | None = None) -> Met:
    """Enter a pasted list, one firm a line: name, place, what was said, apart by commas or tabs."""
    _require(event, by=by)
    rows = names_of([_parts(line) for line in lines.splitlines() if line.strip()])
    if not rows:
        raise Refused(_("请至少填写一家企业。"))
    if len(rows) > MOST_LINES:
        raise Refused(_("一次最多 %(most)d 家，现有 %(count)d 家。") % {"most": MOST_LINES, "count": len(rows)})
    with transaction.atomic():
        there = set(Encounter.objects.filter(event=event).values_list("name", flat=True))
        known, made, repeated = _registered([row[0] for row in rows]), [], []
        for row in rows:
            if row[0] in there:
                repeated.append(row[0])
                continue
            there.add(row[0])
            made.append(_make(event, row, body=body, known=known, by=by))
    return Met(made, repeated)


def edit_met(*, encounter: Encounter, changes: Mapping[str, Any], version: int | None, by: Person) -> Encounter:
    """Change who it was or what was said; a new name is looked up in the register again."""
    unknown = set(changes) - EDITABLE
    if unknown:
        raise TypeError(f"not edited here: {', '.join(sorted(unknown))}")
    _require(encounter.event, by=by)
    said = dict(changes)
    with transaction.atomic():
        if said.get("name", encounter.name) != encounter.name:
            if Encounter.objects.filter(event=encounter.event, name=said["name"]).exists():
                raise Refused(_("“%(name)s”已在本场活动的对接企业中。") % {"name": said["name"]})
            said["enterprise_id"] = _registered([said["name"]]).get(names.normalise(said["name"]))
        return trail.change(encounter, verb="encounter.edited", changes=said, version=version, by=by)


def drop_met(*, encounter: Encounter, by: Person) -> None:
    """Take a firm off that was entered by mistake; one that became a lead stays."""
    _require(encounter.event, by=by)
    if encounter.project_id is not None:
        raise Refused(_("已转为线索的对接企业不能删除。"))
    with transaction.atomic():
        trail.remove(encounter, verb="encounter.dropped", by=by)


def open_from_encounter(
    *,
    encounter: Encounter,
    name: str,
    now: datetime,
    by: Person,
    content: str = "",
    intended_wan: Decimal | None = None,
    district: Body | None = None,
    although: str = "",
) -> Project:
    """转为线索: the lead of a firm one met; the same one however often it is asked for. Raises Duplicate where the
    investor is known already: first reported is first reported, wherever one met it."""
    _require(encounter.event, by=by)
    with transaction.atomic():
        trail.hold()
        encounter = Encounter.objects.select_for_update().get(pk=encounter.pk)
        if encounter.project is not None:
            return encounter.project
        event = encounter.event
        project = reporting.report_lead(
            name=name,
            chain=event.chain,
            investor_name=encounter.name,
            investor_place=encounter.place,
            enterprise=encounter.enterprise,
            content=content,
            intended_wan=intended_wan,
            district=district,
            origin={"event": event.code, "event_name": event.name},
            is_illustrative=event.is_illustrative,
            although=although,
            now=now,
            by=by,
        )
        trail.change(encounter, verb="encounter.opened", changes={"project": project}, by=by)
    return project


def link_met(*, encounter: Encounter, project: Project, version: int | None, by: Person) -> Encounter:
    """关联已有项目: the firm one met is the investor of a project already under way."""
    _require(encounter.event, by=by)
    permission.require(project, act=Act.WRITE, by=by)
    if version is not None and encounter.version != version:
        raise Stale(encounter, {"project": project})
    with transaction.atomic():
        return trail.change(encounter, verb="encounter.linked", changes={"project": project}, by=by)


def names_of(rows: list[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
    """The same rows, refused where a name is missing or too long to be kept."""
    for number, (name, place, note) in enumerate(rows, start=1):
        if not names.normalise(name):
            raise Refused(_("第 %(number)d 行没有企业名称。") % {"number": number})
        if len(name) > 200 or len(place) > 80 or len(note) > 300:
            raise Refused(_("第 %(number)d 行过长：名称 200 字、来源地 80 字、情况 300 字以内。") % {"number": number})
    return rows


def _parts(line: str) -> tuple[str, str, str]:
    name, place, note = (*(part.strip() for part in PARTS.split(line.strip(), maxsplit=2)), "", "")[:3]
    return name, place, note


def _registered(wanted: list[str]) -> dict[str, int]:
    """Which of the names the register knows beyond doubt: key → id of the enterprise."""
    keys = {names.normalise(name) for name in wanted}
    found: dict[str, set[int]] = {}
    rows = list(Enterprise.objects.filter(name_key__in=keys, merged_into__isnull=True).values_list("name_key", "pk"))
    rows += Alias.objects.filter(key__in=keys, enterprise__merged_into__isnull=True).values_list("key", "enterprise_id")
    for key, pk in rows:
        found.setdefault(key, set()).add(pk)
    return {key: next(iter(pks)) for key, pks in found.items() if len(pks) == 1}


def _make(
    event: Event, said: tuple[str, str, str], *, body: Body | None, known: Mapping[str, int], by: Person
) -> Encounter:
    name, place, note = said
    firm = known.get(names.normalise(name))
    spoken_to_by = body.pk if body is not None else by.reach.body_id
    made = Encounter(event=event, name=name, place=place, note=note, enterprise_id=firm, body_id=spoken_to_by)
    return trail.create(made, verb="encounter.entered", by=by)


def _require(event: Event, *, by: Person) -> None:
    if not Event.objects.editable_by(by).filter(pk=event.pk).exists():
        raise Refused(_("您现在的职务无权修改此活动。"))
