"""Reading resources: what a chain can draw on, by kind; sites and what is free on them."""

from typing import Any

from django.db.models import Count, Q, Sum

from lianzhang.accounts.models import Person
from lianzhang.resources.models import Resource, ResourceQuerySet, Site, SiteQuerySet


def resources(person: Person) -> ResourceQuerySet:
    """The resources a person sees, with keeper, source and chains."""
    found: ResourceQuerySet = (
        Resource.objects.visible_to(person)
        .select_related("keeper_enterprise", "kept_by", "source")
        .prefetch_related("chains")
    )
    return found


def by_kind(person: Person) -> dict[str, int]:
    """How many of each kind."""
    kinds = list(Resource.objects.visible_to(person).order_by().values_list("kind", flat=True))
    return {kind: kinds.count(kind) for kind in Resource.Kind.values}


def sites(person: Person) -> SiteQuerySet:
    """The sites a person sees, with what names them."""
    found: SiteQuerySet = Site.objects.visible_to(person).select_related("park", "district", "source")
    return found


def site_totals(person: Person) -> dict[str, Any]:
    """How many sites there are, how many can be used now, and what is free; what nobody filled in adds nothing."""
    ready = Q(progress=Site.Progress.READY)
    return Site.objects.visible_to(person).aggregate(
        sites=Count("pk"),
        ready=Count("pk", filter=ready),
        vacant=Sum("vacant_m2"),
        land=Sum("land_mu", filter=Q(kind=Site.Kind.LAND)),
        unfilled=Count("pk", filter=Q(vacant_m2__isnull=True) & ~Q(kind=Site.Kind.LAND)),
    )
