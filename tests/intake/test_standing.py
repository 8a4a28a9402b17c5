"""What holds of a batch whatever happens around it: two at once, a killed worker, a record that moved, rights lost."""

import datetime as dt
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone

from chainlab.sheets import gate
from lianzhang.accounts.actions import Refused
from lianzhang.chains.models import MapVersion
from lianzhang.intake import actions, jobs, ledgers, months, queries, recording, staging, storage
from lianzhang.intake.models import Batch, BatchQuerySet, LedgerExtra, StagedRow
from lianzhang.intake.protocol import PlanChanged
from lianzhang.intake.writing import Writing
from lianzhang.jobs.models import Job
from lianzhang.jobs.work import Unworkable
from lianzhang.projects.models import Project
from lianzhang.records.models import Stale
from lianzhang.registry import actions as registry
from lianzhang.registry.models import Enterprise
from lianzhang.trail import actions as trail
from lianzhang.trail.models import Event
from tests.cast import TODAY, Cast
from tests.intake import samples
from tests.intake.handing_in import NOON, hand_in, kinds, workbook
from tests.projects.scene import lead

pytestmark = pytest.mark.django_db
NAME = "青岛示例智能电气有限公司"  # near to the registered 电器


@pytest.fixture
def content(tmp_path: Path) -> bytes:
    """A ledger of two firms, one of them new."""
    rows: list[dict[str, object]] = [
        {"name": "示例新企业有限公司", "region_code": "370211"},
        {"name": "链主一有限公司", "region_code": "370211", "address": "新址"},
    ]
    return workbook("enterprises", {"enterprises": rows}, tmp_path)


@pytest.fixture
def batch(cast: Cast, content: bytes) -> Batch:
    return hand_in(content, ledger="enterprises", by=cast.secretary)


def receive(content: bytes, cast: Cast) -> actions.Received:
    return actions.receive(
        ContentFile(content, name="a.xlsx"), ledger=ledgers.get("enterprises"), context={}, by=cast.secretary, now=NOON
    )


def told(cast: Cast, steps: list[str]) -> Any:
    return SimpleNamespace(person=cast.secretary, tell=lambda step, **_counts: steps.append(step))


# -- coming in


def test_of_two_uploads_of_one_file_at_the_same_moment_the_second_is_the_batch_of_the_first(
    cast: Cast, batch: Batch, content: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(BatchQuerySet, "first", lambda _self: None)  # the other was not there yet when this one looked
    second = receive(content, cast)
    assert (second.batch, second.is_repeat) == (batch, True)


def test_a_file_above_the_limit_is_refused_and_does_not_stay(
    cast: Cast, content: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gate, "MAX_BYTES", 100)
    before = {path for path in storage._folder().rglob("*") if path.is_file()}
    with pytest.raises(Refused, match="请拆分后上传"):
        receive(content, cast)
    assert {path for path in storage._folder().rglob("*") if path.is_file()} == before


def test_a_reading_says_its_steps_and_happens_once(cast: Cast, content: bytes) -> None:
    batch, steps = receive(content, cast).batch, []  # type: ignore[var-annotated]
    for _ in range(2):  # a worker killed after the work was done runs again
        assert jobs.read(told(cast, steps), batch_id=batch.pk) == {"batch": batch.code}
    assert steps == ["读取文件", "与现有数据比对", "暂存", "标注工作簿"]
    assert kinds(Batch.objects.get(pk=batch.pk)) == {"new": 1, "changed": 1}


def test_a_batch_whose_rows_do_not_add_up_to_what_was_read_is_not_shown(cast: Cast, content: bytes) -> None:
    batch = receive(content, cast).batch
    StagedRow.objects.create(batch=batch, sheet="enterprises", tab="Sheet9", row_number=9, kind=StagedRow.Kind.NEW)
    with pytest.raises(RuntimeError, match="staged 3 rows of 2"):
        staging.read(batch, progress=None, by=cast.secretary)
    assert Batch.objects.get(pk=batch.pk).state == Batch.State.READING


@pytest.mark.parametrize(("state", "kind"), [("reading", "intake.read"), ("applying", "intake.apply")])
def test_what_stopped_is_started_again_and_what_still_runs_is_not(
    cast: Cast, content: bytes, state: str, kind: str
) -> None:
    batch = receive(content, cast).batch
    Batch.objects.filter(pk=batch.pk).update(state=state)
    batch.refresh_from_db()
    with pytest.raises(Refused, match="后台仍在处理"):
        actions.retry(batch, by=cast.secretary)
    Job.objects.filter(pk=batch.job_id).update(state=Job.State.FAILED)
    first = batch.job_id
    batch = actions.retry(Batch.objects.get(pk=batch.pk), by=cast.secretary)
    assert batch.job is not None
    assert (batch.job.kind, batch.job_id != first) == (kind, True)


# -- deciding and writing


def test_rows_left_out_are_all_chosen_again_in_one_step(cast: Cast, batch: Batch) -> None:
    assert actions.choose(batch, rows=[], by=cast.secretary) == 0
    assert actions.choose(batch, rows=None, by=cast.secretary) == 2


def test_a_name_nobody_asks_about_cannot_be_decided(cast: Cast, batch: Batch) -> None:
    with pytest.raises(Refused, match="没有待认定的名称"):
        actions.decide(batch, question="谁", decision={"as": "new"}, by=cast.secretary)


def test_names_to_decide_are_told_with_their_rows_and_their_sheet_where_there_are_several(
    cast: Cast, tmp_path: Path
) -> None:
    registry.enter(name="青岛示例智能电器有限公司", today=TODAY, by=cast.secretary)
    rows: list[dict[str, object]] = [{"name": NAME}]
    batch = hand_in(workbook("enterprises", {"enterprises": rows}, tmp_path), ledger="enterprises", by=cast.secretary)
    (query,), total = queries.questions(batch)
    assert (query.name, query.rows, total) == (NAME, ["2"], 1)
    row = batch.rows.get()
    row.pk, row.tab = None, "西区"
    row.save()
    (query,), _total = queries.questions(batch)
    assert sorted(query.rows) == [f"{batch.rows.first().tab} 2", "西区 2"]  # type: ignore[union-attr]


def test_a_preview_that_is_not_the_one_confirmed_is_not_written(cast: Cast, batch: Batch) -> None:
    with pytest.raises(PlanChanged):
        actions.apply(batch, plan="of another page", by=cast.secretary, now=NOON)
    assert not Enterprise.objects.filter(name="示例新企业有限公司").exists()


def test_a_record_written_since_the_plan_was_made_is_not_overwritten(cast: Cast, batch: Batch) -> None:
    changes = staging.rediff(batch, by=cast.secretary)
    Enterprise.objects.filter(pk=cast.enterprise_1.pk).update(version=99)
    with pytest.raises(PlanChanged):
        ledgers.get("enterprises").apply(changes, batch=batch, by=cast.secretary)


def test_a_row_is_not_written_without_the_new_row_it_refers_to(cast: Cast, tmp_path: Path) -> None:
    trail.create(MapVersion(chain=cast.chain_a, number=1, created_at=NOON), verb="map.drafted", by=None)
    given = workbook("map_segments", samples.map_segments(), tmp_path)
    batch = hand_in(given, ledger="map_segments", by=cast.secretary)
    links = list(batch.rows.filter(sheet="links").values_list("pk", flat=True))
    actions.choose(batch, rows=links, by=cast.secretary)
    with pytest.raises(PlanChanged):
        actions.apply(batch, plan=batch.plan, by=cast.secretary, now=NOON)
    assert Batch.objects.get(pk=batch.pk).state == Batch.State.PREVIEW


def test_a_post_the_rules_refuse_stops_the_batch_and_leaves_it_to_be_looked_at(cast: Cast, tmp_path: Path) -> None:
    row: dict[str, object] = {
        "name": "security_admin",
        "account": "security_admin",
        "body": "东区",
        "post": "district_liaison",
        "from_on": dt.date(2026, 3, 1),
    }
    batch = hand_in(workbook("address_list", {"people": [row]}, tmp_path), ledger="address_list", by=cast.secretary)
    with pytest.raises(Refused, match=r"^security_admin：.*不得兼任业务职务"):
        actions.apply(batch, plan=batch.plan, by=cast.secretary, now=NOON)
    assert Batch.objects.get(pk=batch.pk).state == Batch.State.PREVIEW
    Batch.objects.filter(pk=batch.pk).update(state=Batch.State.APPLYING)
    with pytest.raises(Unworkable, match="不得兼任业务职务"):
        jobs.apply(told(cast, []), batch_id=batch.pk)
    assert Batch.objects.get(pk=batch.pk).state == Batch.State.PREVIEW


def test_a_write_that_changes_nothing_writes_nothing_and_a_stale_one_says_so(cast: Cast) -> None:
    writing, firm = Writing(by=cast.secretary, detail={}), cast.enterprise_1
    assert writing.change(firm, verb="enterprise.imported", changes={}) == firm.version
    Enterprise.objects.filter(pk=firm.pk).update(version=firm.version + 1)
    with pytest.raises(Stale):
        writing.change(firm, verb="enterprise.imported", changes={"address": "别处"})


# -- undoing


def test_an_undo_keeps_what_is_gone_and_what_is_beyond_the_rights_of_who_undoes(cast: Cast, batch: Batch) -> None:
    batch = actions.apply(batch, plan=batch.plan, by=cast.secretary, now=NOON)
    Enterprise.objects.get(name="示例新企业有限公司").delete()
    conflicts = actions.undo(batch, by=cast.district_west, now=NOON)
    assert {one.row_number: one.reason for one in conflicts} == {2: "记录已不存在。", 3: "不在您的权限范围内。"}
    assert {row.row_number for row in queries.conflicts(batch)} == {2, 3}


def test_an_undo_keeps_a_column_beside_the_record_that_was_changed_since(cast: Cast, tmp_path: Path) -> None:
    sample = samples.key_projects()["projects"][0]
    for remark in ("一", "二"):
        rows: dict[str, list[dict[str, object]]] = {"projects": [{**sample, "remark": remark}]}
        batch = hand_in(workbook("key_projects", rows, tmp_path), ledger="key_projects", by=cast.secretary)
        batch = actions.apply(batch, plan=batch.plan, by=cast.secretary, now=NOON)
    recording.keep_extras("key_projects", Project.objects.get(), {"remark": "三"})
    (conflict,) = actions.undo(batch, by=cast.secretary, now=NOON)
    assert conflict.reason == "导入之后又被修改，保留现值。"
    assert LedgerExtra.objects.get().values["remark"] == "三"


# -- who sees what


def test_the_rows_of_a_batch_are_for_who_may_work_on_the_batch_and_what_stands_beside_a_record_comes_with_it(
    cast: Cast, batch: Batch
) -> None:
    editing = [name for name, person in cast.people.items() if StagedRow.objects.editable_by(person).exists()]
    assert set(editing) == {"secretary", "second_secretary"}
    recording.keep_extras("enterprises", cast.enterprise_1, {"remark": "月报"})
    kept = LedgerExtra.objects.get()
    assert not LedgerExtra.objects.visible_to(cast.secretary)
    row = batch.rows.order_by("row_number")[0]
    assert [str(batch), str(row), str(kept)] == [
        batch.code,
        "企业名单!2 new",
        f"enterprises registry.enterprise:{cast.enterprise_1.pk}",
    ]


# -- the months


def test_a_note_on_a_record_is_no_change_of_its_month(cast: Cast, batch: Batch) -> None:
    actions.apply(batch, plan=batch.plan, by=cast.secretary, now=NOON)
    first = timezone.localdate().replace(day=1)
    Event.objects.update(at=timezone.make_aware(dt.datetime.combine(months.before(first), dt.time(12))))
    trail.note(cast.enterprise_1, verb="enterprise.viewed", detail={"why": "走访"}, by=cast.secretary)
    assert months.of(ledgers.get("enterprises"), first, by=cast.secretary).touched == []


def test_an_amount_the_trail_does_not_tell_moves_no_sum(cast: Cast) -> None:
    project = lead(cast)
    untold = {"agreed_wan": trail.REDACTED}
    told_of = {"intended_wan": "12.5"}
    entry = trail.Entry("project.reported", project, {**untold, "intended_wan": None}, {**untold, **told_of}, {})
    with transaction.atomic():
        trail.append([entry], by=cast.clerk_a)
    found = months.of(ledgers.get("leads"), timezone.localdate().replace(day=1), by=cast.secretary)
    assert [one.record for one in found.touched] == [project]
    assert found.moved["intended_wan"] == (project.intended_wan or 0) + Decimal("12.5")
    assert found.moved.get("agreed_wan", 0) == (project.agreed_wan or 0)
