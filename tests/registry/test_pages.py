"""The register's pages: found by name, initials, code and alias; changed under a version; bounded in queries."""

import pytest
from django.test import Client

from lianzhang.registry import actions
from lianzhang.registry.models import Alias, Part, Purchase
from lianzhang.trail import actions as trail
from tests.cast import TODAY, Cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(cast: Cast, client: Client) -> Client:
    client.force_login(cast.secretary)
    return client


@pytest.mark.parametrize("asked", ["冰箱厂", "slbxc", "QY-2026-001", "91370200MA00000015", "老字号"])
def test_a_firm_is_found_by_name_initials_code_and_alias(cast: Cast, office: Client, asked: str) -> None:
    record = actions.enter(name="示例冰箱厂", credit_code="91370200MA00000015", today=TODAY, by=cast.secretary)
    actions.add_alias(record, name="老字号", kind=Alias.Kind.SHORT, by=cast.secretary)
    page = office.get("/enterprises/", {"q": asked}).content.decode()
    assert "示例冰箱厂" in page
    assert "链主一有限公司" not in page


def test_an_edit_on_an_old_version_leads_to_the_merge_page(cast: Cast, office: Client) -> None:
    firm = cast.enterprise_1
    form = {"name": firm.name, "region_code": firm.region_code, "kind": firm.kind, "version": firm.version}
    assert office.post(f"/enterprises/{firm.code}/edit", {**form, "address": "甲路"}).status_code == 302
    answer = office.post(f"/enterprises/{firm.code}/edit", {**form, "address": "乙路"})
    assert answer.status_code == 409
    firm.refresh_from_db()
    assert firm.address == "甲路"


def test_a_renamed_firm_is_still_found_under_its_old_name(cast: Cast) -> None:
    firm = cast.enterprise_1
    old = firm.name
    actions.amend(firm, changes={"name": "新名电器有限公司"}, version=firm.version, by=cast.secretary)
    assert Alias.objects.get(enterprise=firm, kind=Alias.Kind.FORMER).name == old


def test_a_credit_code_belongs_to_one_firm(cast: Cast, office: Client) -> None:
    actions.enter(name="示例冰箱厂", credit_code="91370200MA00000015", today=TODAY, by=cast.secretary)
    form = {"name": "别家", "kind": "company", "credit_code": "91370200MA00000015"}
    answer = office.post("/enterprises/new", form)
    assert answer.status_code == 422
    assert "已登记在“示例冰箱厂”" in answer.content.decode()


def test_a_district_enters_firms_of_its_own_area_only(cast: Cast, client: Client) -> None:
    client.force_login(cast.district_east)
    form = {"name": "西边的厂", "kind": "company", "region_code": "370212"}
    assert client.post("/enterprises/new", form).status_code == 422
    assert client.post("/enterprises/new", {**form, "name": "东边的厂", "region_code": "370211"}).status_code == 302


def test_a_firms_page_shows_purchases_only_to_those_who_may(cast: Cast, client: Client) -> None:
    part = trail.create(Part(code="P1", name="独有零件"), verb="part.entered", by=None)
    bought = Purchase(buyer=cast.enterprise_1, part=part, supplier=cast.enterprise_sme, year=2023, amount_wan=10)
    trail.create(bought, verb="purchase.entered", by=None)
    address = f"/enterprises/{cast.enterprise_1.code}/"
    for who, may_see in (("anchor_1", True), ("secretary", False), ("clerk_a", False)):
        client.force_login(cast.people[who])
        page = client.get(address)
        assert (page.status_code, "独有零件" in page.content.decode()) == (200, may_see)
    client.force_login(cast.anchor_2)
    assert client.get(address).status_code == 404
