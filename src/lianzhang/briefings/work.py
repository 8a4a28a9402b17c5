"""待办: what waits for a person, from every app, as lines of one kind: a word of state, a title that opens, a day.

Each function reads one thing in one query and never more than it shows; the pages put them together by role.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.db.models import CharField, F, IntegerField, Q, QuerySet, Value
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from lianzhang.accounts.models import Person
from lianzhang.accounts.rules import Act, Thing
from lianzhang.briefings import plans as counted
from lianzhang.briefings.addresses import address
from lianzhang.briefings.city import statement
from lianzhang.chains import rules, stages
from lianzhang.chains.models import Action, Chain
from lianzhang.chains.queries import gaps, plans
from lianzhang.collecting.actions import month_code
from lianzhang.projects import queries as projects
from lianzhang.projects import schedule
from lianzhang.projects.models import Contest, Project
from lianzhang.projects.monthly.actions import said_month
from lianzhang.projects.stages import MOVING, Stage, Status
from lianzhang.supervision import queries as supervision
from lianzhang.supervision import states
from lianzhang.supervision.models import Request, Task
from lianzhang.tables.values import LIGHT_WORDS

MOST, LONGEST_REPLY = 8, 60
PROJECT_COLUMNS = (
    "code", "name", "next_due_on", "status", "next_milestone", "blockage", "status_reason", "is_illustrative",
    "stage", "is_key", "planned_start_on", "started_on", "planned_completion_on", "completed_on", "produced_on",
    "planned_production_on", "plan_year_wan", "done_year_wan", "done_as_of", "progress_on",
)  # fmt: skip
REQUEST_COLUMNS = (
    *("code", "text", "state", "due_on", "is_illustrative", "enterprise__name"),
    *("handler__name_zh", "handler__name_en"),
)
INSTRUCTION_COLUMNS = (
    *("code", "title", "state", "due_on", "reply", "closed_at", "is_illustrative"),
    *("responsible__name_zh", "responsible__name_en"),
)
# The light rule's words as the lights of the tables.
LIGHTS = {
    rules.Light.GREEN: "normal",
    rules.Light.YELLOW: "watch",
    rules.Light.RED: "late",
    rules.Light.GREY: "idle",
    rules.Light.DONE: "done",
    rules.Light.DROPPED: "suspended",
}


@dataclass(frozen=True, kw_only=True)
class Item:
    """One line: what it is about, where it opens, how it stands, until when, and the one button that deals with it."""

    title: str
    url: str
    light: str
    word: str
    note: str = ""
    due_on: date | None = None
    is_illustrative: bool = False
    act: str = ""
    act_url: str = ""

    def with_act(self, act: str, url: str) -> "Item":
        """The line with its button."""
        return replace(self, act=act, act_url=url)

    @property
    def is_late(self) -> bool:
        """Whether the line is shown as late."""
        return self.light == "late"


def when(due_on: date | None, *, today: date) -> tuple[str, str]:
    """The light and the word of a deadline: 逾期2天, 今天, 3天内, or the quiet word."""
    if due_on is None:
        return "idle", _("无时限")
    days = (due_on - today).days
    if days < 0:
        return "late", ngettext("逾期%(days)d天", "逾期%(days)d天", -days) % {"days": -days}
    if days == 0:
        return "watch", _("今天到期")
    word = ngettext("还有%(days)d天", "还有%(days)d天", days) % {"days": days}
    return ("watch" if days <= 7 else "normal"), word


def tasks_awaiting(person: Person, *, today: date) -> list[Item]:
    """Tasks that are the person's move now, most urgent first."""
    return task_items(supervision.awaiting(person, today, most=MOST), today=today)


def review(chain: Chain, count: int, *, first: date | None, today: date) -> Item:
    """复核: how many gaps of a chain are due to be looked at again, lit by the one that has waited longest."""
    light, word = when(first, today=today)
    return Item(
        title=ngettext("%(count)d个缺口到复核日期", "%(count)d个缺口到复核日期", count) % {"count": count},
        url=address("gaps:list", chain=str(chain.pk), state=stages.STANDING, review_to=today.isoformat()),
        light=light,
        word=word,
        note=chain.name,
        due_on=first,
        is_illustrative=chain.is_illustrative,
    )


def consultations_awaiting(person: Person, *, today: date) -> list[Item]:
    """征询 this expert was asked and has not answered, the earliest day first."""
    found = gaps.consultations(person).filter(expert=person, opinion__isnull=True)
    items = []
    for one in found.order_by(F("due_on").asc(nulls_last=True), "asked_at")[:MOST]:
        light, word = when(one.due_on, today=today)
        items.append(
            Item(
                title=_("征询意见：%(title)s") % {"title": one.title},
                url=address("gaps:consultation", one.pk),
                light=light,
                word=word,
                due_on=one.due_on,
                is_illustrative=one.gap.is_illustrative,
            )
        )
    return items


def instructions(person: Person, *, today: date) -> list[Item]:
    """批示交办及落实: what leaders asked for in writing, the open ones first."""
    found = Task.objects.visible_to(person).filter(kind=Task.Kind.INSTRUCTION)
    own = Q(instructed_by__person=person) | Q(assigned_by=person) | Q(assigned_by_body_id=person.reach.body_id)
    mine = found.filter(own | Q(chain__body_id=person.reach.body_id)).select_related("responsible")
    rows = list(mine.only(*INSTRUCTION_COLUMNS)[:40])
    rows.sort(key=lambda task: (task.state not in states.OPEN, task.due_on))
    return [
        replace(item, note=_became(task))
        for item, task in zip(task_items(rows[:MOST], today=today), rows, strict=False)
    ]


def _became(task: Task) -> str:
    """What became of an instruction: who does it, how far it is or when it was closed, and what they answered."""
    closed = f"{timezone.localtime(task.closed_at):%m-%d}" if task.closed_at else ""
    stands = " ".join(part for part in (task.get_state_display(), closed) if part)
    reply = task.reply if len(task.reply) <= LONGEST_REPLY else f"{task.reply[:LONGEST_REPLY]}…"
    return " · ".join(part for part in (str(task.responsible), stands, reply) if part)


def task_items(found: Iterable[Task], *, today: date, act: str = "") -> list[Item]:
    """Tasks as lines: how late, who does them, how far they are; `act` is the word of the button, if there is one."""
    items = []
    for task in found:
        is_open = task.state in states.OPEN
        light, word = when(task.due_on, today=today) if is_open else ("done", task.get_state_display())
        note = " · ".join(str(part) for part in (task.responsible, task.get_state_display()) if part)
        items.append(
            Item(
                title=task.title,
                url=address("supervision:task", task.code),
                light=light,
                word=word,
                note=note,
                due_on=task.due_on,
                is_illustrative=task.is_illustrative,
                act=act,
                act_url=address("supervision:task", task.code) if act else "",
            )
        )
    return items


def actions_behind(person: Person, *, today: date, chain_ids: Iterable[int] | None = None) -> list[Item]:
    """Plan actions that are overdue or whose light warns, worst first."""
    found = counted.actions(person, today=today).filter(state=Action.State.OPEN)
    if chain_ids is not None:
        found = found.filter(chain__in=list(chain_ids))
    return behind([(action, plans.verdict(action)) for action in found.order_by("due_on", "code")], today=today)


def behind(judged: Iterable[tuple[Action, rules.Verdict]], *, today: date) -> list[Item]:
    """Those of the judged actions that are overdue or whose light warns, worst first."""
    wrong = [(action, verdict) for action, verdict in judged if verdict.is_overdue or verdict.is_behind]
    wrong.sort(key=lambda pair: -pair[1].days_overdue)
    return [_action(action, verdict, today=today) for action, verdict in wrong[:MOST]]


def _action(action: Action, verdict: rules.Verdict, *, today: date) -> Item:
    return Item(
        title=statement(action),
        url=address("chains:action", action.code),
        light="late" if verdict.is_overdue else LIGHTS[verdict.light],
        word=when(action.due_on, today=today)[1] if verdict.is_overdue else _light_word(verdict.light),
        note=f"{verdict.reason} · {action.chain.name}",
        due_on=action.due_on,
        is_illustrative=action.chain.is_illustrative,
    )


def _light_word(light: rules.Light) -> str:
    """滞后 for a red action that is not overdue: the table's own word for red is 逾期."""
    return str(Action.Light.RED.label if light is rules.Light.RED else LIGHT_WORDS[LIGHTS[light]])


def projects_late(
    person: Person, *, today: date, chain_ids: Iterable[int] | None = None, owner_id: int | None = None
) -> list[Item]:
    """Projects behind their own plan, the longest late first: of some chains, of one responsible body, or all seen."""
    found = projects.late(today).visible_to(person).only(*PROJECT_COLUMNS)
    if owner_id is not None:
        found = found.filter(owner_id=owner_id)
    if chain_ids is not None:
        found = found.filter(chain__in=list(chain_ids))
    return [project_item(project, today=today) for project in found.order_by("next_due_on", "code")[:MOST]]


def project_item(project: Project, *, today: date) -> Item:
    """A project as a line, by its own light; one that is only blocked is not late."""
    warning = schedule.red(project, today=today) if project.status in MOVING else None
    due = project.next_due_on if project.next_due_on is not None and project.next_due_on < today else None
    said = warning.reason if warning is not None and due is None else project.next_milestone
    is_late = warning is not None or project.status == Status.LATE
    parts = (said, project.blockage or project.status_reason)
    return Item(
        title=project.name,
        url=address("projects:project", project.code),
        light="late" if is_late else "watch",
        word=str(warning or (project.get_status_display() if is_late else _("有卡点"))),
        note=" · ".join(str(part) for part in parts if part),
        due_on=due,
        is_illustrative=project.is_illustrative,
    )


class Move(NamedTuple):
    """A word that a project waits for: a check of a stage asked for, or of whoever is in dispute over its first report;
    `contest` is the code of that, and empty for a check."""

    project: str
    project_name: str
    is_illustrative: bool
    pk: int
    contest: str
    stage: int
    at: datetime
    statement: str
    who: str
    who_en: str
    order: int  # disputes first: they are few, and checks must not crowd them out


def moves_awaiting(person: Person) -> list[Item]:
    """On which projects the next word is this person's, each kind the longest waiting first: 首报争议 in which the own
    body is a party, and 待核验, asks of others for a stage that the person may pass or return. One query of both."""
    of_project = ("project__code", "project__name", "project__is_illustrative", "pk")
    nothing, no_stage = Value("", output_field=CharField()), Value(0, output_field=IntegerField())
    asks = projects.awaiting_check(person).select_related(None).order_by()
    asks = asks.annotate(at=F("asked_at"), order=Value(1, output_field=IntegerField()))
    found = asks.values_list(*of_project, nothing, "stage", "at", nothing, "asked_by__name", nothing, "order")
    most = MOST
    if person.reach.may(Act.WRITE, Thing.PROJECT):
        body_id = person.reach.body_id
        party = Q(claimant_id=body_id) | Q(challenger_id=body_id)
        disputed = Contest.objects.visible_to(person).filter(party, state=Contest.State.OPEN)
        disputed = disputed.annotate(at=F("raised_at"), order=Value(0, output_field=IntegerField()))
        by = ("challenger__name_zh", "challenger__name_en")
        told = disputed.order_by().values_list(*of_project, "code", no_stage, "at", "statement", *by, "order")
        found, most = found.union(told, all=True), 2 * MOST
    return [_move(move) for move in map(Move._make, found.order_by("order", "at", "project__code")[:most])]


def _move(move: Move) -> Item:
    if not move.contest:
        url = address("projects:check", move.project, move.pk)
        words = {"project": move.project_name, "stage": Stage(move.stage).label}
        title, word = _("%(project)s：核验“%(stage)s”") % words, _("待核验")
        note, act = f"{move.who} {timezone.localtime(move.at):%m-%d}", _("核验")
    else:
        url = address("projects:contest", move.contest)
        who = move.who_en if move.who_en and (get_language() or "").startswith("en") else move.who
        words = {"code": move.contest, "challenger": who, "project": move.project}
        title = _("首报争议 %(code)s：%(challenger)s就%(project)s的首报提出异议") % words
        word, note, act = str(Contest.State.OPEN.label), move.statement[:LONGEST_REPLY], ""
    return Item(
        title=title,
        url=url,
        light="watch",
        word=word,
        note=note,
        is_illustrative=move.is_illustrative,
        act=act,
        act_url=url if act else "",
    )


def month_rows(month: date, chains: Sequence[Chain], *, count: int) -> Item:
    """月报待核: how many rows of a month wait for the task force of these chains."""
    url = address("rounds:rows", month_code(month), is_mine="1")
    title = ngettext("%(month)s月报：%(count)d行待核验", "%(month)s月报：%(count)d行待核验", count)
    return Item(
        title=title % {"month": said_month(month), "count": count},
        url=url,
        light="watch",
        word=_("待核验"),
        note=_("、").join(chain.name for chain in chains),
        is_illustrative=any(chain.is_illustrative for chain in chains),
        act=_("核验"),
        act_url=url,
    )


def projects_handed_over(person: Person) -> list[Item]:
    """流转: projects handed to the person's district, which takes each up by resuming it."""
    found = Project.objects.editable_by(person).filter(status=Status.TRANSFERRED, district=person.reach.body_id)
    return [
        Item(
            title=project.name,
            url=address("projects:project", project.code),
            light="watch",
            word=_("流转待接"),
            note=project.status_reason,
            is_illustrative=project.is_illustrative,
        )
        for project in found.order_by("status_on", "code")[:MOST]
    ]


def requests_of(person: Person, *, chain_ids: Iterable[int], today: date) -> list[Item]:
    """Open requests that are the person's own business: of the own chains, handled or raised by the own body."""
    body_id = person.reach.body_id
    if body_id is None:
        return []
    mine = Q(handler_id=body_id) | Q(raised_by_body_id=body_id) | Q(enterprise__body_id=body_id)
    found = _open_requests(person).filter(mine | Q(chain__in=list(chain_ids)))
    return _requests(found, today=today)


def requests_escalated(person: Person, *, today: date) -> list[Item]:
    """Requests that were passed up a level."""
    return _requests(_open_requests(person).filter(state=Request.State.ESCALATED), today=today)


def _open_requests(person: Person) -> "QuerySet[Request]":
    found = Request.objects.visible_to(person).exclude(state=Request.State.CLOSED)
    return found.select_related("enterprise", "handler").only(*REQUEST_COLUMNS).order_by("due_on", "code")


def _requests(found: "QuerySet[Request]", *, today: date) -> list[Item]:
    items = []
    for request in found[:MOST]:
        light, word = when(request.due_on, today=today)
        note = " · ".join(str(part) for part in (request.get_state_display(), request.handler) if part)
        items.append(
            Item(
                title=f"{request.enterprise}：{request.text}",
                url=address("supervision:request", request.code),
                light=light,
                word=word,
                note=note,
                due_on=request.due_on,
                is_illustrative=request.is_illustrative,
            )
        )
    return items


def blocked_projects(person: Person, *, today: date) -> list[Item]:
    """Projects that say what blocks them: matters to be put before a leader."""
    found = Project.objects.visible_to(person).exclude(blockage="").filter(status__in=("normal", "late", "suspended"))
    if person.reach.body_id is not None and person.reach.post != "general_chief":
        found = found.filter(chain__body_id=person.reach.body_id)
    return [
        project_item(project, today=today) for project in found.only(*PROJECT_COLUMNS).order_by("next_due_on")[:MOST]
    ]


def due_within(items: Iterable[Item], *, today: date, days: int) -> int:
    """How many of the lines are due from today on within `days`."""
    until = today + timedelta(days=days)
    return sum(1 for item in items if item.due_on is not None and today <= item.due_on <= until)
