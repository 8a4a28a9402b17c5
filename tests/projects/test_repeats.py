"""重复签约: a project that may be another one's second signing is recognised, and the first is offered as a link."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from lianzhang.accounts.actions import Refused
from lianzhang.projects import actions
from lianzhang.projects.leads import likeness
from lianzhang.projects.models import Project, Signing
from lianzhang.projects.stages import Stage
from tests.cast import Cast
from tests.projects import scene

pytestmark = pytest.mark.django_db


@pytest.fixture
def first(cast: Cast, now: dt.datetime) -> Project:
    project = scene.completed(cast)
    scene.bring(project, Stage.SIGNED, cast, now=now)
    actions.lose(project=project, reason="未落地", on=now.date(), now=now, by=cast.clerk_a)
    return project


@pytest.fixture
def again(cast: Cast, first: Project, now: dt.datetime) -> Project:
    """The same investor comes back a year later: the claim is free, and no entry form says a word."""
    return scene.lead(cast, name="新一轮签约项目", now=now, investor_name=first.investor_name)


def test_a_project_about_to_be_signed_shows_what_was_signed_before_and_ties_it_in_one_step(
    cast: Cast, client: Client, first: Project, again: Project
) -> None:
    Project.objects.filter(pk=again.pk).update(stage=Stage.NEGOTIATING)
    client.force_login(cast.clerk_a)
    page = client.get(reverse("projects:advance", args=[again.code])).content.decode()
    assert first.code in page[page.index('id="repeats"') :].split("</section>")[0]
    again.refresh_from_db()
    said = {"earlier": first.code, "version": again.version}
    assert client.post(reverse("projects:precede", args=[again.code]), said).status_code == 302
    again.refresh_from_db()
    assert again.predecessor == first
    assert likeness.signed_before(again) == [], "what is tied is known"


def test_who_checks_a_signing_sees_the_one_before(cast: Cast, client: Client, again: Project, now: dt.datetime) -> None:
    scene.complete(again, cast)
    Project.objects.filter(pk=again.pk).update(stage=Stage.NEGOTIATING)
    again.refresh_from_db()
    entry = scene.ask(again, Stage.SIGNED, cast, now=now, on=now.date())
    client.force_login(cast.head_a)
    assert 'id="repeats"' in client.get(reverse("projects:check", args=[again.code, entry.pk])).content.decode()


def test_tying_a_repeated_signing_offers_the_first_as_predecessor_and_takes_a_reason_instead(
    cast: Cast, client: Client, first: Project, again: Project, now: dt.datetime
) -> None:
    event = actions.enter_event(chain=cast.chain_a, name="家电展", held_on=now.date(), now=now, by=cast.clerk_a)
    client.force_login(cast.clerk_a)
    url, said = reverse("projects:tie_signing", args=[event.code]), {"project": again.pk, "signed_on": "2026-05-08"}
    asked = client.post(url, said)
    assert asked.status_code == 422
    assert not Signing.objects.exists()
    told = asked.content.decode()
    assert first.code in told
    assert 'name="predecessor"' in told
    assert client.post(url, {**said, "predecessor": first.pk}).status_code == 302
    again.refresh_from_db()
    assert (again.predecessor, Signing.objects.get().project) == (first, again)


def test_a_project_signed_at_an_event_already_leads_to_its_successor_with_what_they_share(
    cast: Cast, client: Client, again: Project, now: dt.datetime
) -> None:
    client.force_login(cast.clerk_a)
    page = client.get(reverse("projects:new") + f"?after={again.code}").content.decode()
    assert again.investor_name in page
    said: dict[str, Any] = {"name": "二期", "investor_name": again.investor_name, "chain": again.chain_id}
    client.post(reverse("projects:new"), {**said, "predecessor": again.pk})
    assert Project.objects.get(name="二期").predecessor == again


def test_what_comes_after_a_project_cannot_come_before_it(
    cast: Cast, first: Project, again: Project, now: dt.datetime
) -> None:
    tie = {"version": None, "now": now, "by": cast.clerk_a}
    actions.edit(project=again, changes={"predecessor": first}, **tie)
    with pytest.raises(Refused, match="后续项目"):
        actions.edit(project=first, changes={"predecessor": again}, **tie)
