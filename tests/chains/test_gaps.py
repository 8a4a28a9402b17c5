"""缺口: proposed by numbers, confirmed by a person, crossed off only when newer numbers say so."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from chainlab import gaps as lab
from lianzhang.accounts.actions import Refused
from lianzhang.chains import jobs, stages
from lianzhang.chains.actions import gaps as actions
from lianzhang.chains.models import Gap, PartCoverage, Snapshot
from lianzhang.chains.queries import gaps as queries
from lianzhang.jobs.progress import Progress
from lianzhang.records.models import Stale
from lianzhang.web import histories
from tests.cast import TODAY, Cast
from tests.chains import scene as scenes

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene(cast: Cast) -> scenes.Scene:
    return scenes.analysed(cast)


def gap_of(scene: scenes.Scene, part: str = "P1") -> Gap:
    return Gap.objects.get(part=scene.parts[part])


def confirm(gap: Gap, cast: Cast, now: dt.datetime, **said: Any) -> Gap:
    words = {"label": Gap.Label.BREAK_POINT, "route": Gap.Route.ATTRACT, "route_reason": "", "owner": cast.force_a}
    return actions.confirm(gap=gap, version=gap.version, now=now, by=cast.clerk_a, **{"due_on": TODAY, **words, **said})


def supply_locally(cast: Cast, scene: scenes.Scene) -> None:
    """The anchor moves its compressors to the local 丁, and the chain is analysed anew."""
    row = cast.enterprise_1.purchases.get(part=scene.parts["P1"])
    row.supplier = scene.firms["QY-丁"]
    row.save()
    jobs.analyse(Progress(0, cast.clerk_a), chain_id=cast.chain_a.pk)


def test_a_proposal_names_neither_break_nor_choke_point_by_itself(cast: Cast, scene: scenes.Scene) -> None:
    assert set(Gap.objects.values_list("label", flat=True)) == {""}


def test_a_part_nobody_named_a_supplier_for_is_a_question_not_a_gap(cast: Cast, scene: scenes.Scene) -> None:
    cast.enterprise_2.purchases.filter(part=scene.parts["P3"]).update(supplier=None)
    cast.enterprise_3.purchases.filter(part=scene.parts["P3"]).update(supplier=None)
    Gap.objects.all().delete()
    Snapshot.objects.all().delete()
    jobs.analyse(Progress(0, cast.clerk_a), chain_id=cast.chain_a.pk)
    assert not Gap.objects.filter(part=scene.parts["P3"]).exists()


def test_confirmed_with_a_body_and_a_day_it_is_assigned(cast: Cast, scene: scenes.Scene, now: dt.datetime) -> None:
    gap = confirm(gap_of(scene), cast, now)
    assert (gap.state, gap.label, gap.route, gap.owner) == ("assigned", "break_point", "attract", cast.force_a)
    assert gap.confirmed_by == cast.clerk_a
    assert gap.review_on == TODAY + dt.timedelta(days=180)


def test_it_is_assigned_once_it_has_both_and_loses_neither(cast: Cast, scene: scenes.Scene, now: dt.datetime) -> None:
    gap = confirm(gap_of(scene), cast, now, owner=None)
    assert gap.state == Gap.State.CONFIRMED
    assert stages.missing(gap, stages.move("assign"), stages.Facts()) == ["请填写责任单位。"]
    gap = actions.entrust(gap=gap, changes={"owner": cast.force_a}, version=gap.version, by=cast.clerk_a)
    assert gap.state == Gap.State.ASSIGNED
    with pytest.raises(Refused, match="须有责任单位和时限"):
        actions.entrust(gap=gap, changes={"due_on": None}, version=gap.version, by=cast.clerk_a)


def test_another_path_needs_a_reason_that_stays_in_the_history(
    cast: Cast, scene: scenes.Scene, now: dt.datetime
) -> None:
    gap = actions.start_acting(gap=confirm(gap_of(scene), cast, now), by=cast.clerk_a)
    turn = {"route": Gap.Route.NURTURE}
    with pytest.raises(Refused, match="改变路径须写明理由"):
        actions.revise(gap=gap, changes=turn, reason=" ", version=gap.version, by=cast.clerk_a)
    gap = actions.revise(gap=gap, changes=turn, reason="本市两家企业可培育", version=gap.version, by=cast.clerk_a)
    assert (gap.state, gap.confirmed_by) == (Gap.State.ACTING, cast.clerk_a)
    assert histories.of(gap, reader=cast.clerk_a)[0].what == "改变路径：本市两家企业可培育"
    left = {"route": Gap.Route.LEAVE, "route_reason": "用量小"}
    gap = actions.revise(gap=gap, changes=left, reason="用量小", version=gap.version, by=cast.clerk_a)
    assert gap.state == Gap.State.CONFIRMED
    gap = actions.revise(gap=gap, changes=turn, reason="用量又大了", version=gap.version, by=cast.clerk_a)
    assert gap.state == Gap.State.ASSIGNED


def test_a_gap_is_looked_at_again_on_its_day(cast: Cast, scene: scenes.Scene, now: dt.datetime) -> None:
    gap = confirm(gap_of(scene), cast, now, review_on=TODAY)
    assert list(queries.to_review(cast.clerk_a, today=TODAY)) == [gap]
    later = TODAY + dt.timedelta(days=90)
    with pytest.raises(Refused, match="复核情况"):
        actions.review(gap=gap, note="", next_on=later, today=TODAY, version=gap.version, by=cast.clerk_a)
    with pytest.raises(Refused, match="晚于今天"):
        actions.review(gap=gap, note="仍缺", next_on=TODAY, today=TODAY, version=gap.version, by=cast.clerk_a)
    gap = actions.review(gap=gap, note="仍缺", next_on=later, today=TODAY, version=gap.version, by=cast.clerk_a)
    assert (gap.reviewed_on, gap.review_on) == (TODAY, later)
    assert not queries.to_review(cast.clerk_a, today=TODAY).exists()


def test_only_the_own_task_force_takes_a_step(cast: Cast, scene: scenes.Scene, now: dt.datetime) -> None:
    gap = confirm(gap_of(scene), cast, now)
    for stranger in (cast.clerk_b, cast.secretary, cast.anchor_1):
        with pytest.raises(Refused, match="无权"):
            actions.dismiss(gap=gap, reason="不成立", version=gap.version, by=stranger)
        with pytest.raises(Refused, match="无权"):
            actions.entrust(gap=gap, changes={"due_on": TODAY}, version=gap.version, by=stranger)


def test_leaving_a_gap_open_needs_a_reason(cast: Cast, scene: scenes.Scene, now: dt.datetime) -> None:
    with pytest.raises(Refused, match="理由"):
        confirm(gap_of(scene), cast, now, route=Gap.Route.LEAVE, route_reason=" ")
    kept = confirm(gap_of(scene), cast, now, route=Gap.Route.LEAVE, route_reason="市场够近，不必本地化")
    assert kept.route_reason == "市场够近，不必本地化"


def test_two_editors_do_not_overwrite_one_another(cast: Cast, scene: scenes.Scene, now: dt.datetime) -> None:
    gap, same = gap_of(scene), gap_of(scene)
    confirm(gap, cast, now)
    with pytest.raises(Stale):
        confirm(same, cast, now, route=Gap.Route.NURTURE)


def test_new_evidence_renews_an_open_gap_instead_of_doubling_it(cast: Cast, scene: scenes.Scene) -> None:
    before = gap_of(scene)
    row = cast.enterprise_1.purchases.get(part=scene.parts["P1"])
    row.amount_wan = Decimal(1000)
    row.save()
    jobs.analyse(Progress(0, cast.clerk_a), chain_id=cast.chain_a.pk)
    after = gap_of(scene)
    assert after.pk == before.pk
    assert after.evidence["amount_wan"] == 1900
    assert after.snapshot != before.snapshot


def test_the_case_a_person_stands_for_stays_and_the_next_is_proposed_after_it(
    cast: Cast, scene: scenes.Scene, now: dt.datetime
) -> None:
    gap = confirm(gap_of(scene), cast, now - dt.timedelta(days=400))
    cast.enterprise_1.purchases.filter(part=scene.parts["P1"]).update(supplier=scene.firms["QY-丁"], amount_wan=90)
    jobs.analyse(Progress(0, cast.clerk_a), chain_id=cast.chain_a.pk)
    gap.refresh_from_db()
    assert (gap.kind, gap.evidence["kind"]) == ("no_local_supplier", "weak")
    actions.close(gap=gap, version=gap.version, now=now, by=cast.chief)
    cast.enterprise_1.purchases.filter(part=scene.parts["P1"]).update(amount_wan=91)
    jobs.analyse(Progress(0, cast.clerk_a), chain_id=cast.chain_a.pk)
    assert Gap.objects.get(part=scene.parts["P1"], state="proposed").kind == "weak"


def test_a_dismissed_proposal_stays_dismissed_while_its_kind_stays(cast: Cast, scene: scenes.Scene) -> None:
    gap = gap_of(scene)
    actions.dismiss(gap=gap, reason="集团统购，不在本地采购", version=gap.version, by=cast.clerk_a)
    row = cast.enterprise_1.purchases.get(part=scene.parts["P1"])
    row.amount_wan = Decimal(1000)
    row.save()
    jobs.analyse(Progress(0, cast.clerk_a), chain_id=cast.chain_a.pk)
    assert Gap.objects.filter(part=scene.parts["P1"]).count() == 1


def test_dismissing_needs_a_reason(cast: Cast, scene: scenes.Scene) -> None:
    gap = gap_of(scene)
    with pytest.raises(Refused, match="理由"):
        actions.dismiss(gap=gap, reason="", version=gap.version, by=cast.clerk_a)


def test_closing_needs_a_newer_snapshot(cast: Cast, scene: scenes.Scene, now: dt.datetime) -> None:
    gap = confirm(gap_of(scene), cast, dt.datetime.now(dt.UTC))
    with pytest.raises(Refused, match="快照"):
        actions.close(gap=gap, version=gap.version, now=now, by=cast.chief)


def test_closing_needs_local_supply_in_the_newer_snapshot(cast: Cast, scene: scenes.Scene, now: dt.datetime) -> None:
    gap = confirm(gap_of(scene), cast, now - dt.timedelta(days=400))
    with pytest.raises(Refused, match="仍为“本地无供应”"):
        actions.close(gap=gap, version=gap.version, now=now, by=cast.chief)


def test_a_gap_is_crossed_off_by_another_when_the_part_is_supplied_here(
    cast: Cast, scene: scenes.Scene, now: dt.datetime
) -> None:
    gap = confirm(gap_of(scene), cast, now - dt.timedelta(days=400))
    supply_locally(cast, scene)
    gap.refresh_from_db()
    with pytest.raises(Refused, match="确认人"):
        actions.close(gap=gap, version=gap.version, now=now, by=cast.clerk_a)
    closed = actions.close(gap=gap, version=gap.version, now=now, by=cast.chief)
    assert closed.state == Gap.State.CLOSED
    assert closed.closing_snapshot is not None
    assert closed.closing_snapshot.coverages.get(part=scene.parts["P1"]).local_ratio == pytest.approx(0.5)


def test_what_is_settled_is_not_confirmed_again(cast: Cast, scene: scenes.Scene, now: dt.datetime) -> None:
    gap = gap_of(scene)
    gap = actions.dismiss(gap=gap, reason="不成立", version=gap.version, by=cast.clerk_a)
    with pytest.raises(Refused):
        confirm(gap, cast, now)
    with pytest.raises(Refused):
        actions.dismiss(gap=gap, reason="又", version=gap.version, by=cast.clerk_a)
    with pytest.raises(Refused, match="现为“不成立”，不能销号"):
        actions.close(gap=gap, version=gap.version, now=now, by=cast.chief)


def test_a_gap_judged_wrongly_is_proposed_again_and_one_closed_too_early_stands_again(
    cast: Cast, scene: scenes.Scene, now: dt.datetime
) -> None:
    gap = gap_of(scene)
    gap = actions.dismiss(gap=gap, reason="不成立", version=gap.version, by=cast.clerk_a)
    with pytest.raises(Refused, match="理由"):
        actions.reopen(gap=gap, reason="", version=gap.version, now=now, by=cast.clerk_a)
    gap = actions.reopen(gap=gap, reason="口径已更正", version=gap.version, now=now, by=cast.clerk_a)
    assert (gap.state, gap.route_reason) == (Gap.State.PROPOSED, "")
    gap = confirm(gap, cast, now - dt.timedelta(days=400))
    supply_locally(cast, scene)
    gap.refresh_from_db()
    gap = actions.close(gap=gap, version=gap.version, now=now, by=cast.chief)
    today = dt.datetime.now(dt.UTC)
    gap = actions.reopen(gap=gap, reason="供应中断", version=gap.version, now=today, by=cast.head_a)
    assert (gap.state, gap.confirmed_by, gap.closing_snapshot) == (Gap.State.ASSIGNED, cast.head_a, None)
    with pytest.raises(Refused, match="快照"):
        actions.close(gap=gap, version=gap.version, now=today, by=cast.chief)


def test_it_is_not_opened_again_beside_another_of_the_same_part(
    cast: Cast, scene: scenes.Scene, now: dt.datetime
) -> None:
    gap = gap_of(scene)
    gap = actions.dismiss(gap=gap, reason="不成立", version=gap.version, by=cast.clerk_a)
    Gap.objects.create(code="QK-2", chain=gap.chain, part=gap.part, title="另一个", kind=Gap.Kind.WEAK)
    with pytest.raises(Refused, match="已有一个未销号的缺口 QK-2：请在该缺口上办理"):
        actions.reopen(gap=gap, reason="再看", version=gap.version, now=now, by=cast.clerk_a)


def test_each_kind_is_gone_by_the_measure_that_proposed_it() -> None:
    assert set(stages.table().closings) == set(Gap.Kind.values) == set(lab.CLASSES) - {"unknown"}
    assert stages.table().closings["weak"].least == lab.Thresholds().weak_ratio
    here, single = PartCoverage(local_ratio=0.4, is_single_source=True), stages.table().closings["single_source"]
    assert not single.is_met(here)
    assert single.is_met(PartCoverage(is_single_source=False))
    assert not stages.table().closings["weak"].is_met(PartCoverage(local_ratio=None))


def test_the_amounts_in_the_evidence_stay_out_of_the_trail(cast: Cast, scene: scenes.Scene) -> None:
    from lianzhang.trail.models import Event

    bodies = [bytes(e.body).decode() for e in Event.objects.filter(subject_type="chains.gap")]
    assert bodies
    assert not any("1800" in body for body in bodies)


@pytest.mark.parametrize(("route", "state"), [(Gap.Route.ATTRACT, "acting"), (Gap.Route.LEAVE, "confirmed")])
def test_work_begins_on_a_gap_that_is_to_be_filled_only(
    cast: Cast, scene: scenes.Scene, now: dt.datetime, route: str, state: str
) -> None:
    gap = confirm(gap_of(scene), cast, now, route=route, route_reason="本市不宜布局")
    assert actions.start_acting(gap=gap, by=cast.clerk_a).state == state
