"""How a job ends, whoever ends it: the child that did it, the worker that watched, the asker, the clock."""

import logging
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.module_loading import import_string

from lianzhang.jobs.models import Job

logger = logging.getLogger(__name__)


def end(
    job_id: int,
    *,
    state: str,
    failure: str = "",
    result: dict[str, Any] | None = None,
    stood: str = Job.State.RUNNING,
    stop_asked_at: Any = None,
) -> bool:
    """Write down how a job ended that still `stood` so; False where somebody else had the last word already.

    Where it did not end well, its kind leaves in order what the work was about (settings.JOB_ENDINGS).
    """
    written: dict[str, Any] = {
        "state": state,
        "failure": failure,
        "result": result or {},
        "finished_at": timezone.now(),
        **({"stop_asked_at": stop_asked_at} if stop_asked_at else {}),
    }
    with transaction.atomic():
        if not Job.objects.filter(pk=job_id, state=stood).update(**written):
            return False
        if state != Job.State.DONE:
            _leave_in_order(Job.objects.select_related("asked_by").get(pk=job_id))
    return True


def _leave_in_order(job: Job) -> None:
    if job.kind not in settings.JOB_ENDINGS:
        return
    try:
        with transaction.atomic():
            import_string(settings.JOB_ENDINGS[job.kind])(job)
    except Exception:
        # A job that could not end for this would be taken up again for ever.
        logger.exception("what job %s was about could not be left in order", job.pk)
