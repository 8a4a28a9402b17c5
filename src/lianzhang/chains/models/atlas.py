"""产业链图谱: the map of a chain in versions; segments in groups and layers, their links, the firms placed on them."""

from datetime import date
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from lianzhang.accounts.models import Body, Person
from lianzhang.accounts.rules import Act, Scope, Thing
from lianzhang.chains.models.schemes import Chain, OfChainQuerySet
from lianzhang.records.models import Versioned
from lianzhang.records.scope import M
from lianzhang.records.secrecy import Secrecy
from lianzhang.registry.models import Enterprise, Part

STALE_DAYS = 180


class MapQuerySet(OfChainQuerySet[M]):
    thing = Thing.MAP
    state_path = "state"

    def visible_to(self, person: Person) -> Self:
        """Published maps are open; drafts only to those who may edit the chain's map."""
        if not person.reach.may(Act.READ, Thing.MAP):
            return self.none()
        published = Q(**{f"{self.state_path}__in": [MapVersion.State.PUBLISHED, MapVersion.State.RETIRED]})
        width = person.reach.scope(Act.WRITE, Thing.MAP)
        if width is Scope.ALL:
            return self.all()
        if width is Scope.NONE:
            return self.filter(published)
        return self.filter(published | Q(**{f"{self.path}__in": Chain.objects.own_of(person).values("pk")}))


class MapVersion(Versioned):
    """图谱版本: draft → in review → published; the version before a newly published one is retired, never deleted."""

    class State(models.TextChoices):
        DRAFT = "draft", _("草稿")
        REVIEW = "review", _("待审")
        PUBLISHED = "published", _("已发布")
        RETIRED = "retired", _("历史版本")

    secrecy = Secrecy(
        internal="chain number state title based_on created_by created_at submitted_by submitted_at published_by "
        "published_at review_note source_note is_illustrative"
    )

    chain = models.ForeignKey(Chain, on_delete=models.CASCADE, related_name="maps")
    number = models.PositiveSmallIntegerField(_("版本号"))
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.DRAFT)
    title = models.CharField(_("标题"), max_length=120, blank=True)
    based_on = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    created_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    submitted_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField(null=True, blank=True)
    published_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    published_at = models.DateTimeField(_("发布时间"), null=True, blank=True)
    review_note = models.CharField(_("审核意见"), max_length=300, blank=True)
    source_note = models.CharField(_("依据"), max_length=300, blank=True)
    is_illustrative = models.BooleanField(_("示例数据"), default=False)

    objects = MapQuerySet.as_manager()

    class Meta:
        verbose_name = _("图谱版本")
        ordering = ("chain", "-number")
        constraints = [
            models.UniqueConstraint(fields=["chain", "number"], name="map_number_once"),
            models.UniqueConstraint(fields=["chain"], condition=Q(state="published"), name="one_published_map"),
            models.UniqueConstraint(
                fields=["chain"], condition=Q(state__in=["draft", "review"]), name="one_open_map_draft"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.chain} v{self.number}"


class OfMapQuerySet(MapQuerySet[M]):
    path = "map__chain"
    state_path = "map__state"

    def editable_by(self, person: Person) -> Self:
        """Only a draft changes; what is in review or published stands still."""
        return self._within(person, Act.WRITE).filter(map__state=MapVersion.State.DRAFT)


class Segment(Versioned):
    """环节: one node of the map, in a group of a layer (上/中/下游/服务)."""

    class Layer(models.TextChoices):
        UPSTREAM = "upstream", _("上游")
        MIDSTREAM = "midstream", _("中游")
        DOWNSTREAM = "downstream", _("下游")
        SERVICE = "service", _("服务")

    secrecy = Secrecy(internal="map key name name_en layer group position owner verified_on note parts_note")

    map = models.ForeignKey(MapVersion, on_delete=models.CASCADE, related_name="segments")
    key = models.CharField(_("环节代码"), max_length=60)  # the same segment keeps its key through all versions
    name = models.CharField(_("环节"), max_length=80)
    name_en = models.CharField(max_length=120, blank=True)
    layer = models.CharField(_("层"), max_length=12, choices=Layer.choices)
    group = models.CharField(_("分组"), max_length=80, blank=True)
    position = models.PositiveSmallIntegerField(default=0)
    owner = models.ForeignKey(
        Body, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("责任单位")
    )
    verified_on = models.DateField(_("最后核实"), null=True, blank=True)
    parts = models.ManyToManyField(Part, blank=True, related_name="segments", verbose_name=_("零部件"))
    parts_note = models.CharField(_("代表产品"), max_length=200, blank=True)
    note = models.CharField(_("备注"), max_length=300, blank=True)

    objects = OfMapQuerySet.as_manager()

    class Meta:
        verbose_name = _("环节")
        ordering = ("map", "layer", "position", "key")
        constraints = [models.UniqueConstraint(fields=["map", "key"], name="segment_once_in_map")]

    def __str__(self) -> str:
        return self.name

    def is_stale(self, today: date) -> bool:
        """Whether nobody has verified the segment for more than 180 days."""
        return self.verified_on is None or (today - self.verified_on).days > STALE_DAYS


class Link(Versioned):
    """上下游关系: `upstream` feeds `downstream`."""

    secrecy = Secrecy(internal="map upstream downstream note")

    map = models.ForeignKey(MapVersion, on_delete=models.CASCADE, related_name="links")
    upstream = models.ForeignKey(Segment, on_delete=models.CASCADE, related_name="feeds")
    downstream = models.ForeignKey(Segment, on_delete=models.CASCADE, related_name="fed_by")
    note = models.CharField(_("备注"), max_length=120, blank=True)

    objects = OfMapQuerySet.as_manager()

    class Meta:
        verbose_name = _("上下游关系")
        constraints = [
            models.UniqueConstraint(fields=["upstream", "downstream"], name="map_link_once"),
            models.CheckConstraint(condition=~Q(upstream=F("downstream")), name="map_link_not_to_itself"),
        ]

    def __str__(self) -> str:
        return f"{self.upstream_id} → {self.downstream_id}"


class Placement(Versioned):
    """环节企业: an enterprise works in a segment."""

    class Part(models.TextChoices):
        ANCHOR = "anchor", _("链主")
        SUPPLIER = "supplier", _("配套")
        OTHER = "other", _("其他")

    secrecy = Secrecy(internal="map segment enterprise part verified_on note")

    map = models.ForeignKey(MapVersion, on_delete=models.CASCADE, related_name="placements")
    segment = models.ForeignKey(Segment, on_delete=models.CASCADE, related_name="placements")
    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="placements")
    part = models.CharField(_("角色"), max_length=10, choices=Part.choices, default=Part.SUPPLIER)
    verified_on = models.DateField(_("最后核实"), null=True, blank=True)
    note = models.CharField(_("备注"), max_length=120, blank=True)

    objects = OfMapQuerySet.as_manager()

    class Meta:
        verbose_name = _("环节企业")
        constraints = [models.UniqueConstraint(fields=["segment", "enterprise"], name="placement_once")]

    def __str__(self) -> str:
        return f"{self.segment_id} {self.enterprise_id}"


class MapEdit(models.Model):
    """图谱编辑步骤: one edit of a draft with what it replaced, so that it can be undone and redone in order."""

    secrecy = Secrecy(internal="map number operation before after by at is_undone")

    map = models.ForeignKey(MapVersion, on_delete=models.CASCADE, related_name="edits")
    number = models.PositiveIntegerField()
    operation = models.CharField(max_length=40)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    is_undone = models.BooleanField(default=False)

    objects = OfMapQuerySet.as_manager()

    class Meta:
        verbose_name = _("图谱编辑")
        ordering = ("map", "number")
        constraints = [models.UniqueConstraint(fields=["map", "number"], name="map_edit_number_once")]

    def __str__(self) -> str:
        return f"{self.map_id}#{self.number} {self.operation}"
