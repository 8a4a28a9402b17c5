"""收回即时生效: also for work that runs while a firm withdraws, and for what an old run left behind."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from lianzhang.accounts.models import Appointment
from lianzhang.chains import jobs
from lianzhang.chains.actions import snapshots, targets
from lianzhang.chains.models import Gap, PartCoverage, Snapshot, TargetLine, TargetList
from lianzhang.jobs.progress import Progress
from lianzhang.jobs.work import Unworkable
from tests.cast import SINCE, Cast
from tests.chains import scene as scenes

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene(cast: Cast) -> scenes.Scene:
    return scenes.build(cast)


def ended(scene: scenes.Scene) -> None:
    """One of three grants has run out overnight."""
    scene.grants[1].ends_on = SINCE
    scene.grants[1].save()


def withdrawn(scene: scenes.Scene) -> None:
    scene.grants[1].withdrawn_at = timezone.now()
    scene.grants[1].save()


def asked(cast: Cast) -> TargetList:
    wanted = targets.Parameters(max_categories=None, max_suppliers=2, min_anchors=1)
    return targets.ask(chain=cast.chain_a, title="清单", parameters=wanted, now=timezone.now(), by=cast.clerk_a)


def meanwhile(monkeypatch: pytest.MonkeyPatch, step: str, happens: Callable[[], None]) -> None:
    """Something happens while a step of the analysis is being worked out."""
    work = getattr(jobs.analysis, step)

    def slow(*given: Any, **named: Any) -> Any:
        found = work(*given, **named)
        happens()
        return found

    monkeypatch.setattr(jobs.analysis, step, slow)


def left(_scene: scenes.Scene) -> None:
    """Who asked for the work has left the post."""
    Appointment.objects.filter(person__username="clerk_a").update(ends_on=SINCE)


@pytest.mark.parametrize("lapse", [ended, withdrawn, left])
def test_a_grant_expiring_mid_run_ends_the_snapshot_with_nothing_kept(
    cast: Cast, scene: scenes.Scene, monkeypatch: pytest.MonkeyPatch, lapse: Callable[[scenes.Scene], None]
) -> None:
    folder: Path = snapshots.directory(cast.chain_a)
    before = set(folder.glob("*"))
    meanwhile(monkeypatch, "take", lambda: lapse(scene))
    with pytest.raises(Unworkable, match="收回授权、授权到期"):
        jobs.analyse(Progress(0, cast.clerk_a), chain_id=cast.chain_a.pk)
    assert not Snapshot.objects.exists()
    assert not PartCoverage.objects.exists()
    assert not Gap.objects.exists()
    assert set(folder.glob("*")) <= before, "nor does its folder stay"


def test_a_grant_expiring_while_the_list_is_chosen_leaves_a_list_that_says_why_and_holds_nothing(
    cast: Cast, scene: scenes.Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = asked(cast)
    meanwhile(monkeypatch, "choose", lambda: withdrawn(scene))
    with pytest.raises(Unworkable):
        jobs.choose_targets(Progress(0, cast.clerk_a), list_id=listed.pk)
    listed.refresh_from_db()
    assert listed.state == TargetList.State.FAILED
    assert "收回授权、授权到期" in listed.failure
    assert (listed.objective_wan, listed.categories, listed.frontier) == (None, [], [])
    assert not TargetLine.objects.exists()


def test_a_grant_expiring_while_the_curve_is_drawn_ends_the_curve(
    cast: Cast, scene: scenes.Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = asked(cast)
    meanwhile(monkeypatch, "curve", lambda: withdrawn(scene))
    with pytest.raises(Unworkable):
        jobs.choose_targets(Progress(0, cast.clerk_a), list_id=listed.pk)
    listed.refresh_from_db()
    assert (listed.state, listed.frontier) == (TargetList.State.READY, [])


def test_what_a_run_of_before_found_is_shown_to_nobody_who_may_no_longer_read_all_of_it(
    cast: Cast, scene: scenes.Scene, client: Client
) -> None:
    listed = asked(cast)
    jobs.choose_targets(Progress(0, cast.clerk_a), list_id=listed.pk)
    client.force_login(cast.clerk_a, backend="django.contrib.auth.backends.ModelBackend")
    gap = Gap.objects.filter(chain=cast.chain_a)[0]
    lists = [f"/targets/{listed.code}{more}" for more in ("", "?format=csv", "/1", "/editions/working")]
    links = [*lists, f"/gaps/{gap.code}", f"/teardowns/{cast.chain_a.code}/part/P1"]
    # 链主二 bought 600 of the 1,800 that the list covers; its name stands in every file of it.
    assert all("链主二" in said(client, link) for link in links)
    assert "1,800" in said(client, links[-1])
    withdrawn(scene)
    assert [link for link in lists if "链主二" in said(client, link)] == []
    assert [link for link in links if "1,800" in said(client, link) or "600" in said(client, link)] == []


def said(client: Client, link: str) -> str:
    answer = client.get(link)
    assert answer.status_code == 200, link
    return answer.content.decode()
