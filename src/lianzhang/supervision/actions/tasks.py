"""The life of a task: signed for, handed in with evidence, closed by somebody else or returned with a reason."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from lianzhang.accounts.actions import Refused
from lianzhang.accounts.models import Person
from lianzhang.supervision import queries, states
from lianzhang.supervision.models import Task
from lianzhang.supervision.states import Move, Side
from lianzhang.trail import actions as trail
from lianzhang.trail import evidence as files
from lianzhang.trail.models import Attachment, Proof

EVIDENCE = "task"  # the purpose under which a task's evidence is attached


def sign(*, task: Task, now: datetime, by: Person, version: int | None = None) -> Task:
    """签收: the responsible body takes the task on."""
    return _move(task, Move.SIGN, by=by, version=version, signed_by=by, signed_at=now, handled_by=by)


def add_evidence(*, task: Task, attachment: Attachment, by: Person) -> Proof:
    """Attach a kept file to an open task; by the body that does it or the one that assigned it."""
    if task.state not in states.OPEN:
        raise Refused(_("事项已%(state)s，不再补佐证。") % {"state": task.get_state_display()})
    if not (states.is_on(Side.DOER, task, by=by) or states.is_on(Side.ASSIGNER, task, by=by)):
        raise Refused(_("您现在的职务无权办理此事项的这一步。"))
    return files.attach(attachment, to=task, purpose=EVIDENCE, by=by)


def submit(
    *,
    task: Task,
    reply: str,
    now: datetime,
    by: Person,
    evidence: Sequence[Attachment] = (),
    version: int | None = None,
) -> Task:
    """报结: say what was done, with at least one piece of evidence that no returned report rested on."""
    if not reply.strip():
        raise Refused(_("请写明办理情况。"))
    with transaction.atomic():
        for attachment in evidence:
            add_evidence(task=task, attachment=attachment, by=by)
        proofs = queries.fresh_proofs(task)
        if not proofs:
            raise Refused(
                _("报结须有佐证材料。") if not task.returned_count else _("退回后再报结，须补充新的佐证材料。")
            )
        return _move(
            task,
            Move.SUBMIT,
            by=by,
            version=version,
            reply=reply.strip(),
            handled_by=by,
            submitted_by=by,
            submitted_at=now,
            proof_ids=[proof.pk for proof in proofs],
        )


def close(*, task: Task, now: datetime, by: Person, version: int | None = None) -> Task:
    """销号: somebody other than the doer agrees that it is done."""
    return _move(task, Move.CLOSE, by=by, version=version, closed_by=by, closed_at=now)


def send_back(*, task: Task, reason: str, by: Person, version: int | None = None) -> Task:
    """退回: not done, and why; the clock runs on from the first due day."""
    if not reason.strip():
        raise Refused(_("退回须写明理由。"))
    return _move(
        task,
        Move.RETURN,
        by=by,
        version=version,
        return_reason=reason.strip()[:300],
        returned_count=task.returned_count + 1,
        spent_ids=sorted({*task.spent_ids, *task.proof_ids}),
    )


def cancel(*, task: Task, reason: str, by: Person, version: int | None = None) -> Task:
    """撤销: no longer to be done, and why."""
    if not reason.strip():
        raise Refused(_("撤销须写明理由。"))
    return _move(task, Move.CANCEL, by=by, version=version, cancel_reason=reason.strip()[:300])


def _move(task: Task, move: Move, *, by: Person, version: int | None, **changes: Any) -> Task:
    following = states.to(task.state, move)
    if following is None:
        raise Refused(
            _("事项现为“%(state)s”，不能%(move)s。") % {"state": task.get_state_display(), "move": states.label(move)}
        )
    if not states.is_on(states.OWNERS[move], task, by=by):
        raise Refused(_("您现在的职务无权办理此事项的这一步。"))
    if move in states.NOT_BY_DOER and task.submitted_by_id == by.pk:
        raise Refused(_("本人报结的事项不能由本人审核，请由另一人办理。"))
    with transaction.atomic():
        changes["state"] = following.value
        return trail.change(task, verb=f"task.{move.value}", changes=changes, version=version, by=by)
