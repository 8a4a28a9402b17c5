"""Two snapshots side by side, and the history of the local share: by right, each variant named."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client

from lianzhang.chains.models import Gap, PartCoverage, Snapshot
from lianzhang.chains.queries import changes, shares
from lianzhang.web.charts.shares import local_share_option
from tests.cast import Cast
from tests.chains import scene as scenes

pytestmark = pytest.mark.django_db


def snapshot(cast: Cast, scene: scenes.Scene, day: int, *, local: float) -> Snapshot:
    """One of the chain's snapshots, on which P1 is supplied here to `local` and P2 to a half."""
    firms = sorted(f"{grant.firm.code}" for grant in scene.grants)
    city = {"tier": "city", "amount_wan": 1.0, "amount_ratio": local, "part_ratio": 0.5, "supplier_ratio": 0.25}
    made = Snapshot.objects.create(
        id=f"2026-01-{day:02}-abc", chain=cast.chain_a, taken_on=dt.date(2026, 1, day),
        taken_at=dt.datetime(2026, 1, day, 8, tzinfo=dt.UTC), firm_ids=firms,
        contents=[[code, "d3", None] for code in firms], counts={"purchases": 9},
        summary={
            "local_ratio": local, "buyer_count": 3, "contributor_count": 3, "part_count": 2, "amount_wan": 100.0,
            "local_wan": 50.0, "outside_wan": 50.0, "nameless_wan": 0.0, "shared_suppliers": [],
            "tiers": [{**city, "tier": tier} for tier in ("city", "ring", "province", "nation", "abroad")],
        },
    )  # fmt: skip
    for code, ratio in (("P1", local), ("P2", 0.5)):
        PartCoverage.objects.create(
            snapshot=made, part=scene.parts[code], buyer_count=3, contributor_count=3, supplier_count=2,
            is_single_source=False, unknown_count=0, amount_wan=50.0, local_ratio=ratio,
        )  # fmt: skip
    return made


@pytest.fixture
def two(cast: Cast) -> tuple[Snapshot, Snapshot]:
    """The anchors' purchases before and after one of them moved its compressors to a local firm."""
    scene = scenes.build(cast)
    first, second = snapshot(cast, scene, 5, local=0.0), snapshot(cast, scene, 25, local=0.4)
    for code, opened, shown in (("P1", first, first), ("P2", second, second)):
        Gap.objects.create(
            code=f"QK-{code}", chain=cast.chain_a, part=scene.parts[code], title=code, kind="no_local_supplier",
            opened_snapshot=opened, snapshot=shown,
        )  # fmt: skip
    return first, second


def between(two: tuple[Snapshot, Snapshot], person: Any) -> changes.Changes:
    known = shares.snapshots(two[0].chain, person=person)
    return changes.between(*two, known, person=person)


def client_of(cast: Cast, who: str) -> Client:
    client = Client()
    client.force_login(cast.people[who])
    return client


def test_a_gap_is_opened_gone_and_closed_once(cast: Cast, two: tuple[Snapshot, Snapshot]) -> None:
    found = between(two, cast.clerk_a)
    assert ([gap.title for gap in found.opened], [gap.title for gap in found.gone]) == (["P2"], ["P1"])
    Gap.objects.filter(title="P1").update(
        state="closed", closing_snapshot=two[1], confirmed_by=cast.clerk_a, owner=cast.force_a
    )
    found = between(two, cast.clerk_a)
    assert ([gap.title for gap in found.closed], found.gone) == (["P1"], [])


def test_who_reads_the_rows_sees_which_shares_moved(cast: Cast, two: tuple[Snapshot, Snapshot]) -> None:
    [moved] = between(two, cast.clerk_a).shares
    assert (moved.part.part__code, moved.before.local_ratio) == ("P1", 0)
    assert moved.points == pytest.approx(moved.after.local_ratio)


def test_others_see_gaps_but_no_share_of_a_part_and_no_firms_data(cast: Cast, two: tuple[Snapshot, Snapshot]) -> None:
    found = between(two, cast.chief)
    assert (found.reads_both, found.shares, found.firms) == (False, [], [])
    page = client_of(cast, "chief").get(f"/teardowns/{cast.chain_a.code}/compare").content.decode()
    assert "须链主授权可见" in page
    assert "/part/P1" not in page


def test_a_firm_whose_data_came_is_named_with_its_level(cast: Cast, two: tuple[Snapshot, Snapshot]) -> None:
    first, second = two
    first.contents = [one for one in first.contents if one[0] != second.firm_ids[0]]
    first.firm_ids = first.firm_ids[1:]
    first.save()
    found = between((first, second), cast.clerk_a)
    [firm] = found.firms
    assert (firm.code, firm.came, firm.went, found.came_count) == (second.firm_ids[0], ("明细级",), (), 1)


def test_the_comparison_goes_out_as_a_workbook(cast: Cast, two: tuple[Snapshot, Snapshot]) -> None:
    client, page = client_of(cast, "clerk_a"), f"/teardowns/{cast.chain_a.code}/compare"
    assert "本地配套率（按金额）" in client.get(page).content.decode()
    swapped = client.get(page, {"first": two[1].pk, "second": two[0].pk})
    assert swapped.context["first"] == two[0]
    assert client.get(page, {"format": "xlsx"}).content[:2] == b"PK"


def test_the_history_names_its_variant_and_each_point_opens_its_snapshot(
    cast: Cast, two: tuple[Snapshot, Snapshot]
) -> None:
    client, page = client_of(cast, "clerk_a"), f"/teardowns/{cast.chain_a.code}/shares"
    shown = client.get(page, {"by": "supplier"}).content.decode()
    assert "本地配套率（按供应商家数）" in shown
    opened = f"/teardowns/{cast.chain_a.code}/snapshots/{two[0].pk}"
    assert opened in shown
    assert "这是" in client.get(opened).content.decode()
    assert client.get(f"/teardowns/{cast.chain_b.code}/snapshots/{two[0].pk}").status_code == 404


def test_who_does_not_read_the_rows_is_told_what_went_out_and_by_amount_only(
    cast: Cast, two: tuple[Snapshot, Snapshot]
) -> None:
    known = shares.snapshots(cast.chain_a, person=cast.chief)
    points = shares.history(known, person=cast.chief)
    assert not any(point.is_own for point in points)
    assert {name for point in points for name in point.shares} <= {"amount"}
    own = shares.history(known, person=cast.clerk_a)
    assert set(own[0].shares) == {"amount", "part", "supplier"}


def test_the_picture_is_broken_where_a_point_is_not_told() -> None:
    days = [dt.datetime(2026, 1, day, tzinfo=dt.UTC) for day in (1, 11, 21, 31)]
    drawn = local_share_option(
        [(days[0], 0.0, "a", "/a"), (days[1], None, "", "/b"), (days[2], 0.5, "c", "/c"), (days[3], 1.0, "d", "/d")]
    )
    assert drawn is not None
    assert [len(line.split()) for line in drawn["lines"]] == [2]
    assert [dot["url"] for dot in drawn["dots"]] == ["/a", "/c", "/d"]
    assert float(drawn["dots"][0]["y"]) > float(drawn["dots"][1]["y"]) > float(drawn["dots"][2]["y"])
    assert local_share_option([(days[0], 0.3, "a", "/a"), (days[1], None, "", "/b")]) is None
