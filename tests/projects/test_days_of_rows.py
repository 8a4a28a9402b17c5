"""Days in a ledger: done is not after today, plans are in order; what a row leaves alone stops nothing."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from lianzhang.intake.models import Batch, StagedRow
from lianzhang.projects.models import Project
from tests.cast import Cast
from tests.intake.handing_in import hand_in, workbook
from tests.projects import months

pytestmark = pytest.mark.django_db
START, END = dt.date(2026, 3, 1), dt.date(2026, 12, 1)


def row(project: Project, cast: Cast, folder: Path, **said: Any) -> StagedRow:
    """What a row about a project comes to."""
    given = {"code": project.code, "name": project.name, "chain": "链A", "total_wan": 90000, **said}
    batch: Batch = hand_in(
        workbook("key_projects", {"projects": [given]}, folder), ledger="key_projects", by=cast.clerk_a
    )
    return batch.rows.get()


def told(staged: StagedRow) -> dict[str, str]:
    return {one["code"]: one["message_zh"] for one in staged.complaints}


@pytest.fixture
def project(cast: Cast) -> Project:
    return months.key_project(cast, 1, planned_start_on=START, planned_completion_on=END)


@pytest.mark.parametrize("field", ["started_on", "arrived_on", "fai_registered_on"])
def test_what_is_told_as_done_is_not_after_today(field: str, cast: Cast, project: Project, tmp_path: Path) -> None:
    today = timezone.localdate()
    ahead = row(project, cast, tmp_path, **{field: today + dt.timedelta(days=40)})
    assert ahead.kind == "error"
    assert f"晚于今天 {today}" in told(ahead)["date_ahead"]
    assert row(project, cast, tmp_path, **{field: today}).kind == "changed"


def test_works_are_not_planned_to_end_before_they_begin(cast: Cast, project: Project, tmp_path: Path) -> None:
    for said in (
        {"planned_completion_on": dt.date(2020, 1, 1)},  # against the start that the system holds
        {"planned_start_on": dt.date(2027, 5, 1)},
        {"planned_start_on": END, "planned_completion_on": START},
        {"planned_production_on": dt.date(2026, 2, 1)},
    ):
        wrong = row(project, cast, tmp_path, **said)
        assert wrong.kind == "error", said
        assert "早于计划开工" in told(wrong)["date_order"]
    moved = {"planned_start_on": dt.date(2027, 3, 1), "planned_completion_on": dt.date(2027, 12, 1)}
    assert row(project, cast, tmp_path, **moved).kind == "changed"


def test_a_day_that_stood_wrong_before_stops_no_other_cell_of_its_row(cast: Cast, tmp_path: Path) -> None:
    ahead = timezone.localdate() + dt.timedelta(days=40)
    held = months.key_project(cast, 2, planned_start_on=END, planned_completion_on=START, started_on=ahead)
    same = {"planned_start_on": END, "planned_completion_on": START, "started_on": ahead}
    assert row(held, cast, tmp_path, **same, problem="供电未落实").kind == "changed"
