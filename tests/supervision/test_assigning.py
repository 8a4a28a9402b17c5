"""Who may hand out work, about what, by when; meetings, instructions, requests and visits that become tasks."""

import datetime as dt
from typing import Any

import pytest

from lianzhang.accounts.actions import Refused
from lianzhang.accounts.models import Appointment
from lianzhang.accounts.rules import Post
from lianzhang.projects.models import Project
from lianzhang.supervision import actions, escalation, queries, states, urging
from lianzhang.supervision.models import Decision, Meeting, Request, Task
from lianzhang.supervision.states import State
from lianzhang.workdays import queries as workdays
from tests.cast import Cast
from tests.projects import scene as projects
from tests.supervision import scene


def post_of(cast: Cast, who: str) -> Appointment:
    return Appointment.objects.get(person=getattr(cast, who))


# --- by hand


def test_the_day_of_assignment_is_not_counted(cast: Cast, now: dt.datetime, today: dt.date) -> None:
    task = scene.task(cast, now=now)
    assert task.due_on == today + dt.timedelta(days=7)  # Monday + 5 working days
    assert (task.state, task.assigned_by_body) == (State.UNSIGNED, cast.secretariat)
    assert task.code.startswith("DB-2026-")


def test_a_deadline_is_days_or_a_date_never_both_nor_neither(cast: Cast, now: dt.datetime, today: dt.date) -> None:
    for given in ({"working_days": 3, "due_on": today}, {"working_days": None, "due_on": None}):
        with pytest.raises(Refused, match="二者填一"):
            scene.task(cast, now=now, **given)
    with pytest.raises(Refused, match="1 至 500"):
        scene.task(cast, now=now, working_days=501)


def test_a_date_is_a_working_day_that_has_not_passed(cast: Cast, now: dt.datetime, today: dt.date) -> None:
    with pytest.raises(Refused, match="早于今天"):
        scene.task(cast, now=now, due_on=today - dt.timedelta(days=1))
    with pytest.raises(Refused, match="不是工作日，请改为 2026-11-30"):
        scene.task(cast, now=now, due_on=dt.date(2026, 11, 28))
    assert scene.task(cast, now=now, due_on=today).due_on == today


@pytest.mark.parametrize(
    "who", ["district_east", "officer", "anchor_1", "sme", "association_contact", "expert", "auditor", "stranger"]
)
def test_who_has_no_post_for_it_assigns_nothing(cast: Cast, now: dt.datetime, who: str) -> None:
    with pytest.raises(Refused, match="不能交办"):
        scene.task(cast, now=now, by=getattr(cast, who))


def test_a_task_force_assigns_on_its_own_chain_only(cast: Cast, now: dt.datetime) -> None:
    assert scene.task(cast, now=now, by=cast.clerk_a).chain == cast.chain_a
    for chain in (cast.chain_b, None):
        with pytest.raises(Refused, match="本链"):
            scene.task(cast, now=now, by=cast.clerk_a, chain=chain)
    assert scene.task(cast, now=now, by=cast.general_chief, chain=None).chain is None


def test_a_task_about_a_project_takes_its_chain_and_is_about_one_thing(cast: Cast, now: dt.datetime) -> None:
    project = projects.lead(cast)
    task = scene.task(cast, now=now, chain=None, project=project)
    assert (task.chain, task.project) == (cast.chain_a, project)
    with pytest.raises(TypeError, match="at most one"):
        scene.task(cast, now=now, project=project, gap=object())
    with pytest.raises(Refused, match="不能为空"):
        scene.task(cast, now=now, title=" ")


def test_an_instruction_is_a_chiefs_own_word_or_written_down_with_whose_it_was(cast: Cast, now: dt.datetime) -> None:
    kind = Task.Kind.INSTRUCTION
    assert scene.task(cast, now=now, kind=kind, by=cast.chief).kind == kind
    with pytest.raises(Refused, match="本人名义"):
        scene.task(cast, now=now, kind=kind, by=cast.chief, instructed_by=post_of(cast, "deputy"))
    with pytest.raises(Refused, match="代录"):
        scene.task(cast, now=now, kind=kind, by=cast.clerk_a)
    with pytest.raises(Refused, match="哪位"):
        scene.task(cast, now=now, kind=kind, by=cast.secretary)
    with pytest.raises(Refused, match="哪位"):
        scene.task(cast, now=now, kind=kind, by=cast.secretary, instructed_by=post_of(cast, "clerk_a"))
    written = scene.task(cast, now=now, kind=kind, by=cast.secretary, instructed_by=post_of(cast, "chief"))
    assert written.instructed_by is not None
    assert written.instructed_by.post == Post.CHAIN_CHIEF
    with pytest.raises(Refused, match="只有批示"):
        scene.task(cast, now=now, by=cast.secretary, instructed_by=post_of(cast, "chief"))


# --- whose turn, how late


def test_a_task_waits_for_its_doer_until_handed_in_then_for_its_judge(
    cast: Cast, now: dt.datetime, today: dt.date
) -> None:
    task = scene.task(cast, now=now)
    assert queries.awaiting(cast.officer, today, most=9) == [task]
    assert queries.awaiting(cast.secretary, today, most=9) == []
    scene.bring(task, State.REVIEW, cast, now=now)
    assert queries.awaiting(cast.officer, today, most=9) == []
    assert queries.awaiting(cast.secretary, today, most=9) == [task]
    assert queries.awaiting(cast.stranger, today, most=9) == []


def test_what_a_person_handed_in_does_not_wait_for_that_person(cast: Cast, now: dt.datetime, today: dt.date) -> None:
    task = scene.task(cast, now=now, by=cast.clerk_a, responsible=cast.force_a)
    actions.sign(task=task, now=now, by=cast.clerk_a)
    actions.submit(task=task, reply="已办", evidence=[scene.paper(by=cast.clerk_a)], now=now, by=cast.clerk_a)
    assert queries.awaiting(cast.clerk_a, today, most=9) == []
    assert queries.awaiting(cast.colleague_a, today, most=9) == [task]


LADDER = [(0, None), (1, "task_force"), (3, "task_force"), (4, "deputy_chief"), (10, "deputy_chief")]
LADDER += [(11, "chain_chief"), (20, "chain_chief"), (21, "general_chief"), (300, "general_chief")]


@pytest.mark.parametrize(("days", "key"), LADDER)
def test_lateness_climbs_the_ladder(days: int, key: str | None) -> None:
    level = escalation.level(days)
    assert (level.key if level else None) == key


def test_the_ladder_has_a_top_and_a_bottom() -> None:
    keys = [level.key for level in escalation.levels()]
    assert keys == ["task_force", "deputy_chief", "chain_chief", "general_chief"]
    assert [escalation.next_above(key).key for key in keys[:-1]] == keys[1:]  # type: ignore[union-attr]
    assert escalation.next_above("general_chief") is None
    assert escalation.next_above("") == escalation.levels()[0]


def test_a_late_task_names_the_level_and_a_closed_one_is_late_no_more(
    cast: Cast, now: dt.datetime, today: dt.date
) -> None:
    calendar = workdays.calendar()
    task = scene.task(cast, now=now)
    Task.objects.filter(pk=task.pk).update(due_on=dt.date(2026, 11, 9))  # ten working days before the Monday
    task.refresh_from_db()
    late = queries.lateness(task, today=today, calendar=calendar)
    assert (late.days, late.level.key if late.level else "", late.is_estimated) == (10, "deputy_chief", False)
    scene.bring(task, State.CLOSED, cast, now=now)
    task.refresh_from_db()
    assert queries.lateness(task, today=today, calendar=calendar).days == 0


def test_a_lateness_that_runs_into_an_unpublished_year_says_so(cast: Cast, now: dt.datetime) -> None:
    task = scene.task(cast, now=now)
    late = queries.lateness(task, today=dt.date(2027, 3, 1), calendar=workdays.calendar())
    assert late.days > 0
    assert late.is_estimated


def test_counts_by_level_and_by_chain_agree_with_one_by_one(cast: Cast, now: dt.datetime, today: dt.date) -> None:
    calendar = workdays.calendar()
    dues = [dt.date(2026, 11, 20), dt.date(2026, 11, 17), dt.date(2026, 11, 2), dt.date(2026, 9, 1), today]
    for n, due_on in enumerate(dues):
        made = scene.task(cast, now=now, chain=cast.chain_a if n % 2 else cast.chain_b)
        Task.objects.filter(pk=made.pk).update(due_on=due_on)
    one_by_one: dict[str, int] = dict.fromkeys([level.key for level in escalation.levels()], 0)
    for task in Task.objects.all():
        level = queries.lateness(task, today=today, calendar=calendar).level
        if level is not None:
            one_by_one[level.key] += 1
    told = queries.late_by_level(cast.secretary, today=today, calendar=calendar)
    assert {level.key: count for level, count in told} == one_by_one
    assert sum(one_by_one.values()) == 4
    assert queries.overdue_by_chain(cast.secretary, today) == {cast.chain_a.pk: 2, cast.chain_b.pk: 2}
    assert queries.overdue_by_chain(cast.clerk_a, today) == {cast.chain_a.pk: 2}
    assert queries.open_by_chain(cast.secretary) == {cast.chain_a.pk: 2, cast.chain_b.pk: 3}


def test_urging_is_text_by_body_with_lateness_and_is_sent_by_nobody(
    cast: Cast, now: dt.datetime, today: dt.date
) -> None:
    scene.task(cast, now=now, title="甲事")
    late = scene.task(cast, now=now, title="乙事")
    Task.objects.filter(pk=late.pk).update(due_on=dt.date(2026, 11, 2))
    judged = scene.bring(scene.task(cast, now=now, title="丙事"), State.REVIEW, cast, now=now)
    closed = scene.bring(scene.task(cast, now=now, title="丁事"), State.CLOSED, cast, now=now)
    found = queries.listed(cast.secretary).order_by("due_on", "code")
    department, secretariat = urging.letters(found, today=today, calendar=workdays.calendar())
    assert (department.body, department.task_count) == ("责任部门", 2)
    first, second, third = department.text.splitlines()
    assert first == "责任部门：截至 2026-11-23，以下2项请抓紧办理。"
    assert second.startswith(f"1. 乙事（{late.code}；待签收，期限 2026-11-02；逾期15个工作日；已提至链长")
    assert third.startswith("2. 甲事")
    assert (secretariat.body, judged.code in secretariat.text) == ("秘书处", True)
    assert closed.code not in department.text + secretariat.text


# --- meetings


def test_a_decision_becomes_one_task_for_each_body_and_asking_again_makes_none(
    cast: Cast, now: dt.datetime, today: dt.date
) -> None:
    meeting = scene.meeting(cast, now=now)
    decision = actions.add_decision(meeting=meeting, text="月底前核实缺口", by=cast.clerk_a)
    with pytest.raises(Refused, match="第1项未写"):
        actions.decide(decision=decision, now=now, by=cast.clerk_a)
    both = {"responsible": [cast.department, cast.east], "working_days": 5}
    made = actions.decide(decision=decision, now=now, by=cast.clerk_a, **both)
    assert {task.responsible for task in made} == {cast.department, cast.east}
    assert {(task.kind, task.chain, task.due_on) for task in made} == {
        (Task.Kind.DECISION, cast.chain_a, today + dt.timedelta(days=7))
    }
    assert actions.decide(decision=decision, now=now, by=cast.clerk_a, **both) == []
    with pytest.raises(Refused, match="不再改议定内容"):
        actions.edit_decision(decision=decision, changes={"text": "改"}, version=None, by=cast.clerk_a)


def test_decisions_are_numbered_in_order_and_say_something(cast: Cast, now: dt.datetime) -> None:
    meeting = scene.meeting(cast, now=now)
    numbers = [actions.add_decision(meeting=meeting, text=text, by=cast.clerk_a).number for text in "甲乙丙"]
    assert numbers == [1, 2, 3]
    with pytest.raises(Refused, match="不能为空"):
        actions.add_decision(meeting=meeting, text=" ", by=cast.clerk_a)
    second = Decision.objects.get(number=2)
    assert actions.edit_decision(decision=second, changes={"text": "乙改"}, version=1, by=cast.clerk_a).text == "乙改"


def test_a_meeting_belongs_to_who_serves_its_chain(cast: Cast, now: dt.datetime) -> None:
    for by, chain in ((cast.clerk_a, cast.chain_b), (cast.clerk_a, None), (cast.officer, cast.chain_a)):
        with pytest.raises(Refused, match="本链的会议"):
            scene.meeting(cast, now=now, by=by, chain=chain)
    meeting = scene.meeting(cast, now=now, attendees=[cast.department, cast.east])
    assert meeting in Meeting.objects.visible_to(cast.officer)
    assert meeting not in Meeting.objects.visible_to(cast.district_west)
    with pytest.raises(Refused, match="无权修改"):
        actions.add_decision(meeting=meeting, text="x", by=cast.clerk_b)
    changed = actions.edit_meeting(
        meeting=meeting, changes={"place": "三楼"}, attendees=[cast.west], version=1, by=cast.clerk_a
    )
    assert (changed.place, list(changed.attendees.all())) == ("三楼", [cast.west])


def test_the_next_meeting_sees_what_became_of_the_last_ones_decisions(cast: Cast, now: dt.datetime) -> None:
    last = scene.meeting(cast, now=now, held_on=dt.date(2026, 10, 20))
    done = actions.add_decision(meeting=last, text="甲", responsible=cast.department, working_days=5, by=cast.clerk_a)
    bare = actions.add_decision(meeting=last, text="乙", by=cast.clerk_a)
    (task,) = actions.decide(decision=done, now=now, by=cast.clerk_a)
    scene.meeting(cast, now=now, held_on=dt.date(2026, 10, 25), kind=Meeting.Kind.WORKING)
    meeting = scene.meeting(cast, now=now)
    assert queries.last_meeting(meeting, person=cast.clerk_a) == last
    assert queries.became_of(last, person=cast.clerk_a) == [(done, [task]), (bare, [])]
    assert queries.last_meeting(last, person=cast.clerk_a) is None


# --- requests


def close(request: Request, cast: Cast, *, now: dt.datetime, who: str = "anchor_1", **given: Any) -> Request:
    return actions.close_request(
        request=request, **{"satisfaction": "satisfied", **given}, now=now, by=getattr(cast, who)
    )


def answered(cast: Cast, *, now: dt.datetime) -> Request:
    request = scene.request(cast, now=now)
    actions.hand_over(request=request, handler=cast.department, working_days=3, now=now, by=cast.clerk_a)
    request.refresh_from_db()
    return actions.answer(request=request, text="已协调加急检测", now=now, by=cast.officer)


def test_a_firm_raises_for_itself_and_an_officer_for_a_firm(cast: Cast, now: dt.datetime) -> None:
    assert scene.request(cast, now=now).raised_by_body == cast.firm_1
    with pytest.raises(Refused, match="只能为本企业"):
        scene.request(cast, now=now, enterprise=cast.enterprise_2)
    assert scene.request(cast, now=now, enterprise=cast.enterprise_2, by=cast.clerk_a).raised_by_body == cast.force_a
    for who in ("general_chief", "expert", "stranger"):
        with pytest.raises(Refused, match="不能登记"):
            scene.request(cast, now=now, by=getattr(cast, who))
    with pytest.raises(Refused, match="写明诉求"):
        scene.request(cast, now=now, text=" ")


def test_a_firm_sees_its_own_requests_and_who_has_them_and_no_rivals(cast: Cast, now: dt.datetime) -> None:
    request = scene.request(cast, now=now)
    actions.hand_over(request=request, handler=cast.department, working_days=3, now=now, by=cast.clerk_a)
    assert Request.objects.visible_to(cast.anchor_1).get().handler == cast.department
    assert not Request.objects.visible_to(cast.anchor_2).exists()
    assert not Request.objects.visible_to(cast.sme).exists()


def test_handing_over_makes_a_task_with_the_same_deadline_and_a_new_handler_replaces_it(
    cast: Cast, now: dt.datetime
) -> None:
    request = scene.request(cast, now=now)
    first = actions.hand_over(request=request, handler=cast.department, working_days=3, now=now, by=cast.clerk_a)
    request.refresh_from_db()
    assert (request.state, request.due_on, first.request) == (Request.State.ASSIGNED, first.due_on, request)
    second = actions.hand_over(request=request, handler=cast.east, working_days=2, now=now, by=cast.secretary)
    first.refresh_from_db()
    assert (first.state, second.responsible) == (State.CANCELLED, cast.east)
    for who in ("anchor_1", "clerk_b", "association_contact"):
        with pytest.raises(Refused, match="无权"):
            actions.hand_over(request=request, handler=cast.east, working_days=2, now=now, by=getattr(cast, who))


def test_the_handling_body_answers(cast: Cast, now: dt.datetime) -> None:
    request = scene.request(cast, now=now)
    with pytest.raises(Refused, match="不办理这一步"):
        actions.answer(request=request, text="x", now=now, by=cast.officer)
    actions.hand_over(request=request, handler=cast.department, working_days=3, now=now, by=cast.clerk_a)
    request.refresh_from_db()
    for who in ("clerk_b", "district_east", "anchor_1"):
        with pytest.raises(Refused, match="承办单位答复"):
            actions.answer(request=request, text="x", now=now, by=getattr(cast, who))
    with pytest.raises(Refused, match="写明答复"):
        actions.answer(request=request, text=" ", now=now, by=cast.officer)


def test_a_request_is_closed_by_the_firms_word(cast: Cast, now: dt.datetime, today: dt.date) -> None:
    request = answered(cast, now=now)
    with pytest.raises(Refused, match="不满意"):
        close(request, cast, now=now, satisfaction="unsatisfied")
    closed = close(request, cast, now=now)
    assert (closed.state, closed.closed_on, closed.satisfaction) == (Request.State.CLOSED, today, "satisfied")


def test_an_officer_writes_the_firms_word_down_with_how_it_was_given_and_never_the_handler(
    cast: Cast, now: dt.datetime
) -> None:
    request = answered(cast, now=now)
    with pytest.raises(Refused, match="代录"):
        close(request, cast, now=now, who="clerk_a")
    with pytest.raises(Refused, match="不能代企业"):
        close(request, cast, now=now, who="officer", proof="电话")
    with pytest.raises(Refused, match="无权"):
        close(request, cast, now=now, who="anchor_2", proof="电话")
    assert close(request, cast, now=now, who="clerk_a", proof="11-23 电话回访").state == Request.State.CLOSED


def test_an_answer_the_firm_does_not_accept_goes_back(cast: Cast, now: dt.datetime) -> None:
    request = answered(cast, now=now)
    with pytest.raises(Refused, match="写明理由"):
        actions.reject_answer(request=request, reason=" ", by=cast.anchor_1)
    back = actions.reject_answer(request=request, reason="仍需排队", by=cast.anchor_1)
    assert (back.state, back.satisfaction) == (Request.State.ASSIGNED, "unsatisfied")


def test_taking_a_request_up_names_the_next_level_until_the_top(cast: Cast, now: dt.datetime) -> None:
    request = scene.request(cast, now=now)
    with pytest.raises(Refused, match="写明理由"):
        actions.escalate(request=request, reason="", by=cast.clerk_a)
    levels = []
    for _step in range(3):
        request = actions.escalate(request=request, reason="多次协调未果", by=cast.clerk_a)
        levels.append(request.escalated_to)
    assert levels == ["deputy_chief", "chain_chief", "general_chief"]
    with pytest.raises(Refused, match="最高一级"):
        actions.escalate(request=request, reason="再", by=cast.clerk_a)


# --- visits


def test_what_was_promised_on_a_visit_becomes_a_task(cast: Cast, now: dt.datetime, today: dt.date) -> None:
    visit = actions.plan_visit(
        chain=cast.chain_a, enterprise=cast.enterprise_1, planned_on=today, by=cast.clerk_a, purpose="检测认证"
    )
    given = {"visit": visit, "text": "协调检测排期", "responsible": cast.department, "working_days": 5}
    with pytest.raises(Refused, match="尚未进行"):
        actions.promise(**given, now=now, by=cast.clerk_a)
    for day, words, why in ((today + dt.timedelta(days=1), "x", "晚于今天"), (today, " ", "写明走访")):
        with pytest.raises(Refused, match=why):
            actions.record_visit(visit=visit, visited_on=day, findings=words, now=now, version=1, by=cast.clerk_a)
    visited = actions.record_visit(
        visit=visit, visited_on=today, findings="排期三个月", now=now, version=1, by=cast.clerk_a
    )
    task = actions.promise(**{**given, "visit": visited}, now=now, by=cast.clerk_a)
    assert (task.visit, task.chain, task.responsible) == (visit, cast.chain_a, cast.department)
    with pytest.raises(Refused, match="无权"):
        actions.promise(**{**given, "visit": visited}, now=now, by=cast.clerk_b)
    with pytest.raises(Refused, match="本链的走访"):
        actions.plan_visit(chain=cast.chain_b, enterprise=cast.enterprise_1, planned_on=today, by=cast.clerk_a)


def test_scopes_hold_for_tasks(cast: Cast, now: dt.datetime) -> None:
    """A body sees its own tasks, a chain's people their chain's, leaders and secretariat all, firms theirs."""
    task = scene.task(cast, now=now)
    sees = {name for name, person in cast.people.items() if task in Task.objects.visible_to(person)}
    offices = {"general_chief", "secretary", "second_secretary", "officer"}
    leaders = {"chief", "chief_b", "deputy", "head_a", "clerk_a", "colleague_a", "clerk_b", "lead_officer"}
    assert offices | {"clerk_a", "chief", "deputy"} <= sees
    assert sees <= offices | leaders
    assert states.moves(task, by=cast.officer) != []
    assert not Project.objects.exists()
