"""产业链图谱: a draft is edited in small steps that can be undone, reviewed by another person, and published for good.

One edit is a pair of states of the few items it touches — before and after. Doing it writes `after`, undoing it writes
`before`, redoing it writes `after` again; there is no third way to change a map.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from lianzhang.accounts.actions import Refused
from lianzhang.accounts.models import Body, Person
from lianzhang.chains.models import Chain, Link, MapEdit, MapVersion, Placement, Segment
from lianzhang.intake import recording
from lianzhang.records.models import Stale
from lianzhang.registry.models import Enterprise, Part
from lianzhang.trail import actions as trail

State = MapVersion.State
# The state of some items: kind → key → fields, or None where the item is not there.
Items = Mapping[str, Mapping[str, Mapping[str, Any] | None]]
KINDS = ("segments", "links", "placements")
# Keys come from the office's own sheets and may hold any printed sign; this one cannot be typed.
JOINT = "\x1f"
SEGMENT_FIELDS = ("name", "name_en", "layer", "group", "position", "verified_on", "note", "parts_note")


def draft(*, chain: Chain, now: datetime, by: Person, source_note: str = "") -> MapVersion:
    """Open the next version as a draft: a copy of the published map, or empty for a chain without one."""
    if MapVersion.objects.filter(chain=chain, state__in=[State.DRAFT, State.REVIEW]).exists():
        raise Refused(_("%(chain)s已有一份未发布的草稿，请在其上继续。") % {"chain": chain.name})
    based_on = MapVersion.objects.filter(chain=chain, state=State.PUBLISHED).first()
    number = (MapVersion.objects.filter(chain=chain).aggregate(last=Max("number"))["last"] or 0) + 1
    with transaction.atomic():
        made = MapVersion(
            chain=chain,
            number=number,
            based_on=based_on,
            created_by=by,
            created_at=now,
            source_note=source_note,
            is_illustrative=chain.is_illustrative,
        )
        trail.create(made, verb="map.drafted", by=by)
        if based_on is not None:
            write(made, everything(based_on))
            _carry(based_on, made)
    return made


def _carry(before: MapVersion, after: MapVersion) -> None:
    """Columns of the map's ledger that have no field of their own go along into the copy."""
    for model, names in (
        (Segment, ("key",)),
        (Link, ("upstream__key", "downstream__key")),
        (Placement, ("segment__key", "enterprise")),
    ):
        rows: Any = model._default_manager
        copies = {tuple(key): pk for pk, *key in rows.filter(map=after).values_list("pk", *names)}
        was = rows.filter(map=before).values_list("pk", *names)
        recording.carry_extras(model._meta.label_lower, {pk: copies[tuple(key)] for pk, *key in was})


def edit(*, atlas: MapVersion, operation: str, after: Items, version: int, now: datetime, by: Person) -> MapVersion:
    """Write `after` to the draft as one step. Raises Stale where somebody edited the draft meanwhile."""
    _must_be_draft(atlas)
    before = {kind: {key: _read(atlas, kind, key) for key in items} for kind, items in after.items()}
    with transaction.atomic():
        _touch(atlas, operation=operation, version=version, by=by)
        # What was undone and then overtaken by a new step can no longer be redone.
        MapEdit.objects.filter(map=atlas, is_undone=True).delete()
        write(atlas, after)
        last = MapEdit.objects.filter(map=atlas).aggregate(last=Max("number"))["last"] or 0
        MapEdit.objects.create(
            map=atlas, number=last + 1, operation=operation, before=before, after=after, by=by, at=now
        )
    atlas.version = version + 1
    return atlas


def undo(*, atlas: MapVersion, version: int, by: Person) -> MapEdit:
    """Take back the last step that still stands."""
    _must_be_draft(atlas)
    step = MapEdit.objects.filter(map=atlas, is_undone=False).order_by("-number").first()
    if step is None:
        raise Refused(_("没有可以撤销的编辑。"))
    with transaction.atomic():
        _touch(atlas, operation=f"undo {step.operation}", version=version, by=by)
        write(atlas, step.before)
        MapEdit.objects.filter(pk=step.pk).update(is_undone=True)
    atlas.version = version + 1
    return step


def redo(*, atlas: MapVersion, version: int, by: Person) -> MapEdit:
    """Do the last undone step again."""
    _must_be_draft(atlas)
    step = MapEdit.objects.filter(map=atlas, is_undone=True).order_by("number").first()
    if step is None:
        raise Refused(_("没有可以重做的编辑。"))
    with transaction.atomic():
        _touch(atlas, operation=f"redo {step.operation}", version=version, by=by)
        write(atlas, step.after)
        MapEdit.objects.filter(pk=step.pk).update(is_undone=False)
    atlas.version = version + 1
    return step


def submit(*, atlas: MapVersion, version: int, now: datetime, by: Person) -> MapVersion:
    """Hand the draft in for review; from here it stands still."""
    _must_be_draft(atlas)
    if not atlas.segments.exists():
        raise Refused(_("草稿里还没有环节。"))
    changes = {"state": State.REVIEW, "submitted_by": by, "submitted_at": now, "review_note": ""}
    with transaction.atomic():
        return trail.change(atlas, verb="map.submitted", changes=changes, version=version, by=by)


def send_back(*, atlas: MapVersion, note: str, version: int, by: Person) -> MapVersion:
    """The reviewer wants it changed, and says what."""
    if atlas.state != State.REVIEW:
        raise Refused(_("只有待审的图谱可以退回。"))
    if not note.strip():
        raise Refused(_("请写明退回的意见。"))
    with transaction.atomic():
        changes = {"state": State.DRAFT, "review_note": note.strip()}
        return trail.change(atlas, verb="map.sent_back", changes=changes, version=version, by=by)


def publish(*, atlas: MapVersion, version: int, now: datetime, by: Person) -> MapVersion:
    """Publish the reviewed map; the one published before becomes history. Not by the person who handed it in."""
    if atlas.state != State.REVIEW:
        raise Refused(_("请先送审，再由另一人发布。"))
    if atlas.submitted_by_id == by.pk:
        raise Refused(_("送审人不能发布自己的图谱。"))
    with transaction.atomic():
        for before in MapVersion.objects.filter(chain=atlas.chain_id, state=State.PUBLISHED):
            trail.change(before, verb="map.retired", changes={"state": State.RETIRED}, by=by)
        changes = {"state": State.PUBLISHED, "published_by": by, "published_at": now}
        return trail.change(atlas, verb="map.published", changes=changes, version=version, by=by)


def discard(*, atlas: MapVersion, by: Person) -> None:
    """Throw a draft away; published versions are never deleted."""
    _must_be_draft(atlas)
    with transaction.atomic():
        Placement.objects.filter(map=atlas).delete()
        Link.objects.filter(map=atlas).delete()
        Segment.objects.filter(map=atlas).delete()
        MapEdit.objects.filter(map=atlas).delete()
        trail.remove(atlas, verb="map.discarded", by=by)


def everything(atlas: MapVersion) -> Items:
    """The whole map as items."""
    return {
        "segments": {segment.key: _segment(segment) for segment in atlas.segments.prefetch_related("parts", "owner")},
        "links": {
            link_key(link.upstream.key, link.downstream.key): {"note": link.note}
            for link in atlas.links.select_related("upstream", "downstream")
        },
        "placements": {
            placement_key(place.segment.key, place.enterprise.code): _placement(place)
            for place in atlas.placements.select_related("segment", "enterprise")
        },
    }


def segment(atlas: MapVersion, key: str) -> Mapping[str, Any]:
    """One segment as an item, empty where there is none; the firms of a whole map take three times a page to read."""
    return _read(atlas, "segments", key) or {}


def without_segment(atlas: MapVersion, key: str) -> Items:
    """The state after removing a segment: its links and firms go with it, and come back with an undo."""
    whole = everything(atlas)
    links = {k: None for k in whole["links"] if key in k.split(JOINT)}
    places = {k: None for k in whole["placements"] if k.split(JOINT)[0] == key}
    return {"segments": {key: None}, "links": dict(links), "placements": dict(places)}


def write(atlas: MapVersion, items: Items) -> None:
    """Bring the items to this state: None removes, a mapping adds or changes; segments before what hangs on them."""
    gone = {kind: [key for key, value in items.get(kind, {}).items() if value is None] for kind in KINDS}
    for key in gone["placements"]:
        _find_placement(atlas, key).delete()
    for key in gone["links"]:
        _find_link(atlas, key).delete()
    Segment.objects.filter(map=atlas, key__in=gone["segments"]).delete()
    for kind, put in (("segments", _put_segment), ("links", _put_link), ("placements", _put_placement)):
        for key, value in items.get(kind, {}).items():
            if value is not None:
                put(atlas, key, value)


def link_key(upstream: str, downstream: str) -> str:
    """The key of a link between two segment keys."""
    return f"{upstream}{JOINT}{downstream}"


def placement_key(segment: str, enterprise_code: str) -> str:
    """The key of a firm on a segment."""
    return f"{segment}{JOINT}{enterprise_code}"


def _must_be_draft(atlas: MapVersion) -> None:
    if atlas.state != State.DRAFT:
        raise Refused(_("%(state)s的图谱不能修改，请另起草稿。") % {"state": atlas.get_state_display()})


def _touch(atlas: MapVersion, *, operation: str, version: int, by: Person) -> None:
    """Bump the draft's version, so that two editors never overwrite one another, and note the step in the trail."""
    if MapVersion.objects.filter(pk=atlas.pk, version=version).update(version=version + 1) != 1:
        raise Stale(MapVersion.objects.get(pk=atlas.pk), {})
    trail.note(atlas, verb="map.edited", detail={"operation": operation}, by=by)


def _read(atlas: MapVersion, kind: str, key: str) -> Mapping[str, Any] | None:
    if kind == "segments":
        segment = Segment.objects.filter(map=atlas, key=key).select_related("owner").prefetch_related("parts").first()
        return _segment(segment) if segment else None
    if kind == "links":
        link = _find_link(atlas, key).first()
        return {"note": link.note} if link else None
    place = _find_placement(atlas, key).first()
    return _placement(place) if place else None


def _segment(segment: Segment) -> dict[str, Any]:
    fields = {name: getattr(segment, name) for name in SEGMENT_FIELDS}
    fields["verified_on"] = _iso(segment.verified_on)
    fields["owner"] = segment.owner.code if segment.owner else None
    fields["parts"] = sorted(part.code for part in segment.parts.all())
    return fields


def _placement(place: Placement) -> dict[str, Any]:
    return {"part": place.part, "verified_on": _iso(place.verified_on), "note": place.note}


def _find_link(atlas: MapVersion, key: str) -> Any:
    upstream, _joint, downstream = key.partition(JOINT)
    return Link.objects.filter(map=atlas, upstream__key=upstream, downstream__key=downstream)


def _find_placement(atlas: MapVersion, key: str) -> Any:
    segment, _joint, code = key.partition(JOINT)
    return Placement.objects.filter(map=atlas, segment__key=segment, enterprise__code=code)


def _put_segment(atlas: MapVersion, key: str, value: Mapping[str, Any]) -> None:
    fields = {name: value[name] for name in SEGMENT_FIELDS if name in value}
    fields["verified_on"] = _day(value.get("verified_on"))
    fields["owner"] = Body.objects.filter(code=value["owner"]).first() if value.get("owner") else None
    segment, _made = Segment.objects.update_or_create(map=atlas, key=key, defaults=fields)
    segment.parts.set(Part.objects.filter(code__in=value.get("parts", ())))


def _put_link(atlas: MapVersion, key: str, value: Mapping[str, Any]) -> None:
    upstream, _joint, downstream = key.partition(JOINT)
    ends = {segment.key: segment for segment in Segment.objects.filter(map=atlas, key__in=[upstream, downstream])}
    if upstream == downstream:
        raise Refused(_("环节不能连到自己。"))
    missing = [end for end in (upstream, downstream) if end not in ends]
    if missing:
        raise Refused(_("环节不存在：%(keys)s。") % {"keys": _("、").join(missing)})
    Link.objects.update_or_create(
        map=atlas, upstream=ends[upstream], downstream=ends[downstream], defaults={"note": value.get("note", "")}
    )


def _put_placement(atlas: MapVersion, key: str, value: Mapping[str, Any]) -> None:
    segment_key, _joint, code = key.partition(JOINT)
    segment = Segment.objects.filter(map=atlas, key=segment_key).first()
    enterprise = Enterprise.objects.filter(code=code).first()
    if segment is None or enterprise is None:
        raise Refused(_("环节或企业不存在：%(key)s。") % {"key": key.replace(JOINT, " ")})
    Placement.objects.update_or_create(
        map=atlas,
        segment=segment,
        enterprise=enterprise,
        defaults={
            "part": value.get("part", Placement.Part.SUPPLIER),
            "verified_on": _day(value.get("verified_on")),
            "note": value.get("note", ""),
        },
    )


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _day(text: Any) -> date | None:
    return date.fromisoformat(text) if text else None
