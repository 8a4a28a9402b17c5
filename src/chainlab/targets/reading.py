"""From tables to the question: points, groups, links, wishes."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from chainlab import engines
from chainlab.targets import possible
from chainlab.targets.problem import Limits, Problem, Wishes

if TYPE_CHECKING:
    from chainlab.targets.problem import Flags, Numbers, Rows

# 万元: a hundred times what the world produces in a year. Beyond it sums run out of digits, and then of numbers.
MOST_WAN = 1e13


def wan(name: str) -> engines.Column:
    """An amount in 万元 that may be left out, empty, or not known."""
    return engines.Column(
        name=name, kind=engines.Kind.NUMBER, is_required=False, is_nullable=True, minimum=0, maximum=MOST_WAN
    )


DEMAND = (
    engines.Column(name="anchor_id"),
    engines.Column(name="part_id"),
    engines.Column(name="category_id", is_nullable=True),
    *map(wan, ("amount_wan", "amount_low_wan", "amount_high_wan")),
)
OFFERS = (
    engines.Column(name="supplier_id"),
    engines.Column(name="part_id"),
    wan("capacity_wan"),
    engines.Column(
        name="certification_months", kind=engines.Kind.NUMBER, is_required=False, is_nullable=True, minimum=0
    ),
    engines.Column(name="is_willing", kind=engines.Kind.FLAG, is_required=False, is_nullable=True),
)
COSTS = (
    engines.Column(name="supplier_id"),
    engines.Column(name="cost_wan", kind=engines.Kind.NUMBER, is_nullable=True, minimum=0),
)
AMOUNTS = ("amount_wan", "amount_low_wan", "amount_high_wan")


def read(demand: object, offers: object, limits: Limits) -> Problem:
    """The problem in `demand` and `offers`; raises engines.BadTable, and Infeasible for a plain contradiction."""
    wanted, offered = engines.agree(
        {
            "demand": (settled(demand, name="demand", columns=DEMAND), ["part_id"]),
            "offers": (engines.arrow(offers, name="offers", columns=OFFERS), ["part_id"]),
        }
    )
    everyone = wanted if limits.max_categories is None else wanted.filter(wanted["category_id"].is_valid())
    wanted = _open(wanted, limits)
    unknown_count = wanted["amount_wan"].null_count
    if limits.max_categories is not None:
        wanted = wanted.filter(wanted["category_id"].is_valid())  # what has no category cannot be in a chosen one
    keys = ["anchor_id", "part_id", "category_id"]
    points = wanted.group_by(keys).aggregate([(name, "sum") for name in AMOUNTS])
    points = points.rename_columns([*keys, *AMOUNTS]).sort_by([(name, "ascending") for name in keys])
    suppliers = _sorted(offered["supplier_id"])
    cost = _costs(limits, suppliers)
    _expect_known_ids(limits, suppliers, wanted["category_id"])
    offered = _admitted(offered, suppliers, cost, limits)
    categories, anchors = _sorted(points["category_id"]), _sorted(points["anchor_id"])
    possible.expect_open(limits, everyone["anchor_id"].unique().to_pylist(), anchors.to_pylist())
    minimum = _minimums(limits, anchors)
    problem = Problem(
        suppliers=suppliers.to_pylist(),
        supplier_type=suppliers.type,
        categories=categories.to_pylist(),
        anchors=anchors.to_pylist(),
        points=points,
        required=_required(suppliers.to_pylist(), limits.must_include),
        required_categories=_required(categories.to_pylist(), limits.must_include_categories),
        cost=cost,
        limits=limits,
        unknown_count=unknown_count,
        minimum_wan=minimum,
        **_groups(points, offered, suppliers, categories, anchors, limits=limits),
    )
    possible.expect(problem)
    return problem


def settled(table: object, *, name: str, columns: Iterable[engines.Column]) -> pa.Table:
    """`table` with amount_wan, amount_low_wan and amount_high_wan settled: the band of an amount that is given exactly
    is the amount, an amount that is not given is the middle of its band; null in all three = not known.

    Raises engines.BadTable for a band that is reversed or lacks an end, and for an amount outside its own band.
    """
    columns = list(columns)
    if not set(AMOUNTS) & set(engines.names(table, name=name)):
        columns = [c if c.name != "amount_wan" else dataclasses.replace(c, is_required=True) for c in columns]
    found = engines.arrow(table, name=name, columns=columns)
    amount, low, high = (found[column] for column in AMOUNTS)
    half = pc.xor(low.is_valid(), high.is_valid())
    _refuse(half, name, "amount_low_wan", zh="区间只有一端，请补另一端", en="the band has one end only; give the other")
    reversed_ = pc.greater(low, high)
    _refuse(reversed_, name, "amount_low_wan", zh="下限大于上限", en="the lower end of the band is above the upper")
    outside = pc.or_(pc.less(amount, low), pc.greater(amount, high))
    _refuse(outside, name, "amount_wan", zh="金额不在其区间内", en="the amount lies outside its band")
    for column, values in zip(
        AMOUNTS,
        (pc.coalesce(amount, pc.divide(pc.add(low, high), 2.0)), pc.coalesce(low, amount), pc.coalesce(high, amount)),
        strict=True,
    ):
        found = found.set_column(found.schema.get_field_index(column), column, values)
    return found


def _refuse(bad: pa.ChunkedArray, table: str, column: str, *, zh: str, en: str) -> None:
    row = pc.index(bad, value=True).as_py()
    if row >= 0:
        raise engines.BadTable(table=table, column=column, row=row, message_zh=zh, message_en=en)


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


def _expect_known_ids(limits: Limits, suppliers: pa.Array, categories: pa.ChunkedArray) -> None:
    """Raises ValueError where those named are text and the ids are numbers, or the other way round: whoever must be
    out would be chosen."""
    for names, ids in (
        (("must_include", "must_exclude"), suppliers),
        (("must_include_categories", "must_exclude_categories"), categories),
    ):
        if ids.null_count == len(ids):
            continue
        kind = str if pa.types.is_string(ids.type) else int
        for name in names:
            odd = [one for one in getattr(limits, name) if not isinstance(one, kind)]
            if odd:
                raise ValueError(f"{name}: {odd[0]!r} is not like the ids, which are {ids.type}")


def _admitted(offered: pa.Table, suppliers: pa.Array, cost: Numbers, limits: Limits) -> pa.Table:
    """The offers that may be chosen: of suppliers not excluded and, with a budget, of known cost; not of one known to
    be unwilling, nor of a part for which certification is known to take too long."""
    is_open = pc.fill_null(offered["is_willing"], True)
    if limits.max_certification_months is not None:
        months = pc.less_equal(offered["certification_months"], limits.max_certification_months)
        is_open = pc.and_(is_open, pc.fill_null(months, True))
    offered = offered.filter(is_open)
    row = _index(offered["supplier_id"], suppliers)
    names = suppliers.to_pylist()
    excluded = set(limits.must_exclude)
    is_admitted = np.array([name not in excluded for name in names], dtype=bool) & ~np.isnan(cost)
    return offered.filter(pa.array(is_admitted[row] if len(row) else np.empty(0, bool)))


def _groups(
    points: pa.Table,
    offered: pa.Table,
    suppliers: pa.Array,
    categories: pa.Array,
    anchors: pa.Array,
    *,
    limits: Limits,
) -> dict[str, Any]:
    """Points merged into groups, links, and wishes."""
    part_ids = points["part_id"].unique()
    links = _links(offered, suppliers, part_ids)
    if limits.budget_wan is None:
        links = _without_twins(links, _required(suppliers.to_pylist(), limits.must_include))
    point_part = _index(points["part_id"], part_ids)
    point_anchor = _index(points["anchor_id"], anchors)
    point_category = np.asarray(pc.index_in(points["category_id"], value_set=categories), dtype=np.int64)
    amount, low, high = (np.asarray(points[name].fill_null(0.0), dtype=np.float64) for name in AMOUNTS)
    place = (point_part, point_anchor, point_category)
    wishes = _wishes(links, place, high, limits)
    # Whom too few anchors want whatever the categories, can cover nothing: out before the groups are formed.
    for found in wishes:
        links = _kept(links, found.counts(len(suppliers)) >= found.least)
    same = _same_offer(links, len(part_ids))
    # Part of no supplier: offer number -1, its points stay outside every group.
    offer = same[point_part] if len(point_part) else np.empty(0, np.int64)
    is_coverable = (offer >= 0) & (high > 0)
    is_split = limits.min_per_anchor_wan is not None
    keys = np.stack([offer, point_category, point_anchor if is_split else np.zeros_like(offer)])[:, is_coverable]
    distinct, inverse = _distinct(keys)
    point_group = np.full(len(offer), -1, dtype=np.int64)
    point_group[is_coverable] = inverse
    first_part = {int(number): part for part, number in reversed(list(enumerate(same))) if number >= 0}
    linked = _spread(links, [first_part[int(number)] for number in distinct[0]], len(part_ids))
    return {
        "point_group": point_group,
        "point_low": low,
        "point_high": high,
        "group_amount": np.bincount(point_group[is_coverable], amount[is_coverable], distinct.shape[1]),
        "group_category": distinct[1].astype(np.int64),
        "group_anchor": distinct[2].astype(np.int64),
        "link_supplier": linked[0],
        "link_group": linked[1],
        "link_capacity": linked[2],
        "wishes": wishes,
    }


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


def _without_twins(links: tuple[Rows, Rows, Numbers], required: Rows) -> tuple[Rows, Rows, Numbers]:
    """Of suppliers that offer exactly the same without any limit, one: a second can cover nothing more.

    The smallest id stays, or those that must be in. A hundred thousand candidates are often a few hundred offers.
    """
    part, supplier, capacity = links
    order = np.argsort(supplier, kind="stable")
    bounds = np.flatnonzero(np.diff(supplier[order], prepend=-1, append=-1))
    must, twins, dropped = set(required.tolist()), dict[bytes, list[int]](), list[int]()
    for begin, end in pairwise(bounds.tolist()):
        mine = order[begin:end]
        if np.isinf(capacity[mine]).all():
            twins.setdefault(part[mine].tobytes(), []).append(int(supplier[mine[0]]))
    for alike in twins.values():
        kept = [one for one in alike if one in must] or alike[:1]
        dropped += [one for one in alike if one not in kept]
    if not dropped:
        return links
    is_kept = np.ones(int(supplier.max(initial=-1)) + 1, dtype=bool)
    is_kept[dropped] = False
    return _kept(links, is_kept)


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
    links: tuple[Rows, Rows, Numbers], place: tuple[Rows, Rows, Rows], high: Numbers, limits: Limits
) -> tuple[Wishes, ...]:
    """Who wants what of whom; where anchors of known demand are asked for, also only what has amount and capacity."""
    point_part, point_anchor, point_category = place
    part, supplier, capacity = links
    first, last = np.searchsorted(part, point_part), np.searchsorted(part, point_part, side="right")
    counts = last - first
    point = np.repeat(np.arange(len(point_part)), counts)
    link = np.arange(len(point)) - np.repeat(np.cumsum(counts) - counts, counts) + np.repeat(first, counts)
    triples = np.stack([supplier[link], point_anchor[point], point_category[point]])
    found = [_wish(triples, limits.min_anchors)]
    if limits.min_realised_anchors > 0:
        is_known = (high[point] > 0) & (capacity[link] > 0)
        found.append(_wish(triples[:, is_known], limits.min_realised_anchors))
    return tuple(found)


def _wish(triples: Rows, least: int) -> Wishes:
    supplier, anchor, category = _distinct(triples)[0]
    return Wishes(supplier=supplier, anchor=anchor, category=category, least=least)


def _distinct(keys: Rows) -> tuple[Rows, Rows]:
    """The distinct columns of three rows of numbers, sorted, and where each column stands among them. By one number
    each: many times faster than comparing columns."""
    first, second, third = keys
    across, deep = (int(row.max(initial=0)) + 1 for row in (second, third))
    code, inverse = np.unique((first * across + second) * deep + third, return_inverse=True)
    pair, last = np.divmod(code, deep)
    return np.stack([pair // across, pair % across, last]).astype(np.int64), inverse.reshape(-1)


def _minimums(limits: Limits, anchors: pa.Array) -> Numbers:
    """What must be covered by anchor number; raises ValueError for an anchor that demands nothing at all."""
    names = anchors.to_pylist()
    given = limits.minimums(names)
    strange = sorted((str(name) for name, least in given.items() if least > 0 and name not in set(names)))
    if strange:
        raise ValueError(f"min_per_anchor_wan: no demand of {', '.join(strange)}")
    return np.array([given.get(name, 0.0) for name in names], dtype=np.float64)


def _required(names: list[Any], wanted: Iterable[Any]) -> Rows:
    place = {name: number for number, name in enumerate(names)}
    return np.array(sorted({place[name] for name in wanted if name in place}), dtype=np.int64)


def _open(wanted: pa.Table, limits: Limits) -> pa.Table:
    """The demand without the categories that must be out."""
    excluded = set(limits.must_exclude_categories)
    if not excluded:
        return wanted
    return wanted.filter(pa.array([name not in excluded for name in wanted["category_id"].to_pylist()], pa.bool_()))
