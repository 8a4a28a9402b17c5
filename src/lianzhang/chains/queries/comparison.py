"""两份清单的比较: what stands on one only, what moved, and why: conditions, data, or candidates that came and went."""

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field, replace
from typing import Any

from django.db.models import Q

from lianzhang.accounts.models import Person
from lianzhang.chains.models import CandidateProposal, PartCoverage, TargetLine, TargetList
from lianzhang.chains.queries import answered, targets

MOST_MOVED = 20
CLEAR = 0.005  # of the larger amount: less than this is no movement


@dataclass(frozen=True, kw_only=True)
class Moved:
    """One supplier, category, anchor or part on the two lists: 万元 on each, None where it is not on it."""

    name: str
    first_wan: float | None
    second_wan: float | None
    reasons: tuple[str, ...] = ()  # codes; see `tables.comparison.REASONS`

    @property
    def change_wan(self) -> float:
        """Rounded as amounts are kept: what two sums of the same rows differ by is no movement."""
        return round((self.second_wan or 0.0) - (self.first_wan or 0.0), 4) + 0.0


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """Everything that differs. `asked` are the conditions that differ, as (key, in the first, in the second);
    `answers` what the anchors said in between; `held` how many firm choices of the first there were and still are."""

    suppliers: list[Moved]
    categories: list[Moved]
    anchors: list[Moved]
    parts: list[Moved]
    asked: list[tuple[str, Any, Any]]
    answers: list[answered.Answered] = field(default_factory=list)
    held: tuple[int, int] | None = None

    def only(self, which: int, rows: str = "suppliers") -> list[str]:
        """Names that stand on the first (0) or second (1) list alone."""
        found: list[Moved] = getattr(self, rows)
        sides = [(row.name, (row.first_wan, row.second_wan)) for row in found]
        return [name for name, side in sides if side[which] is not None and side[1 - which] is None]

    @property
    def both(self) -> list[str]:
        """Suppliers on both."""
        return [row.name for row in self.suppliers if row.first_wan is not None and row.second_wan is not None]


def compare(first: TargetList, second: TargetList, *, person: Person, names: Mapping[str, str]) -> Comparison:
    """What differs between two lists and why; `names` are of the anchors."""
    pair = (first, second)
    rows: dict[int, dict[int, TargetLine]] = {one.pk: {} for one in pair}
    for line in targets.lines_of(pair, person=person).order_by("position"):
        rows[line.target_list_id][line.supplier_id] = line
    asked, answers = _asked(first, second), answered.between(first, second)
    touched = {one.category for one in answers}
    shared = {entry["name"] for entry in first.categories} & {entry["name"] for entry in second.categories}
    return Comparison(
        suppliers=_suppliers(first, second, rows[first.pk], rows[second.pk], is_asked=bool(asked), touched=touched),
        categories=_categories(first, second, is_asked=bool(asked), touched=touched),
        anchors=_changed(_rows(*(_by_anchor(one, shared, names) for one in pair))),
        parts=_parts(first, second),
        asked=asked,
        answers=answers,
        held=answered.held(first, second, chosen={line.supplier.code for line in rows[second.pk].values()}),
    )


def _categories(first: TargetList, second: TargetList, *, is_asked: bool, touched: Set[str]) -> list[Moved]:
    rows = _rows(*({e["name"]: float(e["covered_wan"]) for e in one.categories} for one in (first, second)))
    found = []
    for row in rows:
        here, other = (first, second) if row.second_wan is None else (second, first)
        reasons: tuple[str, ...] = ()
        if None in (row.first_wan, row.second_wan):
            if row.name in here.parameters.get("must_include_categories", ()):
                reasons += ("required",)
            if row.name in other.parameters.get("must_exclude_categories", ()):
                reasons += ("excluded",)
            reasons = reasons or _otherwise(first, second, {row.name}, is_asked=is_asked, touched=touched)
        found.append(replace(row, reasons=reasons))
    return found


def _suppliers(
    first: TargetList,
    second: TargetList,
    before: Mapping[int, TargetLine],
    after: Mapping[int, TargetLine],
    *,
    is_asked: bool,
    touched: Set[str],
) -> list[Moved]:
    alone = set(before) ^ set(after)
    told = _told(first, second, alone)
    found = []
    for pk in {**before, **after}:
        old, new = before.get(pk), after.get(pk)
        supplier = (old or new).supplier  # type: ignore[union-attr]
        reasons: tuple[str, ...] = ()
        if pk in alone:
            here, other = (first, second) if new is None else (second, first)
            reasons = _asked_for(supplier.code, here, other) + told.get(pk, ())
            made = set((old or new).categories)  # type: ignore[union-attr]
            reasons = reasons or _otherwise(first, second, made, is_asked=is_asked, touched=touched)
        found.append(
            Moved(
                name=supplier.name,
                first_wan=float(old.covered_wan) if old else None,
                second_wan=float(new.covered_wan) if new else None,
                reasons=reasons,
            )
        )
    return found


def _asked_for(code: str, here: TargetList, other: TargetList) -> tuple[str, ...]:
    """Whether a supplier stands on `here` and not on `other` because that was asked for."""
    found = []
    if code in here.parameters.get("must_include", ()):
        found.append("required")
    if code in other.parameters.get("must_exclude", ()):
        found.append("excluded")
    return tuple(found)


def _otherwise(
    first: TargetList, second: TargetList, categories: Set[str], *, is_asked: bool, touched: Set[str]
) -> tuple[str, ...]:
    """Why a choice flipped that nobody asked for by name: the conditions, an answer to its own categories or
    (shifted) to others, other data; with none of these two sets do equally well."""
    found = []
    if is_asked:
        found.append("asked")
    if _is_even(first, second):
        found.append("tied")
    elif touched:
        found.append("answered" if categories & touched else "shifted")
    elif not is_asked and first.snapshot_id != second.snapshot_id:
        found.append("data")
    return tuple(found or ["tied"])


def _is_even(first: TargetList, second: TargetList) -> bool:
    """Whether both are proven best of the same data and cover as much: neither set is better than the other."""
    is_best = first.is_proven and second.is_proven and first.snapshot_id == second.snapshot_id
    return bool(is_best and first.objective_wan == second.objective_wan)


def _told(first: TargetList, second: TargetList, firms: set[int]) -> dict[int, tuple[str, ...]]:
    """What was proposed or withdrawn of these firms between the two lists."""
    early, late = sorted((first.created_at, second.created_at))
    within = Q(entered_at__gt=early, entered_at__lte=late) | Q(withdrawn_at__gt=early, withdrawn_at__lte=late)
    found: dict[int, tuple[str, ...]] = {}
    for one in CandidateProposal.objects.filter(within, chain=first.chain_id, enterprise__in=firms):
        is_gone = one.withdrawn_at is not None and early < one.withdrawn_at <= late
        is_unwilling = one.willingness == CandidateProposal.Willingness.UNWILLING
        code = "withdrawn" if is_gone else "unwilling" if is_unwilling else "proposed"
        pk = one.enterprise_id or 0
        found[pk] = (*found.get(pk, ()), code)
    return found


def _asked(first: TargetList, second: TargetList) -> list[tuple[str, Any, Any]]:
    keys = sorted(set(first.parameters) | set(second.parameters))
    found = [(key, first.parameters.get(key), second.parameters.get(key)) for key in keys]
    return [(key, old, new) for key, old, new in found if _meant(key, old) != _meant(key, new)]


def _meant(key: str, value: Any) -> Any:
    return value if targets.asks(key, value) else None


def _by_anchor(listed: TargetList, shared: set[str], names: Mapping[str, str]) -> dict[str, float]:
    """What each anchor buys outside in the categories of both lists, 万元: the others say nothing of its need."""
    found: dict[str, float] = {}
    for entry in (each for each in listed.categories if each["name"] in shared):
        for code, amount in entry.get("by_anchor", {}).items():
            name = names.get(code, code)
            found[name] = found.get(name, 0.0) + float(amount)
    return found


def _parts(first: TargetList, second: TargetList) -> list[Moved]:
    """The parts whose purchases moved most between the two snapshots."""
    if first.snapshot_id is None or second.snapshot_id is None or first.snapshot_id == second.snapshot_id:
        return []
    amounts: list[dict[str, float]] = [{}, {}]
    wanted = [first.snapshot_id, second.snapshot_id]
    found = PartCoverage.objects.filter(snapshot__in=wanted, amount_wan__isnull=False).order_by()
    for snapshot, name, amount in found.values_list("snapshot", "part__name", "amount_wan"):
        amounts[wanted.index(snapshot)][name] = amount or 0.0
    return _changed(_rows(*amounts))[:MOST_MOVED]


def _rows(first: Mapping[str, float], second: Mapping[str, float]) -> list[Moved]:
    return [Moved(name=name, first_wan=first.get(name), second_wan=second.get(name)) for name in {**first, **second}]


def _changed(rows: Iterable[Moved]) -> list[Moved]:
    """Those that moved, most first."""
    moved = [row for row in rows if abs(row.change_wan) > CLEAR * max(row.first_wan or 0.0, row.second_wan or 0.0)]
    return sorted(moved, key=lambda row: (-abs(row.change_wan), row.name))
