"""What is known once cells are out: linear equations over the contributions, a column for each that can be told apart.

A contribution is an unknown of its own for every contributor, item and amount. One that is the same on two dates is the
same unknown, so that a second date of unchanged data tells nothing new and the difference of two dates is an equation
between those that changed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from scipy import sparse

if TYPE_CHECKING:
    from numpy.typing import NDArray

DIGITS = 4  # 万元 are kept to the yuan


@dataclass(frozen=True, eq=False, kw_only=True)
class Equations:
    """Columns: groups of one contributor's contributions that stand in the same cells. Rows: the cells.

    cells: names, the earlier ones first; `earlier` of them are out already. matrix: cells × columns. owner: index into
    contributors, one a column. amount: the true sums. totals: the cells' true values.
    """

    cells: list[str]
    earlier: int
    contributors: list[str]
    matrix: sparse.csr_array
    owner: NDArray[np.int64]
    amount: NDArray[np.float64]
    bands: Mapping[int, tuple[float, float]] = field(default_factory=dict)  # cells that go out as a band: its ends

    @property
    def totals(self) -> NDArray[np.float64]:
        """The value of every cell."""
        return np.asarray(self.matrix @ self.amount, dtype=np.float64)

    def by_contributor(self, cell: int) -> NDArray[np.float64]:
        """What each contributor gives to a cell."""
        row = self.matrix[[cell]].toarray()[0] * self.amount
        return np.bincount(self.owner, weights=row, minlength=len(self.contributors)).astype(np.float64)


def build(
    candidates: pa.Table, released: Sequence[pa.Table], *, bands: Mapping[str, tuple[float, float]] | None = None
) -> Equations:
    """The equations of everything that is out and everything that might go out; contributions of 0 are left out.

    bands: ends of the candidates that would go out as a band, by cell.
    """
    parts = [*released, candidates]
    names, rows, keys = _long(parts)
    earlier = len({(n, name) for n, part in enumerate(released) for name in part["cell"].to_pylist()})
    unknowns = {key: n for n, key in enumerate(dict.fromkeys(keys))}
    columns = np.fromiter((unknowns[key] for key in keys), dtype=np.int64, count=len(keys))
    whole = sparse.csr_array((np.ones(len(keys)), (rows, columns)), shape=(len(names), len(unknowns)))
    contributors = sorted({key[0] for key in unknowns})
    place = {name: n for n, name in enumerate(contributors)}
    owner = np.fromiter((place[key[0]] for key in unknowns), dtype=np.int64, count=len(unknowns))
    amount = np.fromiter((key[2] for key in unknowns), dtype=np.float64, count=len(unknowns))
    matrix, owner, amount = _grouped(whole, owner, amount)
    ends = {n: bands[name] for n, name in enumerate(names) if n >= earlier and name in bands} if bands else {}
    return Equations(
        cells=names,
        earlier=earlier,
        contributors=contributors,
        matrix=matrix,
        owner=owner,
        amount=amount,
        bands=ends,
    )


Unknown = tuple[str, str, float]


def unknowns(part: pa.Table) -> set[Unknown]:
    """The unknowns a publication speaks of: contributor, item, amount."""
    columns = (part[name].to_pylist() for name in ("contributor", "item", "amount_wan"))
    rounded = ((str(who), str(item), round(amount, DIGITS)) for who, item, amount in zip(*columns, strict=True))
    return {one for one in rounded if one[2] > 0}


def alike(found: Equations, released: Sequence[int]) -> NDArray[np.int64]:
    """The same number for columns that stand in the same of these cells. Told apart by sums of random whole numbers:
    two different sets agree by chance once in 2⁶⁴."""
    weights = np.random.default_rng(0).integers(1, 2**63 - 1, size=len(released), dtype=np.int64)
    sums = np.zeros(found.matrix.shape[1], dtype=np.int64)
    chosen = sparse.coo_array(found.matrix[list(released)])
    with np.errstate(over="ignore"):
        np.add.at(sums, chosen.col, chosen.data.astype(np.int64) * weights[chosen.row])
    _, same = np.unique(sums, return_inverse=True)
    return np.asarray(same, dtype=np.int64).ravel()


def _long(parts: Sequence[pa.Table]) -> tuple[list[str], list[int], list[tuple[str, str, float]]]:
    """Cells in order, and for every row of every table its cell and its unknown (contributor, item, amount)."""
    places: dict[tuple[int, str], int] = {}
    rows: list[int] = []
    keys: list[tuple[str, str, float]] = []
    for n, part in enumerate(parts):
        columns = (part[name].to_pylist() for name in ("cell", "contributor", "item", "amount_wan"))
        for cell, contributor, item, amount in zip(*columns, strict=True):
            row = places.setdefault((n, str(cell)), len(places))
            if round(amount, DIGITS) > 0:
                rows.append(row)
                keys.append((str(contributor), str(item), round(amount, DIGITS)))
    return [name for _, name in places], rows, keys


def _grouped(
    matrix: sparse.csr_array, owner: NDArray[np.int64], amount: NDArray[np.float64]
) -> tuple[sparse.csr_array, NDArray[np.int64], NDArray[np.float64]]:
    """One column for all unknowns of a contributor that stand in the same cells: nothing that is out tells them apart.

    Two thousand purchases become some dozens of columns, and the programs of the attack are solved in milliseconds.
    """
    by_column = sparse.csc_array(matrix)
    by_column.sort_indices()
    places: dict[tuple[int, bytes, bytes], int] = {}
    group = np.empty(len(owner), dtype=np.int64)
    first: list[int] = []
    for column in range(len(owner)):
        span = slice(by_column.indptr[column], by_column.indptr[column + 1])
        key = (int(owner[column]), by_column.indices[span].tobytes(), by_column.data[span].tobytes())
        if key not in places:
            places[key] = len(first)
            first.append(column)
        group[column] = places[key]
    kept = np.asarray(first, dtype=np.int64)
    sums = np.bincount(group, weights=amount, minlength=len(kept)).astype(np.float64)
    return sparse.csr_array(by_column[:, kept]), owner[kept], sums
