"""企业一页纸: what the office knows of a firm before somebody visits it."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Q
from django.utils.translation import gettext as _

from lianzhang.accounts.models import Person
from lianzhang.briefings import work
from lianzhang.briefings.addresses import address
from lianzhang.briefings.figures import Figure, counted
from lianzhang.briefings.onepager import DEFAULT_DAYS, Moved
from lianzhang.chains.models import Anchor, Placement, TargetLine
from lianzhang.projects.models import Project, StageEntry
from lianzhang.registry.models import Capability, Enterprise
from lianzhang.supervision import states
from lianzhang.supervision.models import Request, Task, Visit


@dataclass(frozen=True, kw_only=True)
class FirmPage:
    """The page's content."""

    enterprise: Enterprise
    today: date
    since: date
    roles: list[str]
    figures: list[Figure]
    projects: list[Project]
    requests: list[Request]
    tasks: list[Task]
    to_do: list[work.Item]
    makes: list[Capability]
    targets: list[TargetLine]
    moved: list[Moved]
    visits: list[Visit]

    @property
    def lead(self) -> str:
        """The sentence the page says."""
        return _("%(roles)s；%(projects)s 个项目，未办结诉求 %(requests)s 件。") % {
            "roles": _("、").join(self.roles) or _("未在链上登记角色"),
            "projects": len(self.projects),
            "requests": sum(1 for request in self.requests if request.closed_on is None),
        }


def compose(enterprise: Enterprise, *, person: Person, today: date, since: date | None = None) -> FirmPage:
    """The one-pager of `enterprise` as `person` sees it; `since` defaults to its last visit, else thirty days ago."""
    visits = list(Visit.objects.visible_to(person).filter(enterprise=enterprise).order_by("-planned_on")[:10])
    last = max((visit.visited_on for visit in visits if visit.visited_on), default=None)
    start = since or last or today - timedelta(days=DEFAULT_DAYS)
    projects = list(
        Project.objects.visible_to(person).filter(enterprise=enterprise).select_related("chain").order_by("-stage")
    )
    requests = list(Request.objects.visible_to(person).filter(enterprise=enterprise).select_related("handler"))
    # By their keys, each found by its index: joined, every task of the city was read.
    asked = Q(request__in=Request.objects.filter(enterprise=enterprise).values("pk"))
    built = Q(project__in=Project.objects.filter(enterprise=enterprise).values("pk"))
    tasks = list(Task.objects.visible_to(person).filter(asked | built).select_related("responsible").order_by("due_on"))
    return FirmPage(
        enterprise=enterprise,
        today=today,
        since=start,
        roles=_roles(enterprise, person),
        figures=_figures(enterprise, projects, requests, tasks, today=today, since=start),
        projects=projects,
        requests=requests,
        tasks=tasks,
        to_do=work.task_items([task for task in tasks if task.state in states.OPEN], today=today),
        makes=list(Capability.objects.visible_to(person).filter(enterprise=enterprise).select_related("part")[:20]),
        targets=list(
            TargetLine.objects.visible_to(person).filter(supplier=enterprise).select_related("target_list__chain")[:5]
        ),
        moved=_moved(projects, person, since=start),
        visits=visits,
    )


def _roles(enterprise: Enterprise, person: Person) -> list[str]:
    anchors = Anchor.objects.visible_to(person).standing().filter(enterprise=enterprise).select_related("chain")
    found = [_("%(chain)s 链主") % {"chain": anchor.chain.name} for anchor in anchors]
    placed = (
        Placement.objects.visible_to(person)
        .filter(enterprise=enterprise, map__state="published")
        .select_related("segment", "map__chain")
    )
    found += [f"{place.map.chain.name} · {place.segment.name}" for place in placed]
    return found[:6]


def _figures(
    enterprise: Enterprise,
    projects: list[Project],
    requests: list[Request],
    tasks: list[Task],
    *,
    today: date,
    since: date,
) -> list[Figure]:
    waiting, more = counted(
        requests,
        lambda r, day: r.received_on <= day and (r.closed_on is None or r.closed_on > day),
        today=today,
        since=since,
    )
    open_tasks = [task for task in tasks if task.state in states.OPEN]
    return [
        Figure(
            key="projects",
            label=_("项目"),
            value=len(projects),
            unit=_("个"),
            scope=_("以该企业为项目企业的全部项目"),
            source=_("项目台账"),
            as_of=today,
            url=address("projects:list", q=enterprise.name),
        ),
        Figure(
            key="requests",
            label=_("未办结诉求"),
            value=waiting,
            change=more,
            unit=_("件"),
            scope=_("已受理、未办结的企业诉求"),
            source=_("企业诉求台账"),
            as_of=today,
            url=address(
                "supervision:requests",
                q=enterprise.name,
                state=tuple(state for state in Request.State.values if state != Request.State.CLOSED),
            ),
        ),
        Figure(
            key="tasks_late",
            label=_("督办逾期"),
            value=sum(1 for task in open_tasks if task.due_on < today),
            unit=_("件"),
            scope=_("由该企业诉求或项目产生、期限已过未销号的事项"),
            source=_("督办台账"),
            as_of=today,
            url="#tasks",
        ),
    ]


def _moved(projects: list[Project], person: Person, *, since: date) -> list[Moved]:
    entries = (
        StageEntry.objects.visible_to(person)
        .filter(project__in=projects, verdict=StageEntry.Verdict.PASSED, entered_on__gt=since)
        .select_related("project")
        .order_by("-entered_on")[:8]
    )
    said = _("%(project)s 进入%(stage)s")
    return [
        Moved(
            on=entry.entered_on,
            text=said % {"project": entry.project.name, "stage": entry.get_stage_display()},
            url=address("projects:project", entry.project.code),
        )
        for entry in entries
        if entry.entered_on
    ]
