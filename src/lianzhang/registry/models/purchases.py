"""What firms buy and what it is made of: confidential, row by row (明细级)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

from django.db import models
from django.db.models import F, Q, QuerySet, Value
from django.utils.translation import gettext_lazy as _

from lianzhang.accounts.models import Person
from lianzhang.accounts.rules import Act, Thing
from lianzhang.records.models import Versioned
from lianzhang.records.scope import M, ScopedQuerySet
from lianzhang.records.secrecy import Secrecy
from lianzhang.registry.models.enterprises import Enterprise
from lianzhang.registry.models.grants import PurchaseGrant, lines_opened
from lianzhang.registry.models.lines import Level, ProductLine
from lianzhang.registry.models.parts import Part


class ConfidentialQuerySet(ScopedQuerySet[M]):
    """Rows that belong to a firm (`owner`): readable by the firm and by whom it granted rows (明细级), nobody else."""

    owner = "buyer"

    def visible_to(self, person: Person) -> Self:
        if not person.reach.may(Act.READ, Thing.PURCHASE) or person.reach.body_id is None:
            return self.none()
        own = Q(**{f"{self.owner}__body_id": person.reach.body_id})
        return self.filter(own | self._granted(person))

    def _granted(self, person: Person) -> Q:
        return Q(**{f"{self.owner}__in": whole_grants(person).values("firm_id")})

    @classmethod
    def owners(cls, person: Person) -> set[int]:
        """The firms all of whose rows `visible_to` gives."""
        told = told_to(person)
        return {*told.own, *told.whole}

    def editable_by(self, person: Person) -> Self:
        """The firm itself; and a task force it granted, which enters what the firm hands over."""
        return self.visible_to(person)


def whole_grants(person: Person) -> QuerySet[PurchaseGrant]:
    """Grants that open all rows of their firm to `person`, whatever product line they are of."""
    return PurchaseGrant.objects.opening(Level.ROWS, person=person).filter(line__isnull=True).order_by()


@dataclass(frozen=True)
class Told:
    """Whose rows a person reads: the own firm's, those of firms that granted all, and product lines with their firm."""

    own: frozenset[int] = frozenset()
    whole: frozenset[int] = frozenset()
    lines: Mapping[int, int] = field(default_factory=dict)

    @property
    def buyers(self) -> set[int]:
        """The firms of which any row is read."""
        return {*self.own, *self.whole, *self.lines.values()}


def told_to(person: Person) -> Told:
    """What `Purchase.objects.visible_to` comes to, in two queries."""
    if not person.reach.may(Act.READ, Thing.PURCHASE) or person.reach.body_id is None:
        return Told()
    own = Enterprise.objects.order_by().filter(body_id=person.reach.body_id).values_list("pk", Value(1))
    firms = list(own.union(whole_grants(person).values_list("firm_id", Value(0))))
    lines = dict(lines_opened(Level.ROWS, person=person).values_list("pk", "firm_id"))
    mine = frozenset(firm for firm, is_own in firms if is_own)
    return Told(mine, frozenset(firm for firm, _is_own in firms) - mine, lines)


class PurchaseQuerySet(ConfidentialQuerySet["Purchase"]):
    """Purchases may be of a product line: such a row is read where the line speaks in rows and is granted."""

    def _granted(self, person: Person) -> Q:
        lines = lines_opened(Level.ROWS, person=person)
        return super()._granted(person) & Q(line__isnull=True) | Q(line__in=lines.values("pk"))

    def counted_for(self, told: "Told") -> Self:
        """The same rows as `visible_to`, for adding up.

        With the firms' ids an index adds the rows up without reading one. Not for a page of rows: there the planner
        would fetch and sort all that those firms buy to show fifty.
        """
        rows = Q(buyer_id__in=told.own | told.whole)
        if ProductLine.objects.filter(firm__in=told.whole).exclude(pk__in=told.lines).exists():
            # A line of theirs is closed. Within the firms' rows, so that the index still answers alone.
            rows &= Q(buyer_id__in=told.own) | Q(line__isnull=True) | Q(line_id__in=told.lines)
        alone = [line for line, firm in told.lines.items() if firm not in told.whole]
        return self.filter(rows | Q(line_id__in=alone)) if alone else self.filter(rows)


class Purchase(Versioned):
    """采购: what a firm buys of a part from whom, as an exact amount or a band, in 万元 a year. Confidential."""

    class Make(models.TextChoices):
        OWN = "own", _("自制")
        GROUP = "group", _("集团内")
        BOUGHT = "bought", _("外购")

    secrecy = Secrecy(
        internal="buyer part line level year batch_code is_illustrative",
        secret="supplier supplier_name make amount_wan amount_low_wan amount_high_wan is_withheld plant "
        "production_region is_trader is_import certification_months note",
    )

    buyer = models.ForeignKey(
        Enterprise, on_delete=models.PROTECT, related_name="purchases", verbose_name=_("采购企业")
    )
    part = models.ForeignKey(Part, on_delete=models.PROTECT, related_name="purchases", verbose_name=_("零部件"))
    line = models.ForeignKey(
        ProductLine,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="purchases",
        verbose_name=_("产品线"),
    )
    level = models.CharField(_("披露层级"), max_length=2, choices=Level.choices, default=Level.ROWS)
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

    objects = PurchaseQuerySet.as_manager()

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
                fields=["buyer", "amount_wan", "amount_low_wan", "is_withheld", "is_illustrative", "line"],
                name="purchase_sums",
            ),
            # What a firm has told, counted by line; where it uses what it buys: each on the firm's page of what is
            # asked of it, 25,000 rows in 2 ms instead of 12.
            models.Index(fields=["buyer", "year", "line", "is_withheld"], name="purchase_told"),
            models.Index(fields=["buyer", "plant", "part"], name="purchase_plants"),
        ]

    def __str__(self) -> str:
        return f"{self.buyer_id} {self.part_id} {self.year}"


class BomQuerySet(ConfidentialQuerySet["BomLine"]):
    """A firm's bill of materials follows its rows; a grant of one product line does not open it."""

    owner = "firm"


class BomLine(Versioned):
    """物料清单行: `quantity` of `child` goes into one `parent`, in a firm's own bill. Confidential."""

    secrecy = Secrecy(internal="firm parent child unit batch_code is_illustrative", secret="quantity")

    firm = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="bom_lines")
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
