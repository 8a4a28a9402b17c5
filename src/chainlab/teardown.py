"""Explode products into parts: every part once, quantities and money.

X = (I − A)⁻¹ − I on the rows of the roots (Leontief inverse; Vazsonyi's gozinto problem), A the quantities of one
level. Solved parents first, level by level, so a part shared by many assemblies is summed before it is passed on, and
never walked once per path. A cycle within reach of the roots raises `network.CycleFound` and is never followed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from chainlab import engines, network

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Matrix = NDArray[np.float64]

BOM = (
    engines.Column(name="parent_id"),
    engines.Column(name="child_id"),
    engines.Column(name="quantity", kind=engines.Kind.NUMBER, minimum=0),
)
ROOTS = (
    engines.Column(name="root_id"),
    engines.Column(name="product_id"),
    engines.Column(name="quantity", kind=engines.Kind.NUMBER, minimum=0),
)
COSTS = (
    engines.Column(name="part_id"),
    engines.Column(name="cost_wan", kind=engines.Kind.NUMBER, is_nullable=True, minimum=0),
)
# Cells of the dense block solved at once (8 bytes each): 128 MB however many roots there are.
BLOCK_CELLS = 16_000_000


class Overflow(ValueError):
    """Quantities multiply beyond what a number can hold, which no real product does."""


def explode(bom: object, roots: object) -> pa.Table:
    """How much of every part the products of each root need.

    bom: parent_id, child_id, quantity of the child in one parent (lines given twice add).
    roots: root_id, product_id, quantity (several products of one root add).
    Returns root_id, part_id, quantity, sorted by root and part. A product is not a row of its own, only as a part of
    another product; a product without lines gives no rows; a line of quantity 0 gives a row of quantity 0.
    Raises network.CycleFound (only for cycles the roots reach) and engines.BadTable.
    """
    lines, given = _with_lines(bom, roots, name="roots", columns=ROOTS, key="product_id")
    over = network.graph(lines["parent_id"], lines["child_id"], lines["quantity"])
    root_ids = given["root_id"].unique().sort()
    wanted = _Wanted(
        start=over.rows(given["product_id"]),
        root=np.asarray(pc.index_in(given["root_id"], value_set=root_ids), dtype=np.int64),
        quantity=np.asarray(given["quantity"], dtype=np.float64),
    )
    wanted = wanted.where(wanted.start >= 0)  # a product that no line mentions needs nothing
    reached = network.reach(over, wanted.start)
    over, wanted = over.part(reached), replace(wanted, start=np.searchsorted(reached, wanted.start))
    order = _Order(over)
    width = max(1, BLOCK_CELLS // max(1, len(over)))
    found: list[tuple[network.Rows, network.Rows, Matrix]] = []
    for first in range(0, len(root_ids), width):
        here = wanted.where((wanted.root >= first) & (wanted.root < first + width))
        here = replace(here, root=here.root - first)
        if len(here.root):
            block = order.explode(here, size=min(width, len(root_ids) - first))
            root, part = _rows(over, block, here)
            found.append((root + first, part, block[part, root]))
    return _result(root_ids, over.ids, found)


def roll_up(bom: object, costs: object) -> pa.Table:
    """What one unit of every part costs with everything in it: y = c + A·y, children before parents.

    costs: part_id, cost_wan of the part itself, without its children (rows given twice add; null = unknown).
    Returns part_id, own_wan, total_wan, is_complete, sorted. An assembly without a cost row adds nothing of its own;
    a part without children and without a cost is unknown: it adds nothing, and `is_complete` is false for it and for
    everything it goes into.
    """
    lines, priced = _with_lines(bom, costs, name="costs", columns=COSTS, key="part_id")
    over = network.graph(lines["parent_id"], lines["child_id"], lines["quantity"], also=priced["part_id"])
    row = over.rows(priced["part_id"])
    price = np.asarray(priced["cost_wan"].fill_null(np.nan), dtype=np.float64)
    own = np.bincount(row, weights=np.nan_to_num(price), minlength=len(over)).astype(np.float64)
    has_price = np.zeros(len(over), dtype=bool)
    has_price[row] = True
    is_unknown = ~has_price & (np.diff(over.start) == 0)
    is_unknown[row[np.isnan(price)]] = True
    total = _Order(over).roll_up(own)
    if not np.isfinite(total).all():
        raise Overflow("the rolled-up cost is beyond what a number can hold")
    is_complete = np.ones(len(over), dtype=bool)
    is_complete[network.reach(over.reverse(), np.flatnonzero(is_unknown))] = False
    return pa.table({"part_id": over.ids, "own_wan": own, "total_wan": total, "is_complete": is_complete})


@dataclass(frozen=True, eq=False)
class _Wanted:
    """Products asked for: node number, number of the root, quantity; one entry per line of the roots table."""

    start: network.Rows
    root: network.Rows
    quantity: Matrix

    def where(self, is_kept: NDArray[np.bool_]) -> _Wanted:
        return _Wanted(self.start[is_kept], self.root[is_kept], self.quantity[is_kept])


class _Order:
    """The links of an acyclic graph with its nodes put in the order of their levels."""

    def __init__(self, over: network.Graph) -> None:
        level = network.levels(over)
        self.node = np.argsort(level, kind="stable")
        self.place = np.empty_like(self.node)
        self.place[self.node] = np.arange(len(self.node))
        self.bounds = np.concatenate([[0], np.cumsum(np.bincount(level))]) if len(level) else np.zeros(1, np.int64)
        self.links = over.matrix()[self.node][:, self.node].tocsr()

    def explode(self, wanted: _Wanted, *, size: int) -> Matrix:
        """Quantities, parts × roots: x = (I − Aᵀ)⁻¹ Aᵀ r, so that a root's own quantity is never in it."""
        from scipy import sparse

        count = len(self.node)
        products = (wanted.quantity, (self.place[wanted.start], wanted.root))
        into = self.links.T.tocsr()
        need = (into @ sparse.coo_array(products, shape=(count, size)).tocsr()).toarray()
        for first, last in zip(self.bounds[1:-1], self.bounds[2:], strict=True):
            need[first:last] += into[first:last] @ need
        if not np.isfinite(need).all():
            raise Overflow("the exploded quantity is beyond what a number can hold")
        return np.asarray(need[self.place])

    def roll_up(self, own: Matrix) -> Matrix:
        """Own value of every node plus that of everything in it."""
        total = own[self.node].astype(np.float64)
        for first, last in reversed(list(zip(self.bounds[:-2], self.bounds[1:-1], strict=True))):
            total[first:last] += self.links[first:last] @ total
        return np.asarray(total[self.place])


def _with_lines(
    bom: object, other: object, *, name: str, columns: Sequence[engines.Column], key: str
) -> list[pa.Table]:
    """The lines and the other table, their part ids of one type."""
    return engines.agree(
        {
            "bom": (engines.arrow(bom, name="bom", columns=BOM), ["parent_id", "child_id"]),
            name: (engines.arrow(other, name=name, columns=columns), [key]),
        }
    )


def _rows(over: network.Graph, block: Matrix, wanted: _Wanted) -> tuple[network.Rows, network.Rows]:
    """(root, part) of every row of the answer, sorted. With positive quantities only, what is reached is not 0."""
    if not len(over.weights) or (over.weights.min() > 0 and wanted.quantity.min() > 0):
        cells = np.flatnonzero(block.T)  # of the copy root by root: several times faster than asking in two dimensions
        return cells // len(over), cells % len(over)
    pairs = [
        (one, network.reach(over, network.below(over, wanted.start[wanted.root == one])))
        for one in np.unique(wanted.root)
    ]
    root = np.concatenate([np.full(len(parts), one, dtype=np.int64) for one, parts in pairs])
    return root, np.concatenate([parts for _, parts in pairs])


def _result(root_ids: pa.Array, part_ids: pa.Array, found: list[tuple[network.Rows, network.Rows, Matrix]]) -> pa.Table:
    empty = [(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0))]
    rows, parts, quantity = (np.concatenate(column) for column in zip(*(found or empty), strict=True))
    return pa.table(
        {
            "root_id": root_ids.take(pa.array(rows)),
            "part_id": part_ids.take(pa.array(parts)),
            "quantity": quantity,
        }
    )
