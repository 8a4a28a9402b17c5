"""Running `lianzhang …` in tests as a person runs it."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

# What the suite sets for itself and a person's shell does not have.
OURS = ("DJANGO_SETTINGS_MODULE", "DATABASE_URL", "LIANZHANG_HOME", "PORT")


@dataclass(frozen=True)
class Outcome:
    """How a command ended: its exit code, what it printed, what it complained of."""

    code: int
    out: str
    err: str


class Command:
    """Runs commands in `folder`, with an empty home in it; one that takes longer than `seconds` is given up."""

    def __init__(self, folder: Path, *, sources: Path, seconds: float = 120) -> None:
        self.folder = folder
        self.seconds = seconds
        self.home = folder / "home"
        kept = {name: value for name, value in os.environ.items() if name not in OURS}
        self.environment = {**kept, "PYTHONPATH": str(sources), "LIANZHANG_HOME": str(self.home)}

    def __call__(self, *arguments: str | Path, **environment: str) -> Outcome:
        done = subprocess.run(
            self.line(*arguments),
            cwd=self.folder,
            env={**self.environment, **environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=self.seconds,
        )
        return Outcome(done.returncode, done.stdout, done.stderr)

    def line(self, *arguments: str | Path) -> list[str]:
        """The command line itself, for a test that starts the program and watches it."""
        return [sys.executable, "-m", "lianzhang.cli", *(str(argument) for argument in arguments)]
