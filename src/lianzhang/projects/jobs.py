"""Background work on projects: reckoning the funnel."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from lianzhang.accounts.models import Body, Person
from lianzhang.chains.models import Chain
from lianzhang.jobs.progress import Progress
from lianzhang.jobs.work import Unworkable
from lianzhang.projects.actions import readings
from lianzhang.projects.funnel import reckoning


def read_funnel(progress: Progress, *, chain: str | None = None, district: str | None = None) -> dict[str, Any]:
    """`projects.funnel`: the figures of one scope (empty: every chain, every district), or with neither of all."""
    now = timezone.now()
    key = None if chain is None and district is None else (_id(Chain, chain), _id(Body, district))
    progress.tell(_("读取项目、阶段记录和月报"))
    count = reckon(progress.person, key=key, today=timezone.localdate(now), now=now, tell=progress.tell)
    return {"message": _("%(count)d个范围已更新。") % {"count": count}, "count": count}


def reckon(
    person: Person,
    *,
    key: reckoning.Key | None = None,
    today: date,
    now: datetime,
    tell: Callable[..., object] = lambda _said, **_numbers: None,
) -> int:
    """Read and keep the funnel of one scope, or without `key` of every scope the person reads whole. How many."""
    material = reckoning.read(person, key or (None, None))
    scopes = reckoning.keys(person, material)
    if key is not None:
        if key not in scopes:
            raise Unworkable(_("所选范围没有您可以查看的项目。"))
        scopes = [key]
    found = {}
    for number, scope in enumerate(scopes):
        tell(_("计算漏斗"), done=number, total=len(scopes))
        found[scope] = reckoning.reading(material, scope, today=today)
    is_all = key is None and (None, None) in found
    readings.keep(found, is_all=is_all, as_of=today, now=now, by=person)
    return len(found)


def _id(model: type[Chain] | type[Body], code: str | None) -> int | None:
    found: int | None = model._default_manager.filter(code=code).values_list("pk", flat=True).first() if code else None
    return found
