"""What a project needs of a site: stated, changed, taken back."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from lianzhang.accounts.actions import Refused
from lianzhang.accounts.models import Person
from lianzhang.accounts.rules import Act
from lianzhang.projects.actions import permission
from lianzhang.projects.models import Project, SiteNeed
from lianzhang.records.models import Stale
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
        trail.remove(known, verb="need.withdrawn", by=by)
        return None
