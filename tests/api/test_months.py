"""A district's own system writes its month over REST: the same actions, the same refusals as on the page."""

import io
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl.utils import get_column_letter

from lianzhang.jobs.models import Job
from lianzhang.jobs.progress import Progress
from lianzhang.projects.models import MonthReport
from lianzhang.projects.monthly import actions, jobs, sheets
from tests.api.conftest import API, Program
from tests.cast import Cast
from tests.collecting.scene import edited
from tests.projects import months

pytestmark = pytest.mark.django_db
ProgramOf = Callable[[str], Program]
EAST = "/months/YB-2026-11/answers/east"
SAID = {"done_month_wan": "100", "done_year_wan": 100, "progress": "主体封顶"}
SAID |= {"next_milestone": "设备进场", "next_due_on": "2026-12-20"}


def row(project: Any, **said: Any) -> dict[str, Any]:
    return {"project": project.code, **SAID, **said}


def test_a_month_is_kept_as_a_draft_says_what_it_lacks_and_is_handed_in(cast: Cast, program: ProgramOf) -> None:
    one, two = months.key_project(cast, 1), months.key_project(cast, 2)
    asked, east = months.opened(cast), program("district_east")
    assert [each["missing"][:2] for each in east.get(EAST).json()["rows"]] == [["done_month_wan", "done_year_wan"]] * 2
    kept = east.post(f"{EAST}/rows", {"rows": [row(one), {"project": two.code, "progress": "打桩"}]}).json()
    assert (kept["state"], kept["rows"][0]["missing"]) == ("draft", [])
    assert kept["rows"][1]["missing"] == ["done_month_wan", "done_year_wan", "next_milestone", "next_due_on"]
    refused = east.post(f"{EAST}/submit", {})
    assert refused.status_code == 422
    assert "还有1个项目没有填齐：项目2" in refused.json()["detail"]
    east.post(f"{EAST}/rows", {"rows": [row(two)]})
    sent = east.post(f"{EAST}/submit", {"note": "系统报送"}).json()
    assert (sent["state"], sent["note"]) == ("submitted", "系统报送")
    assert {each["state"] for each in sent["rows"]} == {"submitted"}
    assert months.passed(asked, cast.clerk_a) == 2
    late = east.post(f"{EAST}/rows", {"rows": [row(one, done_year_wan="5")]})
    assert (late.status_code, months.report(one).done_year_wan) == (422, Decimal(100))


def test_what_is_left_out_stays_and_null_empties(cast: Cast, program: ProgramOf) -> None:
    project = months.key_project(cast, 1)
    months.opened(cast)
    east = program("district_east")
    east.post(f"{EAST}/rows", {"rows": [row(project, blockage_kind="land", blockage="用地未落实")]})
    east.post(f"{EAST}/rows", {"rows": [{"project": project.code, "done_year_wan": None, "blockage": None}]})
    kept = months.report(project)
    assert (kept.done_month_wan, kept.done_year_wan) == (Decimal(100), None)
    assert (kept.blockage_kind, kept.blockage) == ("land", "")


def test_a_doubtful_row_names_its_doubt_and_a_row_that_changed_meanwhile_is_a_conflict(
    cast: Cast, program: ProgramOf
) -> None:
    project = months.key_project(cast, 1)
    months.opened(cast)
    east = program("district_east")
    (kept,) = east.post(f"{EAST}/rows", {"rows": [row(project, done_year_wan="13000")]}).json()["rows"]
    assert [doubt["code"] for doubt in kept["doubts"]] == ["over_plan"]
    assert "explanation" in kept["missing"]
    months.written(months.answer_of(project), cast, "east", {project: {"done_year_wan": 90}})
    late = east.post(f"{EAST}/rows", {"rows": [row(project, version=kept["version"])]})
    assert (late.status_code, late.json()["version"]) == (409, kept["version"] + 1)
    assert months.report(project).done_year_wan == 90


def test_rows_of_others_unknown_words_and_amounts_that_are_none_are_refused_by_their_place(
    cast: Cast, program: ProgramOf
) -> None:
    own, other = months.key_project(cast, 1), months.key_project(cast, 2, district="west")
    months.opened(cast)
    east, rows = program("district_east"), f"{EAST}/rows"
    for sent, place in (
        ([row(own), row(other)], "rows.1.project"),
        ([row(own), row(own)], "rows.1.project"),
        ([row(own, done_year_wan="约一百")], "rows.0.done_year_wan"),
        ([row(own, blockage_kind="weather")], "rows.0.blockage_kind"),
        ([row(own, next_due_on="12月")], "rows.0.next_due_on"),
    ):
        refused = east.post(rows, {"rows": sent})
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, place)
    negative = east.post(rows, {"rows": [row(own, done_year_wan="-1")]})
    assert (negative.status_code, negative.json()["detail"]) == (422, "项目1：金额不能是负数。")
    assert not MonthReport.objects.exists()


def test_a_district_writes_its_own_month_only_and_the_secretariat_for_one_without_an_account(
    cast: Cast, program: ProgramOf
) -> None:
    project = months.key_project(cast, 1)
    months.key_project(cast, 2, district="west")
    asked = months.opened(cast)
    sent = {"rows": [row(project)]}
    assert program("district_west").post(f"{EAST}/rows", sent).status_code == 404
    assert program("clerk_a").post(f"{EAST}/rows", sent).status_code == 422  # reads the month and does not write it
    listed = program("district_west").get("/months/YB-2026-11/answers").json()
    assert [one["district"] for one in listed["items"]] == ["west"]
    office = program("secretary")
    office.post(f"{EAST}/rows", sent)
    assert office.post(f"{EAST}/submit", {}).json()["state"] == "submitted"
    assert months.answer(asked, cast).is_handed_in
    assert program("district_east").post(f"{EAST}/recall", {}).json()["state"] == "draft"
    actions.close(asked, although="两区停电", now=months.NOON, by=cast.secretary)
    assert office.get("/months/YB-2026-11").json()["close_reason"] == "两区停电"
    assert "关闭" in office.post(f"{EAST}/submit", {}).json()["detail"]


def test_the_workbook_of_a_month_is_taken_in_and_its_faults_are_told(cast: Cast, program: ProgramOf) -> None:
    project = months.key_project(cast, 1)
    asked, east = months.opened(cast), program("district_east")
    content = sheets.prefilled(months.answer(asked, cast), language="zh-hans", by=cast.district_east)
    heads = [str(cell.value) for cell in openpyxl.load_workbook(io.BytesIO(content)).worksheets[0][1]]
    place = get_column_letter(heads.index("当月完成投资（万元）") + 1)
    upload = SimpleUploadedFile("月报.xlsx", edited(content, {f"{place}2": "很多"}))
    taken = east.client.post(f"{API}{EAST}/workbook", {"file": upload}).json()
    assert (taken["workbook"]["state"], taken["workbook"]["row_count"]) == ("waiting", None)
    job = Job.objects.get(kind="projects.read_month")
    jobs.read_month(Progress(job.pk, cast.district_east), **job.arguments)
    told = east.get(EAST).json()["workbook"]
    assert told["error_count"] == 1
    assert told["complaints"][0]["cell"] == f"{place}2"
    assert not MonthReport.objects.filter(project=project).exists()
