"""The ledgers of events: 会展活动, and 对接企业 whom one met there; which event a row means."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from chainlab import names
from chainlab.sheets.reading import Blank
from lianzhang.accounts.models import Person
from lianzhang.accounts.rules import Act, Role, Scope, Thing
from lianzhang.chains.sheets import naming
from lianzhang.intake import lookups
from lianzhang.intake.columns import Column, Desk, Kept, Refusal, Shown
from lianzhang.intake.declared import DeclaredLedger, Sheet
from lianzhang.intake.models import Batch
from lianzhang.intake.protocol import ContextField, Incoming
from lianzhang.projects.events import encounters
from lianzhang.projects.models import Encounter, Event
from lianzhang.registry.names import resolver


def event_of(row: Incoming, *, desk: Desk) -> Event:
    """By code, by name, or the one chosen at the upload; raises Refusal where that cannot be said."""
    known: list[Event] = desk.once("events", lambda: list(Event.objects.visible_to(desk.by)))
    code, name = said(row, "event_code"), said(row, "event")
    if code:
        found = [event for event in known if event.code == code]
    elif name:
        found = [event for event in known if names.normalise(event.name) == names.normalise(name)]
    else:
        found = [event for event in known if str(event.pk) == str(desk.context.get("event", ""))]
    if len(found) == 1:
        return found[0]
    what = code or name
    if not what:
        raise Refusal(
            "未填活动。请填写活动编号或名称，或在上传时选定活动。",
            "No event given. Fill in its code or name, or choose it when uploading.",
            field="event",
            code="required",
        )
    zh = f"系统中有{len(found)}场活动叫“{what}”，请填活动编号。" if found else f"系统中没有活动“{what}”，请先登记活动。"
    en = f"{len(found)} events are called “{what}”; give the code." if found else f"There is no event “{what}” here."
    raise Refusal(zh, en, field="event_code" if code else "event", code="unknown_reference")


def said(row: Incoming, key: str) -> str:
    """What a row says in a column; nothing for a blank."""
    value = row.values.get(key)
    return "" if value is None or isinstance(value, Blank) else str(value).strip()


def events_of(person: Person) -> Iterable[tuple[str, str]]:
    """The events whose sheets the person may hand in, the latest first."""
    found = Event.objects.editable_by(person).order_by("-held_on", "code")
    return [(str(pk), f"{name}（{code}）") for pk, name, code in found.values_list("pk", "name", "code")]


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


class EncounterSheet(Sheet):
    """对接企业: a firm is met once an event; one the register knows is linked when it is entered."""

    def fill(self, taken: dict[str, Any], *, row: Incoming, desk: Desk) -> None:
        taken["event_id"] = event_of(row, desk=desk).pk

    def may_create(self, taken: Mapping[str, Any], *, desk: Desk) -> bool:
        own = Event.objects.editable_by(desk.by)
        editable: set[int] = desk.once("own events", lambda: set(own.values_list("pk", flat=True)))
        return taken["event_id"] in editable

    def build(self, taken: dict[str, Any], *, desk: Desk, batch: Batch) -> Any:
        record = super().build(taken, desk=desk, batch=batch)
        record.enterprise_id = resolver(desk).certain(record.name, credit_code=None)
        record.body_id = record.body_id or desk.by.reach.body_id
        return record

    def label(self, taken: Mapping[str, Any], *, record: Any | None, row: Incoming) -> str:
        return str(taken.get("name") or row.raw.get("name") or record or "")

    def records(self, *, desk: Desk) -> Iterable[Any]:
        found = encounters.listed(desk.by).order_by("event__code", "pk")
        return found.filter(event_id=desk.context["event"]) if desk.context.get("event") else found


ENCOUNTERS = DeclaredLedger(
    key="encounters",
    thing=Thing.EVENT,
    context=(ContextField("event", _("活动"), events_of, help=_("表中没有填活动的行归入此活动。")),),
    sheets=(
        EncounterSheet(
            key="encounters",
            model=Encounter,
            noun="encounter",
            code_field=None,
            natural=("event_id", "name"),
            invented="event__is_illustrative",
            columns=(
                Shown("event_code", "event", shown=lambda record: record.event.code),
                Shown("event", "event", shown=lambda record: record.event.name),
                Column("name", "name"),
                Column("place", "place"),
                Column("note", "note"),
                lookups.body("body", "body_id"),
                Shown("project_code", "project", shown=lambda record: getattr(record, "seen_code", None)),
            ),
        ),
    ),
)
