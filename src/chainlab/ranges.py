"""Coverage where amounts are intervals: the ends of each part's amount and local share, and of the whole.

A local share L ÷ (L + O) rises with every local amount and falls with every outside one, so its ends lie where all of
the one are at their lower and all of the other at their upper ends. The intervals of different purchases are taken to
move freely of each other; what has no place is in neither.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from chainlab import coverage, engines
from chainlab.targets import reading

PURCHASES = (
    *(column for column in coverage.PURCHASES if column.name != "amount_wan"),
    *(
        engines.Column(name=name, kind=engines.Kind.NUMBER, is_required=False, is_nullable=True, minimum=0)
        for name in reading.AMOUNTS
    ),
)
ENDS = ("amount_low_wan", "amount_high_wan", "local_low_wan", "local_high_wan", "outside_low_wan", "outside_high_wan")


def by_part(purchases: object, firms: object, *, home: str | Iterable[str]) -> pa.Table:
    """The ends of what `coverage.by_part` says of each part.

    purchases, firms, home: as there, with optional amount_low_wan and amount_high_wan (without them an amount is its
    own two ends). Returns part_id, the six ENDS, local_ratio_low and local_ratio_high (null where nothing with a place
    has an amount), sorted by part. Raises engines.BadTable, and ValueError for a home that means nothing.
    """
    bought = reading.settled(purchases, name="purchases", columns=PURCHASES)
    prefixes = list(coverage.prefixes(home))
    low, high = (
        coverage.by_part(_with_amount(bought, name), firms, home=prefixes)
        for name in ("amount_low_wan", "amount_high_wan")
    )
    ends = dict(zip(ENDS, _ends(low, high), strict=True))
    return _with_ratios(pa.table({"part_id": low["part_id"], **ends}))


def whole(parts: pa.Table) -> dict[str, float | None]:
    """The ENDS and the two ratios over all parts of `by_part`."""
    sums = pa.table({name: [float(pc.sum(parts[name]).as_py() or 0.0)] for name in ENDS})
    found: dict[str, float | None] = _with_ratios(sums).to_pylist()[0]
    return found


def _with_amount(bought: pa.Table, name: str) -> pa.Table:
    return bought.set_column(bought.schema.get_field_index("amount_wan"), "amount_wan", bought[name])


def _ends(low: pa.Table, high: pa.Table) -> list[Any]:
    outside = [
        pc.subtract(pc.subtract(end["amount_wan"], end["unknown_amount_wan"]), end["local_amount_wan"])
        for end in (low, high)
    ]
    return [
        low["amount_wan"],
        high["amount_wan"],
        low["local_amount_wan"],
        high["local_amount_wan"],
        *(pc.max_element_wise(amount, 0.0) for amount in outside),
    ]


def _with_ratios(table: pa.Table) -> pa.Table:
    # Where both are nothing at that end, whatever is more than nothing is all of one kind: all local, all from outside.
    for name, local, outside, other, otherwise in (
        ("local_ratio_low", "local_low_wan", "outside_high_wan", "local_high_wan", 1.0),
        ("local_ratio_high", "local_high_wan", "outside_low_wan", "outside_high_wan", 0.0),
    ):
        whole_ = pc.add(table[local], table[outside])
        known = pc.if_else(pc.greater(whole_, 0.0), whole_, None)
        alone = pc.if_else(pc.greater(table[other], 0.0), otherwise, None)
        table = table.append_column(name, pc.coalesce(pc.divide(table[local], known), alone))
    return table
