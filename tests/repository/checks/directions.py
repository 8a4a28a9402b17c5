"""Which package may import which: the contracts of `pyproject.toml`, run on any tree."""

import os
import subprocess
import sys
from pathlib import Path


def check_directions(root: Path, *, config: Path | None = None) -> list[str]:
    """The contracts that do not hold for the packages below `root/src`; empty when all do."""
    told = subprocess.run(
        [
            str(Path(sys.executable).with_name("lint-imports")),
            "--config",
            str(config or root / "pyproject.toml"),
            "--no-cache",
        ],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root / "src")},
        capture_output=True,
        text=True,
        check=False,
    )
    if told.returncode == 0:
        return []
    broken = [line for line in told.stdout.splitlines() if line.endswith(" BROKEN")]
    detail = told.stdout[told.stdout.find("Broken contracts") :] if broken else told.stdout[-500:] + told.stderr[-500:]
    return [*broken, detail]
