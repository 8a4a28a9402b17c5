"""Writing with a trace: the only door through which a record is created, changed or removed.

Each function writes the record and, in the same transaction, one event of the chain with what stood before and after.
The chain is appended under a lock held to the end of the transaction (PostgreSQL: advisory; SQLite: the IMMEDIATE
transaction itself), so it has no forks and no gap: a business change without its event cannot be committed.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from django.conf import settings
from django.db import connection, models, transaction
from django.db.models import F
from django.utils import timezone

from lianzhang.records.models import Stale, Versioned
from lianzhang.records.secrecy import Level, Secrecy
from lianzhang.records.turns import hold as hold
from lianzhang.trail import chain, checkpoints, keys
from lianzhang.trail.models import Event

R = TypeVar("R", bound=models.Model)
V = TypeVar("V", bound=Versioned)

REDACTED = "…"
# What leaves the house or changes who may do what is signed into a checkpoint the moment it is committed.
SEALED_AT_ONCE = frozenset(
    {
        "table.exported",
        "document.exported",
        "briefing.exported",
        "briefing.downloaded",
        "ledger.exported",
        "inspection.exported",
        "inspection.downloaded",
        "appointment.made",
        "appointment.corrected",
        "appointment.ended",
        "person.disabled",
        "person.enabled",
        "sign_in_link.issued",
        "api_token.issued",
    }
)


@dataclass(frozen=True)
class Entry:
    """What one event says, before it is chained."""

    verb: str
    subject: models.Model | None
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    detail: Mapping[str, Any]


def create(record: R, *, verb: str, by: Any, detail: Mapping[str, Any] | None = None) -> R:
    """Insert `record` and its event. `by` is a person, or None for the system itself."""
    with transaction.atomic():
        hold()
        record.save(force_insert=True)
        _chained([Entry(verb, record, {}, values(record), detail or {})], by=by)
    return record


def create_many(records: Sequence[R], *, verb: str, by: Any) -> list[R]:
    """Insert many records of one model, one event each, in two statements per five hundred."""
    if not records:
        return []
    with transaction.atomic():
        hold()
        made = type(records[0])._default_manager.bulk_create(records, batch_size=500)
        _chained([Entry(verb, record, {}, values(record), {}) for record in made], by=by)
    return made


def change(
    record: V,
    *,
    verb: str,
    changes: Mapping[str, Any],
    by: Any,
    version: int | None = None,
    detail: Mapping[str, Any] | None = None,
) -> V:
    """Write `changes` if the row still has `version` (default: the version `record` was read with).

    Raises `records.models.Stale` where another editor was first; nothing is written then. Fields whose value does not
    change are left out of the event; with no change at all only a detail is recorded, or nothing.
    """
    expected = record.version if version is None else version
    with transaction.atomic():
        hold()
        before = {name: getattr(record, _column(record, name)) for name in changes}
        after = {name: _stored(value) for name, value in changes.items()}
        changed = [name for name in changes if before[name] != after[name]]
        manager = type(record)._default_manager
        if not changed:
            if detail:
                _chained([Entry(verb, record, {}, {}, detail)], by=by)
            return record
        updated = manager.filter(pk=record.pk, version=expected).update(
            version=F("version") + 1, **{name: changes[name] for name in changed}
        )
        if updated == 0:
            raise Stale(manager.get(pk=record.pk), dict(changes))
        for name in changed:
            setattr(record, name, changes[name])
        record.version = expected + 1
        keep = _openness(record)
        _chained(
            [
                Entry(
                    verb,
                    record,
                    {name: keep(name, before[name]) for name in changed},
                    {name: keep(name, after[name]) for name in changed},
                    detail or {},
                )
            ],
            by=by,
        )
    return record


def remove(record: models.Model, *, verb: str, by: Any, detail: Mapping[str, Any] | None = None) -> None:
    """Delete a record that has no history worth keeping of its own; the event keeps what it held."""
    with transaction.atomic():
        append([Entry(verb, record, values(record), {}, detail or {})], by=by)
        record.delete()


def note(subject: models.Model | None, *, verb: str, detail: Mapping[str, Any], by: Any) -> Event:
    """Record that something happened to `subject` (or to nothing in particular) without changing a row."""
    with transaction.atomic():
        return append([Entry(verb, subject, {}, {}, detail)], by=by)[-1]


def append(entries: Iterable[Entry], *, by: Any) -> list[Event]:
    """Chain `entries` onto the trail. Must run inside the business transaction; takes the append lock until its end."""
    if not connection.in_atomic_block:
        raise RuntimeError("the trail is written inside the transaction it describes")
    hold()
    return _chained(entries, by=by)


def _chained(entries: Iterable[Entry], *, by: Any) -> list[Event]:
    """Append under a lock that is already held."""
    last = Event.objects.order_by("-seq").values_list("seq", "mac").first()
    seq, prev = last or (0, chain.GENESIS)
    key, at, events = keys.authentication(), timezone.now(), []
    for entry in entries:
        seq += 1
        event = _event(entry, seq=seq, prev=prev, key=key, at=at, actor_id=by.pk if by is not None else None)
        events.append(event)
        prev = event.mac
    made = Event.objects.bulk_create(events, batch_size=500)
    if any(event.verb in SEALED_AT_ONCE for event in made):
        transaction.on_commit(_seal, robust=True)
    return made


def values(record: models.Model) -> dict[str, Any]:
    """What a record holds, as the trail may keep it: sensitive values are replaced by an ellipsis. What the database
    works out itself follows from the rest."""
    keep = _openness(record)
    fields = [field for field in type(record)._meta.concrete_fields if not field.generated]
    return {field.name: keep(field.name, getattr(record, field.attname)) for field in fields}


def _openness(record: models.Model) -> Any:
    secrecy: Secrecy = type(record).secrecy  # type: ignore[attr-defined]
    hidden = secrecy.fields(Level.SENSITIVE) | secrecy.fields(Level.SECRET)
    return lambda name, value: REDACTED if name in hidden and value not in (None, "") else value


def _event(entry: Entry, *, seq: int, prev: str, key: bytes, at: Any, actor_id: int | None) -> Event:
    subject_type = entry.subject._meta.label_lower if entry.subject is not None else ""
    subject_id = str(entry.subject.pk) if entry.subject is not None else ""
    content: dict[str, Any] = {
        "at": at,
        "actor": actor_id,
        "verb": entry.verb,
        "subject": [subject_type, subject_id],
        "before": dict(entry.before),
        "after": dict(entry.after),
        "detail": dict(entry.detail),
    }
    body = chain.encode(content)
    return Event(
        seq=seq,
        prev=prev,
        mac=chain.mac(key=key, prev=prev, seq=seq, body=body),
        body=body,
        at=at,
        actor_id=actor_id,
        verb=entry.verb,
        subject_type=subject_type,
        subject_id=subject_id,
    )


def _seal() -> None:
    checkpoints.write(directories=settings.TRAIL_CHECKPOINT_DIRS, at=timezone.now())


def _column(record: models.Model, name: str) -> str:
    field: Any = type(record)._meta.get_field(name)
    return str(field.attname)


def _stored(value: Any) -> Any:
    return value.pk if isinstance(value, models.Model) else value
