"""The rule that one cell must keep by itself: enough contributors, and none that another could tell from the total."""

from __future__ import annotations

import enum
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


class State(enum.StrEnum):
    """What becomes of a cell, and why it is withheld."""

    RELEASED = "released"
    THRESHOLD = "threshold"
    DOMINANCE = "dominance"
    SECONDARY = "secondary"
    DIFFERENCING = "differencing"


@dataclass(frozen=True, kw_only=True)
class Rule:
    """发布规则: a cell needs `min_contributors`, and no contribution may be told to within `p_percent` of itself.

    p %-rule: with contributions x1 ≥ x2 ≥ …, a cell of total X is unsafe if X − x1 − x2 < p % · x1. The second largest
    contributor, who knows itself, would otherwise estimate the largest as X − x2, too high by less than p %.
    (Hundepool et al., Statistical Disclosure Control, Wiley 2012, and the ESSNet handbook of the same name, §4.2.)
    """

    min_contributors: int = 3
    p_percent: float = 15.0

    def __post_init__(self) -> None:
        if self.min_contributors < 1 or not 0 < self.p_percent <= 100:
            raise ValueError("min_contributors must be at least 1 and p_percent more than 0 and at most 100.")

    def alone(self, amounts: NDArray[np.float64]) -> State:
        """The state of a cell looked at by itself; `amounts` are its contributors' sums, one each, none negative."""
        given = np.sort(amounts[amounts > 0])[::-1]
        if len(given) < self.min_contributors:
            return State.THRESHOLD
        rest = float(given[2:].sum())
        return State.DOMINANCE if rest < self.margin(float(given[0])) else State.RELEASED

    def margin(self, amount: float) -> float:
        """How far an attacker's bound must stay from `amount`; a hair less, for sums that differ in the last digit."""
        return self.p_percent / 100 * abs(amount) * (1 - 1e-6)

    def margins(self, amounts: NDArray[np.float64]) -> NDArray[np.float64]:
        """`margin` of each."""
        return np.asarray(self.p_percent / 100 * np.abs(amounts) * (1 - 1e-6), dtype=np.float64)

    def stored(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)
