"""The one door for change: what it writes, what it refuses, and what never gets into the trail."""

import contextlib
import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from lianzhang.accounts import actions
from lianzhang.accounts.models import Body, Person
from lianzhang.accounts.rules import BodyKind
from lianzhang.records import turns
from lianzhang.records.models import Stale
from lianzhang.trail import actions as trail
from lianzhang.trail import chain, checkpoints, queries, tables, verbs
from lianzhang.trail.models import Event
from tests.cast import Cast

pytestmark = pytest.mark.django_db


def content(event: Event) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(bytes(event.body))
    return found


def body(**fields: Any) -> Body:
    return actions.found_body(**{"code": "b", "kind": BodyKind.DEPARTMENT, "name_zh": "某部门", "by": None, **fields})


def test_a_change_writes_what_stood_before_and_after() -> None:
    found = body()
    trail.change(found, verb="body.corrected", changes={"name_zh": "新名", "code": "b"}, by=None)
    said = content(Event.objects.latest("seq"))
    assert (said["before"], said["after"]) == ({"name_zh": "某部门"}, {"name_zh": "新名"})
    assert Body.objects.get().version == found.version == 2


def test_nothing_changed_leaves_no_event_but_a_reason_does() -> None:
    found = body()
    count = Event.objects.count()
    trail.change(found, verb="body.corrected", changes={"name_zh": "某部门"}, by=None)
    assert Event.objects.count() == count
    trail.change(found, verb="body.corrected", changes={"name_zh": "某部门"}, by=None, detail={"reason": "核对"})
    assert content(Event.objects.latest("seq"))["detail"] == {"reason": "核对"}
    assert found.version == 1


def test_an_old_version_is_refused_and_nothing_is_written() -> None:
    found = body()
    other = Body.objects.get()
    trail.change(other, verb="body.corrected", changes={"name_zh": "他人所改"}, by=None)
    count = Event.objects.count()
    with pytest.raises(Stale) as stale:
        trail.change(found, verb="body.corrected", changes={"name_zh": "我所改"}, by=None)
    assert stale.value.record.name_zh == "他人所改"  # type: ignore[attr-defined]
    assert stale.value.changes == {"name_zh": "我所改"}
    assert Event.objects.count() == count


def test_personal_data_never_enters_the_trail() -> None:
    person = actions.register(username="x", name="某人", phone="13812345678", email="x@example.org", by=None)
    trail.change(person, verb="person.corrected", changes={"phone": "13987654321", "title": "科长"}, by=None)
    actions.set_password(person=person, password="harbour lantern seven", now=timezone.now(), by=person)
    everything = "".join(bytes(event.body).decode() for event in Event.objects.all())
    for secret in ("13812345678", "13987654321", "x@example.org", person.password, "harbour"):
        assert secret not in everything
    step = next(step for step in queries.history(person) if step.verb == "person.corrected")
    assert {name: (before, after) for name, _label, before, after in step.changes} == {
        "phone": (trail.REDACTED, trail.REDACTED),
        "title": ("", "科长"),
    }


def test_removing_keeps_what_was_held() -> None:
    found = body()
    trail.remove(found, verb="body.removed", by=None, detail={"reason": "误录"})
    said = content(Event.objects.latest("seq"))
    assert said["before"]["name_zh"] == "某部门"
    assert said["after"] == {}
    assert not Body.objects.exists()


def test_many_at_once_get_an_event_each() -> None:
    rows = [Body(code=f"b{n}", kind=BodyKind.DEPARTMENT, name_zh=f"部门{n}") for n in range(7)]
    assert trail.create_many([], verb="body.founded", by=None) == []
    made = trail.create_many(rows, verb="body.founded", by=None)
    assert [event.subject_id for event in Event.objects.order_by("seq")] == [str(row.pk) for row in made]


def test_a_business_change_that_fails_leaves_no_event() -> None:
    def change_and_fail() -> None:
        with transaction.atomic():
            body()
            raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        change_and_fail()
    assert not Event.objects.exists()
    assert not Body.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_an_event_outside_a_transaction_is_refused() -> None:
    assert not connection.in_atomic_block
    with pytest.raises(RuntimeError, match="transaction"):
        trail.append([], by=None)


@pytest.mark.django_db(transaction=True)
def test_an_export_and_a_new_post_are_signed_at_once(cast: Cast, settings: Any, tmp_path: Path) -> None:
    settings.TRAIL_CHECKPOINT_DIRS = [tmp_path / "near", tmp_path / "far"]
    trail.note(None, verb="task.read", detail={}, by=None)
    assert checkpoints.last_seq(tmp_path / "far") == 0
    event = trail.note(None, verb="table.exported", detail={}, by=cast.secretary)
    assert checkpoints.last_seq(tmp_path / "near") == checkpoints.last_seq(tmp_path / "far") == event.seq
    actions.end(appointment=cast.officer.appointments.get(), on=dt.date(2026, 11, 23), by=cast.secretary)
    assert checkpoints.last_seq(tmp_path / "far") == event.seq + 1


@pytest.mark.django_db(transaction=True)
def test_a_checkpoint_place_that_is_away_does_not_stop_the_office(
    cast: Cast, settings: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("not a folder")
    settings.TRAIL_CHECKPOINT_DIRS = [tmp_path / "file" / "away", tmp_path / "here"]
    event = trail.note(None, verb="table.exported", detail={}, by=cast.secretary)
    assert checkpoints.last_seq(tmp_path / "here") == event.seq
    assert "no checkpoint could be written" in caplog.text


def test_a_checkpoint_is_due_after_a_hundred_events_or_a_minute(tmp_path: Path) -> None:
    now = timezone.now()
    assert not checkpoints.is_due(directory=tmp_path, now=now)
    assert checkpoints.write(directories=[tmp_path], at=now) is None
    body()
    assert checkpoints.is_due(directory=tmp_path, now=now)
    assert checkpoints.write(directories=[tmp_path], at=now) == 1
    assert checkpoints.write(directories=[tmp_path], at=now) is None
    later = now + dt.timedelta(seconds=61)
    assert not checkpoints.is_due(directory=tmp_path, now=later)
    trail.note(None, verb="x", detail={}, by=None)
    assert not checkpoints.is_due(directory=tmp_path, now=now)
    assert checkpoints.is_due(directory=tmp_path, now=later)
    for n in range(99):
        trail.note(None, verb="x", detail={"n": n}, by=None)
    assert checkpoints.is_due(directory=tmp_path, now=now)


def test_every_verb_in_the_code_has_a_label(root: Path) -> None:
    import re

    written = re.compile(r'verb="([a-z_]+\.[a-z_]+)"')
    used = {verb for path in (root / "src").rglob("*.py") for verb in written.findall(path.read_text("utf-8"))}
    assert len(used) > 20
    assert sorted(used - set(verbs.LABELS)) == [], "name these in trail/verbs.py"


def test_a_verb_of_a_newer_version_shows_as_it_is_written() -> None:
    assert verbs.label("moon.landed") == "moon.landed"


def test_an_event_about_a_kind_of_record_that_is_gone_is_still_read(cast: Cast, client: Client) -> None:
    """Also where an older version or another part of the city wrote it."""
    kept = Event.objects.latest("seq")
    body = chain.encode({**content(kept), "before": {"colour": "red"}, "after": {"colour": "blue"}})
    for subject_type in ("chains.weathervane", "no model at all"):
        Event.objects.filter(pk=kept.pk).update(subject_type=subject_type, body=body)
        assert tables.subject_name(subject_type) == subject_type
        assert tables.changed_fields(Event.objects.get(pk=kept.pk)) == ["colour"]
        client.force_login(cast.auditor, backend="django.contrib.auth.backends.ModelBackend")
        assert subject_type in client.get("/trail/").content.decode()


def test_the_auditor_looks_for_what_one_person_did(cast: Cast, client: Client) -> None:
    for person in (cast.clerk_a, cast.clerk_b):
        trail.note(cast.chain_a, verb="chain.looked_at", detail={}, by=person)
    client.force_login(cast.auditor, backend="django.contrib.auth.backends.ModelBackend")
    shown = client.get("/trail/", {"who": cast.clerk_b.name, "verb": ""}).content.decode()
    events = {e.seq: e.actor_id for e in Event.objects.filter(verb="chain.looked_at")}
    assert {seq: f'/trail/{seq}"' in shown for seq in events} == {
        seq: actor == cast.clerk_b.pk for seq, actor in events.items()
    }


def test_on_postgresql_the_trail_is_locked_before_a_row_is_touched(monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite has one writer; PostgreSQL many, and two chains of events that both follow the last one are a fork."""
    asked: list[tuple[str, list[int], int]] = []

    class Cursor(contextlib.nullcontext[Any]):
        def execute(self, sql: str, parameters: list[int]) -> None:
            asked.append((sql, parameters, Body.objects.count()))

    class Other:
        vendor = "postgresql"
        in_atomic_block = True

        def cursor(self) -> Cursor:
            cursor = Cursor()
            cursor.enter_result = cursor
            return cursor

    monkeypatch.setattr(turns, "connection", Other())
    body()
    assert asked == [("SELECT pg_advisory_xact_lock(%s)", [turns.APPEND_LOCK], 0)]


def test_the_auditor_reads_the_trail_and_nobody_changes_it(cast: Cast) -> None:
    people: dict[str, Person] = cast.people
    readers = {name for name, person in people.items() if Event.objects.visible_to(person).exists()}
    assert readers == {"auditor"}
    assert not any(Event.objects.editable_by(person).exists() for person in people.values())
