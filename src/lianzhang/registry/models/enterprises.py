"""Enterprises under one name, their aliases and mergers, and where every fact comes from."""

from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from lianzhang.accounts.models import Body, Person
from lianzhang.accounts.rules import Act, Role, Scope, Thing
from lianzhang.records.models import Versioned
from lianzhang.records.scope import ScopedQuerySet
from lianzhang.records.secrecy import Secrecy


class SourceQuerySet(ScopedQuerySet["Source"]):
    def visible_to(self, person: Person) -> Self:
        """A source is as open as the figures that quote it; its title and date are no secret to a signed-in post."""
        return self.all() if person.reach.role is not Role.NOBODY else self.none()

    def editable_by(self, person: Person) -> Self:
        return self.all() if person.reach.may(Act.WRITE, Thing.INDICATOR) else self.none()


class Source(Versioned):
    """来源: the publication, ledger or statement a fact comes from."""

    secrecy = Secrecy(public="code title publisher published_on url note is_illustrative")

    code = models.CharField(_("代码"), max_length=40, unique=True)
    title = models.CharField(_("标题"), max_length=200)
    publisher = models.CharField(_("发布单位"), max_length=120, blank=True)
    published_on = models.DateField(_("发布日期"), null=True, blank=True)
    url = models.CharField(_("链接"), max_length=300, blank=True)
    note = models.TextField(_("说明"), blank=True)
    is_illustrative = models.BooleanField(_("示例数据"), default=False)

    objects = SourceQuerySet.as_manager()

    class Meta:
        verbose_name = _("来源")

    def __str__(self) -> str:
        return self.title


class EnterpriseQuerySet(ScopedQuerySet["Enterprise"]):
    def visible_to(self, person: Person) -> Self:
        """The enterprise master is open to the offices; a firm's contact sees the own firm only."""
        width = person.reach.scope(Act.READ, Thing.ENTERPRISE)
        if width is Scope.ALL:
            return self.filter(merged_into__isnull=True)
        if width is Scope.OWN:
            return self.filter(body_id=person.reach.body_id, merged_into__isnull=True)
        return self.none()

    def editable_by(self, person: Person) -> Self:
        """A district changes firms in its own area, a firm itself, the others all they see."""
        width = person.reach.scope(Act.WRITE, Thing.ENTERPRISE)
        if width is Scope.ALL:
            return self.visible_to(person)
        if width is Scope.OWN and person.reach.role is Role.DISTRICT:
            return self.visible_to(person).filter(region_code__startswith=person.reach.region_code or "-")
        if width is Scope.OWN:
            return self.visible_to(person).filter(body_id=person.reach.body_id)
        return self.none()


class Enterprise(Versioned):
    """企业: one legal entity or branch, under its registered name. Short names, former names and codes are aliases."""

    secrecy = Secrecy(
        public="code name name_key name_initials credit_code region_code kind parent industry_code is_above_scale "
        "sped_level",
        internal="body address products merged_into source is_illustrative last_verified_on note chain_names "
        "segment_name chain_role is_specialised is_high_tech stock_code revenue_wan data_on",
        sensitive="contact_name contact_phone",
    )

    class Kind(models.TextChoices):
        COMPANY = "company", _("公司")
        BRANCH = "branch", _("分支机构")
        INSTITUTE = "institute", _("事业单位")
        OTHER = "other", _("其他")

    class ChainRole(models.TextChoices):
        ANCHOR = "anchor", _("链主")
        CORE = "core", _("链核")
        SUPPLIER = "supplier", _("配套")
        OTHER = "other", _("其他")

    code = models.CharField(_("编号"), max_length=24, unique=True)
    name = models.CharField(_("企业名称"), max_length=200)
    name_key = models.CharField(max_length=200, db_index=True)
    name_initials = models.CharField(max_length=200, blank=True)  # pinyin initials, for the search box
    credit_code = models.CharField(_("统一社会信用代码"), max_length=18, null=True, blank=True, unique=True)
    region_code = models.CharField(_("注册地区划"), max_length=6, blank=True)
    address = models.CharField(_("地址"), max_length=200, blank=True)
    kind = models.CharField(_("类型"), max_length=10, choices=Kind.choices, default=Kind.COMPANY)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="branches")
    body = models.OneToOneField(Body, null=True, blank=True, on_delete=models.SET_NULL, related_name="enterprise")
    industry_code = models.CharField(_("行业代码"), max_length=8, blank=True)
    is_above_scale = models.BooleanField(_("规上"), null=True, blank=True)
    sped_level = models.CharField(_("专精特新"), max_length=20, blank=True)
    products = models.CharField(_("主要产品"), max_length=300, blank=True)
    # What the ledgers say of chain and segment; where a firm stands on the map is decided on the map.
    chain_names = models.CharField(_("所属产业链"), max_length=100, blank=True)
    segment_name = models.CharField(_("所属环节"), max_length=100, blank=True)
    chain_role = models.CharField(_("链上角色"), max_length=10, choices=ChainRole.choices, blank=True)
    is_specialised = models.BooleanField(_("专精特新企业"), null=True, blank=True)
    is_high_tech = models.BooleanField(_("高新技术企业"), null=True, blank=True)
    stock_code = models.CharField(_("股票代码"), max_length=12, blank=True)
    revenue_wan = models.DecimalField(_("上年营业收入（万元）"), max_digits=16, decimal_places=4, null=True, blank=True)
    data_on = models.DateField(_("数据截至"), null=True, blank=True)
    contact_name = models.CharField(_("联系人"), max_length=60, blank=True)
    contact_phone = models.CharField(_("联系电话"), max_length=30, blank=True)
    merged_into = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="merged")
    source = models.ForeignKey(Source, null=True, blank=True, on_delete=models.PROTECT)
    is_illustrative = models.BooleanField(_("示例数据"), default=False)
    last_verified_on = models.DateField(_("最后核实"), null=True, blank=True)
    note = models.TextField(_("备注"), blank=True)

    objects = EnterpriseQuerySet.as_manager()

    class Meta:
        verbose_name = _("企业")
        ordering = ("name",)
        indexes = [models.Index(fields=["region_code"], name="enterprise_region")]

    def __str__(self) -> str:
        return self.name


class OfEnterpriseQuerySet(ScopedQuerySet["Alias"]):
    def visible_to(self, person: Person) -> Self:
        return self.filter(enterprise__in=Enterprise.objects.visible_to(person))

    def editable_by(self, person: Person) -> Self:
        return self.filter(enterprise__in=Enterprise.objects.editable_by(person))


class Alias(models.Model):
    """别名: another name by which ledgers call an enterprise; confirmed by a person, reversible."""

    class Kind(models.TextChoices):
        SHORT = "short", _("简称")
        FORMER = "former", _("曾用名")
        LEDGER = "ledger", _("台账写法")

    secrecy = Secrecy(public="enterprise name key kind", internal="confirmed_by confirmed_at batch_code")

    enterprise = models.ForeignKey(Enterprise, on_delete=models.CASCADE, related_name="aliases")
    name = models.CharField(_("名称"), max_length=200)
    key = models.CharField(max_length=200, db_index=True)
    kind = models.CharField(_("种类"), max_length=8, choices=Kind.choices)
    confirmed_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField(null=True)
    batch_code = models.CharField(max_length=24, blank=True)

    objects = OfEnterpriseQuerySet.as_manager()

    class Meta:
        verbose_name = _("别名")
        constraints = [models.UniqueConstraint(fields=["enterprise", "key"], name="alias_once")]

    def __str__(self) -> str:
        return self.name


class MergeQuerySet(ScopedQuerySet["EnterpriseMerge"]):
    def visible_to(self, person: Person) -> Self:
        """Those who may see the surviving enterprise."""
        return self.filter(survivor__in=Enterprise.objects.visible_to(person))

    def editable_by(self, person: Person) -> Self:
        """Merging and rolling back is the secretariat's (approve right on enterprises)."""
        return self.visible_to(person) if person.reach.may(Act.APPROVE, Thing.ENTERPRISE) else self.none()


class EnterpriseMerge(Versioned):
    """企业合并: two records of one firm made one; what moved is listed, so that it can be rolled back."""

    secrecy = Secrecy(internal="survivor merged moved reason merged_by merged_at undone_by undone_at")

    survivor = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="absorbed")
    merged = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="absorptions")
    moved = models.JSONField(default=dict)  # {"app.Model.field": [ids]}
    reason = models.CharField(_("理由"), max_length=200)
    merged_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    merged_at = models.DateTimeField()
    undone_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    undone_at = models.DateTimeField(null=True, blank=True)

    objects = MergeQuerySet.as_manager()

    class Meta:
        verbose_name = _("企业合并")
        ordering = ("-merged_at",)

    def __str__(self) -> str:
        return f"{self.merged_id} → {self.survivor_id}"
