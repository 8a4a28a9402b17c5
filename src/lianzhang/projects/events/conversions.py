"""活动转化: of the deals announced at events, how many came how far within 6, 12 and 24 months.

The denominator of n months is the deals tied to a project whose n months have passed: a fair of last month is no
failure. What was published without its rows stays a total beside it and is no denominator. `chainlab.funnel.conversion`
reckons the same by month of signing; a test holds the two against one another.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from chainlab.funnel import cohorts
from lianzhang.accounts.models import Person
from lianzhang.projects import tables
from lianzhang.projects.models import Event, Signing, StageEntry
from lianzhang.projects.stages import ENDED, Stage
from lianzhang.tables import Column, Empty, TableSpec

HORIZONS = (6, 12, 24)
STEPS = (Stage.SIGNED, Stage.REGISTERED, Stage.STARTED, Stage.IN_PRODUCTION)
BY = ("event", "chain", "year")
OWN_DAYS = {
    Stage.STARTED: "project__started_on",
    Stage.COMPLETED: "project__completed_on",
    Stage.IN_PRODUCTION: "project__produced_on",
}


@dataclass(frozen=True)
class Deal:
    """One signing: the day it was announced, and the day its project reached each stage (none: the day is not known).

    What a project had reached before it was announced is reached on the day it is announced.
    """

    group: Any
    signed_on: date | None
    reached: dict[Stage, date | None]
    is_ended: bool = False  # 流失 or 终止 by now; it stays in every denominator

    def came_to(self, stage: Stage, *, months: int) -> bool:
        """Whether it reached `stage` within so many months."""
        on = self.reached.get(stage)
        return self.signed_on is not None and on is not None and on <= cohorts.later(self.signed_on, months=months)

    def is_due(self, *, months: int, today: date) -> bool:
        """Whether so many months have passed."""
        return self.signed_on is not None and cohorts.later(self.signed_on, months=months) <= today

    @property
    def is_undated(self) -> bool:
        """Whether it has come to a stage nobody knows the day of: within how many months cannot be said."""
        return self.signed_on is None or None in self.reached.values()


@dataclass(frozen=True)
class Horizon:
    """What came of the deals within so many months: of how many, and how many reached each stage.

    `undated_count` of the deals whose months have passed reached a stage on a day nobody knows: they are in neither.
    """

    months: int
    due_count: int
    undated_count: int
    reached: dict[Stage, int]

    @property
    def start_ratio(self) -> float | None:
        """开工率（签约口径）: started ÷ deals whose months have passed; nothing where none have."""
        return self.reached[Stage.STARTED] / self.due_count if self.due_count else None


@dataclass(frozen=True)
class Row:
    """One event, chain or year."""

    key: str
    name: str
    url: str
    published_count: int | None
    is_illustrative: bool
    deals: list[Deal] = field(default_factory=list)
    horizons: dict[int, Horizon] = field(default_factory=dict)


def deals(signings: "QuerySet[Signing]", *, by: str = "event") -> list[Deal]:
    """The deals of some signings; two questions however many."""
    group = {"event": "event_id", "chain": "event__chain_id", "year": "event__held_on__year"}[by]
    columns = (
        *(group, "signed_on", "event__held_on", "project_id", "project__stage", "project__status"),
        *OWN_DAYS.values(),
    )
    rows = list(signings.order_by().values_list(*columns))
    entries = StageEntry.objects.filter(project__in=signings.order_by().values("project_id"))
    passed = entries.filter(verdict=StageEntry.Verdict.PASSED, is_void=False, is_correction=False)
    days: dict[int, dict[int, date]] = {}
    dated = passed.filter(entered_on__isnull=False).values_list("project_id", "stage", "entered_on")
    for project, stage, on in dated.order_by("-entered_on"):
        days.setdefault(project, {})[stage] = on  # type: ignore[assignment]  # the earliest stays
    return [_deal(row, days.get(row[3], {})) for row in rows]


def _deal(row: tuple[Any, ...], days: dict[int, date]) -> Deal:
    group, own, held_on, _project, stage, status, *own_days = row
    # A project taken over under way has an entry without a day, and often the day in its own record.
    days = {at: on for at, on in zip(OWN_DAYS, own_days, strict=True) if on is not None} | days
    signed_on = own or held_on
    reached: dict[Stage, date | None] = {}
    for step in STEPS:
        if step > stage:
            break
        # Whoever jumped a stage (taken over under way) had passed it by the next one that has a day.
        on = min((day for at, day in days.items() if at >= step), default=None)
        reached[step] = max(on, signed_on) if on and signed_on else on
    return Deal(group, signed_on, reached, is_ended=status in ENDED)


def so_far(found: Iterable[Deal]) -> dict[Stage, int]:
    """How many have reached each stage by now, whenever that was."""
    deals = list(found)
    return {step: sum(step in deal.reached for deal in deals) for step in STEPS}


def horizons(found: Sequence[Deal], *, today: date) -> list[Horizon]:
    """6, 12 and 24 months over the deals whose months have passed."""
    made = []
    for months in HORIZONS:
        passed = [deal for deal in found if deal.is_due(months=months, today=today)]
        due = [deal for deal in passed if not deal.is_undated]
        reached = {step: sum(deal.came_to(step, months=months) for deal in due) for step in STEPS}
        made.append(Horizon(months, len(due), len(passed) - len(due), reached))
    return made


def started_within(person: Person, *, months: int) -> int:
    """Of all deals `person` sees, how many had started so many months after they were announced."""
    started = Signing.objects.visible_to(person).filter(project__stage__gte=Stage.STARTED)
    return sum(deal.came_to(Stage.STARTED, months=months) for deal in deals(started))


def table_rows(person: Person, *, by: str, today: date) -> list[Row]:
    """One row for each event, chain or year with a published or tied deal, as far as `person` sees them."""
    found: dict[Any, list[Deal]] = {}
    for deal in deals(Signing.objects.visible_to(person), by=by):
        found.setdefault(deal.group, []).append(deal)
    rows = []
    for key, name, url, published, is_invented in _groups(person, by):
        mine = found.get(key, [])
        if mine or published:
            reckoned = {each.months: each for each in horizons(mine, today=today)}
            rows.append(Row(str(key), name, url, published, is_invented, mine, reckoned))
    return rows


def _groups(person: Person, by: str) -> list[tuple[Any, str, str, int | None, bool]]:
    """(key, name, address, deals published, 示例数据) of each group, newest or first first."""
    seen = Event.objects.visible_to(person)
    if by == "event":
        return [
            (each.pk, tables.name(each), tables.event_page(each), each.signing_count, each.is_illustrative)
            for each in seen.order_by("-held_on", "code")
        ]
    list_url = reverse("projects:events")
    counted = {"told": Sum("signing_count"), "invented": Count("pk", filter=Q(is_illustrative=True))}
    if by == "year":
        years = seen.order_by("-held_on__year").values_list("held_on__year").annotate(**counted)
        return [(y, str(y or _("未注明")), f"{list_url}?year={y}" if y else list_url, n, bool(i)) for y, n, i in years]
    by_chain = {pk: (n, bool(i)) for pk, n, i in seen.order_by().values_list("chain_id").annotate(**counted)}
    chains = {each.chain_id: each.chain for each in seen.select_related("chain").order_by("chain__position")}
    return [(pk, each.name, f"{list_url}?chain={each.code}", *by_chain[pk]) for pk, each in chains.items()]


def _within(months: int) -> list[Column]:
    """The columns of one horizon, under its heading."""
    heading = {6: _("6个月内"), 12: _("12个月内"), 24: _("24个月内")}[months]

    def reached(stage: Stage) -> Any:
        return lambda row: row.horizons[months].reached[stage]

    return [
        Column(f"due_{months}", _("已满期"), lambda r: r.horizons[months].due_count, kind="integer", group=heading),
        Column(f"signed_{months}", _("签约"), reached(Stage.SIGNED), kind="integer", group=heading, is_default=False),
        Column(f"registered_{months}", _("注册"), reached(Stage.REGISTERED), kind="integer", group=heading),
        Column(f"started_{months}", _("开工"), reached(Stage.STARTED), kind="integer", group=heading),
        Column(
            f"produced_{months}", _("投产"), reached(Stage.IN_PRODUCTION), kind="integer", group=heading,
            is_default=months == 24,
        ),
        Column(
            f"start_{months}_ratio", _("开工率"), lambda r: r.horizons[months].start_ratio, kind="ratio", group=heading
        ),
    ]  # fmt: skip


TABLE = TableSpec(
    key="event_conversion",
    title=_("活动签约转化"),
    is_ticked=False,
    columns=(
        Column("name", _("名称"), lambda row: row.name, link=lambda row: row.url, is_wrapped=True),
        Column("published_count", _("公布签约"), lambda row: row.published_count, kind="integer", is_total=True),
        Column("tied_count", _("已对应项目"), lambda row: len(row.deals), kind="integer", is_total=True),
        *(column for months in HORIZONS for column in _within(months)),
    ),
    row_id="key",
    empty=Empty(_("还没有活动签约。"), _("登记活动"), "projects:new_event"),
    note=_(
        "已满期：已对应项目、签约至今已满该期限的签约，是开工率的分母；未满期的、所到阶段日期不详的不计。"
        "签约日未填的按活动时间计；签约前已到的阶段按签约日计。公布签约中明细未公布的不作分母。"
        "重点项目的开工率以年度计划新开工为分母，与此不同。"
    ),
)
