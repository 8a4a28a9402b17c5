"""The nouns of a chain: schemes and chains, plans as actions, maps, snapshots with gaps and target lists."""

from lianzhang.chains.models.analysis import PartCoverage, Snapshot
from lianzhang.chains.models.atlas import Link, MapEdit, MapVersion, Placement, Segment
from lianzhang.chains.models.gaps import Consultation, Gap, Opinion
from lianzhang.chains.models.groups import WorkingGroup
from lianzhang.chains.models.plans import Action, ActionReport, Result
from lianzhang.chains.models.releases import Release
from lianzhang.chains.models.schemes import Anchor, Chain, ChainSuccession, Scheme
from lianzhang.chains.models.targets import CandidateProposal, Edition, TargetLine, TargetList

__all__ = [
    "Action",
    "ActionReport",
    "Anchor",
    "CandidateProposal",
    "Chain",
    "ChainSuccession",
    "Consultation",
    "Edition",
    "Gap",
    "Link",
    "MapEdit",
    "MapVersion",
    "Opinion",
    "PartCoverage",
    "Placement",
    "Release",
    "Result",
    "Scheme",
    "Segment",
    "Snapshot",
    "TargetLine",
    "TargetList",
    "WorkingGroup",
]
