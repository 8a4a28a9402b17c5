"""The loop closes: what a project's production can supply changes the next snapshot, shown before and after."""

import dataclasses
import datetime as dt
import re
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from lianzhang.chains import analysis
from lianzhang.chains.actions import snapshots
from lianzhang.chains.models import PartCoverage, Snapshot
from lianzhang.chains.queries import shares
from lianzhang.projects import actions
from lianzhang.projects.models import Project
from lianzhang.projects.stages import Stage
from lianzhang.trail import actions as trail
from lianzhang.web import production, recruited
from tests.cast import Cast
from tests.chains import scene as teardown
from tests.projects import scene

HOUR = dt.timedelta(hours=1)


def snapshot(cast: Cast, *, at: dt.datetime) -> Snapshot:
    taken = analysis.take(cast.chain_a, person=cast.clerk_a, on=at.date())
    return snapshots.store(chain=cast.chain_a, analysis=taken, on=at.date(), now=at, by=cast.clerk_a)


def told(client: Any, page: str) -> str:
    """The page's words without its marks."""
    return re.sub(r"<[^>]+>", "", client.get(page).content.decode())


@pytest.fixture
def project(cast: Cast, now: dt.datetime, settings: Any, tmp_path: Any) -> Project:
    """An outside supplier of compressors that builds a works in the eastern district, up to completion."""
    settings.SNAPSHOT_DIR = tmp_path
    found = teardown.build(cast)
    made = scene.complete(scene.lead(cast, investor_name="外地乙有限公司"), cast)
    trail.change(made, verb="test.firm", changes={"enterprise": found.firms["QY-乙"]}, by=cast.clerk_a)
    actions.set_supplies(project=made, capacities={found.parts["P1"]: Decimal(900)}, by=cast.clerk_a)
    return scene.bring(made, Stage.COMPLETED, cast, now=now)


def test_production_makes_a_part_available_at_home_and_the_next_snapshot_says_so(
    cast: Cast, project: Project, now: dt.datetime, client: Any
) -> None:
    snapshot(cast, at=now - HOUR)
    assert production.effect(project, entries=project.entries.all(), person=cast.clerk_a) is None
    produced = scene.bring(project, Stage.IN_PRODUCTION, cast, now=now)
    client.force_login(cast.clerk_a)
    page = reverse("projects:project", args=[produced.code])
    assert "投产后还没有快照" in client.get(page).content.decode()

    after = snapshot(cast, at=now + HOUR)
    row = PartCoverage.objects.get(snapshot=after, part__code="P1")
    assert (row.local_maker_count, row.reachable_ratio) == (1, 900 / 1800)
    assert row.local_ratio == 0  # nobody has bought there yet: what is bought is told apart from what could be
    shown = told(client, page)
    for change in ("0 → 1", "0.0% → 50.0%", "0.0% → 0.0%"):
        assert change in shown


def test_a_list_says_what_could_be_had_at_home_now_beside_what_is_bought_there(
    cast: Cast, project: Project, now: dt.datetime, client: Any
) -> None:
    snapshot(cast, at=now - HOUR)
    scene.bring(project, Stage.IN_PRODUCTION, cast, now=now)
    snapshot(cast, at=now + HOUR)
    after, before = shares.history(shares.snapshots(cast.chain_a, person=cast.clerk_a), person=cast.clerk_a)
    told = recruited.moved(before, after)
    could = shares.reachable((before, after))
    gained = (could[after.snapshot] - could[before.snapshot]) * 100
    assert gained > 5
    share = f"{before.shares['amount']:.1%}"
    assert f"本地配套率（按金额）{share} → {share}，可就地供应率{could[before.snapshot]:.1%} → " in told
    client.force_login(cast.clerk_a)
    page = client.get(reverse("teardowns:shares", args=[cast.chain_a.code])).content.decode()
    assert f"{could[after.snapshot]:.1%}" in page, "the chain's own page shows it move"
    closed = [dataclasses.replace(point, is_own=False, shares={}) for point in (before, after)]
    assert recruited.moved(*closed) == "", "who may not be told the share is not told what could be either"


def test_without_a_snapshot_before_there_is_nothing_to_compare_with(
    cast: Cast, project: Project, now: dt.datetime, client: Any
) -> None:
    produced = scene.bring(project, Stage.IN_PRODUCTION, cast, now=now)
    client.force_login(cast.clerk_a)
    assert "投产前没有快照" in client.get(reverse("projects:project", args=[produced.code])).content.decode()


def test_who_may_not_read_the_purchases_sees_the_count_of_makers_and_no_share(
    cast: Cast, project: Project, now: dt.datetime, client: Any
) -> None:
    snapshot(cast, at=now - HOUR)
    produced = scene.bring(project, Stage.IN_PRODUCTION, cast, now=now)
    snapshot(cast, at=now + HOUR)
    client.force_login(cast.chief)
    shown = told(client, reverse("projects:project", args=[produced.code]))
    assert "0 → 1" in shown
    assert "50.0%" not in shown


def test_a_corrected_production_shows_no_effect(cast: Cast, project: Project, now: dt.datetime) -> None:
    produced = scene.bring(project, Stage.IN_PRODUCTION, cast, now=now)
    actions.correct(project=produced, to=Stage.COMPLETED, on=now.date(), reason="未投产", now=now, by=cast.head_a)
    produced.refresh_from_db()
    assert production.effect(produced, entries=produced.entries.all(), person=cast.clerk_a) is None
