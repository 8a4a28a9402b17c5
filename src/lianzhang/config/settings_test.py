"""Settings of the test suite: the same system, with a home of its own and fast password hashing."""

import os
import tempfile
from typing import Any

os.environ.setdefault("LIANZHANG_HOME", tempfile.mkdtemp(prefix="lianzhang-test-"))

from lianzhang.config.settings import *  # noqa: F403

ALLOWED_HOSTS = ["*"]
# The processes of a run share its home; the same rows on the same day are the same snapshot, so each has its own.
SNAPSHOT_DIR = LIANZHANG_HOME / os.environ.get("PYTEST_XDIST_WORKER", "main") / "snapshots"  # noqa: F405
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
AXES_ENABLED = True

# Under test PostgreSQL's planner knows nothing of the rows (they are never committed), as on the morning after a large
# import. No question may depend on what it knows: one export once took eight minutes.
_database: dict[str, Any] = DATABASES["default"]  # noqa: F405
if _database["ENGINE"].endswith("postgresql"):
    _options = _database.setdefault("OPTIONS", {})
    _options["options"] = f"{_options.get('options', '')} -c statement_timeout=30s".strip()
else:
    # PostgreSQL gives rows that nobody ordered in any order it likes, one day in twenty another: SQLite is asked to
    # give them backwards, so that code or a test which leans on their order fails here, each time.
    _database["OPTIONS"]["init_command"] += " PRAGMA reverse_unordered_selects=ON;"
