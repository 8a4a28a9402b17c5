"""首报: the first report of an investor is fixed by the system's clock; a second one is told who was first."""

import contextlib
import datetime as dt
import json
import os
import subprocess
import sys
import threading
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import connections
from django.test import Client
from django.urls import reverse

from lianzhang.accounts.actions import Refused
from lianzhang.intake import actions as intake
from lianzhang.projects import actions, investors, queries
from lianzhang.projects.actions import Duplicate
from lianzhang.projects.models import Claim, Project, StageEntry
from lianzhang.projects.stages import Stage
from lianzhang.registry.models import Alias
from lianzhang.trail import keys, verification
from lianzhang.trail.models import Event
from tests import cast as cast_module
from tests.cast import Cast
from tests.intake.handing_in import NOON, hand_in, kinds, workbook
from tests.projects import scene

CODE = "91370200MA3C0X1Y20"


def test_the_system_says_who_reported_first_and_when(cast: Cast, now: dt.datetime) -> None:
    project = scene.lead(cast, now=now, by=cast.district_east)
    assert (project.first_reported_by, project.first_reported_at) == (cast.east, now)
    assert (project.district, project.stage) == (cast.east, Stage.LEAD)
    assert project.code.startswith("XM-2026-")
    with pytest.raises(TypeError, match="first_reported_at"):
        scene.lead(cast, now=now, first_reported_at=now)


def test_a_second_report_of_the_investor_is_told_who_was_first(cast: Cast, now: dt.datetime) -> None:
    first = scene.lead(cast, now=now, by=cast.district_east)
    with pytest.raises(Duplicate) as told:
        scene.lead(cast, now=now, by=cast.district_west, name="西区压缩机项目", investor_name="甲压缩机公司 ")
    assert told.value.found == [first]
    assert "东区" in told.value.reason
    assert first.code in told.value.reason
    assert Project.objects.count() == 1


def test_brackets_blanks_and_traditional_signs_make_no_new_investor() -> None:
    written = [
        "海尔智家（青岛）有限公司",
        "海尔智家(青岛)有限公司",
        " 海尔智家 （青岛） 有限公司",
        "海爾智家（青島）有限公司",
    ]
    assert len({investors.key(name) for name in written}) == 1
    assert investors.key("  ") == ""


def test_the_enterprise_in_the_registry_counts_as_its_name(cast: Cast, now: dt.datetime) -> None:
    scene.lead(cast, now=now, investor_name=cast.enterprise_sme.name)
    with pytest.raises(Duplicate):
        scene.lead(cast, now=now, investor_name="", enterprise=cast.enterprise_sme)


def test_another_project_of_the_same_investor_needs_a_reason_and_the_first_report_stays(
    cast: Cast, now: dt.datetime
) -> None:
    first = scene.lead(cast, now=now, by=cast.district_east)
    second = scene.lead(cast, now=now, by=cast.district_west, although="另一条产线，用地不同")
    assert second.origin == {"although": "另一条产线，用地不同"}
    assert Claim.objects.get().project == first


def test_a_lead_without_an_investor_claims_nobody(cast: Cast, now: dt.datetime) -> None:
    scene.lead(cast, now=now, investor_name="")
    scene.lead(cast, now=now, investor_name="", name="另一个项目")
    assert Claim.objects.count() == 0


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"name": " 甲压缩机项目", "investor_name": "完全不同集团"}, "项目名称相同"),
        ({"name": "另一个", "investor_name": "甲压缩机有限公司"}, "投资方名称相近"),
        ({"name": "另一个", "investor_name": "青岛甲压缩机股份有限公司"}, "投资方名称相近"),
        ({"name": "另一个", "investor_name": "完全不同集团", "site": "某路1号"}, "落地地址相同"),
    ],
)
def test_what_looks_like_a_known_project_is_asked_about_and_goes_in_with_a_reason(
    cast: Cast, now: dt.datetime, given: dict[str, str], why: str
) -> None:
    known = scene.lead(cast, now=now, by=cast.district_east, site="某路 1 号")
    with pytest.raises(Duplicate, match=why) as told:
        scene.lead(cast, now=now, by=cast.district_west, **given)
    assert told.value.found == [known]
    assert "东区" in told.value.reason
    second = scene.lead(cast, now=now, by=cast.district_west, although="不是同一家", **given)
    assert second.claims.get().body == cast.west


def test_another_firm_of_the_trade_in_the_same_town_is_not_taken_for_it(cast: Cast, now: dt.datetime) -> None:
    scene.lead(cast, now=now, investor_name="青岛海达压缩机有限公司")
    scene.lead(cast, now=now, investor_name="青岛博源压缩机有限公司", name="博源项目")
    assert Project.objects.count() == 2


def test_a_lost_investor_may_be_reported_afresh(cast: Cast, now: dt.datetime, today: dt.date) -> None:
    first = scene.lead(cast, now=now, by=cast.district_east)
    actions.lose(project=first, reason="落户外地", on=today, now=now, by=cast.district_east)
    again = scene.lead(cast, now=now, by=cast.district_west)
    assert Claim.objects.get().project == again


def test_a_project_already_there_under_another_name_is_offered(cast: Cast, now: dt.datetime) -> None:
    known = actions.enter(
        stage=Stage.STARTED,
        basis="2026 年市级重点项目清单",
        on=None,
        now=now,
        by=cast.secretary,
        name="老项目",
        chain=cast.chain_a,
        investor_name="甲压缩机公司",
    )
    with pytest.raises(Duplicate) as told:
        scene.lead(cast, now=now)
    assert told.value.found == [known]


def test_a_project_taken_over_names_its_ground_and_shows_what_it_lacks(cast: Cast, now: dt.datetime) -> None:
    given = {"stage": Stage.STARTED, "on": None, "now": now, "by": cast.secretary, "name": "老项目"}
    with pytest.raises(Refused, match="写明依据"):
        actions.enter(basis=" ", chain=cast.chain_a, **given)
    project = actions.enter(basis="清单", chain=cast.chain_a, **given)
    entry = project.entries.get()
    assert (entry.stage, entry.verdict, entry.note) == (Stage.STARTED, StageEntry.Verdict.PASSED, "清单")


@pytest.mark.parametrize("who", ["clerk_b", "officer", "chief", "anchor_1", "auditor", "stranger"])
def test_leads_are_reported_for_the_own_chain_or_district_only(cast: Cast, now: dt.datetime, who: str) -> None:
    with pytest.raises(Refused, match="只能为本链或本区市"):
        scene.lead(cast, now=now, by=getattr(cast, who))


def test_a_district_reports_for_itself_whatever_the_form_said(cast: Cast, now: dt.datetime) -> None:
    assert scene.lead(cast, now=now, by=cast.district_east, district=cast.west).district == cast.east


def test_changing_the_investor_moves_the_claim(cast: Cast, now: dt.datetime) -> None:
    project = scene.lead(cast, now=now)
    scene.lead(cast, now=now, name="乙项目", investor_name="乙公司")
    actions.edit(
        project=project, changes={"investor_name": "丙公司"}, version=project.version, now=now, by=cast.clerk_a
    )
    assert {claim.key: claim.project.name for claim in Claim.objects.all()} == {
        "丙公司": "甲压缩机项目",
        "乙公司": "乙项目",
    }
    project.refresh_from_db()
    actions.edit(
        project=project, changes={"investor_name": "乙公司"}, version=project.version, now=now, by=cast.clerk_a
    )
    assert Claim.objects.get().project.name == "乙项目"  # somebody else's claim is not taken over by a rename


def test_same_investor_leaves_out_the_ended(cast: Cast, now: dt.datetime, today: dt.date) -> None:
    first = scene.lead(cast, now=now)
    second = scene.lead(cast, now=now, although="二期")
    assert queries.same_investor([first.investor_key]) == [first, second]
    actions.lose(project=second, reason="作罢", on=today, now=now, by=cast.clerk_a)
    assert queries.same_investor([first.investor_key]) == [first]
    assert queries.same_investor([]) == []


def test_an_investor_under_another_name_is_known_by_its_credit_code_though_no_register_has_it(
    cast: Cast, now: dt.datetime
) -> None:
    first = scene.lead(cast, now=now, investor_name="外地甲精密公司", investor_code=CODE)
    with pytest.raises(actions.Duplicate) as told:
        scene.lead(cast, name="另一个名字的项目", now=now, investor_name="新名乙制造公司", investor_code=CODE)
    assert told.value.found == [first]
    assert not Project.objects.filter(investor_name="新名乙制造公司").exists()


def test_a_firm_of_the_register_is_the_same_investor_by_its_short_its_former_and_its_registered_name(
    cast: Cast, now: dt.datetime
) -> None:
    firm = cast.enterprise_sme
    Alias.objects.create(enterprise=firm, name="老配套厂", key=investors.key("老配套厂"), kind="former")
    first = scene.lead(cast, now=now, name="扩产项目", investor_name="老配套厂")
    assert first.investor_code == (firm.credit_code or "")
    with pytest.raises(actions.Duplicate) as told:
        scene.lead(cast, now=now, name="又一个项目", investor_name=firm.name)
    assert told.value.found == [first]


def test_a_row_of_a_lead_ledger_that_looks_like_a_project_there_is_asked_about_not_written(
    cast: Cast, now: dt.datetime, tmp_path: Path
) -> None:
    first = scene.lead(cast, now=now, investor_name="青岛海甲精密制造有限公司", site="某路 1 号")
    rows = [
        {"project_name": "又一个", "investor": "海甲精密制造公司", "chain": cast.chain_a.name_zh},
        {"project_name": "同一地址", "investor": "完全别的公司", "place": "某路1号", "chain": cast.chain_a.name_zh},
        {"project_name": "没有相像", "investor": "第三家设备厂", "chain": cast.chain_a.name_zh},
    ]
    batch = hand_in(workbook("leads", {"leads": rows}, tmp_path), ledger="leads", by=cast.clerk_a)
    assert kinds(batch) == {"review": 2, "new": 1}
    asked = batch.rows.filter(kind="review").values_list("complaints", flat=True)
    assert all(first.code in complaints[-1]["message_zh"] for complaints in asked)
    intake.decide(
        batch, question="又一个（海甲精密制造公司）", decision={"as": "same", "id": first.pk}, by=cast.clerk_a
    )
    intake.decide(batch, question="同一地址（完全别的公司）", decision={"as": "new"}, by=cast.clerk_a)
    batch.refresh_from_db()
    intake.apply(batch, plan=batch.plan, by=cast.clerk_a, now=NOON)
    assert set(Project.objects.values_list("name", flat=True)) == {"又一个", "同一地址", "没有相像"}, (
        "the first is renamed"
    )
    assert Project.objects.get(pk=first.pk).name == "又一个"


@pytest.fixture
def empty_home(tmp_path: Path, transactional_db: None) -> Path:
    """A home whose database has its tables and no rows: a copy costs a tenth of what migrating it anew does."""
    migrated = connections["default"]
    migrated.ensure_connection()
    kept = type(migrated.connection)(str(tmp_path / "lianzhang.sqlite3"))
    migrated.connection.backup(kept)
    kept.close()
    return tmp_path


@pytest.mark.sqlite
def test_two_districts_in_the_same_second_exactly_one_is_first_and_the_other_is_told(
    root: Path, empty_home: Path
) -> None:
    """Two programs, one database on disk, one instant, as two web workers would have it."""
    environment = {
        **os.environ,
        "LIANZHANG_HOME": str(empty_home),
        "DJANGO_SETTINGS_MODULE": "lianzhang.config.settings_test",
        "PYTHONPATH": os.pathsep.join([str(root / "src"), str(root)]),
    }
    program = [sys.executable, "-m", "tests.projects.race"]
    with contextlib.ExitStack() as ending:
        racing = [
            ending.enter_context(
                subprocess.Popen(
                    [*program, *words], env=environment, cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE
                )
            )
            for words in (["district_east", "build"], ["district_west"])
        ]
        for stop in (b"set up\n", b"ready\n"):  # nobody goes on before both have come so far
            assert [runner.stdout.readline() for runner in racing] == [stop, stop]  # type: ignore[union-attr]
            for runner in racing:
                runner.stdin.write(b"go\n")  # type: ignore[union-attr]
                runner.stdin.flush()  # type: ignore[union-attr]
        told = [json.loads(runner.communicate(timeout=60)[0]) for runner in racing]
    first = [line["first"] for line in told if "first" in line]
    assert len(first) == 1
    assert [line["told"] for line in told if "told" in line] == first


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_on_postgresql_two_entry_pages_at_once_leave_one_claim_and_a_trail_without_forks() -> None:
    """Two districts type one investor under two names and its one credit code, and press the button together."""
    cast = cast_module.build()
    together, told, made = threading.Barrier(2), [], []

    def report(who: str) -> None:
        client, by = Client(), getattr(cast, who)
        client.force_login(by)
        said = {"name": f"{who}项目", "investor_name": f"{who}叫法", "investor_code": CODE, "chain": cast.chain_a.pk}
        try:
            together.wait()
            answer = client.post(reverse("projects:new"), said)
            (made if answer.status_code == 302 else told).append(answer.content.decode())
        finally:
            connections.close_all()

    both = [threading.Thread(target=report, args=[who]) for who in ("district_east", "district_west")]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join(timeout=60)
    assert (len(made), len(told)) == (1, 1)
    first = Project.objects.get().first_reported_by
    assert f"该投资方已由{first.name_zh}于" in told[0]  # type: ignore[union-attr]
    assert Claim.objects.get(key=f"{investors.CODE}{CODE}").body == first
    assert verification.verify(Event.objects.order_by("seq"), key=keys.authentication()).stands


def test_the_unique_key_decides_when_the_look_before_saw_nothing(
    cast: Cast, now: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The two looks of the same instant both see nobody; only the database can tell them apart."""
    first = scene.lead(cast, now=now, by=cast.district_east)
    monkeypatch.setattr("lianzhang.projects.actions.reporting._refuse_known", lambda known: None)
    with pytest.raises(Duplicate) as told:
        scene.lead(cast, now=now, by=cast.district_west)
    assert told.value.found == [first]
    assert Project.objects.count() == 1


def test_the_intended_amount_of_a_lead_is_no_agreed_money(cast: Cast, now: dt.datetime) -> None:
    project = scene.lead(cast, now=now, intended_wan=Decimal(5000))
    assert (project.intended_wan, project.agreed_wan, project.arrived_wan) == (5000, None, None)


def test_a_district_whose_sheet_names_an_investor_of_another_is_told_who_was_first_and_not_what_its_project_is(
    cast: Cast, now: dt.datetime, tmp_path: Path
) -> None:
    first = scene.lead(cast, now=now, name="东区不外传的项目", by=cast.district_east)
    rows = [{"project_name": "西区项目", "investor": first.investor_name, "chain": cast.chain_a.name_zh}]
    batch = hand_in(workbook("leads", {"leads": rows}, tmp_path), ledger="leads", by=cast.district_west)
    said = batch.rows.get().complaints[-1]["message_zh"]
    assert cast.east.name_zh in said
    assert first.code in said
    assert first.name not in said
