"""A chain whose anchors' purchases carry amounts nobody can mistake for another number, analysed, with a target list.

The rows are those of `tests.chains.scene`; only the amounts differ: a marked one found on a page has leaked.
"""

from dataclasses import dataclass
from decimal import Decimal

from django.utils import timezone

from lianzhang.chains import jobs
from lianzhang.chains.actions import atlas as maps
from lianzhang.chains.actions import targets
from lianzhang.chains.models import Gap, MapVersion, TargetList
from lianzhang.jobs.progress import Progress
from lianzhang.registry.models import Purchase
from tests.cast import Cast
from tests.chains import scene as scenes
from tests.kept import kept_upon

MARKS = (70_013, 81_027, 90_239, 40_153, 53_267, 31_379, 62_183, 17_291, 28_393)


@dataclass
class Analysed:
    """The scene, its snapshot's gaps, one finished list, the published map and the next draft."""

    scene: scenes.Scene
    listed: TargetList
    gaps: dict[str, Gap]
    published: MapVersion
    draft: MapVersion

    @property
    def addresses(self) -> dict[str, list[str]]:
        """Every page that is read, by the thing it shows."""
        listed, gap = self.listed.code, self.gaps["P1"].code
        return {
            "maps": [
                "/maps/",
                "/maps/test-a",
                "/maps/test-a?format=svg",
                "/maps/test-a/v1",
                "/maps/test-a/v1/compare",
                "/maps/test-a/v1/segments",
                "/maps/test-a/v1/segments?format=xlsx",
                "/maps/test-a/v1/segment/compressor",
            ],
            "gaps": [
                "/teardowns/",
                "/teardowns/test-a",
                "/teardowns/test-a?format=csv",
                "/teardowns/test-a/tree",
                "/teardowns/test-a/shared",
                "/teardowns/test-a/shared?format=csv",
                *(f"/teardowns/test-a/explain/{name}" for name in ("local-ratio", "amount", "nameless", "outside")),
                *(f"/teardowns/test-a/part/{code}" for code in ("P1", "P2", "P3", "P4")),
                "/gaps/",
                "/gaps/?format=csv",
                f"/gaps/{gap}",
            ],
            "targets": [
                "/targets/",
                f"/targets/{listed}",
                f"/targets/{listed}?format=csv",
                f"/targets/{listed}?format=print",
                *(f"/targets/{listed}/explain/{name}" for name in ("covered", "ratio")),
                f"/targets/{listed}/compare?with={listed}",
                f"/targets/{listed}/1",
                *(f"/targets/{listed}/editions/{name}" for name in ("working", "meeting", "outreach")),
            ],
            "briefings": [
                "/briefings/",
                "/briefings/chain/test-a",
                "/briefings/meeting/test",
                "/briefings/firm/QY-2024-001",
            ],
        }


def build(cast: Cast) -> Analysed:
    """Upon the cast alone: computed once in a process, and put back for every test after."""
    found: Analysed = kept_upon("analysed", lambda: _built(cast))
    return found


def _built(cast: Cast) -> Analysed:
    """Enter everything and run the jobs in this process."""
    scene = scenes.build(cast)
    rows = Purchase.objects.exclude(amount_wan=None).order_by("pk")
    for row, amount in zip(rows, MARKS, strict=True):
        Purchase.objects.filter(pk=row.pk).update(amount_wan=Decimal(amount))
    listed = ask(cast)
    gaps = {gap.part.code: gap for gap in Gap.objects.select_related("part") if gap.part}
    published = publish(cast)
    draft = maps.draft(chain=cast.chain_a, now=timezone.now(), by=cast.clerk_a)
    return Analysed(scene, listed, gaps, published, draft)


def ask(cast: Cast, *, max_suppliers: int = 2, min_anchors: int = 1) -> TargetList:
    """A list of 链A, computed."""
    limits = targets.Parameters(max_categories=None, max_suppliers=max_suppliers, min_anchors=min_anchors)
    listed = targets.ask(chain=cast.chain_a, title="清单", parameters=limits, now=timezone.now(), by=cast.clerk_a)
    jobs.choose_targets(Progress(0, cast.clerk_a), list_id=listed.pk)
    listed.refresh_from_db()
    return listed


def publish(cast: Cast) -> MapVersion:
    """A map of three segments, the middle one standing for the compressor."""
    now = timezone.now()
    atlas = maps.draft(chain=cast.chain_a, now=now, by=cast.clerk_a)
    segments: dict[str, dict[str, object]] = {
        "steel": {"name": "钢板", "layer": "upstream", "group": "材料", "position": 1},
        "compressor": {"name": "压缩机", "layer": "midstream", "group": "制冷", "position": 1, "parts": ["P1"]},
        "fridge": {"name": "冰箱", "layer": "downstream", "group": "整机", "position": 1},
    }
    links: dict[str, dict[str, str]] = {
        maps.link_key("steel", "compressor"): {},
        maps.link_key("compressor", "fridge"): {},
    }
    places = {maps.placement_key("fridge", cast.enterprise_1.code): {"part": "anchor"}}
    items: maps.Items = {"segments": segments, "links": links, "placements": places}
    atlas = maps.edit(atlas=atlas, operation="import", after=items, version=atlas.version, now=now, by=cast.clerk_a)
    atlas = maps.submit(atlas=atlas, version=atlas.version, now=now, by=cast.clerk_a)
    return maps.publish(atlas=atlas, version=atlas.version, now=now, by=cast.head_a)
