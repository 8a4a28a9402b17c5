"""The ledgers of events: 会展活动, and 对接企业 whom one met there."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from lianzhang.accounts.rules import Act, Role, Scope, Thing
from lianzhang.chains.sheets import naming
from lianzhang.intake.columns import Column, Desk, Kept, Refusal, Shown
from lianzhang.intake.declared import DeclaredLedger, Sheet
from lianzhang.intake.models import Batch
from lianzhang.intake.protocol import Incoming
from lianzhang.projects.models import Event


class EventSheet(Sheet):
    """会展活动: found by code, else by chain, name and day."""

    def fill(self, taken: dict[str, Any], *, row: Incoming, desk: Desk) -> None:
        if not row.values.get("code"):
            naming.from_context(taken, desk=desk)
        start, end = taken.get("held_on"), taken.get("ended_on")
        if isinstance(start, dt.date) and isinstance(end, dt.date) and end < start:
            raise Refusal("结束日期早于开始日期。", "It ends before it begins.", field="ended_on")

    def may_create(self, taken: Mapping[str, Any], *, desk: Desk) -> bool:
        width = desk.by.reach.scope(Act.WRITE, Thing.EVENT)
        if width is Scope.OWN and desk.by.reach.role is Role.TASK_FORCE:
            return naming.may_write(taken, thing=Thing.EVENT, desk=desk)
        return width > Scope.NONE

    def build(self, taken: dict[str, Any], *, desk: Desk, batch: Batch) -> Any:
        record = super().build(taken, desk=desk, batch=batch)
        if desk.by.reach.scope(Act.WRITE, Thing.EVENT) is Scope.OWN and desk.by.reach.role is not Role.TASK_FORCE:
            record.host_id = desk.by.reach.body_id
        return record

    def label(self, taken: Mapping[str, Any], *, record: Any | None, row: Incoming) -> str:
        return str(taken.get("name") or row.raw.get("name") or record or "")

    def records(self, *, desk: Desk) -> Iterable[Any]:
        found = Event.objects.visible_to(desk.by).order_by("code")
        return found.filter(chain_id=desk.context["chain"]) if desk.context.get("chain") else found


EVENTS = DeclaredLedger(
    key="events",
    thing=Thing.EVENT,
    context=(naming.choice_for(Thing.EVENT),),
    sheets=(
        EventSheet(
            key="events",
            model=Event,
            noun="event",
            prefix="HD",
            natural=("chain_id", "name", "held_on"),
            columns=(
                Shown("code", "code", shown=lambda record: record.code),
                Column("name", "name"),
                naming.column(),
                Column("kind", "kind"),
                Column("held_on", "held_on"),
                Column("ended_on", "ended_on"),
                Kept("region_code"),
                Column("place", "place"),
                Column("host", "host_name"),
                Column("attendee_count", "firm_count"),
                Column("deal_count", "signing_count"),
                Column("intended_wan", "intended_wan"),
                Kept("agreed_wan"),
                Kept("sales_wan"),
                Kept("follow_up"),
                Kept("project_codes"),
                Kept("evidence"),
                Column("remark", "note"),
            ),
        ),
    ),
)
