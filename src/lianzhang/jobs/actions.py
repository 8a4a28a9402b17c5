"""Asking for work, stopping it, and giving work back that a dead worker held."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lianzhang.accounts.models import Person
from lianzhang.jobs import ending, tasks, watch
from lianzhang.jobs.models import Job

STALE_AFTER = timedelta(seconds=30)
MAX_ATTEMPTS = 3


def ask(
    kind: str,
    arguments: Mapping[str, Any],
    *,
    queue: str = Job.Queue.QUICK,
    subject_url: str = "",
    by: Person,
) -> Job:
    """Enqueue work in the caller's transaction: rolled back together, or both stand.

    `kind` is a key of settings.JOBS; `arguments` are JSON. The job acts for `by` in the post `by` acts in now.
    """
    if kind not in settings.JOBS:
        raise LookupError(f"no such job: {kind}")
    with transaction.atomic():
        job = Job.objects.create(
            kind=kind,
            arguments=dict(arguments),
            queue=queue,
            asked_by=by,
            acting=by.acting,
            asked_at=timezone.now(),
            subject_url=subject_url,
        )
        tasks.run.using(queue_name=queue).enqueue(job.pk)
    return job


def stop(job: Job, *, now: datetime) -> None:
    """Ask for a stop; the worker kills the child within a second. A waiting job stops at once."""
    ending.end(job.pk, stood=Job.State.WAITING, state=Job.State.STOPPED, stop_asked_at=now, failure=_("提交人已停止。"))
    Job.objects.filter(pk=job.pk, state=Job.State.RUNNING).update(stop_asked_at=now)


def reclaim(*, now: datetime) -> int:
    """Requeue jobs whose worker died: running without a heartbeat. After three attempts a job counts as failed."""
    count = 0
    stale = Job.objects.filter(state=Job.State.RUNNING, heartbeat_at__lt=now - STALE_AFTER)
    for job in stale:
        if job.attempt_count >= MAX_ATTEMPTS:
            watch.finish(job.pk, state=Job.State.FAILED, failure=_("三次均因程序中断未完成，请联系系统管理员。"))
            continue
        with transaction.atomic():
            again = Job.objects.filter(pk=job.pk, state=Job.State.RUNNING, heartbeat_at=job.heartbeat_at)
            if again.update(state=Job.State.WAITING, attempt_count=job.attempt_count + 1, stage=""):
                tasks.run.using(queue_name=job.queue).enqueue(job.pk)
                count += 1
    return count
