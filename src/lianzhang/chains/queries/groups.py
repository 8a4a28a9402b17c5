"""Reading working groups: those of a chain, who sits in one and from where, which kind of member is missing."""

from dataclasses import dataclass
from datetime import date

from django.db.models import OuterRef

from lianzhang.accounts.models import Appointment, Person
from lianzhang.accounts.rules import BodyKind
from lianzhang.chains.models import Chain, WorkingGroup
from lianzhang.records.counting import CountOf
from lianzhang.records.scope import ScopedQuerySet

# Who belongs in a working group, after the founding report: anchor firms, innovation centre, association, experts.
SOURCES = (BodyKind.FIRM, BodyKind.INNOVATION_CENTRE, BodyKind.ASSOCIATION, BodyKind.EXPERT_GROUP)


@dataclass(frozen=True)
class Member:
    """Somebody who sits in the group, with the body they come from (None: no other post)."""

    appointment: Appointment
    home: Appointment | None


def groups(person: Person) -> ScopedQuerySet[WorkingGroup]:
    """Working groups within reach, those that stand first."""
    return WorkingGroup.objects.visible_to(person).select_related("chain", "body").order_by("ended_on", "founded_on")


def of_chain(chain: Chain, *, person: Person, on: date) -> list[WorkingGroup]:
    """The chain's groups that stand, each with `member_count`; one query."""
    members = Appointment.objects.in_force(on).filter(body=OuterRef("body"))
    found = groups(person).filter(chain=chain, ended_on__isnull=True)
    return list(found.annotate(member_count=CountOf(members)))


def members(group: WorkingGroup, *, person: Person, on: date) -> list[Member]:
    """Who sits in the group as far as `person` sees the address list; two queries."""
    visible = Appointment.objects.visible_to(person).in_force(on).filter(body=group.body_id)
    sitting = list(visible.select_related("person", "body").order_by("starts_on", "pk"))
    others = Appointment.objects.current(on).filter(person__in=[one.person_id for one in sitting])
    homes: dict[int, Appointment] = {}
    for one in others.exclude(body__kind=BodyKind.WORKING_GROUP):
        homes.setdefault(one.person_id, one)
    return [Member(one, homes.get(one.person_id)) for one in sitting]


def composition(found: list[Member]) -> list[tuple[BodyKind, int]]:
    """How many come from each kind of body that belongs in the group; 0 says who is missing."""
    kinds = [one.home.body.kind for one in found if one.home is not None]
    return [(kind, kinds.count(kind)) for kind in SOURCES]
