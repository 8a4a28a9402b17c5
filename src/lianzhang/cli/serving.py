"""`run`, `serve`, `demo`: one command that keeps the web server and the background workers going."""

import argparse
import errno
import fcntl
import os
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import IO

from lianzhang.cli import supervisor
from lianzhang.config import home as homes

SETTINGS = "lianzhang.config.settings"
QUEUES = ("quick", "long")
LOOPBACK = ("127.0.0.1", "::1", "localhost")


def run(options: argparse.Namespace) -> int:
    """Migrate, load the example city where the database is empty, serve."""
    return _prepared(options, "--demo-when-empty")


def demo(options: argparse.Namespace) -> int:
    """Load the example city; serve it unless asked not to."""
    if not options.load_only:
        return run(options)
    preparing = _preparing("--demo-when-empty")
    _is_prepared(preparing)
    return preparing.wait()


def serve(options: argparse.Namespace) -> int:
    """Serve what is there: the operator migrates when it suits."""
    return _prepared(options, "--no-migrate")


def _prepared(options: argparse.Namespace, *preparation: str) -> int:
    port, host = _port(), os.environ.get("LIANZHANG_BIND", "127.0.0.1")
    if port is None:
        print(f"PORT={os.environ['PORT']} is not a port", file=sys.stderr)
        return 2
    if fault := _fault_of(host, port):
        print(fault, file=sys.stderr)
        return 1
    os.umask(0o077)  # whatever the programs write is their owner's alone, also in a home somebody made open to all
    home = homes.directory()
    held = _only_here(home)
    if held is None:
        print(
            f"the home {home} is being served already; stop that one first, or choose another: LIANZHANG_HOME=…",
            file=sys.stderr,
        )
        return 1
    with held:
        return _keep_going(host, port, options, preparation)


def _only_here(home: Path) -> IO[str] | None:
    """The lock of the home, held as long as it is served: two sets of workers would take turns at one list of jobs and
    write over each other's heartbeat. None where another holds it."""
    lock = (home / "serving.lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.close()
        return None
    return lock


def _keep_going(host: str, port: int, options: argparse.Namespace, preparation: tuple[str, ...]) -> int:
    home = homes.directory()
    for queue in QUEUES:  # a heartbeat of the last run says nothing about this one
        (home / f"worker-{queue}.beat").unlink(missing_ok=True)
    environment = {"DJANGO_SETTINGS_MODULE": SETTINGS, "LIANZHANG_HOME": str(home)}
    os.environ.update(environment)
    address = f"http://{_shown(host)}:{port}"
    # Sign-in links are for somebody at this machine: none are made when the address is open to others.
    preparing = _preparing(*preparation, *(["--links", address] if host in LOOPBACK else []))
    if not _is_prepared(preparing):
        return preparing.wait() or 1
    programs = _programs(host, port, workers=options.workers, threads=options.threads)
    watch = _announce_when_ready(address, preparing)
    return supervisor.Supervisor(programs, say=_say).run(each_tick=watch)


def _preparing(*arguments: str) -> "subprocess.Popen[str]":
    """Work that needs Django, in a process that ends: the supervisor itself stays small for months.

    It writes what it is at, an empty line when the programs may start, and the sign-in links: made by the process that
    is loaded already, while the others load.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", SETTINGS)
    return subprocess.Popen(  # noqa: S603
        [sys.executable, "-m", "lianzhang.cli.preparation", *arguments],
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=supervisor.die_with_parent,  # noqa: PLW1509 - one thread here
    )


def _is_prepared(preparing: "subprocess.Popen[str]") -> bool:
    """Pass on what it is at, until the programs may start; False where it ended before, having said why."""
    for line in preparing.stdout or ():
        if line == "\n":
            return True
        _say(line.rstrip())
    return False


def _programs(host: str, port: int, *, workers: int, threads: int) -> list[supervisor.Program]:
    web = [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--host", host, "--port", str(port),
        "--workers", str(workers), "--blocking-threads", str(threads), "--respawn-failed-workers",
        "--workers-kill-timeout", "10", "--log-level", "warning", "--no-access-log",
        "lianzhang.config.wsgi:application",
    ]  # fmt: skip
    queues = [
        supervisor.Program(f"worker ({queue})", [sys.executable, "-m", "django", "work", "--queue", queue])
        for queue in QUEUES
    ]
    return [supervisor.Program("web", web), *queues]


def _announce_when_ready(address: str, preparing: "subprocess.Popen[str]") -> Callable[[], None]:
    """A check for every tick that says once where the workbench is, as soon as web and workers answer, and the links
    that were made meanwhile."""
    said = False

    def check() -> None:
        nonlocal said
        if not said and is_ready(address):
            said = True
            _say(f"链长 Lianzhang is ready: {os.environ.get('LIANZHANG_ORIGINS', '').split(',')[0].strip() or address}")
            for line in preparing.communicate()[0].splitlines():
                _say(line)

    return check


def is_ready(address: str) -> bool:
    """Whether `/healthz` answers 200, asked under a name the installation answers to: where LIANZHANG_HOSTS names one,
    it refuses its own loopback address."""
    named = os.environ.get("LIANZHANG_HOSTS", "").split(",")[0].strip().lstrip(".")
    headers = {"Host": named} if named not in {"", "*"} else {}
    try:
        question = urllib.request.Request(f"{address}/healthz", headers=headers)  # noqa: S310 - our own address
        with urllib.request.urlopen(question, timeout=2) as answer:  # noqa: S310
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _port() -> int | None:
    text = os.environ.get("PORT") or "8000"
    return int(text) if text.isdecimal() and 0 < int(text) < 65536 else None


def _fault_of(host: str, port: int) -> str:
    """Why nobody can listen there, and what to do; empty where it is free."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except PermissionError:
            return f"this user may not listen on port {port}; choose one above 1023: PORT=8001 lianzhang run"
        except OSError as failure:
            if failure.errno == errno.EADDRINUSE:
                return f"port {port} is in use; choose another: PORT=8001 lianzhang run"
            return f"cannot listen on {host} port {port} ({failure.strerror}): see LIANZHANG_BIND"
    return ""


def _shown(host: str) -> str:
    """What a person types into a browser for a bound address."""
    if host in {"0.0.0.0", "::", ""}:  # noqa: S104 - recognised, not bound
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host


def _say(text: str) -> None:
    print(text, flush=True)
