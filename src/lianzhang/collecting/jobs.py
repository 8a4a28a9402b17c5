"""Reading the workbook of an answer in the background: right rows become the draft, wrong ones come back marked."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from lianzhang.accounts.actions import Refused
from lianzhang.accounts.models import Person
from lianzhang.collecting import actions, rules, sheets
from lianzhang.collecting.models import Submission
from lianzhang.intake import packing, storage
from lianzhang.jobs.progress import Progress
from lianzhang.jobs.work import Unworkable
from lianzhang.trail import actions as trail


def read(progress: Progress, *, submission_id: int, sha256: str, name: str) -> dict[str, Any]:
    """`collecting.read`: a workbook of a form. With one error nothing is taken over: the draft stays as it was."""
    from chainlab import sheets as workbooks

    submission = waiting(submission_id, sha256=sha256)
    progress.tell(_("读取文件"))
    reading = workbooks.read(storage.path_of(sha256), layout=sheets.layout_of(submission.collection), name=name)
    reading = sheets.with_more(sheets.without_blank(reading), sheets.foreign(reading, submission))
    filled = [row for row in reading.rows if not sheets.is_blank(row)]
    if not reading.errors:
        reading = sheets.with_more(reading, sheets.amiss(filled, submission))
    sheets.keep_marked(reading, submission=submission, sha256=sha256, name=name)
    result = sheets.said(reading, row_count=len(filled))
    rows = [
        {
            **packing.pack_all({k: v for k, v in row.values.items() if v is not None and k != sheets.ID}),
            **{k: packing.pack(blank) for k, blank in row.blanks.items() if blank.value != "unfilled"},
        }
        for row in filled
    ]
    finish(submission, rows=None if result["error_count"] else rows, result=result, by=progress.person)
    return {"rows": result["row_count"], "errors": result["error_count"]}


def waiting(submission_id: int, *, sha256: str) -> Submission:
    """The answer that waits for this workbook; raises Unworkable where another came after it, or it was handed in."""
    related = ("collection", "collection__previous", "collection__closed_by", "body")
    submission = Submission.objects.select_related(*related).get(pk=submission_id)
    if submission.upload.get("sha256") != sha256:
        raise Unworkable(_("之后又上传了新的工作簿，本次不再读取。"))
    if not rules.may("save", submission):
        raise Unworkable(_("这份表已报送或任务已关闭，没有写入。"))
    return submission


def finish(submission: Submission, *, rows: list[dict[str, Any]] | None, result: dict[str, Any], by: Person) -> None:
    """Write the draft (None: leave it) and what became of the upload, both or neither."""
    try:
        with transaction.atomic():
            held = still(submission)
            if rows is not None:
                held = actions.save(held, rows=rows, version=None, by=by)
            told(held, result, by=by)
    except Refused as refused:
        raise Unworkable(refused.reason) from refused


def still(submission: Submission) -> Submission:
    """The answer as it stands after the reading, held: a colleague may have typed, handed in or uploaded meanwhile."""
    held = actions.locked(submission, move="save")
    if held.upload.get("sha256") != submission.upload.get("sha256"):
        raise Unworkable(_("之后又上传了新的工作簿，本次不再读取。"))
    return held


def told(held: Submission, result: dict[str, Any], *, by: Person) -> None:
    """Keep with the answer what became of the workbook."""
    upload = {**held.upload, **result}
    trail.change(held, verb="submission.read", changes={"upload": upload}, by=by)
