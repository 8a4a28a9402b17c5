"""What a chain achieved last year and what it set out to do this year: plans live as tracked actions."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lianzhang.accounts.models import Body, Person
from lianzhang.accounts.rules import Thing
from lianzhang.chains.models.schemes import Chain, OfChainQuerySet
from lianzhang.records.models import Versioned
from lianzhang.records.scope import M
from lianzhang.records.secrecy import Secrecy
from lianzhang.registry.models import Source


class OfPlanQuerySet(OfChainQuerySet[M]):
    thing = Thing.PLAN


class Result(Versioned):
    """上年结果: one published result of a chain in a year, as its source gives it."""

    secrecy = Secrecy(
        internal="chain year statement statement_en value comparison unit scope source source_note as_of position"
    )

    chain = models.ForeignKey(Chain, on_delete=models.CASCADE, related_name="results")
    year = models.PositiveSmallIntegerField(_("年度"))
    statement = models.CharField(_("结果"), max_length=300)
    statement_en = models.CharField(max_length=400, blank=True)
    value = models.DecimalField(_("数值"), max_digits=16, decimal_places=4, null=True, blank=True)
    comparison = models.CharField(max_length=4, blank=True)  # "≥" where the source says "10% 以上"
    unit = models.CharField(_("单位"), max_length=20, blank=True)
    scope = models.CharField(_("口径"), max_length=300, blank=True)
    source = models.ForeignKey(Source, on_delete=models.PROTECT)
    source_note = models.CharField(_("出处"), max_length=120, blank=True)  # where in the source: a row, a paragraph
    as_of = models.DateField(_("数据截至"), null=True, blank=True)
    position = models.PositiveSmallIntegerField(default=0)

    objects = OfPlanQuerySet.as_manager()

    class Meta:
        verbose_name = _("上年结果")
        ordering = ("chain", "-year", "position")

    def __str__(self) -> str:
        return self.statement


class Action(Versioned):
    """计划事项: one thing a chain's yearly plan sets out to do — 事项 / 责任单位 / 时限 / 进展 / 佐证 / 灯."""

    class State(models.TextChoices):
        OPEN = "open", _("推进中")
        DONE = "done", _("已完成")
        DROPPED = "dropped", _("已调整")

    class Light(models.TextChoices):
        GREEN = "green", _("正常")
        YELLOW = "yellow", _("预警")
        RED = "red", _("滞后")
        GREY = "grey", _("未评")

    class Counted(models.TextChoices):
        REPORTS = "reports", _("按填报")
        EVENTS = "events", _("按活动台账逐行计数")

    secrecy = Secrecy(
        internal="code chain year matter matter_en responsible due_on due_note progress progress_on state light "
        "light_reason light_set_by target_value done_value counted_from unit source source_note position "
        "is_own_addition completed_on"
    )

    code = models.CharField(_("编号"), max_length=24, unique=True)
    chain = models.ForeignKey(Chain, on_delete=models.CASCADE, related_name="actions", verbose_name=_("产业链"))
    year = models.PositiveSmallIntegerField(_("年度"))
    matter = models.CharField(_("事项"), max_length=300)
    matter_en = models.CharField(max_length=400, blank=True)
    responsible = models.ForeignKey(
        Body, null=True, blank=True, on_delete=models.PROTECT, related_name="actions", verbose_name=_("责任单位")
    )
    partners = models.ManyToManyField(Body, blank=True, related_name="partner_actions", verbose_name=_("配合单位"))
    due_on = models.DateField(_("时限"), null=True, blank=True)
    due_note = models.CharField(_("时限依据"), max_length=120, blank=True)  # e.g. the source names no day
    progress = models.TextField(_("进展"), blank=True)
    progress_on = models.DateField(_("进展日期"), null=True, blank=True)
    state = models.CharField(_("状态"), max_length=8, choices=State.choices, default=State.OPEN)
    light = models.CharField(_("灯"), max_length=6, choices=Light.choices, blank=True)  # set by hand; empty = by rule
    light_reason = models.CharField(_("灯的理由"), max_length=200, blank=True)
    light_set_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    target_value = models.DecimalField(_("目标值"), max_digits=16, decimal_places=2, null=True, blank=True)
    done_value = models.DecimalField(_("完成值"), max_digits=16, decimal_places=2, null=True, blank=True)
    counted_from = models.CharField(_("完成值来源"), max_length=8, choices=Counted.choices, default=Counted.REPORTS)
    unit = models.CharField(_("单位"), max_length=20, blank=True)
    source = models.ForeignKey(Source, null=True, blank=True, on_delete=models.PROTECT)
    source_note = models.CharField(_("出处"), max_length=120, blank=True)
    position = models.PositiveSmallIntegerField(default=0)
    is_own_addition = models.BooleanField(_("自行补充"), default=False)
    completed_on = models.DateField(_("完成日期"), null=True, blank=True)

    objects = OfPlanQuerySet.as_manager()

    class Meta:
        verbose_name = _("计划事项")
        ordering = ("chain", "year", "position", "code")
        constraints = [
            models.CheckConstraint(
                condition=Q(light="") | ~Q(light_reason=""), name="action_light_by_hand_needs_a_reason"
            ),
        ]
        indexes = [models.Index(fields=["year", "state"], name="action_year_state")]

    def __str__(self) -> str:
        return self.matter


class ActionReportQuerySet(OfPlanQuerySet["ActionReport"]):
    path = "action__chain"


class ActionReport(Versioned):
    """进展填报: what a body reported on an action on a day; the action shows the newest."""

    secrecy = Secrecy(internal="action reported_on text done_value by body")

    action = models.ForeignKey(Action, on_delete=models.CASCADE, related_name="reports")
    reported_on = models.DateField(_("日期"))
    text = models.TextField(_("进展"))
    done_value = models.DecimalField(_("完成值"), max_digits=16, decimal_places=2, null=True, blank=True)
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    body = models.ForeignKey(Body, null=True, on_delete=models.PROTECT, related_name="+")

    objects = ActionReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("进展填报")
        ordering = ("-reported_on", "-pk")

    def __str__(self) -> str:
        return f"{self.action_id} {self.reported_on}"
