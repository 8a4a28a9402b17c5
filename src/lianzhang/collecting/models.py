"""One collection, who must answer it, and what each of them answered."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from lianzhang.accounts.models import Body, Person
from lianzhang.accounts.rules import Act, Scope, Thing
from lianzhang.records.models import Versioned
from lianzhang.records.scope import M, ScopedQuerySet
from lianzhang.records.secrecy import Secrecy


def of_rounds(person: Person, path: str = "") -> Q:
    """The monthly rounds to whoever reads every project: a task force checks its chain's rows in each of them."""
    reads_all = person.reach.scope(Act.READ, Thing.PROJECT) is Scope.ALL
    return Q(**{f"{path}kind": "month"}) if reads_all else Q(pk__in=())


class CollectionQuerySet(ScopedQuerySet["Collection"]):
    def visible_to(self, person: Person) -> Self:
        """All of them to the leaders and the secretariat; to the others what they opened or must answer."""
        width = person.reach.scope(Act.READ, Thing.COLLECTION)
        if width is Scope.ALL:
            return self.all()
        if width is Scope.NONE or person.reach.body_id is None:
            return self.none()
        asked = Submission.objects.filter(body_id=person.reach.body_id).values("collection")
        return self.filter(Q(owner_id=person.reach.body_id) | Q(pk__in=asked) | of_rounds(person))

    def editable_by(self, person: Person) -> Self:
        """Who may extend, urge and close a collection: whoever opened it, and whoever closes them all."""
        if person.reach.scope(Act.APPROVE, Thing.COLLECTION) is Scope.ALL:
            return self.all()
        if person.reach.scope(Act.APPROVE, Thing.COLLECTION) is Scope.NONE:
            return self.none()
        return self.filter(owner_id=person.reach.body_id)


class Collection(Versioned):
    """收表任务: one form that a superior asks for, with the bodies that must answer and the moment it is due."""

    class Kind(models.TextChoices):
        FORM = "form", _("专项收表")
        MONTH = "month", _("月度调度")

    class State(models.TextChoices):
        OPEN = "open", _("收集中")
        CLOSED = "closed", _("已关闭")

    secrecy = Secrecy(
        internal="code title kind period request columns has_many_rows due_at state owner opened_by opened_at "
        "closed_by closed_at close_reason previous is_illustrative"
    )

    code = models.CharField(_("编号"), max_length=24, unique=True)
    title = models.CharField(_("名称"), max_length=120)
    kind = models.CharField(_("种类"), max_length=8, choices=Kind.choices, default=Kind.FORM)
    period = models.DateField(_("所属月份"), null=True, blank=True)  # the month's first day; a form may have none
    request = models.TextField(_("填报要求"), blank=True)
    # The form: [{"key", "label", "kind": text|number|integer|wan|date|choice, "unit", "is_total", "is_required",
    # "choices"}]. Empty for the monthly round, whose form is the ledger of key projects.
    columns = models.JSONField(_("表样"), default=list)
    has_many_rows = models.BooleanField(_("每个单位可填多行"), default=False)
    due_at = models.DateTimeField(_("截止时间"))
    state = models.CharField(_("状态"), max_length=8, choices=State.choices, default=State.OPEN)
    owner = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="collections", verbose_name=_("发起单位"))
    opened_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", verbose_name=_("发起人"))
    opened_at = models.DateTimeField(_("发起时间"))
    closed_by = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("关闭人")
    )
    closed_at = models.DateTimeField(_("关闭时间"), null=True, blank=True)
    # Why it was closed over somebody who had not answered, or over rows nobody had checked; stays beside the figures.
    close_reason = models.CharField(_("关闭说明"), max_length=200, blank=True)
    previous = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="following", verbose_name=_("上次")
    )
    is_illustrative = models.BooleanField(_("示例数据"), default=False)

    objects = CollectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("收表任务")
        ordering = ("-opened_at", "pk")
        constraints = [
            models.UniqueConstraint(fields=["period"], condition=Q(kind="month"), name="one_round_a_month"),
            models.CheckConstraint(
                condition=~Q(kind="month") | Q(period__isnull=False, period__day=1), name="a_round_has_its_month"
            ),
            models.CheckConstraint(
                condition=Q(state="open", closed_at__isnull=True)
                | Q(state="closed", closed_at__isnull=False, closed_by__isnull=False),
                name="a_closed_collection_says_by_whom",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def name(self) -> str:
        """What it is called: a form as it was titled, a month in the reader's language."""
        if self.kind != self.Kind.MONTH or self.period is None:
            return self.title
        month = gettext("%(year)d年%(month)d月") % {"year": self.period.year, "month": self.period.month}
        return gettext("%(month)s重点项目月度调度") % {"month": month}


class BySubmissionQuerySet(ScopedQuerySet[M]):
    path = ""  # how a row reaches its answer: "" for the answer itself

    def visible_to(self, person: Person) -> Self:
        """A body's own answer; every answer to whoever opened the collection and to the leaders and secretariat."""
        width = person.reach.scope(Act.READ, Thing.COLLECTION)
        if width is Scope.ALL:
            return self.all()
        if width is Scope.NONE or person.reach.body_id is None:
            return self.none()
        own = {f"{self.path}body_id": person.reach.body_id}
        asked = {f"{self.path}collection__owner_id": person.reach.body_id}
        return self.filter(Q(**own) | Q(**asked) | of_rounds(person, f"{self.path}collection__"))

    def editable_by(self, person: Person) -> Self:
        """Who may fill in an answer: its body, and whoever opened the collection for a body without an account."""
        width = person.reach.scope(Act.WRITE, Thing.COLLECTION)
        if width is Scope.ALL:
            return self.all()
        if width is Scope.NONE or person.reach.body_id is None:
            return self.none()
        own = {f"{self.path}body_id": person.reach.body_id}
        asked = {f"{self.path}collection__owner_id": person.reach.body_id}
        return self.filter(Q(**own) | Q(**asked))


class SubmissionQuerySet(BySubmissionQuerySet["Submission"]):
    pass


class Submission(Versioned):
    """报送: what one body owes a collection. It is expected from the moment the collection opens."""

    class State(models.TextChoices):
        EXPECTED = "expected", _("未报")
        DRAFT = "draft", _("填报中")
        SUBMITTED = "submitted", _("已报")
        RETURNED = "returned", _("退回")
        ACCEPTED = "accepted", _("已核")

    secrecy = Secrecy(
        internal="collection body state first_submitted_at submitted_by submitted_at is_handed_in return_reason "
        "returned_by returned_at accepted_by accepted_at file_name upload note"
    )

    collection = models.ForeignKey(
        Collection, on_delete=models.CASCADE, related_name="submissions", verbose_name=_("收表任务")
    )
    body = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="submissions", verbose_name=_("单位"))
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.EXPECTED)
    # On time is judged by the first time it came in: being sent back does not make it late.
    first_submitted_at = models.DateTimeField(_("首次报送"), null=True, blank=True)
    submitted_by = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("报送人")
    )
    submitted_at = models.DateTimeField(_("报送时间"), null=True, blank=True)
    is_handed_in = models.BooleanField(_("代为上传"), default=False)
    return_reason = models.CharField(_("退回理由"), max_length=200, blank=True)
    returned_by = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("退回人")
    )
    returned_at = models.DateTimeField(_("退回时间"), null=True, blank=True)
    accepted_by = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("核收人")
    )
    accepted_at = models.DateTimeField(_("核收时间"), null=True, blank=True)
    file_name = models.CharField(_("文件"), max_length=200, blank=True)
    # What became of the last workbook: sha256, job, row_count, error_count, complaints, mismatch (a stated total that
    # is not the sum of its rows: to be explained before the answer is submitted).
    upload = models.JSONField(_("工作簿"), default=dict, blank=True)
    note = models.CharField(_("说明"), max_length=300, blank=True)

    objects = SubmissionQuerySet.as_manager()

    class Meta:
        verbose_name = _("报送")
        ordering = ("collection", "body")
        constraints = [
            models.UniqueConstraint(fields=["collection", "body"], name="submission_once"),
            models.CheckConstraint(
                condition=~Q(state__in=["submitted", "accepted"]) | Q(submitted_at__isnull=False),
                name="submitted_says_when",
            ),
            models.CheckConstraint(condition=~Q(state="returned") | ~Q(return_reason=""), name="returned_says_why"),
        ]

    def __str__(self) -> str:
        return f"{self.collection_id} {self.body_id}"


class SubmissionRowQuerySet(BySubmissionQuerySet["SubmissionRow"]):
    path = "submission__"


class SubmissionRow(Versioned):
    """报送行: one line of an answer, by the columns of the form."""

    secrecy = Secrecy(internal="submission position values")

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="rows", verbose_name=_("报送"))
    position = models.PositiveIntegerField(_("序号"))
    values = models.JSONField(_("内容"), default=dict)

    objects = SubmissionRowQuerySet.as_manager()

    class Meta:
        verbose_name = _("报送行")
        ordering = ("submission", "position")
        constraints = [models.UniqueConstraint(fields=["submission", "position"], name="submission_row_once")]

    def __str__(self) -> str:
        return f"{self.submission_id} {self.position}"
