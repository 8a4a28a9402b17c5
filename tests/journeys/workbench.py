"""The workbench as its user runs it: `lianzhang run` on a home of its own, with the sign-in links it hands out."""

import os
import re
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

from tests.command import Command

LINK = re.compile(r"^\s*(?P<who>.+)（.+）: (?P<address>\S+)$")
SECONDS_TO_LOAD = 300.0
# A home that already holds the example city, to be copied: saves whoever writes journeys the minute of loading.
LOADED_HOME = "LIANZHANG_JOURNEY_HOME"


class Workbench:
    """A running installation of the example city; `links` is what it offers to whoever sits at the machine."""

    def __init__(self, folder: Path, *, sources: Path) -> None:
        self.folder = folder
        self.command = Command(folder, sources=sources)
        self.url = f"http://127.0.0.1:{free_port()}"
        self.links: dict[str, str] = {}
        self._process: subprocess.Popen[bytes] | None = None
        self.log = folder / "run.log"

    def start(self) -> None:
        """Run until pages are served; the first start loads the example city."""
        if loaded := os.environ.get(LOADED_HOME):
            shutil.copytree(loaded, self.command.home)
        environment = {**self.command.environment, "PORT": self.url.rsplit(":", 1)[1]}
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                self.command.line("run", "--workers", "1"),
                cwd=self.folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self._wait()
        told = subprocess.run(
            [self.command.line()[0], "-m", "lianzhang.cli.preparation", "--links", self.url],
            cwd=self.folder,
            env=self.command.environment,
            capture_output=True,
            text=True,
            check=True,
        )
        found = (LINK.match(line) for line in told.stdout.splitlines())
        self.links = {match["who"]: match["address"] for match in found if match}

    def stop(self) -> int:
        """Stop as Ctrl-C does; the exit code."""
        assert self._process is not None
        self._process.send_signal(signal.SIGINT)
        return self._process.wait(timeout=40)

    def _wait(self) -> None:
        assert self._process is not None
        deadline = time.monotonic() + SECONDS_TO_LOAD
        while time.monotonic() < deadline:
            assert self._process.poll() is None, f"lianzhang run ended:\n{self.log.read_text()[-3000:]}"
            try:
                with urllib.request.urlopen(f"{self.url}/healthz", timeout=2) as answer:
                    if answer.status == 200:
                        return
            except (urllib.error.URLError, OSError):
                pass
            time.sleep(0.5)
        raise AssertionError(f"not ready within {SECONDS_TO_LOAD:.0f} s:\n{self.log.read_text()[-3000:]}")


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
