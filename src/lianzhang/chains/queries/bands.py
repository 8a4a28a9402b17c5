"""分档写法: amounts and months of a paper that leaves, never as they are but as the band they fall in."""

from decimal import Decimal

from django.utils.translation import gettext as _

from lianzhang.registry.models import Banding
from lianzhang.registry.models.bandings import label

# 万元: where the bands that firms are asked in end, totals of a chain go on.
HIGHER = (100_000, 200_000, 500_000, 1_000_000, 2_000_000, 5_000_000)
USUAL = (1_000, 5_000, 20_000, 50_000)
MONTHS = (6, 12, 24)
Kind = Banding.Kind


class Bands:
    """The bands as the secretariat draws them today, and above the highest our own."""

    def __init__(self) -> None:
        drawn = Banding.objects.filter(kind=Kind.AMOUNT, low__gt=0).order_by("low").values_list("low", flat=True)
        edges = [Decimal(edge) for edge in drawn] or [Decimal(edge) for edge in USUAL]
        self._amounts = [*edges, *(Decimal(edge) for edge in HIGHER if edge > edges[-1])]

    def amount(self, wan: float) -> str:
        """The band of an amount in 万元: 5000万–2亿元."""
        return _band(Kind.AMOUNT, Decimal(str(wan)), self._amounts)

    def ends(self, wan: float) -> tuple[float, float]:
        """The ends of the band an amount falls in; inf where it is open above."""
        value = Decimal(str(wan))
        low = max((edge for edge in self._amounts if edge <= value), default=Decimal(0))
        return float(low), float(next((edge for edge in self._amounts if edge > value), "inf"))

    def months(self, count: float) -> str:
        """The band of a time in months."""
        return _band(Kind.MONTHS, Decimal(str(count)), [Decimal(edge) for edge in MONTHS])


def share(part: float, whole: float) -> str:
    """A share in tenths, as it is said aloud: about 80 %."""
    tenths = round(10 * part / whole)
    if tenths >= 10:
        return _("几乎全部")
    return _("约%(percent)s%%") % {"percent": tenths * 10} if tenths else _("不足一成")


def _band(kind: str, value: Decimal, edges: list[Decimal]) -> str:
    low = max((edge for edge in edges if edge <= value), default=Decimal(0))
    return label(kind, low, next((edge for edge in edges if edge > value), None))
