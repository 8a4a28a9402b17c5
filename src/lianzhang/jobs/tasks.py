"""The one task django-tasks knows: run a job by its number."""

from django_tasks import task

from lianzhang.jobs import watch


@task(queue_name="quick")
def run(job_id: int) -> None:
    """Supervise job `job_id` to its end; the queue's worker calls this."""
    watch.supervise(job_id)
