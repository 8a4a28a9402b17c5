"""产品线 and the levels at which a firm answers for each: its own contact alone decides."""

from collections.abc import Sequence
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from lianzhang.accounts.actions import Refused
from lianzhang.accounts.models import Appointment, Person
from lianzhang.accounts.rules import Act, Thing
from lianzhang.registry.models import Enterprise, Level, Part, ProductLine, PurchaseGrant
from lianzhang.registry.models.lines import words
from lianzhang.trail import actions as trail


def enter_line(
    *, firm: Enterprise, name: str, levels: Sequence[str], today: date, by: Person, product: Part | None = None
) -> ProductLine:
    """Enter a product line of the own firm with the levels it answers at."""
    _expect_own(firm, by)
    return _enter(firm=firm, name=name, levels=levels, product=product, today=today, by=by)


def _enter(
    *, firm: Enterprise, name: str, levels: Sequence[str], product: Part | None, today: date, by: Person
) -> ProductLine:
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


PAPER_LEVELS = (Level.TICKS, Level.BANDS)  # what a task force may hand in for a firm: it reads no names


def enter_line_on_paper(
    *, firm: Enterprise, name: str, levels: Sequence[str], today: date, by: Person, product: Part | None = None
) -> ProductLine:
    """Enter a product line for a firm without an account, with levels that its paper grant to the own body opens."""
    if has_account(firm, on=today):
        raise Refused(_("%(firm)s有账号，产品线和披露层级由它自己登记。") % {"firm": firm.name})
    if set(levels) - set(PAPER_LEVELS):
        raise Refused(_("代为报送只限目录级、分档级；供应商名称和采购明细由企业自己填报。"))
    closed = [level for level in _levels(levels) if not opened_on_paper(firm, level, by=by)]
    if closed:
        raise Refused(
            _("%(firm)s授权本单位的纸质授权中没有%(levels)s。") % {"firm": firm.name, "levels": words(closed)}
        )
    return _enter(firm=firm, name=name, levels=levels, product=product, today=today, by=by)


def has_account(firm: Enterprise, *, on: date) -> bool:
    """Whether anybody can sign in for a firm."""
    return firm.body_id is not None and Appointment.objects.in_force(on).filter(body_id=firm.body_id).exists()


def opened_on_paper(firm: Enterprise, level: str, *, by: Person) -> bool:
    """Whether a confirmed paper grant of the whole firm opens the level to the person's body."""
    grants = PurchaseGrant.objects.opening(level, person=by)
    return grants.filter(firm=firm, scan__isnull=False, line__isnull=True).exists()


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
