"""A record's history made readable: names for ids, words for codes, and nothing a reader may not see elsewhere."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from lianzhang.accounts import queries as accounts
from lianzhang.accounts.models import Appointment, Person
from lianzhang.records.scope import ScopedQuerySet
from lianzhang.trail import queries, verbs

# Daily steps that say nothing about the record; a hundred of them would push out who appointed whom.
COMINGS = ("person.signed_in", "person.signed_out", "appointment.acted_in")


@dataclass(frozen=True)
class Change:
    """One field before and after, in words."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Line:
    """One event in words."""

    at: datetime
    who: str
    what: str
    changes: tuple[Change, ...]


def of(record: models.Model, *, reader: Any, limit: int = 100, withheld: Collection[str] = ()) -> list[Line]:
    """The last events of `record`, newest first: one query for the events, one for the names, one for each kind of
    record that the changes point to."""
    steps = queries.history(record, limit=limit, without=withheld)
    return [line for _seq, line in _lines(record, steps, reader=reader)]


def of_person(person: Person, *, appointments: Sequence[Appointment], reader: Any) -> list[Line]:
    """The last events of a person and of the posts ever held, newest first; coming and going is for the auditor."""
    lines = _lines(person, queries.history(person, but=COMINGS), reader=reader)
    if appointments:
        about = {str(post.pk): str(post.label) for post in appointments}
        lines += _lines(appointments[0], queries.histories(appointments, but=COMINGS), reader=reader, about=about)
    return [line for _seq, line in sorted(lines, key=lambda found: -found[0])]


def _lines(
    record: models.Model, steps: Sequence[queries.Step], *, reader: Any, about: Mapping[str, str] | None = None
) -> list[tuple[int, Line]]:
    """Steps in words, each with its number; `about` names the subject where they are of several records."""
    names = accounts.names({step.actor_id for step in steps if step.actor_id is not None})
    words = _words(record, steps, reader=reader)
    return [
        (
            step.seq,
            Line(
                at=step.at,
                who=names.get(step.actor_id, _("系统")) if step.actor_id else _("系统"),
                what=_what(step, about=(about or {}).get(step.subject_id, "")),
                changes=tuple(
                    Change(
                        label,
                        words.get((name, _key(before)), _shown(before)),
                        words.get((name, _key(after)), _shown(after)),
                    )
                    for name, label, before, after in step.changes
                    if step.is_change
                ),
            ),
        )
        for step in steps
    ]


def _what(step: queries.Step, *, about: str = "") -> str:
    said = " ".join(part for part in (str(verbs.label(step.verb)), about) if part)
    reason = step.detail.get("reason") or step.detail.get("note") or ""
    return f"{said}：{reason}" if reason else said


def _words(record: models.Model, steps: Iterable[queries.Step], *, reader: Any) -> dict[tuple[str, str], str]:
    """Words for stored codes and ids, by field and stored value."""
    found: dict[tuple[str, str], str] = {}
    values: dict[str, set[Any]] = {}
    for step in steps:
        for name, _label, before, after in step.changes:
            values.setdefault(name, set()).update(v for v in (before, after) if isinstance(v, str | int))
    for field in record._meta.concrete_fields:
        wanted = values.get(field.name, set())
        if not wanted:
            continue
        if field.choices:
            found |= {(field.name, _key(code)): str(label) for code, label in field.flatchoices}
        elif isinstance(field, models.ForeignKey):
            found |= _related(field, wanted, reader=reader)
    return found


def _related(field: "models.ForeignKey[Any, Any]", wanted: set[Any], *, reader: Any) -> dict[tuple[str, str], str]:
    rows = field.related_model._default_manager.all()
    if isinstance(rows, ScopedQuerySet):
        rows = rows.visible_to(reader)
    shown = {str(row.pk): str(row) for row in rows.filter(pk__in=[v for v in wanted if v != ""])}
    return {(field.name, _key(value)): shown.get(str(value), _("（不在您的职务范围内）")) for value in wanted}


def _key(value: Any) -> str:
    return "" if value is None else str(value)


def _shown(value: Any) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return _("是") if value else _("否")
    at = parse_datetime(value) if isinstance(value, str) and len(value) > len("2026-01-01T00:00") else None
    if at is not None and timezone.is_aware(at):
        return f"{timezone.localtime(at):%Y-%m-%d %H:%M}"
    if isinstance(value, list | dict):
        return _("（{n} 项）").format(n=len(value))
    return str(value)
