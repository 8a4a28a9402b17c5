"""The nouns of a chain: schemes and chains, plans as actions, maps, snapshots with gaps and target lists."""

from lianzhang.chains.models.analysis import Gap, PartCoverage, Snapshot, TargetLine, TargetList
from lianzhang.chains.models.atlas import Link, MapEdit, MapVersion, Placement, Segment
from lianzhang.chains.models.plans import Action, ActionReport, Result
from lianzhang.chains.models.schemes import Anchor, Chain, ChainSuccession, Scheme

__all__ = [
    "Action",
    "ActionReport",
    "Anchor",
    "Chain",
    "ChainSuccession",
    "Gap",
    "Link",
    "MapEdit",
    "MapVersion",
    "PartCoverage",
    "Placement",
    "Result",
    "Scheme",
    "Segment",
    "Snapshot",
    "TargetLine",
    "TargetList",
]
