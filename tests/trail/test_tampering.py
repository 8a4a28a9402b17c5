"""Ten ways to tamper with the trail, each found: what the chain alone misses, a checkpoint kept elsewhere catches."""

import datetime as dt
import random
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from lianzhang.accounts import actions
from lianzhang.accounts.rules import BodyKind
from lianzhang.trail import actions as trail
from lianzhang.trail import chain, checkpoints, keys, verification
from lianzhang.trail.models import Event

pytestmark = pytest.mark.django_db
EVENTS = 40
TRIES = 6


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """A folder of checkpoints the administrator cannot reach, with a trail of forty events it has seen to the end."""
    for n in range(EVENTS // 2):
        body = actions.found_body(code=f"body-{n}", kind=BodyKind.DEPARTMENT, name_zh=f"机构{n}", by=None)
        trail.note(body, verb="body.visited", detail={"n": n}, by=None)
        if n in {5, 12}:
            checkpoints.write(directories=[tmp_path], at=timezone.now())
    checkpoints.write(directories=[tmp_path], at=timezone.now())
    return tmp_path


def verdict(outside: Path | None) -> verification.Verdict:
    events = Event.objects.order_by("seq")
    kept = checkpoints.read(outside, public_pem=keys.public_pem()) if outside else []
    return verification.verify(events, key=keys.authentication(), checkpoints=kept)


def events() -> list[Event]:
    return list(Event.objects.order_by("seq"))


def relink(rows: list[Event], *, key: bytes) -> None:
    """Write `rows` as a chain of their own, numbered from one, as somebody who holds `key` could."""
    Event.objects.all().delete()
    prev = chain.GENESIS
    for seq, row in enumerate(rows, start=1):
        row.seq, row.prev = seq, prev
        row.mac = prev = chain.mac(key=key, prev=row.prev, seq=seq, body=bytes(row.body))
    Event.objects.bulk_create(rows)


# --- ten kinds of tampering -------------------------------------------------------------------------------------------


def edit_body(pick: random.Random) -> None:
    row = pick.choice(events())
    changed = bytearray(bytes(row.body))
    changed[pick.randrange(len(changed))] ^= 1
    Event.objects.filter(pk=row.pk).update(body=bytes(changed))


def edit_column(pick: random.Random) -> None:
    row = pick.choice(events())
    column, value = pick.choice(
        [("actor_id", 4711), ("verb", "other.verb"), ("subject_id", "999999"), ("at", row.at + dt.timedelta(seconds=1))]
    )
    Event.objects.filter(pk=row.pk).update(**{column: value})


def delete_in_the_middle(pick: random.Random) -> None:
    Event.objects.filter(pk=pick.choice(events()[:-1]).pk).delete()


def cut_the_end(pick: random.Random) -> None:
    Event.objects.filter(seq__gt=EVENTS - pick.randint(1, 15)).delete()


def insert(pick: random.Random) -> None:
    """A made-up event between two, the later ones moved on by one, without the key."""
    rows, at = events(), pick.randrange(1, EVENTS - 1)
    forged = Event(body=b'{"forged":1}', at=timezone.now(), verb="x", subject_type="", subject_id="")
    relink([*rows[:at], forged, *rows[at:]], key=b"not the key")


def reorder(pick: random.Random) -> None:
    rows, at = events(), pick.randrange(0, EVENTS - 1)
    first, second = rows[at], rows[at + 1]
    (a, b), (x, y) = (first.seq, second.seq), (bytes(first.body), bytes(second.body))
    Event.objects.filter(seq=a).update(body=y)
    Event.objects.filter(seq=b).update(body=x)


def swap_codes(pick: random.Random) -> None:
    first, second = pick.sample(events(), 2)
    Event.objects.filter(seq=first.seq).update(mac="parked")
    Event.objects.filter(seq=second.seq).update(mac=first.mac)
    Event.objects.filter(seq=first.seq).update(mac=second.mac)


def rewrite_with_the_key(pick: random.Random) -> None:
    """Who stole the authentication key takes one event out and rewrites the rest whole."""
    rows = events()
    rows.pop(pick.randrange(EVENTS))
    relink(rows, key=keys.authentication())


def fork(pick: random.Random) -> None:
    """The end is replaced by another past that grows from an earlier event, with the key."""
    rows = events()[: pick.randrange(10, EVENTS - 2)]
    Event.objects.all().delete()
    Event.objects.bulk_create(rows)
    for n in range(EVENTS - len(rows) + 3):
        trail.note(None, verb="other.past", detail={"n": n}, by=None)


def replay(pick: random.Random) -> None:
    """A true event is written a second time at the end."""
    rows = events()
    again = pick.choice(rows)
    Event.objects.bulk_create(
        [
            Event(
                seq=EVENTS + 1, prev=rows[-1].mac, mac="0" * 64, body=bytes(again.body), at=again.at,
                actor_id=again.actor_id, verb=again.verb, subject_type=again.subject_type, subject_id=again.subject_id,
            )
        ]
    )  # fmt: skip


KINDS: list[Callable[[random.Random], None]] = [
    edit_body,
    edit_column,
    delete_in_the_middle,
    cut_the_end,
    insert,
    reorder,
    swap_codes,
    rewrite_with_the_key,
    fork,
    replay,
]
# Without a checkpoint from outside these leave a chain that is true to its own key.
ONLY_BY_CHECKPOINT = [cut_the_end, rewrite_with_the_key, fork]


@pytest.mark.parametrize("attempt", range(TRIES))
@pytest.mark.parametrize("tamper", KINDS, ids=[kind.__name__ for kind in KINDS])
def test_tampering_is_found(outside: Path, tamper: Callable[[random.Random], None], attempt: int) -> None:
    assert verdict(outside).faults == []
    tamper(random.Random(attempt))
    assert not verdict(outside).stands


@pytest.mark.parametrize("tamper", ONLY_BY_CHECKPOINT, ids=[kind.__name__ for kind in ONLY_BY_CHECKPOINT])
def test_the_chain_alone_does_not_prove_more_than_its_key(
    outside: Path, tamper: Callable[[random.Random], None]
) -> None:
    tamper(random.Random(1))
    assert verdict(None).stands
    assert not verdict(outside).stands


def test_where_no_checkpoint_was_ever_written_none_covers_anything(outside: Path) -> None:
    """An auditor who names a folder nobody wrote to is told so, not that all is well up to the end."""
    found = verdict(outside / "never written")
    assert (found.checkpoint_count, found.covered_seq, found.last_seq) == (0, 0, EVENTS)


def test_a_checkpoint_signed_by_somebody_else_counts_as_a_fault(outside: Path) -> None:
    path = outside / checkpoints.FILE_NAME
    path.write_text(path.read_text().replace('"seq": 40', '"seq": 39'))
    assert any("signature" in fault for fault in verdict(outside).faults)


@pytest.mark.parametrize(
    "line", ["half a li", "{}", "[]", '{"seq": "x", "mac": "", "at": "", "signature": ""}', '"text"', "null"]
)
def test_an_unreadable_checkpoint_is_a_fault_and_no_crash(outside: Path, line: str) -> None:
    with (outside / checkpoints.FILE_NAME).open("a") as file:
        file.write(line + "\n")
    assert any("signature" in fault for fault in verdict(outside).faults)
    assert checkpoints.last_seq(outside) == EVENTS


@pytest.mark.parametrize("prev", ["zz", "", "00"])
def test_nonsense_in_a_column_is_a_fault_and_no_crash(outside: Path, prev: str) -> None:
    Event.objects.filter(seq=7).update(prev=prev)
    assert not verdict(outside).stands


@pytest.mark.sqlite
@pytest.mark.parametrize("change", ["body = replace(body, 'p', 'q')", "at = 'never'", "at = '2026-13-45 00:00:00'"])
def test_what_plain_sql_leaves_behind_is_a_fault_and_no_crash(outside: Path, change: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE trail_event SET {change} WHERE seq = 7")
    assert not verdict(outside).stands


def test_the_report_of_an_untouched_trail_says_how_far_it_is_covered(outside: Path) -> None:
    trail.note(None, verb="table.exported", detail={}, by=None)
    found = verification.report(checkpoint_dir=outside, public_pem=(outside / "trail-public.pem").read_bytes())
    assert found.stands
    assert (found.event_count, found.covered_seq, found.checkpoint_count) == (EVENTS + 1, EVENTS, 3)


def test_the_database_refuses_a_second_event_after_the_same_one(outside: Path) -> None:
    from django.db import IntegrityError, transaction

    twin = Event.objects.get(seq=10)
    twin.seq, twin.mac = 999, "f" * 64
    with pytest.raises(IntegrityError), transaction.atomic():
        twin.save(force_insert=True)
    assert connection.is_usable()
