"""链长页: six numbers, five things that need the chief, what was asked for and became of it, the next visit, the map.

Twelve questions with those of signing in, whatever the chain's size: the figures come from the rows of the one-pager.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import zip_longest
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import JSONObject
from django.utils.translation import gettext as _

from lianzhang.accounts.models import Person
from lianzhang.accounts.rules import Act, Thing
from lianzhang.briefings import onepager, work
from lianzhang.briefings import standing as standings
from lianzhang.briefings.addresses import address
from lianzhang.briefings.figures import Figure
from lianzhang.chains.models import Action, Chain, TargetList
from lianzhang.chains.queries import plans
from lianzhang.projects import stages
from lianzhang.projects.models import Project
from lianzhang.records.counting import CountOf
from lianzhang.supervision import queries as supervision
from lianzhang.supervision.models import Request, Visit

MOST_MATTERS, EACH_FIRST = 5, 2
# The six numbers of a chain; a service chain has countable targets where the other has its map.
MANUFACTURING = ("actions_late", "tasks_late", "requests", "building", "local_ratio", "gaps")
SERVICE = ("actions_done", "actions_late", "tasks_late", "requests", "building", "actions")
SIX = 6


@dataclass(frozen=True, kw_only=True)
class Brief:
    """下次走访 with what the office knows of the firm."""

    visit: Visit
    request_count: int
    project_count: int
    last_on: date | None


@dataclass(frozen=True, kw_only=True)
class ChiefPage:
    """The page's content."""

    chain: Chain
    others: list[Chain]
    today: date
    since: date
    is_since_meeting: bool
    figures: list[Figure]
    matters: list[work.Item]
    matter_count: int
    asked: list[work.Item] = field(default_factory=list)
    brief: Brief | None = None
    moved: list[onepager.Moved] = field(default_factory=list)

    @property
    def lead(self) -> str:
        """The sentence the page says."""
        late = sum(item.is_late for item in self.matters)
        if not self.matters:
            return _("没有需要您处理的事。")
        said = _("%(count)d件事需要您，其中%(late)d件逾期或滞后。")
        return said % {"count": len(self.matters), "late": late}

    @property
    def more_count(self) -> int:
        """Matters that are not among the five."""
        return self.matter_count - len(self.matters)


def compose(person: Person, *, today: date, asked: str = "") -> ChiefPage | None:
    """The page of `person` for the own chain `asked`, else the first; None where no chain is theirs."""
    chains: list[Any] = list(_chains(person, today=today))
    if not chains:
        return None
    chain = next((one for one in chains if one.code == asked), chains[0])
    standing = onepager.read(chain, person=person, today=today, has_targets=chain.is_service)
    stuck = _stuck(standing)
    found = _matters(standing, chain, stuck[:MOST_MATTERS], person=person)
    matters = first_of_each(found, most=MOST_MATTERS)
    return ChiefPage(
        chain=chain,
        others=[one for one in chains if one.pk != chain.pk],
        today=today,
        since=standing.since,
        is_since_meeting=standing.since == chain.last_met_on,
        figures=six(standing),
        matters=sorted(matters, key=lambda item: (not item.is_late, item.due_on or date.max)),
        matter_count=sum(len(kind) for kind in found) + len(stuck[MOST_MATTERS:]),
        asked=work.instructions(person, today=today),
        brief=_brief(chain, person=person, today=today),
        moved=onepager.moved(standing) if chain.is_service else onepager.on_the_map(standing),
    )


def six(standing: standings.Standing) -> list[Figure]:
    """The six numbers; a countable target goes before the numbers it makes dispensable."""
    named = {figure.key: figure for figure in standing.figures}
    if not standing.chain.is_service:
        return [named[key] for key in MANUFACTURING]
    targets = [figure for key, figure in named.items() if key.startswith("target_")]
    return (targets[:2] + [named[key] for key in SERVICE])[:SIX]


def _chains(person: Person, *, today: date) -> "QuerySet[Chain]":
    """The chains the post serves, each with its last meeting and the target list that waits for the chief's word."""
    state = TargetList.State
    # The newest of those it may be: a trial made before the list the chief stands for waits for nobody.
    of_others = Q(state=state.READY) & ~Q(created_by_id=person.pk)
    lists = TargetList.objects.visible_to(person).filter(of_others | Q(state=state.APPROVED), chain=OuterRef("pk"))
    newest = lists.order_by("-created_at").values(said=JSONObject(code="code", title="title", state="state"))
    own = onepager.chains(person, today=today).own_of(person).order_by("scheme", "position")
    return own.annotate(newest_list=Subquery(newest[:1]))


def _matters(
    standing: standings.Standing, chain: Any, stuck: list[Project], *, person: Person
) -> list[list[work.Item]]:
    """What needs the chief, by kind, in the order of whose word is missing."""
    today = standing.today
    asks = person.reach.may(Act.WRITE, Thing.TASK)
    return [
        _escalated(standing, today=today),
        work.task_items(supervision.to_pass(person, today, most=work.MOST), today=today, act=_("审核")),
        work.moves_awaiting(person),
        _lists(chain) if person.reach.may(Act.APPROVE, Thing.TARGET) else [],
        [_about(work.project_item(project, today=today), project, "project", asks) for project in stuck],
        [_about(item, action, "action", asks) for item, action in _behind(standing, today=today)],
    ]


def _escalated(standing: standings.Standing, *, today: date) -> list[work.Item]:
    found = [line for line in standing.lines.requests if line.state == Request.State.ESCALATED]
    items = []
    for line in sorted(found, key=lambda line: (line.due_on or date.max, line.code)):
        light, word = work.when(line.due_on, today=today)
        items.append(
            work.Item(
                title=line.title,
                url=line.url,
                light=light,
                word=word,
                note=" · ".join(part for part in (_("诉求已提级"), line.body) if part),
                due_on=line.due_on,
                is_illustrative=line.is_illustrative,
                act=_("批示交办"),
                act_url=address("supervision:new_task", request=line.code),
            )
        )
    return items


def _lists(chain: Any) -> list[work.Item]:
    waiting = chain.newest_list
    if not waiting or waiting["state"] != TargetList.State.READY:
        return []
    url = address("targets:target", waiting["code"])
    item = work.Item(title=waiting["title"], url=url, light="watch", word=_("待审定"), act=_("审定"), act_url=url)
    return [item]


def _stuck(standing: standings.Standing) -> list[Project]:
    """Projects that are late or say what blocks them, the longest late first."""
    found = [
        project
        for project in standing.projects
        if project.is_late or (project.blockage and project.status in stages.OPEN)
    ]
    return sorted(found, key=lambda project: (not project.is_late, project.next_due_on or date.max, project.code))


def _behind(standing: standings.Standing, *, today: date) -> list[tuple[work.Item, Action]]:
    still = [action for action in standing.actions if action.state == Action.State.OPEN]
    by_address = {address("chains:action", action.code): action for action in still}
    judged = [(action, plans.verdict(action, today=today)) for action in still]
    return [(item, by_address[item.url]) for item in work.behind(judged, today=today)]


def _about(item: work.Item, record: Any, kind: str, asks: bool) -> work.Item:  # noqa: FBT001 - private, by position
    """The line with its one button: have somebody deal with it."""
    if not asks:
        return item
    return item.with_act(_("批示交办"), address("supervision:new_task", **{kind: record.code}))


def first_of_each(kinds: Sequence[Iterable[work.Item]], *, most: int) -> list[work.Item]:
    """At most `most` lines: two of each kind go before a third of any, so that no kind hides the others."""
    ranked = [list(kind) for kind in kinds]
    first = [item for kind in ranked for item in kind[:EACH_FIRST]]
    rest = [item for turn in zip_longest(*(kind[EACH_FIRST:] for kind in ranked)) for item in turn if item is not None]
    return (first + rest)[:most]


def _brief(chain: Chain, *, person: Person, today: date) -> Brief | None:
    """The next planned visit of the chain, with its firm's standing; one question."""
    asked = Request.objects.visible_to(person).exclude(state=Request.State.CLOSED)
    projects = Project.objects.visible_to(person)
    past = Visit.objects.visible_to(person).filter(enterprise=OuterRef("enterprise"), visited_on__isnull=False)
    found: Any = (
        Visit.objects.visible_to(person)
        .filter(chain=chain, planned_on__gte=today, visited_on__isnull=True)
        .select_related("enterprise")
        .only("planned_on", "purpose", "enterprise__code", "enterprise__name")
        .annotate(
            request_count=CountOf(asked.filter(enterprise=OuterRef("enterprise"))),
            project_count=CountOf(projects.filter(enterprise=OuterRef("enterprise"))),
            last_on=Subquery(past.order_by("-visited_on").values("visited_on")[:1]),
        )
        .order_by("planned_on", "pk")
        .first()
    )
    if found is None:
        return None
    return Brief(
        visit=found, request_count=found.request_count, project_count=found.project_count, last_on=found.last_on
    )
