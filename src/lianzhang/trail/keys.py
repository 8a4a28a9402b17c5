"""The two keys of the trail, in files only the system reads (0600): one authenticates, one signs checkpoints."""

import secrets
from collections.abc import Callable
from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519
from django.conf import settings

from lianzhang.records import keys


@cache
def authentication() -> bytes:
    """The HMAC key of the chain, 32 bytes; made on first use."""
    return _kept("trail.key", lambda: secrets.token_bytes(32))


@cache
def signing() -> ed25519.Ed25519PrivateKey:
    """The key that signs checkpoints; its public half lies beside them for the auditor."""
    raw = _kept("checkpoint.key", lambda: ed25519.Ed25519PrivateKey.generate().private_bytes_raw())
    return ed25519.Ed25519PrivateKey.from_private_bytes(raw)


def public_pem() -> bytes:
    """The public half of the signing key as PEM: the auditor keeps a copy outside this machine."""
    return (
        signing().public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )


def _kept(name: str, make: Callable[[], bytes]) -> bytes:
    return keys.kept(Path(settings.LIANZHANG_HOME) / "keys" / name, make=make)
