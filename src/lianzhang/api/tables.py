"""The columns and filters of each REST resource. Codes stand for related records; secret fields have no column."""

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lianzhang.api import fields
from lianzhang.chains.models import Action, Chain, Gap, MapVersion, Segment, TargetList
from lianzhang.registry.models import Enterprise
from lianzhang.supervision.models import Meeting, Task
from lianzhang.tables import RESTRICTED, Column, Filter, TableSpec


def _where_out(listed: Any, amount: Any) -> Any:
    """A total of a list as it went out under the disclosure rule; who reads the rows finds it on the page."""
    return amount if listed.is_released else RESTRICTED


_PUBLISHED = Q(map__state=MapVersion.State.PUBLISHED)
CHAIN_FILTER = Filter("chain", _("产业链"), kind="text", apply=lambda found, code: found.filter(chain__code=code))

SCHEMES = TableSpec(
    key="scheme",
    title=_("方案"),
    columns=(
        Column("code", _("代码"), lambda s: s.code, kind="code", sort="code"),
        Column("name", _("名称"), lambda s: s.name_zh),
        Column("name_en", _("英文名称"), lambda s: s.name_en),
        Column("valid_from_on", _("自"), lambda s: s.valid_from, kind="date", sort="valid_from"),
        Column("valid_to_on", _("至"), lambda s: s.valid_to, kind="date", sort="valid_to"),
        Column("is_confirmed", _("已确认"), lambda s: s.is_confirmed, kind="boolean"),
        Column("is_illustrative", _("示例数据"), lambda s: s.is_illustrative, kind="boolean"),
    ),
    search=("name_zh", "name_en", "code"),
    default_order=("-valid_from",),
)

CHAINS = TableSpec(
    key="chain",
    title=_("产业链"),
    columns=(
        Column("code", _("代码"), lambda c: c.code, kind="code", sort="code"),
        Column("scheme", _("方案"), lambda c: c.scheme.code, kind="code"),
        Column("name", _("名称"), lambda c: c.name_zh, sort="name_zh"),
        Column("name_en", _("英文名称"), lambda c: c.name_en),
        Column("group", _("分组"), lambda c: c.group),
        Column("nature", _("类别"), lambda c: c.nature),
        Column("body", _("工作专班"), lambda c: fields.code(c.body), kind="code"),
        Column("lead_department", _("牵头部门"), lambda c: fields.code(c.lead_department), kind="code"),
        Column("is_active", _("在用"), lambda c: c.is_active, kind="boolean"),
        fields.VERSION,
    ),
    filters=(
        Filter("scheme", _("方案"), kind="text", apply=lambda found, code: found.filter(scheme__code=code)),
        Filter("nature", _("类别"), choices=Chain.Nature.choices),
        Filter("is_active", _("在用"), kind="boolean"),
    ),
    search=("name_zh", "name_en", "code"),
    default_order=("scheme", "position"),
)

ACTIONS = TableSpec(
    key="action",
    title=_("计划事项"),
    columns=(
        Column("code", _("编号"), lambda a: a.code, kind="code", sort="code"),
        Column("chain", _("产业链"), lambda a: a.chain.code, kind="code"),
        Column("year", _("年度"), lambda a: a.year, kind="integer", sort="year"),
        Column("matter", _("事项"), lambda a: a.matter),
        Column("responsible", _("责任单位"), lambda a: fields.code(a.responsible), kind="code"),
        fields.field(Action, "due_on", kind="date", sort="due_on"),
        fields.field(Action, "progress"),
        fields.field(Action, "progress_on", kind="date"),
        Column("state", _("状态"), lambda a: a.state),
        Column("light", _("灯"), lambda a: a.light or None),
        fields.field(Action, "light_reason"),
        fields.field(Action, "target_value"),
        fields.field(Action, "done_value"),
        fields.field(Action, "unit"),
        fields.field(Action, "completed_on", kind="date"),
        fields.VERSION,
    ),
    filters=(
        CHAIN_FILTER,
        Filter("state", _("状态"), choices=Action.State.choices),
        Filter("year", _("年度"), kind="number_range"),
        Filter("due_on", _("时限"), kind="date_range"),
    ),
    search=("matter", "code"),
    default_order=("chain", "year", "position"),
)

ENTERPRISES = TableSpec(
    key="enterprise",
    title=_("企业"),
    columns=(
        Column("code", _("编号"), lambda e: e.code, kind="code", sort="code"),
        Column("name", _("企业名称"), lambda e: e.name, sort="name"),
        fields.field(Enterprise, "credit_code", kind="code"),
        fields.field(Enterprise, "region_code", kind="code", sort="region_code"),
        Column("kind", _("类型"), lambda e: e.kind),
        fields.field(Enterprise, "industry_code", kind="code"),
        fields.field(Enterprise, "is_above_scale", kind="boolean"),
        fields.field(Enterprise, "sped_level"),
        fields.field(Enterprise, "products"),
        fields.field(Enterprise, "last_verified_on", kind="date"),
        fields.field(Enterprise, "is_illustrative", kind="boolean"),
        fields.VERSION,
    ),
    filters=(
        Filter(
            "region",
            _("注册地区划"),
            kind="text",
            apply=lambda found, code: found.filter(region_code__startswith=code),
        ),
        Filter("kind", _("类型"), choices=Enterprise.Kind.choices),
        Filter("is_above_scale", _("规上"), kind="boolean"),
    ),
    search=("name", "code", "credit_code"),
    default_order=("name",),
)

SEGMENTS = TableSpec(
    key="segment",
    title=_("环节"),
    columns=(
        Column("id", _("编号"), lambda s: s.pk, kind="integer"),
        Column("key", _("环节代码"), lambda s: s.key, kind="code", sort="key"),
        Column("chain", _("产业链"), lambda s: s.map.chain.code, kind="code"),
        Column("map_number", _("图谱版本"), lambda s: s.map.number, kind="integer"),
        Column("map_state", _("状态"), lambda s: s.map.state),
        Column("name", _("环节"), lambda s: s.name, sort="name"),
        Column("layer", _("层"), lambda s: s.layer),
        Column("group", _("分组"), lambda s: s.group),
        Column("owner", _("责任单位"), lambda s: fields.code(s.owner), kind="code"),
        fields.field(Segment, "verified_on", kind="date"),
        fields.VERSION,
    ),
    filters=(
        Filter("chain", _("产业链"), kind="text", apply=lambda found, code: found.filter(map__chain__code=code)),
        Filter("layer", _("层"), choices=Segment.Layer.choices),
        Filter(
            "is_published",
            _("已发布"),
            kind="boolean",
            apply=lambda found, yes: found.filter(_PUBLISHED) if yes else found.exclude(_PUBLISHED),
        ),
    ),
    search=("name", "key"),
    default_order=("map", "layer", "position"),
)

GAPS = TableSpec(
    key="gap",
    title=_("缺口"),
    columns=(
        Column("code", _("编号"), lambda g: g.code, kind="code", sort="code"),
        Column("chain", _("产业链"), lambda g: g.chain.code, kind="code"),
        Column("title", _("缺口"), lambda g: g.title),
        Column("part", _("零部件"), lambda g: fields.code(g.part), kind="code"),
        fields.field(Gap, "segment_key", kind="code"),
        Column("kind", _("情形"), lambda g: g.kind),
        Column("label", _("类型"), lambda g: g.label or None),
        Column("state", _("状态"), lambda g: g.state),
        Column("route", _("路径"), lambda g: g.route or None),
        fields.field(Gap, "route_reason"),
        Column("owner", _("责任单位"), lambda g: fields.code(g.owner), kind="code"),
        fields.field(Gap, "due_on", kind="date", sort="due_on"),
        fields.field(Gap, "review_on", kind="date", sort="review_on"),
        Column("snapshot", _("快照"), lambda g: g.snapshot_id, kind="code"),
        fields.VERSION,
    ),
    filters=(
        CHAIN_FILTER,
        Filter("state", _("状态"), choices=Gap.State.choices),
        Filter("kind", _("情形"), choices=Gap.Kind.choices),
        Filter("route", _("路径"), choices=Gap.Route.choices),
    ),
    search=("title", "code"),
    default_order=("chain", "code"),
)

TARGET_LISTS = TableSpec(
    key="target_list",
    title=_("目标清单"),
    columns=(
        Column("code", _("编号"), lambda t: t.code, kind="code", sort="code"),
        Column("chain", _("产业链"), lambda t: t.chain.code, kind="code"),
        Column("title", _("名称"), lambda t: t.title),
        Column("state", _("状态"), lambda t: t.state),
        Column("objective_wan", _("覆盖额"), lambda t: _where_out(t, t.objective_wan), kind="wan"),
        fields.field(TargetList, "is_proven", kind="boolean"),
        Column("demand_wan", _("市外采购额"), lambda t: _where_out(t, t.demand_wan), kind="wan"),
        Column("edition", _("版别"), lambda t: t.edition),
        Column("map_version", _("图谱版本"), lambda t: t.map_version.number if t.map_version else None, kind="integer"),
        Column("draw_count", _("试算次数"), lambda t: t.draw_count, kind="integer"),
        Column("robust_categories", _("始终入选的类别"), lambda t: t.robust_categories, kind="list"),
        Column("robust_suppliers", _("始终入选的配套商"), lambda t: t.robust_suppliers, kind="list"),
        Column("category_count", _("类别数"), lambda t: t.category_count, kind="integer"),
        Column("supplier_count", _("家数"), lambda t: t.supplier_count, kind="integer"),
        Column("snapshot", _("快照"), lambda t: t.snapshot_id, kind="code"),
        Column("created_at", _("生成时间"), lambda t: t.created_at, kind="datetime", sort="created_at"),
        fields.VERSION,
    ),
    filters=(CHAIN_FILTER, Filter("state", _("状态"), choices=TargetList.State.choices)),
    search=("title", "code"),
    default_order=("-created_at",),
)

MEETINGS = TableSpec(
    key="meeting",
    title=_("会议"),
    columns=(
        Column("code", _("编号"), lambda m: m.code, kind="code", sort="code"),
        Column("title", _("会议"), lambda m: m.title),
        Column("kind", _("种类"), lambda m: m.kind),
        Column("chain", _("产业链"), lambda m: fields.code(m.chain), kind="code"),
        fields.field(Meeting, "held_on", kind="date", sort="held_on"),
        fields.field(Meeting, "place"),
        fields.field(Meeting, "summary"),
        fields.VERSION,
    ),
    filters=(
        CHAIN_FILTER,
        Filter("kind", _("种类"), choices=Meeting.Kind.choices),
        Filter("held_on", _("日期"), kind="date_range"),
    ),
    search=("title", "code"),
    default_order=("-held_on",),
)

TASKS = TableSpec(
    key="task",
    title=_("督办事项"),
    columns=(
        Column("code", _("编号"), lambda t: t.code, kind="code", sort="code"),
        Column("title", _("事项"), lambda t: t.title),
        Column("kind", _("来源"), lambda t: t.kind),
        Column("chain", _("产业链"), lambda t: fields.code(t.chain), kind="code"),
        Column("responsible", _("承办单位"), lambda t: t.responsible.code, kind="code"),
        fields.field(Task, "due_on", kind="date", sort="due_on"),
        Column("state", _("状态"), lambda t: t.state),
        fields.field(Task, "reply"),
        fields.field(Task, "return_reason"),
        Column("assigned_at", _("交办时间"), lambda t: t.assigned_at, kind="datetime", sort="assigned_at"),
        Column("signed_at", _("签收时间"), lambda t: t.signed_at, kind="datetime"),
        Column("submitted_at", _("报结时间"), lambda t: t.submitted_at, kind="datetime"),
        Column("closed_at", _("销号时间"), lambda t: t.closed_at, kind="datetime"),
        fields.VERSION,
    ),
    filters=(
        CHAIN_FILTER,
        Filter("state", _("状态"), choices=Task.State.choices),
        Filter("kind", _("来源"), choices=Task.Kind.choices),
        Filter("due_on", _("办结期限"), kind="date_range"),
    ),
    search=("title", "code"),
    default_order=("due_on", "code"),
)
