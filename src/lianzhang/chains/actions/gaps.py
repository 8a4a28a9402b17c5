"""缺口: proposed by analysis with its evidence; confirmed, assigned, worked on and closed by people.

What each step needs stands in `chains.stages`; here it is asked, written and left on the trail.
"""

import copy
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lianzhang.accounts.actions import Refused
from lianzhang.accounts.models import Body, Person
from lianzhang.accounts.rules import Act
from lianzhang.chains import stages
from lianzhang.chains.models import Gap, Snapshot
from lianzhang.chains.queries import gaps as queries
from lianzhang.chains.stages import SETTLED, STANDING, Facts, State
from lianzhang.records import codes
from lianzhang.registry.models import Part
from lianzhang.trail import actions as trail
from lianzhang.trail import evidence as files
from lianzhang.trail.models import Attachment, Proof

JOINED = "joined_to"  # the gap that took this one over, in its evidence
EVIDENCE = "gap"  # the purpose under which a gap's evidence is attached
REVISED = ("label", "route", "route_reason", "owner", "due_on", "review_on")
ENTRUSTED = ("owner", "due_on", "review_on")


def propose(*, snapshot: Snapshot, proposals: Iterable[Mapping[str, Any]], by: Person) -> int:
    """Enter what the analysis proposes as 待确认; an open gap of the same part gets the newer evidence instead.

    A part whose gap people judged 不成立 is not proposed again while the kind stays the same. Returns how many are new.
    """
    proposals = list(proposals)
    parts = {p.code: p for p in Part.objects.filter(code__in=[p["part_id"] for p in proposals])}
    gaps = Gap.objects.filter(chain=snapshot.chain, part__in=parts.values()).select_related("part")
    open_gaps = {g.part_id: g for g in gaps if g.state not in SETTLED}
    # One that was joined to a gap opened again did hold: once that is closed, it may be seen anew.
    dismissed = {(g.part_id, g.kind) for g in gaps if g.state == State.INVALID and JOINED not in g.evidence}
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
    review_on: date | None = None,
) -> Gap:
    """A person stands for the gap: what kind it is and by which path it is filled; with a body and a day it is
    assigned at once."""
    changes = {
        "label": label,
        "route": route,
        "route_reason": route_reason.strip(),
        "owner": owner,
        "due_on": due_on,
        "review_on": review_on or stages.review_on(timezone.localdate(now)),
        "confirmed_by": by,
        "confirmed_at": now,
    }
    with transaction.atomic():
        confirmed = _take(gap, "confirm", verb="gap.confirmed", changes=changes, version=version, by=by)
        return _assigned(confirmed, by=by)


def revise(*, gap: Gap, changes: Mapping[str, Any], reason: str, version: int, by: Person) -> Gap:
    """修改 a gap somebody stands for; another path needs the reason why, which stays in the history. Who confirmed it,
    and when, stays."""
    if not set(changes) <= set(REVISED):
        raise TypeError("what may be changed of a gap stands in REVISED")
    _require_standing(gap, by=by)
    wanted = _with(gap, changes)
    is_rerouted = wanted.route != gap.route
    if is_rerouted and not reason.strip():
        raise Refused(_("改变路径须写明理由。"))
    if lacking := stages.missing(wanted, stages.move("confirm"), Facts()):
        raise Refused(lacking[0])
    detail = {"reason": reason.strip()[:300]} if reason.strip() else None
    verb = "gap.rerouted" if is_rerouted else "gap.revised"
    return _write_standing(gap, changes, verb=verb, version=version, detail=detail, by=by)


def entrust(*, gap: Gap, changes: Mapping[str, Any], version: int, by: Person) -> Gap:
    """调整责任与时限 of a gap somebody stands for: who answers, until when, when it is looked at again."""
    if not set(changes) <= set(ENTRUSTED):
        raise TypeError("only who answers for a gap, until when, and when it is looked at again")
    _require_standing(gap, by=by)
    return _write_standing(gap, changes, verb="gap.entrusted", version=version, detail=None, by=by)


def review(*, gap: Gap, note: str, next_on: date, today: date, version: int, by: Person) -> Gap:
    """复核: looked at again, what was found, and when the next time is."""
    _require_standing(gap, by=by)
    if not note.strip():
        raise Refused(_("请写明复核情况。"))
    if next_on <= today:
        raise Refused(_("下次复核日期须晚于今天。"))
    changes = {"reviewed_on": today, "review_on": next_on}
    with transaction.atomic():
        return trail.change(
            gap, verb="gap.reviewed", changes=changes, version=version, by=by, detail={"note": note.strip()[:300]}
        )


def start(*, gap: Gap, version: int, by: Person) -> Gap:
    """开始推进, by hand."""
    with transaction.atomic():
        return _take(gap, "start", verb="gap.acting", changes={}, version=version, by=by)


def start_acting(*, gap: Gap, by: Person) -> Gap:
    """A lead or task now works on the gap. One that is not assigned yet, or is to be left open, stays as it is."""
    one = stages.move("start")
    if gap.state not in one.origins or not stages.fits(gap, one) or stages.missing(gap, one, Facts()):
        return gap
    with transaction.atomic():
        return trail.change(gap, verb="gap.acting", changes={"state": one.to}, by=by)


def dismiss(*, gap: Gap, reason: str, version: int, by: Person) -> Gap:
    """The gap does not hold, with the reason; it stays on record and is not proposed again."""
    changes = {"route": "", "route_reason": reason.strip()}
    with transaction.atomic():
        return _take(
            gap, "dismiss", verb="gap.dismissed", changes=changes, version=version, by=by, facts=Facts(reason=reason)
        )


def close(*, gap: Gap, version: int, now: datetime, by: Person) -> Gap:
    """Cross the gap off: a snapshot newer than the confirmation must show its case gone, and the closer is not the
    one who confirmed it."""
    covered = queries.newer_coverage(gap)
    facts = Facts(person_id=by.pk, newer=covered)
    changes = {"closing_snapshot": covered.snapshot if covered else None, "closed_by": by, "closed_at": now}
    with transaction.atomic():
        return _take(gap, "close", verb="gap.closed", changes=changes, version=version, by=by, facts=facts)


def reopen(*, gap: Gap, reason: str, version: int, now: datetime, by: Person) -> Gap:
    """重新打开: one closed too early, for which whoever reopens it now stands; or one judged 不成立, proposed again.

    Where coverage fell, analysis has proposed the part anew: nobody stands for that yet, and the gap takes it over with
    its evidence.
    """
    again = queries.proposed_again(gap)
    facts = Facts(reason=reason, other_open=queries.other_open(gap, besides=again))
    changes: dict[str, Any] = {"closed_by": None, "closed_at": None, "closing_snapshot": None}
    if again is not None:
        changes |= {"evidence": {**again.evidence, "kind": again.kind}, "snapshot": again.snapshot}
    if gap.state == State.INVALID:
        key, changes = "restore", {"route": "", "route_reason": ""}
    else:
        key, changes = "reopen", changes | {"confirmed_by": by, "confirmed_at": now}
    detail = {"reason": reason.strip()[:300]}
    with transaction.atomic():
        if again is not None:  # before: of one part one gap is open, and the database holds to it
            _join(again, into=gap, by=by)
        opened = _take(
            gap, key, verb="gap.reopened", changes=changes, version=version, by=by, facts=facts, detail=detail
        )
        return _assigned(opened, by=by)


def _join(gap: Gap, *, into: Gap, by: Person) -> Gap:
    """What was proposed anew goes on under the code people know."""
    reason = _("并入重新打开的 %(code)s。") % {"code": into.code}
    changes = {"state": State.INVALID, "route_reason": reason, "evidence": {**gap.evidence, JOINED: into.code}}
    return trail.change(gap, verb="gap.joined", changes=changes, by=by)


def add_evidence(*, gap: Gap, attachment: Attachment, by: Person) -> Proof:
    """Attach a kept file to a gap that is not settled."""
    if gap.state in SETTLED:
        raise Refused(_("该缺口已%(state)s，不再补佐证。") % {"state": gap.get_state_display()})
    _require_writer(gap, by=by)
    return files.attach(attachment, to=gap, purpose=EVIDENCE, by=by)


def _take(
    gap: Gap,
    key: str,
    *,
    verb: str,
    changes: Mapping[str, Any],
    version: int,
    by: Person,
    facts: Facts | None = None,
    detail: Mapping[str, Any] | None = None,
) -> Gap:
    """One step of the table: from where it may be taken, whose right it is, what it needs; then written."""
    one = stages.move(key)
    if gap.state not in one.origins:
        words = {"state": gap.get_state_display(), "move": one.label}
        raise Refused(_("该缺口现为“%(state)s”，不能%(move)s。") % words)
    if not may(gap, one, by=by):
        raise Refused(_("您现在的职务无权办理此缺口的这一步。"))
    wanted = _with(gap, changes)
    if not stages.fits(wanted, one):
        raise Refused(_("路径为“不补”的缺口不定责、不推进；请先改变路径。"))
    if lacking := stages.missing(wanted, one, facts or Facts()):
        raise Refused(lacking[0])
    return trail.change(gap, verb=verb, changes={**changes, "state": one.to}, version=version, by=by, detail=detail)


def may(gap: Gap, one: stages.Move, *, by: Person) -> bool:
    """Whether the step is this person's by right; one query for each right that the table names."""
    return any(_within(gap, act, by=by) for act in one.by)


def _within(gap: Gap, act: Act, *, by: Person) -> bool:
    found = Gap.objects.all()
    found = found.editable_by(by) if act is Act.WRITE else found.approvable_by(by)
    return found.filter(pk=gap.pk).exists()


def _require_writer(gap: Gap, *, by: Person) -> None:
    if not _within(gap, Act.WRITE, by=by):
        raise Refused(_("您现在的职务无权修改此缺口。"))


def _require_standing(gap: Gap, *, by: Person) -> None:
    if gap.state not in STANDING:
        raise Refused(_("该缺口%(state)s；确认后才定责任单位和时限。") % {"state": gap.get_state_display()})
    _require_writer(gap, by=by)


def _write_standing(
    gap: Gap,
    changes: Mapping[str, Any],
    *,
    verb: str,
    version: int,
    detail: Mapping[str, Any] | None,
    by: Person,
) -> Gap:
    """Write what was changed; a path that leaves the gap open takes it back to 已确认, a body and a day assign it."""
    wanted, assign, written = _with(gap, changes), stages.move("assign"), dict(changes)
    if not stages.fits(wanted, assign):
        written["state"] = State.CONFIRMED
    elif gap.state != State.CONFIRMED and stages.missing(wanted, assign, Facts()):
        raise Refused(_("已定责的缺口须有责任单位和时限。"))
    with transaction.atomic():
        changed = trail.change(gap, verb=verb, changes=written, version=version, by=by, detail=detail)
        return _assigned(changed, by=by)


def _assigned(gap: Gap, *, by: Person) -> Gap:
    """A confirmed gap that has all that 定责 needs is assigned."""
    one = stages.move("assign")
    if gap.state not in one.origins or not stages.fits(gap, one) or stages.missing(gap, one, Facts()):
        return gap
    return trail.change(gap, verb="gap.assigned", changes={"state": one.to}, by=by)


def _with(gap: Gap, changes: Mapping[str, Any]) -> Gap:
    """The gap as it would be; nothing is written."""
    wanted = copy.copy(gap)
    for name, value in changes.items():
        setattr(wanted, name, value)
    return wanted


def _refresh(gap: Gap, proposal: Mapping[str, Any], *, snapshot: Snapshot, by: Person) -> None:
    """The newer evidence of an open gap. The case a person stands for stays the gap's own, and is closed by its own
    measure; what analysis sees of the part now is kept beside it, and proposed anew once the gap is closed."""
    evidence = {**proposal["evidence"], "kind": proposal["kind"]}
    changes: dict[str, Any] = {"evidence": evidence, "snapshot": snapshot}
    if gap.state == State.PROPOSED:
        changes["kind"] = proposal["kind"]
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
        opened_snapshot=snapshot,
        is_illustrative=snapshot.is_illustrative,
    )
    return trail.create(gap, verb="gap.proposed", by=by)
