"""首报首谈: who first reported an investor, what is contested about it, and how the credit of a project is split."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lianzhang.accounts.models import Body, Person
from lianzhang.accounts.rules import Act, Role, Thing
from lianzhang.projects.models.projects import Project
from lianzhang.projects.models.scope import ByProjectQuerySet
from lianzhang.records.models import Versioned
from lianzhang.records.secrecy import Secrecy


class ClaimQuerySet(ByProjectQuerySet["Claim"]):
    path = "project__"


class Claim(Versioned):
    """首报: the body that first reported an investor, by the system's own clock; one claim per investor at a time."""

    secrecy = Secrecy(internal="key project body claimed_at")

    key = models.CharField(_("投资方"), max_length=200, unique=True)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="claims")
    body = models.ForeignKey(Body, null=True, on_delete=models.PROTECT, related_name="claims")
    claimed_at = models.DateTimeField(_("首报时间"))

    objects = ClaimQuerySet.as_manager()

    class Meta:
        verbose_name = _("首报")

    def __str__(self) -> str:
        return f"{self.key} {self.project_id}"


class ContestQuerySet(ByProjectQuerySet["Contest"]):
    path = "project__"

    def visible_to(self, person: Person) -> Self:
        """The project's own people, and the two bodies that contest it: they see the contest, not the other's project,
        also when the project is in another district by now."""
        found = super().visible_to(person)
        if person.reach.role is not Role.DISTRICT or not person.reach.may(Act.READ, Thing.PROJECT):
            return found
        body = person.reach.body_id
        return found | self.filter(challenger_id=body) | self.filter(claimant_id=body)


class Contest(Versioned):
    """首报争议: a body contests who reported an investor first; the secretariat decides."""

    class State(models.TextChoices):
        OPEN = "open", _("待裁定")
        UPHELD = "upheld", _("维持首报")
        MOVED = "moved", _("改判")
        SHARED = "shared", _("共同首报")
        WITHDRAWN = "withdrawn", _("已撤回")

    secrecy = Secrecy(
        internal="code project claimant challenger challenger_project statement raised_by raised_at state decision "
        "decided_by decided_at"
    )

    code = models.CharField(_("编号"), max_length=24, unique=True)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="contests", verbose_name=_("项目"))
    # Who held the first report when it was contested, and when that was decided: a decision may give it to another.
    claimant = models.ForeignKey(
        Body, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("首报单位")
    )
    challenger = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="contests", verbose_name=_("提出单位"))
    challenger_project = models.ForeignKey(
        Project,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="contesting",
        verbose_name=_("提出单位的项目"),
    )
    statement = models.TextField(_("理由"))
    raised_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    raised_at = models.DateTimeField(_("提出时间"))
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.OPEN)
    decision = models.TextField(_("裁定"), blank=True)
    decided_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(_("裁定时间"), null=True, blank=True)

    objects = ContestQuerySet.as_manager()

    class Meta:
        verbose_name = _("首报争议")
        ordering = ("-raised_at", "pk")
        constraints = [
            models.UniqueConstraint(
                fields=["project", "challenger"], condition=Q(state="open"), name="one_open_contest_per_challenger"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["open", "withdrawn"])
                | Q(decided_by__isnull=False, decided_at__isnull=False) & ~Q(decision=""),
                name="contest_decision_says_who_when_why",
            ),
        ]

    def __str__(self) -> str:
        return self.code


class CreditQuerySet(ByProjectQuerySet["Credit"]):
    path = "project__"


class Credit(Versioned):
    """业绩分成: the share of one project that counts for one body, by the rule of transfers or by decision."""

    class Ground(models.TextChoices):
        FIRST_REPORT = "first_report", _("首报")
        LANDING = "landing", _("落地")
        DECISION = "decision", _("裁定")

    secrecy = Secrecy(internal="project body share_ratio ground basis set_by set_at")

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="credits")
    body = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="credits", verbose_name=_("单位"))
    share_ratio = models.DecimalField(_("分成"), max_digits=5, decimal_places=4)
    ground = models.CharField(_("依据"), max_length=12, choices=Ground.choices)
    basis = models.CharField(_("说明"), max_length=200, blank=True)
    set_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField()

    objects = CreditQuerySet.as_manager()

    class Meta:
        verbose_name = _("业绩分成")
        ordering = ("project", "-share_ratio", "pk")
        constraints = [
            models.UniqueConstraint(fields=["project", "body"], name="credit_once"),
            models.CheckConstraint(condition=Q(share_ratio__gt=0, share_ratio__lte=1), name="credit_is_a_share"),
        ]

    def __str__(self) -> str:
        return f"{self.project_id} {self.body_id}"
