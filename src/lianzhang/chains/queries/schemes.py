"""Reading schemes and chains: which scheme a person works in, who answers for each chain, what became of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from django.db.models import Case, Count, Exists, OuterRef, Q, When

from lianzhang.accounts import queries as accounts
from lianzhang.accounts.models import Person
from lianzhang.accounts.rules import Post, Role
from lianzhang.chains.models import Action, Anchor, Chain, ChainSuccession, Scheme
from lianzhang.chains.models.schemes import ChainQuerySet, SchemeQuerySet

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

# Posts that work in one scheme; the others see the city as a whole.
BOUND = frozenset({Role.CHIEF, Role.DEPUTY, Role.TASK_FORCE, Role.LEAD_DEPARTMENT, Role.ANCHOR})


@dataclass(frozen=True)
class Answering:
    """谁负责: the names in post for one chain on a day; empty where nobody is known."""

    chiefs: tuple[str, ...] = ()
    deputies: tuple[str, ...] = ()
    heads: tuple[str, ...] = ()

    @property
    def is_vacant(self) -> bool:
        """Whether nobody is known for any of the three posts."""
        return not (self.chiefs or self.deputies or self.heads)


@dataclass(frozen=True)
class Group:
    """分组: one group of a scheme with its chains in order."""

    code: str
    label: "StrOrPromise"
    chains: list[Chain] = field(default_factory=list)


def schemes(person: Person) -> SchemeQuerySet:
    """The schemes a person sees, newest first, each with how many plan actions it has and whether it is the own."""
    own = Chain.objects.own_of(person).filter(scheme=OuterRef("pk")) if person.reach.role in BOUND else None
    plans = Action.objects.filter(chain__scheme=OuterRef("pk"))
    found = Scheme.objects.visible_to(person).annotate(
        chain_count=Count("chains", filter=Q(chains__is_active=True)), has_plans=Exists(plans)
    )
    return found.annotate(is_own=Exists(own)) if own is not None else found


def chosen(schemes: Sequence[Scheme], *, asked: str, today: date) -> Scheme | None:
    """The scheme asked for; else the person's own; else the newest in force that has plans, published before invented.

    A scheme that is only proposed, or has no plans yet, is never shown first: it would be an empty table.
    """
    by_code = {scheme.code: scheme for scheme in schemes}
    if asked in by_code:
        return by_code[asked]

    def rank(scheme: Scheme) -> tuple[bool, bool, bool, bool, date]:
        begun = scheme.valid_from <= today
        own, plans = bool(getattr(scheme, "is_own", False)), bool(getattr(scheme, "has_plans", False))
        return (own, begun and plans, scheme.is_confirmed, not scheme.is_illustrative, scheme.valid_from)

    return max(schemes, key=rank, default=None)


def chains(person: Person, scheme: Scheme) -> ChainQuerySet:
    """The chains of a scheme in its own order, with the bodies that answer for them."""
    found = Chain.objects.visible_to(person).filter(scheme=scheme, is_active=True)
    return found.select_related("body", "lead_department").order_by("position")


def reported_under(scheme: Scheme) -> Q:
    """The chains a scheme reports on: its own, and those of older schemes that have no home in it 存档并继续统计."""
    kept = ChainSuccession.objects.filter(scheme=scheme, new__isnull=True).values("old")
    return Q(scheme=scheme, is_active=True) | Q(pk__in=kept)


def reported(person: Person, scheme: Scheme) -> ChainQuerySet:
    """The chains of `reported_under`, the own first; `is_settled`: what became of an older one is confirmed."""
    settled = ChainSuccession.objects.filter(scheme=scheme, old=OuterRef("pk"), is_confirmed=True)
    found = Chain.objects.visible_to(person).filter(reported_under(scheme)).annotate(is_settled=Exists(settled))
    return found.order_by(Case(When(scheme=scheme, then=0), default=1), "position")


def answering(chains: Sequence[Chain], *, on: date) -> dict[int, Answering]:
    """Who answers for each chain on a day, by chain id; one query."""
    bodies = [chain.body_id for chain in chains if chain.body_id is not None]
    held = accounts.holders_of_many(bodies, on=on)
    found = {}
    for chain in chains:
        posts = held.get(chain.body_id, {}) if chain.body_id is not None else {}
        found[chain.pk] = Answering(
            chiefs=tuple(posts.get(Post.CHAIN_CHIEF, ())),
            deputies=tuple(posts.get(Post.DEPUTY_CHIEF, ())),
            heads=tuple(posts.get(Post.TASK_FORCE_HEAD, ())),
        )
    return found


def groups(scheme: Scheme, chains: Sequence[Chain], *, language: str) -> list[Group]:
    """The chains in the groups of their scheme; a chain in no declared group comes last under its own word."""
    index = 2 if language.startswith("en") else 1
    found = {row[0]: Group(row[0], row[index] or row[1]) for row in scheme.groups}
    for chain in chains:
        found.setdefault(chain.group, Group(chain.group, chain.group)).chains.append(chain)
    return [group for group in found.values() if group.chains]


def anchors(chain: Chain) -> list[Anchor]:
    """The chain's anchor firms of today, with their sources."""
    return list(
        Anchor.objects.standing()
        .filter(chain=chain)
        .select_related("enterprise", "source")
        .order_by("enterprise__name")
    )


def anchor_names(chain: Chain) -> list[str]:
    """The chain's anchor firms of today by name."""
    standing = Anchor.objects.standing().filter(chain=chain).order_by("enterprise__name")
    return list(standing.values_list("enterprise__name", flat=True))


def successions(person: Person, scheme: Scheme) -> list[ChainSuccession]:
    """What became of the older chains in `scheme`, in the older scheme's order."""
    return list(
        ChainSuccession.objects.visible_to(person)
        .filter(scheme=scheme)
        .select_related("old", "old__scheme", "new", "scheme")
        .order_by("old__position", "pk")
    )


def across_schemes(chain: Chain) -> dict[str, list[ChainSuccession]]:
    """What became of one chain in newer schemes, and which older chains went into it: one question for both."""
    found = ChainSuccession.objects.filter(Q(old=chain) | Q(new=chain)).select_related("new", "scheme", "old__scheme")
    rows = list(found.order_by("scheme__valid_from", "old__position"))
    return {
        "became": [row for row in rows if row.old_id == chain.pk],
        "came_from": [row for row in rows if row.new_id == chain.pk],
    }
