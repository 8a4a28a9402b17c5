"""A chain as a directed graph: cycle check, what is reached downstream, where a part is used.

Sources: strongly connected components and breadth-first search from SciPy's csgraph (compiled, linear in the links).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from chainlab import engines

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Rows = NDArray[np.int64]


class CycleFound(ValueError):
    """Parts that contain each other, so nothing can be summed over them.

    members: the ids of one strongly connected component, in order; a part containing itself is the only member.
    """

    def __init__(self, members: Iterable[Any]) -> None:
        self.members: tuple[Any, ...] = tuple(members)
        shown = " → ".join(str(member) for member in self.members[:20]) + (" …" if len(self.members) > 20 else "")
        self.message_zh = f"物料清单有循环（共 {len(self.members)} 个编号互相包含）：{shown}"
        self.message_en = f"the bill of materials has a cycle of {len(self.members)} ids: {shown}"
        super().__init__(self.message_en)


@dataclass(frozen=True, eq=False)
class Graph:
    """Nodes sorted by id, links in CSR form: `weights[start[i]:start[i+1]]` belong to the links out of node i."""

    ids: pa.Array
    start: Rows
    target: Rows
    weights: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.ids)

    def rows(self, ids: pa.ChunkedArray | pa.Array) -> Rows:
        """Node numbers of `ids`; -1 for an id the graph does not know."""
        return np.asarray(pc.fill_null(pc.index_in(ids, value_set=self.ids), -1), dtype=np.int64)

    def reverse(self) -> Graph:
        """The same graph with every link turned round."""
        turned = self.matrix().T.tocsr()
        return Graph(self.ids, turned.indptr.astype(np.int64), turned.indices.astype(np.int64), turned.data)

    def matrix(self) -> Any:
        """The links as a SciPy CSR array (a link of weight 0 stays a link)."""
        from scipy import sparse

        size = len(self)
        return sparse.csr_array((self.weights, self.target, self.start), shape=(size, size))

    def part(self, nodes: Rows) -> Graph:
        """The graph among `nodes` only (sorted node numbers)."""
        kept = self.matrix()[nodes][:, nodes].tocsr()
        return Graph(
            self.ids.take(pa.array(nodes)), kept.indptr.astype(np.int64), kept.indices.astype(np.int64), kept.data
        )


def graph(
    sources: pa.ChunkedArray, targets: pa.ChunkedArray, weights: pa.ChunkedArray | None = None, *, also: Any = None
) -> Graph:
    """The graph of the links source → target; weights of a link given twice add. `also`: ids that are nodes anyway."""
    from scipy import sparse

    ids, (rows, columns, *_) = numbered(sources, targets, *(() if also is None else (also,)))
    values = np.ones(len(rows)) if weights is None else np.asarray(weights, dtype=np.float64)
    links = sparse.coo_array((values, (rows, columns)), shape=(len(ids), len(ids))).tocsr()
    links.sum_duplicates()
    return Graph(ids, links.indptr.astype(np.int64), links.indices.astype(np.int64), links.data)


def numbered(*columns: pa.ChunkedArray) -> tuple[pa.Array, list[Rows]]:
    """All ids of the columns, sorted, and each column as numbers among them. Every id is hashed once and no more."""
    coded = pc.dictionary_encode(pa.chunked_array([c for column in columns for c in column.chunks], columns[0].type))
    if not coded.num_chunks:
        return pa.array([], columns[0].type), [np.empty(0, dtype=np.int64) for _ in columns]
    found = coded.chunk(coded.num_chunks - 1).dictionary  # grown chunk by chunk: the last knows them all
    order = pc.sort_indices(found)
    place = np.empty(len(order), dtype=np.int64)
    place[np.asarray(order)] = np.arange(len(order))
    code = place[np.concatenate([np.asarray(chunk.indices) for chunk in coded.chunks])]
    return found.take(order), np.split(code, np.cumsum([len(column) for column in columns])[:-1])


def reach(over: Graph, starts: Rows) -> Rows:
    """Node numbers reached from `starts` along the links, the starts included, sorted."""
    from scipy import sparse
    from scipy.sparse import csgraph

    size = len(over)
    if not len(starts):
        return np.empty(0, dtype=np.int64)
    # One extra node that leads to every start makes it a single search.
    first = np.unique(starts)
    extended = sparse.csr_array(
        (
            np.ones(len(over.target) + len(first)),
            np.concatenate([over.target, first]),
            np.append(over.start, over.start[-1] + len(first)),
        ),
        shape=(size + 1, size + 1),
    )
    found = csgraph.breadth_first_order(extended, size, return_predecessors=False)
    nodes: Rows = np.sort(found[found != size]).astype(np.int64)
    return nodes


def levels(over: Graph) -> Rows:
    """For each node the length of the longest way to it; raises CycleFound when there is none.

    Parents always stand on a lower level than their children, so a pass by level sees each node once.
    """
    waiting = np.bincount(over.target, minlength=len(over)).astype(np.int64)
    level, last = np.zeros(len(over), dtype=np.int64), np.zeros(len(over), dtype=np.int64)
    front = np.flatnonzero(waiting == 0)
    seen, depth = 0, 0
    while len(front):
        level[front] = depth
        seen, depth = seen + len(front), depth + 1
        children = _links_out(over, front)
        np.subtract.at(waiting, children, 1)
        ready = children[waiting[children] == 0]
        order = np.arange(len(ready))
        last[ready] = order  # once each, though several parents lead there
        front = ready[last[ready] == order]
    if seen < len(over):
        raise CycleFound(_first_cycle(over))
    return level


def below(over: Graph, nodes: Rows) -> Rows:
    """The nodes one link away from `nodes`, sorted."""
    return np.unique(_links_out(over, nodes))


def reachable(links: object, starts: Iterable[Any], *, is_upstream: bool = False) -> pa.Table:
    """What the parts `starts` are made of, at any depth; or, upstream, everything they go into.

    links: parent_id, child_id. Returns part_id, steps (fewest links from a start; starts have 0), sorted by id.
    Cycles do no harm here. Ids the links do not know are left out.
    """
    over, first = _graph_and_rows(links, starts)
    if is_upstream:
        over = over.reverse()
    steps = np.full(len(over), -1, dtype=np.int64)
    front, depth = np.unique(first[first >= 0]), 0
    while len(front):
        steps[front] = depth
        following = below(over, front)
        front, depth = following[steps[following] < 0], depth + 1
    found = np.flatnonzero(steps >= 0)
    return pa.table({"part_id": over.ids.take(pa.array(found)), "steps": pa.array(steps[found])})


def where_used(links: object, parts: Iterable[Any]) -> pa.Table:
    """The assemblies and products `parts` go into, at any depth: part_id, steps, without the parts themselves."""
    found = reachable(links, parts, is_upstream=True)
    return found.filter(pc.greater(found["steps"], 0))


def cycles(links: object, starts: Iterable[Any] | None = None) -> tuple[tuple[Any, ...], ...]:
    """Every group of ids that contain each other (of what `starts` reach, or of all), each sorted, in order."""
    over, first = _graph_and_rows(links, starts if starts is not None else ())
    if starts is not None:
        over = over.part(reach(over, first[first >= 0]))
    return tuple(tuple(over.ids.take(pa.array(group)).to_pylist()) for group in _cycle_groups(over))


def _graph_and_rows(links: object, starts: Iterable[Any]) -> tuple[Graph, Rows]:
    table, wanted = engines.agree(
        {
            "links": (
                engines.arrow(links, name="links", columns=engines.ids("parent_id", "child_id")),
                ["parent_id", "child_id"],
            ),
            "starts": (
                engines.arrow({"part_id": engines.each(starts)}, name="starts", columns=engines.ids("part_id")),
                ["part_id"],
            ),
        }
    )
    over = graph(table["parent_id"], table["child_id"])
    return over, over.rows(wanted["part_id"])


def _links_out(over: Graph, nodes: Rows) -> Rows:
    """The targets of all links out of `nodes`, one entry per link."""
    counts = over.start[nodes + 1] - over.start[nodes]
    offsets = np.repeat(over.start[nodes] - np.concatenate([[0], np.cumsum(counts)[:-1]]), counts)
    return over.target[offsets + np.arange(len(offsets))]


def _cycle_groups(over: Graph) -> list[Rows]:
    """Strongly connected components of two or more nodes, and nodes linked to themselves; by their first node."""
    from scipy.sparse import csgraph

    _, label = csgraph.connected_components(over.matrix(), directed=True, connection="strong")
    is_cyclic = np.bincount(label)[label] > 1
    sources = np.repeat(np.arange(len(over)), np.diff(over.start))
    is_cyclic[sources[sources == over.target]] = True
    nodes = np.flatnonzero(is_cyclic)
    by_label = nodes[np.argsort(label[nodes], kind="stable")]
    bounds = np.flatnonzero(np.diff(label[by_label])) + 1
    groups = [group for group in np.split(by_label, bounds) if len(group)]
    return sorted(groups, key=lambda group: int(group[0]))


def _first_cycle(over: Graph) -> list[Any]:
    found: list[Any] = over.ids.take(pa.array(_cycle_groups(over)[0])).to_pylist()
    return found
