"""What a lead needs of a site."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from lianzhang.projects.models.projects import Project
from lianzhang.projects.models.scope import ByProjectQuerySet
from lianzhang.records.models import Versioned
from lianzhang.records.secrecy import Secrecy
from lianzhang.resources.models import Site


class SiteNeedQuerySet(ByProjectQuerySet["SiteNeed"]):
    path = "project__"


class SiteNeed(Versioned):
    """载体需求: what a project needs of a site, and the one it chose. A blank asks nothing; it is not zero."""

    secrecy = Secrecy(
        internal="project kind area_m2 area_most_m2 land_mu floor_load_kg clear_height_m rent_most_yuan power_kva "
        "energy_tce land_use needed_by note site chosen_on chosen_fit chosen_note"
    )

    project = models.OneToOneField(Project, on_delete=models.CASCADE, related_name="site_need")
    kind = models.CharField(_("载体种类"), max_length=8, choices=Site.Kind.choices, blank=True)
    area_m2 = models.DecimalField(_("面积不小于（㎡）"), max_digits=12, decimal_places=2, null=True, blank=True)
    area_most_m2 = models.DecimalField(_("面积不大于（㎡）"), max_digits=12, decimal_places=2, null=True, blank=True)
    land_mu = models.DecimalField(_("用地不小于（亩）"), max_digits=10, decimal_places=2, null=True, blank=True)
    floor_load_kg = models.PositiveIntegerField(_("承重不小于（kg/㎡）"), null=True, blank=True)
    clear_height_m = models.DecimalField(_("层高不小于（米）"), max_digits=5, decimal_places=2, null=True, blank=True)
    rent_most_yuan = models.DecimalField(
        _("租金不高于（元/㎡·月）"), max_digits=8, decimal_places=2, null=True, blank=True
    )
    power_kva = models.PositiveIntegerField(_("用电容量（kVA）"), null=True, blank=True)
    energy_tce = models.DecimalField(
        _("年综合能耗（吨标准煤）"), max_digits=12, decimal_places=2, null=True, blank=True
    )
    land_use = models.CharField(_("用地性质"), max_length=12, choices=Site.LandUse.choices, blank=True)
    needed_by = models.DateField(_("需用时间"), null=True, blank=True)
    note = models.CharField(_("其他要求"), max_length=300, blank=True)
    # What was chosen, and how it fitted on that day: the site's own figures go on changing.
    site = models.ForeignKey(
        Site, on_delete=models.PROTECT, null=True, blank=True, related_name="needs", verbose_name=_("选定载体")
    )
    chosen_on = models.DateField(_("选定日期"), null=True, blank=True)
    chosen_fit = models.TextField(_("选定时符合情况"), blank=True)
    chosen_note = models.CharField(_("选定理由"), max_length=300, blank=True)

    objects = SiteNeedQuerySet.as_manager()

    class Meta:
        verbose_name = _("载体需求")
        constraints = [
            models.CheckConstraint(
                condition=Q(area_m2__isnull=True) | Q(area_most_m2__isnull=True) | Q(area_most_m2__gte=F("area_m2")),
                name="site_need_area_is_a_range",
            ),
            models.CheckConstraint(
                condition=Q(site__isnull=True, chosen_on__isnull=True) | Q(site__isnull=False, chosen_on__isnull=False),
                name="site_need_choice_is_dated",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project_id}"
