"""产品线: what a firm speaks of, at the levels it chose itself, and how it names its own materials."""

from collections.abc import Iterable
from typing import Any, Self

from django.db import models
from django.db.models import TextField
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _

from lianzhang.accounts.models import Person
from lianzhang.accounts.rules import Act, BodyKind, Thing
from lianzhang.records.models import Versioned
from lianzhang.records.scope import M, ScopedQuerySet
from lianzhang.records.secrecy import Secrecy
from lianzhang.registry.models.enterprises import Enterprise
from lianzhang.registry.models.parts import Part


class Level(models.TextChoices):
    """披露层级: how much a firm says of a product line, from ticks to rows; several may be chosen together."""

    TICKS = "d0", _("目录级")
    BANDS = "d1", _("分档级")
    NAMES = "d2", _("盲比级")
    ROWS = "d3", _("明细级")


# What a firm is asked for at each level, and who reads it: said wherever a level is chosen.
MEANING = {
    Level.TICKS: _("在标准零部件树上勾选自制、集团内、外购，本市有无供应、是否欢迎引进。"),
    Level.BANDS: _("按类别、工厂填年采购额档、供应商家数档、来源地、认证周期档，不填确数。"),
    Level.NAMES: _("只填供应商名称，不填金额；仅创新中心可读，两家以上链主共有的名称才予发布。"),
    Level.ROWS: _("逐行填采购额；只有两名具名查阅人可读，到期即止。"),
}


def words(levels: Iterable[str]) -> str:
    """Levels by their names, in their order."""
    chosen = set(levels)
    return _("、").join(str(level.label) for level in Level if level in chosen)


def all_levels() -> list[str]:
    """Everything: what a grant of before the levels means."""
    return list(Level.values)


def by_default() -> list[str]:
    """分档级: asked where a firm has chosen nothing else."""
    return [Level.BANDS.value]


def holding(found: "models.QuerySet[Any]", level: str, *, path: str = "levels") -> Any:
    """Rows whose list of levels holds `level`. SQLite cannot look into a JSON list, so its text is searched; a code is
    quoted in it and stands for nothing else."""
    return found.alias(levels_text=Cast(path, TextField())).filter(levels_text__contains=f'"{level}"')


class LineQuerySet(ScopedQuerySet["ProductLine"]):
    def visible_to(self, person: Person) -> Self:
        """The firm, the innovation centre and the task forces: which level an anchor chose is known, its answers not.

        Any other body that holds a grant reads the line with it: it stands in the grant.
        """
        reach = person.reach
        if reach.body_id is None:
            return self.none()
        if reach.may(Act.WRITE, Thing.GAP) or reach.body_kind == BodyKind.INNOVATION_CENTRE:
            return self.all()
        return self.filter(firm__body_id=reach.body_id) if reach.may(Act.READ, Thing.PURCHASE) else self.none()

    def editable_by(self, person: Person) -> Self:
        """The firm's own contact alone."""
        if person.reach.body_id is None or not person.reach.may(Act.WRITE, Thing.PURCHASE):
            return self.none()
        return self.filter(firm__body_id=person.reach.body_id)

    def telling(self, level: str) -> Self:
        """Lines whose firm speaks at `level` today."""
        found: Self = holding(self, level)
        return found


class ProductLine(Versioned):
    """产品线: one product line of a firm, with the levels at which the firm answers for it."""

    secrecy = Secrecy(internal="firm name product levels levels_by levels_on is_active is_illustrative")

    firm = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="lines", verbose_name=_("企业"))
    name = models.CharField(_("产品线"), max_length=80)
    product = models.ForeignKey(
        Part, null=True, blank=True, on_delete=models.PROTECT, related_name="lines", verbose_name=_("对应整机")
    )
    levels = models.JSONField(_("披露层级"), default=by_default)
    levels_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    levels_on = models.DateField(_("选定日期"), null=True, blank=True)
    is_active = models.BooleanField(_("在用"), default=True)
    is_illustrative = models.BooleanField(_("示例数据"), default=False)

    objects = LineQuerySet.as_manager()

    class Meta:
        verbose_name = _("产品线")
        ordering = ("firm", "name")
        constraints = [
            models.UniqueConstraint(
                fields=["firm", "name"],
                name="line_once_in_firm",
                violation_error_message=_("本企业已有同名产品线。"),
            )
        ]

    def __str__(self) -> str:
        return self.name


class OfFirmAloneQuerySet(ScopedQuerySet[M]):
    """Rows that never leave the firm, whatever it grants."""

    def visible_to(self, person: Person) -> Self:
        if person.reach.body_id is None or not person.reach.may(Act.WRITE, Thing.PURCHASE):
            return self.none()
        return self.filter(firm__body_id=person.reach.body_id)

    def editable_by(self, person: Person) -> Self:
        return self.visible_to(person)


class MaterialGroup(Versioned):
    """物料组对照: what a material group of the firm's own system is called here. Entered once, kept with the firm.

    A group without a part and a category is not to be imported.
    """

    secrecy = Secrecy(internal="firm batch_code is_illustrative", secret="code name part category")

    firm = models.ForeignKey(
        Enterprise, on_delete=models.PROTECT, related_name="material_groups", verbose_name=_("企业")
    )
    code = models.CharField(_("物料组"), max_length=40)
    name = models.CharField(_("物料组名称"), max_length=120, blank=True)
    part = models.ForeignKey(
        Part, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("零部件")
    )
    category = models.CharField(_("类别"), max_length=80, blank=True)
    batch_code = models.CharField(max_length=24, blank=True)
    is_illustrative = models.BooleanField(_("示例数据"), default=False)

    objects = OfFirmAloneQuerySet["MaterialGroup"].as_manager()

    class Meta:
        verbose_name = _("物料组对照")
        ordering = ("firm", "code")
        constraints = [
            models.UniqueConstraint(
                fields=["firm", "code"],
                name="material_group_once_in_firm",
                violation_error_message=_("此物料组已有对照。"),
            )
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def is_left_out(self) -> bool:
        """不导入: the firm said that rows of this group are none of parts, such as office goods."""
        return self.part_id is None and not self.category
