"""Alternatives in a bill of materials: of the lines of a parent that are of one group, one is built in.

Counting every one of them in full would count what they replace twice. A line says which share of the parents is built
with it; lines that do not say share evenly what the others leave. So whatever the shares are, the group as a whole is
built in once: quantities are those to expect, money lies between the cheapest and the dearest alternative.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow.compute as pc

from chainlab import engines, network

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]
    Rows = NDArray[np.int64]

COLUMNS = (
    engines.Column(name="alternative_group", kind=engines.Kind.TEXT, is_required=False, is_nullable=True),
    engines.Column(name="share", kind=engines.Kind.NUMBER, is_required=False, is_nullable=True, minimum=0),
)
ROOM = 1e-9  # by which shares may miss 1: they are written with a few digits


def quantities(lines: pa.Table, *, name: str) -> pa.ChunkedArray | Numbers:
    """The quantity of each line, of an alternative the part of it that falls to it.

    lines: parent_id, child_id, quantity, alternative_group (null = none), share (null = not said).
    Raises engines.BadTable for a share without a group, a child twice in one, and shares that do not make 1.
    """
    if lines["alternative_group"].null_count == lines["share"].null_count == lines.num_rows:
        return lines["quantity"]
    _refuse(lines, name, "share", _share_alone(lines), zh="有占比而没有可替代组", en="has a share and no group")
    row = np.flatnonzero(np.asarray(lines["alternative_group"].is_valid()))
    among = lines.take(row)
    group, child = _numbered(among)
    order = np.lexsort([row, child, group])
    is_again = np.zeros(len(row), dtype=bool)
    is_again[order[1:]] = (np.diff(group[order]) == 0) & (np.diff(child[order]) == 0)
    _refuse(lines, name, "child_id", row[is_again], zh="在同一可替代组中出现两次", en="stands twice in one group")
    found = np.asarray(lines["quantity"], dtype=np.float64).copy()
    found[row] *= _shares(lines, name, row, group, np.asarray(among["share"].fill_null(np.nan), dtype=np.float64))
    return found


def _share_alone(lines: pa.Table) -> Rows:
    return np.flatnonzero(np.asarray(pc.and_(lines["share"].is_valid(), lines["alternative_group"].is_null())))


def _numbered(among: pa.Table) -> tuple[Rows, Rows]:
    """The number of the group each line is of, parents told apart, and of its child."""
    _, (parent, child) = network.numbered(among["parent_id"], among["child_id"])
    words, (word,) = network.numbered(among["alternative_group"])
    _, group = np.unique(parent * len(words) + word, return_inverse=True)
    return group, child


def _shares(lines: pa.Table, name: str, row: Rows, group: Rows, share: Numbers) -> Numbers:
    """What falls to each alternative; what nobody claims falls evenly to those that claim nothing."""
    is_open = np.isnan(share)
    claimed = np.bincount(group, np.where(is_open, 0.0, share))
    open_count = np.bincount(group, is_open)
    is_wrong = (claimed > 1 + ROOM) | ((open_count == 0) & (claimed < 1 - ROOM))
    _refuse(
        lines, name, "share", row[is_wrong[group]], zh="可替代组内占比合计不是 1", en="shares of a group do not make 1"
    )
    rest = np.maximum(1 - claimed, 0) / np.maximum(open_count, 1)
    return np.where(is_open, rest[group], share)


def _refuse(lines: pa.Table, name: str, column: str, rows: Rows, *, zh: str, en: str) -> None:
    if not len(rows):
        return
    first = int(rows.min())
    said = lines["child_id"][first].as_py()
    raise engines.BadTable(table=name, column=column, row=first, message_zh=f"{said} {zh}", message_en=f"{said} {en}")
