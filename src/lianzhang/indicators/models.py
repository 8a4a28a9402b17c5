"""A figure is a definition, a scope, a period, a value, a source and a date. One without the other six is gossip."""

from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from lianzhang.accounts.models import Person
from lianzhang.accounts.rules import Act, Role, Scope, Thing
from lianzhang.chains.models import Chain, Snapshot
from lianzhang.indicators import definitions
from lianzhang.records.models import Versioned
from lianzhang.records.scope import ScopedQuerySet
from lianzhang.records.secrecy import Secrecy
from lianzhang.registry.models import Source


class FigureQuerySet(ScopedQuerySet["Figure"]):
    def visible_to(self, person: Person) -> Self:
        return self.all() if person.reach.may(Act.READ, Thing.INDICATOR) else self.none()

    def editable_by(self, person: Person) -> Self:
        width = person.reach.scope(Act.WRITE, Thing.INDICATOR)
        if width is Scope.ALL:
            return self.all()
        if width is Scope.OWN and person.reach.role is Role.LEAD_DEPARTMENT:
            return self.filter(chain__in=Chain.objects.own_of(person))
        return self.none()


class Figure(Versioned):
    """指标值: the value of a defined indicator for a chain (or the city) in a period, from one source."""

    secrecy = Secrecy(
        internal="indicator chain year period value comparison unit scope statement source source_note as_of snapshot "
        "rows_note is_target is_illustrative"
    )

    indicator = models.CharField(_("指标"), max_length=60)  # key of definitions/indicators.toml
    chain = models.ForeignKey(Chain, null=True, blank=True, on_delete=models.CASCADE, related_name="figures")
    year = models.PositiveSmallIntegerField(_("年度"))
    period = models.CharField(_("期间"), max_length=20, blank=True)
    value = models.DecimalField(_("值"), max_digits=18, decimal_places=4)
    comparison = models.CharField(max_length=4, blank=True)
    unit = models.CharField(_("单位"), max_length=20)
    scope = models.CharField(_("口径"), max_length=300)
    statement = models.CharField(_("原文概括"), max_length=300, blank=True)
    source = models.ForeignKey(Source, on_delete=models.PROTECT)
    source_note = models.CharField(_("出处"), max_length=120, blank=True)
    as_of = models.DateField(_("数据截至"), null=True, blank=True)
    snapshot = models.ForeignKey(Snapshot, null=True, blank=True, on_delete=models.PROTECT, related_name="figures")
    rows_note = models.CharField(_("明细"), max_length=80, blank=True)  # e.g. 明细未公布
    is_target = models.BooleanField(_("目标"), default=False)
    is_illustrative = models.BooleanField(_("示例数据"), default=False)

    objects = FigureQuerySet.as_manager()

    class Meta:
        verbose_name = _("指标值")
        ordering = ("indicator", "-year")
        indexes = [models.Index(fields=["indicator", "chain", "year"], name="figure_indicator_chain")]

    def __str__(self) -> str:
        return f"{self.indicator} {self.year} {self.value}{self.unit}"

    @property
    def label(self) -> str:
        """The indicator's name in the reader's language."""
        found = definitions.of(self.indicator)
        return found.label if found is not None else self.indicator

    @property
    def shown(self) -> str:
        """The value with comparison and unit, as it is read aloud: ≥10 %, 2,234 亿元; an English count is bare."""
        number = f"{self.value:,.4f}".rstrip("0").rstrip(".")
        unit = definitions.unit_in_words(self.unit)
        return f"{self.comparison}{number} {'' if unit == definitions.COUNT else unit}".strip()
