"""Putting figures out: once for a snapshot or a target list, and never beside what somebody else put out meanwhile."""

from collections.abc import Callable
from datetime import datetime

from django.db import transaction

from lianzhang.accounts.models import Person
from lianzhang.chains.models import Chain, Release, Snapshot, TargetList
from lianzhang.chains.models.releases import State
from lianzhang.trail import actions as trail

ATTEMPTS = 3


def publish(
    *,
    subject: Snapshot | TargetList,
    decide: Callable[[], list[Release]],
    expect: Callable[[], None] = lambda: None,
    now: datetime,
    by: Person,
) -> list[Release]:
    """Keep what `decide` finds in view of everything out so far; what is out already stands and is not decided again.

    Deciding takes seconds and must not hold up other writers. So it is done first and kept only if nothing went out
    meanwhile; otherwise it is done again, and at the third time what cannot be reckoned with is withheld. `expect` is
    asked in the transaction that keeps it and raises where it may not be kept.
    """
    if standing := list(subject.releases.all()):
        return standing
    for _attempt in range(ATTEMPTS):
        last = _last()
        made = decide()
        if (kept := _kept(subject, made, after=last, expect=expect, now=now, by=by)) is not None:
            return kept
    for one in made:
        one.value, one.state = None, State.DIFFERENCING
    return _kept(subject, made, after=None, expect=expect, now=now, by=by) or []


def _last() -> int:
    return Release.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def _kept(
    subject: Snapshot | TargetList,
    made: list[Release],
    *,
    after: int | None,
    expect: Callable[[], None],
    now: datetime,
    by: Person,
) -> list[Release] | None:
    """The releases as stored; None where something went out since `after`."""
    with transaction.atomic():
        # One at a time: two chains may share a firm, and neither would see what the other puts out.
        list(Chain.objects.order_by("pk").select_for_update().values_list("pk", flat=True))
        if after is not None and _last() != after:
            return None
        expect()
        if standing := list(subject.releases.all()):
            return standing
        for one in made:
            one.released_at = now
        Release.objects.bulk_create(made, batch_size=500)
        states = [str(one.state) for one in made]
        detail = {state: states.count(state) for state in sorted(set(states))}
        trail.note(subject, verb="snapshot.released", detail=detail, by=by)
    return made
