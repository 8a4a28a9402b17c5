"""Reporting a lead: who first reported an investor is fixed by the system's clock, and a second report is told."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lianzhang.accounts.actions import Refused
from lianzhang.accounts.models import Body, Person
from lianzhang.accounts.rules import Act, Role, Scope, Thing
from lianzhang.chains.actions import gaps
from lianzhang.chains.models import Chain
from lianzhang.projects import investors, queries
from lianzhang.projects.actions import introductions, leads, plans
from lianzhang.projects.leads import likeness
from lianzhang.projects.models import Claim, Project, StageEntry
from lianzhang.projects.stages import Stage
from lianzhang.records import codes
from lianzhang.registry.models import Enterprise
from lianzhang.trail import actions as trail

# What a reporter may say about a lead beside its name, chain and investor.
LEAD_FIELDS = frozenset(
    {"name_en", "investor_place", "district", "site", "owner", "content", "segment_key", "gap", "gap_id", "target_line"}
    | {"origin", "intended_wan", "is_key", "next_milestone", "next_due_on", "progress", "progress_on"}
    | {"source", "as_of", "is_illustrative", "introducer", "introduced_note", "predecessor"}
)


class Duplicate(Refused):
    """The investor is already known: `found` are its open projects, earliest report first.

    The reason tells who was first and when, which the second must know; what the project is, a page shows only to
    whoever sees it.
    """

    def __init__(self, reason: str, *, found: Sequence[Project]) -> None:
        super().__init__(reason)
        self.found = list(found)


def report_lead(
    *,
    name: str,
    chain: Chain,
    now: datetime,
    by: Person,
    investor_name: str = "",
    investor_code: str = "",
    enterprise: Enterprise | None = None,
    although: str = "",
    **fields: Any,
) -> Project:
    """Enter a lead. Raises Duplicate where the investor was reported before, unless `although` says why this is
    another project; then it is entered, and the first report stays with whoever had it."""
    unknown = set(fields) - LEAD_FIELDS
    if unknown:
        raise TypeError(f"not fields of a lead: {', '.join(sorted(unknown))}")
    body = by.acting.body if by.acting is not None else None
    if by.reach.role is Role.DISTRICT:
        fields["district"] = body
    _require_reporter(by, chain=chain, district=fields.get("district"))
    known = investors.looked_up(investor_name=investor_name, investor_code=investor_code, enterprise=enterprise)
    if fields.get("introducer") is not None:
        firm = enterprise.pk if enterprise else None
        introductions.refuse_itself(fields["introducer"], investor_name=investor_name, enterprise_id=firm)
    fields["origin"] = {**fields.get("origin", {}), **({"although": although} if although else {})}
    fields["is_illustrative"] = fields.get("is_illustrative", False) or chain.is_illustrative
    if not although:
        _refuse_known(known)
        _ask_about_alike(name=name, investor_name=investor_name, site=str(fields.get("site") or ""), keys=known)
    with transaction.atomic():
        project = Project(
            code=codes.next_code("XM", year=timezone.localdate(now).year),
            name=name.strip(),
            chain=chain,
            investor_name=investor_name.strip(),
            investor_key=investors.key(investor_name),
            investor_code=investor_code or next(iter(investors.codes(known)), ""),
            enterprise=enterprise,
            first_reported_by=body,
            first_reported_at=now,
            stage=Stage.LEAD,
            **fields,
        )
        trail.create(project, verb="lead.reported", by=by)
        if project.gap is not None:
            gaps.start_acting(gap=project.gap, by=by)
        _enter_first_stage(project, now=now, by=by)
        _claim(project, known, body=body, now=now, although=although, by=by)
        leads.start_clocks(project, on=timezone.localdate(now), by=by)
    return project


def enter(*, stage: Stage, basis: str, on: date | None, now: datetime, by: Person, **fields: Any) -> Project:
    """Take over a project that was under way before this system, at the stage its source states.

    Its missing fields and evidence show as missing; they do not bar the entry, since the project is where it is.
    """
    if not basis.strip():
        raise Refused(_("接入已有项目须写明依据。"))
    project = Project(code=codes.next_code("XM", year=timezone.localdate(now).year), stage=stage, **fields)
    project.investor_key = investors.key(project.investor_name)
    _require_reporter(by, chain=project.chain, district=project.district)
    with transaction.atomic():
        trail.create(project, verb="project.taken_over", by=by, detail={"basis": basis})
        plans.follow(project, now=now, by=by)
        entry = _passed(project, stage=stage, on=on, note=basis[:200], now=now, by=by)
        trail.create(entry, verb="stage.taken_over", by=by)
    return project


def release(project: Project, *, by: Person) -> None:
    """Free the first-report claim of an ended project; the trail keeps who had it."""
    for claim in Claim.objects.filter(project=project):
        trail.remove(claim, verb="claim.released", by=by)


def reclaim(project: Project, *, now: datetime, by: Person) -> None:
    """Follow a changed investor: claim the new name for the project's own first reporter if it is free."""
    release(project, by=by)
    known = investors.looked_up(
        investor_name=project.investor_name, investor_code=project.investor_code, enterprise=project.enterprise
    )
    taken = {claim.key for claim in queries.claims_on(known)}
    for key in known:
        if key not in taken:
            _make_claim(project, key, body=project.first_reported_by, now=now, by=by)


def _require_reporter(by: Person, *, chain: Chain, district: Body | None) -> None:
    width = by.reach.scope(Act.WRITE, Thing.PROJECT)
    if width is Scope.ALL:
        return
    is_own = (
        district is not None and district.pk == by.reach.body_id
        if by.reach.role is Role.DISTRICT
        else Chain.objects.own_of(by).filter(pk=chain.pk).exists()
    )
    if width is Scope.NONE or not is_own:
        raise Refused(_("只能为本链或本区市登记项目。"))


def _refuse_known(known: list[str]) -> None:
    claimed = [claim.project for claim in queries.claims_on(known)]
    found = list(dict.fromkeys([*claimed, *queries.same_investor(known)]))
    if found:
        raise Duplicate(_told(found[0]), found=found)


def _ask_about_alike(*, name: str, investor_name: str, site: str, keys: list[str]) -> None:
    found = likeness.alike(name=name, investor_name=investor_name, site=site, keys=keys)
    if found:
        why = "、".join(dict.fromkeys(one.why for one in found))
        first = found[0].project
        by = first.first_reported_by.name if first.first_reported_by else "—"
        said = _("可能已有同一项目（%(why)s）：%(code)s，%(body)s首报。确属另一个项目的，写明理由后再报。")
        raise Duplicate(said % {"why": why, "code": first.code, "body": by}, found=[one.project for one in found])


def _told(first: Project) -> str:
    when = timezone.localtime(first.first_reported_at).strftime("%Y-%m-%d %H:%M") if first.first_reported_at else "—"
    return _(
        "该投资方已由%(body)s于 %(when)s 首报，编号 %(code)s。请先与首报单位对接；确属另一个项目的，写明理由后再报。"
    ) % {
        "body": first.first_reported_by.name if first.first_reported_by else "—",
        "when": when,
        "code": first.code,
    }


def _claim(project: Project, known: list[str], *, body: Body | None, now: datetime, although: str, by: Person) -> None:
    for key in sorted(known):  # in one order for everybody: two that wait for one another would both be thrown out
        try:
            with transaction.atomic():
                _make_claim(project, key, body=body, now=now, by=by)
        except IntegrityError:
            # Another district's report of the same second was written first: the unique key decides, not a look.
            if not although:
                raise Duplicate(
                    _told(queries.claims_on([key])[0].project), found=[c.project for c in queries.claims_on(known)]
                ) from None


def _make_claim(project: Project, key: str, *, body: Body | None, now: datetime, by: Person) -> None:
    trail.create(Claim(key=key, project=project, body=body, claimed_at=now), verb="claim.made", by=by)


def _enter_first_stage(project: Project, *, now: datetime, by: Person) -> None:
    entry = _passed(project, stage=Stage.LEAD, on=timezone.localdate(now), note="", now=now, by=by)
    trail.create(entry, verb="stage.entered", by=by)


def _passed(project: Project, *, stage: Stage, on: date | None, note: str, now: datetime, by: Person) -> StageEntry:
    return StageEntry(
        project=project,
        stage=stage,
        entered_on=on,
        verdict=StageEntry.Verdict.PASSED,
        note=note,
        asked_by=by,
        asked_at=now,
        checked_at=now,
    )
