"""From the anchors' purchases to the list of whom to recruit, on a table small enough to check by hand."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import timezone

from lianzhang.chains import analysis, jobs
from lianzhang.chains.actions import snapshots, targets
from lianzhang.chains.models import Gap, PartCoverage, Snapshot, TargetLine, TargetList
from lianzhang.chains.queries import teardown
from lianzhang.jobs import actions as job_actions
from lianzhang.jobs import watch
from lianzhang.jobs.models import Job
from lianzhang.jobs.progress import Progress
from lianzhang.jobs.work import Unworkable
from lianzhang.registry.models import Capability, Enterprise, Purchase, PurchaseGrant
from lianzhang.trail.models import Event
from tests.cast import TODAY, Cast
from tests.chains import scene as scenes

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene(cast: Cast) -> scenes.Scene:
    return scenes.build(cast)


def take(cast: Cast) -> snapshots.Analysis:
    return analysis.take(cast.chain_a, person=cast.clerk_a, on=TODAY)


def ask(cast: Cast, **parameters: object) -> TargetList:
    wanted = {"max_categories": None, "max_suppliers": 1, "min_anchors": 1} | parameters
    return targets.ask(
        chain=cast.chain_a, title="清单", parameters=targets.Parameters(**wanted), now=timezone.now(), by=cast.clerk_a
    )


def run(cast: Cast, listed: TargetList) -> TargetList:
    jobs.choose_targets(Progress(0, cast.clerk_a), list_id=listed.pk)
    listed.refresh_from_db()
    return listed


def test_coverage_is_computed_from_what_the_task_force_was_granted(cast: Cast, scene: scenes.Scene) -> None:
    found = {row["part_id"]: row for row in take(cast).coverage}
    assert found["P1"]["amount_wan"] == 1800
    assert found["P1"]["local_ratio"] == 0
    assert found["P2"]["local_ratio"] == pytest.approx(400 / 600)
    assert found["P3"]["unknown_amount_wan"] == 100
    assert found["P3"]["unknown_count"] == 1
    assert {part: row["buyer_count"] for part, row in found.items()} == {"P1": 3, "P2": 2, "P3": 3, "P4": 1}


def test_a_firm_that_granted_nothing_stays_out_of_the_snapshot(cast: Cast) -> None:
    scenes.build(cast, granted=(1, 2))
    taken = take(cast)
    assert set(taken.tables["purchases"]["buyer_id"].to_pylist()) == {
        cast.enterprise_1.code,
        cast.enterprise_2.code,
    }


def test_a_withdrawn_grant_ends_reading_at_once(cast: Cast, scene: scenes.Scene) -> None:
    scene.grants[0].withdrawn_at = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    scene.grants[0].save()
    assert cast.enterprise_1.code not in take(cast).tables["purchases"]["buyer_id"].to_pylist()


def test_the_summary_tells_unknown_apart_from_local_and_outside(cast: Cast, scene: scenes.Scene) -> None:
    summary = take(cast).summary
    # 400 local; outside and bought: 900+600+300+200+250+80; the in-group 50 is no demand; 100 has no supplier.
    assert summary["local_wan"] == 400
    assert summary["outside_wan"] == 2330
    assert summary["unplaced_wan"] == 100
    assert summary["nameless_count"] == 1
    assert summary["unknown_count"] == 1
    assert summary["local_ratio"] == pytest.approx(400 / 2730)


def test_existing_shared_suppliers_are_listed_before_any_optimisation(cast: Cast, scene: scenes.Scene) -> None:
    shared = take(cast).summary["shared_suppliers"]
    assert [(row["firm_code"], row["anchor_count"]) for row in shared] == [("QY-乙", 2), ("QY-丙", 2)]


def test_a_place_of_production_decides_over_the_registered_place(cast: Cast, scene: scenes.Scene) -> None:
    row = cast.enterprise_1.purchases.get(part=scene.parts["P1"])
    row.production_region = "370212"
    row.save()
    found = {row["part_id"]: row for row in take(cast).coverage}
    assert found["P1"]["local_amount_wan"] == 900


def test_a_trader_without_a_place_of_production_has_no_known_place(cast: Cast, scene: scenes.Scene) -> None:
    row = cast.enterprise_1.purchases.get(part=scene.parts["P1"])
    row.is_trader = True
    row.save()
    found = {row["part_id"]: row for row in take(cast).coverage}
    assert found["P1"]["unknown_amount_wan"] == 900


@pytest.mark.parametrize("make", ["own", "group"])
def test_own_make_and_in_group_supply_are_no_purchases(cast: Cast, scene: scenes.Scene, make: str) -> None:
    cast.enterprise_1.purchases.filter(part=scene.parts["P4"]).update(make=make)
    found = {row["part_id"]: row for row in take(cast).coverage}
    assert found["P4"]["amount_wan"] == 80


def test_only_the_newest_year_of_an_anchor_counts(cast: Cast, scene: scenes.Scene) -> None:
    cast.enterprise_1.purchases.filter(part=scene.parts["P1"]).update(year=2024)
    found = {row["part_id"]: row for row in take(cast).coverage}
    assert found["P1"]["amount_wan"] == 900


def test_a_band_counts_with_its_middle_and_keeps_its_ends(cast: Cast, scene: scenes.Scene) -> None:
    row = cast.enterprise_3.purchases.get(part=scene.parts["P1"])
    row.amount_wan, row.amount_low_wan, row.amount_high_wan = None, 100, 300
    row.save()
    taken = take(cast)
    asked = analysis.needs(cast.chain_a, taken.tables)
    assert {r["part_id"]: r["amount_wan"] for r in taken.coverage}["P1"] == 1700
    assert (asked.demand_low_wan, asked.demand_high_wan) == (2130, 2330)
    assert asked.banded_count == 1


def test_the_list_is_the_best_there_is_for_one_supplier(cast: Cast, scene: scenes.Scene) -> None:
    listed = run(cast, ask(cast))
    # 丙 makes P1 and P3: 1800 + 250; 乙 and 己 make P1 and P2: 1800 + 200.
    assert listed.state == TargetList.State.READY
    assert listed.is_proven
    assert float(listed.objective_wan or 0) == 2050
    assert listed.local_ratio_before == pytest.approx(400 / 2730)
    assert listed.local_ratio_after == pytest.approx(2450 / 2730)


def test_each_line_says_why_what_it_alone_adds_and_who_comes_next(cast: Cast, scene: scenes.Scene) -> None:
    listed = run(cast, ask(cast, max_suppliers=2, must_include=("QY-丙",)))
    line = TargetLine.objects.get(target_list=listed, supplier__code="QY-丙")
    assert float(line.marginal_wan or 0) == 250  # P3; P1 the other one covers too
    reasons = {reason["code"]: reason["anchors"] for reason in line.reasons}
    assert cast.enterprise_2.code in reasons["supplies"]
    other = TargetLine.objects.exclude(pk=line.pk).get(target_list=listed)
    assert other.runner_up["code"] in {"QY-乙", "QY-己"}


def test_the_frontier_rises_and_ends_where_more_suppliers_add_nothing(cast: Cast, scene: scenes.Scene) -> None:
    listed = run(cast, ask(cast, max_suppliers=5))
    assert listed.frontier == [[1, 2050.0, True], [2, 2250.0, True], [3, 2330.0, True]]


def test_the_list_stands_before_its_curve_and_who_stops_the_curve_keeps_it(
    cast: Cast, scene: scenes.Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = ask(cast, max_suppliers=2)
    whole = analysis.curve

    def broken_off(*args: Any, **options: Any) -> Iterator[Any]:
        yield next(whole(*args, **options))
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(analysis, "curve", broken_off)
        with pytest.raises(KeyboardInterrupt):
            run(cast, listed)
    listed.refresh_from_db()
    assert (listed.state, listed.supplier_count) == (TargetList.State.READY, 2)
    assert listed.frontier == [[1, 2050.0, True]]
    before = listed.version
    again = run(cast, listed)
    assert again.frontier == [[1, 2050.0, True], [2, 2250.0, True], [3, 2330.0, True]], "it goes on where it stopped"
    assert again.version == before, "who opened the list meanwhile may still approve it"
    assert TargetLine.objects.filter(target_list=listed).count() == 2
    assert plotted(listed) == 1, "the whole curve is one event, however often its computation was taken up"


def test_a_curve_that_is_stopped_is_one_event_too(
    cast: Cast, scene: scenes.Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = ask(cast, max_suppliers=2)
    with monkeypatch.context() as patched:
        patched.setattr(targets, "plotted", lambda **_: None)  # as far as a child comes that is killed before
        run(cast, listed)
    assert plotted(listed) == 0
    end(listed, state=Job.State.STOPPED, failure="提交人已停止。")
    listed.refresh_from_db()
    assert (listed.state, len(listed.frontier), plotted(listed)) == (TargetList.State.READY, 3, 1)


def begun(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> TargetList:
    """A list whose proof is being sought: as far as a child comes that is killed before it."""
    listed = ask(cast, max_suppliers=2)
    whole = analysis.choose

    def broken_off(*args: Any, **options: Any) -> Any:
        def keep(found: targets.Outcome) -> None:
            options["keep"](found)
            raise KeyboardInterrupt

        return whole(*args, **{**options, "keep": keep})

    with monkeypatch.context() as patched:
        patched.setattr(analysis, "choose", broken_off)
        with pytest.raises(KeyboardInterrupt):
            run(cast, listed)
    listed.refresh_from_db()
    return listed


def test_the_first_choice_is_kept_while_its_proof_is_sought_and_counts_nowhere(
    cast: Cast, scene: scenes.Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = begun(cast, monkeypatch)
    assert listed.state == TargetList.State.RUNNING
    assert (listed.first["columns"]["supplier_count"], listed.first["columns"]["objective_wan"]) == (2, 2250.0)
    assert [line["supplier"] for line in listed.first["lines"]] == ["QY-丙", "QY-乙"]
    assert not TargetLine.objects.exists(), "no line that anything could export, count or follow up"
    again = run(cast, listed)
    assert (again.state, again.first, again.is_proven) == (TargetList.State.READY, {}, True)
    assert TargetLine.objects.count() == 2


def test_who_stops_the_proof_keeps_the_first_choice_which_says_that_it_is_not_proven(
    cast: Cast, scene: scenes.Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = begun(cast, monkeypatch)
    first = listed.first
    first["columns"]["is_proven"] = False  # so small a question is proven at once
    TargetList.objects.filter(pk=listed.pk).update(first=first)
    end(listed, state=Job.State.STOPPED, failure="提交人已停止。")
    listed.refresh_from_db()
    assert (listed.state, listed.first, listed.is_proven) == (TargetList.State.READY, {}, False)
    assert "未证明最优" in listed.method
    assert [line.supplier.code for line in TargetLine.objects.filter(target_list=listed)] == ["QY-丙", "QY-乙"]
    assert listed.robust_suppliers is None, "what holds throughout was not tried"
    decide = Job.objects.get(kind="chains.release_list")
    jobs.decide_list(Progress(decide.pk, cast.clerk_a), **decide.arguments)
    assert listed.releases.exists(), "a list that was stopped goes through the rule as a proven one does"


def test_a_first_choice_from_what_may_no_longer_be_read_is_not_kept(
    cast: Cast, scene: scenes.Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = begun(cast, monkeypatch)
    PurchaseGrant.objects.update(ends_on=dt.date(2020, 1, 1), starts_on=dt.date(2019, 1, 1))
    end(listed, state=Job.State.STOPPED, failure="提交人已停止。")
    listed.refresh_from_db()
    assert (listed.state, listed.first) == (TargetList.State.FAILED, {})
    assert not TargetLine.objects.exists()


def test_a_list_whose_computation_is_stopped_or_dies_says_so_itself(cast: Cast, scene: scenes.Scene) -> None:
    stopped, died = ask(cast), ask(cast)
    job_actions.stop(Job.objects.get(targetlist=stopped), now=timezone.now())
    end(died, state=Job.State.FAILED, failure="Traceback: out of memory")
    for listed, said in ((stopped, "提交人已停止"), (died, "程序出错")):
        listed.refresh_from_db()
        assert listed.state == TargetList.State.FAILED
        assert said in listed.failure


def end(listed: TargetList, *, state: str, failure: str) -> None:
    """As the worker does that finds the child gone."""
    job = Job.objects.get(targetlist=listed)
    Job.objects.filter(pk=job.pk).update(state=Job.State.RUNNING)
    watch.finish(job.pk, state=state, failure=failure)


def plotted(listed: TargetList) -> int:
    return Event.objects.filter(
        subject_type="chains.targetlist", subject_id=str(listed.pk), verb="target_list.plotted"
    ).count()


def test_gaps_are_proposed_and_wait_for_a_person(cast: Cast, scene: scenes.Scene) -> None:
    jobs.analyse(Progress(0, cast.clerk_a), chain_id=cast.chain_a.pk)
    gap = Gap.objects.get(part=scene.parts["P1"])
    assert gap.state == Gap.State.PROPOSED
    assert gap.kind == Gap.Kind.NO_LOCAL_SUPPLIER
    assert gap.label == ""
    assert gap.evidence["anchor_count"] == 3


def test_the_same_data_on_the_same_day_is_one_snapshot_and_is_said_to_be(cast: Cast, scene: scenes.Scene) -> None:
    said = [jobs.analyse(Progress(0, cast.clerk_a), chain_id=cast.chain_a.pk)["message"] for _ in range(2)]
    assert said[0].startswith("已生成新快照，新提出 ")
    at = timezone.localtime(Snapshot.objects.get().taken_at)
    assert said[1] == f"数据与 {at:%Y-%m-%d %H:%M} 的快照完全相同，没有变化，沿用该快照。"
    assert Snapshot.objects.count() == 1
    assert PartCoverage.objects.count() == 4
    assert Gap.objects.filter(part=scene.parts["P1"]).count() == 1


def test_data_put_back_on_the_same_day_make_their_snapshot_the_newest_again(cast: Cast, scene: scenes.Scene) -> None:
    def analyse() -> str:
        return str(jobs.analyse(Progress(0, cast.clerk_a), chain_id=cast.chain_a.pk)["message"])

    analyse()
    first = Snapshot.objects.get()
    wrong = Purchase.objects.filter(part=scene.parts["P1"], amount_wan=900)
    wrong.update(amount_wan=9_000_000)
    analyse()
    assert Snapshot.objects.first() != first
    Purchase.objects.filter(part=scene.parts["P1"], amount_wan=9_000_000).update(amount_wan=900)
    at = timezone.localtime(first.taken_at)
    assert analyse().startswith(f"数据已恢复到与 {at:%Y-%m-%d %H:%M} 的快照相同，沿用该快照")
    assert Snapshot.objects.first() == first
    assert teardown.latest(cast.chain_a, person=cast.clerk_a) == first
    assert Snapshot.objects.count() == 2


def test_no_purchases_says_what_to_do(cast: Cast) -> None:
    listed = ask(cast)
    with pytest.raises(Unworkable, match="模板"):
        run(cast, listed)
    listed.refresh_from_db()
    assert listed.state == TargetList.State.FAILED


def test_parameters_that_cannot_hold_are_told_with_their_reason(cast: Cast, scene: scenes.Scene) -> None:
    listed = ask(cast, min_anchors=3, must_include=("QY-戊",))
    with pytest.raises(Unworkable, match="互相矛盾"):
        run(cast, listed)
    listed.refresh_from_db()
    assert Enterprise.objects.get(code="QY-戊").name in listed.failure
    assert "QY-戊" not in listed.failure, "a firm is told by its name"


def test_a_list_computed_twice_by_a_reclaimed_job_is_computed_once(cast: Cast, scene: scenes.Scene) -> None:
    listed = run(cast, ask(cast))
    count = TargetLine.objects.count()
    run(cast, listed)
    assert TargetLine.objects.count() == count


def test_with_capacity_a_supplier_s_own_worth_is_the_amount_the_list_would_lose(
    cast: Cast, scene: scenes.Scene
) -> None:
    Capability.objects.create(enterprise=scene.firms["QY-乙"], part=scene.parts["P1"], capacity_wan=1000)
    Capability.objects.filter(enterprise=scene.firms["QY-己"]).update(capacity_wan=900)
    listed = run(cast, ask(cast, max_suppliers=2, must_include=("QY-乙", "QY-己"), must_exclude=("QY-丙",)))
    # Compressors 1,800 and motors 200 are wanted. 乙 makes 1,000 of the first and all of the second, 己 the other 800.
    line = TargetLine.objects.get(target_list=listed, supplier__code="QY-己")
    assert float(listed.objective_wan or 0) == 2000
    assert float(line.marginal_wan or 0) == 800
