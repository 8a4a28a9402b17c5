"""What a chain can draw on, in one table: a fund and a training base differ in words, not in how they are kept.

A site is the exception: whether it fits is asked of its own fields.
"""

from typing import Self

from django.db import models
from django.db.models import F, Q
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


class SiteQuerySet(ScopedQuerySet["Site"]):
    def visible_to(self, person: Person) -> Self:
        return self.all() if person.reach.may(Act.READ, Thing.RESOURCE) else self.none()

    def editable_by(self, person: Person) -> Self:
        """A district keeps its own sites, a park's keeper those of its park; the secretariat all."""
        width = person.reach.scope(Act.WRITE, Thing.RESOURCE)
        if width is Scope.ALL:
            return self.all()
        if width is Scope.NONE or person.reach.body_id is None:
            return self.none()
        if person.reach.role is Role.TASK_FORCE:
            return self.filter(park__chains__in=Chain.objects.own_of(person)).distinct()
        return self.filter(Q(district_id=person.reach.body_id) | Q(park__kept_by_id=person.reach.body_id))


class Site(Versioned):
    """载体: a plot, plant or building a project can go to, with the conditions it offers. A blank is not known."""

    class Kind(models.TextChoices):
        LAND = "land", _("地块")
        PLANT = "plant", _("厂房")
        BUILDING = "building", _("楼宇")

    class LandUse(models.TextChoices):
        INDUSTRY_1 = "m1", _("一类工业")
        INDUSTRY_2 = "m2", _("二类工业")
        INDUSTRY_3 = "m3", _("三类工业")
        STORAGE = "w", _("物流仓储")
        RESEARCH = "m0", _("新型产业")
        BUSINESS = "b", _("商业服务")

    class Progress(models.TextChoices):
        PLANNED = "planned", _("规划")
        BUILDING = "building", _("在建")
        READY = "ready", _("可用")
        FULL = "full", _("已满")

    secrecy = Secrecy(
        internal="code name name_en kind park district address area_m2 vacant_m2 land_mu floor_count floor_load_kg "
        "clear_height_m rent_yuan power_kva energy_tce land_use available_on progress progress_note conditions "
        "has_title source as_of is_illustrative"
    )

    code = models.CharField(_("编号"), max_length=24, unique=True)
    name = models.CharField(_("名称"), max_length=160)
    name_en = models.CharField(max_length=200, blank=True)
    kind = models.CharField(_("种类"), max_length=8, choices=Kind.choices)
    park = models.ForeignKey(
        Resource, null=True, blank=True, on_delete=models.PROTECT, related_name="sites", verbose_name=_("所属园区")
    )
    district = models.ForeignKey(
        Body, null=True, blank=True, on_delete=models.PROTECT, related_name="sites", verbose_name=_("区市")
    )
    address = models.CharField(_("地址"), max_length=200, blank=True)
    area_m2 = models.DecimalField(_("建筑面积（㎡）"), max_digits=12, decimal_places=2, null=True, blank=True)
    vacant_m2 = models.DecimalField(_("空置面积（㎡）"), max_digits=12, decimal_places=2, null=True, blank=True)
    land_mu = models.DecimalField(_("可供用地（亩）"), max_digits=10, decimal_places=2, null=True, blank=True)
    floor_count = models.PositiveSmallIntegerField(_("层数"), null=True, blank=True)
    floor_load_kg = models.PositiveIntegerField(_("承重（kg/㎡）"), null=True, blank=True)
    clear_height_m = models.DecimalField(_("层高（米）"), max_digits=5, decimal_places=2, null=True, blank=True)
    rent_yuan = models.DecimalField(_("租金（元/㎡·月）"), max_digits=8, decimal_places=2, null=True, blank=True)
    power_kva = models.PositiveIntegerField(_("可供用电（kVA）"), null=True, blank=True)
    energy_tce = models.DecimalField(
        _("可供能耗（吨标准煤/年）"), max_digits=12, decimal_places=2, null=True, blank=True
    )
    land_use = models.CharField(_("用地性质"), max_length=12, choices=LandUse.choices, blank=True)
    available_on = models.DateField(_("可用时间"), null=True, blank=True)
    progress = models.CharField(_("建设状态"), max_length=8, choices=Progress.choices, default=Progress.READY)
    progress_note = models.CharField(_("建设进度"), max_length=200, blank=True)
    conditions = models.TextField(_("配套条件"), blank=True)
    has_title = models.BooleanField(_("有产证"), null=True, blank=True)
    source = models.ForeignKey(Source, null=True, blank=True, on_delete=models.PROTECT)
    as_of = models.DateField(_("数据截至"), null=True, blank=True)
    is_illustrative = models.BooleanField(_("示例数据"), default=False)

    objects = SiteQuerySet.as_manager()

    class Meta:
        verbose_name = _("载体")
        ordering = ("district", "code")
        constraints = [
            models.CheckConstraint(
                condition=Q(vacant_m2__isnull=True) | Q(area_m2__isnull=True) | Q(vacant_m2__lte=F("area_m2")),
                name="site_is_not_emptier_than_it_is_large",
            ),
        ]
        indexes = [models.Index(fields=["kind", "progress"], name="site_kind_progress")]

    def __str__(self) -> str:
        return self.name
