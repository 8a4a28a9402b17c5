"""链长一页纸: state of one chain, what changed since a day, what is late, what comes next."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lianzhang.accounts.models import Person
from lianzhang.briefings import dated, work
from lianzhang.briefings import standing as standings
from lianzhang.briefings.addresses import address
from lianzhang.briefings.city import statement, vacancy_word
from lianzhang.briefings.figures import Figure
from lianzhang.chains.models import Action, Chain, Gap, Result, Snapshot
from lianzhang.chains.models.schemes import ChainQuerySet
from lianzhang.chains.queries import plans, schemes
from lianzhang.supervision.models import Meeting, Visit

DEFAULT_DAYS = 30
MOST, MOST_MOVED = 5, 8
RESULT_COLUMNS = ("statement", "statement_en", "source__title")


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
    standing = read(chain, person=person, today=today, since=since)
    actions = standing.actions
    return OnePager(
        chain=chain,
        today=today,
        since=standing.since,
        answering=schemes.answering([chain], on=today)[chain.pk],
        vacant=vacancy_word(chain.scheme),
        anchors=schemes.anchor_names(chain),
        figures=standing.figures,
        late=_late(actions, standing.lines.tasks, standing.projects, today=today),
        moved=moved(standing),
        results=list(plans.results(person, chains=[chain], year=_result_year(actions, today)).only(*RESULT_COLUMNS)),
        visit=Visit.objects.visible_to(person)
        .filter(chain=chain, visited_on__isnull=True, planned_on__gte=today)
        .select_related("enterprise")
        .only("planned_on", "purpose", "enterprise__code", "enterprise__name")
        .order_by("planned_on")
        .first(),
        snapshot=standing.snapshots[-1] if standing.snapshots else None,
        is_illustrative=chain.is_illustrative,
    )


def read(
    chain: Chain, *, person: Person, today: date, since: date | None = None, has_targets: bool = True
) -> standings.Standing:
    """What stands on `chain`, one of `chains`; `since` defaults to its last meeting, else thirty days ago."""
    seen: Any = chain  # with what `chains` adds
    start: date = since or seen.last_met_on or today - timedelta(days=DEFAULT_DAYS)
    return standings.read(chain, person=person, since=start, today=today, has_targets=has_targets)


def _result_year(actions: list[Action], today: date) -> int:
    return max((action.year for action in actions), default=today.year) - 1


def _late(actions: list[Action], tasks: list[dated.Line], projects: list[Any], *, today: date) -> list[work.Item]:
    """The five most urgent late things of the chain."""
    overdue = [task for task in tasks if task.is_to_do]
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


def moved(standing: standings.Standing) -> list[Moved]:
    """What changed since the day, newest first."""
    since, lines = standing.since, standing.lines
    done = [
        Moved(
            on=a.completed_on, text=_("完成：%(what)s") % {"what": statement(a)}, url=address("chains:action", a.code)
        )
        for a in standing.actions
        if a.completed_on and a.completed_on > since
    ]
    tasks = _ended(lines.tasks, _("销号：%(what)s"), since=since)
    requests = _ended(lines.requests, _("诉求办结：%(what)s"), since=since)
    raised = _("新受理诉求：%(what)s")
    requests += [
        Moved(on=line.begun_on, text=raised % {"what": line.title}, url=line.url)
        for line in lines.requests
        if line.begun_on > since
    ]
    found = [*done, *tasks, *requests, *on_the_map(standing)]
    return sorted(found, key=lambda entry: entry.on, reverse=True)[:MOST_MOVED]


def on_the_map(standing: standings.Standing) -> list[Moved]:
    """图谱上的变化: versions published, gaps confirmed and closed, projects that passed into a stage."""
    since, lines = standing.since, standing.lines
    published = _("链图谱第%(number)s版发布")
    found = [
        Moved(on=line.begun_on, text=published % {"number": line.state}, url=line.url)
        for line in lines.maps
        if line.begun_on > since
    ]
    found += _ended(lines.gaps, _("缺口销号：%(what)s"), since=since)
    found += _confirmed(standing)
    entered = _("%(project)s 进入%(stage)s")
    found += [
        Moved(on=line.begun_on, text=entered % {"project": line.title, "stage": line.stage.label}, url=line.url)
        for line in lines.entries
    ]
    return sorted(found, key=lambda entry: entry.on, reverse=True)[:MOST_MOVED]


def _ended(lines: list[dated.Line], said: str, *, since: date) -> list[Moved]:
    return [
        Moved(on=line.ended_on, text=said % {"what": line.title}, url=line.url)
        for line in lines
        if line.ended_on and line.ended_on > since
    ]


def _confirmed(standing: standings.Standing) -> list[Moved]:
    """Gaps confirmed since, those of a day together: a working session confirms them by the dozen."""
    by_day: dict[date, list[dated.Line]] = {}
    for line in standing.lines.gaps:
        if line.begun_on > standing.since and line.state != Gap.State.INVALID:
            by_day.setdefault(line.begun_on, []).append(line)
    found = []
    for day, lines in by_day.items():
        if len(lines) == 1:
            found.append(Moved(on=day, text=_("确认缺口：%(what)s") % {"what": lines[0].title}, url=lines[0].url))
            continue
        what = _("、").join(line.title for line in lines[:3])
        said = ngettext("确认缺口%(count)s个：%(what)s", "确认缺口%(count)s个：%(what)s", len(lines))
        found.append(
            Moved(
                on=day,
                text=said % {"count": len(lines), "what": what + ("…" if len(lines) > 3 else "")},
                url=address("gaps:list", chain=str(standing.chain.pk)),
            )
        )
    return found
