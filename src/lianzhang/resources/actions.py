"""Writing resources: entering and changing, with the chains they serve."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from lianzhang.accounts.actions import Refused
from lianzhang.accounts.models import Person
from lianzhang.accounts.rules import Act, Role, Scope, Thing
from lianzhang.chains.models import Chain
from lianzhang.records import codes
from lianzhang.resources.models import Resource
from lianzhang.trail import actions as trail

EDITABLE = (
    "kind",
    "name",
    "name_en",
    "amount",
    "amount_unit",
    "amount_scope",
    "state_note",
    "started_on",
    "as_of",
    "note",
)


def enter(*, chains: Iterable[Chain], year: int, by: Person, **fields: Any) -> Resource:
    """Enter a resource; who enters it keeps it. A task force may enter only for its own chains."""
    served = list(chains)
    _refuse_foreign_chains(served, by=by)
    if not served and by.reach.role is Role.TASK_FORCE:
        raise Refused(_("请选择资源服务的产业链。"))
    _refuse_bare_amount(fields)
    with transaction.atomic():
        made = trail.create(
            Resource(
                **{name: fields[name] for name in EDITABLE if name in fields},
                code=codes.next_code("ZY", year=year),
                kept_by_id=by.reach.body_id,
            ),
            verb="resource.entered",
            by=by,
            detail={"chains": [chain.code for chain in served]},
        )
        made.chains.set(served)
    return made


def edit(
    *, resource: Resource, chains: Iterable[Chain], changes: Mapping[str, Any], version: int, by: Person
) -> Resource:
    """Change a resource and the chains it serves."""
    served = list(chains)
    before = set(resource.chains.values_list("code", flat=True))
    _refuse_foreign_chains([chain for chain in served if chain.code not in before], by=by)
    wanted = {name: changes[name] for name in EDITABLE if name in changes}
    _refuse_bare_amount({"amount": resource.amount, "amount_unit": resource.amount_unit, **wanted})
    after = {chain.code for chain in served}
    detail = {"chains": [sorted(before), sorted(after)]} if before != after else None
    with transaction.atomic():
        changed = trail.change(resource, verb="resource.edited", changes=wanted, version=version, detail=detail, by=by)
        resource.chains.set(served)
    return changed


def _refuse_foreign_chains(chains: list[Chain], *, by: Person) -> None:
    if by.reach.role is not Role.TASK_FORCE or by.reach.scope(Act.WRITE, Thing.RESOURCE) is Scope.ALL:
        return
    own = set(Chain.objects.own_of(by).values_list("pk", flat=True))
    foreign = [chain.name_zh for chain in chains if chain.pk not in own]
    if foreign:
        raise Refused(_("专班只能登记本链资源；请去掉：%(chains)s。") % {"chains": _("、").join(foreign)})


def _refuse_bare_amount(fields: Mapping[str, Any]) -> None:
    if fields.get("amount") is not None and not str(fields.get("amount_unit") or "").strip():
        raise Refused(_("数量须写明单位。"))
