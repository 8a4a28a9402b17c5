"""Real processes: a child killed, a worker killed in the middle, a stop while running, a time limit."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests import migrated

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = "tests.jobs.process_settings"
pytestmark = [pytest.mark.slow, pytest.mark.sqlite]

SETUP = """
import django; django.setup()
from datetime import date
from lianzhang.accounts import actions
from lianzhang.accounts.rules import BodyKind, Post
body = actions.found_body(code="force", kind=BodyKind.TASK_FORCE, name_zh="专班", by=None)
person = actions.register(username="clerk", name="clerk", by=None)
actions.appoint(person=person, body=body, post=Post.TASK_FORCE_MEMBER, starts_on=date(2024, 1, 1), by=None)
"""
ASK = """
import django, json, sys; django.setup()
from lianzhang.accounts.models import Person
from lianzhang.jobs import actions
print(actions.ask(sys.argv[1], json.loads(sys.argv[2]), by=Person.objects.get()).pk)
"""
SUPERVISE = """
import django, sys; django.setup()
from lianzhang.jobs import watch
watch.supervise(int(sys.argv[1]), poll_seconds=0.1)
"""
RECLAIM = """
import django; django.setup()
from datetime import timedelta
from django.utils import timezone
from lianzhang.jobs import actions
print(actions.reclaim(now=timezone.now() + timedelta(seconds=31)))
"""
STOP = """
import django, sys; django.setup()
from django.utils import timezone
from lianzhang.jobs import actions
from lianzhang.jobs.models import Job
actions.stop(Job.objects.get(pk=sys.argv[1]), now=timezone.now())
"""
LOOK = """
import django, json, sys; django.setup()
from lianzhang.jobs.models import Job
job = Job.objects.get(pk=sys.argv[1])
print(json.dumps([job.state, job.stage, job.failure, job.result, job.attempt_count]))
"""


class System:
    """A database of its own, and programs that run on it."""

    def __init__(self, home: Path) -> None:
        self.environment = {
            **os.environ,
            "LIANZHANG_HOME": str(home),
            "DJANGO_SETTINGS_MODULE": SETTINGS,
            "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)]),
        }
        self.environment.pop("DATABASE_URL", None)
        shutil.copytree(migrated.home(), home, dirs_exist_ok=True)
        self.run("-m", "django", "migrate", "-v0", "--skip-checks")
        self.run("-c", SETUP)

    def start(self, *words: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [sys.executable, *words], env=self.environment, cwd=ROOT, stdout=subprocess.DEVNULL, text=True
        )

    def run(self, *words: str) -> str:
        done = subprocess.run(
            [sys.executable, *words], env=self.environment, cwd=ROOT, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def ask(self, kind: str, arguments: str = "{}") -> str:
        return self.run("-c", ASK, kind, arguments)

    def look(self, job: str) -> Any:
        import json

        return json.loads(self.run("-c", LOOK, job))

    def until(self, job: str, *states: str) -> Any:
        for _ in range(60):
            found = self.look(job)
            if found[0] in states and (found[0] != "running" or found[1]):
                return found
            time.sleep(0.2)
        raise AssertionError(f"still {found}")


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> System:
    return System(tmp_path_factory.mktemp("home"))


def test_a_killed_child_is_a_clear_failure(system: System) -> None:
    job = system.ask("die")
    system.run("-c", SUPERVISE, job)
    state, _stage, failure, _result, _attempts = system.look(job)
    assert state == "failed"
    assert failure == "程序被系统终止，多因内存不足。可缩小范围后重试。"


def test_a_job_in_a_child_is_done(system: System) -> None:
    job = system.ask("count", '{"upto": 5}')
    system.run("-c", SUPERVISE, job)
    state, stage, failure, result, _attempts = system.look(job)
    assert (state, stage, failure, result["sum"]) == ("done", "数数", "", 10)


def test_a_running_job_stops_within_two_seconds_of_being_asked(system: System) -> None:
    job = system.ask("wait", '{"seconds": 60}')
    worker = system.start("-c", SUPERVISE, job)
    system.until(job, "running")
    system.run("-c", STOP, job)
    worker.wait(timeout=2 + 3)
    assert system.look(job)[0] == "stopped"


def test_work_held_by_a_killed_worker_is_done_by_the_next(system: System, tmp_path: Path) -> None:
    job = system.ask("die_once", f'{{"marker": "{tmp_path / "first"}"}}')
    worker = system.start("-c", SUPERVISE, job)
    for _ in range(100):
        if (tmp_path / "first").exists():
            break
        time.sleep(0.1)
    worker.send_signal(signal.SIGKILL)
    worker.wait(timeout=5)
    assert system.look(job)[0] == "running"
    assert system.run("-c", RECLAIM) == "1"
    assert system.look(job)[0] == "waiting"
    system.run("-c", SUPERVISE, job)
    state, _stage, _failure, result, attempts = system.look(job)
    assert (state, result, attempts) == ("done", {"attempt": "second"}, 1)
