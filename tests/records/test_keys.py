"""A key file is made once, whole, and for its owner only."""

import stat
import threading
from pathlib import Path

import pytest

from lianzhang.records import keys


def test_a_key_is_made_once_and_read_ever_after(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "one.key"
    assert keys.kept(path, make=lambda: b"first") == b"first"
    assert keys.kept(path, make=lambda: b"second") == b"first"
    assert [found.name for found in path.parent.iterdir()] == ["one.key"]


def test_only_its_owner_reads_a_key(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "one.key"
    keys.kept(path, make=lambda: b"secret")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_of_processes_that_start_together_all_read_the_same_whole_key(tmp_path: Path) -> None:
    """Each is held in the middle of making its key, so that every one of them found no file."""
    path = tmp_path / "keys" / "one.key"
    together = threading.Barrier(8)
    read: list[bytes] = []

    def start(number: int) -> None:
        def make() -> bytes:
            together.wait(timeout=10)
            return bytes([number]) * 32

        read.append(keys.kept(path, make=make))

    starters = [threading.Thread(target=start, args=(number,)) for number in range(8)]
    for starter in starters:
        starter.start()
    for starter in starters:
        starter.join()
    assert len(read) == 8
    assert len(set(read)) == 1
    assert len(read[0]) == 32


def test_while_a_key_is_being_made_nobody_sees_a_part_of_it(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "one.key"

    def make() -> bytes:
        assert not path.exists()
        return b"whole"

    assert keys.kept(path, make=make) == b"whole"


def test_a_key_that_could_not_be_made_leaves_nothing_behind(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "one.key"

    def make() -> bytes:
        raise OSError("no randomness")

    with pytest.raises(OSError, match="no randomness"):
        keys.kept(path, make=make)
    assert list(path.parent.iterdir()) == []
