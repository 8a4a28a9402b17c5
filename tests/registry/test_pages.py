"""The register's pages: found by name, initials, code and alias; changed under a version; bounded in queries."""

import pytest
from django.test import Client

from lianzhang.registry import actions
from lianzhang.registry.models import Alias, EnterpriseMerge, Part, Purchase
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


def test_a_name_is_added_and_taken_back_on_the_firms_page(cast: Cast, office: Client) -> None:
    firm = cast.enterprise_1
    assert office.post(f"/enterprises/{firm.code}/aliases", {"name": "老厂", "kind": "short"}).status_code == 302
    alias = Alias.objects.get(enterprise=firm, name="老厂")
    nameless = office.post(f"/enterprises/{firm.code}/aliases", {"name": "", "kind": "short"}, follow=True)
    assert "别名没有保存" in nameless.content.decode()
    assert office.post(f"/enterprises/{firm.code}/aliases/{alias.pk}/remove").status_code == 302
    assert not Alias.objects.filter(enterprise=firm, name="老厂").exists()


def test_a_merge_is_shown_first_done_on_confirmation_and_taken_back(cast: Cast, office: Client) -> None:
    double = actions.enter(name="链主四电器", today=TODAY, by=cast.secretary, region_code="370212")
    actions.add_alias(double, name="老四", kind=Alias.Kind.SHORT, by=cast.secretary)
    address = f"/enterprises/{cast.enterprise_4.code}/merge"
    shown = office.get(address, {"merged": double.code}).content.decode()
    assert "链主四电器" in shown
    assert not EnterpriseMerge.objects.exists()
    assert office.post(address, {"merged": double.code, "reason": "同一家"}).status_code == 302
    assert Alias.objects.get(name="老四").enterprise == cast.enterprise_4
    merge = EnterpriseMerge.objects.get()
    undone = office.post(f"/enterprises/{cast.enterprise_4.code}/merges/{merge.pk}/roll-back", follow=True)
    assert "全部恢复" in undone.content.decode()
    assert Alias.objects.get(name="老四").enterprise == double


def test_a_merge_with_a_number_nobody_has_says_so(cast: Cast, office: Client) -> None:
    answer = office.post(f"/enterprises/{cast.enterprise_4.code}/merge", {"merged": "QY-1999-999", "reason": "同一家"})
    assert answer.status_code == 422
    assert "没有这个编号的企业" in answer.content.decode()


def test_what_moved_on_after_a_merge_stays_and_is_said(cast: Cast, office: Client) -> None:
    double = actions.enter(name="链主四电器", today=TODAY, by=cast.secretary, region_code="370212")
    alias = actions.add_alias(double, name="老四", kind=Alias.Kind.SHORT, by=cast.secretary)
    office.post(f"/enterprises/{cast.enterprise_4.code}/merge", {"merged": double.code, "reason": "同一家"})
    actions.remove_alias(Alias.objects.get(name=alias.name), by=cast.secretary)
    merge = EnterpriseMerge.objects.get()
    undone = office.post(f"/enterprises/{cast.enterprise_4.code}/merges/{merge.pk}/roll-back", follow=True)
    assert "保留在本企业" in undone.content.decode()
