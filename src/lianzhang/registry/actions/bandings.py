"""分档: the secretariat redraws the bands of one kind as a whole, so that they leave no gap and do not overlap."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from django.db import transaction
from django.utils.translation import gettext as _

from lianzhang.accounts.actions import Refused
from lianzhang.accounts.models import Person
from lianzhang.registry.models import Banding
from lianzhang.registry.models.bandings import label
from lianzhang.trail import actions as trail


@dataclass(frozen=True)
class Band:
    """One band as it is asked for: `high` None is open above, `ceiling` what it is then reckoned with."""

    low: Decimal
    high: Decimal | None = None
    ceiling: Decimal | None = None


def redraw(kind: str, *, bands: Sequence[Band], by: Person) -> list[Banding]:
    """Replace the bands of a kind. Answers keep their numbers."""
    if not Banding.objects.editable_by(by).exists():
        raise Refused(_("分档由秘书处维护。"))
    bands = sorted(bands, key=lambda band: band.low)
    _expect_in_order(kind, bands)
    with transaction.atomic():
        for old in Banding.objects.filter(kind=kind):
            trail.remove(old, verb="banding.dropped", by=by)
        made = [Banding(kind=kind, low=band.low, high=band.high, ceiling=band.ceiling) for band in bands]
        return [trail.create(band, verb="banding.drawn", by=by) for band in made]


def _expect_in_order(kind: str, bands: Sequence[Band]) -> None:
    if not bands:
        raise Refused(_("请至少填一档。"))
    for band in bands:
        _expect_band(kind, band)
    # Amounts run on: 1000–5000, 5000–20000. Firms and months are counted: 2–3, 4–9.
    step = 0 if kind == Banding.Kind.AMOUNT else 1
    for one, after in pairwise(bands):
        said = {"one": label(kind, one.low, one.high), "after": label(kind, after.low, after.high)}
        if one.high is None or after.low < one.high + step:
            raise Refused(_("“%(one)s”与“%(after)s”重叠。") % said)
        if after.low > one.high + step:
            raise Refused(_("“%(one)s”与“%(after)s”之间有空档。") % said)
    if bands[-1].high is not None:
        raise Refused(_("最高一档须无上限，否则更大的数无处可填。"))


def _expect_band(kind: str, band: Band) -> None:
    if band.low < 0 or (band.high is not None and band.high < 0):
        raise Refused(_("档的上下限不能为负数。"))
    if band.high is not None and (band.high < band.low or (kind == Banding.Kind.AMOUNT and band.high == band.low)):
        raise Refused(_("“%(low)s–%(high)s”的上限不高于下限。") % {"low": band.low, "high": band.high})
    if band.high is None and band.ceiling is None:
        raise Refused(_("无上限的档须写明测算上限。"))
    if band.ceiling is not None and (band.high is not None or band.ceiling < band.low):
        raise Refused(_("测算上限只用于无上限的档，且不低于下限。"))
    if kind != Banding.Kind.AMOUNT and any(n is not None and n != n.to_integral_value() for n in (band.low, band.high)):
        raise Refused(_("家数和月数须为整数。"))
