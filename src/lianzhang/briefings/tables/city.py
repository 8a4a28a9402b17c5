"""全市总表 as a table: its columns, what each cell opens, and the words that say how to read it."""

from collections.abc import Callable, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from lianzhang.briefings.addresses import address
from lianzhang.briefings.city import Row, statement
from lianzhang.chains import rules
from lianzhang.tables import NOT_APPLICABLE, Column, Empty, TableSpec
from lianzhang.tables.values import Blank


def _shortened(texts: Sequence[str], *, most: int) -> str:
    shown = "；".join(texts[:most])
    rest = len(texts) - most
    if rest <= 0:
        return shown
    return ngettext("%(shown)s；另%(n)d项", "%(shown)s；另%(n)d项", rest) % {"shown": shown, "n": rest}


def _names(names: Sequence[str], row: Row) -> str:
    return _("、").join(names) or row.vacant


def _answering(row: Row) -> str:
    """The three posts in one cell; a chain nobody is known for says so once."""
    if row.answering.is_vacant:
        return row.vacant
    posts = (row.answering.chiefs, row.answering.deputies, row.answering.heads)
    return " / ".join(_names(names, row) for names in posts)


def _actions_url(row: Row, situation: str = "") -> str:
    asked: dict[str, str | int] = {"chain": row.chain.code, "year": row.year}
    if situation:
        asked["situation"] = situation
    return address("chains:plan_actions", **asked) if row.plan.actions else ""


def _count(
    key: str,
    label: Any,
    group: Any,
    count: Callable[[Row], int | Blank | None],
    url: Callable[[Row], str],
    *,
    about: Any = "",
) -> Column:
    """A column of counts that adds up; a count of nothing opens nothing."""

    def link(row: Row) -> str:
        found = count(row)
        return url(row) if isinstance(found, int) and found > 0 else ""

    return Column(key, label, count, kind="integer", link=link, group=group, help=about, is_total=True)


def _by_light(key: str, label: Any, situation: str, *lights: rules.Light, about: Any = "") -> Column:
    """How many of the year's actions show one of these lights."""

    def count(row: Row) -> int | Blank:
        return row.plan.count(*lights) if row.plan.actions else NOT_APPLICABLE

    return _count(key, label, gettext_lazy("计划"), count, lambda row: _actions_url(row, situation), about=about)


def _by_stage(key: str, label: Any) -> Column:
    """How many projects stand in a group of stages; blank where the chain has none on record."""

    def count(row: Row) -> int | None:
        return int(getattr(row.stages, key)) if row.stages is not None else None

    return _count(
        key, label, gettext_lazy("项目"), count, lambda row: address("projects:list", chain=row.chain.code, group=key)
    )


def results_text(row: Row, *, most: int) -> str:
    """上年结果 in words, the first `most` of them."""
    return _shortened([statement(result) for result in row.results], most=most)


def plan_text(row: Row, *, most: int) -> str:
    """今年计划 in words, or that the source lists none."""
    if not row.plan.actions:
        return _("未列")
    return _shortened([statement(action) for action in row.plan.actions], most=most)


def _results_source(row: Row) -> str:
    return address("chains:explain_results", row.chain.code, str(row.year - 1)) if row.results else ""


def _plan_source(row: Row) -> str:
    return address("chains:explain_plan", row.chain.code, str(row.year)) if row.plan.actions else ""


L = rules.Light
CITY = TableSpec(
    key="city",
    invented="chain__is_illustrative",
    title=gettext_lazy("全市总表"),
    columns=(
        Column(
            "chain",
            gettext_lazy("产业链"),
            lambda r: r.chain.name,
            link=lambda r: address("chains:chain", r.chain.code),
        ),
        Column("group", gettext_lazy("分组"), lambda r: r.group),
        Column("answering", gettext_lazy("链长/副链长/专班"), _answering),
        Column(
            "chief",
            gettext_lazy("链长"),
            lambda r: _names(r.answering.chiefs, r),
            group=gettext_lazy("责任"),
            is_default=False,
        ),
        Column(
            "deputy",
            gettext_lazy("副链长"),
            lambda r: _names(r.answering.deputies, r),
            group=gettext_lazy("责任"),
            is_default=False,
        ),
        Column(
            "head",
            gettext_lazy("专班"),
            lambda r: _names(r.answering.heads, r),
            group=gettext_lazy("责任"),
            is_default=False,
        ),
        Column(
            "results",
            gettext_lazy("上年结果"),
            lambda r: results_text(r, most=1) or None,
            explain=_results_source,
            is_wrapped=True,
        ),
        Column(
            "plan",
            gettext_lazy("今年计划"),
            lambda r: plan_text(r, most=1),
            link=_actions_url,
            explain=_plan_source,
            is_wrapped=True,
        ),
        _count(
            "plan_count",
            gettext_lazy("项"),
            gettext_lazy("计划"),
            lambda r: len(r.plan.actions) or NOT_APPLICABLE,
            _actions_url,
        ),
        _by_light("green_count", gettext_lazy("正常"), "green", L.GREEN),
        _by_light(
            "behind_count", gettext_lazy("滞后"), "behind", L.YELLOW, L.RED, about=gettext_lazy("预警与滞后合计")
        ),
        _by_light("done_count", gettext_lazy("完成"), "done", L.DONE),
        _by_light(
            "grey_count",
            gettext_lazy("未评"),
            "grey",
            L.GREY,
            L.DROPPED,
            about=gettext_lazy("未报进展、填报存疑或已调整"),
        ),
        _count(
            "overdue_count",
            gettext_lazy("计划"),
            gettext_lazy("逾期"),
            lambda r: r.plan.overdue_count if r.plan.actions else NOT_APPLICABLE,
            lambda r: _actions_url(r, "overdue"),
            about=gettext_lazy("时限已过而未完成的计划事项，含未报进展的"),
        ),
        _count(
            "late_task_count",
            gettext_lazy("督办"),
            gettext_lazy("逾期"),
            lambda r: r.late_tasks,
            lambda r: address("supervision:tasks", chain=r.chain.code, overdue=1),
        ),
        _count(
            "late_project_count",
            gettext_lazy("项目"),
            gettext_lazy("逾期"),
            lambda r: r.late_projects if r.stages is not None else None,
            lambda r: address("projects:list", chain=r.chain.code, late=1),
        ),
        _by_stage("talks", gettext_lazy("在谈")),
        _by_stage("signed", gettext_lazy("签约")),
        _by_stage("building", gettext_lazy("在建")),
        _by_stage("production", gettext_lazy("投产")),
        Column("as_of_on", gettext_lazy("数据截至"), lambda r: r.as_of, kind="date"),
        Column(
            "all_results",
            gettext_lazy("全部上年结果"),
            lambda r: results_text(r, most=99) or None,
            is_wrapped=True,
            is_default=False,
        ),
        Column(
            "all_plans",
            gettext_lazy("全部计划事项"),
            lambda r: plan_text(r, most=99),
            is_wrapped=True,
            is_default=False,
        ),
    ),
    row_id=lambda r: r.chain.code,
    is_ticked=False,
    row_url=lambda r: address("chains:chain", r.chain.code),
    empty=Empty(gettext_lazy("本方案还没有产业链。")),
    note=gettext_lazy(
        "“未列”指来源没有列出该链计划，可由专班自行补充；“—”指没有登记，不等于没有；"
        "来源未列时限的年度计划按年末计，时限已过而未报进展的计入逾期、不评灯。"
    ),
    paper="a3",
    page_size=200,
)
