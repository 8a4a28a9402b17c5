"""首报争议: raised by whoever was told that another was first, decided by the secretariat with both histories in front.
The first report itself is never rewritten: a decision says whose it is from now on, and how the credit is split."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lianzhang.accounts.actions import Refused
from lianzhang.accounts.models import Body, Person
from lianzhang.accounts.rules import Act, Scope, Thing
from lianzhang.projects.leads import rules
from lianzhang.projects.models import Claim, Contest, Credit, Project
from lianzhang.records import codes
from lianzhang.trail import actions as trail

State = Contest.State
Ground = Credit.Ground


def contest(*, code: str, statement: str, now: datetime, by: Person) -> Contest:
    """Contest the first report of the project called `code`, which the body was told of when it reported the same
    investor. Its own project on that investor, if it entered one, is put beside it."""
    body = by.acting.body if by.acting is not None else None
    if body is None or by.reach.scope(Act.WRITE, Thing.PROJECT) is Scope.NONE:
        raise Refused(_("您现在的职务不能提出首报争议。"))
    if not statement.strip():
        raise Refused(_("请写明何时、由谁、以何方式先行对接，并附依据。"))
    claim = Claim.objects.filter(project__code=code).select_related("project").order_by("claimed_at").first()
    if claim is None:
        raise Refused(_("编号 %(code)s 没有首报登记，不能提出争议。") % {"code": code})
    if claim.body_id == body.pk:
        raise Refused(_("首报单位就是本单位。"))
    with transaction.atomic():
        trail.hold()
        Project.objects.select_for_update().get(pk=claim.project_id)
        if Contest.objects.filter(project=claim.project, challenger=body, state=State.OPEN).exists():
            raise Refused(_("本单位已就此提出争议，等待裁定。"))
        own = Project.objects.filter(investor_key=claim.key, first_reported_by=body).exclude(pk=claim.project_id)
        made = Contest(
            code=codes.next_code("ZY", year=timezone.localdate(now).year),
            project=claim.project,
            claimant=claim.body,
            challenger=body,
            challenger_project=own.order_by("first_reported_at").first(),
            statement=statement.strip(),
            raised_by=by,
            raised_at=now,
        )
        return trail.create(made, verb="contest.raised", by=by)


def withdraw_contest(*, contest: Contest, by: Person) -> Contest:
    """Take one's own contest back before it is decided."""
    with transaction.atomic():
        trail.hold()
        contest = Contest.objects.select_for_update().get(pk=contest.pk)
        if contest.state != State.OPEN or contest.challenger_id != by.reach.body_id:
            raise Refused(_("只能撤回本单位尚未裁定的争议。"))
        return trail.change(contest, verb="contest.withdrawn", changes={"state": State.WITHDRAWN}, by=by)


def decide_contest(*, contest: Contest, state: str, decision: str, now: datetime, by: Person) -> Contest:
    """Uphold the first report, move it to the challenger, or share it; shared and moved set the credit by rule."""
    if by.reach.scope(Act.APPROVE, Thing.PROJECT) is not Scope.ALL:
        raise Refused(_("首报争议由秘书处裁定。"))
    if state not in {State.UPHELD, State.MOVED, State.SHARED}:
        raise Refused(_("请选择裁定结果。"))
    if not decision.strip():
        raise Refused(_("裁定须写明理由。"))
    with transaction.atomic():
        trail.hold()
        project = Project.objects.select_for_update().get(pk=contest.project_id)
        contest = Contest.objects.select_for_update().get(pk=contest.pk)
        if contest.state != State.OPEN:
            raise Refused(_("这项争议已经裁定或撤回。"))
        said = {"state": state, "decision": decision.strip(), "decided_by": by, "decided_at": now}
        said["claimant"] = project.first_reported_by
        contest = trail.change(contest, verb="contest.decided", changes=said, by=by)
        basis = _("首报争议 %(code)s 裁定") % {"code": contest.code}
        if state == State.MOVED:
            _move_claim(project, to=contest.challenger, by=by)
        if state != State.UPHELD:
            claimant, challenger = contest.claimant, contest.challenger
            is_shared = state == State.SHARED
            shares = rules.shares_decided(claimant=claimant, challenger=challenger, is_shared=is_shared)
            split(project, shares, ground=Ground.DECISION, basis=basis, now=now, by=by)
    return contest


def split(
    project: Project, shares: Mapping[Body, Decimal], *, ground: str, basis: str, now: datetime, by: Person
) -> None:
    """Set the credit of a project; the shares add to one. Within the caller's transaction."""
    if sum(shares.values()) != 1:
        raise ValueError("the shares of a project add to 1")
    for old in project.credits.exclude(body__in=list(shares)):
        trail.remove(old, verb="credit.withdrawn", by=by)
    for body, share in shares.items():
        known = project.credits.filter(body=body).first()
        said = {"share_ratio": share, "ground": ground, "basis": basis[:200], "set_by": by, "set_at": now}
        if known is None:
            trail.create(Credit(project=project, body=body, **said), verb="credit.set", by=by)
        else:
            trail.change(known, verb="credit.set", changes=said, by=by)


def on_transfer(project: Project, *, to: Body, now: datetime, by: Person) -> None:
    """The rule of a transfer: first reporter and place of landing share; a decision already taken stands."""
    first = project.first_reported_by
    if first is None or project.credits.filter(ground=Ground.DECISION).exists():
        return
    rule = rules.table()
    is_same = first.pk == to.pk
    shares = {first: Decimal(1)} if is_same else {first: rule.first_report_ratio, to: rule.landing_ratio}
    basis = _("首报地与落地地分成规则第%(version)s版") % {"version": rule.version}
    split(project, shares, ground=Ground.LANDING, basis=basis, now=now, by=by)


def _move_claim(project: Project, *, to: Body, by: Person) -> None:
    """From now on the first report is the challenger's; when it was made stays as the system saw it."""
    for claim in project.claims.select_for_update():
        trail.change(claim, verb="claim.moved", changes={"body": to}, by=by)
    trail.change(project, verb="project.first_report_moved", changes={"first_reported_by": to}, by=by)
