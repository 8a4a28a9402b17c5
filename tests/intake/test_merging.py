"""A ledger handed in replaces nothing that somebody wrote meanwhile: before it was read, or before it was written."""

import datetime as dt
import io
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from chainlab import sheets
from lianzhang.accounts.actions import Refused
from lianzhang.accounts.models import Person
from lianzhang.chains.models import Action
from lianzhang.intake import actions, files, ledgers, queries, staging, storage
from lianzhang.intake.models import Batch, StagedRow
from lianzhang.intake.protocol import KEEP, SHEET, PlanChanged
from lianzhang.projects.actions import records
from lianzhang.projects.models import Encounter, Project
from lianzhang.projects.models import Event as Fair
from lianzhang.registry import actions as registry
from lianzhang.registry.models import Alias, Enterprise
from lianzhang.trail import actions as trail
from lianzhang.trail.models import Event
from tests.cast import Cast
from tests.intake.handing_in import NOON, hand_in, kinds, workbook
from tests.projects import months, scene

pytestmark = pytest.mark.django_db

Cells = Mapping[str, Mapping[str, Any]]  # name of the row → field → what is typed into its cell


def taken_out(key: str, by: Person) -> bytes:
    return files.export(ledgers.get(key), context={}, language="zh-hans", by=by)


def typed_over(content: bytes, key: str, cells: Cells, *, named: str = "name") -> bytes:
    """The workbook with cells typed over and saved, as whoever fills it in does."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    page, sheet = book.worksheets[0], ledgers.get(key).layout.sheets[0]
    heads = [str(cell.value).lstrip("*") for cell in page[1]]
    column = {field.key: heads.index(field.header("zh-hans")) for field in sheet.fields}
    for row in page.iter_rows(min_row=2):
        for field, value in cells.get(str(row[column[named]].value), {}).items():
            row[column[field]].value = value
    saved = io.BytesIO()
    book.save(saved)
    return saved.getvalue()


def clash(row: StagedRow) -> dict[str, Any]:
    """The one cell of a row that somebody wrote since: what it held, holds and would hold, the attribute said once."""
    (one,) = row.clashes
    ends = {end: next(iter(one[end].values()), None) for end in ("base", "now", "sheet")}
    return {"cell": one["cell"], "is_both": one["is_both"], "by": one["by"], **ends}


def settled(batch: Batch, as_: str, *, by: Person) -> Batch:
    return actions.settle_all(batch, as_=as_, plan=batch.plan, by=by)


def written(batch: Batch, *, by: Person) -> Batch:
    return actions.apply(batch, plan=batch.plan, by=by, now=NOON)


@pytest.fixture
def project(cast: Cast) -> Project:
    """A key project whose record has a history from its first day."""
    fresh = Project(
        code="XM-2026-001", name="项目1", chain=cast.chain_a, district=cast.east, owner=cast.force_a, is_key=True,
        stage=30, total_wan=Decimal(5000), plan_year_wan=Decimal(1200), content="原内容", next_milestone="原节点",
    )  # fmt: skip
    return trail.create(fresh, verb="project.entered", by=cast.clerk_a)


def edit(project: Project, cast: Cast, **changes: Any) -> None:
    """A colleague changes the project on its page."""
    project.refresh_from_db()
    records.edit(project=project, changes=changes, version=project.version, now=months.NOON, by=cast.clerk_a)


def of_unknown_origin(cast: Cast, folder: Path, **said: Any) -> Batch:
    """A workbook that the office keeps for itself."""
    row = {"code": "XM-2026-001", "name": "项目1", "chain": "链A", "total_wan": Decimal(5000), **said}
    return hand_in(workbook("key_projects", {"projects": [row]}, folder), ledger="key_projects", by=cast.secretary)


def handed_in(workbook: bytes, cast: Cast, **cells: Any) -> Batch:
    """An export of ours with cells of the one project typed over."""
    over = typed_over(workbook, "key_projects", {"项目1": cells})
    return hand_in(over, ledger="key_projects", by=cast.secretary)


# -- between reading and writing


def test_a_cell_written_between_reading_and_writing_is_asked_about_and_the_others_go_in(
    cast: Cast, project: Project, tmp_path: Path
) -> None:
    batch = of_unknown_origin(cast, tmp_path, content="表内内容", next_node="表内节点")
    shown = batch.plan
    edit(project, cast, content="同事内容")
    with pytest.raises(PlanChanged):
        actions.apply(batch, plan=shown, by=cast.secretary, now=NOON)
    batch.refresh_from_db()
    row = batch.rows.get()
    assert clash(row) == {
        "cell": "content", "is_both": True, "by": cast.clerk_a.pk,
        "base": "原内容", "now": "同事内容", "sheet": "表内内容",
    }  # fmt: skip
    assert (batch.state, batch.counts["asked"], set(row.after)) == ("preview", 1, {"next_milestone"})
    with pytest.raises(Refused, match="有 1 格此后系统中也有改动，须先认定"):
        written(batch, by=cast.secretary)
    project.refresh_from_db()
    assert (project.content, project.next_milestone) == ("同事内容", "原节点")
    written(settled(batch, KEEP, by=cast.secretary), by=cast.secretary)
    project.refresh_from_db()
    assert (project.content, project.next_milestone) == ("同事内容", "表内节点")


def test_the_sheet_is_taken_where_a_person_says_so_and_the_history_has_all_three(
    cast: Cast, project: Project, tmp_path: Path
) -> None:
    batch = of_unknown_origin(cast, tmp_path, content="表内内容")
    edit(project, cast, content="同事内容")
    with pytest.raises(PlanChanged):
        written(batch, by=cast.secretary)
    written(settled(Batch.objects.get(), SHEET, by=cast.secretary), by=cast.secretary)
    project.refresh_from_db()
    assert project.content == "表内内容"
    steps = Event.objects.filter(subject_type="projects.project", verb="project.imported")
    assert '"before":{"content":"同事内容"}' in bytes(steps.get().body).decode()


def test_a_cell_the_sheet_agreed_with_when_it_was_read_is_not_put_back(
    cast: Cast, project: Project, tmp_path: Path
) -> None:
    batch = of_unknown_origin(cast, tmp_path, content="原内容", next_node="表内节点")
    edit(project, cast, content="同事内容")
    with pytest.raises(PlanChanged):
        written(batch, by=cast.secretary)
    batch.refresh_from_db()
    assert clash(batch.rows.get())["is_both"] is False
    written(batch, by=cast.secretary)
    project.refresh_from_db()
    assert (project.content, project.next_milestone) == ("同事内容", "表内节点")


def test_what_somebody_wrote_elsewhere_in_the_record_neither_stops_the_batch_nor_is_lost(
    cast: Cast, project: Project, tmp_path: Path
) -> None:
    batch = of_unknown_origin(cast, tmp_path, content="表内内容")
    edit(project, cast, blockage="缺电")
    written(batch, by=cast.secretary)
    project.refresh_from_db()
    assert (project.content, project.blockage) == ("表内内容", "缺电")


def test_a_decision_is_about_what_stood_when_it_was_made(cast: Cast, project: Project, tmp_path: Path) -> None:
    batch = of_unknown_origin(cast, tmp_path, content="表内内容")
    edit(project, cast, content="同事内容")
    with pytest.raises(PlanChanged):
        written(batch, by=cast.secretary)
    batch = settled(Batch.objects.get(), SHEET, by=cast.secretary)
    decided = batch.plan
    edit(project, cast, content="同事又改")
    with pytest.raises(PlanChanged):
        written(batch, by=cast.secretary)
    batch.refresh_from_db()
    assert clash(batch.rows.get())["now"] == "同事又改"
    assert queries.waiting_count(batch) == 1
    with pytest.raises(PlanChanged):  # the page that was open still shows the one before
        actions.settle_all(batch, as_=SHEET, plan=decided, by=cast.secretary)


def test_a_row_that_is_not_chosen_holds_nothing_up(cast: Cast, project: Project, tmp_path: Path) -> None:
    other = months.key_project(cast, 2)
    said = [{"code": one.code, "name": one.name, "chain": "链A", "content": "表内"} for one in (project, other)]
    content = workbook("key_projects", {"projects": said}, tmp_path)
    batch = hand_in(content, ledger="key_projects", by=cast.secretary)
    edit(project, cast, content="同事内容")
    with pytest.raises(PlanChanged):
        written(batch, by=cast.secretary)
    batch.refresh_from_db()
    actions.choose(batch, rows=[batch.rows.get(subject_id=str(other.pk)).pk], by=cast.secretary)
    written(batch, by=cast.secretary)
    project.refresh_from_db()
    other.refresh_from_db()
    assert (project.content, other.content) == ("同事内容", "表内")


# -- between taking out and handing in


def test_a_cell_nobody_edited_in_the_sheet_keeps_what_a_colleague_wrote_since(cast: Cast, project: Project) -> None:
    content = taken_out("key_projects", cast.secretary)
    edit(project, cast, content="同事内容", owner=cast.department)
    batch = handed_in(content, cast, next_node="表内节点")
    row = batch.rows.get()
    assert batch.exported_at is not None
    assert set(row.after) == {"next_milestone"}
    assert {one["cell"]: one["is_both"] for one in row.clashes} == {"content": False, "lead_body": False}
    written(batch, by=cast.secretary)
    project.refresh_from_db()
    assert (project.content, project.owner, project.next_milestone) == ("同事内容", cast.department, "表内节点")


def test_a_ledger_handed_in_as_it_was_taken_out_changes_nothing_whatever_was_written_since(
    cast: Cast, project: Project
) -> None:
    content = taken_out("key_projects", cast.secretary)
    edit(project, cast, content="同事内容")
    batch = hand_in(content, ledger="key_projects", by=cast.secretary)
    assert kinds(batch) == {"unchanged": 1}
    assert [one["code"] for one in batch.rows.get().complaints] == ["kept"]


def test_what_both_changed_is_asked_and_what_both_changed_alike_is_not(cast: Cast, project: Project) -> None:
    content = taken_out("key_projects", cast.secretary)
    edit(project, cast, content="同事内容", next_milestone="同一节点")
    batch = handed_in(content, cast, content="表内内容", next_node="同一节点")
    assert clash(batch.rows.get()) == {
        "cell": "content", "is_both": True, "by": cast.clerk_a.pk,
        "base": "原内容", "now": "同事内容", "sheet": "表内内容",
    }  # fmt: skip


def test_a_cell_cleared_by_a_colleague_stays_empty(cast: Cast, project: Project) -> None:
    content = taken_out("key_projects", cast.secretary)
    edit(project, cast, next_milestone="")
    written(handed_in(content, cast, problem="缺电"), by=cast.secretary)
    project.refresh_from_db()
    assert (project.next_milestone, project.blockage) == ("", "缺电")


def test_a_cell_written_and_put_back_since_is_nobodys_but_the_sheets(cast: Cast, project: Project) -> None:
    content = taken_out("key_projects", cast.secretary)
    edit(project, cast, content="同事内容")
    edit(project, cast, content="原内容")
    assert handed_in(content, cast, content="表内内容").rows.get().clashes == []


def test_what_the_sheet_did_not_edit_may_still_be_put_back_by_a_person(cast: Cast, project: Project) -> None:
    content = taken_out("key_projects", cast.secretary)
    edit(project, cast, content="同事内容")
    batch = hand_in(content, ledger="key_projects", by=cast.secretary)
    row = batch.rows.get()
    batch = actions.settle(batch, cells={(row.pk, "content"): SHEET}, plan=batch.plan, by=cast.secretary)
    written(batch, by=cast.secretary)
    project.refresh_from_db()
    assert project.content == "原内容"


def test_the_body_in_charge_is_told_by_its_name_and_its_import_stands_in_the_history(
    cast: Cast, project: Project
) -> None:
    content = taken_out("key_projects", cast.secretary)
    first = handed_in(content, cast, lead_body=cast.department.name_zh)
    written(first, by=cast.secretary)
    told = Event.objects.get(subject_type="projects.project", verb="project.imported")
    assert f'"owner":{cast.department.pk}' in bytes(told.body).decode()
    second = handed_in(content, cast, lead_body=cast.east.name_zh)
    (found,), kept = queries.clashes(second, language="zh-hans", by=cast.secretary)
    words = (found.told.header, found.told.base, found.told.now, found.told.sheet, found.who)
    assert words == ("责任单位", cast.force_a.name_zh, cast.department.name_zh, cast.east.name_zh, cast.secretary.name)
    assert kept == []


def test_a_column_kept_beside_the_record_is_merged_too(cast: Cast, project: Project) -> None:
    content = taken_out("key_projects", cast.secretary)
    first = written(handed_in(content, cast, remark="甲写的", contact="甲"), by=cast.secretary)
    second = handed_in(content, cast, remark="乙写的", phone="乙")
    row = second.rows.get()
    found = {one["cell"]: (one["is_both"], *one["now"].values()) for one in row.clashes}
    assert found == {"remark": (True, "甲写的")}  # an unfilled cell says nothing: 联系人 stays
    assert set(row.after) == {"extra:phone"}
    actions.undo(first, by=cast.secretary, now=NOON)
    third = handed_in(content, cast, remark="丙写的")
    assert third.rows.get().clashes == []


def test_what_an_import_wrote_beside_the_record_is_what_a_later_export_had_seen(cast: Cast, project: Project) -> None:
    before = taken_out("key_projects", cast.secretary)
    first = written(handed_in(before, cast, remark="甲写的"), by=cast.secretary)
    content = taken_out("key_projects", cast.secretary)
    actions.undo(first, by=cast.secretary, now=NOON)
    found = clash(handed_in(content, cast, remark="丙写的").rows.get())
    assert (found["is_both"], found["base"], found["now"]) == (True, "甲写的", None)


def test_of_two_who_enter_one_project_by_sheets_the_second_is_asked_about_the_columns_kept_beside_it(
    cast: Cast, tmp_path: Path
) -> None:
    batches = []
    for remark in ("甲写的", "乙写的"):
        row = {"name": "新项目", "chain": "链A", "total_wan": Decimal(900), "remark": remark}
        content = workbook("key_projects", {"projects": [row]}, tmp_path)
        batches.append(hand_in(content, ledger="key_projects", by=cast.secretary))
    written(batches[0], by=cast.secretary)
    with pytest.raises(PlanChanged):
        written(batches[1], by=cast.secretary)
    assert clash(batches[1].rows.get()) == {
        "cell": "remark", "is_both": True, "by": cast.secretary.pk, "base": None, "now": "甲写的", "sheet": "乙写的",
    }  # fmt: skip


def test_a_figure_and_the_day_it_is_of_stand_or_fall_together(cast: Cast, project: Project) -> None:
    trail.change(project, verb="project.progress", by=cast.clerk_a,
                 changes={"done_year_wan": Decimal(100), "done_as_of": dt.date(2026, 9, 30)})  # fmt: skip
    content = taken_out("key_projects", cast.secretary)
    trail.change(project, verb="project.progress", by=cast.clerk_a, changes={"done_year_wan": Decimal(300)})
    batch = handed_in(content, cast, year_done_wan=200, period_on=dt.date(2026, 10, 1))
    row = batch.rows.get()
    assert [one["cell"] for one in row.clashes] == ["year_done_wan"]
    assert not {"done_year_wan", "done_as_of"} & set(row.after)


def test_a_record_entered_by_somebody_since_is_asked_about_cell_by_cell(cast: Cast, tmp_path: Path) -> None:
    row = {"name": "新项目", "chain": "链A", "total_wan": Decimal(900), "content": "表内内容"}
    content = workbook("key_projects", {"projects": [row]}, tmp_path)
    batch = hand_in(content, ledger="key_projects", by=cast.secretary)
    assert kinds(batch) == {"new": 1}
    theirs = scene.lead(cast, name="新项目", content="同事内容", now=months.NOON)
    with pytest.raises(PlanChanged):
        written(batch, by=cast.secretary)
    batch.refresh_from_db()
    found = batch.rows.get()
    assert (found.kind, found.subject_id) == ("changed", str(theirs.pk))
    assert [one["cell"] for one in found.clashes] == ["content"]
    assert set(found.after) == {"total_wan"}  # a cell that was left open is filled


@pytest.mark.parametrize(("as_", "is_there"), [(KEEP, False), (SHEET, True)])
def test_a_record_removed_since_comes_again_only_where_a_person_says_so(cast: Cast, as_: str, is_there: bool) -> None:
    fair = trail.create(Fair(code="HD-1", name="示例家电展", chain=cast.chain_a), verb="event.entered", by=None)
    met = trail.create(Encounter(event=fair, name="某客商"), verb="encounter.entered", by=None)
    content = taken_out("encounters", cast.secretary)
    trail.remove(met, verb="encounter.removed", by=cast.clerk_a)
    batch = hand_in(content, ledger="encounters", by=cast.secretary)
    (found,), _kept = queries.clashes(batch, language="zh-hans", by=cast.secretary)
    assert (found.told.header, found.told.base, found.told.now) == ("整行", "有此记录", "已删除")
    with pytest.raises(Refused, match="须先认定"):
        written(batch, by=cast.secretary)
    batch = settled(batch, as_, by=cast.secretary)
    if is_there:
        written(batch, by=cast.secretary)
    else:
        assert kinds(batch) == {"ignored": 1}
    assert Encounter.objects.filter(name="某客商").exists() is is_there


def test_a_record_renamed_since_is_not_entered_a_second_time(cast: Cast) -> None:
    fair = trail.create(Fair(code="HD-1", name="示例家电展", chain=cast.chain_a), verb="event.entered", by=None)
    met = trail.create(Encounter(event=fair, name="某客商"), verb="encounter.entered", by=None)
    content = taken_out("encounters", cast.secretary)
    trail.change(met, verb="encounter.edited", changes={"name": "改名客商"}, by=cast.clerk_a)
    batch = hand_in(content, ledger="encounters", by=cast.secretary)
    (found,), _kept = queries.clashes(batch, language="en", by=cast.secretary)
    assert found.told.cell == "@row"
    assert kinds(settled(batch, KEEP, by=cast.secretary)) == {"ignored": 1}


def test_a_name_a_colleague_gave_a_firm_since_is_not_taken_from_it(cast: Cast) -> None:
    firm = Enterprise.objects.get(name="链主一有限公司")
    registry.add_alias(firm, name="链一", kind=Alias.Kind.SHORT, by=cast.secretary)
    content = taken_out("enterprises", cast.secretary)
    registry.add_alias(firm, name="老大", kind=Alias.Kind.SHORT, by=cast.secretary)
    cells = {firm.name: {"address": "新址"}}
    batch = hand_in(typed_over(content, "enterprises", cells), ledger="enterprises", by=cast.secretary)
    row = batch.rows.get(subject_id=str(firm.pk))
    found = clash(row)
    assert (found["cell"], found["is_both"], found["base"]) == ("short_name", False, "链一")
    written(batch, by=cast.secretary)
    assert set(firm.aliases.values_list("name", flat=True)) >= {"链一", "老大"}
    firm.refresh_from_db()
    assert firm.address == "新址"


def test_what_the_trail_does_not_keep_is_asked_about_when_it_was_written_since(cast: Cast) -> None:
    person = cast.officer
    trail.change(person, verb="person.corrected", changes={"phone": "13900000001"}, by=cast.security_admin)
    content = taken_out("address_list", cast.secretary)
    trail.change(person, verb="person.corrected", changes={"phone": "13900000002"}, by=cast.security_admin)
    batch = hand_in(content, ledger="address_list", by=cast.secretary)
    (found,), _kept = queries.clashes(batch, language="zh-hans", by=cast.secretary)
    assert (found.told.base, found.told.now, found.told.sheet) == ("（原值不留痕）", "13900000002", "13900000001")


def test_partners_of_an_action_are_weighed_as_the_last_import_left_them(cast: Cast, tmp_path: Path) -> None:
    made = Action(code="JH-1", chain=cast.chain_a, year=2026, matter="办展")
    trail.create(made, verb="action.planned", by=cast.clerk_a)
    content = taken_out("plan_actions", cast.secretary)
    for support in (cast.department.name_zh, cast.east.name_zh):
        over = typed_over(content, "plan_actions", {"办展": {"support_bodies": support}}, named="title")
        batch = hand_in(over, ledger="plan_actions", by=cast.secretary)
        if support == cast.department.name_zh:
            written(batch, by=cast.secretary)
    assert clash(batch.rows.get())["now"] == [cast.department.pk]


# -- where a workbook comes from


def test_a_workbook_of_another_house_or_of_a_trail_that_went_on_differently_is_of_unknown_origin(
    cast: Cast, project: Project, tmp_path: Path
) -> None:
    event = Event.objects.order_by("seq").last()
    assert event is not None
    row = {"code": "XM-2026-001", "name": "项目1", "chain": "链A", "content": "原内容"}
    edit(project, cast, content="同事内容")
    out = tmp_path / "ours.xlsx"
    for seal in ("0" * 16, event.mac[:16]):
        said = f"{event.seq}.{seal}.20261123T040000Z"
        sheets.write("key_projects", {"projects": [row]}, out=out, stamp=said)
        batch = hand_in(out.read_bytes(), ledger="key_projects", by=cast.secretary)
        is_ours = seal != "0" * 16
        assert (batch.exported_at is not None, batch.rows.get().kind == "unchanged") == (is_ours, is_ours)
        actions.abandon(batch, by=cast.secretary)


def test_the_marked_copy_and_the_copy_without_refused_columns_still_say_where_they_come_from(
    cast: Cast, project: Project, tmp_path: Path
) -> None:
    content = typed_over(taken_out("key_projects", cast.secretary), "key_projects", {"项目1": {"total_wan": "很多"}})
    batch = hand_in(content, ledger="key_projects", by=cast.secretary)
    stamp = sheets.read(storage.path_of(batch.sha256), layout="key_projects").stamp
    assert stamp
    assert sheets.read(files.marked_path(batch, language="en"), layout="key_projects").stamp == stamp
    reading = sheets.read(storage.path_of(batch.sha256), layout="key_projects")
    sheets.strip(storage.path_of(batch.sha256), reading, out=tmp_path / "stripped.xlsx")
    assert sheets.read(tmp_path / "stripped.xlsx", layout="key_projects").stamp == stamp


def test_a_batch_of_before_this_was_kept_is_compared_as_it_was_then(cast: Cast, project: Project) -> None:
    content = taken_out("key_projects", cast.secretary)
    edit(project, cast, content="同事内容")
    batch = hand_in(content, ledger="key_projects", by=cast.secretary)
    Batch.objects.update(based_on=None)
    staging.restage(Batch.objects.get(), by=cast.secretary)
    assert set(batch.rows.get().after) == {"content"}


def test_what_a_large_ledger_asks_the_database_does_not_grow_with_its_rows(cast: Cast, tmp_path: Path) -> None:
    asked = []
    months.key_project(cast, 1)
    for count in (10, 100):
        projects = [
            trail.create(
                Project(code=f"XM-{count}-{n}", name=f"项目{count}-{n}", chain=cast.chain_a, is_key=True, stage=30,
                        district=cast.east, content="原", total_wan=Decimal(900)),
                verb="project.entered", by=cast.clerk_a,
            )
            for n in range(count)
        ]  # fmt: skip
        content = taken_out("key_projects", cast.secretary)
        for one in projects:
            trail.change(one, verb="project.edited", changes={"content": "同事"}, by=cast.clerk_a)
        cells = {one.name: {"content": "表内", "next_node": "表内"} for one in projects}
        batch = hand_in(typed_over(content, "key_projects", cells), ledger="key_projects", by=cast.secretary)
        with CaptureQueriesContext(connection) as found:
            staging.rediff(batch, by=cast.secretary)
        assert batch.counts["asked"] == count
        asked.append([one["sql"][:300] for one in found])
    assert len(asked[0]) == len(asked[1]), "\n".join(asked[1])


# -- on the pages


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_clerk_sees_both_values_and_who_wrote_them_decides_and_writes(
    cast: Cast, client: Client, project: Project, language: str
) -> None:
    client.force_login(cast.secretary)
    client.cookies["django_language"] = language
    content = client.get("/ledgers/key_projects/export.xlsx").content
    edit(project, cast, content="同事内容", blockage="同事问题")
    head = language
    book = openpyxl.load_workbook(io.BytesIO(content))
    page = book.worksheets[0]
    heads = [str(cell.value).lstrip("*") for cell in page[1]]
    field = next(f for f in ledgers.get("key_projects").layout.sheets[0].fields if f.key == "content")
    page.cell(2, heads.index(field.header(head)) + 1).value = "表内内容"
    saved = io.BytesIO()
    book.save(saved)
    batch = hand_in(saved.getvalue(), ledger="key_projects", by=cast.secretary)
    address = f"/ledgers/batches/{batch.code}/"
    shown = client.get(address).content.decode()
    for word in ("原内容", "同事内容", "表内内容", cast.clerk_a.name):
        assert word in shown
    assert {"zh-hans": "两处都改过的格 1 格", "en": "1 cell changed in both places"}[language] in shown
    assert f'action="{address}apply"' not in shown
    row = batch.rows.get()
    client.post(f"{address}settle", {"plan": "of another page", f"cell-{row.pk}:content": "sheet"})
    assert Batch.objects.get().counts["asked"] == 1
    client.post(f"{address}settle", {"plan": batch.plan, f"cell-{row.pk}:content": "sheet"})
    batch.refresh_from_db()
    assert f'action="{address}apply"' in client.get(address).content.decode()
    client.post(f"{address}apply", {"plan": batch.plan})
    project.refresh_from_db()
    assert (project.content, project.blockage) == ("表内内容", "同事问题")


def test_all_that_wait_are_settled_with_one_button_and_nonsense_settles_nothing(
    cast: Cast, client: Client, project: Project
) -> None:
    content = taken_out("key_projects", cast.secretary)
    edit(project, cast, content="同事内容", next_milestone="同事节点")
    batch = handed_in(content, cast, content="表内内容", next_node="表内节点")
    client.force_login(cast.secretary)
    address = f"/ledgers/batches/{batch.code}/settle"
    for said in ({}, {"all": "neither"}, {"cell-x:content": "sheet"}, {f"cell-{batch.rows.get().pk}:content": "?"}):
        client.post(address, {"plan": batch.plan, **said})
        assert Batch.objects.get().counts["asked"] == 2
    client.post(address, {"plan": batch.plan, "all": "keep"})
    assert kinds(Batch.objects.get()) == {"unchanged": 1}
