"""Working a lead: what was done is recorded, the clocks it answers are met, the next one starts."""

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lianzhang.accounts.actions import Refused
from lianzhang.accounts.models import Person
from lianzhang.accounts.rules import Act
from lianzhang.projects import stages
from lianzhang.projects.actions import permission
from lianzhang.projects.leads import rules
from lianzhang.projects.models import FollowUp, LeadClock, Project
from lianzhang.projects.stages import Stage
from lianzhang.trail import actions as trail
from lianzhang.workdays import queries as workdays

Kind = FollowUp.Kind


def start_clocks(project: Project, *, on: date, by: Person) -> None:
    """Every clock of a new lead, counted from the day it was reported. Within the caller's transaction."""
    calendar = workdays.calendar()
    for rule in rules.table().rules.values():
        due = rule.due(on, intended_wan=project.intended_wan, calendar=calendar)
        clock = LeadClock(project=project, kind=rule.kind, started_on=on, due_on=due)
        trail.create(clock, verb="clock.started", by=by)


def follow_up(
    *,
    project: Project,
    kind: Kind,
    text: str,
    done_on: date,
    now: datetime,
    by: Person,
    opinion: str = "",
    next_on: date | None = None,
) -> FollowUp:
    """Record what was done about a lead. It answers its own clock, and any record answers the first response; the
    fortnight starts again from the day it was done, or ends earlier where the next day is promised earlier."""
    permission.require(project, act=Act.WRITE, by=by)
    _refuse(project, kind=kind, text=text, opinion=opinion, done_on=done_on, next_on=next_on, now=now)
    with transaction.atomic():
        project = permission.locked(project)
        done = FollowUp(
            project=project,
            kind=kind,
            opinion=opinion if kind == Kind.APPRAISE else "",
            done_on=done_on,
            text=text.strip(),
            next_on=next_on,
            body=by.acting.body if by.acting is not None else None,
            by=by,
            at=now,
        )
        trail.create(done, verb="lead.followed", by=by)
        _meet(project, {kind, Kind.RESPOND, Kind.FOLLOW}, on=done_on, by=by)
        _run_again(project, from_on=done_on, next_on=next_on, by=by)
        if project.progress_on is None or done_on >= project.progress_on:
            said = {"progress": done.text, "progress_on": done_on}
            trail.change(project, verb="project.progress", changes=said, by=by)
    return done


def _refuse(
    project: Project, *, kind: Kind, text: str, opinion: str, done_on: date, next_on: date | None, now: datetime
) -> None:
    permission.not_in_future(done_on, today=timezone.localdate(now))
    if project.stage >= Stage.SIGNED or project.status not in stages.MOVING:
        raise Refused(_("项目已签约或已停止，不再按线索跟进；请填报进度。"))
    if project.first_reported_at is not None and done_on < timezone.localdate(project.first_reported_at):
        raise Refused(_("日期早于首报日期。"))
    if not text.strip():
        raise Refused(_("请写明跟进情况。"))
    if kind == Kind.APPRAISE and not opinion:
        raise Refused(_("研判须给出意见。"))
    if next_on is not None and next_on < done_on:
        raise Refused(_("下次跟进早于本次日期。"))


def _meet(project: Project, kinds: set[Kind], *, on: date, by: Person) -> None:
    running = project.clocks.select_for_update().filter(kind__in=kinds, met_on__isnull=True)
    for clock in running:
        # A deed entered for a day before its clock began was done before it was due: met on the day it began.
        trail.change(clock, verb="clock.met", changes={"met_on": max(on, clock.started_on)}, by=by)


def _run_again(project: Project, *, from_on: date, next_on: date | None, by: Person) -> None:
    rule = rules.table().rules[Kind.FOLLOW]
    due = rule.due(from_on, intended_wan=project.intended_wan, calendar=workdays.calendar())
    due = due if next_on is None else min(due, next_on)
    clock = LeadClock(project=project, kind=Kind.FOLLOW, started_on=from_on, due_on=due)
    trail.create(clock, verb="clock.started", by=by)
