"""What anchors have not said yet of what they buy: rows without a supplier or an amount.

按约定不提供 is an answer: such a row is never asked for again. Own make and in-group supply are no purchases from
outside, and an earlier year is no longer asked for.
"""

from django.db.models import Exists, OuterRef, Q, Subquery

from lianzhang.accounts.models import Person
from lianzhang.chains.models import Chain
from lianzhang.records.scope import ScopedQuerySet
from lianzhang.registry.models import Enterprise, Purchase
from lianzhang.registry.models.purchases import told_to

NAMELESS = Q(supplier__isnull=True, supplier_name="")
WITHOUT_AMOUNT = Q(amount_wan__isnull=True, amount_low_wan__isnull=True)


def firms(person: Person) -> ScopedQuerySet[Enterprise]:
    """The firms whose purchases `person` may read: the own one, and those that granted the own body."""
    return Enterprise.objects.filter(pk__in=told_to(person).buyers)


def of_chain(chain: Chain, *, person: Person) -> list[Enterprise]:
    """The chain's anchors that left something open, of those whose purchases `person` may read."""
    anchors = chain.anchors.standing().values("enterprise_id")
    left = _left_open(person).filter(buyer=OuterRef("pk"))
    return list(Enterprise.objects.filter(Exists(left), pk__in=anchors).order_by("code"))


def rows(firm: Enterprise, *, person: Person) -> ScopedQuerySet[Purchase]:
    """The firm's rows of its newest year that lack a supplier or an amount."""
    found = _left_open(person).filter(buyer=firm)
    return found.select_related("buyer", "part", "supplier").order_by("part__code", "pk")


def _left_open(person: Person) -> ScopedQuerySet[Purchase]:
    """Purchases of their buyer's newest year that lack a supplier or an amount: what a button offers is what the
    workbook holds."""
    seen = Purchase.objects.visible_to(person)
    newest = seen.filter(buyer=OuterRef("buyer")).order_by("-year").values("year")[:1]
    found = seen.filter(NAMELESS | WITHOUT_AMOUNT, make=Purchase.Make.BOUGHT, year=Subquery(newest))
    return found.exclude(is_withheld=True)


def suppliers(firm: Enterprise, *, person: Person) -> ScopedQuerySet[Enterprise]:
    """Whom the firm buys from already, as far as `person` may read it."""
    named = Purchase.objects.visible_to(person).filter(buyer=firm, supplier__isnull=False).exclude(supplier=firm)
    return Enterprise.objects.filter(pk__in=named.order_by().values("supplier_id")).order_by("code")
