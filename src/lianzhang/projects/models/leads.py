"""Working a lead: what was done with it on which day, and the clocks that run until it is done."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from lianzhang.accounts.models import Body, Person
from lianzhang.projects.models.projects import Project
from lianzhang.projects.models.scope import ByProjectQuerySet
from lianzhang.records.models import Versioned
from lianzhang.records.secrecy import Secrecy


class FollowUpQuerySet(ByProjectQuerySet["FollowUp"]):
    path = "project__"


class FollowUp(Versioned):
    """跟进记录: what was done about a lead on a day, and when next."""

    class Kind(models.TextChoices):
        RESPOND = "respond", _("响应")
        APPRAISE = "appraise", _("研判")
        FEED_BACK = "feed_back", _("反馈")
        FOLLOW = "follow", _("跟进")

    class Opinion(models.TextChoices):
        PURSUE = "pursue", _("建议推进")
        WATCH = "watch", _("继续观察")
        DECLINE = "decline", _("不予推进")

    secrecy = Secrecy(internal="project kind opinion done_on text next_on body by at")

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="follow_ups")
    kind = models.CharField(_("事项"), max_length=10, choices=Kind.choices, default=Kind.FOLLOW)
    opinion = models.CharField(_("研判意见"), max_length=8, choices=Opinion.choices, blank=True)
    done_on = models.DateField(_("日期"))
    text = models.TextField(_("情况"))
    next_on = models.DateField(_("下次跟进"), null=True, blank=True)
    body = models.ForeignKey(Body, null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("单位"))
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    objects = FollowUpQuerySet.as_manager()

    class Meta:
        verbose_name = _("跟进记录")
        ordering = ("project", "-done_on", "-pk")
        indexes = [models.Index(fields=["project", "done_on"], name="follow_up_day")]
        constraints = [
            models.CheckConstraint(condition=~Q(kind="appraise") | ~Q(opinion=""), name="appraisal_has_an_opinion"),
            models.CheckConstraint(
                condition=Q(next_on__isnull=True) | Q(next_on__gte=F("done_on")), name="next_follow_up_is_later"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project_id} {self.kind} {self.done_on}"


class LeadClockQuerySet(ByProjectQuerySet["LeadClock"]):
    path = "project__"


class LeadClock(Versioned):
    """时限: a deadline a city rule sets for a lead, counted from a day; met on a day or still running.

    The due day is stored when the clock starts: a rule changed later moves no deadline that was already told.
    """

    secrecy = Secrecy(internal="project kind started_on due_on met_on")

    # Without an index of its own: asked for what runs of one project, SQLite would walk all that runs.
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="clocks", db_index=False)
    kind = models.CharField(_("事项"), max_length=10, choices=FollowUp.Kind.choices)
    started_on = models.DateField(_("起算日"))
    due_on = models.DateField(_("时限"))
    met_on = models.DateField(_("完成日"), null=True, blank=True)

    objects = LeadClockQuerySet.as_manager()

    class Meta:
        verbose_name = _("时限")
        ordering = ("project", "due_on", "pk")
        constraints = [
            models.UniqueConstraint(
                fields=["project", "kind"], condition=Q(met_on__isnull=True), name="one_running_clock_of_a_kind"
            ),
            models.CheckConstraint(condition=Q(due_on__gte=F("started_on")), name="clock_is_due_after_it_started"),
        ]
        indexes = [
            models.Index(fields=["met_on", "due_on", "project"], name="clock_running"),
            models.Index(fields=["project", "met_on", "due_on"], name="clock_of_project"),
        ]

    def __str__(self) -> str:
        return f"{self.project_id} {self.kind} {self.due_on}"
