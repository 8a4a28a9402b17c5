"""Several ways to the same answer, run in turn: results compared first, then medians and spread, with the machine."""

from __future__ import annotations

import atexit
import importlib.metadata
import json
import os
import platform
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results"


def settle() -> None:
    """Before Django is imported: its settings, and a home for this run alone unless one was named."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lianzhang.config.settings")
    if "LIANZHANG_HOME" not in os.environ:
        os.environ["LIANZHANG_HOME"] = home = tempfile.mkdtemp(prefix="lianzhang-bench-")
        atexit.register(shutil.rmtree, home, ignore_errors=True)


def compare(
    ways: Mapping[str, Callable[[], Any]], *, repetitions: int, check: Callable[[Mapping[str, Any]], Mapping[str, Any]]
) -> dict[str, Any]:
    """Run each way once and `check` the answers (it raises, or returns what to note of each); then time them in turn.

    In turn (a, b, c, a, b, c …), so that whatever else this machine does falls on all of them alike.
    """
    notes = check({name: way() for name, way in ways.items()})
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(repetitions):
        for name, way in ways.items():
            begun = time.perf_counter()
            way()
            seconds[name].append(time.perf_counter() - begun)
    return {name: {**_spread(found), **notes.get(name, {})} for name, found in seconds.items()}


def over(
    questions: Iterable[Mapping[str, Callable[[], Any]]],
    *,
    check: Callable[[int, Mapping[str, Any]], Mapping[str, Mapping[str, Any]]],
    summary: Callable[[list[Mapping[str, Any]]], Mapping[str, Any]],
) -> dict[str, Any]:
    """Each way once on every question, in turn; `check` looks at the answers to a question, before any time is told.

    For questions that differ in how hard they are: the spread is that of the questions.
    """
    seconds: dict[str, list[float]] = {}
    notes: dict[str, list[Mapping[str, Any]]] = {}
    for number, ways in enumerate(questions):
        answers = {}
        for name, way in ways.items():
            begun = time.perf_counter()
            answers[name] = way()
            seconds.setdefault(name, []).append(time.perf_counter() - begun)
        for name, note in check(number, answers).items():
            notes.setdefault(name, []).append(note)
    return {name: {**_spread(found), **summary(notes[name])} for name, found in seconds.items()}


def _spread(seconds: list[float]) -> dict[str, Any]:
    return {
        "median_s": round(statistics.median(seconds), 4),
        "fastest_s": round(min(seconds), 4),
        "slowest_s": round(max(seconds), 4),
        "repetitions": len(seconds),
    }


def machine(packages: Iterable[str]) -> dict[str, Any]:
    """What it ran on. Only ratios within one run mean anything."""
    return {
        "cores": os.cpu_count(),
        "architecture": platform.machine(),
        "python": platform.python_version(),
        "packages": {name: importlib.metadata.version(name) for name in packages},
    }


def report(name: str, results: Mapping[str, Any], *, order: Iterable[str]) -> None:
    """Print a table for each case and keep everything as JSON; cases of an earlier run that were not asked stay."""
    load = round(os.getloadavg()[1], 1)  # of what else this machine does: an idle one shows what is measured itself
    for case, ways in results["cases"].items():
        ways["load"] = load
        print(f"\n{case}  {ways['about']}; load {load}")
        for way, found in ways["ways"].items():
            rest = {key: value for key, value in found.items() if not key.endswith("_s") and key != "repetitions"}
            spread = f"({found['fastest_s']:.3f}–{found['slowest_s']:.3f})"
            print(f"  {way:<28}{found['median_s']:>9.3f} s {spread:<18} {rest or ''}")
    RESULTS.mkdir(exist_ok=True)
    order = list(order)
    kept = RESULTS / f"{name}.json"
    before = json.loads(kept.read_text(encoding="utf-8"))["cases"] if kept.exists() else {}
    known = {case: found for case, found in before.items() if case in order}
    cases = {case: {**known, **results["cases"]}[case] for case in order if case in {**known, **results["cases"]}}
    text = json.dumps({**results, "cases": cases}, ensure_ascii=False, indent=1)
    kept.write_text(text + "\n", encoding="utf-8")
