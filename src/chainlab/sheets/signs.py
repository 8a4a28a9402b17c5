"""Signs in a text that nobody sees, or that only one computer knows."""

from __future__ import annotations

import re

_INVISIBLE = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\u00ad]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]|_x00[01][0-9A-Fa-f]_")
_PRIVATE = re.compile("[\ue000-\uf8ff\U000f0000-\U0010fffd]")


def is_plain(text: str) -> bool:
    """Whether a text has none of them; most have not."""
    return text.isprintable() and "_x00" not in text


def visible(text: str) -> str:
    """The text as it is seen."""
    if is_plain(text):
        return text.strip()
    return _CONTROL.sub("", _INVISIBLE.sub("", text.replace("\xa0", " ").replace("\r\n", "\n"))).strip()


def has_unseen(text: str) -> bool:
    """Whether a sign stands in it that is not shown."""
    return bool(_CONTROL.search(text) or _INVISIBLE.search(text))


def has_private(text: str) -> bool:
    """Whether a sign stands in it that somebody drew for himself."""
    return _PRIVATE.search(text) is not None
