"""The annex's portfolio: thirty invented leads and projects in every stage and status, with how they came there.

Drawn from a fixed seed with plausible shapes only and not fitted to any published figure. Names, investors and places
say that they are invented.
"""

import random
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from chainlab import names
from lianzhang.accounts.models import Person
from lianzhang.chains.models import Chain
from lianzhang.demo.annex import papers
from lianzhang.demo.annex.cast import Town
from lianzhang.projects import stages
from lianzhang.projects.leads import rules
from lianzhang.projects.models import (
    Claim,
    Contest,
    Credit,
    Diligence,
    FollowUp,
    LeadClock,
    Project,
    StageEntry,
)
from lianzhang.projects.stages import Stage, Status
from lianzhang.records import codes
from lianzhang.workdays import queries as workdays

SEED = 20260301
DISTRICTS = ("annex-east", "annex-west", "annex-north")
KINDS = ("线束", "电机", "传感器", "注塑件", "控制板", "轻量化支架", "检测设备", "封装材料", "仓配中心", "模具")
# Stage and status of each of the thirty, in turn over the annex's chains and districts.
SHAPES: tuple[tuple[Stage, Status], ...] = (
    *((Stage.LEAD, Status.NORMAL),) * 5,
    (Stage.LEAD, Status.TERMINATED),
    *((Stage.EVALUATING, Status.NORMAL),) * 3,
    (Stage.EVALUATING, Status.SUSPENDED),
    *((Stage.NEGOTIATING, Status.NORMAL),) * 3,
    (Stage.NEGOTIATING, Status.LOST),
    (Stage.NEGOTIATING, Status.TRANSFERRED),
    *((Stage.SIGNED, Status.NORMAL),) * 2,
    (Stage.SIGNED, Status.LOST),
    *((Stage.REGISTERED, Status.NORMAL),) * 2,
    *((Stage.PERMITTED, Status.NORMAL),) * 2,
    *((Stage.STARTED, Status.NORMAL),) * 2,
    (Stage.STARTED, Status.LATE),
    *((Stage.COMPLETED, Status.NORMAL),) * 2,
    *((Stage.IN_PRODUCTION, Status.NORMAL),) * 2,
    (Stage.FULL_CAPACITY, Status.NORMAL),
)
REASONS = {
    Status.TERMINATED: "示例：投资方放弃",
    Status.SUSPENDED: "示例：等待上级规划",
    Status.LOST: "示例：电价和用地条件不及外地",
    Status.TRANSFERRED: "示例：首谈区无合适厂房",
    Status.LATE: "示例：设备到货推迟",
}


@dataclass
class Portfolio:
    """What the later steps refer to: the projects, and the days each entered its stages."""

    projects: list[Project] = field(default_factory=list)
    days: dict[str, dict[Stage, date]] = field(default_factory=dict)


def load(town: Town, *, beside: Portfolio, today: date) -> Portfolio:
    """Thirty leads and projects with entries, evidence, deeds, clocks, due diligence, one contest, one transfer; those
    `beside`, which are in the database already, get the same."""
    dice = random.Random(SEED)  # noqa: S311 - an example, not a secret
    made = Portfolio()
    chains = list(town.chains.values())
    for n, (stage, status) in enumerate(SHAPES):
        chain = chains[n % len(chains)]
        days = _days(dice, stage, today=today)
        drawn = _project(town, dice, n, chain=chain, stage=stage, status=status, days=days, today=today)
        made.projects.append(drawn)
        made.days[drawn.code] = days
    town.scribe.put_many(made.projects, verb="project.entered")
    every = Portfolio([*made.projects, *beside.projects], made.days | beside.days)
    entries(town, every)
    _work(town, dice, every, today=today)
    diligence(town, every)
    _claims(town, every, today=today)
    return made


def at(day: date, hour: int = 10) -> datetime:
    """A moment of a day."""
    return timezone.make_aware(datetime.combine(day, time(hour)))


def _days(dice: random.Random, stage: Stage, *, today: date) -> dict[Stage, date]:
    """The day of each stage passed, the last between two days and four months ago, the others before it."""
    passed = [each for each in Stage if each <= stage]
    day = today - timedelta(days=dice.choice((2, 4, 6, 12, 26, 45, 80, 120)))
    found = {}
    for each in reversed(passed):
        found[each] = day
        # Works take longer than papers.
        day -= timedelta(days=dice.randrange(150, 380) if each > Stage.STARTED else dice.randrange(12, 95))
    return dict(sorted(found.items()))


def _project(
    town: Town,
    dice: random.Random,
    n: int,
    *,
    chain: Chain,
    stage: Stage,
    status: Status,
    days: dict[Stage, date],
    today: date,
) -> Project:
    reporter = town.bodies[DISTRICTS[n % 3]]
    # 流转: first reported in one district, landed in the next.
    district = town.bodies[DISTRICTS[(n + 1) % 3]] if status == Status.TRANSFERRED else reporter
    investor = f"示例投资方{n + 1:02d}"
    last = next(reversed(days.values()))
    moved = status != Status.NORMAL
    firm = town.suppliers[80 + n] if stage >= Stage.REGISTERED else None
    planned = days.get(Stage.STARTED, last + timedelta(days=60)) + timedelta(days=dice.randrange(-20, 21))
    return Project(
        code=codes.next_code("XM", year=days[Stage.LEAD].year),
        name=f"示例{KINDS[n % len(KINDS)]}项目{n + 1:02d}",
        chain=chain,
        enterprise=firm,
        investor_name=investor,
        investor_key=names.normalise(investor),
        investor_place=("示例省外市", "示例省内市", "示例海外")[n % 3],
        introducer=town.anchors[n % len(town.anchors)] if n % 7 == 3 else None,
        introduced_note="示例：链主配套需求引荐" if n % 7 == 3 else "",
        district=district,
        owner=chain.body,
        content=f"示例内容：{KINDS[n % len(KINDS)]}，虚构",
        stage=stage,
        status=status,
        status_reason=REASONS.get(status, ""),
        status_on=last + timedelta(days=1) if moved else None,
        lost_to="示例外市" if status == Status.LOST else "",
        first_reported_by=reporter,
        first_reported_at=at(days[Stage.LEAD], 9),
        **_money(dice, n, stage=stage, days=days),
        site=f"示例园区{n % 4 + 1}号地块" if stage >= Stage.PERMITTED else "",
        planned_start_on=planned if stage >= Stage.PERMITTED else None,
        started_on=days.get(Stage.STARTED),
        planned_completion_on=planned + timedelta(days=420) if stage >= Stage.PERMITTED else None,
        completed_on=days.get(Stage.COMPLETED),
        produced_on=days.get(Stage.IN_PRODUCTION),
        next_milestone="" if stage == Stage.FULL_CAPACITY else f"示例：{following(stage).label}",
        next_due_on=None if stage == Stage.FULL_CAPACITY else today + timedelta(days=dice.randrange(-9, 90)),
        blockage="示例：待用地指标" if n % 8 == 5 else "",
        blockage_kind=Project.Blockage.LAND if n % 8 == 5 else "",
        is_key=stage >= Stage.STARTED,
        progress="示例进度，虚构",
        progress_on=last,
        source=town.scribe.sources["ANNEX"],
        as_of=last,
        is_illustrative=True,
    )


def _money(dice: random.Random, n: int, *, stage: Stage, days: dict[Stage, date]) -> dict[str, Any]:
    """意向, 协议 and 到位, each only from the stage on at which it is known."""
    intended = Decimal(dice.randrange(20, 900) * 100)
    agreed = intended * dice.randrange(60, 101, 5) / 100
    found: dict[str, Any] = {"intended_wan": intended if stage >= Stage.NEGOTIATING or n % 2 else None}
    if stage >= Stage.SIGNED:
        found |= {"agreed_wan": agreed, "total_wan": agreed}
    if stage >= Stage.PERMITTED:
        share = dice.randrange(10, 80, 5)
        found |= {"arrived_wan": agreed * share / 100, "arrived_on": days[Stage.PERMITTED]}
    return found


def following(stage: Stage) -> Stage:
    """The stage after one."""
    return list(Stage)[list(Stage).index(stage) + 1]


def clerk(town: Town, chain: Chain) -> Person:
    """Whoever of the task force writes for a chain."""
    force = chain.code.removeprefix("annex-")
    return town.people.get(f"example-{force}-clerk", town.people["example-clerk"])


def entries(town: Town, made: Portfolio) -> None:
    """Every stage passed: asked for by the task force, checked by the secretariat where the table wants it."""
    checker, rows, wanted, owners = town.people["example-secretary"], [], [], []
    for project in made.projects:
        asked_by = clerk(town, project.chain)
        for stage, day in made.days[project.code].items():
            gate = stages.gate(stage)
            rows.append(
                StageEntry(
                    project=project,
                    stage=stage,
                    entered_on=day,
                    verdict=StageEntry.Verdict.PASSED,
                    note="示例",
                    asked_by=asked_by,
                    asked_at=at(day),
                    checked_by=checker if gate.is_checked else None,
                    checked_at=at(day, 15),
                    proof_ids=[],
                )
            )
            wanted += [papers.Wanted(project=project, kind=kind.key, day=day, by=asked_by) for kind in gate.evidence]
            owners += [rows[-1]] * len(gate.evidence)
    for entry, proof in zip(owners, papers.prove(wanted), strict=True):
        entry.proof_ids.append(proof)
    town.scribe.put_many(rows, verb="stage.entered")


def _work(town: Town, dice: random.Random, made: Portfolio, *, today: date) -> None:
    """What was done with each lead that is still worked, and the clock that runs: most in time, some overdue."""
    calendar, clock_rules = workdays.calendar(), rules.table().rules
    deeds: list[FollowUp] = []
    clocks: list[LeadClock] = []
    for n, project in enumerate(p for p in made.projects if p.stage < Stage.SIGNED and p.status in stages.MOVING):
        start = made.days[project.code][Stage.LEAD]
        by = clerk(town, project.chain)
        kinds = list(FollowUp.Kind) if n % 4 else [FollowUp.Kind.RESPOND]
        for step, kind in enumerate(kinds):
            due = clock_rules[kind].due(start, intended_wan=project.intended_wan, calendar=calendar)
            done = min(due + timedelta(days=1 if (n + step) % 6 == 0 else 0), today)
            is_appraisal = kind == FollowUp.Kind.APPRAISE
            deeds.append(
                FollowUp(
                    project=project,
                    kind=kind,
                    opinion=FollowUp.Opinion.PURSUE if is_appraisal else "",
                    done_on=done,
                    text=f"示例：已{kind.label}，内容虚构",
                    body=project.district,
                    by=by,
                    at=at(done),
                )
            )
            clocks.append(LeadClock(project=project, kind=kind, started_on=start, due_on=due, met_on=done))
        contact = today - timedelta(days=dice.choice((2, 5, 9, 17, 24)))
        kind = FollowUp.Kind.FOLLOW
        due = clock_rules[kind].due(contact, intended_wan=project.intended_wan, calendar=calendar)
        clocks.append(LeadClock(project=project, kind=kind, started_on=contact, due_on=due))
    town.scribe.put_many(deeds, verb="lead.followed")
    town.scribe.put_many(clocks, verb="clock.started")


def diligence(town: Town, made: Portfolio) -> None:
    """Gone through item by item before signing; one of those in talks has a doubt that bars it."""
    items = [item.key for item in stages.table().diligence]
    rows = []
    talks = [p for p in made.projects if p.stage == Stage.NEGOTIATING]
    for project in [*talks[:1], *(p for p in made.projects if p.stage >= Stage.SIGNED)]:
        days = made.days[project.code]
        is_in_doubt = project.stage == Stage.NEGOTIATING
        day = days[Stage.NEGOTIATING] + timedelta(days=0 if is_in_doubt else 3)
        for position, item in enumerate(items):
            is_concern = is_in_doubt and position == 2
            rows.append(
                Diligence(
                    project=project,
                    item=item,
                    verdict=Diligence.Verdict.CONCERN if is_concern else Diligence.Verdict.CLEAR,
                    note="示例：资信证明与注册信息不一致" if is_concern else "",
                    checked_on=day,
                    by=clerk(town, project.chain),
                    at=at(day),
                )
            )
    town.scribe.put_many(rows, verb="diligence.found")


def _claims(town: Town, made: Portfolio, *, today: date) -> None:
    """First reports as the system fixed them; one contested, one that landed elsewhere and is counted for both."""
    standing = [p for p in made.projects if p.status not in stages.ENDED]
    town.scribe.put_many(
        [
            Claim(
                key=p.investor_key, project=p, body=p.first_reported_by, claimed_at=at(made.days[p.code][Stage.LEAD], 9)
            )
            for p in standing
        ],
        verb="claim.made",
    )
    _contests(town, [p for p in standing if p.first_reported_by == town.bodies["annex-east"]], today=today)
    moved = next(p for p in made.projects if p.status == Status.TRANSFERRED)
    by, rule = town.people["example-secretary"], rules.table()
    town.scribe.put_many(
        [
            Credit(
                project=moved,
                body=body,
                share_ratio=share,
                ground=ground,
                basis="示例：首报地与落地地分成",
                set_by=by,
                set_at=at(today - timedelta(days=1)),
            )
            for body, share, ground in (
                (moved.first_reported_by, rule.first_report_ratio, Credit.Ground.FIRST_REPORT),
                (moved.district, rule.landing_ratio, Credit.Ground.LANDING),
            )
        ],
        verb="credit.set",
    )


def _contests(town: Town, of_east: list[Project], *, today: date) -> None:
    """Two first reports of leads of the east that the west contests: one upheld a while ago, one to be decided."""
    decided = {
        "state": Contest.State.UPHELD,
        "decision": "示例：会谈在首报之后，维持首报",
        "decided_by": town.people["example-secretary"],
        "decided_at": at(today - timedelta(days=1)),
    }
    waits = next(p for p in of_east if p.stage == Stage.LEAD)
    earlier = next(p for p in of_east if p.stage > Stage.LEAD)
    for project, days, said in ((earlier, 4, decided), (waits, 2, {})):
        contest = Contest(
            code=codes.next_code("ZY", year=today.year),
            project=project,
            claimant=project.first_reported_by,
            challenger=town.bodies["annex-west"],
            statement="示例：本区先与投资方接洽，有会谈记录",
            raised_by=town.people["example-district-2"],
            raised_at=at(today - timedelta(days=days)),
            **said,
        )
        town.scribe.put(contest, verb="contest.raised")
