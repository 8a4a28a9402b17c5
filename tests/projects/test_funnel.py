"""漏斗: what came, how far each month's signings have got, what each rate counts, and whose figures one may see."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from lianzhang.collecting.models import Collection
from lianzhang.jobs.models import Job
from lianzhang.jobs.progress import Progress
from lianzhang.jobs.work import Unworkable
from lianzhang.projects import jobs
from lianzhang.projects.actions import readings
from lianzhang.projects.funnel import reckoning
from lianzhang.projects.funnel import tables as funnel_tables
from lianzhang.projects.models import FunnelReading, MonthReport, Project, StageEntry, YearPlan
from lianzhang.projects.stages import Stage
from lianzhang.web import funnels
from tests.cast import Cast

DAY = dt.date(2026, 11, 26)
NOW = dt.datetime(2026, 11, 26, 2, tzinfo=dt.UTC)
pytestmark = pytest.mark.django_db


def project(cast: Cast, n: int, stages: dict[Stage, dt.date], **fields: Any) -> Project:
    """One that went through `stages` on those days."""
    given = {"chain": cast.chain_a, "district": cast.east, "stage": max(stages), **fields}
    made = Project.objects.create(code=f"XM-9{n:03d}", name=f"项目{n}", started_on=stages.get(Stage.STARTED), **given)
    StageEntry.objects.bulk_create(
        StageEntry(
            project=made, stage=stage, entered_on=on, verdict="passed", asked_by=cast.clerk_a, asked_at=NOW,
            checked_at=NOW,
        )
        for stage, on in stages.items()
    )  # fmt: skip
    return made


def city(cast: Cast) -> list[Project]:
    """Three signed in March, one of them lost; one signed in September in another district and chain."""
    march, later = dt.date(2026, 3, 10), dt.date(2026, 9, 1)
    money = {"agreed_wan": Decimal(1000), "arrived_wan": Decimal(400)}
    lost = {"status": "lost", "status_reason": "去外省", "status_on": dt.date(2026, 5, 10)}
    return [
        project(cast, 1, {Stage.SIGNED: march, Stage.REGISTERED: dt.date(2026, 4, 10), Stage.STARTED: later}, **money),
        project(cast, 2, {Stage.SIGNED: march, Stage.REGISTERED: dt.date(2026, 11, 10)}, agreed_wan=Decimal(600)),
        project(cast, 3, {Stage.SIGNED: march}, **lost),
        project(cast, 4, {Stage.SIGNED: later}, chain=cast.chain_b, district=cast.west),
    ]


def test_a_cohort_is_counted_from_its_signing_and_the_lost_stay_in_its_denominator(cast: Cast) -> None:
    city(cast)
    read = reckoning.reading(reckoning.read(cast.secretary), (None, None), today=DAY)
    # month, signed, then 注册 开工 投产 within 6, 12 and 24 months
    assert read["cohorts"] == [
        ["2026-09", 1, [[0, 0, 0]] * 3],
        ["2026-03", 3, [[1, 1, 0], [2, 1, 0], [2, 1, 0]]],
    ]


def test_both_start_rates_name_their_own_denominator_and_unknown_money_is_in_neither_sum(cast: Cast) -> None:
    first, second, *_others = city(cast)
    plan = {"year": 2026, "set_at": NOW, "set_by": cast.secretary}
    YearPlan.objects.create(project=first, start_on=dt.date(2026, 8, 1), investment_wan=Decimal(500), **plan)
    YearPlan.objects.create(project=second, start_on=dt.date(2026, 10, 1), **plan)
    year = reckoning.reading(reckoning.read(cast.secretary), (None, None), today=DAY)["years"]["2026"]
    assert year["start_rate_plan"] == [1, 2]
    assert year["start_rate_signed"] == [1, 4]
    assert year["fulfil_rate"] == [2, 4]
    assert (year["funds_in_rate"], year["funds_known_count"]) == ([400.0, 1000.0], 1)
    assert (year["planned_wan"], year["planned_count"], year["plan_count"]) == (500.0, 1, 2)
    assert year["entered"] == {"40": 4, "70": 1, "90": 0}


def test_a_stage_says_how_long_half_of_them_stay_and_who_left_how(cast: Cast) -> None:
    city(cast)
    stays = reckoning.reading(reckoning.read(cast.secretary), (None, None), today=DAY)["stays"]
    signed = next(row for row in stays if row["stage"] == Stage.SIGNED)
    # 31 days to 注册, 61 to 流失, 245 to 注册; one has stayed 86 days so far.
    assert (signed["count"], signed["left_count"], signed["quartiles"]) == (4, 3, [31, 61, 245])
    assert signed["ways"] == [0.75, 0.25, 0.0]


def test_the_year_ends_as_earlier_years_did_and_without_a_past_nothing_is_forecast(cast: Cast) -> None:
    first, second, *_others = city(cast)
    for month in range(1, 13):
        MonthReport.objects.create(
            project=first, month=dt.date(2025, month, 1), state="checked", done_month_wan=Decimal(10)
        )
    for month in (1, 2, 3):
        MonthReport.objects.create(
            project=second, month=dt.date(2026, month, 1), state="checked", done_month_wan=Decimal(20)
        )
    years = reckoning.reading(reckoning.read(cast.secretary), (None, None), today=DAY)["years"]
    assert years["2026"]["through"] == 3
    assert years["2026"]["outlook"][-1] == [12, None, 240.0, 240.0, 240.0, 150.0]
    assert (years["2026"]["whole_years"], years["2026"]["record"]) == (1, [])
    MonthReport.objects.filter(month__year=2025).delete()
    year = reckoning.reading(reckoning.read(cast.secretary), (None, None), today=DAY)["years"]["2026"]
    assert (year["has_past"], year["outlook"][-1]) == (False, [12, None, None, None, None, None])


def test_a_forecast_is_judged_by_earlier_years_and_a_month_still_open_is_not_known_yet(cast: Cast) -> None:
    first, *_others = city(cast)
    amounts = {2024: 10, 2025: 20, 2026: 30}
    MonthReport.objects.bulk_create(
        MonthReport(project=first, month=dt.date(year, n + 1, 1), state="checked", done_month_wan=Decimal(wan))
        for year, wan in amounts.items()
        for n in range(12 if year < 2026 else 4)
    )
    april = Collection.objects.create(
        code="YB-2026-04", title="4月", kind="month", period=dt.date(2026, 4, 1), due_at=NOW, opened_at=NOW,
        owner=cast.secretary.acting.body, opened_by=cast.secretary,
    )  # fmt: skip
    year = reckoning.reading(reckoning.read(cast.secretary), (None, None), today=DAY)["years"]["2026"]
    assert (year["through"], year["whole_years"]) == (3, 2)
    assert year["record"] == [[2025, 240, 240, 240, 240, 60 + 90, 240]], "2025 cut in March, from 2024 alone"
    (row,) = funnel_tables.looked(year)
    assert row.is_within
    # Every year went alike, twice as much in 2025: the middle is right, last year's months lack half of what is left.
    assert year["record_months"] == [[month, 1, 1, 0.0, round((12 - month) / 24, 4), 0.0] for month in range(1, 12)]
    assert [one.naive for one in funnel_tables.looked_months(year)][:2] == [0.4583, 0.4167]
    assert funnels.judged([row]).startswith(
        "回看1年的同一月份：预测中值平均相差0.0%，按上年同期37.5%，按月平均0.0%；1年"
    )
    april.delete()
    year = reckoning.reading(reckoning.read(cast.secretary), (None, None), today=DAY)["years"]["2026"]
    assert year["through"] == 4


def test_a_day_reckons_every_scope_once_and_a_district_sees_its_own_alone(cast: Cast) -> None:
    city(cast)
    (job,) = readings.ask_due(NOW)
    assert readings.ask_due(NOW) == []
    assert job.asked_by == cast.secretary
    done = jobs.read_funnel(Progress(job.pk, cast.secretary), **job.arguments)
    assert done["count"] == FunnelReading.objects.count() == 7
    Job.objects.update(state=Job.State.DONE)
    assert readings.ask_due(timezone.now()) == []
    seen = FunnelReading.objects.visible_to(cast.district_east)
    assert {(row.chain, row.district) for row in seen} == {(None, cast.east), (cast.chain_a, cast.east)}


def test_who_asks_again_gets_one_scope_anew_and_a_district_nothing_beyond_its_own(cast: Cast) -> None:
    city(cast)
    person = cast.district_east
    job = readings.ask(chain=None, district=cast.east, url="/", by=person)
    assert readings.ask(chain=None, district=cast.east, url="/", by=person) == job
    for _time in range(2):
        jobs.read_funnel(Progress(job.pk, person), **job.arguments)
    assert FunnelReading.objects.get().data["count"] == 3
    with pytest.raises(Unworkable, match="没有您可以查看的项目"):
        jobs.read_funnel(Progress(job.pk, person), chain="", district="")


def test_the_month_is_said_from_which_the_forecast_was_nearer_than_both_plain_ways_to_the_end() -> None:
    def said(*rows: tuple[float | None, float | None, float]) -> str:
        made = {"record_months": [[n, 2, 1, *row] for n, row in enumerate(rows, start=9)]}
        return funnels.nearest_since(funnel_tables.looked_months(made))

    assert "从10月末起" in said((0.3, 0.2, 0.4), (0.1, 0.2, 0.3), (0.1, None, 0.2))
    assert "从11月末起" in said((0.1, 0.2, 0.4), (0.3, 0.2, 0.4), (0.1, 0.2, 0.2))
    assert "仍是另两种算法之一更准" in said((0.1, 0.2, 0.4), (0.1, 0.2, 0.4), (0.2, 0.3, 0.2))
    assert said() == ""
