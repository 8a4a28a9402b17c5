"""A word of the sender's own that travels inside a workbook and that whoever fills it in does not see.

It is a custom document property: Excel, WPS and LibreOffice keep those when they save an xlsx. It says nothing about a
cell; what it means is up to whoever wrote it. Read in the child only.
"""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

NAME = "lianzhang"
PART = "docProps/custom.xml"
MOST_BYTES = 65_536
_STAMP = re.compile(rf'name="{NAME}"[^>]*>\s*<(?:\w+:)?lpwstr[^>]*>([A-Za-z0-9.:+-]{{1,100}})</')


def of(path: Path | str) -> str:
    """The stamp of a workbook; empty where it has none, or is not one that could have it."""
    try:
        with zipfile.ZipFile(path) as book, book.open(PART) as part:
            said = part.read(MOST_BYTES)
    except (zipfile.BadZipFile, KeyError, OSError):
        return ""
    found = _STAMP.search(said.decode("utf-8", "replace"))
    return found[1] if found else ""
