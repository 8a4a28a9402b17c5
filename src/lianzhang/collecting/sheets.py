"""The workbook of a form: handed out filled in with what is known, known again when it comes back, faults marked."""

from __future__ import annotations

import dataclasses
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chainlab.sheets.layout import INVENTED, Field, Kind, Layout, Sheet
from lianzhang.collecting import columns, rules
from lianzhang.collecting.models import Collection, Submission, SubmissionRow
from lianzhang.intake import origin, packing, storage
from lianzhang.trail import actions as trail

if TYPE_CHECKING:
    from chainlab.sheets.reading import Complaint, Reading, Row
    from lianzhang.accounts.models import Person

ID = "answer_id"
ID_FIELD = Field(
    key=ID,
    header_zh="报送编号",
    header_en="Answer id",
    kind=Kind.CODE,
    is_hidden=True,
    help_zh="系统识别用，请勿改动。",
    help_en="For the system; leave it as it is.",
)
ROWS = "rows"
SPARE_IDS = 1  # rows below that carry the id already
SHOWN_COMPLAINTS = 50


def id_of(submission: Submission) -> str:
    """What a workbook is known by: the collection and the body."""
    return f"{submission.collection.code}/{submission.body.code}"


def layout_of(collection: Collection) -> Layout:
    """The form as a workbook of one sheet."""
    fields = (ID_FIELD, *(column.field() for column in columns.of(collection)))
    sheet = Sheet(key=ROWS, title_zh=collection.title[:31], title_en=collection.title[:31], fields=fields)
    return Layout(
        key=f"form-{collection.code}",
        version=1,
        title_zh=collection.title,
        title_en=collection.title,
        sheets=(sheet,),
        help_zh=collection.request,
        help_en=collection.request,
    )


def known_rows(submission: Submission) -> list[dict[str, Any]]:
    """What the form is filled in with, packed: what the body wrote, else its answer to the same form last time."""
    held = [row.values for row in submission.rows.all()]
    previous = submission.collection.previous
    if held or previous is None or submission.state not in rules.OPEN:
        return held
    same = columns.same_as(columns.of(submission.collection), previous)
    then = SubmissionRow.objects.filter(
        submission__collection=previous, submission__body=submission.body, submission__state__in=rules.RECEIVED
    )
    return [{key: row.values[old] for key, old in same.items() if old in row.values} for row in then]


def prefilled(submission: Submission, *, language: str, by: Person) -> bytes:
    """The workbook of one body; the trail knows of it before it leaves."""
    seen = origin.as_of()
    rows = known_rows(submission)
    spare = 30 if submission.collection.has_many_rows else 0
    blank: list[dict[str, Any]] = [{} for _n in range(SPARE_IDS if spare or not rows else 0)]
    invented = submission.collection.is_illustrative
    filled = [
        {**packing.unpack_all(row), ID: id_of(submission), **({INVENTED: True} if invented else {})}
        for row in (*rows, *blank)
    ]
    layout = layout_of(submission.collection)
    return hand_out(layout, filled, seen=seen, submission=submission, spare=spare, language=language, by=by)


def hand_out(
    layout: Layout,
    rows: Sequence[Mapping[str, Any]],
    *,
    seen: tuple[int, str],
    submission: Submission,
    spare: int,
    language: str,
    by: Person,
) -> bytes:
    """A form filled in, as bytes. `seen`: `origin.as_of()` from before the rows were read."""
    from chainlab import sheets

    detail = {"ledger": submission.collection.code, "body": submission.body.code, "rows": len(rows)}
    left = trail.note(submission, verb="ledger.exported", detail=detail, by=by)
    said, of_sheet = origin.stamp(seen, at=left.at), {layout.sheets[0].key: rows}
    return written(
        lambda out: sheets.prefilled(layout, of_sheet, lists={}, out=out, language=language, spare=spare, stamp=said)
    )


def written(write: Any) -> bytes:
    """What `write(path)` wrote."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out.xlsx"
        write(out)
        return out.read_bytes()


def is_blank(row: Row) -> bool:
    """Whether nothing stands in a row besides whose it is. By the text of the cells: of a row in which every cell is
    wrong no value is read, and its faults must be told."""
    return not any(text for key, text in row.raw.items() if key not in {ID, INVENTED})


def without_blank(reading: Reading) -> Reading:
    """The reading without what was said of rows that hold nothing but the id they were handed out with, and of the
    column we hid ourselves."""
    blank = {(row.sheet_name, row.row_number) for row in reading.rows if is_blank(row)}
    kept = tuple(
        one for one in reading.complaints if (one.sheet, one.row_number) not in blank and one.code != "columns_hidden"
    )
    return dataclasses.replace(reading, complaints=kept)


def foreign(reading: Reading, submission: Submission) -> list[Complaint]:
    """Rows of a workbook that was handed out to another body, or for another collection."""
    from chainlab.sheets.reading import Complaint

    own, found = id_of(submission), []
    for row in reading.rows:
        said = row.values.get(ID)
        if said not in (None, "", own):
            zh = f"这是“{said}”的表，不是“{own}”（{submission.body.name_zh}）的，请到对应的收表任务上传。"
            en = f"This workbook belongs to “{said}”, not to “{own}”: hand it in there."
            found.append(Complaint(row.sheet_name, None, row.row_number, ID, "error", "foreign_form", zh, en))
            break
    return found


def amiss(filled: Sequence[Row], submission: Submission) -> list[Complaint]:
    """What the rows together cannot be: none at all (the draft would be wiped out), or more than the form takes."""
    from chainlab.sheets.reading import Complaint

    if not filled:
        zh = "表中没有填写内容，没有读入，已填的不变。确实没有要报的，请在页面上勾选“零报告”。"
        en = (
            "Nothing is filled in: nothing was taken, the draft stands. If there is nothing to tell, tick “nil report”."
        )
        return [Complaint(None, None, None, None, "error", "nothing_filled", zh, en)]
    most = rules.MOST_ROWS if submission.collection.has_many_rows else 1
    if len(filled) <= most:
        return []
    first = filled[most]
    zh = f"填了 {len(filled)} 行，本表每个单位最多 {most} 行：请合并或删去第 {first.row_number} 行起的内容。"
    en = f"{len(filled)} rows; a body may fill in {most}: merge or remove what stands from row {first.row_number} on."
    return [Complaint(first.sheet_name, None, first.row_number, None, "error", "too_many_rows", zh, en)]


def keep_marked(reading: Reading, *, submission: Submission, sha256: str, name: str) -> None:
    """Keep the marked copy of an upload in both languages."""
    from chainlab import sheets

    for language in ("zh-hans", "en"):
        out = marked_path(submission, sha256=sha256, language=language)
        content = written(
            lambda path, language=language: sheets.mark(
                storage.path_of(sha256), reading, out=path, language=language, name=name
            )
        )
        out.touch(mode=0o600)
        out.write_bytes(content)


def marked_path(submission: Submission, *, sha256: str, language: str) -> Path:
    """Where the marked copy lies. The caller has checked permission on the answer."""
    return storage.path_of(sha256).parent / f"{submission.collection.code}-{submission.pk}.{language}.xlsx"


def said(reading: Reading, *, row_count: int) -> dict[str, Any]:
    """What became of an upload, as it is kept with the answer."""
    told = [one for one in reading.complaints if one.level != "note"]
    mismatch = next((one for one in told if one.code == "total_mismatch"), None)
    return {
        "row_count": row_count,
        "error_count": sum(1 for one in told if one.level == "error"),
        "complaints": [
            {"cell": one.cell or "", "level": one.level, "zh": one.message_zh, "en": one.message_en}
            for one in sorted(told, key=lambda one: one.level != "error")[:SHOWN_COMPLAINTS]
        ],
        **({"mismatch": mismatch.message_zh[:200]} if mismatch else {}),
    }


def with_more(reading: Reading, more: Sequence[Complaint]) -> Reading:
    """The reading with further complaints."""
    return dataclasses.replace(reading, complaints=(*reading.complaints, *more))
