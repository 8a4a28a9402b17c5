"""区市: a liaison reads the own district, the secretariat all in the order of their codes; money is not added."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from lianzhang.accounts.models import Body
from lianzhang.collecting.models import Collection, Submission
from lianzhang.projects import by_district
from lianzhang.projects.models import LeadClock
from lianzhang.projects.stages import Stage
from lianzhang.tables import paging
from tests.cast import Cast
from tests.projects.test_funnel import project

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


def city(cast: Cast) -> None:
    today = timezone.localdate()
    spring = today - 60 * DAY
    money = {"intended_wan": Decimal(100), "agreed_wan": Decimal(80)}
    project(cast, 1, {Stage.SIGNED: spring}, next_due_on=today - DAY, next_milestone="取得用地", **money)
    project(cast, 2, {Stage.STARTED: spring}, agreed_wan=Decimal(20))
    lead = project(cast, 3, {Stage.LEAD: spring})
    LeadClock.objects.create(project=lead, kind="follow", started_on=spring, due_on=today + 2 * DAY)
    later = project(cast, 4, {Stage.LEAD: spring}, district=cast.west)
    LeadClock.objects.create(project=later, kind="follow", started_on=spring, due_on=today + 30 * DAY)


def month(cast: Cast, *, sent_at: dt.datetime | None) -> None:
    due = timezone.now() - 5 * DAY
    count = Collection.objects.count()
    asked = Collection.objects.create(
        code=f"YB-{count}", title="月度调度", kind="month", period=dt.date(2026, 1 + count, 1), due_at=due,
        owner=cast.bodies["secretariat"], opened_by=cast.secretary, opened_at=due - 5 * DAY,
    )  # fmt: skip
    state = "submitted" if sent_at else "expected"
    by = {"submitted_by": cast.district_east, "submitted_at": sent_at} if sent_at else {}
    Submission.objects.create(collection=asked, body=cast.east, state=state, first_submitted_at=sent_at, **by)


def told(response: Any) -> str:
    assert response.status_code == 200
    return str(response.content.decode())


def test_a_districts_standing_counts_by_stage_and_keeps_each_kind_of_money_apart(cast: Cast) -> None:
    city(cast)
    (east,) = by_district.standings(cast.secretary, today=timezone.localdate(), bodies=[cast.east])
    assert east.groups == {"leads": 1, "talks": 0, "signed": 1, "building": 1, "production": 0}
    assert east.money == {"intended_wan": Decimal(100), "agreed_wan": Decimal(100), "arrived_wan": None}
    assert east.late_count >= 1


def test_a_month_is_on_time_by_the_first_time_it_came_in_and_one_not_sent_is_owed(cast: Cast) -> None:
    city(cast)
    for sent in (timezone.now() - 6 * DAY, timezone.now() - DAY, None):
        month(cast, sent_at=sent)
    (east,) = by_district.standings(cast.secretary, today=timezone.localdate(), bodies=[cast.east])
    assert east.answers is not None
    assert (east.answers.expected, east.answers.received, east.answers.on_time) == (3, 2, 1)


def test_a_lead_whose_clock_ends_within_a_week_stands_on_its_districts_page(cast: Cast, client: Client) -> None:
    city(cast)
    client.force_login(cast.district_east)
    page = told(client.get("/projects/districts/east/"))
    assert [f"XM-900{n}" in page for n in (1, 3, 4)] == [True, True, False]
    assert "不相加" in page
    client.force_login(cast.secretary)
    assert "XM-9004" not in told(client.get("/projects/districts/west/"))


def test_a_liaison_is_led_to_the_own_district_and_finds_no_other(cast: Cast, client: Client) -> None:
    client.force_login(cast.district_west)
    assert client.get("/projects/districts/").headers["Location"] == "/projects/districts/west/"
    assert client.get("/projects/districts/east/").status_code == 404
    assert "/projects/districts/" in told(client.get("/"))


def test_districts_stand_side_by_side_in_the_order_of_their_codes(cast: Cast, client: Client) -> None:
    city(cast)
    client.force_login(cast.secretary)
    page = told(client.get("/projects/districts/"))
    assert page.index(cast.east.name) < page.index(cast.west.name)
    assert "不排名" in page
    assert client.get("/projects/districts/", {"format": "xlsx"}).status_code == 200
    Body.objects.filter(pk=cast.east.pk).update(is_illustrative=True)
    assert 'class="illustrative"' in client.get("/projects/districts/").content.decode()
    assert 'class="illustrative"' in client.get("/projects/districts/east/").content.decode()


def test_the_tab_of_a_chain_shows_its_projects_under_the_sentence_of_its_funnel(cast: Cast, client: Client) -> None:
    city(cast)
    client.force_login(cast.clerk_a)
    page = told(client.get(f"/projects/chain/{cast.chain_a.code}/"))
    assert "漏斗还没有计算过" in page
    assert "XM-9001" in page


@pytest.mark.parametrize("address", ["/projects/", "/projects/key/", "/projects/leads/"])
def test_a_long_table_shows_the_same_rows_in_the_same_order(
    cast: Cast, client: Client, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    for n in range(1, 8):
        stage = Stage.SIGNED if address == "/projects/key/" else Stage.LEAD
        project(cast, n, {stage: timezone.localdate() - n % 3 * DAY}, is_key=True, intended_wan=Decimal(n * 7 % 5))
    client.force_login(cast.secretary)

    def rows() -> str:
        page = told(client.get(address))
        return page[page.index("<tbody>") : page.index("</tbody>")]

    short = rows()
    monkeypatch.setattr(paging, "LONG", 1)
    assert rows() == short
    assert short.count("XM-900") >= 7
