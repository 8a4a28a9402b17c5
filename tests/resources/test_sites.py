"""载体: who keeps which, what cannot be, the month of a site, and the ledger with its trap of 亩 and ㎡."""

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from lianzhang.accounts.actions import Refused
from lianzhang.intake import actions as intake
from lianzhang.records.models import Stale
from lianzhang.resources import actions, queries
from lianzhang.resources.models import Resource, Site
from tests.cast import TODAY, Cast
from tests.intake.handing_in import NOON, hand_in, kinds, workbook

pytestmark = pytest.mark.django_db


def plant(cast: Cast, **fields: Any) -> Site:
    by = fields.pop("by", cast.secretary)
    return actions.enter_site(year=2026, by=by, **{"name": "三号厂房", "kind": "plant", **fields})


def park(cast: Cast, **fields: Any) -> Resource:
    by = fields.pop("by", cast.clerk_a)
    return actions.enter(chains=[cast.chain_a], year=2026, by=by, **{"kind": "park", "name": "产业园", **fields})


def test_a_district_enters_its_own_sites_whatever_it_writes(cast: Cast) -> None:
    made = plant(cast, by=cast.district_east, district=cast.west)
    assert (made.district, made.code) == (cast.east, "ZT-2026-001")
    assert not Site.objects.editable_by(cast.district_west).exists()
    assert list(Site.objects.visible_to(cast.sme)) == [made], "what is on offer is for everybody to see"


def test_a_task_force_enters_sites_of_the_parks_of_its_chain_only(cast: Cast) -> None:
    own, foreign = park(cast), park(cast, by=cast.secretary, name="别链产业园")
    foreign.chains.set([cast.chain_b])
    with pytest.raises(Refused, match="本链"):
        plant(cast, by=cast.clerk_a, park=foreign)
    with pytest.raises(Refused, match="本链"):
        plant(cast, by=cast.clerk_a)
    assert plant(cast, by=cast.clerk_a, park=own).park == own
    with pytest.raises(Refused):
        plant(cast, by=cast.anchor_1)


def test_nobody_gives_a_site_away_to_another_district(cast: Cast) -> None:
    made = plant(cast, by=cast.district_east)
    with pytest.raises(Refused, match="本区市"):
        actions.edit_site(site=made, changes={"district": cast.west}, version=1, by=cast.district_east)
    actions.edit_site(site=made, changes={"district": cast.west}, version=1, by=cast.secretary)
    made.refresh_from_db()
    assert made.district == cast.west


def test_a_site_is_not_emptier_than_it_is_large_and_a_full_one_has_nothing_free(cast: Cast) -> None:
    with pytest.raises(Refused, match="建筑面积"):
        plant(cast, area_m2=Decimal(100), vacant_m2=Decimal(101))
    with pytest.raises(Refused, match="已满"):
        plant(cast, progress="full", vacant_m2=Decimal(1))
    made = plant(cast, district=cast.east)
    with pytest.raises(Refused, match=made.code):
        plant(cast, district=cast.east)
    assert plant(cast, district=cast.west).pk


def test_a_month_is_told_of_a_day_that_has_come_and_not_before_the_last(cast: Cast) -> None:
    made = plant(cast, district=cast.east, area_m2=Decimal(5000))
    told: dict[str, Any] = {"progress": "ready", "note": "已交付", "vacant_m2": Decimal(3000), "today": TODAY}
    with pytest.raises(Refused, match="晚于今天"):
        actions.report_site(site=made, as_of=TODAY + dt.timedelta(1), version=1, by=cast.district_east, **told)
    actions.report_site(site=made, as_of=TODAY, version=1, by=cast.district_east, **told)
    assert (made.vacant_m2, made.progress_note, made.as_of) == (Decimal(3000), "已交付", TODAY)
    with pytest.raises(Refused, match="倒填"):
        actions.report_site(site=made, as_of=TODAY - dt.timedelta(1), version=2, by=cast.district_east, **told)
    with pytest.raises(Stale):
        actions.report_site(
            site=Site.objects.get(), as_of=TODAY, version=1, by=cast.secretary, **{**told, "vacant_m2": None}
        )


def test_what_nobody_filled_in_is_counted_as_unfilled_and_not_as_nothing(cast: Cast) -> None:
    plant(cast, vacant_m2=Decimal(800))
    plant(cast, name="四号厂房")
    plant(cast, name="地块", kind="land", land_mu=Decimal(85))
    assert queries.site_totals(cast.secretary) == {
        "sites": 3, "ready": 3, "vacant": Decimal(800), "land": Decimal(85), "unfilled": 1,
    }  # fmt: skip


def ledger(cast: Cast, *rows: dict[str, Any], folder: Path, by: Any = None) -> Any:
    return hand_in(workbook("sites", {"sites": list(rows)}, folder), ledger="sites", by=by or cast.secretary)


def said(batch: Any) -> list[str]:
    return [c["code"] for row in batch.rows.order_by("row_number") for c in row.complaints if c["level"] != "note"]


def test_an_area_of_a_plant_that_may_be_in_mu_is_asked_about_and_taken_as_written(cast: Cast, tmp_path: Path) -> None:
    rows = [
        {"name": "甲厂房", "kind": "plant", "region_code": "370211", "vacant_m2": Decimal(12)},
        {"name": "乙厂房", "kind": "plant", "region_code": "370211", "land_mu": Decimal(12)},
        {"name": "丙厂房", "kind": "plant", "region_code": "370211", "vacant_m2": Decimal(8000), "floor_load_kg": 2},
        {"name": "丁地块", "kind": "land", "region_code": "370211", "land_mu": Decimal(12)},
    ]
    batch = ledger(cast, *rows, folder=tmp_path)
    assert said(batch) == ["suspect_unit", "area_in_mu", "suspect_unit"]
    assert "8,000 平方米" in batch.rows.get(subject_label="甲厂房").complaints[0]["message_zh"]
    intake.apply(batch, plan=batch.plan, by=cast.secretary, now=NOON)
    assert Site.objects.get(name="甲厂房").vacant_m2 == 12


def test_a_column_of_floor_area_headed_in_mu_is_not_taken_for_square_metres(cast: Cast, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.title = "载体"
    for row in (["名称", "载体种类", "区市", "空置面积（亩）"], ["甲厂房", "厂房", "370211", 12]):
        book.active.append(row)
    book.save(tmp_path / "mu.xlsx")
    batch = hand_in((tmp_path / "mu.xlsx").read_bytes(), ledger="sites", by=cast.secretary)
    told = [c for c in batch.complaints if c["code"] == "unit_wrong"]
    assert "亩" in told[0]["message_zh"]
    assert "平方米" in told[0]["message_zh"]
    assert "vacant_m2" not in batch.rows.get(row_number=2).after


def test_a_district_hands_in_its_own_sites_and_no_others(cast: Cast, tmp_path: Path) -> None:
    theirs = {"name": "甲厂房", "kind": "plant", "region_code": "370212"}
    own = {"name": "乙厂房", "kind": "plant"}
    batch = ledger(cast, theirs, own, folder=tmp_path, by=cast.district_east)
    assert kinds(batch) == {"error": 1, "new": 1}
    assert said(batch) == ["permission"]
    intake.apply(batch, plan=batch.plan, by=cast.district_east, now=NOON)
    assert Site.objects.get().district == cast.east


def test_what_can_be_no_measure_is_refused_with_its_column(cast: Cast, tmp_path: Path) -> None:
    rows = [
        {"name": "甲", "kind": "plant", "region_code": "370211", "area_m2": Decimal(500), "vacant_m2": Decimal(600)},
        {"name": "乙", "kind": "plant", "region_code": "370211", "progress": "full", "vacant_m2": Decimal(600)},
        {"name": "丙", "kind": "plant", "region_code": "370211", "power_kva": 900_000_000},
    ]
    batch = ledger(cast, *rows, folder=tmp_path)
    assert kinds(batch) == {"error": 3}
    assert [row.complaints[0]["field"] for row in batch.rows.order_by("row_number")] == [
        "vacant_m2", "vacant_m2", "power_kva",
    ]  # fmt: skip
