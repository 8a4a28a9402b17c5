"""Two snapshots of a chain side by side: which gaps opened and closed, which shares moved, what data came and went."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q
from django.db.models.fields.json import KT

from lianzhang.accounts.models import Person
from lianzhang.chains import stages
from lianzhang.chains.models import Gap, PartCoverage, Snapshot
from lianzhang.chains.queries import disclosure
from lianzhang.registry.models import Enterprise, Level

MOVED_RATIO = 0.005  # half a percentage point: less is rounding


@dataclass(frozen=True, kw_only=True)
class Share:
    """A part on the two snapshots; a coverage is None where nobody bought it then."""

    part: Any
    before: Any
    after: Any

    @property
    def points(self) -> float | None:
        """By how much the local share moved, as a ratio; None where one of the two is not known."""
        if self.before is None or self.after is None:
            return None
        first, second = self.before.local_ratio, self.after.local_ratio
        return None if first is None or second is None else second - first

    @property
    def has_moved(self) -> bool:
        """Whether there is something to tell: bought on one only, known on one only, or moved."""
        if self.points is not None:
            return abs(self.points) >= MOVED_RATIO
        known = [one is not None and one.local_ratio is not None for one in (self.before, self.after)]
        return self.before is None or self.after is None or known[0] != known[1]


@dataclass(frozen=True, kw_only=True)
class Firm:
    """What a firm's data inside changed: levels that came and levels that went."""

    code: str
    name: str
    came: tuple[str, ...]
    went: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Changes:
    """What differs. Shares and firms by name only for who reads the rows of both."""

    opened: list[Gap]
    closed: list[Gap]
    gone: list[Gap]  # open, but the second no longer shows the case that the first did
    shares: list[Share] = field(default_factory=list)
    firms: list[Firm] = field(default_factory=list)
    came_count: int = 0
    went_count: int = 0
    reads_both: bool = False


def between(first: Snapshot, second: Snapshot, known: Sequence[Snapshot], *, person: Person) -> Changes:
    """What changed from `first` to the later `second`; `known` are the chain's snapshots. At most five queries."""
    shown = disclosure.of(second, person=person)
    reads_both = shown.sees_rows and (shown.reads(first) or disclosure.of(first, person=person).sees_rows)
    gaps = _gaps(first, second, known, person=person)
    before, after = set(first.firm_ids), set(second.firm_ids)
    return Changes(
        **gaps,
        shares=_shares(first, second, person=person) if reads_both else [],
        firms=_firms(first, second) if reads_both else [],
        came_count=len(after - before),
        went_count=len(before - after),
        reads_both=reads_both,
    )


def _gaps(first: Snapshot, second: Snapshot, known: Sequence[Snapshot], *, person: Person) -> dict[str, list[Gap]]:
    window = {one.pk for one in known if first.taken_at < one.taken_at <= second.taken_at}
    last_shown = {one.pk for one in known if first.taken_at <= one.taken_at < second.taken_at}
    condition = Q(opened_snapshot__in=window) | Q(closing_snapshot__in=window) | Q(snapshot__in=last_shown | window)
    found = Gap.objects.visible_to(person).filter(condition, chain=second.chain_id)
    # Of the evidence, which holds all its rows, only what case it shows.
    rows = list(found.annotate(seen=KT("evidence__kind")).defer("evidence").select_related("part").order_by("code"))
    return {
        "opened": [gap for gap in rows if gap.opened_snapshot_id in window],
        "closed": [gap for gap in rows if gap.closing_snapshot_id in window],
        "gone": [gap for gap in rows if gap.state in stages.OPEN and _is_gone(gap, last_shown, window)],
    }


def _is_gone(gap: Any, last_shown: set[str], window: set[str]) -> bool:
    """Whether the newest evidence is from before, or shows another case than the one a person stands for."""
    is_another = gap.seen not in (None, "", gap.kind)
    return gap.snapshot_id in last_shown or (is_another and gap.snapshot_id in window)


def _shares(first: Snapshot, second: Snapshot, *, person: Person) -> list[Share]:
    columns = ("snapshot_id", "part_id", "part__code", "part__name", "part__category", "local_ratio", "amount_wan")
    found = PartCoverage.objects.visible_to(person).filter(snapshot__in=[first.pk, second.pk])
    rows: dict[int, dict[str, Any]] = {}
    for row in found.order_by("part__category", "part__code").values_list(*columns, named=True):
        rows.setdefault(row.part_id, {})[row.snapshot_id] = row
    shares = [
        Share(part=next(iter(of.values())), before=of.get(first.pk), after=of.get(second.pk)) for of in rows.values()
    ]
    return sorted((one for one in shares if one.has_moved), key=lambda one: -abs(one.points or 1))


def _firms(first: Snapshot, second: Snapshot) -> list[Firm]:
    before, after = _levels(first), _levels(second)
    codes = sorted(code for code in before | after if before.get(code, set()) != after.get(code, set()))
    names = dict(Enterprise.objects.filter(code__in=codes).values_list("code", "name"))
    return [
        Firm(
            code=code,
            name=names.get(code, code),
            came=_words(after.get(code, set()) - before.get(code, set())),
            went=_words(before.get(code, set()) - after.get(code, set())),
        )
        for code in codes
    ]


def _levels(snapshot: Snapshot) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for code, level, _line in disclosure.contents_of(snapshot):
        found.setdefault(code, set()).add(level)
    return found


def _words(levels: set[str]) -> tuple[str, ...]:
    labels: Mapping[str, Any] = dict(Level.choices)
    return tuple(str(labels.get(level, level)) for level in sorted(levels))
