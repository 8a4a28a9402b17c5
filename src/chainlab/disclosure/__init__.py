"""统计发布控制: which sums of confidential amounts may go out, so that nobody learns another's amount from them.

A cell is a sum over contributors (firms). It goes out only if it has enough contributors and none dominates it
(`Rule`), and if everything that is out together, this cell included, still leaves every contribution open by at least
p %, against an outsider and against each contributor that knows itself (`attack`). That one test holds back the parts
of a total that another part would give away (secondary suppression), and a figure that differs from another date's,
page's or export's by what one or two firms changed (differencing).

Sources: Hundepool, Domingo-Ferrer, Franconi, Giessing, Schulte Nordholt, Spicer, de Wolf, Statistical Disclosure
Control (Wiley 2012), ch. 4; ESSNet SDC handbook §4.2 (p %-rule, holdings); Fischetti & Salazar 2000 (the attacker).
Cells are taken in the order given, each if it can still go: not the largest possible set, but totals come first and the
result does not depend on a solver's choice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from scipy import sparse

from chainlab import engines
from chainlab.disclosure import attack, equations, exact
from chainlab.disclosure.rule import Rule, State

if TYPE_CHECKING:
    from chainlab.disclosure.equations import Equations

__all__ = ["CONTRIBUTIONS", "Rule", "State", "audit", "near", "release"]

CONTRIBUTIONS = (
    engines.Column(name="cell"),
    engines.Column(name="contributor"),
    engines.Column(name="item"),
    engines.Column(name="amount_wan", kind=engines.Kind.NUMBER, minimum=0),
)
EXACT = 1e-6  # a margin below this is the solver's tolerance
_RELEASED = pa.schema([("cell", pa.string()), ("value_wan", pa.float64()), ("state", pa.string())])
_AUDITED = pa.schema(
    [(name, pa.string()) for name in ("contributor", "attacker", "cell")]
    + [(name, pa.float64()) for name in ("amount_wan", "low_wan", "high_wan", "margin_ratio")]
)


def release(
    contributions: object,
    *,
    rule: Rule,
    released: Sequence[object] = (),
    bands: Mapping[str, tuple[float, float]] | None = None,
) -> pa.Table:
    """Which cells may go out.

    contributions: cell, contributor, item, amount_wan (not negative); a row for each item of each cell, cells in the
    order of their weight. An item is what a contributor would call one thing (a part from a supplier): the same item
    with the same amount is taken for known to be unchanged, wherever it stands. Firms of one group are one contributor.
    released: tables like it, one for each earlier publication, holding the cells that went out and only those.
    bands: cells that would go out as a band only, with its ends (the upper one may be inf).

    Returns one row a cell, in order: cell, value_wan (null unless released), state (see `State`).
    """
    asked = _table(contributions)
    tables = near(asked, [_table(one) for one in released], rule=rule)
    found = equations.build(asked, tables, bands=bands)
    alone = [rule.alone(found.by_contributor(cell)) for cell in range(found.earlier, len(found.cells))]
    states = dict(enumerate(alone, start=found.earlier))
    together = _Together(found, rule, unsafe=[cell for cell, state in states.items() if state is not State.RELEASED])
    accepted = together.accepted()
    refused = [cell for cell, state in states.items() if state is State.RELEASED and cell not in accepted]
    if refused:
        unsafe = [cell - found.earlier for cell in together.unsafe]
        own = _Together(equations.build(asked, [], bands=bands), rule, unsafe=unsafe)
        for cell in refused:
            states[cell] = together.why(cell, [one for one in accepted if one < cell], own=own)
    totals = found.totals
    rows = [
        {"cell": found.cells[cell], "state": str(state), "value_wan": float(totals[cell]) if cell in accepted else None}
        for cell, state in states.items()
    ]
    return pa.Table.from_pylist(rows, schema=_RELEASED)


def near(contributions: pa.Table, released: Sequence[pa.Table], *, rule: Rule) -> list[pa.Table]:
    """The earlier publications that bear on this one: those that share an unknown with it, or with one that does; and
    those that tell something already.

    What shares no unknown is another system of equations. How far apart two such systems leave a difference between
    them is the sum of what each leaves, so it is safe where both shares are: only where one is told already (it went
    out under another rule) must they be weighed together.
    """
    released = _once(released)
    unknowns = [equations.unknowns(one) for one in released]
    linked, known, left = set[int](), equations.unknowns(contributions), set(range(len(released)))
    while more := {n for n in left if not known.isdisjoint(unknowns[n])}:
        linked |= more
        left -= more
        known = set().union(known, *(unknowns[n] for n in more))
    for part in _apart(left, unknowns):
        if _tells([released[n] for n in part], rule=rule):
            linked |= part
    return [one for n, one in enumerate(released) if n in linked]


def _once(released: Sequence[pa.Table]) -> list[pa.Table]:
    """Without what went out word for word before: unchanged figures of another date tell nothing more."""
    seen: dict[frozenset[tuple[object, ...]], pa.Table] = {}
    for one in released:
        columns = (one[name].to_pylist() for name in ("cell", "contributor", "item", "amount_wan"))
        seen.setdefault(frozenset(zip(*columns, strict=True)), one)
    return list(seen.values())


def _apart(left: set[int], unknowns: Sequence[set[equations.Unknown]]) -> list[set[int]]:
    """Publications in sets that share no unknown with one another."""
    parts: list[tuple[set[int], set[equations.Unknown]]] = []
    for n in sorted(left):
        joined, held = {n}, set(unknowns[n])
        apart = []
        for part, has in parts:
            if held.isdisjoint(has):
                apart.append((part, has))
            else:
                joined, held = joined | part, held | has
        parts = [*apart, (joined, held)]
    return [part for part, _ in parts]


def _tells(released: Sequence[pa.Table], *, rule: Rule) -> bool:
    """Whether these publications by themselves tell anything to within the margin."""
    together = _Together(equations.build(_nothing(), released), rule, unsafe=[])
    return bool(together.known or together.known_exactly)


def audit(released: Sequence[object], *, also: object | None = None) -> pa.Table:
    """How near the best-placed attacker comes to each contributor, given everything that is out.

    released: as in `release`, everything that went out. also: cells that did not go out and are attacked all the same.
    Returns a row a contributor, the nearest first: attacker, cell (null: a change between two dates, or a part of what
    it gives that cells tell apart), amount_wan (the truth), low_wan and high_wan (the interval), margin_ratio = the
    smaller distance of a bound from the truth ÷ the truth: 0 is told exactly, p % is what `release` keeps. Amounts are
    null where what is told exactly is neither a cell nor a part of one, such as what changed between two dates.
    """
    tables = [_table(one) for one in released]
    found = equations.build(_table(also) if also is not None else _nothing(), tables)
    out = list(range(found.earlier))
    aims = attack.beside(found, attack.targets(found), out)
    nearest: dict[int, dict[str, object]] = {}
    for who in range(len(found.contributors)):
        attacker = attack.Attacker(found, Rule(), who=who)
        attacker.aim(aims)
        bounds = attacker.bounds(out)
        for number, value, (low, high) in zip(attacker.numbers, attacker.values, bounds, strict=True):
            cell, owner = int(aims.cell[number]), int(aims.owner[number])
            margin = max(0.0, min(high - value, value - low)) / abs(value)
            if margin >= float(nearest.get(owner, {}).get("margin_ratio", np.inf)):  # type: ignore[arg-type]
                continue
            nearest[owner] = {
                "contributor": found.contributors[owner],
                "attacker": found.contributors[who],
                "cell": found.cells[cell] if cell >= 0 else None,
                "amount_wan": float(value),
                "low_wan": float(low),
                "high_wan": float(high),
                "margin_ratio": float(margin),
            }
    for who, owner in exact.told(found, out):
        if float(nearest.get(owner, {}).get("margin_ratio", np.inf)) > EXACT:  # type: ignore[arg-type]
            names = {"contributor": found.contributors[owner], "attacker": found.contributors[who]}
            nearest[owner] = {**names, "margin_ratio": 0.0}
    rows = sorted(nearest.values(), key=lambda row: (row["margin_ratio"], row["contributor"]))
    return pa.Table.from_pylist(rows, schema=_AUDITED)


class _Together:
    """Cells that may go out together."""

    def __init__(self, found: Equations, rule: Rule, *, unsafe: list[int]) -> None:
        self.found, self.unsafe = found, unsafe
        self.fit = [cell for cell in range(found.earlier, len(found.cells)) if cell not in unsafe]
        self.aims = attack.targets(found, unsafe=unsafe)
        everybody = [*range(len(found.contributors)), attack.OUTSIDER]
        self.attackers = [attack.Attacker(found, rule, who=who) for who in everybody]
        self.before = list(range(found.earlier))
        # What earlier publications tell already (they may have gone out under another rule) is past protecting.
        self.known_exactly = exact.told(found, self.before)
        self.known = self._known()

    def accepted(self) -> list[int]:
        """Those of the fit cells that can go out, each beside all accepted before it.

        More cells out never tell less. So if a run of cells can go out whole, each could; if not, its halves are tried:
        the same answer as one by one, with a program for each refusal instead of one for each cell.
        """
        accepted: list[int] = []
        fit = [cell for cell in self.fit if not self._is_told_by_difference(cell)]
        waiting = [fit] if fit else []
        while waiting:
            run = waiting.pop()
            if self._is_safe([*self.before, *accepted, *run]):
                accepted += run
            elif len(run) > 1:
                half = len(run) // 2
                waiting += [run[half:], run[:half]]
        return accepted

    def _is_told_by_difference(self, cell: int) -> bool:
        """Whether less the cell of the same name that went out before only two contributors are left, each of whom
        learns of the other: no program is needed to see it."""
        if self.known_exactly or cell in self.found.bands:  # what is told may be known already; a band tells less
            return False
        matrix, owner = self.found.matrix, self.found.owner
        for then in self.before:
            if self.found.cells[then] != self.found.cells[cell]:
                continue
            moved = sparse.csr_array(matrix[[cell]] - matrix[[then]])
            moved.eliminate_zeros()
            if 0 < len(np.unique(owner[moved.indices])) <= 2:
                return True
        return False

    def why(self, cell: int, accepted: list[int], *, own: _Together) -> State:
        """Whether the cell's own publication (`own`, its cells without what went out earlier) holds it back."""
        first = self.found.earlier
        if self.before and (own.is_safe_now or own._is_safe([one - first for one in (*accepted, cell)])):
            return State.DIFFERENCING
        return State.SECONDARY

    @cached_property
    def is_safe_now(self) -> bool:
        """Whether all that is fit by itself could go out, had nothing gone out earlier."""
        return self._is_safe(self.fit)

    def _is_safe(self, released: list[int]) -> bool:
        """Whether these cells leave everything open; who told something last is asked first."""
        exactly = exact.told(self.found, [cell for cell in released if cell not in self.found.bands])
        if any(count > self.known_exactly.get(pair, 0) for pair, count in exactly.items()):
            return False
        aims = attack.beside(self.found, self.aims, released)
        for n, attacker in enumerate(self.attackers):
            if attacker.first_told(aims, released, known=self.known) is not None:
                self.attackers.insert(0, self.attackers.pop(n))
                return False
        return True

    def _known(self) -> set[bytes]:
        known: set[bytes] = set()
        if self.before:
            aims = attack.beside(self.found, self.aims, self.before)
            for attacker in self.attackers:
                while (told := attacker.first_told(aims, self.before, known=known)) is not None:
                    known.add(told)
        return known


def _table(given: object) -> pa.Table:
    return engines.arrow(given, name="contributions", columns=CONTRIBUTIONS)


def _nothing() -> pa.Table:
    return pa.table(
        {
            name: pa.array([], pa.float64() if name == "amount_wan" else pa.string())
            for name in ("cell", "contributor", "item", "amount_wan")
        }
    )
