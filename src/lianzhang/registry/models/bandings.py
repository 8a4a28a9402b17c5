"""分档: the bands in which firms are asked for amounts, suppliers and months, as the secretariat draws them."""

from decimal import Decimal
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from lianzhang.accounts.models import Person
from lianzhang.accounts.rules import Act, Role, Thing
from lianzhang.records.models import Versioned
from lianzhang.records.scope import ScopedQuerySet
from lianzhang.records.secrecy import Secrecy


class BandingQuerySet(ScopedQuerySet["Banding"]):
    def visible_to(self, person: Person) -> Self:
        """Whoever is asked in bands, or reads what comes of it."""
        reads = any(person.reach.may(Act.READ, thing) for thing in (Thing.GAP, Thing.PURCHASE, Thing.TARGET))
        return self.all() if reads else self.none()

    def editable_by(self, person: Person) -> Self:
        return self.all() if person.reach.role is Role.SECRETARIAT else self.none()


class Banding(Versioned):
    """分档: one band of a kind, from `low` to below `high`; open above where `high` is empty.

    `ceiling` is the figure an open band is reckoned with, an assumption that is shown with the result. Answers keep
    their own numbers: redrawing the bands changes none of them.
    """

    class Kind(models.TextChoices):
        AMOUNT = "amount", _("年采购额")
        SUPPLIERS = "suppliers", _("供应商家数")
        MONTHS = "months", _("认证周期")

    secrecy = Secrecy(internal="kind low high ceiling")

    kind = models.CharField(_("种类"), max_length=10, choices=Kind.choices)
    low = models.DecimalField(_("下限"), max_digits=16, decimal_places=4)
    high = models.DecimalField(_("上限"), max_digits=16, decimal_places=4, null=True, blank=True)
    ceiling = models.DecimalField(_("无上限档的测算上限"), max_digits=16, decimal_places=4, null=True, blank=True)

    objects = BandingQuerySet.as_manager()

    class Meta:
        verbose_name = _("分档")
        ordering = ("kind", "low")
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "low"], name="band_once", violation_error_message=_("同一种类已有此下限的档。")
            ),
            models.CheckConstraint(
                condition=Q(high__isnull=True) | Q(high__gte=F("low")),
                name="band_in_order",
                violation_error_message=_("档的上限低于下限。"),
            ),
            models.CheckConstraint(
                condition=Q(ceiling__isnull=True) | Q(high__isnull=True, ceiling__gte=F("low")),
                name="ceiling_of_an_open_band",
                violation_error_message=_("测算上限只用于无上限的档，且不低于下限。"),
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """The band in words, made from its numbers."""
        return label(self.kind, self.low, self.high)


def label(kind: str, low: Decimal, high: Decimal | None) -> str:
    """A band of a kind in words: `1000万–5000万元`, `2–3 家`, `24 个月以上`."""
    if kind == Banding.Kind.AMOUNT:
        return _amount(low, high)
    unit = gettext("家") if kind == Banding.Kind.SUPPLIERS else gettext("个月")
    first = f"{low.normalize():f}"
    if high is None:
        return gettext("%(low)s %(unit)s以上") % {"low": first, "unit": unit}
    last = f"{high.normalize():f}"
    span = first if first == last else f"{first}–{last}"
    return gettext("%(span)s %(unit)s") % {"span": span, "unit": unit}


def _amount(low: Decimal, high: Decimal | None) -> str:
    if high is None:
        return gettext("%(low)s元以上") % {"low": _money(low)}
    if low == 0:
        return gettext("%(high)s元以下") % {"high": _money(high)}
    return gettext("%(low)s–%(high)s元") % {"low": _money(low), "high": _money(high)}


def _money(wan: Decimal) -> str:
    """万元 as the office says it: 1000万, 5亿; no English reader counts in ten thousands: 10m, 1bn."""
    if (get_language() or "").startswith("en"):
        return f"{(wan / 100000).normalize():f}bn" if wan >= 100000 else f"{(wan / 100).normalize():f}m"
    if wan >= 10000:
        return gettext("%(n)s亿") % {"n": f"{(wan / 10000).normalize():f}"}
    return gettext("%(n)s万") % {"n": f"{wan.normalize():f}"}
