"""Background work of the intake: reading a workbook, and writing a large batch."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from lianzhang.accounts.actions import Refused
from lianzhang.intake import actions, staging
from lianzhang.intake.models import Batch
from lianzhang.intake.protocol import PlanChanged
from lianzhang.jobs.progress import Progress
from lianzhang.jobs.work import Unworkable


def read(progress: Progress, *, batch_id: int) -> dict[str, Any]:
    """`intake.read`: the rows of an uploaded workbook become staged rows. Run again, it goes on where it was."""
    batch = Batch.objects.get(pk=batch_id)
    if batch.state == Batch.State.READING:
        staging.read(batch, progress=progress, by=progress.person)
    return {"batch": batch.code}


def apply(progress: Progress, *, batch_id: int) -> dict[str, Any]:
    """`intake.apply`: write the chosen rows of a large batch, all or none. Run again after success, it does nothing."""
    batch = Batch.objects.get(pk=batch_id)
    if batch.state == Batch.State.APPLIED:
        return {"batch": batch.code}
    progress.tell(_("写入"), total=batch.rows.filter(is_chosen=True).count())
    try:
        actions.write(batch, by=progress.person, now=timezone.now())
    except PlanChanged as reason:
        raise Unworkable(_("预览之后数据有变，没有写入。请重新核对。")) from reason
    except Refused as reason:
        raise Unworkable(reason.reason) from reason
    return {"batch": batch.code}
