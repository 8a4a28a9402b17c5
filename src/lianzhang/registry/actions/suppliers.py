"""认定供应商: which registered firm a supplier's name in the rows of anchors means."""

from collections.abc import Sequence
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from chainlab import names
from lianzhang.accounts.actions import Refused
from lianzhang.accounts.models import Person
from lianzhang.registry.actions import enterprises
from lianzhang.registry.models import Alias, Enterprise, Purchase
from lianzhang.trail import actions as trail


def settle_supplier(
    rows: Sequence[Purchase],
    *,
    name: str,
    enterprise: Enterprise | None,
    region_code: str = "",
    today: date,
    by: Person,
) -> Enterprise:
    """Say that `name` in `rows` is `enterprise`, or enter it as a new firm of `region_code`. The name is kept with the
    firm, so that the next export finds it by itself."""
    if Purchase.objects.editable_by(by).filter(pk__in=[row.pk for row in rows]).count() != len(rows):
        raise Refused(_("有企业已收回授权，请刷新后再认定。"))
    with transaction.atomic():
        if enterprise is None:
            enterprise = _entered(name, region_code, is_illustrative=rows[0].is_illustrative, today=today, by=by)
        elif names.normalise(name) != enterprise.name_key:
            enterprises.add_alias(enterprise, name=name, kind=Alias.Kind.LEDGER, by=by)
        if any(row.buyer_id == enterprise.pk for row in rows):
            raise Refused(_("“%(name)s”就是采购企业自己，不能是自己的供应商。") % {"name": enterprise.name})
        for row in rows:
            trail.change(row, verb="purchase.supplier_settled", changes=_changes(row, enterprise), by=by)
    return enterprise


def _changes(row: Purchase, supplier: Enterprise) -> dict[str, object]:
    """What becomes of a row; what is bought from a firm of the own group is no purchase from the market."""
    changes: dict[str, object] = {"supplier": supplier, "supplier_name": ""}
    own = row.buyer.parent_id or row.buyer_id
    if row.make == Purchase.Make.BOUGHT and (supplier.parent_id or supplier.pk) == own:
        changes["make"] = Purchase.Make.GROUP
    return changes


def _entered(name: str, region_code: str, *, is_illustrative: bool, today: date, by: Person) -> Enterprise:
    if not region_code:
        raise Refused(_("登记为新企业须填所在地：不知产地的不能计入市内市外。"))
    return enterprises.enter(name=name, region_code=region_code, is_illustrative=is_illustrative, today=today, by=by)
