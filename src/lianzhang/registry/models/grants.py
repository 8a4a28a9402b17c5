"""采购数据授权: a firm opens its answers to a body, by level and product line, from one day to another."""

from datetime import date
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lianzhang.accounts.models import Body, Person
from lianzhang.accounts.rules import Act, BodyKind, Role, Thing
from lianzhang.records.models import Versioned
from lianzhang.records.scope import M, ScopedQuerySet
from lianzhang.records.secrecy import Secrecy
from lianzhang.registry.models.enterprises import Enterprise
from lianzhang.registry.models.lines import Level, ProductLine, holding
from lianzhang.trail.models import Attachment


class GrantQuerySet(ScopedQuerySet["PurchaseGrant"]):
    def visible_to(self, person: Person) -> Self:
        """The firm that grants, the body that was granted, and for paper grants the secretariat that files them."""
        mine = Q(firm__body_id=person.reach.body_id) | Q(body_id=person.reach.body_id)
        if person.reach.body_id is None:
            return self.none()
        return self.filter(mine | Q(scan__isnull=False)) if person.reach.role is Role.SECRETARIAT else self.filter(mine)

    def editable_by(self, person: Person) -> Self:
        if person.reach.role is Role.SECRETARIAT:
            return self.filter(scan__isnull=False)
        return self.filter(firm__body_id=person.reach.body_id) if person.reach.body_id else self.none()

    def in_force(self, on: date) -> Self:
        """Grants that hold on a day: begun, not ended or withdrawn, a paper grant confirmed by a second person."""
        second = Q(scan__isnull=True) | Q(confirmed_by__isnull=False)
        return self.filter(
            second, Q(ends_on__isnull=True) | Q(ends_on__gte=on), starts_on__lte=on, withdrawn_at__isnull=True
        )

    def standing(self) -> Self:
        """Grants in force for whoever is looking now."""
        return self.in_force(timezone.localdate())

    def opening(self, level: str, *, person: Person) -> Self:
        """Grants by which `person` reads answers of `level` today.

        Names are read by the innovation centre alone, whatever else was granted; rows by the two people named in the
        grant, or by the whole body where the grant is older than that rule.
        """
        reach = person.reach
        if reach.body_id is None or not reach.may(Act.READ, Thing.PURCHASE):
            return self.none()
        if level == Level.NAMES and reach.body_kind != BodyKind.INNOVATION_CENTRE:
            return self.none()
        held: Self = holding(self.standing().filter(body_id=reach.body_id), level)
        if level == Level.ROWS:
            named = PurchaseGrant.readers.through.objects.filter(person_id=reach.person_id or 0)
            held = held.filter(Q(is_whole_body=True) | Q(pk__in=named.values("purchasegrant_id")))
        return held


class PurchaseGrant(Versioned):
    """采购数据授权: a firm lets a body read its answers (商业秘密（授权可见）) of some levels, for a purpose."""

    secrecy = Secrecy(
        internal="firm body levels line is_whole_body purpose starts_on ends_on scan entered_by confirmed_by "
        "withdrawn_at withdrawn_by"
    )

    firm = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="grants", verbose_name=_("授权企业"))
    body = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="grants", verbose_name=_("被授权单位"))
    levels = models.JSONField(_("披露层级"), default=list)
    line = models.ForeignKey(
        ProductLine, null=True, blank=True, on_delete=models.PROTECT, related_name="grants", verbose_name=_("产品线")
    )
    readers = models.ManyToManyField(Person, blank=True, related_name="readable_grants", verbose_name=_("具名查阅人"))
    # Grants of before people were named: the whole body reads rows. No new grant is made so.
    is_whole_body = models.BooleanField(_("全单位可读"), default=False)
    purpose = models.CharField(_("用途"), max_length=120, blank=True)
    starts_on = models.DateField(_("自"))
    ends_on = models.DateField(_("至"), null=True, blank=True)
    scan = models.ForeignKey(Attachment, null=True, blank=True, on_delete=models.PROTECT, verbose_name=_("纸质授权"))
    entered_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    confirmed_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    objects = GrantQuerySet.as_manager()

    class Meta:
        verbose_name = _("采购数据授权")
        constraints = [
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True) | ~Q(confirmed_by=F("entered_by")),
                name="paper_grant_needs_two_people",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")), name="grant_ends_after_start"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.firm} → {self.body}"


def lines_opened(level: str, *, person: Person) -> "models.QuerySet[ProductLine]":
    """Other firms' product lines whose answers of `level` a grant opens to `person` today.

    A line whose firm no longer speaks at that level is not among them: what was answered then is read by the firm
    alone, until it chooses the level again.
    """
    held = PurchaseGrant.objects.opening(level, person=person).order_by()
    whole = Q(firm__in=held.filter(line__isnull=True).values("firm_id"))
    # After a merge a line may be another firm's; the grant of before opens nothing of that firm.
    one = Q(pk__in=held.filter(line__firm=F("firm")).values("line_id"))
    return ProductLine.objects.order_by().telling(level).filter(whole | one)


class AnswerQuerySet(ScopedQuerySet[M]):
    """Answers to one level, about a product line: read by the firm, and by those whom a grant of that level names."""

    level: Level

    def visible_to(self, person: Person) -> Self:
        if not person.reach.may(Act.READ, Thing.PURCHASE) or person.reach.body_id is None:
            return self.none()
        own = ProductLine.objects.order_by().filter(firm__body_id=person.reach.body_id)
        opened = lines_opened(self.level, person=person)
        return self.filter(Q(line__in=own.values("pk")) | Q(line__in=opened.values("pk")))

    def editable_by(self, person: Person) -> Self:
        """The firm itself; and those it granted, who enter what the firm hands over."""
        return self.visible_to(person)
