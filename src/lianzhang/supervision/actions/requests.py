"""企业诉求: raised once, handed to a body with a deadline, answered, closed when the firm agrees, else a level up."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lianzhang.accounts.actions import Refused
from lianzhang.accounts.models import Body, Person
from lianzhang.accounts.rules import SERVING, Act, Role, Scope, Thing
from lianzhang.chains.models import Gap
from lianzhang.records import codes
from lianzhang.registry.models import Enterprise
from lianzhang.supervision import escalation
from lianzhang.supervision.actions import assigning, tasks
from lianzhang.supervision.models import Request, Task
from lianzhang.trail import actions as trail

State = Request.State
FIRMS = frozenset({Role.ANCHOR, Role.SME})
SATISFACTION = ("satisfied", "mostly", "unsatisfied")


def raise_request(*, enterprise: Enterprise, text: str, kind: str, now: datetime, by: Person, **fields: Any) -> Request:
    """Enter what a firm asks for: the firm for itself, an officer or association on its behalf."""
    if by.reach.scope(Act.WRITE, Thing.REQUEST) is Scope.NONE:
        raise Refused(_("您现在的职务不能登记企业诉求。"))
    if by.reach.role in FIRMS and (enterprise.body_id is None or enterprise.body_id != by.reach.body_id):
        raise Refused(_("只能为本企业提出诉求。"))
    if not text.strip():
        raise Refused(_("请写明诉求内容。"))
    today = timezone.localdate(now)
    fields["is_illustrative"] = fields.get("is_illustrative", False) or enterprise.is_illustrative
    request = Request(
        enterprise=enterprise,
        kind=kind,
        text=text.strip(),
        received_on=today,
        raised_by_body=by.acting.body if by.acting is not None else None,
        **fields,
    )
    with transaction.atomic():
        request.code = codes.next_code("SQ", year=today.year)
        return trail.create(request, verb="request.raised", by=by)


def hand_over(
    *, request: Request, handler: Body, working_days: int, now: datetime, by: Person, version: int | None = None
) -> Task:
    """交办: give a request to a body with a deadline in working days; the body gets a task."""
    _require_officer(request, by=by)
    _refuse_unless(request, State.RECEIVED, State.ASSIGNED, State.ESCALATED)
    with transaction.atomic():
        for task in request.tasks.filter(state__in=[Task.State.UNSIGNED, Task.State.HANDLING, Task.State.RETURNED]):
            tasks.cancel(task=task, reason=_("诉求改由%(body)s承办") % {"body": handler.name}, by=by)
        task = assigning.assign(
            title=_("%(firm)s诉求：%(text)s") % {"firm": request.enterprise.name, "text": request.text[:120]},
            responsible=handler,
            working_days=working_days,
            chain=request.chain,
            request=request,
            is_illustrative=request.is_illustrative,
            now=now,
            by=by,
        )
        changes = {"handler": handler, "due_on": task.due_on, "state": State.ASSIGNED.value}
        trail.change(request, verb="request.assigned", changes=changes, version=version, by=by)
    return task


def answer(*, request: Request, text: str, now: datetime, by: Person, version: int | None = None) -> Request:
    """答复: what the handling body tells the firm."""
    _refuse_unless(request, State.ASSIGNED, State.ESCALATED, State.ANSWERED)
    if by.reach.body_id != request.handler_id and by.reach.role is not Role.SECRETARIAT:
        raise Refused(_("由承办单位答复。"))
    if not text.strip():
        raise Refused(_("请写明答复。"))
    changes = {"answer": text.strip(), "answered_on": timezone.localdate(now), "state": State.ANSWERED.value}
    with transaction.atomic():
        return trail.change(request, verb="request.answered", changes=changes, version=version, by=by)


def close_request(
    *, request: Request, satisfaction: str, now: datetime, by: Person, version: int | None = None, proof: str = ""
) -> Request:
    """办结: the firm agrees. Where an officer enters the firm's word, `proof` says how it was given (call, letter)."""
    _refuse_unless(request, State.ANSWERED)
    if satisfaction not in SATISFACTION[:2]:
        raise Refused(_("企业不满意的诉求不能办结，请退回承办单位或提级。"))
    _require_firm_or_word(request, proof=proof, by=by)
    changes = {"satisfaction": satisfaction, "closed_on": timezone.localdate(now), "state": State.CLOSED.value}
    with transaction.atomic():
        detail = {"proof": proof}
        return trail.change(request, verb="request.closed", changes=changes, version=version, by=by, detail=detail)


def reject_answer(*, request: Request, reason: str, by: Person, version: int | None = None, proof: str = "") -> Request:
    """The firm does not accept the answer: back to the handling body, with why."""
    _refuse_unless(request, State.ANSWERED)
    _require_firm_or_word(request, proof=proof, by=by)
    if not reason.strip():
        raise Refused(_("退回须写明理由。"))
    changes = {"state": State.ASSIGNED.value, "satisfaction": SATISFACTION[2], "closed_on": None}
    with transaction.atomic():
        return trail.change(
            request, verb="request.rejected", changes=changes, version=version, by=by, detail={"reason": reason}
        )


def escalate(*, request: Request, reason: str, by: Person, version: int | None = None) -> Request:
    """提级: name the next level up; from the task force to the deputy chief, the chief, the general chief."""
    _require_officer(request, by=by)
    _refuse_unless(request, State.RECEIVED, State.ASSIGNED, State.ANSWERED, State.ESCALATED)
    if not reason.strip():
        raise Refused(_("提级须写明理由。"))
    above = escalation.next_above(request.escalated_to or escalation.levels()[0].key)
    if above is None:
        raise Refused(_("已提至最高一级。"))
    changes = {"state": State.ESCALATED.value, "escalated_to": above.key}
    with transaction.atomic():
        return trail.change(
            request, verb="request.escalated", changes=changes, version=version, by=by, detail={"reason": reason}
        )


def link_gap(*, request: Request, gap: Gap | None, version: int | None, by: Person) -> Request:
    """Say which gap of the chain a request is a sign of; None takes it back."""
    _require_officer(request, by=by)
    if gap is not None and request.chain_id is not None and gap.chain_id != request.chain_id:
        raise Refused(_("诉求与缺口不在同一条链。"))
    with transaction.atomic():
        return trail.change(request, verb="request.linked", changes={"gap": gap}, version=version, by=by)


def _require_officer(request: Request, *, by: Person) -> None:
    is_firm = by.reach.role in FIRMS | SERVING
    if is_firm or not Request.objects.editable_by(by).filter(pk=request.pk).exists():
        raise Refused(_("您现在的职务无权办理此诉求的这一步。"))


def _require_firm_or_word(request: Request, *, proof: str, by: Person) -> None:
    is_firm = request.enterprise.body_id is not None and request.enterprise.body_id == by.reach.body_id
    if is_firm:
        return
    _require_officer(request, by=by)
    if by.reach.body_id == request.handler_id:
        raise Refused(_("承办单位不能代企业评价。"))
    if not proof.strip():
        raise Refused(_("代录企业意见须写明依据（电话、来函等）。"))


def _refuse_unless(request: Request, *expected: State) -> None:
    if request.state not in expected:
        raise Refused(_("诉求现为“%(state)s”，不办理这一步。") % {"state": request.get_state_display()})
