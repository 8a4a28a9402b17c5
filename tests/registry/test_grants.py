"""采购数据授权: the firm grants its own, paper takes two secretaries, and the right ends on the day it ends."""

import datetime as dt
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.utils import timezone

from lianzhang.accounts.actions import Refused
from lianzhang.accounts.models import Person
from lianzhang.registry import actions
from lianzhang.registry.models import Part, Purchase, PurchaseGrant
from lianzhang.trail import actions as trail
from lianzhang.trail import evidence
from tests.cast import Cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def purchase(cast: Cast) -> Purchase:
    part = trail.create(Part(code="P1", name="压缩机"), verb="part.entered", by=None)
    return trail.create(
        Purchase(buyer=cast.enterprise_1, part=part, year=2023, amount_wan=10), verb="purchase.entered", by=None
    )


def sees(person: Person) -> bool:
    return Purchase.objects.visible_to(person).exists()


def granted(cast: Cast, *, days: tuple[int, int] = (-1, 30), by: str = "anchor_1", **more: Any) -> PurchaseGrant:
    """Rows of firm 1 to the task force of chain A, read by its clerk and its head, unless `more` says otherwise."""
    today = timezone.localdate()
    scope = actions.Scope(levels=["d3"], readers=(cast.clerk_a, cast.head_a))
    asked = {
        "firm": cast.enterprise_1,
        "body": cast.force_a,
        "scope": scope,
        "purpose": "拆零件",
        "starts_on": today + dt.timedelta(days=days[0]),
        "ends_on": today + dt.timedelta(days=days[1]),
        "today": today,
        "by": cast.people[by],
    }
    return actions.grant(**{**asked, **more})


def test_purchases_are_seen_by_their_firm_and_by_nobody_else(cast: Cast, purchase: Purchase) -> None:
    assert [name for name, person in cast.people.items() if sees(person)] == ["anchor_1"]


def test_a_grant_opens_them_to_the_granted_body_only(cast: Cast, purchase: Purchase) -> None:
    granted(cast)
    assert sees(cast.clerk_a)
    assert not sees(cast.clerk_b)
    assert not sees(cast.secretary)


@pytest.mark.parametrize("days", [(-30, -1), (1, 30)], ids=["ended yesterday", "begins tomorrow"])
def test_a_grant_holds_on_its_days_only(cast: Cast, purchase: Purchase, days: tuple[int, int]) -> None:
    grant = granted(cast)
    today = timezone.localdate()
    PurchaseGrant.objects.filter(pk=grant.pk).update(
        starts_on=today + dt.timedelta(days=days[0]), ends_on=today + dt.timedelta(days=days[1])
    )
    assert not sees(cast.clerk_a)


def test_a_withdrawn_grant_ends_at_once(cast: Cast, purchase: Purchase) -> None:
    grant = granted(cast)
    actions.withdraw_grant(grant, version=grant.version, now=timezone.now(), by=cast.anchor_1)
    assert not sees(cast.clerk_a)


@pytest.mark.parametrize("who", ["anchor_2", "secretary", "clerk_a"])
def test_nobody_grants_another_firms_purchases(cast: Cast, who: str) -> None:
    with pytest.raises(Refused):
        granted(cast, by=who)


def test_a_paper_grant_holds_once_a_second_secretary_has_confirmed_it(cast: Cast, purchase: Purchase) -> None:
    scan = evidence.keep(ContentFile(b"%PDF-1.7 scan", name="授权书.pdf"), kind="paper_grant", by=cast.secretary)
    grant = granted(cast, by="secretary", scan=scan)
    assert not sees(cast.clerk_a)
    with pytest.raises(Refused, match="另一人"):
        actions.confirm_grant(grant, version=grant.version, by=cast.secretary)
    actions.confirm_grant(grant, version=grant.version, by=cast.second_secretary)
    assert sees(cast.clerk_a)


def test_rows_are_added_up_for_exactly_those_who_may_read_them(cast: Cast, purchase: Purchase) -> None:
    granted(cast)
    for person in cast.people.values():
        readable = set(Purchase.objects.visible_to(person))
        assert set(Purchase.objects.all().counted_for(person)) == readable, person
    assert Purchase.objects.all().owners(cast.clerk_a) == {cast.enterprise_1.pk}


def test_the_first_sentence_tells_what_is_in_the_sum_and_what_is_not_of_the_rows_found(
    cast: Cast, purchase: Purchase, client: Client
) -> None:
    other = trail.create(Part(code="P2", name="面板"), verb="part.entered", by=None)
    rows = [
        Purchase(buyer=cast.enterprise_1, part=other, year=2023, amount_low_wan=10, amount_high_wan=30),
        Purchase(buyer=cast.enterprise_1, part=other, year=2023, is_withheld=True),
        Purchase(buyer=cast.enterprise_1, part=purchase.part, year=2022),
        Purchase(buyer=cast.enterprise_2, part=other, year=2023, amount_wan=99),
    ]
    trail.create_many(rows, verb="purchase.entered", by=None)
    client.force_login(cast.anchor_1, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get("/enterprises/purchases/").content.decode()
    assert "1 家企业 4 行采购，填报确数合计 10 万元；区间 1 行，按约定不提供 1 行，未填 1 行。" in page
    page = client.get("/enterprises/purchases/?year=2023&part=面板").content.decode()
    assert "1 家企业 2 行采购，填报确数合计 — 万元；区间 1 行，按约定不提供 1 行，未填 0 行。" in page


def test_what_is_wrong_with_a_grant_is_said_on_its_form(cast: Cast, client: Client) -> None:
    client.force_login(cast.anchor_1, backend="django.contrib.auth.backends.ModelBackend")
    form = {"firm": cast.enterprise_1.code, "body": cast.force_a.code, "purpose": "统计", "starts_on": "2026-12-01"}
    answer = client.post("/enterprises/grants/new", {**form, "levels": "d1", "ends_on": "2026-11-01"})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "终止日期早于起始日期。" in page
    assert 'value="统计"' in page  # what was typed still stands
