"""A sheet of signings names the earlier project of a repeated signing, or is asked about it, as the page does."""

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from lianzhang.accounts.models import Person
from lianzhang.intake import actions as intake
from lianzhang.intake import files, ledgers
from lianzhang.intake.models import Batch
from lianzhang.projects import actions
from lianzhang.projects.models import Event, Project, Signing
from lianzhang.projects.stages import Stage
from tests.cast import Cast
from tests.intake.handing_in import NOON, hand_in, kinds, settled, workbook
from tests.projects import scene

pytestmark = pytest.mark.django_db


@pytest.fixture
def event(cast: Cast) -> Event:
    return actions.enter_event(
        chain=cast.chain_a, name="家电展", held_on=dt.date(2026, 5, 8), now=NOON, by=cast.clerk_a
    )


@pytest.fixture
def first(cast: Cast, now: dt.datetime) -> Project:
    """Signed long ago, and lost since."""
    project = scene.lead(cast, name="甲项目", investor_name="外地甲公司")
    Project.objects.filter(pk=project.pk).update(stage=Stage.SIGNED)
    project.refresh_from_db()
    actions.lose(project=project, reason="未落地", on=now.date(), now=now, by=cast.clerk_a)
    return project


def sheet(folder: Path, *rows: dict[str, Any], by: Person) -> Batch:
    given = [{"event": "家电展", "intended_wan": Decimal(10000), **row} for row in rows]
    return hand_in(workbook("signings", {"signings": given}, folder), ledger="signings", by=by)


def write(batch: Batch, *, by: Person) -> Batch:
    batch.refresh_from_db()
    return intake.apply(batch, plan=batch.plan, by=by, now=NOON)


def said(batch: Batch) -> set[str]:
    """The codes of what is said of the rows."""
    return {one["code"] for row in batch.rows.all() for one in row.complaints}


def test_a_row_names_what_came_before_and_opens_its_successor(
    cast: Cast, event: Event, first: Project, tmp_path: Path
) -> None:
    row = {"name": "甲二期", "investor": "外地甲公司", "predecessor_code": first.code}
    batch = sheet(tmp_path, row, by=cast.clerk_a)
    assert kinds(batch) == {"new": 1}
    batch = write(batch, by=cast.clerk_a)
    made = Signing.objects.get().project
    assert (made.name, made.predecessor, made.stage) == ("甲二期", first, Stage.LEAD)
    assert made.origin["although"] == f"{first.code}的续建或增资"
    intake.undo(batch, by=cast.clerk_a, now=NOON)
    assert list(Project.objects.all()) == [first], "the successor goes with the row that opened it"


def test_what_a_row_comes_after_is_not_the_project_it_means_whatever_it_is_called(
    cast: Cast, event: Event, tmp_path: Path
) -> None:
    going = scene.lead(cast, name="甲项目", investor_name="外地甲公司")
    earlier = actions.enter_event(chain=cast.chain_a, name="年初推介会", now=NOON, by=cast.clerk_a)
    actions.tie_signing(event=earlier, project=going, by=cast.clerk_a)
    row = {"investor": "外地甲公司", "predecessor_code": going.code}
    batch = sheet(tmp_path, {**row, "name": "甲项目"}, {**row, "name": "甲增资"}, by=cast.clerk_a)
    assert kinds(batch) == {"new": 2}
    write(batch, by=cast.clerk_a)
    assert set(Project.objects.exclude(pk=going.pk).values_list("name", "predecessor")) == {
        ("甲项目", going.pk),
        ("甲增资", going.pk),
    }
    unsaid = sheet(tmp_path, {"name": "甲项目", "investor": "外地甲公司"}, by=cast.clerk_a)
    assert kinds(unsaid) == {"review": 1}, "two of the name: which one is meant"


def test_a_project_there_gets_what_came_before_and_an_undone_batch_puts_back_what_it_was(
    cast: Cast, event: Event, first: Project, tmp_path: Path, now: dt.datetime
) -> None:
    other = scene.lead(cast, name="乙项目", investor_name="外地乙公司")
    again = scene.lead(cast, name="新一轮", investor_name="外地丙公司")
    actions.edit(project=again, changes={"predecessor": other}, version=None, now=now, by=cast.clerk_a)
    row = {"project_code": again.code, "name": "新一轮", "predecessor_code": first.code}
    batch = write(sheet(tmp_path, row, by=cast.clerk_a), by=cast.clerk_a)
    again.refresh_from_db()
    assert again.predecessor == first
    assert intake.undo(batch, by=cast.clerk_a, now=NOON) == []
    again.refresh_from_db()
    assert (again.predecessor, Signing.objects.count()) == (other, 0)


def test_what_was_signed_before_is_offered_where_the_row_says_nothing_and_each_answer_holds(
    cast: Cast, event: Event, first: Project, tmp_path: Path
) -> None:
    rows = [{"name": name, "investor": "外地甲公司"} for name in ("甲二期", "与甲无关的新项目")]
    batch = sheet(tmp_path, *rows, by=cast.clerk_a)
    asked = {row.subject_label: [one["subject_id"] for one in row.candidates] for row in batch.rows.all()}
    questions = [f"{row['name']}（外地甲公司）" for row in rows]
    assert asked == {question: [f"after-{first.pk}", "new"] for question in questions}
    answers = ({"as": "after", "id": str(first.pk)}, {"as": "new"})
    intake.decide_many(batch, decisions=dict(zip(questions, answers, strict=True)), by=cast.clerk_a)
    write(batch, by=cast.clerk_a)
    before = dict(Project.objects.exclude(pk=first.pk).values_list("name", "predecessor"))
    assert before == {"甲二期": first.pk, "与甲无关的新项目": None}


def test_a_project_about_to_be_tied_is_asked_about_once_and_not_when_it_is_tied_already(
    cast: Cast, event: Event, first: Project, tmp_path: Path, client: Client
) -> None:
    again = scene.lead(cast, name="新一轮签约", investor_name="外地甲公司", although="再来")
    row = {"project_code": again.code, "name": "新一轮签约"}
    batch = sheet(tmp_path, row, by=cast.clerk_a)
    assert [one["subject_id"] for one in batch.rows.get().candidates] == [f"after-{first.pk}", "new"]
    client.force_login(cast.clerk_a)
    page = client.get(reverse("intake:batch", args=[batch.code])).content.decode()
    assert f'value="after-{first.pk}"' in page
    said = {"rows": "1", "0-question": "新一轮签约", "0-choice": f"after-{first.pk}"}
    assert client.post(reverse("intake:decide_many", args=[batch.code]), said).status_code == 302
    write(batch, by=cast.clerk_a)
    again.refresh_from_db()
    assert (again.predecessor, Signing.objects.get().project) == (first, again)
    noted = sheet(tmp_path, {**row, "remark": "补充"}, by=cast.clerk_a)
    assert kinds(noted) == {"changed": 1}


def test_an_answer_that_it_is_a_known_project_is_not_followed_by_a_question_but_by_a_word(
    cast: Cast, event: Event, first: Project, tmp_path: Path
) -> None:
    again = scene.lead(cast, name="新一轮", investor_name="外地甲公司", although="再来")
    batch = sheet(tmp_path, {"name": "又一个名字", "investor": "外地甲公司"}, by=cast.clerk_a)
    choice = {"as": "same", "id": str(again.pk)}
    intake.decide(batch, question="又一个名字（外地甲公司）", decision=choice, by=cast.clerk_a)
    batch.refresh_from_db()
    assert kinds(batch) == {"new": 1}
    assert said(batch) == {"signed_before"}
    assert first.code in batch.rows.get().complaints[-1]["message_zh"]


def test_what_is_exported_comes_back_unchanged_and_a_typed_code_alone_changes_and_goes_back(
    cast: Cast, event: Event, first: Project, tmp_path: Path
) -> None:
    rows = [{"name": "甲二期", "investor": "外地甲公司", "predecessor_code": first.code}, {"name": "乙项目"}]
    write(sheet(tmp_path, *rows, by=cast.clerk_a), by=cast.clerk_a)
    ledger = ledgers.get("signings")
    given = ledger.export(context={}, by=cast.clerk_a)["signings"]
    assert [row["predecessor_code"] for row in given] == [first.code, None]
    content = files.export(ledger, context={}, language="zh-hans", by=cast.clerk_a)
    assert kinds(hand_in(settled(content), ledger="signings", by=cast.clerk_a)) == {"unchanged": 2}
    given[1]["predecessor_code"] = first.code
    batch = hand_in(workbook("signings", {"signings": given}, tmp_path), ledger="signings", by=cast.clerk_a)
    assert kinds(batch) == {"unchanged": 1, "changed": 1}
    assert batch.rows.get(kind="changed").after == {"predecessor": first.pk}
    batch = write(batch, by=cast.clerk_a)
    second = Project.objects.get(name="乙项目")
    assert second.predecessor == first
    intake.undo(batch, by=cast.clerk_a, now=NOON)
    second.refresh_from_db()
    assert second.predecessor is None


def test_bad_codes_are_told_and_nothing_is_opened(
    cast: Cast, event: Event, first: Project, tmp_path: Path, now: dt.datetime
) -> None:
    again = scene.lead(cast, name="新一轮", investor_name="外地丙公司")
    later = scene.lead(cast, name="再后来", investor_name="外地丁公司")
    actions.edit(project=later, changes={"predecessor": again}, version=None, now=now, by=cast.clerk_a)
    row = {"project_code": again.code, "name": "新一轮"}
    for code, told in (("XM-2026-999", "unknown_code"), (again.code, "circle"), (later.code, "circle")):
        batch = sheet(tmp_path, {**row, "predecessor_code": code}, by=cast.clerk_a)
        assert (kinds(batch), said(batch)) == ({"error": 1}, {told})
    twice = [{**row, "predecessor_code": first.code}, {**row, "predecessor_code": None, "remark": "又写一遍"}]
    assert kinds(sheet(tmp_path, *twice, by=cast.clerk_a)) == {"error": 2}


def test_a_project_out_of_sight_is_neither_named_nor_told_apart_from_one_that_is_not_there(
    cast: Cast, first: Project, tmp_path: Path
) -> None:
    hidden = scene.lead(cast, by=cast.district_west, name="西区不外传的项目", investor_name="外地戊公司")
    Project.objects.filter(pk=hidden.pk).update(stage=Stage.SIGNED, status="lost", status_reason="未落地")
    hidden.claims.all().delete()
    own = actions.enter_event(chain=cast.chain_a, name="家电展", now=NOON, by=cast.district_east)
    rows = [{"event": own.name, "name": "东区项目", "predecessor_code": code} for code in (hidden.code, "XM-2026-999")]
    told = []
    for row in rows:
        batch = sheet(tmp_path, row, by=cast.district_east)
        assert kinds(batch) == {"error": 1}
        told.append(batch.rows.get().complaints[-1]["message_zh"].replace(row["predecessor_code"], ""))
    assert told[0] == told[1]
    batch = sheet(tmp_path, {"event": own.name, "name": "东区项目", "investor": "外地戊公司"}, by=cast.district_east)
    assert [one["subject_id"] for one in batch.rows.get().candidates] == ["new"]
    assert "不外传" not in str(batch.rows.get().complaints)
    choice = {"as": "after", "id": str(hidden.pk)}
    intake.decide(batch, question="东区项目（外地戊公司）", decision=choice, by=cast.district_east)
    batch.refresh_from_db()
    assert kinds(batch) == {"error": 1}, "an answer of one's own making does not reach it"
