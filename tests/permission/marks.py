"""Marks: every text of a record that belongs to somebody says what it is and whose.

`zqproject0force_bqz` in an answer means: here stands something of a project of the body force_b. Letters, digits and
underscores only, so that it comes through HTML, JSON, addresses, Excel and Word unchanged.
"""

import io
import re
import zipfile

MARK = re.compile(r"zq([a-z]+)0([a-z0-9_]+?)qz")


def mark(thing: str, owner: str) -> str:
    """The mark of `thing` that belongs to `owner`."""
    return f"zq{thing}0{owner}qz"


def unfinished(thing: str, owner: str) -> str:
    """What to search for: a page that repeats the question does not thereby show the mark."""
    return f"zq{thing}0{owner}"


def found_in(content: bytes) -> set[tuple[str, str]]:
    """(thing, owner) of every mark in an answer, whatever its form."""
    return {(thing, owner) for thing, owner in MARK.findall(_text(content))}


def _text(content: bytes) -> str:
    if content[:4] != b"PK\x03\x04":
        return content.decode("utf-8", errors="replace")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return "\n".join(archive.read(name).decode("utf-8", errors="replace") for name in archive.namelist())
