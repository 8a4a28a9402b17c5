"""Where a workbook comes from: the event of the trail as of which its rows were written, said by the file itself."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from lianzhang.trail import queries as trail

SEAL = 16  # signs of the event's seal that a workbook carries
MOMENT = "%Y%m%dT%H%M%SZ"
_SAID = re.compile(rf"([1-9][0-9]{{0,17}})\.([0-9a-f]{{{SEAL}}})\.([0-9]{{8}}T[0-9]{{6}}Z)")


@dataclass(frozen=True)
class Origin:
    """The last event that what left had seen, and when it left."""

    seq: int
    at: dt.datetime


def as_of() -> tuple[int, str]:
    """The last event there is. Asked before the rows are read: what is written meanwhile may stand in them already,
    and is asked about once too often rather than lost."""
    return trail.newest()


def stamp(seen: tuple[int, str], *, at: dt.datetime) -> str:
    """What a workbook carries; empty in a house where nothing has happened yet."""
    seq, seal = seen
    return f"{seq}.{seal[:SEAL]}.{at.astimezone(dt.UTC):{MOMENT}}" if seq else ""


def of(said: str) -> Origin | None:
    """The origin a workbook names; None where it names none, or an event that is not of this trail (another house's
    workbook, or one taken out before an older backup was put back)."""
    found = _SAID.fullmatch(said)
    if found is None or trail.stands(int(found[1]), found[2]) is None:
        return None
    try:
        at = dt.datetime.strptime(found[3], MOMENT).replace(tzinfo=dt.UTC)
    except ValueError:
        return None
    return Origin(int(found[1]), at)
