"""Events with their signings, and sites: read."""

from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _
from ninja import Schema

from lianzhang.accounts.models import Person
from lianzhang.api import fields, resources
from lianzhang.api.tables import CHAIN_FILTER
from lianzhang.projects import queries
from lianzhang.projects.models import Event
from lianzhang.projects.stages import Stage
from lianzhang.resources.models import Site
from lianzhang.tables import Column, Filter, TableSpec


class Signed(Schema):
    """One deal announced at the event: the project it is about, the money intended, and how far the project is now."""

    project: str
    intended_wan: str | None
    signed_on: date | None
    stage: str


class Signings(Schema):
    """The deals tied to a project; what was published without its rows is `signing_count` alone."""

    signings: list[Signed]


def _signings(event: Event, person: Person) -> dict[str, Any]:
    found = queries.signings(event, person=person)
    return {
        "signings": [
            {
                "project": each.project.code,
                "intended_wan": None if each.intended_wan is None else str(each.intended_wan),
                "signed_on": each.signed_on,
                "stage": Stage(each.project.stage).name.lower(),
            }
            for each in found
        ]
    }


EVENT_TABLE = TableSpec(
    key="event",
    title=_("会展活动"),
    columns=(
        Column("code", _("编号"), lambda e: e.code, kind="code", sort="code"),
        Column("name", _("活动名称"), lambda e: e.name, sort="name"),
        Column("chain", _("产业链"), lambda e: e.chain.code, kind="code"),
        Column("kind", _("种类"), lambda e: e.kind),
        fields.field(Event, "held_on", kind="date", sort="held_on"),
        fields.field(Event, "ended_on", kind="date"),
        Column("host", _("主办"), lambda e: e.host.name if e.host else e.host_name),
        fields.field(Event, "place"),
        fields.field(Event, "firm_count", kind="integer"),
        fields.field(Event, "visitor_count", kind="integer"),
        fields.field(Event, "signing_count", kind="integer", sort="signing_count"),
        fields.field(Event, "intended_wan", kind="wan", sort="intended_wan"),
        fields.field(Event, "is_illustrative", kind="boolean"),
        fields.VERSION,
    ),
    filters=(
        CHAIN_FILTER,
        Filter("kind", _("种类"), choices=Event.Kind.choices),
        Filter("held_on", _("时间"), kind="date_range"),
    ),
    search=("name", "code", "host_name"),
    default_order=("-held_on", "code"),
)

SITE_TABLE = TableSpec(
    key="site",
    title=_("载体"),
    columns=(
        Column("code", _("编号"), lambda s: s.code, kind="code", sort="code"),
        Column("name", _("名称"), lambda s: s.name, sort="name"),
        Column("kind", _("种类"), lambda s: s.kind),
        Column("district", _("区市"), lambda s: fields.code(s.district), kind="code"),
        Column("park", _("所属园区"), lambda s: fields.code(s.park), kind="code"),
        fields.field(Site, "address"),
        fields.field(Site, "area_m2", kind="decimal", sort="area_m2"),
        fields.field(Site, "vacant_m2", kind="decimal", sort="vacant_m2"),
        fields.field(Site, "land_mu", kind="decimal", sort="land_mu"),
        fields.field(Site, "floor_count", kind="integer"),
        fields.field(Site, "floor_load_kg", kind="integer"),
        fields.field(Site, "clear_height_m", kind="decimal"),
        fields.field(Site, "rent_yuan", kind="decimal", sort="rent_yuan"),
        fields.field(Site, "power_kva", kind="integer"),
        fields.field(Site, "energy_tce", kind="decimal"),
        Column("land_use", _("用地性质"), lambda s: s.land_use or None),
        fields.field(Site, "available_on", kind="date"),
        Column("progress", _("建设状态"), lambda s: s.progress),
        fields.field(Site, "progress_note"),
        fields.field(Site, "has_title", kind="boolean"),
        fields.field(Site, "as_of", kind="date"),
        fields.field(Site, "is_illustrative", kind="boolean"),
        fields.VERSION,
    ),
    filters=(
        Filter("kind", _("种类"), choices=Site.Kind.choices),
        Filter("progress", _("建设状态"), choices=Site.Progress.choices),
        Filter("district", _("区市"), kind="text", apply=lambda found, code: found.filter(district__code=code)),
        Filter("vacant_m2", _("空置面积（㎡）"), kind="number_range"),
    ),
    search=("name", "code", "address"),
    default_order=("code",),
)

EVENTS = resources.Resource(
    key="events",
    table=EVENT_TABLE,
    rows=lambda person: Event.objects.visible_to(person).select_related("chain", "host"),
    more=_signings,
    more_schema=Signings,
)
SITES = resources.Resource(
    key="sites",
    table=SITE_TABLE,
    rows=lambda person: Site.objects.visible_to(person).select_related("park", "district"),
)
