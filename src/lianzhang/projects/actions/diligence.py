"""尽职调查 before signing: each item of the list verified, doubted, or not applicable, by name and on a day."""

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lianzhang.accounts.actions import Refused
from lianzhang.accounts.models import Person
from lianzhang.accounts.rules import Act
from lianzhang.projects import stages
from lianzhang.projects.actions import permission
from lianzhang.projects.models import Diligence, Project
from lianzhang.trail import actions as trail


def verify(*, project: Project, item: str, verdict: str, note: str, on: date, now: datetime, by: Person) -> Diligence:
    """Say what was found about one item. A doubt, and why an item does not apply, must be written out."""
    permission.require(project, act=Act.WRITE, by=by)
    permission.not_in_future(on, today=timezone.localdate(now))
    if item not in {row.key for row in stages.table().diligence}:
        raise Refused(_("没有这一项尽调事项。"))
    if verdict != Diligence.Verdict.CLEAR and not note.strip():
        raise Refused(_("有疑点或不适用的，须写明情况。"))
    said = {"verdict": verdict, "note": note.strip()[:300], "checked_on": on, "by": by, "at": now}
    with transaction.atomic():
        permission.locked(project)
        known = Diligence.objects.select_for_update().filter(project=project, item=item).first()
        if known is None:
            made = Diligence(project=project, item=item, **said)
            return trail.create(made, verb="diligence.found", by=by)
        return trail.change(known, verb="diligence.changed", changes=said, by=by)
