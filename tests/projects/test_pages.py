"""The project pages as people use them: what is said first, what each role may open, what comes back on a mistake."""

import datetime as dt
import re
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from lianzhang.accounts.models import Person
from lianzhang.projects import actions, stages
from lianzhang.projects.models import Event, Project, Signing
from lianzhang.projects.stages import Stage, Status
from lianzhang.web.views.projects import FILLED_ON
from tests.cast import Cast
from tests.projects import months, scene

LISTS = ("projects:list", "projects:leads", "projects:key", "projects:board", "projects:stages", "projects:events")


@pytest.fixture
def as_(client: Client) -> Any:
    """Sign in as somebody of the cast."""

    def signed_in(person: Person) -> Client:
        client.force_login(person)
        return client

    return signed_in


@pytest.fixture
def project(cast: Cast) -> Project:
    """A lead with every field filled in."""
    return scene.completed(cast)


def page(project: Project) -> str:
    return reverse("projects:project", args=[project.code])


def told(response: Any) -> str:
    return str(response.content.decode())


@pytest.mark.parametrize("name", LISTS)
def test_lists_open_for_the_offices_and_say_nothing_to_strangers(
    cast: Cast, project: Project, as_: Any, name: str
) -> None:
    assert as_(cast.clerk_a).get(reverse(name)).status_code == 200
    assert as_(cast.stranger).get(reverse(name)).status_code == 404


@pytest.mark.parametrize("who", ["anchor_1", "sme", "expert", "auditor", "system_admin"])
def test_a_project_does_not_exist_for_firms_and_administrators(
    cast: Cast, project: Project, as_: Any, who: str
) -> None:
    assert as_(getattr(cast, who)).get(page(project)).status_code == 404
    assert as_(getattr(cast, who)).get(reverse("projects:list")).status_code == 404


def test_the_first_sentence_counts_what_the_table_shows(cast: Cast, project: Project, as_: Any) -> None:
    assert "另有线索1条" in told(as_(cast.clerk_a).get(reverse("projects:list")))


def test_the_first_sentence_of_the_key_ledger_counts_its_own_rows_before_those_of_all_projects(
    cast: Cast, project: Project, as_: Any
) -> None:
    for number in range(11, 14):
        months.key_project(cast, number)
    page = told(as_(cast.clerk_a).get(reverse("projects:key")))
    assert re.search(r"重点项目(<[^>]+>)?3(<[^>]+>)?个。全部项目：", page)


def test_the_page_says_what_is_missing_for_the_next_stage(cast: Cast, as_: Any) -> None:
    project = scene.lead(cast, content="")
    body = told(as_(cast.clerk_a).get(page(project)))
    assert "进入“研判”还差1项" in body
    assert "建设内容" in body


def test_what_is_missing_opens_the_page_where_it_is_filled_in(cast: Cast, as_: Any, now: dt.datetime) -> None:
    project = scene.lead(cast, content="甲")
    actions.advance(project=project, to=Stage.EVALUATING, on=now.date(), now=now, by=cast.clerk_a)
    here = page(project)
    assert (
        f'href="{here}money"' in told(as_(cast.clerk_a).get(here)).partition('id="next"')[2].partition("</section>")[0]
    )
    assert "意向投资" in told(as_(cast.chief).get(here))
    assert f'href="{here}money"' not in told(as_(cast.chief).get(here))


@pytest.mark.parametrize(
    "name",
    sorted(
        {name for gate in stages.table().gates.values() for name in (*gate.requires, *gate.recruited, *gate.entering)}
    ),
)
def test_each_field_that_a_stage_asks_for_is_on_the_page_its_name_opens(
    name: str, cast: Cast, as_: Any, now: dt.datetime
) -> None:
    project = scene.lead(cast, now=now)
    writer = as_(cast.secretary)
    form = told(writer.get(reverse(FILLED_ON.get(name, "projects:edit"), args=[project.code])))
    inputs = {"parts": "part", "diligences": "verdict_"}
    assert name == "chain" or f'name="{inputs.get(name, name)}' in form


def test_the_checker_has_the_ask_and_its_evidence_in_front(
    cast: Cast, project: Project, as_: Any, now: dt.datetime
) -> None:
    scene.bring(project, Stage.NEGOTIATING, cast, now=now)
    entry = scene.ask(project, Stage.SIGNED, cast, now=now, note="正式协议")
    assert "可核验：总链长、链长、副链长、专班组长、专班成员、秘书处" in told(as_(cast.clerk_a).get(page(project)))
    shown = told(as_(cast.head_a).get(reverse("projects:check", args=[project.code, entry.pk])))
    for word in ("正式协议", "agreement.pdf", "8,000", cast.clerk_a.name):
        assert word in shown


def test_a_returned_ask_says_why_and_that_its_evidence_counts_no_more(
    cast: Cast, project: Project, as_: Any, now: dt.datetime
) -> None:
    scene.bring(project, Stage.NEGOTIATING, cast, now=now)
    entry = scene.ask(project, Stage.SIGNED, cast, now=now)
    actions.check(entry=entry, passes=False, note="缺签章页", now=now, by=cast.head_a)
    shown = told(as_(cast.clerk_a).get(page(project))).partition('id="next"')[2].partition("</section>")[0]
    for word in ("缺签章页", "须重新上传", cast.head_a.name):
        assert word in shown


def test_money_that_arrived_is_a_flag_of_its_own(cast: Cast, project: Project, as_: Any) -> None:
    scene.lead(cast, name="未到资", investor_name="乙公司")
    shown = told(as_(cast.clerk_a).get(reverse("projects:list"), {"money": "1"}))
    assert project.name in shown
    assert "未到资" not in shown.partition("<tbody")[2]
    assert "未到资" in told(as_(cast.clerk_a).get(reverse("projects:list"), {"money": "0"}))
    assert "已到资" in told(as_(cast.clerk_a).get(page(project)))


def test_money_stands_in_three_places_and_is_nowhere_added_up(cast: Cast, project: Project, as_: Any) -> None:
    client = as_(cast.secretary)
    for address in (page(project), reverse("projects:list"), reverse("projects:key")):
        assert "17,000" not in told(client.get(address))  # 9,000 + 8,000
        assert "17,500" not in told(client.get(address))  # and the 500 that arrived
    assert all(amount in told(client.get(page(project))) for amount in ("9,000", "8,000", "500"))


def test_a_lead_is_five_fields_the_rest_is_folded_away_and_the_district_is_its_own(cast: Cast, as_: Any) -> None:
    client = as_(cast.district_east)
    shown = told(client.get(reverse("projects:new")))
    asked, folded = shown.split("查重与引荐")
    assert [part.count('<div class="field') for part in (asked, folded)] == [5, 3]
    said = {
        "investor_name": "乙公司",
        "chain": cast.chain_a.pk,
        "name": "乙项目",
        "content": "",
        "intended_wan": "1200",
    }
    response = client.post(reverse("projects:new"), said)
    made = Project.objects.get(name="乙项目")
    assert response.headers["Location"] == page(made)
    assert (made.district, made.intended_wan) == (cast.east, 1200)


def test_a_known_investor_is_shown_with_who_was_first_and_a_reason_lets_it_through(
    cast: Cast, project: Project, as_: Any
) -> None:
    client = as_(cast.district_west)
    said = {"investor_name": project.investor_name, "chain": cast.chain_a.pk, "name": "西区项目"}
    response = client.post(reverse("projects:new"), said)
    assert response.status_code == 422
    assert f"首报，编号 {project.code}" in told(response)
    assert project.name not in told(response)  # another district's project is named by who and when, not by what
    assert 'type="text" name="although"' in told(response)
    assert project.name in told(as_(cast.secretary).post(reverse("projects:new"), said))
    client = as_(cast.district_west)
    assert client.post(reverse("projects:new"), {**said, "although": "另一条产线"}).status_code == 302


def test_a_refused_ask_comes_back_with_why_and_what_was_typed(cast: Cast, as_: Any) -> None:
    project = scene.lead(cast, content="")
    said = {"version": project.version, "on": "2026-01-06", "note": "已研判"}
    response = as_(cast.clerk_a).post(reverse("projects:advance", args=[project.code]), said)
    assert response.status_code == 422
    assert "未填：建设内容" in told(response)
    assert "已研判" in told(response)


def test_the_whole_way_from_ask_to_check_on_pages(cast: Cast, project: Project, as_: Any, now: dt.datetime) -> None:
    scene.bring(project, Stage.NEGOTIATING, cast, now=now)
    client = as_(cast.clerk_a)
    upload = SimpleUploadedFile("协议.pdf", b"%PDF-1.4 agreement", content_type="application/pdf")
    address = reverse("projects:evidence", args=[project.code])
    assert client.post(address, {"kind": "agreement", "file": upload}).status_code == 302
    asked = {"version": project.version, "on": "2026-03-20"}
    assert client.post(reverse("projects:advance", args=[project.code]), asked).status_code == 302
    entry = project.entries.get(verdict="pending")
    assert "待核验" in told(client.get(page(project)))
    check = reverse("projects:check", args=[project.code, entry.pk])
    own = client.post(check, {"verdict": "pass"})
    assert own.status_code == 422
    assert "由另一人核验" in told(own)
    client = as_(cast.head_a)
    assert project.name in told(client.get(reverse("projects:checks")))
    assert client.post(check, {"verdict": "pass"}).status_code == 302
    project.refresh_from_db()
    assert project.stage == Stage.SIGNED


def test_evidence_is_a_download_for_who_sees_the_project_and_nothing_for_others(
    cast: Cast, project: Project, as_: Any
) -> None:
    proof = actions.add_evidence(
        project=project,
        attachment=scene.paper("agreement", by=cast.clerk_a, content=b"<script>alert(1)</script>"),
        kind="agreement",
        by=cast.clerk_a,
    )
    address = reverse("projects:file", args=[project.code, proof.pk])
    response = as_(cast.chief).get(address)
    # Read to the end the answer closes itself. Closed by hand it would take the test's own connection along: a request
    # that ends inside a transaction drops it, which SQLite in memory does not notice and PostgreSQL does.
    assert b"".join(response.streaming_content) == b"<script>alert(1)</script>"
    assert response.headers["Content-Disposition"].startswith("attachment")
    assert as_(cast.anchor_1).get(address).status_code == 404
    other = scene.lead(cast, name="别的", investor_name="别的公司")
    assert as_(cast.chief).get(reverse("projects:file", args=[other.code, proof.pk])).status_code == 404


def test_a_stale_form_gets_the_merge_page_and_nothing_is_overwritten(
    cast: Cast, project: Project, as_: Any, now: dt.datetime
) -> None:
    seen = project.version
    actions.edit(project=project, changes={"site": "甲路"}, version=seen, now=now, by=cast.colleague_a)
    said = {"version": seen, "name": project.name, "investor_name": project.investor_name, "site": "乙路"}
    response = as_(cast.clerk_a).post(
        reverse("projects:edit", args=[project.code]), {**said, "content": "x", "plan_year_wan": "3000"}
    )
    assert response.status_code == 409
    assert "甲路" in told(response)
    assert str(project) in told(response), "which record it is, on a page of its own"
    assert re.search(rf"{cast.colleague_a.name} 于 \d{{4}}-\d\d-\d\d \d\d:\d\d 修改", told(response))
    assert Project.objects.get(pk=project.pk).site == "甲路"


def test_an_amount_stands_in_its_box_as_it_was_typed(cast: Cast, project: Project, as_: Any, now: dt.datetime) -> None:
    actions.edit(
        project=project, changes={"plan_year_wan": Decimal(2000)}, version=project.version, now=now, by=cast.clerk_a
    )
    project.refresh_from_db()
    asked = as_(cast.clerk_a).get(reverse("projects:edit", args=[project.code]))
    assert '"2000"' in told(asked)
    assert "2000.0" not in told(asked), "the noughts are the column's, not the clerk's"


FORMS = ("edit", "money", "progress", "evidence", "advance", "supply")


@pytest.mark.parametrize("name", FORMS)
def test_forms_open_for_who_may_write_and_are_not_there_for_who_may_not(
    cast: Cast, project: Project, as_: Any, name: str
) -> None:
    address = reverse(f"projects:{name}", args=[project.code])
    assert as_(cast.clerk_a).get(address).status_code == 200
    assert as_(cast.district_east).get(address).status_code == 200
    for who in ("clerk_b", "district_west", "officer", "chief"):
        assert as_(getattr(cast, who)).get(address).status_code == 404, who


@pytest.mark.parametrize("name", ["place", "transfer", "correct"])
def test_what_takes_the_right_to_approve_is_not_there_for_writers(
    cast: Cast, project: Project, as_: Any, name: str
) -> None:
    address = reverse(f"projects:{name}", args=[project.code])
    assert as_(cast.head_a).get(address).status_code == 200
    assert as_(cast.district_east).get(address).status_code == 404


def test_status_money_progress_flag_and_supply_are_written_from_their_pages(
    cast: Cast, project: Project, as_: Any
) -> None:
    client = as_(cast.clerk_a)

    def send(name: str, *more: str, **said: Any) -> None:
        project.refresh_from_db()
        address = reverse(f"projects:{name}", args=[project.code, *more])
        response = client.post(address, {"version": project.version, **said})
        assert response.status_code == 302, told(response)

    send("money", intended_wan="1000", agreed_wan="900", arrived_wan="600")
    send("progress", on="2026-11-20", text="封顶", done_year_wan="70", next_milestone="竣工", next_due_on="2026-12-01")
    send("flag", "fai_registered_on", on="2026-11-01")
    send("supply", part=str(scene.part().pk), capacity_wan="12")
    send("status", "hold", reason="用地", on="2026-11-20")
    project.refresh_from_db()
    assert (project.agreed_wan, project.arrived_wan, project.done_year_wan) == (900, 600, 70)
    assert project.fai_registered_on == dt.date(2026, 11, 1)
    assert (project.status, project.supplies.get().capacity_wan) == (Status.SUSPENDED, 12)
    assert "暂缓：用地" in told(client.get(page(project)))
    dropped = reverse("projects:drop_supply", args=[project.code, project.supplies.get().pk])
    assert client.post(dropped).status_code == 302
    assert not project.supplies.exists()


def test_a_project_is_found_in_its_column_of_the_board(
    cast: Cast, project: Project, as_: Any, now: dt.datetime
) -> None:
    scene.bring(project, Stage.SIGNED, cast, now=now)
    body = told(as_(cast.chief).get(reverse("projects:board"), {"chain": "test-a"}))
    signed = body[body.index('id="group-signed"') : body.index('id="group-building"')]
    assert project.name in signed
    assert project.name not in told(as_(cast.chief).get(reverse("projects:board"), {"chain": "test-b"}))


def test_filters_narrow_by_group_and_lateness(cast: Cast, project: Project, as_: Any, now: dt.datetime) -> None:
    scene.lead(cast, name="乙项目", investor_name="乙公司", next_due_on=dt.date(2020, 1, 1))
    client = as_(cast.secretary)
    late = told(client.get(reverse("projects:list"), {"late": "1"}))
    assert "乙项目" in late
    # the first one planned to start in March and has not: late as well
    assert project.name in late
    talks = told(client.get(reverse("projects:list"), {"group": "talks"}))
    assert "乙项目" not in talks
    assert "乙项目" in told(client.get(reverse("projects:list"), {"chain": "test-a", "group": "leads"}))


@pytest.mark.parametrize("form", ["xlsx", "csv", "docx", "print"])
@pytest.mark.parametrize("name", ["projects:list", "projects:leads", "projects:key", "projects:events"])
def test_every_ledger_goes_out_in_every_form(cast: Cast, project: Project, as_: Any, name: str, form: str) -> None:
    response = as_(cast.secretary).get(reverse(name), {"format": form})
    assert response.status_code == 200
    assert len(response.content) > 100


# --- events ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def event(cast: Cast, now: dt.datetime) -> Event:
    """An exhibition of chain A that announced twelve signings."""
    return actions.enter_event(
        chain=cast.chain_a, name="智能家电展", signing_count=12, held_on=dt.date(2026, 7, 1), now=now, by=cast.clerk_a
    )


def test_an_event_without_tied_projects_says_that_the_rows_were_not_published(
    cast: Cast, event: Event, as_: Any
) -> None:
    body = told(as_(cast.anchor_1).get(reverse("projects:event", args=[event.code])))
    assert "展" in body
    body = told(as_(cast.clerk_a).get(reverse("projects:event", args=[event.code])))
    assert "公布签约12个，明细未公布" in body


def test_firms_see_the_event_but_not_the_projects_signed_there(
    cast: Cast, project: Project, event: Event, as_: Any
) -> None:
    actions.tie_signing(event=event, project=project, by=cast.clerk_a)
    address = reverse("projects:event", args=[event.code])
    assert project.name in told(as_(cast.clerk_a).get(address))
    assert project.name not in told(as_(cast.anchor_1).get(address))


def test_a_signing_is_tied_and_untied_on_its_page(cast: Cast, project: Project, event: Event, as_: Any) -> None:
    client = as_(cast.clerk_a)
    tied = client.post(
        reverse("projects:tie_signing", args=[event.code]), {"project": project.pk, "signed_on": "2026-07-01"}
    )
    assert tied.status_code == 302
    signing = Signing.objects.get()
    assert "对应项目1个：已正式签约0个" in told(client.get(reverse("projects:event", args=[event.code])))
    assert client.post(reverse("projects:untie_signing", args=[event.code, signing.pk])).status_code == 302
    assert not Signing.objects.exists()


def test_an_event_is_entered_and_changed_on_its_page(cast: Cast, as_: Any) -> None:
    client = as_(cast.clerk_b)
    said = {"name": "消费季", "chain": cast.chain_b.pk, "kind": "consumption", "held_on": "2026-05-01"}
    assert client.post(reverse("projects:new_event"), said).status_code == 302
    made = Event.objects.get()
    changed = {**said, "version": made.version, "ended_on": "2026-04-01"}
    refused = client.post(reverse("projects:edit_event", args=[made.code]), changed)
    assert refused.status_code == 422
    assert "结束日期早于开始日期" in told(refused)
    changed["ended_on"] = "2026-05-03"
    assert client.post(reverse("projects:edit_event", args=[made.code]), changed).status_code == 302
    assert "消费季" in told(client.get(reverse("projects:events"), {"chain": "test-b", "year": "2026"}))
    assert "消费季" not in told(client.get(reverse("projects:events"), {"year": "2025"}))


def test_the_page_that_asks_for_a_stage_says_first_what_is_lacking(cast: Cast, as_: Any) -> None:
    project = scene.lead(cast, content="")
    address = reverse("projects:advance", args=[project.code])
    shown = told(as_(cast.clerk_a).get(address)).partition('id="page"')[2]
    assert "建设内容" in shown
    assert 'name="on"' not in shown


def test_an_ask_waits_on_the_first_page_of_those_who_may_check_it_and_not_of_who_asked(
    cast: Cast, project: Project, as_: Any, now: dt.datetime
) -> None:
    scene.bring(project, Stage.NEGOTIATING, cast, now=now)
    entry = scene.ask(project, Stage.SIGNED, cast, now=now)
    check = reverse("projects:check", args=[project.code, entry.pk])
    for who in (cast.head_a, cast.chief, cast.deputy):
        assert check in told(as_(who).get(reverse("home")))
    for who in (cast.clerk_a, cast.clerk_b, cast.district_east):
        assert check not in told(as_(who).get(reverse("home")))


def test_a_project_handed_to_a_district_waits_on_its_first_page_until_taken_up(
    cast: Cast, project: Project, as_: Any, now: dt.datetime
) -> None:
    home = reverse("home")
    actions.transfer(project=project, to=cast.west, reason="厂房在乙区", on=now.date(), now=now, by=cast.secretary)
    assert "流转待接" in told(as_(cast.district_west).get(home))
    assert "流转待接" not in told(as_(cast.district_east).get(home))
    actions.resume(project=project, reason="已接", on=now.date(), now=now, by=cast.district_west)
    assert "流转待接" not in told(as_(cast.district_west).get(home))


def test_a_lost_project_is_asked_for_nothing_more(cast: Cast, project: Project, as_: Any, now: dt.datetime) -> None:
    actions.lose(project=project, reason="投往外市", on=now.date(), now=now, by=cast.clerk_a)
    shown = told(as_(cast.clerk_a).get(page(project)))
    assert "流失：投往外市" in shown
    assert 'id="next"' not in shown
    assert reverse("projects:progress", args=[project.code]) not in shown


def test_why_a_project_is_late_stands_in_its_first_line(cast: Cast, as_: Any, now: dt.datetime) -> None:
    project = scene.lead(cast, content="甲")
    actions.mark_late(project=project, reason="设备未到港", on=now.date(), now=now, by=cast.clerk_a)
    lead = told(as_(cast.clerk_a).get(page(project))).partition('class="lead"')[2].partition("</p>")[0]
    assert "设备未到港" in lead


def test_a_condition_at_work_behind_the_fold_is_counted_and_lies_over_no_row(
    cast: Cast, project: Project, as_: Any
) -> None:
    shown = told(as_(cast.clerk_a).get(reverse("projects:list"), {"status": "normal"}))
    assert "更多条件 1" in shown
    assert "open" not in shown.partition('<details class="menu folded"')[2].partition(">")[0]
    assert "状态：正常" in shown


def test_on_the_board_what_is_due_stands_before_what_has_no_date(cast: Cast, as_: Any, today: dt.date) -> None:
    scene.lead(cast, name="没有时限的线索", investor_name="甲")
    due = scene.lead(cast, name="已逾期的线索", investor_name="乙")
    Project.objects.filter(pk=due.pk).update(next_due_on=today - dt.timedelta(days=3))
    board = told(as_(cast.clerk_a).get(reverse("projects:board")))
    assert board.index("已逾期的线索") < board.index("没有时限的线索")


def test_an_amount_ten_thousand_times_too_large_is_asked_about_and_passes_when_confirmed(
    cast: Cast, project: Project, as_: Any
) -> None:
    client, url = as_(cast.clerk_a), reverse("projects:money", args=[project.code])
    said = {"version": project.version, "intended_wan": "180000000", "agreed_wan": "8000", "arrived_wan": "500"}
    asked = client.post(url, said)
    assert asked.status_code == 422
    assert "如原数单位是元，应填 18,000" in told(asked)
    assert 'type="checkbox" name="is_sure"' in told(asked)
    project.refresh_from_db()
    assert project.intended_wan != 180_000_000
    lead = {"investor_name": "乙公司", "chain": cast.chain_a.pk, "name": "乙项目", "intended_wan": "1.8"}
    assert "如原数单位是亿元，应填 18,000" in told(client.post(reverse("projects:new"), lead))
    assert client.post(url, {**said, "is_sure": "on"}).status_code == 302
    project.refresh_from_db()
    again = {**said, "version": project.version, "agreed_wan": "9000"}
    assert client.post(url, again).status_code == 302, "what was confirmed is not asked about again"
