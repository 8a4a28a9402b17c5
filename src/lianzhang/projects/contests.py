"""首报争议 as a table: who was first by the system's clock, who contests it, what was decided, how credit counts."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import (
    Case,
    Count,
    DateField,
    DateTimeField,
    Exists,
    F,
    IntegerField,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Value,
    When,
)
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _say
from django.utils.translation import gettext_lazy as _

from lianzhang.accounts.models import Person
from lianzhang.projects import choices, tables
from lianzhang.projects.leads import rules
from lianzhang.projects.models import Contest, FollowUp, Project
from lianzhang.records.counting import CountOf
from lianzhang.tables import RESTRICTED, Badge, Column, Empty, Filter, TableSpec
from lianzhang.tables.addresses import address
from lianzhang.tables.values import plain

State = Contest.State
TONES = {"open": "watch", "upheld": "normal", "moved": "accent", "shared": "accent", "withdrawn": "plain"}
DECIDED = (State.UPHELD, State.MOVED, State.SHARED)
PARTIES = ("claimant", "challenger", "decided_by", "raised_by", "project__chain", "challenger_project")


@dataclass(frozen=True)
class Standing:
    """How many contests stand where, and since when the first waits."""

    counts: dict[str, int]
    waiting_since: datetime | None

    @property
    def open_count(self) -> int:
        """To be decided."""
        return self.counts.get(State.OPEN, 0)

    @property
    def decided_count(self) -> int:
        """Decided one way or the other."""
        return sum(self.counts.get(state, 0) for state in DECIDED)


def page(contest: Contest) -> str:
    """The address of a contest."""
    return address("projects:contest", contest.code)


def listed(person: Person, *, today: date) -> "QuerySet[Contest]":
    """The contests within reach, those to be decided first and of them the one that waits longest; each with what the
    reader may know of the two projects. A district sees its own contest and not the other's project."""
    seen = Project.objects.visible_to(person)
    found = Contest.objects.visible_to(person).select_related(*PARTIES)
    found = found.annotate(
        sees_project=Exists(seen.filter(pk=OuterRef("project"))),
        sees_other=Exists(seen.filter(pk=OuterRef("challenger_project"))),
    )
    return found.annotate(
        rank=Case(When(state=State.OPEN, then=0), default=1, output_field=IntegerField()),
        today=Value(today, output_field=DateField()),
        waits_from=Case(When(state=State.OPEN, then=F("raised_at")), output_field=DateTimeField()),
        closed_at=Case(
            When(state=State.OPEN, then=None), default=Coalesce("decided_at", "raised_at"), output_field=DateTimeField()
        ),
        seen_name=Case(When(sees_project=True, then=F("project__name"))),
        seen_investor=Case(When(sees_project=True, then=F("project__investor_name"))),
        seen_chain=Case(When(sees_project=True, then=F("project__chain__code"))),
        seen_other=Case(When(sees_other=True, then=F("challenger_project__code"))),
        first_deeds=_deeds("project", is_seen="sees_project"),
        other_deeds=_deeds("challenger_project", is_seen="sees_other"),
    )


def _deeds(field: str, *, is_seen: str) -> Case:
    """How often a side's project was followed up before it came to the contest, where the reader sees that project."""
    before = FollowUp.objects.filter(project=OuterRef(field), at__lt=OuterRef("raised_at")).order_by()
    counted = CountOf(before)
    return Case(When(**{is_seen: True}, then=counted), output_field=IntegerField())


def standing(person: Person) -> Standing:
    """The contests within reach by state; one query."""
    rows = Contest.objects.visible_to(person).order_by().values_list("state")
    found = {state: (count, first) for state, count, first in rows.annotate(count=Count("pk"), first=Min("raised_at"))}
    first = found.get(State.OPEN, (0, None))[1]
    return Standing({state: count for state, (count, _first) in found.items()}, first)


def open_count(person: Person) -> int:
    """How many contests within reach wait for a decision; one query."""
    return Contest.objects.visible_to(person).filter(state=State.OPEN).count()


def days(contest: Contest, *, today: date) -> int | None:
    """How long it waited, or has waited by `today`; nothing once taken back."""
    if contest.state == State.WITHDRAWN:
        return None
    return ((_day(contest.decided_at) or today) - timezone.localdate(contest.raised_at)).days


def credit(contest: Contest) -> str:
    """业绩分成 as this contest decided it, whatever a later one did; nothing before it is decided."""
    if contest.state not in DECIDED:
        return ""
    if contest.state == State.UPHELD:
        return _say("不变")
    is_shared = contest.state == State.SHARED
    shares = rules.shares_decided(claimant=contest.claimant, challenger=contest.challenger, is_shared=is_shared)
    return _say("，").join(f"{body.name} {plain(share, 'ratio', places=0)}" for body, share in shares.items())


def _of_first(told: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """What the contested project says, to who sees it."""
    return lambda contest: told(contest) if contest.sees_project else RESTRICTED


def _of_other(told: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """What the challenger's own project says; whether there is one is not told to who may not see it."""
    return lambda contest: told(contest) if contest.sees_other else None


def _day(at: datetime | None) -> date | None:
    return None if at is None else timezone.localdate(at)


def _of_body(found: Any, said: str) -> Any:
    """Contests in which a body of this name is a party."""
    parties = (f"{party}__{name}__icontains" for party in ("claimant", "challenger") for name in ("name_zh", "name_en"))
    condition = Q()
    for path in parties:
        condition |= Q(**{path: said})
    return found.filter(condition)


SIDES = (
    Column(
        "project", _("首报项目"), lambda c: c.project.code, kind="code", sort="project__code",
        link=lambda c: tables.page(c.project) if c.sees_project else None,
    ),
    Column("name", _("项目名称"), _of_first(lambda c: tables.name(c.project)), is_wrapped=True),
    Column(
        "investor", _("投资方"), _of_first(lambda c: c.project.investor_name), sort="seen_investor", is_wrapped=True,
        is_default=False,
    ),
    Column("chain", _("产业链"), _of_first(lambda c: c.project.chain.name), is_default=False),
    Column("claimant", _("首报单位"), lambda c: c.claimant and c.claimant.name, sort="claimant__name_zh"),
    Column(
        "first_reported_at", _("首报时间"), lambda c: c.project.first_reported_at, kind="datetime",
        sort="project__first_reported_at",
    ),
    Column(
        "first_deeds", _("首报单位跟进"), _of_first(lambda c: c.first_deeds), kind="integer", unit=_("次"),
        is_default=False, help=_("提出争议前登记的跟进次数"),
    ),
    Column("challenger", _("提出单位"), lambda c: c.challenger.name, sort="challenger__name_zh"),
    Column(
        "other", _("提出单位项目"), lambda c: c.seen_other, kind="code", sort="seen_other",
        link=lambda c: tables.page(c.challenger_project) if c.seen_other else None, is_default=False,
    ),
    Column(
        "other_reported_at", _("提出单位登记时间"),
        _of_other(lambda c: c.challenger_project.first_reported_at), kind="datetime",
        link=lambda c: tables.page(c.challenger_project) if c.seen_other else None,
        help=_("提出单位就同一投资方登记的项目；空白为没有登记，或不在查看范围"),
    ),
    Column(
        "other_deeds", _("提出单位跟进"), lambda c: c.other_deeds, kind="integer", unit=_("次"), is_default=False,
        help=_("提出争议前登记的跟进次数"),
    ),
)  # fmt: skip
DECISION = (
    Column("decision", _("裁定理由"), lambda c: c.decision, is_wrapped=True),
    Column("credit", _("业绩分成"), credit, is_wrapped=True, help=_("按本项裁定；此后另有裁定的以项目页为准")),
    Column("decided_by", _("裁定人"), lambda c: c.decided_by and c.decided_by.name, sort="decided_by__name"),
    Column("decided_on", _("裁定日期"), lambda c: _day(c.decided_at), kind="date", sort="decided_at"),
    Column(
        "decided_at", _("裁定时间"), lambda c: c.decided_at, kind="datetime", sort="decided_at", is_default=False,
    ),
)  # fmt: skip
FILTERS = (
    Filter("state", _("状态"), kind="multi", choices=State.choices),
    Filter("chain", _("产业链"), choices=choices.chains, path="seen_chain"),
    Filter("body", _("单位"), kind="text", apply=_of_body, help=_("首报单位或提出单位的名称")),
    Filter("raised", _("提出时间"), kind="date_range", path="raised_at__date", is_folded=True),
    Filter("decided", _("裁定时间"), kind="date_range", path="decided_at__date", is_folded=True),
)
TABLE = TableSpec(
    key="contests",
    invented="project__is_illustrative",
    title=_("首报争议"),
    columns=(
        Column("code", _("编号"), lambda c: c.code, kind="code", sort="code", link=page),
        Column("state", _("状态"), lambda c: Badge(State(c.state).label, TONES[c.state]), kind="badge", sort="rank"),
        *SIDES,
        Column("statement", _("理由"), lambda c: c.statement, is_wrapped=True),
        Column("raised_on", _("提出日期"), lambda c: _day(c.raised_at), kind="date", sort="raised_at"),
        Column(
            "raised_at", _("提出时间"), lambda c: c.raised_at, kind="datetime", sort="raised_at", is_default=False,
        ),
        Column("raised_by", _("提出人"), lambda c: c.raised_by.name, is_default=False),
        Column(
            "waited_days", _("等待"), lambda c: days(c, today=c.today), kind="integer", unit=_("天"),
            help=_("自提出至裁定；待裁定的计至今天"),
        ),
        *DECISION,
    ),
    filters=FILTERS,
    search=(
        *("code", "statement", "decision", "project__code", "claimant__name_zh", "challenger__name_zh"),
        *("seen_name", "seen_investor", "seen_other"),
    ),
    default_order=("rank", "waits_from", "-closed_at"),
    row_id="code",
    row_url=page,
    empty=Empty(_("没有首报争议。认为本单位先行对接的，凭编号提出。"), _("提出首报争议"), "projects:new_contest"),
    note=_(
        "首报时间由系统记录，不能修改；裁定只改变此后的归属和业绩分成。本表是裁定记录，导出后不再导入；"
        "提出、撤回、裁定在系统内办理。"
    ),
)  # fmt: skip
