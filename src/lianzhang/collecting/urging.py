"""催报文字: who has not answered and until when, as plain text to paste into a chat. Nothing is sent from here."""

from collections.abc import Sequence
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from lianzhang.collecting import queries
from lianzhang.collecting.models import Collection, Submission


def text(collection: Collection, found: Sequence[Submission], *, now: datetime) -> str:
    """One text for everybody; empty where nobody is waited for."""
    waiting = queries.not_answered(found)
    if not waiting:
        return ""
    fresh = [one for one in waiting if one.state != Submission.State.RETURNED]
    back = [one for one in waiting if one.state == Submission.State.RETURNED]
    due = f"{timezone.localtime(collection.due_at):%m-%d %H:%M}"
    is_over = now > collection.due_at
    head = (
        _("【催报】%(title)s（%(code)s），截止时间 %(due)s，已过。")
        if is_over
        else _("【催报】%(title)s（%(code)s），截止时间 %(due)s。")
    )
    lines = [head % {"title": collection.name, "code": collection.code, "due": due}]
    if fresh:
        lines.append(_("未报（%(count)d）：%(names)s。") % {"count": len(fresh), "names": _names(fresh)})
    lines += [
        _("退回待改：%(body)s（%(reason)s）。") % {"body": one.body.name, "reason": one.return_reason} for one in back
    ]
    lines.append(_("请登录系统在“我的工作”中填报，或将预填工作簿填好发回。"))
    return "\n".join(lines)


def _names(found: Sequence[Submission]) -> str:
    return _("、").join(one.body.name for one in found)
