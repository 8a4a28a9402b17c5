"""A closed month is locked whichever way a figure comes: by the project's page or by the ledger of key projects."""

import datetime as dt

from django.utils.translation import gettext as _

from lianzhang.accounts.actions import Refused
from lianzhang.intake import protocol
from lianzhang.intake.columns import Desk
from lianzhang.intake.protocol import Change, Finding, Incoming
from lianzhang.projects.models import Project
from lianzhang.projects.monthly import queries

LOCKED = ("done_year_wan", "done_as_of")


def expect_open(on: dt.date) -> None:
    """Raise Refused for a figure as of a day in a closed month."""
    if on.replace(day=1) in queries.closed_months():
        said = {"year": on.year, "month": on.month}
        raise Refused(_("%(year)d年%(month)d月已关账，完成投资不能再改；确有错误请秘书处在月度调度中更正。") % said)


def held(change: Change, *, row: Incoming, desk: Desk) -> Change:
    """What a row of the ledger does: about a closed month the figure of the year stays, the rest is taken."""
    is_about = change.kind == protocol.CHANGED and "done_year_wan" in change.after
    if not is_about or _month(change, row=row, desk=desk) not in desk.once("closed months", queries.closed_months):
        return change
    for name in LOCKED:
        change.before.pop(name, None)
        change.after.pop(name, None)
    zh = "该月已关账，年度累计未改动；确有错误请秘书处在月度调度中更正。"
    en = "The month is closed: the year's figure stays. The secretariat corrects it in the monthly round."
    change.findings.append(Finding("year_done_wan", "warning", zh, en, code="month_closed"))
    change.kind = change.kind if change.after else protocol.UNCHANGED
    return change


def _month(change: Change, *, row: Incoming, desk: Desk) -> dt.date | None:
    """The month a row's figure is of: the one it names, else the one the standing figure is of, which it would replace
    without saying that a month has passed."""
    named = row.values.get("period_on")
    if isinstance(named, dt.date):
        return named.replace(day=1)
    dated = Project.objects.filter(done_as_of__isnull=False)
    standing: dict[str, dt.date] = desk.once(
        "standing months", lambda: {str(pk): on for pk, on in dated.values_list("pk", "done_as_of") if on is not None}
    )
    on = standing.get(change.subject_id)
    return on.replace(day=1) if on is not None else None
