"""What may be said about purchases to someone who may not read them.

Rows and anything about a single firm: only to those who may read everything of every firm in the snapshot, asked anew
each time, because a grant may have ended since. Others see the figures that went out under the disclosure rule
(`Release`, decided when the snapshot was stored) and nothing else.
"""

import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from importlib import resources
from typing import Any

from django.db.models import Case, Exists, FloatField, OuterRef, QuerySet, When
from django.db.models.fields.json import KT
from django.db.models.functions import Cast

from lianzhang.accounts.models import Person
from lianzhang.chains.models import Release, Snapshot, TargetList
from lianzhang.chains.models.releases import State
from lianzhang.records.scope import ScopedQuerySet
from lianzhang.registry import queries as registry_queries
from lianzhang.registry.models import Level

# The rule in force; reviewed like code, with the reasons in docs/explanation.
RULE: dict[str, Any] = tomllib.loads(
    resources.files("lianzhang").joinpath("definitions", "disclosure.toml").read_text(encoding="utf-8")
)
MIN_CONTRIBUTORS: int = RULE["min_contributors"]


@dataclass(frozen=True)
class Disclosure:
    """How much of a snapshot one person may be shown."""

    sees_rows: bool
    firm_codes: frozenset[str]
    contents: frozenset[tuple[str, str, int | None]] = frozenset()
    shows_totals: bool = False  # of a target list: its demand and what it covers

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


def with_ratio(found: "QuerySet[Snapshot]") -> Any:
    """`found` with its own `local_ratio`, read out of a summary of some 50 KB by the database: for who may read its
    rows. Others are told what went out (`queries.releases`)."""
    return found.annotate(local_ratio=Cast(KT("summary__local_ratio"), FloatField()))


def of(snapshot: Snapshot | None, *, person: Person) -> Disclosure:
    """The disclosure of `snapshot` to `person` today: one query."""
    if snapshot is None:
        return Disclosure(sees_rows=False, firm_codes=frozenset())
    contents = contents_of(snapshot)
    # A snapshot that says nothing of what is inside is read by nobody.
    sees_rows = bool(contents) and registry_queries.reads_all(contents, person)
    return Disclosure(sees_rows=sees_rows, firm_codes=frozenset(snapshot.firm_ids), contents=contents)


def released(found: ScopedQuerySet[TargetList]) -> Any:
    """`found` with `is_released`: whether all its totals went out. Only all of them: the share of a demand that did not
    go out would tell the demand."""
    told = Release.objects.order_by().filter(target_list=OuterRef("pk"))
    out, held = Exists(told.filter(state=State.RELEASED)), Exists(told.exclude(state=State.RELEASED))
    return found.annotate(is_released=Case(When(out & ~held, then=True), default=False))


def of_list(listed: TargetList, *, person: Person) -> Disclosure:
    """The disclosure of a list that `queries.targets.lists` read: rows as those of its snapshot, and its totals."""
    found = of(listed.snapshot, person=person)
    return replace(found, shows_totals=found.sees_rows or bool(getattr(listed, "is_released", False)))
