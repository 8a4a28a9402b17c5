"""Moving a project on: evidence, the ask, and the second person who passes or returns it."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lianzhang.accounts.actions import Refused
from lianzhang.accounts.models import Person
from lianzhang.accounts.rules import Act
from lianzhang.projects import queries, stages
from lianzhang.projects.actions import capability, permission
from lianzhang.projects.models import Project, StageEntry
from lianzhang.projects.stages import Evidence, Stage
from lianzhang.trail import actions as trail
from lianzhang.trail import evidence as files
from lianzhang.trail.models import Attachment, Proof

Verdict = StageEntry.Verdict


def add_evidence(*, project: Project, attachment: Attachment, kind: str, by: Person) -> Proof:
    """Attach a kept file as evidence of one kind of the table; a dated kind needs its day and place."""
    permission.require(project, act=Act.WRITE, by=by)
    needed = stages.table().evidence.get(kind)
    if needed is None:
        raise Refused(_("没有这一类佐证。"))
    if needed.is_dated and (attachment.taken_on is None or not attachment.place):
        raise Refused(_("%(kind)s须注明拍摄日期和地点。") % {"kind": needed.label})
    return files.attach(attachment, to=project, purpose=kind, by=by)


def advance(
    *,
    project: Project,
    to: Stage,
    on: date,
    now: datetime,
    by: Person,
    evidence: Sequence[Attachment] = (),
    note: str = "",
    version: int | None = None,
) -> StageEntry:
    """Ask for the next stage, entered on a day. A stage that needs no check is entered at once.

    Raises GateClosed naming missing fields and evidence, Refused for a stage skipped or reversed, a wrong date, a
    project that is held, or a post that may not ask. `evidence` files carry their kind.
    """
    gate = stages.gate(to)
    with transaction.atomic():
        project = permission.locked(project, version=version, changes={"stage": to})
        _require_post(gate.asks, project=project, act=Act.WRITE, by=by)
        _refuse_disorder(project, to=gate.stage)
        permission.not_in_future(on, today=timezone.localdate(now))
        _refuse_early(project, on=on)
        for attachment in evidence:
            add_evidence(project=project, attachment=attachment, kind=attachment.kind, by=by)
        proofs = queries.proofs_for(project, to)
        _refuse_missing(project, gate.stage, held={proof.purpose for proof in proofs})
        entry = StageEntry(
            project=project,
            stage=to,
            entered_on=on,
            note=note[:200],
            asked_by=by,
            asked_at=now,
            proof_ids=[proof.pk for proof in proofs],
        )
        if gate.is_checked:
            return trail.create(entry, verb="stage.asked", by=by)
        entry.verdict, entry.checked_at = Verdict.PASSED, now
        trail.create(entry, verb="stage.entered", by=by)
        _move(project, entry, by=by)
    return entry


def check(
    *,
    entry: StageEntry,
    passes: bool,
    now: datetime,
    by: Person,
    note: str = "",
    capacities: Mapping[int, Decimal | None] | None = None,
) -> StageEntry:
    """Pass or return an ask; never by the one who asked. On 投产 `capacities` (part id → 万元 a year) confirms what
    the project supplies: it enters the registry, and the next snapshot sees it."""
    gate = stages.gate(entry.stage)
    with transaction.atomic():
        project = permission.locked(entry.project)
        trail.hold()
        entry = StageEntry.objects.select_for_update().get(pk=entry.pk)
        if entry.verdict != Verdict.PENDING:
            raise Refused(_("这条阶段申请已经核过。"))
        if entry.asked_by_id == by.pk:
            raise Refused(_("申请人不能核验自己的申请，请由另一人核验。"))
        _require_post(gate.checks, project=project, act=Act.APPROVE, by=by)
        if not passes and not note.strip():
            raise Refused(_("退回须写明理由。"))
        if passes:
            _refuse_disorder(project, to=gate.stage, is_check=True)
            _refuse_missing(project, gate.stage, held={kind.key for kind in gate.evidence})
        verdict = Verdict.PASSED if passes else Verdict.RETURNED
        changes = {"verdict": verdict, "checked_by": by, "checked_at": now, "check_note": note[:200]}
        trail.change(entry, verb=f"stage.{verdict.value}", changes=changes, by=by)
        if passes:
            _move(project, entry, by=by)
            if gate.stage is Stage.IN_PRODUCTION:
                capability.confirm(project, capacities=capacities or {}, on=timezone.localdate(now), by=by)
    return entry


def withdraw(*, entry: StageEntry, now: datetime, by: Person) -> StageEntry:
    """Take back one's own ask before it is checked."""
    with transaction.atomic():
        trail.hold()
        entry = StageEntry.objects.select_for_update().get(pk=entry.pk)
        if entry.verdict != Verdict.PENDING or entry.asked_by_id != by.pk:
            raise Refused(_("只能撤回本人报请、尚未核验的申请。"))
        changes = {"verdict": Verdict.RETURNED, "checked_at": now, "check_note": _("报请人撤回"), "proof_ids": []}
        return trail.change(entry, verb="stage.withdrawn", changes=changes, by=by)


def _require_post(posts: frozenset[str], *, project: Project, act: Act, by: Person) -> None:
    permission.require(project, act=act, by=by)
    if by.reach.role.value not in posts:
        raise Refused(_("按阶段表，您现在的职务不办理这一步。"))


def _refuse_disorder(project: Project, *, to: Stage, is_check: bool = False) -> None:
    if project.status not in stages.MOVING:
        raise Refused(_("项目已%(status)s，恢复后才能推进。") % {"status": project.get_status_display()})
    now = Stage(project.stage)
    if to <= now:
        raise Refused(
            _("项目已在“%(now)s”，不能退回“%(to)s”。确需更正的，由有核验权的人写明日期和理由办理更正。")
            % {"now": now.label, "to": to.label}
        )
    jumped = stages.skipped(now, to)
    if jumped:
        names = _("、").join(str(stage.label) for stage in jumped)
        raise Refused(_("不能跳过阶段：先进入%(names)s。") % {"names": names})
    pending = project.entries.filter(verdict=Verdict.PENDING)
    if not is_check and pending.exists():
        raise Refused(_("已报请“%(to)s”，正在等待核验。") % {"to": to.label})


def _refuse_early(project: Project, *, on: date) -> None:
    last = queries.entered_on(project)
    if last is not None and on < last:
        said = {"on": on, "stage": project.get_stage_display(), "last": last}
        told = _("日期 %(on)s 早于进入“%(stage)s”的 %(last)s。请填其后的日期；%(last)s 有误的先办理更正。")
        raise Refused(told % said)


def _refuse_missing(project: Project, stage: Stage, *, held: set[str]) -> None:
    missing = stages.missing(project, stage)
    lacking: list[Evidence] = stages.missing_evidence(stage, held)
    if missing or lacking:
        raise permission.closed_gate(stage, missing=missing, evidence=lacking)


def _move(project: Project, entry: StageEntry, *, by: Person) -> None:
    gate = stages.gate(entry.stage)
    changes = {"stage": gate.stage.value, "stage_note": "", **({gate.sets: entry.entered_on} if gate.sets else {})}
    trail.change(project, verb="project.advanced", changes=changes, by=by, detail={"entry": entry.pk})
