"""A month of a large city: 2,000 key projects of ten districts, 36 months of each, closed and carried over.

    python -m benchmarks.month_close        the seconds of the close, the pages of the month; JSON in results/month.json

In an empty home, with the trail's events as the product writes them. The close is the job as the worker runs it; what
is not measured is the child's start and the queue.
"""

import datetime as dt
import json
import time
from decimal import Decimal
from typing import Any

from benchmarks.measure import settle

settle()
PROJECTS, DISTRICTS, MONTHS = 2_000, 10, 36
MOST_SECONDS = 10.0
NOVEMBER = dt.date(2026, 11, 1)
NOW = dt.datetime(2026, 11, 25, 4, tzinfo=dt.UTC)
FIGURE = Decimal(100)


def main() -> None:
    """Build the city, close its month, time its pages."""
    import django

    django.setup()
    from django.core.management import call_command

    from benchmarks.measure import RESULTS, machine
    from benchmarks.pages import steady

    call_command("migrate", verbosity=0)
    cast, asked = build()
    people = cast.people
    pages = {
        "rounds:answer (district_east)": (people["district_east"], f"/rounds/{asked.code}/of/east/"),
        "rounds:one (secretary)": (people["secretary"], f"/rounds/{asked.code}/"),
        "rounds:rows (clerk_a)": (people["clerk_a"], f"/rounds/{asked.code}/rows"),
        "rounds:list (secretary)": (people["secretary"], "/rounds/"),
    }
    timed = {name: steady(*page) for name, page in pages.items()}
    for name, said in timed.items():
        print(f"{name:32} {said['cpu_ms']:6.1f} ms {said['queries']:3} queries")
    seconds, count = close(cast, asked)
    print(f"close: {count} projects in {seconds:.1f} s{'  ← over' if seconds > MOST_SECONDS else ''}")
    about: dict[str, Any] = {"machine": machine(("django", "lianzhang")), "close_seconds": round(seconds, 2)}
    about |= {"projects": count, "pages": timed}
    (RESULTS / "month.json").write_text(json.dumps(about, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def build() -> tuple[Any, Any]:
    """The cast's city with ten districts, their projects, earlier months and one month handed in and checked."""
    from lianzhang.accounts.models import Body
    from lianzhang.accounts.rules import BodyKind
    from lianzhang.projects.models import Project
    from lianzhang.projects.monthly import actions
    from lianzhang.projects.stages import Stage
    from tests import cast as casts

    cast = casts.build()
    districts = [cast.east, cast.west] + [
        Body.objects.create(code=f"d{n}", kind=BodyKind.DISTRICT, name_zh=f"区{n}") for n in range(DISTRICTS - 2)
    ]
    chains = [cast.chain_a, cast.chain_b]
    Project.objects.bulk_create(
        Project(
            code=f"XM-2026-{n:04d}", name=f"项目{n}", chain=chains[n % 2], district=districts[n % DISTRICTS],
            is_key=True, stage=Stage.STARTED, plan_year_wan=Decimal(12_000),
        )
        for n in range(PROJECTS)
    )  # fmt: skip
    projects = list(Project.objects.all())
    for back in range(MONTHS - 1, 0, -1):
        _report(projects, _months_before(back), submission=None)
    asked = actions.open_round(month=NOVEMBER, due_at=NOW + dt.timedelta(days=3), now=NOW, by=cast.secretary)
    for submission in asked.submissions.all():
        own = [project for project in projects if project.district_id == submission.body_id]
        _report(own, NOVEMBER, submission=submission)
    asked.submissions.update(state="accepted", submitted_at=NOW, first_submitted_at=NOW)
    return cast, asked


def _months_before(count: int) -> dt.date:
    number = NOVEMBER.year * 12 + NOVEMBER.month - 1 - count
    return dt.date(number // 12, number % 12 + 1, 1)


def _report(projects: list[Any], month: dt.date, *, submission: Any) -> None:
    from lianzhang.projects.models import MonthReport

    MonthReport.objects.bulk_create(
        (
            MonthReport(
                project=project, month=month, submission=submission, body_id=project.district_id, state="checked",
                done_month_wan=FIGURE, done_year_wan=FIGURE * month.month, progress="主体施工",
                next_milestone="封顶", next_due_on=dt.date(2026, 12, 31),
            )
            for project in projects
        ),
        batch_size=1000,
    )  # fmt: skip


def close(cast: Any, asked: Any) -> tuple[float, int]:
    """Seconds from the click to the last project, and how many were written."""
    from lianzhang.jobs.progress import Progress
    from lianzhang.projects.monthly import actions, jobs

    began = time.perf_counter()
    job = actions.close(asked, now=NOW, by=cast.secretary)
    done = jobs.write_month(Progress(job.pk, cast.secretary), **job.arguments)
    return time.perf_counter() - began, int(done["count"])


if __name__ == "__main__":
    main()
