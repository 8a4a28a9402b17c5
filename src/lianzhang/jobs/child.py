"""The child process of one job: `python -m lianzhang.jobs.child 17`. Killed with the job, and nothing else dies."""

import os
import sys


def main(job_id: int) -> int:
    """Run the job's function and write its result; a raised error becomes the job's failure text."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lianzhang.config.settings")
    import django

    django.setup()
    from lianzhang.jobs import work

    return work.do(job_id)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
