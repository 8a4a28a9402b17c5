"""Inside the child: find the job's function, run it, write down how it ended."""

import traceback

from django.conf import settings
from django.utils import translation
from django.utils.module_loading import import_string

from lianzhang.jobs import ending
from lianzhang.jobs.models import Job
from lianzhang.jobs.progress import Progress


class Unworkable(Exception):
    """The work cannot be done for a reason its asker can act on; the message is shown as it stands."""


def do(job_id: int) -> int:
    """Run job `job_id`; 0 when it is done, 1 when it failed. What the function wrote before failing is rolled back
    by its own transaction."""
    job = Job.objects.select_related("asked_by", "acting__body").get(pk=job_id)
    person = job.asked_by.act_as(job.acting) if job.acting else job.asked_by
    with translation.override(settings.LANGUAGE_CODE):
        try:
            result = import_string(settings.JOBS[job.kind])(Progress(job_id, person), **job.arguments)
        except Unworkable as reason:
            return _failed(job_id, str(reason))
        except Exception:  # noqa: BLE001  (whatever it was, the asker must see that it ended)
            return _failed(job_id, traceback.format_exc()[-2000:])
    ending.end(job_id, state=Job.State.DONE, result=result)
    return 0


def _failed(job_id: int, failure: str) -> int:
    ending.end(job_id, state=Job.State.FAILED, failure=failure)
    return 1
