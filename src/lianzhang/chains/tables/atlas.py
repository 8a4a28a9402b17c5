"""Maps and segments as tables."""

from datetime import date
from typing import Any

from django.db.models import Case, Count, Value, When
from django.utils.translation import gettext_lazy as _

from lianzhang.chains.models import MapVersion, Segment
from lianzhang.tables import Badge, Column, Edit, Empty, Filter, TableSpec
from lianzhang.tables.addresses import address

TONES = {
    MapVersion.State.DRAFT: "draft",
    MapVersion.State.REVIEW: "watch",
    MapVersion.State.PUBLISHED: "normal",
    MapVersion.State.RETIRED: "plain",
}


def version_url(atlas: MapVersion) -> str:
    """The board of a version."""
    return address("maps:version", atlas.chain.code, atlas.number)


def _url(row: Any) -> str:
    return address("maps:chain", row["chain"].code)


MAPS = TableSpec(
    key="maps",
    invented="chain__is_illustrative",
    title=_("链图谱"),
    columns=(
        Column("chain", _("产业链"), lambda row: row["chain"].name, link=_url),
        Column("scheme", _("方案"), lambda row: row["chain"].scheme.name),
        Column("published", _("已发布"), lambda row: f"v{row['published'].number}" if row["published"] else None),
        Column(
            "published_at",
            _("发布时间"),
            lambda row: row["published"].published_at if row["published"] else None,
            kind="datetime",
        ),
        Column(
            "open",
            _("草稿"),
            lambda row: Badge(row["open"].get_state_display(), TONES[row["open"].state]) if row["open"] else None,
            kind="badge",
            link=lambda row: version_url(row["open"]) if row["open"] else None,
        ),
    ),
    row_id=lambda row: row["chain"].code,
    row_url=_url,
    empty=Empty(_("没有产业链。"), "", ""),
)


def counted(found: Any) -> Any:
    """Segments with how many firms stand on each, and how far down the chain their layer is."""
    order = Case(*(When(layer=layer, then=Value(number)) for number, layer in enumerate(Segment.Layer)))
    return found.annotate(firm_count=Count("placements", distinct=True), layer_order=order)


def segments(atlas: MapVersion, today: date) -> TableSpec:
    """The segments of one version; a draft's rows lead to their editing."""

    def url(segment: Segment) -> str:
        return address("maps:segment", atlas.chain.code, atlas.number, segment.key)

    return TableSpec(
        key="segments",
        invented="map__is_illustrative",
        title=_("环节"),
        columns=(
            Column("layer", _("层"), lambda s: s.get_layer_display(), sort="layer_order"),
            Column("group", _("分组"), lambda s: s.group or None, sort="group"),
            Column("name", _("环节"), lambda s: s.name, sort="name", link=url),
            Column("key", _("环节代码"), lambda s: s.key, kind="code", sort="key", is_default=False),
            Column("firm_count", _("企业"), lambda s: s.firm_count, kind="integer", sort="firm_count"),
            Column(
                "owner",
                _("责任单位"),
                lambda s: s.owner.name if s.owner else None,
                sort="owner__name_zh",
                edit=Edit("choice", stored=lambda s: s.owner.code if s.owner else None, is_report=True),
            ),
            Column(
                "verified_on",
                _("最后核实"),
                lambda s: s.verified_on,
                kind="date",
                sort="verified_on",
                edit=Edit("date", is_report=True),
            ),
            Column(
                "age",
                _("核实"),
                lambda s: (
                    Badge(_("超过180天") if s.verified_on else _("未核实"), "watch") if s.is_stale(today) else None
                ),
                kind="badge",
            ),
            Column("parts_note", _("代表产品"), lambda s: s.parts_note or None),
        ),
        filters=(Filter("layer", _("层"), choices=Segment.Layer.choices),),
        search=("name", "key", "group", "parts_note"),
        default_order=("layer_order", "position", "key"),
        row_id="key",
        row_url=url,
        edit_url=lambda s: address("maps:cell", atlas.chain.code, atlas.number, s.key),
        edit_lock=lambda s: atlas,  # noqa: ARG005
        empty=Empty(_("还没有环节。"), "", ""),
    )
