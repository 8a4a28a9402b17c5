"""链长一页纸: state of one chain, what changed since a day, what is late, what comes next."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from lianzhang.accounts.models import Person
from lianzhang.briefings import plans as counted_plans
from lianzhang.briefings import work
from lianzhang.briefings.addresses import address
from lianzhang.briefings.city import statement, vacancy_word
from lianzhang.briefings.figures import Figure, counted
from lianzhang.chains.models import Action, Chain, Gap, Result, Snapshot
from lianzhang.chains.queries import disclosure, plans, schemes
from lianzhang.projects.models import Project, StageEntry
from lianzhang.projects.stages import Stage
from lianzhang.supervision import states
from lianzhang.supervision.models import Meeting, Request, Task, Visit

DEFAULT_DAYS = 30
TASK_COLUMNS = ("code", "title", "assigned_at", "due_on", "state", "closed_at", "is_illustrative")
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


def compose(chain: Chain, *, person: Person, today: date, since: date | None = None) -> OnePager:
    """The one-pager of `chain` as `person` may see it; `since` defaults to its last meeting, else thirty days ago."""
    start = since or _last_meeting(chain, person, today) or today - timedelta(days=DEFAULT_DAYS)
    snapshots = list(Snapshot.objects.visible_to(person).filter(chain=chain).order_by("taken_at"))
    actions = list(counted_plans.actions(person, today=today).filter(chain=chain))
    # What was closed before the day of comparison was late neither then nor now.
    counts = Q(closed_at__isnull=True) | Q(closed_at__gte=timezone.make_aware(datetime.combine(start, time.min)))
    asked = Task.objects.visible_to(person).filter(counts, chain=chain).select_related("responsible")
    tasks = list(asked.only(*TASK_COLUMNS, "responsible__name_zh", "responsible__name_en"))
    known = Gap.objects.visible_to(person).filter(chain=chain, confirmed_at__isnull=False)
    gaps = [] if chain.is_service else list(known.only("code", "title", "state", "confirmed_at", "closed_at"))
    requests = list(Request.objects.visible_to(person).filter(chain=chain))
    entries = list(
        StageEntry.objects.visible_to(person)
        .filter(project__chain=chain, verdict=StageEntry.Verdict.PASSED)
        .select_related("project")
    )
    projects = list(Project.objects.visible_to(person).filter(chain=chain).only("stage", "as_of", "progress_on"))
    plan_figures = _plan_figures(chain, actions, today=today, since=start)
    figures = plan_figures + _work_figures(chain, tasks, requests, projects, entries, today=today, since=start)
    if not chain.is_service:
        figures += _gap_figures(chain, gaps, snapshots, person=person, today=today, since=start)
    return OnePager(
        chain=chain,
        today=today,
        since=start,
        answering=schemes.answering([chain], on=today)[chain.pk],
        vacant=vacancy_word(chain.scheme),
        anchors=[anchor.enterprise.name for anchor in schemes.anchors(chain)],
        figures=figures,
        late=_late(person, chain, actions, tasks, today=today),
        moved=_moved(actions, tasks, gaps, entries, since=start),
        results=list(plans.results(person, chains=[chain], year=_result_year(actions, today))),
        visit=Visit.objects.visible_to(person)
        .filter(chain=chain, visited_on__isnull=True, planned_on__gte=today)
        .select_related("enterprise")
        .order_by("planned_on")
        .first(),
        snapshot=snapshots[-1] if snapshots else None,
        is_illustrative=chain.is_illustrative,
    )


def _last_meeting(chain: Chain, person: Person, today: date) -> date | None:
    found = Meeting.objects.visible_to(person).filter(chain=chain, held_on__lt=today).order_by("-held_on")
    return found.values_list("held_on", flat=True).first()


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
    tasks: list[Task],
    requests: list[Request],
    projects: list[Project],
    entries: list[StageEntry],
    *,
    today: date,
    since: date,
) -> list[Figure]:
    late, more_late = counted(tasks, _task_is_late, today=today, since=since)
    waiting, more_waiting = counted(requests, _request_is_open, today=today, since=since)
    building = sum(1 for project in projects if Stage.STARTED <= project.stage < Stage.IN_PRODUCTION)
    started = sum(1 for e in entries if e.stage == Stage.STARTED and e.entered_on and e.entered_on > since)
    produced = sum(1 for e in entries if e.stage == Stage.IN_PRODUCTION and e.entered_on and e.entered_on > since)
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
            change=started - produced,
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


def _task_is_late(task: Task, day: date) -> bool:
    if task.due_on >= day or timezone.localdate(task.assigned_at) > day or task.state == Task.State.CANCELLED:
        return False
    return task.closed_at is None or timezone.localdate(task.closed_at) > day


def _request_is_open(request: Request, day: date) -> bool:
    return request.received_on <= day and (request.closed_on is None or request.closed_on > day)


def _gap_figures(
    chain: Chain, gaps: list[Gap], snapshots: list[Snapshot], *, person: Person, today: date, since: date
) -> list[Figure]:
    open_now, more_open = counted(gaps, _gap_is_open, today=today, since=since)
    closed, more_closed = counted(
        gaps,
        lambda g, day: g.closed_at is not None and timezone.localdate(g.closed_at) <= day,
        today=today,
        since=since,
    )
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


def _gap_is_open(gap: Gap, day: date) -> bool:
    confirmed = gap.confirmed_at is not None and timezone.localdate(gap.confirmed_at) <= day
    ended = gap.state == Gap.State.INVALID or (gap.closed_at is not None and timezone.localdate(gap.closed_at) <= day)
    return confirmed and not ended


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


def _late(person: Person, chain: Chain, actions: list[Action], tasks: list[Task], *, today: date) -> list[work.Item]:
    """The five most urgent late things of the chain."""
    late = [
        work.Item(
            title=task.title,
            url=address("supervision:task", task.code),
            light="late",
            word=work.when(task.due_on, today=today)[1],
            note=task.responsible.name,
            due_on=task.due_on,
            is_illustrative=task.is_illustrative,
        )
        for task in tasks
        if task.state in states.OPEN and task.due_on < today
    ]
    still = [action for action in actions if action.state == Action.State.OPEN]
    late += work.behind([(action, plans.verdict(action, today=today)) for action in still], today=today)
    late += work.projects_late(person, today=today, chain_ids=[chain.pk])
    return sorted(late, key=lambda item: item.due_on or today)[:MOST]


def _moved(
    actions: list[Action], tasks: list[Task], gaps: list[Gap], entries: list[StageEntry], *, since: date
) -> list[Moved]:
    """What changed since the day, newest first."""
    found = [
        Moved(
            on=a.completed_on, text=_("完成：%(what)s") % {"what": statement(a)}, url=address("chains:action", a.code)
        )
        for a in actions
        if a.completed_on and a.completed_on > since
    ]
    for task in tasks:
        if task.closed_at and timezone.localdate(task.closed_at) > since:
            text = _("销号：%(what)s") % {"what": task.title}
            found.append(
                Moved(on=timezone.localdate(task.closed_at), text=text, url=address("supervision:task", task.code))
            )
    for gap in gaps:
        if gap.closed_at and timezone.localdate(gap.closed_at) > since:
            text = _("缺口销号：%(what)s") % {"what": gap.title}
            found.append(Moved(on=timezone.localdate(gap.closed_at), text=text, url=address("gaps:gap", gap.code)))
    for entry in entries:
        if entry.entered_on and entry.entered_on > since:
            text = _("%(project)s 进入%(stage)s") % {"project": entry.project.name, "stage": entry.get_stage_display()}
            found.append(Moved(on=entry.entered_on, text=text, url=address("projects:project", entry.project.code)))
    return sorted(found, key=lambda moved: moved.on, reverse=True)[:8]
