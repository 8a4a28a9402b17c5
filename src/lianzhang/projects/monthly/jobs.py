"""Background work of the month: reading a district's workbook, and carrying a closed month onto the projects."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from lianzhang.accounts.actions import Refused
from lianzhang.collecting import jobs as collecting_jobs
from lianzhang.collecting import sheets as collecting
from lianzhang.collecting.models import Collection
from lianzhang.intake import storage
from lianzhang.jobs.progress import Progress
from lianzhang.jobs.work import Unworkable
from lianzhang.projects.monthly import actions, queries, sheets
from lianzhang.records.models import Stale

CHUNK = 250


def read_month(progress: Progress, *, submission_id: int, sha256: str, name: str) -> dict[str, Any]:
    """`projects.read_month`: right rows become the draft at once, wrong ones come back marked in the same workbook."""
    from chainlab import sheets as workbooks

    submission = collecting_jobs.waiting(submission_id, sha256=sha256)
    progress.tell(_("读取文件"))
    reading = workbooks.read(storage.path_of(sha256), layout=sheets.layout_of(submission.collection), name=name)
    reading = collecting.with_more(collecting.without_blank(reading), collecting.foreign(reading, submission))
    is_foreign = any(one.code == "foreign_form" for one in reading.complaints)
    said, told = ([], []) if reading.is_refused or is_foreign else sheets.taken(reading, submission)
    reading = collecting.with_more(reading, told)
    progress.tell(_("标注工作簿"))
    collecting.keep_marked(reading, submission=submission, sha256=sha256, name=name)
    result = collecting.said(reading, row_count=len(said))
    try:
        with transaction.atomic():
            held = collecting_jobs.still(submission)
            if said:
                actions.save(held, said=said, by=progress.person, stamp=reading.stamp)
                held.refresh_from_db(fields=["version", "upload", "state"])
            collecting_jobs.told(held, result, by=progress.person)
    except Refused as refused:
        raise Unworkable(refused.reason) from refused
    except Stale as stale:
        raise Unworkable(_("读取时同事正在填写，没有读入，已填的不变。请重新上传。")) from stale
    return {"message": _("读到%(rows)d行，错误%(errors)d处。") % {"rows": len(said), "errors": result["error_count"]}}


def write_month(progress: Progress, *, collection_id: int) -> dict[str, Any]:
    """`projects.write_month`: checked rows onto their projects, so many in one transaction. Killed and run again, it
    writes what is left."""
    collection = Collection.objects.get(pk=collection_id)
    if collection.state != Collection.State.CLOSED:
        raise Unworkable(_("关账后才写入项目。"))
    waiting = list(queries.unwritten(collection).order_by("project_id").values_list("pk", flat=True))
    written = 0
    for start in range(0, len(waiting), CHUNK):
        progress.tell(_("写入项目"), done=start, total=len(waiting))
        with transaction.atomic():
            chunk = queries.unwritten(collection).filter(pk__in=waiting[start : start + CHUNK])
            written += actions.write(list(chunk.order_by("project_id")), by=progress.person)
    progress.tell(_("写入项目"), done=len(waiting), total=len(waiting))
    return {"message": _("%(count)d个项目已更新。") % {"count": written}, "count": written}
