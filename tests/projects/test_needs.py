"""载体需求: stated once a project, taken back when emptied; its page leads to what fits and why."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from lianzhang.accounts.actions import Refused
from lianzhang.intake import actions as intake
from lianzhang.intake.models import Batch
from lianzhang.projects import actions
from lianzhang.projects.leads import wants
from lianzhang.projects.models import Project, SiteNeed
from lianzhang.records.models import Stale
from lianzhang.resources.models import Site
from lianzhang.trail.models import Event
from tests.cast import TODAY, Cast
from tests.intake.handing_in import NOON, hand_in, workbook
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


def test_the_site_a_project_chooses_gives_its_address_and_how_it_fitted_stays(cast: Cast) -> None:
    project = scene.lead(cast)
    site = Site.objects.create(code="ZT-2", name="乙厂房", address="东路2号", kind="plant", district=cast.east)
    small = Site.objects.create(code="ZT-1", name="甲厂房", kind="plant", vacant_m2=Decimal(800))
    with pytest.raises(Refused, match="先填写"):
        actions.choose_site(project=project, site=site, version=None, today=TODAY, by=cast.clerk_a)
    need = actions.state_need(project=project, version=None, by=cast.clerk_a, kind="plant", area_m2=Decimal(5000))
    assert need is not None
    with pytest.raises(Refused, match="不满足：空置面积 800"):
        actions.choose_site(project=project, site=small, version=need.version, today=TODAY, by=cast.clerk_a)
    with pytest.raises(Refused, match="无权"):
        actions.choose_site(project=project, site=site, version=need.version, today=TODAY, by=cast.clerk_b)
    chosen = actions.choose_site(project=project, site=site, version=need.version, today=TODAY, by=cast.clerk_a)
    project.refresh_from_db()
    assert (project.site, project.district) == ("乙厂房 东路2号", cast.east)
    assert chosen.chosen_fit == "待核实：空置面积未填\n满足：可用；种类：厂房"
    site.vacant_m2 = Decimal(0)
    site.save()
    assert SiteNeed.objects.get().chosen_fit == chosen.chosen_fit
    with pytest.raises(Refused, match="先取消"):
        actions.state_need(project=project, version=chosen.version, by=cast.clerk_a, kind="", area_m2=None)
    because = actions.choose_site(
        project=project, site=small, version=chosen.version, today=TODAY, by=cast.clerk_a, note="分两期，先租 800"
    )
    assert "不满足：空置面积 800 ㎡（需不小于 5,000）" in because.chosen_fit
    actions.drop_site(project=project, version=because.version, by=cast.clerk_a)
    project.refresh_from_db()
    assert (project.site, SiteNeed.objects.get().site) == ("", None)
    verbs = list(Event.objects.filter(verb__startswith="need.site").order_by("pk").values_list("verb", flat=True))
    assert verbs == ["need.site_chosen", "need.site_chosen", "need.site_dropped"]


def test_a_clerk_chooses_from_the_list_and_a_site_that_misses_something_wants_a_reason(
    cast: Cast, client: Client
) -> None:
    project = scene.lead(cast)
    Site.objects.create(code="ZT-1", name="甲厂房", kind="plant", vacant_m2=Decimal(800))
    actions.state_need(project=project, version=None, by=cast.clerk_a, kind="plant", area_m2=Decimal(5000))
    client.force_login(cast.clerk_a)
    url = f"/projects/{project.code}/sites/ZT-1/choose"
    assert url in client.get(f"/projects/{project.code}/sites").content.decode()
    assert "空置面积 800 ㎡（需不小于 5,000）" in client.get(url).content.decode()
    answer = client.post(url, {"note": "", "version": "1"})
    assert answer.status_code == 422
    assert "请写明理由" in answer.content.decode()
    client.post(url, {"note": "先租 800", "version": "1"})
    page = client.get(f"/projects/{project.code}/").content.decode()
    assert "已选定" in page
    assert "先租 800" in page
    site = client.get("/resources/sites/ZT-1/").content.decode()
    assert project.code in site
    client.post(f"/projects/{project.code}/sites/drop", {"version": "2"})
    assert SiteNeed.objects.get().site is None
    client.force_login(cast.chief)
    assert "/choose" not in client.get(f"/projects/{project.code}/sites").content.decode()
    client.force_login(cast.sme)
    assert project.code not in client.get("/resources/sites/ZT-1/").content.decode()


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        (
            "厂房5000平方米，层高不低于8米，承重2吨，租金20元以内",
            {"kind": "plant", "area_m2": 5000, "clear_height_m": 8, "floor_load_kg": 2000, "rent_most_yuan": 20},
        ),
        (
            "标准厂房 3,000-5,000㎡，层高6~8m，租金15-18元/㎡·月，用电1000KVA",
            {
                "kind": "plant", "area_m2": 3000, "area_most_m2": 5000, "clear_height_m": 6, "rent_most_yuan": 18,
                "power_kva": 1000,
            },
        ),
        ("1-2万平方米，能耗1.2万吨标准煤", {"area_m2": 10000, "area_most_m2": 20000, "energy_tce": 12000}),
        ("30亩，二类工业，建4万平", {"kind": "land", "land_mu": 30, "land_use": "m2"}),
        ("楼宇500平米，租金1.2元/㎡/天", {"kind": "building", "area_m2": 500}),
        ("暂无；平台建设，面积待定", {}),
    ],
)  # fmt: skip
def test_a_need_written_in_words_is_read_where_its_unit_stands_and_nothing_is_guessed(
    said: str, asked: dict[str, Any]
) -> None:
    read = wants.read(said)
    assert {name: value for name, value in read.items() if name != "note" and value not in (None, "")} == asked
    assert wants.is_blank(read) is not bool(asked)
    assert read["note"] == said


def test_a_ledger_fills_the_need_and_leaves_what_a_person_typed_in(cast: Cast, tmp_path: Path, client: Client) -> None:
    def write(need: str, land: Decimal | None = None, *, of: str = "甲") -> Batch:
        row = {"project_name": f"{of}项目", "investor": f"外地{of}公司", "chain": "链A", "carrier_need": need}
        content = workbook("leads", {"leads": [{**row, "land_area_mu": land}]}, tmp_path)
        return intake.apply(batch := hand_in(content, ledger="leads", by=cast.clerk_a), plan=batch.plan,
                            by=cast.clerk_a, now=NOON)  # fmt: skip

    write("厂房5000平方米，承重2吨")
    need = SiteNeed.objects.select_related("project").get()
    assert (need.kind, need.area_m2, need.floor_load_kg, need.note) == ("plant", 5000, 2000, "厂房5000平方米，承重2吨")
    actions.state_need(project=need.project, version=need.version, by=cast.clerk_a, floor_load_kg=1500)
    second = write("厂房8000平方米，承重3吨", Decimal(12))
    need.refresh_from_db()
    assert (need.area_m2, need.floor_load_kg, need.land_mu) == (8000, 1500, 12)
    intake.undo(second, by=cast.clerk_a, now=NOON)
    need.refresh_from_db()
    assert (need.area_m2, need.floor_load_kg, need.land_mu) == (5000, 1500, None)
    need.delete()  # a ledger handed in before its words were read
    client.force_login(cast.clerk_a)
    page = client.get(f"/projects/{need.project.code}/need").content.decode()
    assert "按台账“载体需求”预填" in page
    assert 'value="5000"' in page
    other = write("楼宇300平方米", of="乙")
    assert SiteNeed.objects.get(project__name="乙项目").area_m2 == 300
    intake.undo(other, by=cast.clerk_a, now=NOON)
    assert not Project.objects.filter(name="乙项目").exists(), "the need goes with the row that stated it"
