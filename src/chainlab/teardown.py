"""Explode products into parts: every part once, quantities and money.

X = (I − A)⁻¹ − I on the rows of the roots (Leontief inverse; Vazsonyi's gozinto problem), A the quantities of one
level. Solved parents first, level by level, so a part shared by many assemblies is summed before it is passed on, and
never walked once per path. A cycle within reach of the roots raises `network.CycleFound` and is never followed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from chainlab import alternatives, engines, network

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Matrix = NDArray[np.float64]

BOM = (
    engines.Column(name="parent_id"),
    engines.Column(name="child_id"),
    engines.Column(name="quantity", kind=engines.Kind.NUMBER, minimum=0),
    *alternatives.COLUMNS,
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
FEW_LEVELS = 24


class Overflow(ValueError):
    """Quantities multiply beyond what a number can hold, which no real product does."""


class Bill:
    """A bill of materials read once, to be exploded more than once: checked, its ids numbered, its parts in order.

    bom: parent_id, child_id, quantity of the child in one parent (lines given twice add), and optional
    alternative_group, share (`alternatives`): lines of a parent that stand in for each other count once together.
    Raises engines.BadTable.
    """

    def __init__(self, bom: object) -> None:
        lines = engines.arrow(bom, name="bom", columns=BOM)
        [lines] = engines.agree({"bom": (lines, ["parent_id", "child_id"])})
        self.graph = network.graph(lines["parent_id"], lines["child_id"], alternatives.quantities(lines, name="bom"))

    @cached_property
    def _order(self) -> _Order:
        return _Order(self.graph)

    def reached(self, nodes: network.Rows) -> tuple[_Order, network.Rows]:
        """What `nodes` lead to, in order, and their numbers in it; a cycle elsewhere does no harm."""
        found = network.reach(self.graph, nodes)
        if len(found) == len(self.graph):
            return self._order, nodes
        return _Order(self.graph.part(found)), np.searchsorted(found, nodes)


def explode(bom: object, roots: object) -> pa.Table:
    """How much of every part the products of each root need.

    bom: parent_id, child_id, quantity of the child in one parent (lines given twice add), optional alternative_group
    and share (`alternatives`); or a Bill.
    roots: root_id, product_id, quantity (several products of one root add).
    Returns root_id, part_id, quantity, sorted by root and part. A product is not a row of its own, only as a part of
    another product; a product without lines gives no rows; a line of quantity 0 gives a row of quantity 0.
    Raises network.CycleFound (only for cycles the roots reach) and engines.BadTable.
    """
    bill = bom if isinstance(bom, Bill) else Bill(bom)
    given = engines.arrow(roots, name="roots", columns=ROOTS)
    known = pa.table({"part_id": bill.graph.ids})
    _, given = engines.agree({"bom": (known, ["part_id"]), "roots": (given, ["product_id"])})
    root_ids, (root,) = network.numbered(given["root_id"])
    start = bill.graph.rows(given["product_id"])
    wanted = _Wanted(start=start, root=root, quantity=np.asarray(given["quantity"], dtype=np.float64))
    wanted = wanted.where(start >= 0)  # a product that no line mentions needs nothing
    order, start = bill.reached(wanted.start)
    wanted = replace(wanted, start=start)
    width = max(1, BLOCK_CELLS // max(1, len(order.node)))
    found = [_result(root_ids[:0], order.over.ids, _NO_ROWS)]
    for first in range(0, len(root_ids), width):
        here = wanted.where((wanted.root >= first) & (wanted.root < first + width))
        if len(here.root):
            rows = order.explode(replace(here, root=here.root - first), size=min(width, len(root_ids) - first))
            found.append(_result(root_ids[first:], order.over.ids, rows))
    return pa.concat_tables(found)


def roll_up(bom: object, costs: object) -> pa.Table:
    """What one unit of every part costs with everything in it: y = c + A·y, children before parents.

    bom: as for `explode`.
    costs: part_id, cost_wan of the part itself, without its children (rows given twice add; null = unknown).
    Returns part_id, own_wan, total_wan, is_complete, sorted. An assembly without a cost row adds nothing of its own;
    a part without children and without a cost is unknown: it adds nothing, and `is_complete` is false for it and for
    everything it goes into.
    """
    lines, priced = engines.agree(
        {
            "bom": (engines.arrow(bom, name="bom", columns=BOM), ["parent_id", "child_id"]),
            "costs": (engines.arrow(costs, name="costs", columns=COSTS), ["part_id"]),
        }
    )
    quantity = alternatives.quantities(lines, name="bom")
    over = network.graph(lines["parent_id"], lines["child_id"], quantity, also=priced["part_id"])
    row = over.rows(priced["part_id"])
    price = np.asarray(priced["cost_wan"].fill_null(np.nan), dtype=np.float64)
    own = np.bincount(row, weights=np.nan_to_num(price), minlength=len(over)).astype(np.float64)
    has_price = np.zeros(len(over), dtype=bool)
    has_price[row] = True
    is_unknown = ~has_price & (np.diff(over.start) == 0)
    is_unknown[row[np.isnan(price)]] = True
    rolled = _rolled_flat(over, own, is_unknown)
    if rolled is None:
        is_complete = np.ones(len(over), dtype=bool)
        is_complete[network.reach(over.reverse(), np.flatnonzero(is_unknown))] = False
        rolled = _Order(over).roll_up(own), is_complete
    total, is_complete = rolled
    if not np.isfinite(total).all():
        raise Overflow("the rolled-up cost is beyond what a number can hold")
    return pa.table({"part_id": over.ids, "own_wan": own, "total_wan": total, "is_complete": is_complete})


def _rolled_flat(over: network.Graph, own: Matrix, is_unknown: NDArray[np.bool_]) -> tuple[Matrix, Any] | None:
    """c + A·c + A·(A·c) + … and what is complete, for a bill of few levels; None where it has more, or a cycle.

    A pass over all links a level is quicker than putting the parts in order, as long as levels are few.
    """
    links = over.matrix()
    steps = links.copy()
    steps.data = np.ones(len(links.data))  # a link of quantity 0 is one
    total, level = own.copy(), own
    is_incomplete, is_deeper = is_unknown.copy(), np.diff(over.start) > 0
    for _ in range(FEW_LEVELS):
        if not is_deeper.any():
            return total, ~is_incomplete
        level = links @ level
        total += level
        if is_unknown.any():
            is_incomplete |= (steps @ is_incomplete.astype(np.float64)) > 0
        is_deeper = (steps @ is_deeper.astype(np.float64)) > 0
    return None


@dataclass(frozen=True, eq=False)
class _Wanted:
    """Products asked for: node number, number of the root, quantity; one entry per line of the roots table."""

    start: network.Rows
    root: network.Rows
    quantity: Matrix

    def where(self, is_kept: NDArray[np.bool_]) -> _Wanted:
        return _Wanted(self.start[is_kept], self.root[is_kept], self.quantity[is_kept])


@dataclass(frozen=True, eq=False)
class _Found:
    """Rows of the answer, sorted by root and part: number of the root, of the part, quantity."""

    root: NDArray[np.integer[Any]]
    part: NDArray[np.integer[Any]]
    quantity: Matrix


_NO_ROWS = _Found(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0))


class _Order:
    """An acyclic graph with its nodes put in the order of their levels, so that a level is a run of rows."""

    def __init__(self, over: network.Graph) -> None:
        level = network.levels(over)
        self.over = over
        self.node = np.argsort(level, kind="stable")
        self.place = np.empty_like(self.node)
        self.place[self.node] = np.arange(len(self.node))
        self.bounds = np.concatenate([[0], np.cumsum(np.bincount(level))]) if len(level) else np.zeros(1, np.int64)

    def _by_level(self, links: Any) -> Any:
        """A matrix of links with both its sides in the order of the levels."""
        found = links.tocsr()[self.node]
        found.indices = self.place[found.indices].astype(found.indices.dtype)
        return found

    def explode(self, wanted: _Wanted, *, size: int) -> _Found:
        """What the roots 0 … size need: x = (I − Aᵀ)⁻¹ Aᵀ r, so that a root's own quantity is never in it.

        Solved in a dense block, parts in level order × roots: a row is added to another in one stride.
        """
        from scipy import sparse

        products = (wanted.quantity, (self.place[wanted.start], wanted.root))
        need = (self.into @ sparse.coo_array(products, shape=(len(self.node), size)).tocsr()).toarray()
        for first, last in zip(self.bounds[1:-1], self.bounds[2:], strict=True):
            need[first:last] += self.into[first:last] @ need
        found = self._positive(need) if self._is_positive(wanted) else self._reached(need, wanted)
        if not np.isfinite(found.quantity).all():
            raise Overflow("the exploded quantity is beyond what a number can hold")
        return found

    @cached_property
    def into(self) -> Any:
        """By part, the quantities that go into its parents."""
        return self._by_level(self.over.matrix().T)

    def _is_positive(self, wanted: _Wanted) -> bool:
        """Whether no quantity is 0: then what is reached is not 0 either."""
        weights = self.over.weights
        return not len(weights) or bool(weights.min() > 0 and wanted.quantity.min(initial=1.0) > 0)

    def _positive(self, need: Matrix) -> _Found:
        """The cells that are not 0, turned to root by root by SciPy's counting sort."""
        from scipy import sparse

        count, size = need.shape
        flat = need.ravel()
        cells = np.flatnonzero(flat != 0)
        part = cells // max(1, size)
        starts = np.append(0, np.cumsum(np.bincount(part, minlength=count)))
        rows = sparse.csr_array((flat[cells], cells - part * size, starts), shape=need.shape)[self.place].T.tocsr()
        return _Found(np.repeat(np.arange(size), np.diff(rows.indptr)), rows.indices, rows.data)

    def _reached(self, need: Matrix, wanted: _Wanted) -> _Found:
        """What the links lead to, whatever the quantity."""
        pairs = [
            (one, network.reach(self.over, network.below(self.over, wanted.start[wanted.root == one])))
            for one in np.unique(wanted.root)
        ]
        root = np.concatenate([np.full(len(parts), one, dtype=np.int64) for one, parts in pairs])
        part = np.concatenate([parts for _, parts in pairs])
        return _Found(root, part, need[self.place[part], root])

    def roll_up(self, own: Matrix) -> Matrix:
        """Own value of every node plus that of everything in it."""
        links = self._by_level(self.over.matrix())
        total = own[self.node].astype(np.float64)
        for first, last in reversed(list(zip(self.bounds[:-2], self.bounds[1:-1], strict=True))):
            total[first:last] += links[first:last] @ total
        return np.asarray(total[self.place])


def _result(root_ids: pa.Array, part_ids: pa.Array, rows: _Found) -> pa.Table:
    return pa.table(
        {
            "root_id": root_ids.take(pa.array(rows.root)),
            "part_id": part_ids.take(pa.array(rows.part)),
            "quantity": rows.quantity,
        }
    )
