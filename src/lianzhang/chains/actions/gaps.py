"""缺口: proposed by analysis with its evidence; confirmed, given a path, and closed by people."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from lianzhang.accounts.actions import Refused
from lianzhang.accounts.models import Body, Person
from lianzhang.chains.models import Gap, PartCoverage, Snapshot
from lianzhang.records import codes
from lianzhang.registry.models import Part
from lianzhang.trail import actions as trail

State = Gap.State
SETTLED = (State.CLOSED, State.INVALID)


def propose(*, snapshot: Snapshot, proposals: Iterable[Mapping[str, Any]], by: Person) -> int:
    """Enter what the analysis proposes as 待确认; an open gap of the same part gets the newer evidence instead.

    A part whose gap people judged 不成立 is not proposed again while the kind stays the same. Returns how many are new.
    """
    proposals = list(proposals)
    parts = {p.code: p for p in Part.objects.filter(code__in=[p["part_id"] for p in proposals])}
    gaps = Gap.objects.filter(chain=snapshot.chain, part__in=parts.values()).select_related("part")
    open_gaps = {g.part_id: g for g in gaps if g.state not in SETTLED}
    dismissed = {(g.part_id, g.kind) for g in gaps if g.state == State.INVALID}
    made = 0
    with transaction.atomic():
        for proposal in proposals:
            part = parts[proposal["part_id"]]
            known = open_gaps.get(part.pk)
            if known is not None:
                _refresh(known, proposal, snapshot=snapshot, by=by)
            elif (part.pk, proposal["kind"]) not in dismissed:
                _enter(part, proposal, snapshot=snapshot, by=by)
                made += 1
    return made


def confirm(
    *,
    gap: Gap,
    label: str,
    route: str,
    route_reason: str,
    owner: Body | None,
    due_on: date | None,
    version: int,
    now: datetime,
    by: Person,
) -> Gap:
    """A person stands for the gap: what kind it is, by which path it is filled, who answers for it until when."""
    if gap.state not in {State.PROPOSED, State.CONFIRMED, State.ACTING}:
        raise Refused(_("该缺口已%(state)s，不能再确认。") % {"state": gap.get_state_display()})
    if route == Gap.Route.LEAVE and not route_reason.strip():
        raise Refused(_("选择“不补”须写明理由。"))
    changes = {
        "state": State.CONFIRMED if gap.state == State.PROPOSED else gap.state,
        "label": label,
        "route": route,
        "route_reason": route_reason.strip(),
        "owner": owner,
        "due_on": due_on,
        "confirmed_by": by,
        "confirmed_at": now,
    }
    with transaction.atomic():
        return trail.change(gap, verb="gap.confirmed", changes=changes, version=version, by=by)


def entrust(*, gap: Gap, changes: Mapping[str, Any], version: int, by: Person) -> Gap:
    """调整责任与时限 of a gap somebody stands for: who answers, until when. Who confirmed it, and when, stays."""
    if not set(changes) <= {"owner", "due_on"}:
        raise TypeError("only who answers for a gap and until when")
    if gap.state not in {State.CONFIRMED, State.ACTING}:
        raise Refused(_("该缺口%(state)s；确认后才定责任单位和时限。") % {"state": gap.get_state_display()})
    with transaction.atomic():
        return trail.change(gap, verb="gap.entrusted", changes=changes, version=version, by=by)


def dismiss(*, gap: Gap, reason: str, version: int, by: Person) -> Gap:
    """The proposal does not hold, with the reason; it stays on record and is not proposed again."""
    if not reason.strip():
        raise Refused(_("请写明不成立的理由。"))
    if gap.state in SETTLED:
        raise Refused(_("该缺口已%(state)s。") % {"state": gap.get_state_display()})
    changes = {"state": State.INVALID, "route": "", "route_reason": reason.strip()}
    with transaction.atomic():
        return trail.change(gap, verb="gap.dismissed", changes=changes, version=version, by=by)


def close(*, gap: Gap, version: int, now: datetime, by: Person) -> Gap:
    """Cross the gap off: a snapshot newer than its evidence must show the part supplied here, and the closer is not
    the one who confirmed it."""
    if gap.state not in {State.CONFIRMED, State.ACTING}:
        raise Refused(_("只有已确认的缺口可以销号。"))
    if gap.confirmed_by_id == by.pk:
        raise Refused(_("确认人不能自行销号，请由另一人办理。"))
    covered = _newer_coverage(gap)
    if covered is None:
        raise Refused(_("确认后还没有新的数据快照。请先更新数据并重新计算，再销号。"))
    if not covered.local_ratio:
        raise Refused(_("最新快照（%(day)s）中本市仍无供应，不能销号。") % {"day": covered.snapshot.taken_on})
    changes = {"state": State.CLOSED, "closing_snapshot": covered.snapshot, "closed_by": by, "closed_at": now}
    with transaction.atomic():
        return trail.change(gap, verb="gap.closed", changes=changes, version=version, by=by)


def start_acting(*, gap: Gap, by: Person) -> Gap:
    """A lead or task now works on the gap; one to be left open (不补) stays so until a person chooses a path."""
    is_ready = gap.owner_id is not None and gap.due_on is not None
    if gap.state not in {State.CONFIRMED, State.ASSIGNED} or gap.route == Gap.Route.LEAVE or not is_ready:
        return gap
    with transaction.atomic():
        return trail.change(gap, verb="gap.acting", changes={"state": State.ACTING}, by=by)


def _newer_coverage(gap: Gap) -> PartCoverage | None:
    newer = PartCoverage.objects.filter(snapshot__chain=gap.chain, part=gap.part).select_related("snapshot")
    if gap.confirmed_at is not None:
        newer = newer.filter(snapshot__taken_at__gt=gap.confirmed_at)
    return newer.order_by("-snapshot__taken_at").first()


def _refresh(gap: Gap, proposal: Mapping[str, Any], *, snapshot: Snapshot, by: Person) -> None:
    changes = {"kind": proposal["kind"], "evidence": proposal["evidence"], "snapshot": snapshot}
    trail.change(gap, verb="gap.evidence_renewed", changes=changes, by=by)


def _enter(part: Part, proposal: Mapping[str, Any], *, snapshot: Snapshot, by: Person) -> Gap:
    gap = Gap(
        code=codes.next_code("QK", year=snapshot.taken_on.year),
        chain=snapshot.chain,
        part=part,
        title=part.name,
        kind=proposal["kind"],
        evidence=proposal["evidence"],
        snapshot=snapshot,
        is_illustrative=snapshot.is_illustrative,
    )
    return trail.create(gap, verb="gap.proposed", by=by)
