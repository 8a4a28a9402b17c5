"""Earlier years of the annex: a hundred invented leads that were won or lost long ago.

Brought over from an older ledger, as an office does that begins with this system: the days of the stages are there, the
evidence is not; what happened since then has its evidence. Walked from a fixed seed with plausible
shapes only, and fitted to no published figure. Nothing of it is under way any more: what runs is the portfolio.
"""

import math
import random
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from chainlab import names
from lianzhang.chains.models import Chain
from lianzhang.demo.annex import cast, portfolio
from lianzhang.demo.annex.cast import Town
from lianzhang.demo.annex.portfolio import DISTRICTS, KINDS, at
from lianzhang.projects import stages
from lianzhang.projects.models import Claim, Project, StageEntry
from lianzhang.projects.stages import Stage, Status
from lianzhang.records import codes
from lianzhang.registry.models import Enterprise

SEED = 20260302
YEARS = 5
A_YEAR = 22
# Nothing of it happened within so many days: the rounds, lists and lights of today are the portfolio's own.
QUIET = timedelta(days=70)
BASIS = "示例：由往年台账转入"
ELSEWHERE = ("示例外市甲", "示例外市乙", "示例外省", "示例海外")


@dataclass(frozen=True, kw_only=True)
class Step:
    """How long a stage is stayed in (median days and the spread of their logarithm), how many of those who leave it go
    on, and how many of the others are lost to another place; the rest give up."""

    days: int
    spread: float
    on: float
    lost: float


STEPS = {
    Stage.LEAD: Step(days=20, spread=0.7, on=0.84, lost=0.2),
    Stage.EVALUATING: Step(days=35, spread=0.6, on=0.82, lost=0.3),
    Stage.NEGOTIATING: Step(days=75, spread=0.6, on=0.74, lost=0.6),
    Stage.SIGNED: Step(days=32, spread=0.5, on=0.94, lost=0.5),
    Stage.REGISTERED: Step(days=55, spread=0.5, on=0.95, lost=0.5),
    Stage.PERMITTED: Step(days=70, spread=0.6, on=0.93, lost=0.3),
    Stage.STARTED: Step(days=290, spread=0.3, on=0.98, lost=0.0),
    Stage.COMPLETED: Step(days=60, spread=0.5, on=1.0, lost=0.0),
    Stage.IN_PRODUCTION: Step(days=240, spread=0.4, on=1.0, lost=0.0),
}
REASONS = {
    Status.LOST: ("示例：用地价格不及外地", "示例：外地配套更近", "示例：外地先落实厂房"),
    Status.TERMINATED: ("示例：投资方放弃", "示例：投资方资金未落实", "示例：产品方向调整"),
}


@dataclass(kw_only=True)
class Past:
    """What became of one lead."""

    number: int
    chain: Chain
    district: str
    days: dict[Stage, date]
    status: Status
    ended_on: date | None
    agreed: Decimal  # 万元, where it came to that

    @property
    def stage(self) -> Stage:
        return max(self.days)


@dataclass
class History:
    """What the later steps refer to: what became of each, and its project."""

    pasts: list[Past] = field(default_factory=list)
    projects: list[Project] = field(default_factory=list)


def load(town: Town, *, today: date) -> History:
    """The projects with their stages; what was signed in the system's own time has its evidence and due diligence."""
    dice = random.Random(SEED)  # noqa: S311 - an example, not a secret
    made = History(pasts=_walked(town, dice, today=today))
    firms = _firms(town, made.pasts)
    numbers = _codes(made.pasts)
    made.projects = [
        _project(town, dice, past, code=numbers[past.number], firm=firms.get(past.number), today=today)
        for past in made.pasts
    ]
    town.scribe.put_many(made.projects, verb="project.taken_over")
    _entries(town, made, since=cast.begun(today))
    claims = [
        Claim(key=one.investor_key, project=one, body=one.first_reported_by, claimed_at=at(past.days[Stage.LEAD], 9))
        for one, past in zip(made.projects, made.pasts, strict=True)
        if past.status not in stages.ENDED
    ]
    town.scribe.put_many(claims, verb="claim.made")
    return made


def _walked(town: Town, dice: random.Random, *, today: date) -> list[Past]:
    """Every lead of the earlier years whose way has come to an end, in the order they were reported."""
    chains = list(town.chains.values())
    found: list[Past] = []
    for year in range(today.year - YEARS, today.year):
        for n in range(A_YEAR):
            # One after the other through the year, so that no month of any year is empty.
            lead = date(year, 1, 1) + timedelta(days=(n * 365 + dice.randrange(365)) // A_YEAR)
            days, status, ended_on = _way(dice, lead)
            agreed = min(max(dice.lognormvariate(math.log(5600), 0.7), 1200), 30000)
            past = Past(
                number=len(found) + 1,
                chain=dice.choice(chains),
                district=DISTRICTS[n % 3],
                days={stage: day for stage, day in days.items() if day <= today - QUIET},
                status=status,
                ended_on=ended_on,
                agreed=Decimal(round(agreed, -2)),
            )
            if _is_over(past, by=today - QUIET):
                found.append(past)
    return found


def _way(dice: random.Random, lead: date) -> tuple[dict[Stage, date], Status, date | None]:
    """The day of each stage entered, how it ended and when; a plant at full capacity has not ended."""
    stage, day, days = Stage.LEAD, lead, {Stage.LEAD: lead}
    for stage, step in STEPS.items():
        day += timedelta(days=max(1, round(dice.lognormvariate(math.log(step.days), step.spread))))
        if dice.random() >= step.on:
            return days, Status.LOST if dice.random() < step.lost else Status.TERMINATED, day
        days[portfolio.following(stage)] = day
    return days, Status.NORMAL, None


def _is_over(past: Past, *, by: date) -> bool:
    """Whether it produces or has ended by a day."""
    if past.status in stages.ENDED:
        return past.ended_on is not None and past.ended_on <= by
    return Stage.IN_PRODUCTION in past.days


def _codes(pasts: list[Past]) -> dict[int, str]:
    """A number of the year it was reported in for each, after those the portfolio has."""
    found: dict[int, str] = {}
    for year in sorted({past.days[Stage.LEAD].year for past in pasts}):
        mine = [past.number for past in pasts if past.days[Stage.LEAD].year == year]
        found |= zip(mine, codes.next_codes("XM", year=year, count=len(mine)), strict=True)
    return found


def _firms(town: Town, pasts: list[Past]) -> dict[int, Enterprise]:
    """The company of each project that came as far as that."""
    registered = [past for past in pasts if past.stage >= Stage.REGISTERED]
    numbers = codes.next_codes("QY", year=2026, count=len(registered))
    rows = [
        Enterprise(
            code=code,
            name=f"示例项目公司{past.number:03d}",
            name_key=names.normalise(f"示例项目公司{past.number:03d}"),
            region_code=town.bodies[past.district].region_code,
            source=town.scribe.sources["ANNEX"],
            is_illustrative=True,
            note="示例数据，虚构企业",
        )
        for past, code in zip(registered, numbers, strict=True)
    ]
    made = town.scribe.put_many(rows, verb="enterprise.entered")
    return {past.number: firm for past, firm in zip(registered, made, strict=True)}


def _project(
    town: Town, dice: random.Random, past: Past, *, code: str, firm: Enterprise | None, today: date
) -> Project:
    days, kind, district = past.days, KINDS[past.number % len(KINDS)], town.bodies[past.district]
    investor, last = f"示例往年投资方{past.number:03d}", past.ended_on or max(past.days.values())
    starts = days.get(Stage.STARTED) or days.get(Stage.PERMITTED, last) + timedelta(days=60)
    planned = starts - timedelta(days=dice.choice((0, 0, 5, 10, 20, 45, 90)))
    is_sited, is_producing = past.stage >= Stage.PERMITTED, past.stage == Stage.IN_PRODUCTION
    is_talked = past.stage >= Stage.NEGOTIATING
    intended = past.agreed * dice.randrange(100, 150, 5) / 100
    agreed = past.agreed if past.stage >= Stage.SIGNED else None
    came = past.agreed * dice.randrange(80, 101, 5) / 100
    return Project(
        code=code,
        name=f"示例往年{kind}项目{past.number:03d}",
        chain=past.chain,
        enterprise=firm,
        investor_name=investor,
        investor_key=names.normalise(investor),
        investor_place=("示例省外市", "示例省内市", "示例海外")[past.number % 3],
        district=district,
        owner=past.chain.body,
        content=f"示例内容：{kind}，虚构",
        stage=past.stage,
        status=past.status,
        status_reason=dice.choice(REASONS[past.status]) if past.status in REASONS else "",
        status_on=past.ended_on,
        lost_to=dice.choice(ELSEWHERE) if past.status == Status.LOST else "",
        first_reported_by=district,
        first_reported_at=at(days[Stage.LEAD], 9),
        intended_wan=intended if is_talked else None,
        agreed_wan=agreed,
        total_wan=agreed,
        arrived_wan=came if past.stage >= Stage.IN_PRODUCTION else Decimal(0) if agreed else None,
        arrived_on=days.get(Stage.PERMITTED),
        site=f"示例园区{past.number % 4 + 1}号地块" if is_sited else "",
        planned_start_on=planned if is_sited else None,
        started_on=days.get(Stage.STARTED),
        planned_completion_on=planned + timedelta(days=300) if is_sited else None,
        completed_on=days.get(Stage.COMPLETED),
        produced_on=days.get(Stage.IN_PRODUCTION),
        next_milestone=f"示例：{Stage.FULL_CAPACITY.label}" if is_producing else "",
        next_due_on=today + timedelta(days=dice.randrange(30, 200)) if is_producing else None,
        progress="示例进度，虚构",
        progress_on=last,
        source=town.scribe.sources["ANNEX"],
        as_of=last,
        is_illustrative=True,
    )


def _entries(town: Town, made: History, *, since: date) -> None:
    """What the older ledger told is taken over as it stands; from `since` on every stage rests on its evidence."""
    secretary, moment = town.people["example-secretary"], at(since + timedelta(days=3))
    known = [
        StageEntry(
            project=project,
            stage=stage,
            entered_on=day,
            verdict=StageEntry.Verdict.PASSED,
            note=BASIS,
            asked_by=secretary,
            asked_at=moment,
            checked_at=moment,
        )
        for project, past in zip(made.projects, made.pasts, strict=True)
        for stage, day in past.days.items()
        if day < since
    ]
    town.scribe.put_many(known, verb="stage.taken_over")
    newer, whole = portfolio.Portfolio(), {}
    for project, past in zip(made.projects, made.pasts, strict=True):
        whole[project.code] = past.days
        days = {stage: day for stage, day in past.days.items() if day >= since}
        newer.projects += [project] if days else []
        newer.days[project.code] = days
    portfolio.entries(town, newer)
    signed = [project for project in newer.projects if Stage.SIGNED in newer.days[project.code]]
    portfolio.diligence(town, portfolio.Portfolio(signed, whole))
