"""工作小组: founded under a chain with a body of its own, changed, ended. Who sits in it is an appointment."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from lianzhang.accounts import actions as accounts
from lianzhang.accounts.actions import Refused
from lianzhang.accounts.models import Person
from lianzhang.accounts.rules import BodyKind
from lianzhang.chains.models import Chain, WorkingGroup
from lianzhang.records import codes
from lianzhang.trail import actions as trail

EDITED = ("purpose", "basis", "founded_on")


def found(
    *, chain: Chain, name_zh: str, purpose: str, founded_on: date, by: Person, name_en: str = "", basis: str = ""
) -> WorkingGroup:
    """Found a working group of the chain, under its task force."""
    if not Chain.objects.editable_by(by).filter(pk=chain.pk).exists():
        raise Refused(_("您现在的职务无权修改此产业链。"))
    with transaction.atomic():
        body = accounts.found_body(
            code=codes.next_code("GZ", year=founded_on.year).lower(),
            kind=BodyKind.WORKING_GROUP,
            name_zh=name_zh.strip(),
            name_en=name_en.strip(),
            parent=chain.body,
            is_illustrative=chain.is_illustrative,
            by=by,
        )
        group = WorkingGroup(
            chain=chain, body=body, purpose=purpose.strip(), basis=basis.strip(), founded_on=founded_on
        )
        return trail.create(group, verb="working_group.founded", by=by)


def edit(*, group: WorkingGroup, changes: Mapping[str, Any], version: int, by: Person) -> WorkingGroup:
    """Change what the group is for, on what paper and since when."""
    if not set(changes) <= set(EDITED):
        raise TypeError("what may be changed of a group stands in EDITED")
    _require(group, by=by)
    with transaction.atomic():
        return trail.change(group, verb="working_group.edited", changes=changes, version=version, by=by)


def end(*, group: WorkingGroup, on: date, version: int, by: Person) -> WorkingGroup:
    """撤销: nothing new is given to it; its members' posts are ended one by one by who appoints."""
    _require(group, by=by)
    if on < group.founded_on:
        raise Refused(_("撤销日期早于成立日期。"))
    with transaction.atomic():
        trail.change(group.body, verb="body.corrected", changes={"is_active": False}, by=by)
        return trail.change(group, verb="working_group.ended", changes={"ended_on": on}, version=version, by=by)


def _require(group: WorkingGroup, *, by: Person) -> None:
    if not WorkingGroup.objects.editable_by(by).filter(pk=group.pk).exists():
        raise Refused(_("您现在的职务无权修改此工作小组。"))
    if group.ended_on is not None:
        raise Refused(_("该工作小组已于 %(day)s 撤销。") % {"day": group.ended_on})
