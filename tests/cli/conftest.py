"""Homes for trying commands on: migrating takes seconds, so it is done once and copied."""

import shutil
from pathlib import Path

import pytest

from tests.command import Command
from tests.migrated import home as kept_home


@pytest.fixture(scope="session")
def migrated_home() -> Path:
    """A migrated home in which nobody is registered."""
    return kept_home()


@pytest.fixture(scope="session")
def administered_home(migrated_home: Path, tmp_path_factory: pytest.TempPathFactory, root: Path) -> Path:
    """The same with a first administrator: a few events in the trail."""
    second = Command(tmp_path_factory.mktemp("administered"), sources=root / "src")
    copied(migrated_home, second)
    done = second("admin-token")
    assert done.code == 0, done.err
    return second.home


@pytest.fixture
def migrated(command: Command, migrated_home: Path) -> Command:
    """The command line over a migrated home of its own."""
    return copied(migrated_home, command)


@pytest.fixture
def installation(command: Command, administered_home: Path) -> Command:
    """The command line over an installation with a first administrator."""
    return copied(administered_home, command)


def copied(home: Path, command: Command) -> Command:
    shutil.copytree(home, command.home)
    command.home.chmod(0o700)
    return command
