"""What a firm answers at each level below rows: ticks, bands, names. And what the innovation centre released of names.

An answer that was withheld (按约定不提供) is an answer: it is kept as such and never asked for again.
"""

from typing import Any, Self

from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from lianzhang.accounts.models import Body, Person
from lianzhang.accounts.rules import Act, BodyKind, Role, Thing
from lianzhang.records.models import Versioned
from lianzhang.records.scope import ScopedQuerySet
from lianzhang.records.secrecy import Secrecy
from lianzhang.registry.models.enterprises import Enterprise
from lianzhang.registry.models.grants import AnswerQuerySet, PurchaseGrant
from lianzhang.registry.models.lines import Level, ProductLine, holding
from lianzhang.registry.models.parts import Part
from lianzhang.registry.models.purchases import Purchase
from lianzhang.registry.models.trees import TreeVersion


class PartAnswerQuerySet(AnswerQuerySet["PartAnswer"]):
    level = Level.TICKS


class PartAnswer(Versioned):
    """目录级答复: whether a part of the standard tree is made, bought in the group or outside; no name, no amount."""

    secrecy = Secrecy(
        internal="line part tree_version answered_on answered_by proxy batch_code is_illustrative",
        secret="make is_supplier_local is_welcome is_withheld",
    )

    line = models.ForeignKey(
        ProductLine, on_delete=models.PROTECT, related_name="part_answers", verbose_name=_("产品线")
    )
    part = models.ForeignKey(Part, on_delete=models.PROTECT, related_name="answers", verbose_name=_("零部件"))
    tree_version = models.ForeignKey(
        TreeVersion, null=True, blank=True, on_delete=models.PROTECT, related_name="answers", verbose_name=_("树版本")
    )
    make = models.CharField(_("来源方式"), max_length=8, choices=Purchase.Make.choices, blank=True)
    is_supplier_local = models.BooleanField(_("本市有供应商"), null=True, blank=True)
    is_welcome = models.BooleanField(_("欢迎引进"), null=True, blank=True)
    is_withheld = models.BooleanField(_("按约定不提供"), default=False)
    answered_on = models.DateField(_("填报日期"), null=True, blank=True)
    answered_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    # 代为报送: the body that handed the answer in for a firm; empty where the firm did itself.
    proxy = models.ForeignKey(Body, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    batch_code = models.CharField(max_length=24, blank=True)
    is_illustrative = models.BooleanField(_("示例数据"), default=False)

    objects = PartAnswerQuerySet.as_manager()

    class Meta:
        verbose_name = _("目录级答复")
        ordering = ("line", "part")
        constraints = [
            models.UniqueConstraint(
                fields=["line", "part"],
                name="part_answer_once",
                violation_error_message=_("此产品线已有该零部件的答复。"),
            )
        ]

    def __str__(self) -> str:
        return f"{self.line} · {self.part}"


class CategoryAnswerQuerySet(AnswerQuerySet["CategoryAnswer"]):
    level = Level.BANDS


class CategoryAnswer(Versioned):
    """分档级答复: how much of a category a plant buys, as a band; how many suppliers; from where; how long to certify.

    The numbers of the band are kept, not the band: when the bands are redrawn, what was answered stays what it was. An
    empty upper end is open above.
    """

    secrecy = Secrecy(
        internal="line category year batch_code is_illustrative answered_on answered_by proxy",
        secret="plant make amount_low_wan amount_high_wan is_withheld supplier_low supplier_high source_region "
        "is_abroad certification_low_months certification_high_months",
    )

    line = models.ForeignKey(
        ProductLine, on_delete=models.PROTECT, related_name="category_answers", verbose_name=_("产品线")
    )
    category = models.CharField(_("类别"), max_length=80)
    plant = models.CharField(_("使用工厂"), max_length=120, blank=True)
    year = models.PositiveSmallIntegerField(_("年度"))
    make = models.CharField(_("来源方式"), max_length=8, choices=Purchase.Make.choices, blank=True)
    amount_low_wan = models.DecimalField(
        _("采购额下限（万元）"), max_digits=16, decimal_places=4, null=True, blank=True
    )
    amount_high_wan = models.DecimalField(
        _("采购额上限（万元）"), max_digits=16, decimal_places=4, null=True, blank=True
    )
    is_withheld = models.BooleanField(_("按约定不提供"), default=False)
    supplier_low = models.PositiveSmallIntegerField(_("供应商家数下限"), null=True, blank=True)
    supplier_high = models.PositiveSmallIntegerField(_("供应商家数上限"), null=True, blank=True)
    source_region = models.CharField(_("来源地区划"), max_length=6, blank=True)
    is_abroad = models.BooleanField(_("来自境外"), null=True, blank=True)
    certification_low_months = models.PositiveSmallIntegerField(_("认证周期下限（月）"), null=True, blank=True)
    certification_high_months = models.PositiveSmallIntegerField(_("认证周期上限（月）"), null=True, blank=True)
    answered_on = models.DateField(_("填报日期"), null=True, blank=True)
    answered_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    # 代为报送: the body that handed the answer in for a firm; empty where the firm did itself.
    proxy = models.ForeignKey(Body, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    batch_code = models.CharField(max_length=24, blank=True)
    is_illustrative = models.BooleanField(_("示例数据"), default=False)

    objects = CategoryAnswerQuerySet.as_manager()

    class Meta:
        verbose_name = _("分档级答复")
        ordering = ("line", "category", "plant", "-year")
        constraints = [
            models.UniqueConstraint(
                fields=["line", "category", "plant", "year"],
                name="category_answer_once",
                violation_error_message=_("此产品线当年已有该类别、工厂的答复。"),
            ),
            models.CheckConstraint(
                condition=Q(amount_high_wan__isnull=True)
                | Q(amount_low_wan__isnull=True)
                | Q(amount_high_wan__gte=F("amount_low_wan")),
                name="category_amount_in_order",
                violation_error_message=_("采购额上限低于下限。"),
            ),
            models.CheckConstraint(
                condition=Q(supplier_high__isnull=True)
                | Q(supplier_low__isnull=True)
                | Q(supplier_high__gte=F("supplier_low")),
                name="category_suppliers_in_order",
                violation_error_message=_("供应商家数上限低于下限。"),
            ),
            models.CheckConstraint(
                condition=Q(certification_high_months__isnull=True)
                | Q(certification_low_months__isnull=True)
                | Q(certification_high_months__gte=F("certification_low_months")),
                name="category_certification_in_order",
                violation_error_message=_("认证周期上限低于下限。"),
            ),
        ]

    def __str__(self) -> str:
        return " · ".join(filter(None, (str(self.line), self.category, self.plant, str(self.year))))


class MentionQuerySet(AnswerQuerySet["SupplierMention"]):
    level = Level.NAMES


class SupplierMention(Versioned):
    """盲比级答复: the name of a supplier, without any amount. Read by the firm and the innovation centre alone.

    `name_key` is what names are compared by: the normalised name, of the registered firm where one was recognised.
    """

    secrecy = Secrecy(
        internal="line category batch_code is_illustrative answered_on answered_by",
        secret="supplier supplier_name name_key",
    )

    line = models.ForeignKey(ProductLine, on_delete=models.PROTECT, related_name="mentions", verbose_name=_("产品线"))
    supplier = models.ForeignKey(
        Enterprise, null=True, blank=True, on_delete=models.PROTECT, related_name="mentions", verbose_name=_("供应商")
    )
    supplier_name = models.CharField(_("供应商（原文）"), max_length=200)
    name_key = models.CharField(max_length=200, db_index=True)
    category = models.CharField(_("类别"), max_length=80, blank=True)
    answered_on = models.DateField(_("填报日期"), null=True, blank=True)
    answered_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    batch_code = models.CharField(max_length=24, blank=True)
    is_illustrative = models.BooleanField(_("示例数据"), default=False)

    objects = MentionQuerySet.as_manager()

    class Meta:
        verbose_name = _("盲比级答复")
        ordering = ("line", "category", "name_key")
        constraints = [
            models.UniqueConstraint(
                fields=["line", "category", "name_key"],
                name="mention_once",
                violation_error_message=_("此产品线的该类别已填过这家供应商。"),
            )
        ]

    def __str__(self) -> str:
        return self.supplier_name


# A name leaves the innovation centre only when so many anchors, that do not belong together, gave it and still consent.
MIN_ANCHORS = 2


class SharedSupplierQuerySet(ScopedQuerySet["SharedSupplier"]):
    def visible_to(self, person: Person) -> Self:
        """The innovation centre that released it always; those who read targets while the consent stands."""
        reach = person.reach
        if reach.body_kind == BodyKind.INNOVATION_CENTRE and reach.may(Act.READ, Thing.PURCHASE):
            return self.filter(body_id=reach.body_id)
        return self.standing() if reach.may(Act.READ, Thing.TARGET) else self.none()

    def editable_by(self, person: Person) -> Self:
        reach = person.reach
        if reach.body_kind != BodyKind.INNOVATION_CENTRE or reach.role is Role.NOBODY:
            return self.none()
        return self.filter(body_id=reach.body_id)

    def standing(self) -> Self:
        """Released, not withdrawn, and named by enough anchors whose consent holds today."""
        return self.filter(withdrawn_at__isnull=True).consenting().filter(consenting_count__gte=MIN_ANCHORS)

    def consenting(self) -> Self:
        """With `consenting_count`: the anchors that name the supplier and consent today; a group counts once."""
        return self.annotate(consenting_count=Coalesce(Subquery(_consenting()), 0))


def _consenting() -> "models.QuerySet[SupplierMention, Any]":
    """Of each release, the number of groups that name the supplier, let the releasing body compare and still speak in
    names."""
    grants = holding(PurchaseGrant.objects.order_by().standing(), Level.NAMES).filter(
        Q(line__isnull=True) | Q(line=OuterRef("line")), body=OuterRef(OuterRef("body")), firm=OuterRef("line__firm")
    )
    same = Q(name_key=OuterRef("name_key")) | Q(supplier__isnull=False, supplier=OuterRef("supplier"))
    telling: models.QuerySet[SupplierMention] = holding(
        SupplierMention.objects.order_by(), Level.NAMES, path="line__levels"
    )
    found = telling.filter(same, Exists(grants)).annotate(one=models.Value(1)).values("one")
    group = Coalesce("line__firm__parent", "line__firm")
    return found.annotate(n=Count(group, distinct=True)).values("n")


class SharedSupplier(Versioned):
    """共性配套商发布: a supplier that several anchors named, released by the innovation centre without saying who.

    It is read only while at least two of them still consent; `anchor_count` is what it was on the day of release.
    """

    secrecy = Secrecy(
        internal="body supplier name name_key categories anchor_count released_by released_on withdrawn_by "
        "withdrawn_at is_illustrative"
    )

    body = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="shared_suppliers")
    supplier = models.ForeignKey(
        Enterprise,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="shared_releases",
        verbose_name=_("供应商"),
    )
    name = models.CharField(_("名称"), max_length=200)
    name_key = models.CharField(max_length=200)
    categories = models.JSONField(_("类别"), default=list)  # those in which enough anchors named it
    anchor_count = models.PositiveSmallIntegerField(_("提及链主数"))
    released_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    released_on = models.DateField(_("发布日期"))
    withdrawn_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    is_illustrative = models.BooleanField(_("示例数据"), default=False)

    objects = SharedSupplierQuerySet.as_manager()

    class Meta:
        verbose_name = _("共性配套商")
        ordering = ("-released_on", "name")
        constraints = [
            models.UniqueConstraint(
                fields=["body", "name_key"],
                condition=Q(withdrawn_at__isnull=True),
                name="shared_supplier_released_once",
                violation_error_message=_("此供应商已经发布。"),
            ),
            models.CheckConstraint(
                condition=Q(anchor_count__gte=MIN_ANCHORS), name="shared_supplier_needs_two_anchors"
            ),
        ]

    def __str__(self) -> str:
        return self.name
