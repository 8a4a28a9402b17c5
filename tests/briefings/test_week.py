"""我的工作 of a task force: what waits, and the chain's card whose every number opens its rows."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from lianzhang.briefings import week
from lianzhang.chains.models import Gap, Release, Snapshot
from lianzhang.chains.models.releases import TOTAL, Measure, State
from tests.cast import TODAY, Cast
from tests.projects import months

pytestmark = pytest.mark.django_db


def snapshot(cast: Cast, n: int, *, ratio: float, is_out: bool = True, days_ago: int = 0) -> None:
    """A snapshot whose rows nobody here may read; `is_out`: its ratio went out under the disclosure rule."""
    day = timezone.localdate() - timedelta(days=days_ago)
    at = timezone.now() - timedelta(days=days_ago)
    taken = Snapshot.objects.create(
        id=f"{day}-{n}", chain=cast.chain_a, taken_on=day, taken_at=at, taken_by=cast.clerk_a, counts={},
        summary={"local_ratio": ratio}, firm_ids=[cast.enterprise_1.code],
    )  # fmt: skip
    state = State.RELEASED if is_out else State.DOMINANCE
    Release.objects.create(
        chain=cast.chain_a, snapshot=taken, cell=TOTAL, measure=Measure.LOCAL_RATIO, state=state,
        value=ratio if is_out else None, rule={}, released_at=at,
    )  # fmt: skip


def card(cast: Cast, who: str = "head_a") -> week.Overview:
    (found,) = week.compose(cast.people[who], today=timezone.localdate()).overviews
    return found


def shown(client: Client, cast: Cast) -> str:
    client.force_login(cast.head_a, backend="django.contrib.auth.backends.ModelBackend")
    return client.get("/").content.decode()


def test_the_local_ratio_is_told_with_its_change_since_the_snapshot_before(cast: Cast) -> None:
    snapshot(cast, 1, ratio=0.29, days_ago=30)
    assert (card(cast).ratio_shown, card(cast).ratio_change) == ("29.0%", "")
    snapshot(cast, 2, ratio=0.31)
    assert (card(cast).ratio_shown, card(cast).ratio_change) == ("31.0%", "较上次快照提高2个百分点")


def test_what_did_not_go_out_is_told_to_nobody_on_the_card(cast: Cast, client: Client) -> None:
    snapshot(cast, 1, ratio=0.29, days_ago=30, is_out=False)
    assert card(cast).ratio_shown == ""
    assert "合计按发布规则不显示" in shown(client, cast)
    snapshot(cast, 2, ratio=0.31, days_ago=20)
    assert card(cast).ratio_change == "", "nor by the difference to it"


def test_the_figure_that_is_out_stands_with_its_day_while_the_next_is_held_back(cast: Cast, client: Client) -> None:
    snapshot(cast, 1, ratio=0.29, days_ago=30)
    snapshot(cast, 2, ratio=0.31, is_out=False)
    assert (card(cast).ratio_shown, card(cast).ratio_on) == ("29.0%", timezone.localdate() - timedelta(days=30))


def test_purchases_not_read_for_half_a_year_are_named_in_the_sentence(cast: Cast, client: Client) -> None:
    snapshot(cast, 1, ratio=0.29, days_ago=190)
    assert "采购数据已190天未更新。" in shown(client, cast)
    snapshot(cast, 2, ratio=0.29, days_ago=3)
    assert "天未更新" not in shown(client, cast)


def test_each_count_of_gaps_opens_those_gaps(cast: Cast, client: Client) -> None:
    states: dict[str, dict[str, Any]] = {
        "proposed": {},
        "confirmed": {"confirmed_by": cast.head_a, "confirmed_at": timezone.now()},
        "acting": {"confirmed_by": cast.head_a, "confirmed_at": timezone.now(), "due_on": TODAY},
    }
    for n, (state, more) in enumerate(states.items()):
        Gap.objects.create(
            code=f"QK-{n}", title=f"缺口{n}", chain=cast.chain_a, state=state, route="attract", owner=cast.force_a,
            **more,
        )  # fmt: skip
    client.force_login(cast.head_a, backend="django.contrib.auth.backends.ModelBackend")
    found = {word: (count, client.get(url).context["table"]) for word, count, url in card(cast).gap_counts}
    assert {word: count for word, (count, _table) in found.items()} == {"已确认": 2, "待确认": 1, "已销号": 0}
    for count, table in found.values():
        assert (table.page.paginator.count, table.chosen.notices) == (count, ())


def test_a_department_is_told_of_the_late_projects_it_answers_for_and_not_of_the_citys(cast: Cast) -> None:
    day = TODAY - timedelta(days=3)
    for number, owner in enumerate((cast.department, cast.force_a, None), start=1):
        months.key_project(cast, number, owner=owner, next_milestone="主体封顶", next_due_on=day)
    found = week.compose(cast.officer, today=TODAY)
    assert [item.title for item in found.projects] == ["项目1"]
    assert found.late_count() == 1
    assert len(week.compose(cast.clerk_a, today=TODAY).projects) == 3  # a task force: its chain's, whoever answers
    assert len(week.compose(cast.district_east, today=TODAY).projects) == 3  # a district: its own


def test_a_service_chain_has_no_card_of_parts(cast: Cast) -> None:
    assert week.compose(cast.clerk_b, today=TODAY).overviews == []
