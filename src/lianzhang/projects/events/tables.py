"""活动签约明细 as a table: on the page of an event, and over all events."""

from dataclasses import replace
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from lianzhang.accounts import districts
from lianzhang.accounts.models import Person
from lianzhang.projects import choices, tables
from lianzhang.projects.events import encounters
from lianzhang.projects.models import Signing
from lianzhang.projects.stages import Stage, Status
from lianzhang.tables import Column, Empty, Filter, TableSpec


def signings(person: Person) -> "QuerySet[Signing]":
    """Every signing tied to a project that `person` sees."""
    found = Signing.objects.visible_to(person)
    return found.select_related("event", "project__chain", "project__district")


def _wan(key: str, label: Any, path: str, *, of: Any) -> Column:
    return Column(key, label, of, kind="wan", sort=path, is_total=True)


STANDING = (
    Column(
        "name", _("项目名称"), lambda s: tables.name(s.project), link=lambda s: tables.page(s.project),
        sort="project__name", is_wrapped=True,
    ),
    Column("stage", _("现阶段"), lambda s: tables.stage(s.project), kind="badge", sort="project__stage"),
    Column("status", _("状态"), lambda s: Status(s.project.status).label, sort="project__status"),
    Column("signed_on", _("签约日期"), lambda s: s.signed_on, kind="date", sort="signed_on"),
    _wan("intended_wan", _("意向投资"), "intended_wan", of=lambda s: s.intended_wan),
    _wan("agreed_wan", _("协议投资"), "project__agreed_wan", of=lambda s: s.project.agreed_wan),
    _wan("arrived_wan", _("到位资金"), "project__arrived_wan", of=lambda s: s.project.arrived_wan),
    Column("note", _("备注"), lambda s: s.note, is_wrapped=True),
)  # fmt: skip
OF_EVENT = TableSpec(
    key="event_signings",
    invented="event__is_illustrative",
    title=_("活动签约"),
    columns=STANDING,
    note=tables.APART,
)
SIGNINGS = TableSpec(
    key="signings",
    invented="event__is_illustrative",
    title=_("活动签约明细"),
    columns=(
        STANDING[0],
        Column("code", _("编号"), lambda s: s.project.code, kind="code", sort="project__code", is_default=False),
        Column("investor", _("投资方"), lambda s: s.project.investor_name, is_wrapped=True),
        Column(
            "event", _("活动"), lambda s: tables.name(s.event), link=lambda s: tables.event_page(s.event),
            sort="event__held_on", is_wrapped=True,
        ),
        Column("chain", _("产业链"), lambda s: s.project.chain.name, sort="project__chain__position"),
        Column(
            "district", _("区市"), lambda s: s.project.district and s.project.district.name,
            sort="project__district__name_zh", is_default=False,
        ),
        *STANDING[1:-1],
        replace(STANDING[-1], is_default=False),
    ),
    filters=(
        Filter("event", _("活动"), kind="text", apply=encounters.of_event, help=_("活动编号或名称")),
        Filter("chain", _("产业链"), choices=choices.chains, path="project__chain__code"),
        Filter(
            "district", _("区市"), choices=districts.choices,
            apply=lambda found, code: districts.narrow(found, code, path="project__district"),
        ),
        Filter("started", _("已开工"), kind="boolean", apply=lambda found, is_so: _has_started(found, is_so=is_so)),
        Filter("signed", _("签约日期"), kind="date_range", path="signed_on", is_folded=True),
    ),
    search=("project__name", "project__code", "project__investor_name", "event__name", "note"),
    default_order=("-signed_on", "pk"),
    row_id="pk",
    empty=Empty(_("还没有对应到项目的签约。"), _("活动签约"), "projects:events"),
    note=_("每笔签约对应一个项目，一个项目只计一次；意向、协议、到位资金分列，不相加。"),
)  # fmt: skip


def _has_started(found: Any, *, is_so: bool) -> Any:
    started = Q(project__stage__gte=Stage.STARTED)
    return found.filter(started) if is_so else found.exclude(started)
