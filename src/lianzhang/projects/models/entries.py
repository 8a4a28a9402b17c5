"""The stages a project went through, who asked and who checked; and what was looked into before signing."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from lianzhang.accounts.models import Person
from lianzhang.projects.models.projects import Project
from lianzhang.projects.models.scope import ByProjectQuerySet
from lianzhang.projects.stages import Stage
from lianzhang.records.models import Versioned
from lianzhang.records.secrecy import Secrecy


class StageEntryQuerySet(ByProjectQuerySet["StageEntry"]):
    path = "project__"


class StageEntry(Versioned):
    """阶段记录: the project entered a stage on a day; asked for by one person, checked by another."""

    class Verdict(models.TextChoices):
        PENDING = "pending", _("待核")
        PASSED = "passed", _("已核")
        RETURNED = "returned", _("退回")

    secrecy = Secrecy(
        internal="project stage entered_on verdict note asked_by asked_at checked_by checked_at check_note proof_ids "
        "is_correction is_void"
    )

    project = models.ForeignKey(
        Project, on_delete=models.CASCADE, related_name="entries", db_index=False
    )  # `stage_path` begins with it
    stage = models.PositiveSmallIntegerField(_("阶段"), choices=Stage.choices)
    entered_on = models.DateField(_("日期"), null=True, blank=True)
    verdict = models.CharField(_("核验"), max_length=8, choices=Verdict.choices, default=Verdict.PENDING)
    note = models.CharField(_("说明"), max_length=200, blank=True)
    asked_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    checked_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    checked_at = models.DateTimeField(null=True, blank=True)
    check_note = models.CharField(_("核验意见"), max_length=200, blank=True)
    proof_ids = models.JSONField(default=list)  # the evidence this ask rested on; a returned ask needs new evidence
    is_correction = models.BooleanField(_("更正"), default=False)
    is_void = models.BooleanField(_("已更正作废"), default=False)

    objects = StageEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("阶段记录")
        ordering = ("project", "stage", "asked_at")
        constraints = [
            models.CheckConstraint(
                condition=Q(checked_by__isnull=True) | ~Q(checked_by=F("asked_by")), name="stage_checked_by_another"
            ),
            models.CheckConstraint(
                condition=Q(verdict="pending", checked_at__isnull=True) | Q(checked_at__isnull=False),
                name="stage_check_has_its_time",
            ),
            models.UniqueConstraint(
                fields=["project", "stage"], condition=Q(verdict="pending"), name="one_pending_entry_per_stage"
            ),
        ]
        indexes = [
            # Of a project, of a year, of the last days: each has in it all that is asked.
            models.Index(
                fields=["project", "verdict", "stage", "entered_on", "is_void", "is_correction"], name="stage_path"
            ),
            models.Index(
                fields=["stage", "verdict", "entered_on", "is_void", "is_correction", "project"], name="stage_entered"
            ),
            models.Index(
                fields=["verdict", "entered_on", "stage", "is_void", "is_correction", "project"], name="stage_lately"
            ),
            models.Index(fields=["verdict", "checked_at"], name="stage_checked"),
        ]

    def __str__(self) -> str:
        return f"{self.project_id} {self.get_stage_display()}"


class DiligenceQuerySet(ByProjectQuerySet["Diligence"]):
    path = "project__"


class Diligence(Versioned):
    """尽职调查: one item of the list that is gone through before 签约, with what was found and on what evidence."""

    class Verdict(models.TextChoices):
        CLEAR = "clear", _("已核实")
        CONCERN = "concern", _("有疑点")
        NOT_APPLICABLE = "na", _("不适用")

    secrecy = Secrecy(internal="project item verdict note checked_on by at proof_ids")

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="diligences")
    item = models.CharField(_("事项"), max_length=24)
    verdict = models.CharField(_("结论"), max_length=8, choices=Verdict.choices)
    note = models.CharField(_("核实情况"), max_length=300, blank=True)
    checked_on = models.DateField(_("核实日期"))
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    proof_ids = models.JSONField(default=list)

    objects = DiligenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("尽职调查")
        ordering = ("project", "pk")
        constraints = [
            models.UniqueConstraint(fields=["project", "item"], name="diligence_once"),
            models.CheckConstraint(condition=Q(verdict="clear") | ~Q(note=""), name="diligence_says_why"),
        ]

    def __str__(self) -> str:
        return f"{self.project_id} {self.item}"
