"""标准零部件树: what a product is made of in the chain's own words; firms tick it, versions are never changed."""

from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from lianzhang.accounts.models import Body, Person
from lianzhang.accounts.reach import Reach
from lianzhang.accounts.rules import Act, BodyKind, Thing
from lianzhang.records.models import Versioned
from lianzhang.records.scope import M, ScopedQuerySet
from lianzhang.records.secrecy import Secrecy
from lianzhang.registry.models.parts import Part


def keeps_trees(reach: Reach) -> bool:
    """Whether the person's body keeps standard trees: the innovation centre, and a task force."""
    is_centre = reach.body_kind == BodyKind.INNOVATION_CENTRE and reach.may(Act.READ, Thing.PURCHASE)
    return is_centre or (reach.body_kind == BodyKind.TASK_FORCE and reach.may(Act.WRITE, Thing.GAP))


class OfTreeQuerySet(ScopedQuerySet[M]):
    """Trees and what is in them: open to whoever may read gaps or is asked to answer; kept by one body."""

    keeper = "keeper"

    def visible_to(self, person: Person) -> Self:
        reads = any(person.reach.may(Act.READ, thing) for thing in (Thing.GAP, Thing.PURCHASE))
        return self.all() if reads else self.none()

    def editable_by(self, person: Person) -> Self:
        """An innovation centre every tree, a task force its own."""
        reach = person.reach
        if reach.body_kind == BodyKind.INNOVATION_CENTRE and reach.may(Act.READ, Thing.PURCHASE):
            return self.all()
        if reach.body_id is None or not reach.may(Act.WRITE, Thing.GAP):
            return self.none()
        return self.filter(**{f"{self.keeper}_id": reach.body_id})


class PartTree(Versioned):
    """标准零部件树: one tree of products, assemblies and parts. Without a keeper it is the whole city's."""

    secrecy = Secrecy(internal="code name keeper is_illustrative")

    code = models.CharField(_("编号"), max_length=24, unique=True)
    name = models.CharField(_("名称"), max_length=120)
    keeper = models.ForeignKey(
        Body, null=True, blank=True, on_delete=models.PROTECT, related_name="trees", verbose_name=_("维护单位")
    )
    is_illustrative = models.BooleanField(_("示例数据"), default=False)

    objects = OfTreeQuerySet["PartTree"].as_manager()

    class Meta:
        verbose_name = _("标准零部件树")
        ordering = ("code",)

    def __str__(self) -> str:
        return self.name


class TreeVersionQuerySet(OfTreeQuerySet["TreeVersion"]):
    keeper = "tree__keeper"

    def visible_to(self, person: Person) -> Self:
        """A draft is read by those who may change it; a published version by everybody who reads trees."""
        drafts = self.editable_by(person).filter(state=TreeVersion.State.DRAFT).order_by()
        return super().visible_to(person).filter(~Q(state=TreeVersion.State.DRAFT) | Q(pk__in=drafts.values("pk")))


class TreeVersion(Versioned):
    """零部件树版本: version n of a tree. A draft is edited; published, it never changes, and the next replaces it."""

    class State(models.TextChoices):
        DRAFT = "draft", _("草稿")
        PUBLISHED = "published", _("已发布")
        RETIRED = "retired", _("历史版本")

    secrecy = Secrecy(
        internal="tree number state note drafted_by drafted_at published_by published_at batch_code is_illustrative"
    )

    tree = models.ForeignKey(PartTree, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveSmallIntegerField(_("版本"))
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.DRAFT)
    note = models.CharField(_("说明"), max_length=200, blank=True)
    drafted_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    drafted_at = models.DateTimeField(null=True, blank=True)
    published_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    published_at = models.DateTimeField(null=True, blank=True)
    batch_code = models.CharField(max_length=24, blank=True)
    is_illustrative = models.BooleanField(_("示例数据"), default=False)

    objects = TreeVersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("零部件树版本")
        ordering = ("tree", "-number")
        constraints = [
            models.UniqueConstraint(fields=["tree", "number"], name="tree_version_once"),
            models.UniqueConstraint(
                fields=["tree"], condition=Q(state="published"), name="one_published_version_of_a_tree"
            ),
            models.UniqueConstraint(fields=["tree"], condition=Q(state="draft"), name="one_draft_of_a_tree"),
            models.CheckConstraint(
                condition=Q(published_by__isnull=True) | ~Q(published_by=F("drafted_by")),
                name="tree_published_by_another_person",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.tree} v{self.number}"


class NodeQuerySet(OfTreeQuerySet["TreeNode"]):
    keeper = "tree_version__tree__keeper"

    def visible_to(self, person: Person) -> Self:
        return self.filter(tree_version__in=TreeVersion.objects.visible_to(person).order_by().values("pk"))

    def editable_by(self, person: Person) -> Self:
        return super().editable_by(person).filter(tree_version__state=TreeVersion.State.DRAFT)

    def standing(self) -> Self:
        """The nodes of what is published now."""
        return self.filter(tree_version__state=TreeVersion.State.PUBLISHED)


class TreeNode(Versioned):
    """零部件树节点: a part at its place under another; `quantity` for one of that, empty = not said."""

    secrecy = Secrecy(internal="tree_version part parent quantity segment position")

    tree_version = models.ForeignKey(TreeVersion, on_delete=models.CASCADE, related_name="nodes")
    part = models.ForeignKey(Part, on_delete=models.PROTECT, related_name="nodes", verbose_name=_("零部件"))
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.CASCADE, related_name="children")
    quantity = models.DecimalField(_("用量"), max_digits=16, decimal_places=6, null=True, blank=True)
    segment = models.CharField(_("环节"), max_length=80, blank=True)  # of the chain, in the words of who keeps the tree
    position = models.PositiveIntegerField(_("次序"), default=0)

    objects = NodeQuerySet.as_manager()

    class Meta:
        verbose_name = _("零部件树节点")
        ordering = ("tree_version", "position", "pk")
        constraints = [
            models.UniqueConstraint(fields=["tree_version", "parent", "part"], name="tree_node_once_under_parent")
        ]

    def __str__(self) -> str:
        return f"{self.parent_id} → {self.part_id}"
