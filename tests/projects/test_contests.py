"""首报争议台账: what the secretariat decides from and keeps: both sides, their times, the decision, the credit."""

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from lianzhang.accounts.models import Person
from lianzhang.projects import actions, contests
from lianzhang.projects.models import Contest, FollowUp, Project
from lianzhang.tables import RESTRICTED
from tests.cast import TODAY, Cast
from tests.intake.handing_in import hand_in, kinds, workbook
from tests.projects import scene

pytestmark = pytest.mark.django_db
MONDAY = dt.datetime(2026, 11, 2, 2, tzinfo=dt.UTC)
URL = "/projects/contests/"


def at(days: int) -> dt.datetime:
    return MONDAY + dt.timedelta(days=days)


def contested(cast: Cast, name: str, *, on: int = 5, also: bool = False) -> Contest:
    """The east reported first; the west contests it, with a project of its own where `also`."""
    investor = f"{name}公司"
    first = scene.lead(cast, by=cast.district_east, now=MONDAY, name=name, investor_name=investor)
    if also:
        said = {"name": f"西区{name}", "investor_name": investor, "although": "另一处"}
        scene.lead(cast, by=cast.district_west, now=at(1), **said)
    return actions.contest(code=first.code, statement=f"{name[:1]}先谈", now=at(on), by=cast.district_west)


def decide(contest: Contest, state: str, cast: Cast, *, on: int = 9) -> Contest:
    said = {"state": state, "decision": f"{state}有据", "now": at(on), "by": cast.secretary}
    return actions.decide_contest(contest=contest, **said)


def told(person: Person) -> dict[str, dict[str, Any]]:
    """Every row of the table in plain values, as the person sees it."""
    rows = contests.listed(person, today=TODAY).order_by(*contests.TABLE.default_order, "pk")
    return {row.code: {column.key: column.value(row) for column in contests.TABLE.columns} for row in rows}


def page(client: Client, person: Person, query: str = "") -> str:
    client.force_login(person)
    answer = client.get(URL + query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_row_holds_both_sides_with_their_times_and_what_was_decided_by_whom_and_when(cast: Cast) -> None:
    made = contested(cast, "甲项目", also=True)
    mine = Project.objects.get(name="西区甲项目")
    said = {"text": "赴企业", "now": at(3), "done_on": at(3).date(), "kind": FollowUp.Kind.FOLLOW}
    actions.follow_up(project=made.project, by=cast.district_east, **said)
    late = {**said, "now": at(7), "done_on": at(7).date()}
    actions.follow_up(project=made.project, by=cast.district_east, **late)
    decide(made, "shared", cast)
    row = told(cast.secretary)[made.code]
    assert (row["claimant"], row["first_reported_at"], row["project"]) == ("东区", MONDAY, made.project.code)
    assert (row["challenger"], row["other_reported_at"], row["other"]) == ("西区", at(1), mine.code)
    assert (row["first_deeds"], row["other_deeds"]) == (1, 0), "what was done after it was contested does not count"
    assert (row["decision"], row["decided_by"], row["decided_at"]) == ("shared有据", "secretary", at(9))
    assert (row["credit"], row["waited_days"]) == ("东区 50%，西区 50%", 4)


def test_who_lost_the_first_report_still_stands_in_the_row_and_a_later_decision_does_not_touch_an_earlier_one(
    cast: Cast,
) -> None:
    first = contested(cast, "甲项目")
    third = actions.contest(code=first.project.code, statement="专班更早", now=at(6), by=cast.clerk_a)
    decide(first, "moved", cast)
    decide(third, "shared", cast, on=12)
    rows = told(cast.secretary)
    assert (rows[first.code]["claimant"], rows[first.code]["credit"]) == ("东区", "西区 100%")
    assert (rows[third.code]["claimant"], rows[third.code]["credit"]) == ("西区", "西区 50%，链A专班 50%")
    shares = {credit.body: credit.share_ratio for credit in first.project.credits.all()}
    assert shares == {cast.west: Decimal("0.5"), cast.force_a: Decimal("0.5")}, "as the project counts them by now"
    kept = decide(contested(cast, "乙项目"), "upheld", cast)
    assert told(cast.secretary)[kept.code]["credit"] == "不变"


def test_what_is_to_be_decided_stands_first_the_longest_waiting_on_top_then_the_newest_decision(cast: Cast) -> None:
    old = decide(contested(cast, "甲", on=1), "upheld", cast, on=3)
    new = decide(contested(cast, "乙", on=2), "moved", cast, on=8)
    waits, longest = contested(cast, "丙", on=6), contested(cast, "丁", on=4)
    gone = contested(cast, "戊", on=5)
    actions.withdraw_contest(contest=gone, by=cast.district_west)
    assert list(told(cast.secretary)) == [one.code for one in (longest, waits, new, gone, old)]


def test_the_sentence_counts_what_waits_and_how_it_was_decided_and_opens_the_rows(cast: Cast, client: Client) -> None:
    assert "项争议" not in page(client, cast.secretary)
    for name, state in (("甲", "upheld"), ("乙", "moved"), ("丙", "upheld")):
        decide(contested(cast, name), state, cast)
    contested(cast, "丁")
    contested(cast, "戊", on=8)
    shown = page(client, cast.secretary)
    number = '<a href="/projects/contests/?{}"><strong class="fig">{}</strong></a>'
    waited = (timezone.localdate() - at(5).date()).days
    assert number.format("state=open", 2) + f"项争议待裁定，最早的已等{waited}天。" in shown
    assert "维持首报 " + number.format("state=upheld", 2) in shown
    assert "共 2 行" in page(client, cast.secretary, "?state=open")


@pytest.mark.parametrize(("query", "found"), [
    ("?q=丙先谈", {"丙"}), ("?q=丙公司", {"丙"}), ("?state=upheld", {"甲"}), ("?body=西区", {"甲", "丙"}),
    ("?body=链A", set()),
    ("?raised_from=2026-11-08", {"丙"}), ("?decided_to=2026-11-30", {"甲"}), ("?chain=test-b", set()),
    ("?chain=test-a", {"甲", "丙"}),
])  # fmt: skip
def test_it_is_searched_and_narrowed(cast: Cast, client: Client, query: str, found: set[str]) -> None:
    decide(contested(cast, "甲"), "upheld", cast)
    contested(cast, "丙", on=8)
    shown = page(client, cast.secretary, query)
    assert {name for name in ("甲", "丙") if f"{name}先谈" in shown.split("<tbody>")[-1]} == found


def test_each_district_reads_its_own_contests_and_never_the_others_project(cast: Cast, client: Client) -> None:
    made = contested(cast, "东区不外传的项目", also=True)
    west, east = told(cast.district_west)[made.code], told(cast.district_east)[made.code]
    assert [west[key] for key in ("name", "investor", "chain", "first_deeds")] == [RESTRICTED] * 4
    assert (west["project"], west["claimant"], west["first_reported_at"]) == (made.project.code, "东区", MONDAY)
    assert east["name"] == "东区不外传的项目"
    assert (east["other"], east["other_reported_at"], east["other_deeds"]) == (None, None, None)
    for query in ("?q=不外传", "?chain=test-a"):
        assert made.code not in page(client, cast.district_west, query), "a search tells nothing either"
    client.force_login(cast.district_west)
    sheet = client.get(URL + "?format=csv").content.decode()
    assert made.code in sheet
    assert "不外传" not in sheet
    client.force_login(cast.anchor_1)
    assert client.get(URL).status_code == 404


def test_who_reported_first_sees_the_contest_also_after_the_project_was_handed_on(cast: Cast) -> None:
    made = contested(cast, "甲项目")
    project = Project.objects.get(pk=made.project_id)
    actions.transfer(project=project, to=cast.west, reason="用地", on=at(6).date(), now=at(6), by=cast.secretary)
    assert project not in Project.objects.visible_to(cast.district_east)
    assert told(cast.district_east)[made.code]["claimant"] == "东区"


def test_the_office_is_led_to_what_waits(cast: Cast, client: Client) -> None:
    city, leads, home = reverse("chains:city"), reverse("projects:leads"), reverse("home")
    said = 'href="/projects/contests/?state=open"'
    client.force_login(cast.secretary)
    assert said not in client.get(city).content.decode()
    made = contested(cast, "甲项目")
    for url in (city, leads):
        assert said in client.get(url).content.decode()
    assert reverse("projects:contests") in client.get(reverse("projects:list")).content.decode()
    client.force_login(cast.clerk_a)
    assert said not in client.get(city).content.decode(), "who does not decide is not told there"
    for who in (cast.district_east, cast.district_west):
        client.force_login(who)
        assert f"首报争议 {made.code}" in client.get(home).content.decode()
    decide(made, "upheld", cast)
    client.force_login(cast.district_east)
    assert made.code not in client.get(home).content.decode()


def test_the_page_asks_as_much_for_thirty_contests_as_for_one(cast: Cast, client: Client) -> None:
    for who in (cast.secretary, cast.district_west):
        page(client, who)
    decide(contested(cast, "首个", also=True), "shared", cast)
    asked = {}
    for count in (1, 30):
        for n in range(Contest.objects.count(), count):
            contested(cast, "".join(chr(0x4E00 + 331 * n + 7 * k) for k in range(6)), also=n % 2 == 0)
        for who in (cast.secretary, cast.district_west):
            client.force_login(who)
            with CaptureQueriesContext(
                connection,
            ) as caught:
                assert client.get(URL).status_code == 200
            asked[count, who.username] = len(caught)
    assert asked[1, "secretary"] == asked[30, "secretary"] <= 12
    assert asked[1, "district_west"] == asked[30, "district_west"] <= 12


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize(("form", "name"), [("xlsx", "下载.xlsx"), ("csv", ""), ("csv", " (1)")])
@pytest.mark.parametrize("ledger", ["leads", "key_projects", "events"])
def test_its_export_handed_in_as_a_ledger_is_recognised_and_told_where_contests_are_decided(
    cast: Cast, client: Client, ledger: str, form: str, name: str, language: str
) -> None:
    decide(contested(cast, "甲项目"), "upheld", cast)
    client.force_login(cast.secretary)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    columns = "&columns=" + ",".join(column.key for column in contests.TABLE.columns)
    answer = client.get(f"{URL}?format={form}{columns}")
    with translation.override(language):
        title = str(contests.TABLE.title)
    file_name = name if name.endswith(form) else f"{title}_20261127{name}.{form}"
    batch = hand_in(answer.content, ledger=ledger, by=cast.secretary, name=file_name)
    assert (batch.state, batch.rows.count()) == ("refused", 0)
    assert batch.refusal.startswith("“首报争议”是系统内办理结果的记录")
    page = client.get(reverse("intake:batch", args=[batch.code])).content.decode()
    assert f"“{title}”" in page
    assert Project.objects.count() == 1


def test_a_sheet_of_ones_own_beside_such_a_record_is_read(cast: Cast, tmp_path: Path) -> None:
    rows = {"leads": [{"project_name": "甲项目", "investor": "外地甲公司", "chain": "链A"}]}
    batch = hand_in(workbook("leads", rows, tmp_path), ledger="leads", by=cast.secretary, name="首报争议.xlsx")
    assert kinds(batch) == {"new": 1}, "the name of a workbook is its sender's; that of its sheets tells"


def test_both_parties_find_a_dispute_on_their_first_page_until_it_is_decided(cast: Cast, client: Client) -> None:
    made = contested(cast, "甲项目")
    third = actions.contest(code=made.project.code, statement="专班更早", now=at(6), by=cast.clerk_a)
    parties = {
        cast.district_east: {made.code, third.code},
        cast.district_west: {made.code},
        cast.clerk_a: {third.code},
        cast.clerk_b: set(),
    }

    def shown(person: Person) -> set[str]:
        client.force_login(person)
        text = client.get("/").content.decode()
        return {one.code for one in (made, third) if f'href="/projects/contests/{one.code}/"' in text}

    assert {person: shown(person) for person in parties} == parties
    decide(made, "upheld", cast)
    decide(third, "upheld", cast, on=12)
    assert not any(shown(person) for person in parties)
