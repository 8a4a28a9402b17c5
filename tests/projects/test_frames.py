"""The log of stays and the months of investment, against a slow second way that asks project by project."""

import datetime as dt
import random
from decimal import Decimal
from typing import Any

import pytest

from lianzhang.projects import actions
from lianzhang.projects.funnel import frames
from lianzhang.projects.models import MonthCorrection, MonthReport, Project, StageEntry
from lianzhang.projects.stages import Stage
from tests.cast import TODAY, Cast
from tests.projects import scene

NOON = dt.datetime(2026, 8, 1, 4, tzinfo=dt.UTC)


def slow_stays(person: Any) -> list[tuple[Any, ...]]:
    """Each project by itself, each stage by a question of its own."""
    found = []
    for project in Project.objects.visible_to(person):
        dated: list[tuple[Stage, dt.date | None]] = []
        for stage in Stage:
            counted = project.entries.filter(stage=stage, verdict="passed", is_void=False, is_correction=False)
            if counted.exists():
                dated.append((stage, counted.order_by("entered_on").values_list("entered_on", flat=True)[0]))
        for n, (stage, on) in enumerate(dated):
            if on is None:
                continue
            left: dt.date | None = None
            way: str | None = None
            if n + 1 < len(dated):
                left, way = dated[n + 1][1], "advanced"
            elif project.stage > stage:
                way = "undated"
            elif project.status in {"lost", "terminated"}:
                left, way = project.status_on, project.status
            if way and (left is None or left < on):
                left, way = None, "undated"
            found.append((project.pk, int(stage), on, left, way))
    return sorted(found, key=lambda row: row[:2])


def entry(project: Project, stage: Stage, on: dt.date | None, cast: Cast, **more: Any) -> None:
    StageEntry.objects.create(
        **{
            "project": project, "stage": stage, "entered_on": on, "verdict": "passed", "asked_by": cast.clerk_a,
            "asked_at": NOON, "checked_at": NOON, **more,
        }
    )  # fmt: skip


@pytest.mark.django_db
def test_a_project_stays_in_a_stage_until_it_enters_the_next_or_is_lost(cast: Cast) -> None:
    project = scene.completed(cast)
    scene.bring(project, Stage.SIGNED, cast, now=NOON)
    project.refresh_from_db()
    actions.lose(project=project, reason="投资方去了外省", on=dt.date(2026, 7, 1), now=NOON, by=cast.clerk_a)
    rows = frames.log(cast.clerk_a).to_pylist()
    assert [(row["stage"], row["exit"]) for row in rows] == [
        (10, "advanced"), (20, "advanced"), (30, "advanced"), (40, "lost"),
    ]  # fmt: skip
    assert rows[-1]["left_on"] == dt.date(2026, 7, 1)
    assert rows[-2]["left_on"] == rows[-1]["entered_on"] == scene.DAYS[Stage.SIGNED]


@pytest.mark.django_db
def test_what_was_put_back_is_no_stay_and_a_held_project_is_still_there(cast: Cast) -> None:
    project = scene.completed(cast)
    scene.bring(project, Stage.REGISTERED, cast, now=NOON)
    project.refresh_from_db()
    back = {"to": Stage.SIGNED, "on": dt.date(2026, 7, 20), "reason": "执照不是本项目公司的"}
    actions.correct(project=project, now=NOON, by=cast.head_a, **back)
    project.refresh_from_db()
    actions.hold(project=project, reason="等待能评", on=dt.date(2026, 7, 30), now=NOON, by=cast.clerk_a)
    last = frames.log(cast.clerk_a).to_pylist()[-1]
    assert (last["stage"], last["entered_on"]) == (Stage.SIGNED, scene.DAYS[Stage.SIGNED])
    assert (last["left_on"], last["exit"]) == (None, None)


@pytest.mark.django_db
def test_a_district_reads_the_stays_and_months_of_its_own_projects_only(cast: Cast) -> None:
    here = scene.lead(cast, district=cast.east)
    there = scene.lead(cast, name="乙电机项目", investor_name="乙电机公司", district=cast.west)
    for project in (here, there):
        MonthReport.objects.create(project=project, month=dt.date(2026, 6, 1), state="checked", done_month_wan=5)
    assert set(frames.log(cast.district_east)["item_id"].to_pylist()) == {here.pk}
    assert frames.months(cast.district_east)["item_id"].to_pylist() == [here.pk]
    assert len(frames.months(cast.secretary)) == 2


@pytest.mark.django_db
def test_the_log_agrees_with_asking_project_by_project(cast: Cast) -> None:
    dice = random.Random(11)
    for n in range(60):
        status = dice.choice(["normal", "normal", "late", "suspended", "lost", "terminated"])
        project = Project.objects.create(
            code=f"XM-9{n:03d}", name=f"项目{n}", chain=cast.chain_a, stage=dice.choice(list(Stage)), status=status,
            status_reason="" if status == "normal" else "原因",
            status_on=dice.choice([None, TODAY - dt.timedelta(days=dice.randrange(400))]),
        )  # fmt: skip
        on = TODAY - dt.timedelta(days=900)
        for stage in [s for s in Stage if s <= project.stage and dice.random() < 0.8]:
            on += dt.timedelta(days=dice.randrange(0, 120))
            more = dice.choice([{}] * 6 + [{"is_void": True}, {"is_correction": True}, {"verdict": "returned"}])
            entry(project, stage, dice.choice([on] * 9 + [None]), cast, **more)
    found = [tuple(row.values()) for row in frames.log(cast.secretary).to_pylist()]
    assert found == slow_stays(cast.secretary)
    assert {row[4] for row in found} == {None, "advanced", "lost", "terminated", "undated"}


@pytest.mark.django_db
def test_a_months_figure_is_what_was_checked_and_a_correction_takes_its_place(cast: Cast) -> None:
    project = scene.lead(cast)
    june, july, may = (dt.date(2026, m, 1) for m in (6, 7, 5))
    checked = MonthReport.objects.create(project=project, month=june, state="checked", done_month_wan=Decimal("12.5"))
    MonthReport.objects.create(project=project, month=july, state="submitted", done_month_wan=Decimal(99))
    missed = MonthReport.objects.create(project=project, month=may)
    said = {"field": "done_month_wan", "reason": "重复计算", "corrected_on": TODAY, "by": cast.secretary}
    for report, before, after in ((checked, "12.5", "20"), (checked, "20", "8"), (missed, "", "3.25")):
        MonthCorrection.objects.create(report=report, before=before, after=after, at=NOON, **said)
    rows = [(row["month"], row["done_wan"]) for row in frames.months(cast.secretary).to_pylist()]
    assert sorted(rows) == [(5, 3.25), (6, 8.0)]
