"""载体需求 as it is written in a ledger: "厂房5000平方米，层高不低于8米，承重2吨，租金20元以内" read into the fields of
a need. Only what stands there with its unit is read; the words themselves are kept beside, for whoever speaks to the
investor. What is per day or per year is left to the words: a month of it is somebody's guess.
"""

import re
import unicodedata
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from lianzhang.resources.models import Site

NUMBER = r"(\d[\d,]*(?:\.\d+)?)"
BETWEEN = r"\s*(?:-|~|–|—|至|到)\s*"
AREA = re.compile(
    rf"(不超过|不大于|最多)?\s*{NUMBER}(万)?(?:{BETWEEN}{NUMBER}(万)?)?\s*(?:m2|平方米|平米|平方|平(?!台|均|层))"
)
LAND = re.compile(rf"{NUMBER}(?:{BETWEEN}{NUMBER})?\s*亩")
LOAD = re.compile(rf"(?:承重|荷载|荷重)\D{{0,8}}?{NUMBER}\s*(吨|t|公斤|千克|kg)")
HEIGHT = re.compile(rf"(?:层高|净高|高度)\D{{0,8}}?{NUMBER}(?:{BETWEEN}{NUMBER})?\s*(?:米|m)")
RENT = re.compile(rf"租金\D{{0,8}}?{NUMBER}(?:{BETWEEN}{NUMBER})?\s*元([^,;。]{{0,10}})")
POWER = re.compile(rf"{NUMBER}(万)?\s*(?:kva|千伏安)")
ENERGY = re.compile(rf"{NUMBER}(万)?\s*吨\s*标(?:准)?煤")
KINDS = (
    (Site.Kind.PLANT, ("厂房", "车间", "仓库")),
    (Site.Kind.BUILDING, ("楼宇", "写字楼", "办公")),
    (Site.Kind.LAND, ("地块", "土地", "用地", "拿地", "亩")),
)
OTHER_SPAN = re.compile(r"[天日年]")
MOST_NOTE = 300
LIMITS = {  # what a field of the need holds; more is a slip of the pen
    **dict.fromkeys(("area_m2", "area_most_m2", "energy_tce"), 10_000_000),
    "land_mu": 100_000,
    "floor_load_kg": 100_000,
    "power_kva": 10_000_000,
    "clear_height_m": 100,
    "rent_most_yuan": 10_000,
}
# Fields a ledger may fill; `land_mu` has a column of its own as well.
FILLED = (
    *("kind", "area_m2", "area_most_m2", "land_mu", "floor_load_kg", "clear_height_m", "rent_most_yuan"),
    *("power_kva", "energy_tce", "land_use", "note"),
)


def read(said: str, *, land_mu: Decimal | None = None) -> dict[str, Any]:
    """What the words (and the column of land) ask of a site, by field of the need; nothing asked is blank or None."""
    text = unicodedata.normalize("NFKC", said).casefold()
    found: dict[str, Any] = dict.fromkeys(FILLED) | {"kind": "", "land_use": "", "note": said.strip()[:MOST_NOTE]}
    found |= _areas(text)
    found["land_mu"] = land_mu if land_mu is not None else _number(LAND.search(text))
    found["kind"] = _kind(text, has_land=found["land_mu"] is not None)
    found["land_use"] = next((code for code, label in Site.LandUse.choices if str(label) in said), "")
    load = LOAD.search(text)
    if load:
        found["floor_load_kg"] = int(_decimal(load[1]) * (1000 if load[2] in ("吨", "t") else 1))
    found["clear_height_m"] = _number(HEIGHT.search(text))
    rent = RENT.search(text)
    if rent and not OTHER_SPAN.search(rent[3]):
        found["rent_most_yuan"] = _decimal(rent[2] or rent[1])
    power = _number(POWER.search(text), tens_of_thousands=2)
    found["power_kva"] = None if power is None else int(power)
    found["energy_tce"] = _number(ENERGY.search(text), tens_of_thousands=2)
    if found["kind"] == Site.Kind.LAND:  # floor space to be built there is no condition of a plot
        found |= {"area_m2": None, "area_most_m2": None}
    return {name: None if name in LIMITS and (value or 0) >= LIMITS[name] else value for name, value in found.items()}


def is_blank(need: Mapping[str, Any]) -> bool:
    """Whether nothing but words is asked: "暂无" is no need."""
    return not any(value not in (None, "") for name, value in need.items() if name != "note")


def _areas(text: str) -> dict[str, Any]:
    match = AREA.search(text)
    if match is None:
        return {}
    most, first, first_wan, second, second_wan = match.groups()
    low = _decimal(first) * (10_000 if first_wan or (second and second_wan) else 1)
    if second:
        high = _decimal(second) * (10_000 if second_wan else 1)
        return {"area_m2": min(low, high), "area_most_m2": max(low, high)}
    return {"area_most_m2": low} if most else {"area_m2": low}


def _kind(text: str, *, has_land: bool) -> str:
    named = [(text.find(word), kind) for kind, words in KINDS for word in words if word in text]
    return min(named)[1].value if named else Site.Kind.LAND.value if has_land else ""


def _number(match: "re.Match[str] | None", *, tens_of_thousands: int = 0) -> Decimal | None:
    if match is None:
        return None
    return _decimal(match[1]) * (10_000 if tens_of_thousands and match[tens_of_thousands] else 1)


def _decimal(digits: str) -> Decimal:
    return Decimal(digits.replace(",", ""))
