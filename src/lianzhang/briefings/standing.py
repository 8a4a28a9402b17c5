"""本链情况: what stands on one chain today and what stood before, read in a few questions, told as figures."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import BooleanField, ExpressionWrapper, OuterRef, Q, Subquery
from django.utils.translation import gettext as _

from lianzhang.accounts.models import Person
from lianzhang.briefings import dated, work
from lianzhang.briefings import plans as counted_plans
from lianzhang.briefings.addresses import address
from lianzhang.briefings.city import statement
from lianzhang.briefings.figures import Figure, counted
from lianzhang.chains import stages as gap_stages
from lianzhang.chains.models import Action, Chain, Gap, Snapshot
from lianzhang.chains.queries import plans, releases
from lianzhang.projects import stages
from lianzhang.projects.models import Project
from lianzhang.projects.queries import late_condition
from lianzhang.projects.stages import Stage
from lianzhang.supervision.models import Request
from lianzhang.tables import values

BUILDING = "building"  # the group of stages between start and production
PROJECT_COLUMNS = (*work.PROJECT_COLUMNS, "as_of")


@dataclass(frozen=True, kw_only=True)
class Standing:
    """The rows a chain's figures are counted from."""

    chain: Chain
    person: Person
    today: date
    since: date
    snapshots: list[Any]  # the newest, and before it the newest of the day `since`; none for a service chain
    actions: list[Action]
    lines: dated.Lines
    projects: list[Any]  # with `is_late`
    has_targets: bool  # whether the countable targets were read

    @property
    def figures(self) -> list[Figure]:
        """All figures of the chain; a service chain has none of the map."""
        found = _plan_figures(self) + _work_figures(self)
        return found if self.chain.is_service else found + _gap_figures(self)


def read(chain: Chain, *, person: Person, since: date, today: date, has_targets: bool = True) -> Standing:
    """What `person` sees of `chain` on `today` and since `since`: four questions, for a service chain three.

    How far each countable target had come by `since` is dear to ask; the page of a chief has no place for most.
    """
    is_late = ExpressionWrapper(late_condition(today), output_field=BooleanField())
    own = Project.objects.visible_to(person).filter(chain=chain).annotate(is_late=is_late)
    planned = counted_plans.actions(person, today=today).filter(chain=chain)
    if has_targets:
        planned = counted_plans.with_values_on(planned, since)
    # Of one chain, which is at hand: its name and body need no join, and the year's order no scheme.
    planned = planned.select_related(None).order_by("year", "position", "code")
    actions = list(planned)
    for action in actions:
        action.chain = chain
    return Standing(
        chain=chain,
        person=person,
        today=today,
        since=since,
        snapshots=[] if chain.is_service else _snapshots(chain, person=person, since=since),
        actions=actions,
        lines=dated.read(chain, person=person, since=since, today=today),
        projects=list(own.only(*PROJECT_COLUMNS)),
        has_targets=has_targets,
    )


def _snapshots(chain: Chain, *, person: Person, since: date) -> list[Snapshot]:
    """Two of them at most, without their summaries: a chain gathers a snapshot a week."""
    own = Snapshot.objects.visible_to(person).filter(is_pooled=False, chain=chain)
    newest_first = own.order_by("-taken_at").values("pk")
    newest, then = newest_first[:1], newest_first.filter(taken_on__lte=since)[:1]
    found = own.filter(Q(pk__in=newest) | Q(pk__in=then))
    # What was out on the day of each: its own ratio, or the one before that still stands.
    out = releases.ratios(person).filter(chain=chain, snapshot__taken_at__lte=OuterRef("taken_at"))
    told = found.annotate(
        out_ratio=Subquery(out.values("value")[:1]), out_on=Subquery(out.values("snapshot__taken_on")[:1])
    )
    return list(told.only("taken_on").order_by("taken_at"))


def _plan_figures(standing: Standing) -> list[Figure]:
    chain, today, since = standing.chain, standing.today, standing.since
    year = max((action.year for action in standing.actions), default=None)
    planned = [action for action in standing.actions if action.year == year]
    done, more = counted(planned, _is_done, today=today, since=since)
    # What is late stays late in the year after.
    late, more_late = counted(standing.actions, _is_late, today=today, since=since)
    behind = sum(plans.verdict(action, today=today).is_behind for action in planned)
    reported = max((a.progress_on for a in standing.actions if a.progress_on), default=None)
    common: dict[str, Any] = {"unit": _("项"), "source": _("计划事项台账"), "as_of": reported or today}
    of_year: dict[str, Any] = {"chain": chain.code} | ({"year": year} if year else {})
    listed = "chains:plan_actions"
    return [
        Figure(
            key="actions",
            label=_("年度计划事项"),
            value=len(planned),
            scope=_("%(year)s年度计划的全部事项") % {"year": year} if year else _("没有年度计划"),
            url=address(listed, **of_year),
            **common,
        ),
        Figure(
            key="actions_done",
            label=_("已完成"),
            value=done,
            change=more,
            scope=_("有完成日期和佐证的事项"),
            url=address(listed, **of_year, situation="done"),
            **common,
        ),
        Figure(
            key="actions_late",
            label=_("计划逾期"),
            value=late,
            change=more_late,
            scope=_("时限已过、未完成；另有 %(behind)s 项预警或滞后") % {"behind": behind},
            url=address(listed, chain=chain.code, situation="overdue"),
            **common,
        ),
        *(_targets(planned, today=today, since=since) if standing.has_targets else ()),
    ]


def _is_done(action: Action, day: date) -> bool:
    return action.completed_on is not None and action.completed_on <= day


def _is_late(action: Action, day: date) -> bool:
    if action.due_on is None or action.due_on >= day or action.state == Action.State.DROPPED:
        return False
    return action.completed_on is None or action.completed_on > day


def _targets(planned: list[Any], *, today: date, since: date) -> list[Figure]:
    """计划目标: what of the plan is countable, as far as it has come; unknown where nobody counted."""
    found = []
    for action in planned:
        if action.target_value is None:
            continue
        done, before = plans.done_value(action), action.value_before
        is_ledger = action.counted_from == Action.Counted.EVENTS
        found.append(
            Figure(
                key=f"target_{action.code}",
                label=statement(action),
                value=done,
                kind="decimal",
                change=done - (before or 0) if done is not None and since.year == action.year else None,
                unit=f"/ {values.plain(action.target_value, 'decimal')} {action.unit}",
                scope=_("活动台账当年举办的活动，逐行计数") if is_ledger else _("责任单位填报的累计完成值"),
                source=_("活动台账") if is_ledger else _("计划事项台账"),
                as_of=today if is_ledger else action.progress_on,
                url=address("chains:action", action.code),
            )
        )
    return found


def _work_figures(standing: Standing) -> list[Figure]:
    today, since, lines = standing.today, standing.since, standing.lines
    chain = standing.chain.code
    waiting, more_waiting = counted(lines.requests, dated.Line.is_open, today=today, since=since)
    stands = stages.stages_of(BUILDING)
    building = [p for p in standing.projects if p.stage in stands and p.status in stages.OPEN]
    entered = Counter(line.stage for line in lines.entries)
    reported = [day for project in standing.projects if (day := project.as_of or project.progress_on)]
    waits = tuple(state for state in Request.State.values if state != Request.State.CLOSED)
    return [
        Figure(
            key="tasks_late",
            label=_("督办逾期"),
            value=lines.late_count,
            change=lines.late_count - lines.late_before_count,
            unit=_("件"),
            scope=_("办结期限已过、未销号的督办事项"),
            source=_("督办台账"),
            as_of=today,
            url=address("supervision:tasks", chain=chain, overdue=1),
        ),
        Figure(
            key="building",
            label=_("在建项目"),
            value=len(building),
            change=entered[Stage.STARTED] - entered[Stage.IN_PRODUCTION],
            unit=_("个"),
            scope=_("已开工、未投产；共 %(total)s 个项目") % {"total": len(standing.projects)},
            source=_("项目台账"),
            as_of=max(reported, default=None),
            url=address("projects:list", chain=chain, group=BUILDING),
        ),
        Figure(
            key="requests",
            label=_("未办结诉求"),
            value=waiting,
            change=more_waiting,
            unit=_("件"),
            scope=_("已受理、未办结的企业诉求"),
            source=_("企业诉求台账"),
            as_of=today,
            url=address("supervision:requests", chain=chain, state=waits),
        ),
    ]


def _gap_figures(standing: Standing) -> list[Figure]:
    today, since, gaps = standing.today, standing.since, standing.lines.gaps
    chain = str(standing.chain.pk)  # the gap ledger's filter knows its chains by number
    open_now, more_open = counted(gaps, dated.Line.is_open, today=today, since=since)
    closed, more_closed = counted(gaps, dated.Line.has_ended, today=today, since=since)
    common: dict[str, Any] = {"unit": _("个"), "source": _("缺口台账"), "as_of": today}
    return [
        _ratio(standing),
        Figure(
            key="gaps",
            label=_("已确认缺口"),
            value=open_now,
            change=more_open,
            scope=_("经人确认、未销号的缺口"),
            url=address("gaps:list", chain=chain, state=gap_stages.STANDING),
            **common,
        ),
        Figure(
            key="gaps_closed",
            label=_("已销号缺口"),
            value=closed,
            change=more_closed,
            scope=_("有更新的数据快照证明本市已有供应"),
            url=address("gaps:list", chain=chain, state=Gap.State.CLOSED.value),
            **common,
        ),
    ]


def _ratio(standing: Standing) -> Figure:
    """As it went out, whoever asks: a one-pager is issued, printed and read by others than who made it."""
    latest = standing.snapshots[-1] if standing.snapshots else None
    found = next((s for s in reversed(standing.snapshots) if s.taken_on <= standing.since), None)
    value = latest.out_ratio if latest else None
    # An earlier figure that still stands is not its own change.
    before = found.out_ratio if found and latest and found.out_on != latest.out_on else None
    return Figure(
        key="local_ratio",
        label=_("本地配套率（按金额）"),
        value=value,
        kind="ratio",
        change=value - before if value is not None and before is not None else None,
        scope=_("本市供应额 ÷ 产地明确的采购额，链主填报；只作观察"),
        source=_("链主拆零件填报"),
        as_of=latest.out_on if latest else None,
        url=address("teardowns:chain", standing.chain.code),
        is_unreleased=latest is not None and value is None,
    )
