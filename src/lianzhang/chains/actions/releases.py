"""Putting figures out: once for a snapshot or a target list, and never beside what somebody else put out meanwhile."""

from collections.abc import Callable
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Subquery

from lianzhang.accounts.models import Person
from lianzhang.chains.models import Chain, Release, Snapshot, TargetList
from lianzhang.chains.models.releases import State
from lianzhang.jobs import actions as jobs
from lianzhang.jobs.models import Job
from lianzhang.trail import actions as trail

ATTEMPTS = 3
DECIDE = "chains.release"


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
    if standing := _decided(subject):
        return standing
    for _attempt in range(ATTEMPTS):
        last = _last()
        made = decide()
        if (kept := _kept(subject, made, after=last, expect=expect, now=now, by=by)) is not None:
            return kept
    for one in made:
        one.value, one.state = None, State.DIFFERENCING
    return _kept(subject, made, after=None, expect=expect, now=now, by=by) or []


def decide_newest() -> list[Job]:
    """Ask for the decision on the newest snapshot of every chain for which none was taken: what was taken before the
    rule, or came in with an update. In the name of who took it, if still in office. Nothing is asked twice."""
    newest = Snapshot.objects.filter(is_pooled=False, chain=OuterRef("pk")).order_by("-taken_at").values("pk")[:1]
    ids = Chain.objects.annotate(newest=Subquery(newest)).values_list("newest", flat=True)
    waiting = Snapshot.objects.filter(pk__in=[pk for pk in ids if pk], taken_by__is_active=True)
    decided = Release.objects.filter(snapshot=OuterRef("pk")).exclude(state=State.EARLIER)
    open_jobs = Job.objects.filter(kind=DECIDE, state__in=(Job.State.WAITING, Job.State.RUNNING))
    asked = {one["snapshot_id"] for one in open_jobs.values_list("arguments", flat=True)}
    found = waiting.filter(~Exists(decided)).select_related("taken_by")
    return [
        jobs.ask(DECIDE, {"snapshot_id": one.pk}, queue=Job.Queue.LONG, by=one.taken_by)
        for one in found
        if one.pk not in asked and one.taken_by is not None
    ]


def _decided(subject: Snapshot | TargetList) -> list[Release]:
    """What was decided of it; nothing where all there is was shown before the rule."""
    found = list(subject.releases.all())
    return found if any(one.state != State.EARLIER for one in found) else []


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
        trail.hold()
        if after is not None and _last() != after:
            return None
        expect()
        if standing := _decided(subject):
            return standing
        shown = {(one.cell, one.measure): one for one in subject.releases.all()}
        again, fresh = list[Release](), list[Release]()
        for one in made:
            one.released_at = now
            # What was shown before the rule stays known, whatever is decided; it may be shown again if it may go out.
            if (before := shown.get((one.cell, one.measure))) is not None:
                one.pk = before.pk
                one.state = one.state if one.state == State.RELEASED else State.EARLIER
            (fresh if before is None else again).append(one)
        Release.objects.bulk_create(fresh, batch_size=500)
        Release.objects.bulk_update(again, ["value", "state", "rule", "released_at"], batch_size=500)
        states = [str(one.state) for one in made]
        detail = {state: states.count(state) for state in sorted(set(states))}
        trail.note(subject, verb="snapshot.released", detail=detail, by=by)
    return made
