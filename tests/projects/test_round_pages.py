"""The month on pages: what a district types, what a task force ticks, how the secretariat closes and corrects."""

import datetime as dt
import io
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse

from lianzhang.accounts.models import Person
from lianzhang.jobs.models import Job
from lianzhang.jobs.progress import Progress
from lianzhang.projects.models import MonthReport, Project
from lianzhang.projects.monthly import actions, jobs, queries
from tests.cast import Cast
from tests.projects import months

TYPED = {"done_month_wan": "100", "done_year_wan": "0.01亿元", "progress": "主体封顶", "next_milestone": "设备进场"}
TYPED |= {"next_due_on": "2026-12-20", "blockage_kind": "land", "blockage": "用地指标未落实"}


@pytest.fixture
def as_(client: Client) -> Any:
    """Sign in as somebody of the cast."""

    def signed_in(person: Person) -> Client:
        client.force_login(person)
        return client

    return signed_in


def told(response: Any) -> str:
    return str(response.content.decode())


def row(number: int, project: Project, **said: str) -> dict[str, str]:
    typed = {**TYPED, "project": str(project.pk), **said}
    return {f"row-{number}-{name}": value for name, value in typed.items()}


def test_a_district_is_led_to_its_own_answer_and_hands_it_in(cast: Cast, as_: Any) -> None:
    one, two = months.key_project(cast, 1), months.key_project(cast, 2, chain="chain_b")
    months.key_project(cast, 3, district="west")
    asked = months.opened(cast)
    page = as_(cast.district_east).get(reverse("rounds:one", args=[asked.code]), follow=True)
    url = page.redirect_chain[-1][0]
    assert "2个重点项目，已填齐0个" in told(page)
    assert "项目3" not in told(page)
    wrong = as_(cast.district_east).post(url, {"rows": "1", **row(0, one, done_month_wan="很多")})
    assert wrong.status_code == 422
    assert not MonthReport.objects.exists()
    sent = {"rows": "2", **row(0, one), **row(1, two), "then_submit": "1"}
    assert "已报送" in told(as_(cast.district_east).post(url, sent, follow=True))
    assert months.report(one).done_year_wan == Decimal(100)
    assert (months.report(one).blockage_kind, months.report(two).state) == ("land", "submitted")
    assert as_(cast.district_west).get(url).status_code == 404


def test_a_task_force_ticks_its_rows_and_the_secretariat_closes(cast: Cast, as_: Any) -> None:
    one, two = months.key_project(cast, 1), months.key_project(cast, 2, chain="chain_b")
    asked = months.opened(cast)
    months.sent(asked, cast, "east", {one: months.values("1", "1"), two: months.values("1", "1")})
    rows = f"{reverse('rounds:rows', args=[asked.code])}?is_mine=1"
    mine = told(as_(cast.clerk_a).get(rows))
    assert "项目1" in mine
    assert "项目2" not in mine
    ids = {"row": [months.report(one).pk, months.report(two).pk]}
    check = reverse("rounds:check", args=[asked.code, "pass"])
    assert "已核验1行。另有1行不由您核验" in told(as_(cast.clerk_a).post(check, ids, follow=True))
    back = reverse("rounds:check", args=[asked.code, "return"])
    assert as_(cast.clerk_b).post(back, ids).status_code == 422
    as_(cast.clerk_b).post(back, {**ids, "reason": "口径不符"})
    assert "口径不符" in told(as_(cast.district_east).get(reverse("rounds:row", args=[asked.code, two.code])))
    close = reverse("rounds:close", args=[asked.code])
    assert "1行已报未核或退回未改" in told(as_(cast.secretary).post(close))
    done = told(as_(cast.secretary).post(close, {"reason": "月底"}, follow=True))
    assert "已关账" in done
    job = Job.objects.get(kind="projects.write_month")
    jobs.write_month(Progress(job.pk, cast.secretary), **job.arguments)
    assert "不能再改" in told(as_(cast.secretary).post(close))
    one.refresh_from_db()
    assert one.done_as_of == dt.date(2026, 11, 30)


def test_a_month_stands_beside_the_one_before_drafts_uncounted_and_corrections_beside_what_was_reported(
    cast: Cast, as_: Any, django_assert_max_num_queries: Any
) -> None:
    one, two, three, four = months.city(cast)
    october = months.opened(cast, months.OCTOBER)
    months.sent(october, cast, "east", {each: months.values("100", "100") for each in (one, two, three)})
    asked = months.opened(cast)
    said = {each: months.values("150", "250") for each in (one, two, three)}
    months.sent(asked, cast, "east", said)
    months.written(asked, cast, "west", {four: months.values("7", "7")})  # not handed in: not reported
    url, office = reverse("rounds:one", args=[asked.code]), as_(cast.secretary)
    office.get(url)
    with django_assert_max_num_queries(12):
        page = office.get(url)
    assert page.context["total"]["tally"].month_wan == Decimal(450)
    east, west = ({row["answer"].body: row for row in page.context["rows"]}[body] for body in (cast.east, cast.west))
    assert (east["change_wan"], west["change_wan"]) == (Decimal(150), None)
    assert ">+150<" in told(page)
    months.passed(asked, cast.clerk_a)
    actions.close(asked, although="链B未核", now=months.NOON, by=cast.secretary)
    asked.refresh_from_db()
    for value in ("240", "230"):  # put right twice: the last counts
        correction: dict[str, Any] = {"field": "done_year_wan", "value": Decimal(value), "reason": "重复计入"}
        actions.correct(collection=asked, project=one, now=months.NOON, by=cast.secretary, **correction)
    page = as_(cast.secretary).get(url)
    lights = {row["answer"].body: str(row["light"]) for row in page.context["rows"]}
    assert lights == {cast.east: "已报", cast.west: "未报"}  # what was only begun was never reported
    assert page.context["total"]["tally"].year_wan == Decimal(750)
    assert (page.context["total"]["corrected_count"], page.context["total"]["right_wan"]) == (1, Decimal(730))
    assert f"{reverse('rounds:rows', args=[asked.code])}?district=east&amp;is_corrected=1" in told(page)


def test_rows_that_wait_for_a_task_force_stand_on_its_first_page_until_they_are_passed_or_the_month_is_closed(
    cast: Cast, as_: Any, django_assert_max_num_queries: Any
) -> None:
    projects = months.city(cast)
    for month in (months.OCTOBER, months.NOVEMBER):
        asked = months.opened(cast, month)
        rows = {each: months.values("1", "1", explanation="首次报送") for each in projects}
        months.sent(asked, cast, "east", {each: rows[each] for each in projects[:3]})
        months.sent(asked, cast, "west", {projects[3]: rows[projects[3]]})
    url = f"{reverse('rounds:rows', args=[asked.code])}?is_mine=1"
    clerk = as_(cast.clerk_a)
    clerk.get("/")  # what a process reads once
    with django_assert_max_num_queries(12):
        home = told(clerk.get("/"))
    assert home.index("2026年10月月报：3行待核验") < home.index("2026年11月月报：3行待核验")
    assert f'href="{url}"' in home
    assert "2026年11月月报：1行待核验" in told(as_(cast.clerk_b).get("/"))
    for reader in (cast.officer, cast.district_east):  # they read months and check none
        assert "待核验" not in told(as_(reader).get("/"))
    months.passed(asked, cast.clerk_a)
    actions.close(months.opened_before(asked), although="月底", now=months.NOON, by=cast.secretary)
    assert "待核验" not in told(as_(cast.clerk_a).get("/"))


def test_after_the_close_a_district_has_nothing_to_type_into_and_reads_what_became_of_its_month(
    cast: Cast, as_: Any
) -> None:
    months.city(cast)
    asked = months.opened(cast)
    rows = {each: months.values("7", "7") for each in months.city_of(cast, "west")}
    months.written(asked, cast, "west", rows)  # begun, never handed in
    months.sent(asked, cast, "east", {each: months.values("1", "1") for each in months.city_of(cast, "east")})
    west, east = (reverse("rounds:answer", args=[asked.code, body]) for body in ("west", "east"))
    assert 'name="row-0-done_month_wan"' in told(as_(cast.district_west).get(west))
    read = told(as_(cast.secretary).get(east))  # handed in: there is nothing left to write for anybody
    assert 'name="row-0-done_month_wan"' not in read
    actions.close(asked, although="西区断网", now=months.NOON, by=cast.secretary)
    page = told(as_(cast.district_west).get(west))
    assert "已于 2026-11-23 关账，本区市未报，数字没有计入；请秘书处以更正补记。" in page
    assert "前报送" not in page
    assert 'name="row-0-done_month_wan"' not in page
    assert '<td class="n" data-label="当月完成投资（万元）">7</td>' in page  # what was begun stays to be read
    assert "已于 2026-11-23 关账。数字有误请秘书处更正。" in told(as_(cast.district_east).get(east))
    own = reverse("rounds:row", args=[asked.code, months.city_of(cast, "west")[0].code])
    assert "<textarea" not in told(as_(cast.district_west).get(own)).partition("<main")[2].partition("</main>")[0]


def test_a_month_closed_over_a_silent_district_says_so_on_its_page_its_rows_and_the_list_of_months(
    cast: Cast, as_: Any
) -> None:
    months.city(cast)
    asked = months.opened(cast)
    months.sent(asked, cast, "east", {each: months.values("1", "1") for each in months.city_of(cast, "east")})
    url, office = reverse("rounds:one", args=[asked.code]), as_(cast.secretary)
    assert 'data-reason="true"' in told(office.get(url))
    close = reverse("rounds:close", args=[asked.code])
    refused = office.post(close)
    assert refused.status_code == 422
    assert "还有1个区市未报或退回未改（西区），3行已报未核" in told(refused)
    office.post(close, {"reason": "西区断网"})
    said = "关闭时1个单位未报或退回未改：西区；理由：西区断网。"
    assert said in told(office.get(url))
    rows = reverse("rounds:rows", args=[asked.code])
    assert said in told(office.get(rows))
    book = openpyxl.load_workbook(io.BytesIO(office.get(f"{rows}?format=xlsx").content))
    assert any(said in str(cell.value) for line in book.worksheets[1].iter_rows() for cell in line)
    assert "西区断网" in told(office.get(reverse("rounds:list")))
    own = told(as_(cast.district_east).get(rows))  # a district reads no other's silence
    assert "未报或退回未改：西区" not in own


def test_a_correction_stands_beside_what_was_reported(cast: Cast, as_: Any) -> None:
    project = months.key_project(cast, 1)
    asked = months.opened(cast)
    months.sent(asked, cast, "east", {project: months.values("100", "100")})
    months.passed(asked, cast.clerk_a)
    actions.close(asked, now=months.NOON, by=cast.secretary)
    url = reverse("rounds:correct", args=[asked.code, project.code])
    assert as_(cast.clerk_a).get(url).status_code == 404
    said = {"field": "done_year_wan", "value": "九十", "reason": "重复计入"}
    assert as_(cast.secretary).post(url, {**said, "value": "约九十"}).status_code == 422
    page = told(as_(cast.secretary).post(url, {**said, "value": "90"}, follow=True))
    assert "重复计入" in page
    own = told(as_(cast.district_east).get(reverse("rounds:answer", args=[asked.code, "east"])))
    assert "重复计入" in own  # the district sees what was put right in its month
    assert f'href="{reverse("rounds:row", args=[asked.code, project.code])}"' in own
    found = as_(cast.secretary).get(f"{reverse('rounds:rows', args=[asked.code])}?format=xlsx")
    cells = {cell.value for line in openpyxl.load_workbook(io.BytesIO(found.content)).worksheets[0] for cell in line}
    assert {100, 90} <= cells


def test_photographs_of_progress_are_evidence_of_the_project(cast: Cast, as_: Any) -> None:
    project = months.key_project(cast, 1)
    asked = months.opened(cast)
    url = reverse("rounds:photo", args=[asked.code, project.code])
    sent = {"file": ContentFile(b"x", name="封顶.jpg"), "taken_on": "2026-11-20", "place": "现场"}
    assert as_(cast.district_east).post(url, sent).status_code == 422  # there is no row yet that it could belong to
    months.written(asked, cast, "east", {project: months.values("1", "1")})
    as_(cast.district_east).post(url, {**sent, "file": ContentFile(b"x", name="封顶.jpg")})
    assert len(months.report(project).proof_ids) == 1
    assert "封顶.jpg" in told(as_(cast.clerk_a).get(reverse("rounds:row", args=[asked.code, project.code])))


def test_the_month_stands_by_district_and_chain_with_who_is_waited_for(cast: Cast, as_: Any) -> None:
    one, _two, _three, four = months.city(cast)
    asked = months.opened(cast)
    months.sent(asked, cast, "west", {four: months.values("7", "7")})
    page = told(as_(cast.secretary).get(reverse("rounds:one", args=[asked.code])))
    assert "应报2，已报1（50.0%）" in page
    assert "未报（1）：东区" in page
    assert queries.tallies(queries.of_round(cast.secretary, asked), by="body")[cast.west.pk].submitted == 1
    assert one.name not in page
    as_(cast.secretary).post(reverse("rounds:new"), {"month": "2026-11", "due_at": "2030-01-01T18:00"})
    again = as_(cast.secretary).post(reverse("rounds:new"), {"month": "2026-11", "due_at": "2030-01-01T18:00"})
    assert "已经发起" in told(again)
