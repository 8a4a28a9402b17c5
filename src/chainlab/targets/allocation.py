"""Who covers what, for given suppliers and categories: the rows of the answer, and its amount."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from chainlab.targets import model
from chainlab.targets import problem as problems

if TYPE_CHECKING:
    from chainlab.targets.problem import Flags, Numbers, Problem, Rows


def without_idle(problem: Problem, is_taken: Flags, is_chosen: Flags) -> Flags:
    """The suppliers without those that others make superfluous; smallest first, those that must be in stay.

    Only where no capacity binds them: then what one covers alone is known without solving anything.
    """
    kept = is_taken.copy()
    is_active = is_chosen[problem.group_category[problem.link_group]]
    count = np.bincount(
        problem.link_group[is_active & kept[problem.link_supplier]], minlength=len(problem.group_amount)
    )
    removable = np.flatnonzero(kept)
    offered = np.bincount(
        problem.link_supplier[is_active], problem.group_amount[problem.link_group[is_active]], len(kept)
    )
    for supplier in sorted(removable, key=lambda one: (offered[one], -one)):
        links = problem.links_of(int(supplier))
        groups = problem.link_group[links][is_active[links]]
        if supplier not in problem.required and (count[groups] > 1).all():
            kept[supplier] = False
            count[groups] -= 1
    return kept


def flows(problem: Problem, is_taken: Flags, is_chosen: Flags, *, time_limit_s: float) -> Numbers:
    """Amount by link, the most these suppliers can cover; nobody taken who can cover something is left without."""
    flow = model.fill(problem, is_taken, is_chosen)
    if np.isfinite(problem.link_capacity[is_taken[problem.link_supplier]]).any():
        answer = model.Model(problem).solve(fixed=(is_taken, is_chosen), time_limit_s=time_limit_s)
        if answer.outcome is model.Outcome.OPTIMAL and answer.flow is not None:
            better = _completed(problem, answer.flow, is_taken, is_chosen)
            flow = better if better.sum() > flow.sum() or problem.minimum_wan.any() else flow
    return _shared(problem, flow)


def rows(problem: Problem, flow: Numbers) -> pa.Table:
    """anchor_id, part_id, supplier_id, amount_wan, sorted: each group's flows dealt out to its points in order."""
    found: list[tuple[int, int, float]] = []
    points_by_group = _members(problem.point_group, len(problem.group_amount))
    amount = np.asarray(problem.points["amount_wan"].fill_null(0.0), dtype=np.float64)
    least = problems.TOLERANCE * float(amount.max(initial=0.0))
    links_by_group = _members(np.where(flow > least, problem.link_group, -1), len(problem.group_amount))
    for points, links in zip(points_by_group, links_by_group, strict=True):
        found.extend(_dealt(points, amount[points], problem.link_supplier[links], flow[links], least=least))
    return _table(problem, _spread(problem, found))


def _spread(problem: Problem, found: list[tuple[int, int, float]]) -> list[tuple[int, int, float]]:
    """Rows in which every supplier serves as many anchors as are asked to be realised, where that takes nothing from
    the amount."""
    least = problem.limits.min_realised_anchors
    if not least:
        return found
    deal = _Deal(problem, found)
    for supplier in sorted({one for _, one, _ in found}):
        deal.widen(supplier, least=least)
    return deal.rows


class _Deal:
    """Rows dealt out, and what may still be moved between suppliers so that one serves an anchor it does not serve yet:
    half of another's row, where there is room for it, else as much in exchange within one group, which both offer under
    the same capacities. Nobody loses an anchor by it, and the whole stays what it is."""

    def __init__(self, problem: Problem, rows: list[tuple[int, int, float]]) -> None:
        self.rows = list(rows)
        self.group_of = problem.point_group
        self.anchor_of = problem.points["anchor_id"].to_pylist()
        links = zip(problem.link_supplier.tolist(), problem.link_group.tolist(), strict=True)
        self.capacity = dict(zip(links, problem.link_capacity.tolist(), strict=True))
        self.offered: dict[int, list[tuple[int, float]]] = {}
        for (supplier, group), capacity in self.capacity.items():
            self.offered.setdefault(supplier, []).append((group, capacity))
        self.flow: dict[tuple[int, int], float] = {}
        for point, supplier, amount in rows:
            self._move(supplier, point, amount)
        self.tiny = problems.TOLERANCE * max((amount for _, _, amount in rows), default=0.0)

    def widen(self, supplier: int, *, least: int) -> None:
        """Give `supplier` a part of rows of further anchors until it serves so many."""
        served = {self.anchor_of[point] for point, one, _ in self.rows if one == supplier}
        for number in range(len(self.rows)):
            if len(served) >= least:
                return
            point, other, amount = self.rows[number]
            group = int(self.group_of[point])
            if self.anchor_of[point] in served or (supplier, group) not in self.capacity:
                continue
            part = min(amount / 2, self._room(supplier, group))
            if part <= self.tiny and not (part := self._returned(supplier, other, group, amount / 2)):
                continue
            self._take(number, part)
            self._give(point, supplier, part)
            served.add(self.anchor_of[point])

    def _returned(self, supplier: int, other: int, group: int, most: float) -> float:
        """What `supplier` gives `other` of its own in `group`, to take as much for it; 0 where it has nothing there."""
        for number, (point, one, amount) in enumerate(self.rows):
            if one == supplier and int(self.group_of[point]) == group and amount / 2 > self.tiny:
                part = min(amount / 2, most)
                self._take(number, part)
                self._give(point, other, part)
                return part
        return 0.0

    def _room(self, supplier: int, group: int) -> float:
        """What a supplier's capacities leave for one group: each binds all that is offered under it or less."""
        least = self.capacity[supplier, group]
        limits = {capacity for _, capacity in self.offered[supplier] if least <= capacity < np.inf}
        used = {
            limit: sum(self.flow.get((supplier, g), 0.0) for g, capacity in self.offered[supplier] if capacity <= limit)
            for limit in limits
        }
        return min((limit - used[limit] for limit in limits), default=np.inf)

    def _take(self, number: int, part: float) -> None:
        point, supplier, amount = self.rows[number]
        self.rows[number] = (point, supplier, amount - part)
        self._move(supplier, point, -part)

    def _give(self, point: int, supplier: int, part: float) -> None:
        self.rows.append((point, supplier, part))
        self._move(supplier, point, part)

    def _move(self, supplier: int, point: int, amount: float) -> None:
        key = supplier, int(self.group_of[point])
        self.flow[key] = self.flow.get(key, 0.0) + amount


def _dealt(
    points: Rows, amounts: Numbers, suppliers: Rows, given: Numbers, *, least: float
) -> list[tuple[int, int, float]]:
    """(point, supplier, amount) in order of points and suppliers; a point is split only where a supplier runs out."""
    if len(suppliers) == 1 and abs(given[0] - amounts.sum()) <= least:
        return [(int(point), int(suppliers[0]), float(amount)) for point, amount in zip(points, amounts, strict=True)]
    found = []
    turn, left = 0, float(given[0]) if len(given) else 0.0
    for point, amount in zip(points, amounts, strict=True):
        want = float(amount)
        while want > least and turn < len(suppliers):
            part = min(want, left)
            if part > least:
                found.append((int(point), int(suppliers[turn]), part))
            want, left = want - part, left - part
            if left <= least:
                turn += 1
                left = float(given[turn]) if turn < len(given) else 0.0
    return found


def _completed(problem: Problem, capped: Numbers, is_taken: Flags, is_chosen: Flags) -> Numbers:
    """Flows of the solver for those with a capacity, cut to what may be; the rest goes to the first without one."""
    flow = np.where(is_taken[problem.link_supplier], np.maximum(capped, 0.0), 0.0)
    rest = np.where(is_chosen[problem.group_category], problem.group_amount, 0.0)
    for supplier in np.flatnonzero(is_taken):
        links = problem.links_of(int(supplier))
        groups = problem.link_group[links]
        if np.isfinite(problem.link_capacity[links]).any():
            flow[links] = np.minimum(flow[links], rest[groups])
            flow[links] = _within(problem, links, flow[links])
            rest[groups] -= flow[links]
    for link in np.flatnonzero(np.isinf(problem.link_capacity) & is_taken[problem.link_supplier]):
        flow[link] += rest[problem.link_group[link]]
        rest[problem.link_group[link]] = 0.0
    return flow


def _within(problem: Problem, links: slice, flow: Numbers) -> Numbers:
    """Flows of one supplier cut back to its capacities: a solver is right to a tolerance, a capacity is not."""
    cut = problem.link_capacity[links]
    result, used = flow.copy(), 0.0
    for number in np.argsort(cut, kind="stable"):
        result[number] = min(flow[number], max(0.0, cut[number] - used))
        used += result[number]
    return result


def _shared(problem: Problem, flow: Numbers) -> Numbers:
    """Those that must be in and went without get half of the largest flow of another on something they offer."""
    for supplier in problem.required:
        links = problem.links_of(int(supplier))
        if flow[links].sum() > 0:
            continue
        groups = problem.link_group[links]
        candidates = np.flatnonzero(np.isin(problem.link_group, groups) & (flow > 0))
        donor = candidates[np.argmax(flow[candidates])]
        mine = links.start + int(np.flatnonzero(groups == problem.link_group[donor])[0])
        part = min(flow[donor] / 2, problem.link_capacity[mine])
        flow[donor] -= part
        flow[mine] += part
    return flow


def _members(group: Rows, size: int) -> list[Rows]:
    """The positions of each group number, in order; negative numbers belong to none."""
    order = np.argsort(group, kind="stable")
    bounds = np.searchsorted(group[order], np.arange(size + 1))
    return [order[bounds[one] : bounds[one + 1]] for one in range(size)]


def _table(problem: Problem, found: list[tuple[int, int, float]]) -> pa.Table:
    point = pa.array([row[0] for row in found], pa.int64())
    part_type = problem.points.schema.field("part_id").type
    table = pa.table(
        {
            "anchor_id": problem.points["anchor_id"].take(point),
            "part_id": problem.points["part_id"].take(point).cast(part_type),
            "supplier_id": pa.array([problem.suppliers[row[1]] for row in found], problem.supplier_type),
            "amount_wan": pa.array([row[2] for row in found], pa.float64()),
        }
    )
    keys = ["anchor_id", "part_id", "supplier_id"]
    summed = table.group_by(keys).aggregate([("amount_wan", "sum")]).rename_columns([*keys, "amount_wan"])
    return summed.sort_by([(key, "ascending") for key in keys])
