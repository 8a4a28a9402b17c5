"""存疑: figures of a month that are grey until somebody says why. The rule only asks; it never changes a figure."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

from django.utils.translation import gettext as _

from lianzhang.records import thresholds
from lianzhang.tables import values

OVER_PLAN, JUMP, FALLING, MISMATCH = "over_plan", "jump", "falling", "mismatch"


@dataclass(frozen=True)
class Limits:
    """The thresholds of the definitions file."""

    over_plan_ratio: Decimal
    jump_factor: Decimal
    reconcile_wan: Decimal


@cache
def limits() -> Limits:
    """The thresholds in force: as shipped, with what the city changed in its home."""
    return Limits(**thresholds.numbers("months.toml"))


@dataclass(frozen=True)
class Earlier:
    """What the year says before this month: the cumulative, whether it is of the very month before, and the usual."""

    cumulative_wan: Decimal | None = None
    is_adjacent: bool = False
    usual_wan: Decimal | None = None  # the mean of the months in which something was done


NOTHING = Earlier(Decimal(0), is_adjacent=True)  # in January nothing was done yet


def of(
    *, done_month: Decimal | None, done_year: Decimal | None, plan_year: Decimal | None, earlier: Earlier
) -> list[dict[str, str]]:
    """Every doubt about one row, each as its code and the figures it rests on."""
    rule, found = limits(), []
    if done_year is not None and plan_year and done_year > plan_year * rule.over_plan_ratio:
        found.append(_doubt(OVER_PLAN, done=done_year, plan=plan_year))
    usual = earlier.usual_wan
    if done_month is not None and usual and done_month > usual * rule.jump_factor:
        found.append(_doubt(JUMP, month=done_month, mean=usual.quantize(Decimal("0.01")), factor=rule.jump_factor))
    before = earlier.cumulative_wan
    if done_year is not None and before is not None:
        if done_year < before:
            found.append(_doubt(FALLING, before=before, done=done_year))
        elif (
            done_month is not None and earlier.is_adjacent and abs(before + done_month - done_year) > rule.reconcile_wan
        ):
            found.append(_doubt(MISMATCH, before=before, month=done_month, done=done_year))
    return found


def _doubt(code: str, **figures: Decimal) -> dict[str, str]:
    return {"code": code, **{name: format(figure.normalize(), "f") for name, figure in figures.items()}}


def words(doubt: Mapping[str, Any]) -> str:
    """A doubt in the reader's language, with its figures."""
    said = {name: values.plain(Decimal(figure), "wan") for name, figure in doubt.items() if name != "code"}
    texts = {
        OVER_PLAN: _("年度累计 %(done)s 超过年度计划 %(plan)s"),
        JUMP: _("当月 %(month)s 超过此前月均 %(mean)s 的 %(factor)s 倍"),
        FALLING: _("年度累计由 %(before)s 降为 %(done)s"),
        MISMATCH: _("上月累计 %(before)s 加当月 %(month)s 不等于年度累计 %(done)s"),
    }
    return texts[doubt["code"]] % said if doubt["code"] in texts else str(doubt["code"])


def said(found: list[dict[str, str]]) -> str:
    """All doubts of a row in one line."""
    return _("；").join(words(one) for one in found)
