"""Invented industrial chains of stated sizes: one seeded generator for every benchmark; its digest is printed.

Sizes are Pareto, parts are shared between assemblies, lines skip levels, so that a part is reached on many paths and at
several depths, which is what makes an explosion hard.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
import pyarrow as pa


@dataclass(frozen=True, kw_only=True)
class Size:
    """Anchors, parts and roughly how many lines of a bill of materials."""

    anchors: int
    parts: int
    lines: int
    levels: int = 9


SIZES = {
    "town": Size(anchors=10, parts=2_000, lines=10_000),
    "city": Size(anchors=50, parts=20_000, lines=98_000),
    "province": Size(anchors=300, parts=200_000, lines=1_000_000),
}


def teardown(size: Size, *, seed: int = 20261123) -> dict[str, pa.Table]:
    """bom and roots: each anchor makes two products of level 0."""
    draw = np.random.default_rng(seed)
    level = np.sort(np.concatenate([np.zeros(2 * size.anchors, int), draw.integers(1, size.levels, size.parts)]))
    first = np.searchsorted(level, np.arange(size.levels + 1))
    count = len(level)
    # Every part but the products goes into something one level up; the other lines fall where they may, popular parts
    # more often, at most three levels down.
    child = np.arange(first[1], count)
    above = level[child] - 1
    parent = first[above] + (draw.random(len(child)) * (first[above + 1] - first[above])).astype(int)
    extra = size.lines - len(child)
    below = draw.integers(0, first[size.levels - 1], extra)
    depth = np.minimum(level[below] + draw.integers(1, 4, extra), size.levels - 1)
    favourite = np.minimum(draw.pareto(1.1, extra) / 50, 0.999999)
    other = first[depth] + (favourite * (first[depth + 1] - first[depth])).astype(int)
    names = np.array([f"LJ-{number:07}" for number in draw.permutation(count)])
    bom = pa.table(
        {
            "parent_id": names[np.concatenate([parent, below])],
            "child_id": names[np.concatenate([child, other])],
            "quantity": draw.integers(1, 5, len(child) + extra).astype(float),
        }
    )
    roots = pa.table(
        {
            "root_id": [f"QY-{number // 2:04}" for number in range(2 * size.anchors)],
            "product_id": names[: 2 * size.anchors],
            "quantity": draw.integers(1, 100, 2 * size.anchors).astype(float),
        }
    )
    return {"bom": bom, "roots": roots}


def costs(bom: pa.Table, *, seed: int = 20261123) -> pa.Table:
    """A cost of its own for every part."""
    parts = sorted({*bom["parent_id"].to_pylist(), *bom["child_id"].to_pylist()})
    return pa.table({"part_id": parts, "cost_wan": np.random.default_rng(seed).random(len(parts))})


def targets(
    *,
    candidates: int,
    needs: int,
    anchors: int = 12,
    categories: int = 20,
    offered: tuple[int, int] = (3, 10),
    capacities: bool,
    seed: int = 20261123,
) -> dict[str, pa.Table]:
    """demand (needs rows) and offers (three to nine parts a candidate, or as many as said, some with a capacity)."""
    draw = np.random.default_rng(seed + candidates)
    parts = max(3, needs // 3)
    part = draw.integers(0, parts, needs)
    demand = pa.table(
        {
            "anchor_id": [f"QY-{number:02}" for number in draw.integers(0, anchors, needs)],
            "part_id": [f"LJ-{number:05}" for number in part],
            "category_id": [f"LB-{number % categories:02}" for number in part],
            "amount_wan": np.round(draw.pareto(1.5, needs) * 100 + 1, 2),
        }
    )
    each = draw.integers(*offered, candidates)
    supplier = np.repeat(np.arange(candidates), each)
    capacity = draw.integers(50, 2000, candidates).astype(float)
    is_limited = (draw.random(candidates) < 0.5) & capacities
    offers = pa.table(
        {
            "supplier_id": [f"PT-{number:05}" for number in supplier],
            "part_id": [f"LJ-{number:05}" for number in draw.integers(0, parts, len(supplier))],
            "capacity_wan": pa.array(capacity[supplier], mask=~is_limited[supplier]),
        }
    )
    return {"demand": demand, "offers": offers}


def digest(tables: dict[str, pa.Table]) -> str:
    """What every engine was given, in twelve digits."""
    found = hashlib.sha256()
    for name, table in sorted(tables.items()):
        found.update(name.encode())
        for column in table.columns:
            found.update(repr(column.to_pylist()).encode())
    return found.hexdigest()[:12]
