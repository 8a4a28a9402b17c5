"""The project tables: one record, three views of it (all projects, leads, key projects), and the events ledger.

意向、协议、到位 are three columns with three totals of their own; no column adds one to another.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from lianzhang.accounts import districts
from lianzhang.accounts.rules import Act, Thing
from lianzhang.projects import choices, queries, schedule, stages
from lianzhang.projects.leads import clocks
from lianzhang.projects.models import Event, Project
from lianzhang.projects.naming import name as name
from lianzhang.projects.stages import Stage, Status
from lianzhang.tables import Badge, Column, Edit, Empty, Filter, TableSpec
from lianzhang.tables.addresses import address

MONEY = _("投资")
APART = _("意向、协议、到位资金分列，不相加。")
TONES = {"leads": "plain", "talks": "plain", "signed": "accent", "building": "accent", "production": "normal"}


def page(project: Project) -> str:
    """The address of a project."""
    return address("projects:project", project.code)


def cell(project: Project) -> str:
    """Where what is typed in a cell of the tables goes."""
    return f"{page(project)}cell"


def stage(project: Project) -> Badge:
    """The stage as a badge; a stage the source words otherwise says so on its page."""
    return _badges(get_language())[project.stage]


@cache
def _badges(_language: str | None) -> dict[int, Badge]:
    return {stage.value: Badge(str(stage.label), TONES[stages.group_of(stage).key]) for stage in Stage}


def done_ratio(project: Project) -> Any:
    """年度投资完成率; nothing where the plan is not filled."""
    if project.done_year_wan is None or not project.plan_year_wan:
        return None
    return project.done_year_wan / project.plan_year_wan


def event_page(event: Event) -> str:
    """The address of an event."""
    return address("projects:event", event.code)


def _in_year(found: "QuerySet[Event]", text: str) -> "QuerySet[Event]":
    return (
        found.filter(held_on__year=int(text)) if text.isascii() and text.isdigit() and len(text) == 4 else found.none()
    )


def _hosted_by(found: "QuerySet[Event]", text: str) -> "QuerySet[Event]":
    return found.filter(Q(host__name_zh__icontains=text) | Q(host_name__icontains=text))


def _body(field: str) -> Callable[[Any], Any]:
    return lambda row: body.name if (body := getattr(row, field)) is not None else None


def _grouped(found: "QuerySet[Project]", key: str) -> "QuerySet[Project]":
    return found.filter(stage__in=stages.stages_of(key), status__in=stages.OPEN)


def _late(found: "QuerySet[Project]", is_late: bool) -> "QuerySet[Project]":  # noqa: FBT001 - called by the table
    condition = queries.late_condition(queries.judged_on(found))
    return found.filter(condition) if is_late else found.exclude(condition)


def _ended(found: "QuerySet[Project]", is_ended: bool) -> "QuerySet[Project]":  # noqa: FBT001 - called by the table
    return found.filter(status__in=stages.ENDED) if is_ended else found.exclude(status__in=stages.ENDED)


def _with_money(found: "QuerySet[Project]", has_money: bool) -> "QuerySet[Project]":  # noqa: FBT001 - called by the table
    return found.filter(arrived_wan__gt=0) if has_money else found.exclude(arrived_wan__gt=0)


def _clock_late(found: "QuerySet[Project]", is_late: bool) -> "QuerySet[Project]":  # noqa: FBT001 - called by the table
    condition = clocks.overdue(queries.judged_on(found))
    return found.filter(condition) if is_late else found.exclude(condition)


CODE = Column("code", _("编号"), lambda p: p.code, kind="code", sort="code", is_default=False)
NAME = Column("name", _("项目名称"), name, link=page, sort="name", is_wrapped=True)
CHAIN = Column("chain", _("产业链"), lambda p: p.chain.name, sort="chain__position")
STAGE = Column("stage", _("阶段"), stage, kind="badge", sort="stage")
LIGHT = Column("light", _("状态"), lambda p: schedule.light(p, today=p.today), kind="light")
DISTRICT = Column("district", _("区市"), _body("district"), sort="district__name_zh")
OWNER = Column(
    "owner",
    _("责任单位"),
    _body("owner"),
    sort="owner__name_zh",
    is_default=False,
    edit=Edit("choice", stored=lambda p: p.owner_id),
)
INVESTOR = Column("investor", _("投资方"), lambda p: p.investor_name, sort="investor_name", is_wrapped=True)
PLACE = Column("investor_place", _("投资方来源地"), lambda p: p.investor_place, is_default=False, edit=Edit())
FIRM = Column(
    "enterprise",
    _("项目企业"),
    lambda p: p.enterprise.name if p.enterprise else None,
    sort="enterprise__name",
    is_default=False,
)


def _wan(key: str, label: Any, *, group: Any = "", is_default: bool = True) -> Column:
    return Column(
        key,
        label,
        lambda p: getattr(p, key),
        kind="wan",
        sort=key,
        is_total=True,
        group=group,
        is_default=is_default,
        edit=Edit("number", is_report=True),
    )


def _on(key: str, label: Any, *, is_default: bool = False, edit: Edit | None = None) -> Column:
    return Column(key, label, lambda p: getattr(p, key), kind="date", sort=key, is_default=is_default, edit=edit)


THREE = (
    _wan("intended_wan", _("意向"), group=MONEY),
    _wan("agreed_wan", _("协议"), group=MONEY),
    _wan("arrived_wan", _("到位"), group=MONEY),
)
FIRST = (
    Column("first_reporter", _("首报单位"), _body("first_reported_by"), sort="first_reported_by__name_zh"),
    Column(
        "first_reported_at", _("首报时间"), lambda p: p.first_reported_at, kind="datetime", sort="first_reported_at"
    ),
)
NODE = Column("next_milestone", _("下一节点"), lambda p: p.next_milestone, is_wrapped=True, edit=Edit())
NODE_DUE = _on("next_due_on", _("节点时限"), is_default=True, edit=Edit("date"))
BLOCKED = Column("blockage", _("存在问题"), lambda p: p.blockage, is_wrapped=True, is_default=False, edit=Edit())
COUNTED = (
    _on("fai_registered_on", _("固投入库"), edit=Edit("date")),
    _on("above_scale_on", _("入规"), edit=Edit("date")),
)


def _told(key: str, label: Any, *, is_default: bool = True, is_report: bool = False) -> Column:
    edit = Edit("lines", is_report=is_report)
    return Column(key, label, lambda p: getattr(p, key), is_wrapped=True, is_default=is_default, edit=edit)


REASON = Column("status_reason", _("原因"), lambda p: p.status_reason, is_wrapped=True, is_default=False)

FILTERS = (
    Filter("chain", _("产业链"), choices=choices.chains, path="chain__code"),
    Filter("group", _("分组"), choices=choices.groups, apply=_grouped),
    Filter("late", _("滞后"), kind="boolean", apply=_late),
    Filter("district", _("区市"), choices=choices.districts, path="district__code"),
    Filter("owner", _("责任单位"), kind="text", path="owner__name_zh", is_folded=True),
    Filter("stage", _("阶段"), kind="multi", choices=Stage.choices, is_folded=True),
    Filter("status", _("状态"), kind="multi", choices=Status.choices, is_folded=True),
    Filter("key", _("市级重点"), kind="boolean", path="is_key", is_folded=True),
    Filter("money", _("到资"), kind="boolean", apply=_with_money, is_folded=True),
    Filter("ended", _("已流失或终止"), kind="boolean", apply=_ended, is_folded=True),
    Filter("list", _("目标清单"), kind="text", path="target_line__target_list__code", is_folded=True),
    Filter("blocked", _("卡点类别"), choices=Project.Blockage.choices, path="blockage_kind", is_folded=True),
    Filter("due", _("节点时限"), kind="date_range", path="next_due_on", is_folded=True),
    Filter("agreed", _("协议投资（万元）"), kind="number_range", path="agreed_wan", is_folded=True),
)
SEARCH = ("name", "name_en", "code", "investor_name", "enterprise__name", "content")
CLOCK_LATE = Filter("overdue", _("时限逾期"), kind="boolean", apply=_clock_late)

PROJECTS = TableSpec(
    key="projects",
    is_long=True,
    walk=queries.BY_STAGE,
    title=_("项目"),
    columns=(
        NAME,
        CODE,
        CHAIN,
        STAGE,
        LIGHT,
        DISTRICT,
        OWNER,
        INVESTOR,
        PLACE,
        FIRM,
        *THREE,
        NODE,
        NODE_DUE,
        BLOCKED,
        REASON,
        _on("status_on", _("状态日期")),
        Column("lost_to", _("流失去向"), lambda p: p.lost_to, is_default=False),
        _on("started_on", _("实际开工")),
        _on("completed_on", _("实际竣工")),
        _on("produced_on", _("投产日期")),
        *COUNTED,
        Column("has_money", _("到资"), lambda p: p.has_money, kind="boolean", is_default=False),
        Column("is_key", _("市级重点"), lambda p: p.is_key, kind="boolean", sort="is_key", is_default=False),
    ),
    filters=FILTERS,
    search=SEARCH,
    default_order=("-stage", "chain__position", "code"),
    row_id="code",
    row_url=page,
    edit_url=cell,
    empty=Empty(_("还没有项目。先登记一条线索。"), _("登记线索"), "projects:new"),
    note=APART,
)

LEADS = TableSpec(
    key="leads_ledger",
    is_long=True,
    walk=queries.BY_STAGE,
    title=_("线索台账"),
    columns=(
        NAME,
        CODE,
        CHAIN,
        STAGE,
        LIGHT,
        Column("clock", _("时限"), lambda p: clocks.light(p, today=p.today), kind="light", sort="clock_due_on"),
        INVESTOR,
        PLACE,
        *FIRST,
        DISTRICT,
        OWNER,
        _wan("intended_wan", _("意向投资")),
        _told("content", _("拟投内容")),
        _told("progress", _("对接情况"), is_default=False, is_report=True),
        _on("progress_on", _("最近跟进")),
        replace(NODE, is_default=False),
        replace(NODE_DUE, is_default=False),
        REASON,
    ),
    filters=(*FILTERS[:3], CLOCK_LATE, *FILTERS[3:]),
    search=SEARCH,
    default_order=("-first_reported_at", "code"),
    row_id="code",
    row_url=page,
    edit_url=cell,
    empty=Empty(_("还没有线索。"), _("登记线索"), "projects:new"),
    note=_("含线索、研判、在谈。首报单位和时间由系统记录；时限按城市规则自首报或上次跟进起算，登记跟进后重新计时。"),
)

KEY_PROJECTS = TableSpec(
    key="key_projects_ledger",
    is_long=True,
    walk=queries.BY_STAGE,
    title=_("重点项目台账"),
    columns=(
        NAME,
        CODE,
        CHAIN,
        DISTRICT,
        OWNER,
        STAGE,
        LIGHT,
        FIRM,
        _told("content", _("建设内容"), is_default=False),
        _wan("agreed_wan", _("协议投资")),
        _wan("total_wan", _("计划总投资"), is_default=False),
        _wan("plan_year_wan", _("年度计划投资")),
        _wan("done_year_wan", _("年度累计完成投资")),
        Column("done_ratio", _("年度投资完成率"), done_ratio, kind="ratio"),
        _on("done_as_of", _("完成投资截至")),
        _wan("arrived_wan", _("到位资金"), is_default=False),
        _on("arrived_on", _("到资日期")),
        _told("progress", _("形象进度"), is_report=True),
        NODE,
        NODE_DUE,
        BLOCKED,
        _on("planned_start_on", _("计划开工"), edit=Edit("date", is_report=True)),
        _on("started_on", _("实际开工")),
        _on("planned_completion_on", _("计划竣工"), edit=Edit("date", is_report=True)),
        _on("completed_on", _("实际竣工")),
        _on("planned_production_on", _("计划投产"), edit=Edit("date", is_report=True)),
        *COUNTED,
    ),
    filters=FILTERS,
    search=SEARCH,
    default_order=("chain__position", "-stage", "code"),
    row_id="code",
    row_url=page,
    edit_url=cell,
    empty=Empty(_("还没有列入市级重点的项目。"), _("查看全部项目"), "projects:list"),
    note=_(
        "年度投资完成率＝年度累计完成投资÷年度计划投资；计划未填的不计算。高于100%的请核对。"
        "在表中填写形象进度或完成投资，记为当天。"
    ),
)


GANTT = TableSpec(
    key="gantt",
    is_long=True,
    walk=queries.BY_STAGE,
    title=_("重点项目甘特图"),
    columns=(
        NAME,
        CODE,
        CHAIN,
        DISTRICT,
        STAGE,
        LIGHT,
        _on("planned_start_on", _("计划开工"), is_default=True),
        _on("started_on", _("实际开工"), is_default=True),
        _on("planned_completion_on", _("计划竣工"), is_default=True),
        _on("completed_on", _("实际竣工"), is_default=True),
        _on("planned_production_on", _("计划投产"), is_default=True),
        _on("produced_on", _("投产日期"), is_default=True),
    ),
    filters=FILTERS,
    search=SEARCH,
    default_order=("chain__position", "planned_start_on", "code"),
    row_id="code",
    row_url=page,
    paper="a3",
    empty=Empty(_("还没有重点项目。"), _("查看全部项目"), "projects:list"),
)


# What became of the deals is for whoever reads projects; a firm is told what was published.
_BECAME: dict[str, Any] = {"kind": "integer", "may_see": lambda person: person.reach.may(Act.READ, Thing.PROJECT)}
EVENTS = TableSpec(
    key="events_ledger",
    title=_("会展活动"),
    columns=(
        Column("name", _("活动名称"), name, link=event_page, sort="name", is_wrapped=True),
        Column("code", _("编号"), lambda e: e.code, kind="code", sort="code", is_default=False),
        Column("chain", _("产业链"), lambda e: e.chain.name, sort="chain__position"),
        Column("kind", _("种类"), lambda e: Event.Kind(e.kind).label, sort="kind"),
        Column("held_on", _("时间"), lambda e: e.held_on, kind="date", sort="held_on"),
        Column("host", _("主办"), lambda e: e.host.name if e.host else e.host_name, is_wrapped=True),
        Column("place", _("地点"), lambda e: e.place, is_default=False),
        Column(
            "district",
            _("区市"),
            lambda e: e.district_name,
            sort="district_name",
            help=_("按台账所填区市；未填的看地点和主办单位"),
            is_default=False,
        ),
        Column("firm_count", _("参会企业"), lambda e: e.firm_count, kind="integer", sort="firm_count", unit=_("家")),
        Column("visitor_count", _("参与人次"), lambda e: e.visitor_count, kind="integer", is_default=False),
        Column(
            "signing_count",
            _("公布签约数"),
            lambda e: e.signing_count,
            kind="integer",
            sort="signing_count",
            is_total=True,
        ),
        Column(
            "intended_wan", _("公布意向投资"), lambda e: e.intended_wan, kind="wan", sort="intended_wan", is_total=True
        ),
        Column("tied_count", _("已对应项目"), lambda e: e.tied_count, sort="tied_count", is_total=True, **_BECAME),
        Column("started_count", _("其中开工"), lambda e: e.started_count, sort="started_count", **_BECAME),
    ),
    filters=(
        Filter("chain", _("产业链"), choices=choices.chains, path="chain__code"),
        Filter("kind", _("种类"), choices=Event.Kind.choices),
        Filter("year", _("年度"), kind="text", apply=_in_year),
        Filter("district", _("区市"), choices=districts.choices, path="district", is_folded=True),
        Filter("host", _("主办"), kind="text", apply=_hosted_by, is_folded=True),
        Filter("held", _("时间"), kind="date_range", path="held_on", is_folded=True),
    ),
    search=("name", "name_en", "code", "host_name", "place"),
    default_order=("-held_on", "code"),
    row_id="code",
    row_url=event_page,
    empty=Empty(_("还没有活动。"), _("登记活动"), "projects:new_event"),
    note=_("公布签约数、公布意向投资为来源所载总数；已对应项目为逐条落到项目的签约。"),
)
