"""What a chain can draw on, in one table: a fund and a training base differ in words, not in how they are kept."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from lianzhang.accounts.models import Body, Person
from lianzhang.accounts.rules import Act, Role, Scope, Thing
from lianzhang.chains.models import Chain
from lianzhang.records.models import Versioned
from lianzhang.records.scope import ScopedQuerySet
from lianzhang.records.secrecy import Secrecy
from lianzhang.registry.models import Enterprise, Source


class ResourceQuerySet(ScopedQuerySet["Resource"]):
    def visible_to(self, person: Person) -> "ResourceQuerySet":
        return self.all() if person.reach.may(Act.READ, Thing.RESOURCE) else self.none()

    def editable_by(self, person: Person) -> "ResourceQuerySet":
        width = person.reach.scope(Act.WRITE, Thing.RESOURCE)
        if width is Scope.ALL:
            return self.all()
        if width is Scope.NONE:
            return self.none()
        if person.reach.role is Role.TASK_FORCE:
            return self.filter(chains__in=Chain.objects.own_of(person)).distinct()
        return self.filter(kept_by_id=person.reach.body_id)


class Resource(Versioned):
    """资源: a fund, park, platform, alliance, talent base, scenario or innovation record that serves chains."""

    class Kind(models.TextChoices):
        FUND = "fund", _("基金")
        PARK = "park", _("园区载体")
        PLATFORM = "platform", _("公共平台")
        ALLIANCE = "alliance", _("产业联盟")
        TALENT = "talent", _("人才基地")
        SCENARIO = "scenario", _("应用场景")
        INNOVATION = "innovation", _("创新成果")

    secrecy = Secrecy(
        internal="code kind name name_en amount amount_unit amount_scope keeper_enterprise kept_by state_note "
        "started_on source source_note as_of note is_illustrative"
    )

    code = models.CharField(_("编号"), max_length=24, unique=True)
    kind = models.CharField(_("种类"), max_length=12, choices=Kind.choices)
    name = models.CharField(_("名称"), max_length=160)
    name_en = models.CharField(max_length=200, blank=True)
    chains = models.ManyToManyField(Chain, blank=True, related_name="resources", verbose_name=_("产业链"))
    amount = models.DecimalField(_("数量"), max_digits=16, decimal_places=2, null=True, blank=True)
    amount_unit = models.CharField(_("单位"), max_length=16, blank=True)
    amount_scope = models.CharField(_("口径"), max_length=200, blank=True)
    keeper_enterprise = models.ForeignKey(Enterprise, null=True, blank=True, on_delete=models.PROTECT)
    kept_by = models.ForeignKey(Body, null=True, blank=True, on_delete=models.PROTECT, related_name="resources")
    state_note = models.CharField(_("现状"), max_length=160, blank=True)
    started_on = models.DateField(_("起始"), null=True, blank=True)
    source = models.ForeignKey(Source, null=True, blank=True, on_delete=models.PROTECT)
    source_note = models.CharField(_("出处"), max_length=120, blank=True)
    as_of = models.DateField(_("数据截至"), null=True, blank=True)
    note = models.TextField(_("备注"), blank=True)
    is_illustrative = models.BooleanField(_("示例数据"), default=False)

    objects = ResourceQuerySet.as_manager()

    class Meta:
        verbose_name = _("资源")
        ordering = ("kind", "code")

    def __str__(self) -> str:
        return self.name
