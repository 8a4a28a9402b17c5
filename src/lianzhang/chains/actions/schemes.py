"""Writing schemes: confirming a scheme and what became of each chain; who answers for a chain."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from lianzhang.accounts.actions import Refused
from lianzhang.accounts.models import Person
from lianzhang.chains.models import Anchor, Chain, ChainSuccession, Scheme
from lianzhang.registry.models import Enterprise
from lianzhang.trail import actions as trail

SCHEME_FIELDS = ("name_zh", "name_en", "valid_from", "valid_to", "home_regions", "groups", "note")
CHAIN_FIELDS = ("name_zh", "name_en", "group", "position", "nature", "body", "lead_department", "note", "is_active")


def found_scheme(*, by: Person, **fields: Any) -> Scheme:
    """Enter a scheme; it is a proposal until somebody confirms it."""
    with transaction.atomic():
        return trail.create(Scheme(**fields, is_confirmed=False), verb="scheme.made", by=by)


def edit_scheme(*, scheme: Scheme, changes: Mapping[str, Any], version: int, by: Person) -> Scheme:
    """Change a scheme's name, validity, groups or regions. A group that still holds chains cannot be left out."""
    wanted = {name: changes[name] for name in SCHEME_FIELDS if name in changes}
    if "groups" in wanted:
        kept = {row[0] for row in wanted["groups"]}
        used = set(scheme.chains.exclude(group="").values_list("group", flat=True))
        left_out = [row[1] for row in scheme.groups if row[0] in used - kept]
        if left_out:
            raise Refused(_("分组还有产业链，不能去掉：%(groups)s。") % {"groups": _("、").join(left_out)})
    with transaction.atomic():
        return trail.change(scheme, verb="scheme.edited", changes=wanted, version=version, by=by)


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


def confirm_succession(
    *, succession: ChainSuccession, new: Chain | None, version: int, by: Person, basis: str = ""
) -> ChainSuccession:
    """确认新旧对应: what became of the old chain; no new chain = kept on record and still reported. `basis` is what
    it rests on and replaces the note."""
    if new is not None and new.scheme_id != succession.scheme_id:
        raise Refused(_("%(chain)s 不属于新方案。") % {"chain": new.name_zh})
    changes = {"new": new, "is_confirmed": True, **({"note": basis.strip()[:200]} if basis.strip() else {})}
    with transaction.atomic():
        return trail.change(succession, verb="succession.confirmed", changes=changes, version=version, by=by)


def propose_successions(*, scheme: Scheme, older: Scheme, by: Person) -> list[ChainSuccession]:
    """提出新旧对应: one row for each chain of `older` not yet mapped; a chain of the same name or code is proposed.

    Everything else is proposed as kept on record; a person confirms each row. Raises Refused where nothing is left.
    """
    if older.pk == scheme.pk:
        raise Refused(_("方案不能对应到自身。"))
    mapped = ChainSuccession.objects.filter(scheme=scheme).values("old")
    waiting = list(older.chains.filter(is_active=True).exclude(pk__in=mapped).order_by("position"))
    if not waiting:
        raise Refused(_("%(scheme)s 的产业链都已列入对应。") % {"scheme": older.name_zh})
    by_name = {chain.name_zh: chain for chain in scheme.chains.all()}
    by_slug = {chain.slug: chain for chain in by_name.values()}
    rows = [
        ChainSuccession(old=chain, scheme=scheme, new=by_name.get(chain.name_zh) or by_slug.get(chain.slug))
        for chain in waiting
    ]
    with transaction.atomic():
        return trail.create_many(rows, verb="succession.proposed", by=by)


def name_anchor(*, chain: Chain, enterprise: Enterprise, from_on: date | None = None, by: Person) -> Anchor:
    """Name an enterprise anchor of a chain; one that was anchor before and ended takes the post up again."""
    known = Anchor.objects.filter(chain=chain, enterprise=enterprise).first()
    if known is not None and known.to_on is None:
        raise Refused(_("%(firm)s 已是本链链主。") % {"firm": enterprise.name})
    with transaction.atomic():
        if known is not None:
            changes = {"from_on": from_on, "to_on": None}
            return trail.change(known, verb="anchor.named", changes=changes, version=known.version, by=by)
        return trail.create(Anchor(chain=chain, enterprise=enterprise, from_on=from_on), verb="anchor.named", by=by)


def end_anchor(*, anchor: Anchor, on: date, version: int, today: date, by: Person) -> Anchor:
    """不再列为链主: the firm's data stay; from that day it is no anchor. Raises Refused for a day still to come."""
    if on > today:
        raise Refused(_("结束日期不能晚于今天。"))
    if anchor.from_on is not None and on < anchor.from_on:
        raise Refused(_("结束日期不能早于%(day)s。") % {"day": f"{anchor.from_on:%Y-%m-%d}"})
    with transaction.atomic():
        return trail.change(anchor, verb="anchor.ended", changes={"to_on": on}, version=version, by=by)
