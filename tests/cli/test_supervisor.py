"""The supervisor keeps programs running, stops them in order, and leaves nothing behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lianzhang.cli import supervisor
from lianzhang.cli.supervisor import Program, Supervisor

SLEEPER = [sys.executable, "-c", "import time; time.sleep(600)"]
# A supervisor of its own process, with two children, one of which has a child of its own.
WATCHED = """
import sys
from lianzhang.cli.supervisor import Program, Supervisor
sleep = [sys.executable, "-c", "import time; time.sleep(600)"]
parent = [sys.executable, "-c", f"import subprocess; subprocess.run({sleep!r})"]
code = Supervisor([Program("one", sleep), Program("two", parent)], say=print).run()
print("ended", code, flush=True)
sys.exit(code)
"""


def until(holds: Callable[[], bool], *, seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.05)


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def children(pid: int) -> list[int]:
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(child) for child in found]


def descendants(pid: int) -> list[int]:
    return [one for child in children(pid) for one in (child, *descendants(child))]


def test_what_dies_is_started_again_after_a_growing_pause() -> None:
    said: list[str] = []
    program = Program("brief", [sys.executable, "-c", "raise SystemExit(3)"])
    keeper = Supervisor([program], say=said.append)
    now, pauses = 1000.0, []
    for _ in range(8):
        keeper.tick(now)
        process = program.process
        assert process is not None
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)  # dead, not yet collected
        keeper.tick(now)
        assert program.process is None
        pauses.append(program.next_start - now)
        now = program.next_start
    assert pauses == [0.5, 1, 2, 4, 8, 16, 30, 30]
    assert program.death_count == 8
    assert said[0] == "brief ended (3); starting it again in 0.5 s"


def test_it_is_not_started_before_the_pause_is_over() -> None:
    program = Program("later", SLEEPER, next_start=50.0)
    keeper = Supervisor([program], say=print)
    keeper.tick(49.9)
    assert program.process is None


def test_a_long_life_forgives_earlier_deaths() -> None:
    program = Program("settled", SLEEPER, pause=16.0)
    keeper = Supervisor([program], say=lambda _: None)
    keeper.tick(0.0)
    assert program.process is not None
    os.kill(program.process.pid, signal.SIGKILL)
    os.waitid(os.P_PID, program.process.pid, os.WEXITED | os.WNOWAIT)
    keeper.tick(supervisor.SETTLED_SECONDS + 1)
    assert program.next_start == supervisor.SETTLED_SECONDS + 1 + supervisor.FIRST_PAUSE


@pytest.fixture
def watched() -> Iterator[subprocess.Popen[str]]:
    """A supervisor with two programs, one of which has a child."""
    process = subprocess.Popen([sys.executable, "-c", WATCHED], stdout=subprocess.PIPE, text=True)
    try:
        until(lambda: len(descendants(process.pid)) == 3)
        family = descendants(process.pid)
        yield process
    finally:
        process.terminate()
        process.wait(timeout=30)
        for pid in filter(is_alive, family):  # where the supervisor itself was killed
            os.kill(pid, signal.SIGKILL)
        process.communicate(timeout=30)


@pytest.mark.parametrize("order", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_an_order_to_stop_ends_every_program_and_its_children(
    watched: subprocess.Popen[str], order: signal.Signals
) -> None:
    family = descendants(watched.pid)
    watched.send_signal(order)
    assert watched.wait(timeout=30) == 0
    until(lambda: not any(is_alive(pid) for pid in family))
    assert watched.communicate()[0].strip() == "ended 0"


def test_a_killed_program_comes_back_and_its_orphans_go(watched: subprocess.Popen[str]) -> None:
    first, second = children(watched.pid)
    grandchild = descendants(watched.pid)[-1] if children(second) else descendants(first)[0]
    parent = second if children(second) else first
    os.kill(parent, signal.SIGKILL)
    until(lambda: not is_alive(grandchild))
    until(lambda: len(descendants(watched.pid)) == 3)
    assert parent not in children(watched.pid)


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's parent-death signal is Linux's")
def test_programs_end_with_a_killed_supervisor(watched: subprocess.Popen[str]) -> None:
    programs = children(watched.pid)
    watched.kill()
    watched.wait(timeout=30)
    until(lambda: not any(is_alive(pid) for pid in programs))


def test_a_program_that_will_not_stop_is_killed_and_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "SECONDS_TO_STOP", 0.5)
    deaf = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(600)"
    )
    said: list[str] = []
    program = Program("deaf", [sys.executable, "-c", deaf])
    keeper = Supervisor([program], say=said.append)
    keeper.tick(time.monotonic())
    time.sleep(0.7)  # until it no longer listens
    keeper.is_stopping = True
    assert keeper.stop_all() == 1
    assert said == ["deaf did not stop and was killed"]
    assert program.process is None
