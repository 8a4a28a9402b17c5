"""Keeping what the funnel said, and asking for it: on request for one scope, once a day for all."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from lianzhang.accounts.models import Appointment, Body, Person
from lianzhang.accounts.rules import Post
from lianzhang.chains.models import Chain
from lianzhang.jobs import actions as jobs
from lianzhang.jobs.models import Job
from lianzhang.projects.models import FunnelReading, Project
from lianzhang.trail import actions as trail

KIND = "projects.funnel"
FUNNEL = "/projects/funnel/"


def ask(*, chain: Chain | None, district: Body | None, url: str, by: Person) -> Job:
    """Ask for the funnel of one scope; who asked already and waits gets the same job."""
    arguments = {"chain": chain.code if chain else "", "district": district.code if district else ""}
    waiting = Job.objects.visible_to(by).filter(kind=KIND, state__in=(Job.State.WAITING, Job.State.RUNNING))
    same = next((job for job in waiting if job.arguments == arguments), None)
    return same or jobs.ask(KIND, arguments, queue=Job.Queue.LONG, subject_url=url, by=by)


def ask_due(now: datetime) -> list[Job]:
    """Once a day, in the name of a secretary in office: the funnels of every scope. Nothing is asked twice."""
    today = timezone.localdate(now)
    if not Project.objects.exists() or FunnelReading.objects.filter(chain=None, district=None, as_of=today).exists():
        return []
    if Job.objects.filter(kind=KIND, arguments={}, state__in=(Job.State.WAITING, Job.State.RUNNING)).exists():
        return []
    posts = Appointment.objects.in_force(today).filter(post=Post.SECRETARY, person__is_active=True)
    acting = posts.select_related("person", "body").order_by("pk").first()
    if acting is None:
        return []
    return [jobs.ask(KIND, {}, queue=Job.Queue.LONG, subject_url=FUNNEL, by=acting.person.act_as(acting))]


def keep(
    found: Mapping[tuple[int | None, int | None], dict[str, Any]],
    *,
    is_all: bool,
    as_of: date,
    now: datetime,
    by: Person,
) -> None:
    """Put the readings in the place of those before; with `is_all` what has no projects any more goes."""
    made = [
        FunnelReading(
            chain_id=chain,
            district_id=district,
            as_of=as_of,
            made_at=now,
            data=data,
            is_illustrative=data.get("is_illustrative", False),
        )
        for (chain, district), data in found.items()
    ]
    with transaction.atomic():
        # First, for it waits until whoever else keeps readings is done: two of one scope cannot stand.
        detail = {"scopes": len(made), "as_of": as_of.isoformat()}
        trail.note(None, verb="funnel.computed", detail=detail, by=by)
        before = FunnelReading.objects.all()
        if not is_all:
            scopes = [Q(chain=chain, district=district) for chain, district in found]
            before = before.filter(Q(*scopes, _connector=Q.OR)) if scopes else before.none()
        before.delete()
        FunnelReading.objects.bulk_create(made, batch_size=200)
