"""Signed checkpoints: 'at this moment event n had this code', written where the database administrator cannot reach.

Every checkpoint goes to each directory of `settings.TRAIL_CHECKPOINT_DIRS`; a city mounts one of them from a machine
it does not administer. A checkpoint is one JSON line: seq, mac, at, signature (Ed25519 over the first three).
"""

import json
import logging
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519

from lianzhang.trail import keys
from lianzhang.trail.models import Event

EVERY_EVENTS = 100
EVERY_SECONDS = 60
FILE_NAME = "trail-checkpoints.jsonl"
TAIL_BYTES = 4096
LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Checkpoint:
    """One signed statement about the chain; `is_signed` says whether the signature verified."""

    seq: int
    mac: str
    at: str
    is_signed: bool


def write(*, directories: Iterable[Path], at: datetime) -> int | None:
    """Sign the present end of the chain into every directory; returns its seq, or None where there is nothing new."""
    end = Event.objects.order_by("-seq").values_list("seq", "mac").first()
    if end is None:
        return None
    directories = list(directories)
    behind = [directory for directory in directories if last_seq(directory) < end[0]]
    if not behind:
        return None
    content = {"seq": end[0], "mac": end[1], "at": at.isoformat()}
    signature = keys.signing().sign(_message(content)).hex()
    line = json.dumps({**content, "signature": signature}) + "\n"
    for directory in behind:
        _append(directory, line)
    return int(end[0])


def is_due(*, directory: Path, now: datetime) -> bool:
    """A new checkpoint is due after a hundred events or a minute with at least one."""
    end = Event.objects.order_by("-seq").values_list("seq", flat=True).first() or 0
    last = newest(directory)
    if last is None:
        return end > 0
    behind = end - int(last["seq"])
    age = (now - datetime.fromisoformat(last["at"])).total_seconds()
    return behind >= EVERY_EVENTS or (behind > 0 and age >= EVERY_SECONDS)


def last_seq(directory: Path) -> int:
    """The newest event a directory's checkpoints cover; 0 for none."""
    last = newest(directory)
    return int(last["seq"]) if last is not None else 0


def newest(directory: Path) -> dict[str, str] | None:
    """The last whole line of a directory's file, read from its end: the file grows for years."""
    path = directory / FILE_NAME
    try:
        with path.open("rb") as file:
            file.seek(0, os.SEEK_END)
            file.seek(max(0, file.tell() - TAIL_BYTES))
            lines = file.read().splitlines()
    except OSError:
        return None
    found: dict[str, str] | None = next((whole for line in reversed(lines) if (whole := _whole(line))), None)
    return found


class NoPublicKey(Exception):
    """What the auditor gave as the public key is none that could have signed; the message says why."""


def read(directory: Path, *, public_pem: bytes) -> list[Checkpoint]:
    """The checkpoints of a directory, each with the verdict on its signature. Raises NoPublicKey."""
    key = _public_key(public_pem)
    return [
        Checkpoint(int(line["seq"]), line["mac"], line["at"], _is_signed(line, key))
        for line in _lines(directory / FILE_NAME)
    ]


def _public_key(pem: bytes) -> ed25519.Ed25519PublicKey:
    try:
        key = serialization.load_pem_public_key(pem)
    except ValueError as unreadable:
        raise NoPublicKey("this is no public key in PEM form") from unreadable
    if not isinstance(key, ed25519.Ed25519PublicKey):
        raise NoPublicKey("this public key is of another kind than the one checkpoints are signed with (Ed25519)")
    return key


def _append(directory: Path, line: str) -> None:
    # A place that is away (an unmounted share) must not stop the office; the verifier says how far it was covered.
    try:
        directory.mkdir(parents=True, exist_ok=True)
        with (directory / FILE_NAME).open("a", encoding="utf-8") as file:
            file.write(line)
        (directory / "trail-public.pem").write_bytes(keys.public_pem())
    except OSError:
        LOG.exception("no checkpoint could be written to %s", directory)


def _whole(line: bytes) -> dict[str, str] | None:
    """A line of ours, or None: the first line of a tail may be cut, the last one half-written, any of them forged."""
    try:
        found = json.loads(line)
        int(found["seq"])
    except (ValueError, TypeError, KeyError):
        return None
    return found if set(found) == {"seq", "mac", "at", "signature"} else None


def _is_signed(line: dict[str, str], key: ed25519.Ed25519PublicKey) -> bool:
    try:
        key.verify(bytes.fromhex(line["signature"]), _message(line))
    except (InvalidSignature, ValueError):
        return False
    return True


def _message(content: dict[str, object] | dict[str, str]) -> bytes:
    return f"{content['seq']}|{content['mac']}|{content['at']}".encode()


def _lines(path: Path) -> Iterator[dict[str, str]]:
    if path.exists():
        for number, line in enumerate(path.read_bytes().splitlines(), start=1):
            yield _whole(line) or {"seq": "0", "mac": "", "at": f"line {number} is not readable", "signature": ""}
