"""What a colleague of the district wrote on the page while its workbook was out: it stays, and the workbook says so.

A district's workbook becomes its draft at once, with nobody to ask. So a figure that both changed keeps what stands,
and the cell is told with who wrote it; whoever means the sheet types it in on the page.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from lianzhang.accounts.models import Person
from lianzhang.intake import ages, origin, packing
from lianzhang.projects.models import MonthReport
from lianzhang.projects.monthly import queries
from lianzhang.trail import queries as trail

if TYPE_CHECKING:
    from lianzhang.projects.monthly.queries import Row

SENT = "workbook"  # in the detail of an event: the stamp of the workbook that wrote


@dataclasses.dataclass(slots=True)
class Written:
    """A figure that was written since: what it was when the workbook left, who wrote it last, and when."""

    base: Any
    by: str
    at: dt.datetime


class Meanwhile:
    """The figures of the rows that somebody wrote on the page after the workbook left."""

    def __init__(self, rows: Collection[Row], *, stamp: str) -> None:
        self._written: dict[tuple[int, str], Written] = {}
        came = origin.of(stamp)
        reports = {str(row.report.pk): row for row in rows if row.report is not None}
        if came is None or not reports:
            return
        fields = {field.attname: field for field in MonthReport._meta.concrete_fields}
        actors: dict[tuple[int, str], int | None] = {}
        for event in trail.moved(MonthReport, reports, since=came.seq):
            for name in event.after:
                row = reports[event.subject_id]
                place = row.project.pk, name
                if event.detail.get(SENT) == stamp:  # this very workbook wrote it: it knows
                    self._written.pop(place, None)
                    continue
                # A row that was entered began with what stands on the project, as the workbook does.
                is_carried = event.is_entry and name in queries.CARRIED
                base = (
                    getattr(row.project, name) if is_carried else ages.typed(fields.get(name), event.before.get(name))
                )
                self._written.setdefault(place, Written(base, "", event.at)).at = event.at
                actors[place] = event.actor_id
        people = Person.objects.in_bulk({pk for pk in actors.values() if pk is not None})
        for place, written in self._written.items():
            person = people.get(actors[place] or 0)
            written.by = person.name if person is not None else ""

    def kept(self, row: Row, values: Mapping[str, Any]) -> tuple[dict[str, Any], list[tuple[str, str, str]]]:
        """What a row may still write, and of each figure that the sheet changed too: its name, and the words."""
        left, told = {}, []
        for name, value in values.items():
            written = self._written.get((row.project.pk, name))
            now = row.value(name)
            if written is None or _same(now, value):
                left[name] = value
            elif not _same(written.base, value) and not _same(written.base, now):
                told.append((name, *_said(written, now)))
            elif _same(written.base, now):
                left[name] = value
        return left, told


def _same(one: Any, other: Any) -> bool:
    return bool(packing.comparable(one) == packing.comparable(other))


def _said(written: Written, now: Any) -> tuple[str, str]:
    at = f"{timezone.localtime(written.at):%Y-%m-%d %H:%M}"
    stands = "" if now is None else f"{now.normalize():f}" if hasattr(now, "normalize") else str(now)
    zh = f"导出之后{written.by}于 {at} 填为“{stands}”，与本格不同，保留现值；要以本格为准，请在页面上改。"
    en = f"After the export {written.by} wrote “{stands}” here ({at}): it stands. Mean the sheet? Type it on the page."
    return zh, en
