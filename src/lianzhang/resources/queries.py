"""Reading resources: what a chain can draw on, by kind."""

from lianzhang.accounts.models import Person
from lianzhang.resources.models import Resource, ResourceQuerySet


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
