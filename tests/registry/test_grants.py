"""采购数据授权: the firm grants its own, paper takes two secretaries, and the right ends on the day it ends."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.utils import timezone

from lianzhang.accounts.actions import Refused
from lianzhang.accounts.models import Person
from lianzhang.registry import actions
from lianzhang.registry.models import Part, ProductLine, Purchase, PurchaseGrant
from lianzhang.registry.models.purchases import told_to
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
        assert set(Purchase.objects.all().counted_for(told_to(person))) == readable, person
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


# -- what a grant opens, and what is refused


def scope(cast: Cast, levels: list[str], *readers: str, line: Any = None) -> actions.Scope:
    return actions.Scope(levels=levels, line=line, readers=tuple(cast.people[name] for name in readers))


def line_of(cast: Cast, number: int) -> ProductLine:
    return ProductLine.objects.create(firm=cast.firms[f"enterprise_{number}"], name="冰箱")


REFUSED: list[tuple[str, Callable[[Cast], dict[str, Any]]]] = [
    ("至少选择一个", lambda cast: {"scope": scope(cast, [])}),
    ("指定 2 名查阅人，现有 1 名", lambda cast: {"scope": scope(cast, ["d3"], "clerk_a")}),
    ("现有 3 名", lambda cast: {"scope": scope(cast, ["d3"], "clerk_a", "head_a", "colleague_a")}),
    ("clerk_b 不是链A专班", lambda cast: {"scope": scope(cast, ["d3"], "clerk_a", "clerk_b")}),
    ("chief 不是链A专班", lambda cast: {"scope": scope(cast, ["d3"], "clerk_a", "chief")}),
    ("须写明终止日期", lambda cast: {"ends_on": None}),
    ("只有明细级需要", lambda cast: {"scope": scope(cast, ["d1"], "clerk_a")}),
    ("只能授权给创新中心", lambda cast: {"scope": scope(cast, ["d1", "d2"])}),
    ("不是该企业的", lambda cast: {"scope": scope(cast, ["d1"], line=line_of(cast, 2))}),
    ("没有作用", lambda cast: {"body": cast.department, "scope": scope(cast, ["d1"])}),
    ("终止日期已过", lambda cast: {"ends_on": timezone.localdate() - dt.timedelta(days=1)}),
]


@pytest.mark.parametrize(("said", "asked"), REFUSED, ids=[said for said, _asked in REFUSED])
def test_a_grant_that_would_open_too_much_or_nothing_is_refused_in_words(
    cast: Cast, said: str, asked: Callable[[Cast], dict[str, Any]]
) -> None:
    more = asked(cast)
    days = (-9, 30)
    with pytest.raises(Refused, match=said):
        granted(cast, days=days, **more)
    assert not PurchaseGrant.objects.exists()


def test_a_grant_of_bands_needs_no_reader_and_no_end(cast: Cast) -> None:
    grant = granted(cast, scope=scope(cast, ["d1", "d0"]), ends_on=None)
    assert (grant.levels, grant.is_whole_body, grant.readers.count()) == (["d0", "d1"], False, 0)


def test_grants_that_open_some_of_the_same_are_told_apart_from_those_that_do_not(cast: Cast) -> None:
    today = timezone.localdate()
    first = granted(cast, scope=scope(cast, ["d1"]))
    over = granted(cast, scope=scope(cast, ["d1"]))
    PurchaseGrant.objects.filter(pk=over.pk).update(ends_on=today - dt.timedelta(days=1))
    granted(cast, scope=scope(cast, ["d0"]))
    granted(cast, scope=scope(cast, ["d1"]), body=cast.force_b)
    gone = granted(cast, scope=scope(cast, ["d1"]))
    actions.withdraw_grant(gone, version=gone.version, now=timezone.now(), by=cast.anchor_1)
    one_line = granted(cast, scope=scope(cast, ["d1", "d3"], "clerk_a", "head_a", line=line_of(cast, 1)))
    assert actions.overlapping(one_line, on=today) == [first]


def test_the_form_offers_the_bodys_own_readers_and_names_to_the_centre_alone(cast: Cast, client: Client) -> None:
    client.force_login(cast.anchor_1, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get("/enterprises/grants/new").content.decode()
    assert "链A专班" in page
    assert "责任部门" not in page  # no post there reads purchases
    asked = {"firm": cast.enterprise_1.code, "body": cast.force_a.code}
    page = client.get("/enterprises/grants/new", asked).content.decode()
    offered = {name for name, person in cast.people.items() if f'name="readers" value="{person.pk}"' in page}
    assert offered == {"clerk_a", "head_a", "colleague_a"}
    assert 'value="d2"' not in page
    asked["body"] = cast.innovation_centre.code
    assert 'value="d2"' in client.get("/enterprises/grants/new", asked).content.decode()


def test_a_grant_page_says_in_words_what_it_opens_to_whom_and_that_it_overlaps(cast: Cast, client: Client) -> None:
    client.force_login(cast.anchor_1, backend="django.contrib.auth.backends.ModelBackend")
    granted(cast)
    today = timezone.localdate()
    form = {
        "firm": cast.enterprise_1.code,
        "body": cast.force_a.code,
        "levels": ["d1", "d3"],
        "readers": [cast.clerk_a.pk, cast.head_a.pk],
        "purpose": "拆零件",
        "starts_on": today.isoformat(),
        "ends_on": (today + dt.timedelta(days=90)).isoformat(),
    }
    answer = client.post("/enterprises/grants/new", form, follow=True)
    page = answer.content.decode()
    assert "另一项仍然有效" in page
    assert "分档级：" in page
    assert "clerk_a、head_a" in page
    table = client.get("/enterprises/grants/").content.decode()
    assert "分档级、明细级" in table
