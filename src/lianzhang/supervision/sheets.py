"""企业诉求清单: requests of enterprises as their ledger. How a request moves on is decided in the system, not here."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from lianzhang.accounts.rules import Act, Role, Scope, Thing
from lianzhang.chains.sheets import naming
from lianzhang.intake import lookups
from lianzhang.intake.columns import Coded, Column, Desk, Kept, Shown
from lianzhang.intake.declared import DeclaredLedger, Sheet
from lianzhang.intake.protocol import Incoming
from lianzhang.registry import actions
from lianzhang.registry.models import Enterprise
from lianzhang.registry.names import resolver
from lianzhang.supervision import escalation
from lianzhang.supervision.models import Request

if TYPE_CHECKING:
    from lianzhang.accounts.models import Person
    from lianzhang.intake.models import Batch

FIRMS = frozenset({Role.ANCHOR, Role.SME})
RAISED_TO = {"none": "", **{level.key: level.key for level in escalation.levels()}}
SATISFACTION = {"satisfied": "satisfied", "fairly": "mostly", "dissatisfied": "unsatisfied"}


class RequestSheet(Sheet):
    """诉求: found by code, else by firm, day and words."""

    def fill(self, taken: dict[str, Any], *, row: Incoming, desk: Desk) -> None:
        code = row.values.get("uscc")
        taken["enterprise_id"] = resolver(desk).known(
            str(row.values["enterprise"]),
            credit_code=str(code) if code else None,
            decision=row.decision,
            field="enterprise",
        )
        if not taken.get("chain_id") and desk.context.get("chain"):
            taken["chain_id"] = int(desk.context["chain"])

    def may_create(self, taken: Mapping[str, Any], *, desk: Desk) -> bool:
        width = desk.by.reach.scope(Act.WRITE, Thing.REQUEST)
        if desk.by.reach.role in FIRMS:
            own = desk.once(
                "own firm",
                lambda: set(Enterprise.objects.filter(body_id=desk.by.reach.body_id or 0).values_list("pk", flat=True)),
            )
            return taken.get("enterprise_id") in own
        return width > Scope.NONE

    def build(self, taken: dict[str, Any], *, desk: Desk, batch: "Batch") -> Any:
        record = super().build(taken, desk=desk, batch=batch)
        record.received_on = record.received_on or timezone.localtime(batch.uploaded_at).date()
        record.raised_by_body_id = desk.by.reach.body_id
        return record

    def label(self, taken: Mapping[str, Any], *, record: Any | None, row: Incoming) -> str:  # noqa: ARG002
        return f"{row.raw.get('enterprise', '')} {row.raw.get('content', '')}"

    def records(self, *, desk: Desk) -> Iterable[Any]:
        found = Request.objects.visible_to(desk.by).select_related("enterprise").order_by("code")
        return found.filter(chain_id=desk.context["chain"]) if desk.context.get("chain") else found


class RequestLedger(DeclaredLedger):
    """诉求清单 as the intake knows it: a firm decided to be new enters the register."""

    def decide(self, question: str, *, decision: Mapping[str, Any], batch: "Batch", by: "Person") -> None:
        actions.keep_decision(question, decision=decision, batch_code=batch.code, may_enter=True, by=by)


REQUESTS = RequestLedger(
    key="requests",
    thing=Thing.REQUEST,
    context=(naming.choice_for(Thing.REQUEST),),
    sheets=(
        RequestSheet(
            key="requests",
            model=Request,
            noun="request",
            prefix="SQ",
            natural=("enterprise_id", "received_on", "text"),
            gated=frozenset({"state", "handler_id", "answer", "closed_on", "satisfaction", "escalated_to", "due_on"}),
            columns=(
                Shown("code", "code", shown=lambda record: record.code),
                Shown("enterprise", "enterprise", shown=lambda record: record.enterprise.name),
                Shown("uscc", "enterprise", shown=lambda record: record.enterprise.credit_code),
                naming.column(),
                Kept("region_code"),
                Column("kind", "kind"),
                Column("content", "text"),
                Column("channel", "channel"),
                Column("received_on", "received_on"),
                Kept("accepted_on"),
                lookups.body("handler_body", "handler_id"),
                Kept("support_bodies"),
                Column("due_on", "due_on"),
                Kept("process"),
                Column("reply", "answer"),
                Coded("status", "state", {state: state for state in Request.State.values}),
                Column("closed_on", "closed_on"),
                Kept("is_confirmed"),
                Coded("satisfaction", "satisfaction", SATISFACTION),
                Coded("escalation", "escalated_to", RAISED_TO),
                Kept("remark"),
            ),
        ),
    ),
)
