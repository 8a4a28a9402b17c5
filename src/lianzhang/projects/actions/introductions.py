"""以商招商: which firm introduced an investor. It introduces somebody else, never itself."""

from django.db import transaction
from django.utils.translation import gettext as _

from lianzhang.accounts.actions import Refused
from lianzhang.accounts.models import Person
from lianzhang.accounts.rules import Act
from lianzhang.projects import investors
from lianzhang.projects.actions import permission
from lianzhang.projects.models import Project
from lianzhang.registry.models import Enterprise
from lianzhang.trail import actions as trail


def introduce(
    *, project: Project, introducer: Enterprise | None, note: str, version: int | None, by: Person
) -> Project:
    """Say who introduced the project's investor, or take it back with None. Raises Stale on an old version."""
    permission.require(project, act=Act.WRITE, by=by)
    if introducer is not None:
        refuse_itself(introducer, investor_name=project.investor_name, enterprise_id=project.enterprise_id)
    elif note.strip():
        raise Refused(_("没有引荐企业，不填引荐说明。"))
    changes = {"introducer": introducer, "introduced_note": note.strip()[:200]}
    with transaction.atomic():
        return trail.change(project, verb="project.introduced", changes=changes, version=version, by=by)


def refuse_itself(introducer: Enterprise, *, investor_name: str, enterprise_id: int | None) -> None:
    """Raise Refused for a firm that would introduce its own investment."""
    own = {introducer.name_key, investors.key(introducer.name)}
    if introducer.pk == enterprise_id or investors.key(investor_name) in own:
        raise Refused(_("引荐企业就是投资方或项目企业，不算以商招商。"))
