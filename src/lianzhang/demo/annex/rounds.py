"""The annex's months: year plans, two years of reports, one closed and one open round, one form asked for at noon."""

import random
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from lianzhang.accounts.models import Body
from lianzhang.collecting import actions as collecting
from lianzhang.collecting.models import Collection, Submission, SubmissionRow
from lianzhang.demo.annex.cast import Town
from lianzhang.demo.annex.portfolio import DISTRICTS, SEED, at
from lianzhang.intake import packing
from lianzhang.projects.models import MonthReport, Project, YearPlan
from lianzhang.projects.monthly import doubts
from lianzhang.projects.monthly import queries as monthly
from lianzhang.projects.stages import OPEN, Stage
from lianzhang.records import codes
from lianzhang.trail import actions as trail

MONTHS = 24
DUE_DAY = 5  # of the month after


def load(town: Town, *, today: date) -> None:
    """Everything that is reported by month, and one ad-hoc collection."""
    dice = random.Random(SEED + 1)  # noqa: S311 - an example, not a secret
    projects = list(
        Project.objects.filter(is_illustrative=True, is_key=True, status__in=OPEN).select_related("chain", "district")
    )
    running = today.replace(day=1)
    months = _months(running)
    reports = [report for project in projects for report in _series(town, dice, project, months)]
    last = months[-1]
    closed, answers = _round(town, last, is_closed=True, now=today)
    for report in reports:
        if report.month == last:
            report.submission = answers[report.body_id]
    town.scribe.put_many(reports, verb="month_report.entered")
    _plans(town, projects, reports)
    _carry(projects, reports, last=last)
    _running(town, dice, projects, reports, running, previous=closed, today=today)
    _form(town, today=today)


def _months(running: date) -> list[date]:
    """The months before the one that runs, the earliest first."""
    found = [running]
    for _n in range(MONTHS):
        found.append((found[-1] - timedelta(days=1)).replace(day=1))
    return sorted(found)[:-1]


def _series(town: Town, dice: random.Random, project: Project, months: list[date]) -> list[MonthReport]:
    """One project's reports from its start on; a cumulative figure begins anew each year and never falls."""
    start = (project.started_on or months[-1]).replace(day=1)
    mine = [month for month in months if month >= start] or months[-1:]
    share = Decimal(project.agreed_wan or 6000) / 26
    rows: list[MonthReport] = []
    done = Decimal(0)
    for month in mine:
        this = (share * dice.randrange(60, 150) / 100).quantize(Decimal(1))
        done = this if month.month == 1 or not rows else done + this
        rows.append(_report(town, project, month, this=this, done=done))
    if project.done_year_wan is not None:  # what already stands on the project is what its last month said
        year = [row for row in rows if row.month.year == months[-1].year]
        _scale(year, to=project.done_year_wan)
    return rows


def _scale(rows: list[MonthReport], *, to: Decimal) -> None:
    """Spread a year's known total over its months."""
    part = (to / len(rows)).quantize(Decimal(1))
    for n, row in enumerate(rows, start=1):
        before = part * (n - 1)
        row.done_year_wan = to if n == len(rows) else before + part
        row.done_month_wan = row.done_year_wan - before


def _report(town: Town, project: Project, month: date, *, this: Decimal, done: Decimal) -> MonthReport:
    day = monthly.last_day(month) + timedelta(days=3)
    return MonthReport(
        project=project,
        month=month,
        body=project.district,
        state=MonthReport.State.CHECKED,
        done_month_wan=this,
        done_year_wan=done,
        arrived_wan=project.arrived_wan,
        progress="示例：按计划推进，虚构",
        next_milestone=project.next_milestone,
        next_due_on=project.next_due_on,
        reported_by=town.people["example-district"],
        reported_at=at(day),
        checked_by=town.people["example-head"],
        checked_at=at(day, 16),
    )


def _plans(town: Town, projects: list[Project], reports: list[MonthReport]) -> None:
    """年度计划 of every year a project reported in, a little above what was done."""
    rows = []
    for project in projects:
        years = sorted({row.month.year for row in reports if row.project is project})
        for year in years:
            done = sum(
                (
                    row.done_month_wan or Decimal(0)
                    for row in reports
                    if row.project is project and row.month.year == year
                ),
                Decimal(0),
            )
            planned = project.plan_year_wan if year == years[-1] and project.plan_year_wan else done * Decimal("1.15")
            rows.append(
                YearPlan(
                    project=project,
                    year=year,
                    investment_wan=planned.quantize(Decimal(1)),
                    start_on=project.planned_start_on,
                    completion_on=project.planned_completion_on,
                    note="示例年度计划，虚构",
                    set_by=town.people["example-secretary"],
                    set_at=at(date(year, 1, 15)),
                )
            )
    town.scribe.put_many(rows, verb="year_plan.set")


def _carry(projects: list[Project], reports: list[MonthReport], *, last: date) -> None:
    """The closed month onto the projects, as the close does it."""
    newest = {row.project_id: row for row in reports if row.month == last}
    for project in projects:
        row = newest.get(project.pk)
        if row is None or row.done_year_wan is None or project.done_year_wan is not None:
            continue
        changes: dict[str, Any] = {
            "done_year_wan": row.done_year_wan,
            "done_as_of": monthly.last_day(last),
            "plan_year_wan": project.plan_year_wan or (row.done_year_wan * Decimal("1.15")).quantize(Decimal(1)),
            "progress": row.progress,
            "progress_on": monthly.last_day(last),
        }
        trail.change(project, verb="project.month_closed", changes=changes, by=None)


def _round(
    town: Town, month: date, *, is_closed: bool, now: date, previous: Collection | None = None
) -> tuple[Collection, dict[int | None, Submission]]:
    """A monthly round with an answer of each district; a closed one came in whole, one of them late."""
    due = at(monthly.last_day(month) + timedelta(days=DUE_DAY), 17)
    secretary = town.people["example-secretary"]
    opened = town.scribe.put(
        Collection(
            code=collecting.month_code(month),
            title=f"示例·{month.year}年{month.month}月重点项目调度",
            kind=Collection.Kind.MONTH,
            period=month,
            request="示例：请报当月完成投资、形象进度和下一节点",
            due_at=due,
            state=Collection.State.CLOSED if is_closed else Collection.State.OPEN,
            owner=town.bodies["annex-secretariat"],
            opened_by=secretary,
            opened_at=at(min(monthly.last_day(month) - timedelta(days=3), now), 9),
            closed_by=secretary if is_closed else None,
            closed_at=due + timedelta(days=4) if is_closed else None,
            previous=previous,
            is_illustrative=True,
        ),
        verb="collection.opened",
    )
    rows = []
    for n, code in enumerate(DISTRICTS):
        came = due + timedelta(days=2) if n == 2 else due - timedelta(days=2 - n)
        rows.append(_answer(town, opened, town.bodies[code], came=came if is_closed else None))
    made = town.scribe.put_many(rows, verb="submission.expected")
    return opened, {row.body_id: row for row in made}


def _answer(town: Town, collection: Collection, body: Body, *, came: datetime | None) -> Submission:
    by = town.people["example-district"] if came else None
    return Submission(
        collection=collection,
        body=body,
        state=Submission.State.ACCEPTED if came else Submission.State.EXPECTED,
        first_submitted_at=came,
        submitted_by=by,
        submitted_at=came,
        accepted_by=town.people["example-secretary"] if came else None,
        accepted_at=came + timedelta(days=1) if came else None,
    )


def _running(
    town: Town,
    dice: random.Random,
    projects: list[Project],
    reports: list[MonthReport],
    month: date,
    *,
    previous: Collection,
    today: date,
) -> None:
    """The month that runs: one district has sent its rows, one has begun, one has not answered."""
    answers = _round(town, month, is_closed=False, now=today, previous=previous)[1]
    east, west = (town.bodies[code] for code in DISTRICTS[:2])
    sent, begun = answers[east.pk], answers[west.pk]
    moment, by = at(today, 9), town.people["example-district"]
    trail.change(
        sent,
        verb="submission.submitted",
        changes={"state": "submitted", "first_submitted_at": moment, "submitted_at": moment, "submitted_by": by},
        by=None,
    )
    trail.change(begun, verb="submission.saved", changes={"state": "draft"}, by=None)
    said = {row.project_id: row for row in reports if row.month == previous.period}
    rows = []
    for project in projects:
        if project.district_id not in (east.pk, west.pk) or project.stage >= Stage.FULL_CAPACITY:
            continue
        before = said[project.pk].done_year_wan if project.pk in said and month.month > 1 else None
        this = Decimal(dice.randrange(80, 600))
        row = _report(town, project, month, this=this, done=(before or Decimal(0)) + this)
        is_sent = project.district_id == east.pk
        row.submission = sent if is_sent else begun
        row.doubts = doubts.of(
            done_month=this,
            done_year=row.done_year_wan,
            plan_year=project.plan_year_wan,
            earlier=doubts.Earlier(before, is_adjacent=True) if before is not None else doubts.NOTHING,
        )
        row.explanation = "示例：年底集中结算，虚构" if row.doubts and is_sent else ""
        row.state = MonthReport.State.SUBMITTED if is_sent else MonthReport.State.DRAFT
        row.reported_at, row.checked_by, row.checked_at = (moment if is_sent else None), None, None
        row.reported_by = by if is_sent else None
        rows.append(row)
    town.scribe.put_many(rows, verb="month_report.entered")


def _form(town: Town, *, today: date) -> None:
    """One form asked for at noon, due tomorrow: two bodies answered, two have not."""
    asked = [*DISTRICTS, "annex-land"]
    form = town.scribe.put(
        Collection(
            code=codes.next_code("SB", year=today.year),
            title="示例·闲置厂房摸排",
            request="示例：请报本单位掌握的闲置厂房，虚构",
            columns=[
                {"key": "name", "label": "厂房名称", "kind": "text", "is_required": True},
                {"key": "area", "label": "闲置面积", "kind": "number", "unit": "㎡", "is_total": True},
            ],
            has_many_rows=True,
            due_at=at(today + timedelta(days=1), 17),
            owner=town.bodies["annex-secretariat"],
            opened_by=town.people["example-secretary"],
            opened_at=at(today - timedelta(days=1), 12),
            is_illustrative=True,
        ),
        verb="collection.opened",
    )
    answers = town.scribe.put_many(
        [
            _answer(town, form, town.bodies[code], came=at(today - timedelta(days=1), 16) if n < 2 else None)
            for n, code in enumerate(asked)
        ],
        verb="submission.expected",
    )
    town.scribe.put_many(
        [
            SubmissionRow(
                submission=answer,
                position=n,
                values={"name": f"示例厂房{i}{n}", "area": packing.pack(Decimal(800 * n))},
            )
            for i, answer in enumerate(answers[:2], start=1)
            for n in (1, 2)
        ],
        verb="submission_row.entered",
    )
