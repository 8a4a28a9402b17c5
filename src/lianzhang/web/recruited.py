"""What a target list has led to, as its page says it: how far its lines came, which categories are supplied now, and
the chain's local share on the list's snapshot and on the newest."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from lianzhang.accounts.models import Person
from lianzhang.chains.models import TargetList
from lianzhang.chains.queries import shares
from lianzhang.projects import recruiting
from lianzhang.projects.models import Project
from lianzhang.tables.values import plain


@dataclass(frozen=True, kw_only=True)
class Shown:
    """The sentence, what it counts, and the two points of the local share (None where it may not be told)."""

    became: recruiting.Became
    statement: str
    before: shares.Point | None
    after: shares.Point | None


def with_leads(found: Any, *, person: Person) -> Any:
    """`found` lists with `has_leads`: whether any line became a lead that `person` sees."""
    led = Project.objects.visible_to(person).filter(target_line__target_list=OuterRef("pk"))
    return found.annotate(has_leads=Exists(led))


def shown(listed: TargetList, *, person: Person) -> Shown:
    """What became of a list, for who reads target lists: they all read projects."""
    became = recruiting.became(listed, person=person)
    if not became.is_begun:
        return Shown(became=became, statement=_("清单各家还没有转为线索。"), before=None, after=None)
    before, after = _points(listed, person=person)
    return Shown(became=became, statement=_statement(became, before, after), before=before, after=after)


def _points(listed: TargetList, *, person: Person) -> tuple[shares.Point | None, shares.Point | None]:
    found = shares.snapshots(listed.chain, person=person)
    points = {point.snapshot: point for point in shares.history(found, person=person)}
    newest = points.get(found[0].pk) if found else None
    return points.get(listed.snapshot_id or ""), newest


def _statement(became: recruiting.Became, before: shares.Point | None, after: shares.Point | None) -> str:
    said = _(
        "清单%(lines)s家中已转线索%(leads)s家，其中签约%(signed)s家、投产%(produced)s家；"
        "%(categories)s类中已有%(supplied)s类在本地形成供货能力。"
    ) % {
        "lines": became.line_count,
        "leads": became.lead_count,
        "signed": became.signed_count,
        "produced": became.produced_count,
        "categories": len(became.categories),
        "supplied": len(became.supplied),
    }
    if before is None or after is None or before.snapshot == after.snapshot:
        return said
    return said + moved(before, after)


def moved(before: shares.Point, after: shares.Point) -> str:
    """What moved between two snapshots: what is bought at home, and what could be by now; nothing that may not be
    told."""
    could = shares.reachable((before, after))
    told = (
        (_("本地配套率（按金额）"), [point.shares.get(shares.By.AMOUNT.value) for point in (before, after)]),
        (_("可就地供应率"), [could.get(point.snapshot) for point in (before, after)]),
    )
    parts = [
        _("%(what)s%(then)s → %(now)s") % {"what": what, "then": plain(then, "ratio"), "now": plain(now, "ratio")}
        for what, (then, now) in told
        if then is not None and now is not None
    ]
    if not parts:
        return ""
    span = {"then_on": before.taken_on, "now_on": after.taken_on, "parts": _("，").join(parts)}
    return _("%(then_on)s 至 %(now_on)s 的快照：%(parts)s。") % span
