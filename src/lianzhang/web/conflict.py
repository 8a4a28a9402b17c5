"""The merge page (409): what the record says now, what this editor wanted, field by field; nothing was written."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models
from django.http import HttpRequest

from lianzhang.accounts.models import Person
from lianzhang.records.models import Stale, Versioned
from lianzhang.trail import queries


@dataclass(frozen=True)
class Difference:
    """One field on which the record and the editor disagree: shown words, and the values a form would post."""

    name: str
    label: str
    stands_now: str
    stands_value: str
    yours: str
    your_value: str


def version_of(request: HttpRequest, record: Versioned) -> int:
    """The version a form was opened with; the record's own where none was sent, and one that never was for nonsense."""
    said = request.POST.get("version", "")
    if not said:
        return record.version
    return int(said) if said.isdecimal() and len(said) < 10 else 0


def differences(stale: Stale) -> list[Difference]:
    """Fields this editor wanted to change and that now hold something else."""
    fields = {f.name: f for f in stale.record._meta.fields}
    pairs = [
        (fields[name], getattr(stale.record, name), wanted) for name, wanted in stale.changes.items() if name in fields
    ]
    return [
        Difference(f.name, str(f.verbose_name), _shown(f, now), _posted(now), _shown(f, wanted), _posted(wanted))
        for f, now, wanted in pairs
        if now != wanted
    ]


def context(stale: Stale, request: HttpRequest) -> dict[str, Any]:
    """What the merge page shows, and the rest of the posted form, repeated so that it can be sent again."""
    # What the form did not ask for is the step's own doing (who closed it, when): there is nothing to choose between.
    found = [difference for difference in differences(stale) if difference.name in request.POST]
    named = {"version", "csrfmiddlewaretoken", *(d.name for d in found)}
    kept = [(name, value) for name, values in request.POST.lists() for value in values if name not in named]
    who, at = last_change(stale.record)
    return {
        "record": str(stale.record),
        "changed_at": at,
        "changed_by": who,
        "fields": found,
        "kept": kept,
        "version": getattr(stale.record, "version", ""),
        "retry_url": request.get_full_path(),
        "back_url": request.headers.get("Referer", ""),
    }


def last_change(record: models.Model) -> tuple[str | None, datetime | None]:
    """Who changed a record last (None for the system), and when."""
    last = next(iter(queries.history(record, limit=1)), None)
    if last is None:
        return None, None
    return Person.objects.filter(pk=last.actor_id).values_list("name", flat=True).first(), last.at


def _shown(field: Any, value: Any) -> str:
    if value is None or value == "":
        return ""
    return str(dict(field.flatchoices).get(value, value)) if field.choices else str(value)


def _posted(value: Any) -> str:
    if value is None:
        return ""
    return str(value.pk) if isinstance(value, models.Model) else str(value)
