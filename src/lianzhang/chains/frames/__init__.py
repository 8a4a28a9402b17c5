"""The rows of a chain as Arrow tables for chainlab, exactly as far as one person may read them.

Ids are the short codes people know. A supplier's place is where it produces for this buyer: a row with a place of
production of its own gives the supplier the id `code@region`; a trader without one has no known place.

What the anchors answered at the levels below rows stands beside their rows (`answered`); what people propose of firms
to recruit stands in a table of its own (`proposed`).
"""

from lianzhang.chains.frames.places import ABROAD, ELSEWHERE, PLACE_MARK, UNNAMED, firm_code
from lianzhang.chains.frames.reading import Read, complete, read
from lianzhang.chains.frames.rows import purchases

__all__ = ["ABROAD", "ELSEWHERE", "PLACE_MARK", "UNNAMED", "Read", "complete", "firm_code", "purchases", "read"]
