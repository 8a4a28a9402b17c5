"""The choice of 延链补链 targets as arrays: who could cover what, and the limits; and why it cannot be met at all."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from chainlab import engines

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]
    Rows = NDArray[np.int64]
    Flags = NDArray[np.bool_]

DEMAND = (
    engines.Column(name="anchor_id"),
    engines.Column(name="part_id"),
    engines.Column(name="category_id", is_nullable=True),
    engines.Column(name="amount_wan", kind=engines.Kind.NUMBER, is_nullable=True, minimum=0),
)
OFFERS = (
    engines.Column(name="supplier_id"),
    engines.Column(name="part_id"),
    engines.Column(name="capacity_wan", kind=engines.Kind.NUMBER, is_required=False, is_nullable=True, minimum=0),
)
COSTS = (
    engines.Column(name="supplier_id"),
    engines.Column(name="cost_wan", kind=engines.Kind.NUMBER, is_nullable=True, minimum=0),
)
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
    must_include: tuple[Any, ...] = ()
    must_exclude: tuple[Any, ...] = ()
    costs: Any = None
    budget_wan: float | None = None

    def __post_init__(self) -> None:
        counts = {name: getattr(self, name) for name in ("max_categories", "max_suppliers", "min_anchors")}
        for name, value in counts.items():
            if value is not None and (not isinstance(value, int | np.integer) or value < 0):
                raise ValueError(f"{name} must be a whole number of 0 or more, not {value!r}")
        if self.budget_wan is not None and not self.budget_wan >= 0:
            raise ValueError(f"budget_wan must be 0 or more, not {self.budget_wan!r}")
        if self.budget_wan is not None and self.costs is None:
            raise ValueError("budget_wan needs costs: a supplier's cost is not known to be 0")


@dataclass(frozen=True, eq=False, kw_only=True)
class Problem:
    """Demand in groups that the same suppliers can cover.

    A point is one (anchor, part, category); points of one category that exactly the same suppliers offer, under the
    same capacities, form a group, because no choice can tell them apart. Links (supplier, group, capacity) are sorted
    by supplier. `wishes` are all distinct (supplier, anchor, category) with something on offer, amounts known or not.
    """

    suppliers: list[Any]
    supplier_type: pa.DataType
    categories: list[Any]
    points: pa.Table
    point_group: Rows
    group_amount: Numbers
    group_category: Rows
    link_supplier: Rows
    link_group: Rows
    link_capacity: Numbers
    wishes: tuple[Rows, Rows, Rows]
    required: Rows
    cost: Numbers
    limits: Limits
    unknown_count: int

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
        """Suppliers that ≥ min_anchors distinct anchors want something of, counting the chosen categories only."""
        supplier, anchor, category = self.wishes
        kept = is_chosen[category]
        found = _anchor_counts((supplier[kept], anchor[kept]), len(self.suppliers)) >= self.limits.min_anchors
        able = np.zeros(len(self.suppliers), dtype=bool)
        able[self.link_supplier[is_chosen[self.group_category[self.link_group]]]] = True
        return np.asarray(found & able)

    def within_budget(self, is_taken: Flags) -> bool:
        """Whether the suppliers taken together cost no more than the budget."""
        budget = self.limits.budget_wan
        return budget is None or float(self.cost[is_taken].sum()) <= budget * (1 + TOLERANCE) + TOLERANCE


def read(demand: object, offers: object, limits: Limits) -> Problem:
    """The problem in `demand` and `offers`; raises engines.BadTable, and Infeasible for a plain contradiction."""
    wanted, offered = engines.agree(
        {
            "demand": (engines.arrow(demand, name="demand", columns=DEMAND), ["part_id"]),
            "offers": (engines.arrow(offers, name="offers", columns=OFFERS), ["part_id"]),
        }
    )
    unknown_count = wanted["amount_wan"].null_count
    if limits.max_categories is not None:
        wanted = wanted.filter(wanted["category_id"].is_valid())  # what has no category cannot be in a chosen one
    points = wanted.group_by(["anchor_id", "part_id", "category_id"]).aggregate([("amount_wan", "sum")])
    points = points.rename_columns(["anchor_id", "part_id", "category_id", "amount_wan"])
    points = points.sort_by([(name, "ascending") for name in ("anchor_id", "part_id", "category_id")])
    suppliers = _sorted(offered["supplier_id"])
    cost = _costs(limits, suppliers)
    offered = _admitted(offered, suppliers, cost, limits)
    categories = _sorted(points["category_id"])
    grouped = _groups(points, offered, suppliers, categories, min_anchors=limits.min_anchors)
    problem = Problem(
        suppliers=suppliers.to_pylist(),
        supplier_type=suppliers.type,
        categories=categories.to_pylist(),
        points=points,
        required=_required(suppliers, limits),
        cost=cost,
        limits=limits,
        unknown_count=unknown_count,
        **grouped,
    )
    reasons = list(_contradictions(problem))
    if reasons:
        raise Infeasible(reasons)
    return problem


def _sorted(values: pa.ChunkedArray) -> pa.Array:
    found = values.unique()
    return found.take(pc.sort_indices(found))


def _index(values: pa.ChunkedArray, among: pa.Array) -> Rows:
    return np.asarray(pc.fill_null(pc.index_in(values, value_set=among), -1), dtype=np.int64)


def _costs(limits: Limits, suppliers: pa.Array) -> Numbers:
    """Cost by supplier; NaN where it is not known."""
    cost = np.full(len(suppliers), np.nan if limits.budget_wan is not None else 0.0)
    if limits.costs is None or limits.budget_wan is None:
        return cost
    given = limits.costs
    if isinstance(given, Mapping) and not ({"supplier_id", "cost_wan"} <= given.keys()):
        given = {"supplier_id": list(given), "cost_wan": list(given.values())}
    table = engines.arrow(given, name="costs", columns=COSTS)
    known = pa.table({"supplier_id": suppliers})
    table, known = engines.agree({"costs": (table, ["supplier_id"]), "offers": (known, ["supplier_id"])})
    row = _index(table["supplier_id"], suppliers) if table.num_rows and len(suppliers) else np.empty(0, np.int64)
    if len(np.unique(row[row >= 0])) < np.count_nonzero(row >= 0):
        raise ValueError("costs: a supplier is listed twice")
    cost[row[row >= 0]] = np.asarray(table["cost_wan"].fill_null(np.nan), dtype=np.float64)[row >= 0]
    return cost


def _admitted(offered: pa.Table, suppliers: pa.Array, cost: Numbers, limits: Limits) -> pa.Table:
    """The offers of suppliers that may be chosen: not excluded, and of known cost when there is a budget."""
    row = _index(offered["supplier_id"], suppliers)
    names = suppliers.to_pylist()
    excluded = set(limits.must_exclude)
    is_admitted = np.array([name not in excluded for name in names], dtype=bool) & ~np.isnan(cost)
    return offered.filter(pa.array(is_admitted[row] if len(row) else np.empty(0, bool)))


def _groups(
    points: pa.Table, offered: pa.Table, suppliers: pa.Array, categories: pa.Array, *, min_anchors: int
) -> dict[str, Any]:
    """Points merged into groups, links, and wishes."""
    part_ids = points["part_id"].unique()
    links = _links(offered, suppliers, part_ids)
    point_part = _index(points["part_id"], part_ids)
    point_anchor = _index(points["anchor_id"], points["anchor_id"].unique())
    point_category = np.asarray(pc.index_in(points["category_id"], value_set=categories), dtype=np.int64)
    amount = np.asarray(points["amount_wan"].fill_null(0.0), dtype=np.float64)
    wishes = _wishes(links, point_part, point_anchor, point_category)
    # Whom too few anchors want whatever the categories, can cover nothing: out before the groups are formed.
    links = _kept(links, _anchor_counts(wishes[:2], len(suppliers)) >= min_anchors)
    same = _same_offer(links, len(part_ids))
    # Part of no supplier: offer number -1, its points stay outside every group.
    offer = same[point_part] if len(point_part) else np.empty(0, np.int64)
    is_coverable = (offer >= 0) & (amount > 0)
    keys = np.stack([offer, point_category])[:, is_coverable]
    distinct, inverse = np.unique(keys, axis=1, return_inverse=True)
    point_group = np.full(len(offer), -1, dtype=np.int64)
    point_group[is_coverable] = inverse.reshape(-1)
    first_part = {int(number): part for part, number in reversed(list(enumerate(same))) if number >= 0}
    linked = _spread(links, [first_part[int(number)] for number in distinct[0]], len(part_ids))
    return {
        "point_group": point_group,
        "group_amount": np.bincount(point_group[is_coverable], amount[is_coverable], distinct.shape[1]),
        "group_category": distinct[1].astype(np.int64),
        "link_supplier": linked[0],
        "link_group": linked[1],
        "link_capacity": linked[2],
        "wishes": wishes,
    }


def _anchor_counts(wishes: tuple[Rows, Rows], size: int) -> Rows:
    """Number of distinct anchors by supplier."""
    supplier, anchor = wishes
    width = int(anchor.max(initial=0)) + 1
    return np.bincount(np.unique(supplier * width + anchor) // width, minlength=size)


def _kept(links: tuple[Rows, Rows, Numbers], is_kept: Flags) -> tuple[Rows, Rows, Numbers]:
    part, supplier, capacity = links
    kept = is_kept[supplier]
    return part[kept], supplier[kept], capacity[kept]


def _links(offered: pa.Table, suppliers: pa.Array, part_ids: pa.Array) -> tuple[Rows, Rows, Numbers]:
    """(part, supplier, capacity) sorted by part and supplier, one each; the smaller of two capacities holds."""
    part = _index(offered["part_id"], part_ids)
    supplier = _index(offered["supplier_id"], suppliers)
    capacity = np.asarray(offered["capacity_wan"].fill_null(np.inf), dtype=np.float64)
    order = np.lexsort([capacity, supplier, part])
    order = order[part[order] >= 0]
    part, supplier, capacity = part[order], supplier[order], capacity[order]
    is_first = np.ones(len(part), dtype=bool)
    is_first[1:] = (np.diff(part) != 0) | (np.diff(supplier) != 0)
    return part[is_first], supplier[is_first], capacity[is_first]


def _same_offer(links: tuple[Rows, Rows, Numbers], size: int) -> Rows:
    """A number per part; parts that the same suppliers offer under the same capacities share it, -1 without any."""
    part, supplier, capacity = links
    is_useful = capacity > 0
    part, supplier, capacity = part[is_useful], supplier[is_useful], capacity[is_useful]
    bounds = np.searchsorted(part, np.arange(size + 1))
    numbers: dict[bytes, int] = {}
    found = np.full(size, -1, dtype=np.int64)
    for number in range(size):
        here = slice(bounds[number], bounds[number + 1])
        if here.start < here.stop:
            key = supplier[here].tobytes() + capacity[here].tobytes()
            found[number] = numbers.setdefault(key, len(numbers))
    return found


def _spread(links: tuple[Rows, Rows, Numbers], parts: list[int], size: int) -> tuple[Rows, Rows, Numbers]:
    """(supplier, group, capacity) sorted by supplier, where group g is covered like part parts[g]."""
    part, supplier, capacity = links
    bounds = np.searchsorted(part, np.arange(size + 1))
    chosen = np.array(parts, dtype=np.int64)
    counts = bounds[chosen + 1] - bounds[chosen] if len(chosen) else np.empty(0, np.int64)
    group = np.repeat(np.arange(len(chosen)), counts)
    rows = np.concatenate([np.arange(bounds[one], bounds[one + 1]) for one in chosen] or [np.empty(0, np.int64)])
    rows = rows.astype(np.int64)
    is_useful = capacity[rows] > 0
    rows, group = rows[is_useful], group[is_useful]
    order = np.lexsort([group, supplier[rows]])
    return supplier[rows][order], group[order], capacity[rows][order]


def _wishes(
    links: tuple[Rows, Rows, Numbers], point_part: Rows, point_anchor: Rows, point_category: Rows
) -> tuple[Rows, Rows, Rows]:
    part, supplier, _ = links
    first, last = np.searchsorted(part, point_part), np.searchsorted(part, point_part, side="right")
    counts = last - first
    point = np.repeat(np.arange(len(point_part)), counts)
    link = np.arange(len(point)) - np.repeat(np.cumsum(counts) - counts, counts) + np.repeat(first, counts)
    triples = np.stack([supplier[link], point_anchor[point], point_category[point]])
    distinct = np.unique(triples, axis=1).astype(np.int64)
    return distinct[0], distinct[1], distinct[2]


def _required(suppliers: pa.Array, limits: Limits) -> Rows:
    place = {name: number for number, name in enumerate(suppliers.to_pylist())}
    return np.array(sorted({place[name] for name in limits.must_include if name in place}), dtype=np.int64)


def _contradictions(problem: Problem) -> Iterable[tuple[str, str]]:
    """Why the suppliers that must be in cannot be, each in both languages."""
    limits = problem.limits
    names = dict.fromkeys(limits.must_include)
    yield from _named_reasons(problem, names)
    if limits.max_suppliers is not None and len(names) > limits.max_suppliers:
        count = len(names)
        yield (
            f"必选供应商 {count} 家，超过供应商上限 {limits.max_suppliers} 家",
            f"{count} suppliers must be in, only {limits.max_suppliers} may be chosen",
        )
    is_required = np.zeros(len(problem.suppliers), dtype=bool)
    is_required[problem.required] = True
    if not np.isnan(problem.cost[problem.required]).any() and not problem.within_budget(is_required):
        yield (
            f"必选供应商成本合计 {problem.cost[is_required].sum():g} 万元，超过预算 {limits.budget_wan:g} 万元",
            f"those that must be in cost {problem.cost[is_required].sum():g}, the budget is {limits.budget_wan:g}",
        )


def _named_reasons(problem: Problem, names: Collection[Any]) -> Iterable[tuple[str, str]]:
    place = {name: number for number, name in enumerate(problem.suppliers)}
    every_category = np.ones(len(problem.categories), dtype=bool)
    is_eligible = problem.eligible(every_category)
    for name in names:
        number = place.get(name)
        if name in problem.limits.must_exclude:
            yield f"{name} 同时在必选和排除名单中", f"{name} is both in must_include and in must_exclude"
        elif number is None:
            yield f"必选供应商 {name} 没有供应能力记录", f"{name} must be in but offers nothing"
        elif np.isnan(problem.cost[number]):
            yield (
                f"必选供应商 {name} 的成本未填，无法核对预算",
                f"{name} must be in but has no cost to hold to the budget",
            )
        elif not is_eligible[number]:
            least = max(1, problem.limits.min_anchors)
            yield (
                f"必选供应商 {name} 覆盖不到有金额的需求，或需求链主不足 {least} 家",
                f"{name} must be in but covers no demand of known amount, or fewer than {least} anchors want its parts",
            )
