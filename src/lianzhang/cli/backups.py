"""`backup` and `restore`: a copy that is whole while the system runs, and the proof that it comes back.

A backup is a folder: MANIFEST.json (version, digests, the end of the trail), the database, and the files of the home
with its keys. Whoever holds it holds everything; it is written readable by its owner only.

The order matters. Checkpoints are copied before the database, so that none speaks of an event the copy lacks; evidence
after it, because a file is stored before the row that names it.
"""

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import lianzhang
from lianzhang.cli import databases, framework, preparation

MANIFEST = "MANIFEST.json"
FILES = "files-of-home"
CHECKPOINTS = "checkpoints"
# Of one run, or made anew: heartbeats, the lock, the database itself (copied by its own means), caches.
PASSED_OVER = ("*.beat", "serving.lock", "lianzhang.sqlite3*", "cache", "run")


class Unsound(Exception):
    """A backup that cannot be trusted, or a place that must not be restored into; the message says why."""


def backup(options: argparse.Namespace) -> int:
    """Write a backup into a new folder, while the system runs."""
    framework.start()
    try:
        manifest = write(options.folder)
    except (Unsound, databases.Failed) as fault:
        print(fault, file=sys.stderr)
        return 1
    print(f"{options.folder}: {len(manifest['digests'])} files, trail up to event {manifest['trail']['seq']}")
    return 0


def restore(options: argparse.Namespace) -> int:
    """Bring a backup into an empty home (or, as a drill, into one that is thrown away) and verify it."""
    try:
        check(options.folder)
        if options.drill:
            return _drill(options.folder)
        bring_back(options.folder, home=Path(os.environ.get("LIANZHANG_HOME") or ".data").resolve())
        lines = verify(options.folder)
    except (Unsound, databases.Failed) as fault:
        print(fault, file=sys.stderr)
        return 1
    print("\n".join(lines))
    return 0


# --- writing ----------------------------------------------------------------------------------------------------------


def write(folder: Path) -> dict[str, Any]:
    """The backup as a new folder; returns its manifest. A folder half written is never left behind."""
    from django.conf import settings
    from django.utils import timezone

    from lianzhang.trail import checkpoints

    if folder.exists():
        raise Unsound(f"{folder} exists already; a backup wants a folder of its own")
    if not databases.is_there():
        raise Unsound(f"{settings.LIANZHANG_HOME} holds no installation yet: nothing to back up")
    checkpoints.write(directories=settings.TRAIL_CHECKPOINT_DIRS, at=timezone.now())
    partial = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.resolve().parent))  # 0700
    try:
        home = Path(settings.LIANZHANG_HOME)
        _copy(home / CHECKPOINTS, partial / FILES / CHECKPOINTS)
        end = trail_end()
        name = databases.dump(partial)
        _copy(home, partial / FILES, but=(*PASSED_OVER, CHECKPOINTS))
        manifest = {
            "version": lianzhang.__version__,
            "made_at": timezone.now().isoformat(),
            "database": name,
            "trail": end,
            "digests": {path: digest(partial / path) for path in _names(partial)},
        }
        (partial / MANIFEST).write_text(json.dumps(manifest, indent=2), encoding="utf-8")
        partial.rename(folder)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    return manifest


def trail_end() -> dict[str, Any]:
    """The newest event: what a restored trail must still contain."""
    from lianzhang.trail.models import Event

    last = Event.objects.order_by("-seq").values("seq", "mac").first()
    return dict(last) if last else {"seq": 0, "mac": ""}


def _copy(source: Path, target: Path, *, but: tuple[str, ...] = ()) -> None:
    if source.exists():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns(*but), dirs_exist_ok=True)


def _names(folder: Path) -> Iterator[str]:
    return (path.relative_to(folder).as_posix() for path in sorted(folder.rglob("*")) if path.is_file())


def digest(path: Path) -> str:
    """SHA-256 of a file, read in pieces."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


# --- reading ----------------------------------------------------------------------------------------------------------


def check(folder: Path) -> Mapping[str, Any]:
    """The manifest of a backup whose every file is there and unchanged; Unsound names the first that is not."""
    if not (folder / MANIFEST).is_file():
        raise Unsound(f"{folder} is no backup: it has no {MANIFEST}")
    manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    for name, expected in manifest["digests"].items():
        if not (folder / name).is_file():
            raise Unsound(f"{folder}: {name} is missing")
        if digest(folder / name) != expected:
            raise Unsound(f"{folder}: {name} is not what was backed up")
    return manifest


def bring_back(folder: Path, *, home: Path) -> None:
    """Copy files and database into an empty home; nothing of an installation in use is ever overwritten."""
    if home.exists() and any(home.iterdir()):
        raise Unsound(f"{home} is not empty; set LIANZHANG_HOME to a new folder")
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        _copy(folder / FILES, home)
        home.chmod(0o700)
        databases.load(folder / json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["database"], home=home)
    except BaseException:
        # Half a home would be refused at the next attempt, when the database has been put right.
        for path in home.iterdir():
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        raise


def verify(folder: Path) -> list[str]:
    """What was found sound in the restored installation, one line each; Unsound where something is not."""
    framework.start()
    from django.conf import settings

    from lianzhang.trail import checkpoints, keys, verification
    from lianzhang.trail.models import Event

    manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    databases.check_integrity()
    known = checkpoints.read(Path(settings.LIANZHANG_HOME) / CHECKPOINTS, public_pem=keys.public_pem())
    events = Event.objects.order_by("seq").iterator(chunk_size=2000)
    verdict = verification.verify(events, key=keys.authentication(), checkpoints=known)
    if not verdict.stands:
        raise Unsound("the restored trail does not stand:\n" + "\n".join(verdict.faults[:20]))
    end = manifest["trail"]
    if end["seq"] and not Event.objects.filter(seq=end["seq"], mac=end["mac"]).exists():
        raise Unsound(f"event {end['seq']}, the last at the time of the backup, is missing or another one")
    waiting = preparation.waiting_migrations()
    return [
        f"{len(manifest['digests'])} files as they were on {manifest['made_at']}",
        "database sound",
        f"trail stands: {verdict.event_count} events, {verdict.checkpoint_count} checkpoints",
        *(["it is of an older version: lianzhang migrate"] if waiting else []),
    ]


# --- drill ------------------------------------------------------------------------------------------------------------


def _drill(folder: Path) -> int:
    """Restore into a home that is thrown away, verify, open pages: what a backup is worth is known only so."""
    with tempfile.TemporaryDirectory(prefix="lianzhang-drill-") as spare, databases.spare() as environment:
        home = Path(spare) / "home"
        # A copy answers to no name of the installation's and leaves nothing on the auditor's share.
        own = {"LIANZHANG_HOME": str(home), "LIANZHANG_HOSTS": "localhost", "LIANZHANG_CHECKPOINT_DIRS": ""}
        surroundings = {**os.environ, **environment, **own}
        restored = subprocess.run(  # noqa: S603 - our own command
            [sys.executable, "-m", "lianzhang.cli", "restore", str(folder.resolve())], env=surroundings, check=False
        )
        if restored.returncode:
            return restored.returncode
        opened = subprocess.run([sys.executable, "-m", "lianzhang.cli.drill"], env=surroundings, check=False)
        return opened.returncode
