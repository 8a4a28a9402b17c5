"""Reading people: who held which post on a day, and which chains' bodies a person serves."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from django.db import models
from django.db.models import Q

from lianzhang.accounts import tokens
from lianzhang.accounts.models import (
    RANKS,
    SENIORITY,
    Appointment,
    AppointmentQuerySet,
    Body,
    Person,
    PersonQuerySet,
    SignInLink,
)
from lianzhang.accounts.rules import Act, Post, Thing


def once(person: Person, name: str, read: Callable[[], Any]) -> Any:
    """What `read` gives, read once for this person, who lives as long as the request: a form, its chips and its
    conditions all ask for the same choices."""
    kept: dict[str, Any] = person.__dict__.setdefault("_once", {})
    if name not in kept:
        kept[name] = read()
    return kept[name]


def current(person: Person, *, on: date) -> list[Appointment]:
    """The posts `person` holds on a day, highest first.

    Asked with every request, so the few rows are ordered here: ranking them in SQL costs more than all the rest.
    """
    held = list(Appointment.objects.in_force(on).filter(person=person).select_related("body"))
    for appointment in held:
        appointment.person = person
    return sorted(held, key=lambda held: (RANKS[held.post], held.starts_on, held.pk))


def address_list(viewer: Person, *, on: date) -> PersonQuerySet:
    """The people `viewer` may see, each with `posts_now`: the posts held on a day."""
    posts = Appointment.objects.current(on).visible_to(viewer)
    found: PersonQuerySet = Person.objects.all().visible_to(viewer)
    return found.prefetch_related(models.Prefetch("appointments", queryset=posts, to_attr="posts_now")).distinct()


def bodies(viewer: Person, *, on: date) -> models.QuerySet[Body]:
    """The bodies `viewer` may see, each with `person_count`: how many people hold a post there on a day."""
    held = Q(appointments__starts_on__lte=on) & (
        Q(appointments__ends_on__isnull=True) | Q(appointments__ends_on__gte=on)
    )
    return (
        Body.objects.all()
        .visible_to(viewer)
        .select_related("parent")
        .annotate(person_count=models.Count("appointments__person", filter=held, distinct=True))
    )


def appointments(viewer: Person) -> AppointmentQuerySet:
    """Every appointment `viewer` may see, past ones too, latest first."""
    return Appointment.objects.visible_to(viewer).select_related("body", "person").order_by("-starts_on", "-pk")


def in_post(body: Body, *, viewer: Person, on: date) -> AppointmentQuerySet:
    """Who held which post in a body on a day, highest post first."""
    return Appointment.objects.current(on).visible_to(viewer).filter(body=body)


def full_phone(person: Person, *, to: Person) -> bool:
    """Whether `to` may read the whole number of `person`: the person itself, and who keeps the address list."""
    return to.pk == person.pk or to.reach.may(Act.WRITE, Thing.PEOPLE)


def holders(body: Body, *, post: Post | str, on: date) -> list[Person]:
    """Who held `post` in `body` on a day; several where the post is shared, none where it was vacant."""
    return [a.person for a in Appointment.objects.current(on).filter(body=body, post=post)]


def holders_of_many(body_ids: list[int], *, on: date) -> dict[int, dict[str, list[str]]]:
    """Names by body and post on a day, in one query: `{body_id: {post: [name, …]}}`."""
    found: dict[int, dict[str, list[str]]] = {}
    held = Appointment.objects.in_force(on).filter(body_id__in=body_ids).order_by(*SENIORITY)
    for body_id, post, name in held.values_list("body_id", "post", "person__name"):
        found.setdefault(body_id, {}).setdefault(post, []).append(name)
    return found


def names(person_ids: set[int]) -> dict[int, str]:
    """Display names by id, for histories that store ids only."""
    return dict(Person.objects.filter(pk__in=person_ids).values_list("pk", "name"))


def link(token: str, *, now: datetime) -> SignInLink | None:
    """The one-time link behind a token while it can still be used; None otherwise. Looking does not use it."""
    return (
        SignInLink.objects.filter(
            token_hash=tokens.digest(token), used_at__isnull=True, expires_at__gt=now, person__is_active=True
        )
        .select_related("person")
        .first()
    )
