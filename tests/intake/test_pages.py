"""The pages of the intake: upload, preview, decide, write, put back, as the browser does it."""

import re
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from lianzhang.intake import staging
from lianzhang.intake.models import Batch
from lianzhang.jobs.models import Job
from lianzhang.registry.models import Enterprise
from tests.cast import Cast
from tests.intake.handing_in import workbook
from tests.intake.test_enterprises import PLANT, enterprises

pytestmark = pytest.mark.django_db


def test_a_clerk_uploads_looks_writes_and_puts_back(cast: Cast, client: Client, tmp_path: Path) -> None:
    client.force_login(cast.secretary)
    content = workbook("enterprises", enterprises(PLANT), tmp_path)
    answer = client.post("/ledgers/enterprises/", {"file": SimpleUploadedFile("名单.xlsx", content)})
    batch = Batch.objects.get()
    assert answer.headers["Location"] == f"/ledgers/batches/{batch.code}/"
    assert "正在读取" in client.get(answer.headers["Location"]).content.decode()

    staging.read(batch, progress=None, by=cast.secretary)
    page = client.get(f"/ledgers/batches/{batch.code}/").content.decode()
    assert "示例压缩机有限公司" in page
    assert "新增 1，变更 0" in page
    batch.refresh_from_db()
    client.post(f"/ledgers/batches/{batch.code}/apply", {"plan": batch.plan})
    assert Enterprise.objects.filter(credit_code=PLANT["uscc"]).exists()

    client.post(f"/ledgers/batches/{batch.code}/undo")
    assert not Enterprise.objects.filter(credit_code=PLANT["uscc"]).exists()
    assert "已撤销" in client.get(f"/ledgers/batches/{batch.code}/").content.decode()


def test_the_same_file_again_leads_to_the_batch_it_already_is(cast: Cast, client: Client, tmp_path: Path) -> None:
    client.force_login(cast.secretary)
    content = workbook("enterprises", enterprises(PLANT), tmp_path)
    for name in ("名单.xlsx", "另存.xlsx"):
        client.post("/ledgers/enterprises/", {"file": SimpleUploadedFile(name, content)})
    batch = Batch.objects.get()
    page = client.get(f"/ledgers/batches/{batch.code}/").content.decode()
    assert f"此文件已报送过：批次 {batch.code}" in page


def test_every_ledger_offers_its_form_and_its_data(cast: Cast, client: Client) -> None:
    client.force_login(cast.secretary)
    page = client.get("/ledgers/").content.decode()
    assert "企业名单" in page
    for file in ("template.xlsx?language=en", "template.xlsx", "export.xlsx"):
        answer = client.get(f"/ledgers/enterprises/{file}")
        assert (answer.status_code, answer.content[:2]) == (200, b"PK")


def test_a_page_that_waits_is_told_when_the_work_is_over(cast: Cast, client: Client, tmp_path: Path) -> None:
    client.force_login(cast.secretary)
    content = workbook("enterprises", enterprises(PLANT), tmp_path)
    client.post("/ledgers/enterprises/", {"file": SimpleUploadedFile("名单.xlsx", content)})
    batch = Batch.objects.get()
    asked = {"headers": {"HX-Target": "job", "HX-Request": "true"}}
    waiting = client.get(f"/ledgers/batches/{batch.code}/", **asked)  # type: ignore[arg-type]
    assert "<html" not in waiting.content.decode()
    assert "HX-Refresh" not in waiting.headers
    page = client.get(f"/ledgers/batches/{batch.code}/").content.decode()
    assert "读完后在这里列出各行" in page
    assert f"{batch.code}/marked" not in page
    Job.objects.filter(pk=batch.job_id).update(state=Job.State.FAILED)
    page = client.get(f"/ledgers/batches/{batch.code}/").content.decode()
    assert "读取未完成" in page
    assert "读取中" not in page
    Job.objects.filter(pk=batch.job_id).update(state=Job.State.RUNNING)
    staging.read(batch, progress=None, by=cast.secretary)
    assert client.get(f"/ledgers/batches/{batch.code}/", **asked).headers["HX-Refresh"] == "true"  # type: ignore[arg-type]


def test_a_ledger_says_how_it_differs_from_the_one_before(cast: Cast, client: Client, tmp_path: Path) -> None:
    client.force_login(cast.secretary)
    for rows in ([{**PLANT, "revenue_wan": 100}], [{**PLANT, "revenue_wan": 130}, {"name": "另一家机械厂"}]):
        content = workbook("enterprises", enterprises(*rows), tmp_path)
        client.post("/ledgers/enterprises/", {"file": SimpleUploadedFile("名单.xlsx", content)})
        batch = Batch.objects.order_by("pk").last()
        assert batch is not None
        staging.read(batch, progress=None, by=cast.secretary)
        batch.refresh_from_db()
        client.post(f"/ledgers/batches/{batch.code}/apply", {"plan": batch.plan})
    page = client.get("/ledgers/enterprises/").content.decode()
    assert "新增 1 条，减少 0 条，有变化 1 条" in page
    assert ">30<" in page


def handed_in(client: Client, name: str, content: bytes, cast: Cast) -> Batch:
    client.force_login(cast.secretary)
    client.post("/ledgers/enterprises/", {"file": SimpleUploadedFile(name, content)})
    batch = Batch.objects.get()
    staging.read(batch, progress=None, by=cast.secretary)
    batch.refresh_from_db()
    return batch


def test_what_is_wrong_in_a_csv_is_said_under_the_name_its_sender_knows(cast: Cast, client: Client) -> None:
    batch = handed_in(client, "东区名单.csv", "企业名称,占地亩数\n示例压缩机有限公司,5\n".encode("gb18030"), cast)
    page = client.get(f"/ledgers/batches/{batch.code}/").content.decode()
    assert "东区名单 B1 不认识的列“占地亩数”" in " ".join(page.split())
    assert batch.sha256 not in page
    assert {one["code"] for one in batch.complaints} == {"column_unknown"}  # it is a CSV and says so: no remark
    marked = openpyxl.load_workbook(BytesIO(client.get(f"/ledgers/batches/{batch.code}/marked.xlsx").content))
    assert marked.sheetnames == ["错误清单", "东区名单"]
    assert marked["东区名单"]["B1"].comment is not None


def test_a_csv_of_one_column_is_a_ledger_too(cast: Cast, client: Client) -> None:
    batch = handed_in(client, "名单.csv", "企业名称\n示例压缩机有限公司\n".encode(), cast)
    assert (batch.state, batch.counts["new"]) == ("preview", 1)


def test_a_refusal_is_told_in_the_language_of_its_reader(cast: Cast, client: Client) -> None:
    batch = handed_in(client, "名单.xls", b"<html><table><tr><td>x</td></tr></table></html>", cast)
    page = client.get(f"/ledgers/batches/{batch.code}/").content.decode()
    assert "这是网页文件，不是工作簿" in page
    assert "没有数据行" not in page  # nobody has looked for rows
    client.cookies["django_language"] = "en"
    for address in (f"/ledgers/batches/{batch.code}/", "/ledgers/"):
        assert "网页文件" not in client.get(address).content.decode()


def by_district(rows: dict[str, list[list[str]]]) -> bytes:
    """A workbook in which each district has its sheet."""
    book = openpyxl.Workbook()
    for number, (title, lines) in enumerate(rows.items()):
        page = book.active if number == 0 else book.create_sheet()
        page.title = title
        page.append(["企业名称", "地址"])
        for line in lines:
            page.append(line)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def test_one_sheet_for_each_district_is_one_ledger_written_and_undone_whole(cast: Cast, client: Client) -> None:
    content = by_district(
        {
            "城阳区": [["示例甲制造有限公司", "某路 1 号"], ["示例乙制造有限公司", "某路 2 号"]],
            "黄岛区": [["示例丙制造有限公司", "某路 3 号"], ["", "缺名称"]],
        }
    )
    batch = handed_in(client, "各区.xlsx", content, cast)
    assert [(row.tab, row.row_number, row.kind) for row in batch.rows.all()] == [
        ("城阳区", 2, "new"),
        ("城阳区", 3, "new"),
        ("黄岛区", 2, "new"),
        ("黄岛区", 3, "error"),
    ]
    page = " ".join(client.get(f"/ledgers/batches/{batch.code}/").content.decode().split())
    assert "城阳区 “所在区市”未填的行，按工作表名“城阳区”填入。" in page
    marked = openpyxl.load_workbook(BytesIO(client.get(f"/ledgers/batches/{batch.code}/marked.xlsx").content))
    assert marked["黄岛区"]["A3"].comment is not None
    assert marked["城阳区"]["A3"].comment is None
    client.post(f"/ledgers/batches/{batch.code}/apply", {"plan": batch.plan})
    made = Enterprise.objects.filter(name__endswith="制造有限公司", name__startswith="示例")
    assert dict(made.values_list("name", "region_code")) == {
        "示例甲制造有限公司": "370214",
        "示例乙制造有限公司": "370214",
        "示例丙制造有限公司": "370211",
    }
    client.post(f"/ledgers/batches/{batch.code}/undo")
    assert not made.exists()


def test_a_firm_on_two_districts_sheets_is_refused_on_both_and_each_names_the_other(cast: Cast, client: Client) -> None:
    content = by_district(
        {"城阳区": [["示例甲制造有限公司", "某路 1 号"]], "黄岛区": [["示例甲制造有限公司", "某路 3 号"]]}
    )
    batch = handed_in(client, "各区.xlsx", content, cast)
    said = {row.tab: " ".join(one["message_zh"] for one in row.complaints) for row in batch.rows.all()}
    assert batch.counts["error"] == 2
    assert "工作表“黄岛区”第 2 行" in said["城阳区"]
    assert "工作表“城阳区”第 2 行" in said["黄岛区"]


def test_a_summary_sheet_that_repeats_the_districts_counts_each_firm_once(cast: Cast, client: Client) -> None:
    line = ["示例甲制造有限公司", "某路 1 号"]
    batch = handed_in(client, "各区.xlsx", by_district({"城阳区": [line], "汇总": [line]}), cast)
    assert {kind: count for kind, count in batch.counts.items() if count} == {"read": 2, "new": 1, "ignored": 1}
    assert batch.rows.get(kind="new").after["region_code"] == "370214"
    (again,) = batch.rows.filter(kind="ignored")
    assert (again.tab, again.row_number) == ("汇总", 2)
    assert "与工作表“城阳区”第 2 行完全相同" in again.complaints[0]["message_zh"]


def test_the_page_of_a_batch_asks_at_most_twelve_questions(
    cast: Cast, client: Client, django_assert_max_num_queries: Any
) -> None:
    line = ["示例甲制造有限公司", "某路 1 号"]
    batch = handed_in(client, "各区.xlsx", by_district({"城阳区": [line], "汇总": [line]}), cast)
    address = f"/ledgers/batches/{batch.code}/"
    for step in ("", "apply", "undo"):
        if step:
            client.post(f"{address}{step}", {"plan": batch.plan})
        with django_assert_max_num_queries(12):
            client.get(address)


def test_the_name_of_a_sheet_moves_no_firm_that_has_its_district(cast: Cast, client: Client) -> None:
    firm = Enterprise.objects.exclude(region_code="").first()
    assert firm is not None
    assert firm.region_code != "370215"
    batch = handed_in(client, "各区.xlsx", by_district({"即墨区": [[firm.name, "新址"]]}), cast)
    assert batch.rows.get().after == {"address": "新址"}


def test_a_total_that_does_not_add_up_is_said_over_the_rows(cast: Cast, client: Client) -> None:
    content = "企业名称,上年营业收入（万元）\n示例甲公司,100\n示例乙公司,200\n合计,350\n"
    batch = handed_in(client, "名单.csv", content.encode(), cast)
    page = " ".join(client.get(f"/ledgers/batches/{batch.code}/").content.decode().split())
    assert "“合计”行的“上年营业收入”是 350，各行之和是 300，请核对。" in page
    assert {kind: count for kind, count in batch.counts.items() if count} == {"read": 3, "new": 2, "ignored": 1}


def test_a_preview_speaks_of_districts_and_stages_by_name(cast: Cast, client: Client) -> None:
    client.force_login(cast.secretary)
    content = "项目名称,所属产业链,区市,总投资（亿元）,项目阶段\n示例甲项目,链A,370211,1,在建\n".encode()
    client.post("/ledgers/key_projects/", {"file": SimpleUploadedFile("项目.csv", content)})
    batch = Batch.objects.get()
    staging.read(batch, progress=None, by=cast.secretary)
    page = client.get(f"/ledgers/batches/{batch.code}/").content.decode()
    assert "区市：黄岛区" in page, re.findall("区市.{0,60}", page)
    assert "项目阶段：开工" in page


@pytest.mark.parametrize("form", ["xlsx", "csv"])
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_register_saved_from_its_page_can_be_handed_in_and_changes_nothing(
    cast: Cast, client: Client, form: str, language: str
) -> None:
    client.force_login(cast.secretary)
    client.cookies["django_language"] = language
    saved = client.get(f"/enterprises/?format={form}")
    content = b"".join(saved.streaming_content) if saved.streaming else saved.content
    batch = handed_in(client, f"企业.{form}", content, cast)
    counts = {kind: count for kind, count in batch.counts.items() if count}
    assert counts == {"read": Enterprise.objects.count(), "unchanged": Enterprise.objects.count()}
