"""Writing schemes: confirming a scheme and what became of each chain; who answers for a chain."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from lianzhang.accounts.actions import Refused
from lianzhang.accounts.models import Person
from lianzhang.chains.models import Anchor, Chain, ChainSuccession, Scheme
from lianzhang.registry.models import Enterprise
from lianzhang.trail import actions as trail

CHAIN_FIELDS = ("name_zh", "name_en", "group", "position", "nature", "body", "lead_department", "note", "is_active")


def found_scheme(*, by: Person, **fields: Any) -> Scheme:
    """Enter a scheme; it is a proposal until somebody confirms it."""
    with transaction.atomic():
        return trail.create(Scheme(**fields, is_confirmed=False), verb="scheme.made", by=by)


def confirm_scheme(*, scheme: Scheme, version: int, by: Person) -> Scheme:
    """Confirm that the city works by this scheme."""
    if scheme.is_confirmed:
        raise Refused(_("该方案已确认。"))
    with transaction.atomic():
        return trail.change(scheme, verb="scheme.confirmed", changes={"is_confirmed": True}, version=version, by=by)


def add_chain(*, scheme: Scheme, slug: str, by: Person, **fields: Any) -> Chain:
    """Add a chain to a scheme; its code is made of both."""
    code = f"{scheme.code}-{slug}"
    if Chain.objects.filter(code=code).exists():
        raise Refused(_("本方案已有代码为 %(slug)s 的产业链。") % {"slug": slug})
    chain = Chain(scheme=scheme, slug=slug, code=code, is_illustrative=scheme.is_illustrative, **fields)
    with transaction.atomic():
        return trail.create(chain, verb="chain.made", by=by)


def edit_chain(*, chain: Chain, changes: Mapping[str, Any], version: int, by: Person) -> Chain:
    """Change a chain's name, group, task force or lead department."""
    wanted = {name: changes[name] for name in CHAIN_FIELDS if name in changes}
    with transaction.atomic():
        return trail.change(chain, verb="chain.edited", changes=wanted, version=version, by=by)


def confirm_succession(*, succession: ChainSuccession, new: Chain | None, version: int, by: Person) -> ChainSuccession:
    """确认新旧对应: what became of the old chain; no new chain = kept on record and still reported."""
    if new is not None and new.scheme_id != succession.scheme_id:
        raise Refused(_("%(chain)s 不属于新方案。") % {"chain": new.name_zh})
    changes = {"new": new, "is_confirmed": True}
    with transaction.atomic():
        return trail.change(succession, verb="succession.confirmed", changes=changes, version=version, by=by)


def name_anchor(*, chain: Chain, enterprise: Enterprise, by: Person) -> Anchor:
    """Name an enterprise anchor of a chain."""
    if Anchor.objects.filter(chain=chain, enterprise=enterprise).exists():
        raise Refused(_("%(firm)s 已是本链链主。") % {"firm": enterprise.name})
    with transaction.atomic():
        return trail.create(Anchor(chain=chain, enterprise=enterprise), verb="anchor.named", by=by)
