"""A large city on the fixed cast: 24 chains of five actions; 2,000 projects and 20,000 tasks, or as many as asked."""

from datetime import timedelta
from decimal import Decimal

from django.utils import timezone

from lianzhang.accounts.models import Body
from lianzhang.accounts.rules import BodyKind
from lianzhang.chains.models import Action, Chain, Result
from lianzhang.projects.models import Project
from lianzhang.projects.stages import Stage, Status
from lianzhang.registry.models import Source
from lianzhang.supervision.models import Task
from tests.cast import SINCE, TODAY, Cast


def populate(cast: Cast, *, projects: int = 2_000, tasks: int = 20_000) -> None:
    """Fill the database around `cast`; plain rows, since nobody asks the trail about them."""
    chains = [cast.chain_a, cast.chain_b]
    for n in range(22):
        body = Body.objects.create(code=f"f{n}", kind=BodyKind.TASK_FORCE, name_zh=f"专班{n}")
        chains.append(
            Chain.objects.create(
                code=f"test-{n}",
                slug=f"s{n}",
                scheme=cast.scheme,
                name_zh=f"链{n}",
                group="strong",
                position=n + 3,
                nature="manufacturing",
                body=body,
            )
        )
    actions = [
        Action(
            code=f"JH-2026-9{n:03d}",
            chain=chains[n % 24],
            year=2026,
            matter=f"事项{n}",
            responsible=chains[n % 24].body,
            due_on=SINCE + timedelta(days=n * 12),
            progress_on=TODAY - timedelta(days=n % 90) if n % 3 else None,
            target_value=Decimal(100) if n % 4 == 0 else None,
            done_value=Decimal(n % 100) if n % 4 == 0 else None,
        )
        for n in range(120)
    ]
    Action.objects.bulk_create(actions)
    source = Source.objects.create(code="large", title="报道")
    Result.objects.bulk_create(
        [Result(chain=c, year=2025, statement=f"结果{n}", source=source) for c in chains for n in range(4)]
    )
    stages, days = list(Stage), [TODAY - timedelta(days=5), TODAY + timedelta(days=30), None]
    Project.objects.bulk_create(
        [
            Project(
                code=f"XM-2026-{n:04d}", name=f"项目{n}", chain=chains[n % 24], stage=stages[n % 10],
                next_due_on=days[n % 3], status=Status.NORMAL,
            )
            for n in range(projects)
        ]
    )  # fmt: skip
    Task.objects.bulk_create(
        [
            Task(
                code=f"DB-2026-{n:05d}", title=f"事项{n}", chain=chains[n % 24], responsible=chains[n % 24].body,
                assigned_by=cast.secretary, assigned_at=timezone.now(), due_on=TODAY + timedelta(days=n % 60 - 30),
                state=("handling", "closed", "unsigned")[n % 3],
                **({"closed_by": cast.secretary, "closed_at": timezone.now()} if n % 3 == 1 else {}),
            )
            for n in range(tasks)
        ],
        batch_size=2000,
    )  # fmt: skip
