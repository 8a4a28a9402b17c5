"""A city's load, written straight into the tables: 2,000 projects and 20,000 tasks over the cast's two chains."""

import datetime as dt

from lianzhang.projects.models import Project
from lianzhang.projects.stages import Stage
from lianzhang.supervision.models import Task
from tests.cast import Cast


def projects(cast: Cast, *, today: dt.date, count: int = 2000) -> None:
    """Projects spread over stages, districts and due days."""
    stages, bodies = list(Stage), [cast.east, cast.west]
    Project.objects.bulk_create(
        [
            Project(
                code=f"XM-2025-{n:05d}",
                name=f"示例配套项目{n}",
                chain=cast.chain_a if n % 3 else cast.chain_b,
                district=bodies[n % 2],
                owner=cast.force_a,
                investor_name=f"示例投资方{n}",
                investor_key=f"示例投资方{n}",
                stage=stages[n % len(stages)],
                intended_wan=1000 + n,
                agreed_wan=900 + n,
                next_milestone="主体封顶",
                next_due_on=today + dt.timedelta(days=n % 60 - 20),
                is_key=n % 7 == 0,
                is_illustrative=True,
            )
            for n in range(count)
        ],
        batch_size=500,
    )


def tasks(cast: Cast, *, now: dt.datetime, count: int = 20_000) -> None:
    """Tasks spread over states, bodies and due days."""
    states = [Task.State.UNSIGNED, Task.State.HANDLING, Task.State.RETURNED, Task.State.REVIEW]
    bodies = [cast.department, cast.east, cast.west, cast.force_a, cast.lead_department_a]
    Task.objects.bulk_create(
        [
            Task(
                code=f"DB-2025-{n:05d}",
                title=f"示例督办事项{n}：核实缺口并反馈",
                chain=cast.chain_a if n % 3 else cast.chain_b,
                responsible=bodies[n % len(bodies)],
                assigned_by=cast.secretary,
                assigned_by_body=cast.secretariat,
                assigned_at=now - dt.timedelta(days=60),
                due_on=now.date() + dt.timedelta(days=n % 80 - 50),
                state=states[n % 4],
                is_illustrative=True,
            )
            for n in range(count)
        ],
        batch_size=500,
    )
