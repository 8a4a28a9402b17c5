"""The year's plan as the baseline, the month's report as it was handed in, and what was corrected after the close."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from lianzhang.accounts.models import Body, Person
from lianzhang.collecting.models import Submission
from lianzhang.projects.models.projects import Project
from lianzhang.projects.models.scope import ByProjectQuerySet
from lianzhang.records.models import Versioned
from lianzhang.records.secrecy import Secrecy


class YearPlanQuerySet(ByProjectQuerySet["YearPlan"]):
    path = "project__"


class YearPlan(Versioned):
    """年度计划: what a project was to invest and reach in a year, as set; the baseline its actual is held against."""

    secrecy = Secrecy(internal="project year investment_wan start_on completion_on production_on note set_by set_at")

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="year_plans")
    year = models.PositiveSmallIntegerField(_("年度"))
    investment_wan = models.DecimalField(
        _("年度计划投资（万元）"), max_digits=16, decimal_places=4, null=True, blank=True
    )
    start_on = models.DateField(_("计划开工"), null=True, blank=True)
    completion_on = models.DateField(_("计划竣工"), null=True, blank=True)
    production_on = models.DateField(_("计划投产"), null=True, blank=True)
    note = models.CharField(_("年度建设内容"), max_length=300, blank=True)
    set_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField()

    objects = YearPlanQuerySet.as_manager()

    class Meta:
        verbose_name = _("年度计划")
        ordering = ("project", "year")
        constraints = [
            models.UniqueConstraint(fields=["project", "year"], name="year_plan_once"),
            models.CheckConstraint(
                condition=Q(start_on__isnull=True)
                | Q(completion_on__isnull=True)
                | Q(completion_on__gte=F("start_on")),
                name="plan_completes_after_it_starts",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project_id} {self.year}"


class MonthReportQuerySet(ByProjectQuerySet["MonthReport"]):
    path = "project__"


class MonthReport(Versioned):
    """月度进度: one project in one month as its district handed it in. A closed month changes no more."""

    class State(models.TextChoices):
        DRAFT = "draft", _("填报中")
        SUBMITTED = "submitted", _("已报")
        RETURNED = "returned", _("退回")
        CHECKED = "checked", _("已核")

    secrecy = Secrecy(
        internal="project month submission body state done_month_wan done_year_wan arrived_wan progress next_milestone "
        "next_due_on blockage_kind blockage doubts explanation proof_ids reported_by reported_at checked_by checked_at "
        "check_note"
    )

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="months")
    month = models.DateField(_("月份"))  # its first day
    submission = models.ForeignKey(
        Submission, null=True, blank=True, on_delete=models.PROTECT, related_name="month_reports"
    )
    body = models.ForeignKey(Body, null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("报送单位"))
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.DRAFT)
    done_month_wan = models.DecimalField(
        _("当月完成投资（万元）"), max_digits=16, decimal_places=4, null=True, blank=True
    )
    done_year_wan = models.DecimalField(
        _("年度累计完成投资（万元）"), max_digits=16, decimal_places=4, null=True, blank=True
    )
    arrived_wan = models.DecimalField(_("累计到位资金（万元）"), max_digits=16, decimal_places=4, null=True, blank=True)
    progress = models.TextField(_("形象进度"), blank=True)
    next_milestone = models.CharField(_("下一节点"), max_length=120, blank=True)
    next_due_on = models.DateField(_("节点时限"), null=True, blank=True)
    blockage_kind = models.CharField(_("卡点类别"), max_length=8, choices=Project.Blockage.choices, blank=True)
    blockage = models.CharField(_("存在问题"), max_length=300, blank=True)
    doubts = models.JSONField(default=list)  # why a figure is doubtful, as the rule found it when it was handed in
    explanation = models.CharField(_("说明"), max_length=300, blank=True)
    proof_ids = models.JSONField(default=list)
    reported_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    reported_at = models.DateTimeField(null=True, blank=True)
    checked_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    checked_at = models.DateTimeField(null=True, blank=True)
    check_note = models.CharField(_("核验意见"), max_length=200, blank=True)

    objects = MonthReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("月度进度")
        ordering = ("project", "month")
        constraints = [
            models.UniqueConstraint(fields=["project", "month"], name="month_report_once"),
            models.CheckConstraint(condition=Q(month__day=1), name="month_is_its_first_day"),
            models.CheckConstraint(
                condition=Q(checked_by__isnull=True) | Q(reported_by__isnull=True) | ~Q(checked_by=F("reported_by")),
                name="month_checked_by_another",
            ),
        ]
        indexes = [models.Index(fields=["month", "state"], name="month_report_state")]

    def __str__(self) -> str:
        return f"{self.project_id} {self.month:%Y-%m}"


class MonthCorrectionQuerySet(ByProjectQuerySet["MonthCorrection"]):
    path = "report__project__"


class MonthCorrection(Versioned):
    """更正: a figure of a closed month put right, dated and with its reason; what was reported stays as it was."""

    secrecy = Secrecy(internal="report field before after reason corrected_on by at")

    report = models.ForeignKey(MonthReport, on_delete=models.CASCADE, related_name="corrections")
    field = models.CharField(_("字段"), max_length=24)
    before = models.CharField(_("原报"), max_length=300, blank=True)
    after = models.CharField(_("更正为"), max_length=300, blank=True)
    reason = models.CharField(_("理由"), max_length=200)
    corrected_on = models.DateField(_("更正日期"))
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    objects = MonthCorrectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("更正")
        ordering = ("report", "at", "pk")
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="correction_says_why")]

    def __str__(self) -> str:
        return f"{self.report_id} {self.field}"
