"""Tables of supervision: tasks with lateness in working days, a meeting's decisions, requests, visits.

Lateness is counted on a day over a calendar, so the task and request tables are built for one.
"""

from collections.abc import Callable
from datetime import date
from functools import cache
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from lianzhang.accounts.models import Body
from lianzhang.projects import choices
from lianzhang.supervision import escalation, queries, states
from lianzhang.supervision.models import Meeting, Request, Task, Visit
from lianzhang.tables import Badge, Column, Empty, Filter, Light, TableSpec
from lianzhang.tables.addresses import address
from lianzhang.workdays import clock

CLOCK_NOTE = _("逾期天数为工作日，按国务院公布的节假日和调休计，并以本市工作日调整表为准。")
# Labels come from the enumerations: Django's get_…_display() translates every choice of the field for each row.
TONES = {"unsigned": "watch", "handling": "plain", "review": "accent", "closed": "normal", "returned": "late"}


@cache
def _days_left(days: int) -> str:
    return ngettext("还有%(days)s个工作日", "还有%(days)s个工作日", days) % {"days": days}


def _days_late(days: int) -> str:
    return ngettext("逾期%(days)s个工作日", "逾期%(days)s个工作日", days) % {"days": days}


def task_page(task: Task) -> str:
    """The address of a task."""
    return address("supervision:task", task.code)


def request_page(request: Request) -> str:
    """The address of a request."""
    return address("supervision:request", request.code)


def meeting_page(meeting: Meeting) -> str:
    """The address of a meeting."""
    return address("supervision:meeting", meeting.code)


def visit_page(visit: Visit) -> str:
    """The address of a visit."""
    return address("supervision:visit", visit.pk)


def task_light(task: Task, *, today: date, calendar: clock.WorkingCalendar) -> Light:
    """状态灯 of a task: overdue by so many working days, due soon, or how it ended."""
    if task.state not in states.OPEN:
        return Light("done" if task.state == states.State.CLOSED else "suspended", Task.State(task.state).label)
    late = queries.lateness(task, today=today, calendar=calendar)
    if late.days:
        about = _now("（按周末估算）") if late.is_estimated else ""
        return Light("late", _days_late(late.days) + about, late.level.label if late.level else "")
    if task.due_on < today:
        return Light("late", _now("已过期限"), _now("期限后尚无工作日"))
    left = clock.days_left(task.due_on, today=today, calendar=calendar)
    if task.due_on == today:
        return Light("watch", _now("今天到期"))
    return Light("watch" if left <= 2 else "normal", _days_left(left))


def must_act(task: Task, *, today: date, calendar: clock.WorkingCalendar) -> str:
    """Who must act now: the doer or whoever judges; on an overdue task also the level it has climbed to."""
    if task.state not in states.OPEN:
        return ""
    is_doer = task.state in states.WITH_DOER
    body = task.responsible if is_doer else task.assigned_by_body
    level = queries.lateness(task, today=today, calendar=calendar).level
    return " → ".join(part for part in (body.name if body else "", level.label if level else "") if part)


def holder(request: Request) -> str:
    """Who has a request now: who is to hand it over, the handling body with the level it was taken to, or the firm."""
    if request.state == Request.State.CLOSED:
        return ""
    if request.state == Request.State.ANSWERED:
        return _now("%(firm)s（待评价）") % {"firm": request.enterprise.name}
    if request.handler is None:
        body = request.chain.body if request.chain is not None else None
        who = _now("%(body)s（待交办）") % {"body": body.name if body is not None else _now("秘书处")}
    else:
        who = request.handler.name
    level = next((found.label for found in escalation.levels() if found.key == request.escalated_to), "")
    return f"{who} → {level}" if level and request.state == Request.State.ESCALATED else who


def state(task: Task) -> Badge:
    """The state as a badge."""
    return Badge(Task.State(task.state).label, TONES.get(task.state, "draft"))


def _name(field: str) -> Callable[[Any], Any]:
    return lambda row: str(found) if (found := getattr(row, field)) is not None else None


def _chain(row: Any) -> Any:
    return row.chain.name if row.chain else None


def tasks(*, today: date, calendar: clock.WorkingCalendar) -> TableSpec:
    """督办台账 as it stands on `today`."""

    return TableSpec(
        key="tasks",
        title=_("督办事项"),
        columns=(
            Column("title", _("事项"), lambda t: t.title, link=task_page, sort="title", is_wrapped=True),
            Column("code", _("编号"), lambda t: t.code, kind="code", sort="code", is_default=False),
            Column("light", _("状态灯"), lambda t: task_light(t, today=today, calendar=calendar), kind="light"),
            Column("state", _("状态"), state, kind="badge", sort="state"),
            Column("chain", _("产业链"), _chain, sort="chain__position"),
            Column("responsible", _("承办单位"), _name("responsible"), sort="responsible__name_zh"),
            Column("due_on", _("办结期限"), lambda t: t.due_on, kind="date", sort="due_on"),
            Column("must_act", _("现由谁办理"), lambda t: must_act(t, today=today, calendar=calendar), is_wrapped=True),
            Column("kind", _("来源"), lambda t: Task.Kind(t.kind).label, sort="kind"),
            Column("assigned_by", _("交办单位"), _name("assigned_by_body"), sort="assigned_by_body__name_zh"),
            Column(
                "assigned_at",
                _("交办时间"),
                lambda t: t.assigned_at,
                kind="datetime",
                sort="assigned_at",
                is_default=False,
            ),
            Column("working_days", _("时限（工作日）"), lambda t: t.working_days, kind="integer", is_default=False),
            Column("reply", _("办理情况"), lambda t: t.reply, is_wrapped=True, is_default=False),
            Column(
                "returned_count",
                _("退回次数"),
                lambda t: t.returned_count,
                kind="integer",
                sort="returned_count",
                is_default=False,
            ),
            Column(
                "closed_at", _("销号时间"), lambda t: t.closed_at, kind="datetime", sort="closed_at", is_default=False
            ),
        ),
        filters=_task_filters(today=today, calendar=calendar),
        search=("title", "code", "responsible__name_zh", "reply"),
        default_order=("due_on", "code"),
        row_id="code",
        row_url=task_page,
        empty=Empty(_("没有督办事项。")),
        note=CLOCK_NOTE,
    )


def _task_filters(*, today: date, calendar: clock.WorkingCalendar) -> tuple[Filter, ...]:
    def overdue(found: "QuerySet[Task]", is_overdue: bool) -> "QuerySet[Task]":  # noqa: FBT001 - called by the table
        late = queries.is_overdue(today)
        return found.filter(late) if is_overdue else found.exclude(late)

    def at_level(found: "QuerySet[Task]", key: str) -> "QuerySet[Task]":
        level = next(level for level in escalation.levels() if level.key == key)
        above = escalation.next_above(key)
        found = found.filter(queries.is_overdue(today), due_on__lte=latest(level.from_days))
        return found if above is None else found.filter(due_on__gt=latest(above.from_days))

    def latest(days: int) -> date:
        return clock.latest_due(days, today=today, calendar=calendar)

    return (
        Filter("chain", _("产业链"), choices=choices.chains, path="chain__code"),
        Filter("overdue", _("逾期"), kind="boolean", apply=overdue),
        Filter("state", _("状态"), kind="multi", choices=states.State.choices),
        Filter("level", _("提级"), choices=[(level.key, level.label) for level in escalation.levels()], apply=at_level),
        Filter("kind", _("来源"), choices=Task.Kind.choices, is_folded=True),
        Filter("body", _("承办单位"), kind="text", path="responsible__name_zh", is_folded=True),
        Filter("due", _("办结期限"), kind="date_range", path="due_on", is_folded=True),
    )


def decisions(became: Callable[[Any], str]) -> TableSpec:
    """议定事项 of one meeting; `became` says what became of one."""
    return TableSpec(
        key="decisions",
        invented="meeting__is_illustrative",
        title=_("议定事项"),
        columns=(
            Column("number", _("序号"), lambda d: d.number, kind="integer"),
            Column("text", _("议定事项"), lambda d: d.text, is_wrapped=True),
            Column("responsible", _("承办单位"), _name("responsible")),
            Column("working_days", _("时限（工作日）"), lambda d: d.working_days, kind="integer"),
            Column("became", _("落实情况"), became, is_wrapped=True),
        ),
        empty=Empty(_("还没有议定事项。")),
    )


MEETINGS = TableSpec(
    key="meetings",
    title=_("会议"),
    columns=(
        Column("title", _("会议"), lambda m: m.title, link=meeting_page, sort="title", is_wrapped=True),
        Column("code", _("编号"), lambda m: m.code, kind="code", sort="code", is_default=False),
        Column("kind", _("种类"), lambda m: Meeting.Kind(m.kind).label, sort="kind"),
        Column("chain", _("产业链"), _chain, sort="chain__position"),
        Column("held_on", _("日期"), lambda m: m.held_on, kind="date", sort="held_on"),
        Column("place", _("地点"), lambda m: m.place, is_default=False),
        Column("decision_count", _("议定事项"), lambda m: m.decision_count, kind="integer", sort="decision_count"),
        Column("open_count", _("未销号事项"), lambda m: m.open_count, kind="integer", sort="open_count"),
    ),
    filters=(
        Filter("chain", _("产业链"), choices=choices.chains, path="chain__code"),
        Filter("kind", _("种类"), choices=Meeting.Kind.choices),
        Filter("held", _("日期"), kind="date_range", path="held_on", is_folded=True),
    ),
    search=("title", "code", "summary", "place"),
    default_order=("-held_on", "code"),
    row_id="code",
    row_url=meeting_page,
    empty=Empty(_("还没有会议。")),
)


def request_light(request: Request, *, today: date, calendar: clock.WorkingCalendar) -> Light:
    """状态灯 of a request: overdue by working days, due soon, waiting for a body, or closed."""
    if request.state == Request.State.CLOSED:
        return Light("done", Request.State(request.state).label)
    if request.due_on is None:
        return Light("idle", _now("未交办"))
    late = clock.days_late(request.due_on, today=today, calendar=calendar)
    if late:
        return Light("late", _days_late(late))
    left = clock.days_left(request.due_on, today=today, calendar=calendar)
    return Light("watch" if left <= 2 else "normal", _days_left(left))


SATISFACTION = {"satisfied": _("满意"), "mostly": _("基本满意"), "unsatisfied": _("不满意")}


def satisfaction(request: Request) -> str:
    """企业评价 in words; a word of a ledger as it came."""
    return str(SATISFACTION.get(request.satisfaction, request.satisfaction))


def _of_firms_in(found: "QuerySet[Request]", district: str) -> "QuerySet[Request]":
    regions = Body.objects.filter(code=district).exclude(region_code="").values("region_code")
    return found.filter(enterprise__region_code__in=regions)


def requests(*, today: date, calendar: clock.WorkingCalendar) -> TableSpec:
    """企业诉求清单 (L5) as it stands on `today`."""

    def overdue(found: "QuerySet[Request]", is_overdue: bool) -> "QuerySet[Request]":  # noqa: FBT001
        late = found.filter(due_on__lt=today).exclude(state=Request.State.CLOSED)
        return late if is_overdue else found.exclude(pk__in=late.values("pk"))

    return TableSpec(
        key="requests_ledger",
        title=_("企业诉求"),
        columns=(
            Column("text", _("内容"), lambda r: r.text, link=request_page, is_wrapped=True),
            Column("code", _("编号"), lambda r: r.code, kind="code", sort="code"),
            Column("enterprise", _("企业"), lambda r: r.enterprise.name, sort="enterprise__name"),
            Column("chain", _("产业链"), _chain, sort="chain__position"),
            Column("kind", _("诉求类型"), lambda r: Request.Kind(r.kind).label, sort="kind"),
            Column("light", _("状态灯"), lambda r: request_light(r, today=today, calendar=calendar), kind="light"),
            Column("state", _("状态"), lambda r: Request.State(r.state).label, sort="state"),
            Column("handler", _("承办单位"), _name("handler"), sort="handler__name_zh"),
            Column("holder", _("现由谁办理"), holder, is_wrapped=True),
            Column("received_on", _("收到日期"), lambda r: r.received_on, kind="date", sort="received_on"),
            Column("due_on", _("时限"), lambda r: r.due_on, kind="date", sort="due_on"),
            Column("answered_on", _("答复日期"), lambda r: r.answered_on, kind="date", is_default=False),
            Column("closed_on", _("办结日期"), lambda r: r.closed_on, kind="date", is_default=False),
            Column("satisfaction", _("企业评价"), satisfaction, is_default=False),
            Column("channel", _("来源渠道"), lambda r: r.channel, is_default=False),
        ),
        filters=(
            Filter("chain", _("产业链"), choices=choices.chains, path="chain__code"),
            Filter("overdue", _("逾期"), kind="boolean", apply=overdue),
            Filter("state", _("状态"), kind="multi", choices=Request.State.choices),
            Filter("kind", _("诉求类型"), choices=Request.Kind.choices),
            Filter("district", _("区市"), choices=choices.districts, apply=_of_firms_in, is_folded=True),
            Filter("handler", _("承办单位"), kind="text", path="handler__name_zh", is_folded=True),
            Filter("received", _("收到日期"), kind="date_range", path="received_on", is_folded=True),
        ),
        search=("text", "code", "enterprise__name", "handler__name_zh", "answer"),
        default_order=("-received_on", "code"),
        row_id="code",
        row_url=request_page,
        empty=Empty(_("还没有企业诉求。"), _("登记诉求"), "supervision:new_request"),
        note=CLOCK_NOTE,
    )


VISITS = TableSpec(
    key="visits",
    title=_("走访"),
    columns=(
        Column("enterprise", _("企业"), lambda v: v.enterprise.name, link=visit_page, sort="enterprise__name"),
        Column("chain", _("产业链"), _chain, sort="chain__position"),
        Column("visitor", _("走访领导"), lambda v: str(v.visitor.person) if v.visitor else None),
        Column("planned_on", _("计划日期"), lambda v: v.planned_on, kind="date", sort="planned_on"),
        Column("visited_on", _("走访日期"), lambda v: v.visited_on, kind="date", sort="visited_on"),
        Column("purpose", _("事由"), lambda v: v.purpose, is_wrapped=True),
        Column("promise_count", _("承诺事项"), lambda v: v.promise_count, kind="integer", sort="promise_count"),
        Column("open_count", _("未销号事项"), lambda v: v.open_count, kind="integer", sort="open_count"),
    ),
    filters=(
        Filter("chain", _("产业链"), choices=choices.chains, path="chain__code"),
        Filter("planned", _("计划日期"), kind="date_range", path="planned_on"),
    ),
    search=("enterprise__name", "purpose", "findings"),
    default_order=("-planned_on",),
    row_url=visit_page,
    empty=Empty(_("还没有走访。"), _("安排走访"), "supervision:new_visit"),
    note=_("走访没有形成承诺的，承诺事项为0。"),
)
