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

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from chainlab.disclosure.equations import Equations


def told(found: Equations, released: list[int]) -> dict[tuple[int, int], int]:
    """(attacker, contributor) → how many independent sums of the contributor's are told exactly; only those told."""
    columns = np.unique(found.matrix[released].toarray().astype(np.int64), axis=0).T
    patterns, pattern = np.unique(columns, axis=0, return_inverse=True)
    holds = [set(pattern[found.owner == who].ravel().tolist()) for who in range(len(found.contributors))]
    ranks: dict[frozenset[int], int] = {}

    def rank(among: frozenset[int]) -> int:
        if among not in ranks:
            ranks[among] = _rank(patterns[sorted(among)])
        return ranks[among]

    counts = {}
    for attacker, target in itertools.permutations(range(len(holds)), 2):
        others = frozenset().union(*(has for who, has in enumerate(holds) if who not in {attacker, target}))
        if holds[target] <= others:
            continue  # whatever is the target's could as well be another's
        if more := rank(others | holds[target]) - rank(others):
            counts[(attacker, target)] = more
    return counts


PRIME = 2_147_483_647


def _rank(rows: NDArray[np.int64]) -> int:
    """The rank of a matrix of small counts, by elimination modulo a prime: exact (a prime that divides a minor of such
    numbers is not met in practice), and ten times as fast as singular values."""
    left = rows % PRIME
    rank = 0
    while left.size:
        column = int(np.argmax(left.any(axis=0)))
        filled = np.flatnonzero(left[:, column])
        if not len(filled):
            break
        pivot = left[filled[0]] * pow(int(left[filled[0], column]), -1, PRIME) % PRIME
        left = np.delete(left, filled[0], axis=0)
        touched = np.flatnonzero(left[:, column])
        left[touched] = (left[touched] - left[touched, column][:, None] * pivot) % PRIME
        left = left[:, column + 1 :]
        rank += 1
    return rank
