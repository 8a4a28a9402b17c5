"""What a job's function tells the person who waits: the step it is at and how far it is."""

from dataclasses import dataclass

from django.db import connection, transaction

from lianzhang.accounts.models import Person
from lianzhang.jobs.models import Job


@dataclass
class Progress:
    """Handed to every job function as its first argument."""

    job_id: int
    person: Person

    def tell(self, stage: str, *, done: int = 0, total: int = 0) -> None:
        """Show `stage` (in the reader's language) and `done` of `total`."""
        if connection.in_atomic_block:
            # Inside a business transaction nobody else would see it before the end; SQLite would not let us either.
            return
        with transaction.atomic():
            Job.objects.filter(pk=self.job_id).update(stage=stage, done_count=done, total_count=total)
