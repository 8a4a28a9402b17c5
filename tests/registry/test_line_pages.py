"""产品线页与共性配套商页: the firm ticks its levels, others see which; the centre releases what two anchors share."""

import pytest
from django.test import Client

from lianzhang.accounts.models import Person
from lianzhang.registry.models import ProductLine, SharedSupplier
from tests.cast import Cast
from tests.registry import answered
from tests.registry.answered import granted

pytestmark = pytest.mark.django_db


@pytest.fixture
def said(cast: Cast) -> answered.Answered:
    return answered.build(cast)


def as_(client: Client, person: Person) -> Client:
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def text(client: Client, link: str) -> str:
    answer = client.get(link)
    assert answer.status_code == 200, link
    return answer.content.decode()


def test_a_firm_enters_a_line_and_ticks_its_levels_row_by_row(cast: Cast, client: Client) -> None:
    as_(client, cast.anchor_1)
    form = {"name": "冰箱", "levels": ["d0", "d2"]}
    assert client.post("/enterprises/lines/new", form).status_code == 302
    assert "已有同名产品线" in client.post("/enterprises/lines/new", form).content.decode()
    line = ProductLine.objects.get()
    chosen = {"version": line.version, "levels": ["d1"], "is_active": "on"}
    assert client.post(f"/enterprises/lines/{line.pk}/levels", chosen).status_code == 302
    assert "不再公开目录级、盲比级" in text(client, "/enterprises/lines/")
    line.refresh_from_db()
    assert (line.levels, line.levels_by, line.is_active) == (["d1"], cast.anchor_1, True)
    late = {**chosen, "levels": ["d3"]}
    assert client.post(f"/enterprises/lines/{line.pk}/levels", late).status_code == 409  # somebody was first
    none = {"version": line.version, "levels": []}
    assert client.post(f"/enterprises/lines/{line.pk}/levels", none).status_code == 422
    assert "已答" not in text(client, "/enterprises/lines/")


def test_others_see_which_level_was_chosen_and_by_whom_but_no_answer(
    cast: Cast, said: answered.Answered, client: Client
) -> None:
    page = text(as_(client, cast.clerk_a), "/enterprises/lines/")
    assert page.count("目录级、分档级、盲比级、明细级") == 4
    assert "外地乙有限公司" not in page
    assert "已答" not in page
    assert "链主二" not in text(as_(client, cast.anchor_1), "/enterprises/lines/")


def test_the_centre_sees_who_named_whom_and_releases_with_one_button(
    cast: Cast, said: answered.Answered, client: Client
) -> None:
    granted(cast, 1, "innovation_centre", ["d2"])
    as_(client, cast.innovator)
    assert "不足两家链主" in text(client, "/enterprises/shared/")
    granted(cast, 2, "innovation_centre", ["d2"])
    page = text(client, "/enterprises/shared/")
    assert "链主二有限公司" in page
    assert "1 家可以发布" in page
    assert client.post("/enterprises/shared/release", {"key": "n外地乙有限公司"}).status_code == 302
    assert client.post("/enterprises/shared/release", {"key": "n没有"}).status_code == 404
    told = text(as_(client, cast.clerk_a), "/enterprises/shared/")
    assert "外地乙有限公司" in told
    assert "链主一" not in told
    SharedSupplier.objects.update(supplier=cast.enterprise_sme)
    page = text(client, "/enterprises/shared/")
    assert f'href="/targets/candidates/test-a/new?firm={cast.enterprise_sme.code}"' in page
    release = SharedSupplier.objects.get()
    assert client.post(f"/enterprises/shared/{release.pk}/withdraw").status_code == 404
    as_(client, cast.innovator).post(f"/enterprises/shared/{release.pk}/withdraw", follow=True)
    assert "外地乙有限公司" not in text(as_(client, cast.clerk_a), "/enterprises/shared/")
    assert as_(client, cast.anchor_1).get("/enterprises/shared/").status_code == 404


def test_an_anchor_that_agreed_to_give_names_alone_is_asked_for_no_more(
    cast: Cast, said: answered.Answered, client: Client
) -> None:
    page = text(as_(client, cast.clerk_a), "/")
    assert "4家链主还没有可查看的采购数据" in page
    ProductLine.objects.filter(firm=cast.enterprise_1).update(levels=["d2"])
    granted(cast, 2, "force_a", ["d1"])
    assert "2家链主还没有可查看的采购数据" in text(client, "/")
