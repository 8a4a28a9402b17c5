"""Writing over the API: the same rules as on the pages, done once however often sent, refused with what is wrong."""

import datetime as dt
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from lianzhang.accounts.models import KeptAnswer
from lianzhang.projects.stages import Stage
from lianzhang.supervision import actions
from lianzhang.supervision.models import Task
from lianzhang.trail.models import Attachment, Event
from tests.api.conftest import API, Program
from tests.api.test_resources import ProgramOf
from tests.cast import Cast
from tests.projects import scene as projects
from tests.supervision import scene

pytestmark = pytest.mark.django_db


@pytest.fixture
def task(cast: Cast, now: dt.datetime) -> Task:
    """A task that the secretariat gave the department."""
    return scene.task(cast, now=now)


def upload(program: Program, path: str, name: str = "办理情况.pdf", **fields: Any) -> Any:
    return program.client.post(API + path, {"file": SimpleUploadedFile(name, b"%PDF-1.4"), **fields})


def test_a_task_is_signed_proved_handed_in_and_closed_by_another(program: ProgramOf, task: Task) -> None:
    doer, judge = program("officer"), program("secretary")
    at = f"/tasks/{task.code}"
    signed = doer.post(f"{at}/sign", {"version": task.version}).json()
    assert signed == {"code": task.code, "state": "handling", "version": task.version + 1}
    without = doer.post(f"{at}/submit", {"reply": "已核实"})
    assert (without.status_code, without.json()["detail"]) == (422, "报结须有佐证材料。")
    assert upload(doer, f"{at}/evidence").json()["state"] == "handling"
    assert doer.post(f"{at}/submit", {"reply": "已核实"}).json()["state"] == "review"
    own = doer.post(f"{at}/close", {})
    assert own.status_code == 422
    assert judge.post(f"{at}/return", {"reason": "材料不全"}).json()["state"] == "returned"
    assert doer.post(f"{at}/submit", {"reply": "再报"}).status_code == 422  # a returned report needs something new
    assert upload(doer, f"{at}/evidence", "补充.pdf").status_code == 200
    assert doer.post(f"{at}/submit", {"reply": "再报"}).json()["state"] == "review"
    closed = judge.post(f"{at}/close", {}).json()
    assert closed["state"] == "closed"
    assert judge.get(at).json()["version"] == closed["version"]


def test_a_request_sent_twice_under_one_key_is_done_once_and_answered_alike(program: ProgramOf, task: Task) -> None:
    doer = program("officer")
    before = Event.objects.count()
    sent = [doer.post(f"/tasks/{task.code}/sign", {}, **{"Idempotency-Key": "k-1"}) for _again in range(2)]
    assert sent[0].json() == sent[1].json()
    assert [answer.status_code for answer in sent] == [200, 200]
    assert Event.objects.count() == before + 1
    assert Task.objects.get(pk=task.pk).version == task.version + 1


def test_the_key_of_one_request_serves_no_other_and_a_refused_one_may_be_sent_again(
    program: ProgramOf, task: Task
) -> None:
    doer, key = program("officer"), {"Idempotency-Key": "k-2"}
    refused = doer.post(f"/tasks/{task.code}/submit", {"reply": "已核实"}, **key)
    assert refused.status_code == 422
    assert not KeptAnswer.objects.exists()
    assert doer.post(f"/tasks/{task.code}/sign", {}, **key).status_code == 200
    other = doer.post(f"/tasks/{task.code}/sign", {"version": 1}, **key)
    assert (other.status_code, other.json()["errors"][0]["field"]) == (422, "Idempotency-Key")


@pytest.mark.parametrize("key", ["x" * 81, "两个字", "a b"])
def test_a_key_is_short_and_printable(program: ProgramOf, task: Task, key: str) -> None:
    answer = program("officer").post(f"/tasks/{task.code}/sign", {}, **{"Idempotency-Key": key})
    assert answer.status_code == 422
    assert Task.objects.get(pk=task.pk).state == "unsigned"


def test_two_editors_the_second_gets_409_with_the_version_that_stands(program: ProgramOf, task: Task) -> None:
    doer = program("officer")
    doer.post(f"/tasks/{task.code}/sign", {"version": task.version})
    judge = program("secretary")
    upload(doer, f"/tasks/{task.code}/evidence")
    late = doer.post(f"/tasks/{task.code}/submit", {"reply": "已核实", "version": task.version})
    assert late.status_code == 409
    assert late.json()["version"] == task.version + 1
    assert {error["field"] for error in late.json()["errors"]} >= {"state", "reply"}
    assert judge.get(f"/tasks/{task.code}").json()["state"] == "handling"


def test_a_gate_names_the_field_and_the_evidence_it_lacks(cast: Cast, program: ProgramOf, now: dt.datetime) -> None:
    project = projects.bring(projects.complete(projects.lead(cast), cast), Stage.NEGOTIATING, cast, now=now)
    clerk = program("clerk_a")
    asked = {"to": "signed", "on": "2026-03-20"}
    answer = clerk.post(f"/projects/{project.code}/advance", asked)
    assert answer.status_code == 422
    assert answer.json()["errors"] == [{"field": "evidence", "message": "agreement"}]
    assert upload(clerk, f"/projects/{project.code}/evidence", kind="agreement").json()["kind"] == "agreement"
    assert clerk.post(f"/projects/{project.code}/advance", asked).json() == {
        "project": project.code,
        "stage": "signed",
        "verdict": "pending",
    }


def test_a_stage_is_not_skipped_over_the_api_either(cast: Cast, program: ProgramOf, now: dt.datetime) -> None:
    project = projects.complete(projects.lead(cast), cast)
    answer = program("clerk_a").post(f"/projects/{project.code}/advance", {"to": "started", "on": "2026-03-20"})
    assert answer.status_code == 422
    assert "不能跳过阶段：先进入研判、在谈" in answer.json()["detail"]


def test_a_file_that_may_not_serve_leaves_no_record(cast: Cast, program: ProgramOf) -> None:
    project = projects.lead(cast)
    clerk, at = program("clerk_a"), f"/projects/{project.code}/evidence"
    for name, kind in (("坏.exe", "agreement"), ("照片.jpg", "start_photo"), ("协议.pdf", "nothing")):
        assert upload(clerk, at, name, kind=kind).status_code == 422
    assert not Attachment.objects.exists()


def test_somebody_elses_task_does_not_exist(program: ProgramOf, task: Task) -> None:
    assert program("clerk_b").post(f"/tasks/{task.code}/sign", {}).status_code == 404


def test_a_session_needs_the_token_of_its_forms_on_unsafe_methods(cast: Cast, task: Task) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.officer, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(f"{API}/tasks/{task.code}").status_code == 200
    answer = client.post(f"{API}/tasks/{task.code}/sign", "{}", content_type="application/json")
    assert answer.status_code == 403
    assert Task.objects.get(pk=task.pk).state == "unsigned"


def test_a_meeting_tells_its_decisions(cast: Cast, program: ProgramOf, now: dt.datetime) -> None:
    meeting = scene.meeting(cast, now=now)
    actions.add_decision(meeting=meeting, text="核实缺口", responsible=cast.department, working_days=5, by=cast.clerk_a)
    assert program("clerk_a").get(f"/meetings/{meeting.code}").json()["decisions"] == [
        {"number": 1, "text": "核实缺口", "responsible": cast.department.code, "working_days": 5}
    ]
