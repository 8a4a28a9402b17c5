"""A cell typed in where it stands in its list: whose it is, who was first, and the way back."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page, expect

from lianzhang.accounts.models import Body, Person
from lianzhang.chains.actions import plans as writing
from lianzhang.chains.models import Action, Chain
from lianzhang.projects import actions
from lianzhang.projects.models import Project
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
    page.keyboard.press("j")
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
