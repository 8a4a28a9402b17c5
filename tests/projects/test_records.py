"""Edits, money, progress, flags, status: each rule by its title."""

import datetime as dt
from decimal import Decimal

import pytest

from lianzhang.accounts.actions import Refused
from lianzhang.projects import actions, stages
from lianzhang.projects.actions import GateClosed
from lianzhang.projects.models import Claim, Project
from lianzhang.projects.stages import Stage, Status
from lianzhang.records.models import Stale
from tests.cast import Cast
from tests.projects import scene


@pytest.fixture
def project(cast: Cast) -> Project:
    """A lead with every field filled in."""
    return scene.completed(cast)


def test_two_editors_the_second_is_told_and_nothing_is_overwritten(
    cast: Cast, project: Project, now: dt.datetime
) -> None:
    seen = project.version
    actions.edit(project=project, changes={"site": "甲路"}, version=seen, now=now, by=cast.clerk_a)
    with pytest.raises(Stale) as stale:
        actions.edit(
            project=Project.objects.get(pk=project.pk),
            changes={"site": "乙路"},
            version=seen,
            now=now,
            by=cast.colleague_a,
        )
    assert stale.value.changes == {"site": "乙路"}
    assert Project.objects.get(pk=project.pk).site == "甲路"


def test_stage_money_and_first_report_are_not_edited_like_words(cast: Cast, project: Project, now: dt.datetime) -> None:
    for name in ("stage", "status", "first_reported_at", "intended_wan", "produced_on", "origin"):
        with pytest.raises(TypeError, match=name):
            actions.edit(project=project, changes={name: 1}, version=None, now=now, by=cast.clerk_a)


def test_chain_district_and_key_status_are_changed_by_who_may_approve(
    cast: Cast, project: Project, now: dt.datetime
) -> None:
    with pytest.raises(Refused, match="无权"):
        actions.edit(project=project, changes={"district": cast.west}, version=None, now=now, by=cast.district_east)
    changed = actions.edit(project=project, changes={"is_key": True}, version=None, now=now, by=cast.secretary)
    assert changed.is_key is True


def test_a_field_the_stage_needs_is_not_emptied(cast: Cast, project: Project, now: dt.datetime) -> None:
    scene.bring(project, Stage.SIGNED, cast, now=now)
    with pytest.raises(GateClosed) as gate:
        actions.edit(project=project, changes={"investor_name": ""}, version=None, now=now, by=cast.clerk_a)
    assert gate.value.missing == ["investor_name"]
    with pytest.raises(GateClosed):
        actions.record_money(project=project, amounts={"agreed_wan": None}, version=None, now=now, by=cast.clerk_a)
    actions.record_money(project=project, amounts={"arrived_wan": Decimal(600)}, version=None, now=now, by=cast.clerk_a)


def test_a_project_is_not_planned_to_end_before_it_starts(cast: Cast, project: Project, now: dt.datetime) -> None:
    given = {"version": project.version, "now": now, "by": cast.clerk_a}
    with pytest.raises(Refused, match="早于计划开工"):
        actions.edit(project=project, changes={"planned_completion_on": dt.date(2026, 2, 1)}, **given)
    changes = {"planned_start_on": dt.date(2025, 3, 1), "planned_completion_on": dt.date(2025, 10, 1)}
    assert actions.edit(project=project, changes=changes, **given).planned_completion_on == dt.date(2025, 10, 1)


def test_three_kinds_of_money_are_three_records_and_one_never_changes_another(cast: Cast, now: dt.datetime) -> None:
    project = scene.lead(cast)
    for n, kind in enumerate(("intended_wan", "agreed_wan", "arrived_wan", "total_wan"), start=1):
        project = actions.record_money(
            project=project, amounts={kind: Decimal(1000 * n)}, version=project.version, now=now, by=cast.clerk_a
        )
    amounts = (project.intended_wan, project.agreed_wan, project.arrived_wan, project.total_wan)
    assert amounts == (1000, 2000, 3000, 4000)
    with pytest.raises(TypeError, match="plan_year_wan"):
        actions.record_money(
            project=project, amounts={"plan_year_wan": Decimal(1)}, version=None, now=now, by=cast.clerk_a
        )


def test_money_is_never_negative_and_arrived_money_leaves_with_a_reason_only(
    cast: Cast, project: Project, now: dt.datetime
) -> None:
    with pytest.raises(Refused, match="负数"):
        actions.record_money(
            project=project, amounts={"agreed_wan": Decimal(-1)}, version=None, now=now, by=cast.clerk_a
        )
    for less in (Decimal(400), None):
        with pytest.raises(Refused, match="500 万元调减"):
            actions.record_money(project=project, amounts={"arrived_wan": less}, version=None, now=now, by=cast.clerk_a)
    changed = actions.record_money(
        project=project, amounts={"arrived_wan": Decimal(400)}, reason="误填", version=None, now=now, by=cast.clerk_a
    )
    assert changed.arrived_wan == 400


def test_progress_is_not_backdated_nor_reported_from_the_future(
    cast: Cast, project: Project, now: dt.datetime, today: dt.date
) -> None:
    def report(on: dt.date) -> Project:
        return actions.record_progress(
            project=project, text="主体封顶", on=on, version=None, now=now, by=cast.district_east
        )

    report(today - dt.timedelta(days=3))
    with pytest.raises(Refused, match="倒填"):
        report(today - dt.timedelta(days=4))
    with pytest.raises(Refused, match="晚于今天"):
        report(today + dt.timedelta(days=1))


def test_the_next_node_lies_ahead_and_one_that_is_late_may_stand(
    cast: Cast, project: Project, now: dt.datetime, today: dt.date
) -> None:
    def report(due: dt.date | None, on: dt.date = today) -> Project:
        said = {"text": "主体封顶", "on": on, "next_milestone": "设备进场", "next_due_on": due}
        return actions.record_progress(project=project, version=None, now=now, by=cast.district_east, **said)

    with pytest.raises(Refused, match="下一节点日期 2020-01-01 早于填报日期"):
        report(dt.date(2020, 1, 1))
    gone_by = today - dt.timedelta(days=5)
    report(gone_by, on=gone_by)  # it was ahead when it was told
    assert report(gone_by).next_due_on == gone_by
    assert report(None).next_due_on is None


def test_the_years_completed_investment_falls_only_with_a_reason_and_starts_anew_each_year(
    cast: Cast, project: Project, now: dt.datetime
) -> None:
    def report(amount: int, on: dt.date, reason: str = "") -> Decimal | None:
        return actions.record_progress(
            project=project,
            text="",
            on=on,
            done_year_wan=Decimal(amount),
            reason=reason,
            version=None,
            now=now,
            by=cast.clerk_a,
        ).done_year_wan

    assert report(900, dt.date(2025, 12, 31)) == 900
    assert report(100, dt.date(2026, 1, 31)) == 100
    with pytest.raises(Refused, match="由 100 万元降为 90 万元"):
        report(90, dt.date(2026, 2, 28))
    assert report(90, dt.date(2026, 2, 28), "核减重复统计") == 90
    with pytest.raises(Refused, match="负数"):
        report(-1, dt.date(2026, 3, 31), "x")
    with pytest.raises(TypeError, match="next node"):
        actions.record_progress(
            project=project, text="", on=dt.date(2026, 3, 31), version=None, now=now, by=cast.clerk_a, stage=70
        )


def test_statistics_flags_are_dates_not_stages(cast: Cast, project: Project, now: dt.datetime, today: dt.date) -> None:
    given = {"project": project, "version": None, "now": now, "by": cast.clerk_a}
    flagged = actions.set_flag(flag="fai_registered_on", on=today, **given)
    assert (flagged.fai_registered_on, flagged.stage) == (today, Stage.LEAD)
    assert actions.set_flag(flag="fai_registered_on", on=None, **given).fai_registered_on is None
    with pytest.raises(Refused, match="晚于今天"):
        actions.set_flag(flag="above_scale_on", on=today + dt.timedelta(days=1), **given)
    with pytest.raises(TypeError):
        actions.set_flag(flag="stage", on=today, **given)


# --- status ----------------------------------------------------------------------------------------------------------

VERBS = {
    Status.NORMAL: actions.resume,
    Status.LATE: actions.mark_late,
    Status.SUSPENDED: actions.hold,
    Status.LOST: actions.lose,
    Status.TERMINATED: actions.terminate,
    Status.TRANSFERRED: actions.transfer,
}


@pytest.mark.parametrize("to", Status, ids=lambda status: status.name)
@pytest.mark.parametrize("current", Status, ids=lambda status: status.name)
def test_status_moves_only_along_its_table(
    cast: Cast, project: Project, now: dt.datetime, today: dt.date, current: Status, to: Status
) -> None:
    Project.objects.filter(pk=project.pk).update(status=current, status_reason="" if current == "normal" else "曾")
    more = {"to": cast.west} if to is Status.TRANSFERRED else {}
    given = {"project": project, "reason": "会议议定", "on": today, "now": now, "by": cast.head_a, **more}
    if current in stages.table().moves[to].origins:
        VERBS[to](**given)
        project.refresh_from_db()
        assert project.status == to
        assert project.status_reason == ("" if to is Status.NORMAL else "会议议定")
        assert project.stage == Stage.LEAD  # an axis of its own
        assert Claim.objects.filter(project=project).exists() is (to not in stages.ENDED)
    else:
        with pytest.raises(Refused, match="不能改为"):
            VERBS[to](**given)


def test_a_status_has_a_reason_and_a_day_that_has_come(
    cast: Cast, project: Project, now: dt.datetime, today: dt.date
) -> None:
    with pytest.raises(Refused, match="写明原因"):
        actions.hold(project=project, reason="  ", on=today, now=now, by=cast.clerk_a)
    with pytest.raises(Refused, match="晚于今天"):
        actions.hold(project=project, reason="x", on=today + dt.timedelta(days=1), now=now, by=cast.clerk_a)


def test_ending_a_project_needs_the_right_to_approve(
    cast: Cast, project: Project, now: dt.datetime, today: dt.date
) -> None:
    with pytest.raises(Refused, match="无权"):
        actions.terminate(project=project, reason="x", on=today, now=now, by=cast.district_east)
    actions.terminate(project=project, reason="x", on=today, now=now, by=cast.deputy)


def test_a_held_project_does_not_advance(cast: Cast, project: Project, now: dt.datetime, today: dt.date) -> None:
    actions.hold(project=project, reason="用地未落实", on=today, now=now, by=cast.clerk_a)
    with pytest.raises(Refused, match="已暂缓"):
        scene.ask(project, Stage.EVALUATING, cast, now=now)
    actions.resume(project=project, reason="用地已落实", on=today, now=now, by=cast.clerk_a)
    assert scene.ask(project, Stage.EVALUATING, cast, now=now).stage == Stage.EVALUATING


def test_an_ask_in_the_air_is_settled_before_the_status_changes(
    cast: Cast, project: Project, now: dt.datetime, today: dt.date
) -> None:
    scene.bring(project, Stage.NEGOTIATING, cast, now=now)
    scene.ask(project, Stage.SIGNED, cast, now=now)
    with pytest.raises(Refused, match="待核"):
        actions.hold(project=project, reason="x", on=today, now=now, by=cast.clerk_a)


def test_a_project_is_handed_to_another_district_which_takes_it_up_and_the_first_report_stays(
    cast: Cast, now: dt.datetime, today: dt.date
) -> None:
    project = scene.lead(cast, by=cast.district_east)
    given = {"project": project, "reason": "西区有现成厂房", "on": today, "now": now, "by": cast.head_a}
    for body, word in ((cast.force_b, "流转到区市"), (cast.east, "项目已在东区")):
        with pytest.raises(Refused, match=word):
            actions.transfer(to=body, **given)
    moved = actions.transfer(to=cast.west, **given)
    assert (moved.district, moved.status) == (cast.west, Status.TRANSFERRED)
    with pytest.raises(Refused, match="无权"):
        actions.resume(project=moved, reason="接收", on=today, now=now, by=cast.district_east)
    taken = actions.resume(project=moved, reason="接收", on=today, now=now, by=cast.district_west)
    assert (taken.status, taken.first_reported_by) == (Status.NORMAL, cast.east)


# --- parts to supply -------------------------------------------------------------------------------------------------


def test_planned_parts_are_added_changed_and_dropped_until_confirmed(
    cast: Cast, project: Project, now: dt.datetime
) -> None:
    first, second = scene.part("a", "甲件"), scene.part("b", "乙件")
    actions.set_supplies(project=project, capacities={first: Decimal(1), second: None}, by=cast.clerk_a)
    actions.set_supplies(project=project, capacities={first: Decimal(2)}, by=cast.clerk_a)
    assert list(project.supplies.values_list("part__code", "capacity_wan")) == [("a", Decimal(2))]
    scene.bring(project, Stage.IN_PRODUCTION, cast, now=now)
    actions.set_supplies(project=project, capacities={first: Decimal(9)}, by=cast.clerk_a)
    actions.set_supplies(project=project, capacities={}, by=cast.clerk_a)
    assert project.supplies.get().capacity_wan == 2
