"""Workbooks out: the empty form, the ledger as it stands, and the sender's own workbook with its faults marked."""

import dataclasses
import io
import tempfile
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from chainlab import sheets
from chainlab.sheets.reading import Complaint, Reading
from lianzhang.accounts.models import Person
from lianzhang.intake import origin, protocol, storage
from lianzhang.intake.models import Batch
from lianzhang.intake.protocol import Change, Ledger
from lianzhang.trail import actions as trail
from lianzhang.trail.models import Event

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv; charset=utf-8"


def template(ledger: Ledger, *, language: str) -> bytes:
    """The empty form of a ledger."""
    return _written(lambda out: sheets.template(ledger.layout, out=out, language=language))


def export(
    ledger: Ledger, *, context: Mapping[str, Any], language: str, by: Person, only: Collection[int] | None = None
) -> bytes:
    """The ledger within the person's reach (or `only` those records of it), in the headers it is imported by; written
    into the trail before it leaves."""
    seen = origin.as_of()
    rows, left = _taken(ledger, context=context, by=by, only=only)
    said = origin.stamp(seen, at=left.at)
    return _written(lambda out: sheets.write(ledger.layout, rows, out=out, language=language, stamp=said))


def export_csv(
    ledger: Ledger,
    sheet: str,
    *,
    context: Mapping[str, Any],
    language: str,
    by: Person,
    only: Collection[int] | None = None,
) -> bytes:
    """One sheet of the ledger as CSV, which is imported like the workbook; raises KeyError for a sheet it has not.

    A CSV has no place for a stamp: handed in again it is a file of unknown origin.
    """
    ledger.layout.sheet(sheet)
    rows, _left = _taken(ledger, context=context, by=by, sheet=sheet, only=only)
    out = io.StringIO(newline="")
    sheets.write_csv(ledger.layout, sheet, rows.get(sheet, []), out=out, language=language)
    return out.getvalue().encode("utf-8")


def hand_out(
    ledger: Ledger,
    rows: Mapping[str, list[Any]],
    *,
    seen: tuple[int, str],
    detail: Mapping[str, Any],
    language: str,
    by: Person,
    lists: Mapping[str, Sequence[Any]] | None = None,
) -> bytes:
    """Chosen rows of a ledger as its workbook; the trail knows of it, with `detail`, before it leaves.

    `seen`: `origin.as_of()` from before the rows were read.
    With `lists` it is a form to be filled in: drop-downs of these values, notes and explanations.
    """
    said = origin.stamp(seen, at=_note(ledger, rows, detail=detail, by=by).at)
    more: dict[str, Any] = {"language": language, "stamp": said}
    if lists is not None:
        return _written(lambda out: sheets.prefilled(ledger.layout, rows, lists=lists, out=out, **more))
    return _written(lambda out: sheets.write(ledger.layout, rows, out=out, **more))


def _taken(
    ledger: Ledger, *, context: Mapping[str, Any], by: Person, sheet: str = "", only: Collection[int] | None = None
) -> tuple[dict[str, list[Any]], Event]:
    """The rows that leave, after the trail knows of them; the event that tells it."""
    given = ledger.export(context=context, by=by, only=only)
    rows = {key: list(found) for key, found in given.items() if sheet in ("", key)}
    return rows, _note(ledger, rows, detail=context, by=by)


def _note(ledger: Ledger, rows: Mapping[str, list[Any]], *, detail: Mapping[str, Any], by: Person) -> Event:
    counted = {"ledger": ledger.key, "rows": {key: len(found) for key, found in rows.items()}}
    return trail.note(None, verb="ledger.exported", detail={**counted, **detail}, by=by)


def keep_without_refused(batch: Batch, reading: Reading) -> None:
    """Columns that by agreement are not collected do not stay in the stored upload either; without any, nothing is
    done. The file keeps the name of what was handed in, so that the same upload is known again."""
    if not any(complaint.code == "column_refused" for complaint in reading.complaints):
        return
    path = storage.path_of(batch.sha256)
    stripped = path.with_name(f"{path.name}.stripped")
    sheets.strip(path, reading, out=stripped, name=batch.file_name)
    storage.put_in_place(stripped, sha256=batch.sha256)


def mark(batch: Batch, reading: Reading, changes: Iterable[Change]) -> None:
    """Keep the marked copy of a batch's workbook in both languages: what the reader and what the ledger found."""
    found = dataclasses.replace(reading, complaints=(*reading.complaints, *_said(reading, changes)))
    for language in ("zh-hans", "en"):
        out = marked_path(batch, language=language)
        out.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        content = _written(
            lambda path, language=language: sheets.mark(
                storage.path_of(batch.sha256), found, out=path, language=language, name=batch.file_name
            )
        )
        out.touch(mode=0o600)
        out.write_bytes(content)


def marked_path(batch: Batch, *, language: str) -> Path:
    """Where the marked copy lies. The caller has checked permission on the batch."""
    return storage.path_of(batch.sha256).parent / f"{batch.code}.{language}.xlsx"


def _said(reading: Reading, changes: Iterable[Change]) -> list[Complaint]:
    """What the ledger said about rows, at the cell of the field it is about."""
    names = {(row.sheet, row.sheet_name[: protocol.LONGEST_TAB]): row.sheet_name for row in reading.rows}
    letters = {(column.sheet_name, column.field): column.letter for column in reading.columns}
    said = {(complaint.sheet, complaint.row_number, complaint.code) for complaint in reading.complaints}
    found = []
    for change in changes:
        name = names.get((change.sheet, change.tab))
        for finding in change.findings:
            if (name, change.row_number, finding.code) in said:
                continue
            letter = letters.get((str(name), finding.field or ""))
            found.append(
                Complaint(
                    name,
                    f"{letter}{change.row_number}" if letter else None,
                    change.row_number,
                    finding.field,
                    finding.level,  # type: ignore[arg-type]
                    finding.code,
                    finding.message_zh,
                    finding.message_en,
                )
            )
    return found


def _written(write: Any) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out.xlsx"
        write(out)
        return out.read_bytes()
