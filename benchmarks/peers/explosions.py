"""Exploding a bill of materials with DuckDB, SciPy and networkx."""

from __future__ import annotations

from collections import defaultdict

import duckdb
import networkx as nx
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from scipy import sparse

# Grouped inside the recursion, so that a shared part goes down once a level and not once a path.
RECURSION = """
WITH RECURSIVE level AS (
    SELECT r.root_id, b.child_id AS part_id, sum(r.quantity * b.quantity) AS quantity
    FROM roots r JOIN bom b ON b.parent_id = r.product_id GROUP BY ALL
    UNION ALL
    SELECT l.root_id, b.child_id, sum(l.quantity * b.quantity)
    FROM level l JOIN bom b ON b.parent_id = l.part_id GROUP BY ALL
)
SELECT root_id, part_id, sum(quantity) AS quantity FROM level GROUP BY ALL ORDER BY root_id, part_id
"""


def loaded_duckdb(bom: pa.Table, roots: pa.Table) -> duckdb.DuckDBPyConnection:
    """DuckDB with the tables in its own format already: loading is not timed. All its threads are its own."""
    connection = duckdb.connect()
    for name, table in (("bom", bom), ("roots", roots)):
        connection.register(f"given_{name}", table)
        connection.execute(f"CREATE TABLE {name} AS SELECT * FROM given_{name}")
    return connection


def by_duckdb(connection: duckdb.DuckDBPyConnection) -> pa.Table:
    return connection.sql(RECURSION).to_arrow_table()


def by_scipy(bom: pa.Table, roots: pa.Table) -> pa.Table:
    """Sparse matrix products level by level: N + N² + … until nothing is left."""
    ids = pc.unique(pa.chunked_array([*bom["parent_id"].chunks, *bom["child_id"].chunks, *roots["product_id"].chunks]))
    ids = ids.take(pc.sort_indices(ids))
    parent, child, product = (
        pc.index_in(column, value_set=ids).to_numpy()
        for column in (bom["parent_id"], bom["child_id"], roots["product_id"])
    )
    root_ids = pc.unique(roots["root_id"])
    root_ids = root_ids.take(pc.sort_indices(root_ids))
    root = pc.index_in(roots["root_id"], value_set=root_ids).to_numpy()
    size = len(ids)
    lines = sparse.csr_array((bom["quantity"].to_numpy(), (parent, child)), shape=(size, size))
    start = sparse.csr_array((roots["quantity"].to_numpy(), (root, product)), shape=(len(root_ids), size))
    level = start @ lines
    total = level
    while level.nnz:
        level = level @ lines
        total = total + level
    total.sort_indices()
    rows = np.repeat(np.arange(len(root_ids)), np.diff(total.indptr))
    return pa.table(
        {"root_id": root_ids.take(pa.array(rows)), "part_id": ids.take(pa.array(total.indices)), "quantity": total.data}
    )


def by_networkx(bom: pa.Table, roots: pa.Table) -> pa.Table:
    """Parents first over a graph of Python objects, each part once, its quantities by root in a dictionary."""
    graph = nx.DiGraph()
    for parent, child, quantity in zip(*(bom[name].to_pylist() for name in bom.column_names), strict=True):
        before = graph.get_edge_data(parent, child, {"quantity": 0.0})["quantity"]
        graph.add_edge(parent, child, quantity=before + quantity)
    made: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for root, product, quantity in zip(*(roots[name].to_pylist() for name in roots.column_names), strict=True):
        made[product][root] += quantity
    need: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for part in nx.topological_sort(graph):
        wanted = dict(need[part])
        for root, quantity in made.get(part, {}).items():
            wanted[root] = wanted.get(root, 0.0) + quantity
        if wanted:
            for child, line in graph[part].items():
                into = need[child]
                for root, quantity in wanted.items():
                    into[root] += quantity * line["quantity"]
    rows = sorted((root, part, quantity) for part, by_root in need.items() for root, quantity in by_root.items())
    return pa.table({name: [row[i] for row in rows] for i, name in enumerate(("root_id", "part_id", "quantity"))})


def rolled_by_scipy(bom: pa.Table, costs: pa.Table) -> pa.Table:
    """Cost of every part with all that is in it: c + A·c + A·(A·c) + … until nothing is left."""
    ids = pc.unique(pa.chunked_array([*bom["parent_id"].chunks, *bom["child_id"].chunks, *costs["part_id"].chunks]))
    ids = ids.take(pc.sort_indices(ids))
    parent, child, priced = (
        pc.index_in(column, value_set=ids).to_numpy()
        for column in (bom["parent_id"], bom["child_id"], costs["part_id"])
    )
    lines = sparse.csr_array((bom["quantity"].to_numpy(), (parent, child)), shape=(len(ids), len(ids)))
    level = np.bincount(priced, weights=costs["cost_wan"].to_numpy(), minlength=len(ids))
    total = level.copy()
    while level.any():
        level = lines @ level
        total += level
    return pa.table({"part_id": ids, "total_wan": total})


def rolled_by_networkx(bom: pa.Table, costs: pa.Table) -> pa.Table:
    """Children first over a graph of Python objects."""
    graph = nx.DiGraph()
    for parent, child, quantity in zip(*(bom[name].to_pylist() for name in bom.column_names), strict=True):
        before = graph.get_edge_data(parent, child, {"quantity": 0.0})["quantity"]
        graph.add_edge(parent, child, quantity=before + quantity)
    total = dict(zip(costs["part_id"].to_pylist(), costs["cost_wan"].to_pylist(), strict=True))
    for part in reversed(list(nx.topological_sort(graph))):
        inside = (line["quantity"] * total[child] for child, line in graph[part].items())
        total[part] = total.get(part, 0.0) + sum(inside)
    rows = sorted(total.items())
    return pa.table({"part_id": [row[0] for row in rows], "total_wan": [row[1] for row in rows]})
