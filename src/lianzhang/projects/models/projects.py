"""One Project for life, and the parts it is to supply."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from lianzhang.accounts.models import Body, Person
from lianzhang.chains.models import Chain, Gap, TargetLine
from lianzhang.projects.models import lateness
from lianzhang.projects.models.scope import ByProjectQuerySet
from lianzhang.projects.stages import Stage, Status
from lianzhang.records.models import Versioned
from lianzhang.records.secrecy import Secrecy
from lianzhang.registry.models import Enterprise, Part, Source

# What 滞后 looks at, and beside it what lists narrow, order and add up: by stage, by chain and by district. A record
# carries long texts: twenty thousand are counted in a fifth of the time where the index alone has what is asked.
LATENESS = ["open_due_on", "quiet_since", "behind_by", "done_as_of", "plan_year_wan"]
COUNTED = [
    *LATENESS,
    *("is_key", "is_illustrative", "intended_wan", "agreed_wan", "arrived_wan", "done_year_wan"),
    *("planned_start_on", "started_on", "completed_on", "produced_on", "first_reported_at"),
]


class ProjectQuerySet(ByProjectQuerySet["Project"]):
    pass


class Project(Versioned):
    """项目: one investment from 线索 to 达产 under one code. Intended, agreed and arrived money are never added up."""

    secrecy = Secrecy(
        internal="code name name_en chain segment_key enterprise investor_name investor_key investor_code "
        "investor_place district site owner stage status status_reason status_on content gap target_line origin "
        "first_reported_by first_reported_at "
        "intended_wan agreed_wan arrived_wan plan_year_wan done_year_wan done_as_of fai_registered_on above_scale_on "
        "started_on completed_on produced_on planned_start_on planned_completion_on next_milestone next_due_on "
        "blockage blockage_kind progress progress_on source as_of is_key is_illustrative stage_note duration_note "
        "lost_to introducer introduced_note predecessor total_wan arrived_on planned_production_on "
        "open_due_on quiet_since behind_by"
    )

    class Blockage(models.TextChoices):
        LAND = "land", _("用地")
        MONEY = "money", _("资金")
        PERMIT = "permit", _("手续")
        ENERGY = "energy", _("能耗")
        EIA = "eia", _("环评")
        OTHER = "other", _("其他")

    code = models.CharField(_("编号"), max_length=24, unique=True)
    name = models.CharField(_("项目名称"), max_length=160)
    name_en = models.CharField(max_length=200, blank=True)
    # Without an index of its own: SQLite would walk it and fetch every record, where `project_ledger` has all it needs.
    chain = models.ForeignKey(
        Chain, on_delete=models.PROTECT, related_name="projects", verbose_name=_("产业链"), db_index=False
    )
    segment_key = models.CharField(_("环节"), max_length=60, blank=True)
    enterprise = models.ForeignKey(
        Enterprise, null=True, blank=True, on_delete=models.PROTECT, related_name="projects", verbose_name=_("项目企业")
    )
    investor_name = models.CharField(_("投资方"), max_length=200, blank=True)
    investor_key = models.CharField(max_length=200, blank=True, db_index=True)  # the normalised name, for 查重
    investor_code = models.CharField(_("投资方信用代码"), max_length=18, blank=True, db_index=True)
    investor_place = models.CharField(_("投资方来源地"), max_length=80, blank=True)
    district = models.ForeignKey(
        Body,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="district_projects",
        verbose_name=_("区市"),
        db_index=False,  # `project_ledger_of_district` begins with it
    )
    site = models.CharField(_("落地地址"), max_length=200, blank=True)
    owner = models.ForeignKey(
        Body, null=True, blank=True, on_delete=models.PROTECT, related_name="owned_projects", verbose_name=_("责任单位")
    )
    stage = models.PositiveSmallIntegerField(_("阶段"), choices=Stage.choices, default=Stage.LEAD)
    stage_note = models.CharField(_("阶段说明"), max_length=160, blank=True)  # a source's own word, e.g. "加快落地"
    status = models.CharField(_("状态"), max_length=12, choices=Status.choices, default=Status.NORMAL)
    status_reason = models.CharField(_("原因"), max_length=200, blank=True)
    status_on = models.DateField(_("状态日期"), null=True, blank=True)
    lost_to = models.CharField(_("流失去向"), max_length=80, blank=True)
    introducer = models.ForeignKey(
        Enterprise,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="introductions",
        verbose_name=_("引荐企业"),
    )
    introduced_note = models.CharField(_("引荐说明"), max_length=200, blank=True)
    # An extension or a second phase is a project of its own that names the first: only the increase counts as new.
    predecessor = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="successors", verbose_name=_("前期项目")
    )
    is_key = models.BooleanField(_("市级重点"), default=False)
    content = models.TextField(_("建设内容"), blank=True)
    gap = models.ForeignKey(Gap, null=True, blank=True, on_delete=models.SET_NULL, related_name="projects")
    target_line = models.ForeignKey(
        TargetLine, null=True, blank=True, on_delete=models.SET_NULL, related_name="projects"
    )
    origin = models.JSONField(_("来由"), default=dict)  # the reasons of the target line, copied so that they stay
    parts = models.ManyToManyField(
        Part, blank=True, through="projects.Supply", related_name="projects", verbose_name=_("拟供零部件")
    )
    first_reported_by = models.ForeignKey(Body, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    first_reported_at = models.DateTimeField(_("首报时间"), null=True, blank=True)
    intended_wan = models.DecimalField(_("意向投资（万元）"), max_digits=16, decimal_places=4, null=True, blank=True)
    agreed_wan = models.DecimalField(_("协议投资（万元）"), max_digits=16, decimal_places=4, null=True, blank=True)
    arrived_wan = models.DecimalField(_("到位资金（万元）"), max_digits=16, decimal_places=4, null=True, blank=True)
    arrived_on = models.DateField(_("到资日期"), null=True, blank=True)
    total_wan = models.DecimalField(_("计划总投资（万元）"), max_digits=16, decimal_places=4, null=True, blank=True)
    plan_year_wan = models.DecimalField(
        _("年度计划投资（万元）"), max_digits=16, decimal_places=4, null=True, blank=True
    )
    done_year_wan = models.DecimalField(
        _("年度累计完成投资（万元）"), max_digits=16, decimal_places=4, null=True, blank=True
    )
    done_as_of = models.DateField(_("完成投资截至"), null=True, blank=True)
    fai_registered_on = models.DateField(_("固投入库"), null=True, blank=True)
    above_scale_on = models.DateField(_("入规"), null=True, blank=True)
    planned_start_on = models.DateField(_("计划开工"), null=True, blank=True)
    started_on = models.DateField(_("实际开工"), null=True, blank=True)
    planned_completion_on = models.DateField(_("计划竣工"), null=True, blank=True)
    completed_on = models.DateField(_("实际竣工"), null=True, blank=True)
    planned_production_on = models.DateField(_("计划投产"), null=True, blank=True)
    produced_on = models.DateField(_("投产日期"), null=True, blank=True)
    duration_note = models.CharField(_("工期"), max_length=80, blank=True)
    next_milestone = models.CharField(_("下一节点"), max_length=120, blank=True)
    next_due_on = models.DateField(_("节点时限"), null=True, blank=True)
    blockage_kind = models.CharField(_("卡点类别"), max_length=8, choices=Blockage.choices, blank=True)
    blockage = models.CharField(_("存在问题"), max_length=300, blank=True)
    progress = models.TextField(_("形象进度"), blank=True)
    progress_on = models.DateField(_("进度日期"), null=True, blank=True)
    source = models.ForeignKey(Source, null=True, blank=True, on_delete=models.PROTECT)
    as_of = models.DateField(_("数据截至"), null=True, blank=True)
    is_illustrative = models.BooleanField(_("示例数据"), default=False)
    open_due_on = models.GeneratedField(
        expression=lateness.open_due_on(), output_field=models.DateField(null=True), db_persist=True
    )
    quiet_since = models.GeneratedField(
        expression=lateness.quiet_since(), output_field=models.DateField(null=True), db_persist=True
    )
    behind_by = models.GeneratedField(expression=lateness.behind_by(), output_field=lateness.AMOUNT, db_persist=True)

    objects = ProjectQuerySet.as_manager()

    class Meta:
        verbose_name = _("项目")
        ordering = ("-stage", "code")
        constraints = [
            models.CheckConstraint(
                condition=Q(completed_on__isnull=True)
                | Q(started_on__isnull=True)
                | Q(completed_on__gte=F("started_on")),
                name="project_completed_after_start",
            ),
            models.UniqueConstraint(
                fields=["target_line"], condition=Q(target_line__isnull=False), name="one_project_per_target_line"
            ),
            models.CheckConstraint(
                condition=Q(status="normal") | ~Q(status_reason=""), name="project_status_needs_a_reason"
            ),
        ]
        indexes = [
            models.Index(fields=["next_due_on"], name="project_next_due"),
            models.Index(
                fields=["stage", "status", "next_due_on", "code", "chain", "district", *COUNTED],
                name="project_board",
            ),
            models.Index(
                fields=["chain", "stage", "code", "district", "status", "next_due_on", *COUNTED],
                name="project_ledger",
            ),
            models.Index(
                fields=["district", "stage", "code", "chain", "status", "next_due_on", *COUNTED],
                name="project_ledger_of_district",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def has_money(self) -> bool:
        """到资: money has arrived; a flag beside the stage, read off the amount so that the two cannot disagree."""
        return bool(self.arrived_wan)


class SupplyQuerySet(ByProjectQuerySet["Supply"]):
    path = "project__"


class Supply(Versioned):
    """拟供零部件: a part this project is to supply; confirmed with its capacity by who checks the 投产 entry."""

    secrecy = Secrecy(internal="project part capacity_wan confirmed_wan is_confirmed confirmed_by confirmed_on before")

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="supplies")
    part = models.ForeignKey(Part, on_delete=models.PROTECT, related_name="supplies", verbose_name=_("零部件"))
    capacity_wan = models.DecimalField(
        _("拟供货能力（万元/年）"), max_digits=16, decimal_places=4, null=True, blank=True
    )
    confirmed_wan = models.DecimalField(
        _("核定供货能力（万元/年）"), max_digits=16, decimal_places=4, null=True, blank=True
    )
    is_confirmed = models.BooleanField(_("已核定"), default=False)
    confirmed_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    confirmed_on = models.DateField(_("核定日期"), null=True, blank=True)
    before = models.JSONField(default=dict)  # the capability as it stood before, so that a correction can put it back

    objects = SupplyQuerySet.as_manager()

    class Meta:
        verbose_name = _("拟供零部件")
        ordering = ("project", "part")
        constraints = [
            models.UniqueConstraint(fields=["project", "part"], name="supply_once"),
            models.CheckConstraint(
                condition=Q(is_confirmed=False) | Q(confirmed_by__isnull=False, confirmed_on__isnull=False),
                name="supply_says_who_confirmed_it",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project_id} {self.part_id}"
