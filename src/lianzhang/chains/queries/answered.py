"""期间的答复: what the anchors said between two lists, and which choices of the earlier one it decided."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lianzhang.chains.models import TargetList

CLEAR_WAN = 0.05  # less is rounding


@dataclass(frozen=True, kw_only=True)
class Said:
    """What one anchor had said of one category: between which ends, and how many rows had no amount."""

    low_wan: float
    high_wan: float
    unknown_count: int
    level: str

    @property
    def width_wan(self) -> float:
        """How far the ends are apart."""
        return self.high_wan - self.low_wan

    def is_as(self, other: "Said") -> bool:
        """Whether nothing moved but rounding."""
        ends = max(abs(self.low_wan - other.low_wan), abs(self.high_wan - other.high_wan))
        return ends < CLEAR_WAN and (self.unknown_count, self.level) == (other.unknown_count, other.level)


@dataclass(frozen=True, kw_only=True)
class Answered:
    """One answer that came, went or changed: of which anchor and category, what it was, what it is, what it decided.

    `kind`: came, went, filled (amounts that were missing), narrowed, changed. `decided`: names of the earlier list's
    open choices that hung on it and are open no more; `left`: those that still are.
    """

    anchor: str
    category: str
    before: Said | None
    after: Said | None
    kind: str
    decided: tuple[str, ...] = ()
    left: tuple[str, ...] = ()


def between(first: TargetList, second: TargetList) -> list[Answered]:
    """Every answer that differs between the earlier list and the later one; anchors by their code. Nothing for a list
    of before answers were kept."""
    if not first.answers or not second.answers or first.snapshot_id == second.snapshot_id:
        return []
    swayed = _swayed(first)
    still = {(entry["kind"], entry["id"]) for entry in second.open_choices or ()}
    found = []
    for anchor in sorted({**first.answers, **second.answers}):
        earlier, later = first.answers.get(anchor, {}), second.answers.get(anchor, {})
        for category in sorted({**earlier, **later}):
            before, after = _said(earlier.get(category)), _said(later.get(category))
            if (kind := _kind(before, after)) is None:
                continue
            hung = swayed.get((anchor, category), {})
            found.append(
                Answered(
                    anchor=anchor,
                    category=category,
                    before=before,
                    after=after,
                    kind=kind,
                    decided=tuple(name for key, name in hung.items() if key not in still),
                    left=tuple(name for key, name in hung.items() if key in still),
                )
            )
    return sorted(found, key=lambda one: (-len(one.decided), one.anchor, one.category))


def held(first: TargetList, second: TargetList, *, chosen: set[str]) -> tuple[int, int] | None:
    """(how many suppliers and categories held throughout in the earlier list, how many of them are on the later one);
    None where it was not known. `chosen`: codes of the later list's suppliers."""
    if first.robust_suppliers is None or first.robust_categories is None:
        return None
    categories = {entry["name"] for entry in second.categories}
    firm = [*first.robust_suppliers, *first.robust_categories]
    kept = [code for code in first.robust_suppliers if code in chosen]
    return len(firm), len(kept) + len([name for name in first.robust_categories if name in categories])


def _kind(before: Said | None, after: Said | None) -> str | None:
    if before is None or after is None:
        return "came" if before is None else "went"
    if before.is_as(after):
        return None
    if after.unknown_count < before.unknown_count:
        return "filled"
    within = before.low_wan - CLEAR_WAN <= after.low_wan and after.high_wan <= before.high_wan + CLEAR_WAN
    return "narrowed" if within and after.width_wan < before.width_wan - CLEAR_WAN else "changed"


def _said(entry: list[Any] | None) -> Said | None:
    if entry is None:
        return None
    low, high, unknown, level = entry
    return Said(low_wan=low, high_wan=high, unknown_count=unknown, level=level)


def _swayed(listed: TargetList) -> dict[tuple[str, str], dict[tuple[str, str], str]]:
    """(anchor, category) → the open choices that hang on it: (kind, id) → name."""
    found: dict[tuple[str, str], dict[tuple[str, str], str]] = {}
    entries: list[Mapping[str, Any]] = listed.open_choices or []
    for entry in entries:
        for anchor, category in entry.get("swayed_by", ()):
            key = (entry["kind"], entry["id"])
            found.setdefault((anchor, category), {})[key] = entry.get("name") or entry["id"]
    return found
