"""Tables of the month: the rounds with expected, received and on time; the rows of one; what was corrected."""

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lianzhang.accounts.models import Body, Person
from lianzhang.accounts.rules import BodyKind
from lianzhang.chains.models import Chain
from lianzhang.collecting import tables as collecting
from lianzhang.collecting.actions import month_code
from lianzhang.collecting.models import Collection
from lianzhang.projects import naming
from lianzhang.projects.models import MonthReport, Project
from lianzhang.projects.monthly import actions, doubts, queries
from lianzhang.tables import Column, Empty, Filter, Light, TableSpec
from lianzhang.tables.addresses import address

State = MonthReport.State
LIGHTS = {State.DRAFT: "idle", State.SUBMITTED: "normal", State.RETURNED: "late", State.CHECKED: "done"}

ROUNDS = TableSpec(
    key="rounds",
    title=gettext_lazy("月度调度"),
    columns=(
        Column("month", gettext_lazy("月份"), lambda c: c.period, kind="month", sort="period", link=collecting.page),
        Column("code", gettext_lazy("编号"), lambda c: c.code, kind="code", sort="code", link=collecting.page),
        Column("state", gettext_lazy("状态"), collecting.state, kind="light", sort="state"),
        *collecting.counted(),
        Column("due_at", gettext_lazy("截止时间"), lambda c: c.due_at, kind="datetime", sort="due_at"),
        Column("closed_at", gettext_lazy("关账时间"), lambda c: c.closed_at, kind="datetime", sort="closed_at"),
        collecting.CLOSE_REASON,
    ),
    filters=(Filter("state", gettext_lazy("状态"), choices=Collection.State.choices),),
    search=("title", "code"),
    default_order=("-period",),
    row_id="code",
    is_ticked=False,
    empty=Empty(gettext_lazy("还没有发起过月度调度。"), gettext_lazy("发起月度调度"), "rounds:new"),
)


def light(report: MonthReport) -> Light:
    """填报中, 已报, 退回, 已核."""
    return Light(LIGHTS[State(report.state)], report.get_state_display(), report.check_note)


def doubt(report: MonthReport) -> Light | None:
    """存疑 in grey with its reasons; nothing where nothing is doubted."""
    return Light("idle", _("存疑"), doubts.said(report.doubts)) if report.doubts else None


def corrected(report: MonthReport) -> dict[str, Any]:
    """Field → its last correction, from those read with the row."""
    return {one.field: one for one in report.corrections.all()}


def _right(field: str) -> Callable[[MonthReport], Any]:
    """The corrected amount of a field; nothing where it stands as reported."""

    def value(report: MonthReport) -> Any:
        found = corrected(report).get(field)
        return queries.figure(found.after) if found is not None else None

    return value


def ratio(report: MonthReport) -> Any:
    """年度投资完成率 by the figure that holds."""
    done = queries.figure(found.after) if (found := corrected(report).get("done_year_wan")) else report.done_year_wan
    plan = report.project.plan_year_wan
    return done / plan if done is not None and plan else None


def corrections(report: MonthReport) -> str:
    """更正: field, before → after, day, reason; one after another."""
    return _("；").join(
        _("%(field)s %(before)s→%(after)s（%(on)s %(reason)s）")
        % {
            "field": actions.label(one.field),
            "before": one.before or "—",
            "after": one.after or "—",
            "on": one.corrected_on,
            "reason": one.reason,
        }
        for one in report.corrections.all()
    )


def row_page(report: MonthReport) -> str:
    """Where one row is read, and put right after the close."""
    return address("rounds:row", month_code(report.month), report.project.code)


def _is_late(report: MonthReport) -> bool:
    sent = report.submission
    first = sent.first_submitted_at if sent is not None else None
    return bool(first and sent and first > sent.collection.due_at)


def _doubtful(found: "QuerySet[MonthReport]", yes: bool) -> "QuerySet[MonthReport]":  # noqa: FBT001 - called by the table
    return found.exclude(doubts=[]) if yes else found.filter(doubts=[])


def _corrected(found: "QuerySet[MonthReport]", yes: bool) -> "QuerySet[MonthReport]":  # noqa: FBT001 - called by the table
    fixed = found.filter(corrections__isnull=False).values("pk")
    return found.filter(pk__in=fixed) if yes else found.exclude(pk__in=fixed)


def _districts(_person: Person) -> list[tuple[str, str]]:
    found = Body.objects.filter(kind=BodyKind.DISTRICT, is_active=True).order_by("name_zh")
    return [(body.code, body.name) for body in found]


def _chains(person: Person) -> list[tuple[str, str]]:
    reporting = Project.objects.filter(is_key=True).order_by().values("chain")
    found = Chain.objects.visible_to(person).filter(pk__in=reporting).order_by("scheme", "position")
    return [(chain.code, chain.name) for chain in found.only("code", "name_zh", "name_en")]


REPORTS = TableSpec(
    key="month_reports",
    title=gettext_lazy("重点项目月报"),
    columns=(
        Column(
            "code", gettext_lazy("编号"), lambda r: r.project.code, kind="code", sort="project__code", link=row_page
        ),
        Column("name", gettext_lazy("项目名称"), lambda r: naming.name(r.project), link=row_page, is_wrapped=True),
        Column("chain", gettext_lazy("产业链"), lambda r: r.project.chain.name),
        Column("district", gettext_lazy("区市"), lambda r: r.body.name if r.body else None, sort="body__name_zh"),
        Column("state", gettext_lazy("状态"), light, kind="light", sort="state"),
        Column("doubt", gettext_lazy("存疑"), doubt, kind="light"),
        Column(
            "plan_year_wan",
            gettext_lazy("年度计划投资"),
            lambda r: r.project.plan_year_wan,
            kind="wan",
            sort="project__plan_year_wan",
            is_total=True,
        ),
        Column(
            "done_month_wan",
            gettext_lazy("当月完成投资"),
            lambda r: r.done_month_wan,
            kind="wan",
            sort="done_month_wan",
            is_total=True,
        ),
        Column(
            "done_year_wan",
            gettext_lazy("年度累计（原报）"),
            lambda r: r.done_year_wan,
            kind="wan",
            sort="done_year_wan",
            is_total=True,
        ),
        Column("corrected_wan", gettext_lazy("年度累计（更正）"), _right("done_year_wan"), kind="wan"),
        Column("completion_ratio", gettext_lazy("年度完成率"), ratio, kind="ratio"),
        Column("arrived_wan", gettext_lazy("累计到位资金"), lambda r: r.arrived_wan, kind="wan", sort="arrived_wan"),
        Column("progress", gettext_lazy("形象进度"), lambda r: r.progress, is_wrapped=True),
        Column("next_milestone", gettext_lazy("下一节点"), lambda r: r.next_milestone, is_wrapped=True),
        Column("next_due_on", gettext_lazy("节点时限"), lambda r: r.next_due_on, kind="date", sort="next_due_on"),
        Column("blockage_kind", gettext_lazy("卡点类别"), lambda r: r.get_blockage_kind_display() or None),
        Column("blockage", gettext_lazy("存在问题"), lambda r: r.blockage, is_wrapped=True),
        Column("explanation", gettext_lazy("存疑说明"), lambda r: r.explanation, is_wrapped=True),
        Column("check_note", gettext_lazy("核验意见"), lambda r: r.check_note, is_wrapped=True, is_default=False),
        Column("is_late", gettext_lazy("逾期报送"), _is_late, kind="boolean"),
        Column("corrections", gettext_lazy("更正"), corrections, is_wrapped=True),
    ),
    filters=(
        Filter(
            "district",
            gettext_lazy("区市"),
            choices=_districts,
            apply=lambda found, code: found.filter(body__code=code),
        ),
        Filter(
            "chain",
            gettext_lazy("产业链"),
            choices=_chains,
            apply=lambda found, code: found.filter(project__chain__code=code),
        ),
        Filter("state", gettext_lazy("状态"), choices=State.choices),
        Filter(
            "is_mine",
            gettext_lazy("待我核验"),
            kind="boolean",
            apply=lambda found, yes: found.filter(is_mine=yes),
        ),
        Filter("is_doubtful", gettext_lazy("存疑"), kind="boolean", apply=_doubtful),
        Filter("is_corrected", gettext_lazy("有更正"), kind="boolean", apply=_corrected, is_folded=True),
        Filter("blockage_kind", gettext_lazy("卡点类别"), choices=Project.Blockage.choices, is_folded=True),
    ),
    search=("project__name", "project__code"),
    default_order=("body__name_zh", "project__code"),
    invented="project__is_illustrative",
    page_size=30,
    empty=Empty(gettext_lazy("还没有区市填报。")),
    note=gettext_lazy("年度完成率＝年度累计完成投资÷年度计划投资，有更正的按更正数。"),
)
