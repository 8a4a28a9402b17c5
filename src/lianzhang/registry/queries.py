"""Reading the register: enterprises with their names to search by, the sums of purchases, grants in force."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Sum

from lianzhang.accounts.models import Person
from lianzhang.registry.models import Alias, Enterprise, Purchase, PurchaseGrant


def enterprises(person: Person, *, asked: str = "") -> QuerySet[Enterprise]:
    """Enterprises within reach. `asked` is what is searched for: an alias that holds it counts as the firm's name."""
    matching = Alias.objects.filter(enterprise=OuterRef("pk"))
    for word in asked.split()[:1]:
        matching = matching.filter(name__icontains=word)
    return Enterprise.objects.visible_to(person).annotate(alias_names=Subquery(matching.values("name")[:1]))


def counts(person: Person) -> dict[str, int]:
    """How many enterprises there are within reach, and how many of them above scale."""
    found = Enterprise.objects.visible_to(person)
    return found.aggregate(count=Count("pk"), above=Count("pk", filter=Q(is_above_scale=True)))


@dataclass(frozen=True)
class PurchaseSums:
    """Purchases within reach: how many rows, how much is known exactly, how many rows are not in the sum."""

    count: int
    amount_wan: Decimal | None
    firm_count: int
    withheld_count: int
    band_count: int
    unfilled_count: int


def purchase_sums(found: QuerySet[Purchase]) -> PurchaseSums:
    """The figures of the first sentence, in one query."""
    none = Q(amount_wan__isnull=True, amount_low_wan__isnull=True)
    read = found.aggregate(
        n=Count("pk"),
        amount=Sum("amount_wan"),
        firms=Count("buyer", distinct=True),
        withheld=Count("pk", filter=Q(is_withheld=True)),
        band=Count("pk", filter=Q(amount_low_wan__isnull=False)),
        unfilled=Count("pk", filter=none & Q(is_withheld=False)),
    )
    return PurchaseSums(read["n"], read["amount"], read["firms"], read["withheld"], read["band"], read["unfilled"])


def grants(person: Person) -> QuerySet[PurchaseGrant]:
    """Grants within reach, newest first."""
    found = PurchaseGrant.objects.visible_to(person)
    return found.select_related("firm", "body", "scan", "entered_by", "confirmed_by").order_by("-starts_on", "-pk")


def granted_bodies(enterprise: Enterprise, *, on: date) -> list[PurchaseGrant]:
    """The grants of a firm that hold on a day."""
    return list(PurchaseGrant.objects.in_force(on).filter(firm=enterprise).select_related("body"))
