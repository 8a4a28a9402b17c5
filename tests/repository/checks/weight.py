"""The web process stays light: what takes a second to import is imported inside background work."""

import subprocess
import sys
from pathlib import Path

HEAVY = ("pandas", "polars", "scipy", "sklearn", "highspy", "duckdb", "ibis", "numba", "pyspark", "networkx")
# As granian does, and then everything a first request would pull in.
WEB = """
import lianzhang.config.wsgi
from django.urls import get_resolver
def walk(patterns):
    for pattern in patterns:
        walk(getattr(pattern, "url_patterns", ()))
walk(get_resolver().url_patterns)
"""


def check_weight(root: Path, *, statements: str = WEB) -> list[str]:
    """Heavy libraries that a process has loaded after `statements`."""
    tell = f"\nimport sys\nprint(' '.join(n for n in {HEAVY!r} if n in sys.modules))"
    told = subprocess.run(
        [sys.executable, "-c", statements + tell], cwd=root, capture_output=True, text=True, check=False
    )
    if told.returncode:
        return [told.stderr[-800:]]
    return [f"{name} is loaded in the web process" for name in told.stdout.split()]
