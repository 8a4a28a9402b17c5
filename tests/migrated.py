"""A migrated home and a migrated database, made once for all processes and runs that stand on the same migrations.

Eighty migrations take ten seconds of a processor. `lianzhang migrate` runs them all, on an empty home and an empty
PostgreSQL, whenever one of their files has changed (on a fresh checkout: once each); who needs a database takes a copy.
"""

import fcntl
import hashlib
import importlib
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import django
from django.db import connection
from django.db.backends.sqlite3.base import Database
from django.db.migrations.loader import MigrationLoader

from tests.command import Command

ROOT = Path(__file__).resolve().parents[1]
KEPT = ROOT / ".cache" / "migrated"


def home() -> Path:
    """A home on which `lianzhang migrate` ran, and nothing else: to be copied, never to be written to."""
    made = KEPT / digest()
    with _one_at_a_time():
        if not made.exists():
            _forget_old()
            with tempfile.TemporaryDirectory(prefix="lianzhang-migrated-") as folder:
                fresh = Command(Path(folder), sources=ROOT / "src", seconds=600)
                _migrate(fresh)
                shutil.copytree(fresh.home, made)
    return made


def fill(name: str) -> Database.Connection:
    """Put the migrated database into the one in memory of this `name`, which lives as long as a connection does."""
    target = Database.connect(name, uri=True)
    source = Database.connect(home() / "lianzhang.sqlite3")
    source.backup(target)
    source.close()
    return target


def template() -> str:
    """The migrated database of this PostgreSQL, of which it makes copies in a moment."""
    name = f"lianzhang_migrated_{digest()[:16]}"
    with _one_at_a_time(), connection._nodb_cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        if cursor.fetchone() is None:
            making = f"{name}_{os.getpid()}"
            cursor.execute(f'CREATE DATABASE "{making}"')
            with tempfile.TemporaryDirectory(prefix="lianzhang-migrated-") as folder:
                address = urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{making}"))
                _migrate(Command(Path(folder), sources=ROOT / "src", seconds=600), DATABASE_URL=address)
            cursor.execute(f'ALTER DATABASE "{making}" RENAME TO "{name}"')  # whole, or not there
    return name


def digest() -> str:
    """One digest over every migration there is and over what runs it."""
    found = hashlib.sha256(f"{django.VERSION} {Database.sqlite_version} {sys.version}".encode())
    for key, migration in sorted(MigrationLoader(None).disk_migrations.items()):
        file = importlib.import_module(migration.__module__).__file__
        found.update(f"{key}".encode() + Path(str(file)).read_bytes())
    return found.hexdigest()


def _forget_old() -> None:
    """Homes of migrations that are no more; one of today may be in the middle of being copied."""
    for old in KEPT.glob("*"):
        if time.time() - old.stat().st_mtime > 24 * 3600:
            shutil.rmtree(old, ignore_errors=True)


def _migrate(command: Command, **environment: str) -> None:
    done = command("migrate", **environment)
    assert done.code == 0, done.err


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    KEPT.parent.mkdir(exist_ok=True)
    with (KEPT.parent / "migrated.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


if __name__ == "__main__":  # `make test` has it made before the tests, beside something else
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lianzhang.config.settings_test")
    django.setup()
    home()
