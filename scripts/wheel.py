"""Build the wheel and try it as an installed user would: a fresh environment, no Node, no checkout on the path."""

import os
import shutil
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from scripts import setup  # noqa: E402 - the path above makes it importable from anywhere

OUTPUT = ROOT / "dist"
TRIAL = ROOT / ".cache" / "wheel-trial"
EXAMPLE = ROOT / ".cache" / "example-home"
# An installed user has no Node and no msgfmt: what they would build must be inside.
MUST_CARRY = (
    "lianzhang/web/static/bundle/manifest.json",
    "lianzhang/locale/en/LC_MESSAGES/django.mo",
    "chainlab/py.typed",
)


def build() -> Path:
    """A wheel in `dist/`, made by the pinned backend; its path."""
    shutil.rmtree(OUTPUT, ignore_errors=True)
    setup.uv(
        "build", "--quiet", "--wheel", "--no-build-isolation", "--python", setup.VENV, "--out-dir", OUTPUT, ROOT,
        environment={"PYTHONPATH": str(setup.TOOLS)},
    )  # fmt: skip
    return next(OUTPUT.glob("*.whl"))


def missing(wheel: Path, wanted: tuple[str, ...] = MUST_CARRY) -> list[str]:
    """Files a user needs that the wheel does not carry."""
    with zipfile.ZipFile(wheel) as archive:
        carried = set(archive.namelist())
    return [name for name in wanted if name not in carried]


def check(command: Callable[..., None]) -> Path:
    """Build, look inside, install, start it and load the example city; the home that holds it.

    `command` runs a command and raises where it failed.
    """
    wheel = build()
    if lost := missing(wheel):
        raise setup.SetupFailed(f"{wheel.name} does not carry {', '.join(lost)}")
    setup.uv("venv", "--quiet", "--clear", "--python", sys.executable, TRIAL)
    lock = ROOT / "requirements.lock"
    setup.uv("pip", "install", "--quiet", "--python", TRIAL, "--require-hashes", "-r", lock)
    setup.uv("pip", "install", "--quiet", "--python", TRIAL, "--no-deps", wheel)
    home = TRIAL / "home"
    command(TRIAL / "bin" / "lianzhang", "version", LIANZHANG_HOME=str(home), PYTHONPATH="")
    command(TRIAL / "bin" / "lianzhang", "demo", "--load-only", LIANZHANG_HOME=str(home), PYTHONPATH="")
    shutil.rmtree(EXAMPLE, ignore_errors=True)
    shutil.move(home, EXAMPLE)
    shutil.rmtree(TRIAL, ignore_errors=True)
    return EXAMPLE


if __name__ == "__main__":
    print(os.fspath(build()))
