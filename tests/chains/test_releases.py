"""What of a chain's purchases goes out: decided once with the snapshot, in view of everything that is out."""

import importlib
import shutil
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.utils import timezone

from lianzhang.chains import analysis, jobs, publication
from lianzhang.chains.actions import releases as actions
from lianzhang.chains.actions import snapshots
from lianzhang.chains.models import Release, Snapshot, TargetList
from lianzhang.chains.models.releases import TOTAL, Measure, State
from lianzhang.chains.queries import bands, disclosure, editions, releases
from lianzhang.chains.queries import targets as queries
from lianzhang.jobs.models import Job
from lianzhang.jobs.progress import Progress
from lianzhang.registry.models import Purchase
from lianzhang.trail.models import Event
from tests.cast import Cast
from tests.chains import scene as scenes
from tests.web.analysed import ask

pytestmark = pytest.mark.django_db


def analyse(cast: Cast) -> Snapshot:
    jobs.analyse(Progress(0, cast.clerk_a), chain_id=cast.chain_a.pk)
    return Snapshot.objects.latest("taken_at")


def states(snapshot: Snapshot, cell: str = TOTAL) -> dict[str, str]:
    return dict(Release.objects.filter(snapshot=snapshot, cell=cell).values_list("measure", "state"))


def told(cast: Cast, snapshot: Snapshot, measure: str, who: str = "chief") -> releases.Told:
    person = cast.people[who]
    return releases.figures(snapshot, disclosure.of(snapshot, person=person), person=person)[measure]


def more(anchor: str, part: str, amount: int) -> None:
    Purchase.objects.filter(buyer__code=anchor, part__code=part).update(amount_wan=amount)


@pytest.fixture
def open_scene(cast: Cast) -> scenes.Scene:
    """The scene with every anchor buying motors here and chips from somebody: sums of three."""
    scene = scenes.build(cast)
    Purchase.objects.filter(supplier=None).update(supplier=scene.firms["QY-丙"])
    for anchor, amount in ((2, 350), (3, 300)):
        buyer = cast.firms[f"enterprise_{anchor}"]
        Purchase.objects.create(
            buyer=buyer, part=scene.parts["P2"], supplier=scene.firms["QY-丁"], amount_wan=amount, year=2025
        )
    return scene


def test_a_sum_goes_out_as_the_snapshot_has_it(cast: Cast, open_scene: scenes.Scene) -> None:
    found = analyse(cast)
    out = dict(Release.objects.standing().filter(snapshot=found, cell=TOTAL).values_list("measure", "value"))
    assert out == {
        measure: pytest.approx(value)
        for measure, value in releases.of_rows(found.summary).items()
        if measure != Measure.NAMELESS  # nobody left a supplier out: a sum of nobody's
    }
    assert all(one.rule == disclosure.RULE for one in Release.objects.all())
    assert Event.objects.filter(verb="snapshot.released").count() == 1


def test_firms_of_one_group_are_one_contributor_and_three_anchors_of_two_groups_are_not_enough(
    cast: Cast, open_scene: scenes.Scene
) -> None:
    cast.enterprise_2.parent = cast.enterprise_1
    cast.enterprise_2.save(update_fields=["parent"])
    assert set(states(analyse(cast)).values()) == {"threshold"}


def test_what_one_firm_alone_does_is_neither_told_nor_left_over(cast: Cast) -> None:
    """One anchor buys here, one left a supplier out: neither sum goes out, nor the one whose difference is it."""
    scenes.build(cast)
    assert states(analyse(cast)) == {
        "placed_wan": "released",
        "local_wan": "threshold",
        "amount_wan": "secondary",
        "outside_wan": "secondary",
        "nameless_wan": "threshold",
        "province_wan": "threshold",
        "nation_wan": "released",
        "local_ratio": "threshold",
    }
    assert not Release.objects.exclude(state=State.RELEASED).exclude(value=None).exists()


def test_after_one_firm_changed_the_figure_that_is_out_stands_with_its_day(
    cast: Cast, open_scene: scenes.Scene
) -> None:
    first = analyse(cast)
    Snapshot.objects.filter(pk=first.pk).update(
        taken_at=timezone.now() - timedelta(days=7), taken_on=timezone.localdate() - timedelta(days=7)
    )
    more("QY-2024-003", "P1", 500)
    second = analyse(cast)
    assert states(second)["amount_wan"] == State.DIFFERENCING
    shown = told(cast, second, Measure.AMOUNT)
    assert (shown.value, shown.snapshot, shown.is_older) == (first.summary["amount_wan"], first.pk, True)
    assert str(timezone.localdate() - timedelta(days=7)) in shown.words
    # Who may read the rows sees the snapshot itself.
    assert told(cast, second, Measure.AMOUNT, "clerk_a").value == second.summary["amount_wan"]


def test_when_all_three_changed_the_new_figure_goes_out(cast: Cast, open_scene: scenes.Scene) -> None:
    analyse(cast)
    for anchor, amount in (("QY-2024-001", 1000), ("QY-2024-002", 700), ("QY-2024-003", 420)):
        more(anchor, "P1", amount)
    second = analyse(cast)
    assert told(cast, second, Measure.AMOUNT).value == second.summary["amount_wan"]


def test_a_list_goes_out_as_a_whole_or_not_at_all(cast: Cast, open_scene: scenes.Scene) -> None:
    """Two suppliers leave uncovered what one firm buys: what they cover, taken from the demand, would tell it."""
    listed, short = ask(cast, max_suppliers=9), ask(cast, max_suppliers=2)
    out = dict(Release.objects.standing().filter(target_list=listed).values_list("measure", "value"))
    assert out[Measure.COVERED] == pytest.approx(float(listed.objective_wan or 0))
    assert out[Measure.OUTSIDE] == pytest.approx(float(listed.demand_wan or 0))
    assert states(short.snapshot, f"list:{short.code}")[Measure.COVERED] == State.SECONDARY  # type: ignore[arg-type]
    known = queries.lists(cast.chief)
    shown = {one.code: disclosure.of_list(one, person=cast.chief).shows_totals for one in known}
    assert shown == {listed.code: True, short.code: False}


def test_what_pages_showed_before_the_rule_is_shown_no_more_and_counts_as_known(
    cast: Cast, open_scene: scenes.Scene
) -> None:
    first = analyse(cast)
    Release.objects.all().delete()
    migration = importlib.import_module("lianzhang.chains.migrations.0008_shown_before_the_rule")
    migration.remember(apps, None)
    assert told(cast, first, Measure.AMOUNT).value is None
    more("QY-2024-003", "P1", 500)
    second = analyse(cast)
    assert states(second)["amount_wan"] == State.DIFFERENCING
    assert told(cast, second, Measure.AMOUNT).value is None


def test_where_an_earlier_snapshot_cannot_be_read_nothing_new_goes_out(cast: Cast, open_scene: scenes.Scene) -> None:
    analyse(cast)
    shutil.rmtree(snapshots.directory(cast.chain_a))
    more("QY-2024-003", "P1", 500)
    assert set(states(analyse(cast)).values()) <= {"differencing", "threshold"}


def test_where_too_much_is_out_only_totals_are_weighed(
    cast: Cast, open_scene: scenes.Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = analyse(cast)
    monkeypatch.setattr(publication, "MOST_CELLS", 0)
    for anchor, amount in (("QY-2024-001", 1000), ("QY-2024-002", 700), ("QY-2024-003", 420)):
        more(anchor, "P1", amount)
    second = analyse(cast)
    assert states(first, "category:制冷")["amount_wan"] == State.RELEASED
    assert states(second, "category:制冷")["amount_wan"] == State.DIFFERENCING
    assert states(second)["amount_wan"] == State.RELEASED


def test_the_bands_of_a_paper_are_weighed_beside_everything_that_is_out(
    cast: Cast, open_scene: scenes.Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One anchor changed since: the band its sum falls in may stand, but none so narrow that the change shows."""
    first = ask(cast, max_suppliers=9).assumptions["released"]
    assert "" in first["demand"]
    more("QY-2024-003", "P1", 900)
    second = ask(cast, max_suppliers=9)
    assert second.assumptions["released"]["demand"] == first["demand"]
    assert second.snapshot is not None
    tables = analysis.reopen(second.snapshot)
    monkeypatch.setattr(bands.Bands, "ends", lambda _self, wan: (wan - 0.5, wan + 0.5))
    assert publication.banded(_as_by_itself(second), tables)["demand"] == []
    monkeypatch.setattr(publication, "_earlier", lambda _firms: [])
    assert publication.banded(_as_by_itself(second), tables)["demand"] != []


def _as_by_itself(listed: TargetList) -> TargetList:
    """The list with the sums that keep the rule by themselves."""
    lines = [{"supplier": line.supplier.code, "parts": line.parts} for line in listed.lines.select_related("supplier")]
    listed.assumptions = {**listed.assumptions, "released": editions.released(lines, listed.categories)}
    return listed


def test_after_an_update_the_newest_snapshot_is_decided_by_itself_and_asked_for_once(
    cast: Cast, open_scene: scenes.Scene
) -> None:
    analyse(cast)
    more("QY-2024-003", "P1", 500)
    newest = analyse(cast)
    Release.objects.all().delete()
    importlib.import_module("lianzhang.chains.migrations.0008_shown_before_the_rule").remember(apps, None)
    assert set(Release.objects.values_list("state", flat=True)) == {State.EARLIER}
    [job] = actions.decide_newest()
    assert (job.kind, job.arguments, job.asked_by) == ("chains.release", {"snapshot_id": newest.pk}, cast.clerk_a)
    assert actions.decide_newest() == []
    jobs.decide_releases(Progress(job, cast.clerk_a), snapshot_id=newest.pk)
    assert states(newest)["amount_wan"] in {State.RELEASED, State.EARLIER}
    assert told(cast, newest, "amount_wan").value is not None
    Job.objects.update(state=Job.State.DONE)
    assert actions.decide_newest() == []


def test_what_went_out_meanwhile_is_reckoned_with(cast: Cast, open_scene: scenes.Scene) -> None:
    """Two analyses at once: the second to finish decides again in view of the first."""
    found = analyse(cast)
    other = Snapshot.objects.create(id="other", chain=cast.chain_b, taken_on=found.taken_on, taken_at=timezone.now())
    asked: list[int] = []

    def decide() -> list[Release]:
        asked.append(Release.objects.count())
        common: dict[str, Any] = {"cell": TOTAL, "state": State.DOMINANCE, "rule": {}, "released_at": timezone.now()}
        if len(asked) == 1:
            Release.objects.create(chain=found.chain, snapshot=found, measure=Measure.COVERED, **common)
        return [Release(chain=other.chain, snapshot=other, measure=Measure.AMOUNT, **common)]

    made = actions.publish(subject=other, decide=decide, now=timezone.now(), by=cast.clerk_a)
    assert (len(asked), len(made)) == (2, 1)
    assert actions.publish(subject=other, decide=decide, now=timezone.now(), by=cast.clerk_a) == made
