"""A cell typed in where it stands in its list: whose it is, who was first, and the way back."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from lianzhang.accounts.models import Body, Person
from lianzhang.chains.actions import atlas as maps
from lianzhang.chains.actions import gaps
from lianzhang.chains.actions import plans as writing
from lianzhang.chains.models import Action, Chain, Gap
from lianzhang.projects import actions
from lianzhang.projects.models import Project
from lianzhang.registry.models import Enterprise
from lianzhang.trail import queries as trail
from tests import cast as casts
from tests.projects import scene
from tests.web.test_look import complaints

SignIn = Callable[[str], Client]
LIST = "/projects/"


def _project(cast: casts.Cast, district: str = "east", **said: Any) -> Project:
    return scene.lead(cast, district=cast.bodies[district], next_milestone="签订意向书", **said)


def _type(client: Client, record: Project, value: str, *, version: int, field: str = "next_milestone") -> Any:
    said = {"table": "projects", "field": field, "value": value, "version": version}
    return client.post(reverse("projects:cell", args=[record.code]), said)


@pytest.mark.django_db
def test_a_district_types_in_its_own_projects_only(cast: casts.Cast, signed_in: SignIn) -> None:
    own, other = _project(cast), _project(cast, "west", name="乙项目", investor_name="乙公司")
    district = signed_in("district_east")
    assert _type(district, own, "签订协议", version=own.version).status_code == 200
    assert _type(district, other, "签订协议", version=other.version).status_code == 404
    own.refresh_from_db()
    other.refresh_from_db()
    assert (own.next_milestone, other.next_milestone) == ("签订协议", "签订意向书")
    step = trail.history(own)[0]
    assert step.verb == "project.edited"
    assert [change[2:] for change in step.changes] == [("签订意向书", "签订协议")]


@pytest.mark.django_db
def test_whoever_may_only_read_a_row_is_offered_no_pencil(cast: casts.Cast, signed_in: SignIn) -> None:
    _project(cast)
    assert 'data-edit="next_milestone"' in signed_in("district_east").get(LIST).content.decode()
    shown = signed_in("chief").get(LIST).content.decode()
    assert "签订意向书" in shown
    assert 'data-edit="next_milestone"' not in shown


@pytest.mark.django_db
def test_a_stale_cell_is_refused_with_what_the_other_wrote(cast: casts.Cast, signed_in: SignIn) -> None:
    record = _project(cast)
    seen = record.version
    actions.edit(
        project=record, changes={"next_milestone": "完成尽调"}, version=seen, now=scene.EARLIER, by=cast.clerk_a
    )
    answer = _type(signed_in("district_east"), record, "签订协议", version=seen)
    assert answer.status_code == 409
    assert 'data-value="完成尽调"' in answer.content.decode()
    assert f'data-version="{seen + 1}"' in answer.content.decode()
    record.refresh_from_db()
    assert record.next_milestone == "完成尽调"


@pytest.mark.django_db
def test_what_is_no_date_is_said_in_words_and_nothing_is_written(cast: casts.Cast, signed_in: SignIn) -> None:
    record = _project(cast, next_due_on=date(2026, 12, 1))
    answer = _type(signed_in("clerk_a"), record, "下周", version=record.version, field="next_due_on")
    assert answer.status_code == 422
    assert answer["Content-Type"].startswith("text/plain")
    record.refresh_from_db()
    assert record.next_due_on == date(2026, 12, 1)


@pytest.mark.django_db
def test_only_a_column_declared_for_it_is_typed_in(cast: casts.Cast, signed_in: SignIn) -> None:
    record = _project(cast)
    assert _type(signed_in("clerk_a"), record, "改名", version=record.version, field="name").status_code == 404


@pytest.mark.django_db
def test_the_day_of_a_plan_action_is_typed_in_while_it_is_open(cast: casts.Cast, signed_in: SignIn) -> None:
    action = writing.add(chain=cast.chain_a, year=2026, matter="办对接会", by=cast.clerk_a)
    said = {"table": "plan_actions", "field": "due_on", "value": "2026-12-20", "version": action.version}
    clerk = signed_in("clerk_a")
    answer = clerk.post(reverse("chains:action_cell", args=[action.code]), said)
    assert answer.status_code == 200
    assert 'data-value="2026-12-20"' in answer.content.decode()
    assert 'data-edit="due_on"' in clerk.get(reverse("chains:plan_actions")).content.decode()
    Action.objects.update(state=Action.State.DONE)
    assert 'data-edit="due_on"' not in clerk.get(reverse("chains:plan_actions")).content.decode()


@pytest.mark.django_db
def test_a_choice_is_offered_what_this_person_may_choose_and_written_by_its_key(
    cast: casts.Cast, signed_in: SignIn
) -> None:
    record, clerk = _project(cast), signed_in("clerk_a")
    page, said = reverse("projects:cell", args=[record.code]), {"table": "projects", "field": "owner"}
    offered = clerk.get(page, said).content.decode()
    office, firm = cast.bodies["force_b"], cast.bodies["firm_1"]
    assert f'value="{office.pk}"' in offered
    assert f'value="{firm.pk}"' not in offered
    assert _type(clerk, record, str(firm.pk), version=record.version, field="owner").status_code == 422
    assert _type(clerk, record, str(office.pk), version=record.version, field="owner").status_code == 200
    record.refresh_from_db()
    assert record.owner == office


@pytest.mark.django_db
def test_an_amount_is_typed_as_papers_write_it_and_its_range_is_said_in_words(
    cast: casts.Cast, signed_in: SignIn
) -> None:
    record, clerk = _project(cast), signed_in("clerk_a")
    refused = _type(clerk, record, "-3", version=record.version, field="intended_wan")
    assert (refused.status_code, refused.content.decode()) == (422, "金额不能是负数。")
    assert _type(clerk, record, "１２,５００.5", version=record.version, field="intended_wan").status_code == 200
    record.refresh_from_db()
    assert record.intended_wan == Decimal("12500.5")


@pytest.mark.django_db
def test_progress_typed_in_the_list_is_of_today_and_undone_with_its_day(cast: casts.Cast, signed_in: SignIn) -> None:
    record, clerk = _project(cast), signed_in("clerk_a")
    said: dict[str, Any] = {"text": "主体封顶", "on": date(2026, 3, 2), "done_year_wan": Decimal(900)}
    actions.record_progress(project=record, version=None, now=timezone.now(), by=cast.clerk_a, **said)
    page = reverse("projects:cell", args=[record.code])
    typed = {"table": "key_projects_ledger", "field": "done_year_wan", "value": "1500", "version": record.version}
    assert clerk.post(page, typed).status_code == 200
    record.refresh_from_db()
    assert (record.progress, record.done_year_wan, record.progress_on) == (
        "主体封顶",
        Decimal(1500),
        timezone.localdate(),
    )
    undone = {**typed, "value": "900", "version": record.version, "undo": "1"}
    assert signed_in("district_east").post(page, undone).status_code == 422  # of somebody else's typing
    assert clerk.post(page, undone).status_code == 200
    record.refresh_from_db()
    assert (record.done_year_wan, record.progress_on, record.done_as_of) == (Decimal(900), *[date(2026, 3, 2)] * 2)
    assert trail.history(record)[0].verb == "project.taken_back"
    typed |= {"field": "plan_year_wan", "value": "9000"}
    for said in ({"version": record.version}, {"version": record.version + 1, "undo": "1"}):
        assert clerk.post(page, {**typed, **said}).status_code == 200
    record.refresh_from_db()
    assert record.plan_year_wan is None


@pytest.mark.django_db
def test_a_plan_reported_in_the_list_keeps_its_report_until_it_is_taken_back(
    cast: casts.Cast, signed_in: SignIn
) -> None:
    target: dict[str, Any] = {"target_value": Decimal(60), "unit": "场"}
    action = writing.add(chain=cast.chain_a, year=2026, matter="办对接会", by=cast.clerk_a, **target)
    page, clerk = reverse("chains:action_cell", args=[action.code]), signed_in("clerk_a")
    typed = {"table": "plan_actions", "field": "progress", "value": "已办\n44 场", "version": action.version}
    assert clerk.post(page, typed).status_code == 200
    action.refresh_from_db()
    assert (action.progress, action.reports.count()) == ("已办\n44 场", 1)
    assert clerk.post(page, {**typed, "version": action.version, "undo": "1"}).status_code == 200
    action.refresh_from_db()
    assert (action.progress, action.progress_on, action.reports.count()) == ("", None, 0)
    assert clerk.post(page, {**typed, "field": "done", "value": "44", "version": action.version}).status_code == 200
    action.refresh_from_db()
    assert action.done_value == Decimal(44)


@pytest.mark.django_db
def test_who_answers_for_a_gap_is_typed_once_somebody_stands_for_it(cast: casts.Cast, signed_in: SignIn) -> None:
    kind, clerk = Gap.Kind.NO_LOCAL_SUPPLIER, signed_in("clerk_a")
    gap = Gap.objects.create(code="QK-2026-001", chain=cast.chain_a, title="压缩机", kind=kind)
    said = {"table": "gaps", "field": "due_on", "value": "2036-12-20", "version": gap.version}
    page = reverse("gaps:cell", args=[gap.code])
    assert clerk.post(page, said).status_code == 422
    words: dict[str, Any] = {
        "label": "break_point",
        "route": "attract",
        "route_reason": "",
        "owner": None,
        "due_on": None,
    }
    gap = gaps.confirm(gap=gap, version=gap.version, now=timezone.now(), by=cast.clerk_a, **words)
    stood = (gap.confirmed_by_id, gap.confirmed_at)
    assert clerk.post(page, {**said, "version": gap.version}).status_code == 200
    gap.refresh_from_db()
    assert (gap.due_on, gap.confirmed_by_id, gap.confirmed_at) == (date(2036, 12, 20), *stood)


@pytest.mark.django_db
def test_a_firm_is_corrected_in_the_table_as_its_form_would(cast: casts.Cast, signed_in: SignIn) -> None:
    firm = Enterprise.objects.get(name="链主一有限公司")
    page, clerk = reverse("registry:cell", args=[firm.code]), signed_in("secretary")

    def typed(field: str, value: str) -> Any:
        firm.refresh_from_db()
        said = {"table": "enterprises", "field": field, "value": value, "version": firm.version}
        return clerk.post(page, said)

    assert "校验位" in typed("credit_code", "91370200000000000X").content.decode()
    assert typed("is_above_scale", "true").status_code == 200
    assert typed("chain_role", "core").status_code == 200
    assert typed("revenue_wan", "1,200").status_code == 200
    firm.refresh_from_db()
    assert (firm.is_above_scale, firm.chain_role, firm.revenue_wan) == (True, "core", Decimal(1200))


@pytest.mark.django_db
def test_a_segment_of_a_draft_is_typed_in_as_one_step_of_its_edits(cast: casts.Cast, signed_in: SignIn) -> None:
    atlas = maps.draft(chain=cast.chain_a, now=timezone.now(), by=cast.clerk_a)
    held: dict[str, Any] = {"name": "压缩机", "layer": "midstream", "owner": None, "parts": []}
    after = {"segments": {"compressor": held}}
    step: dict[str, Any] = {"operation": "segment.added", "now": timezone.now(), "by": cast.clerk_a}
    atlas = maps.edit(atlas=atlas, after=after, version=atlas.version, **step)
    clerk, page = signed_in("clerk_a"), reverse("maps:cell", args=["test-a", atlas.number, "compressor"])

    def typed(field: str, value: str, version: int, **more: str) -> Any:
        return clerk.post(page, {"table": "segments", "field": field, "value": value, "version": version, **more})

    assert typed("verified_on", "2999-01-01", atlas.version).content.decode() == "核实日期晚于今天。"
    answer = typed("owner", "force-a", atlas.version)
    assert f'data-version="{atlas.version + 1}"' in answer.content.decode()
    assert typed("owner", "", atlas.version).status_code == 409
    segment = atlas.segments.get()
    assert segment.owner == cast.bodies["force_a"]
    assert typed("owner", "", atlas.version + 1, undo="1").status_code == 200
    assert atlas.segments.get().owner is None


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_by_keyboard_a_cell_is_typed_in_taken_back_and_disputed(walk: Callable[..., Page], root: Path) -> None:
    page = walk("district_east", LIST)
    clerk, east = Person.objects.get(username="clerk_a"), Body.objects.get(code="east")
    said: dict[str, Any] = {
        "name": "甲项目",
        "investor_name": "甲公司",
        "district": east,
        "next_milestone": "签订意向书",
    }
    record = actions.report_lead(chain=Chain.objects.get(slug="a"), now=scene.EARLIER, by=clerk, **said)
    page.reload()
    page.locator("td[data-edit=next_milestone] button").focus()
    page.keyboard.press("F2")
    assert complaints(page, root) == []
    page.keyboard.type("签订协议")
    page.keyboard.press("Enter")
    cell = page.locator("td[data-edit=next_milestone]")
    expect(page.locator("#edited")).to_contain_text("已保存：下一节点 “签订协议”")
    expect(cell).to_have_attribute("data-value", "签订协议")
    page.keyboard.press("Control+z")
    expect(page.locator("#edited")).to_contain_text("已撤销，恢复为：下一节点 “签订意向书”")
    record.refresh_from_db()
    assert record.next_milestone == "签订意向书"
    actions.edit(project=record, changes={"next_milestone": "完成尽调"}, version=None, now=scene.EARLIER, by=clerk)
    cell.dblclick()
    expect(page.locator("#side")).to_be_hidden()
    page.keyboard.type("开工")
    page.keyboard.press("Escape")
    expect(cell).to_contain_text("签订意向书")
    page.keyboard.press("Enter")  # the pencil has the focus again
    page.keyboard.type("开工")
    page.keyboard.press("Enter")
    expect(cell.get_by_role("alert")).to_have_text("他人已修改这条记录，此格现在是：“完成尽调”；您填的没有写入：“开工”")
    assert complaints(page, root) == []
    cell.get_by_role("button", name="不改了").click()
    expect(cell).to_have_attribute("data-value", "完成尽调")
    record.refresh_from_db()
    assert record.next_milestone == "完成尽调"
