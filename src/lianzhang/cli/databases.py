"""Copying, bringing back and proving a database: SQLite by its own means, PostgreSQL by its own programs."""

import os
import secrets
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

SQLITE = "database.sqlite3"
POSTGRESQL = "database.dump"


class Failed(Exception):
    """The database could not be copied, brought back or proved; the message says why."""


def dump(folder: Path) -> str:
    """A consistent copy of the live database in `folder`; the name of the file."""
    from django.db import connection

    if connection.vendor == "sqlite":
        # Never `cp`: it lost up to 455 committed rows and the copy looked valid.
        with connection.cursor() as cursor:
            cursor.execute("VACUUM INTO %s", [str(folder / SQLITE)])
        (folder / SQLITE).chmod(0o600)
        return SQLITE
    _run("pg_dump", "--format=custom", "--no-owner", f"--file={folder / POSTGRESQL}")
    (folder / POSTGRESQL).chmod(0o600)
    return POSTGRESQL


def is_there() -> bool:
    """Whether the database was ever migrated; Failed where none answers."""
    from django.db import DatabaseError, connection

    from lianzhang.trail.models import Event

    try:
        return Event._meta.db_table in connection.introspection.table_names()
    except DatabaseError as failure:
        raise Failed(f"the database does not answer: {failure}") from failure


def load(file: Path, *, home: Path) -> None:
    """Bring a copy back: SQLite into `home`, PostgreSQL into the empty database of DATABASE_URL."""
    url = os.environ.get("DATABASE_URL", "")
    if file.name == SQLITE:
        if url:
            raise Failed("this backup is of SQLite; unset DATABASE_URL")
        shutil.copy(file, home / "lianzhang.sqlite3")
        return
    if not url:
        raise Failed("this backup is of PostgreSQL; set DATABASE_URL to an empty database")
    if _run("psql", "--no-psqlrc", "--tuples-only", "--command", TABLE_COUNT).strip() != "0":
        raise Failed("the database of DATABASE_URL is not empty")
    _run(
        "pg_restore",
        "--no-owner",
        "--exit-on-error",
        "--single-transaction",
        f"--dbname={_surroundings()['PGDATABASE']}",
        str(file),
    )


TABLE_COUNT = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"


def check_integrity() -> None:
    """Raise Failed where SQLite finds a fault in its own file; PostgreSQL's restore is one transaction or nothing."""
    from django.db import connection

    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            told = cursor.execute("PRAGMA integrity_check").fetchall()
            orphans = cursor.execute("PRAGMA foreign_key_check").fetchall()
        if told != [("ok",)] or orphans:
            raise Failed(f"the database is damaged: {told[:3]} {orphans[:3]}")


@contextmanager
def spare() -> Iterator[Mapping[str, str]]:
    """What a drill's environment needs for a database of its own: nothing for SQLite, a new one for PostgreSQL."""
    url = os.environ.get("DATABASE_URL", "")
    if not url:
        yield {}
        return
    name = f"lianzhang_drill_{secrets.token_hex(4)}"
    _run("psql", "--no-psqlrc", "--command", f'CREATE DATABASE "{name}"')
    try:
        yield {"DATABASE_URL": urlunsplit(urlsplit(url)._replace(path=f"/{name}"))}
    finally:
        _run("psql", "--no-psqlrc", "--command", f'DROP DATABASE "{name}" WITH (FORCE)')


def _run(name: str, *arguments: str) -> str:
    """Run one of PostgreSQL's programs; where it connects to goes by the environment, not by arguments others see."""
    program = shutil.which(name) or next(iter(sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))[::-1]), None)
    if program is None:
        raise Failed(f"{name} is missing; install it: apt-get install postgresql-client")
    done = subprocess.run(  # noqa: S603 - PostgreSQL's own programs
        [str(program), *arguments], env={**os.environ, **_surroundings()}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise Failed(f"{name}: {done.stderr.strip()[-500:]}")
    return done.stdout


def _surroundings() -> dict[str, str]:
    """The connection of DATABASE_URL in the variables PostgreSQL's own programs read."""
    from lianzhang.config import home

    parts: dict[str, Any] = home.database(Path())
    known = {"PGHOST": "HOST", "PGPORT": "PORT", "PGUSER": "USER", "PGPASSWORD": "PASSWORD", "PGDATABASE": "NAME"}
    settings = {f"PG{name.upper()}": value for name, value in parts["OPTIONS"].items() if name.startswith("ssl")}
    return {name: str(parts[key]) for name, key in known.items() if parts[key]} | settings
