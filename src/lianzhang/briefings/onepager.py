"""链长一页纸: state of one chain, what changed since a day, what is late, what comes next."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db.models import BooleanField, ExpressionWrapper, OuterRef, Subquery
from django.utils.translation import gettext as _

from lianzhang.accounts.models import Person
from lianzhang.briefings import dated, work
from lianzhang.briefings import plans as counted_plans
from lianzhang.briefings.addresses import address
from lianzhang.briefings.city import statement, vacancy_word
from lianzhang.briefings.figures import Figure, counted
from lianzhang.chains.models import Action, Chain, Result, Snapshot
from lianzhang.chains.models.schemes import ChainQuerySet
from lianzhang.chains.queries import disclosure, plans, schemes
from lianzhang.projects.models import Project
from lianzhang.projects.queries import late_condition
from lianzhang.projects.stages import Stage
from lianzhang.supervision.models import Meeting, Visit

DEFAULT_DAYS = 30
PROJECT_COLUMNS = (
    *("code", "name", "stage", "status", "status_reason", "next_milestone", "next_due_on", "blockage"),
    *("as_of", "progress_on", "is_illustrative"),
)
MOST = 5


@dataclass(frozen=True, kw_only=True)
class Moved:
    """One thing that changed since the chosen day."""

    on: date
    text: str
    url: str


@dataclass(frozen=True, kw_only=True)
class OnePager:
    """The page's content; web, print and Word draw the same."""

    chain: Chain
    today: date
    since: date
    answering: schemes.Answering
    vacant: str
    anchors: list[str]
    figures: list[Figure]
    late: list[work.Item]
    moved: list[Moved]
    results: list[Result] = field(default_factory=list)
    visit: Visit | None = None
    snapshot: Snapshot | None = None
    is_illustrative: bool = False

    @property
    def lead(self) -> str:
        """The sentence the page says."""
        named = {figure.key: figure for figure in self.figures}
        said = _("%(actions)s 项年度计划，逾期 %(late)s 项；督办逾期 %(tasks)s 件；在建项目 %(building)s 个。")
        return said % {
            "actions": named["actions"].shown,
            "late": named["actions_late"].shown,
            "tasks": named["tasks_late"].shown,
            "building": named["building"].shown,
        }


def chains(person: Person, *, today: date) -> ChainQuerySet:
    """The chains `person` sees, each with the day of its last meeting that they may know of."""
    met = Meeting.objects.visible_to(person).filter(chain=OuterRef("pk"), held_on__lt=today).order_by("-held_on")
    last = Subquery(met.values("held_on")[:1])
    return Chain.objects.visible_to(person).select_related("scheme").annotate(last_met_on=last)


def compose(chain: Chain, *, person: Person, today: date, since: date | None = None) -> OnePager:
    """The one-pager of `chain`, one of `chains`; `since` defaults to its last meeting, else thirty days ago."""
    seen: Any = chain  # with what `chains` adds
    start: date = since or seen.last_met_on or today - timedelta(days=DEFAULT_DAYS)
    snapshots = list(Snapshot.objects.visible_to(person).filter(chain=chain).order_by("taken_at"))
    actions = list(counted_plans.actions(person, today=today).filter(chain=chain))
    lines = dated.read(chain, person=person, since=start, today=today)
    is_late = ExpressionWrapper(late_condition(today), output_field=BooleanField())
    own = Project.objects.visible_to(person).filter(chain=chain).annotate(is_late=is_late)
    projects: list[Any] = list(own.only(*PROJECT_COLUMNS))
    figures = _plan_figures(chain, actions, today=today, since=start)
    figures += _work_figures(chain, lines, projects, today=today, since=start)
    if not chain.is_service:
        figures += _gap_figures(chain, lines.gaps, snapshots, person=person, today=today, since=start)
    return OnePager(
        chain=chain,
        today=today,
        since=start,
        answering=schemes.answering([chain], on=today)[chain.pk],
        vacant=vacancy_word(chain.scheme),
        anchors=[anchor.enterprise.name for anchor in schemes.anchors(chain)],
        figures=figures,
        late=_late(actions, lines.tasks, projects, today=today),
        moved=_moved(actions, lines, since=start),
        results=list(plans.results(person, chains=[chain], year=_result_year(actions, today))),
        visit=Visit.objects.visible_to(person)
        .filter(chain=chain, visited_on__isnull=True, planned_on__gte=today)
        .select_related("enterprise")
        .order_by("planned_on")
        .first(),
        snapshot=snapshots[-1] if snapshots else None,
        is_illustrative=chain.is_illustrative,
    )


def _result_year(actions: list[Action], today: date) -> int:
    return max((action.year for action in actions), default=today.year) - 1


def _plan_figures(chain: Chain, actions: list[Action], *, today: date, since: date) -> list[Figure]:
    verdicts = [plans.verdict(action, today=today) for action in actions]
    done, more = counted(
        actions, lambda a, day: a.completed_on is not None and a.completed_on <= day, today=today, since=since
    )
    late, more_late = counted(actions, _is_late, today=today, since=since)
    url = address("chains:chain_plan", chain.code)
    source = _("计划事项台账")
    years = "、".join(str(year) for year in sorted({action.year for action in actions}))
    scope = _("%(years)s 年度计划的全部事项") % {"years": years} if years else _("没有年度计划")
    reported = max((a.progress_on for a in actions if a.progress_on), default=None)
    common: dict[str, Any] = {"source": source, "as_of": reported or today, "url": url}
    behind = sum(1 for verdict in verdicts if verdict.is_behind)
    return [
        Figure(key="actions", label=_("年度计划事项"), value=len(actions), unit=_("项"), scope=scope, **common),
        Figure(
            key="actions_done",
            label=_("已完成"),
            value=done,
            change=more,
            unit=_("项"),
            scope=_("有完成日期和佐证的事项"),
            **common,
        ),
        Figure(
            key="actions_late",
            label=_("计划逾期"),
            value=late,
            change=more_late,
            unit=_("项"),
            scope=_("时限已过、未完成；另有 %(behind)s 项预警或滞后") % {"behind": behind},
            **common,
        ),
    ]


def _is_late(action: Action, day: date) -> bool:
    if action.due_on is None or action.due_on >= day or action.state == Action.State.DROPPED:
        return False
    return action.completed_on is None or action.completed_on > day


def _work_figures(
    chain: Chain,
    lines: dated.Lines,
    projects: list[Project],
    *,
    today: date,
    since: date,
) -> list[Figure]:
    late, more_late = counted(lines.tasks, dated.Line.is_late, today=today, since=since)
    waiting, more_waiting = counted(lines.requests, dated.Line.is_open, today=today, since=since)
    building = sum(1 for project in projects if Stage.STARTED <= project.stage < Stage.IN_PRODUCTION)
    entered = Counter(line.stage for line in lines.entries)
    by_chain = {"chain": str(chain.pk)}
    return [
        Figure(
            key="tasks_late",
            label=_("督办逾期"),
            value=late,
            change=more_late,
            unit=_("件"),
            scope=_("办结期限已过、未销号的督办事项"),
            source=_("督办台账"),
            as_of=today,
            url=address("supervision:tasks", **by_chain),
        ),
        Figure(
            key="building",
            label=_("在建项目"),
            value=building,
            change=entered[Stage.STARTED] - entered[Stage.IN_PRODUCTION],
            unit=_("个"),
            scope=_("已开工、未投产；共 %(total)s 个项目") % {"total": len(projects)},
            source=_("项目台账"),
            as_of=max((day for p in projects if (day := p.as_of or p.progress_on)), default=None),
            url=address("projects:list", **by_chain),
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
            url=address("supervision:requests", **by_chain),
        ),
    ]


def _gap_figures(
    chain: Chain, gaps: list[dated.Line], snapshots: list[Snapshot], *, person: Person, today: date, since: date
) -> list[Figure]:
    open_now, more_open = counted(gaps, dated.Line.is_open, today=today, since=since)
    closed, more_closed = counted(gaps, dated.Line.has_ended, today=today, since=since)
    by_chain = {"chain": str(chain.pk)}
    return [
        _ratio(chain, snapshots, person=person, since=since),
        Figure(
            key="gaps",
            label=_("已确认缺口"),
            value=open_now,
            change=more_open,
            unit=_("个"),
            scope=_("经人确认、未销号的缺口"),
            source=_("缺口台账"),
            as_of=today,
            url=address("gaps:list", **by_chain),
        ),
        Figure(
            key="gaps_closed",
            label=_("已销号缺口"),
            value=closed,
            change=more_closed,
            unit=_("个"),
            scope=_("有更新的数据快照证明本市已有供应"),
            source=_("缺口台账"),
            as_of=today,
            url=address("gaps:list", **by_chain),
        ),
    ]


def _ratio(chain: Chain, snapshots: list[Snapshot], *, person: Person, since: date) -> Figure:
    latest = snapshots[-1] if snapshots else None
    before = next((s for s in reversed(snapshots) if s.taken_on <= since), None)
    value = latest.summary.get("local_ratio") if latest else None
    earlier = before.summary.get("local_ratio") if before else None
    contributors = int(latest.summary.get("contributor_count", 0)) if latest else 0
    # A total to which enough firms contribute is shown to everybody: only a smaller one asks who the reader is.
    is_open = contributors >= disclosure.MIN_CONTRIBUTORS
    return Figure(
        key="local_ratio",
        label=_("本地配套率（按金额）"),
        value=value,
        kind="ratio",
        change=value - earlier if value is not None and earlier is not None and before != latest else None,
        scope=_("本市供应额 ÷ 产地明确的采购额，链主填报；只作观察"),
        source=_("链主拆零件填报"),
        as_of=latest.taken_on if latest else None,
        url=address("teardowns:chain", chain.code),
        is_restricted=latest is not None
        and not is_open
        and not disclosure.of(latest, person=person).shows(contributors),
    )


def _late(actions: list[Action], tasks: list[dated.Line], projects: list[Any], *, today: date) -> list[work.Item]:
    """The five most urgent late things of the chain."""
    overdue = [task for task in tasks if task.is_to_do and task.is_late(today)]
    late = [
        work.Item(
            title=task.title,
            url=task.url,
            light="late",
            word=work.when(task.due_on, today=today)[1],
            note=task.body,
            due_on=task.due_on,
            is_illustrative=task.is_illustrative,
        )
        for task in sorted(overdue, key=lambda task: task.due_on or today)[:MOST]
    ]
    still = [action for action in actions if action.state == Action.State.OPEN]
    late += work.behind([(action, plans.verdict(action, today=today)) for action in still], today=today)
    behind = sorted((p for p in projects if p.is_late), key=lambda project: project.next_due_on or today)
    late += [work.project_item(project, today=today) for project in behind[:MOST]]
    return sorted(late, key=lambda item: item.due_on or today)[:MOST]


def _moved(actions: list[Action], lines: dated.Lines, *, since: date) -> list[Moved]:
    """What changed since the day, newest first."""
    found = [
        Moved(
            on=a.completed_on, text=_("完成：%(what)s") % {"what": statement(a)}, url=address("chains:action", a.code)
        )
        for a in actions
        if a.completed_on and a.completed_on > since
    ]
    for line in (*lines.tasks, *lines.gaps):
        if line.ended_on and line.ended_on > since:
            said = _("销号：%(what)s") if line.kind == dated.TASK else _("缺口销号：%(what)s")
            found.append(Moved(on=line.ended_on, text=said % {"what": line.title}, url=line.url))
    for line in lines.entries:
        text = _("%(project)s 进入%(stage)s") % {"project": line.title, "stage": line.stage.label}
        found.append(Moved(on=line.begun_on, text=text, url=line.url))
    return sorted(found, key=lambda moved: moved.on, reverse=True)[:8]
