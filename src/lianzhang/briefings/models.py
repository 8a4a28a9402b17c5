"""A document as it was issued: its figures frozen, so that what a leader signed is still the figure a year later."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lianzhang.accounts.models import Body, Person
from lianzhang.accounts.rules import Act, Scope, Thing
from lianzhang.chains.models import Chain, Snapshot
from lianzhang.records.models import Versioned
from lianzhang.records.scope import ScopedQuerySet
from lianzhang.records.secrecy import Secrecy
from lianzhang.registry.models import Enterprise
from lianzhang.trail.models import Attachment


class BriefingQuerySet(ScopedQuerySet["Briefing"]):
    def visible_to(self, person: Person) -> Self:
        width = person.reach.scope(Act.READ, Thing.BRIEFING)
        return self.all() if width is Scope.ALL else self.none()

    def editable_by(self, person: Person) -> Self:
        width = person.reach.scope(Act.WRITE, Thing.BRIEFING)
        if width is Scope.ALL:
            return self.all()
        own = Q(chain__in=Chain.objects.own_of(person).values("pk"))
        return self.filter(own) if width is Scope.OWN else self.none()


class Briefing(Versioned):
    """材料: a one-pager, the 推进会 list, or the week's or month's report, as issued on a day."""

    class Kind(models.TextChoices):
        CHAIN = "chain", _("链长一页纸")
        ENTERPRISE = "enterprise", _("企业一页纸")
        MEETING = "meeting", _("推进会清单")
        WEEK = "week", _("周报")
        MONTH = "month", _("月报")

    secrecy = Secrecy(
        internal="code kind title chain district enterprise since as_of figures snapshot issued_by issued_at file "
        "is_illustrative"
    )

    code = models.CharField(_("编号"), max_length=24, unique=True)
    kind = models.CharField(_("种类"), max_length=12, choices=Kind.choices)
    title = models.CharField(_("标题"), max_length=160)
    chain = models.ForeignKey(Chain, null=True, blank=True, on_delete=models.PROTECT, related_name="briefings")
    enterprise = models.ForeignKey(
        Enterprise, null=True, blank=True, on_delete=models.PROTECT, related_name="briefings"
    )
    district = models.ForeignKey(
        Body, null=True, blank=True, on_delete=models.PROTECT, related_name="briefings", verbose_name=_("区市")
    )
    since = models.DateField(_("对比日期"), null=True, blank=True)
    as_of = models.DateField(_("数据截至"))
    figures = models.JSONField(default=dict)
    snapshot = models.ForeignKey(Snapshot, null=True, blank=True, on_delete=models.PROTECT, related_name="briefings")
    issued_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    issued_at = models.DateTimeField(_("定稿时间"))
    file = models.ForeignKey(Attachment, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    is_illustrative = models.BooleanField(_("示例数据"), default=False)

    objects = BriefingQuerySet.as_manager()

    class Meta:
        verbose_name = _("材料")
        ordering = ("-issued_at",)

    def __str__(self) -> str:
        return self.title
