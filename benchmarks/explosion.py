"""Exploding a bill of materials, and rolling up: python -m benchmarks.explosion [size …]"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from benchmarks import measure, workload
from benchmarks.peers import explosions
from chainlab import teardown

REPETITIONS = 5
PACKAGES = ("duckdb", "networkx", "numpy", "pyarrow", "scipy")
# A graph of Python objects is left out where it would only make everybody wait.
SLOW_ABOVE_LINES = 200_000


def main(sizes: list[str]) -> int:
    cases = {}
    for name in sizes or list(workload.SIZES):
        size = workload.SIZES[name]
        tables = workload.teardown(size)
        bom, roots, costs = tables["bom"], tables["roots"], workload.costs(tables["bom"])
        about = f"{size.anchors} anchors, {bom.num_rows} lines, workload {workload.digest(tables)}"
        cases[name] = {
            "about": about,
            "ways": measure.compare(ways(bom, roots), repetitions=REPETITIONS, check=same("root_id", "part_id")),
        }
        cases[f"{name}, rolled up"] = {
            "about": about,
            "ways": measure.compare(rolled(bom, costs), repetitions=REPETITIONS, check=same("part_id")),
        }
    order = [case for name in workload.SIZES for case in (name, f"{name}, rolled up")]
    measure.report("explosion", {"machine": measure.machine(PACKAGES), "cases": cases}, order=order)
    return 0


def ways(bom: pa.Table, roots: pa.Table) -> dict[str, Callable[[], Any]]:
    """DuckDB has its tables loaded before the clock starts; the second way of ours has read its bill as well."""
    connection, bill = explosions.loaded_duckdb(bom, roots), teardown.Bill(bom)
    found: dict[str, Callable[[], Any]] = {
        "chainlab": lambda: teardown.explode(bom, roots),
        "chainlab, bill read beforehand": lambda: teardown.explode(bill, roots),
        "SciPy per level": lambda: explosions.by_scipy(bom, roots),
        "DuckDB recursive, grouped": lambda: explosions.by_duckdb(connection),
    }
    if bom.num_rows <= SLOW_ABOVE_LINES:
        found["networkx"] = lambda: explosions.by_networkx(bom, roots)
    return found


def rolled(bom: pa.Table, costs: pa.Table) -> dict[str, Callable[[], Any]]:
    """Cost of every part with everything in it, by the adjoint pass: nothing is exploded."""
    found: dict[str, Callable[[], Any]] = {
        "chainlab": lambda: teardown.roll_up(bom, costs),
        "SciPy per level": lambda: explosions.rolled_by_scipy(bom, costs),
    }
    if bom.num_rows <= SLOW_ABOVE_LINES:
        found["networkx"] = lambda: explosions.rolled_by_networkx(bom, costs)
    return found


def same(*keys: str) -> Callable[[Mapping[str, pa.Table]], dict[str, dict[str, Any]]]:
    """All have the same rows in the same order; figures to the last digits a sum can lose."""

    def check(answers: Mapping[str, pa.Table]) -> dict[str, dict[str, Any]]:
        ours = answers["chainlab"]
        figure = next(name for name in ("quantity", "total_wan") if name in ours.column_names)
        for name, found in answers.items():
            _refuse_other_rows(name, found, ours, keys)
            if not np.allclose(found[figure].to_numpy(), ours[figure].to_numpy(), rtol=1e-9, atol=0):
                raise SystemExit(f"{name}: other figures than chainlab")
        return {name: {"rows": found.num_rows} for name, found in answers.items()}

    return check


def _refuse_other_rows(name: str, found: pa.Table, ours: pa.Table, keys: Sequence[str]) -> None:
    for column in keys:
        if not found[column].combine_chunks().equals(ours[column].combine_chunks()):
            raise SystemExit(f"{name}: other rows in {column} than chainlab")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
