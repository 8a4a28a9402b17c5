"""What a task force's cards say of its chains, counted in the ledgers they stand for: one query for all chains."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from operator import attrgetter
from typing import Any, NamedTuple, TypeAlias

from django.db.models import (
    Case,
    CharField,
    Count,
    DateField,
    DateTimeField,
    FloatField,
    IntegerField,
    Min,
    OuterRef,
    QuerySet,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce

from lianzhang.accounts.models import Person
from lianzhang.chains.models import Anchor, Chain, Gap, TargetList
from lianzhang.chains.queries import gaps as gap_queries
from lianzhang.chains.queries import releases
from lianzhang.projects import queries as projects
from lianzhang.projects.models import MonthReport
from lianzhang.projects.monthly import queries as monthly
from lianzhang.projects.queries import StageCounts
from lianzhang.registry import queries as registry

GAP, ANCHOR, STAGE, RATIO, LIST, MONTH = "gap", "anchor", "stage", "ratio", "list", "month"
READY = (TargetList.State.READY, TargetList.State.APPROVED)

Rows: TypeAlias = "QuerySet[Any, tuple[Any, ...]]"


class Row(NamedTuple):
    """A count of one ledger, or one of its rows; `among` counts those of `number` that are meant in particular."""

    kind: str
    chain_id: int
    word: str  # the state or stage counted; a target list's code
    number: int
    among: int  # gaps due for review, anchors that speak; a target list's categories
    on: date | None
    at: datetime | None
    value: float | None


class ListSize(NamedTuple):
    """A target list by its code and what it holds."""

    code: str
    category_count: int
    supplier_count: int


@dataclass
class Tally:
    """What the ledgers say of one chain."""

    gaps: dict[str, int] = field(default_factory=dict)  # by state
    review_count: int = 0
    review_on: date | None = None  # the longest ago
    anchor_count: int = 0
    speaking_count: int = 0
    stages: StageCounts = field(default_factory=StageCounts)
    ratios: list[Row] = field(default_factory=list)  # 本地配套率 as it went out, newest first
    months: dict[date, int] = field(default_factory=dict)  # 待核: rows of open months that wait for this reader
    # The list the chief stands for; a trial computed since does not take its place. Without one, the newest.
    target_list: ListSize | None = None

    def gap_count(self, states: Collection[str]) -> int:
        """Gaps in any of the states."""
        return sum(count for state, count in self.gaps.items() if state in states)


def read(person: Person, chains: Sequence[Chain], *, pieces: Iterable[registry.Piece], today: date) -> dict[int, Tally]:
    """The tally of each of `chains`, as far as `person` sees their ledgers and reads `pieces` of what firms say."""
    within = {"chain__in": [chain.pk for chain in chains]}
    # The ratios first: they have a value in every column that PostgreSQL must be told the type of.
    ratios = releases.ratios(person).filter(**within)
    stages = projects.stage_counts(person).filter(**within)
    found = _rows(RATIO, ratios, on="snapshot__taken_on", at="released_at", value="value").union(
        _gaps(Gap.objects.visible_to(person).filter(**within), today=today),
        _anchors(Anchor.objects.standing().filter(**within), pieces=pieces),
        _rows(STAGE, stages, word=Cast("stage", CharField()), number="count"),
        _lists(TargetList.objects.visible_to(person).filter(**within, state__in=READY)),
        _months(monthly.awaiting_check(person).filter(project__chain__in=within["chain__in"])),
        all=True,
    )
    by_chain: dict[int, list[Row]] = {chain.pk: [] for chain in chains}
    for row in map(Row._make, found):
        by_chain[row.chain_id].append(row)
    return {chain_id: _tally(rows) for chain_id, rows in by_chain.items()}


def _rows(kind: str, found: "QuerySet[Any]", **columns: Any) -> Rows:
    """The rows of one ledger in the order of a Row's columns, each of the type the ratios give it."""
    given = {
        "kind": Value(kind, output_field=CharField()),
        "chain_id": "chain_id",
        "word": Value("", output_field=CharField()),
        "number": Value(0, output_field=IntegerField()),
        "among": Value(0, output_field=IntegerField()),
        "on": Value(None, output_field=DateField()),
        "at": Value(None, output_field=DateTimeField()),
        "value": Value(None, output_field=FloatField()),
        **columns,
    }
    return found.order_by().values_list(*(given[column] for column in Row._fields))


def _gaps(found: "QuerySet[Gap]", *, today: date) -> Rows:
    due = gap_queries.is_due(today)
    counted = found.order_by().values("chain_id", "state")
    counted = counted.annotate(n=Count("pk"), due=Count("pk", filter=due), first=Min("review_on", filter=due))
    return _rows(GAP, counted, word="state", number="n", among="due", on="first")


def _anchors(found: "QuerySet[Anchor]", *, pieces: Iterable[registry.Piece]) -> Rows:
    speaking = registry.speaking(pieces, firm=OuterRef("enterprise"))
    counted = found.order_by().values("chain_id").annotate(n=Count("pk"), heard=Count("pk", filter=speaking))
    return _rows(ANCHOR, counted, number="n", among="heard")


def _lists(found: "QuerySet[TargetList]") -> Rows:
    is_approved = Case(When(approved_at__isnull=True, then=Value(0.0)), default=Value(1.0), output_field=FloatField())
    at = Coalesce("approved_at", "created_at")
    return _rows(LIST, found, word="code", number="supplier_count", among="category_count", at=at, value=is_approved)


def _months(found: "QuerySet[MonthReport]") -> Rows:
    counted = found.order_by().values("project__chain_id", "month").annotate(n=Count("pk"))
    return _rows(MONTH, counted, chain_id="project__chain_id", number="n", on="month")


def _tally(rows: Iterable[Row]) -> Tally:
    told = Tally()
    entries, ratios, lists = [], [], []
    for row in rows:
        if row.kind == GAP:
            told.gaps[row.word] = row.number
            told.review_count += row.among
            told.review_on = min(filter(None, (told.review_on, row.on)), default=None)
        elif row.kind == ANCHOR:
            told.anchor_count, told.speaking_count = row.number, row.among
        elif row.kind == STAGE:
            entries.append((int(row.word), row.number))
        elif row.kind == RATIO:
            ratios.append(row)
        elif row.kind == MONTH and row.on is not None:
            told.months[row.on] = row.number
        else:
            lists.append(row)
    told.stages = StageCounts.of(entries)
    told.ratios = sorted(ratios, key=attrgetter("at"), reverse=True)
    for row in sorted(lists, key=attrgetter("value", "at")):
        told.target_list = ListSize(row.word, category_count=row.among, supplier_count=row.number)
    return told
