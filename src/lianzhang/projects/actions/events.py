"""Events and what was signed at them: every signing is one project, and one project is signed at one event."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lianzhang.accounts.actions import Refused
from lianzhang.accounts.models import Person
from lianzhang.accounts.rules import Act, Role, Scope, Thing
from lianzhang.chains.models import Chain
from lianzhang.projects.actions import permission
from lianzhang.projects.models import Event, Project, Signing
from lianzhang.records import codes
from lianzhang.trail import actions as trail


def enter_event(*, chain: Chain, name: str, now: datetime, by: Person, **fields: Any) -> Event:
    """Enter an event of a chain; a body that is neither of the chain nor over all hosts it itself."""
    event = Event(name=name.strip(), chain=chain, **fields)
    width = by.reach.scope(Act.WRITE, Thing.EVENT)
    if width is Scope.OWN and by.reach.role is not Role.TASK_FORCE:
        event.host = by.acting.body if by.acting is not None else None
    _require(event, width=width, by=by)
    _refuse_ending_early(event.held_on, event.ended_on)
    with transaction.atomic():
        event.code = codes.next_code("HD", year=timezone.localdate(now).year)
        return trail.create(event, verb="event.entered", by=by)


def edit_event(*, event: Event, changes: Mapping[str, Any], version: int | None, by: Person) -> Event:
    """Change an event; raises Stale on an old version."""
    _require_editable(event, by=by)
    _refuse_ending_early(changes.get("held_on", event.held_on), changes.get("ended_on", event.ended_on))
    with transaction.atomic():
        return trail.change(event, verb="event.edited", changes=dict(changes), version=version, by=by)


def tie_signing(
    *,
    event: Event,
    project: Project,
    by: Person,
    signed_on: date | None = None,
    intended_wan: Decimal | None = None,
    note: str = "",
) -> Signing:
    """Say that a project was signed at an event. One project counts once: at the first event only."""
    permission.require(project, act=Act.WRITE, by=by)
    _require_editable(event, by=by)
    with transaction.atomic():
        permission.locked(project)
        earlier = Signing.objects.filter(project=project).select_related("event").first()
        if earlier is not None:
            raise Refused(
                _("%(project)s已在“%(event)s”签约，一个项目只计一次。")
                % {"project": project.name, "event": earlier.event.name}
            )
        signing = Signing(event=event, project=project, signed_on=signed_on, intended_wan=intended_wan, note=note[:200])
        return trail.create(signing, verb="signing.tied", by=by)


def untie_signing(*, signing: Signing, by: Person) -> None:
    """Take back a signing that was entered by mistake; the trail keeps it."""
    _require_editable(signing.event, by=by)
    with transaction.atomic():
        trail.remove(signing, verb="signing.untied", by=by)


def _require(event: Event, *, width: Scope, by: Person) -> None:
    is_own = event.host_id is not None and event.host_id == by.reach.body_id
    if by.reach.role is Role.TASK_FORCE:
        is_own = Chain.objects.own_of(by).filter(pk=event.chain_id).exists()
    if width is Scope.NONE or (width is Scope.OWN and not is_own):
        raise Refused(_("只能登记本链或本单位承办的活动。"))


def _require_editable(event: Event, *, by: Person) -> None:
    if not Event.objects.editable_by(by).filter(pk=event.pk).exists():
        raise Refused(_("您现在的职务无权修改此活动。"))


def _refuse_ending_early(held_on: date | None, ended_on: date | None) -> None:
    if held_on is not None and ended_on is not None and ended_on < held_on:
        raise Refused(_("结束日期早于开始日期。"))
