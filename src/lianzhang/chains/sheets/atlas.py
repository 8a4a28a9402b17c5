"""产业链图谱: the draft of a chain's map as a workbook of segments, links and the firms placed on them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet

from chainlab import names
from chainlab.sheets.reading import Blank
from lianzhang.accounts.rules import Thing
from lianzhang.chains.models import Link, MapVersion, Placement, Segment
from lianzhang.chains.sheets import naming
from lianzhang.intake import lookups
from lianzhang.intake.columns import Column, Desk, Kept, Local, Refusal, Shown, extras
from lianzhang.intake.declared import DeclaredLedger, Sheet
from lianzhang.intake.protocol import Finding, Incoming
from lianzhang.registry import actions
from lianzhang.registry.names import resolver

if TYPE_CHECKING:
    from lianzhang.accounts.models import Person
    from lianzhang.intake.models import Batch

OPEN = (MapVersion.State.DRAFT, MapVersion.State.REVIEW)


def drafts(desk: Desk) -> dict[int, MapVersion]:
    """The open draft of each chain."""
    found: dict[int, MapVersion] = desk.once(
        "drafts", lambda: {m.chain_id: m for m in MapVersion.objects.filter(state__in=OPEN).select_related("chain")}
    )
    return found


def exported(desk: Desk) -> list[MapVersion]:
    """The maps an export holds: the draft a person may edit; of a chain without one, the map in force. That one is
    changed by a new draft only, and into a draft made from it the export goes back unchanged."""
    mine = editable(desk)
    in_force = MapVersion.objects.visible_to(desk.by).filter(state=MapVersion.State.PUBLISHED).select_related("chain")
    if desk.context.get("chain"):
        in_force = in_force.filter(chain_id=desk.context["chain"])
    newest = {found.chain_id: found for found in in_force.order_by("number")}
    chains_of_mine = {found.chain_id for found in mine}
    return mine + [found for chain, found in newest.items() if chain not in chains_of_mine]


def editable(desk: Desk) -> list[MapVersion]:
    """The drafts a person may edit."""
    mine = MapVersion.objects.editable_by(desk.by).filter(state=MapVersion.State.DRAFT).select_related("chain")
    if desk.context.get("chain"):
        mine = mine.filter(chain_id=desk.context["chain"])
    return list(mine)


def standing_segments(desk: Desk) -> Mapping[str, int]:
    """Segments of the draft that is meant, by key: of the chain chosen at the upload, else of the only draft the
    person may edit; a key of two drafts means neither."""

    def find() -> dict[str, int]:
        rows = list(Segment.objects.filter(map__in=editable(desk)).values_list("key", "pk"))
        keys = [key for key, _pk in rows]
        return {key: pk for key, pk in rows if keys.count(key) == 1}

    found: dict[str, int] = desk.once("standing segments", find)
    return found


def map_of(segment: Any, key: Any, *, desk: Desk) -> Any:
    """The draft of a segment: of one that stands, or of a row of the same workbook, known by `key`."""
    if isinstance(segment, int):
        of_segment: dict[int, int] = desk.once(
            "map of segment",
            lambda: dict(Segment.objects.filter(map__in=drafts(desk).values()).values_list("pk", "map")),
        )
        return of_segment.get(segment)
    return desk.drawer.get("map of row", {}).get(str(key))


class OfMap(Sheet):
    """A sheet whose rows lie in the draft map of one chain."""

    def may_create(self, taken: Mapping[str, Any], *, desk: Desk) -> bool:
        owner = next((m.chain_id for m in drafts(desk).values() if m.pk == taken.get("map_id")), None)
        return naming.may_write({"chain_id": owner}, thing=Thing.MAP, desk=desk)

    def records(self, *, desk: Desk) -> Iterable[Any]:
        return self.of_maps(exported(desk))

    def candidates(self, desk: Desk) -> Iterable[Any]:
        return self.of_maps(list(drafts(desk).values()))

    def of_maps(self, maps: list[MapVersion]) -> QuerySet[Any]:
        """The rows of these maps, in a fixed order."""
        found: QuerySet[Any] = self.model.objects.filter(map__in=maps)
        return found.order_by("map", "pk")


class SegmentSheet(OfMap):
    """环节."""

    def fill(self, taken: dict[str, Any], *, row: Incoming, desk: Desk) -> None:
        naming.from_context(taken, desk=desk)
        draft = drafts(desk).get(taken.pop("chain_id"))
        if draft is None or draft.state != MapVersion.State.DRAFT:
            raise Refusal(
                "该链没有可编辑的图谱草稿。请先在链图谱新建草稿；待审的草稿须先退回。",
                "The chain has no editable draft map. Open a draft first; one in review must be returned first.",
                field="chain",
                code="no_draft",
            )
        taken["map_id"] = draft.pk
        taken["key"] = str(row.values.get("code") or row.values["name"])[:60]
        desk.drawer.setdefault("map of row", {})[str(row.values.get("code"))] = draft.pk
        existing = self.by_natural(desk).get(self.natural_key(taken))
        if existing is None and not taken.get("layer"):
            raise Refusal("未填层级。", "No layer given.", field="layer", code="required")

    def label(self, taken: Mapping[str, Any], *, record: Any | None, row: Incoming) -> str:
        return str(taken.get("name") or row.raw.get("name") or record or "")


class LinkSheet(OfMap):
    """连线."""

    def fill(self, taken: dict[str, Any], *, row: Incoming, desk: Desk) -> None:
        taken["map_id"] = map_of(taken["upstream_id"], row.values.get("source"), desk=desk)

    def label(self, taken: Mapping[str, Any], *, record: Any | None, row: Incoming) -> str:  # noqa: ARG002
        return f"{row.raw.get('source', '')} → {row.raw.get('target', '')}"


@dataclass(frozen=True, slots=True)
class TradeColumn(Column):
    """Words of the trade on a map: in a workbook of traditional signs they become those of the mainland, and the row
    says so. 程式 is written alike in both, so the whole sheet decides, not the word."""

    def take(self, value: Any, *, row: Incoming, desk: Desk) -> dict[str, Any]:
        if not isinstance(value, str) or not desk.once("is traditional", lambda: _is_traditional(desk.rows)):
            return Column.take(self, value, row=row, desk=desk)
        written = names.mainland(value)
        if written != value:
            zh, en = (
                f"“{value}”已转为简体通行用语“{written}”。",
                f"“{value}” is written as on the mainland: “{written}”.",
            )
            desk.warn(row, Finding(self.field, "note", zh, en, code="simplified"))
        return {self.attr: written}


def _is_traditional(rows: Sequence[Incoming]) -> bool:
    """Whether the segments of a workbook are written in traditional signs."""
    words = (row.values.get(field) for row in rows if row.sheet == "segments" for field in ("name", "group_name"))
    return any(isinstance(word, str) and names.simplified(word) != word for word in words)


@dataclass(frozen=True, slots=True)
class RoleColumn(Column):
    """角色: 链核 stands as 其他 on the map and keeps its word beside it."""

    def take(self, value: Any, *, row: Incoming, desk: Desk) -> dict[str, Any]:  # noqa: ARG002
        if isinstance(value, Blank):
            return {"part": Placement.Part.OTHER, "extra:role": None}
        is_core = value == "core"
        return {"part": Placement.Part.OTHER if is_core else value, "extra:role": "core" if is_core else None}

    def give(self, record: Any, *, desk: Desk) -> Any:
        return extras(desk, record).get("role") or record.part


class PlacementSheet(OfMap):
    """环节企业: a firm must be registered before it stands on a map."""

    def fill(self, taken: dict[str, Any], *, row: Incoming, desk: Desk) -> None:
        taken["map_id"] = map_of(taken["segment_id"], row.values.get("segment"), desk=desk)
        taken["enterprise_id"] = resolver(desk).known(
            str(row.values["name"]), credit_code=row.values.get("uscc"), decision=row.decision, field="name"
        )

    def label(self, taken: Mapping[str, Any], *, record: Any | None, row: Incoming) -> str:  # noqa: ARG002
        return f"{row.raw.get('segment', '')} {row.raw.get('name', '')}"

    def records(self, *, desk: Desk) -> Iterable[Any]:
        return self.of_maps(exported(desk)).select_related("enterprise", "segment")


class MapLedger(DeclaredLedger):
    """图谱 as the intake knows it: a name decided here enters the register."""

    def decide(self, question: str, *, decision: Mapping[str, Any], batch: "Batch", by: "Person") -> None:
        actions.keep_decision(question, decision=decision, batch_code=batch.code, may_enter=True, by=by)


@dataclass(frozen=True, slots=True)
class ChainColumn(Column):
    """产业链: says in which chain's draft the segment lies."""

    def take(self, value: Any, *, row: Incoming, desk: Desk) -> dict[str, Any]:
        return naming.column().take(value, row=row, desk=desk)

    def give(self, record: Any, *, desk: Desk) -> Any:
        return naming.column().name_of(record.map.chain_id, desk=desk)


def _segment(field: str, attr: str, back: Callable[[Any], Any]) -> Local:
    """A segment by its key in the sheet 环节, or in the draft."""
    return Local(field, attr, sheet="segments", standing=standing_segments, back=back)


MAP_SEGMENTS = MapLedger(
    key="map_segments",
    thing=Thing.MAP,
    context=(naming.choice_for(Thing.MAP),),
    sheets=(
        SegmentSheet(
            invented="map__is_illustrative",
            key="segments",
            model=Segment,
            noun="segment",
            code_field=None,
            natural=("map_id", "key"),
            local_key="code",
            columns=(
                ChainColumn("chain", "chain_id"),
                Shown("code", "key", shown=lambda record: record.key),
                TradeColumn("name", "name"),
                Column("layer", "layer"),
                TradeColumn("group_name", "group"),
                Kept("parent"),
                Column("order", "position"),
                TradeColumn("products", "parts_note"),
                Kept("industry_code"),
                Kept("state"),
                lookups.body("owner_body", "owner_id"),
                Column("verified_on", "verified_on"),
                Column("remark", "note"),
            ),
        ),
        LinkSheet(
            invented="map__is_illustrative",
            key="links",
            model=Link,
            noun="map_link",
            code_field=None,
            natural=("upstream_id", "downstream_id"),
            columns=(
                _segment("source", "upstream_id", lambda record: record.upstream.key),
                _segment("target", "downstream_id", lambda record: record.downstream.key),
                Column("label", "note"),
                Kept("remark"),
            ),
        ),
        PlacementSheet(
            invented="map__is_illustrative",
            key="enterprises",
            model=Placement,
            noun="placement",
            code_field=None,
            natural=("segment_id", "enterprise_id"),
            columns=(
                _segment("segment", "segment_id", lambda record: record.segment.key),
                Shown("name", "enterprise", shown=lambda record: record.enterprise.name),
                Shown("uscc", "enterprise", shown=lambda record: record.enterprise.credit_code),
                RoleColumn("role", "part"),
                Kept("product"),
                Kept("region_code"),
                Kept("source_note"),
                Column("remark", "note"),
            ),
        ),
    ),
)
