"""Reading batches: what waits for a clerk, what names are asked about, how this period differs from the last."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from lianzhang.accounts.models import Person
from lianzhang.intake import ledgers, protocol
from lianzhang.intake.models import Batch, BatchQuerySet, StagedRow

MOST_QUESTIONS = 30
LIKELY = 0.6
MOST_CLASHES = 200
MOST_IN_TABLE = 100  # of names that are gone through in a table, with one choice each


@dataclass
class Query:
    """待认定: one name that nobody recognised, the rows that use it, and the records it may mean."""

    name: str
    rows: list[str] = field(default_factory=list)
    proposals: list[dict[str, object]] = field(default_factory=list)

    @property
    def likely(self) -> object:
        """The id of the record that the name says nearly outright; empty where a person has to look."""
        best = self.proposals[0] if self.proposals else {}
        return best["subject_id"] if float(str(best.get("score", 0))) >= LIKELY else ""


def batches(person: Person, *, ledger: str = "") -> BatchQuerySet:
    """Batches within reach, newest first."""
    found = (
        Batch.objects.visible_to(person).select_related("body", "uploaded_by", "job").order_by("-uploaded_at", "-pk")
    )
    return found.filter(ledger=ledger) if ledger else found


def last_of_each(person: Person, *, limit: int = 300) -> dict[str, Batch]:
    """The newest batch of every ledger, from the last `limit`."""
    newest: dict[str, Batch] = {}
    for batch in batches(person)[:limit]:
        newest.setdefault(batch.ledger, batch)
    return newest


def questions(batch: Batch, *, most: int = MOST_QUESTIONS) -> tuple[list[Query], int]:
    """The names to be decided, most used first, at most so many of them; and how many there are in all."""
    asked: dict[str, Query] = {}
    rows = list(batch.rows.filter(kind=protocol.REVIEW).only("tab", "row_number", "subject_label", "candidates"))
    is_one_sheet = len({row.tab for row in rows}) < 2
    for row in rows:
        found = asked.setdefault(row.subject_label, Query(row.subject_label, proposals=row.candidates))
        found.rows.append(str(row.row_number) if is_one_sheet else f"{row.tab} {row.row_number}")
    ordered = sorted(asked.values(), key=lambda query: (-len(query.rows), query.name))
    return ordered[:most], len(ordered)


@dataclass
class Clash:
    """One cell that somebody wrote since the sheet was made: its row, its words, who wrote it."""

    row: StagedRow
    told: Any
    who: str

    @property
    def key(self) -> str:
        return f"{self.row.pk}:{self.told.cell}"


def clashes(batch: Batch, *, language: str, by: Person, most: int = MOST_CLASHES) -> tuple[list[Clash], list[Clash]]:
    """The cells both changed, then those the sheet did not: of at most so many rows that wait, and so many others."""
    describe = ledgers.get(batch.ledger).clash_describer(language=language, by=by)
    rows = batch.rows.exclude(clashes=[]).order_by("sheet", "tab", "row_number")
    listed = [*rows.filter(asked__gt=0)[:most], *rows.filter(asked=0)[:most]]
    found = [Clash(row, told, "") for row in listed for told in describe(row)]
    asked = [one for one in found if one.told.is_both][:most]
    kept = [one for one in found if not one.told.is_both][:most]
    people = Person.objects.in_bulk({one.told.by for one in (*asked, *kept)} - {None})
    for one in (*asked, *kept):
        one.who = people[one.told.by].name if one.told.by in people else ""
    return asked, kept


def tabs(batch: Batch) -> list[str]:
    """The sheets of the workbook its rows stand on."""
    return list(batch.rows.exclude(tab="").order_by("tab").values_list("tab", flat=True).distinct())


def chosen_count(batch: Batch) -> int:
    """How many rows would be written."""
    return batch.rows.filter(is_chosen=True, kind__in=[protocol.NEW, protocol.CHANGED]).count()


def waiting_count(batch: Batch) -> int:
    """How many cells of chosen rows wait for a person."""
    return sum(batch.rows.filter(is_chosen=True, asked__gt=0).values_list("asked", flat=True))


def conflicts(batch: Batch) -> Sequence[StagedRow]:
    """Rows that an undo could not put back, with the reason."""
    return list(batch.rows.exclude(conflict="").order_by("sheet", "tab", "row_number")[:200])
