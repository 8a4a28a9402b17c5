"""The table of one's own background work."""

from django.utils.translation import gettext_lazy as _

from lianzhang import tables
from lianzhang.jobs import kinds
from lianzhang.jobs.models import Job
from lianzhang.tables.addresses import address

LIGHTS = {
    Job.State.WAITING: "idle",
    Job.State.RUNNING: "normal",
    Job.State.DONE: "done",
    Job.State.FAILED: "late",
    Job.State.STOPPED: "suspended",
}


def _url(job: Job) -> str:
    return address("jobs:job", job.pk)


def _light(job: Job) -> tables.Light:
    return tables.Light(LIGHTS[Job.State(job.state)], job.get_state_display(), job.failure.partition("\n")[0])


JOBS = tables.TableSpec(
    key="jobs",
    invented=None,
    title=_("我的任务"),
    columns=(
        tables.Column("title", _("任务"), lambda j: kinds.title(j.kind), link=_url, sort="kind"),
        tables.Column("asked_at", _("提交时间"), lambda j: j.asked_at, kind="datetime", sort="asked_at"),
        tables.Column("state", _("状态"), _light, kind="light", sort="state"),
        tables.Column("stage", _("步骤"), lambda j: j.stage),
        tables.Column("finished_at", _("结束时间"), lambda j: j.finished_at, kind="datetime", sort="finished_at"),
        tables.Column("attempt_count", _("重试次数"), lambda j: j.attempt_count, kind="integer", is_default=False),
    ),
    filters=(
        tables.Filter("state", _("状态"), choices=Job.State.choices),
        tables.Filter("asked_at", _("提交日期"), kind="date_range", path="asked_at__date"),
    ),
    default_order=("-asked_at",),
    row_url=_url,
    empty=tables.Empty(_("没有后台任务。")),
)
