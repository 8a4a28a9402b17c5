"""Exploding a bill of materials beside DuckDB, SciPy and networkx: python -m benchmarks.explosion [size …]"""

from __future__ import annotations

import sys
from collections.abc import Mapping
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
    for name in sizes or ["town", "city"]:
        size = workload.SIZES[name]
        tables = workload.teardown(size)
        bom, roots = tables["bom"], tables["roots"]
        connection = explosions.loaded_duckdb(bom, roots)
        ways = {
            "chainlab": lambda bom=bom, roots=roots: teardown.explode(bom, roots),
            "SciPy per level": lambda bom=bom, roots=roots: explosions.by_scipy(bom, roots),
            "DuckDB recursive, grouped": lambda connection=connection: explosions.by_duckdb(connection),
        }
        if bom.num_rows <= SLOW_ABOVE_LINES:
            ways["networkx"] = lambda bom=bom, roots=roots: explosions.by_networkx(bom, roots)
        cases[name] = {
            "about": f"{size.anchors} anchors, {bom.num_rows} lines, workload {workload.digest(tables)}",
            "ways": measure.compare(ways, repetitions=REPETITIONS, check=same),
        }
    measure.report("explosion", {"machine": measure.machine(PACKAGES), "cases": cases})
    return 0


def same(answers: Mapping[str, pa.Table]) -> dict[str, dict[str, Any]]:
    """All have the same rows in the same order; quantities to the last digits a sum can lose."""
    ours = answers["chainlab"]
    for name, found in answers.items():
        for column in ("root_id", "part_id"):
            if not found[column].combine_chunks().equals(ours[column].combine_chunks()):
                raise SystemExit(f"{name}: other rows in {column} than chainlab")
        if not np.allclose(found["quantity"].to_numpy(), ours["quantity"].to_numpy(), rtol=1e-9, atol=0):
            raise SystemExit(f"{name}: other quantities than chainlab")
    return {name: {"rows": found.num_rows} for name, found in answers.items()}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
