"""What the database works out of a project's row, beside the rule as the office says it, whatever wrote the row."""

import datetime as dt
import random
from decimal import Decimal
from typing import Any

import pytest

from lianzhang.projects.models import Project
from lianzhang.projects.stages import Stage, Status
from tests.cast import Cast

DAYS = [dt.date(2024, 2, 28), dt.date(2024, 2, 29), dt.date(2025, 1, 30), dt.date(2025, 1, 31), dt.date(2025, 12, 31)]
DAYS += [dt.date(2026, month, day) for month in range(1, 13) for day in (1, 15, 28)]
DATES = ("next_due_on", "planned_start_on", "started_on", "planned_completion_on", "completed_on", "progress_on")
DATES += ("planned_production_on", "produced_on", "done_as_of")
STATUSES = list(Status)


def drawn(dice: random.Random) -> dict[str, Any]:
    """Any row that the constraints allow, blanks included."""
    row: dict[str, Any] = {name: dice.choice([None, *DAYS]) for name in DATES}
    if row["started_on"] and row["completed_on"]:
        row["started_on"], row["completed_on"] = sorted((row["started_on"], row["completed_on"]))
    status = dice.choice(STATUSES)
    amounts = [None, Decimal(0), Decimal("0.1"), Decimal("1234.5678"), Decimal(90), Decimal(100)]
    return row | {
        "stage": dice.choice(list(Stage)),
        "status": status,
        "status_reason": "" if status == Status.NORMAL else "原因",
        "is_key": dice.random() < 0.5,
        "plan_year_wan": dice.choice(amounts),
        "done_year_wan": dice.choice(amounts),
    }


def expected(row: dict[str, Any]) -> tuple[dt.date | None, dt.date | None, Decimal | None]:
    """The earliest open node, since when nobody reported, and by how many twelfths the year's figure is behind."""
    if row["status"] not in (Status.NORMAL, Status.LATE):
        return None, None, None
    stage = row["stage"]
    nodes = [row["next_due_on"] if stage < Stage.FULL_CAPACITY else None]
    for step, planned, done in (
        (Stage.STARTED, "planned_start_on", "started_on"),
        (Stage.COMPLETED, "planned_completion_on", "completed_on"),
        (Stage.IN_PRODUCTION, "planned_production_on", "produced_on"),
    ):
        nodes.append(row[planned] if row[done] is None and stage < step else None)
    quiet = row["progress_on"] if row["is_key"] and stage < Stage.FULL_CAPACITY else None
    behind, on = None, row["done_as_of"]
    if row["plan_year_wan"] and row["done_year_wan"] is not None and on is not None:
        # A month is over when the next day is of another one; February on its 28th in every year.
        is_over = (on + dt.timedelta(days=1)).month != on.month or (on.month, on.day) == (2, 28)
        behind = row["plan_year_wan"] * (on.month - (not is_over)) - row["done_year_wan"] * 12
    return min((day for day in nodes if day), default=None), quiet, behind


def told() -> list[tuple[dt.date | None, dt.date | None, Decimal | None]]:
    """What the database says, in the order of the codes."""
    return list(Project.objects.order_by("code").values_list("open_due_on", "quiet_since", "behind_by"))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_columns_follow_the_row_whatever_wrote_it(cast: Cast, seed: int) -> None:
    dice = random.Random(seed)
    rows = [drawn(dice) for _row in range(200)]
    made = [Project(code=f"XM-{n:04d}", name=f"项目{n}", chain=cast.chain_a, **row) for n, row in enumerate(rows)]
    Project.objects.bulk_create(made)
    assert told() == [expected(row) for row in rows]
    for n in range(50):
        rows[n] = drawn(dice)
        Project.objects.filter(code=f"XM-{n:04d}").update(**rows[n])
    for n in range(50, 100):
        rows[n] = drawn(dice)
        record = Project.objects.get(code=f"XM-{n:04d}")
        for name, value in rows[n].items():
            setattr(record, name, value)
        record.save()
    assert told() == [expected(row) for row in rows]
    assert {len(set(column)) > 5 for column in zip(*told(), strict=True)} == {True}
