"""Who could find out what: for each attacker the bounds that everything released leaves for what it does not know.

An attacker knows every cell that is out, that no contribution is negative, who contributes to which cell and what
stayed the same between two dates; a contributor also knows itself. The least and the greatest value a target can then
take are two linear programs (Fischetti & Salazar 2000, Models and algorithms for optimizing cell suppression in tabular
data with linear constraints, JASA 95: the attacker's subproblems).
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import sparse

from chainlab.disclosure import equations

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from chainlab.disclosure.equations import Equations
    from chainlab.disclosure.rule import Rule

OUTSIDER = -1
SUSPECTS = 50
ALONE = 3  # fewer contributors than this hide nothing from one another
MOST = 10.0  # no contribution is thought larger than ten times everything: keeps the programs bounded


@dataclass(frozen=True, eq=False, kw_only=True)
class Targets:
    """What is to be protected: `rows` over the columns of the equations, whose it is (OUTSIDER: a whole cell), and of
    which cell it speaks (−1: of none by name)."""

    rows: sparse.csr_array
    owner: NDArray[np.int64]
    cell: NDArray[np.int64]

    @cached_property
    def keys(self) -> list[bytes]:
        """The same for the same target, whatever else is protected."""
        indices, data, ends = self.rows.indices.astype(np.int64), self.rows.data, self.rows.indptr.tolist()
        return [indices[a:b].tobytes() + data[a:b].tobytes() for a, b in itertools.pairwise(ends)]


def targets(found: Equations, *, unsafe: Iterable[int] = ()) -> Targets:
    """Each contributor's share of each cell and of each change of a cell; and the `unsafe` cells as a whole."""
    changes = _changes(found)
    shares = sparse.csr_array(sparse.vstack([found.matrix, changes]))
    cells = np.concatenate([np.arange(len(found.cells)), np.full(changes.shape[0], -1)])
    whole = np.asarray(list(unsafe), dtype=np.int64)
    people = range(len(found.contributors))
    rows = [shares @ sparse.diags_array((found.owner == who).astype(np.float64)) for who in people]
    return _worth(
        found,
        rows=[*rows, found.matrix[whole]],
        owner=[*(np.full(shares.shape[0], who) for who in people), np.full(len(whole), OUTSIDER)],
        cell=[*(cells for _ in people), whole],
    )


def beside(found: Equations, aims: Targets, released: list[int]) -> Targets:
    """`aims`, and whatever of a contributor these cells tell apart from its other contributions."""
    same = equations.alike(found, released)
    _, first, group = np.unique(same * len(found.contributors) + found.owner, return_index=True, return_inverse=True)
    apart = sparse.csr_array((np.ones(len(found.owner)), (group.ravel(), np.arange(len(found.owner)))))
    return _worth(
        found,
        rows=[aims.rows, apart],
        owner=[aims.owner, found.owner[first]],
        cell=[aims.cell, np.full(len(first), -1)],
    )


def _worth(
    found: Equations,
    *,
    rows: list[sparse.csr_array],
    owner: list[NDArray[np.int64]],
    cell: list[NDArray[np.int64]],
) -> Targets:
    """Of these targets those that are not nothing."""
    everything = sparse.csr_array(sparse.vstack(rows))
    everything.eliminate_zeros()
    everything.sort_indices()
    kept = np.flatnonzero(np.abs(np.asarray(everything @ found.amount)) > 0)
    return Targets(rows=everything[kept], owner=np.concatenate(owner)[kept], cell=np.concatenate(cell)[kept])


def _changes(found: Equations) -> sparse.csr_array:
    """Each cell less the cell of the same name that went out before; and a band less whatever leaves one or two."""
    earlier: dict[str, list[int]] = {}
    for n, name in enumerate(found.cells[: found.earlier]):
        earlier.setdefault(name, []).append(n)
    pairs = [
        (now, then)
        for now, name in enumerate(found.cells[found.earlier :], start=found.earlier)
        for then in earlier.get(name, [])
    ]
    pairs += _beside_bands(found)
    if not pairs:
        return sparse.csr_array((0, found.matrix.shape[1]))
    now, then = np.asarray(pairs).T
    return sparse.csr_array(found.matrix[now] - found.matrix[then])


def _beside_bands(found: Equations) -> list[tuple[int, int]]:
    """Bands and the earlier cells, whatever their names, from which they differ by what one or two contributors give.
    Of sums that is found by rank; of a band it must be asked."""
    if not found.bands or not found.earlier:
        return []
    before = found.matrix[: found.earlier].toarray()
    whose = np.eye(len(found.contributors))[found.owner]
    pairs = []
    for cell in found.bands:
        moved = before != found.matrix[[cell]].toarray()
        few = ((moved @ whose) > 0).sum(axis=1)
        pairs += [(cell, int(then)) for then in np.flatnonzero((few > 0) & (few < ALONE))]
    return pairs


class Attacker:
    """One attacker and the programs it can solve. Keeps the worlds it has seen: a world in which a target lies far
    enough away proves that target safe without another program."""

    def __init__(self, found: Equations, rule: Rule, *, who: int) -> None:
        self.found, self.rule, self.who = found, rule, who
        self.columns = np.flatnonzero(found.owner != who)
        self.truth = found.amount[self.columns]
        self.matrix = sparse.csr_array(found.matrix[:, self.columns])
        sums = np.asarray(self.matrix @ self.truth)
        self.low, self.high = sums, sums
        if found.bands:  # of a band the attacker takes off what it gives itself
            own, (self.low, self.high) = found.totals - sums, (sums.copy(), sums.copy())
            for cell, (low, high) in found.bands.items():
                self.low[cell], self.high[cell] = low - own[cell], high - own[cell]
        self.worlds: list[NDArray[np.float64]] = []
        self.suspects: list[bytes] = []  # what was told before is asked first

    def aim(self, aims: Targets) -> None:
        """Attack these."""
        is_whole = aims.owner == OUTSIDER
        against = is_whole if self.who == OUTSIDER else ~is_whole & (aims.owner != self.who)
        self.numbers = np.flatnonzero(against)
        self.owners = aims.owner[self.numbers]
        self.aims = sparse.csr_array(aims.rows[self.numbers][:, self.columns])
        self.values = np.asarray(self.aims @ self.truth)
        self.margins = self.rule.margins(self.values)

    def first_told(self, aims: Targets, released: list[int], *, known: set[bytes]) -> bytes | None:
        """The key of a target told to within the margin if these cells are out; None if there is none. `known`
        targets are past protecting."""
        self.aim(aims)
        keys = [aims.keys[number] for number in self.numbers]
        place = {key: n for n, key in enumerate(keys)}
        suspects = [place[key] for key in self.suspects if key in place]
        is_known = np.asarray([key in known for key in keys], dtype=bool)
        seen = _Seen(self, self._worlds_of(released), is_known, self._exchanged(aims, released))
        program: _Program | None = None
        while (doubt := seen.doubt(suspects)) is not None:
            program = program or _Program(self, released)
            n, sign = doubt
            # First a world that moves everything doubtful of this contributor at once: it mostly settles all of it.
            if seen.add(program.extreme(seen.together(n, sign), sign)).is_settled(n, sign):
                continue
            if not seen.add(program.extreme(self.row(n), sign)).is_settled(n, sign):
                self.suspects = [keys[n], *(one for one in self.suspects if one != keys[n])][:SUSPECTS]
                return keys[n]
        return None

    def bounds(self, released: list[int]) -> NDArray[np.float64]:
        """The least and greatest value of every target, row by row as in `numbers`."""
        program = _Program(self, released)
        rows = (self.row(n) for n in range(len(self.numbers)))
        return np.asarray([[float(row @ program.extreme(row, sign)) for sign in (-1.0, 1.0)] for row in rows])

    def row(self, n: int) -> NDArray[np.float64]:
        """Target `n` over the attacker's unknowns."""
        return np.asarray(self.aims[[n]].toarray()[0], dtype=np.float64)

    def _worlds_of(self, released: list[int]) -> list[NDArray[np.float64]]:
        """The worlds seen that agree with what is out; the others are forgotten."""
        part, low, high = self.matrix[released], self.low[released], self.high[released]
        close = 1e-6 * np.maximum(1.0, np.abs(low))
        self.worlds = [
            world for world in self.worlds if ((part @ world >= low - close) & (part @ world <= high + close)).all()
        ]
        return self.worlds

    def _exchanged(self, aims: Targets, released: list[int]) -> dict[float, NDArray[np.float64]]:
        """How far above and below the truth each target can lie by exchange alone: what stands in the same released
        cells can be anybody's, so a contributor may have all that others give there, or they all of its.

        A bound from below on what the programs would find, without a program; it settles nearly everything.
        """
        found = self.found
        same = equations.alike(found, released)
        held = np.zeros((len(found.contributors) + 1, int(same.max(initial=-1)) + 1))
        np.add.at(held, (found.owner, same), found.amount)
        total = held.sum(axis=0) - (held[self.who] if self.who >= 0 else 0.0)
        others = np.maximum(total[None, :] - held, 0.0)  # row: contributor; what neither it nor the attacker gives
        others[others < 1e-9 * max(1.0, float(total.max(initial=0.0)))] = 0.0
        rows = aims.rows[self.numbers]
        owners = np.repeat(self.owners, np.diff(rows.indptr))
        beside = np.where(owners == OUTSIDER, 0.0, others[owners, same[rows.indices]])
        which = np.repeat(np.arange(len(self.numbers)), np.diff(rows.indptr))
        is_up, own = rows.data > 0, np.abs(rows.data) * found.amount[rows.indices] * (beside > 0)
        keys = which * others.shape[1] + same[rows.indices]
        return {sign: _sums(which, keys, beside, own, is_up == (sign > 0), len(self.numbers)) for sign in (1.0, -1.0)}


def _sums(
    which: NDArray[np.int64],
    keys: NDArray[np.int64],
    beside: NDArray[np.float64],
    own: NDArray[np.float64],
    is_taken: NDArray[np.bool_],
    count: int,
) -> NDArray[np.float64]:
    """Of each target: what is taken over from others, once for every set of cells, and what of its own it gives."""
    _, once = np.unique(keys[is_taken], return_index=True)
    taken = np.bincount(which[is_taken][once], weights=beside[is_taken][once], minlength=count)
    given = np.bincount(which[~is_taken], weights=own[~is_taken], minlength=count)
    return np.asarray(taken + given, dtype=np.float64)


class _Seen:
    """How far from the truth each target was seen in some possible world, above and below."""

    def __init__(
        self,
        attacker: Attacker,
        worlds: list[NDArray[np.float64]],
        is_known: NDArray[np.bool_],
        most: dict[float, NDArray[np.float64]],
    ) -> None:
        self.attacker, self.worlds = attacker, worlds
        self.needed = np.where(is_known, 0.0, attacker.margins)
        values = (attacker.aims @ np.asarray([attacker.truth, *worlds]).T).T
        self.most = {
            1.0: np.maximum(most[1.0], values.max(axis=0) - attacker.values),
            -1.0: np.maximum(most[-1.0], attacker.values - values.min(axis=0)),
        }

    def add(self, world: NDArray[np.float64]) -> _Seen:
        self.worlds.append(world)
        away = self.attacker.aims @ world - self.attacker.values
        for sign, most in self.most.items():
            np.maximum(most, sign * away, out=most)
        return self

    def is_settled(self, n: int, sign: float) -> bool:
        return bool(self.most[sign][n] >= self.needed[n])

    def doubt(self, first: list[int]) -> tuple[int, float] | None:
        """A target not yet seen far enough away, and on which side; `first` are looked at first."""
        for sign, most in self.most.items():
            is_open = most < self.needed
            if is_open.any():
                return next((n for n in first if is_open[n]), int(np.argmax(is_open))), sign
        return None

    def together(self, n: int, sign: float) -> NDArray[np.float64]:
        """Everything of the contributor of target `n` that is open on this side, each in parts of what it needs."""
        is_open = (self.most[sign] < self.needed) & (self.attacker.owners == self.attacker.owners[n])
        weights = np.divide(is_open.astype(np.float64), self.needed, out=np.zeros(len(is_open)), where=self.needed > 0)
        return np.asarray(weights @ self.attacker.aims, dtype=np.float64)


class _Program:
    """The linear program of one attacker: its unknowns, not negative, with the sums that are out."""

    def __init__(self, attacker: Attacker, released: list[int]) -> None:
        import highspy

        self.highspy: Any = highspy
        width = len(attacker.columns)
        matrix = sparse.csr_array(attacker.matrix[released])
        self.solver: Any = highspy.Highs()  # type: ignore[no-untyped-call]
        for option, value in (("output_flag", False), ("presolve", "off"), ("threads", 1), ("simplex_strategy", 4)):
            self.solver.setOptionValue(option, value)
        program = highspy.HighsLp()
        program.num_col_, program.num_row_ = width, len(released)
        program.col_cost_, program.col_lower_ = np.zeros(width), np.zeros(width)
        program.col_upper_ = np.full(width, MOST * max(1.0, float(attacker.found.amount.sum())))
        program.row_lower_, program.row_upper_ = attacker.low[released], attacker.high[released]
        program.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        program.a_matrix_.start_, program.a_matrix_.index_ = matrix.indptr, matrix.indices
        program.a_matrix_.value_ = matrix.data
        self.solver.passModel(program)
        self.indices = np.arange(width, dtype=np.int32)
        self.truth = attacker.truth

    def extreme(self, row: NDArray[np.float64], sign: float) -> NDArray[np.float64]:
        """A world in which `row` is greatest (sign 1) or least (−1). Where the solver fails: the truth, so that the
        target counts as told and nothing goes out for want of an answer."""
        self.solver.changeColsCost(len(self.indices), self.indices, -sign * row)
        self.solver.run()
        if self.solver.getModelStatus() != self.highspy.HighsModelStatus.kOptimal:
            return self.truth
        return np.asarray(self.solver.getSolution().col_value, dtype=np.float64)
