"""活动签约明细: every deal is one project; the one there is, or a lead opened for it; a project counts once."""

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from lianzhang.intake import actions as intake
from lianzhang.intake.models import Batch
from lianzhang.projects import actions
from lianzhang.projects.models import Claim, Event, Project, Signing
from lianzhang.projects.stages import Stage
from tests.cast import Cast
from tests.intake.handing_in import NOON, hand_in, kinds, workbook
from tests.projects import scene

pytestmark = pytest.mark.django_db


@pytest.fixture
def event(cast: Cast) -> Event:
    return actions.enter_event(
        chain=cast.chain_a, name="家电展", held_on=dt.date(2026, 5, 8), now=NOON, by=cast.clerk_a
    )


def sheet(folder: Path, *rows: dict[str, Any], by: Any, event: Event | None = None) -> Batch:
    given = [{"event": "家电展", "intended_wan": Decimal(10000), **row} for row in rows]
    content = workbook("signings", {"signings": given}, folder)
    return hand_in(content, ledger="signings", by=by, context={"event": str(event.pk)} if event else None)


def write(batch: Batch, *, by: Any) -> Batch:
    return intake.apply(batch, plan=batch.plan, by=by, now=NOON)


def told(batch: Batch) -> dict[str, list[str]]:
    return {
        row.subject_label: [c["code"] for c in row.complaints if c["level"] != "note"]
        for row in batch.rows.order_by("row_number")
    }


def test_a_deal_without_a_project_opens_a_lead_and_its_intended_money_stays_intended(
    cast: Cast, event: Event, tmp_path: Path
) -> None:
    row = {"name": "甲项目", "investor": "外地甲公司", "investor_origin": "上海", "region_code": "370211"}
    batch = write(sheet(tmp_path, row, by=cast.clerk_a), by=cast.clerk_a)
    signing = Signing.objects.select_related("project").get()
    project = signing.project
    assert (project.stage, project.district, project.investor_place) == (Stage.LEAD, cast.east, "上海")
    assert (project.intended_wan, project.agreed_wan, project.arrived_wan) == (Decimal(10000), None, None)
    assert (signing.event, signing.intended_wan, signing.signed_on) == (event, Decimal(10000), event.held_on)
    assert Claim.objects.get().project == project
    intake.undo(batch, by=cast.clerk_a, now=NOON)
    assert not Project.objects.exists(), "the lead goes with the row that opened it"


def test_a_lead_somebody_worked_on_since_stays_when_the_batch_is_undone(
    cast: Cast, event: Event, tmp_path: Path
) -> None:
    batch = write(sheet(tmp_path, {"name": "甲项目", "investor": "外地甲公司"}, by=cast.clerk_a), by=cast.clerk_a)
    actions.edit(project=Project.objects.get(), changes={"content": "压缩机"}, version=1, now=NOON, by=cast.clerk_a)
    intake.undo(batch, by=cast.clerk_a, now=NOON)
    assert (Signing.objects.count(), Project.objects.count()) == (0, 1)


def test_a_deal_is_tied_to_the_project_of_its_code_or_of_its_name_and_investor(
    cast: Cast, event: Event, tmp_path: Path
) -> None:
    one = scene.lead(cast, name="甲项目", investor_name="外地甲公司")
    two = scene.lead(cast, name="乙项目", investor_name="外地乙公司")
    rows = [{"project_code": one.code, "name": "随便写的名"}, {"name": "乙 项目", "investor": "外地乙公司"}]
    batch = sheet(tmp_path, *rows, by=cast.clerk_a)
    assert kinds(batch) == {"new": 2}
    write(batch, by=cast.clerk_a)
    assert {one.pk, two.pk} == set(Signing.objects.values_list("project_id", flat=True))
    assert Project.objects.count() == 2


def test_the_same_investor_under_another_name_is_asked_about_and_both_answers_hold(
    cast: Cast, event: Event, tmp_path: Path
) -> None:
    known = scene.lead(cast, name="甲项目", investor_name="外地甲公司")
    rows = [{"name": "甲二期项目", "investor": "外地甲公司"}, {"name": "甲研发中心", "investor": "外地甲公司"}]
    batch = sheet(tmp_path, *rows, by=cast.clerk_a)
    assert kinds(batch) == {"review": 2}
    first = batch.rows.order_by("row_number")[0]
    assert [one["subject_id"] for one in first.candidates] == [str(known.pk), "new"]
    said = {"甲二期项目": {"as": "same", "id": str(known.pk)}, "甲研发中心": {"as": "new"}}
    for name, decision in said.items():
        batch = intake.decide(batch, question=f"{name}（外地甲公司）", decision=decision, by=cast.clerk_a)
    write(batch, by=cast.clerk_a)
    assert set(Signing.objects.values_list("project__name", flat=True)) == {"甲项目", "甲研发中心"}
    assert Claim.objects.get().project == known, "the first report stays with whoever had it"


def test_what_was_signed_at_an_earlier_event_is_told_and_not_counted_again(
    cast: Cast, event: Event, tmp_path: Path
) -> None:
    known = scene.lead(cast, name="甲项目", investor_name="外地甲公司")
    earlier = actions.enter_event(chain=cast.chain_a, name="年初推介会", now=NOON, by=cast.clerk_a)
    actions.tie_signing(event=earlier, project=known, by=cast.clerk_a)
    row = {"name": "甲项目", "investor": "外地甲公司"}
    batch = sheet(tmp_path, row, {"name": "乙项目"}, by=cast.clerk_a)
    assert kinds(batch) == {"ignored": 1, "new": 1}
    assert told(batch)["甲项目"] == ["signed_before"]
    assert earlier.code in batch.rows.get(subject_label="甲项目").complaints[0]["message_zh"]
    write(batch, by=cast.clerk_a)
    assert Signing.objects.filter(project=known).count() == 1
    again = sheet(tmp_path, {"name": "乙项目", "remark": "补充"}, by=cast.clerk_a)
    assert kinds(again) == {"changed": 1}, "the same event again is the same deal"


def test_two_projects_of_one_investor_in_one_sheet_are_two_leads(cast: Cast, event: Event, tmp_path: Path) -> None:
    rows = [{"name": "甲整机项目", "investor": "外地甲公司"}, {"name": "甲研发中心", "investor": "外地甲公司"}]
    batch = sheet(tmp_path, *rows, {**rows[0]}, by=cast.clerk_a)
    assert kinds(batch) == {"new": 2, "ignored": 1}, "the same line twice is one deal"
    write(batch, by=cast.clerk_a)
    assert Project.objects.filter(signings__isnull=False).count() == 2


def test_an_investor_another_district_reported_first_is_told_to_whoever_signs_it(
    cast: Cast, event: Event, tmp_path: Path
) -> None:
    scene.lead(cast, by=cast.district_west, investor_name="外地甲公司", name="甲项目")
    own = actions.enter_event(chain=cast.chain_a, name="东区推介会", now=NOON, by=cast.district_east)
    row = {"event": own.name, "name": "甲新项目", "investor": "外地甲公司"}
    batch = sheet(tmp_path, row, by=cast.district_east)
    assert told(batch) == {"甲新项目": ["first_report"]}
    assert cast.west.name_zh in batch.rows.get().complaints[0]["message_zh"]


def test_a_row_says_its_event_or_takes_the_one_chosen_at_the_upload(cast: Cast, event: Event, tmp_path: Path) -> None:
    unknown = {"event": "没有的展会", "name": "甲项目"}
    unsaid = {"event": None, "name": "乙项目"}
    assert kinds(sheet(tmp_path, unknown, unsaid, by=cast.clerk_a)) == {"error": 2}
    chosen = sheet(tmp_path, {**unsaid, "remark": "x"}, by=cast.clerk_a, event=event)
    assert kinds(chosen) == {"new": 1}
    foreign = sheet(tmp_path, {"name": "丙项目"}, by=cast.clerk_b)
    assert told(foreign) == {"丙项目": ["permission"]}


def test_on_the_page_a_project_signed_earlier_leads_to_that_signing(cast: Cast, event: Event, client: Client) -> None:
    known = scene.lead(cast, name="甲项目", investor_name="外地甲公司")
    earlier = actions.enter_event(chain=cast.chain_a, name="年初推介会", now=NOON, by=cast.clerk_a)
    actions.tie_signing(event=earlier, project=known, by=cast.clerk_a)
    client.force_login(cast.clerk_a)
    answer = client.post(f"/projects/events/{event.code}/tie", {"project": known.pk})
    assert answer.status_code == 422
    assert f"/projects/events/{earlier.code}/" in answer.content.decode()
    assert Signing.objects.count() == 1
