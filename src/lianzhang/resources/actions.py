"""Writing resources and sites: entering and changing; a resource with the chains it serves, a site with its month."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from lianzhang.accounts.actions import Refused
from lianzhang.accounts.models import Person
from lianzhang.accounts.rules import Act, Role, Scope, Thing
from lianzhang.chains.models import Chain
from lianzhang.records import codes
from lianzhang.resources.models import Resource, Site
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
SITE_FIELDS = frozenset(
    {"name", "name_en", "kind", "park", "district", "address", "area_m2", "vacant_m2", "land_mu", "floor_count"}
    | {"floor_load_kg", "clear_height_m", "rent_yuan", "power_kva", "energy_tce", "land_use", "available_on"}
    | {"progress", "progress_note", "conditions", "has_title", "as_of"}
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


def enter_site(*, year: int, by: Person, **fields: Any) -> Site:
    """Enter a site; a district enters its own. Two sites of one district do not bear one name."""
    _refuse_unknown_of_site(fields)
    site = Site(**fields)
    if by.reach.role is Role.DISTRICT:
        site.district_id = by.reach.body_id
    site.name = site.name.strip()
    with transaction.atomic():
        _require_site(site, by=by)
        _refuse_impossible(site)
        site.code = codes.next_code("ZT", year=year)
        return trail.create(site, verb="site.entered", by=by)


def edit_site(*, site: Site, changes: Mapping[str, Any], version: int | None, by: Person) -> Site:
    """Change a site. Nobody gives it away to where they could not have entered it."""
    _refuse_unknown_of_site(changes)
    with transaction.atomic():
        _require_editable(site, by=by)
        after = Site(**{field.attname: getattr(site, field.attname) for field in Site._meta.concrete_fields})
        for name, value in changes.items():
            setattr(after, name, value)
        _require_site(after, by=by)
        _refuse_impossible(after)
        return trail.change(site, verb="site.edited", changes=dict(changes), version=version, by=by)


def report_site(
    *,
    site: Site,
    progress: str,
    note: str,
    vacant_m2: Decimal | None,
    as_of: date,
    today: date,
    version: int | None,
    by: Person,
) -> Site:
    """载体月报: how far it is and what is free, as of a day that has come and is not before the last one told."""
    if as_of > today:
        raise Refused(_("日期 %(on)s 晚于今天 %(today)s。请填实际日期。") % {"on": as_of, "today": today})
    if site.as_of is not None and as_of < site.as_of:
        raise Refused(_("已有 %(on)s 的数据，不能倒填。") % {"on": site.as_of})
    changes = {"progress": progress, "progress_note": note.strip(), "vacant_m2": vacant_m2, "as_of": as_of}
    with transaction.atomic():
        _require_editable(site, by=by)
        after = Site(**{name: getattr(site, name) for name in ("kind", "area_m2")}, **changes)
        _refuse_impossible(after, is_renamed=False)
        return trail.change(site, verb="site.reported", changes=changes, version=version, by=by)


def _refuse_unknown_of_site(fields: Mapping[str, Any]) -> None:
    unknown = set(fields) - SITE_FIELDS
    if unknown:
        raise TypeError(f"not fields of a site: {', '.join(sorted(unknown))}")


def _require_editable(site: Site, *, by: Person) -> None:
    if not Site.objects.editable_by(by).filter(pk=site.pk).exists():
        raise Refused(_("您现在的职务无权修改此载体。"))


def _require_site(site: Site, *, by: Person) -> None:
    """Whether `by` keeps sites there: the rule of `editable_by`, asked of a site that is not yet stored."""
    width = by.reach.scope(Act.WRITE, Thing.RESOURCE)
    if width is Scope.ALL:
        return
    is_own = site.district_id is not None and site.district_id == by.reach.body_id
    if by.reach.role is Role.TASK_FORCE:
        served = Resource.objects.filter(pk=site.park_id or 0, chains__in=Chain.objects.own_of(by))
        is_own = served.exists()
    elif not is_own and site.park is not None:
        is_own = site.park.kept_by_id is not None and site.park.kept_by_id == by.reach.body_id
    if width is Scope.NONE or not is_own:
        raise Refused(_("只能登记本区市的、本单位园区的或服务本链的园区的载体。"))


def _refuse_impossible(site: Site, *, is_renamed: bool = True) -> None:
    if site.vacant_m2 is not None and site.area_m2 is not None and site.vacant_m2 > site.area_m2:
        raise Refused(_("空置面积大于建筑面积。请改正其一。"))
    if site.progress == Site.Progress.FULL and site.vacant_m2:
        raise Refused(_("已满的载体没有空置面积。请改正其一。"))
    if site.park is not None and site.park.kind != Resource.Kind.PARK:
        raise Refused(_("所属园区须是园区载体类资源。"))
    namesakes = Site.objects.filter(district_id=site.district_id, name=site.name).exclude(pk=site.pk or 0)
    twin = namesakes.first() if is_renamed else None
    if twin is not None:
        raise Refused(_("本区市已有同名载体 %(code)s。分层招商的请在名称中写明楼层。") % {"code": twin.code})
