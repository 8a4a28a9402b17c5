"""Run what must pass, step by step, each with its seconds; every step runs even when one before it failed.

python scripts/suite.py full      everything: `make test`
python scripts/suite.py fast      lint, types and the quick tests on SQLite; its last line says that it is no full pass
python scripts/suite.py nightly   everything, with the long property tests, a million probes and the soak
"""

import os
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from scripts import machine, messages, node, postgres, setup, wheel  # noqa: E402 - the path above

Step = tuple[str, Callable[["Run"], None]]
CODE = [folder for folder in ("src", "tests", "scripts", "benchmarks") if (ROOT / folder).exists()]
BIN = ROOT / ".venv" / "bin"
NOT_HERE = "not browser and not cluster"
# One type checker, like one browser, leaves half of a small machine idle: these are run one after another beside it.
# Journeys, which wait for what they see, have the machine to themselves.
TYPES, POSTGRES, PAGES = "types", "tests on PostgreSQL", "pages in a browser"
BESIDE = {
    TYPES: ("directions of import", "words on screen", "front end", "what the tests copy"),
    POSTGRES: ("coverage",),
    PAGES: ("wheel", "cluster equality"),
}
# What a night may spend and a commit may not.
NIGHT = {"HYPOTHESIS_PROFILE": "nightly", "LIANZHANG_PROBES": "1000000", "LIANZHANG_SOAK_SECONDS": "1800",
         "LIANZHANG_CITY_SHARE": "1"}  # fmt: skip


class Failed(Exception):
    """A step did not pass; the reason is already printed or is the message."""


@dataclass
class Run:
    """One run of the suite: which kind, what it exports to its steps, and how each step went."""

    kind: str
    environment: dict[str, str] = field(default_factory=dict)
    results: list[tuple[str, float, str]] = field(default_factory=list)
    output: IO[str] | None = None  # the reader's screen

    def step(self, title: str, work: Callable[["Run"], None]) -> None:
        print(f"\n── {title} ──", file=self.output, flush=True)
        started = time.monotonic()
        try:
            work(self)
            problem = ""
        except (Failed, machine.Missing, setup.SetupFailed) as failure:
            problem = str(failure) or "failed"
        except Exception as failure:  # noqa: BLE001 - a broken step must not hide the ones after it
            traceback.print_exc(file=self.output)
            problem = repr(failure)
        seconds = time.monotonic() - started
        self.results.append((title, seconds, problem))
        print(
            f"── {title}: {'FAILED ' + problem if problem else 'passed'} in {seconds:.1f} s",
            file=self.output,
            flush=True,
        )

    def command(self, *command: str | Path, **environment: str) -> None:
        """Run a command in front of the reader; raises Failed where it did."""
        words = [str(part) for part in command]
        done = subprocess.run(
            words,
            cwd=ROOT,
            env={**os.environ, **self.environment, **environment},
            stdin=subprocess.DEVNULL,
            stdout=self.output,
            stderr=subprocess.STDOUT if self.output else None,
            check=False,
        )
        if done.returncode:
            raise Failed(f"({done.returncode}) {' '.join(words[:4])} …")

    def pytest(self, *arguments: str, **environment: str) -> None:
        # `--durations`: a suite that must stay under twenty minutes shows what it spends them on.
        self.command(BIN / "python", "-m", "pytest", "--durations=8", *arguments, **environment)


def main(arguments: list[str]) -> int:
    kind = arguments[0] if arguments else "full"
    if kind not in {"full", "fast", "nightly"}:
        print(f"unknown suite {kind!r}: full, fast or nightly", file=sys.stderr)
        return 2
    run = Run(kind, {"PYTHONDONTWRITEBYTECODE": "1", **(NIGHT if kind == "nightly" else {})})
    started = time.monotonic()
    wanted = dict(steps(kind))
    aside = {
        title: [(other, wanted.pop(other)) for other in others if other in wanted] for title, others in BESIDE.items()
    }
    for title, work in wanted.items():
        with beside(run, aside.get(title, [])):
            run.step(title, work)
    return report(run, seconds=time.monotonic() - started)


@contextmanager
def beside(run: Run, steps: Iterable[Step]) -> Iterator[None]:
    """Run `steps` one after another meanwhile; what they say is shown when they are done."""
    with tempfile.TemporaryFile("w+", encoding="utf-8") as said:
        other = replace(run, output=said)  # its results and what it exports are those of `run`
        lane = threading.Thread(target=lambda: [other.step(*step) for step in steps])
        lane.start()
        try:
            yield
        finally:
            lane.join()
            said.seek(0)
            print(said.read(), end="", flush=True)


def steps(kind: str) -> list[Step]:
    """The steps of one kind of run, cheapest first."""
    quick: list[Step] = [
        ("style", check_style),
        (TYPES, check_types),
        ("directions of import", check_imports),
        ("words on screen", check_messages),
        ("what the tests copy", prepare),
    ]
    if kind == "fast":
        return [*quick, ("quick tests on SQLite", run_quick_tests)]
    return [
        *quick,
        ("front end", check_frontend),
        ("tests on SQLite", run_on_sqlite),
        ("coverage", check_coverage),
        (POSTGRES, run_on_postgres),
        (PAGES, run_pages),
        ("wheel", check_wheel),
        ("cluster equality", run_on_cluster),
        ("browser journeys", run_journeys),
    ]


def report(run: Run, *, seconds: float) -> int:
    """The table of steps, and one last line that says what this run was worth and how long it took."""
    print(
        "\n"
        + "\n".join(f"{spent:8.1f} s  {'FAILED' if bad else 'passed'}  {title}" for title, spent, bad in run.results)
    )
    failed = [title for title, _, problem in run.results if problem]
    verdict = f"FAILED: {', '.join(failed)}" if failed else "passed"
    if run.kind == "fast":
        print(f"make test-fast {verdict} in {seconds:.0f} s. This is NOT a full pass: make test is.")
    else:
        print(f"{'make nightly' if run.kind == 'nightly' else 'make test'} {verdict} in {seconds:.0f} s.")
    return 1 if failed else 0


# --- steps ------------------------------------------------------------------------------------------------------------


def check_style(run: Run) -> None:
    run.command(BIN / "ruff", "check", *CODE)
    run.command(BIN / "ruff", "format", "--check", "--quiet", *CODE)


def check_types(run: Run) -> None:
    run.command(BIN / "mypy")


def check_imports(run: Run) -> None:
    run.command(BIN / "lint-imports")


def check_messages(_: Run) -> None:
    complaints = messages.complaints(ROOT)
    if complaints:
        raise Failed("\n  " + "\n  ".join(complaints))


def check_frontend(run: Run) -> None:
    """Types of the scripts; the bundle itself was built by the set-up, from these very sources."""
    path = node.search_path(install=setup.install_node)
    run.command("npm", "--prefix", "frontend", "run", "check", PATH=path)
    if not (setup.BUNDLE / "manifest.json").exists():
        raise Failed("the front end has no bundle")


def prepare(run: Run) -> None:
    """The migrated home, and the byte code of the tests: both processes of the step that needs them first would wait
    for the one and make the other twice, while coverage counts."""
    with tempfile.TemporaryDirectory(prefix="lianzhang-prepare-") as folder:
        run.command(BIN / "python", "-m", "tests.migrated", LIANZHANG_HOME=folder, DATABASE_URL="")
    collect = [BIN / "python", "-m", "pytest", "-q", "--collect-only"]
    environment = {**os.environ, **run.environment, "PYTHONDONTWRITEBYTECODE": ""}
    done = subprocess.run(collect, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Failed(done.stdout[-3000:] + done.stderr[-3000:])


def run_quick_tests(run: Run) -> None:
    run.pytest("-n", "2", "-m", f"{NOT_HERE} and not slow and not postgres")


def run_on_sqlite(run: Run) -> None:
    run.environment["LIANZHANG_SOFFICE"] = machine.find(machine.LIBREOFFICE)
    run.pytest("-n", "2", "-m", f"{NOT_HERE} and not postgres", "--cov", "--cov-report=", DATABASE_URL="")


def check_coverage(run: Run) -> None:
    run.command(BIN / "coverage", "json", "-q", "-o", ".cache/coverage.json")
    run.command(BIN / "python", "-m", "scripts.floors", ".cache/coverage.json")


def run_on_postgres(run: Run) -> None:
    with postgres.database_url() as url:
        run.pytest("-n", "2", "-m", f"{NOT_HERE} and not sqlite", DATABASE_URL=url)


def run_pages(run: Run) -> None:
    """Pages drawn by the test server. The journeys drive a browser of their own, and one process cannot hold two of
    Playwright's loops."""
    chromium = machine.find(machine.CHROMIUM)
    journeys = ROOT / "tests" / "journeys"
    run.pytest("-m", "browser", f"--ignore={journeys}", LIANZHANG_CHROMIUM=chromium, DATABASE_URL="")


def run_journeys(run: Run) -> None:
    """Through the running workbench, on the example city that the wheel has loaded; else they load it themselves."""
    journeys = ROOT / "tests" / "journeys"
    run.pytest("-m", "browser", str(journeys), LIANZHANG_CHROMIUM=machine.find(machine.CHROMIUM), DATABASE_URL="")


def run_on_cluster(run: Run) -> None:
    """The analysis on PySpark, in an environment of its own: 2 GB that nothing else needs."""
    setup.main(["--cluster"])
    java = Path(machine.find(machine.JAVA)).resolve()
    python = setup.CLUSTER_VENV / "bin" / "python"
    with postgres.database_url() as url:
        run.command(python, "-m", "tests.cluster", JAVA_HOME=str(java.parents[1]), DATABASE_URL=url, PYTHONPATH="src")


def check_wheel(run: Run) -> None:
    run.environment["LIANZHANG_JOURNEY_HOME"] = str(wheel.check(run.command))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
