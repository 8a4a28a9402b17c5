"""Reading maps: the board of one version — layers, groups, chips — and what differs between two versions."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Q, Subquery
from django.utils.translation import gettext as _

from lianzhang.accounts.models import Person
from lianzhang.chains import stages
from lianzhang.chains.models import Chain, Gap, Link, MapEdit, MapVersion, PartCoverage, Placement, Segment, Snapshot
from lianzhang.chains.queries import disclosure
from lianzhang.records.scope import ScopedQuerySet
from lianzhang.registry import queries as registry_queries
from lianzhang.trail import verbs

MOST_CHIPS = 300
INSIDE = ("snapshot__contents", "snapshot__firm_ids")  # what of the firms a snapshot holds
LAYERS = tuple(Segment.Layer)
NAME = "name"


@dataclass(frozen=True, kw_only=True)
class Chip:
    """One segment on the board."""

    segment: Segment
    firm_count: int
    anchor_count: int
    state: str  # missing | weak | held | unverified, as the legend says
    local_ratio: float | None = None
    is_restricted: bool = False
    is_stale: bool = False  # last checked more than 180 days ago, whatever its state; never checked is no age
    gap_code: str = ""
    lead_count: int = 0  # leads and projects for it, as far as the reader sees them
    feeds: tuple[str, ...] = ()
    fed_by: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Group:
    """A box of chips; `hidden_count` are those beyond what a board can show, reachable through the list."""

    name: str
    chips: tuple[Chip, ...]
    hidden_count: int = 0


@dataclass(frozen=True, kw_only=True)
class Column:
    """A layer of the board."""

    layer: Segment.Layer
    groups: tuple[Group, ...]

    @property
    def chip_count(self) -> int:
        """How many chips stand in the layer."""
        return sum(len(group.chips) for group in self.groups)


@dataclass(frozen=True, kw_only=True)
class Board:
    """The map of one version as the office draws it."""

    atlas: MapVersion
    columns: tuple[Column, ...]
    links: tuple[tuple[str, str], ...]
    counts: dict[str, int] = field(default_factory=dict)
    firm_count: int = 0
    hidden_count: int = 0


def versions(chain: Chain, *, person: Person) -> ScopedQuerySet[MapVersion]:
    """Every version of a chain's map within reach, newest first."""
    return (
        MapVersion.objects.visible_to(person).filter(chain=chain).select_related("chain", "created_by", "published_by")
    )


def board(
    atlas: MapVersion, *, person: Person, today: date, leads: Mapping[str, int] | None = None, most: int = MOST_CHIPS
) -> Board:
    """The board of a version: a fixed number of queries, at most `most` chips. `leads`: how many by segment key."""
    segments = list(_segments(atlas))
    links = [(link.upstream_id, link.downstream_id) for link in Link.objects.filter(map=atlas)]
    keys = {segment.pk: segment.key for segment in segments}
    parts = {part.pk for segment in segments for part in segment.parts.all()}
    ratios = _ratios(atlas.chain, parts, person=person) if parts else {}
    gaps = _gaps(atlas.chain, person=person) if parts else {}
    chips = [_chip(s, keys, links, ratios=ratios, gaps=gaps, leads=leads or {}, today=today) for s in segments]
    shown, columns = 0, []
    for layer in LAYERS:
        groups, shown = _groups([chip for chip in chips if chip.segment.layer == layer], shown=shown, most=most)
        if groups:
            columns.append(Column(layer=layer, groups=groups))
    counts = {
        state: sum(1 for chip in chips if chip.state == state) for state in ("missing", "weak", "held", "unverified")
    }
    counts["stale"] = sum(chip.is_stale for chip in chips)
    counts["unchecked"] = sum(chip.segment.verified_on is None for chip in chips)
    return Board(
        atlas=atlas,
        columns=tuple(columns),
        links=tuple((keys[a], keys[b]) for a, b in links if a in keys and b in keys),
        counts=counts,
        firm_count=Placement.objects.filter(map=atlas).values("enterprise").distinct().count(),
        hidden_count=len(chips) - shown,
    )


@dataclass(frozen=True, kw_only=True)
class Changed:
    """A segment that stands in both versions: what reads otherwise, each as (label, before, after)."""

    name: str
    key: str
    lines: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, kw_only=True)
class Difference:
    """Two versions of a map beside each other: segments by name, sorted."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[Changed, ...]


def difference(old: MapVersion, new: MapVersion) -> Difference:
    """Segments added, removed and changed from `old` to `new`: words, place, keeper, parts, links and firms."""
    segments = [list(_whole(atlas)) for atlas in (old, new)]
    # A link leads to a segment, not to its name: what was renamed downstream is no change upstream.
    names = {one.key: one.name for one in [*segments[0], *segments[1]]}
    before, after = (_told(atlas, found, names) for atlas, found in zip((old, new), segments, strict=True))
    changed = []
    for key in before.keys() & after.keys():
        lines = [
            (label, before[key].get(label, ""), said)
            for label, said in after[key].items()
            if before[key].get(label, "") != said
        ]
        if lines:
            changed.append(Changed(name=after[key][NAME], key=key, lines=tuple(lines)))
    return Difference(
        added=tuple(sorted(after[key][NAME] for key in after.keys() - before.keys())),
        removed=tuple(sorted(before[key][NAME] for key in before.keys() - after.keys())),
        changed=tuple(sorted(changed, key=lambda one: (one.name, one.key))),
    )


def _whole(atlas: MapVersion) -> Any:
    return Segment.objects.filter(map=atlas).select_related("owner").prefetch_related("parts")


def _told(atlas: MapVersion, found: list[Segment], names: dict[str, str]) -> dict[str, dict[str, str]]:
    """Each segment of a version as labelled words."""
    feeds: dict[int, list[str]] = {}
    for upstream, downstream in Link.objects.filter(map=atlas).values_list("upstream", "downstream__key"):
        feeds.setdefault(upstream, []).append(names[downstream])
    firms: dict[int, list[str]] = {}
    for segment, firm in Placement.objects.filter(map=atlas).values_list("segment", "enterprise__name"):
        firms.setdefault(segment, []).append(firm)
    return {
        one.key: {
            NAME: one.name,
            _("层"): one.get_layer_display(),
            _("分组"): one.group,
            _("责任单位"): one.owner.name if one.owner else "",
            _("代表产品"): one.parts_note,
            _("备注"): one.note,
            _("零部件"): _("、").join(sorted(part.name for part in one.parts.all())),
            _("下游"): _("、").join(sorted(feeds.get(one.pk, []))),
            _("企业"): _("、").join(sorted(firms.get(one.pk, []))),
        }
        for one in found
    }


def _segments(atlas: MapVersion) -> Any:
    anchors = Count("placements", filter=Q(placements__part=Placement.Part.ANCHOR), distinct=True)
    return (
        Segment.objects.filter(map=atlas)
        .select_related("owner")
        .prefetch_related("parts")
        .annotate(firm_count=Count("placements", distinct=True), anchor_count=anchors)
        .order_by("position", "key")
    )


def _ratios(chain: Chain, parts: set[int], *, person: Person) -> dict[int, tuple[float | None, float, bool]]:
    """part id → (local amount, placed amount, may be shown) on the newest snapshot."""
    newest = (
        Snapshot.objects.visible_to(person).filter(is_pooled=False, chain=chain).order_by("-taken_at").values("pk")[:1]
    )
    # Only what the map's own parts need: the other two thousand of a city were built as records and never looked at.
    found = PartCoverage.objects.filter(snapshot__in=Subquery(newest), part__in=parts)
    columns = ("part_id", "local_amount_wan", "amount_wan", "unknown_amount_wan", *INSIDE)
    rows = list(found.values_list(*columns))
    if not rows:
        return {}
    sees_rows = registry_queries.reads_all(disclosure.pieces(*rows[0][4:]), person)
    return {row[0]: (row[1], (row[2] or 0.0) - (row[3] or 0.0), sees_rows) for row in rows}


def _gaps(chain: Chain, *, person: Person) -> dict[int, str]:
    found = Gap.objects.visible_to(person).filter(chain=chain, state__in=stages.STANDING, part__isnull=False)
    return {part: code for part, code in found.values_list("part_id", "code") if part}


def _chip(
    segment: Any,
    keys: dict[int, str],
    links: list[tuple[int, int]],
    *,
    ratios: dict[int, tuple[float | None, float, bool]],
    gaps: dict[int, str],
    leads: Mapping[str, int],
    today: date,
) -> Chip:
    parts = [part.pk for part in segment.parts.all()]
    known = [ratios[part] for part in parts if part in ratios]
    placed = sum(row[1] for row in known)
    ratio = sum(row[0] or 0.0 for row in known) / placed if placed else None
    hidden = any(not row[2] for row in known)
    gap = next((gaps[part] for part in parts if part in gaps), "")
    return Chip(
        segment=segment,
        firm_count=segment.firm_count,
        anchor_count=segment.anchor_count,
        state=_state(segment, None if hidden else ratio, gap=gap, today=today),
        local_ratio=None if hidden else ratio,
        is_restricted=hidden and ratio is not None,
        is_stale=segment.verified_on is not None and segment.is_stale(today),
        gap_code=gap,
        lead_count=leads.get(segment.key, 0),
        feeds=tuple(keys[b] for a, b in links if a == segment.pk and b in keys),
        fed_by=tuple(keys[a] for a, b in links if b == segment.pk and a in keys),
    )


def _state(segment: Any, ratio: float | None, *, gap: str, today: date) -> str:
    """缺: nobody here; 弱: one firm only, or a confirmed gap; 未核实: older than 180 days; else 有."""
    if segment.firm_count == 0:
        return "missing"
    if gap or segment.firm_count == 1 or (ratio is not None and ratio == 0):
        return "weak"
    return "unverified" if segment.is_stale(today) else "held"


def _groups(chips: list[Chip], *, shown: int, most: int) -> tuple[tuple[Group, ...], int]:
    names = list(dict.fromkeys(chip.segment.group for chip in chips))
    groups = []
    for name in names:
        inside = [chip for chip in chips if chip.segment.group == name]
        kept = inside[: max(most - shown, 0)]
        shown += len(kept)
        groups.append(Group(name=name, chips=tuple(kept), hidden_count=len(inside) - len(kept)))
    return tuple(groups), shown


@dataclass(frozen=True)
class Step:
    """One edit of a draft in words."""

    at: datetime
    who: str
    words: str
    number: int  # of the version
    is_undone: bool


def step(edit: MapEdit) -> Step:
    """What was done, and to which segment by the name it had or has."""
    items = {**(edit.before.get("segments") or {}), **{k: v for k, v in edit.after.get("segments", {}).items() if v}}
    names = _("、").join(str(item["name"]) for item in items.values() if item)
    words = f"{verbs.label(edit.operation)} {names}".strip()
    return Step(edit.at, edit.by.name, words, edit.map.number, edit.is_undone)


def steps_of(key: str, *, chain: int, limit: int = 20) -> list[Step]:
    """How the segment `key` came to be what it is, through all versions of the chain's map, newest first."""
    found = MapEdit.objects.filter(after__segments__has_key=key, map__chain=chain, is_undone=False)
    return [step(edit) for edit in found.select_related("by", "map").order_by("-at", "-number")[:limit]]
