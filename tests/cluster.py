"""Coverage on a real Spark cluster gives the rows DuckDB gives: python -m tests.cluster

Runs in the environment of `requirements-cluster.lock`, which has no pytest: one driver and two worker processes of one
core each on this machine (`local-cluster`). Prints what was compared and ends with 1 at the first difference.
"""

import math
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa
import pyspark
from pyarrow import parquet
from pyspark.sql import SparkSession

from chainlab import coverage
from tests.chainlab import slow_coverage

HOME = ("3702",)
TIERS = coverage.Tiers(city=("3702",), ring=("3706", "3707"), province=("37",))


def main() -> int:
    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    # The workers must run the interpreter of this environment, not whatever is on PATH.
    os.environ["PYSPARK_PYTHON"] = sys.executable
    with tempfile.TemporaryDirectory(prefix="lianzhang-cluster-") as folder:
        session = start(Path(folder))
        try:
            remote = ibis.pyspark.connect(session)
            compared = sum(compare(remote, Path(folder), seed=seed) for seed in (1, 2, 3))
        finally:
            session.stop()
    print(f"PySpark {pyspark.__version__} on local-cluster: {compared} rows of coverage equal to DuckDB's")
    return 0


def start(folder: Path) -> SparkSession:
    """A session whose files and shuffles stay in `folder`."""
    settings = {
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.local.dir": str(folder),
        "spark.sql.ansi.enabled": "true",
        "spark.sql.shuffle.partitions": "4",
        "spark.sql.warehouse.dir": str(folder / "warehouse"),
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
    }
    builder = SparkSession.builder.master("local-cluster[2,1,1024]").appName("lianzhang")
    for key, value in settings.items():
        builder = builder.config(key, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    return session


def compare(remote: Any, folder: Path, *, seed: int) -> int:
    """Rows compared: by part and by tier, for one invented set of purchases."""
    bought, firms = (pa.Table.from_pylist(rows) for rows in slow_coverage.invented(seed))
    there = [given(remote, folder, f"{name}_{seed}", table) for name, table in (("bought", bought), ("firms", firms))]
    found = pa.Table.from_pylist(coverage.expression(*there, home=HOME).to_pyarrow().to_pylist()).sort_by("part_id")
    rows = same(found.to_pylist(), coverage.by_part(bought, firms, home=HOME).to_pylist())
    [wide] = coverage.tier_expression(*there, tiers=TIERS).to_pyarrow().to_pylist()
    nouns = (("amount", "amount_wan"), ("part", "parts"), ("supplier", "suppliers"))
    lines = [{plural: wide[f"{noun}_{rank}"] for noun, plural in nouns} for rank in range(len(coverage.TIER_NAMES))]
    expected = coverage.by_tier(bought, firms, tiers=TIERS).select([plural for _, plural in nouns]).to_pylist()
    return rows + same(lines, expected)


def given(remote: Any, folder: Path, name: str, table: pa.Table) -> Any:
    """The table as Spark reads it: from the same Parquet a snapshot is made of."""
    path = folder / f"{name}.parquet"
    parquet.write_table(table, path)
    return remote.read_parquet(path, table_name=name)


def same(found: list[dict[str, Any]], expected: list[dict[str, Any]]) -> int:
    if len(found) != len(expected):
        raise SystemExit(f"Spark has {len(found)} rows, DuckDB {len(expected)}")
    for row, wanted in zip(found, expected, strict=True):
        for name, value in wanted.items():
            if not equal(row[name], value):
                raise SystemExit(f"{name}: Spark says {row[name]!r}, DuckDB {value!r}, in {wanted}")
    return len(found)


def equal(one: Any, other: Any) -> bool:
    """Equal, up to the order in which an engine adds."""
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=1e-12)
    return bool(one == other)


if __name__ == "__main__":
    sys.exit(main())
