"""Handing in a workbook, deciding names, choosing rows, applying and undoing: the only writers of batches."""

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.files.base import File
from django.db import IntegrityError, models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lianzhang.accounts.actions import Refused
from lianzhang.accounts.models import Person
from lianzhang.intake import comparison, ledgers, protocol, queries, staging, storage
from lianzhang.intake.models import Batch, StagedRow
from lianzhang.intake.protocol import Change, Ledger, PlanChanged
from lianzhang.jobs import actions as jobs
from lianzhang.jobs.models import Job
from lianzhang.records import codes
from lianzhang.records.models import Stale
from lianzhang.trail import actions as trail

INLINE_ROWS = 200  # more rows than this are written by a background job
LIVE = (Batch.State.READING, Batch.State.PREVIEW, Batch.State.APPLYING, Batch.State.APPLIED)


class Received:
    """What became of an upload: the batch, and whether this very file had been handed in before."""

    def __init__(self, batch: Batch, *, is_repeat: bool) -> None:
        self.batch = batch
        self.is_repeat = is_repeat


def receive(
    upload: "File[bytes]", *, ledger: Ledger, context: Mapping[str, Any], by: Person, now: datetime
) -> Received:
    """Store an upload and ask for its reading. The same file for the same scope is the batch it already is."""
    acting = by.acting
    if acting is None or not ledger.may_use(by):
        raise Refused(_("您的职务不报送此台账。"))
    sha256, scope = storage.keep(upload), _digest(context)
    same = Batch.objects.filter(ledger=ledger.key, sha256=sha256, context_key=scope, body=acting.body, state__in=LIVE)
    earlier = same.first()
    if earlier is not None:
        return Received(earlier, is_repeat=True)
    try:
        with transaction.atomic():
            batch = Batch(
                code=codes.next_code("PC", year=timezone.localtime(now).year),
                ledger=ledger.key,
                file_name=storage.shown_name(upload.name),
                sha256=sha256,
                body=acting.body,
                uploaded_by=by,
                acting=acting,
                uploaded_at=now,
                context=dict(context),
                context_key=scope,
                is_confidential=ledger.is_confidential,
                is_illustrative=acting.body.is_illustrative,
            )
            trail.create(batch, verb="batch.received", by=by)
            _ask(batch, "intake.read", by=by)
    except IntegrityError:
        return Received(same.get(), is_repeat=True)  # the other of two uploads at the same moment
    return Received(batch, is_repeat=False)


def choose(batch: Batch, *, rows: list[int] | None, by: Person) -> int:
    """Choose which new and changed rows will be written (None: all of them); how many are chosen."""
    _expect(batch, Batch.State.PREVIEW)
    writable = batch.rows.filter(kind__in=[protocol.NEW, protocol.CHANGED])
    with transaction.atomic():
        if rows is None:
            count = writable.update(is_chosen=True)
        else:
            writable.update(is_chosen=False)
            count = writable.filter(pk__in=rows).update(is_chosen=True)
        trail.note(batch, verb="batch.rows_chosen", detail={"count": count}, by=by)
    return count


def decide(batch: Batch, *, question: str, decision: Mapping[str, Any], by: Person) -> Batch:
    """Say what one name means, as `decide_many` does for several."""
    return decide_many(batch, decisions={question: decision}, by=by)


def decide_many(batch: Batch, *, decisions: Mapping[str, Mapping[str, Any]], by: Person) -> Batch:
    """Say what names mean: name → `{"as": "same", "id": …}`, `{"as": "new"}` or `{"as": "skip", "reason": …}`.

    Each holds for every row of the batch that asks the same; the plan is worked out again, once for all of them.
    """
    _expect(batch, Batch.State.PREVIEW)
    with transaction.atomic():
        for question, decision in decisions.items():
            _decide(batch, question, decision, by=by)
        _show_again(batch, by=by)
        for question, decision in decisions.items():
            trail.note(batch, verb="batch.name_decided", detail={"name": question, **decision}, by=by)
    return batch


def settle(batch: Batch, *, cells: Mapping[tuple[int, str], str], plan: str, by: Person) -> Batch:
    """Say of cells that somebody wrote since the sheet was made which is to stand: (staged row, cell) → KEEP or SHEET.

    Raises PlanChanged where the cells shown are no longer those that stand.
    """
    _expect(batch, Batch.State.PREVIEW)
    if plan != batch.plan:
        raise PlanChanged
    with transaction.atomic():
        rows, counted = list(batch.rows.filter(pk__in={pk for pk, _cell in cells})), Counter[str]()
        for row in rows:
            said = {
                clash["cell"]: {"as": cells[row.pk, clash["cell"]], "seq": clash["seq"], "by": by.pk}
                for clash in row.clashes
                if (row.pk, clash["cell"]) in cells
            }
            counted.update(one["as"] for one in said.values())
            row.decision = {**row.decision, "cells": {**row.decision.get("cells", {}), **said}}
        StagedRow.objects.bulk_update(rows, ["decision"], batch_size=200)
        _show_again(batch, by=by)
        trail.note(batch, verb="batch.cells_settled", detail=dict(counted), by=by)
    return batch


def settle_all(batch: Batch, *, as_: str, plan: str, by: Person) -> Batch:
    """The same for every cell that still waits."""
    waiting = batch.rows.filter(asked__gt=0).values_list("pk", "clashes")
    found = {(pk, one["cell"]) for pk, clashes in waiting for one in clashes if one["is_both"] and not one["decided"]}
    return settle(batch, cells=dict.fromkeys(found, as_), plan=plan, by=by)


def _expect_decided(batch: Batch) -> None:
    """Nothing is written while a chosen row has a cell that two changed and nobody decided."""
    waiting = queries.waiting_count(batch)
    if waiting:
        raise Refused(_("有 %(n)d 格此后系统中也有改动，须先认定保留现值还是以表为准。") % {"n": waiting})


def _decide(batch: Batch, question: str, decision: Mapping[str, Any], *, by: Person) -> None:
    asked = batch.rows.filter(kind=protocol.REVIEW, subject_label=question[:200])
    if not asked.exists():
        raise Refused(_("没有待认定的名称“%s”。") % question)
    if decision["as"] == "skip" and not str(decision.get("reason", "")).strip():
        raise Refused(_("不导入须写明原因。"))
    ledgers.get(batch.ledger).decide(question, decision=decision, batch=batch, by=by)
    for row in asked:
        row.decision = {**row.decision, **decision, "by": by.pk, "question": question}
        row.is_chosen = True
        row.save(update_fields=["decision", "is_chosen"])


def apply(batch: Batch, *, plan: str, by: Person, now: datetime) -> Batch:
    """Write the chosen rows: at once when few, else by a background job. Raises PlanChanged where the preview shown
    is no longer what would be written; the batch then shows the new one."""
    _expect(batch, Batch.State.PREVIEW)
    chosen = batch.rows.filter(is_chosen=True, kind__in=[protocol.NEW, protocol.CHANGED]).count()
    if not chosen:
        raise Refused(_("没有要写入的行。"))
    if plan != batch.plan:
        raise PlanChanged
    _expect_decided(batch)
    if chosen > INLINE_ROWS:
        with transaction.atomic():
            trail.change(batch, verb="batch.applying", changes={"state": Batch.State.APPLYING}, by=by)
            _ask(batch, "intake.apply", by=by)
        return batch
    return write(batch, by=by, now=now)


def write(batch: Batch, *, by: Person, now: datetime) -> Batch:
    """Write the chosen rows in one transaction: all of them or none, once. Raises PlanChanged as `apply` does.

    The turn is taken before the rows are compared: nobody can write one between the looking and the writing, and of two
    batches with the same new firm the second finds it there.
    """
    try:
        with transaction.atomic():
            trail.hold()
            batch = Batch.objects.get(pk=batch.pk)
            _expect(batch, Batch.State.PREVIEW, Batch.State.APPLYING)
            changes = staging.rediff(batch, by=by)
            if staging.plan_of(changes) != batch.plan:
                raise PlanChanged
            _write_chosen(batch, changes, by=by)
            changed = {"state": Batch.State.APPLIED, "applied_by": by, "applied_at": now, "counts": _compared(batch)}
            trail.change(batch, verb="batch.applied", changes=changed, by=by)
    except (PlanChanged, Stale, IntegrityError) as reason:
        _back_to_preview(batch, by=by)
        raise PlanChanged from reason
    except Refused:
        if batch.state == Batch.State.APPLYING:  # a job was refused: the clerk looks at the preview again
            _back_to_preview(batch, by=by)
        raise
    return batch


def _compared(batch: Batch) -> dict[str, Any]:
    """The counts of a batch with how it differs from the one applied before."""
    before = comparison.previous(batch)
    if before is None:
        return dict(batch.counts)
    layout = ledgers.get(batch.ledger).layout
    return {**batch.counts, "comparison": comparison.of(batch, before, layout=layout)}


def _write_chosen(batch: Batch, changes: list[Change], *, by: Person) -> None:
    staged = {row.place: row for row in batch.rows.filter(is_chosen=True)}
    wanted = [c for c in changes if c.place in staged and c.kind in (protocol.NEW, protocol.CHANGED)]
    written = ledgers.get(batch.ledger).apply(wanted, batch=batch, by=by)
    rows = []
    for applied in written:
        row = staged[applied.place]
        row.subject_type, row.subject_id = applied.subject_type, applied.subject_id
        row.applied_version = applied.version
        rows.append(row)
    StagedRow.objects.bulk_update(rows, ["subject_type", "subject_id", "applied_version"], batch_size=200)


def undo(batch: Batch, *, by: Person, now: datetime) -> list[protocol.Conflict]:
    """Put back what the batch changed, except where it was changed again since: those rows are listed and kept."""
    _expect(batch, Batch.State.APPLIED)
    with transaction.atomic():
        trail.hold()
        rows = list(batch.rows.filter(applied_version__isnull=False))
        conflicts = ledgers.get(batch.ledger).undo(rows, batch=batch, by=by)
        reasons = {conflict.place: conflict.reason for conflict in conflicts}
        for row in rows:
            row.conflict = reasons.get(row.place, "")
        StagedRow.objects.bulk_update(rows, ["conflict"], batch_size=200)
        changes = {"state": Batch.State.UNDONE, "undone_by": by, "undone_at": now}
        detail = {"kept": len(conflicts), "put_back": len(rows) - len(conflicts)}
        trail.change(batch, verb="batch.undone", changes=changes, detail=detail, by=by)
    return conflicts


def retry(batch: Batch, *, by: Person) -> Batch:
    """Start again what a failed or stopped job left unfinished."""
    _expect(batch, Batch.State.READING, Batch.State.APPLYING)
    if batch.job is not None and not batch.job.is_over:
        raise Refused(_("后台仍在处理，请稍候。"))
    with transaction.atomic():
        _ask(batch, "intake.read" if batch.state == Batch.State.READING else "intake.apply", by=by)
    return batch


def abandon(batch: Batch, *, by: Person) -> Batch:
    """Put away a batch that is not to be written; its file may be handed in again."""
    _expect(batch, Batch.State.PREVIEW, Batch.State.READING)
    with transaction.atomic():
        changes = {"state": Batch.State.REFUSED, "refusal": _("已放弃。")}
        return trail.change(batch, verb="batch.abandoned", changes=changes, by=by)


def _back_to_preview(batch: Batch, *, by: Person) -> None:
    """Show what would be written now; nothing was."""
    with transaction.atomic():
        batch.refresh_from_db()
        _show_again(batch, by=by)
        trail.note(batch, verb="batch.plan_changed", detail={}, by=by)


def _show_again(batch: Batch, *, by: Person) -> None:
    changes = staging.restage(batch, by=by)
    shown = {
        "state": Batch.State.PREVIEW,
        "plan": staging.plan_of(changes),
        "counts": staging.counts_of(batch),
        "version": models.F("version") + 1,
    }
    Batch.objects.filter(pk=batch.pk, state__in=[Batch.State.PREVIEW, Batch.State.APPLYING]).update(**shown)
    batch.refresh_from_db()


def _ask(batch: Batch, kind: str, *, by: Person) -> None:
    job = jobs.ask(
        kind, {"batch_id": batch.pk}, queue=Job.Queue.QUICK, subject_url=f"/ledgers/batches/{batch.code}/", by=by
    )
    batch.job = job
    batch.save(update_fields=["job"])


def _expect(batch: Batch, *states: str) -> None:
    if batch.state not in states:
        raise Refused(
            _("批次 %(code)s 的状态是“%(state)s”，不能这样办理。")
            % {"code": batch.code, "state": Batch.State(batch.state).label}
        )


def _digest(context: Mapping[str, Any]) -> str:
    text = json.dumps(dict(context), ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
