"""What every test stands on: a fixed day, real data beside the checkout, a home of its own, limits on randomness.

Sockets are off (only this machine's own addresses answer), warnings are errors, order is random: see `pyproject.toml`.
The database is SQLite unless DATABASE_URL names a PostgreSQL; `make test` runs the whole suite on both.
"""

import datetime as dt
import gc
import importlib
import os
import pkgutil
import shutil
import sys
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from hypothesis import HealthCheck, settings
from xdist.scheduler import LoadScopeScheduling

import chainlab
import lianzhang
from chainlab.sheets import reader
from tests import cast as cast_module
from tests import migrated
from tests.command import Command
from tests.kept import kept
from tests.reading import Here

ROOT = Path(__file__).resolve().parents[1]
TODAY = dt.date(2026, 11, 23)  # a Monday and a working day

# Modules whose tests share a scene that is dear to make.
WHOLE = frozenset({f"tests/demo/test_{name}.py" for name in ("walk", "annex", "published")})
# Fixtures that stand on the database: pytest-django's, and the command line in a process of its own.
DATABASES = {"db", "transactional_db", "django_db_setup", "django_db_reset_sequences", "live_server", "command"}

settings.register_profile("commit", deadline=None, max_examples=60, derandomize=True)
settings.register_profile("nightly", deadline=None, max_examples=3000, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "commit"))


# Looking for garbage among what was imported was a tenth of a process's time, as it is in the product (config/wsgi.py).
gc.set_threshold(20_000, 20, 20)


@pytest.hookimpl(tryfirst=True)
def pytest_collection(session: pytest.Session) -> None:
    """Where lines are counted, every module of ours is loaded before the tests: the first of them is often one that is
    not counted (`no_cover`: long walks through what shorter tests have asserted more of), and a module loads once."""
    if session.config.pluginmanager.hasplugin("_cov"):
        for package in (chainlab, lianzhang):
            for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
                if ".migrations." not in found.name and not found.name.endswith(".__main__"):
                    importlib.import_module(found.name)


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, Any, Any]:
    """Where a test says `no_cover`, nothing counts lines: pytest-cov stops its own counter, but beneath it lies the one
    that coverage starts in every process (`patch = subprocess`), which then went on in its place."""
    if item.get_closest_marker("no_cover") is None:
        return (yield)
    counting = sys.gettrace()
    sys.settrace(None)
    try:
        return (yield)
    finally:
        sys.settrace(counting)


def pytest_collection_finish() -> None:
    """Modules and tests live as long as the process: the collector need not look at them again."""
    gc.collect()
    gc.freeze()


def pytest_unconfigure() -> None:
    """Take away the home that `settings_test` made for this run: the processes share it, and the first to be done would
    take it from under the others."""
    gc.unfreeze()
    if "PYTEST_XDIST_WORKER" in os.environ:
        return
    home = Path(os.environ.get("LIANZHANG_HOME", ""))
    if home.name.startswith("lianzhang-test-"):
        shutil.rmtree(home, ignore_errors=True)


def pytest_report_header() -> str:
    kind = "PostgreSQL" if os.environ.get("DATABASE_URL") else "SQLite"
    return f"database: {kind}; hypothesis: {os.environ.get('HYPOTHESIS_PROFILE', 'commit')}"


class Together(LoadScopeScheduling):  # type: ignore[misc]
    """Sends each test to the next free process, but a module of `WHOLE` as one: it makes its scene once.

    xdist's own marker for this (`--dist loadgroup`) does nothing under pytest 9.2: it renames tests by a field that is
    no longer there, and the example city was analysed in both processes.
    """

    def _split_scope(self, nodeid: str) -> str:
        module = nodeid.partition("::")[0]
        return module if module in WHOLE else nodeid


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Together:
    return Together(config, log)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """A test of one database's own behaviour runs on that database only; one that asks no database runs once.

    Slow ones first, whatever the random order: started last, one of them keeps one core waiting for the other.
    """
    runs = runs_on_postgres if os.environ.get("DATABASE_URL") else runs_on_sqlite
    left_out = [item for item in items if not runs(item)]
    items[:] = sorted((item for item in items if runs(item)), key=lambda item: not item.get_closest_marker("slow"))
    config.hook.pytest_deselected(items=left_out)


def runs_on_sqlite(item: pytest.Item) -> bool:
    """Everything but what only PostgreSQL does."""
    return item.get_closest_marker("postgres") is None


def runs_on_postgres(item: pytest.Item) -> bool:
    """What stands on a database: it says so by a marker or a fixture."""
    if item.get_closest_marker("sqlite"):
        return False
    fixtures = set(getattr(item, "fixturenames", ()))
    return bool(
        item.get_closest_marker("postgres")
        or item.get_closest_marker("django_db")
        or item.get_closest_marker("browser")
        or item.get_closest_marker("cluster")
        or fixtures & DATABASES
    )


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, django_db_blocker: Any
) -> Iterator[None]:
    """The database of the run begins as a copy of the migrated one; what `migrate` then finds to do, it does."""
    if connection.vendor == "postgresql":
        with django_db_blocker.unblock():
            connection.settings_dict["TEST"]["TEMPLATE"] = migrated.template()
        yield
    else:
        held = migrated.fill(connection.creation._get_test_db_name())
        yield
        held.close()


@pytest.fixture(scope="session", autouse=True)
def read_once() -> Iterator[None]:
    """The reading child asks no database: it is started by the tests on SQLite, and on PostgreSQL its work is done in
    the test's own process (a third of the time of what is handed in)."""
    with pytest.MonkeyPatch.context() as patch:
        if os.environ.get("DATABASE_URL"):
            patch.setattr(reader, "_Child", Here)
        yield


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout under test."""
    return ROOT


@pytest.fixture(scope="session")
def shared() -> Path:
    """Real data, which lies beside the checkout and is never copied into it; such tests are marked `shared_data`."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("no ../shared/data beside the checkout")
    return folder


@pytest.fixture
def today() -> dt.date:
    """The day on which everything in the tests happens."""
    return TODAY


@pytest.fixture
def now() -> dt.datetime:
    """Ten in the morning of that day, in the office's own time zone."""
    return dt.datetime.combine(TODAY, dt.time(10), tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.fixture
def command(tmp_path: Path) -> Command:
    """The command line, run as a person runs it: a process of its own, an empty home."""
    return Command(tmp_path, sources=ROOT / "src")


@pytest.fixture
def cast(db: None) -> "cast_module.Cast":
    """The fixed cast: every role once, two chains, four anchor firms (see `tests/cast.py`)."""
    built: cast_module.Cast = kept("cast", cast_module.build)
    return built
