"""认定供应商: a name in an anchor's own export has no place until somebody says which firm it is."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from lianzhang.chains import jobs
from lianzhang.chains.models import Snapshot
from lianzhang.jobs.progress import Progress
from lianzhang.registry.models import Enterprise, Purchase, PurchaseGrant
from lianzhang.registry.names import Resolver
from tests.cast import Cast
from tests.chains import scene as scenes

pytestmark = pytest.mark.django_db

SignIn = Callable[[str], Client]


@pytest.fixture
def written(cast: Cast) -> None:
    """Two anchors wrote down a maker nobody registered, one of them a firm it is part of, and one row names nobody."""
    scene = scenes.build(cast)
    own = Purchase.objects.filter(supplier=scene.firms["QY-乙"])
    own.filter(part__code="P1").update(supplier=None, supplier_name="宁海压缩机制造有限公司")
    own.update(supplier=None, supplier_name=cast.enterprise_2.name)


def summary(cast: Cast) -> dict[str, object]:
    jobs.analyse(Progress(0, cast.clerk_a), chain_id=cast.chain_a.pk)
    found: dict[str, object] = Snapshot.objects.latest("taken_at").summary
    return found


def test_a_supplier_written_down_is_not_one_left_open_and_counts_outside_once_it_is_settled(
    cast: Cast, signed_in: SignIn, written: None
) -> None:
    Purchase.objects.filter(supplier_name=cast.enterprise_2.name).update(production_region="330000")
    before = summary(cast)
    assert (before["nameless_wan"], before["unregistered_count"]) == (100, 3)
    assert before["outside_wan"] == 830, "with its place it counts outside at once: 300, 250, 80 and these 200"
    client, url = signed_in("clerk_a"), reverse("teardowns:suppliers", args=["test-a"])
    assert url in client.get(reverse("teardowns:chain", args=["test-a"])).content.decode()
    listed = {row["named"].name: row["named"] for row in client.get(url).context["rows"]}
    assert [one.amount_wan for one in listed.values()] == [1500, 200]
    assert [row["place"] for row in client.get(url).context["rows"]] == ["", "浙江省"]
    key = listed["宁海压缩机制造有限公司"].key
    said = {"rows": "1", "row-0-key": key, "row-0-choice": "new"}
    assert "须填所在地" in client.post(url, said, follow=True).content.decode()
    client.post(url, {**said, "row-0-place": "浙江省"})
    maker = Enterprise.objects.get(name="宁海压缩机制造有限公司")
    assert (maker.region_code, maker.sales.count()) == ("330000", 2)
    after = summary(cast)
    assert after["unregistered_count"] == 1
    assert float(str(after["outside_wan"])) - float(str(before["outside_wan"])) == 1500


def test_a_settled_name_is_known_to_the_next_export_and_nobody_is_its_own_supplier(
    cast: Cast, signed_in: SignIn, written: None
) -> None:
    client, url = signed_in("clerk_a"), reverse("teardowns:suppliers", args=["test-a"])
    rows = {row["named"].name: row for row in client.get(url).context["rows"]}
    mine = rows[cast.enterprise_2.name]
    assert mine["likely"] == str(cast.enterprise_2.pk)
    said = {"rows": "1", "row-0-key": mine["named"].key, "row-0-choice": mine["likely"]}
    assert "不能是自己的供应商" in client.post(url, said, follow=True).content.decode()
    known = Enterprise.objects.get(code="QY-丙")
    key = rows["宁海压缩机制造有限公司"]["named"].key
    client.post(url, {"rows": "1", "row-0-key": key, "row-0-choice": str(known.pk)})
    assert Resolver().certain("宁海压缩机制造有限公司") == known.pk
    assert known.sales.filter(part__code="P1").count() == 3


def test_names_in_rows_are_settled_by_who_may_read_the_rows(cast: Cast, signed_in: SignIn, written: None) -> None:
    url = reverse("teardowns:suppliers", args=["test-a"])
    for name in ("chief", "clerk_b", "district_east", "anchor_1"):
        assert signed_in(name).get(url).status_code == 404, name
    client = signed_in("clerk_a")
    [row, *_others] = client.get(url).context["rows"]
    PurchaseGrant.objects.update(withdrawn_at=timezone.now())
    assert client.get(url).context["rows"] == []
    client.post(url, {"rows": "1", "row-0-key": row["named"].key, "row-0-choice": "new", "row-0-place": "浙江省"})
    assert not Enterprise.objects.filter(name=row["named"].name).exists()
