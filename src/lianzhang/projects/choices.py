"""What the search forms offer, read once per request: chains, districts, years."""

from lianzhang.accounts import districts as bodies
from lianzhang.accounts import queries
from lianzhang.accounts.models import Person
from lianzhang.chains.models import Chain
from lianzhang.projects import stages

Pairs = list[tuple[str, str]]


def chains(person: Person) -> Pairs:
    """Chains by code, in the order of their schemes."""
    active = Chain.objects.visible_to(person).filter(is_active=True).order_by("scheme", "position")
    active = active.only("code", "name_zh", "name_en")
    found: Pairs = queries.once(person, "chains", lambda: [(chain.code, chain.name) for chain in active])
    return found


def districts(person: Person) -> Pairs:
    """Districts by code."""
    return [(body.code, body.name) for body in bodies.known(person)]


def groups(person: Person) -> Pairs:  # noqa: ARG001
    """Groups of stages."""
    return [(group.key, group.label) for group in stages.table().groups]
