"""Collections and months: forms that are out, monthly rounds, and the rows of the months, to be read."""

from django.utils.translation import gettext_lazy as _

from lianzhang.api import fields, resources
from lianzhang.collecting import queries
from lianzhang.collecting.models import Collection
from lianzhang.projects.models import MonthReport, Project
from lianzhang.projects.monthly import tables as months
from lianzhang.tables import Column, Filter, TableSpec

STATE = Filter("state", _("状态"), choices=Collection.State.choices)
COUNTS = (
    Column("expected_count", _("应报"), lambda c: c.expected_count, kind="integer"),
    Column("received_count", _("已报"), lambda c: c.received_count, kind="integer"),
    Column("on_time_count", _("按时"), lambda c: c.on_time_count, kind="integer"),
    Column("accepted_count", _("已核"), lambda c: c.accepted_count, kind="integer"),
    Column("due_at", _("截止时间"), lambda c: c.due_at, kind="datetime", sort="due_at"),
    Column("opened_at", _("发起时间"), lambda c: c.opened_at, kind="datetime", sort="opened_at"),
    Column("closed_at", _("关闭时间"), lambda c: c.closed_at, kind="datetime", sort="closed_at"),
    Column("close_reason", _("关闭说明"), lambda c: c.close_reason or None),
    Column("is_illustrative", _("示例数据"), lambda c: c.is_illustrative, kind="boolean"),
    fields.VERSION,
)
_FORMS = TableSpec(
    key="collection",
    title=_("收表任务"),
    columns=(
        Column("code", _("编号"), lambda c: c.code, kind="code", sort="code"),
        Column("title", _("名称"), lambda c: c.title),
        Column("owner", _("发起单位"), lambda c: c.owner.code, kind="code"),
        Column("state", _("状态"), lambda c: c.state, sort="state"),
        *COUNTS,
    ),
    filters=(STATE,),
    search=("title", "code"),
    default_order=("-opened_at",),
)
_ROUNDS = TableSpec(
    key="month",
    title=_("月度调度"),
    columns=(
        Column("code", _("编号"), lambda c: c.code, kind="code", sort="code"),
        Column("period_on", _("月份"), lambda c: c.period, kind="date", sort="period"),
        Column("state", _("状态"), lambda c: c.state, sort="state"),
        *COUNTS,
    ),
    filters=(STATE,),
    search=("code",),
    default_order=("-period",),
)


_REPORTS = TableSpec(
    key="month_report",
    is_long=True,
    title=_("重点项目月报"),
    columns=(
        Column("id", _("编号"), lambda r: r.pk, kind="integer"),
        Column("project", _("项目"), lambda r: r.project.code, kind="code", sort="project__code"),
        Column("month_on", _("月份"), lambda r: r.month, kind="date", sort="month"),
        Column("district", _("区市"), lambda r: fields.code(r.body), kind="code"),
        Column("state", _("状态"), lambda r: r.state, sort="state"),
        fields.field(MonthReport, "done_month_wan", kind="wan"),
        fields.field(MonthReport, "done_year_wan", kind="wan"),
        fields.field(MonthReport, "arrived_wan", kind="wan"),
        fields.field(MonthReport, "progress"),
        fields.field(MonthReport, "next_milestone"),
        fields.field(MonthReport, "next_due_on", kind="date"),
        Column("blockage_kind", _("卡点类别"), lambda r: r.blockage_kind or None),
        fields.field(MonthReport, "blockage"),
        Column("doubts", _("存疑"), lambda r: [one["code"] for one in r.doubts], kind="list"),
        fields.field(MonthReport, "explanation"),
        Column("corrections", _("更正"), months.corrections),
        fields.VERSION,
    ),
    filters=(
        Filter("project", _("项目"), kind="text", apply=lambda found, code: found.filter(project__code=code)),
        Filter("district", _("区市"), kind="text", apply=lambda found, code: found.filter(body__code=code)),
        Filter("month", _("月份"), kind="date_range"),
        Filter("state", _("状态"), choices=MonthReport.State.choices),
        Filter("blockage_kind", _("卡点类别"), choices=Project.Blockage.choices),
    ),
    search=("project__name", "project__code"),
    default_order=("-month", "pk"),
    invented="project__is_illustrative",
)
COLLECTIONS = resources.Resource(
    key="collections", table=_FORMS, rows=lambda person: queries.listed(person, kind=Collection.Kind.FORM)
)
MONTHS = resources.Resource(
    key="months", table=_ROUNDS, rows=lambda person: queries.listed(person, kind=Collection.Kind.MONTH)
)
MONTH_REPORTS = resources.Resource(
    key="month-reports",
    table=_REPORTS,
    rows=lambda person: (
        MonthReport.objects.visible_to(person).select_related("project", "body").prefetch_related("corrections")
    ),
    lookup="pk",
)
