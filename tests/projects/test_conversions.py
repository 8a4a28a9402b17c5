"""活动转化: of the deals whose months have passed, how many came how far; reckoned apart by chainlab."""

import datetime as dt
import random
import re
from typing import Any

import pyarrow as pa
import pytest
from django.test import Client

from chainlab import funnel
from chainlab.funnel import cohorts
from lianzhang.indicators.models import Figure
from lianzhang.projects.events import conversions
from lianzhang.projects.models import Event, Project, Signing, StageEntry
from lianzhang.projects.stages import Stage
from lianzhang.registry.models import Source
from tests.cast import TODAY, Cast
from tests.projects.scene import EARLIER as NOW

pytestmark = pytest.mark.django_db


def fair(cast: Cast, code: str, **fields: Any) -> Event:
    return Event.objects.create(code=code, name=code, **{"chain": cast.chain_a, **fields})


def deal(event: Event, signed_on: dt.date | None, steps: dict[Stage, dt.date | None]) -> Signing:
    code = f"XM-{Project.objects.count() + 1}"
    stage = max(steps, default=Stage.LEAD)
    project = Project.objects.create(
        code=code, name=code, chain=event.chain, stage=stage, started_on=steps.get(Stage.STARTED)
    )
    for step, on in steps.items():
        StageEntry.objects.create(
            project=project, stage=step, entered_on=on, verdict="passed", asked_at=NOW, checked_at=NOW
        )
    return Signing.objects.create(event=event, project=project, signed_on=signed_on)


def horizon(signings: Any, months: int) -> conversions.Horizon:
    found = conversions.horizons(conversions.deals(signings), today=TODAY)
    return next(each for each in found if each.months == months)


def test_a_deal_counts_once_its_months_have_passed_and_not_before(cast: Cast) -> None:
    event = fair(cast, "HD-1", held_on=dt.date(2025, 1, 10))
    deal(event, None, {Stage.SIGNED: dt.date(2025, 2, 1), Stage.STARTED: dt.date(2026, 1, 10)})
    deal(event, dt.date(2026, 11, 1), {Stage.SIGNED: dt.date(2026, 11, 1), Stage.STARTED: dt.date(2026, 11, 5)})
    year = horizon(Signing.objects.all(), 12)
    assert (year.due_count, year.reached[Stage.STARTED], year.start_ratio) == (1, 1, 1.0)
    half = horizon(Signing.objects.all(), 6)
    assert (half.due_count, half.reached[Stage.SIGNED], half.reached[Stage.STARTED]) == (1, 1, 0)
    assert horizon(Signing.objects.all(), 24).start_ratio is None, "two years have not passed: no ratio, not zero"


def test_a_stage_jumped_over_was_passed_by_the_next_that_has_a_day(cast: Cast) -> None:
    event = fair(cast, "HD-1", held_on=dt.date(2024, 1, 10))
    deal(event, None, {Stage.STARTED: dt.date(2024, 5, 1)})
    deal(event, None, {Stage.STARTED: None})
    found = horizon(Signing.objects.all(), 6)
    assert (found.due_count, found.undated_count) == (1, 1), "a start without a day is neither in time nor late"
    assert found.reached[Stage.REGISTERED] == found.reached[Stage.STARTED] == 1
    Project.objects.filter(started_on__isnull=True).update(started_on=dt.date(2024, 3, 1))
    found = horizon(Signing.objects.all(), 6)
    assert (found.due_count, found.reached[Stage.STARTED]) == (2, 2), "the record's own day will do"


def test_a_corrected_stage_counts_no_more(cast: Cast) -> None:
    event = fair(cast, "HD-1", held_on=dt.date(2024, 1, 10))
    signing = deal(event, None, {Stage.SIGNED: dt.date(2024, 2, 1), Stage.STARTED: dt.date(2024, 5, 1)})
    StageEntry.objects.filter(stage=Stage.STARTED).update(is_void=True)
    Project.objects.filter(pk=signing.project_id).update(stage=Stage.SIGNED)
    assert horizon(Signing.objects.all(), 12).reached == {
        Stage.SIGNED: 1, Stage.REGISTERED: 0, Stage.STARTED: 0, Stage.IN_PRODUCTION: 0,
    }  # fmt: skip


def test_it_agrees_with_the_funnel_of_the_library(cast: Cast) -> None:
    draw, log = random.Random(7), []
    event = fair(cast, "HD-1")
    for n in range(120):
        signed = dt.date(2024, 1, 1) + dt.timedelta(draw.randrange(300))
        steps: dict[Stage, dt.date | None] = {}
        on = signed - dt.timedelta(draw.choice([0, 40]))
        for step in conversions.STEPS[: draw.randrange(5)]:
            on += dt.timedelta(draw.randrange(250))
            steps[step] = on
        deal(event, signed, steps)
        log += [(n, "announced", signed)]
        log += [(n, step.name, max(day, signed)) for step, day in steps.items() if day]
    table = pa.table(
        {
            "item_id": [row[0] for row in log],
            "stage": [row[1] for row in log],
            "entered_on": [row[2] for row in log],
            "left_on": pa.array([None] * len(log), pa.date32()),
        }
    )
    for months in conversions.HORIZONS:
        ours = horizon(Signing.objects.all(), months)
        theirs: dict[str, int] = {}
        for row in funnel.conversion(table, months=months).to_pylist():
            theirs[row["stage"]] = theirs.get(row["stage"], 0) + row["reached_count"]
        assert ours.due_count == 120
        assert {step.name: count for step, count in ours.reached.items()} == {
            step.name: theirs.get(step.name, 0) for step in conversions.STEPS
        }
    assert cohorts.later(dt.date(2024, 8, 31), months=6) == dt.date(2025, 2, 28)


def test_totals_published_without_their_rows_stay_totals(cast: Cast, client: Client) -> None:
    told = fair(cast, "HD-1", held_on=dt.date(2024, 3, 1), signing_count=538)
    fair(cast, "HD-2", chain=cast.chain_b, held_on=dt.date(2025, 3, 1), signing_count=7)
    deal(told, None, {Stage.STARTED: dt.date(2024, 9, 1)})
    source = Source.objects.create(code="ART", title="综述")
    Figure.objects.create(
        indicator="event_intended", year=2023, value=2679, unit="亿元", scope="全市合计", source=source,
        rows_note="明细未公布",
    )  # fmt: skip
    client.force_login(cast.secretary)
    page = client.get("/projects/events/").content.decode()
    assert "2,679 亿元</a>，明细未公布" in page
    assert "2,679" in client.get("/projects/events/conversion/").content.decode()
    assert "2,679" in client.get("/projects/events/signings/").content.decode()
    assert "公布签约545个；已逐条对应项目1个，其中12个月内开工1个。其余明细未公布。" in page
    rows = conversions.table_rows(cast.secretary, by="event", today=TODAY)
    assert [(row.name, row.published_count, len(row.deals)) for row in rows] == [("HD-2", 7, 0), ("HD-1", 538, 1)]
    assert [row.horizons[12].start_ratio for row in rows] == [None, 1.0]
    for by, names in (("chain", ["链A", "链B"]), ("year", ["2025", "2024"])):
        assert [row.name for row in conversions.table_rows(cast.secretary, by=by, today=TODAY)] == names
        assert "没有这些条件" not in client.get(f"/projects/events/conversion/{by}/").content.decode()
    client.force_login(cast.sme)
    for address in ("/projects/events/", "/projects/events/?format=csv", "/projects/events/HD-1/"):
        shown = client.get(address).content.decode()
        assert "538" in shown
        assert "XM-1" not in shown
        assert not re.search(r"已对应项目(?!为)|其中开工", shown)  # what became of the deals is not for firms
    for by in ("", "chain/", "year/"):  # nor is a table of zeros that only their sight makes
        assert client.get(f"/projects/events/conversion/{by}").status_code == 404
