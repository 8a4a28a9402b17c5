"""走访: who goes to see a firm."""

from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from lianzhang.accounts.models import Appointment, Person
from lianzhang.accounts.rules import Act, Thing
from lianzhang.chains.models import Chain
from lianzhang.records.models import Versioned
from lianzhang.records.scope import ScopedQuerySet
from lianzhang.records.secrecy import Secrecy
from lianzhang.registry.models import Enterprise


class VisitQuerySet(ScopedQuerySet["Visit"]):
    def visible_to(self, person: Person) -> Self:
        return self.filter(chain__in=Chain.objects.within(person, act=Act.READ, thing=Thing.PLAN))

    def editable_by(self, person: Person) -> Self:
        return self.filter(chain__in=Chain.objects.within(person, act=Act.WRITE, thing=Thing.PLAN))


class Visit(Versioned):
    """走访: a leader is to visit, or visited, a firm; what was promised becomes a task."""

    secrecy = Secrecy(internal="chain enterprise visitor planned_on visited_on purpose findings is_illustrative")

    chain = models.ForeignKey(Chain, on_delete=models.PROTECT, related_name="visits")
    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="visits")
    visitor = models.ForeignKey(Appointment, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    planned_on = models.DateField(_("计划日期"))
    visited_on = models.DateField(_("走访日期"), null=True, blank=True)
    purpose = models.CharField(_("事由"), max_length=200, blank=True)
    findings = models.TextField(_("情况"), blank=True)
    is_illustrative = models.BooleanField(_("示例数据"), default=False)

    objects = VisitQuerySet.as_manager()

    class Meta:
        verbose_name = _("走访")
        ordering = ("planned_on",)

    def __str__(self) -> str:
        return f"{self.planned_on} {self.enterprise_id}"
