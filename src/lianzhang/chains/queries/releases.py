"""The figures that went out: a chain's totals as a reader without the rows is told them, with the day they are of."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext as _

from lianzhang.accounts.models import Person
from lianzhang.accounts.rules import Act, Thing
from lianzhang.chains.models import Release, Snapshot
from lianzhang.chains.models.releases import CATEGORY, TOTAL, Measure, State
from lianzhang.chains.queries import disclosure
from lianzhang.registry import queries as registry_queries


@dataclass(frozen=True, kw_only=True)
class Told:
    """One figure to one reader: the snapshot's own, or what went out of it, or what last went out before it.

    `state` is empty where the reader sees the rows. `as_of` and `snapshot` are those of the figure shown, which may be
    older than the page: a figure that would tell what one firm changed waits, and the one that is out stands.
    """

    value: float | None
    state: str = ""
    as_of: date | None = None
    snapshot: str = ""

    @property
    def is_told(self) -> bool:
        """Whether there is something to show; what is shown may still be unknown to those who see the rows."""
        return not self.state or self.value is not None

    @property
    def is_older(self) -> bool:
        """Whether an earlier figure stands for one that is held back."""
        return self.value is not None and self.state not in {"", State.RELEASED.value}

    @property
    def words(self) -> str:
        """What is said beside the figure: nothing to those who see the rows."""
        if not self.state:
            return ""
        if self.value is None:
            return _("按发布规则不显示")
        if self.is_older:
            return _("沿用 %(day)s 的发布数") % {"day": self.as_of}
        return _("按发布规则发布")

    @property
    def reason(self) -> str:
        """Why the snapshot's own figure is held back."""
        return str(State(self.state).label) if self.state and self.state != State.RELEASED else ""


UNTOLD = Told(value=None, state=State.THRESHOLD.value)


@dataclass(frozen=True)
class Figures:
    """The totals of one snapshot to one reader, by measure."""

    told: Mapping[str, Told]
    out: Mapping[tuple[str, str], float | None] = field(default_factory=dict)  # of each snapshot, by its id and measure

    def __getitem__(self, measure: str) -> Told:
        return self.told.get(measure, UNTOLD)

    @property
    def withheld(self) -> list[tuple[str, str, str]]:
        """(measure, what is shown instead, why) of everything that did not go out of this snapshot."""
        found = [(str(measure.label), self.told.get(measure.value)) for measure in Measure]
        return [(label, told.words, told.reason) for label, told in found if told is not None and told.reason]


def figures(snapshot: Snapshot, shown: disclosure.Disclosure, *, person: Person) -> Figures:
    """The chain's totals: of the snapshot itself to who reads its rows; to others as they went out, one query."""
    if shown.sees_rows:
        own = of_rows(snapshot.summary)
        return Figures({m: Told(value=v, as_of=snapshot.taken_on, snapshot=snapshot.pk) for m, v in own.items()})
    found = _totals(person).filter(Q(snapshot=snapshot) | Q(state=State.RELEASED), chain=snapshot.chain_id)
    columns = ("measure", "value", "state", "snapshot_id", "snapshot__taken_on")
    told: dict[str, Told] = {}
    waiting: dict[str, str] = {}
    out: dict[tuple[str, str], float | None] = {}
    for row in found.filter(snapshot__taken_at__lte=snapshot.taken_at).values_list(*columns, named=True):
        out[row.snapshot_id, row.measure] = row.value
        if row.snapshot_id == snapshot.pk and row.state != State.RELEASED:
            waiting[row.measure] = row.state
        elif row.measure not in told:  # newest first
            told[row.measure] = Told(
                value=row.value, state=row.state, as_of=row.snapshot__taken_on, snapshot=row.snapshot_id
            )
    for measure, state in waiting.items():
        last = told.get(measure, UNTOLD)
        told[measure] = Told(value=last.value, state=state, as_of=last.as_of, snapshot=last.snapshot)
    return Figures(told, out)


def of_rows(summary: Mapping[str, Any]) -> dict[str, float | None]:
    """The measures as the snapshot itself has them."""
    within = {row["tier"]: row["amount_wan"] for row in summary["tiers"]}
    return {
        Measure.AMOUNT.value: summary["amount_wan"],
        Measure.LOCAL.value: summary["local_wan"],
        Measure.OUTSIDE.value: summary["outside_wan"],
        Measure.NAMELESS.value: summary["nameless_wan"],
        Measure.PROVINCE.value: within.get("province"),
        Measure.NATION.value: within.get("nation"),
        Measure.PLACED.value: within.get("abroad"),
        Measure.LOCAL_RATIO.value: summary["local_ratio"],
    }


def ratios(person: Person) -> "QuerySet[Release]":
    """本地配套率 of chains as it went out, newest first; to be narrowed to a chain or some."""
    return _totals(person).filter(measure=Measure.LOCAL_RATIO, state=State.RELEASED)


@dataclass(frozen=True, kw_only=True)
class Ratio:
    """本地配套率 of a chain for one reader, and the one before it."""

    value: float | None
    before: float | None
    as_of: date | None


def with_newest(chains: "QuerySet[Any]", *, person: Person) -> Any:
    """`chains` with what `own_ratio` asks of the newest snapshot; none of it for who reads no purchases at all."""
    if not person.reach.may(Act.READ, Thing.PURCHASE):
        return chains
    taken = Snapshot.objects.visible_to(person).filter(is_pooled=False, chain=OuterRef("pk")).order_by("-taken_at")
    return chains.annotate(
        newest_contents=Subquery(taken.values("contents")[:1]),
        newest_firms=Subquery(taken.values("firm_ids")[:1]),
        newest_ratio=Subquery(disclosure.with_ratio(taken).values("local_ratio")[:1]),
    )


def own_ratio(chain: Any, *, pieces: set[registry_queries.Piece]) -> float | None:
    """本地配套率 of the newest snapshot of a chain `with_newest`, to who may read all its rows by these `pieces`."""
    inside = disclosure.pieces(
        getattr(chain, "newest_contents", None) or (), getattr(chain, "newest_firms", None) or ()
    )
    ratio: float | None = chain.newest_ratio if inside and inside <= pieces else None
    return ratio


def past(snapshots: list[Snapshot], *, person: Person) -> dict[str, float | None]:
    """本地配套率 of earlier snapshots as it went out, by the snapshot's id."""
    found = _totals(person).filter(snapshot__in=[one.pk for one in snapshots], measure=Measure.LOCAL_RATIO)
    return dict(found.values_list("snapshot_id", "value"))


def categories(snapshot: Snapshot, *, person: Person) -> list[dict[str, Any]]:
    """The snapshot's categories as they went out: name, and a value or None by measure."""
    found = Release.objects.visible_to(person).filter(snapshot=snapshot, cell__startswith=CATEGORY)
    rows: dict[str, dict[str, Any]] = {}
    for cell, measure, value in found.order_by("pk").values_list("cell", "measure", "value"):
        name = cell.removeprefix(CATEGORY)
        rows.setdefault(name, {"category": name})[measure] = value
    return list(rows.values())


def _totals(person: Person) -> "QuerySet[Release]":
    found = Release.objects.visible_to(person).filter(cell=TOTAL, snapshot__is_pooled=False)
    return found.order_by("-released_at", "-pk")
