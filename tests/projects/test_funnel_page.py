"""The page of the funnel: a sentence whose numbers open, rates with their denominators, young cohorts marked."""

import datetime as dt
import io
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse

from lianzhang.jobs.models import Job
from lianzhang.projects.actions import readings
from lianzhang.projects.funnel import reckoning
from lianzhang.projects.funnel import tables as funnel_tables
from lianzhang.web.charts.funnel import outlook_option, staying_option
from tests.cast import Cast
from tests.projects.test_funnel import DAY, NOW, city

FUNNEL = "/projects/funnel/"


@pytest.fixture
def read(cast: Cast, client: Client) -> Client:
    """The cast's small portfolio with its funnels kept; the secretary is signed in."""
    city(cast)
    material = reckoning.read(cast.secretary)
    found = {key: reckoning.reading(material, key, today=DAY) for key in reckoning.keys(cast.secretary, material)}
    readings.keep(found, is_all=True, as_of=DAY, now=NOW, by=cast.secretary)
    client.force_login(cast.secretary)
    return client


def told(response: Any) -> str:
    assert response.status_code == 200
    return str(response.content.decode())


@pytest.mark.django_db
def test_the_sentence_has_numbers_that_open_exactly_their_projects(read: Client, cast: Cast) -> None:
    page = told(read.get(FUNNEL, {"year": "2026"}))
    assert '签约<a href="/projects/funnel/signed/2026/">4</a>个' in page
    rows = told(read.get(reverse("projects:funnel_rows", args=["signed", "2026-03"])))
    assert [f"XM-900{n}" in rows for n in (1, 2, 3, 4)] == [True, True, True, False]
    narrowed = told(read.get(reverse("projects:funnel_rows", args=["signed", "2026"]), {"chain": cast.chain_b.code}))
    assert [f"XM-900{n}" in narrowed for n in (1, 4)] == [False, True]
    assert read.get("/projects/funnel/came-in/1999/").status_code == 404


@pytest.mark.django_db
def test_both_start_rates_stand_with_their_denominators_and_open_their_definition(read: Client) -> None:
    page = told(read.get(FUNNEL))
    assert "年度计划未定新开工项目" in page
    assert "已开工1 ÷ 当年签约4" in page
    said = told(read.get("/projects/funnel/explain/start_rate_signed/"))
    assert "签约后流失、终止的仍在分母" in said
    assert "2026-11-26" in said
    assert read.get("/projects/funnel/explain/no-such/").status_code == 404


@pytest.mark.django_db
def test_every_table_is_taken_away_in_figures(read: Client) -> None:
    content = read.get(FUNNEL, {"table": "cohorts", "format": "xlsx"}).content
    sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    cells = [[cell.value for cell in row] for row in sheet.iter_rows()]
    march = next(row for row in cells if "2026-03" in [str(value) for value in row])
    assert march[1:4] == [3, 1, pytest.approx(1 / 3)]
    for table in ("by_year", "stays", "outlook", "record", "record_months"):
        assert read.get(FUNNEL, {"table": table, "format": "xlsx"}).status_code == 200


@pytest.mark.django_db
def test_a_district_is_shown_its_own_funnel_whatever_it_asks_for(read: Client, cast: Cast) -> None:
    read.force_login(cast.district_west)
    page = told(read.get(FUNNEL, {"district": cast.east.code}))
    assert cast.west.name in page
    assert "没有离开" not in page
    assert '<a href="/projects/funnel/signed/2026/?district=west">1</a>' in page


@pytest.mark.django_db
def test_a_scope_never_computed_says_so_and_is_asked_for_in_the_background(client: Client, cast: Cast) -> None:
    client.force_login(cast.clerk_a)
    assert "还没有计算过" in told(client.get(FUNNEL))
    answer = client.post("/projects/funnel/compute?chain=" + cast.chain_a.code)
    job = Job.objects.get()
    assert answer.headers["Location"] == reverse("jobs:job", args=[job.pk])
    assert job.arguments == {"chain": cast.chain_a.code, "district": ""}
    assert "正在计算" in told(client.get(FUNNEL))


def test_a_cohort_is_not_old_enough_until_its_last_day_has_had_its_months() -> None:
    assert funnel_tables.young("2026-03", as_of=dt.date(2026, 9, 30)) == (6, 12, 24)
    assert funnel_tables.young("2026-03", as_of=dt.date(2026, 10, 1)) == (12, 24)
    assert funnel_tables.young("2024-01", as_of=dt.date(2026, 2, 1)) == ()


def test_a_year_of_signings_is_its_months_added_up_and_as_young_as_the_youngest() -> None:
    data = [
        ["2026-09", 1, [[0, 0, 0]] * 3],
        ["2025-12", 2, [[1, 0, 0], [2, 1, 0], [2, 1, 1]]],
        ["2025-01", 3, [[3, 2, 0], [3, 3, 1], [3, 3, 2]]],
    ]
    young, old = funnel_tables.year_rows(data, as_of=DAY, url="/{}".format)
    assert (young.month, young.count, young.young) == ("2026", 1, (6, 12, 24))
    assert (old.month, old.count, old.reached) == ("2025", 5, [[4, 2, 0], [5, 4, 1], [5, 4, 3]])
    assert old.young == (12, 24), "December's have not had their twelve months"
    assert old.words(0, 1) == "2（40.0%）"
    assert old.words(2, 2) == "3（未满）"
    assert old.url == "/2025"


def test_the_curve_falls_in_steps_from_all_to_who_is_still_there() -> None:
    drawn = staying_option([[10, 0.5], [20, 0.25]])
    assert drawn is not None
    assert drawn["line"].split() == ["56.0,16.0", "336.0,16.0", "336.0,102.0", "616.0,102.0", "616.0,145.0"]
    assert staying_option([]) is None


def test_the_forecast_begins_where_the_done_line_ends_and_a_plan_has_its_height() -> None:
    rows = [[1, 10000.0, None, None, None, None], [2, None, 10000.0, 20000.0, 30000.0, 25000.0]]
    drawn = outlook_option(rows, planned_wan=float(Decimal(40000)))
    assert drawn is not None
    assert drawn["middle"].split()[0] == drawn["done"].split()[-1]
    assert len(drawn["band"].split()) == 3
    assert drawn["plan"] == "16.0"
    assert outlook_option([], planned_wan=None) is None
