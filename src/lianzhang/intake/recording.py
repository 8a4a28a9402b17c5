"""Writing what was decided, and putting back what stood before: each row at most once, all in one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lianzhang.intake import packing, protocol
from lianzhang.intake.columns import Desk
from lianzhang.intake.models import LedgerExtra
from lianzhang.intake.protocol import Applied, Change, Conflict, PlanChanged
from lianzhang.intake.verdicts import LOCAL
from lianzhang.intake.writing import Writing
from lianzhang.records import codes

if TYPE_CHECKING:
    from lianzhang.accounts.models import Person
    from lianzhang.intake.declared import DeclaredLedger, Sheet
    from lianzhang.intake.models import Batch, StagedRow

__all__ = ["Writing", "apply", "carry_extras", "keep_extras", "read_extras", "undo"]


def apply(ledger: DeclaredLedger, changes: Sequence[Change], *, batch: Batch, by: Person) -> list[Applied]:
    """Write new and changed rows, sheet by sheet. Raises PlanChanged or Stale where the data is no longer as shown."""
    writing = Writing(by=by, detail={"batch": batch.code}, at=batch.uploaded_at)
    desk = Desk(by, dict(batch.context))
    applied: list[Applied] = []
    with transaction.atomic():
        for sheet in ledger.sheets:
            mine = [change for change in changes if change.sheet == sheet.key]
            applied += _create(sheet, [c for c in mine if c.kind == protocol.NEW], desk, batch=batch, writing=writing)
            applied += _update(sheet, [c for c in mine if c.kind == protocol.CHANGED], desk, writing=writing)
            sheet.finish(desk=desk, writing=writing)
        writing.close()
    return applied


def _create(sheet: Sheet, changes: Sequence[Change], desk: Desk, *, batch: Batch, writing: Writing) -> list[Applied]:
    if not changes:
        return []
    taken = [_resolved(change.after, desk) for change in changes]
    own = _attributes(sheet.model)
    made = _made(sheet, taken, desk, own=own, batch=batch, writing=writing)
    for change, values, record in zip(changes, taken, made, strict=True):
        sheet.settle(record, {n: v for n, v in values.items() if n not in own}, desk=desk, writing=writing)
        if LOCAL in change.after:
            desk.local[sheet.key, change.after[LOCAL]] = record.pk
    label = sheet.model._meta.label_lower
    return [
        Applied(change.sheet, change.row_number, label, str(record.pk), record.version, tab=change.tab)
        for change, record in zip(changes, made, strict=True)
    ]


def _made(
    sheet: Sheet, taken: Sequence[dict[str, Any]], desk: Desk, *, own: set[str], batch: Batch, writing: Writing
) -> list[Any]:
    """The new records: one by one where the app has an action for it, else all at once."""
    plain = [{name: value for name, value in values.items() if name in own} for values in taken]
    acted = [sheet.create(values, desk=desk, batch=batch) for values in taken]
    if any(record is not None for record in acted):
        made = [record for record in acted if record is not None]
        for record in made:
            record.refresh_from_db(fields=["version"])
        return made
    records = [sheet.build(values, desk=desk, batch=batch) for values in plain]
    if sheet.prefix:
        year = timezone.localtime(batch.uploaded_at).year
        for record, code in zip(records, codes.next_codes(sheet.prefix, year=year, count=len(records)), strict=True):
            record.code = code
    return writing.create_many(records, verb=f"{sheet.noun}.imported")


def _update(sheet: Sheet, changes: Sequence[Change], desk: Desk, *, writing: Writing) -> list[Applied]:
    if not changes:
        return []
    records = sheet.model.objects.in_bulk([int(change.subject_id) for change in changes])
    applied = []
    for change in changes:
        record = records.get(int(change.subject_id))
        if record is None or record.version != change.version:
            raise PlanChanged
        version = _write(sheet, record, change.after, desk=desk, writing=writing, verb=f"{sheet.noun}.imported")
        subject = change.subject_type, change.subject_id
        applied.append(Applied(change.sheet, change.row_number, *subject, version, tab=change.tab))
    return applied


def _write(sheet: Sheet, record: Any, values: Mapping[str, Any], *, desk: Desk, writing: Writing, verb: str) -> int:
    wanted, own = _resolved(values, desk), _attributes(sheet.model)
    beside = {name: value for name, value in wanted.items() if name not in own}
    version = writing.change(
        record, verb=verb, changes={n: v for n, v in wanted.items() if n in own}, touches=bool(beside)
    )
    sheet.settle(record, beside, desk=desk, writing=writing)
    return version


def undo(ledger: DeclaredLedger, rows: Sequence[StagedRow], *, batch: Batch, by: Person) -> list[Conflict]:
    """Put back before-images, last row first, so that what refers to a record goes before the record."""
    writing = Writing(by=by, detail={"undone": batch.code}, at=batch.uploaded_at)
    desk = Desk(by, dict(batch.context))
    order = {sheet.key: number for number, sheet in enumerate(ledger.sheets)}
    conflicts: list[Conflict] = []
    with transaction.atomic():
        for sheet in ledger.sheets:
            read_extras(ledger.key, sheet, desk)
        for row in sorted(rows, key=lambda row: (order[row.sheet], row.tab, row.row_number), reverse=True):
            reason = _undo(ledger.sheet(row.sheet), row, desk=desk, writing=writing)
            if reason:
                conflicts.append(Conflict(row.sheet, row.row_number, reason, tab=row.tab))
        for sheet in ledger.sheets:
            sheet.finish(desk=desk, writing=writing)
        writing.close()
    return conflicts


def _undo(sheet: Sheet, row: StagedRow, *, desk: Desk, writing: Writing) -> str:
    """Undo one row; the reason why not, or nothing."""
    record = sheet.model.objects.filter(pk=int(row.subject_id)).first()
    if record is None:
        return _("记录已不存在。")
    if record.version != row.applied_version:
        return _("导入之后又被修改，保留现值。")
    made_here = sheet.is_shared and row.kind == protocol.NEW
    if not made_here and not sheet.model.objects.editable_by(desk.by).filter(pk=record.pk).exists():
        return _("不在您的权限范围内。")
    verb = f"{sheet.noun}.import_undone"
    if row.kind == protocol.CHANGED:
        beside = {n: v for n, v in row.after.items() if n not in _attributes(sheet.model)}
        now = sheet.attributes(record, desk=desk) if beside else {}
        if any(packing.pack(now.get(name)) != value for name, value in beside.items() if value not in (None, "", [])):
            return _("导入之后又被修改，保留现值。")
        _write(sheet, record, row.before, desk=desk, writing=writing, verb=verb)
        return ""
    user = in_use(record, besides=sheet.owned) or sheet.history(record)
    if user:
        return _("已被%(what)s引用，不能删除。") % {"what": user}
    LedgerExtra.objects.filter(subject_type=record._meta.label_lower, subject_id=str(record.pk)).delete()
    writing.remove(record, verb=verb)
    sheet.withdraw(record, row.after, writing=writing)
    return ""


def in_use(record: models.Model, *, besides: tuple[str, ...]) -> str:
    """What refers to a record, in words; nothing where only what it owns does. A delete must not reach further."""
    for relation in record._meta.related_objects:
        accessor = relation.get_accessor_name() or ""
        if accessor in besides:
            continue
        found = relation.related_model._base_manager.filter(**{relation.field.name: record})
        if found.exists():
            return str(relation.related_model._meta.verbose_name)
    return ""


def keep_extras(ledger: str, record: models.Model, kept: Mapping[str, Any]) -> None:
    """Keep columns beside a record; a cleared one is forgotten."""
    place = {"ledger": ledger, "subject_type": record._meta.label_lower, "subject_id": str(record.pk)}
    beside = LedgerExtra.objects.filter(**place).first() or LedgerExtra(**place)
    values = {**beside.values, **packing.pack_all(kept)}
    beside.values = {field: value for field, value in values.items() if value not in (None, "", [])}
    beside.save()


def carry_extras(label: str, copies: Mapping[int, int]) -> None:
    """What is kept beside records goes along to their copies: id of the record → id of its copy."""
    kept = LedgerExtra.objects.filter(subject_type=label, subject_id__in=[str(pk) for pk in copies])
    LedgerExtra.objects.bulk_create(
        LedgerExtra(
            ledger=one.ledger, subject_type=label, subject_id=str(copies[int(one.subject_id)]), values=one.values
        )
        for one in kept
    )


def read_extras(ledger: str, sheet: Sheet, desk: Desk) -> None:
    """Put what is kept beside this sheet's records on the desk."""
    label = sheet.model._meta.label_lower
    found = LedgerExtra.objects.filter(ledger=ledger, subject_type=label).values_list("subject_id", "values")
    kept: dict[Any, Any] = desk.drawer.setdefault("extras", {})
    kept |= {(label, subject_id): values for subject_id, values in found}


def _resolved(values: Mapping[str, Any], desk: Desk) -> dict[str, Any]:
    """Packed values unpacked, promises of rows of this workbook kept. Raises PlanChanged for one that is not there."""
    found = {}
    for name, value in values.items():
        if name == LOCAL:
            continue
        if isinstance(value, dict) and "made" in value:
            place = tuple(value["made"])
            if place not in desk.local:
                raise PlanChanged
            found[name] = desk.local[place]
        else:
            found[name] = packing.unpack(value)
    return found


def _attributes(model: type[models.Model]) -> set[str]:
    return {field.attname for field in model._meta.concrete_fields}
