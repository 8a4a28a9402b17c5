"""Which drawn band an answer means: the bands are the secretariat's, the numbers kept are the answer's own."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from lianzhang.registry.models import Banding
from lianzhang.registry.models.bandings import label

Kind = Banding.Kind


@dataclass(frozen=True)
class Limits:
    """A band by its numbers; `high` None is open above."""

    low: Decimal
    high: Decimal | None

    def words(self, kind: str) -> str:
        return label(kind, self.low, self.high)


class Straddles(Exception):
    """An answer that reaches into several bands: `bands` are those, lowest first; none where it lies outside all."""

    def __init__(self, bands: Sequence[Limits]) -> None:
        super().__init__(len(bands))
        self.bands = list(bands)


def drawn() -> dict[str, list[Limits]]:
    """The bands in force, by kind, lowest first."""
    found: dict[str, list[Limits]] = {kind: [] for kind in Kind.values}
    for kind, low, high in Banding.objects.order_by("kind", "low").values_list("kind", "low", "high"):
        found[kind].append(Limits(_plain(low), None if high is None else _plain(high)))
    return found


def fit(low: Decimal, high: Decimal | None, *, kind: str, bands: Sequence[Limits]) -> Limits:
    """The band that holds `low`–`high`; raises Straddles.

    A figure of its own falls into a band as well: where bands are asked for, the figure is not kept.
    """
    exact = next((band for band in bands if (band.low, band.high) == (low, high)), None)
    if exact is not None:
        return exact
    touched = [band for band in bands if _meets(low, high, band, kind=kind)]
    if len(touched) != 1 or not _holds(touched[0], low, high):
        raise Straddles(touched)
    return touched[0]


def _meets(low: Decimal, high: Decimal | None, band: Limits, *, kind: str) -> bool:
    """Whether the two share more than an edge. 5000万 is the beginning of a band, not the end of the one below."""
    if low == high:
        under = band.high is None or (low < band.high if kind == Kind.AMOUNT else low <= band.high)
        return band.low <= low and under
    is_below = high is not None and (high <= band.low if kind == Kind.AMOUNT else high < band.low)
    is_above = band.high is not None and (low >= band.high if kind == Kind.AMOUNT else low > band.high)
    return not is_below and not is_above


def _holds(band: Limits, low: Decimal, high: Decimal | None) -> bool:
    return band.low <= low and (band.high is None or (high is not None and high <= band.high))


def _plain(number: Decimal) -> Decimal:
    return number.quantize(Decimal(1)) if number == number.to_integral_value() else number.normalize()
