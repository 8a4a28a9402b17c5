"""What the search forms offer, read once per request: chains, districts, years."""

from collections.abc import Callable

from lianzhang.accounts import districts as bodies
from lianzhang.accounts.models import Person
from lianzhang.chains.models import Chain
from lianzhang.projects import stages

Pairs = list[tuple[str, str]]


def chains(person: Person) -> Pairs:
    """Chains by code, in the order of their schemes."""
    return _once(
        person,
        "chains",
        lambda: [
            (chain.code, chain.name)
            for chain in Chain.objects.visible_to(person).filter(is_active=True).order_by("scheme", "position")
        ],
    )


def districts(person: Person) -> Pairs:
    """Districts by code."""
    return [(body.code, body.name) for body in bodies.known(person)]


def groups(person: Person) -> Pairs:  # noqa: ARG001
    """Groups of stages."""
    return [(group.key, group.label) for group in stages.table().groups]


def _once(person: Person, name: str, read: Callable[[], Pairs]) -> Pairs:
    # The form, the chips and the conditions all ask for the same choices; the person lives as long as the request.
    kept: dict[str, Pairs] = person.__dict__.setdefault("_choices", {})
    if name not in kept:
        kept[name] = read()
    return kept[name]
