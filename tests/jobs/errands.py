"""Job functions for the tests: quick, endless, failing, dying."""

import os
import signal
import time
from typing import Any

from lianzhang.jobs.models import Job
from lianzhang.jobs.progress import Progress
from lianzhang.jobs.work import Unworkable


def count(progress: Progress, *, upto: int) -> dict[str, Any]:
    for n in range(upto):
        progress.tell("数数", done=n + 1, total=upto)
    return {"sum": sum(range(upto)), "message": "数完了", "url": "/people/me"}


def wait(progress: Progress, *, seconds: float) -> None:
    progress.tell("等候", done=1, total=10)
    time.sleep(seconds)


def refuse(_progress: Progress) -> None:
    raise Unworkable("没有可用的采购数据。请下载模板发给链主。")


def stumble(_progress: Progress) -> None:
    raise ZeroDivisionError("an error nobody foresaw")


def die(_progress: Progress) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def die_once(_progress: Progress, *, marker: str) -> dict[str, Any]:
    if not os.path.exists(marker):  # noqa: PTH110
        with open(marker, "w"):  # noqa: PTH123
            pass
        time.sleep(60)
    return {"attempt": "second"}


def who(progress: Progress) -> dict[str, Any]:
    return {"post": progress.person.reach.post, "body": progress.person.reach.body_id}


def trip(job: Job) -> None:
    """Leaving in order what a job was about, and failing at it."""
    Job.objects.filter(pk=job.pk).update(failure="half done")
    raise ZeroDivisionError("an error nobody foresaw")
