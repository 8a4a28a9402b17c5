"""A job runs in a child that is watched: stopped when asked, ended at its time limit, explained when it crashes."""

import subprocess
import sys
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from lianzhang.accounts import actions as accounts
from lianzhang.jobs import actions, watch
from lianzhang.jobs.models import Job

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def job() -> Job:
    person = accounts.register(username="asker", name="asker", by=None)
    return Job.objects.create(kind="try", asked_by=person, asked_at=timezone.now())


def with_child(monkeypatch: pytest.MonkeyPatch, program: str) -> None:
    """Let the job's child be this program: the watching is tried, not the work."""
    start = subprocess.Popen

    def started(_: Any, **options: Any) -> Any:
        return start([sys.executable, "-c", program], **options)

    monkeypatch.setattr(watch.subprocess, "Popen", started)


def test_a_crashed_child_is_explained(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    with_child(monkeypatch, "import sys; sys.stderr.write('x' * 200_000 + 'out of memory'); sys.exit(9)")
    watch.supervise(job.pk, poll_seconds=0.05)
    job.refresh_from_db()
    assert job.state == Job.State.FAILED
    assert "9" in job.failure
    assert job.failure.endswith("out of memory")


def test_a_child_the_system_killed_says_what_to_do(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    with_child(monkeypatch, "import os, signal; os.kill(os.getpid(), signal.SIGKILL)")
    watch.supervise(job.pk, poll_seconds=0.05)
    job.refresh_from_db()
    assert (job.state, job.failure) == (Job.State.FAILED, "程序被系统终止，多因内存不足。可缩小范围后重试。")


def test_a_job_under_way_when_the_service_is_stopped_is_taken_up_at_its_next_start(
    job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_child(monkeypatch, "import os, signal; os.kill(os.getpid(), signal.SIGTERM)")
    watch.supervise(job.pk, poll_seconds=0.05)
    job.refresh_from_db()
    assert (job.state, job.stage) == (Job.State.RUNNING, "服务重新启动后继续")
    assert actions.reclaim(now=timezone.now()) == 1, "at once, not half a minute later"
    job.refresh_from_db()
    assert (job.state, job.attempt_count) == (Job.State.WAITING, 1)


def test_a_job_stops_when_its_asker_says_so(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    Job.objects.filter(pk=job.pk).update(stop_asked_at=timezone.now())
    with_child(monkeypatch, "import time; time.sleep(600)")
    watch.supervise(job.pk, poll_seconds=0.05)
    job.refresh_from_db()
    assert job.state == Job.State.STOPPED


def test_a_job_ends_at_its_time_limit(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "TIME_LIMIT", timedelta(seconds=0.2))
    with_child(monkeypatch, "import time; time.sleep(600)")
    watch.supervise(job.pk, poll_seconds=0.05)
    job.refresh_from_db()
    assert job.state == Job.State.FAILED
    assert "超过时限" in job.failure


def test_what_the_child_wrote_itself_stands(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    with_child(monkeypatch, "")
    finish = watch.finish

    def after_the_child_said_done(*arguments: Any, **more: Any) -> None:
        Job.objects.filter(pk=job.pk).update(state=Job.State.DONE)
        finish(*arguments, **more)

    monkeypatch.setattr(watch, "finish", after_the_child_said_done)
    watch.supervise(job.pk, poll_seconds=0.05)
    job.refresh_from_db()
    assert job.state == Job.State.DONE


def test_a_job_another_worker_took_is_left_alone(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    Job.objects.filter(pk=job.pk).update(state=Job.State.RUNNING)
    with_child(monkeypatch, "raise SystemExit(9)")
    watch.supervise(job.pk)
    job.refresh_from_db()
    assert job.state == Job.State.RUNNING
