"""我的工作 of a task force: what waits, and the chain's card whose every number opens its rows."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from lianzhang.briefings import week
from lianzhang.chains.models import Gap, Snapshot
from tests.cast import TODAY, Cast

pytestmark = pytest.mark.django_db


def snapshot(cast: Cast, n: int, *, ratio: float | None, contributors: int = 3, days_ago: int = 0) -> None:
    day = timezone.localdate() - timedelta(days=days_ago)
    Snapshot.objects.create(
        id=f"{day}-{n}", chain=cast.chain_a, taken_on=day, taken_at=timezone.now() - timedelta(days=days_ago),
        taken_by=cast.clerk_a, counts={}, summary={"local_ratio": ratio, "contributor_count": contributors},
        firm_ids=[],
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


def test_what_two_firms_make_up_is_told_to_nobody_on_the_card(cast: Cast, client: Client) -> None:
    snapshot(cast, 1, ratio=0.29, days_ago=30, contributors=2)
    assert card(cast).ratio_shown == ""
    assert "填报企业少于3家，不显示合计" in shown(client, cast)
    snapshot(cast, 2, ratio=0.31)
    assert card(cast).ratio_change == "", "nor by the difference to it"


def test_purchases_not_read_for_half_a_year_are_named_in_the_sentence(cast: Cast, client: Client) -> None:
    snapshot(cast, 1, ratio=0.29, days_ago=190)
    assert "采购数据已190天未更新。" in shown(client, cast)
    snapshot(cast, 2, ratio=0.29, days_ago=3)
    assert "天未更新" not in shown(client, cast)


def test_each_count_of_gaps_opens_those_gaps(cast: Cast, client: Client) -> None:
    states: dict[str, dict[str, Any]] = {
        "proposed": {},
        "confirmed": {"confirmed_by": cast.head_a, "confirmed_at": timezone.now()},
        "acting": {"confirmed_by": cast.head_a, "confirmed_at": timezone.now()},
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


def test_a_service_chain_has_no_card_of_parts(cast: Cast) -> None:
    assert week.compose(cast.clerk_b, today=TODAY).overviews == []
