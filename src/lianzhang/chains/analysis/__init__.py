"""One chain's numbers, from rows to a target list: no request, no form, no writing. Runs in a job, never in a page."""

from lianzhang.chains.analysis.choosing import Unchoosable, choose, curve
from lianzhang.chains.analysis.market import from_market, home_of, needs, tiers_of
from lianzhang.chains.analysis.taking import is_same, proposals, reopen, take

__all__ = [
    "Unchoosable",
    "choose",
    "curve",
    "from_market",
    "home_of",
    "is_same",
    "needs",
    "proposals",
    "reopen",
    "take",
    "tiers_of",
]
