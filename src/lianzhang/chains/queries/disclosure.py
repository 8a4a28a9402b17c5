"""What may be said about purchases to someone who may not read them.

Rows and anything about a single firm: only to those who may read every firm's purchases in the snapshot, asked anew
each time, because a grant may have ended since. Others see totals of the whole chain where at least three firms
contribute, and no breakdown of them: a total less the rows that are shown would tell the one that is not. This is the
thin rule; dominance, and differencing between dates, belong to the full disclosure rule.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import FloatField, IntegerField, QuerySet
from django.db.models.fields.json import KT
from django.db.models.functions import Cast

from lianzhang.accounts.models import Person
from lianzhang.chains.models import Snapshot
from lianzhang.registry import queries as registry_queries
from lianzhang.registry.models import Level

MIN_CONTRIBUTORS = 3


@dataclass(frozen=True)
class Disclosure:
    """How much of a snapshot one person may be shown."""

    sees_rows: bool
    firm_codes: frozenset[str]
    contents: frozenset[tuple[str, str, int | None]] = frozenset()

    def shows(self, contributor_count: int) -> bool:
        """Whether a total of the whole chain to which `contributor_count` firms contribute may be shown."""
        return self.sees_rows or contributor_count >= MIN_CONTRIBUTORS

    def shows_past(self, snapshot: Snapshot) -> bool:
        """Whether the totals of an earlier snapshot may be shown: its firms may not be those of this one."""
        return self.reads(snapshot) or int(snapshot.summary.get("contributor_count", 0)) >= MIN_CONTRIBUTORS

    def reads(self, snapshot: Snapshot) -> bool:
        """Whether the rows of another snapshot may be shown too: everything in it is also in this one."""
        return self.sees_rows and contents_of(snapshot) <= self.contents


def contents_of(snapshot: Snapshot) -> frozenset[tuple[str, str, int | None]]:
    """What is inside a snapshot; one of before the levels holds rows of its firms."""
    return pieces(snapshot.contents, snapshot.firm_ids)


def pieces(contents: Iterable[Sequence[Any]], firm_codes: Iterable[str]) -> frozenset[tuple[str, str, int | None]]:
    """The two columns of a snapshot as one set."""
    named = frozenset((code, level, line) for code, level, line in contents)
    return named or frozenset((code, Level.ROWS.value, None) for code in firm_codes)


def with_totals(found: "QuerySet[Snapshot]") -> "QuerySet[Snapshot]":
    """`found` with `local_ratio` and `contributor_count`, read out of a summary of some 50 KB by the database."""
    return found.annotate(
        local_ratio=Cast(KT("summary__local_ratio"), FloatField()),
        contributor_count=Cast(KT("summary__contributor_count"), IntegerField()),
    )


def of(snapshot: Snapshot | None, *, person: Person) -> Disclosure:
    """The disclosure of `snapshot` to `person` today: one query."""
    if snapshot is None:
        return Disclosure(sees_rows=False, firm_codes=frozenset())
    contents = contents_of(snapshot)
    sees_rows = registry_queries.reads_all(contents, person)
    return Disclosure(sees_rows=sees_rows, firm_codes=frozenset(snapshot.firm_ids), contents=contents)
