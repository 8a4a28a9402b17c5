"""Reading whom one met: what of each firm is known already, and how many became leads."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from lianzhang.accounts.models import Person
from lianzhang.projects import investors
from lianzhang.projects.models import Claim, Encounter, Event, Project


@dataclass(frozen=True)
class Acquaintance:
    """A firm one met: what it became, and who had reported it as an investor before."""

    encounter: Encounter
    claim: Claim | None
    is_seen: bool  # whether the reader sees the project it became, or that of the claim


def met(event: Event, *, person: Person) -> "QuerySet[Encounter]":
    """Whom one met at an event, as far as `person` may know."""
    found = Encounter.objects.visible_to(person).filter(event=event)
    return found.select_related("enterprise", "body", "project").order_by("pk")


def acquaintances(encounters: Sequence[Encounter], *, person: Person) -> list[Acquaintance]:
    """The same with what is known of each: two questions however many there are."""
    if not encounters:
        return []
    keys = {
        one.pk: investors.keys(investor_name=one.name, enterprise=one.enterprise)
        for one in encounters
        if one.project_id is None
    }
    wanted = {key for known in keys.values() for key in known}
    claims = {
        claim.key: claim for claim in Claim.objects.filter(key__in=wanted).select_related("body", "project")
    } if wanted else {}  # fmt: skip
    claimed = {pk: next((claims[key] for key in known if key in claims), None) for pk, known in keys.items()}
    ids = {one.project_id for one in encounters if one.project_id} | {claim.project_id for claim in claims.values()}
    seen = set(Project.objects.visible_to(person).filter(pk__in=ids).values_list("pk", flat=True))
    return [_acquaintance(one, claimed.get(one.pk), seen) for one in encounters]


def _acquaintance(one: Encounter, claim: Claim | None, seen: set[int]) -> Acquaintance:
    project_id = one.project_id if one.project_id is not None else claim.project_id if claim else None
    return Acquaintance(one, claim, project_id in seen)
