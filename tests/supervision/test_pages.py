"""Tasks, meetings, requests and visits on pages: first sentence, rights, and the whole way by clicks."""

import datetime as dt
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from lianzhang.accounts.models import Person
from lianzhang.chains.models import Action, Gap
from lianzhang.supervision import actions
from lianzhang.supervision.models import Meeting, Request, Task, Visit
from lianzhang.supervision.states import State
from lianzhang.workdays.models import CalendarDay
from tests.cast import Cast
from tests.projects import scene as projects
from tests.supervision import scene


@pytest.fixture
def as_(client: Any) -> Any:
    """Sign in as somebody of the cast."""

    def signed_in(person: Person) -> Any:
        client.force_login(person)
        return client

    return signed_in


def told(response: Any) -> str:
    return str(response.content.decode())


def url(name: str, *arguments: Any) -> str:
    return reverse(f"supervision:{name}", args=arguments)


def test_a_task_goes_its_whole_way_by_clicks(cast: Cast, as_: Any) -> None:
    client = as_(cast.secretary)
    said = {"title": "核实缺口", "responsible": cast.department.pk, "working_days": "5", "kind": "routine"}
    assert client.post(url("new_task"), {**said, "chain": cast.chain_a.pk}).status_code == 302
    task = Task.objects.get()

    def press(who: str, verb: str, **more: Any) -> int:
        task.refresh_from_db()
        return int(
            as_(getattr(cast, who)).post(url("move", task.code, verb), {"version": task.version, **more}).status_code
        )

    assert press("officer", "close") == 422  # not yet, and not theirs
    assert press("officer", "sign") == 302
    assert press("officer", "submit", reply="已核实") == 422  # no evidence
    upload = SimpleUploadedFile("情况.pdf", b"%PDF", content_type="application/pdf")
    assert press("officer", "submit", reply="已核实", file=upload) == 302
    assert press("secretary", "return", reason="材料不全") == 302
    proof = SimpleUploadedFile("补充.pdf", b"%PDF 2", content_type="application/pdf")
    assert as_(cast.officer).post(url("prove", task.code), {"file": proof}).status_code == 302
    assert press("officer", "submit", reply="已补充") == 302
    assert press("secretary", "close") == 302
    task.refresh_from_db()
    assert (task.state, task.returned_count) == (State.CLOSED, 1)
    body = told(as_(cast.officer).get(url("task", task.code)))
    assert "材料不全" in body
    assert "补充.pdf" in body
    assert as_(cast.clerk_b).get(url("task", task.code)).status_code == 404


def test_the_task_table_says_how_many_are_overdue_and_for_whom(cast: Cast, now: dt.datetime, as_: Any) -> None:
    task = scene.task(cast, now=now)
    Task.objects.filter(pk=task.pk).update(due_on=dt.date(2026, 1, 5))
    client = as_(cast.secretary)
    body = told(client.get(url("tasks"), {"overdue": "1"}))
    assert "逾期1项" in body
    assert "责任部门 → 总链长" in body
    assert task.code not in told(client.get(url("tasks"), {"level": "task_force"}))
    assert "核实缺口" in told(client.get(url("tasks"), {"level": "general_chief"}))
    urged = client.post(url("urge"), {"row": [task.code, "no-such"]})
    assert "责任部门：截至" in told(urged)


@pytest.mark.parametrize("who", ["officer", "district_east", "anchor_1"])
def test_who_assigns_nothing_has_no_form_for_it(cast: Cast, as_: Any, who: str) -> None:
    assert as_(getattr(cast, who)).get(url("new_task")).status_code == 404


def test_a_meetings_decisions_become_tasks_in_one_click_and_what_lacks_a_body_is_named(cast: Cast, as_: Any) -> None:
    client = as_(cast.clerk_a)
    said = {"title": "例会", "kind": "regular", "chain": cast.chain_a.pk, "held_on": "2026-11-20"}
    assert client.post(url("new_meeting"), {**said, "attendees": [cast.department.pk]}).status_code == 302
    meeting = Meeting.objects.get()
    decided = {"text": "甲", "responsible": cast.department.pk, "working_days": "5"}
    assert client.post(url("add_decision", meeting.code), decided).status_code == 302
    assert client.post(url("add_decision", meeting.code), {"text": "乙"}).status_code == 302
    done = client.post(url("decide", meeting.code), follow=True)
    assert "已转督办1项" in told(done)
    assert "第2项未写承办单位或时限" in told(done)
    assert Task.objects.get().decision is not None
    second = meeting.decisions.get(number=2)
    changed = {**decided, "text": "乙", "version": second.version}
    assert client.post(url("edit_decision", second.pk), changed).status_code == 302
    client.post(url("decide", meeting.code), {"decision": second.pk})
    assert Task.objects.count() == 2
    assert client.post(url("edit_meeting", meeting.code), {**said, "version": meeting.version}).status_code == 302
    for form in ("docx", "print", "xlsx"):
        assert client.get(url("meeting", meeting.code), {"format": form}).status_code == 200


def test_a_request_goes_its_whole_way_by_clicks(cast: Cast, as_: Any) -> None:
    firm = as_(cast.anchor_1)
    said = {"enterprise": cast.enterprise_1.pk, "kind": "technology", "text": "检测排期过长", "chain": cast.chain_a.pk}
    assert firm.post(url("new_request"), said).status_code == 302
    request = Request.objects.get()

    def press(who: str, step: str, **more: Any) -> int:
        request.refresh_from_db()
        given = {"version": request.version, **more}
        return int(as_(getattr(cast, who)).post(url(step, request.code), given).status_code)

    def holder() -> str:
        body = told(as_(cast.anchor_1).get(url("request", request.code)))
        return body.partition("现由谁办理：")[2].partition("<")[0].strip()

    assert holder() == "链A专班（待交办）"
    assert press("clerk_a", "hand_over", handler=cast.department.pk, working_days="3") == 302
    assert holder() == "责任部门"
    assert press("anchor_1", "answer", text="x") == 422
    assert press("officer", "answer", text="已协调") == 302
    assert holder() == "链主一有限公司（待评价）"
    assert press("anchor_1", "reject", reason="仍需排队") == 302
    assert press("clerk_a", "escalate", reason="多次协调未果") == 302
    assert holder() == "责任部门 → 副链长"
    assert press("officer", "answer", text="已加急") == 302
    assert press("anchor_1", "close_request", satisfaction="mostly") == 302
    request.refresh_from_db()
    assert (request.state, request.satisfaction, holder()) == (Request.State.CLOSED, "mostly", "")
    assert "已办结1件" in told(as_(cast.anchor_1).get(url("requests")))
    assert as_(cast.anchor_2).get(url("request", request.code)).status_code == 404


def test_a_request_without_a_chain_waits_for_the_secretariat(cast: Cast, now: dt.datetime, as_: Any) -> None:
    request = scene.request(cast, now=now, chain=None)
    assert "秘书处（待交办）" in told(as_(cast.anchor_1).get(url("requests")))
    assert request.code in told(as_(cast.secretary).get(url("requests")))


def test_a_meeting_says_who_chaired_it(cast: Cast, now: dt.datetime, as_: Any) -> None:
    said = {"title": "链A 例会", "kind": "regular", "chain": cast.chain_a.pk, "held_on": "2026-11-20"}
    chair = cast.chief.appointments.get()
    response = as_(cast.clerk_a).post(url("new_meeting"), {**said, "chaired_by": chair.pk})
    assert cast.chief.name in told(as_(cast.clerk_a).get(response.headers["Location"]))


@pytest.mark.parametrize("asked", ["²", "x", "9" * 30])
def test_a_decision_that_is_none_becomes_no_task(cast: Cast, now: dt.datetime, as_: Any, asked: str) -> None:
    meeting = scene.meeting(cast, now=now)
    actions.add_decision(meeting=meeting, text="甲", responsible=cast.department, working_days=3, by=cast.clerk_a)
    assert as_(cast.clerk_a).post(url("decide", meeting.code), {"decision": asked}).status_code == 302
    assert not Task.objects.exists()


def test_a_task_links_what_it_is_about_only_to_who_may_open_it(cast: Cast, now: dt.datetime, as_: Any) -> None:
    project = projects.lead(cast, now=now, district=cast.east)
    task = scene.task(cast, now=now, project=project, responsible=cast.west)
    page = reverse("projects:project", args=[project.code])
    assert f'href="{page}"' in told(as_(cast.secretary).get(url("task", task.code)))
    shown = told(as_(cast.district_west).get(url("task", task.code)))
    assert project.name in shown
    assert page not in shown


def test_what_is_entered_on_an_invented_chain_is_marked_as_invented(cast: Cast, now: dt.datetime) -> None:
    type(cast.chain_a).objects.filter(pk=cast.chain_a.pk).update(is_illustrative=True)
    cast.chain_a.refresh_from_db()
    made = [projects.lead(cast, now=now), scene.task(cast, now=now), scene.meeting(cast, now=now)]
    assert [record.is_illustrative for record in made] == [True, True, True]


def test_a_visit_leaves_promises_that_are_tasks(cast: Cast, as_: Any) -> None:
    client = as_(cast.clerk_a)
    said = {"chain": cast.chain_a.pk, "enterprise": cast.enterprise_1.pk, "planned_on": "2026-11-20", "purpose": "检测"}
    assert client.post(url("new_visit"), said).status_code == 302
    visit = Visit.objects.get()
    promised = {"text": "协调检测", "responsible": cast.department.pk, "working_days": "5"}
    assert client.post(url("promise", visit.pk), promised).status_code == 422
    made = {"version": visit.version, "visited_on": "2026-11-20", "findings": "排期三个月"}
    assert client.post(url("record_visit", visit.pk), made).status_code == 302
    assert "其中1次未形成承诺" in told(client.get(url("visits")))
    assert client.post(url("promise", visit.pk), promised).status_code == 302
    assert "形成承诺 1 项" in told(client.get(url("visit", visit.pk)))
    assert as_(cast.anchor_1).get(url("visit", visit.pk)).status_code == 404


def test_the_calendar_is_read_by_all_kept_by_one_and_says_what_is_not_published(cast: Cast, as_: Any) -> None:
    client = as_(cast.secretary)
    assert "2027年放假安排尚未公布" in told(client.get(url("calendar")))
    said = {"day": "2026-12-01", "is_working": "0", "note": "台风停工通知"}
    assert client.post(url("declare_day"), said).status_code == 302
    day = CalendarDay.objects.get()
    assert "台风停工通知" in told(as_(cast.anchor_1).get(url("calendar")))
    assert as_(cast.clerk_a).post(url("declare_day"), said).status_code == 404
    assert as_(cast.clerk_a).post(url("withdraw_day", day.pk)).status_code == 404
    assert as_(cast.secretary).post(url("withdraw_day", day.pk)).status_code == 302


def test_histories_are_for_who_sees_the_record(cast: Cast, now: dt.datetime, as_: Any) -> None:
    task = scene.task(cast, now=now)
    address = reverse("history:of", args=["task", task.code])
    assert "交办" in told(as_(cast.officer).get(address))
    assert "<html" not in told(as_(cast.officer).get(address, headers={"HX-Request": "true"}))
    assert as_(cast.clerk_b).get(address).status_code == 404
    for kind, key in (("secret", "x"), ("visit", "x"), ("task", "a..b")):
        assert as_(cast.officer).get(reverse("history:of", args=[kind, key])).status_code == 404


def test_a_task_on_a_record_starts_from_its_page(cast: Cast, now: dt.datetime, as_: Any) -> None:
    request = scene.request(cast, now=now)
    body = told(as_(cast.clerk_a).get(url("new_task"), {"request": request.code}))
    assert "检测排期过长" in body
    assert as_(cast.clerk_b).get(url("new_task"), {"request": "SQ-none"}).status_code == 404
    task = scene.task(cast, now=now)
    proof = actions.add_evidence(task=task, attachment=scene.paper(by=cast.officer), by=cast.officer)
    got = as_(cast.officer).get(url("task_file", task.code, proof.pk))
    assert b"".join(got.streaming_content)


def test_a_plan_action_a_project_and_a_gap_show_their_tasks_and_give_out_new_ones(
    cast: Cast, as_: Any, now: dt.datetime
) -> None:
    action = Action.objects.create(chain=cast.chain_a, year=2026, matter="引进配套商", code="JH-2026-900")
    project = projects.lead(cast)
    gap = Gap.objects.create(chain=cast.chain_a, code="QK-2026-900", title="缺压缩机", kind=Gap.Kind.values[0])
    for name, record, page in (
        ("action", action, "chains:action"),
        ("project", project, "projects:project"),
        ("gap", gap, "gaps:gap"),
    ):
        address = reverse(page, args=[record.code])
        assign = f"{url('new_task')}?{name}={record.code}"
        assert assign in told(as_(cast.clerk_a).get(address)), name
        said = {"title": f"办理{name}", "responsible": cast.department.pk, "working_days": "5", "kind": "routine"}
        assert as_(cast.clerk_a).post(assign, {**said, "chain": cast.chain_a.pk}).status_code == 302
        assert f"办理{name}" in told(as_(cast.clerk_a).get(address)), name
