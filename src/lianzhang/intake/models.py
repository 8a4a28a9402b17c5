"""An uploaded workbook on its way in: the batch, its rows as staged, and what each row did when applied."""

from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from lianzhang.accounts.models import Appointment, Body, Person
from lianzhang.accounts.rules import Act, BodyKind, Scope, Thing
from lianzhang.intake.protocol import Place
from lianzhang.jobs.models import Job
from lianzhang.records.models import Versioned
from lianzhang.records.scope import ScopedQuerySet
from lianzhang.records.secrecy import Secrecy


class BatchQuerySet(ScopedQuerySet["Batch"]):
    def visible_to(self, person: Person) -> Self:
        """The secretariat sees every batch that holds no firm's answers; others those of their own body. What a firm
        answered is seen by the firm, and elsewhere by the one person it was handed to."""
        width = person.reach.scope(Act.READ, Thing.LEDGER)
        if width is Scope.NONE:
            return self.none()
        own = models.Q(body_id=person.reach.body_id)
        open_to_all = models.Q(is_confidential=False)
        handed = own & (open_to_all | models.Q(body__kind=BodyKind.FIRM) | models.Q(uploaded_by=person.pk))
        everywhere = width is Scope.ALL and person.reach.scope(Act.APPROVE, Thing.LEDGER) is Scope.ALL
        return self.filter(open_to_all | handed) if everywhere else self.filter(handed)

    def editable_by(self, person: Person) -> Self:
        return self.visible_to(person) if person.reach.may(Act.WRITE, Thing.LEDGER) else self.none()


class Batch(Versioned):
    """导入批次: one uploaded file of one ledger, from preview to applied, and undone if need be."""

    class State(models.TextChoices):
        READING = "reading", _("读取中")
        REFUSED = "refused", _("拒收")
        PREVIEW = "preview", _("待确认")
        APPLYING = "applying", _("写入中")
        APPLIED = "applied", _("已写入")
        UNDONE = "undone", _("已撤销")

    secrecy = Secrecy(
        internal="code ledger layout_version file_name sha256 body uploaded_by acting uploaded_at state context "
        "complaints counts is_confidential applied_by applied_at undone_by undone_at job refusal is_illustrative "
        "context_key plan based_on exported_at"
    )

    code = models.CharField(_("批次"), max_length=24, unique=True)
    ledger = models.CharField(_("台账"), max_length=40)
    layout_version = models.CharField(max_length=20, blank=True)
    file_name = models.CharField(_("文件名"), max_length=200)
    sha256 = models.CharField(max_length=64, db_index=True)
    body = models.ForeignKey(Body, on_delete=models.PROTECT, verbose_name=_("报送单位"))
    uploaded_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="batches")
    acting = models.ForeignKey(Appointment, null=True, on_delete=models.PROTECT)
    uploaded_at = models.DateTimeField(_("上传时间"))
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.READING)
    context = models.JSONField(_("写入范围"), default=dict)  # e.g. the chain and year the rows belong to
    context_key = models.CharField(max_length=64, blank=True)  # digest of the context: same file, same scope
    plan = models.CharField(max_length=64, blank=True)  # digest of what the preview shows; the clerk confirms this
    # The event of the trail as of which the sheet speaks: where it was taken out of here, else what the preview saw.
    based_on = models.BigIntegerField(null=True)
    exported_at = models.DateTimeField(
        _("导出时间"), null=True
    )  # none: not taken out of this system, or not known to be
    complaints = models.JSONField(default=list)
    counts = models.JSONField(default=dict)
    refusal = models.TextField(blank=True)
    is_confidential = models.BooleanField(default=False)
    is_illustrative = models.BooleanField(_("示例数据"), default=False)
    job = models.ForeignKey(Job, null=True, on_delete=models.SET_NULL)
    applied_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    applied_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    undone_at = models.DateTimeField(null=True)

    objects = BatchQuerySet.as_manager()

    class Meta:
        verbose_name = _("导入批次")
        ordering = ("-uploaded_at",)
        constraints = [
            # The same file for the same scope lives once per body; refused and undone ones may come again.
            models.UniqueConstraint(
                fields=["ledger", "sha256", "context_key", "body"],
                condition=~models.Q(state__in=["refused", "undone"]),
                name="batch_file_once",
            )
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def is_broken_off(self) -> bool:
        """Whether reading or writing it ended without a result: nothing of it is under way."""
        is_waiting = self.state in (self.State.READING, self.State.APPLYING)
        return is_waiting and self.job is not None and self.job.is_over


class StagedRowQuerySet(ScopedQuerySet["StagedRow"]):
    def visible_to(self, person: Person) -> Self:
        return self.filter(batch__in=Batch.objects.visible_to(person))

    def editable_by(self, person: Person) -> Self:
        return self.filter(batch__in=Batch.objects.editable_by(person))


class StagedRow(models.Model):
    """暂存行: one row of the workbook, what it would do, what the clerk decided, and what it did."""

    class Kind(models.TextChoices):
        NEW = "new", _("新增")
        CHANGED = "changed", _("变更")
        UNCHANGED = "unchanged", _("无变化")
        REVIEW = "review", _("待认定")
        ERROR = "error", _("有误")
        IGNORED = "ignored", _("不导入")

    secrecy = Secrecy(
        internal="batch sheet tab row_number kind is_chosen subject_type subject_id subject_label complaints "
        "candidates decision applied_version conflict asked",
        secret="raw values before after clashes",
    )

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="rows")
    sheet = models.CharField(_("工作表"), max_length=60)
    tab = models.CharField(max_length=60, blank=True)  # the sheet as its sender calls it (its district, its month)
    row_number = models.PositiveIntegerField(_("行"))
    raw = models.JSONField(default=dict)
    values = models.JSONField(default=dict)
    kind = models.CharField(_("结果"), max_length=10, choices=Kind.choices)
    is_chosen = models.BooleanField(default=True)
    subject_type = models.CharField(max_length=64, blank=True)
    subject_id = models.CharField(max_length=64, blank=True)
    subject_label = models.CharField(max_length=200, blank=True)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    complaints = models.JSONField(default=list)
    clashes = models.JSONField(default=list)  # cells that somebody wrote since the sheet was made, see protocol.Clash
    asked = models.PositiveSmallIntegerField(default=0)  # of these, how many wait for a person
    candidates = models.JSONField(default=list)  # proposals for a name nobody recognised, with their reasons
    decision = models.JSONField(default=dict)
    applied_version = models.PositiveIntegerField(null=True)
    conflict = models.TextField(blank=True)

    objects = StagedRowQuerySet.as_manager()

    class Meta:
        verbose_name = _("暂存行")
        ordering = ("batch", "sheet", "tab", "row_number")
        constraints = [models.UniqueConstraint(fields=["batch", "sheet", "tab", "row_number"], name="staged_row_once")]
        indexes = [models.Index(fields=["batch", "kind"], name="staged_row_kind")]

    def __str__(self) -> str:
        return f"{self.tab or self.sheet}!{self.row_number} {self.kind}"

    @property
    def place(self) -> Place:
        return self.sheet, self.tab, self.row_number


class LedgerExtraQuerySet(ScopedQuerySet["LedgerExtra"]):
    def visible_to(self, person: Person) -> Self:  # noqa: ARG002
        """Reached through the record it belongs to, which has been shown already; never on its own."""
        return self.none()

    editable_by = visible_to


class LedgerExtra(models.Model):
    """台账附加栏: columns of a ledger that the record has no field for, kept so that an export gives them back."""

    secrecy = Secrecy(internal="ledger subject_type subject_id", secret="values")

    ledger = models.CharField(max_length=40)
    subject_type = models.CharField(max_length=64)
    subject_id = models.CharField(max_length=64)
    values = models.JSONField(default=dict)

    objects = LedgerExtraQuerySet.as_manager()

    class Meta:
        verbose_name = _("台账附加栏")
        constraints = [
            models.UniqueConstraint(fields=["ledger", "subject_type", "subject_id"], name="ledger_extra_once")
        ]

    def __str__(self) -> str:
        return f"{self.ledger} {self.subject_type}:{self.subject_id}"
