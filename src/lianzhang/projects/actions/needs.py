"""What a project needs of a site: stated, changed, taken back; and the site it chose, with how it fitted."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from lianzhang.accounts.actions import Refused
from lianzhang.accounts.models import Person
from lianzhang.accounts.rules import Act
from lianzhang.intake import recording
from lianzhang.projects.actions import permission
from lianzhang.projects.leads import wants
from lianzhang.projects.models import Project, SiteNeed
from lianzhang.records.models import Stale
from lianzhang.resources import fit
from lianzhang.resources.models import Site
from lianzhang.trail import actions as trail

NEED_FIELDS = (
    *("kind", "area_m2", "area_most_m2", "land_mu", "floor_load_kg", "clear_height_m", "rent_most_yuan"),
    *("power_kva", "energy_tce", "land_use", "needed_by", "note"),
)


def state_need(*, project: Project, version: int | None, by: Person, **wanted: Any) -> SiteNeed | None:
    """Say what the project needs of a site; everything left blank takes an earlier need back. Raises Stale on an old
    version."""
    unknown = set(wanted) - set(NEED_FIELDS)
    if unknown:
        raise TypeError(f"not needs: {', '.join(sorted(unknown))}")
    permission.require(project, act=Act.WRITE, by=by)
    least, most = wanted.get("area_m2"), wanted.get("area_most_m2")
    if least is not None and most is not None and most < least:
        raise Refused(_("面积上限小于下限。请改正其一。"))
    is_blank = all(value in (None, "") for value in wanted.values())
    with transaction.atomic():
        permission.locked(project)
        known = SiteNeed.objects.filter(project=project).first()
        if known is None and is_blank:
            raise Refused(_("至少填写一项需求。"))
        if known is None:
            return trail.create(SiteNeed(project=project, **wanted), verb="need.stated", by=by)
        if not is_blank:
            return trail.change(known, verb="need.changed", changes=wanted, version=version, by=by)
        if version is not None and known.version != version:
            raise Stale(known, wanted)
        if known.site_id is not None:
            raise Refused(_("已选定载体，请先取消选定，再清空需求。"))
        trail.remove(known, verb="need.withdrawn", by=by)
        return None


def follow_sheet(
    said: Sequence[tuple[Project, Mapping[str, Any], Mapping[str, Any]]], *, writing: recording.Writing
) -> None:
    """What a ledger's 载体需求 said of each project before and says now: the need takes it over field by field where
    it still says what the ledger had said. What a person typed in stays; a need that says nothing any more goes."""
    held = {need.project_id: need for need in SiteNeed.objects.filter(project__in=[project for project, *_ in said])}
    made = []
    for project, before, now in said:
        need = held.get(project.pk)
        if need is None:
            if not wants.is_blank(now):
                made.append(SiteNeed(project=project, **now))
            continue
        changes = {name: now[name] for name in wants.FILLED if _same(getattr(need, name), before[name])}
        changes = {name: value for name, value in changes.items() if not _same(getattr(need, name), value)}
        left = {name: changes.get(name, getattr(need, name)) for name in NEED_FIELDS}
        if need.site_id is None and wants.is_blank(left):
            writing.remove(need, verb="need.withdrawn")
        else:
            writing.change(need, verb="need.changed", changes=changes)
    writing.create_many(made, verb="need.stated")


def _same(one: Any, other: Any) -> bool:
    return (one or None) == (other or None)


def choose_site(
    *, project: Project, site: Site, version: int | None, today: date, by: Person, note: str = ""
) -> SiteNeed:
    """选定载体: the project takes this site and its address; how it fitted is kept in words. A site that misses what is
    asked is taken only with a reason. Raises Stale on an old version of the need."""
    permission.require(project, act=Act.WRITE, by=by)
    if not Site.objects.visible_to(by).filter(pk=site.pk).exists():
        raise Refused(_("没有这处载体。"))
    with transaction.atomic():
        project = permission.locked(project)
        need = SiteNeed.objects.filter(project=project).first()
        if need is None:
            raise Refused(_("请先填写载体需求。"))
        verdicts = fit.judged(need, site)
        unmet = [each.text for each in verdicts if each.mark == fit.UNMET]
        if unmet and not note.strip():
            raise Refused(_("不满足：%(what)s。仍选此处的，请写明理由。") % {"what": _("；").join(unmet)})
        chosen = {"site": site, "chosen_on": today, "chosen_fit": fit.told(verdicts), "chosen_note": note.strip()}
        need = trail.change(need, verb="need.site_chosen", changes=chosen, version=version, by=by)
        taken: dict[str, Any] = {"site": _address(site)}
        if project.district_id is None and site.district_id is not None:
            taken["district"] = site.district
        trail.change(project, verb="project.sited", changes=taken, by=by)
    return need


def drop_site(*, project: Project, version: int | None, by: Person) -> SiteNeed:
    """取消选定: the choice goes; the address goes where it is still the one that was taken from the site."""
    permission.require(project, act=Act.WRITE, by=by)
    with transaction.atomic():
        project = permission.locked(project)
        need = SiteNeed.objects.select_related("site").filter(project=project, site__isnull=False).first()
        if need is None or need.site is None:
            raise Refused(_("还没有选定载体。"))
        if project.site == _address(need.site):
            trail.change(project, verb="project.sited", changes={"site": ""}, by=by)
        left = {"site": None, "chosen_on": None, "chosen_fit": "", "chosen_note": ""}
        return trail.change(need, verb="need.site_dropped", changes=left, version=version, by=by)


def _address(site: Site) -> str:
    return f"{site.name} {site.address}".strip()[:200]
