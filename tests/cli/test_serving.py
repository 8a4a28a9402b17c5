"""`lianzhang serve`: ready when web and workers answer, one address, no process left behind."""

import http.server
import json
import os
import resource
import signal
import socket
import sqlite3
import stat
import subprocess
import threading
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from lianzhang.cli import serving
from lianzhang.config import home as homes
from tests.cli.test_supervisor import children, descendants, is_alive, until
from tests.command import Command

pytestmark = [pytest.mark.slow, pytest.mark.sqlite]


def spare_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Served:
    """A running workbench."""

    def __init__(self, command: Command, *arguments: str) -> None:
        self.port = spare_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.log = command.folder / "log"
        environment = {**command.environment, "PORT": str(self.port), "PYTHONWARNINGS": "ignore"}
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                command.line(*arguments), cwd=command.folder, env=environment, stdout=log, stderr=log
            )

    def wait(self, *, seconds: float = 120) -> None:
        """Until it is ready."""
        until(lambda: serving.is_ready(self.address) or self.process.poll() is not None, seconds=seconds)
        assert self.process.poll() is None, self.log.read_text()

    def health(self) -> tuple[int, dict[str, object]]:
        try:
            with urllib.request.urlopen(f"{self.address}/healthz", timeout=5) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as refusal:
            return refusal.code, json.load(refusal)

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=60)


@pytest.fixture
def served(migrated: Command) -> Iterator[Served]:
    running = Served(migrated, "serve")
    running.wait()
    yield running
    if running.process.poll() is None:
        running.stop()


def cpu_seconds(pid: int) -> float:
    """Processor time of a process, its living descendants, and those it has already buried."""
    fields = [float(f) for f in Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[11:15]]
    return sum(fields) / os.sysconf("SC_CLK_TCK") + sum(cpu_seconds(child) for child in children(pid))


def test_it_is_ready_says_where_and_stops_without_leaving_a_process(served: Served) -> None:
    assert served.health() == (200, {"ready": True, "silent_workers": []})
    until(lambda: served.address in served.log.read_text())
    until(lambda: "admin-token" in served.log.read_text())  # nobody is registered: how to get in
    family = descendants(served.process.pid)
    assert len(children(served.process.pid)) == 3  # web, quick worker, long worker
    assert served.stop() == 0
    until(lambda: not any(is_alive(pid) for pid in family))


def test_one_home_is_served_once(served: Served, migrated: Command) -> None:
    told = migrated("serve", PORT=str(spare_port()))
    assert told.code == 1
    assert "is being served already" in told.err
    assert serving.is_ready(served.address)


def test_a_killed_worker_comes_back_and_so_does_the_web_server(served: Served) -> None:
    before = set(children(served.process.pid))
    for pid in before:
        os.kill(pid, signal.SIGKILL)
    until(lambda: len(set(children(served.process.pid)) - before) == 3)
    until(lambda: serving.is_ready(served.address), seconds=60)


def test_secrets_are_made_at_first_start_and_readable_by_their_owner_only(served: Served, migrated: Command) -> None:
    keys = list((migrated.home / "keys").iterdir())
    assert {key.name for key in keys} >= {"django.key"}
    assert all(stat.S_IMODE(key.stat().st_mode) == 0o600 for key in keys)
    assert stat.S_IMODE(migrated.home.stat().st_mode) == 0o700


def test_a_warm_start_costs_no_more_than_eight_commands(installation: Command) -> None:
    """Five processes start: what prepares, two that serve, two workers. The wall clock would measure what else the
    machine does, so one command (nothing to migrate) is the measure; it is under a second where nothing else runs."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert installation("migrate").code == 0
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    one = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    running = Served(installation, "run")
    running.wait()
    spent = cpu_seconds(running.process.pid)
    running.stop()
    assert spent <= 8 * one


def test_a_taken_port_is_explained(command: Command) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        told = command("serve", PORT=str(taken.getsockname()[1]))
    assert told.code == 1
    assert "is in use" in told.err


@pytest.mark.parametrize("port", ["http", "0", "70000"])
def test_a_port_that_is_none_is_explained(command: Command, port: str) -> None:
    told = command("serve", PORT=port)
    assert (told.code, told.err.strip()) == (2, f"PORT={port} is not a port")


def test_a_home_that_cannot_be_made_is_explained(command: Command) -> None:
    (command.folder / "a file").write_text("")
    for verb in ("run", "migrate"):
        told = command(verb, LIANZHANG_HOME=str(command.folder / "a file"), PORT=str(spare_port()))
        assert told.code == 1
        assert "choose a folder" in told.err
        assert "Traceback" not in told.err


def test_a_home_of_another_user_is_explained(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    command.home.mkdir(mode=0o700)
    monkeypatch.setenv("LIANZHANG_HOME", str(command.home))
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(homes.Unusable, match="may not be written by this user"):
        homes.directory()


def test_what_is_written_is_its_owners_alone_in_an_open_home_too(command: Command) -> None:
    command.home.mkdir(mode=0o755)
    assert command("migrate").code == 0
    assert stat.S_IMODE((command.home / "lianzhang.sqlite3").stat().st_mode) == 0o600


def test_a_damaged_database_is_not_served_and_the_way_back_is_named(command: Command) -> None:
    command.home.mkdir()
    (command.home / "lianzhang.sqlite3").write_bytes(b"not a database" * 1000)
    told = command("run", PORT=str(spare_port()))
    assert told.code == 1
    assert "lianzhang restore" in told.err
    assert "Traceback" not in told.err


def test_a_database_of_a_newer_version_is_neither_served_nor_migrated(migrated: Command) -> None:
    with sqlite3.connect(migrated.home / "lianzhang.sqlite3") as database:
        database.execute(
            "INSERT INTO django_migrations (app, name, applied) VALUES ('trail', '9999_later', '2030-01-01')"
        )
    for verb in ("serve", "migrate"):
        told = migrated(verb, PORT=str(spare_port()))
        assert told.code == 1
        assert "newer than this version (trail.9999_later)" in told.err


def test_an_older_database_is_not_served(command: Command) -> None:
    told = command("serve", PORT=str(spare_port()))
    assert told.code == 1
    assert "lianzhang migrate" in told.err


def test_a_database_that_does_not_answer_is_explained(command: Command) -> None:
    told = command("migrate", DATABASE_URL=f"postgresql://nobody@127.0.0.1:{spare_port()}/nothing")
    assert told.code == 1
    assert "does not answer" in told.err
    assert "Traceback" not in told.err


@pytest.mark.parametrize(
    ("hosts", "asked"), [("lianzhang.example,192.0.2.7", "lianzhang.example"), (".city.example", "city.example")]
)
def test_readiness_is_asked_under_a_name_the_installation_answers_to(
    monkeypatch: pytest.MonkeyPatch, hosts: str, asked: str
) -> None:
    """Asked as 127.0.0.1 an installation behind a proxy answers 400: it was never ready and filled its log."""
    names: list[str] = []

    class Answer(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            names.append(self.headers["Host"])
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    monkeypatch.setenv("LIANZHANG_HOSTS", hosts)
    with http.server.HTTPServer(("127.0.0.1", 0), Answer) as server:
        asking = threading.Thread(target=server.handle_request)
        asking.start()
        assert serving.is_ready(f"http://127.0.0.1:{server.server_port}")
        asking.join()
    assert names == [asked]


def test_nothing_is_ready_where_nobody_listens(tmp_path: Path) -> None:
    assert not serving.is_ready(f"http://127.0.0.1:{spare_port()}")
