"""A gap on its page: confirmed with a path, dismissed with a reason, crossed off by another; a refusal says why."""

import datetime as dt

import pytest
from django.test import Client

from lianzhang.chains import jobs
from lianzhang.chains.models import Gap
from lianzhang.jobs.progress import Progress
from tests.cast import TODAY, Cast
from tests.chains import scene as scenes
from tests.chains.test_gaps import gap_of, supply_locally

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene(cast: Cast) -> scenes.Scene:
    made = scenes.build(cast)
    jobs.analyse(Progress(0, cast.clerk_a), chain_id=cast.chain_a.pk)
    return made


def page_of(cast: Cast, who: str) -> Client:
    client = Client()
    client.force_login(cast.people[who])
    return client


def words(gap: Gap, cast: Cast, **said: object) -> dict[str, object]:
    asked = {"label": "break_point", "route": "attract", "route_reason": "", "owner": cast.force_a.pk}
    return {**asked, "due_on": TODAY.isoformat(), "version": gap.version, **said}


def test_the_task_force_confirms_with_path_owner_and_day(cast: Cast, scene: scenes.Scene) -> None:
    gap = gap_of(scene)
    assert page_of(cast, "clerk_a").post(f"/gaps/{gap.code}/confirm", words(gap, cast)).status_code == 302
    gap.refresh_from_db()
    assert (gap.state, gap.route, gap.owner, gap.due_on) == (Gap.State.ASSIGNED, "attract", cast.force_a, TODAY)
    assert gap.confirmed_by == cast.clerk_a


@pytest.mark.parametrize(
    ("said", "told"),
    [({"route": ""}, "路径"), ({"route": Gap.Route.LEAVE.value}, "“不补”须写明理由"), ({"due_on": "30日"}, "时限")],
)
def test_what_is_missing_is_said_and_nothing_is_confirmed(
    cast: Cast, scene: scenes.Scene, said: dict[str, object], told: str
) -> None:
    gap = gap_of(scene)
    answer = page_of(cast, "clerk_a").post(f"/gaps/{gap.code}/confirm", words(gap, cast, **said))
    assert answer.status_code == 422
    assert told in answer.content.decode()
    gap.refresh_from_db()
    assert gap.state == Gap.State.PROPOSED


def test_dismissing_asks_the_reason(cast: Cast, scene: scenes.Scene) -> None:
    gap, client = gap_of(scene), page_of(cast, "clerk_a")
    assert client.post(f"/gaps/{gap.code}/dismiss", {"version": gap.version}).status_code == 422
    assert client.post(f"/gaps/{gap.code}/dismiss", {"version": gap.version, "reason": "口径有误"}).status_code == 302
    gap.refresh_from_db()
    assert gap.state == Gap.State.INVALID


def test_it_is_crossed_off_by_another_on_newer_numbers(cast: Cast, scene: scenes.Scene) -> None:
    gap = gap_of(scene)
    page_of(cast, "clerk_a").post(f"/gaps/{gap.code}/confirm", words(gap, cast))
    Gap.objects.filter(pk=gap.pk).update(confirmed_at=dt.datetime(2025, 1, 1, tzinfo=dt.UTC))
    supply_locally(cast, scene)
    gap.refresh_from_db()
    own = page_of(cast, "clerk_a").post(f"/gaps/{gap.code}/close", {"version": gap.version})
    assert own.status_code == 422
    assert "确认人不能自行销号" in own.content.decode()
    assert page_of(cast, "chief").post(f"/gaps/{gap.code}/close", {"version": gap.version}).status_code == 302
    gap.refresh_from_db()
    assert (gap.state, gap.closed_by) == (Gap.State.CLOSED, cast.chief)


@pytest.mark.parametrize("act", ["confirm", "dismiss", "close"])
def test_another_chains_task_force_finds_no_such_gap(cast: Cast, scene: scenes.Scene, act: str) -> None:
    gap = gap_of(scene)
    answer = page_of(cast, "clerk_b").post(f"/gaps/{gap.code}/{act}", words(gap, cast, reason="不成立"))
    assert answer.status_code == 404
    gap.refresh_from_db()
    assert gap.state == Gap.State.PROPOSED
