"""Reading jobs as the person who waits sees them: how far, how long still, what came of it."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from lianzhang.jobs.models import Job

# Below this share of the work done an estimate swings too wildly to be worth reading.
SURE_FROM = 0.05


@dataclass(frozen=True)
class Standing:
    """One job at one moment. `ratio` is 0–1 or None where the work does not know its size."""

    job: Job
    ratio: float | None
    seconds_left: int | None

    @property
    def state(self) -> str:
        return self.job.state

    @property
    def stage(self) -> str:
        return self.job.stage

    @property
    def word(self) -> str:
        return str(self.job.get_state_display())

    @property
    def message(self) -> str:
        """What came of it: the function's own word, or why it failed. A program's trace is for whoever keeps it."""
        if self.job.failure.startswith("Traceback"):
            return _("程序出错，没有完成。请把本页地址告诉系统管理员。")
        return self.job.failure or str(self.job.result.get("message", ""))


def standing(job: Job, *, now: datetime) -> Standing:
    """How `job` stands at `now`; the time left is the time used so far, carried on at the same pace."""
    if not job.total_count:
        return Standing(job, None, None)
    ratio = min(job.done_count / job.total_count, 1.0)
    if job.started_at is None or ratio < SURE_FROM:
        return Standing(job, ratio, None)
    used = (now - job.started_at).total_seconds()
    return Standing(job, ratio, max(0, round(used / ratio - used)))
