"""Visits to firms: planned, made, and what was promised there, which becomes a task like any other."""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lianzhang.accounts.actions import Refused
from lianzhang.accounts.models import Appointment, Body, Person
from lianzhang.accounts.rules import Act, Thing
from lianzhang.chains.models import Chain
from lianzhang.registry.models import Enterprise
from lianzhang.supervision.actions import assigning
from lianzhang.supervision.models import Task, Visit
from lianzhang.trail import actions as trail


def plan_visit(
    *,
    chain: Chain,
    enterprise: Enterprise,
    planned_on: date,
    by: Person,
    visitor: Appointment | None = None,
    purpose: str = "",
    **fields: Any,
) -> Visit:
    """Plan that a leader visits a firm on a day."""
    if not Chain.objects.within(by, act=Act.WRITE, thing=Thing.PLAN).filter(pk=chain.pk).exists():
        raise Refused(_("只能安排本链的走访。"))
    fields["is_illustrative"] = fields.get("is_illustrative", False) or chain.is_illustrative
    visit = Visit(
        chain=chain, enterprise=enterprise, planned_on=planned_on, visitor=visitor, purpose=purpose.strip(), **fields
    )
    with transaction.atomic():
        return trail.create(visit, verb="visit.planned", by=by)


def record_visit(
    *, visit: Visit, visited_on: date, findings: str, now: datetime, version: int | None, by: Person
) -> Visit:
    """Write down that the visit was made and what was found."""
    _require(visit, by=by)
    if visited_on > timezone.localdate(now):
        raise Refused(_("走访日期晚于今天。"))
    if not findings.strip():
        raise Refused(_("请写明走访情况。"))
    changes = {"visited_on": visited_on, "findings": findings.strip()}
    with transaction.atomic():
        return trail.change(visit, verb="visit.made", changes=changes, version=version, by=by)


def promise(*, visit: Visit, text: str, responsible: Body, working_days: int, now: datetime, by: Person) -> Task:
    """What was promised to the firm becomes a task with a body and a deadline."""
    _require(visit, by=by)
    if visit.visited_on is None:
        raise Refused(_("走访尚未进行，先记录走访情况。"))
    return assigning.assign(
        title=text,
        responsible=responsible,
        working_days=working_days,
        chain=visit.chain,
        visit=visit,
        is_illustrative=visit.is_illustrative,
        now=now,
        by=by,
    )


def _require(visit: Visit, *, by: Person) -> None:
    if not Visit.objects.editable_by(by).filter(pk=visit.pk).exists():
        raise Refused(_("您现在的职务无权办理此走访。"))
