"""What five ledgers say of one chain, as dated lines of one kind: read in one query, counted on any two days.

督办 (from its assignment to its closing), 缺口 (from its confirmation), 诉求 (from its receipt), 项目进入阶段 and
图谱发布 (one day).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple, TypeAlias

from django.db.models import BooleanField, CharField, Count, DateField, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat, Substr
from django.utils import timezone

from lianzhang.accounts.models import Body, Person
from lianzhang.briefings.addresses import address
from lianzhang.chains.models import Chain, Gap, MapVersion
from lianzhang.projects.models import StageEntry
from lianzhang.projects.stages import Stage
from lianzhang.records.days import LocalDay
from lianzhang.supervision import queries, states
from lianzhang.supervision.models import Request, Task

TASK, LATE, GAP, REQUEST, ENTRY, MAP = "task", "late", "gap", "request", "entry", "map"
PAGES = {
    TASK: "supervision:task",
    GAP: "gaps:gap",
    REQUEST: "supervision:request",
    ENTRY: "projects:project",
}
LONGEST = 60  # of a request's words on a line
MOST_LATE = 5  # tasks that are named, of those past their deadline
NO_DAY = Value(None, output_field=DateField())
NO_WORD = Value("", output_field=CharField())

Rows: TypeAlias = "QuerySet[Any, tuple[Any, ...]]"


class Line(NamedTuple):
    """One row of a ledger with its days.

    `state` is the ledger's own word, for an entry the number of its stage, for a map that of its version. One line
    counts the open tasks past their deadline: `state` how many are, `code` how many of them were on the earlier day.
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
        """Whether it was open on `day` and its deadline past."""
        return self.due_on is not None and self.due_on < day and self.is_open(day)

    @property
    def is_to_do(self) -> bool:
        """Whether somebody still has to do it."""
        return self.kind == TASK and self.state in states.OPEN


@dataclass(frozen=True)
class Lines:
    """The lines of one chain, by ledger."""

    tasks: list[Line]
    late_count: int
    late_before_count: int
    gaps: list[Line]
    requests: list[Line]
    entries: list[Line]
    maps: list[Line]


def read(chain: Chain, *, person: Person, since: date, today: date) -> Lines:
    """What the five ledgers of `chain` say to `person` of the days from `since` to `today`; one query.

    Tasks ended since, and of those past their deadline the first and their number; requests not ended before, stages
    entered and maps published since, and all confirmed gaps, whenever they were closed.
    """
    midnight = _midnight(since)
    named, counted = _tasks(Task.objects.visible_to(person).filter(chain=chain), since=since, today=today)
    gaps = Gap.objects.visible_to(person).filter(chain=chain, confirmed_at__isnull=False)
    requests = Request.objects.visible_to(person).filter(Q(closed_on=None) | Q(closed_on__gte=since), chain=chain)
    entries = StageEntry.objects.visible_to(person).filter(
        project__chain=chain, verdict=StageEntry.Verdict.PASSED, entered_on__gt=since
    )
    maps = MapVersion.objects.visible_to(person).filter(chain=chain, published_at__gt=midnight)
    found = named.union(
        counted,
        _lines(GAP, gaps, begun_on=LocalDay("confirmed_at"), ended_on=LocalDay("closed_at")),
        _lines(
            REQUEST,
            requests,
            begun_on="received_on",
            due_on="due_on",
            ended_on="closed_on",
            title=Concat("enterprise__name", Value("："), Substr("text", 1, LONGEST), output_field=CharField()),
            body_zh="handler__name_zh",
            body_en="handler__name_en",
            is_illustrative="is_illustrative",
        ),
        _lines(
            ENTRY,
            entries,
            begun_on="entered_on",
            code="project__code",
            title="project__name",
            state=Cast("stage", CharField()),
        ),
        _lines(
            MAP,
            maps,
            begun_on=LocalDay("published_at"),
            code="chain__code",
            title=NO_WORD,
            state=Cast("number", CharField()),
        ),
        all=True,
    )
    return _sorted(map(Line._make, found), since=since)


def _tasks(own: "QuerySet[Task]", *, since: date, today: date) -> tuple[Rows, Rows]:
    """The tasks that are named, ended since or the first of the late ones, and the line that counts the late ones."""
    late = own.filter(queries.is_counted_overdue(today))
    first = late.order_by("due_on", "pk").values("pk")[:MOST_LATE]
    named = own.filter(Q(state=Task.State.CLOSED, closed_at__gte=_midnight(since)) | Q(pk__in=first))
    were_late = Q(due_on__lt=since, assigned_at__lt=_midnight(since + timedelta(days=1)))
    counted = late.order_by().values("chain").annotate(count=Count("pk"), count_before=Count("pk", filter=were_late))
    return _lines(
        TASK,
        named,
        begun_on=LocalDay("assigned_at"),
        ended_on=LocalDay("closed_at"),
        due_on="due_on",
        body_zh="responsible__name_zh",
        body_en="responsible__name_en",
        is_illustrative="is_illustrative",
    ), _lines(
        LATE,
        counted,
        begun_on=NO_DAY,
        code=Cast("count_before", CharField()),
        title=NO_WORD,
        state=Cast("count", CharField()),
    )


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _lines(kind: str, found: "QuerySet[Any]", **columns: Any) -> Rows:
    """The rows of one ledger in the order of a Line's columns, each of the type the first ledger gives it."""
    given = {
        "kind": Value(kind, output_field=CharField()),
        "code": "code",
        "title": "title",
        "state": "state",
        "due_on": NO_DAY,
        "ended_on": NO_DAY,
        "body_zh": NO_WORD,
        "body_en": NO_WORD,
        "is_illustrative": Value(False, output_field=BooleanField()),
        **columns,
    }
    return found.order_by().values_list(*(given[column] for column in Line._fields))


def _sorted(lines: Iterable[Line], *, since: date) -> Lines:
    found: dict[str, list[Line]] = {kind: [] for kind in (TASK, LATE, GAP, REQUEST, ENTRY, MAP)}
    # A union has no order of its own: what is due first, then by number.
    for line in sorted(lines, key=lambda line: (line.due_on or date.max, line.code, line.state)):
        found[line.kind].append(line)
    ended = [line for line in found[TASK] if not line.is_to_do]
    return Lines(
        tasks=found[TASK],
        late_count=sum(int(line.state) for line in found[LATE]),
        late_before_count=sum(int(line.code) for line in found[LATE]) + sum(line.is_late(since) for line in ended),
        gaps=found[GAP],
        requests=found[REQUEST],
        entries=found[ENTRY],
        maps=found[MAP],
    )
