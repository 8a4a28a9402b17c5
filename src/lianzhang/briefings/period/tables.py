"""The rows behind the figures of a weekly or monthly draft, each opening its record."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from lianzhang.briefings.addresses import address
from lianzhang.collecting import rules
from lianzhang.collecting.models import Collection, Submission
from lianzhang.projects.stages import Stage
from lianzhang.supervision.models import Task
from lianzhang.tables import Column, Empty, Light, TableSpec, values

EMPTY = Empty(_("期间没有。"))


def _project(row: Any) -> Any:
    return getattr(row, "project", row)


def _project_url(row: Any) -> str:
    return address("projects:project", _project(row).code)


NAME = Column("name", _("项目"), lambda r: _project(r).name, link=_project_url, is_wrapped=True)
CHAIN = Column("chain", _("产业链"), lambda r: _project(r).chain.name)
DISTRICT = Column("district", _("区市"), lambda r: _project(r).district.name if _project(r).district else None)


def _spec(key: str, title: Any, *columns: Column, invented: str = "project__is_illustrative", note: Any = "") -> Any:
    return TableSpec(
        key=f"period_{key}", title=title, columns=columns, empty=EMPTY, note=note, is_ticked=False, invented=invented
    )


NEW = _spec(
    "new",
    _("新增线索"),
    NAME,
    CHAIN,
    DISTRICT,
    Column("investor", _("投资方"), lambda p: p.investor_name or None),
    Column("reported_at", _("首报时间"), lambda p: p.first_reported_at, kind="datetime"),
    Column("intended_wan", _("意向投资"), lambda p: p.intended_wan, kind="wan"),
    invented="is_illustrative",
)
MOVES = _spec(
    "moves",
    _("阶段推进"),
    NAME,
    CHAIN,
    DISTRICT,
    Column("stage", _("进入阶段"), lambda e: Stage(e.stage).label),
    Column("entered_on", _("日期"), lambda e: e.entered_on, kind="date"),
    Column("proof_count", _("佐证（件）"), lambda e: len(e.proof_ids), kind="integer"),
    Column("checked_by", _("核验"), lambda e: e.checked_by.name if e.checked_by else None),
    Column("agreed_wan", _("协议投资"), lambda e: e.project.agreed_wan, kind="wan", is_default=False),
)
ENDED = _spec(
    "ended",
    _("流失、终止、暂缓和流转"),
    NAME,
    CHAIN,
    DISTRICT,
    Column("status", _("状态"), lambda p: p.get_status_display()),
    Column("status_on", _("日期"), lambda p: p.status_on, kind="date"),
    Column("reason", _("原因"), lambda p: p.status_reason or None, is_wrapped=True),
    Column("lost_to", _("流失去向"), lambda p: p.lost_to or None),
    invented="is_illustrative",
)
TURNS = _spec(
    "turns",
    _("转灯"),
    NAME,
    CHAIN,
    DISTRICT,
    Column(
        "light",
        _("灯"),
        lambda t: Light("late", _("转为滞后")) if t.is_red else Light("normal", _("转回正常")),
        kind="light",
    ),
    Column("reason", _("原因"), lambda t: t.reason or None, is_wrapped=True),
)
CLOCKS = _spec(
    "clocks",
    _("线索时限逾期"),
    NAME,
    CHAIN,
    DISTRICT,
    Column("kind", _("事项"), lambda c: c.get_kind_display()),
    Column("started_on", _("起算日"), lambda c: c.started_on, kind="date"),
    Column("due_on", _("时限"), lambda c: c.due_on, kind="date"),
)


def _answer(row: Submission) -> Light:
    first, due = row.first_submitted_at, row.collection.due_at
    if row.state not in rules.RECEIVED or first is None:
        is_over = row.collection.state == Collection.State.CLOSED and first is None  # what was only begun never came
        word = Submission.State.EXPECTED.label if is_over else row.get_state_display()
        return Light("late" if is_over or getattr(row, "was_due", False) else "idle", word)
    return Light("normal", _("按时")) if first <= due else Light("watch", _("迟报"))


ANSWERS = _spec(
    "answers",
    _("调度和收表"),
    Column(
        "title",
        _("收表任务"),
        lambda s: s.collection.name,
        link=lambda s: address("rounds:one" if s.collection.kind == "month" else "collecting:one", s.collection.code),
        is_wrapped=True,
    ),
    Column("body", _("单位"), lambda s: s.body.name),
    Column("due_at", _("截止时间"), lambda s: s.collection.due_at, kind="datetime"),
    Column("first_submitted_at", _("首次报送"), lambda s: s.first_submitted_at, kind="datetime"),
    Column("light", _("状态"), _answer, kind="light"),
    invented="collection__is_illustrative",
)


def _reported(report: Any) -> str | None:
    """What the district had reported, where it was put right after the close: both stay in sight."""
    pairs = (
        (_("当月"), report.done_month_wan, report.right_month_wan),
        (_("年度累计"), report.done_year_wan, report.right_year_wan),
    )
    said = [
        f"{label} {values.plain(was, 'wan') if was is not None else '—'}" for label, was, now in pairs if was != now
    ]
    return "；".join(map(str, said)) or None


MONTHS = _spec(
    "months",
    _("当月完成投资"),
    NAME,
    CHAIN,
    DISTRICT,
    Column("done_month_wan", _("当月完成投资"), lambda r: r.right_month_wan, kind="wan", sort="right_month_wan"),
    Column("done_year_wan", _("年度累计完成投资"), lambda r: r.right_year_wan, kind="wan", sort="right_year_wan"),
    Column("reported", _("更正前原报"), _reported, is_wrapped=True),
    Column("arrived_month_wan", _("当月到位资金"), lambda r: r.arrived_month_wan, kind="wan", sort="arrived_month_wan"),
    Column("state", _("状态"), lambda r: r.get_state_display()),
    note=_("已报和已核的行，关账后有更正的按更正数；到位资金为累计数与上月之差，上月未报的不计。"),
)
REQUESTS = _spec(
    "requests",
    _("企业诉求"),
    Column("code", _("编号"), lambda r: r.code, kind="code", link=lambda r: address("supervision:request", r.code)),
    Column("enterprise", _("企业"), lambda r: r.enterprise.name),
    Column("text", _("内容"), lambda r: r.text[:80], is_wrapped=True),
    Column("handler", _("承办单位"), lambda r: r.handler.name if r.handler else None),
    Column("received_on", _("收到日期"), lambda r: r.received_on, kind="date"),
    Column("due_on", _("时限"), lambda r: r.due_on, kind="date"),
    Column("closed_on", _("办结日期"), lambda r: r.closed_on, kind="date"),
    invented="is_illustrative",
)
TASKS = _spec(
    "tasks",
    _("督办事项"),
    Column("code", _("编号"), lambda t: t.code, kind="code", link=lambda t: address("supervision:task", t.code)),
    Column("title", _("事项"), lambda t: t.title, is_wrapped=True),
    Column("responsible", _("承办单位"), lambda t: t.responsible.name),
    Column("due_on", _("办结期限"), lambda t: t.due_on, kind="date"),
    Column("state", _("状态"), lambda t: Task.State(t.state).label),
    Column("closed_at", _("销号时间"), lambda t: t.closed_at, kind="datetime"),
    invented="is_illustrative",
)
