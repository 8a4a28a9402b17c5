"""The choice of 延链补链 targets as arrays: who could cover what, and the limits; and why it cannot be met at all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]
    Rows = NDArray[np.int64]
    Flags = NDArray[np.bool_]

# Amounts are 万元; two sums that differ by less than this share of them are the same sum.
TOLERANCE = 1e-9


class Infeasible(ValueError):
    """The suppliers that must be in cannot all be in. `reasons` (English) and `reasons_zh` say why, one by one."""

    def __init__(self, reasons: Iterable[tuple[str, str]]) -> None:
        pairs = list(reasons)
        self.reasons_zh: tuple[str, ...] = tuple(zh for zh, _ in pairs)
        self.reasons: tuple[str, ...] = tuple(en for _, en in pairs)
        self.message_zh, self.message_en = "；".join(self.reasons_zh), "; ".join(self.reasons)
        super().__init__(self.message_en)


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What the choice must keep to; None = no limit."""

    max_categories: int | None = None
    max_suppliers: int | None = None
    min_anchors: int = 1
    min_realised_anchors: int = 0
    min_per_anchor_wan: float | Mapping[Any, float] | None = None
    must_include: tuple[Any, ...] = ()
    must_exclude: tuple[Any, ...] = ()
    must_include_categories: tuple[Any, ...] = ()
    must_exclude_categories: tuple[Any, ...] = ()
    costs: Any = None
    budget_wan: float | None = None
    max_certification_months: float | None = None

    def __post_init__(self) -> None:
        for name in ("max_categories", "max_suppliers"):
            if getattr(self, name) is not None:
                expect_whole(name, getattr(self, name))
        for name in ("min_anchors", "min_realised_anchors"):
            expect_whole(name, getattr(self, name))
        for anchor, least in self.minimums().items():
            _expect_amount("min_per_anchor_wan" + (f" of {anchor}" if anchor is not None else ""), least)
        for name in ("budget_wan", "max_certification_months"):
            if getattr(self, name) is not None:
                _expect_amount(name, getattr(self, name))
        if self.budget_wan is not None and self.costs is None:
            raise ValueError("budget_wan needs costs: a supplier's cost is not known to be 0")

    def minimums(self, anchors: Iterable[Any] = (None,)) -> dict[Any, float]:
        """万元 that must be covered of each anchor's demand: those of `anchors` for one figure, else those named."""
        given = self.min_per_anchor_wan
        if given is None:
            return {}
        return dict(given) if isinstance(given, Mapping) else dict.fromkeys(anchors, given)


@dataclass(frozen=True, eq=False, kw_only=True)
class Wishes:
    """Distinct (supplier, anchor, category) in which the anchor wants something the supplier offers; and how many
    anchors a chosen supplier needs by them."""

    supplier: Rows
    anchor: Rows
    category: Rows
    least: int

    def counts(self, size: int, is_chosen: Flags | None = None) -> Rows:
        """Number of distinct anchors by supplier, in the chosen categories only."""
        kept = slice(None) if is_chosen is None else is_chosen[self.category]
        supplier, anchor = self.supplier[kept], self.anchor[kept]
        is_met = np.zeros((size, int(self.anchor.max(initial=0)) + 1), dtype=bool)
        is_met[supplier, anchor] = True
        return np.asarray(np.count_nonzero(is_met, axis=1))


@dataclass(frozen=True, eq=False, kw_only=True)
class Problem:
    """Demand in groups that the same suppliers can cover.

    A point is one (anchor, part, category); points of one category that exactly the same suppliers offer, under the
    same capacities, form a group, because no choice can tell them apart (with a minimum for each anchor: of one anchor
    too). Links (supplier, group, capacity) are sorted by supplier. `wishes` are of amounts known or not, and where the
    limits ask for anchors that are known to want something, of those as well. Amounts are the middle; `point_low` and
    `point_high` are the ends of what is known of each point. `minimum_wan` is by anchor number, 0 = none.
    """

    suppliers: list[Any]
    supplier_type: pa.DataType
    categories: list[Any]
    anchors: list[Any]
    points: pa.Table
    point_group: Rows
    point_low: Numbers
    point_high: Numbers
    group_amount: Numbers
    group_category: Rows
    group_anchor: Rows
    minimum_wan: Numbers
    link_supplier: Rows
    link_group: Rows
    link_capacity: Numbers
    wishes: tuple[Wishes, ...]
    required: Rows
    cost: Numbers
    limits: Limits
    unknown_count: int
    required_categories: Rows = field(default_factory=lambda: np.empty(0, dtype=np.int64))

    @property
    def is_category_limited(self) -> bool:
        """Whether the categories are a choice at all."""
        return self.limits.max_categories is not None and self.limits.max_categories < len(self.categories)

    def links_of(self, supplier: int) -> slice:
        """The links of one supplier."""
        return slice(self._first_links[supplier], self._first_links[supplier + 1])

    @cached_property
    def _first_links(self) -> list[int]:
        found: list[int] = np.searchsorted(self.link_supplier, np.arange(len(self.suppliers) + 1)).tolist()
        return found

    @cached_property
    def binding(self) -> dict[int, list[tuple[int, float]]]:
        """By a supplier's first link: its links under a capacity as (number among its links, capacity), smallest first.

        Asked for half a million times by one greedy search, so it is worked out once.
        """
        found = {}
        for first, last in pairwise(self._first_links):
            capacity = self.link_capacity[first:last]
            order = np.argsort(capacity, kind="stable")
            finite = [(int(one), float(capacity[one])) for one in order if np.isfinite(capacity[one])]
            if finite:
                found[first] = finite
        return found

    def eligible(self, is_chosen: Flags) -> Flags:
        """Suppliers that enough distinct anchors want something of, counting the chosen categories only."""
        able = np.zeros(len(self.suppliers), dtype=bool)
        able[self.link_supplier[is_chosen[self.group_category[self.link_group]]]] = True
        for wishes in self.wishes:
            able &= wishes.counts(len(able), is_chosen) >= wishes.least
        return able

    def is_banded(self) -> bool:
        """Whether the amount of anything that can be covered is known as an interval only."""
        return bool(np.any((self.point_low < self.point_high) & (self.point_group >= 0)))

    def realised(self, amounts: Numbers) -> Problem:
        """The same question with other amounts, one a point."""
        kept = self.point_group >= 0
        amount = np.bincount(self.point_group[kept], amounts[kept], len(self.group_amount)).astype(np.float64)
        return replace(self, group_amount=amount)

    def meets_minimums(self, covered: Numbers) -> bool:
        """Whether what is covered of each group gives every anchor its minimum."""
        if not self.minimum_wan.any():
            return True
        by_anchor = np.bincount(self.group_anchor, covered, len(self.minimum_wan))
        return bool(np.all(by_anchor >= self.minimum_wan * (1 - TOLERANCE)))

    def missing_categories(self, is_taken: Flags, is_chosen: Flags) -> Rows:
        """Those that must be in, and in which nobody taken can cover anything."""
        is_met = np.zeros(len(self.categories), dtype=bool)
        is_met[self.group_category[self.link_group[is_taken[self.link_supplier]]]] = True
        return self.required_categories[~(is_met & is_chosen)[self.required_categories]]

    def within_limits(self, is_taken: Flags, is_chosen: Flags) -> bool:
        """Whether these suppliers and categories are no more than may be, paid for, and wanted by enough anchors."""
        most = self.limits.max_suppliers
        is_few = most is None or np.count_nonzero(is_taken) <= most
        if self.is_category_limited:
            is_few &= np.count_nonzero(is_chosen) <= (self.limits.max_categories or 0)
        return bool(is_few and self.within_budget(is_taken) and self.eligible(is_chosen)[is_taken].all())

    def within_budget(self, is_taken: Flags) -> bool:
        """Whether the suppliers taken together cost no more than the budget."""
        budget = self.limits.budget_wan
        return budget is None or float(self.cost[is_taken].sum()) <= budget * (1 + TOLERANCE) + TOLERANCE


def expect_whole(name: str, value: Any) -> None:
    """Raises ValueError for a number that counts nothing."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < 0:
        raise ValueError(f"{name} must be a whole number of 0 or more, not {value!r}")


def _expect_amount(name: str, value: Any) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float | np.number) or not 0 <= value < np.inf:
        raise ValueError(f"{name} must be a number of 0 or more, not {value!r}")


def limits(**given: Any) -> Limits:
    """Limits with the ids as they are compared: an Arrow scalar equals no plain value, and whoever was excluded would
    be chosen. Raises TypeError for a limit there is none of."""
    known = {one.name for one in fields(Limits)}
    if strange := [name for name in given if name not in known]:
        raise TypeError(f"{', '.join(strange)}: no such limit; there are {', '.join(sorted(known))}")
    lists: dict[str, Any] = {name: _ids(given[name]) for name in NAMED if name in given}
    return Limits(**{**given, **lists})


NAMED = ("must_include", "must_exclude", "must_include_categories", "must_exclude_categories")


def _ids(given: Iterable[Any] | None) -> tuple[Any, ...]:
    if given is None or isinstance(given, str):
        return () if given is None else (given,)
    return tuple(_plain(one) for one in given)


def _plain(one: Any) -> Any:
    return one.as_py() if hasattr(one, "as_py") else one.item() if isinstance(one, np.generic) else one
