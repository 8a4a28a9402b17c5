"""What is told exactly: whether the released cells can be combined so that everybody but one contributor cancels out.

Attacker a knows itself. Of contributor f something is told exactly (a share, a change, a difference of pages, any sum
of its contributions with signs) if a combination of the released equations is 0 in the unknowns of everybody else and
not 0 in f's: if the columns of all but a have a higher rank than those of all but a and f. This needs no list of what
to protect, and so no difference is forgotten.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np

from chainlab.disclosure import equations

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from chainlab.disclosure.equations import Equations

PRIME = 2_147_483_647
ANYBODY = 3  # who gives to a set of cells, for it to be there whoever attacks whom


def told(found: Equations, released: list[int]) -> dict[tuple[int, int], int]:
    """(attacker, contributor) → how many independent sums of the contributor's are told exactly; only those told."""
    pattern = equations.alike(found, released)
    _, first = np.unique(pattern, return_index=True)
    columns = np.unique(found.matrix[released][:, first].toarray().astype(np.int64), axis=0).T
    holds = [set(np.unique(pattern[found.owner == who]).tolist()) for who in range(len(found.contributors))]
    held = np.bincount([one for has in holds for one in has], minlength=len(columns))
    # What three give to is there for every pair: taken out of the rest once, it leaves little to reckon for each.
    is_common = held >= ANYBODY
    left = _without(columns, _reduced(columns[is_common]))
    rare = [{one for one in has if not is_common[one]} for has in holds]
    counts = {}
    for attacker, target in itertools.permutations(range(len(holds)), 2):
        others = set().union(*(has for who, has in enumerate(rare) if who not in {attacker, target}))
        if rare[target] <= others:
            continue  # whatever is the target's could as well be another's
        more = _rank(left[sorted(others | rare[target])]) - _rank(left[sorted(others)])
        if more:
            counts[(attacker, target)] = more
    return counts


def _reduced(rows: NDArray[np.int64]) -> tuple[NDArray[np.int64], list[int]]:
    """The reduced row echelon form of small counts modulo a prime, without its rows of 0, and its pivots.

    Exact but for a prime that divides a minor of such numbers, which is not met in practice.
    """
    left, pivots = rows % PRIME, list[int]()
    for column in range(rows.shape[1]):
        filled = np.flatnonzero(left[len(pivots) :, column])
        if not len(filled):
            continue
        here, there = len(pivots), len(pivots) + int(filled[0])
        left[[here, there]] = left[[there, here]]
        left[here] = left[here] * pow(int(left[here, column]), -1, PRIME) % PRIME
        factor = left[:, column].copy()
        factor[here] = 0
        touched = np.flatnonzero(factor)
        left[touched] = (left[touched] - factor[touched, None] * left[here]) % PRIME
        pivots.append(column)
        if len(pivots) == len(left):
            break
    return left[: len(pivots)], pivots


def _without(rows: NDArray[np.int64], reduced: tuple[NDArray[np.int64], list[int]]) -> NDArray[np.int64]:
    """`rows` less what the reduced rows make up of them."""
    basis, pivots = reduced
    left = rows.copy()
    for n, pivot in enumerate(pivots):
        touched = np.flatnonzero(rows[:, pivot])
        left[touched] = (left[touched] - rows[touched, pivot][:, None] * basis[n]) % PRIME
    return left


def _rank(rows: NDArray[np.int64]) -> int:
    kept = rows[:, rows.any(axis=0)]
    kept = kept[kept.any(axis=1)]
    return len(_reduced(kept if kept.shape[0] >= kept.shape[1] else kept.T.copy())[1]) if kept.size else 0
