"""The annex's published map v1: the categories as segments in three layers, what feeds what, and the local firms."""

from datetime import date, datetime, time, timedelta

from django.utils import timezone

from lianzhang.chains.models import Link, MapVersion, Placement, Segment
from lianzhang.demo.annex import industry
from lianzhang.demo.annex.cast import Town

GROUPS = {
    "制冷与传动": ("压缩机", "电机", "换热器", "阀件", "风机", "铜铝管路", "轴承"),
    "电控与显示": ("控制芯片", "显示面板", "变频控制板", "传感器", "电源模块", "线束", "连接器"),
    "结构与材料": ("注塑件", "钣金件", "密封件", "保温材料", "门体玻璃", "包装材料"),
}
# Upstream segment → what it goes into; everything midstream goes into the products.
FEEDS = {
    "控制芯片": ("变频控制板", "显示面板"),
    "传感器": ("变频控制板",),
    "连接器": ("线束", "电源模块"),
    "轴承": ("电机", "压缩机"),
    "铜铝管路": ("换热器",),
    "密封件": ("阀件", "压缩机"),
    "保温材料": ("钣金件",),
    "门体玻璃": ("钣金件",),
    "包装材料": (),
}


def load(town: Town, *, today: date) -> None:
    """One published version, submitted by a member and published by the head."""
    at = timezone.make_aware(datetime.combine(today - timedelta(days=21), time(10)))
    version = town.scribe.put(
        MapVersion(
            chain=town.appliance,
            number=1,
            state=MapVersion.State.PUBLISHED,
            title="示例·智能家电图谱",
            created_by=town.people["example-clerk"],
            created_at=at - timedelta(days=9),
            submitted_by=town.people["example-clerk"],
            submitted_at=at - timedelta(days=2),
            published_by=town.people["example-head"],
            published_at=at,
            source_note="示例数据",
            is_illustrative=True,
        ),
        verb="map.published",
    )
    segments = _segments(town, version, today=today)
    _links(town, version, segments)
    _placements(town, version, segments, today=today)


def _segments(town: Town, version: MapVersion, *, today: date) -> dict[str, Segment]:
    group_of = {category: group for group, categories in GROUPS.items() for category in categories}
    rows = [
        Segment(
            map=version,
            key=f"s{n:02d}",
            name=category,
            layer=layer,
            group=group_of[category],
            position=n,
            owner=town.bodies["annex-force-appliance"],
            # Every fifth segment was last looked at long ago, so that ageing shows.
            verified_on=today - timedelta(days=260 if n % 5 == 0 else 20 + n),
        )
        for n, (category, layer, _size) in enumerate(industry.CATEGORIES, start=1)
    ]
    rows += [
        Segment(
            map=version,
            key=f"p{n}",
            name=product.name,
            layer=Segment.Layer.DOWNSTREAM,
            group="整机",
            position=n,
            owner=town.bodies["annex-force-appliance"],
            verified_on=today - timedelta(days=15),
        )
        for n, product in enumerate(town.products, start=1)
    ]
    made: dict[str, Segment] = {s.name: s for s in town.scribe.put_many(rows, verb="segment.drawn")}
    for part in [*town.parts, *town.products]:
        made[part.category if part.category in made else part.name].parts.add(part)
    return made


def _links(town: Town, version: MapVersion, segments: dict[str, Segment]) -> None:
    pairs = [(a, b) for a, fed in FEEDS.items() for b in fed]
    products = [product.name for product in town.products]
    pairs += [
        (category, products[n % len(products)])
        for n, (category, layer, _size) in enumerate(industry.CATEGORIES)
        if layer == "midstream"
    ]
    pairs += [("包装材料", name) for name in products]
    town.scribe.put_many(
        [Link(map=version, upstream=segments[a], downstream=segments[b]) for a, b in pairs], verb="link.drawn"
    )


def _placements(town: Town, version: MapVersion, segments: dict[str, Segment], *, today: date) -> None:
    rows = [
        Placement(
            map=version,
            segment=segments[town.products[n].name],
            enterprise=anchor,
            part=Placement.Part.ANCHOR,
            verified_on=today - timedelta(days=15),
        )
        for n, anchor in enumerate(town.anchors)
    ]
    local = [firm for firm in town.suppliers if firm.region_code.startswith("9901")]
    for firm in local:
        categories = set(firm.capabilities.values_list("part__category", flat=True))
        rows += [
            Placement(
                map=version,
                segment=segments[category],
                enterprise=firm,
                part=Placement.Part.SUPPLIER,
                verified_on=today - timedelta(days=40),
            )
            for category in sorted(categories)
        ]
    town.scribe.put_many(rows, verb="placement.made")
