"""The catalogue of parts, and who can make them."""

from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from lianzhang.accounts.models import Person
from lianzhang.accounts.rules import Act, Thing
from lianzhang.records.models import Versioned
from lianzhang.records.scope import ScopedQuerySet
from lianzhang.records.secrecy import Secrecy
from lianzhang.registry.models.enterprises import Enterprise, Source


class OpenToOfficesQuerySet(ScopedQuerySet["Part"]):
    def visible_to(self, person: Person) -> Self:
        """The catalogue of parts: whoever may see gaps, purchases or map may see which parts there are."""
        reads = any(person.reach.may(Act.READ, thing) for thing in (Thing.GAP, Thing.PURCHASE))
        return self.all() if reads else self.none()

    def editable_by(self, person: Person) -> Self:
        return self.all() if person.reach.may(Act.WRITE, Thing.GAP) else self.none()


class Part(Versioned):
    """零部件: a part, assembly or material of the teardown, in a category that can be recruited for."""

    secrecy = Secrecy(internal="code name category alternative_group unit note is_illustrative")

    code = models.CharField(_("编码"), max_length=60, unique=True)
    name = models.CharField(_("名称"), max_length=120)
    category = models.CharField(_("类别"), max_length=80, blank=True)
    # Parts of one group can stand in for each other: who makes one is an offer for all of them.
    alternative_group = models.CharField(_("可替代组"), max_length=60, blank=True)
    unit = models.CharField(_("单位"), max_length=16, blank=True)
    note = models.CharField(_("备注"), max_length=200, blank=True)
    is_illustrative = models.BooleanField(_("示例数据"), default=False)

    objects = OpenToOfficesQuerySet.as_manager()

    class Meta:
        verbose_name = _("零部件")
        ordering = ("category", "code")

    def __str__(self) -> str:
        return self.name


class CapabilityQuerySet(ScopedQuerySet["Capability"]):
    def visible_to(self, person: Person) -> Self:
        """What firms can make is there to be found: the offices see all, a firm its own."""
        return self.filter(enterprise__in=Enterprise.objects.visible_to(person))

    def editable_by(self, person: Person) -> Self:
        return self.filter(enterprise__in=Enterprise.objects.editable_by(person))


class Capability(Versioned):
    """供给能力: an enterprise can make a part; capacity in 万元 a year, empty = not limited or not told."""

    secrecy = Secrecy(
        internal="enterprise part is_qualified capacity_wan production_region confirmed_on evidence_note source "
        "project_code is_illustrative batch_code"
    )

    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="capabilities")
    part = models.ForeignKey(Part, on_delete=models.PROTECT, related_name="capabilities")
    is_qualified = models.BooleanField(_("已通过认证"), null=True, blank=True)
    capacity_wan = models.DecimalField(_("年供货能力（万元）"), max_digits=16, decimal_places=4, null=True, blank=True)
    production_region = models.CharField(_("生产地区划"), max_length=6, blank=True)
    confirmed_on = models.DateField(_("确认日期"), null=True, blank=True)
    evidence_note = models.CharField(_("依据"), max_length=200, blank=True)
    project_code = models.CharField(_("来自项目"), max_length=24, blank=True)
    source = models.ForeignKey(Source, null=True, blank=True, on_delete=models.PROTECT)
    batch_code = models.CharField(max_length=24, blank=True)
    is_illustrative = models.BooleanField(_("示例数据"), default=False)

    objects = CapabilityQuerySet.as_manager()

    class Meta:
        verbose_name = _("供给能力")
        constraints = [models.UniqueConstraint(fields=["enterprise", "part"], name="capability_once")]

    def __str__(self) -> str:
        return f"{self.enterprise_id} {self.part_id}"
