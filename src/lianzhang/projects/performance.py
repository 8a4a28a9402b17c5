"""年度投资 against time: how far a project is behind its year's plan, how long nobody reported, what is doubtful.

The rule is domain.md's: completion of the year's plan against the months that had passed when it was reported; its
thresholds are those of the lights of plan actions (`definitions/lights.toml`), its doubts those of the monthly round
(`definitions/months.toml`). `condition` asks of columns what `quiet_days` and `pace` say of one project.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any

from django.db.models import F, Func, IntegerField, Prefetch, Q, prefetch_related_objects
from django.db.models.lookups import GreaterThan
from django.utils.translation import gettext as _

from lianzhang.chains import rules
from lianzhang.projects import stages
from lianzhang.projects.models import MonthReport, Project, lateness
from lianzhang.projects.monthly import doubts as monthly
from lianzhang.projects.stages import Stage

PARTS = 1000
REMEMBERED = dt.timedelta(days=130)
HANDED_IN = (MonthReport.State.SUBMITTED, MonthReport.State.CHECKED)


@dataclass(frozen=True)
class Pace:
    """年度投资完成率 beside 时间进度, both as ratios, and the day the figure is of."""

    done_ratio: Decimal
    time_ratio: Decimal
    as_of: dt.date

    @property
    def ahead_ratio(self) -> Decimal:
        """超时间进度: completion less time; negative is behind."""
        return self.done_ratio - self.time_ratio

    @property
    def is_behind(self) -> bool:
        return self.ahead_ratio < 0

    @property
    def is_far_behind(self) -> bool:
        """Behind by more than the threshold: red."""
        return self.ahead_ratio < -_red()

    @property
    def words(self) -> str:
        """The two ratios and how far they are apart, in percentage points."""
        said = {
            "done": f"{self.done_ratio * 100:.1f}",
            "time": f"{self.time_ratio * 100:.1f}",
            "gap": f"{abs(self.ahead_ratio) * 100:.1f}",
        }
        if self.is_behind:
            return _("年度投资完成%(done)s%%，时间进度%(time)s%%，落后%(gap)s个百分点") % said
        return _("年度投资完成%(done)s%%，时间进度%(time)s%%，超前%(gap)s个百分点") % said


def pace(project: Project, *, today: dt.date) -> Pace | None:
    """How the year's investment goes; None without a plan, without a figure of this year, or when not under way."""
    as_of = project.done_as_of
    if project.status not in stages.MOVING or not project.plan_year_wan or project.done_year_wan is None:
        return None
    if as_of is None or as_of.year != today.year:
        return None
    return Pace(project.done_year_wan / project.plan_year_wan, Decimal(months_over(as_of)) / lateness.MONTHS, as_of)


def months_over(as_of: dt.date) -> int:
    """已过月数: whole months of the year that were over at the end of `as_of`; February on its 28th in every year."""
    return sum(as_of.month * 100 + as_of.day >= last for last in lateness.LAST_DAYS)


def quiet_days(project: Project, *, today: dt.date) -> int:
    """Days since a key project under way was last reported on; 0 where it is not asked or never was reported."""
    is_asked = project.is_key and project.status in stages.MOVING and project.stage < Stage.FULL_CAPACITY
    return max((today - project.progress_on).days, 0) if is_asked and project.progress_on is not None else 0


@lru_cache(maxsize=8)
def condition(today: dt.date) -> Q:
    """Red for what was reported, or not: quiet for too long, or far behind time. Of projects under way."""
    quiet = Q(quiet_since__lt=today - dt.timedelta(days=rules.thresholds().quiet_days))
    # Whole numbers: databases round a division differently, and SQLite turns every decimal into text and back.
    is_told = Q(behind_by__isnull=False, done_as_of__year=today.year)
    allowed = _times("plan_year_wan", round(lateness.MONTHS * _red() * PARTS))
    return quiet | (is_told & Q(GreaterThan(_times("behind_by", PARTS), allowed)))


def _times(name: str, number: int) -> Func:
    return Func(F(name), template=f"%(expressions)s * {number}", output_field=IntegerField())


def doubts(project: Project, *, today: dt.date) -> list[dict[str, str]]:
    """存疑: why the year's figure cannot be judged, by the rule of the monthly round, beside the last months handed in.

    A doubt that was explained and checked is settled; a figure typed outside the round is held against the last month.
    """
    if pace(project, today=today) is None:
        return []
    as_of: Any = project.done_as_of
    months = [row for row in recent(project, today=today) if row.month.year == as_of.year and row.month <= as_of]
    told = (as_of.month, project.done_year_wan)
    own = next((row for row in months if (row.month.month, row.done_year_wan) == told), None)
    if own is not None:
        return [] if own.state == MonthReport.State.CHECKED else list(own.doubts)
    before = next((row for row in months if row.done_year_wan is not None and row.month.month < as_of.month), None)
    return monthly.of(
        done_month=_since(project, before),
        done_year=project.done_year_wan,
        plan_year=project.plan_year_wan,
        earlier=_earlier(before),
    )


def words(found: list[dict[str, str]]) -> str:
    """The doubts with the request to check them, or nothing."""
    return _("%(doubts)s，待核") % {"doubts": monthly.said(found)} if found else ""


def recent(project: Project, *, today: dt.date) -> list[MonthReport]:
    """The months handed in lately up to the figure judged, newest first; of many projects they are read at once by
    `remember`."""
    if not hasattr(project, "recent_months"):
        remember([project], today=today)
    found: list[MonthReport] = getattr(project, "recent_months")  # noqa: B009 - set by the prefetch, not by the model
    return found


def remember(projects: Sequence[Project], *, today: dt.date) -> None:
    """Read the last months of all `projects` in one question."""
    prefetch_related_objects(projects, months(today=today))


def months(*, today: dt.date) -> "Prefetch[Any]":
    """What a query of many projects takes along so that their lights ask nothing more: the months up to the figure that
    is judged, of those that have one this year."""
    newest = MonthReport.objects.filter(
        state__in=HANDED_IN,
        month__gte=max(today - REMEMBERED, today.replace(month=1, day=1)),
        month__lte=F("project__done_as_of"),
        project__plan_year_wan__gt=0,
        project__status__in=stages.MOVING,
    )
    newest = newest.order_by("-month").only("project", "month", "state", "done_year_wan", "doubts")
    return Prefetch("months", queryset=newest, to_attr="recent_months")


@cache
def _red() -> Decimal:
    return Decimal(str(rules.thresholds().behind_red_ratio))


def _since(project: Project, before: MonthReport | None) -> Decimal | None:
    """What was done a month since the last one handed in, on average; None where nothing was handed in."""
    as_of, done = project.done_as_of, project.done_year_wan
    if before is None or before.done_year_wan is None or as_of is None or done is None:
        return None
    return (done - before.done_year_wan) / (as_of.month - before.month.month)


def _earlier(before: MonthReport | None) -> monthly.Earlier:
    if before is None or before.done_year_wan is None:
        return monthly.Earlier()
    mean = before.done_year_wan / before.month.month
    return monthly.Earlier(before.done_year_wan, is_adjacent=False, usual_wan=mean)
