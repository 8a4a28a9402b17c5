"""载体需求: stated once a project, taken back when emptied; its page leads to what fits and why."""

from decimal import Decimal

import pytest
from django.test import Client

from lianzhang.accounts.actions import Refused
from lianzhang.projects import actions
from lianzhang.projects.models import SiteNeed
from lianzhang.records.models import Stale
from lianzhang.resources.models import Site
from tests.cast import Cast
from tests.projects import scene

pytestmark = pytest.mark.django_db


def test_a_need_is_stated_changed_and_taken_back_by_emptying_it(cast: Cast) -> None:
    project = scene.lead(cast)
    with pytest.raises(Refused, match="至少"):
        actions.state_need(project=project, version=None, by=cast.clerk_a, kind="", note="")
    with pytest.raises(Refused, match="上限"):
        actions.state_need(project=project, version=None, by=cast.clerk_a, area_m2=Decimal(2), area_most_m2=Decimal(1))
    with pytest.raises(Refused):
        actions.state_need(project=project, version=None, by=cast.clerk_b, power_kva=1)
    actions.state_need(project=project, version=None, by=cast.clerk_a, power_kva=500)
    actions.state_need(project=project, version=1, by=cast.clerk_a, power_kva=800)
    assert SiteNeed.objects.get().power_kva == 800
    with pytest.raises(Stale):
        actions.state_need(project=project, version=1, by=cast.clerk_a, power_kva=None)
    assert actions.state_need(project=project, version=2, by=cast.clerk_a, power_kva=None) is None
    assert not SiteNeed.objects.exists()


def test_the_page_of_a_project_leads_to_the_sites_that_fit_with_their_reasons(cast: Cast, client: Client) -> None:
    project = scene.lead(cast)
    Site.objects.create(code="ZT-1", name="甲厂房", kind="plant", vacant_m2=Decimal(800), district=cast.east)
    Site.objects.create(code="ZT-2", name="乙厂房", kind="plant", vacant_m2=Decimal(6000), floor_load_kg=1500)
    Site.objects.create(code="ZT-3", name="丙厂房", kind="plant")
    client.force_login(cast.clerk_a)
    url = f"/projects/{project.code}/need"
    assert client.get(url).status_code == 200
    answer = client.post(url, {"kind": "plant", "area_m2": "5000", "floor_load_kg": "1000"})
    assert answer.headers["Location"] == f"/projects/{project.code}/sites"
    page = client.get(answer.headers["Location"]).content.decode()
    assert page.index("乙厂房") < page.index("丙厂房") < page.index("甲厂房")
    for said in ("全部满足", "2项待核实", "空置面积未填", "承重未填", "空置面积 800 ㎡（需不小于 5,000）"):
        assert said in page
    assert f"/projects/{project.code}/sites" in client.get(f"/projects/{project.code}/").content.decode()
