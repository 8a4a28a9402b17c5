"""Asking for a stage, passing it, returning it, putting it right."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from lianzhang.accounts.actions import Refused
from lianzhang.projects import actions, queries, stages
from lianzhang.projects.actions import GateClosed
from lianzhang.projects.models import Project, StageEntry
from lianzhang.projects.stages import Stage
from lianzhang.records.models import Stale
from lianzhang.registry.models import Capability
from lianzhang.trail import actions as trail
from lianzhang.trail import queries as trail_queries
from tests.cast import Cast
from tests.projects import scene

CHECKED = [gate.stage for gate in stages.table().gates.values() if gate.is_checked]


@pytest.fixture
def project(cast: Cast) -> Project:
    """A lead with every field filled in."""
    return scene.completed(cast)


def test_a_project_walks_from_lead_to_full_capacity_with_evidence_and_two_people(
    cast: Cast, project: Project, now: dt.datetime
) -> None:
    scene.bring(project, Stage.FULL_CAPACITY, cast, now=now)
    assert project.stage == Stage.FULL_CAPACITY
    assert project.started_on == scene.DAYS[Stage.STARTED]
    assert project.completed_on == scene.DAYS[Stage.COMPLETED]
    assert project.produced_on == scene.DAYS[Stage.IN_PRODUCTION]
    passed = project.entries.filter(stage__in=CHECKED)
    assert {entry.checked_by_id for entry in passed} == {cast.head_a.pk}
    assert {entry.asked_by_id for entry in passed} == {cast.clerk_a.pk}
    assert [len(entry.proof_ids) for entry in passed.order_by("stage")] == [
        len(stages.gate(stage).evidence) for stage in CHECKED
    ]


@pytest.mark.parametrize("current", Stage, ids=lambda stage: stage.name)
@pytest.mark.parametrize("to", Stage, ids=lambda stage: stage.name)
def test_only_the_next_stage_can_be_entered(
    cast: Cast, project: Project, now: dt.datetime, current: Stage, to: Stage
) -> None:
    trail.change(project, verb="test.placed", changes={"stage": current.value}, by=None)
    if to is stages.following(current):
        assert scene.ask(project, to, cast, now=now, on=timezone.localdate(now)).stage == to
        return
    with pytest.raises(Refused) as refusal:
        scene.ask(project, to, cast, now=now)
    expected = "更正" if to <= current else str(stages.following(current).label)  # type: ignore[union-attr]
    assert expected in refusal.value.reason
    project.refresh_from_db()
    assert project.stage == current


def test_a_skipped_stage_is_named(cast: Cast, project: Project, now: dt.datetime) -> None:
    with pytest.raises(Refused, match="研判、在谈"):
        scene.ask(project, Stage.SIGNED, cast, now=now)


@pytest.mark.parametrize("stage", CHECKED, ids=lambda stage: stage.name)
def test_each_missing_kind_of_evidence_is_named(cast: Cast, project: Project, now: dt.datetime, stage: Stage) -> None:
    scene.bring(project, Stage(max(s for s in Stage if s < stage)), cast, now=now)
    for lacking in stages.gate(stage).evidence:
        rest = [paper for paper in scene.papers(stage, by=cast.clerk_a) if paper.kind != lacking.key]
        with pytest.raises(GateClosed) as gate:
            scene.ask(project, stage, cast, now=now, evidence=rest)
        assert gate.value.evidence == [lacking.key]
        assert lacking.zh in gate.value.reason


def test_signing_needs_the_investor_named(cast: Cast, now: dt.datetime) -> None:
    project = scene.complete(scene.lead(cast, investor_name=""), cast)
    trail.change(project, verb="test.placed", changes={"stage": Stage.NEGOTIATING.value}, by=None)
    with pytest.raises(GateClosed) as gate:
        scene.ask(project, Stage.SIGNED, cast, now=now)
    assert gate.value.missing == ["investor_name"]
    assert "投资方" in gate.value.reason


def test_a_refused_ask_leaves_nothing_half_done(cast: Cast, project: Project, now: dt.datetime) -> None:
    scene.bring(project, Stage.COMPLETED, cast, now=now)
    with pytest.raises(GateClosed):
        scene.ask(project, Stage.IN_PRODUCTION, cast, now=now, evidence=[scene.paper("first_output", by=cast.clerk_a)])
    assert queries.proofs_for(project, Stage.IN_PRODUCTION) == []
    assert not project.entries.filter(stage=Stage.IN_PRODUCTION).exists()


def test_evidence_gathered_over_time_counts_when_the_stage_is_asked_for(
    cast: Cast, project: Project, now: dt.datetime
) -> None:
    actions.add_evidence(
        project=project, attachment=scene.paper("agreement", by=cast.clerk_a), kind="agreement", by=cast.clerk_a
    )
    scene.bring(project, Stage.NEGOTIATING, cast, now=now)
    assert scene.ask(project, Stage.SIGNED, cast, now=now, evidence=[]).verdict == StageEntry.Verdict.PENDING


def test_a_photograph_says_when_and_where(cast: Cast, project: Project) -> None:
    bare = scene.paper("start_photo", by=cast.clerk_a, dated=False)
    with pytest.raises(Refused, match="拍摄日期和地点"):
        actions.add_evidence(project=project, attachment=bare, kind="start_photo", by=cast.clerk_a)


def test_an_unknown_kind_of_evidence_is_refused(cast: Cast, project: Project) -> None:
    with pytest.raises(Refused, match="没有这一类"):
        actions.add_evidence(
            project=project, attachment=scene.paper("poem", by=cast.clerk_a), kind="poem", by=cast.clerk_a
        )


def test_a_day_in_the_future_is_refused(cast: Cast, project: Project, now: dt.datetime, today: dt.date) -> None:
    with pytest.raises(Refused, match="晚于今天"):
        scene.ask(project, Stage.EVALUATING, cast, now=now, on=today + dt.timedelta(days=1))


def test_a_day_before_the_previous_stage_is_refused(cast: Cast, project: Project, now: dt.datetime) -> None:
    scene.bring(project, Stage.EVALUATING, cast, now=now)
    with pytest.raises(Refused, match="早于进入“研判”的 2026-01-25。请填其后的日期"):
        scene.ask(project, Stage.NEGOTIATING, cast, now=now, on=scene.DAYS[Stage.EVALUATING] - dt.timedelta(days=1))


def test_until_checked_the_project_stands_where_it_stood_and_nothing_else_is_asked(
    cast: Cast, project: Project, now: dt.datetime
) -> None:
    scene.bring(project, Stage.NEGOTIATING, cast, now=now)
    scene.ask(project, Stage.SIGNED, cast, now=now)
    project.refresh_from_db()
    assert project.stage == Stage.NEGOTIATING
    with pytest.raises(Refused, match="正在等待核验"):
        scene.ask(project, Stage.SIGNED, cast, now=now, by=cast.colleague_a)


def test_nobody_checks_their_own_ask(cast: Cast, project: Project, now: dt.datetime) -> None:
    scene.bring(project, Stage.NEGOTIATING, cast, now=now)
    entry = scene.ask(project, Stage.SIGNED, cast, now=now)
    with pytest.raises(Refused, match="不能核验自己"):
        actions.check(entry=entry, passes=True, now=now, by=cast.clerk_a)
    assert entry not in queries.awaiting_check(cast.clerk_a)
    assert entry in queries.awaiting_check(cast.colleague_a)


def test_the_database_itself_refuses_a_check_by_who_asked(cast: Cast, project: Project, now: dt.datetime) -> None:
    scene.bring(project, Stage.NEGOTIATING, cast, now=now)
    entry = scene.ask(project, Stage.SIGNED, cast, now=now)
    with pytest.raises(IntegrityError, match="stage_checked_by_another"), transaction.atomic():
        StageEntry.objects.filter(pk=entry.pk).update(checked_by=cast.clerk_a, checked_at=now, verdict="passed")


@pytest.mark.parametrize("who", ["clerk_b", "district_east", "officer", "auditor", "stranger", "anchor_1"])
def test_only_posts_of_the_chain_check(cast: Cast, project: Project, now: dt.datetime, who: str) -> None:
    scene.bring(project, Stage.NEGOTIATING, cast, now=now)
    entry = scene.ask(project, Stage.SIGNED, cast, now=now)
    with pytest.raises(Refused, match="无权"):
        actions.check(entry=entry, passes=True, now=now, by=getattr(cast, who))


@pytest.mark.parametrize("who", ["clerk_b", "district_west", "officer", "auditor", "stranger", "anchor_1", "chief"])
def test_only_posts_of_the_chain_or_district_ask(cast: Cast, project: Project, now: dt.datetime, who: str) -> None:
    with pytest.raises(Refused, match="无权"):
        scene.ask(project, Stage.EVALUATING, cast, now=now, by=getattr(cast, who))


def test_the_district_where_it_stands_may_ask(cast: Cast, project: Project, now: dt.datetime) -> None:
    assert scene.ask(project, Stage.EVALUATING, cast, now=now, by=cast.district_east).stage == Stage.EVALUATING


def test_a_post_the_table_does_not_name_is_refused(
    cast: Cast, project: Project, now: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = stages.gate(Stage.EVALUATING)
    narrowed = {**stages.table().gates, Stage.EVALUATING: stages.Gate(**{**vars(gate), "asks": frozenset()})}
    table = stages.Table(**{**vars(stages.table()), "gates": narrowed})
    monkeypatch.setattr(stages, "table", lambda: table)
    with pytest.raises(Refused, match="按阶段表"):
        scene.ask(project, Stage.EVALUATING, cast, now=now)


def test_a_return_says_why_and_the_next_ask_needs_new_evidence(cast: Cast, project: Project, now: dt.datetime) -> None:
    scene.bring(project, Stage.NEGOTIATING, cast, now=now)
    entry = scene.ask(project, Stage.SIGNED, cast, now=now)
    with pytest.raises(Refused, match="写明理由"):
        actions.check(entry=entry, passes=False, now=now, by=cast.head_a)
    returned = actions.check(entry=entry, passes=False, note="协议缺签字页", now=now, by=cast.head_a)
    assert returned.verdict == StageEntry.Verdict.RETURNED
    with pytest.raises(GateClosed) as gate:
        scene.ask(project, Stage.SIGNED, cast, now=now, evidence=[])
    assert gate.value.evidence == ["agreement"]
    again = scene.ask(project, Stage.SIGNED, cast, now=now)
    actions.check(entry=again, passes=True, now=now, by=cast.head_a)
    project.refresh_from_db()
    assert project.stage == Stage.SIGNED


def test_what_was_checked_is_not_checked_again(cast: Cast, project: Project, now: dt.datetime) -> None:
    scene.bring(project, Stage.NEGOTIATING, cast, now=now)
    entry = scene.ask(project, Stage.SIGNED, cast, now=now)
    actions.check(entry=entry, passes=True, now=now, by=cast.head_a)
    with pytest.raises(Refused, match="已经核过"):
        actions.check(entry=entry, passes=True, now=now, by=cast.secretary)


def test_a_field_emptied_between_ask_and_check_stops_the_check(cast: Cast, project: Project, now: dt.datetime) -> None:
    scene.bring(project, Stage.NEGOTIATING, cast, now=now)
    entry = scene.ask(project, Stage.SIGNED, cast, now=now)
    project.refresh_from_db()
    trail.change(project, verb="test.emptied", changes={"agreed_wan": None}, by=None)
    with pytest.raises(GateClosed) as gate:
        actions.check(entry=entry, passes=True, now=now, by=cast.head_a)
    assert gate.value.missing == ["agreed_wan"]


def test_whoever_asked_may_take_it_back_before_it_is_checked(cast: Cast, project: Project, now: dt.datetime) -> None:
    scene.bring(project, Stage.NEGOTIATING, cast, now=now)
    entry = scene.ask(project, Stage.SIGNED, cast, now=now)
    with pytest.raises(Refused, match="撤回本人"):
        actions.withdraw(entry=entry, now=now, by=cast.colleague_a)
    actions.withdraw(entry=entry, now=now, by=cast.clerk_a)
    assert scene.ask(project, Stage.SIGNED, cast, now=now, evidence=[]).verdict == StageEntry.Verdict.PENDING


def test_an_ask_on_an_old_version_is_stale(cast: Cast, project: Project, now: dt.datetime) -> None:
    seen = project.version
    actions.edit(project=project, changes={"site": "某路 2 号"}, version=seen, now=now, by=cast.colleague_a)
    with pytest.raises(Stale):
        scene.ask(project, Stage.EVALUATING, cast, now=now, version=seen)


# --- corrections ---------------------------------------------------------------------------------------------------


def test_going_back_is_a_correction_with_a_reason_by_who_may_check(
    cast: Cast, project: Project, now: dt.datetime, today: dt.date
) -> None:
    scene.bring(project, Stage.COMPLETED, cast, now=now)
    with pytest.raises(Refused, match="写明理由"):
        actions.correct(project=project, to=Stage.PERMITTED, on=today, reason=" ", now=now, by=cast.head_a)
    with pytest.raises(Refused, match="无权"):
        actions.correct(project=project, to=Stage.PERMITTED, on=today, reason="误报", now=now, by=cast.district_east)
    entry = actions.correct(project=project, to=Stage.PERMITTED, on=today, reason="误报", now=now, by=cast.head_a)
    project.refresh_from_db()
    assert (project.stage, project.started_on, project.completed_on) == (Stage.PERMITTED, None, None)
    assert (entry.is_correction, entry.note, entry.entered_on) == (True, "误报", today)
    voided = project.entries.filter(is_void=True).values_list("stage", flat=True)
    assert set(voided) == {Stage.STARTED, Stage.COMPLETED}


def test_after_a_correction_the_true_day_may_be_entered(
    cast: Cast, project: Project, now: dt.datetime, today: dt.date
) -> None:
    scene.bring(project, Stage.STARTED, cast, now=now)
    actions.correct(project=project, to=Stage.PERMITTED, on=today, reason="误报", now=now, by=cast.head_a)
    true_day = scene.DAYS[Stage.PERMITTED] + dt.timedelta(days=1)
    scene.ask(project, Stage.STARTED, cast, now=now, on=true_day)
    assert project.entries.get(stage=Stage.STARTED, verdict="pending").entered_on == true_day


def test_a_correction_never_goes_forward_nor_into_the_future_nor_past_a_pending_ask(
    cast: Cast, project: Project, now: dt.datetime, today: dt.date
) -> None:
    scene.bring(project, Stage.NEGOTIATING, cast, now=now)
    with pytest.raises(Refused, match="退回较早"):
        actions.correct(project=project, to=Stage.SIGNED, on=today, reason="补", now=now, by=cast.head_a)
    tomorrow = today + dt.timedelta(days=1)
    with pytest.raises(Refused, match="晚于今天"):
        actions.correct(project=project, to=Stage.LEAD, on=tomorrow, reason="误报", now=now, by=cast.head_a)
    scene.ask(project, Stage.SIGNED, cast, now=now)
    with pytest.raises(Refused, match="待核"):
        actions.correct(project=project, to=Stage.LEAD, on=today, reason="误报", now=now, by=cast.head_a)


# --- production changes supply -------------------------------------------------------------------------------------


def test_production_confirms_what_the_project_supplies_and_its_capacity(
    cast: Cast, project: Project, now: dt.datetime, today: dt.date
) -> None:
    compressor = scene.part()
    actions.set_supplies(project=project, capacities={compressor: Decimal(5000)}, by=cast.clerk_a)
    assert queries.confirmed_capabilities(cast.chain_a) == []
    scene.bring(project, Stage.IN_PRODUCTION, cast, now=now, capacities={compressor.pk: Decimal(4200)})
    made = Capability.objects.get(enterprise=cast.enterprise_sme, part=compressor)
    assert (made.capacity_wan, made.project_code, made.confirmed_on) == (Decimal(4200), project.code, today)
    assert made.production_region == cast.east.region_code
    (told,) = queries.confirmed_capabilities(cast.chain_a)
    assert (told.part_code, told.capacity_wan, told.confirmed_by_id) == ("compressor", 4200, cast.head_a.pk)
    assert queries.confirmed_capabilities(cast.chain_b) == []


def test_without_a_word_of_the_checker_the_asked_capacity_stands(
    cast: Cast, project: Project, now: dt.datetime
) -> None:
    compressor = scene.part()
    actions.set_supplies(project=project, capacities={compressor: Decimal(5000)}, by=cast.clerk_a)
    scene.bring(project, Stage.IN_PRODUCTION, cast, now=now)
    assert Capability.objects.get(part=compressor).capacity_wan == 5000


@pytest.mark.parametrize(("stood", "total"), [(Decimal(1000), Decimal(6000)), (None, None)])
def test_new_capacity_comes_on_top_of_what_the_firm_had_and_a_correction_puts_it_back(
    cast: Cast, project: Project, now: dt.datetime, today: dt.date, stood: Decimal | None, total: Decimal | None
) -> None:
    compressor = scene.part()
    own = Capability(
        enterprise=cast.enterprise_sme,
        part=compressor,
        capacity_wan=stood,
        production_region="370212",
        confirmed_on=dt.date(2025, 5, 5),
    )
    trail.create(own, verb="test.known", by=None)
    actions.set_supplies(project=project, capacities={compressor: Decimal(5000)}, by=cast.clerk_a)
    scene.bring(project, Stage.IN_PRODUCTION, cast, now=now)
    own.refresh_from_db()
    assert own.capacity_wan == total
    actions.correct(project=project, to=Stage.COMPLETED, on=today, reason="未投产", now=now, by=cast.head_a)
    own.refresh_from_db()
    assert (own.capacity_wan, own.production_region, own.project_code) == (stood, "370212", "")
    assert own.confirmed_on == dt.date(2025, 5, 5)


def test_a_corrected_production_takes_its_own_capability_away(
    cast: Cast, project: Project, now: dt.datetime, today: dt.date
) -> None:
    actions.set_supplies(project=project, capacities={scene.part(): None}, by=cast.clerk_a)
    scene.bring(project, Stage.IN_PRODUCTION, cast, now=now)
    actions.correct(project=project, to=Stage.STARTED, on=today, reason="未投产", now=now, by=cast.head_a)
    assert not Capability.objects.exists()
    assert queries.confirmed_capabilities(cast.chain_a) == []
    assert project.supplies.get().is_confirmed is False


def test_a_part_the_project_does_not_supply_is_not_confirmed(cast: Cast, project: Project, now: dt.datetime) -> None:
    scene.bring(project, Stage.COMPLETED, cast, now=now)
    entry = scene.ask(project, Stage.IN_PRODUCTION, cast, now=now)
    with pytest.raises(Refused, match="不在本项目拟供"):
        actions.check(entry=entry, passes=True, capacities={scene.part().pk: None}, now=now, by=cast.head_a)


def test_a_negative_capacity_is_refused(cast: Cast, project: Project, now: dt.datetime) -> None:
    compressor = scene.part()
    with pytest.raises(Refused, match="负数"):
        actions.set_supplies(project=project, capacities={compressor: Decimal(-1)}, by=cast.clerk_a)
    actions.set_supplies(project=project, capacities={compressor: None}, by=cast.clerk_a)
    scene.bring(project, Stage.COMPLETED, cast, now=now)
    entry = scene.ask(project, Stage.IN_PRODUCTION, cast, now=now)
    with pytest.raises(Refused, match="负数"):
        actions.check(entry=entry, passes=True, capacities={compressor.pk: Decimal(-1)}, now=now, by=cast.head_a)


def test_the_trail_tells_the_whole_way_with_who_and_what(cast: Cast, project: Project, now: dt.datetime) -> None:
    scene.bring(project, Stage.SIGNED, cast, now=now)
    steps = [step for step in trail_queries.history(project) if step.verb == "project.advanced"]
    told = [(change[2], change[3]) for step in reversed(steps) for change in step.changes if change[0] == "stage"]
    assert told == [(10, 20), (20, 30), (30, 40)]
    assert steps[0].actor_id == cast.head_a.pk  # the checker's hand moved it
