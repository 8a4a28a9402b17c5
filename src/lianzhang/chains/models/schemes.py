"""Which chains a city names, from when to when, who answers for each, and what became of them in the next scheme."""

from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from lianzhang.accounts.models import Body, Person
from lianzhang.accounts.rules import Act, Role, Scope, Thing
from lianzhang.records.models import Versioned
from lianzhang.records.scope import M, ScopedQuerySet
from lianzhang.records.secrecy import Secrecy
from lianzhang.registry.models import Enterprise, Source


class SchemeQuerySet(ScopedQuerySet["Scheme"]):
    def visible_to(self, person: Person) -> Self:
        return self.all() if person.reach.may(Act.READ, Thing.CHAIN) else self.none()

    def editable_by(self, person: Person) -> Self:
        return self.all() if person.reach.scope(Act.WRITE, Thing.CHAIN) is Scope.ALL else self.none()


class Scheme(Versioned):
    """方案: the set of chains a city works by from one day to another; the next scheme maps from this one."""

    secrecy = Secrecy(
        public="code name_zh name_en valid_from valid_to is_confirmed is_illustrative source note home_regions groups"
    )

    code = models.SlugField(_("代码"), max_length=40, unique=True)
    name_zh = models.CharField(_("名称"), max_length=120)
    name_en = models.CharField(_("英文名称"), max_length=160, blank=True)
    valid_from = models.DateField(_("自"))
    valid_to = models.DateField(_("至"), null=True, blank=True)
    is_confirmed = models.BooleanField(_("已确认"), default=False)
    is_illustrative = models.BooleanField(_("示例数据"), default=False)
    source = models.ForeignKey(Source, null=True, blank=True, on_delete=models.PROTECT)
    note = models.TextField(_("说明"), blank=True)
    home_regions = models.JSONField(_("本市区划"), default=list)  # prefixes of region codes, e.g. ["3702"]
    groups = models.JSONField(_("分组"), default=list)  # [[code, zh, en], …] in the order of the scheme

    objects = SchemeQuerySet.as_manager()

    class Meta:
        verbose_name = _("方案")
        ordering = ("-valid_from",)

    def __str__(self) -> str:
        return self.name_zh

    @property
    def name(self) -> str:
        """The name in the reader's language."""
        return self.name_en if self.name_en and (get_language() or "").startswith("en") else self.name_zh


class ChainQuerySet(ScopedQuerySet["Chain"]):
    def visible_to(self, person: Person) -> Self:
        """Every post sees the list of chains; what is inside a chain has rules of its own."""
        return self.all() if person.reach.may(Act.READ, Thing.CHAIN) else self.none()

    def editable_by(self, person: Person) -> Self:
        width = person.reach.scope(Act.WRITE, Thing.CHAIN)
        if width is Scope.ALL:
            return self.all()
        return self.own_of(person) if width is Scope.OWN else self.none()

    def own_of(self, person: Person) -> Self:
        """The person's own chains: served by the task force, led by the department, or anchored by the firm."""
        body_id = person.reach.body_id
        if body_id is None:
            return self.none()
        if person.reach.role is Role.ANCHOR:
            return self.filter(pk__in=Anchor.objects.standing().filter(enterprise__body_id=body_id).values("chain_id"))
        return self.filter(Q(body_id=body_id) | Q(lead_department_id=body_id))

    def within(self, person: Person, *, act: Act, thing: Thing) -> Self:
        """Chains on which the person may `act` on `thing`: all, the own ones, or none."""
        width = person.reach.scope(act, thing)
        if width is Scope.ALL:
            return self.all()
        return self.own_of(person) if width is Scope.OWN else self.none()


class Chain(Versioned):
    """产业链: one chain of a scheme, with the body that works on it and the department that leads it."""

    class Nature(models.TextChoices):
        MANUFACTURING = "manufacturing", _("制造业")
        SERVICE = "service", _("服务业")

    secrecy = Secrecy(
        public="code scheme slug name_zh name_en group position nature body lead_department is_active note "
        "is_illustrative"
    )

    code = models.SlugField(_("代码"), max_length=60, unique=True)
    scheme = models.ForeignKey(Scheme, on_delete=models.PROTECT, related_name="chains", verbose_name=_("方案"))
    slug = models.SlugField(_("方案内代码"), max_length=40)
    name_zh = models.CharField(_("名称"), max_length=60)
    name_en = models.CharField(_("英文名称"), max_length=80, blank=True)
    group = models.CharField(_("分组"), max_length=40, blank=True)
    position = models.PositiveSmallIntegerField(_("次序"), default=0)
    nature = models.CharField(_("类别"), max_length=16, choices=Nature.choices)
    body = models.ForeignKey(
        Body, null=True, blank=True, on_delete=models.PROTECT, related_name="chains", verbose_name=_("工作专班")
    )
    lead_department = models.ForeignKey(
        Body, null=True, blank=True, on_delete=models.PROTECT, related_name="led_chains", verbose_name=_("牵头部门")
    )
    is_active = models.BooleanField(_("在用"), default=True)
    is_illustrative = models.BooleanField(_("示例数据"), default=False)
    note = models.TextField(_("说明"), blank=True)

    objects = ChainQuerySet.as_manager()

    class Meta:
        verbose_name = _("产业链")
        ordering = ("scheme", "position")
        constraints = [models.UniqueConstraint(fields=["scheme", "slug"], name="chain_once_in_scheme")]

    def __str__(self) -> str:
        return self.name_zh

    @property
    def name(self) -> str:
        """The name in the reader's language."""
        return self.name_en if self.name_en and (get_language() or "").startswith("en") else self.name_zh

    @property
    def is_service(self) -> bool:
        return self.nature == self.Nature.SERVICE


class OfChainQuerySet(ScopedQuerySet[M]):
    """Rows that belong to a chain and follow one thing of the matrix; the subclass names it."""

    thing = Thing.CHAIN
    path = "chain"

    def visible_to(self, person: Person) -> Self:
        return self._within(person, Act.READ)

    def editable_by(self, person: Person) -> Self:
        return self._within(person, Act.WRITE)

    def approvable_by(self, person: Person) -> Self:
        return self._within(person, Act.APPROVE)

    def _within(self, person: Person, act: Act) -> Self:
        width = person.reach.scope(act, self.thing)
        if width is Scope.ALL:
            return self.all()
        if width is Scope.NONE:
            return self.none()
        return self.filter(**{f"{self.path}__in": Chain.objects.own_of(person).values("pk")})


class SuccessionQuerySet(OfChainQuerySet["ChainSuccession"]):
    path = "old"


class ChainSuccession(Versioned):
    """新旧对应: what became of a chain in the next scheme; `new` empty = kept on record and still reported."""

    secrecy = Secrecy(public="old new scheme is_confirmed note")

    old = models.ForeignKey(Chain, on_delete=models.CASCADE, related_name="successions")
    new = models.ForeignKey(Chain, null=True, blank=True, on_delete=models.CASCADE, related_name="predecessors")
    scheme = models.ForeignKey(Scheme, on_delete=models.CASCADE, related_name="successions")  # the newer scheme
    is_confirmed = models.BooleanField(_("已确认"), default=False)
    note = models.CharField(_("说明"), max_length=200, blank=True)

    objects = SuccessionQuerySet.as_manager()

    class Meta:
        verbose_name = _("新旧方案对应")
        constraints = [models.UniqueConstraint(fields=["old", "scheme", "new"], name="succession_once")]

    def __str__(self) -> str:
        return f"{self.old_id} → {self.new_id}"


class AnchorQuerySet(OfChainQuerySet["Anchor"]):
    def standing(self) -> Self:
        """Those that are anchors now: an end is entered when it has come, never before."""
        return self.filter(to_on__isnull=True)


class Anchor(Versioned):
    """链主: a firm that anchors a chain, from one day to another."""

    secrecy = Secrecy(public="chain enterprise from_on to_on source")

    chain = models.ForeignKey(Chain, on_delete=models.CASCADE, related_name="anchors")
    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="anchored")
    from_on = models.DateField(_("自"), null=True, blank=True)
    to_on = models.DateField(_("至"), null=True, blank=True)
    source = models.ForeignKey(Source, null=True, blank=True, on_delete=models.PROTECT)

    objects = AnchorQuerySet.as_manager()

    class Meta:
        verbose_name = _("链主企业")
        constraints = [
            models.UniqueConstraint(fields=["chain", "enterprise"], name="anchor_once"),
            models.CheckConstraint(
                condition=Q(to_on__isnull=True) | Q(from_on__isnull=True) | Q(to_on__gte=F("from_on")),
                name="anchor_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.chain_id} {self.enterprise_id}"
