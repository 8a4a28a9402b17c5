"""Doing a job in a killable child, and watching over it."""

import signal
import subprocess
import sys
import tempfile
import time
from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from lianzhang.jobs import ending
from lianzhang.jobs.models import Job

TIME_LIMIT = timedelta(minutes=30)


def supervise(job_id: int, *, poll_seconds: float = 0.5) -> None:
    """Run one job in a child process and watch over it: heartbeat, stop requests, the time limit, a crash."""
    claimed = Job.objects.filter(pk=job_id, state=Job.State.WAITING).update(
        state=Job.State.RUNNING, started_at=timezone.now(), heartbeat_at=timezone.now()
    )
    if not claimed:
        return
    # A file, not a pipe: a child that complains at length would wait for ever for somebody to empty it.
    with tempfile.TemporaryFile("w+", errors="replace") as complaints:
        child = subprocess.Popen(  # noqa: S603  (our own interpreter and module)
            [sys.executable, "-m", "lianzhang.jobs.child", str(job_id)], stderr=complaints
        )
        try:
            if reason := _watch(child, job_id, poll_seconds=poll_seconds):
                finish(job_id, state=reason[0], failure=reason[1])
                return
        finally:
            child.kill()
            child.wait()
        complaints.seek(0)
        said = complaints.read()[-400:]
    if child.returncode == -signal.SIGTERM:
        _give_back(job_id)
    elif child.returncode == -signal.SIGKILL:
        finish(job_id, state=Job.State.FAILED, failure=_("程序被系统终止，多因内存不足。可缩小范围后重试。"))
    else:
        finish(job_id, state=Job.State.FAILED, failure=_("程序中断（代码 %d）。") % child.returncode + said)


def _give_back(job_id: int) -> None:
    """The service is being stopped (nothing else ends a child so): with a heartbeat of long ago the job is the first
    thing that is taken up again when it starts."""
    Job.objects.filter(pk=job_id, state=Job.State.RUNNING).update(
        stage=_("服务重新启动后继续"), heartbeat_at=timezone.now() - timedelta(days=1)
    )


def _watch(child: "subprocess.Popen[bytes]", job_id: int, *, poll_seconds: float) -> tuple[str, str] | None:
    """Until the child ends (None) or must be ended: the state that gives, and the reason in words."""
    deadline = time.monotonic() + TIME_LIMIT.total_seconds()
    while child.poll() is None:
        time.sleep(poll_seconds)
        Job.objects.filter(pk=job_id).update(heartbeat_at=timezone.now())
        if Job.objects.filter(pk=job_id, stop_asked_at__isnull=False).exists():
            return Job.State.STOPPED, _("提交人已停止。")
        if time.monotonic() > deadline:
            return Job.State.FAILED, _("超过时限，已停止。可缩小范围后重试。")
    return None


def finish(job_id: int, *, state: str, failure: str) -> None:
    """Write down how a job ended that did not say so itself."""
    # Only a job still running: the child itself writes "done", and that word stands.
    ending.end(job_id, state=state, failure=failure)
