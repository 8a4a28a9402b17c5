"""What may go out, found the slow way: no solver, no grouping by bytes, no worlds kept, one cell after the other.

The bounds of an attacker are read off all basic solutions of the equations: every choice of as many unknowns as there
are independent equations is solved for, the rest being 0, and those without a negative number are the corners.
"""

import itertools
from collections import defaultdict
from fractions import Fraction

import numpy as np

Row = tuple[str, str, str, float]  # cell, contributor, item, amount


def states(rows: list[Row], *, min_contributors: int, p_percent: float, released: list[list[Row]]) -> dict[str, str]:
    """State by cell, as `chainlab.disclosure.release` should find it, where nothing that is out tells anything."""
    before = [_cells(one) for one in released]
    now = _cells(rows)
    out = [cell for publication in before for cell in publication.values()]
    unsafe = [cell for cell in now.values() if _alone(cell, min_contributors, p_percent)]
    changes = [(cell, one[name]) for name, cell in now.items() for one in before if name in one]
    aims = _aims([*out, *now.values()], changes)
    told: dict[str, str] = {}
    fresh: list[dict] = []
    for name, cell in now.items():
        reason = _alone(cell, min_contributors, p_percent)
        if reason is None and not _is_safe(aims, [*out, *fresh, cell], unsafe, p_percent):
            reason = "differencing" if _is_safe(aims, [*fresh, cell], unsafe, p_percent) else "secondary"
        if reason is None:
            fresh.append(cell)
        told[name] = reason or "released"
    return told


def _cells(rows: list[Row]) -> dict[str, dict]:
    cells: dict[str, dict] = {}
    for cell, contributor, item, amount in rows:
        cells.setdefault(cell, {})[(contributor, item, amount)] = amount
    return cells


def _alone(cell: dict, least: int, p_percent: float) -> str | None:
    sums: dict[str, float] = defaultdict(float)
    for (contributor, _, _), amount in cell.items():
        sums[contributor] += amount
    ordered = sorted(sums.values(), reverse=True)
    if len(ordered) < least:
        return "threshold"
    return "dominance" if sum(ordered) - ordered[0] - ordered[1] < p_percent / 100 * ordered[0] else None


def _aims(cells: list[dict], changes: list[tuple[dict, dict]]) -> list[tuple[str, dict]]:
    """(whose, {unknown: coefficient}): shares of cells and of the changes of cells."""
    aims = []
    for who in sorted({key[0] for cell in cells for key in cell}):
        aims += [{key: 1.0 for key in cell if key[0] == who} for cell in cells]
        for now, then in changes:
            keys = [key for key in {*now, *then} if key[0] == who and (key in now) != (key in then)]
            aims.append({key: (key in now) * 1.0 - (key in then) * 1.0 for key in keys})
    return [(next(iter(aim))[0], aim) for aim in aims if aim and abs(_value(aim)) > 1e-9]


def _told_apart(out: list[dict]) -> list[tuple[str, dict]]:
    """What of a firm stands in the same cells that are out, and in no others."""
    alike = defaultdict(dict)
    for key in sorted({key for cell in out for key in cell}):
        alike[(key[0], *(key in cell for cell in out))][key] = 1.0
    return [(signs[0], keys) for signs, keys in alike.items()]


def _is_told_exactly(out: list[dict]) -> bool:
    """Whether the cells can be added and subtracted so that of all who are not the attacker one alone remains."""
    people = sorted({key[0] for cell in out for key in cell})
    for attacker, target in itertools.permutations(people, 2):
        keys = sorted({key for cell in out for key in cell if key[0] != attacker}, key=lambda key: key[0] == target)
        rows = [[Fraction(int(key in cell)) for key in keys] for cell in out]
        others = [n for n, key in enumerate(keys) if key[0] != target]
        for column in others:
            pivot = next((row for row in rows if row[column]), None)
            if pivot is not None:
                rows = [
                    [x - y * row[column] / pivot[column] for x, y in zip(row, pivot, strict=True)]
                    for row in rows
                    if row is not pivot
                ]
        if any(any(row) for row in rows):
            return True
    return False


def _value(aim: dict) -> float:
    return sum(key[2] * factor for key, factor in aim.items())


def _is_safe(aims: list[tuple[str, dict]], out: list[dict], unsafe: list[dict], p_percent: float) -> bool:
    if _is_told_exactly(out):
        return False
    everywhere = all(_is_open(aim, out, p_percent) for aim in [*aims, *_told_apart(out)])
    whole = [(None, dict.fromkeys(cell, 1.0)) for cell in unsafe]
    return everywhere and all(_is_open(aim, out, p_percent) for aim in whole)


def _is_open(aim: tuple[str | None, dict], out: list[dict], p_percent: float) -> bool:
    whose, row = aim
    people = sorted({key[0] for cell in out for key in cell} - {whose})
    value, need = _value(row), p_percent / 100 * abs(_value(row)) * (1 - 1e-6)
    for who in [None] if whose is None else people:
        low, high = _bounds(row, out, who)
        if high - value < need or value - low < need:
            return False
    return True


def _bounds(row: dict, out: list[dict], who: str | None) -> tuple[float, float]:
    keys = sorted({key for cell in out for key in cell if key[0] != who} | set(row))
    # Unknowns that stand in the same cells and count alike are one.
    alike: dict[tuple, float] = defaultdict(float)
    for key in keys:
        alike[(*(key in cell for cell in out), row.get(key, 0.0))] += key[2]
    columns = list(alike)
    matrix = np.asarray([[float(column[n]) for column in columns] for n in range(len(out))]).reshape(len(out), -1)
    sums = matrix @ np.asarray(list(alike.values()))
    cost = np.asarray([column[-1] for column in columns])
    is_free = ~matrix.any(axis=0)  # in no cell that is out: anything is possible
    above = np.inf if (cost[is_free] > 0).any() else 0.0
    below = -np.inf if (cost[is_free] < 0).any() else 0.0
    matrix, cost = matrix[:, ~is_free], cost[~is_free]
    kept: list[int] = []
    for n in range(len(matrix)):
        if np.linalg.matrix_rank(matrix[[*kept, n]]) > len(kept):
            kept.append(n)
    if not kept:
        return below, above
    corners = []
    for choice in itertools.combinations(range(matrix.shape[1]), len(kept)):
        square = matrix[np.ix_(kept, choice)]
        if abs(np.linalg.det(square)) > 1e-9:
            solved = np.linalg.solve(square, sums[kept])
            if (solved >= -1e-7).all():
                corners.append(float(solved @ cost[list(choice)]))
    return min(corners) + below, max(corners) + above
