"""Meetings and what they decided; a decision becomes one task for each body that is to carry it out."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from lianzhang.accounts.actions import Refused
from lianzhang.accounts.models import Body, Person
from lianzhang.accounts.rules import Act, Scope, Thing
from lianzhang.chains.models import Chain
from lianzhang.records import codes
from lianzhang.supervision.actions import assigning
from lianzhang.supervision.models import Decision, Meeting, Task
from lianzhang.trail import actions as trail


def hold_meeting(
    *,
    title: str,
    kind: str,
    held_on: date,
    now: datetime,
    by: Person,
    chain: Chain | None = None,
    attendees: Sequence[Body] = (),
    **fields: Any,
) -> Meeting:
    """Enter a meeting, planned or held. Whoever serves one chain enters that chain's meetings only."""
    width = by.reach.scope(Act.WRITE, Thing.MEETING)
    is_own = chain is not None and Chain.objects.own_of(by).filter(pk=chain.pk).exists()
    if width is Scope.NONE or (width is Scope.OWN and not is_own):
        raise Refused(_("只能登记本链的会议。"))
    host = by.acting.body if by.acting is not None else None
    fields["is_illustrative"] = fields.get("is_illustrative", False) or (chain is not None and chain.is_illustrative)
    meeting = Meeting(title=title.strip(), kind=kind, held_on=held_on, chain=chain, host=host, **fields)
    with transaction.atomic():
        meeting.code = codes.next_code("HY", year=timezone.localdate(now).year)
        trail.create(meeting, verb="meeting.entered", by=by, detail={"attendees": [body.code for body in attendees]})
        meeting.attendees.set(attendees)
    return meeting


def edit_meeting(
    *,
    meeting: Meeting,
    changes: Mapping[str, Any],
    version: int | None,
    by: Person,
    attendees: Sequence[Body] | None = None,
) -> Meeting:
    """Change a meeting's record; raises Stale on an old version."""
    _require(meeting, by=by)
    with transaction.atomic():
        detail = {"attendees": [body.code for body in attendees]} if attendees is not None else None
        changed = trail.change(
            meeting, verb="meeting.edited", changes=dict(changes), version=version, by=by, detail=detail
        )
        if attendees is not None:
            changed.attendees.set(attendees)
    return changed


def add_decision(
    *, meeting: Meeting, text: str, by: Person, responsible: Body | None = None, working_days: int | None = None
) -> Decision:
    """Write down what was decided, under the next number."""
    _require(meeting, by=by)
    if not text.strip():
        raise Refused(_("议定事项不能为空。"))
    with transaction.atomic():
        trail.hold()
        Meeting.objects.select_for_update().get(pk=meeting.pk)
        last = meeting.decisions.aggregate(last=Max("number"))["last"] or 0
        decision = Decision(
            meeting=meeting,
            number=last + 1,
            text=text.strip()[:400],
            responsible=responsible,
            working_days=working_days,
        )
        return trail.create(decision, verb="decision.written", by=by)


def edit_decision(*, decision: Decision, changes: Mapping[str, Any], version: int | None, by: Person) -> Decision:
    """Change a decision that has become no task yet."""
    _require(decision.meeting, by=by)
    if decision.tasks.exists():
        raise Refused(_("已转为督办事项，不再改议定内容。"))
    with transaction.atomic():
        return trail.change(decision, verb="decision.edited", changes=dict(changes), version=version, by=by)


def decide(
    *,
    decision: Decision,
    now: datetime,
    by: Person,
    responsible: Sequence[Body] = (),
    working_days: int | None = None,
) -> list[Task]:
    """Make a task of a decision for each responsible body, once; asking again makes none for a body that has one."""
    bodies = list(responsible) or ([decision.responsible] if decision.responsible is not None else [])
    days = working_days or decision.working_days
    if not bodies or days is None:
        raise Refused(_("第%(number)s项未写承办单位或时限，不能转为督办事项。") % {"number": decision.number})
    _require(decision.meeting, by=by)
    with transaction.atomic():
        trail.hold()
        Decision.objects.select_for_update().get(pk=decision.pk)
        held = set(decision.tasks.exclude(state=Task.State.CANCELLED).values_list("responsible_id", flat=True))
        return [
            assigning.assign(
                title=decision.text,
                kind=Task.Kind.DECISION,
                responsible=body,
                working_days=days,
                chain=decision.meeting.chain,
                decision=decision,
                is_illustrative=decision.meeting.is_illustrative,
                now=now,
                by=by,
            )
            for body in bodies
            if body.pk not in held
        ]


def _require(meeting: Meeting, *, by: Person) -> None:
    if not Meeting.objects.editable_by(by).filter(pk=meeting.pk).exists():
        raise Refused(_("您现在的职务无权修改此会议。"))
