"""载体台账: a row is found by its code, else by district and name. Areas are ㎡, land is 亩; a likely mix-up is asked.

One demo ledger in use elsewhere shows 空置面积 in 亩: a plant of 12 ㎡ is likelier one of 12 亩.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from lianzhang.accounts.rules import Act, Role, Scope, Thing
from lianzhang.chains.models import Chain
from lianzhang.intake import lookups
from lianzhang.intake.columns import Column, Desk, Named, Refusal, Shown
from lianzhang.intake.declared import DeclaredLedger, Sheet
from lianzhang.intake.protocol import Finding, Incoming
from lianzhang.resources.models import Resource, Site

MU_M2 = Decimal("666.67")
LEAST_M2 = Decimal(100)  # a plant or building of less is likelier measured in 亩
LEAST_KG = 50  # a floor that carries less is likelier told in tonnes
MOST = 10_000_000
AREAS = ("area_m2", "vacant_m2")
MEASURES = (*AREAS, "land_mu", "floor_load_kg", "clear_height_m", "rent_yuan", "power_kva", "energy_tce")


def _parks(desk: Desk) -> Mapping[str, Any]:
    """Name → id of every park."""
    found: dict[str, Any] = desk.once(
        "parks",
        lambda: dict(Resource.objects.filter(kind=Resource.Kind.PARK).order_by("-pk").values_list("name", "pk")),
    )
    return found


class SiteSheet(Sheet):
    """载体."""

    def fill(self, taken: dict[str, Any], *, row: Incoming, desk: Desk) -> None:
        if desk.by.reach.role is Role.DISTRICT:
            taken.setdefault("district_id", desk.by.reach.body_id)
        for column in MEASURES:
            value = taken.get(column)
            if value is not None and not 0 <= value <= MOST:
                zh, en = f"{value} 不在 0 至 {MOST:,} 之间，请核对。", f"{value} is not between 0 and {MOST:,}; check."
                raise Refusal(zh, en, field=column, code="out_of_range")
        area, vacant = taken.get("area_m2"), taken.get("vacant_m2")
        if isinstance(area, Decimal) and isinstance(vacant, Decimal) and vacant > area:
            raise Refusal("空置面积大于建筑面积。", "More is vacant than there is.", field="vacant_m2")
        if taken.get("progress") == Site.Progress.FULL and vacant:
            raise Refusal("已满的载体没有空置面积。", "A full site has nothing vacant.", field="vacant_m2")
        if taken.get("kind") != Site.Kind.LAND:
            for field in AREAS:
                self._ask_about_mu(field, taken.get(field), row=row, desk=desk)
            self._ask_about_land(taken, row=row, desk=desk)
        load = taken.get("floor_load_kg")
        if load and load < LEAST_KG:
            zh = f"承重 {load} kg/㎡ 过小，是否按吨填写？1 吨应填 1000。现按所填数值计。"
            en = f"{load} kg/m2 is too little: given in tonnes? One tonne is 1000. Taken as written."
            desk.warn(row, Finding("floor_load_kg", "warning", zh, en, code="suspect_unit"))

    def _ask_about_mu(self, field: str, area: Any, *, row: Incoming, desk: Desk) -> None:
        if not isinstance(area, Decimal) or not 0 < area < LEAST_M2:
            return
        meant = f"{area * MU_M2:,.0f}"
        zh = f"{area.normalize():f} 平方米对厂房、楼宇过小，是否为亩（约 {meant} 平方米）？现按平方米计，请核对。"
        en = f"{area.normalize():f} m2 is small for a plant or building: in mu (about {meant} m2)? Taken as m2; check."
        desk.warn(row, Finding(field, "warning", zh, en, code="suspect_unit"))

    def _ask_about_land(self, taken: Mapping[str, Any], *, row: Incoming, desk: Desk) -> None:
        if taken.get("land_mu") and not any(taken.get(field) for field in AREAS):
            zh = "厂房、楼宇只填了亩数。可用面积请按平方米填入“空置面积”，否则配对时按不清楚处理。"
            en = "Only land is given for a plant or building. Give the vacant area in m2, or it counts as not known."
            desk.warn(row, Finding("land_mu", "warning", zh, en, code="area_in_mu"))

    def may_create(self, taken: Mapping[str, Any], *, desk: Desk) -> bool:
        width = desk.by.reach.scope(Act.WRITE, Thing.RESOURCE)
        if width is not Scope.OWN:
            return width is Scope.ALL
        if desk.by.reach.role is Role.TASK_FORCE:
            return taken.get("park_id") in self._parks_of_own_chains(desk)
        return taken.get("district_id") == desk.by.reach.body_id or taken.get("park_id") in self._kept_parks(desk)

    def _parks_of_own_chains(self, desk: Desk) -> set[int]:
        def read() -> set[int]:
            parks = Resource.objects.filter(chains__in=Chain.objects.own_of(desk.by), kind=Resource.Kind.PARK)
            return set(parks.values_list("pk", flat=True))

        found: set[int] = desk.once("parks of own chains", read)
        return found

    def _kept_parks(self, desk: Desk) -> set[int]:
        kept = Resource.objects.filter(kept_by_id=desk.by.reach.body_id or 0, kind=Resource.Kind.PARK)
        found: set[int] = desk.once("kept parks", lambda: set(kept.values_list("pk", flat=True)))
        return found

    def label(self, taken: Mapping[str, Any], *, record: Any | None, row: Incoming) -> str:
        return str(taken.get("name") or row.raw.get("name") or record or "")

    def records(self, *, desk: Desk) -> Iterable[Any]:
        return Site.objects.visible_to(desk.by).order_by("code")


SITES = DeclaredLedger(
    key="sites",
    thing=Thing.RESOURCE,
    sheets=(
        SiteSheet(
            key="sites",
            model=Site,
            noun="site",
            prefix="ZT",
            natural=("district_id", "name"),
            columns=(
                Shown("code", "code", shown=lambda record: record.code),
                Column("name", "name"),
                Column("kind", "kind"),
                lookups.District("region_code", "district_id"),
                Named("park", "park_id", table=_parks, what_zh="园区载体", what_en="park"),
                Column("address", "address"),
                Column("area_m2", "area_m2"),
                Column("vacant_m2", "vacant_m2"),
                Column("land_mu", "land_mu"),
                Column("floor_count", "floor_count"),
                Column("floor_load_kg", "floor_load_kg"),
                Column("clear_height_m", "clear_height_m"),
                Column("rent_yuan", "rent_yuan"),
                Column("power_kva", "power_kva"),
                Column("energy_tce", "energy_tce"),
                Column("land_use", "land_use"),
                Column("available_on", "available_on"),
                Column("progress", "progress"),
                Column("progress_note", "progress_note"),
                Column("has_title", "has_title"),
                Column("conditions", "conditions"),
                Column("as_of", "as_of"),
            ),
        ),
    ),
)
