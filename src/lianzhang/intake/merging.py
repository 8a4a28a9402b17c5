"""Three ways to one row: what a cell held when the sheet was made, what stands there now, what the sheet says.

A cell nobody else wrote since goes in. One the sheet did not change keeps what stands. One that both changed is a
clash: a person says which of the two it is to be, and until then the batch is not written.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from lianzhang.intake import ages, packing, protocol
from lianzhang.intake.protocol import KEEP, SHEET, Change, Clash, Finding, Incoming, Place
from lianzhang.trail import queries as trail
from lianzhang.trail.queries import Moved

if TYPE_CHECKING:
    from lianzhang.intake.ages import Aged, Ages
    from lianzhang.intake.columns import Desk
    from lianzhang.intake.declared import Sheet

WHOLE = "@row"  # the cell of a clash about a row that is there no more
# Set with whatever else a row changes (who answered, when); of themselves they change nothing and clash with nothing.
FOLLOWING = frozenset({"@key", "name_key", "name_initials", "answered_on", "answered_by_id", "proxy_id"})


def merge(sheet: Sheet, changes: Sequence[Change], rows: Iterable[Incoming], *, since: int, desk: Desk) -> None:
    """Take from the changes of a sheet what others wrote after the event `since`, and say so."""
    by_place = {row.place: row for row in rows}
    changed = [change for change in changes if change.kind == protocol.CHANGED]
    if changed:
        aged = ages.Ages(sheet, {change.subject_id for change in changed}, since=since, desk=desk)
        for change in changed:
            _merge(sheet, change, by_place[change.place], aged=aged, desk=desk)
    _gone(sheet, [change for change in changes if change.kind == protocol.NEW], by_place, since=since)


def _merge(sheet: Sheet, change: Change, row: Incoming, *, aged: Ages, desk: Desk) -> None:
    found = {attr: aged.of(change.subject_id, attr) for attr in change.after}
    moved = {attr: one for attr, one in found.items() if one and not _same(one.base, change.before.get(attr))}
    if not moved:
        return
    columns = sheet.columns_of(row, desk=desk)
    cells: dict[str, list[str]] = {}
    for attr in change.after:
        lead = sheet.goes_with.get(attr, attr)
        if attr not in FOLLOWING or attr in sheet.goes_with:
            cells.setdefault(columns.get(lead, lead), []).append(attr)
    for cell, attrs in cells.items():
        touched = [moved[attr] for attr in attrs if attr in moved]
        if touched:
            _weigh(change, row, cell, attrs, touched, moved=moved)
    is_left = any(attr in change.after for attrs in cells.values() for attr in attrs)
    if not is_left and not change.asked:
        change.kind, change.before, change.after = protocol.UNCHANGED, {}, {}


def _weigh(
    change: Change, row: Incoming, cell: str, attrs: Sequence[str], touched: Sequence[Aged], *, moved: Mapping[str, Any]
) -> None:
    """One cell that others wrote: whether the sheet changed it too, and what a person said of it."""
    last = max(touched, key=lambda one: one.seq)
    bases = {attr: moved[attr].base if attr in moved else change.before.get(attr) for attr in attrs}
    clash = Clash(
        cell,
        is_both=not all(_same(bases[attr], change.after[attr]) for attr in attrs),
        base=bases,
        now={attr: change.before.get(attr) for attr in attrs},
        sheet={attr: change.after[attr] for attr in attrs},
        seq=last.seq,
        at=last.at.isoformat(),
        by=last.by,
        decided=_decided(row, cell, last.seq),
    )
    change.clashes.append(clash)
    change.findings.append(_said(clash))
    if clash.decided != SHEET:
        for attr in attrs:
            change.before.pop(attr, None)
            change.after.pop(attr)


def _decided(row: Incoming, cell: str, seq: int) -> str:
    """What a person said of a cell, while nobody has written it since."""
    said = row.decision.get("cells", {}).get(cell, {})
    return str(said["as"]) if said.get("seq") == seq else ""


def _same(one: Any, other: Any) -> bool:
    return bool(packing.comparable(one) == packing.comparable(other))


def _said(clash: Clash) -> Finding:
    field = None if clash.cell == WHOLE else clash.cell
    if clash.decided == SHEET:
        zh, en = "此后系统中有改动，已认定以表为准。", "Changed here since; decided: the sheet is taken."
        return Finding(field, "note", zh, en, code="clash_sheet")
    if clash.decided == KEEP:
        zh, en = "此后系统中有改动，已认定保留现值。", "Changed here since; decided: what stands is kept."
        return Finding(field, "note", zh, en, code="clash_kept")
    if clash.is_both:
        zh, en = (
            "此后系统中也有改动，与表内不同，须先认定。",
            "Changed here since as well, and differently: decide first.",
        )
        return Finding(field, "warning", zh, en, code="clash")
    zh, en = (
        "表内未改，此后系统中有改动，保留现值。",
        "Not edited in the sheet, changed here since: what stands is kept.",
    )
    return Finding(field, "note", zh, en, code="kept")


def _gone(sheet: Sheet, fresh: Sequence[Change], rows: Mapping[Place, Incoming], *, since: int) -> None:
    """A row that would be new because its record was removed or renamed since: whether it is to come again is asked."""
    wanted = {key: change for change in fresh if (key := sheet.natural_of(change)) is not None}
    if not wanted:
        return
    for key, event in _left(sheet, since=since).items():
        change = wanted.get(key)
        if change is None:
            continue
        decided = _decided(rows[change.place], WHOLE, event.seq)
        left = {"removed": event.is_removal}
        clash = Clash(
            WHOLE, is_both=True, base={}, now=left, sheet={}, seq=event.seq, at=event.at.isoformat(),
            by=event.actor_id, decided=decided,
        )  # fmt: skip
        change.clashes.append(clash)
        change.findings.append(_said(clash))
        if decided == KEEP:
            change.kind, change.after = protocol.IGNORED, {}


def _left(sheet: Sheet, *, since: int) -> dict[Any, Moved]:
    """What named records then that are removed or called otherwise now → the event by which it went."""
    fields = {field.attname: field for field in sheet.model._meta.concrete_fields}
    first: dict[str, dict[str, Any]] = {}
    last: dict[str, Moved] = {}
    entered: set[str] = set()
    for event in trail.moved(sheet.model, None, since=since):
        if event.is_entry:
            entered.add(event.subject_id)
        named = event.before.keys() & set(sheet.natural)
        if not named or event.subject_id in entered:
            continue
        was = {name: ages.typed(fields.get(name), event.before[name]) for name in named}
        first[event.subject_id] = {**was, **first.get(event.subject_id, {})}
        last[event.subject_id] = event
    standing = _records(sheet, [pk for pk, event in last.items() if not event.is_removal])
    return {
        sheet.natural_key({**standing.get(pk, {}), **names}): last[pk]
        for pk, names in first.items()
        if last[pk].is_removal or pk in standing
    }


def _records(sheet: Sheet, ids: Collection[str]) -> dict[str, dict[str, Any]]:
    found = sheet.model.objects.in_bulk([int(pk) for pk in ids]) if ids else {}
    return {str(pk): vars(record) for pk, record in found.items()}
