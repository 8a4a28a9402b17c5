"""Reading the register: enterprises with their names to search by, the sums of purchases, grants in force."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery

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
    """Rows of purchases that are not in the sum of amounts, and of how many firms the rows are."""

    firm_count: int
    withheld_count: int
    band_count: int
    unfilled_count: int


def purchase_sums(found: QuerySet[Purchase], *, owners: set[int]) -> PurchaseSums:
    """Two queries that read no row with an exact amount; `owners` are the firms the rows can be of."""
    found = found.order_by()
    read = found.filter(amount_wan__isnull=True).aggregate(
        withheld=Count("pk", filter=Q(is_withheld=True)),
        band=Count("pk", filter=Q(amount_low_wan__isnull=False)),
        unfilled=Count("pk", filter=Q(amount_low_wan__isnull=True, is_withheld=False)),
    )
    buying = Enterprise.objects.filter(Exists(found.filter(buyer=OuterRef("pk"))), pk__in=owners)
    return PurchaseSums(buying.count(), read["withheld"], read["band"], read["unfilled"])


def grants(person: Person) -> QuerySet[PurchaseGrant]:
    """Grants within reach, newest first."""
    found = PurchaseGrant.objects.visible_to(person)
    return found.select_related("firm", "body", "scan", "entered_by", "confirmed_by").order_by("-starts_on", "-pk")


def granted_bodies(enterprise: Enterprise, *, on: date) -> list[PurchaseGrant]:
    """The grants of a firm that hold on a day."""
    return list(PurchaseGrant.objects.in_force(on).filter(firm=enterprise).select_related("body"))
