"""灯的规则: how a plan action stands on a day, by one table of thresholds; every light says its reason.

A light is a judgement about reported progress; being overdue is a fact of the calendar. They are kept apart: an action
nobody ever reported on is grey (未评) and, once its day has passed, also overdue ("时限已过，未报进展"), but never red
by invention. A light set by hand goes before the rule and carries the setter's reason.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cache

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lianzhang.records import thresholds as in_force


class Light(StrEnum):
    """灯: the four lights, and the two ends an action can come to."""

    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"
    GREY = "grey"
    DONE = "done"
    DROPPED = "dropped"


@dataclass(frozen=True, kw_only=True)
class Thresholds:
    """The editable numbers of the rule, from `lights.toml`: as shipped, or as the city has it in its home."""

    behind_red_ratio: float
    quiet_days: int
    near_days: int
    jump_factor: float


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What is known of an action: its plan, what was reported, and what somebody set by hand."""

    year: int
    due_on: date | None = None
    reported_on: date | None = None
    target: Decimal | None = None
    done: Decimal | None = None
    previous_done: Decimal | None = None
    is_done: bool = False
    is_dropped: bool = False
    by_hand: str = ""
    reason_by_hand: str = ""


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """The light with its reason, and the calendar's own word beside it."""

    light: Light
    reason: str
    is_by_hand: bool = False
    days_overdue: int = 0
    is_unreported: bool = False

    @property
    def is_overdue(self) -> bool:
        """Whether the day has passed and the action is neither finished nor dropped."""
        return self.days_overdue > 0

    @property
    def is_behind(self) -> bool:
        """Whether the light warns: yellow or red."""
        return self.light in {Light.YELLOW, Light.RED}


@cache
def thresholds() -> Thresholds:
    """The thresholds in force: the reviewed table, with what the city changed in its home."""
    said = in_force.numbers("lights.toml")
    return Thresholds(
        behind_red_ratio=float(said["behind_red_ratio"]),
        quiet_days=int(said["quiet_days"]),
        near_days=int(said["near_days"]),
        jump_factor=float(said["jump_factor"]),
    )


def verdict(facts: Facts, *, today: date, table: Thresholds | None = None) -> Verdict:
    """How an action stands on `today`."""
    if facts.is_done:
        return Verdict(light=Light.DONE, reason=_("已完成"))
    if facts.is_dropped:
        return Verdict(light=Light.DROPPED, reason=_("已调整，不再推进"))
    late = days_overdue(facts.due_on, today=today)
    is_unreported = facts.reported_on is None and not facts.done
    if facts.by_hand:
        light, reason = Light(facts.by_hand), facts.reason_by_hand
    else:
        light, reason = _by_rule(facts, today=today, late=late, table=table or thresholds())
    return Verdict(
        light=light, reason=reason, is_by_hand=bool(facts.by_hand), days_overdue=late, is_unreported=is_unreported
    )


def days_overdue(due_on: date | None, *, today: date) -> int:
    """Calendar days past the deadline; 0 on the day itself and without a deadline."""
    return max((today - due_on).days, 0) if due_on is not None else 0


def time_ratio(year: int, due_on: date | None, *, today: date) -> float:
    """时间进度: how much of the time from the start of the plan's year to the deadline has passed, 0–1."""
    start, end = date(year, 1, 1), due_on or date(year, 12, 31)
    whole = (end - start).days + 1
    return min(max(((today - start).days + 1) / whole, 0.0), 1.0) if whole > 0 else 1.0


def completion(facts: Facts) -> float | None:
    """完成率: done ÷ target, or None where there is no target or nothing was counted."""
    if not facts.target or facts.done is None:
        return None
    return float(facts.done / facts.target)


def _by_rule(facts: Facts, *, today: date, late: int, table: Thresholds) -> tuple[Light, str]:
    if facts.reported_on is None and not facts.done:
        return Light.GREY, _("时限已过，未报进展") if late else _("未收到进展填报")
    if doubt := _doubt(facts, table):
        return Light.GREY, doubt
    ratio = completion(facts)
    if late and (ratio is None or ratio < 1):
        return Light.RED, ngettext("逾期%(days)d天", "逾期%(days)d天", late) % {"days": late}
    quiet = (today - facts.reported_on).days if facts.reported_on is not None else 0
    if quiet > table.quiet_days:
        return Light.RED, _("%(days)d天未更新进展") % {"days": quiet}
    if ratio is not None:
        return _by_target(facts, ratio, today=today, table=table)
    left = (facts.due_on - today).days if facts.due_on is not None else None
    if left is not None and left <= table.near_days:
        return Light.YELLOW, ngettext("距时限%(days)d天，尚未完成", "距时限%(days)d天，尚未完成", left) % {"days": left}
    return Light.GREEN, _("已报进展，未到时限")


def _by_target(facts: Facts, ratio: float, *, today: date, table: Thresholds) -> tuple[Light, str]:
    elapsed = time_ratio(facts.year, facts.due_on, today=today)
    behind = elapsed - ratio
    words = {"done": f"{ratio * 100:.0f}", "time": f"{elapsed * 100:.0f}", "gap": f"{abs(behind) * 100:.0f}"}
    if behind <= 0:
        return Light.GREEN, _("完成%(done)s%%，时间进度%(time)s%%") % words
    reason = _("完成%(done)s%%，时间进度%(time)s%%，落后%(gap)s个百分点") % words
    return (Light.RED if behind > table.behind_red_ratio else Light.YELLOW), reason


def _doubt(facts: Facts, table: Thresholds) -> str:
    """Why the reported figures cannot be judged, or empty."""
    if facts.done is None or facts.previous_done is None:
        return ""
    if facts.done < facts.previous_done:
        return _("累计完成值比上次减少，待核")
    if facts.previous_done > 0 and float(facts.done / facts.previous_done) > table.jump_factor:
        return _("累计完成值较上次增加过多，待核")
    return ""
