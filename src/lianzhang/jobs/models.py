"""A job and its progress. django-tasks carries the queue; this row is what people see and what survives a crash."""

from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from lianzhang.accounts.models import Appointment, Person
from lianzhang.records.scope import ScopedQuerySet
from lianzhang.records.secrecy import Secrecy


class JobQuerySet(ScopedQuerySet["Job"]):
    def visible_to(self, person: Person) -> Self:
        """The jobs a person asked for, in the post they asked in."""
        return self.filter(asked_by=person, acting__body_id=person.reach.body_id, acting__post=person.reach.post)

    def editable_by(self, person: Person) -> Self:
        return self.visible_to(person)


class Job(models.Model):
    """后台任务: one piece of background work, from asked to done, failed or stopped."""

    class State(models.TextChoices):
        WAITING = "waiting", _("排队中")
        RUNNING = "running", _("进行中")
        DONE = "done", _("已完成")
        FAILED = "failed", _("未完成")
        STOPPED = "stopped", _("已停止")

    class Queue(models.TextChoices):
        QUICK = "quick", _("快")
        LONG = "long", _("长")

    secrecy = Secrecy(
        internal="kind arguments queue asked_by acting asked_at state stage done_count total_count started_at "
        "finished_at heartbeat_at attempt_count stop_asked_at result failure subject_url"
    )

    kind = models.CharField(max_length=60)
    arguments = models.JSONField(default=dict)
    queue = models.CharField(max_length=8, choices=Queue.choices, default=Queue.QUICK)
    asked_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="jobs")
    acting = models.ForeignKey(Appointment, null=True, on_delete=models.PROTECT)
    asked_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    stage = models.CharField(_("步骤"), max_length=120, blank=True)
    done_count = models.PositiveIntegerField(default=0)
    total_count = models.PositiveIntegerField(default=0)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    heartbeat_at = models.DateTimeField(null=True)
    attempt_count = models.PositiveSmallIntegerField(default=0)
    stop_asked_at = models.DateTimeField(null=True)
    result = models.JSONField(default=dict)
    failure = models.TextField(_("原因"), blank=True)
    subject_url = models.CharField(max_length=200, blank=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        verbose_name = _("后台任务")
        indexes = [models.Index(fields=["state", "queue"], name="job_state_queue")]

    def __str__(self) -> str:
        return f"{self.kind} {self.state}"

    @property
    def is_over(self) -> bool:
        return self.state in {self.State.DONE, self.State.FAILED, self.State.STOPPED}
