"""The annex's projects at every group of stages, and the events ledger that a countable plan is counted from."""

import random
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from chainlab import names
from lianzhang.demo.annex import fairs, history, industry, months, portfolio, rounds
from lianzhang.demo.annex.cast import Town
from lianzhang.projects.models import Event, Project
from lianzhang.projects.stages import Stage, Status
from lianzhang.records import codes

EVENTS = 44


@dataclass(frozen=True, kw_only=True)
class Plot:
    """One invented project: where it stands, and days (negative = past) of what happens to it."""

    name: str
    chain: str
    stage: Stage
    district: str
    intended: int | None = None
    agreed: int | None = None
    arrived: int | None = None
    started: int | None = None
    completed: int | None = None
    produced: int | None = None
    milestone: str = ""
    due: int | None = None
    blockage: str = ""
    status: Status = Status.NORMAL
    reason: str = ""
    supplier: int | None = None
    # Of a key project: investment planned for the year and done so far, and what stands on the site.
    plan_year: int | None = None
    done_year: int | None = None
    progress: str = ""


PLOTS: tuple[Plot, ...] = (
    Plot(name="示例压缩机线索", chain="a", stage=Stage.LEAD, district="east", intended=30000, supplier=40),
    Plot(name="示例显示面板线索", chain="a", stage=Stage.EVALUATING, district="west", intended=52000, supplier=52),
    Plot(
        name="示例电机配套项目",
        chain="a",
        stage=Stage.NEGOTIATING,
        district="east",
        intended=18000,
        milestone="签订框架协议",
        due=9,
        supplier=61,
    ),
    Plot(
        name="示例变频板项目",
        chain="a",
        stage=Stage.NEGOTIATING,
        district="north",
        intended=26000,
        milestone="完成尽调",
        due=-6,
        blockage="用地",
        supplier=66,
    ),
    Plot(
        name="示例换热器项目",
        chain="a",
        stage=Stage.SIGNED,
        district="west",
        intended=15000,
        agreed=12000,
        milestone="完成公司注册",
        due=20,
        supplier=71,
    ),
    Plot(
        name="示例注塑件二厂",
        chain="a",
        stage=Stage.STARTED,
        district="east",
        agreed=8600,
        arrived=3200,
        started=-120,
        milestone="主体封顶",
        due=-11,
        status=Status.LATE,
        reason="雨季影响土建",
        supplier=3,
        plan_year=5000,
        done_year=2400,
        progress="主体施工至三层",
    ),
    Plot(
        name="示例线束工厂",
        chain="a",
        stage=Stage.COMPLETED,
        district="north",
        agreed=4200,
        arrived=4000,
        started=-400,
        completed=-35,
        milestone="试生产",
        due=15,
        supplier=5,
        plan_year=2600,
        done_year=2300,
        progress="设备安装",
    ),
    Plot(
        name="示例阀件工厂",
        chain="a",
        stage=Stage.IN_PRODUCTION,
        district="east",
        agreed=6800,
        arrived=6800,
        started=-500,
        completed=-140,
        produced=-60,
        supplier=1,
    ),
    Plot(
        name="示例商业综合体提升",
        chain="c",
        stage=Stage.STARTED,
        district="west",
        agreed=9000,
        started=-90,
        plan_year=6000,
        done_year=5200,
        progress="外立面改造",
    ),
    Plot(
        name="示例夜间消费街区",
        chain="c",
        stage=Stage.SIGNED,
        district="east",
        agreed=3500,
        milestone="方案审定",
        due=5,
    ),
)


def load(town: Town, *, today: date) -> None:
    """Ten projects and forty-four events of the year so far; the portfolio beside them, its months, fairs and sites;
    and what came before them in earlier years."""
    plots = portfolio.Portfolio()
    for n, plot in enumerate(PLOTS):
        days = _days(plot, n, today=today)
        project = town.scribe.put(_project(town, plot, n, days=days, today=today), verb="project.entered")
        plots.projects.append(project)
        plots.days[project.code] = days
    _events(town, today=today)
    made = portfolio.load(town, beside=plots, today=today)
    rounds.load(town, today=today)
    before = history.load(town, today=today)
    months.load(town, before, today=today)
    fairs.load(town, made.projects, earlier=before.projects, today=today)


def _days(plot: Plot, n: int, *, today: date) -> dict[Stage, date]:
    """The day of each stage passed: the plot's own where it tells one, the others some weeks before the next."""
    told = {Stage.STARTED: plot.started, Stage.COMPLETED: plot.completed, Stage.IN_PRODUCTION: plot.produced}
    day, found = today - timedelta(days=3 + 7 * n), {}
    for stage in reversed([each for each in Stage if each <= plot.stage]):
        offset = told.get(stage)
        day = day if offset is None else today + timedelta(days=offset)
        found[stage] = day
        day -= timedelta(days=18 + 3 * n)
    return dict(sorted(found.items()))


def _project(town: Town, plot: Plot, n: int, *, days: dict[Stage, date], today: date) -> Project:
    chain = town.appliance if plot.chain == "a" else town.commerce
    firm = town.suppliers[plot.supplier - 1] if plot.supplier else None
    investor = firm.name if firm else f"示例商贸投资方{n + 1:02d}"
    district = town.bodies[f"annex-{plot.district}"]
    day: Any = lambda offset: None if offset is None else today + timedelta(days=offset)  # noqa: E731
    return Project(
        code=codes.next_code("XM", year=today.year),
        name=plot.name,
        chain=chain,
        enterprise=firm,
        investor_name=investor,
        investor_key=names.normalise(investor),
        content="" if plot.stage == Stage.LEAD else "示例内容，虚构",
        first_reported_by=district,
        first_reported_at=portfolio.at(days[Stage.LEAD], 9),
        district=district,
        owner=chain.body,
        stage=plot.stage,
        status=plot.status,
        status_reason=plot.reason,
        status_on=today - timedelta(days=12) if plot.reason else None,
        intended_wan=_wan(plot.intended),
        agreed_wan=_wan(plot.agreed),
        arrived_wan=_wan(plot.arrived),
        started_on=day(plot.started),
        completed_on=day(plot.completed),
        produced_on=day(plot.produced),
        next_milestone=plot.milestone,
        next_due_on=day(plot.due),
        blockage=plot.blockage,
        blockage_kind="land" if plot.blockage else "",
        is_key=plot.plan_year is not None,
        plan_year_wan=_wan(plot.plan_year),
        done_year_wan=_wan(plot.done_year),
        done_as_of=None if plot.done_year is None else today - timedelta(days=18),
        progress=plot.progress or "示例进度",
        progress_on=today - timedelta(days=18),
        source=town.scribe.sources["ANNEX"],
        as_of=today - timedelta(days=18),
        is_illustrative=True,
    )


def _wan(amount: int | None) -> Decimal | None:
    return None if amount is None else Decimal(amount)


def _events(town: Town, *, today: date) -> None:
    dice = random.Random(industry.SEED + 1)  # noqa: S311 - an example, not a secret
    first = date(today.year, 1, 1)
    span = max((today - first).days, 1)
    kinds = ("消费节", "市集", "汽车展销", "家电以旧换新", "美食周", "夜游")
    days = sorted(dice.randrange(span) for _n in range(EVENTS))
    rows = [
        Event(
            code=codes.next_code("HD", year=today.year),
            name=f"示例{kinds[n % len(kinds)]}第{n + 1}场",
            chain=town.commerce,
            kind=Event.Kind.CONSUMPTION,
            held_on=first + timedelta(days=day),
            host=town.bodies[("annex-east", "annex-west", "annex-north")[n % 3]],
            place="示例市",
            visitor_count=dice.randrange(300, 9000, 100),
            source=town.scribe.sources["ANNEX"],
            as_of=today,
            is_illustrative=True,
        )
        for n, day in enumerate(days)
    ]
    rows.append(
        Event(
            code=codes.next_code("HD", year=today.year),
            name="示例家电供应链对接会",
            chain=town.appliance,
            kind=Event.Kind.PROMOTION,
            held_on=today - timedelta(days=70),
            host=town.bodies["annex-association"],
            place="示例市",
            firm_count=48,
            signing_count=2,
            source=town.scribe.sources["ANNEX"],
            as_of=today,
            is_illustrative=True,
        )
    )
    town.scribe.put_many(rows, verb="event.entered")
