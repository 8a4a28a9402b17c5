"""What a batch writes: the turn first, then its rows, the trail's events last and all at once."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

from django.db import models
from django.db.models import F

from lianzhang.records.models import Stale, Versioned
from lianzhang.trail import actions as trail

R = TypeVar("R", bound=models.Model)


class Writing:
    """Collects the events of one transaction; `close` chains them. Use inside `transaction.atomic()`.

    Whoever writes waits for its turn before it touches a row, as every action does (`records.turns`).
    """

    def __init__(self, *, by: Any, detail: Mapping[str, Any], at: datetime | None = None) -> None:
        trail.hold()
        self.by = by
        self.at = at  # when the batch was handed in, where it is one: what it says is said of that day
        self.detail = dict(detail)
        self._entries: list[trail.Entry] = []

    def create_many(self, records: Sequence[R], *, verb: str) -> list[R]:
        """Insert records of one model."""
        if not records:
            return []
        made = type(records[0])._default_manager.bulk_create(records, batch_size=500)
        self._entries += [trail.Entry(verb, record, {}, trail.values(record), self.detail) for record in made]
        return made

    def change(self, record: Versioned, *, verb: str, changes: Mapping[str, Any], touches: bool = False) -> int:
        """Write `changes` if the row still has the version it was read with; the version it has then.

        With `touches` the version rises although no field of the row itself changes (what hangs on it did).
        """
        before = trail.values(record)
        for name, value in changes.items():
            setattr(record, name, value)
        if not changes and not touches:
            return record.version
        manager = type(record)._default_manager
        stored = {name: getattr(record, name) for name in changes}
        if not manager.filter(pk=record.pk, version=record.version).update(version=F("version") + 1, **stored):
            raise Stale(manager.get(pk=record.pk), dict(changes))
        record.version += 1
        after = trail.values(record)
        # The trail calls a field by its name, a change by its attribute: `owner` and `owner_id`.
        fields = {record._meta.get_field(name).name for name in changes}
        names = [name for name in fields if before.get(name) != after.get(name) or after.get(name) == trail.REDACTED]
        entry = trail.Entry(
            verb, record, {n: before.get(n) for n in names}, {n: after.get(n) for n in names}, self.detail
        )
        self._entries.append(entry)
        return record.version

    def remove(self, record: models.Model, *, verb: str) -> None:
        """Delete a record; the event keeps what it held."""
        self._entries.append(trail.Entry(verb, _shadow(record), trail.values(record), {}, self.detail))
        record.delete()

    def close(self) -> None:
        """Chain everything that was written."""
        if self._entries:
            trail.append(self._entries, by=self.by)
            self._entries = []


def _shadow(record: models.Model) -> models.Model:
    """A copy that keeps its id after the row is gone."""
    copy = type(record)()
    copy.pk = record.pk
    return copy
