"""Granting what a firm says to a body, by level and product line; confirming a paper grant; withdrawing at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from lianzhang.accounts import rules
from lianzhang.accounts.actions import Refused
from lianzhang.accounts.models import Appointment, Body, Person
from lianzhang.accounts.rules import POSTS_OF, ROLE_OF, Act, BodyKind, Role, Thing
from lianzhang.registry.models import Enterprise, Level, ProductLine, PurchaseGrant
from lianzhang.trail import actions as trail
from lianzhang.trail.models import Attachment

NAMED_READERS = 2  # 明细级: two people see to it that what one of them reads is known to the other


@dataclass(frozen=True)
class Scope:
    """What a grant opens: levels, of one product line or all; and for rows the two people who read them."""

    levels: Sequence[str]
    line: ProductLine | None = None
    readers: Sequence[Person] = ()


def grant(
    *,
    firm: Enterprise,
    body: Body,
    scope: Scope,
    purpose: str,
    starts_on: date,
    ends_on: date | None,
    today: date,
    by: Person,
    scan: Attachment | None = None,
) -> PurchaseGrant:
    """Let `body` read what a firm says. The firm's own contact grants; a paper grant is entered by the secretariat
    with its scan and holds only once another person has confirmed it."""
    is_own = firm.body_id is not None and firm.body_id == by.reach.body_id
    is_paper = by.reach.role is Role.SECRETARIAT and scan is not None
    if not (is_own or is_paper):
        raise Refused(_("采购数据只能由企业本身授权；纸质授权由秘书处凭扫描件录入。"))
    if body.pk == firm.body_id:
        raise Refused(_("不必授权给企业自己。"))
    if body.kind not in granted_kinds():
        raise Refused(_("%(body)s的职务不查看采购数据，授权给它没有作用。") % {"body": body.name})
    _expect_dates(starts_on, ends_on, today=today)
    _expect_scope(scope, firm=firm, body=body, ends_on=ends_on, today=today)
    record = PurchaseGrant(
        firm=firm,
        body=body,
        levels=sorted(scope.levels),
        line=scope.line,
        purpose=purpose,
        starts_on=starts_on,
        ends_on=ends_on,
        scan=scan if is_paper else None,
        entered_by=by,
    )
    with transaction.atomic():
        readers = [reader.pk for reader in scope.readers]
        trail.create(record, verb="grant.entered", detail={"readers": readers}, by=by)
        record.readers.set(readers)
        return record


def _expect_dates(starts_on: date, ends_on: date | None, *, today: date) -> None:
    if ends_on is not None and ends_on < starts_on:
        raise Refused(_("终止日期早于起始日期。"))
    if ends_on is not None and ends_on < today:
        raise Refused(_("终止日期已过，授权不会生效；请改为今天或以后的日期。"))


def _expect_scope(scope: Scope, *, firm: Enterprise, body: Body, ends_on: date | None, today: date) -> None:
    if not scope.levels or set(scope.levels) - set(Level.values):
        raise Refused(_("请至少选择一个披露层级。"))
    if scope.line is not None and scope.line.firm_id != firm.pk:
        raise Refused(_("产品线“%(line)s”不是该企业的。") % {"line": scope.line.name})
    if Level.NAMES in scope.levels and body.kind != BodyKind.INNOVATION_CENTRE:
        raise Refused(_("盲比级（供应商名称）只能授权给创新中心；其他单位请去掉盲比级。"))
    if Level.ROWS not in scope.levels:
        if scope.readers:
            raise Refused(_("只有明细级需要指定查阅人；未选明细级时请不要勾选查阅人。"))
        return
    if ends_on is None:
        raise Refused(_("明细级授权须写明终止日期。"))
    if len({reader.pk for reader in scope.readers}) != NAMED_READERS:
        raise Refused(
            _("明细级授权须指定 %(wanted)s 名查阅人，现有 %(count)s 名。")
            % {"wanted": NAMED_READERS, "count": len({reader.pk for reader in scope.readers})}
        )
    able = {person.pk for person in able_readers(body, on=today)}
    for reader in scope.readers:
        if reader.pk not in able:
            raise Refused(
                _("%(name)s 不是%(body)s可以查看采购数据的在任人员，不能作为查阅人。")
                % {"name": reader.name, "body": body.name}
            )


def granted_kinds() -> set[str]:
    """Kinds of body with a post that reads purchases where a firm grants them."""
    reading = {post for post, role in ROLE_OF.items() if rules.scope(role, Act.READ, Thing.PURCHASE) > rules.Scope.NONE}
    return {kind.value for kind, posts in POSTS_OF.items() if reading & set(posts)}


def able_readers(body: Body, *, on: date) -> list[Person]:
    """People of a body in a post that reads purchases: whom a grant of rows may name."""
    held = Appointment.objects.current(on).filter(body=body, person__is_active=True)
    found = {one.person_id: one.person for one in held if one.reach().may(Act.READ, Thing.PURCHASE)}
    return sorted(found.values(), key=lambda person: person.name)


def overlapping(made: PurchaseGrant, *, on: date) -> list[PurchaseGrant]:
    """Grants that stand, or will, and open some of the same to the same body: allowed, but good to know, because
    withdrawing one leaves the other."""
    others = PurchaseGrant.objects.filter(firm=made.firm, body=made.body, withdrawn_at__isnull=True).exclude(pk=made.pk)
    return [other for other in others.order_by("pk") if _meets(made, other, on=on)]


def _meets(one: PurchaseGrant, other: PurchaseGrant, *, on: date) -> bool:
    same_line = one.line_id is None or other.line_id is None or one.line_id == other.line_id
    begin = max(one.starts_on, other.starts_on, on)
    ends = [grant.ends_on for grant in (one, other) if grant.ends_on is not None]
    return same_line and bool(set(one.levels) & set(other.levels)) and all(begin <= end for end in ends)


def confirm_grant(grant: PurchaseGrant, *, version: int, by: Person) -> PurchaseGrant:
    """A second secretary compares the scan with the entry and confirms it."""
    if grant.scan_id is None or grant.confirmed_by_id is not None:
        raise Refused(_("此授权不需要确认。"))
    if grant.withdrawn_at is not None:
        raise Refused(_("此授权已收回。"))
    if by.reach.role is not Role.SECRETARIAT or grant.entered_by_id == by.pk:
        raise Refused(_("纸质授权须由秘书处另一人确认。"))
    with transaction.atomic():
        return trail.change(grant, verb="grant.confirmed", changes={"confirmed_by": by}, version=version, by=by)


def withdraw_grant(grant: PurchaseGrant, *, version: int, now: datetime, by: Person) -> PurchaseGrant:
    """End a grant at once: from the next page on, the body no longer reads what it opened."""
    is_own = grant.firm.body_id is not None and grant.firm.body_id == by.reach.body_id
    if not (is_own or (by.reach.role is Role.SECRETARIAT and grant.scan_id is not None)):
        raise Refused(_("只有授权企业可以收回；纸质授权由秘书处凭企业来函收回。"))
    if grant.withdrawn_at is not None:
        raise Refused(_("此授权已收回。"))
    changes = {"withdrawn_at": now, "withdrawn_by": by}
    with transaction.atomic():
        return trail.change(grant, verb="grant.withdrawn", changes=changes, version=version, by=by)
