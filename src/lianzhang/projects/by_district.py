"""区市: the projects of each district by stage, what is late, money by kind, and its months handed in on time.

意向, 协议 and 到位 stay three sums; districts stand in the order of their codes, and nobody is ranked.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from lianzhang.accounts import districts
from lianzhang.accounts.models import Body, Person
from lianzhang.collecting import queries as collecting
from lianzhang.collecting import tables as collecting_tables
from lianzhang.collecting.models import Collection as Round
from lianzhang.collecting.models import Submission
from lianzhang.projects import queries, stages, tables
from lianzhang.projects.leads import clocks
from lianzhang.projects.models import Project
from lianzhang.tables import Column, Empty, Light, TableSpec
from lianzhang.tables.addresses import address

AHEAD = timedelta(days=7)  # leads whose clock ends within a week are shown
MOST = 10  # rows of a block; the rest is one click away
YEAR = 12  # months handed in
MONEY = ("intended_wan", "agreed_wan", "arrived_wan")


@dataclass(frozen=True, kw_only=True)
class Standing:
    """One district as it stands."""

    body: Body
    groups: dict[str, int] = field(default_factory=dict)  # open projects by group of stages
    late_count: int = 0
    money: dict[str, Decimal | None] = field(default_factory=dict)
    answers: collecting.Standing | None = None  # of the last months

    @property
    def pk(self) -> int:
        return self.body.pk


def standings(person: Person, *, today: date, bodies: Collection[Body] | None = None) -> list[Standing]:
    """Every district (or those named) as far as `person` reads its projects and months, by code; two queries."""
    found = districts.known(person) if bodies is None else bodies
    projects = Project.objects.visible_to(person).filter(district__in=[body.pk for body in found])
    is_open = Q(status__in=stages.OPEN)
    counts = {
        group.key: Count("pk", filter=is_open & Q(stage__in=stages.stages_of(group.key)))
        for group in stages.table().groups
    }
    sums = {name: Sum(name, filter=is_open) for name in MONEY}
    late = Count("pk", filter=queries.late_condition(today))
    read = projects.order_by().values("district").annotate(**counts, **sums, late=late)
    rows: dict[int, dict[str, Any]] = {row["district"]: dict(row) for row in read}
    answers = _answers(person, found)
    return [
        _standing(body, rows.get(body.pk, {}), answers.get(body.pk)) for body in sorted(found, key=lambda one: one.code)
    ]


def _standing(body: Body, row: dict[str, Any], answers: list[Submission] | None) -> Standing:
    return Standing(
        body=body,
        groups={group.key: row.get(group.key, 0) for group in stages.table().groups},
        late_count=row.get("late", 0),
        money={name: row.get(name) for name in MONEY},
        answers=collecting.standing(answers) if answers else None,
    )


def _answers(person: Person, bodies: Iterable[Body]) -> dict[int, list[Submission]]:
    """The answers of the last twelve months that were due, by body."""
    rows = months_of(person, [body.pk for body in bodies])
    found: dict[int, list[Submission]] = {}
    for row in rows:
        mine = found.setdefault(row.body_id, [])
        if len(mine) < YEAR:
            mine.append(row)
    return found


def months_of(person: Person, body_ids: list[int]) -> "QuerySet[Submission]":
    """The monthly answers of bodies, the newest first."""
    found = Submission.objects.visible_to(person).filter(body__in=body_ids, collection__kind=Round.Kind.MONTH)
    return found.select_related("collection", "body").order_by("-collection__due_at", "body")


def late(person: Person, body: Body, *, today: date) -> list[Project]:
    """The late projects of a district, the longest overdue node first."""
    found = queries.listed(person, today=today).filter(queries.late_condition(today), district=body)
    return list(found.order_by("next_due_on", "code")[:MOST])


def running_out(person: Person, body: Body, *, today: date) -> list[Project]:
    """The leads of a district whose clock has run out or ends within a week, the most urgent first."""
    leads = queries.listed(person, today=today).filter(clocks.is_worked(), district=body)
    rows: QuerySet[Any] = clocks.with_next(leads)  # what it annotates is no field
    return list(rows.filter(clock_due_on__lte=today + AHEAD).order_by("clock_due_on", "code")[:MOST])


def page(body: Body) -> str:
    """The address of a district."""
    return address("projects:district", body.code)


def _count(key: str, label: Any) -> Column:
    def link(one: Standing) -> str:
        return f"{reverse('projects:list')}?district={one.body.code}&group={key}"

    return Column(key, label, lambda one: one.groups[key], kind="integer", link=link, is_total=True, unit=_("个"))


def _money(key: str, label: Any) -> Column:
    return Column(key, label, lambda one: one.money[key], kind="wan", is_total=True, group=tables.MONEY)


def _ratio(one: Standing) -> Any:
    return one.answers.on_time_ratio if one.answers else None


DISTRICTS = TableSpec(
    key="districts",
    title=_("各区市项目"),
    columns=(
        Column("name", _("区市"), lambda one: one.body.name, link=lambda one: page(one.body)),
        _count("leads", _("线索")),
        _count("talks", _("在谈")),
        _count("signed", _("签约")),
        _count("building", _("在建")),
        _count("production", _("投产")),
        Column(
            "late",
            _("滞后"),
            lambda one: one.late_count,
            kind="integer",
            link=lambda one: f"{reverse('projects:list')}?district={one.body.code}&late=1",
            is_total=True,
            unit=_("个"),
        ),
        _money("intended_wan", _("意向")),
        _money("agreed_wan", _("协议")),
        _money("arrived_wan", _("到位")),
        Column("on_time_ratio", _("月报按期率"), _ratio, kind="ratio"),
    ),
    row_id="pk",
    row_url=lambda one: page(one.body),
    invented="body__is_illustrative",
    note=_(
        "按区市代码排列，不排名。只计未流失、未终止的项目；意向、协议、到位资金分列，不相加。"
        "月报按期率：最近12次月度调度中首次报送不晚于截止时间的÷应报。"
    ),
    empty=Empty(_("还没有区市。")),
)


def _block(key: str, title: Any, *, clock: bool) -> TableSpec:
    judged = (
        Column("clock", _("时限"), lambda p: clocks.light(p, today=p.today), kind="light") if clock else tables.LIGHT
    )
    return TableSpec(
        key=key,
        title=title,
        columns=(
            Column("name", _("项目名称"), tables.name, link=tables.page, is_wrapped=True),
            Column("chain", _("产业链"), lambda p: p.chain.name),
            Column("stage", _("阶段"), tables.stage, kind="badge"),
            judged,
            Column("next_milestone", _("下一节点"), lambda p: p.next_milestone, is_wrapped=True),
            Column("next_due_on", _("节点时限"), lambda p: p.next_due_on, kind="date"),
        ),
        row_id="code",
        row_url=tables.page,
        empty=Empty(_("没有。")),
    )


LATE = _block("district_late", _("滞后项目"), clock=False)
RUNNING_OUT = _block("district_leads", _("时限将到的线索"), clock=True)


def _answer(answer: Submission) -> str:
    return address("rounds:answer", answer.collection.code, answer.body.code)


def _on_time(answer: Submission) -> Light:
    if answer.first_submitted_at is None:
        return collecting_tables.answer_light(answer, is_late=False)
    is_late = answer.first_submitted_at > answer.collection.due_at
    return Light("late", _("逾期报送")) if is_late else Light("normal", _("按时"))


MONTHS = TableSpec(
    key="district_months",
    title=_("月度调度报送"),
    columns=(
        Column("title", _("月份"), lambda a: a.collection.title, link=_answer, is_wrapped=True),
        Column("due_at", _("截止"), lambda a: a.collection.due_at, kind="datetime"),
        Column("first_submitted_at", _("首次报送"), lambda a: a.first_submitted_at, kind="datetime"),
        Column("on_time", _("按期"), _on_time, kind="light"),
        Column("state", _("状态"), lambda a: a.get_state_display()),
    ),
    row_id="pk",
    invented=None,
    empty=Empty(_("还没有月度调度。")),
)
