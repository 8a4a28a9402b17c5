"""What firms buy and what it is made of: confidential, with the grants that open it."""

from datetime import date
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lianzhang.accounts.models import Body, Person
from lianzhang.accounts.rules import Act, Role, Thing
from lianzhang.records.models import Versioned
from lianzhang.records.scope import M, ScopedQuerySet
from lianzhang.records.secrecy import Secrecy
from lianzhang.registry.models.enterprises import Enterprise
from lianzhang.registry.models.parts import Part
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


class PurchaseGrant(Versioned):
    """采购数据授权: a firm lets a body read its purchases (商业秘密（授权可见）) from one day to another."""

    secrecy = Secrecy(
        internal="firm body purpose starts_on ends_on scan entered_by confirmed_by withdrawn_at withdrawn_by"
    )

    firm = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="grants", verbose_name=_("授权企业"))
    body = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="grants", verbose_name=_("被授权单位"))
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


class ConfidentialQuerySet(ScopedQuerySet[M]):
    """Rows that belong to a firm (`buyer`): readable by the firm and by bodies it granted, nobody else."""

    owner = "buyer"

    def visible_to(self, person: Person) -> Self:
        if not person.reach.may(Act.READ, Thing.PURCHASE) or person.reach.body_id is None:
            return self.none()
        granted = PurchaseGrant.objects.in_force(timezone.localdate()).filter(body_id=person.reach.body_id)
        own = Q(**{f"{self.owner}__body_id": person.reach.body_id})
        return self.filter(own | Q(**{f"{self.owner}__in": granted.values("firm_id")}))

    @classmethod
    def owners(cls, person: Person) -> set[int]:
        """The firms whose rows `visible_to` gives.

        With their ids an index adds the rows up without reading one. Not for a page of rows: there the planner would
        fetch and sort all that those firms buy to show fifty.
        """
        if not person.reach.may(Act.READ, Thing.PURCHASE) or person.reach.body_id is None:
            return set()
        granted = PurchaseGrant.objects.in_force(timezone.localdate()).filter(body_id=person.reach.body_id)
        own = Enterprise.objects.order_by().filter(body_id=person.reach.body_id)
        return set(own.values_list("pk", flat=True).union(granted.values_list("firm_id", flat=True)))

    def editable_by(self, person: Person) -> Self:
        """The firm itself; and a task force it granted, which enters what the firm hands over."""
        return self.visible_to(person)


class Purchase(Versioned):
    """采购: what a firm buys of a part from whom, as an exact amount or a band, in 万元 a year. Confidential."""

    class Make(models.TextChoices):
        OWN = "own", _("自制")
        GROUP = "group", _("集团内")
        BOUGHT = "bought", _("外购")

    secrecy = Secrecy(
        internal="buyer part year batch_code is_illustrative",
        secret="supplier supplier_name make amount_wan amount_low_wan amount_high_wan is_withheld plant "
        "production_region is_trader is_import certification_months note",
    )

    buyer = models.ForeignKey(
        Enterprise, on_delete=models.PROTECT, related_name="purchases", verbose_name=_("采购企业")
    )
    part = models.ForeignKey(Part, on_delete=models.PROTECT, related_name="purchases", verbose_name=_("零部件"))
    supplier = models.ForeignKey(
        Enterprise, null=True, blank=True, on_delete=models.PROTECT, related_name="sales", verbose_name=_("供应商")
    )
    supplier_name = models.CharField(_("供应商（原文）"), max_length=200, blank=True)
    year = models.PositiveSmallIntegerField(_("年度"))
    make = models.CharField(_("来源方式"), max_length=8, choices=Make.choices, default=Make.BOUGHT)
    amount_wan = models.DecimalField(_("采购额（万元）"), max_digits=16, decimal_places=4, null=True, blank=True)
    amount_low_wan = models.DecimalField(_("下限（万元）"), max_digits=16, decimal_places=4, null=True, blank=True)
    amount_high_wan = models.DecimalField(_("上限（万元）"), max_digits=16, decimal_places=4, null=True, blank=True)
    is_withheld = models.BooleanField(_("按约定不提供"), default=False)
    plant = models.CharField(_("使用工厂"), max_length=120, blank=True)
    production_region = models.CharField(_("生产地区划"), max_length=6, blank=True)
    is_trader = models.BooleanField(_("贸易商"), null=True, blank=True)
    is_import = models.BooleanField(_("进口"), null=True, blank=True)
    certification_months = models.PositiveSmallIntegerField(_("认证周期（月）"), null=True, blank=True)
    note = models.CharField(_("备注"), max_length=200, blank=True)
    batch_code = models.CharField(max_length=24, blank=True)
    is_illustrative = models.BooleanField(_("示例数据"), default=False)

    objects = ConfidentialQuerySet.as_manager()

    class Meta:
        verbose_name = _("采购")
        constraints = [
            models.CheckConstraint(
                condition=Q(amount_low_wan__isnull=True) | Q(amount_high_wan__gte=F("amount_low_wan")),
                name="purchase_band_in_order",
            ),
            models.CheckConstraint(
                condition=Q(supplier__isnull=True) | ~Q(supplier=F("buyer")), name="purchase_not_from_oneself"
            ),
        ]
        indexes = [
            models.Index(fields=["part", "buyer"], name="purchase_part_buyer"),
            # Everything the list of purchases adds up: a hundred thousand rows in 7 ms instead of 42.
            models.Index(
                fields=["buyer", "amount_wan", "amount_low_wan", "is_withheld", "is_illustrative"],
                name="purchase_sums",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.buyer_id} {self.part_id} {self.year}"


class BomQuerySet(ConfidentialQuerySet["BomLine"]):
    """A firm's bill of materials follows its purchases; a line without a firm belongs to the standard part tree."""

    owner = "firm"

    def visible_to(self, person: Person) -> Self:
        standard = Q(firm__isnull=True) if person.reach.may(Act.READ, Thing.GAP) else Q(pk__in=[])
        return self.filter(standard | Q(pk__in=super().visible_to(person).values("pk")))


class BomLine(Versioned):
    """物料清单行: `quantity` of `child` goes into one `parent`. Confidential where a firm owns it."""

    secrecy = Secrecy(internal="firm parent child unit batch_code is_illustrative", secret="quantity")

    firm = models.ForeignKey(Enterprise, null=True, blank=True, on_delete=models.PROTECT, related_name="bom_lines")
    parent = models.ForeignKey(Part, on_delete=models.PROTECT, related_name="made_of")
    child = models.ForeignKey(Part, on_delete=models.PROTECT, related_name="used_in")
    quantity = models.DecimalField(_("用量"), max_digits=16, decimal_places=6)
    unit = models.CharField(_("单位"), max_length=16, blank=True)
    batch_code = models.CharField(max_length=24, blank=True)
    is_illustrative = models.BooleanField(_("示例数据"), default=False)

    objects = BomQuerySet.as_manager()

    class Meta:
        verbose_name = _("物料清单")
        constraints = [
            models.UniqueConstraint(fields=["firm", "parent", "child"], name="bom_line_once"),
            models.CheckConstraint(condition=~Q(parent=F("child")), name="part_does_not_contain_itself"),
        ]

    def __str__(self) -> str:
        return f"{self.parent_id} → {self.child_id}"
