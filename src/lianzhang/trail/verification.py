"""Proving the trail: recompute every link, compare the look-up columns, and hold it against signed checkpoints.

Threat model, said plainly: the chain alone catches edited, deleted, inserted and reordered events. Whoever holds the
authentication key could rewrite it wholesale or cut its end; only checkpoints kept outside the administrator's reach
catch that, and they prove nothing newer than the last of them.
"""

import datetime as dt
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lianzhang.trail import chain, keys
from lianzhang.trail import checkpoints as signed
from lianzhang.trail.checkpoints import Checkpoint
from lianzhang.trail.models import Event


@dataclass
class Verdict:
    """What the verifier found. `faults` is empty when the trail stands."""

    event_count: int = 0
    last_seq: int = 0
    last_mac: str = chain.GENESIS
    checkpoint_count: int = 0
    covered_seq: int = 0
    faults: list[str] = field(default_factory=list)

    @property
    def stands(self) -> bool:
        return not self.faults


def report(*, checkpoint_dir: Path, public_pem: bytes | None = None) -> Verdict:
    """Verify the trail of this database against the checkpoints of one folder.

    `public_pem` is the auditor's own copy of the public key; without it the key of this machine is taken, which an
    administrator could have exchanged.
    """
    kept = signed.read(checkpoint_dir, public_pem=public_pem or keys.public_pem())
    events = Event.objects.order_by("seq").iterator(chunk_size=2000)
    return verify(events, key=keys.authentication(), checkpoints=kept)


def verify(events: Iterable[Event], *, key: bytes, checkpoints: Iterable[Checkpoint] = ()) -> Verdict:
    """Walk `events` in order of seq and report every fault by its number; then hold the checkpoints against them."""
    verdict = Verdict()
    macs: dict[int, str] = {}
    wanted = {checkpoint.seq: checkpoint for checkpoint in checkpoints}
    try:
        for event in events:
            verdict.faults.extend(_event_faults(event, verdict, key))
            verdict.event_count += 1
            verdict.last_seq, verdict.last_mac = event.seq, event.mac
            if event.seq in wanted:
                macs[event.seq] = event.mac
    except ValueError as failure:  # a column holds what the database itself cannot read back
        verdict.faults.append(f"after event {verdict.last_seq}: unreadable from here on ({failure})")
    for seq, checkpoint in sorted(wanted.items()):
        verdict.checkpoint_count += 1
        verdict.covered_seq = max(verdict.covered_seq, seq)
        verdict.faults.extend(_checkpoint_faults(checkpoint, macs.get(seq)))
    return verdict


def _event_faults(event: Event, verdict: Verdict, key: bytes) -> Iterator[str]:
    # Written over by plain SQL a body comes back as text: no bytes of ours, and nothing to compute a code over.
    stored: Any = event.body
    body = b"" if isinstance(stored, str) else bytes(stored)
    if event.seq != verdict.last_seq + 1:
        yield f"event {event.seq}: follows {verdict.last_seq}, events are missing or out of order"
    if event.prev != verdict.last_mac:
        yield f"event {event.seq}: does not continue the event before it"
    if not _is_authentic(event, body, key):
        yield f"event {event.seq}: content does not match its authentication code"
        return
    content = json.loads(body)
    at: dt.datetime | None = event.at  # None where plain SQL left something that is no time
    said_at = at.isoformat() if at else ""
    columns = [said_at, event.actor_id, event.verb, [event.subject_type, event.subject_id]]
    if columns != [content["at"], content["actor"], content["verb"], content["subject"]]:
        yield f"event {event.seq}: the look-up columns differ from the authenticated content"


def _is_authentic(event: Event, body: bytes, key: bytes) -> bool:
    try:
        return event.mac == chain.mac(key=key, prev=event.prev, seq=event.seq, body=body)
    except (ValueError, OverflowError):  # what stands in `prev` or `seq` is none of ours
        return False


def _checkpoint_faults(checkpoint: Checkpoint, found: str | None) -> Iterator[str]:
    if not checkpoint.is_signed:
        yield f"checkpoint {checkpoint.seq}: the signature is not ours"
    elif found is None:
        yield f"checkpoint {checkpoint.seq}: the trail ends before it or lost this event"
    elif found != checkpoint.mac:
        yield f"checkpoint {checkpoint.seq}: the trail was rewritten since"
