"""合适的载体: what fits, and why; a blank neither fits nor rules out; the database agrees with the words."""

import datetime as dt
import random
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from lianzhang.resources import fit
from lianzhang.resources.models import Site
from tests.cast import Cast

pytestmark = pytest.mark.django_db

NAMES = [each.need for each in fit.CONDITIONS]


def need(**stated: Any) -> Any:
    return SimpleNamespace(**{**dict.fromkeys(NAMES), "kind": "", "land_use": "", **stated})


def site(code: str, **fields: Any) -> Site:
    return Site.objects.create(**{"code": code, "name": code, "kind": "plant", **fields})


def order(wanted: Any) -> list[str]:
    found = fit.ranked(wanted, Site.objects.all())
    return [one.code for one in found]


def told(wanted: Any, one: Site) -> dict[str, list[str]]:
    marks: dict[str, list[str]] = {}
    for verdict in fit.judged(wanted, one):
        marks.setdefault(verdict.mark, []).append(verdict.text)
    return marks


def test_all_met_come_first_then_what_is_not_known_then_by_how_far_off(cast: Cast) -> None:
    wanted = need(area_m2=Decimal(5000), rent_most_yuan=Decimal(20))
    site("far", vacant_m2=Decimal(1000), rent_yuan=Decimal(20))
    site("near", vacant_m2=Decimal(4900), rent_yuan=Decimal(20))
    site("open", vacant_m2=Decimal(6000))
    site("blank")
    site("fits", vacant_m2=Decimal(5000), rent_yuan=Decimal(20))
    assert order(wanted) == ["fits", "open", "blank", "near", "far"]


def test_a_blank_is_neither_met_nor_refused_and_says_so(cast: Cast) -> None:
    said = told(need(floor_load_kg=1000, land_use="m1"), site("a"))
    assert said == {fit.MET: ["可用"], fit.UNKNOWN: ["承重未填", "用地性质未填"]}


def test_each_row_says_what_it_has_and_what_was_asked(cast: Cast) -> None:
    one = site(
        "a", vacant_m2=Decimal(3000), clear_height_m=Decimal("8.10"), rent_yuan=Decimal(30), land_use="w",
        available_on=dt.date(2027, 3, 1), progress="building",
    )  # fmt: skip
    wanted = need(
        kind="plant", area_m2=Decimal(5000), clear_height_m=Decimal(6), rent_most_yuan=Decimal(25), land_use="m1",
        needed_by=dt.date(2026, 12, 1),
    )  # fmt: skip
    assert told(wanted, one) == {
        fit.MET: ["在建", "种类：厂房", "层高 8.1 米"],
        fit.UNMET: [
            "空置面积 3,000 ㎡（需不小于 5,000）",
            "租金 30 元/㎡·月（需不高于 25）",
            "用地性质：物流仓储（需一类工业）",
            "2027-03-01 可用（需 2026-12-01 前）",
        ],
    }


def test_a_building_smaller_as_a_whole_than_asked_is_too_small_though_its_vacancy_is_not_told(cast: Cast) -> None:
    wanted = need(area_m2=Decimal(5000))
    assert list(told(wanted, site("small", area_m2=Decimal(4000)))) == [fit.MET, fit.UNMET]
    assert list(told(wanted, site("large", area_m2=Decimal(9000)))) == [fit.MET, fit.UNKNOWN]
    assert order(wanted) == ["large", "small"]


def test_more_room_than_asked_may_be_let_in_parts_and_is_to_be_asked(cast: Cast) -> None:
    said = told(need(area_most_m2=Decimal(2000)), site("a", vacant_m2=Decimal(9000)))
    assert said[fit.UNKNOWN] == ["空置 9,000 ㎡，多于所需的 2,000，能否分租须问"]


def test_a_full_site_fits_nothing_and_a_ready_one_is_in_time(cast: Cast) -> None:
    wanted = need(needed_by=dt.date(2026, 12, 1))
    assert told(wanted, site("ready")) == {fit.MET: ["可用", "现在可用"]}
    assert told(wanted, site("full", progress="full"))[fit.UNMET] == ["已满"]
    assert told(wanted, site("planned", progress="planned"))[fit.UNKNOWN] == ["可用时间未填"]


def test_the_database_orders_the_sites_as_their_reasons_would(cast: Cast) -> None:
    draw = random.Random(4)
    offers: dict[str, list[Any]] = {
        "kind": ["land", "plant", "building"],
        "vacant_m2": [None, Decimal(0), Decimal(900), Decimal(5000)],
        "land_mu": [None, Decimal(10), Decimal("30.5")],
        "floor_load_kg": [None, 500, 2000],
        "clear_height_m": [None, Decimal("4.5"), Decimal(9)],
        "rent_yuan": [None, Decimal(10), Decimal("33.3")],
        "power_kva": [None, 100, 3000],
        "energy_tce": [None, Decimal(50), Decimal(8000)],
        "land_use": ["", "m1", "w"],
        "available_on": [None, *(dt.date(2026, 12, 1) + dt.timedelta(days) for days in (-5, 0, 20, 60, 150, 300, 900))],
        "progress": ["planned", "building", "ready", "full"],
    }
    for n in range(120):
        drawn = {name: draw.choice(choices) for name, choices in offers.items()}
        whole = draw.choice([None, Decimal(5000), Decimal(20000)])
        site(f"s{n:03d}", **drawn, area_m2=whole)
    asked: dict[str, list[Any]] = {
        "kind": ["", "plant"], "area_m2": [None, Decimal(0), Decimal(6000)], "area_most_m2": [None, Decimal(1000)],
        "land_mu": [None, Decimal(20)], "floor_load_kg": [None, 1000], "clear_height_m": [None, Decimal(6)],
        "rent_most_yuan": [None, Decimal(0), Decimal(20)], "power_kva": [None, 1000], "energy_tce": [None, Decimal(99)],
        "land_use": ["", "m1"], "needed_by": [None, dt.date(2026, 12, 1)],
    }  # fmt: skip
    for _round in range(12):
        wanted = need(**{name: draw.choice(choices) for name, choices in asked.items()})
        ranked = {one.pk: one for one in fit.ranked(wanted, Site.objects.all())}
        for one in ranked.values():
            verdicts = fit.judged(wanted, one)
            assert one.off == pytest.approx(sum(each.off for each in verdicts))  # type: ignore[attr-defined]
            assert one.unknown_count == sum(each.mark == fit.UNKNOWN for each in verdicts)  # type: ignore[attr-defined]
            assert all((each.off > 0) == (each.mark == fit.UNMET) for each in verdicts)
