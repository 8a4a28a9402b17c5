"""Maps in versions and the editing of drafts."""

from lianzhang.chains.models import MapVersion, Segment
from tests.permission.fillers import Case, Filling, each
from tests.permission.fillers.chains import CHAINS
from tests.permission.world import World

OF_VERSION = [
    "version",
    "compare",
    "segments",
    "new_segment",
    "undo",
    "redo",
    "submit",
    "send_back",
    "publish",
    "discard",
]
OF_SEGMENT = ["segment", "edit_segment", "cell", "remove_segment", "verify_segment", "link", "place"]


def fill(world: World) -> Filling:
    versions = [c for t in ("map", "draft") for c in each(world, t, MapVersion, code="chain__code", number="number")]
    segments = [
        c
        for thing in ("map", "draft")
        for c in each(world, thing, Segment, code="map__chain__code", number="map__number", key="key")
    ]
    return {
        "maps:list": [Case()],
        "maps:chain": CHAINS,
        "maps:draft": CHAINS,
        **{f"maps:{name}": versions for name in OF_VERSION},
        **{f"maps:{name}": segments for name in OF_SEGMENT},
    }
