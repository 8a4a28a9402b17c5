"""How a lead is worked, read from `definitions/leads.toml`: its clocks and the split of credit."""

import tomllib
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from importlib import resources

from lianzhang.accounts.models import Body
from lianzhang.projects.models import FollowUp
from lianzhang.workdays import clock


@dataclass(frozen=True, kw_only=True)
class Rule:
    """时限规则 of one kind of deed: from when it counts, and how many days it has."""

    kind: FollowUp.Kind
    is_from_report: bool  # else from the last contact
    working_days: int | None
    calendar_days: int | None
    major_wan: Decimal | None
    major_working_days: int | None

    def due(self, start: date, *, intended_wan: Decimal | None, calendar: clock.WorkingCalendar) -> date:
        """The day by which it must be done, counted from `start`, which itself does not count."""
        is_major = self.major_wan is not None and intended_wan is not None and intended_wan >= self.major_wan
        working = self.major_working_days if is_major else self.working_days
        if working is not None:
            return clock.due(start, working_days=working, calendar=calendar).on
        return start + timedelta(days=self.calendar_days or 0)


@dataclass(frozen=True, kw_only=True)
class Table:
    """The whole reviewed table."""

    version: int
    rules: dict[FollowUp.Kind, Rule]
    first_report_ratio: Decimal
    landing_ratio: Decimal


@cache
def table() -> Table:
    """The reviewed table, read once. Raises ValueError where the shares of a project do not add to one."""
    text = resources.files("lianzhang").joinpath("definitions/leads.toml").read_text(encoding="utf-8")
    plain = tomllib.loads(text, parse_float=Decimal)
    credit = plain["credit"]
    if credit["first_report_ratio"] + credit["landing_ratio"] != 1:
        raise ValueError("the shares of the first reporter and the place of landing must add to 1")
    return Table(
        version=plain["version"],
        rules={FollowUp.Kind(row["key"]): _rule(row) for row in plain["clock"]},
        first_report_ratio=credit["first_report_ratio"],
        landing_ratio=credit["landing_ratio"],
    )


def _rule(row: dict[str, object]) -> Rule:
    major = row.get("major_wan")
    return Rule(
        kind=FollowUp.Kind(str(row["key"])),
        is_from_report=row["starts"] == "reported",
        working_days=row.get("working_days"),  # type: ignore[arg-type]
        calendar_days=row.get("calendar_days"),  # type: ignore[arg-type]
        major_wan=None if major is None else Decimal(str(major)),
        major_working_days=row.get("major_working_days"),  # type: ignore[arg-type]
    )


def shares_decided(*, claimant: Body | None, challenger: Body, is_shared: bool) -> dict[Body, Decimal]:
    """The credit as a contest is decided: halves where both were first, all to the challenger where it moved."""
    if not is_shared or claimant is None or claimant.pk == challenger.pk:
        return {challenger: Decimal(1)}
    half = Decimal("0.5")
    return {claimant: half, challenger: half}
