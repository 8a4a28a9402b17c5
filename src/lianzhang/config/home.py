"""Where the installation keeps its data and secrets: LIANZHANG_HOME, everything below readable by its owner only."""

import os
import secrets
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from lianzhang.records import keys

CHOOSE_HOME = "choose a folder that the user who runs lianzhang owns"


class Unusable(SystemExit):
    """The home cannot be used: ends whichever program asked for it with the reason on stderr and exit code 1."""


def directory() -> Path:
    """LIANZHANG_HOME as an absolute path, made on first use. Raises Unusable where nothing can be kept there."""
    home = Path(os.environ.get("LIANZHANG_HOME") or ".data").resolve()
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as failure:
        raise Unusable(f"LIANZHANG_HOME {home} cannot be made ({failure.strerror}): {CHOOSE_HOME}") from failure
    if not os.access(home, os.R_OK | os.W_OK | os.X_OK):
        raise Unusable(f"LIANZHANG_HOME {home} may not be written by this user: {CHOOSE_HOME}")
    return home


def secret(home: Path, name: str) -> str:
    """A random secret kept in a file of its own, made once."""
    return keys.kept(home / "keys" / name, make=lambda: secrets.token_urlsafe(48).encode("ascii")).decode("ascii")


def database(home: Path) -> dict[str, object]:
    """The database setting: DATABASE_URL (postgresql://…) in production, else SQLite in `home`."""
    url = os.environ.get("DATABASE_URL", "")
    return _postgresql(url) if url.startswith(("postgres://", "postgresql://")) else _sqlite(home)


def _sqlite(home: Path) -> dict[str, object]:
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": home / "lianzhang.sqlite3",
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            # Deferred transactions that turn into writers fail at once with SQLITE_BUSY: 618 failed responses in 4 s.
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            # The default of 2 MB holds a tenth of a large city's tables: every page read the rest from the file again.
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; "
            "PRAGMA mmap_size=0; PRAGMA cache_size=-16000;",
        },
        "TEST": {"NAME": ":memory:"},
    }


def _postgresql(url: str) -> dict[str, object]:
    parts = urlsplit(url)
    options: dict[str, object] = dict(parse_qsl(parts.query))
    host = options.pop("host", None) or parts.hostname or ""
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": options,
    }
