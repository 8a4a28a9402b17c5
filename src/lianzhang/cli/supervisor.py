"""Keep a set of programs running: restart what dies, pass on the order to stop, leave no process behind."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import FrameType

FIRST_PAUSE = 0.5
LONGEST_PAUSE = 30.0
# A program that lived so long died of something new: the next pause is short again.
SETTLED_SECONDS = 60.0
SECONDS_TO_STOP = 20.0
TICK = 0.2


@dataclass
class Program:
    """One program to keep running, and how it has been doing."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    pause: float = FIRST_PAUSE
    next_start: float = 0.0
    death_count: int = 0


class Supervisor:
    """Runs programs until told to stop.

    Each program leads a process group of its own: Ctrl-C reaches only the supervisor, which then stops the others in
    order, and a program's own children end with it.
    """

    def __init__(self, programs: Sequence[Program], *, say: Callable[[str], None]) -> None:
        self.programs = list(programs)
        self.say = say
        self.is_stopping = False

    def run(self, *, each_tick: Callable[[], None] = lambda: None) -> int:
        """Until SIGTERM, SIGINT or SIGHUP; 0 when everything ended in order."""
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._stop)
        while not self.is_stopping:
            self.tick(time.monotonic())
            each_tick()
            time.sleep(TICK)
        return self.stop_all()

    def tick(self, now: float) -> None:
        """Collect the dead, start what is due."""
        self._reap(now)
        for program in self.programs:
            if program.process is None and now >= program.next_start:
                self._start(program, now)

    def stop_all(self) -> int:
        """SIGTERM to every program, SIGKILL to the groups of those that stay; 0 when none had to be killed."""
        for program in self.programs:
            _signal_group(program.process, signal.SIGTERM)
        deadline = time.monotonic() + SECONDS_TO_STOP
        while any(program.process for program in self.programs) and time.monotonic() < deadline:
            self._reap(time.monotonic())
            time.sleep(0.05)
        stuck = [program for program in self.programs if program.process]
        for program in stuck:
            self.say(f"{program.name} did not stop and was killed")
            _signal_group(program.process, signal.SIGKILL)
        while any(program.process for program in self.programs):
            self._reap(time.monotonic())
            time.sleep(0.05)
        return 1 if stuck else 0

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self.is_stopping = True

    def _start(self, program: Program, now: float) -> None:
        program.process = subprocess.Popen(  # noqa: S603 - our own programs
            program.command,
            env={**os.environ, **program.environment},
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=die_with_parent,  # noqa: PLW1509 - one thread here
        )
        program.started = now

    def _reap(self, now: float) -> None:
        """Collect every dead child, ours or inherited: as the first process of a container we are given orphans."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            for program in self.programs:
                if program.process is not None and program.process.pid == pid:
                    self._note_death(program, os.waitstatus_to_exitcode(status), now)

    def _note_death(self, program: Program, code: int, now: float) -> None:
        process, program.process = program.process, None
        if process is not None:
            process.returncode = code
            _signal_group(process, signal.SIGKILL)  # what it left behind
        if self.is_stopping:
            return
        if now - program.started > SETTLED_SECONDS:
            program.pause = FIRST_PAUSE
        program.death_count += 1
        program.next_start = now + program.pause
        self.say(f"{program.name} ended ({code}); starting it again in {program.pause:g} s")
        program.pause = min(program.pause * 2, LONGEST_PAUSE)


def _signal_group(process: subprocess.Popen[bytes] | None, number: int) -> None:
    if process is not None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, number)


def die_with_parent() -> None:
    """Ask the kernel (Linux) to end this program when the supervisor dies, even by SIGKILL."""
    if sys.platform == "linux":
        death_signal_option = 1  # PR_SET_PDEATHSIG
        ctypes.CDLL(None).prctl(death_signal_option, signal.SIGTERM)
