"""What is taken out and handed in again changes nothing; one edited cell changes exactly that cell; nothing is lost."""

import csv
import io
import itertools
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.utils import timezone

from chainlab import sheets
from chainlab.sheets import layouts
from chainlab.sheets.layout import Kind
from lianzhang.accounts.models import Person
from lianzhang.chains.actions import atlas as maps
from lianzhang.chains.models import Chain, MapVersion
from lianzhang.intake import actions, files, ledgers
from lianzhang.intake.columns import Coded, Column
from lianzhang.intake.models import Batch
from lianzhang.intake.sheets import TECHNICAL
from lianzhang.projects.models import Event, Project
from lianzhang.registry.models import Enterprise, Level, MaterialGroup, Part, ProductLine
from lianzhang.resources.models import Resource
from lianzhang.trail import actions as trail
from tests.cast import Cast
from tests.intake import samples
from tests.intake.handing_in import NOON, hand_in, kinds, workbook

pytestmark = pytest.mark.django_db

# An edit of one cell for each layout: sheet, field, the new value.
EDITS: dict[str, tuple[str, str, Any]] = {
    "chains": ("chains", "remark", "新列入；专班已定"),
    "enterprises": ("enterprises", "address", "东区某路 2 号"),
    "plan_actions": ("actions", "next_step", "签约并开工"),
    "key_projects": ("projects", "physical_progress", "设备安装"),
    "leads": ("leads", "contact_note", "已签意向"),
    "events": ("events", "place", "会展中心二号馆"),
    "requests": ("requests", "content", "二期用地指标未落实，请协调"),
    "address_list": ("people", "mobile", "13900000003"),
    "map_segments": ("segments", "products", "热轧板"),
    "teardown": ("purchases", "plant_region_code", "370212"),
    "category_answers": ("answers", "source", "320000"),
    "part_answers": ("answers", "is_welcome", False),
    "supplier_mentions": ("suppliers", "supplier", "外地 压缩机有限公司"),
    "material_purchases": ("purchases", "amount", Decimal(6900)),
    "part_trees": ("nodes", "quantity", Decimal(2)),
    "sites": ("sites", "vacant_m2", Decimal(5000)),
    "signings": ("signings", "remark", "已补签"),
    "encounters": ("encounters", "note", "要厂房，急"),
    "candidates": ("candidates", "note", "已通电话"),
}


# What firms hand in themselves.
OF_A_FIRM = ("teardown", "category_answers", "part_answers", "supplier_mentions", "material_purchases")


def clerk(cast: Cast, key: str) -> Person:
    person: Person = cast.anchor_1 if key in OF_A_FIRM else cast.clerk_a if key == "part_trees" else cast.secretary
    return person


def prepare(cast: Cast, key: str) -> None:
    if key in OF_A_FIRM[1:]:
        firm = Enterprise.objects.get(name="链主一有限公司")
        trail.create(ProductLine(firm=firm, name="冰箱", levels=list(Level.values)), verb="line.entered", by=None)
        for code, name in (("LJ-1", "冰箱压缩机"), ("LJ-2", "冰箱电机")):
            part = trail.create(Part(code=code, name=name, category=name[2:]), verb="part.entered", by=None)
            group = MaterialGroup(firm=firm, code=f"10{code[-1]}0", name=f"{name[2:]}类", part=part)
            trail.create(group, verb="material_group.kept", by=None)
    if key in ("signings", "encounters"):
        fair = Event(code="HD-1", name="示例家电展", chain=cast.chain_a, held_on=samples.DAY)
        trail.create(fair, verb="event.entered", by=None)
    if key == "sites":
        park = Resource(code="ZY-1", kind="park", name="示例产业园")
        trail.create(park, verb="resource.entered", by=None)
    if key == "map_segments":
        draft = MapVersion(chain=cast.chain_a, number=1, created_at=NOON)
        trail.create(draft, verb="map.drafted", by=None)


def applied(cast: Cast, key: str, folder: Path) -> Batch:
    """The sample of a layout, handed in and written."""
    prepare(cast, key)
    batch = hand_in(workbook(key, samples.SAMPLES[key](), folder), ledger=key, by=clerk(cast, key))
    wrong = {(r.sheet, r.row_number): r.complaints for r in batch.rows.filter(kind__in=["error", "review", "ignored"])}
    assert not wrong
    return actions.apply(batch, plan=batch.plan, by=clerk(cast, key), now=NOON)


def exported(cast: Cast, key: str, folder: Path) -> bytes:
    return files.export(ledgers.get(key), context={}, language="zh-hans", by=clerk(cast, key))


def read(content: bytes, key: str, folder: Path) -> sheets.Reading:
    path = folder / "exported.xlsx"
    path.write_bytes(content)
    return sheets.read(path, layout=key)


def test_a_key_project_whose_total_was_never_published_comes_back_unchanged_and_a_new_one_needs_it(
    cast: Cast, tmp_path: Path
) -> None:
    applied(cast, "key_projects", tmp_path)
    Project.objects.update(total_wan=None)
    again = hand_in(exported(cast, "key_projects", tmp_path), ledger="key_projects", by=cast.secretary)
    assert kinds(again) == {"unchanged": Project.objects.count()}
    actions.abandon(again, by=cast.secretary)
    of_another = {"name": "另一个项目", "code": None, "builder": "别的建设单位", "builder_uscc": None}
    new = {**samples.key_projects()["projects"][0], **of_another, "total_wan": None}
    refused = hand_in(workbook("key_projects", {"projects": [new]}, tmp_path), ledger="key_projects", by=cast.secretary)
    assert [c["code"] for c in refused.rows.get().complaints if c["level"] == "error"] == ["required"]


def test_a_person_entered_for_a_post_goes_with_it_when_the_import_is_undone(cast: Cast, tmp_path: Path) -> None:
    held = samples.address_list()["people"][0]
    batch = hand_in(workbook("address_list", {"people": [held]}, tmp_path), ledger="address_list", by=cast.secretary)
    batch = actions.apply(batch, plan=batch.plan, by=cast.secretary, now=NOON)
    assert Person.objects.filter(username="new_liaison").exists()
    actions.undo(batch, by=cast.secretary, now=NOON)
    assert not Person.objects.filter(username="new_liaison").exists()


def test_the_map_in_force_leaves_as_its_ledger_and_goes_back_unchanged_into_a_draft_made_from_it(
    cast: Cast, tmp_path: Path
) -> None:
    applied(cast, "map_segments", tmp_path)
    atlas = MapVersion.objects.get(chain=cast.chain_a)
    atlas = maps.submit(atlas=atlas, version=atlas.version, now=NOON, by=cast.clerk_a)
    maps.publish(atlas=atlas, version=atlas.version, now=NOON, by=cast.head_a)
    content = exported(cast, "map_segments", tmp_path)
    refused = hand_in(content, ledger="map_segments", by=cast.secretary)
    assert "该链没有可编辑的图谱草稿" in str(refused.rows.filter(sheet="segments")[0].complaints)
    actions.abandon(refused, by=cast.secretary)
    maps.draft(chain=cast.chain_a, now=NOON, by=cast.clerk_a)
    again = hand_in(content, ledger="map_segments", by=cast.secretary)
    wrong = [(r.sheet, r.kind, r.before, r.after, r.complaints) for r in again.rows.exclude(kind="unchanged")]
    assert not wrong
    assert again.counts["unchanged"] == 4


def choice_columns() -> list[tuple[str, set[str], set[str]]]:
    """(place, what the form offers, what the record may hold in the form's codes) of every choice that is written."""
    found = []
    for key in layouts.KEYS:
        ledger: Any = ledgers.get(key)
        for sheet in ledger.sheets:
            fields = {field.key: field for field in ledger.layout.sheet(sheet.key).fields}
            for column in sheet.columns:
                field = fields[column.field]
                if field.kind is not Kind.CHOICE or type(column) not in (Column, Coded):
                    continue
                offered = {choice.code for choice in field.choices}
                stored = {str(code) for code, _label in sheet.model._meta.get_field(column.attr).choices or ()}
                known = set(column.codes) if isinstance(column, Coded) else stored - {"", *TECHNICAL}
                missing = stored - set(map(str, column.codes.values())) - {""} if isinstance(column, Coded) else set()
                found.append((f"{key}.{sheet.key}.{column.field}", offered, known | missing))
    return found


def test_every_choice_a_form_offers_is_one_the_record_knows_and_the_other_way_round() -> None:
    found = choice_columns()
    assert len(found) > 8
    assert [(place, offered ^ known) for place, offered, known in found if offered != known] == []


@pytest.mark.parametrize("kind", ["approval", "other"])
def test_a_request_of_every_kind_and_state_comes_back_unchanged(cast: Cast, tmp_path: Path, kind: str) -> None:
    rows = samples.requests()
    rows["requests"][0] |= {"kind": kind, "channel": "市长热线", "status": "escalated", "escalation": "general_chief"}
    batch = hand_in(workbook("requests", rows, tmp_path), ledger="requests", by=cast.secretary)
    actions.apply(batch, plan=batch.plan, by=cast.secretary, now=NOON)
    again = hand_in(exported(cast, "requests", tmp_path), ledger="requests", by=cast.secretary, name="再导入.xlsx")
    assert set(again.rows.values_list("kind", flat=True)) == {"unchanged"}


@pytest.mark.parametrize("key", layouts.KEYS)
def test_an_export_handed_in_again_changes_nothing(cast: Cast, tmp_path: Path, key: str) -> None:
    applied(cast, key, tmp_path)
    again = hand_in(exported(cast, key, tmp_path), ledger=key, by=clerk(cast, key), name="再导入.xlsx")
    found = {
        (r.sheet, r.row_number): (r.kind, r.before, r.after, r.complaints) for r in again.rows.exclude(kind="unchanged")
    }
    assert not found
    assert again.counts["unchanged"] >= sum(map(len, samples.SAMPLES[key]().values()))


@pytest.mark.sqlite  # another dress of the same rows, which go out and in as a workbook on both databases
@pytest.mark.no_cover
@pytest.mark.parametrize("key", layouts.KEYS)
def test_a_sheet_taken_out_as_csv_and_handed_in_again_changes_nothing(cast: Cast, tmp_path: Path, key: str) -> None:
    applied(cast, key, tmp_path)
    person, count = clerk(cast, key), 0
    for sheet, language in itertools.product(ledgers.get(key).layout.sheets, ("zh-hans", "en")):
        content = files.export_csv(ledgers.get(key), sheet.key, context={}, language=language, by=person)
        if content.count(b"\n") == 1:
            continue  # the example has no rows of this sheet
        again = hand_in(content, ledger=key, by=person, name=f"{sheet.key}.csv")
        assert again.refusal == "", sheet.key
        found = [(r.row_number, r.kind, r.before, r.after, r.complaints) for r in again.rows.exclude(kind="unchanged")]
        assert not found, sheet.key
        assert [one for one in again.complaints if one["level"] == "error"] == [], sheet.key
        count += again.counts["unchanged"]
    assert count >= 2 * sum(map(len, samples.SAMPLES[key]().values()))


def test_a_csv_that_names_nothing_known_says_so_and_a_lone_sheet_is_a_note(cast: Cast, tmp_path: Path) -> None:
    applied(cast, "map_segments", tmp_path)
    ledger, person = ledgers.get("map_segments"), clerk(cast, "map_segments")
    content = files.export_csv(ledger, "links", context={}, language="zh-hans", by=person).decode()
    key = next(csv.reader(io.StringIO(content.splitlines()[1])))[0]
    batch = hand_in(content.replace(key, "没有的环节").encode(), ledger=ledger.key, by=person, name="连线.csv")
    wrong = batch.rows.filter(kind="error")
    assert wrong.exists()
    assert all("不在本文件中，系统中也没有" in one["message_zh"] for row in wrong for one in row.complaints)
    told = [(one["level"], one["message_zh"]) for one in batch.complaints]
    assert ("note", "文件中没有工作表“环节”，其已有记录保持不变。") in told


def test_a_csv_starts_no_formula_and_gives_back_what_was_typed(cast: Cast, tmp_path: Path) -> None:
    typed = {"name": '=HYPERLINK("//x")公司', "remark": "@SUM(A1)", "address": "+1-1\n二楼"}
    batch = hand_in(
        workbook("enterprises", {"enterprises": [typed]}, tmp_path), ledger="enterprises", by=cast.secretary
    )
    actions.apply(batch, plan=batch.plan, by=cast.secretary, now=NOON)
    ledger = ledgers.get("enterprises")
    content = files.export_csv(ledger, "enterprises", context={}, language="zh-hans", by=cast.secretary)
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    assert [cell for row in rows for cell in row.values() if cell.startswith(("=", "+", "-", "@"))] == []
    path = tmp_path / "again.csv"
    path.write_bytes(content)
    reading = sheets.read(path, layout="enterprises")
    again = next(row for row in map(_stated, reading.rows) if str(row["name"]).startswith("=HYPERLINK"))
    assert {key: again[key] for key in typed} == typed


@pytest.mark.parametrize("key", layouts.KEYS)
def test_one_edited_cell_changes_exactly_that_cell(cast: Cast, tmp_path: Path, key: str) -> None:
    applied(cast, key, tmp_path)
    reading = read(exported(cast, key, tmp_path), key, tmp_path)
    sheet, field, value = EDITS[key]
    rows = {s.key: [_stated(r) for r in reading.rows_of(s.key)] for s in ledgers.get(key).layout.sheets}
    target = next(row for row in rows[sheet] if row.get(field) not in (None, ""))
    target[field] = value
    batch = hand_in(workbook(key, rows, tmp_path), ledger=key, by=clerk(cast, key), name="改一格.xlsx")
    assert (batch.counts["changed"], batch.counts["unchanged"]) == (1, sum(map(len, rows.values())) - 1), kinds(batch)
    changed = batch.rows.get(kind="changed")
    headers = [d.header for d in ledgers.get(key).describer(language="zh-hans", by=clerk(cast, key))(changed)]
    assert headers == [ledgers.get(key).layout.sheet(sheet).field(field).header("zh-hans")]


@pytest.mark.parametrize("key", layouts.KEYS)
def test_every_column_handed_in_comes_out_again(cast: Cast, tmp_path: Path, key: str) -> None:
    applied(cast, key, tmp_path)
    reading = read(exported(cast, key, tmp_path), key, tmp_path)
    skip = samples.WORKED_OUT.get(key, set())
    for sheet, rows in samples.SAMPLES[key]().items():
        given = [_stated(row) for row in reading.rows_of(sheet)]
        for row in rows:
            said = {field: value for field, value in row.items() if field not in skip}
            assert any(said.items() <= _superset(other).items() for other in given), (sheet, said, given)


@pytest.mark.parametrize("key", layouts.KEYS)
def test_an_undone_batch_leaves_the_records_as_they_were(cast: Cast, tmp_path: Path, key: str) -> None:
    prepare(cast, key)
    person = clerk(cast, key)
    before = ledgers.get(key).export(context={}, by=person)
    batch = hand_in(workbook(key, samples.SAMPLES[key](), tmp_path), ledger=key, by=person)
    batch = actions.apply(batch, plan=batch.plan, by=person, now=NOON)
    conflicts = actions.undo(batch, by=person, now=timezone.now())
    assert [(c.sheet, c.row_number, c.reason) for c in conflicts] == []
    assert ledgers.get(key).export(context={}, by=person) == before


def _stated(row: sheets.Row) -> dict[str, object]:
    return {key: value for key, value in row.values.items() if value is not None} | {
        key: reason for key, reason in row.blanks.items() if reason is not sheets.Blank.UNFILLED
    }


def _superset(row: Mapping[str, object]) -> dict[str, Any]:
    return dict(row)


def test_the_export_is_a_workbook_without_formulas_or_links(cast: Cast, tmp_path: Path) -> None:
    import openpyxl

    rows = {"enterprises": [{"name": '=HYPERLINK("//x")公司', "remark": "@SUM(A1)", "address": "+1-1"}]}
    batch = hand_in(workbook("enterprises", rows, tmp_path), ledger="enterprises", by=cast.secretary)
    actions.apply(batch, plan=batch.plan, by=cast.secretary, now=NOON)
    book = openpyxl.load_workbook(io.BytesIO(exported(cast, "enterprises", tmp_path)))
    cells = [cell for row in book.worksheets[0].iter_rows() for cell in row]
    assert any(str(cell.value).startswith("=HYPERLINK") for cell in cells)
    assert [cell for cell in cells if cell.data_type == "f" or cell.hyperlink] == []


@pytest.mark.parametrize(("key", "owners"), [("events", Event), ("plan_actions", Chain), ("address_list", Person)])
def test_illustrative_records_say_so_on_their_sheet_and_coming_back_change_nothing(
    cast: Cast, tmp_path: Path, key: str, owners: Any
) -> None:
    applied(cast, key, tmp_path)
    owners.objects.update(is_illustrative=True)
    content = exported(cast, key, tmp_path)
    page = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    assert page["A1"].value == "数据性质"
    assert "示例数据" in {cell.value for cell in page["A"]}
    assert "示例数据" in page.oddHeader.right.text
    assert set(kinds(hand_in(content, ledger=key, by=clerk(cast, key)))) == {"unchanged"}
