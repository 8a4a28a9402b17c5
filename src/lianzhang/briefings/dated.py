"""What five ledgers say of one chain, as dated lines of one kind: read in one query, counted on any two days.

督办 (from its assignment to its closing), 缺口 (from its confirmation), 诉求 (from its receipt), 项目进入阶段 and
图谱发布 (one day).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, NamedTuple

from django.db.models import BooleanField, CharField, DateField, F, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat, Substr
from django.utils import timezone

from lianzhang.accounts.models import Body, Person
from lianzhang.briefings.addresses import address
from lianzhang.chains.models import Chain, Gap, MapVersion
from lianzhang.projects.models import StageEntry
from lianzhang.projects.stages import Stage
from lianzhang.records.days import LocalDay
from lianzhang.supervision import states
from lianzhang.supervision.models import Request, Task

TASK, GAP, REQUEST, ENTRY, MAP = "task", "gap", "request", "entry", "map"
PAGES = {
    TASK: "supervision:task",
    GAP: "gaps:gap",
    REQUEST: "supervision:request",
    ENTRY: "projects:project",
}
LONGEST = 60  # of a request's words on a line
NO_DAY = Cast(Value(None), DateField())
NO_WORD = Value("", output_field=CharField())


class Line(NamedTuple):
    """One row of a ledger with its days.

    `state` is the ledger's own word, for an entry the number of its stage, for a map that of its version.
    """

    kind: str
    code: str
    title: str
    state: str
    begun_on: date
    due_on: date | None
    ended_on: date | None
    body_zh: str | None
    body_en: str | None
    is_illustrative: bool

    @property
    def url(self) -> str:
        """Where the row opens; a map that followed another opens beside it."""
        if self.kind == MAP:
            return address("maps:compare" if int(self.state) > 1 else "maps:version", self.code, self.state)
        return address(PAGES[self.kind], self.code)

    @property
    def body(self) -> str:
        """Who does it, in the reader's language; empty where nobody was named."""
        return Body(name_zh=self.body_zh or "", name_en=self.body_en or "").name

    @property
    def stage(self) -> Stage:
        """The stage an entry passed into."""
        return Stage(int(self.state))

    def is_open(self, day: date) -> bool:
        """Whether it had begun and not ended on `day`; a gap found invalid never was one."""
        is_void = self.kind == GAP and self.state == Gap.State.INVALID
        return self.begun_on <= day and not is_void and not self.has_ended(day)

    def has_ended(self, day: date) -> bool:
        """Whether it had ended by `day`."""
        return self.ended_on is not None and self.ended_on <= day

    def is_late(self, day: date) -> bool:
        """Whether it was open on `day` and its deadline past; what was called off was never late."""
        is_past = self.due_on is not None and self.due_on < day
        return is_past and self.state != Task.State.CANCELLED and self.is_open(day)

    @property
    def is_to_do(self) -> bool:
        """Whether somebody still has to do it."""
        return self.kind == TASK and self.state in states.OPEN


@dataclass(frozen=True)
class Lines:
    """The lines of one chain, by ledger."""

    tasks: list[Line]
    gaps: list[Line]
    requests: list[Line]
    entries: list[Line]
    maps: list[Line]


def read(chain: Chain, *, person: Person, since: date, today: date) -> Lines:
    """What the five ledgers of `chain` say to `person` of the days from `since` to `today`; one query.

    Tasks past their deadline or ended since, requests not ended before, stages entered and maps published since, and
    all confirmed gaps, whenever they were closed.
    """
    midnight = timezone.make_aware(datetime.combine(since, time.min))
    is_late = Q(closed_at=None, due_on__lt=today)
    tasks = Task.objects.visible_to(person).filter(is_late | Q(closed_at__gte=midnight), chain=chain)
    gaps = Gap.objects.visible_to(person).filter(chain=chain, confirmed_at__isnull=False)
    requests = Request.objects.visible_to(person).filter(Q(closed_on=None) | Q(closed_on__gte=since), chain=chain)
    entries = StageEntry.objects.visible_to(person).filter(
        project__chain=chain, verdict=StageEntry.Verdict.PASSED, entered_on__gt=since
    )
    maps = MapVersion.objects.visible_to(person).filter(chain=chain, published_at__gt=midnight)
    found = _lines(
        TASK,
        tasks,
        begun_on=LocalDay("assigned_at"),
        ended_on=LocalDay("closed_at"),
        due_on=F("due_on"),
        body_zh=F("responsible__name_zh"),
        body_en=F("responsible__name_en"),
        is_illustrative=F("is_illustrative"),
    ).union(
        _lines(GAP, gaps, begun_on=LocalDay("confirmed_at"), ended_on=LocalDay("closed_at")),
        _lines(
            REQUEST,
            requests,
            begun_on=F("received_on"),
            due_on=F("due_on"),
            ended_on=F("closed_on"),
            title=Concat("enterprise__name", Value("："), Substr("text", 1, LONGEST), output_field=CharField()),
            body_zh=F("handler__name_zh"),
            body_en=F("handler__name_en"),
            is_illustrative=F("is_illustrative"),
        ),
        _lines(
            ENTRY,
            entries,
            begun_on=F("entered_on"),
            code=F("project__code"),
            title=F("project__name"),
            state=Cast("stage", CharField()),
        ),
        _lines(
            MAP,
            maps,
            begun_on=LocalDay("published_at"),
            code=F("chain__code"),
            title=NO_WORD,
            state=Cast("number", CharField()),
        ),
        all=True,
    )
    return _sorted(map(Line._make, found))


def _lines(kind: str, found: "QuerySet[Any]", **columns: Any) -> "QuerySet[Any, tuple[Any, ...]]":
    """The rows of one ledger in the order of a Line's columns, each of the type the first ledger gives it."""
    given = {
        "kind": Value(kind, output_field=CharField()),
        "code": F("code"),
        "title": F("title"),
        "state": F("state"),
        "due_on": NO_DAY,
        "ended_on": NO_DAY,
        "body_zh": NO_WORD,
        "body_en": NO_WORD,
        "is_illustrative": Value(False, output_field=BooleanField()),
        **columns,
    }
    return found.order_by().values_list(*(given[column] for column in Line._fields))


def _sorted(lines: Iterable[Line]) -> Lines:
    found: dict[str, list[Line]] = {TASK: [], GAP: [], REQUEST: [], ENTRY: [], MAP: []}
    for line in lines:
        found[line.kind].append(line)
    return Lines(tasks=found[TASK], gaps=found[GAP], requests=found[REQUEST], entries=found[ENTRY], maps=found[MAP])
