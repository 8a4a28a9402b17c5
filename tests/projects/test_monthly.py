"""月度调度: opened, answered, checked, closed; doubts are explained; what is closed is corrected, not changed."""

import datetime as dt
import io
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.core.files.base import ContentFile

from lianzhang.accounts.actions import Refused
from lianzhang.collecting import actions as collecting
from lianzhang.collecting import queries as collecting_queries
from lianzhang.collecting import sheets as collecting_sheets
from lianzhang.collecting.models import Collection, Submission
from lianzhang.jobs.progress import Progress
from lianzhang.projects.actions import records
from lianzhang.projects.models import MonthCorrection, MonthReport, Project
from lianzhang.projects.monthly import actions, doubts, jobs, queries, sheets
from lianzhang.projects.monthly.actions import Said
from lianzhang.projects.stages import Status
from lianzhang.records.models import Stale
from tests.cast import Cast
from tests.intake import handing_in
from tests.projects import months

State = MonthReport.State


def hand_in(submission: Submission, content: bytes, *, by: Any) -> Submission:
    """Upload a month's workbook and read it as the background job does."""
    upload = ContentFile(content, name="月报.xlsx")
    job = collecting.receive(submission, upload=upload, kind="projects.read_month", url="/", by=by)
    jobs.read_month(Progress(job.pk, by), **job.arguments)
    return Submission.objects.select_related("collection", "body").get(pk=submission.pk)


def closed(collection: Collection, cast: Cast, **said: Any) -> Collection:
    """Closed and written, as the worker does it."""
    job = actions.close(collection, now=months.NOON, by=cast.secretary, **said)
    jobs.write_month(Progress(job.pk, cast.secretary), **job.arguments)
    return Collection.objects.get(pk=collection.pk)


def test_every_district_with_key_projects_owes_its_month_and_a_month_is_opened_once(cast: Cast) -> None:
    months.key_project(cast, 1)
    months.key_project(cast, 2, district="west", status=Status.TERMINATED, status_reason="投资方退出")
    asked = months.opened(cast)
    assert asked.code == "YB-2026-11"
    assert [one.body for one in asked.submissions.all()] == [cast.east]
    with pytest.raises(Refused, match=r"已经发起（YB-2026-11）"):
        months.opened(cast)
    with pytest.raises(Refused, match="还没有开始"):
        months.opened(cast, dt.date(2026, 12, 1))
    with pytest.raises(Refused, match="秘书处"):
        actions.open_round(month=months.OCTOBER, due_at=months.DUE, now=months.NOON, by=cast.clerk_a)


def test_a_month_goes_from_the_district_over_the_task_forces_to_the_close_and_onto_the_projects(cast: Cast) -> None:
    one, two, three, _west = months.city(cast)
    asked = months.opened(cast)
    rows = {one: months.values("800", "9000"), two: months.values("0", "100"), three: months.values("50", "60.5")}
    months.sent(asked, cast, "east", rows)
    assert months.passed(asked, cast.clerk_a) == 2  # the chain's own rows and no other
    assert months.answer(asked, cast).state == Submission.State.SUBMITTED
    assert months.passed(asked, cast.clerk_b) == 1
    assert months.answer(asked, cast).state == Submission.State.ACCEPTED
    with pytest.raises(Refused, match="还有1个区市未报或退回未改（西区）。请催办，或写明理由后关账"):
        closed(asked, cast)
    done = closed(asked, cast, although="西区断网，次月补报")
    assert (done.state, done.close_reason) == (Collection.State.CLOSED, "西区断网，次月补报")
    one.refresh_from_db()
    assert (one.done_year_wan, one.done_as_of, one.progress) == (Decimal(9000), dt.date(2026, 11, 30), "主体封顶")
    assert (one.next_milestone, one.next_due_on) == ("设备进场", dt.date(2026, 12, 20))
    stands = collecting_queries.standing(collecting_queries.submissions(asked))
    assert (stands.expected, stands.received) == (2, 1)  # the west never answered, and stays listed so


def test_the_writer_does_not_check_and_the_checker_does_not_close(cast: Cast) -> None:
    project = months.key_project(cast, 1)
    asked = months.opened(cast)
    months.sent(asked, cast, "east", {project: months.values("1", "1")})
    for who in ("district_east", "secretary", "clerk_b"):
        with pytest.raises(Refused, match="没有待您核验"):
            actions.check(asked, reports=[months.report(project).pk], passes=True, now=months.NOON, by=cast.people[who])
    with pytest.raises(Refused, match="秘书处关账"):
        actions.close(asked, now=months.NOON, by=cast.clerk_a)


def test_a_row_sent_back_sends_the_answer_back_and_only_that_row_may_be_changed(cast: Cast) -> None:
    one, two = months.key_project(cast, 1), months.key_project(cast, 2)
    asked = months.opened(cast)
    months.sent(asked, cast, "east", {one: months.values("1", "1"), two: months.values("2", "2")})
    actions.check(asked, reports=[months.report(one).pk], passes=True, now=months.NOON, by=cast.clerk_a)
    with pytest.raises(Refused, match="理由"):
        actions.check(asked, reports=[months.report(two).pk], passes=False, now=months.NOON, by=cast.clerk_a)
    back: dict[str, Any] = {"passes": False, "reason": "与统计口径不符", "now": months.NOON, "by": cast.clerk_a}
    actions.check(asked, reports=[months.report(two).pk], **back)
    answer = months.answer(asked, cast)
    assert answer.state == Submission.State.RETURNED
    assert "项目2" in answer.return_reason
    with pytest.raises(Refused, match="已核"):
        months.written(asked, cast, "east", {one: {"done_month_wan": Decimal(5)}})
    months.sent(asked, cast, "east", {two: months.values("3", "3")})
    assert (months.report(one).state, months.report(two).state) == (State.CHECKED, State.SUBMITTED)


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (("100", "12001"), doubts.OVER_PLAN),
        (("401", "501"), doubts.JUMP),
        (("10", "99"), doubts.FALLING),
        (("10", "150"), doubts.MISMATCH),
    ],
)
def test_a_doubtful_figure_is_explained_before_it_goes(cast: Cast, said: tuple[str, str], code: str) -> None:
    project = months.key_project(cast, 1)
    october = months.opened(cast, months.OCTOBER)
    months.sent(october, cast, "east", {project: months.values("100", "100", explanation="十月前未统计")})
    asked = months.opened(cast)
    months.written(asked, cast, "east", {project: months.values(*said)})
    assert code in [doubt["code"] for doubt in months.report(project).doubts]
    assert doubts.said(months.report(project).doubts)
    with pytest.raises(Refused, match="存疑未说明"):
        actions.submit(months.answer(asked, cast), now=months.NOON, by=cast.district_east)
    months.written(asked, cast, "east", {project: {"explanation": "设备集中到货"}})
    actions.submit(months.answer(asked, cast), now=months.NOON, by=cast.district_east)
    assert months.report(project).state == State.SUBMITTED


def test_what_agrees_with_plan_pace_and_last_month_is_not_doubted() -> None:
    earlier = doubts.Earlier(Decimal(100), is_adjacent=True, usual_wan=Decimal(100))
    found = doubts.of(done_month=Decimal(300), done_year=Decimal("400.6"), plan_year=Decimal("400.6"), earlier=earlier)
    assert found == []
    # A month nobody reported lies between: the sum cannot be held against it.
    apart = doubts.Earlier(Decimal(100), is_adjacent=False, usual_wan=Decimal(100))
    assert doubts.of(done_month=Decimal(10), done_year=Decimal(900), plan_year=None, earlier=apart) == []


def test_an_incomplete_row_is_named_and_money_is_never_negative(cast: Cast) -> None:
    one, two = months.key_project(cast, 1), months.key_project(cast, 2)
    asked = months.opened(cast)
    months.written(asked, cast, "east", {one: months.values("1", "1", blockage_kind="land")})
    with pytest.raises(Refused, match=r"2个项目没有填齐：项目1（存在问题）、项目2（当月完成投资"):
        actions.submit(months.answer(asked, cast), now=months.NOON, by=cast.district_east)
    with pytest.raises(Refused, match="负数"):
        months.written(asked, cast, "east", {two: months.values("1", "-1")})
    with pytest.raises(Refused, match="不在本区市"):
        months.written(asked, cast, "east", {months.key_project(cast, 9, district="west"): months.values("1", "1")})


def test_last_months_figure_is_the_latest_known_of_the_year(cast: Cast) -> None:
    gap, fixed, fresh = (months.key_project(cast, number) for number in (1, 2, 3))
    rows = [(gap, 8, "80", "80"), (gap, 9, "40", "120"), (fixed, 10, "30", "300"), (fixed, 9, "0", "270")]
    for project, number, month, year in rows:
        MonthReport.objects.create(
            project=project, month=dt.date(2026, number, 1), done_month_wan=month, done_year_wan=year, state="checked"
        )
    MonthReport.objects.create(project=fresh, month=dt.date(2025, 12, 1), done_year_wan=900, state="checked")
    report = MonthReport.objects.get(project=fixed, month=months.OCTOBER)
    said = {"reason": "重复", "corrected_on": dt.date(2026, 11, 2), "by": cast.secretary, "at": months.NOON}
    MonthCorrection.objects.create(report=report, field="done_year_wan", before="300", after="290", **said)
    found = queries.earlier([gap, fixed, fresh], month=months.NOVEMBER)
    assert found[gap.pk] == doubts.Earlier(Decimal(120), is_adjacent=False, usual_wan=Decimal(60))
    assert found[fixed.pk] == doubts.Earlier(Decimal(290), is_adjacent=True, usual_wan=Decimal(30))
    assert found[fresh.pk] == doubts.Earlier()  # last year's cumulative is not this year's
    assert queries.earlier([fresh], month=dt.date(2026, 1, 1))[fresh.pk].cumulative_wan == 0


def test_closing_twice_and_editing_a_closed_month_are_told_in_words(cast: Cast) -> None:
    project = months.key_project(cast, 1)
    asked = months.opened(cast)
    months.sent(asked, cast, "east", {project: months.values("1", "1")})
    with pytest.raises(Refused, match="1行已报未核"):
        actions.close(asked, now=months.NOON, by=cast.secretary)
    assert closed(asked, cast, although="月底前须报市委").close_reason == "月底前须报市委"
    project.refresh_from_db()
    assert project.done_year_wan is None  # nobody checked it: it is not the city's figure
    with pytest.raises(Refused, match=r"secretary.*关闭，不能再改"):
        actions.close(asked, now=months.NOON, by=cast.second_secretary)
    with pytest.raises(Refused, match="不能再改"):
        months.written(asked, cast, "east", {project: months.values("2", "2")})
    with pytest.raises(Refused, match="不能再改"):
        actions.check(asked, reports=[], passes=True, now=months.NOON, by=cast.clerk_a)


def test_after_the_close_only_a_dated_correction_and_both_figures_stay(cast: Cast) -> None:
    project = months.key_project(cast, 1)
    asked = months.opened(cast)
    months.sent(asked, cast, "east", {project: months.values("100", "100")})
    said: dict[str, Any] = {
        "project": project,
        "field": "done_year_wan",
        "value": Decimal(90),
        "reason": "重复计入",
        "now": months.NOON,
    }
    with pytest.raises(Refused, match="还没有关账"):
        actions.correct(collection=asked, by=cast.secretary, **said)
    months.passed(asked, cast.clerk_a)
    asked = closed(asked, cast)
    with pytest.raises(Refused, match="秘书处"):
        actions.correct(collection=asked, by=cast.district_east, **said)
    with pytest.raises(Refused, match="理由"):
        actions.correct(collection=asked, by=cast.secretary, **{**said, "reason": " "})
    made = actions.correct(collection=asked, by=cast.secretary, **said)
    assert (made.before, made.after, made.corrected_on) == ("100", "90", dt.date(2026, 11, 23))
    assert months.report(project).done_year_wan == Decimal(100)  # what was reported stays
    project.refresh_from_db()
    assert project.done_year_wan == Decimal(90)
    with pytest.raises(Refused, match="与现值相同"):
        actions.correct(collection=asked, by=cast.secretary, **said)
    # December is held against the corrected figure.
    assert queries.earlier([project], month=dt.date(2026, 12, 1))[project.pk].cumulative_wan == Decimal(90)


def test_neither_the_project_page_nor_the_ledger_changes_a_closed_month(cast: Cast, tmp_path: Path) -> None:
    project = months.key_project(cast, 1)
    asked = months.opened(cast)
    months.sent(asked, cast, "east", {project: months.values("100", "100")})
    months.passed(asked, cast.clerk_a)
    closed(asked, cast)
    project.refresh_from_db()
    said: dict[str, Any] = {"text": "乙", "on": dt.date(2026, 11, 30), "done_year_wan": Decimal(120), "version": None}
    later = months.NOON + dt.timedelta(days=9)
    with pytest.raises(Refused, match="2026年11月已关账"):
        records.record_progress(project=project, now=later, by=cast.clerk_a, **said)
    row: dict[str, object] = {"code": project.code, "name": project.name, "chain": "链A", "total_wan": Decimal(90000)}
    row |= {"year_done_wan": Decimal(120), "problem": "供电未落实"}
    # A row that names no month is about the month the standing figure is of.
    for named in ({"period_on": months.NOVEMBER}, {}):
        content = handing_in.workbook("key_projects", {"projects": [row | named]}, tmp_path)
        told = handing_in.hand_in(content, ledger="key_projects", by=cast.clerk_a).rows.get()
        assert "done_year_wan" not in told.after
        assert told.after["blockage"] == "供电未落实"
        assert "month_closed" in [one["code"] for one in told.complaints]
    content = handing_in.workbook("key_projects", {"projects": [row | {"period_on": dt.date(2026, 12, 1)}]}, tmp_path)
    told = handing_in.hand_in(content, ledger="key_projects", by=cast.clerk_a).rows.get()
    assert "done_year_wan" in told.after  # December is open


def test_an_old_month_closed_late_does_not_overwrite_newer_figures(cast: Cast) -> None:
    project = months.key_project(cast, 1)
    october, november = months.opened(cast, months.OCTOBER), months.opened(cast)
    for asked, figure in ((november, "300"), (october, "200")):
        months.sent(asked, cast, "east", {project: months.values(figure, figure, explanation="补报")})
        months.passed(asked, cast.clerk_a)
        closed(asked, cast)
    project.refresh_from_db()
    assert (project.done_year_wan, project.done_as_of) == (Decimal(300), dt.date(2026, 11, 30))


def test_the_workbook_of_the_month_is_filled_in_with_what_is_known_and_read_back(cast: Cast) -> None:
    one = months.key_project(
        cast, 1, done_year_wan=Decimal(500), done_as_of=dt.date(2026, 10, 31), next_milestone="封顶"
    )
    two = months.key_project(cast, 2)
    asked = months.opened(cast)
    content = sheets.prefilled(months.answer(asked, cast), language="zh-hans", by=cast.district_east)
    book = openpyxl.load_workbook(io.BytesIO(content))
    page = book.worksheets[0]
    column: dict[str, Any] = {str(cell.value).lstrip("*").partition("（")[0]: cell.column for cell in page[1]}
    assert page.cell(2, column["上月止年度累计"]).value == 500
    assert page.cell(2, column["下一节点"]).value == "封顶"
    for row, (month, year) in enumerate((("100", 600), ("很多", 5)), start=2):
        page.cell(row, column["当月完成投资"]).value = Decimal(month) if month.isdecimal() else month
        page.cell(row, column["年度累计完成投资"]).value = year
        page.cell(row, column["形象进度"]).value = "主体施工"
    page.cell(4, column["项目名称"]).value = "别处的项目"
    out = io.BytesIO()
    book.save(out)
    got = hand_in(months.answer(asked, cast), out.getvalue(), by=cast.district_east)
    assert months.report(one).done_year_wan == Decimal(600)
    assert not MonthReport.objects.filter(project=two).exists()  # its row has a fault: nothing of it is taken
    assert got.upload["error_count"] == 2
    assert {"很多", "重点项目"} <= {
        word for one_ in got.upload["complaints"] for word in ("很多", "重点项目") if word in one_["zh"]
    }
    path = collecting_sheets.marked_path(got, sha256=got.upload["sha256"], language="zh-hans")
    assert openpyxl.load_workbook(path).sheetnames[0] == "错误清单"


def test_a_workbook_of_another_month_is_not_taken_for_this_one(cast: Cast) -> None:
    project = months.key_project(cast, 1)
    october, asked = months.opened(cast, months.OCTOBER), months.opened(cast)
    content = sheets.prefilled(months.answer(october, cast), language="zh-hans", by=cast.district_east)
    got = hand_in(months.answer(asked, cast), content, by=cast.district_east)
    assert got.upload["error_count"] == 1
    assert not MonthReport.objects.filter(project=project).exists()


def test_two_liaisons_of_one_district_do_not_overwrite_one_another_unseen(cast: Cast) -> None:
    project = months.key_project(cast, 1)
    asked = months.opened(cast)
    months.written(asked, cast, "east", {project: months.values("1", "1")})
    stale = [Said(project.pk, {"done_month_wan": Decimal(3)}, version=1)]
    actions.save(
        months.answer(asked, cast), said=[Said(project.pk, {"progress": "乙"}, version=1)], by=cast.district_east
    )
    with pytest.raises(Stale):
        actions.save(months.answer(asked, cast), said=stale, by=cast.district_east)


def test_an_interrupted_close_goes_on_where_it_was(cast: Cast) -> None:
    projects = [months.key_project(cast, number) for number in range(1, 4)]
    asked = months.opened(cast)
    months.sent(asked, cast, "east", {project: months.values("1", "1") for project in projects})
    months.passed(asked, cast.clerk_a)
    job = actions.close(asked, now=months.NOON, by=cast.secretary)
    asked.refresh_from_db()
    Project.objects.filter(pk=projects[0].pk).update(done_as_of=dt.date(2026, 11, 30), done_year_wan=1)
    assert jobs.write_month(Progress(job.pk, cast.secretary), **job.arguments)["count"] == 2
    assert not queries.unwritten(asked).exists()
