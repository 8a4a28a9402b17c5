"""The days of a row of a project ledger: what has happened is not after today, what is planned is in order.

The page refuses the same (`actions.records`, `actions.permission`). Only a day that the row moves is judged: one that
stood there before stops nothing.
"""

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

from django.utils import timezone

from lianzhang.intake import packing, protocol
from lianzhang.intake.columns import Desk
from lianzhang.intake.protocol import Change, Finding
from lianzhang.projects.models import Project

HAPPENED = ("started_on", "arrived_on", "fai_registered_on")
PLANNED = ("planned_start_on", "planned_completion_on", "planned_production_on")
LATER = {
    "planned_completion_on": ("计划竣工", "planned completion"),
    "planned_production_on": ("计划投产", "planned production"),
}


def held(change: Change, *, desk: Desk) -> Change:
    """The change of a row, which is an error where it moves a day to where it cannot be."""
    if change.kind not in (protocol.NEW, protocol.CHANGED):
        return change
    said = packing.unpack_all(change.after)
    found = [*_ahead(said, today=timezone.localdate()), *_reversed(said, standing=_standing(change, said, desk=desk))]
    if found:
        change.kind = protocol.ERROR
        change.findings += found
    return change


def _ahead(said: Mapping[str, Any], *, today: dt.date) -> Iterator[Finding]:
    """What is told as done, dated after today."""
    for name in HAPPENED:
        on = said.get(name)
        if isinstance(on, dt.date) and on > today:
            zh = f"日期 {on} 晚于今天 {today}。请填实际发生的日期，还没有发生的留空。"
            en = f"The date {on} is after today, {today}. Give the day it happened; leave blank what has not."
            yield Finding(name, "error", zh, en, code="date_ahead")


def _reversed(said: Mapping[str, Any], *, standing: Mapping[str, Any]) -> Iterator[Finding]:
    """Works planned to end, or to produce, before they begin."""
    start = said.get("planned_start_on", standing.get("planned_start_on"))
    for name, (zh, en) in LATER.items():
        on = said.get(name, standing.get(name))
        if not (isinstance(start, dt.date) and isinstance(on, dt.date) and on < start):
            continue
        if name in said or "planned_start_on" in said:
            field = name if name in said else "planned_start_on"
            told = f"The {en} {on} is before the planned start {start}. Put one of them right."
            yield Finding(field, "error", f"{zh} {on} 早于计划开工 {start}。请改正其一。", told, code="date_order")


def _standing(change: Change, said: Mapping[str, Any], *, desk: Desk) -> Mapping[str, Any]:
    """The planned days of the project a row is about; read once, and only where a row moves one of them."""
    if not change.subject_id or not said.keys() & set(PLANNED):
        return {}
    known: dict[str, dict[str, Any]] = desk.once(
        "planned days", lambda: {str(row.pop("pk")): row for row in Project.objects.values("pk", *PLANNED)}
    )
    return known.get(change.subject_id, {})
