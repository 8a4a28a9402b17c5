"""状态灯: year's investment against time, silence, doubts; SQL counts what the light says, to the day and the yuan."""

import datetime as dt
import itertools
from decimal import Decimal
from typing import Any

import pytest

from lianzhang.projects import performance, queries, schedule, stages
from lianzhang.projects.models import MonthReport, Project
from lianzhang.projects.stages import Stage, Status
from tests.cast import Cast

TODAY = dt.date(2026, 11, 26)
LAST = dt.date(2026, 10, 31)
OVER = "年度投资完成108.3%，时间进度83.3%，超前25.0个百分点"


def _project(cast: Cast, **said: Any) -> Project:
    given = {"code": f"XM-{Project.objects.count()}", "name": "x", "chain": cast.chain_a, "stage": Stage.STARTED}
    under_way = {"plan_year_wan": Decimal(1200), "done_as_of": LAST, "progress_on": TODAY, "is_key": True}
    return Project.objects.create(**{**given, **under_way, **said})


def _light(project: Project) -> tuple[str, str, str]:
    light = schedule.light(project, today=TODAY)
    return light.code, str(light), str(light.reason)


@pytest.mark.parametrize(
    ("done", "expected"),
    [
        ("1010", ("normal", "正常", "年度投资完成84.2%，时间进度83.3%，超前0.8个百分点")),
        ("1000", ("normal", "正常", "年度投资完成83.3%，时间进度83.3%，超前0.0个百分点")),
        ("999", ("watch", "略落后", "年度投资完成83.2%，时间进度83.3%，落后0.1个百分点")),
        ("880", ("watch", "略落后", "年度投资完成73.3%，时间进度83.3%，落后10.0个百分点")),
        ("879.99", ("late", "进度落后", "年度投资完成73.3%，时间进度83.3%，落后10.0个百分点")),
        (
            "1300",
            (
                "idle",
                "存疑",
                "年度投资完成108.3%，时间进度83.3%，超前25.0个百分点；年度累计 1,300 超过年度计划 1,200，待核",
            ),
        ),
    ],
)
def test_completion_of_the_plan_is_held_against_the_months_that_are_over(
    cast: Cast, done: str, expected: tuple[str, str, str]
) -> None:
    assert _light(_project(cast, done_year_wan=Decimal(done))) == expected


def test_a_key_project_nobody_reported_on_for_more_than_35_days_is_red(cast: Cast) -> None:
    on = {days: TODAY - dt.timedelta(days=days) for days in (35, 36)}
    just, over = (_project(cast, progress_on=on[days], plan_year_wan=None) for days in (35, 36))
    assert _light(just)[0] == "normal"
    assert _light(over) == ("late", "未更新", "36天未更新进展")
    assert _light(_project(cast, progress_on=on[36], plan_year_wan=None, is_key=False))[0] == "normal"
    assert _light(_project(cast, progress_on=None, plan_year_wan=None))[0] == "normal"


def _month(project: Project, month: int, done: str, **said: Any) -> MonthReport:
    given = {"state": "submitted", "done_year_wan": Decimal(done), "month": dt.date(2026, month, 1)}
    return MonthReport.objects.create(project=project, **{**given, **said})


def test_a_figure_that_falls_or_jumps_against_the_last_month_handed_in_is_doubted(cast: Cast) -> None:
    fallen = _project(cast, done_year_wan=Decimal(1000))
    _month(fallen, 9, "1050")
    assert _light(fallen)[1:] == (
        "存疑",
        "年度投资完成83.3%，时间进度83.3%，超前0.0个百分点；年度累计由 1,050 降为 1,000，待核",
    )
    jumped = _project(cast, done_year_wan=Decimal(1100))
    _month(jumped, 9, "450")
    assert _light(jumped)[1] == "存疑"
    assert "当月 650 超过此前月均 50 的 3 倍" in _light(jumped)[2]
    steady = _project(cast, done_year_wan=Decimal(1050))
    _month(steady, 9, "950")
    _month(steady, 10, "9999", state="draft")
    assert _light(steady)[1] == "正常"


def test_a_doubt_that_was_explained_and_checked_is_settled(cast: Cast) -> None:
    project = _project(cast, done_year_wan=Decimal(1300))
    told = [{"code": "over_plan", "done": "1300", "plan": "1200"}]
    row = _month(project, 10, "1300", doubts=told, explanation="追加设备")
    assert _light(project)[1] == "存疑"
    row.state = "checked"
    row.checked_at = dt.datetime(2026, 11, 2, tzinfo=dt.UTC)
    row.save()
    del project.recent_months  # type: ignore[attr-defined]
    assert _light(project)[:2] == ("normal", "正常")


def test_what_is_red_says_what_is_doubtful_as_well(cast: Cast) -> None:
    project = _project(cast, done_year_wan=Decimal(300))
    _month(project, 9, "500")
    assert _light(project) == (
        "late",
        "进度落后",
        "年度投资完成25.0%，时间进度83.3%，落后58.3个百分点；年度累计由 500 降为 300，待核",
    )


def test_late_by_query_is_late_by_light_for_every_mix_of_plan_figure_and_silence(cast: Cast) -> None:
    days = [
        None,
        dt.date(2025, 12, 31),
        *(dt.date(2026, m, d) for m, d in [(1, 30), (2, 28), (6, 29), (6, 30), (10, 31)]),
    ]
    mixes = itertools.product(
        [Stage.NEGOTIATING, Stage.STARTED, Stage.FULL_CAPACITY],
        [Status.NORMAL, Status.LATE, Status.SUSPENDED],
        [None, Decimal(0), Decimal(1200)],
        [None, Decimal(0), Decimal(80), Decimal(480), Decimal("479.9999"), Decimal(880)],
        days,
        [(True, TODAY - dt.timedelta(days=35)), (True, TODAY - dt.timedelta(days=36)), (False, None)],
    )
    Project.objects.bulk_create(
        Project(
            code=f"XM-{n}",
            name="x",
            chain=cast.chain_a,
            stage=stage,
            status=status,
            status_reason="x",
            plan_year_wan=plan,
            done_year_wan=done,
            done_as_of=as_of,
            is_key=key,
            progress_on=said,
        )
        for n, (stage, status, plan, done, as_of, (key, said)) in enumerate(mixes)
    )
    by_query = set(queries.late(TODAY).values_list("code", flat=True))
    found = list(Project.objects.prefetch_related(performance.months(today=TODAY)))
    by_light = {p.code for p in found if _is_warned(p)}
    assert by_query == by_light
    assert 0 < len(by_light) < len(found)


def _is_warned(project: Project) -> bool:
    if project.status not in stages.MOVING:
        return False
    return project.status == Status.LATE or schedule.light(project, today=TODAY).code == "late"


def test_the_city_and_the_list_count_a_project_late_for_the_reason_its_light_gives(cast: Cast) -> None:
    for said in ({"done_year_wan": Decimal(300)}, {"done_year_wan": Decimal(1300)}, {"progress_on": LAST}):
        _project(cast, **said)
    _project(cast, done_year_wan=Decimal(990))  # a little behind is yellow, and not counted
    _project(cast, progress_on=TODAY - dt.timedelta(days=60), done_year_wan=None)
    assert queries.standing(cast.secretary, today=TODAY).late == 2
    assert {chain: one.late for chain, one in queries.standing_by_chain(cast.secretary, today=TODAY).items()} == {
        cast.chain_a.pk: 2
    }
