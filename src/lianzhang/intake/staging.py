"""From a stored workbook to staged rows, and from staged rows to the plan a clerk confirms."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import TextField
from django.db.models.functions import Cast
from django.utils.translation import gettext as _

from chainlab.sheets.reading import Blank, Complaint, Reading
from lianzhang.intake import acts, files, ledgers, origin, packing, protocol, storage
from lianzhang.intake.models import Batch, StagedRow
from lianzhang.intake.protocol import Change, Finding, Incoming
from lianzhang.trail import queries as trail

if TYPE_CHECKING:
    import datetime as dt

    from chainlab.sheets.layout import Layout
    from lianzhang.accounts.models import Person
    from lianzhang.jobs.progress import Progress

CHUNK = 500
SKIPPED = ("rows_total", "rows_remark", "duplicate_same", "rows_repeated_header", "rows_example", "rows_help")
WRITABLE = (protocol.NEW, protocol.CHANGED)
WRONG_TOTAL = "total_mismatch"  # about a row nobody imports, and yet about the whole sheet
OUR_OWN = ("rows_example", "rows_help")  # lines of our template: no data of anybody's


def read(batch: Batch, *, progress: Progress | None, by: Person) -> None:
    """Read the workbook of a batch in a child process and stage every row; the batch ends in preview or refused.

    May be killed and run again at any moment: nothing is shown before the last step, and that step happens once.
    """
    from chainlab import sheets

    ledger = ledgers.get(batch.ledger)
    if progress:
        progress.tell(_("读取文件"))
    reading = acts.turned_away(sheets.read(storage.path_of(batch.sha256), layout=ledger.layout, name=batch.file_name))
    files.keep_without_refused(batch, reading)
    reading = dataclasses.replace(reading, complaints=left_alone(reading, ledger.layout))
    repeated = repeated_in(reading, ledger.layout)
    if reading.is_refused or repeated:
        told = [one for one in reading.complaints if one.code != "sheet_repeated"]
        reading = dataclasses.replace(reading, complaints=(*repeated, *told) if repeated else reading.complaints)
        files.mark(batch, reading, ())
        _refuse(batch, reading.complaints)
        return
    incoming = incoming_of(reading)
    if progress:
        progress.tell(_("与现有数据比对"), total=len(incoming))
    based_on, exported_at = _speaks_as_of(reading)
    changes = ledger.diff(incoming, context=batch.context, by=by, since=based_on)
    ignored = ignored_of(reading)
    keys = {column.sheet_name: column.sheet for column in reading.columns}
    rows = [_staged(batch, row, change) for row, change in zip(incoming, changes, strict=True)] + [
        _ignored(batch, complaint, number, keys=keys) for complaint, number in ignored
    ]
    _stage(batch, rows, progress=progress)
    if progress:
        progress.tell(_("标注工作簿"))
    files.mark(batch, reading, changes)
    with transaction.atomic():
        _finish(
            batch,
            plan=plan_of(changes),
            complaints=[_plain(complaint) for complaint in reading.complaints if complaint.row_number is None]
            + [_plain(complaint) for complaint in _headers(reading)],
            expected=len(rows),
            layout_version=str(reading.layout_version),
            based_on=based_on,
            exported_at=exported_at,
        )


def _speaks_as_of(reading: Reading) -> tuple[int, dt.datetime | None]:
    """The event of the trail as of which a workbook speaks, and when it was taken out. One of unknown origin speaks of
    what stands as it is read."""
    found = origin.of(reading.stamp)
    return (found.seq, found.at) if found is not None else (trail.newest()[0], None)


def repeated_in(reading: Reading, layout: Layout) -> list[Complaint]:
    """Sheets that stand for one already taken. Where a ledger is one sheet, each district or month may have its own;
    where its sheets refer to one another nobody can say which is meant: the workbook is refused whole."""
    from chainlab.sheets import messages

    if len(layout.sheets) == 1:
        return []

    names: dict[str, list[str]] = {}
    for row in reading.rows:
        seen = names.setdefault(row.sheet, [])
        if row.sheet_name not in seen:
            seen.append(row.sheet_name)
    titles = {sheet.key: (sheet.title_zh, sheet.title_en) for sheet in layout.sheets}
    return [
        messages.complaint("sheet_repeated", sheet=name, title=titles[key])
        for key, seen in names.items()
        for name in seen[1:]
    ]


def left_alone(reading: Reading, layout: Layout) -> tuple[Complaint, ...]:
    """The complaints, where a missing sheet is none: here the records that stand are there, and stay as they are.

    A file in which no header was found is another matter: it is probably not this ledger.
    """
    from chainlab.sheets import messages

    if not reading.columns or all(one.code != "sheet_missing" for one in reading.complaints):
        return tuple(reading.complaints)
    given = {column.sheet for column in reading.columns}
    absent = [sheet for sheet in layout.sheets if not sheet.is_optional and sheet.key not in given]
    notes = [messages.complaint("sheet_left", title=(sheet.title_zh, sheet.title_en)) for sheet in absent]
    return (*notes, *(one for one in reading.complaints if one.code != "sheet_missing"))


def incoming_of(reading: Reading) -> list[Incoming]:
    """The rows of a reading as a ledger receives them, each with what the reader said about it."""
    by_row: dict[tuple[str, int], list[Complaint]] = {}
    for complaint in reading.complaints:
        if complaint.sheet is not None and complaint.row_number is not None:
            by_row.setdefault((complaint.sheet, complaint.row_number), []).append(complaint)
    return [
        Incoming(
            sheet=row.sheet,
            row_number=row.row_number,
            values=_stated(row.values, row.blanks),
            raw=row.raw,
            findings=tuple(_finding(c) for c in by_row.get((row.sheet_name, row.row_number), ())),
            tab=row.sheet_name[: protocol.LONGEST_TAB],
        )
        for row in reading.rows
    ]


def _stated(values: Mapping[str, Any], blanks: Mapping[str, Blank]) -> dict[str, Any]:
    """What a row states: values, and blanks that are answers. An unfilled cell makes no statement."""
    stated = {key: value for key, value in values.items() if value is not None}
    return stated | {key: blank for key, blank in blanks.items() if blank is not Blank.UNFILLED and key not in stated}


def ignored_of(reading: Reading) -> list[tuple[Complaint, int]]:
    """Rows the reader left out on purpose (totals, remarks, headers printed again), each with its number."""
    found: list[tuple[Complaint, int]] = []
    for complaint in reading.complaints:
        if complaint.code not in SKIPPED or complaint.code in OUR_OWN or complaint.row_number is None:
            continue
        listed = re.search(r"\(rows? ([^)]*)\)", complaint.message_en)
        numbers = [int(n) for n in re.findall(r"\d+", listed[1])] if listed else [complaint.row_number]
        found += [(complaint, number) for number in numbers]
    return found


def restage(batch: Batch, *, by: Person) -> list[Change]:
    """Work out the plan again from the staged values (a decision was made, or the data changed); the new changes."""
    ledger = ledgers.get(batch.ledger)
    rows = list(batch.rows.exclude(kind=StagedRow.Kind.IGNORED, values={}))
    changes = ledger.diff([_incoming(row) for row in rows], context=batch.context, by=by, since=batch.based_on)
    for row, change in zip(rows, changes, strict=True):
        _take(row, change)
    fields = ["kind", "is_chosen", "subject_type", "subject_id", "subject_label", "before", "after"]
    fields += ["complaints", "candidates", "clashes", "asked"]
    StagedRow.objects.bulk_update(rows, fields, batch_size=200)
    return changes


def rediff(batch: Batch, *, by: Person) -> list[Change]:
    """The plan as it would be now; writes nothing."""
    return ledgers.get(batch.ledger).diff(incoming(batch), context=batch.context, by=by, since=batch.based_on)


def incoming(batch: Batch) -> list[Incoming]:
    """The rows of a batch as its ledger received them."""
    return [_incoming(row) for row in batch.rows.exclude(kind=StagedRow.Kind.IGNORED, values={})]


def plan_of(changes: Iterable[Change]) -> str:
    """The digest of a plan: what each row does, to which record, and what it would replace or leave to be decided.

    The version is not in it: what somebody else wrote elsewhere in a record takes nothing away from the plan.
    """
    said = [
        [*c.place, c.kind, c.subject_id, c.before, c.after, [clash.plain() for clash in c.clashes]]
        for c in sorted(changes, key=lambda change: change.place)
    ]
    text = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def counts_of(batch: Batch) -> dict[str, int]:
    """Rows by kind; `read` is their sum, so that nothing can go missing between the sheet and the page. `joined` of
    those not imported are counted in another row; `kept` cells only others wrote since, `both` the sheet changed too,
    and of these `asked` wait for a person."""
    kinds = Counter(batch.rows.values_list("kind", flat=True))
    counts = {kind: kinds.get(kind, 0) for kind in protocol.KINDS}
    ignored = batch.rows.filter(kind=protocol.IGNORED).alias(told=Cast("complaints", TextField()))
    joined = ignored.filter(told__contains=f'"{protocol.COUNTED_IN}"').count()
    weighed = list(batch.rows.exclude(clashes=[]).values_list("asked", "clashes"))
    cells = [cell for _count, cells in weighed for cell in cells]
    both = sum(cell["is_both"] for cell in cells)
    more = {"joined": joined, "asked": sum(count for count, _cells in weighed)}
    more |= {"both": both, "kept": len(cells) - both}
    return {"read": sum(counts.values()), **counts, **{key: count for key, count in more.items() if count}}


def _stage(batch: Batch, rows: Sequence[StagedRow], *, progress: Progress | None) -> None:
    """Write rows in chunks; a row staged by an earlier, killed attempt stays as it is."""
    done = set(batch.rows.values_list("sheet", "tab", "row_number"))
    fresh = [row for row in rows if row.place not in done]
    for start in range(0, len(fresh), CHUNK):
        with transaction.atomic():
            StagedRow.objects.bulk_create(fresh[start : start + CHUNK], ignore_conflicts=True)
        if progress:
            progress.tell(_("暂存"), done=min(start + CHUNK, len(fresh)), total=len(fresh))


def _finish(batch: Batch, *, complaints: list[dict[str, Any]], expected: int, **said: Any) -> None:
    counts = counts_of(batch)
    if counts["read"] != expected:
        raise RuntimeError(f"{batch.code}: staged {counts['read']} rows of {expected}")
    Batch.objects.filter(pk=batch.pk, state=Batch.State.READING).update(
        state=Batch.State.PREVIEW, counts=counts, complaints=complaints, version=batch.version + 1, **said
    )


def _refuse(batch: Batch, complaints: Sequence[Complaint]) -> None:
    errors = [complaint for complaint in complaints if complaint.level == "error"]
    with transaction.atomic():
        Batch.objects.filter(pk=batch.pk, state=Batch.State.READING).update(
            state=Batch.State.REFUSED,
            refusal=errors[0].message_zh if errors else "",
            complaints=[_plain(complaint) for complaint in complaints],
            version=batch.version + 1,
        )


def _headers(reading: Reading) -> list[Complaint]:
    """What the reader said about header rows: no data row carries it."""
    rows = {(row.sheet_name, row.row_number) for row in reading.rows}
    skipped = {(complaint.sheet, number) for complaint, number in ignored_of(reading)}
    return [
        complaint
        for complaint in reading.complaints
        if complaint.row_number is not None
        and complaint.code not in OUR_OWN
        and ((complaint.sheet, complaint.row_number) not in rows | skipped or complaint.code == WRONG_TOTAL)
    ]


def _staged(batch: Batch, row: Incoming, change: Change) -> StagedRow:
    staged = StagedRow(
        batch=batch,
        sheet=row.sheet,
        tab=row.tab,
        row_number=row.row_number,
        raw=dict(row.raw),
        values=packing.pack_all(row.values),
        decision={"read": [finding.plain() for finding in row.findings]} if row.findings else {},
    )
    _take(staged, change)
    return staged


def _take(staged: StagedRow, change: Change) -> None:
    # Whoever left a row out left out what it would have written; one that had nothing to write was not left out.
    was_left_out = staged.kind in WRITABLE and not staged.is_chosen
    staged.kind = change.kind
    staged.is_chosen = change.kind in WRITABLE and not was_left_out
    staged.subject_type, staged.subject_id = change.subject_type, change.subject_id
    staged.subject_label = change.label
    staged.before, staged.after = change.before, change.after
    staged.complaints = [finding.plain() for finding in change.findings]
    staged.clashes, staged.asked = [clash.plain() for clash in change.clashes], change.asked
    staged.candidates = [proposal.plain() for proposal in change.proposals]
    if change.question:
        staged.subject_label = change.question[:200]


def _ignored(batch: Batch, complaint: Complaint, number: int, *, keys: Mapping[str, str]) -> StagedRow:
    name = str(complaint.sheet)
    return StagedRow(
        batch=batch,
        sheet=keys.get(name, name)[: protocol.LONGEST_TAB],
        tab=name[: protocol.LONGEST_TAB],
        row_number=number,
        kind=StagedRow.Kind.IGNORED,
        is_chosen=False,
        subject_label="",
        complaints=[_finding(complaint).plain()],
    )


def _incoming(row: StagedRow) -> Incoming:
    return Incoming(
        sheet=row.sheet,
        tab=row.tab,
        row_number=row.row_number,
        values=packing.unpack_all(row.values),
        raw=row.raw,
        decision={key: value for key, value in row.decision.items() if key != "read"},
        findings=tuple(Finding(**plain) for plain in row.decision.get("read", ())),
    )


def _finding(complaint: Complaint) -> Finding:
    return Finding(
        complaint.field, complaint.level, complaint.message_zh, complaint.message_en, complaint.cell, complaint.code
    )


def _plain(complaint: Complaint) -> dict[str, Any]:
    return {**_finding(complaint).plain(), "sheet": complaint.sheet, "row_number": complaint.row_number}
