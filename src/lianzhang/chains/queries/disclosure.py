"""What may be said about purchases to someone who may not read them.

Rows and anything about a single firm: only to those who may read every firm's purchases in the snapshot, asked anew
each time, because a grant may have ended since. Others see totals of the whole chain where at least three firms
contribute, and no breakdown of them: a total less the rows that are shown would tell the one that is not. This is the
thin rule; dominance, and differencing between dates, belong to the full disclosure rule.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Exists, FloatField, IntegerField, OuterRef, QuerySet
from django.db.models.fields.json import KT
from django.db.models.functions import Cast

from lianzhang.accounts.models import Person
from lianzhang.chains.models import Snapshot
from lianzhang.registry.models import Enterprise, Purchase

MIN_CONTRIBUTORS = 3


@dataclass(frozen=True)
class Disclosure:
    """How much of a snapshot one person may be shown."""

    sees_rows: bool
    firm_codes: frozenset[str]

    def shows(self, contributor_count: int) -> bool:
        """Whether a total of the whole chain to which `contributor_count` firms contribute may be shown."""
        return self.sees_rows or contributor_count >= MIN_CONTRIBUTORS

    def shows_past(self, snapshot: Snapshot) -> bool:
        """Whether the totals of an earlier snapshot may be shown: its firms may not be those of this one."""
        may_read = self.sees_rows and set(snapshot.firm_ids) <= self.firm_codes
        return may_read or int(snapshot.summary.get("contributor_count", 0)) >= MIN_CONTRIBUTORS


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
    wanted = frozenset(snapshot.firm_ids)
    return Disclosure(sees_rows=reads_all(wanted, person=person), firm_codes=wanted)


def reads_all(firm_codes: Iterable[str], *, person: Person) -> bool:
    """Whether `person` may read the purchases of every one of these firms today."""
    wanted = set(firm_codes)
    if not wanted:
        return True
    readable = set(
        # Asked firm by firm: joined, the 100,000 purchases of a large city were read to name their four buyers.
        Enterprise.objects.filter(
            Exists(Purchase.objects.visible_to(person).filter(buyer=OuterRef("pk"))), code__in=wanted
        ).values_list("code", flat=True)
    )
    return wanted <= readable
