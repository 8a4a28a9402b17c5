"""A project with a history is ended with a reason, never deleted: not on a page, not by the API, not by taking a ledger
back. An extension names the project it continues."""

import datetime as dt
from pathlib import Path
from typing import Any

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from lianzhang.accounts import actions as accounts
from lianzhang.intake import actions as intake
from lianzhang.projects import actions
from lianzhang.projects.models import Project, YearPlan
from tests.cast import Cast
from tests.intake import handing_in, samples
from tests.projects import scene


def test_no_page_and_no_address_of_the_api_deletes_a_project(cast: Cast, client: Client) -> None:
    project = scene.lead(cast)
    client.force_login(cast.secretary)
    assert client.delete(reverse("projects:project", args=[project.code])).status_code == 405
    assert client.post(reverse("projects:project", args=[project.code]), {"delete": "1"}).status_code == 405
    token = accounts.issue_token(
        person=cast.secretary, appointment=cast.secretary.acting, label="程序", valid=dt.timedelta(days=1),
        now=timezone.now(), by=cast.secretary,
    )  # fmt: skip
    program, address = Client(headers={"Authorization": f"Bearer {token}"}), f"/api/v1/projects/{project.code}"
    assert program.get(address).status_code == 200  # the program reads it: what is refused is the deed
    assert program.delete(address).status_code == 405
    assert Project.objects.filter(pk=project.pk).exists()
    assert not [name for name in actions.__all__ if "delete" in name or "remove" in name]
    assert Project.objects.filter(pk=project.pk).exists()


def test_taking_a_ledger_back_keeps_a_project_that_has_evidence_by_now_and_the_plan_follows_the_sheet(
    cast: Cast, now: dt.datetime, tmp_path: Path
) -> None:
    rows = {"projects": [{**samples.key_projects()["projects"][0], "code": "", "name": name} for name in ("甲", "乙")]}
    batch = handing_in.hand_in(
        handing_in.workbook("key_projects", rows, tmp_path), ledger="key_projects", by=cast.secretary
    )
    batch = intake.apply(batch, plan=batch.plan, by=cast.secretary, now=now)
    kept, gone = Project.objects.get(name="甲"), Project.objects.get(name="乙")
    assert YearPlan.objects.get(project=kept).investment_wan == kept.plan_year_wan
    assert kept.total_wan == rows["projects"][0]["total_wan"]
    proof = scene.paper("permit", by=cast.secretary)
    actions.add_evidence(project=kept, attachment=proof, kind="permit", by=cast.secretary)
    (conflict,) = intake.undo(batch, by=cast.secretary, now=now)
    assert "佐证材料" in conflict.reason
    assert Project.objects.filter(pk=kept.pk).exists()
    assert not Project.objects.filter(pk=gone.pk).exists()
    ended = actions.terminate(project=kept, reason="误报", on=now.date(), now=now, by=cast.secretary)
    assert (ended.status, ended.status_reason) == ("terminated", "误报")


def test_a_second_report_of_a_known_investor_is_offered_as_its_extension(cast: Cast, client: Client) -> None:
    first = scene.lead(cast, name="一期")
    client.force_login(cast.clerk_a)
    said: dict[str, Any] = {"investor_name": "甲压缩机公司", "chain": cast.chain_a.pk, "name": "二期增资"}
    told = client.post(reverse("projects:new"), said)
    assert told.status_code == 422
    page = told.content.decode()
    assert "续建或增资的前期项目" in page
    assert f'<option value="{first.pk}">' in page
    assert client.post(reverse("projects:new"), {**said, "predecessor": first.pk}).status_code == 302
    second = Project.objects.get(name="二期增资")
    assert second.predecessor == first
    assert second.origin["although"] == f"{first.code}的续建或增资"
    assert second.claims.count() == 0  # the first report stays where it was
