"""The arithmetic of the chain: bytes in, authentication code out. No database."""

import hashlib
import hmac
import json
from datetime import date, datetime
from typing import Any

GENESIS = "0" * 64


def encode(content: dict[str, Any]) -> bytes:
    """Canonical JSON bytes of an event: sorted keys, UTF-8, no blanks. Written once, authenticated as written."""
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_plain).encode()


def mac(*, key: bytes, prev: str, seq: int, body: bytes) -> str:
    """HMAC-SHA256 over prev ‖ seq ‖ length ‖ body, hexadecimal."""
    message = bytes.fromhex(prev) + seq.to_bytes(8, "big") + len(body).to_bytes(8, "big") + body
    return hmac.new(key, message, hashlib.sha256).hexdigest()


def _plain(value: object) -> object:
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value)
