"""Migrating, the first administrator, proving the trail, backing up and bringing back: as the operator does it."""

import hashlib
import json
import os
import re
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from psycopg.sql import SQL, Identifier

from tests.command import Command


@contextmanager
def spare_databases(url: str, *names: str) -> Iterator[list[str]]:
    """Empty databases beside the test database, dropped at the end; their addresses."""
    named = [f"lianzhang_{name}_{os.getpid()}" for name in names]
    with psycopg.connect(url, autocommit=True) as server:
        for name in named:
            server.execute(SQL("CREATE DATABASE {}").format(Identifier(name)))
        try:
            yield [urlunsplit(urlsplit(url)._replace(path=f"/{name}")) for name in named]
        finally:
            for name in named:
                server.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name)))


LINK = re.compile(r"^/\S+$", re.MULTILINE)


def database(command: Command) -> sqlite3.Connection:
    return sqlite3.connect(command.home / "lianzhang.sqlite3")


def test_a_second_migration_finds_nothing_to_do(installation: Command) -> None:
    assert installation("migrate").out.strip() == "the database is at this version"


def test_the_version_is_said_without_a_home(command: Command) -> None:
    told = command("version")
    assert told.code == 0
    assert re.match(r"lianzhang \d+\.\d+\.\d+ ", told.out)
    assert not command.home.exists()


def test_the_first_administrator_gets_a_link_again_until_somebody_else_administers(installation: Command) -> None:
    again = installation("admin-token")
    assert LINK.search(again.out)
    assert "http://127.0.0.1:8000/people/link/" in again.out
    behind_a_proxy = installation("admin-token", LIANZHANG_ORIGINS="https://lianzhang.example")
    assert "https://lianzhang.example/people/link/" in behind_a_proxy.out
    with database(installation) as open_database:
        open_database.execute("UPDATE accounts_person SET username = 'another'")
    refused = installation("admin-token")
    assert refused.code == 1
    assert "already registered" in refused.err


def test_a_home_without_an_installation_is_said(command: Command) -> None:
    for words in (("admin-token",), ("trail", "verify"), ("backup", command.folder / "copy")):
        told = command(*words)
        assert told.code == 1
        assert "holds no installation yet" in told.err
        assert "Traceback" not in told.err
    assert not (command.folder / "copy").exists()


def test_only_the_digest_of_a_link_is_kept(installation: Command) -> None:
    [path] = LINK.findall(installation("admin-token").out)
    token = path.rstrip("/").rsplit("/", 1)[1]
    assert token.encode() not in (installation.home / "lianzhang.sqlite3").read_bytes()


def test_a_sound_trail_stands_and_says_what_checkpoints_cover(installation: Command) -> None:
    told = installation("trail", "verify")
    assert told.code == 0
    assert "the trail stands" in told.out
    assert re.search(r"[1-9]\d* events, \d+ checkpoints; checkpoints cover events up to \d+ of [1-9]", told.out)


def test_a_key_that_signed_no_checkpoint_is_refused_in_words(installation: Command) -> None:
    given = installation.folder / "auditor.pem"
    told = installation("trail", "verify", "--public-key", str(given))
    assert (told.code, told.err.strip()) == (1, f"{given}: No such file or directory")
    given.write_text("not a key")
    told = installation("trail", "verify", "--public-key", str(given))
    assert (told.code, told.err.strip()) == (1, f"{given}: this is no public key in PEM form")
    made = ec.generate_private_key(ec.SECP256R1()).public_key()
    given.write_bytes(made.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo))
    told = installation("trail", "verify", "--public-key", str(given))
    assert told.code == 1
    assert "of another kind" in told.err
    assert "Traceback" not in told.err


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE trail_event SET body = CAST(replace(CAST(body AS TEXT), 'registered', 'retired') AS BLOB)",
        "DELETE FROM trail_event WHERE seq = 2",
        "UPDATE trail_event SET actor_id = 7 WHERE seq = 1",
        "UPDATE trail_event SET seq = seq + 100 WHERE seq = 3",
    ],
)
def test_a_tampered_trail_does_not_stand(installation: Command, tampering: str) -> None:
    with database(installation) as open_database:
        for (name,) in open_database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            open_database.execute(f'DROP TRIGGER "{name}"')
        open_database.execute("PRAGMA foreign_keys = OFF")
        open_database.execute(tampering)
    told = installation("trail", "verify")
    assert told.code == 1
    assert "does NOT stand" in told.out
    assert "event" in told.err


def test_a_backup_comes_back_whole_and_is_its_owners_alone(installation: Command) -> None:
    folder = installation.folder / "backup"
    evidence = installation.home / "files" / "ab" / "abcd"
    evidence.parent.mkdir(parents=True)
    evidence.write_bytes(b"scan")
    made = installation("backup", folder)
    assert made.code == 0, made.err
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    manifest = json.loads((folder / "MANIFEST.json").read_text())
    assert manifest["trail"]["seq"] >= 3
    back = installation("restore", folder, LIANZHANG_HOME=str(installation.folder / "again"))
    assert back.code == 0, back.err
    assert "trail stands" in back.out
    again = installation.folder / "again"
    assert (again / "files" / "ab" / "abcd").read_bytes() == b"scan"
    with sqlite3.connect(again / "lianzhang.sqlite3") as copy, database(installation) as original:
        for table in ("trail_event", "accounts_person", "accounts_appointment"):
            asked = f"SELECT * FROM {table} ORDER BY 1"
            assert copy.execute(asked).fetchall() == original.execute(asked).fetchall()


def test_a_drill_restores_opens_pages_and_leaves_nothing(installation: Command) -> None:
    installation("backup", installation.folder / "backup")
    before = sorted(path for path in installation.home.rglob("*") if not path.name.endswith(("-wal", "-shm")))
    told = installation("restore", installation.folder / "backup", "--drill", LIANZHANG_HOSTS="lianzhang.example")
    assert told.code == 0, told.err
    assert "sign-in page: 200" in told.out
    assert "front page: 200" in told.out
    assert sorted(path for path in installation.home.rglob("*") if not path.name.endswith(("-wal", "-shm"))) == before


def test_an_installation_in_use_is_never_overwritten(installation: Command) -> None:
    installation("backup", installation.folder / "backup")
    told = installation("restore", installation.folder / "backup")
    assert told.code == 1
    assert "is not empty" in told.err


def test_a_restore_that_was_refused_leaves_the_home_as_empty_as_it_was(installation: Command) -> None:
    installation("backup", installation.folder / "backup")
    again = {"LIANZHANG_HOME": str(installation.folder / "again")}
    refused = installation(
        "restore", installation.folder / "backup", DATABASE_URL="postgresql://x@127.0.0.1/x", **again
    )
    assert refused.code == 1
    assert "unset DATABASE_URL" in refused.err
    assert installation("restore", installation.folder / "backup", **again).code == 0
    assert not (installation.folder / "again" / "serving.lock").exists()


def test_a_backup_never_overwrites_another(installation: Command) -> None:
    (installation.folder / "backup").mkdir()
    told = installation("backup", installation.folder / "backup")
    assert told.code == 1
    assert "exists already" in told.err


@pytest.mark.parametrize("damage", ["changed", "lost", "no manifest"])
def test_a_damaged_backup_is_refused_before_anything_is_written(installation: Command, damage: str) -> None:
    folder = installation.folder / "backup"
    installation("backup", folder)
    name = "MANIFEST.json" if damage == "no manifest" else "database.sqlite3"
    if damage == "changed":
        with (folder / name).open("r+b") as file:
            file.seek(5000)
            file.write(b"X")
    else:
        (folder / name).unlink()
    again = installation.folder / "again"
    told = installation("restore", folder, LIANZHANG_HOME=str(again))
    assert told.code == 1
    assert name in told.err
    assert not again.exists()


def test_a_backup_whose_trail_was_cut_does_not_pass(installation: Command) -> None:
    folder = installation.folder / "backup"
    installation("backup", folder)
    with sqlite3.connect(folder / "database.sqlite3") as copy:
        for (name,) in copy.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            copy.execute(f'DROP TRIGGER "{name}"')
        copy.execute("DELETE FROM trail_event WHERE seq = (SELECT max(seq) FROM trail_event)")
    manifest = json.loads((folder / "MANIFEST.json").read_text())
    manifest["digests"]["database.sqlite3"] = hashlib.sha256((folder / "database.sqlite3").read_bytes()).hexdigest()
    (folder / "MANIFEST.json").write_text(json.dumps(manifest))
    told = installation("restore", folder, LIANZHANG_HOME=str(installation.folder / "again"))
    assert told.code == 1
    assert "does not stand" in told.err


@pytest.mark.postgres
def test_postgresql_is_backed_up_and_brought_back_too(command: Command, tmp_path: Path) -> None:
    with spare_databases(os.environ["DATABASE_URL"], "source", "target") as (source, target):
        assert command("migrate", DATABASE_URL=source).code == 0
        assert command("admin-token", DATABASE_URL=source).code == 0
        made = command("backup", tmp_path / "backup", DATABASE_URL=source)
        assert made.code == 0, made.err
        home = str(tmp_path / "again")
        back = command("restore", tmp_path / "backup", DATABASE_URL=target, LIANZHANG_HOME=home)
        assert back.code == 0, back.err
        assert "trail stands" in back.out
        once_more = command("restore", tmp_path / "backup", DATABASE_URL=target, LIANZHANG_HOME=str(tmp_path / "third"))
        assert "is not empty" in once_more.err
        drill = command("restore", tmp_path / "backup", "--drill", DATABASE_URL=source)
        assert drill.code == 0, drill.err
