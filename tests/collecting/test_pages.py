"""收表 on pages: sent out from one form, answered by a district, watched, taken away as Excel and Word."""

import io
import re
import zipfile
from typing import Any

import openpyxl
import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse

from lianzhang.accounts.models import Person
from lianzhang.collecting import actions, jobs
from lianzhang.collecting.models import Collection, Submission
from lianzhang.jobs.models import Job
from lianzhang.jobs.progress import Progress
from tests.cast import Cast
from tests.collecting import scene

POSTED = {
    "title": "受灾情况",
    "request": "今日必报",
    "due_at": "2030-01-31T18:00",
    "col-0-label": "园区名称",
    "col-0-kind": "text",
    "col-0-required": "on",
    "col-2-label": "损失",
    "col-2-kind": "wan",
    "col-2-total": "on",
}


@pytest.fixture
def as_(client: Client) -> Any:
    """Sign in as somebody of the cast."""

    def signed_in(person: Person) -> Client:
        client.force_login(person)
        return client

    return signed_in


def told(response: Any) -> str:
    return str(response.content.decode())


def test_a_form_goes_out_from_one_page_and_comes_back_in_three_clicks(cast: Cast, as_: Any) -> None:
    bodies = [cast.east.pk, cast.west.pk]
    sent = as_(cast.secretary).post(reverse("collecting:new"), {**POSTED, "bodies": bodies}, follow=True)
    asked = Collection.objects.get()
    assert "应报2，已报0" in told(sent)
    assert [column["label"] for column in asked.columns] == ["园区名称", "损失"]
    assert "受灾情况" in told(as_(cast.district_east).get(reverse("home")))
    page = as_(cast.district_east).get(reverse("collecting:one", args=[asked.code]), follow=True)
    assert page.redirect_chain[-1][0].endswith("/of/east/")
    wrong = as_(cast.district_east).post(
        page.redirect_chain[-1][0], {"rows": 1, "row-0-c1": "甲园", "row-0-c2": "很多"}
    )
    assert wrong.status_code == 422
    assert "很多" in told(wrong)
    typed = {"rows": 1, "row-0-c1": "甲园", "row-0-c2": "1.2亿元", "then_submit": "1"}
    assert "已报送" in told(as_(cast.district_east).post(page.redirect_chain[-1][0], typed, follow=True))
    assert "应报2，已报1（50.0%）" in told(as_(cast.secretary).get(reverse("collecting:one", args=[asked.code])))


def test_columns_are_taken_from_the_header_row_of_an_uploaded_workbook(cast: Cast, as_: Any) -> None:
    book = openpyxl.Workbook()
    book.worksheets[0].append(["2026年台风受灾情况统计表"])
    book.worksheets[0].append(["序号", "园区名称", "停产企业（家）", "损失（万元）", "恢复日期"])
    out = io.BytesIO()
    book.save(out)
    data = {"title": "受灾", "take_header": "1", "header": ContentFile(out.getvalue(), name="表.xlsx")}
    page = told(as_(cast.secretary).post(reverse("collecting:new"), data))
    assert 'value="停产企业"' in page
    assert 'value="受灾"' in page
    assert page.count("selected") >= 4
    assert 'value="序号"' not in page  # the system numbers the rows
    assert Collection.objects.count() == 0


def test_a_pasted_header_becomes_columns_with_their_kinds_units_and_totals(cast: Cast, as_: Any) -> None:
    pasted = "序号\t园区名称\t停产企业（家）\t损失（万元）\t复产率（%）\t从业人数\t总投资\t恢复日期"
    page = as_(cast.secretary).post(reverse("collecting:new"), {"take_header": "1", "header_text": pasted})
    lines = page.context["lines"][:7]
    assert [(line["label"], line["kind"], line["is_total"]) for line in lines] == [
        ("园区名称", "text", False),
        ("停产企业", "integer", True),
        ("损失", "wan", True),
        ("复产率", "number", False),
        ("从业人数", "integer", True),
        ("总投资", "wan", True),
        ("恢复日期", "date", False),
    ]
    assert "没有读到表头" in told(as_(cast.secretary).post(reverse("collecting:new"), {"take_header": "1"}))


def test_the_bodies_of_a_form_stand_by_kind_districts_first_and_stay_ticked_when_it_comes_back(
    cast: Cast, as_: Any
) -> None:
    page = as_(cast.secretary).post(reverse("collecting:new"), {"title": "无栏目", "bodies": [cast.east.pk]})
    groups = page.context["form"].groups()
    assert groups[0][0] == "区市"
    assert [(body.name_zh, is_ticked) for body, is_ticked in groups[0][1]] == [("东区", True), ("西区", False)]
    assert f'value="{cast.east.pk}" checked' in told(page)


def test_the_whole_leaves_as_excel_and_word_with_its_totals(cast: Cast, as_: Any) -> None:
    asked = scene.opened(cast)
    scene.sent(asked, cast, "east", [scene.row("甲园", 3, "120"), scene.row("丙园", 1, "30")])
    url = reverse("collecting:whole", args=[asked.code])
    assert "未含：西区" in told(as_(cast.secretary).get(url))
    book = openpyxl.load_workbook(io.BytesIO(as_(cast.secretary).get(f"{url}?format=xlsx").content))
    values = {cell.value for row in book.worksheets[0].iter_rows() for cell in row}
    assert {"甲园", "丙园", 120} <= values
    last = [cell.value for cell in book.worksheets[0][4]]
    assert last[:4] == ["合计", None, 4, 150]  # it is passed on to the superior as it is
    assert as_(cast.secretary).get(f"{url}?format=docx").content[:2] == b"PK"
    assert as_(cast.district_east).get(url).status_code == 404  # another body's figures are not its business


def test_closing_by_the_page_is_told_and_the_second_time_refused_in_words(cast: Cast, as_: Any) -> None:
    asked = scene.opened(cast)
    url = reverse("collecting:close", args=[asked.code])
    silent = as_(cast.secretary).post(url)
    assert silent.status_code == 422
    assert "还有2个单位未报或退回未改：东区、西区" in told(silent)
    office = as_(cast.secretary)
    assert "已关闭" in told(office.post(url, {"reason": "台风已过"}, follow=True))
    reason = "受灾情况关闭时2个单位未报或退回未改：东区、西区；理由：台风已过。"
    for place in ("one", "whole", "sums"):
        assert reason in told(office.get(reverse(f"collecting:{place}", args=[asked.code])))
    assert "台风已过" in told(office.get(reverse("collecting:list")))
    again = as_(cast.secretary).post(url)
    assert again.status_code == 422
    assert "不能再改" in told(again)
    answer = reverse("collecting:answer", args=[asked.code, "east"])
    assert as_(cast.district_east).post(answer, {"rows": 0}).status_code == 422
    page = told(as_(cast.district_east).get(answer))
    assert re.search(r"收，已于 \d{4}-\d\d-\d\d 关闭，不再接收。", page)
    assert "前报送" not in page


def test_an_answer_is_sent_back_with_its_reason_and_accepted_by_another(cast: Cast, as_: Any) -> None:
    asked = scene.opened(cast)
    scene.sent(asked, cast, "east", [scene.row("甲园", 3, "120")])

    def move(verb: str, **said: str) -> Any:
        return as_(cast.secretary).post(reverse("collecting:move", args=[asked.code, "east", verb]), said)

    assert move("return").status_code == 422
    move("return", reason="缺丙园")
    assert "缺丙园" in told(as_(cast.district_east).get(reverse("collecting:answer", args=[asked.code, "east"])))
    actions.submit(scene.answer(asked, cast), now=scene.NOON, by=cast.district_east)
    move("accept")
    assert scene.answer(asked, cast).state == Submission.State.ACCEPTED


def test_hundreds_of_rows_from_a_workbook_are_not_cut_short_by_the_page(cast: Cast, as_: Any) -> None:
    asked = scene.opened(cast)
    rows = [scene.row(f"园{number}", 1, "1") for number in range(400)]
    actions.save(scene.answer(asked, cast), rows=rows, version=None, by=cast.district_east)
    url = reverse("collecting:answer", args=[asked.code, "east"])
    assert "已读入 400 行" in told(as_(cast.district_east).get(url))
    assert as_(cast.district_east).post(url, {"rows": "1", "row-0-c1": "甲园"}).status_code == 422
    submit = reverse("collecting:submit", args=[asked.code, "east"])
    assert "已报送" in told(as_(cast.district_east).post(submit, follow=True))
    assert scene.answer(asked, cast).rows.count() == 400


def test_workbooks_of_who_is_waited_for_leave_together_and_come_back_together(cast: Cast, as_: Any) -> None:
    asked = scene.opened(cast)
    scene.sent(asked, cast, "west", [scene.row("乙园", 1, "1")])
    office = as_(cast.secretary)
    kept = zipfile.ZipFile(io.BytesIO(office.get(reverse("collecting:workbooks", args=[asked.code])).content))
    assert kept.namelist() == ["受灾情况_东区.xlsx"]
    filled = scene.edited(kept.read("受灾情况_东区.xlsx"), {"B2": "甲园", "D2": 10})
    files = [ContentFile(filled, name="受灾情况_东区(1).xlsx"), ContentFile(b"x", name="报送表.xlsx")]
    page = told(office.post(reverse("collecting:hand_in", args=[asked.code]), {"files": files}, follow=True))
    assert "已收1份，正在读取：东区" in page
    assert "“报送表.xlsx”：文件名里没有待填单位的名称" in page
    job = Job.objects.get(kind="collecting.read")
    jobs.read(Progress(job.pk, cast.secretary), **job.arguments)
    assert [row.values["c1"] for row in scene.answer(asked, cast).rows.all()] == ["甲园"]
    assert as_(cast.district_east).get(reverse("collecting:workbooks", args=[asked.code])).status_code == 404
