"""Set up `.venv` on a fresh machine: the installer, the locked packages, the project, the front end.

Runs on the machine's own Python (3.11 or newer) with nothing installed, as root or not. Each stage keeps a stamp of
what it was made from inside `.venv`, so a second run costs a few milliseconds and a changed lock or source redoes only
what it must.

    python3 scripts/setup.py              what `make run` needs
    python3 scripts/setup.py --dev        and what `make test` needs
    python3 scripts/setup.py --cluster    and a second environment with PySpark (2 GB)
"""

import argparse
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from scripts import node  # noqa: E402 - the path above makes it importable from anywhere

TOOLS = ROOT / ".uv"
UV = TOOLS / "bin" / "uv"
VENV = ROOT / ".venv"
CLUSTER_VENV = ROOT / ".cache" / "cluster-venv"
TOOLS_LOCK = ROOT / "scripts" / "locks" / "tools.lock"
FRONTEND = ROOT / "frontend"
BUNDLE = ROOT / "src" / "lianzhang" / "web" / "static" / "bundle"
OLDEST_PYTHON = (3, 11)


class SetupFailed(Exception):
    """What went wrong and what the person at the keyboard can do about it."""


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dev", action="store_true", help="also what the tests need")
    parser.add_argument("--cluster", action="store_true", help="also an environment with PySpark")
    options = parser.parse_args(arguments)
    if sys.version_info < OLDEST_PYTHON:
        return complain(
            f"Python {sys.version.split()[0]} is too old: 3.11 or newer is needed (PYTHON=python3.12 make …)"
        )
    try:
        with one_at_a_time():
            set_up(dev=options.dev, cluster=options.cluster)
    except SetupFailed as failure:
        return complain(str(failure))
    return 0


def complain(message: str) -> int:
    print(f"setup: {message}", file=sys.stderr)
    return 1


class one_at_a_time:  # noqa: N801 - reads as a statement
    """Two makes started together must not install into one folder at once."""

    def __enter__(self) -> None:
        (ROOT / ".cache").mkdir(exist_ok=True)
        self.file = (ROOT / ".cache" / "setup.lock").open("w")
        fcntl.flock(self.file, fcntl.LOCK_EX)

    def __exit__(self, *_: object) -> None:
        self.file.close()


def set_up(*, dev: bool, cluster: bool) -> None:
    """Every stage in order; each is skipped where its stamp is current."""
    stage("installer", [TOOLS_LOCK], install_tools, stamps=TOOLS)
    stage("environment", [TOOLS_LOCK], make_environment, stamps=VENV)
    lock = ROOT / "requirements.lock"
    # Compiled at once: eleven seconds here, two on every start where the service may not write into `.venv`.
    stage("packages", [lock], lambda: install(lock, "--compile-bytecode"))
    stage("project", [ROOT / "pyproject.toml", TOOLS_LOCK], install_project)
    stage("byte code", (ROOT / "src").rglob("*.py"), compile_project)
    if dev:
        dev_lock = ROOT / "requirements-dev.lock"
        stage("test packages", [lock, dev_lock], lambda: install(dev_lock))
    if (FRONTEND / "package.json").exists():
        stage("front end", frontend_sources(), build_frontend, product=BUNDLE / "manifest.json")
    if cluster:
        stage("cluster packages", [ROOT / "requirements-cluster.lock"], install_cluster, stamps=CLUSTER_VENV)


def stage(
    title: str, sources: Iterable[Path], make: Callable[[], None], *, stamps: Path = VENV, product: Path | None = None
) -> None:
    """Run `make` unless it already ran on exactly these sources; a lost product counts as never made."""
    stamp = stamps / f".made-{title.replace(' ', '-')}"
    digest = digest_of(sources)
    if stamp.exists() and stamp.read_text() == digest and (product is None or product.exists()):
        return
    print(f"setup: {title} …", flush=True)
    started = time.monotonic()
    make()
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(digest)
    print(f"setup: {title} ({time.monotonic() - started:.1f} s)", flush=True)


def digest_of(sources: Iterable[Path]) -> str:
    """One digest over the names and the contents of `sources`, and over where the checkout and its Python lie."""
    digest = hashlib.sha256(f"{ROOT} {sys.version}".encode())
    for path in sorted(sources):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(ROOT)} {len(content)}\n".encode() + content)
    return digest.hexdigest()


def run(*command: str | Path, cwd: Path = ROOT, environment: dict[str, str] | None = None) -> None:
    """Run a command, showing what it said only when it failed."""
    done = subprocess.run(  # noqa: PLW1510
        [str(part) for part in command],
        cwd=cwd,
        env={**os.environ, **(environment or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if done.returncode:
        told = done.stdout.strip()
        raise SetupFailed(f"this command failed ({done.returncode}): {' '.join(map(str, command))}\n{told}")


# --- stages -----------------------------------------------------------------------------------------------------------


def install_tools() -> None:
    """The installer and the build backend, by hash, into a folder of their own.

    `--target` leaves the machine's Python as it was, so Debian's "externally managed" guard has nothing to refuse.
    """
    shutil.rmtree(TOOLS, ignore_errors=True)
    install = ["install", "--quiet", "--disable-pip-version-check", "--require-hashes", "--target", str(TOOLS)]
    if has_pip():
        run(sys.executable, "-m", "pip", *install, "--no-warn-script-location", "-r", TOOLS_LOCK)
    elif uv := shutil.which("uv"):
        run(uv, "pip", "install", "--quiet", "--require-hashes", "--target", TOOLS, "-r", TOOLS_LOCK)
    else:
        raise SetupFailed("neither pip nor uv is on this machine; install one: apt-get install python3-pip")


def has_pip() -> bool:
    return subprocess.run([sys.executable, "-m", "pip", "--version"], capture_output=True, check=False).returncode == 0


def make_environment() -> None:
    """An empty `.venv` on the Python that runs this script, never on one downloaded."""
    uv("venv", "--quiet", "--clear", "--python", sys.executable, VENV)


def install(lock: Path, *options: str) -> None:
    """Everything in `lock`, each file checked against its hash."""
    uv("pip", "install", "--quiet", "--python", VENV, *options, "--require-hashes", "-r", lock)


def install_project() -> None:
    """The two packages in place and the `lianzhang` command; the backend comes from the tools, pinned by hash."""
    uv(
        "pip", "install", "--quiet", "--python", VENV, "--no-deps", "--no-build-isolation", "--editable", ROOT,
        environment={"PYTHONPATH": str(TOOLS)},
    )  # fmt: skip


def compile_project() -> None:
    """Our own modules, once: six processes start, and where Python is told to write no byte code
    (PYTHONDONTWRITEBYTECODE, a checkout of another user) each would compile them all again."""
    run(VENV / "bin" / "python", "-m", "compileall", "-q", "-j", "0", ROOT / "src")


def install_cluster() -> None:
    """PySpark and what the analysis library needs, apart from `.venv`: 2 GB that only one test uses."""
    uv("venv", "--quiet", "--clear", "--python", sys.executable, CLUSTER_VENV)
    uv(
        "pip", "install", "--quiet", "--python", CLUSTER_VENV,
        "--require-hashes", "-r", ROOT / "requirements-cluster.lock",
    )  # fmt: skip


def uv(*arguments: str | Path, environment: dict[str, str] | None = None) -> None:
    """The pinned installer, looking where this machine's pip looks."""
    run(UV, *arguments, environment={"UV_PYTHON_DOWNLOADS": "never", **package_index(), **(environment or {})})


def package_index() -> dict[str, str]:
    """The package index that pip is configured with: an intranet mirror is set once per machine, for pip."""
    if "UV_DEFAULT_INDEX" in os.environ or not has_pip():
        return {}
    asked = [sys.executable, "-m", "pip", "config", "get", "global.index-url"]
    told = subprocess.run(asked, capture_output=True, text=True, check=False)
    return {"UV_DEFAULT_INDEX": told.stdout.strip()} if told.returncode == 0 and told.stdout.strip() else {}


def frontend_sources() -> list[Path]:
    """Every file the bundle is built from."""
    passed_over = {"node_modules", "dist"}
    found = []
    for folder, names, files in os.walk(FRONTEND):
        names[:] = [name for name in names if name not in passed_over]
        found += [Path(folder) / file for file in files]
    return found


def build_frontend() -> None:
    """`npm ci` when the package list changed, then the bundle."""
    environment = {"PATH": node.search_path(install=install_node), "CI": "true"}
    npm = shutil.which("npm", path=environment["PATH"])
    if npm is None:
        raise SetupFailed("npm is missing; install nodejs (20.19 or newer) and npm")
    packages = hashlib.sha256((FRONTEND / "package-lock.json").read_bytes()).hexdigest()
    stamp = FRONTEND / "node_modules" / ".made-from"
    if not stamp.exists() or stamp.read_text() != packages:
        run(npm, "ci", "--no-audit", "--no-fund", cwd=FRONTEND, environment=environment)
        stamp.write_text(packages)
    run(npm, "run", "build", cwd=FRONTEND, environment=environment)


def install_node(target: Path) -> None:
    """Node from the Python package index, by hash, for a machine whose own is missing or too old."""
    lock = ROOT / "scripts" / "locks" / "node.lock"
    uv("pip", "install", "--quiet", "--python", VENV, "--require-hashes", "--target", target, "-r", lock)


if __name__ == "__main__":
    sys.exit(main())
