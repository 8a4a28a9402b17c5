"""Background work of the papers: an inspection package takes as long as its evidence is large."""

from datetime import date
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from lianzhang.accounts.models import Body
from lianzhang.accounts.rules import Act, Role, Thing
from lianzhang.briefings.inspection import gathering, packing
from lianzhang.briefings.period.scope import Period, Whose
from lianzhang.chains.models import Chain
from lianzhang.jobs.progress import Progress
from lianzhang.jobs.work import Unworkable
from lianzhang.tables import ExportHeader
from lianzhang.trail import actions as trail

PACK = "briefings.inspection"


def inspection(progress: Progress, *, first: str, last: str, chain: int | None) -> dict[str, Any]:
    """`briefings.inspection`: everything of a period that the asker may see, as one archive."""
    person, today = progress.person, timezone.localdate()
    if not person.reach.may(Act.READ, Thing.PROJECT):
        raise Unworkable(_("您现在的职务不能编制资料包。"))
    period = Period("pack", date.fromisoformat(first), date.fromisoformat(last))
    whose = Whose(person, chain=_chain(progress, chain), district=_district(progress))
    progress.tell(_("收集材料"))
    entries = gathering.gather(whose, period, today=today)
    title = _("%(whose)s · 迎检资料包（%(first)s至%(last)s）") % {"whose": whose.name, "first": first, "last": last}
    detail = {"title": title, "first": first, "last": last, "chain": whose.chain.code if whose.chain else ""}
    event = trail.note(whose.chain, verb="inspection.exported", detail=detail, by=person)
    header = ExportHeader(
        title=title,
        scope=_("%(whose)s，%(first)s至%(last)s") % {"whose": whose.name, "first": first, "last": last},
        as_of=today,
        who=" ".join(str(part) for part in (person.acting.label if person.acting else "", person.name) if part),
        is_illustrative=gathering.is_illustrative(whose),
        made_at=timezone.now(),
        export_id=f"DC-{event.seq:06d}",
    )
    made = packing.pack(
        entries, header=header, tell=lambda done, total: progress.tell(_("写入文件"), done=done, total=total)
    )
    packed = {"sha256": made.sha256, "files": len(made.lines), "left_out": made.left_out_count, "size": made.size}
    trail.note(whose.chain, verb="inspection.packed", detail={**packed, "export_id": header.export_id}, by=person)
    said = _("%(count)d个文件，%(size)s MB。") % {"count": len(made.lines), "size": f"{made.size / (1 << 20):.1f}"}
    if made.left_out_count:
        said += _("超出容量未装入%(count)d个，目录中已注明。") % {"count": made.left_out_count}
    url = reverse("briefings:inspection_file", args=[progress.job_id])
    return {"message": said, "url": url, "title": title, "export_id": header.export_id, **packed}


def _chain(progress: Progress, pk: int | None) -> Chain | None:
    if pk is None:
        return None
    found = Chain.objects.visible_to(progress.person).filter(pk=pk).first()
    if found is None:
        raise Unworkable(_("找不到这条产业链。"))
    return found


def _district(progress: Progress) -> Body | None:
    """A district packs its own, whatever it asks for."""
    reach = progress.person.reach
    return Body.objects.filter(pk=reach.body_id or 0).first() if reach.role is Role.DISTRICT else None
