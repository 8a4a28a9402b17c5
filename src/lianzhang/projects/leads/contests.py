"""首报争议 as a table."""

from django.utils.translation import gettext_lazy as _

from lianzhang.projects.models import Contest
from lianzhang.tables import Badge, Column, Empty, Filter, TableSpec
from lianzhang.tables.addresses import address

TONES = {"open": "watch", "upheld": "normal", "moved": "accent", "shared": "accent", "withdrawn": "plain"}


def page(contest: Contest) -> str:
    """The address of a contest."""
    return address("projects:contest", contest.code)


TABLE = TableSpec(
    key="contests",
    invented="project__is_illustrative",
    title=_("首报争议"),
    columns=(
        Column("code", _("编号"), lambda c: c.code, kind="code", sort="code", link=page),
        Column("state", _("状态"), lambda c: Badge(Contest.State(c.state).label, TONES[c.state]), kind="badge"),
        Column("challenger", _("提出单位"), lambda c: c.challenger.name, sort="challenger__name_zh"),
        Column("project", _("首报项目"), lambda c: c.project.code, kind="code", sort="project__code"),
        Column("statement", _("理由"), lambda c: c.statement, is_wrapped=True),
        Column("raised_at", _("提出时间"), lambda c: c.raised_at, kind="datetime", sort="raised_at"),
        Column("decided_at", _("裁定时间"), lambda c: c.decided_at, kind="datetime", sort="decided_at"),
        Column("decision", _("裁定"), lambda c: c.decision, is_wrapped=True),
    ),
    filters=(Filter("state", _("状态"), kind="multi", choices=Contest.State.choices),),
    search=("code", "statement", "challenger__name_zh", "project__code"),
    default_order=("decided_at", "-raised_at"),
    row_id="code",
    row_url=page,
    empty=Empty(_("没有首报争议。")),
    note=_("首报时间由系统记录，不能修改。"),
)
