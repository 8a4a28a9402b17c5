"""A row without our code is recognised by its investor: asked about, never entered a second time without a word."""

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from lianzhang.accounts.models import Person
from lianzhang.intake import actions as intake
from lianzhang.intake import queries as intake_queries
from lianzhang.intake.models import Batch
from lianzhang.projects import actions, investors
from lianzhang.projects.models import Claim, Project
from lianzhang.registry.models import Alias
from tests.cast import Cast
from tests.intake.handing_in import NOON, hand_in, kinds, workbook
from tests.projects import scene

pytestmark = pytest.mark.django_db
CODE, MISTYPED = "91370200MA00000015", "91370200MA00000016"
SHEETS = {"leads": "leads", "key_projects": "projects"}


def sheet(ledger: str, folder: Path, *rows: dict[str, Any], by: Person) -> Batch:
    given = [{"chain": "链A", **row} for row in rows]
    if ledger == "key_projects":
        given = [{"region_code": "370211", "total_wan": Decimal(20000), **row} for row in given]
    content = workbook(ledger, {SHEETS[ledger]: given}, folder)
    return hand_in(content, ledger=ledger, by=by)


def write(batch: Batch, *, by: Person) -> Batch:
    batch.refresh_from_db()
    return intake.apply(batch, plan=batch.plan, by=by, now=NOON)


def proposed(batch: Batch) -> dict[str, list[str]]:
    """What each row that is asked about may be."""
    return {row.subject_label: [c["subject_id"] for c in row.candidates] for row in batch.rows.filter(kind="review")}


def codes(batch: Batch) -> list[set[str]]:
    """What is said about each row, in order."""
    return [{c["code"] for c in row.complaints} for row in batch.rows.order_by("row_number")]


def test_a_lead_row_of_an_investor_one_has_reported_is_asked_about_and_both_answers_hold(
    cast: Cast, now: dt.datetime, tmp_path: Path
) -> None:
    first = scene.lead(cast, now=now, investor_name="外地甲公司")
    rows = [{"project_name": name, "investor": "外地甲 公司"} for name in ("改了名的项目", "真的另一个项目")]
    batch = sheet("leads", tmp_path, *rows, by=cast.clerk_a)
    asked = [f"{row['project_name']}（外地甲 公司）" for row in rows]
    assert proposed(batch) == {name: [str(first.pk), "new"] for name in asked}
    assert first.code in batch.rows.order_by("row_number")[0].complaints[-1]["message_zh"]
    same, new = {"as": "same", "id": str(first.pk)}, {"as": "new"}
    intake.decide_many(batch, decisions=dict(zip(asked, (same, new), strict=True)), by=cast.clerk_a)
    write(batch, by=cast.clerk_a)
    assert {(project.pk == first.pk, project.name) for project in Project.objects.all()} == {
        (True, "改了名的项目"),
        (False, "真的另一个项目"),
    }
    assert Claim.objects.get().project == first, "the first report stays with whoever had it"


@pytest.mark.parametrize(("ledger", "name", "firm", "code"), [
    ("leads", "project_name", "investor", "uscc"),
    ("key_projects", "name", "builder", "builder_uscc"),
])  # fmt: skip
def test_the_credit_code_recognises_an_investor_under_another_name_and_a_wrong_one_is_an_error(
    cast: Cast, now: dt.datetime, tmp_path: Path, ledger: str, name: str, firm: str, code: str
) -> None:
    first = scene.lead(cast, now=now, investor_name="外地甲公司", investor_code=CODE)
    said = {name: "又一个", firm: "完全别的名称公司", **({"company": "完全别的名称公司"} if ledger == "leads" else {})}
    batch = sheet(ledger, tmp_path, {**said, code: CODE}, by=cast.clerk_a)
    assert list(proposed(batch).values()) == [[str(first.pk), "new"]]
    mistyped = sheet(ledger, tmp_path, {**said, code: MISTYPED}, by=cast.clerk_a)
    assert kinds(mistyped) == {"error": 1}


def test_a_former_name_recognises_the_investor(cast: Cast, now: dt.datetime, tmp_path: Path) -> None:
    firm = cast.enterprise_sme
    Alias.objects.create(enterprise=firm, name="老配套厂", key=investors.key("老配套厂"), kind="former")
    first = scene.lead(cast, now=now, investor_name="老配套厂")
    for ledger, row in (
        ("leads", {"project_name": "扩产", "investor": firm.name}),
        ("key_projects", {"name": "扩产", "builder": firm.name}),
    ):
        assert list(proposed(sheet(ledger, tmp_path, row, by=cast.clerk_a)).values()) == [[str(first.pk), "new"]]


def test_a_key_project_whose_builder_is_the_investor_of_a_lead_on_the_chain_is_that_lead_if_one_says_so(
    cast: Cast, now: dt.datetime, tmp_path: Path
) -> None:
    first = scene.lead(cast, now=now, investor_name="外地甲公司")
    row = {"name": "甲压缩机智造基地", "builder": "外地甲公司"}
    batch = sheet("key_projects", tmp_path, row, by=cast.clerk_a)
    question = "甲压缩机智造基地（外地甲公司）"
    assert proposed(batch) == {question: [str(first.pk), "new"]}
    intake.decide(batch, question=question, decision={"as": "same", "id": str(first.pk)}, by=cast.clerk_a)
    write(batch, by=cast.clerk_a)
    assert [(project.code, project.name) for project in Project.objects.all()] == [(first.code, "甲压缩机智造基地")]


def test_one_firm_builds_on_several_chains_and_is_asked_about_on_each_for_itself(
    cast: Cast, now: dt.datetime, tmp_path: Path
) -> None:
    scene.lead(cast, now=now, investor_name="外地甲公司", name="甲项目")
    rows = [{"chain": "链B", "name": "别的链上的项目", "builder": "外地甲公司"}, {"chain": "链B", "name": "甲 项目"}]
    batch = sheet("key_projects", tmp_path, *rows, by=cast.secretary)
    assert kinds(batch) == {"new": 1, "review": 1}
    assert list(proposed(batch)) == ["甲 项目"], "the same project filed under another chain"


def test_a_builder_that_no_register_knows_is_recognised_the_next_time(cast: Cast, tmp_path: Path) -> None:
    row = {"name": "甲项目", "builder": "未登记的建设单位", "builder_uscc": CODE}
    write(sheet("key_projects", tmp_path, row, by=cast.clerk_a), by=cast.clerk_a)
    made = Project.objects.get()
    by_name = {"name": "乙项目", "builder": "未登记的建设单位"}
    by_code = {"name": "丙项目", "builder": "后来改的名称", "builder_uscc": CODE}
    batch = sheet("key_projects", tmp_path, by_name, by_code, by=cast.clerk_a)
    assert list(proposed(batch).values()) == [[str(made.pk), "new"]] * 2
    assert kinds(sheet("key_projects", tmp_path, {**row, "content": "补充"}, by=cast.clerk_a)) == {"changed": 1}


def test_only_a_name_that_nearly_says_so_is_chosen_beforehand(cast: Cast, now: dt.datetime, tmp_path: Path) -> None:
    first = scene.lead(cast, now=now, name="高效压缩机智能制造基地项目", investor_name="外地甲公司")
    rows = [{"name": name, "builder": "外地甲公司"} for name in ("高效压缩机智能制造基地", "总部大楼")]
    batch = sheet("key_projects", tmp_path, *rows, by=cast.clerk_a)
    asked, _count = intake_queries.questions(batch)
    assert {query.name.split("（")[0]: query.likely for query in asked} == {
        "高效压缩机智能制造基地": str(first.pk),
        "总部大楼": "",
    }


def test_a_project_out_of_sight_is_told_by_its_code_and_never_offered(
    cast: Cast, now: dt.datetime, tmp_path: Path
) -> None:
    first = scene.lead(cast, now=now, name="东区不外传的项目", by=cast.district_east, investor_name="外地甲公司")
    row = {"name": "西区项目", "builder": "外地甲公司", "region_code": "370212"}
    batch = sheet("key_projects", tmp_path, row, by=cast.district_west)
    assert list(proposed(batch).values()) == [["new"]]
    said = batch.rows.get().complaints[-1]["message_zh"]
    assert first.code in said
    assert cast.east.name_zh in said
    assert first.name not in said
    # An answer of somebody's own making does not reach it either: the row is asked about again.
    intake.decide(
        batch, question="西区项目（外地甲公司）", decision={"as": "same", "id": str(first.pk)}, by=cast.district_west
    )
    assert proposed(batch) == {"西区项目（外地甲公司）": ["new"]}


def test_an_investor_reported_by_somebody_else_stays_theirs_whatever_is_answered(
    cast: Cast, now: dt.datetime, tmp_path: Path
) -> None:
    scene.lead(cast, now=now, by=cast.district_east, investor_name="外地甲公司")
    row = {"project_name": "西区项目", "investor": "外地甲公司", "region_code": "370212"}
    batch = sheet("leads", tmp_path, row, by=cast.district_west)
    assert kinds(batch) == {"error": 1}
    assert codes(batch) == [{"first_report"}]


def test_two_rows_of_one_sheet_with_one_investor_on_one_chain_are_told_of_one_another(
    cast: Cast, tmp_path: Path
) -> None:
    rows = [
        {"project_name": "甲项目", "investor": "外地甲公司"},
        {"project_name": "甲新项目", "investor": "外地甲 公司"},
        {"project_name": "甲别处项目", "investor": "外地甲公司", "chain": "链B"},
        {"project_name": "乙项目", "investor": "外地乙公司"},
    ]
    batch = sheet("leads", tmp_path, *rows, by=cast.secretary)
    assert kinds(batch) == {"new": 4}
    assert codes(batch) == [{"twin"}, {"twin"}, set(), set()]
    first, second = batch.rows.order_by("row_number")[:2]
    assert f"第 {first.row_number} 行“甲项目”" in second.complaints[0]["message_zh"]
    assert f"第 {second.row_number} 行“甲新项目”" in first.complaints[0]["message_zh"]


def test_one_project_twice_in_a_sheet_counts_once_and_contradictions_are_refused(
    cast: Cast, now: dt.datetime, tmp_path: Path
) -> None:
    first = scene.lead(cast, now=now, name="甲项目", investor_name="外地甲公司")
    rows = [{"code": first.code, "project_name": "甲项目", "investor_origin": place} for place in ("上海", "北京")]
    assert kinds(sheet("leads", tmp_path, *rows, by=cast.clerk_a)) == {"error": 2}
    rows[1]["code"] = None  # once by its code, once by its chain and name
    assert codes(sheet("leads", tmp_path, *rows, by=cast.clerk_a)) == [{"contradiction"}, {"contradiction"}]
    same = [{"project_name": "乙项目", "investor": "外地乙公司"}] * 2
    assert kinds(sheet("leads", tmp_path, *same, by=cast.clerk_a)) == {"new": 1, "ignored": 1}
    unknown = {"code": "XM-2026-999", "project_name": "没有的编号"}
    assert codes(sheet("leads", tmp_path, unknown, by=cast.clerk_a)) == [{"unknown_code"}]


def test_the_entry_form_asks_of_a_builder_that_only_a_ledger_knows(
    cast: Cast, now: dt.datetime, tmp_path: Path
) -> None:
    row = {"name": "甲项目", "builder": "未登记的建设单位", "builder_uscc": CODE}
    write(sheet("key_projects", tmp_path, row, by=cast.clerk_a), by=cast.clerk_a)
    with pytest.raises(actions.Duplicate, match=Project.objects.get().code):
        scene.lead(cast, now=now, name="乙项目", investor_name="后来改的名称", investor_code=CODE)
