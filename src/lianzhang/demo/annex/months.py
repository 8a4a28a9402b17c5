"""The months of the earlier years: what each plant that was built invested month by month, and its plans of the years.

A year fills up towards December, and years differ in how late they do: that is what a forecast has to live with. The
shapes are plausible ones from a fixed seed, the amounts are invented.
"""

import math
import random
from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal

from lianzhang.demo.annex.cast import Town
from lianzhang.demo.annex.history import BASIS, History, Past
from lianzhang.demo.annex.portfolio import at
from lianzhang.projects.models import MonthReport, Project, YearPlan
from lianzhang.projects.monthly import queries as monthly
from lianzhang.projects.stages import Stage

SEED = 20260303
YEARS = 4  # whole ones with reports, before this
SEASONS = (0.6, 0.4, 0.9, 1.0, 1.1, 1.2, 1.0, 0.9, 1.1, 1.1, 1.2, 1.5)
DIFFER = 0.15  # of the years: standard deviation of the tilt at either end, in logarithms
PROGRESS = ((0.35, "示例：土建施工，虚构"), (0.8, "示例：设备安装，虚构"), (1.01, "示例：调试收尾，虚构"))
Series = list[tuple[date, Decimal]]


def load(town: Town, made: History, *, today: date) -> None:
    """Reports of every month from start to production since the first year that was reported whole, and year plans."""
    dice = random.Random(SEED)  # noqa: S311 - an example, not a secret
    first = date(today.year - YEARS, 1, 1)
    tilts = {year: dice.gauss(0, DIFFER) for year in range(today.year - YEARS - 1, today.year + 1)}
    reports: list[MonthReport] = []
    plans: list[YearPlan] = []
    for project, past in zip(made.projects, made.pasts, strict=True):
        series = _series(dice, past, tilts)
        reports += _reports(town, project, [row for row in series if row[0] >= first], since=today.year - 1)
        plans += _plans(town, dice, project, series, first=first)
    town.scribe.put_many(reports, verb="month_report.entered")
    town.scribe.put_many(plans, verb="year_plan.set")


def _series(dice: random.Random, past: Past, tilts: dict[int, float]) -> Series:
    """The agreed amount, more or less, over the months from start to production; none where nothing was produced."""
    if Stage.IN_PRODUCTION not in past.days:
        return []
    months = [past.days[Stage.STARTED].replace(day=1)]
    while months[-1] < past.days[Stage.IN_PRODUCTION].replace(day=1):
        months.append((months[-1] + timedelta(days=31)).replace(day=1))
    course = [math.sin(0.25 + 2.75 * n / len(months)) for n in range(len(months))]  # slow, fast, slow
    lateness = [math.exp(tilts[on.year] * (on.month - 6.5) / 5.5) for on in months]
    weights = [
        share * SEASONS[on.month - 1] * late * dice.uniform(0.6, 1.4)
        for share, late, on in zip(course, lateness, months, strict=True)
    ]
    total = float(past.agreed) * dice.uniform(0.85, 1.05) / sum(weights)
    return [(on, Decimal(round(weight * total))) for on, weight in zip(months, weights, strict=True)]


def _reports(town: Town, project: Project, series: Series, *, since: int) -> list[MonthReport]:
    """The rows as its district reported them; before the year `since` as the older ledger has them."""
    whole = sum(amount for _on, amount in series) or Decimal(1)
    done = spent = Decimal(0)
    rows = []
    for month, amount in series:
        done, spent = (amount if month.month == 1 else done + amount), spent + amount
        is_own = month.year >= since
        told = at(monthly.last_day(month) + timedelta(days=3))
        rows.append(
            MonthReport(
                project=project,
                month=month,
                body=project.district,
                state=MonthReport.State.CHECKED,
                done_month_wan=amount,
                done_year_wan=done,
                arrived_wan=round((project.arrived_wan or 0) * spent / whole),
                progress=next(words for share, words in PROGRESS if spent / whole < share),
                reported_by=town.people["example-district"] if is_own else None,
                reported_at=told,
                checked_by=town.people["example-head" if is_own else "example-secretary"],
                checked_at=told + timedelta(hours=6),
                check_note="" if is_own else BASIS,
            )
        )
    return rows


def _plans(town: Town, dice: random.Random, project: Project, series: Series, *, first: date) -> list[YearPlan]:
    """年度计划 of every year in which it invested or was to start: above what was done more often than below."""
    done: defaultdict[int, Decimal] = defaultdict(Decimal)
    for month, amount in series:
        done[month.year] += amount
    if project.planned_start_on is not None:
        done[project.planned_start_on.year] += 0
    rows = []
    for year, amount in sorted(done.items()):
        if year < first.year:
            continue
        planned = amount * dice.randrange(95, 140, 5) / 100 or (project.agreed_wan or Decimal(0)) / 5
        rows.append(
            YearPlan(
                project=project,
                year=year,
                investment_wan=round(planned, -1),
                start_on=project.planned_start_on,
                completion_on=project.planned_completion_on,
                note="示例年度计划，虚构",
                set_by=town.people["example-secretary"],
                set_at=at(date(year, 1, 15)),
            )
        )
    return rows
