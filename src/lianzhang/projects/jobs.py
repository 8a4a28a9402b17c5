"""Background work on projects: reckoning the funnel."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from lianzhang.accounts.models import Body
from lianzhang.chains.models import Chain
from lianzhang.jobs.progress import Progress
from lianzhang.jobs.work import Unworkable
from lianzhang.projects.actions import readings
from lianzhang.projects.funnel import reckoning


def read_funnel(progress: Progress, *, chain: str | None = None, district: str | None = None) -> dict[str, Any]:
    """`projects.funnel`: the figures of one scope (empty: every chain, every district), or with neither of all."""
    now = timezone.now()
    today = timezone.localdate(now)
    wanted = (_id(Chain, chain), _id(Body, district))
    progress.tell(_("读取项目、阶段记录和月报"))
    material = reckoning.read(progress.person, wanted)
    scopes = reckoning.keys(progress.person, material)
    if chain is not None or district is not None:
        if wanted not in scopes:
            raise Unworkable(_("所选范围没有您可以查看的项目。"))
        scopes = [wanted]
    found = {}
    for number, key in enumerate(scopes):
        progress.tell(_("计算漏斗"), done=number, total=len(scopes))
        found[key] = reckoning.reading(material, key, today=today)
    is_all = chain is None and district is None and (None, None) in found
    readings.keep(found, is_all=is_all, as_of=today, now=now, by=progress.person)
    return {"message": _("%(count)d个范围已更新。") % {"count": len(found)}, "count": len(found)}


def _id(model: type[Chain] | type[Body], code: str | None) -> int | None:
    found: int | None = model._default_manager.filter(code=code).values_list("pk", flat=True).first() if code else None
    return found
