"""逐月变化: what was entered, changed and removed in a ledger in a calendar month, and how far its amounts moved.

Read from the trail, so that it holds however the records were written: by a workbook, on a page or through REST. Only
records the person may see count; what was removed can no longer be asked about and is said only to whoever sees all.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils import timezone

from chainlab.sheets.layout import Kind
from lianzhang.accounts.rules import Act, Scope
from lianzhang.intake import packing
from lianzhang.intake.columns import EXTRA, Column, Kept
from lianzhang.intake.models import StagedRow
from lianzhang.trail.models import Event

if TYPE_CHECKING:
    from chainlab.sheets.layout import Field
    from lianzhang.accounts.models import Person
    from lianzhang.intake.declared import DeclaredLedger, Sheet

AT_ONCE = 5000  # ids in one question
NEVER_SAID = {"id", "version"}


@dataclasses.dataclass(slots=True)
class Touched:
    """One record that a month entered or changed."""

    record: Any
    is_new: bool
    count: int
    last_at: dt.datetime


@dataclasses.dataclass(slots=True)
class Month:
    """A calendar month of a ledger. `moved`: money column → 万元 that came or went, entered records included."""

    first: dt.date
    touched: list[Touched] = dataclasses.field(default_factory=list)
    removed_count: int | None = None  # None: not to be said to this person
    moved: dict[str, Decimal] = dataclasses.field(default_factory=dict)

    @property
    def new_count(self) -> int:
        return sum(one.is_new for one in self.touched)

    @property
    def changed_count(self) -> int:
        return len(self.touched) - self.new_count


def before(month: dt.date) -> dt.date:
    """The first day of the month before."""
    return (month.replace(day=1) - dt.timedelta(days=1)).replace(day=1)


def after(month: dt.date) -> dt.date:
    """The first day of the month after."""
    return (month.replace(day=28) + dt.timedelta(days=4)).replace(day=1)


def of(ledger: DeclaredLedger, month: dt.date, *, by: Person) -> Month:
    """What happened in the month that begins on `month` to the records a ledger is about."""
    sheet = main(ledger)
    found = Month(month)
    steps = _steps(sheet, month)
    visible = _visible(sheet, steps, by=by)
    columns = {attr for _field, attr in money(ledger)}
    beside = _beside(ledger.key, sheet, {subject_id: steps[subject_id] for subject_id in visible})
    for subject_id, events in steps.items():
        record = visible.get(subject_id)
        if record is None:
            continue
        written = [event for event in events if event.is_written]
        if not written:
            continue
        is_new = any(event.is_entry for event in written)
        found.touched.append(Touched(record, is_new, len(written), max(event.at for event in written)))
        for event in (*written, *beside.get(subject_id, ())):
            _move(found.moved, event, columns)
    found.touched.sort(key=lambda one: one.last_at, reverse=True)
    if by.reach.scope(Act.READ, ledger.thing) is Scope.ALL:
        gone = [events for subject_id, events in steps.items() if any(event.is_removal for event in events)]
        # Entered and removed within one month (an import undone) came and went: the month shows neither.
        found.removed_count = sum(not any(event.is_entry for event in events) for events in gone)
    return found


def main(ledger: DeclaredLedger) -> Sheet:
    """The sheet whose records a ledger is about."""
    return next((sheet for sheet in ledger.sheets if sheet.is_main), ledger.sheets[0])


def money(ledger: DeclaredLedger) -> list[tuple[Field, str]]:
    """(column, attribute) of every amount that sheet writes into the record or keeps beside it."""
    sheet = main(ledger)
    fields = {field.key: field for field in ledger.layout.sheet(sheet.key).fields}
    own = {f.attname for f in sheet.model._meta.concrete_fields if isinstance(f, models.DecimalField)}
    return [
        (fields[column.field], column.place if isinstance(column, Kept) else column.attr)
        for column in sheet.columns
        if (isinstance(column, Kept) or (type(column) is Column and column.attr in own))
        and fields[column.field].kind in (Kind.WAN, Kind.YI)
    ]


@dataclasses.dataclass(frozen=True, slots=True)
class _Step:
    at: dt.datetime
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    batch: str = ""  # the import that wrote it
    undone: str = ""  # the import it took back

    @property
    def is_entry(self) -> bool:
        return bool(self.after) and not self.before

    @property
    def is_removal(self) -> bool:
        return bool(self.before) and not self.after

    @property
    def is_written(self) -> bool:
        """Whether a column of the record was written, or one kept beside it; a note in the trail changes none."""
        return bool(set(self.after) - NEVER_SAID) or (bool(self.batch or self.undone) and not self.is_removal)


def _steps(sheet: Sheet, month: dt.date) -> dict[str, list[_Step]]:
    start, end = (timezone.make_aware(dt.datetime.combine(day, dt.time())) for day in (month, after(month)))
    found = Event.objects.filter(subject_type=sheet.model._meta.label_lower, at__gte=start, at__lt=end)
    steps: dict[str, list[_Step]] = defaultdict(list)
    for subject_id, at, body in found.order_by("seq").values_list("subject_id", "at", "body"):
        content = json.loads(bytes(body))
        detail = content["detail"]
        step = _Step(at, content["before"], content["after"], detail.get("batch", ""), detail.get("undone", ""))
        steps[subject_id].append(step)
    return steps


def _beside(ledger: str, sheet: Sheet, steps: Mapping[str, list[_Step]]) -> dict[str, list[_Step]]:
    """What imports wrote beside the records: the trail says which imports, their staged rows what stood there and then.

    A record that the app's own action entered has no import in its event: its new row is the one that made it.
    """
    found: dict[str, list[_Step]] = defaultdict(list)
    written = StagedRow.objects.filter(batch__ledger=ledger, sheet=sheet.key, applied_version__isnull=False)
    ids = list(steps)
    for start in range(0, len(ids), AT_ONCE):
        rows = written.filter(subject_id__in=ids[start : start + AT_ONCE])
        for code, subject_id, kind, *ends in rows.values_list("batch__code", "subject_id", "kind", "before", "after"):
            before, after = (_extras(packing.unpack_all(end)) for end in ends)
            for step in steps[subject_id]:
                if step.undone == code:
                    found[subject_id].append(_Step(step.at, after, before))
                elif step.batch == code or (kind == StagedRow.Kind.NEW and step.is_entry):
                    found[subject_id].append(_Step(step.at, before, after))
    return found


def _extras(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name.startswith(EXTRA)}


def _visible(sheet: Sheet, ids: Iterable[str], *, by: Person) -> dict[str, Any]:
    asked = [int(subject_id) for subject_id in ids]
    found: dict[str, Any] = {}
    for start in range(0, len(asked), AT_ONCE):
        rows = sheet.of_ledger(sheet.model.objects.visible_to(by)).filter(pk__in=asked[start : start + AT_ONCE])
        found |= {str(record.pk): record for record in rows}
    return found


def _move(moved: dict[str, Decimal], event: _Step, columns: set[str]) -> None:
    for attr in columns & (set(event.before) | set(event.after)):
        ends = _number(event.before.get(attr)), _number(event.after.get(attr))
        if None not in ends:
            moved[attr] = moved.get(attr, Decimal(0)) + (ends[1] or 0) - (ends[0] or 0)


def _number(value: Any) -> Decimal | None:
    """An amount of the trail; nothing is 0, and what the trail does not tell is None."""
    try:
        return Decimal(str(value)) if value not in (None, "") else Decimal(0)
    except InvalidOperation:
        return None
