"""产品线 and the levels at which a firm answers for each: its own contact alone decides."""

from collections.abc import Sequence
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from lianzhang.accounts.actions import Refused
from lianzhang.accounts.models import Person
from lianzhang.accounts.rules import Act, Thing
from lianzhang.registry.models import Enterprise, Level, Part, ProductLine
from lianzhang.trail import actions as trail


def enter_line(
    *, firm: Enterprise, name: str, levels: Sequence[str], today: date, by: Person, product: Part | None = None
) -> ProductLine:
    """Enter a product line of the own firm with the levels it answers at."""
    _expect_own(firm, by)
    name = name.strip()
    if not name:
        raise Refused(_("请填写产品线名称。"))
    if ProductLine.objects.filter(firm=firm, name=name).exists():
        raise Refused(_("本企业已有同名产品线“%(name)s”。") % {"name": name})
    record = ProductLine(
        firm=firm, name=name, product=product, levels=_levels(levels), levels_by=by, levels_on=today,
        is_illustrative=firm.is_illustrative,
    )  # fmt: skip
    with transaction.atomic():
        return trail.create(record, verb="line.entered", by=by)


def choose_levels(
    line: ProductLine, *, levels: Sequence[str], is_active: bool, today: date, version: int, by: Person
) -> ProductLine:
    """Choose the levels of a line, or put it out of use. What was answered at a level no longer chosen is kept, and
    read by nobody else until the firm chooses the level again."""
    _expect_own(line.firm, by)
    changes = {"levels": _levels(levels), "is_active": is_active, "levels_by": by, "levels_on": today}
    with transaction.atomic():
        return trail.change(line, verb="line.levels_chosen", changes=changes, version=version, by=by)


def _levels(levels: Sequence[str]) -> list[str]:
    chosen = sorted(set(levels))
    if not chosen or set(chosen) - set(Level.values):
        raise Refused(_("请至少选择一个披露层级；不再填报的产品线请停用。"))
    return chosen


def _expect_own(firm: Enterprise, by: Person) -> None:
    is_own = firm.body_id is not None and firm.body_id == by.reach.body_id
    if not (is_own and by.reach.may(Act.WRITE, Thing.PURCHASE)):
        raise Refused(_("披露层级只能由企业自己的联络人选定。"))
