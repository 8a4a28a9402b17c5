"""What is wrong with a row is said at its row; what is wrong with a file is said once; nothing is half done."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import transaction
from django.test import Client

from chainlab import sheets
from lianzhang.accounts.actions import Refused
from lianzhang.intake import actions, ledgers, recording, staging, storage
from lianzhang.intake.models import Batch, StagedRow
from lianzhang.intake.protocol import SHEET, PlanChanged
from lianzhang.registry import actions as registry
from lianzhang.registry.models import Alias, Enterprise, Purchase, PurchaseGrant
from lianzhang.trail.models import Event
from tests.cast import TODAY, Cast
from tests.intake import samples
from tests.intake.handing_in import NOON, hand_in, kinds, workbook

pytestmark = pytest.mark.django_db
Rows = dict[str, list[dict[str, object]]]


@pytest.fixture
def take(cast: Cast, tmp_path: Path) -> Callable[..., Batch]:
    def hand(rows: Rows, *, ledger: str = "enterprises", by: str = "secretary", **more: Any) -> Batch:
        return hand_in(workbook(ledger, rows, tmp_path), ledger=ledger, by=cast.people[by], **more)

    return hand


def said(batch: Batch, *, sheet: str = "", number: int = 0) -> str:
    rows = batch.rows.filter(**({"sheet": sheet} if sheet else {}), **({"row_number": number} if number else {}))
    return " ".join(one["message_zh"] for row in rows for one in row.complaints)


def firms(*rows: dict[str, object]) -> Rows:
    return {"enterprises": list(rows)}


# -- scope


def test_another_districts_firm_is_a_permission_error_at_its_row(cast: Cast, take: Callable[..., Batch]) -> None:
    rows = firms(
        {"name": "链主一有限公司", "region_code": "370211", "address": "东路"},
        {"name": "链主二有限公司", "region_code": "370212", "address": "西路"},
        {"name": "西区新企业有限公司", "region_code": "370212"},
    )
    batch = take(rows, by="district_east")
    assert kinds(batch) == {"changed": 1, "error": 2}
    assert said(batch, number=3).count("不在您的权限范围内") == 1
    foreign = batch.rows.get(row_number=3)
    assert (foreign.before, foreign.subject_id) == ({}, "")  # what stands there is not told either
    actions.apply(batch, plan=batch.plan, by=cast.district_east, now=NOON)
    cast.enterprise_2.refresh_from_db()
    assert cast.enterprise_2.address == ""


@pytest.mark.parametrize("who", ["expert", "auditor", "sme", "general_chief", "stranger"])
def test_who_keeps_no_ledger_hands_none_in(cast: Cast, who: str) -> None:
    with pytest.raises(Refused, match="不报送此台账"):
        actions.receive(
            ContentFile(b"x", name="a.xlsx"),
            ledger=ledgers.get("enterprises"),
            context={},
            by=cast.people[who],
            now=NOON,
        )


def test_purchases_of_a_firm_without_a_grant_are_permission_errors(cast: Cast, take: Callable[..., Batch]) -> None:
    batch = take(samples.teardown(), ledger="teardown", by="anchor_2")
    assert set(batch.rows.filter(sheet="purchases").values_list("kind", flat=True)) == {"error"}
    assert "不在您的权限范围内" in said(batch, sheet="purchases")


def test_a_confidential_batch_is_seen_by_its_own_body_only(cast: Cast, take: Callable[..., Batch]) -> None:
    batch = take(samples.teardown(), ledger="teardown", by="anchor_1")
    seeing = [name for name, person in cast.people.items() if StagedRow.objects.visible_to(person).exists()]
    assert seeing == ["anchor_1"]
    assert batch.is_confidential


def test_a_granted_task_force_enters_what_the_firm_hands_over(cast: Cast, take: Callable[..., Batch]) -> None:
    ledger = ledgers.get("teardown")
    assert not ledger.may_use(cast.clerk_a)
    granted(cast)
    batch = take(samples.teardown(), ledger="teardown", by="clerk_a")
    assert "error" not in kinds(batch)
    actions.apply(batch, plan=batch.plan, by=cast.clerk_a, now=NOON)
    assert set(Purchase.objects.values_list("buyer__name", flat=True)) == {"链主一有限公司"}


def granted(cast: Cast) -> PurchaseGrant:
    """Firm 1 lets the task force of chain A read and enter its rows."""
    return PurchaseGrant.objects.create(
        firm=cast.enterprise_1,
        body=cast.force_a,
        levels=["d3"],
        is_whole_body=True,
        starts_on=TODAY.replace(year=2020),
        entered_by=cast.anchor_1,
    )


def test_what_a_firm_handed_over_is_opened_by_its_receiver_alone_and_by_nobody_once_the_grant_is_withdrawn(
    cast: Cast, take: Callable[..., Batch], client: Client
) -> None:
    grant = granted(cast)
    batch = take(samples.teardown(), ledger="teardown", by="clerk_a")
    actions.apply(batch, plan=batch.plan, by=cast.clerk_a, now=NOON)
    assert not Batch.objects.visible_to(cast.colleague_a).exists()
    client.force_login(cast.clerk_a, backend="django.contrib.auth.backends.ModelBackend")
    page = f"/ledgers/batches/{batch.code}/"
    assert client.get(page).status_code == 200
    registry.withdraw_grant(grant, version=grant.version, now=NOON, by=cast.anchor_1)
    for link in (page, f"{page}marked.xlsx"):
        answer = client.get(link)
        assert (answer.status_code, "不再可见" in answer.content.decode()) == (422, True), link
    assert client.post(f"{page}undo").status_code == 422
    assert Purchase.objects.exists()


def test_a_batch_read_before_a_grant_was_withdrawn_writes_nothing_after(cast: Cast, take: Callable[..., Batch]) -> None:
    grant = granted(cast)
    batch = take(samples.teardown(), ledger="teardown", by="clerk_a")
    registry.withdraw_grant(grant, version=grant.version, now=NOON, by=cast.anchor_1)
    with pytest.raises(PlanChanged):
        actions.apply(batch, plan=batch.plan, by=cast.clerk_a, now=NOON)
    assert not Purchase.objects.exists()


# -- names


def test_a_name_close_to_a_registered_one_waits_for_a_person(cast: Cast, take: Callable[..., Batch]) -> None:
    registry.enter(name="青岛示例智能电器有限公司", today=TODAY, by=cast.secretary)
    batch = take(firms({"name": "青岛示例智能电气有限公司", "address": "新址"}))
    row = batch.rows.get()
    assert (row.kind, row.candidates[0]["label"]) == ("review", "青岛示例智能电器有限公司")
    with pytest.raises(Refused, match="没有要写入"):
        actions.apply(batch, plan=batch.plan, by=cast.secretary, now=NOON)


def test_a_decision_becomes_an_alias_and_the_next_ledger_resolves_by_itself(
    cast: Cast, take: Callable[..., Batch]
) -> None:
    known = registry.enter(name="青岛示例智能电器有限公司", today=TODAY, by=cast.secretary)
    name = "青岛示例智能电气有限公司"
    batch = take(firms({"name": name, "address": "新址"}))
    actions.decide(batch, question=name, decision={"as": "same", "id": str(known.pk)}, by=cast.secretary)
    assert kinds(Batch.objects.get(pk=batch.pk)) == {"changed": 1}
    alias = Alias.objects.get()
    assert (alias.enterprise, alias.confirmed_by, alias.batch_code) == (known, cast.secretary, batch.code)
    assert kinds(take(firms({"name": name, "address": "再新址"}))) == {"changed": 1}
    registry.remove_alias(alias, by=cast.secretary)
    assert kinds(take(firms({"name": name, "address": "三新址"}))) == {"review": 1}


def test_a_short_name_of_several_firms_is_never_linked_by_itself(cast: Cast, take: Callable[..., Batch]) -> None:
    for name in ("青岛示例电器有限公司", "青岛示例空调器有限公司"):
        firm = registry.enter(name=name, today=TODAY, by=cast.secretary)
        registry.add_alias(firm, name="青岛示例", kind=Alias.Kind.SHORT, by=cast.secretary)
    batch = take(firms({"name": "青岛示例", "address": "某路"}))
    row = batch.rows.get()
    assert (row.kind, len(row.candidates)) == ("review", 2)


def test_a_name_left_out_needs_a_reason_and_stays_counted(cast: Cast, take: Callable[..., Batch]) -> None:
    registry.enter(name="青岛示例智能电器有限公司", today=TODAY, by=cast.secretary)
    name = "青岛示例智能电气有限公司"
    batch = take(firms({"name": name}, {"name": "全新的制造企业"}))
    with pytest.raises(Refused, match="原因"):
        actions.decide(batch, question=name, decision={"as": "skip", "reason": " "}, by=cast.secretary)
    actions.decide(batch, question=name, decision={"as": "skip", "reason": "重复报送"}, by=cast.secretary)
    counts = Batch.objects.get(pk=batch.pk).counts
    assert (counts["read"], counts["new"], counts["ignored"]) == (2, 1, 1)


def test_a_code_of_one_firm_under_the_name_of_another_is_a_contradiction(
    cast: Cast, take: Callable[..., Batch]
) -> None:
    registry.enter(name="甲制造厂", credit_code="91370200MA00000015", today=TODAY, by=cast.secretary)
    batch = take(firms({"name": "链主一有限公司", "uscc": "91370200MA00000015"}))
    assert kinds(batch) == {"error": 1}
    assert "两者矛盾" in said(batch)


def test_an_unknown_supplier_of_a_request_goes_to_review_not_into_the_register(
    cast: Cast, take: Callable[..., Batch]
) -> None:
    rows: Rows = {"requests": [{"enterprise": "从未登记的企业", "content": "用地", "chain": "链A", "kind": "land"}]}
    batch = take(rows, ledger="requests")
    assert kinds(batch) == {"review": 1}
    actions.decide(batch, question="从未登记的企业", decision={"as": "new"}, by=cast.secretary)
    assert kinds(Batch.objects.get(pk=batch.pk)) == {"new": 1}
    assert Enterprise.objects.filter(name="从未登记的企业").exists()


# -- rows that contradict one another


def test_one_firm_twice_with_different_content_is_refused_on_both_rows(cast: Cast, take: Callable[..., Batch]) -> None:
    batch = take(firms({"name": "链主一有限公司", "address": "甲路"}, {"name": "链主一 有限公司", "address": "乙路"}))
    assert kinds(batch) == {"error": 2}
    assert "第 3 行" in said(batch, number=2)
    assert "第 2 行" in said(batch, number=3)


def test_a_part_containing_itself_is_refused(cast: Cast, take: Callable[..., Batch]) -> None:
    rows = samples.teardown()
    rows["bom"] = [{"parent_id": "P2", "child_id": "P2", "quantity": 1}]
    batch = take(rows, ledger="teardown", by="anchor_1")
    assert batch.rows.get(sheet="bom").kind == "error"


def test_the_words_of_a_published_action_and_the_stage_of_a_project_are_not_changed_by_a_ledger(
    cast: Cast, take: Callable[..., Batch]
) -> None:
    batch = take(samples.key_projects(), ledger="key_projects")
    actions.apply(batch, plan=batch.plan, by=cast.secretary, now=NOON)
    rows = samples.key_projects()
    rows["projects"][0] |= {"stage": "completed", "physical_progress": "竣工"}
    again = take(rows, ledger="key_projects")
    row = again.rows.get()
    assert (row.kind, list(row.after)) == ("changed", ["progress"])
    assert "“项目阶段”须在系统内按程序办理" in said(again)


# -- once, and all or nothing


def test_the_same_file_twice_is_one_batch_and_changes_nothing(cast: Cast, take: Callable[..., Batch]) -> None:
    one, two = take(firms({"name": "全新的制造企业"})), take(firms({"name": "全新的制造企业"}), name="换个名字.xlsx")
    assert one.pk == two.pk
    assert Batch.objects.count() == 1


def test_the_same_file_of_another_body_is_another_batch(cast: Cast, take: Callable[..., Batch]) -> None:
    one = take(firms({"name": "链主一有限公司", "address": "东路"}))
    two = take(firms({"name": "链主一有限公司", "address": "东路"}), by="district_east")
    assert one.pk != two.pk


def test_the_second_of_two_previews_is_asked_about_what_the_first_wrote(cast: Cast, take: Callable[..., Batch]) -> None:
    one = take(firms({"name": "链主一有限公司", "address": "甲路"}))
    two = take(firms({"name": "链主一有限公司", "address": "乙路"}))
    actions.apply(one, plan=one.plan, by=cast.secretary, now=NOON)
    with pytest.raises(PlanChanged):
        actions.apply(two, plan=two.plan, by=cast.secretary, now=NOON)
    two.refresh_from_db()
    (clash,) = two.rows.get().clashes
    assert (two.state, clash["now"], clash["sheet"]) == ("preview", {"address": "甲路"}, {"address": "乙路"})
    two = actions.settle_all(two, as_=SHEET, plan=two.plan, by=cast.secretary)
    actions.apply(two, plan=two.plan, by=cast.secretary, now=NOON)
    cast.enterprise_1.refresh_from_db()
    assert cast.enterprise_1.address == "乙路"


def test_undo_keeps_what_was_changed_since_and_lists_it(cast: Cast, take: Callable[..., Batch]) -> None:
    batch = take(firms({"name": "链主一有限公司", "address": "甲路"}, {"name": "链主二有限公司", "address": "甲路"}))
    actions.apply(batch, plan=batch.plan, by=cast.secretary, now=NOON)
    later = Enterprise.objects.get(pk=cast.enterprise_1.pk)
    registry.amend(later, changes={"address": "乙路"}, version=later.version, by=cast.secretary)
    conflicts = actions.undo(Batch.objects.get(pk=batch.pk), by=cast.secretary, now=NOON)
    assert [(c.row_number, "又被修改" in c.reason) for c in conflicts] == [(2, True)]
    addresses = [Enterprise.objects.get(pk=firm.pk).address for firm in (cast.enterprise_1, cast.enterprise_2)]
    assert addresses == ["乙路", ""]


def test_a_new_firm_in_use_is_not_deleted_by_an_undo(cast: Cast, take: Callable[..., Batch]) -> None:
    batch = take(firms({"name": "全新的制造企业"}))
    actions.apply(batch, plan=batch.plan, by=cast.secretary, now=NOON)
    made = Enterprise.objects.get(name="全新的制造企业")
    Enterprise.objects.create(code="QY-X", name="分公司", name_key="分公司", parent=made)
    conflicts = actions.undo(Batch.objects.get(pk=batch.pk), by=cast.secretary, now=NOON)
    assert "引用" in conflicts[0].reason
    assert Enterprise.objects.filter(pk=made.pk).exists()


def test_a_failure_in_the_middle_of_writing_leaves_nothing(
    cast: Cast, take: Callable[..., Batch], monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = take(firms({"name": "全新的制造企业", "short_name": "全新"}, {"name": "链主一有限公司", "address": "甲路"}))
    before = Event.objects.count()

    def die(*_args: object, **_more: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(recording.Writing, "close", die)
    with pytest.raises(KeyboardInterrupt), transaction.atomic():
        actions.write(batch, by=cast.secretary, now=NOON)
    assert not Enterprise.objects.filter(name="全新的制造企业").exists()
    assert Event.objects.count() == before
    assert Batch.objects.get(pk=batch.pk).state == "preview"


def test_reading_killed_half_way_goes_on_and_stages_every_row_once(
    cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = firms(*({"name": f"第{n}号制造企业"} for n in range(12)))
    content = workbook("enterprises", rows, tmp_path)
    received = actions.receive(
        ContentFile(content, name="a.xlsx"), ledger=ledgers.get("enterprises"), context={}, by=cast.secretary, now=NOON
    )
    monkeypatch.setattr(staging, "CHUNK", 5)
    whole = staging._finish

    def die(*_args: object, **_more: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(staging, "_finish", die)
    with pytest.raises(KeyboardInterrupt):
        staging.read(received.batch, progress=None, by=cast.secretary)
    StagedRow.objects.filter(row_number__gt=8).delete()  # as if the last chunk had not been written
    monkeypatch.setattr(staging, "_finish", whole)
    staging.read(received.batch, progress=None, by=cast.secretary)
    batch = Batch.objects.get()
    assert (batch.state, batch.counts["read"], batch.counts["new"]) == ("preview", 12, 12)


def test_only_the_chosen_rows_are_written(cast: Cast, take: Callable[..., Batch]) -> None:
    batch = take(firms({"name": "第一号制造企业"}, {"name": "第二号机械工厂"}))
    keep = batch.rows.get(row_number=3)
    assert actions.choose(batch, rows=[keep.pk], by=cast.secretary) == 1
    actions.apply(batch, plan=batch.plan, by=cast.secretary, now=NOON)
    assert Enterprise.objects.filter(name__endswith="工厂").exists()
    assert not Enterprise.objects.filter(name="第一号制造企业").exists()


# -- files


def test_an_upload_is_kept_by_content_readable_by_its_owner_only(cast: Cast, take: Callable[..., Batch]) -> None:
    batch = take(firms({"name": "全新的制造企业"}), name="../../etc/\u202excod.xlsx")
    path = storage.path_of(batch.sha256)
    assert (path.name, oct(path.stat().st_mode & 0o777)) == (batch.sha256, "0o600")
    assert batch.file_name == "xcod.xlsx"


@pytest.mark.shared_data
@pytest.mark.parametrize("name", ["corner.xlsx", "lol.xlsx", "pw.xlsx", "html.xls", "trunc.xlsx", "empty.xlsx"])
def test_a_hostile_file_is_refused_with_its_reason_and_nothing_staged(cast: Cast, shared: Path, name: str) -> None:
    content = (shared / "bad-workbooks" / name).read_bytes()
    if not content:
        with pytest.raises(Refused, match="空"):
            hand_in(content, ledger="enterprises", by=cast.secretary, name=name)
        return
    batch = hand_in(content, ledger="enterprises", by=cast.secretary, name=name)
    assert batch.state == "refused"
    assert batch.refusal
    assert not batch.rows.exists()


def test_counts_add_up_with_totals_remarks_and_signatures(cast: Cast, tmp_path: Path) -> None:
    import openpyxl

    content = workbook("enterprises", firms({"name": "第一号制造企业", "revenue_wan": 5}), tmp_path)
    path = tmp_path / "more.xlsx"
    path.write_bytes(content)
    book = openpyxl.load_workbook(path)
    page = book.worksheets[0]
    page.append(["合计"])
    page.append(["注：以上为示例"])
    page.append(["填表人：某某"])
    book.save(path)
    batch = hand_in(path.read_bytes(), ledger="enterprises", by=cast.secretary)
    assert (batch.counts["read"], kinds(batch)) == (4, {"new": 1, "ignored": 3})


def test_the_marked_copy_lists_what_the_ledger_found(cast: Cast, take: Callable[..., Batch]) -> None:
    import openpyxl

    from lianzhang.intake import files

    batch = take(firms({"name": "西区新企业有限公司", "region_code": "370212"}), by="district_east")
    book = openpyxl.load_workbook(files.marked_path(batch, language="zh-hans"))
    listed = [str(cell.value) for row in book["错误清单"].iter_rows() for cell in row]
    assert any("不在您的权限范围内" in text for text in listed)


def test_a_sheet_of_the_map_without_rows_is_no_missing_sheet(cast: Cast) -> None:
    out = io.StringIO(newline="")
    sheets.write_csv("map_segments", "links", [], out=out)
    batch = hand_in(out.getvalue().encode(), ledger="map_segments", by=cast.secretary, name="连线.csv")
    assert (batch.state, batch.counts["read"]) == (Batch.State.PREVIEW, 0)
    assert [one["message_zh"] for one in batch.complaints] == ["文件中没有工作表“环节”，其已有记录保持不变。"]
