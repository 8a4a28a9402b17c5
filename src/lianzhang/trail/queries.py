"""Reading the trail as a person would: the history of one record, newest first."""

import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Subquery
from django.db.models.functions import Cast, Coalesce

from lianzhang.trail.models import Event, Proof

AT_ONCE = 5000  # ids in one question


@dataclass(frozen=True)
class Step:
    """One line of a record's history: who (id), when, what, and the fields before and after."""

    seq: int
    at: datetime
    actor_id: int | None
    verb: str
    changes: tuple[tuple[str, str, Any, Any], ...]  # field, label, before, after
    detail: dict[str, Any]
    subject_id: str = ""

    @property
    def is_change(self) -> bool:
        """Whether something stood there before: entering a record fills every field and changes none."""
        return any(before not in (None, "", [], {}) for _name, _label, before, _after in self.changes)


def history(
    subject: models.Model, *, limit: int = 100, without: Collection[str] = (), but: Collection[str] = ()
) -> list[Step]:
    """The last `limit` events of a record the caller has already been shown; nothing is told of fields `without`,
    and events of the verbs `but` are passed over."""
    return list(_steps(Event.objects.about(subject).exclude(verb__in=but)[:limit], subject, without=without))


def histories(subjects: Sequence[models.Model], *, limit: int = 100, but: Collection[str] = ()) -> list[Step]:
    """The last `limit` events of several records of one kind that the caller has already been shown."""
    kind, ids = subjects[0]._meta.label_lower, [str(subject.pk) for subject in subjects]
    found = Event.objects.filter(subject_type=kind, subject_id__in=ids).exclude(verb__in=but).order_by("-seq")
    return list(_steps(found[:limit], subjects[0]))


def steps_of(kind: type[models.Model], *, since: datetime, until: datetime, limit: int) -> list[Step]:
    """The last `limit` changes of any record of one kind between two moments, the latest first. The caller shows only
    those of records the reader may see."""
    found = _between(since, until).filter(subject_type=kind._meta.label_lower).order_by("-seq")
    return list(_steps(found[:limit], kind()))


def changed(kind: type[models.Model], *, since: datetime, until: datetime) -> models.QuerySet[Event, Any]:
    """The numbers of the records of one kind that were written between two moments, for a condition on them."""
    found = _between(since, until).filter(subject_type=kind._meta.label_lower)
    return found.order_by().values_list(Cast("subject_id", models.BigIntegerField()))


def _between(since: datetime, until: datetime) -> models.QuerySet[Event]:
    # Moments have no index: from the newest event back to the first one before `since`, and not the whole trail.
    before = Event.objects.filter(at__lt=since).order_by("-seq").values("seq")[:1]
    return Event.objects.filter(seq__gt=Coalesce(Subquery(before), 0), at__lt=until)


def before(subject: models.Model, step: Step) -> dict[str, Any]:
    """What a step of this record changed, as it stood before, in the values its fields hold."""
    fields: Any = subject._meta
    return {name: fields.get_field(name).to_python(was) for name, _label, was, _after in step.changes}


def since(seq: int, *, limit: int) -> list[tuple[int, str, str, str]]:
    """The events from `seq` on, oldest first: number, seal, and which record each is about; nothing of what it says."""
    rows = Event.objects.filter(seq__gte=seq).order_by("seq")
    return list(rows.values_list("seq", "mac", "subject_type", "subject_id")[:limit])


@dataclass(frozen=True, slots=True)
class Moved:
    """One event of one record as a reader who compares needs it: by attribute, what stood before and after."""

    subject_id: str
    seq: int
    at: datetime
    actor_id: int | None
    before: dict[str, Any]
    after: dict[str, Any]
    detail: dict[str, Any]

    @property
    def is_entry(self) -> bool:
        return "id" in self.after and not self.before

    @property
    def is_removal(self) -> bool:
        return "id" in self.before and not self.after


def moved(kind: type[models.Model], ids: Collection[str] | None, *, since: int) -> Iterator[Moved]:
    """What happened to records of one kind (None: to any of them) after the event `since`, oldest first. The caller
    shows only what is of records the reader may see."""
    found = Event.objects.filter(subject_type=kind._meta.label_lower, seq__gt=since).order_by("seq")
    attr_of = {field.name: field.attname for field in kind._meta.concrete_fields}
    asked = sorted(ids) if ids is not None else []
    for start in range(0, len(asked), AT_ONCE) if ids is not None else (0,):
        part = found if ids is None else found.filter(subject_id__in=asked[start : start + AT_ONCE])
        for subject_id, seq, at, actor_id, body in part.values_list("subject_id", "seq", "at", "actor_id", "body"):
            content = json.loads(bytes(body))
            before, after = ({attr_of.get(n, n): v for n, v in content[end].items()} for end in ("before", "after"))
            yield Moved(subject_id, seq, at, actor_id, before, after, content["detail"])


def stands(seq: int, seal: str) -> datetime | None:
    """When the event `seq` happened, if its seal begins with `seal`: another house's trail, or one that was put back
    and went on differently, has another."""
    return Event.objects.filter(seq=seq, mac__startswith=seal).values_list("at", flat=True).first()


def newest() -> tuple[int, str]:
    """Number and seal of the last event; (0, empty) before the first."""
    return Event.objects.order_by("-seq").values_list("seq", "mac").first() or (0, "")


def proofs(subject: models.Model) -> list[Proof]:
    """Evidence attached to a record, newest first."""
    return list(Proof.objects.about(subject).order_by("-attached_at", "-pk"))


def _steps(events: models.QuerySet[Event], subject: models.Model, *, without: Collection[str] = ()) -> Iterator[Step]:
    labels = {f.name: str(f.verbose_name) for f in subject._meta.concrete_fields}
    for event in events:
        content = json.loads(bytes(event.body))
        before, after = content["before"], content["after"]
        names = [name for name in {**before, **after} if name not in {"id", "version", *without}]
        changes = tuple((name, labels.get(name, name), before.get(name), after.get(name)) for name in names)
        yield Step(event.seq, event.at, event.actor_id, event.verb, changes, content["detail"], event.subject_id)
