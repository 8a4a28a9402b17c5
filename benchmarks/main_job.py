"""The main job, end to end as processes: a workbook of 100,000 purchases in, a target list as a workbook out.

python -m benchmarks.main_job [repetitions [case …]]

Ours is the command `lianzhang targets`, with its gate, its reading child and every check of the workbook; the peers are
frozen scripts that trust it (`peers/main_job_*.py`). Run with the peers' interpreter; ours is the product's own
(`.venv`). Everybody starts from nothing: starting Python and importing is part of the job. Three workbooks: where the
choice is easy reading and checking decide, and a script that trusts its input is done sooner; where few parts make most
of the amount, and where many parts matter, the solver does.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from benchmarks import measure, workbook

ROOT = Path(__file__).resolve().parents[1]
PURCHASES = 100_000
SPREADS = {
    "100,000 purchases, choosing is easy": 0.0,
    "100,000 purchases, a few parts make most of it": 0.05,
    "100,000 purchases, many parts matter": 0.1,
}
SECONDS = 60
HOME, CATEGORIES, SUPPLIERS, ANCHORS = "3702", 10, 22, 2
PACKAGES = ("highspy", "networkx", "openpyxl", "pandas", "polars", "pulp", "python-calamine", "scipy", "xlsxwriter")


def main(arguments: list[str]) -> int:
    repetitions = int(arguments[0]) if arguments else 3
    cases = {}
    with tempfile.TemporaryDirectory() as folder:
        for name in arguments[1:] or list(SPREADS):
            given = Path(folder) / "teardown.xlsx"
            digest = workbook.write(given, purchases=PURCHASES, spread=SPREADS[name])
            cases[name] = _case(given, Path(folder), repetitions=repetitions, digest=digest)
    measure.report("main_job", {"machine": measure.machine(PACKAGES), "cases": cases}, order=SPREADS)
    return 0


def _case(given: Path, folder: Path, *, repetitions: int, digest: str) -> dict[str, Any]:
    strong, ordinary = (_script(name, given, folder) for name in ("strong", "ordinary"))
    ways = {"chainlab": lambda: _ours(given, folder), "calamine, polars, SciPy, highspy": strong}
    return {
        "about": (
            f"{PURCHASES} purchases, {workbook.FIRMS} firms, {workbook.PARTS} parts; {CATEGORIES} categories, "
            f"{SUPPLIERS} suppliers, {ANCHORS} anchors; workbook {digest}"
        ),
        "ways": {
            **measure.compare(ways, repetitions=repetitions, check=same),
            **measure.compare(
                {"of chainlab's, the scan alone": lambda: _scan(given)}, repetitions=repetitions, check=_ok
            ),
            # Slow enough to be timed once, beside a run of ours for its answer.
            **_once("pandas, openpyxl, networkx, PuLP", ordinary, ways["chainlab"]()),
        },
    }


def _ours(given: Path, folder: Path) -> dict[str, Any]:
    limits = ["--categories", CATEGORIES, "--suppliers", SUPPLIERS, "--min-anchors", ANCHORS, "--seconds", SECONDS]
    command = [ROOT / ".venv/bin/lianzhang", "targets", given, "--home", HOME, *limits]
    return _run([*command, "--out", folder / "ours.xlsx", "--json"])


def _scan(given: Path) -> str:
    """What is looked at before anything is parsed, in a process of its own; a script that trusts its input does not."""
    source = "import sys; from chainlab.sheets import gate; print(gate.inspect(sys.argv[1]).is_accepted)"
    command = [ROOT / ".venv/bin/python", "-c", source, given]
    return subprocess.run([str(one) for one in command], capture_output=True, check=True, text=True).stdout.strip()


def _ok(answers: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    if set(answers.values()) != {"True"}:
        raise SystemExit("the scan refuses the workbook")
    return {}


def _script(name: str, given: Path, folder: Path) -> Callable[[], dict[str, Any]]:
    script = ROOT / "benchmarks" / "peers" / f"main_job_{name}.py"
    rest = [given, folder / f"{name}.xlsx", HOME, CATEGORIES, SUPPLIERS, ANCHORS, SECONDS]
    return lambda: _run([sys.executable, script, *rest])


def _run(command: list[Any]) -> dict[str, Any]:
    done = subprocess.run([str(one) for one in command], capture_output=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _once(name: str, way: Callable[[], Any], ours: Mapping[str, Any]) -> dict[str, Any]:
    return measure.over(
        [{name: way}],
        check=lambda _, answers: {name: same({"chainlab": ours, **answers})[name]},
        summary=lambda notes: notes[0],
    )


def same(answers: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The same share bought at home; whoever proves the best covers as much; nobody covers more."""
    ours = answers["chainlab"]
    notes = {}
    for name, found in answers.items():
        if abs(found["local_ratio_before"] - ours["local_ratio_before"]) > 1e-9:
            raise SystemExit(f"{name}: another local share than chainlab")
        difference = found["objective_wan"] - ours["objective_wan"]
        slack = 1e-6 * ours["objective_wan"]
        if difference > slack or (found["is_proven"] and ours["is_proven"] and abs(difference) > slack):
            raise SystemExit(f"{name} covers {found['objective_wan']}, chainlab {ours['objective_wan']}")
        notes[name] = {
            "covered_wan": round(found["objective_wan"], 2),
            "ended": "proven" if found["is_proven"] else "time limit",
        }
    return notes


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
