"""The columns and filters of projects and leads over REST. 意向, 协议, 到位 and the planned total stay apart."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import BigIntegerField
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lianzhang.api import fields, tables
from lianzhang.projects import queries
from lianzhang.projects.leads import clocks
from lianzhang.projects.models import Project
from lianzhang.projects.stages import Stage, Status
from lianzhang.tables import Column, Filter, TableSpec
from lianzhang.trail.models import Event


def _money(name: str, label: Any) -> Column:
    return Column(name, label, lambda row: getattr(row, name), kind="wan", sort=name)


def _changed(found: Any, span: tuple[date | None, date | None]) -> Any:
    """Projects with an event of their own in these days: what a program that keeps a copy has to fetch again."""
    first, last = span
    events = Event.objects.filter(subject_type=Project._meta.label_lower)
    if first is not None:
        events = events.filter(at__gte=_begins(first))
    if last is not None:
        events = events.filter(at__lt=_begins(last + timedelta(days=1)))
    return found.filter(pk__in=events.annotate(about=Cast("subject_id", BigIntegerField())).values("about"))


def _begins(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


WHO = (
    Column("code", _("编号"), lambda p: p.code, kind="code", sort="code"),
    Column("name", _("项目名称"), lambda p: p.name, sort="name"),
    fields.field(Project, "name_en"),
    Column("chain", _("产业链"), lambda p: p.chain.code, kind="code"),
    Column("segment", _("环节"), lambda p: p.segment_key, kind="code"),
    Column("enterprise", _("项目企业"), lambda p: fields.code(p.enterprise), kind="code"),
    fields.field(Project, "investor_name"),
    fields.field(Project, "investor_place"),
    Column("introducer", _("引荐企业"), lambda p: fields.code(p.introducer), kind="code"),
    Column("district", _("区市"), lambda p: fields.code(p.district), kind="code"),
    Column("owner", _("责任单位"), lambda p: fields.code(p.owner), kind="code"),
    Column("stage", _("阶段"), lambda p: Stage(p.stage).name.lower(), sort="stage"),
    Column("status", _("状态"), lambda p: p.status),
    fields.field(Project, "status_reason"),
    fields.field(Project, "status_on", kind="date"),
    fields.field(Project, "lost_to"),
    Column("first_reporter", _("首报单位"), lambda p: fields.code(p.first_reported_by), kind="code"),
    fields.field(Project, "first_reported_at", kind="datetime", sort="first_reported_at"),
    Column(
        "target_list", _("目标清单"), lambda p: p.target_line.target_list.code if p.target_line else None, kind="code"
    ),
    _money("intended_wan", _("意向投资")),
)
NEXT = (
    fields.field(Project, "content"),
    fields.field(Project, "next_milestone"),
    fields.field(Project, "next_due_on", kind="date", sort="next_due_on"),
    fields.field(Project, "progress"),
    fields.field(Project, "progress_on", kind="date"),
)
LAST = (fields.field(Project, "is_illustrative", kind="boolean"), fields.VERSION)
DATES = (
    "arrived_on",
    "done_as_of",
    "fai_registered_on",
    "above_scale_on",
    "planned_start_on",
    "started_on",
    "planned_completion_on",
    "completed_on",
    "planned_production_on",
    "produced_on",
)
FILTERS = (
    tables.CHAIN_FILTER,
    Filter("district", _("区市"), kind="text", apply=lambda found, code: found.filter(district__code=code)),
    Filter(
        "stage",
        _("阶段"),
        choices=[(stage.name.lower(), stage.label) for stage in Stage],
        apply=lambda found, name: found.filter(stage=Stage[name.upper()]),
    ),
    Filter("status", _("状态"), choices=Status.choices),
    Filter("updated", _("修改日期"), kind="date_range", apply=_changed),
)
SEARCH = ("name", "code", "investor_name")
RELATED = (
    *("chain", "enterprise", "district", "owner", "introducer", "first_reported_by", "predecessor"),
    "target_line__target_list",
)

PROJECTS = TableSpec(
    key="project",
    is_long=True,
    walk=queries.BY_STAGE,
    title=_("项目"),
    columns=(
        *WHO,
        _money("agreed_wan", _("协议投资")),
        _money("arrived_wan", _("到位资金")),
        _money("total_wan", _("计划总投资")),
        _money("plan_year_wan", _("年度计划投资")),
        _money("done_year_wan", _("年度累计完成投资")),
        *(fields.field(Project, name, kind="date") for name in DATES),
        *NEXT,
        fields.field(Project, "site"),
        fields.field(Project, "blockage_kind"),
        fields.field(Project, "blockage"),
        Column("predecessor", _("前期项目"), lambda p: fields.code(p.predecessor), kind="code"),
        fields.field(Project, "is_key", kind="boolean"),
        *LAST,
    ),
    filters=(*FILTERS, Filter("is_key", _("市级重点"), kind="boolean")),
    search=SEARCH,
    default_order=("-stage", "code"),
)

LEADS = TableSpec(
    key="lead",
    is_long=True,
    title=_("线索"),
    columns=(
        *WHO,
        *NEXT,
        Column("clock", _("时限"), lambda p: p.clock_kind),
        Column("clock_due_on", _("时限日期"), lambda p: p.clock_due_on, kind="date", sort="clock_due_on"),
        *LAST,
    ),
    filters=FILTERS,
    search=SEARCH,
    default_order=("-first_reported_at", "code"),
)


def leads(person: Any) -> Any:
    """What is not signed yet, each with the clock that ends first."""
    found = Project.objects.visible_to(person).filter(stage__lt=Stage.SIGNED)
    return clocks.with_next(found.select_related(*RELATED))
