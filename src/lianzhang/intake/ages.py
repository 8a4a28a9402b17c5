"""What became of the cells of a sheet's records since an event of the trail: what each held then, who changed it last.

Nothing is carried along for it: the trail holds what stood before every change, and the staged rows of imports what
they wrote beside the records.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from lianzhang.intake import packing
from lianzhang.intake.models import StagedRow
from lianzhang.trail import queries as trail
from lianzhang.trail.actions import REDACTED
from lianzhang.trail.queries import Moved

if TYPE_CHECKING:
    from lianzhang.intake.columns import Desk
    from lianzhang.intake.declared import Sheet

UNTOLD = {"untold": True}  # what stood there is not for the trail to keep
NEVER_SAID = {"id", "version"}


@dataclasses.dataclass(slots=True)
class Aged:
    """One attribute of a record that was written since: what it held then, packed; the last to write it, and when."""

    base: Any
    seq: int
    at: dt.datetime
    by: int | None


class Ages:
    """The attributes of the records `ids` that were written after the event `since`."""

    def __init__(self, sheet: Sheet, ids: Collection[str], *, since: int, desk: Desk) -> None:
        self._fields = {field.attname: field for field in sheet.model._meta.concrete_fields}
        self._found: dict[tuple[str, str], Aged] = {}
        self._entered: dict[str, Aged] = {}
        imports: list[Moved] = []
        for event in trail.moved(sheet.model, ids, since=since):
            if event.is_entry:
                self._entered[event.subject_id] = Aged(None, event.seq, event.at, event.actor_id)
            for attr in {**event.before, **event.after}.keys() - NEVER_SAID:
                self._take(event, event.subject_id, attr, self._packed(attr, event.before.get(attr)))
            if event.detail.get("batch") or event.detail.get("undone"):
                imports.append(event)
        self._beside(sheet, imports)
        for subject_id, attr, base, event in sheet.elsewhere(ids, since=since, desk=desk):
            self._take(event, subject_id, attr, UNTOLD if base == REDACTED else packing.pack(base))

    def of(self, subject_id: str, attr: str) -> Aged | None:
        """What became of an attribute; None where nobody wrote it. A record entered since held nothing."""
        return self._found.get((subject_id, attr)) or self._entered.get(subject_id)

    def _packed(self, attr: str, was: Any) -> Any:
        """What the trail kept of an attribute, as a staged row holds it."""
        return UNTOLD if was == REDACTED else packing.pack(typed(self._fields.get(attr), was))

    def _take(self, event: Moved, subject_id: str, attr: str, base: Any) -> None:
        aged = self._found.setdefault((subject_id, attr), Aged(base, event.seq, event.at, event.actor_id))
        aged.seq, aged.at, aged.by = event.seq, event.at, event.actor_id

    def _beside(self, sheet: Sheet, imports: Iterable[Moved]) -> None:
        """What imports wrote that is no field of the record: it stands in their staged rows."""
        events = list(imports)
        kept = _staged(sheet, events)
        for event in events:
            undone = event.detail.get("undone", "")
            before, after = kept.get((undone or event.detail["batch"], event.subject_id), ({}, {}))
            for attr in after.keys() - self._fields.keys():
                self._take(event, event.subject_id, attr, (after if undone else before).get(attr))


def typed(field: Any, was: Any) -> Any:
    """A value of the trail as its field holds it."""
    return was if field is None or was is None else field.to_python(was)


Ends = Mapping[tuple[str, str], tuple[dict[str, Any], dict[str, Any]]]


def _staged(sheet: Sheet, events: Collection[Moved]) -> Ends:
    codes = {event.detail.get("undone") or event.detail["batch"] for event in events}
    if not codes:
        return {}
    rows = StagedRow.objects.filter(batch__code__in=codes, sheet=sheet.key, applied_version__isnull=False)
    wanted = {event.subject_id for event in events}
    said = rows.filter(batch__ledger=sheet.ledger).values_list("batch__code", "subject_id", "before", "after")
    return {(code, pk): (before, after) for code, pk, before, after in said if pk in wanted}
