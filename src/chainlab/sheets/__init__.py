"""Workbooks in and out: `read` gives typed rows and a complaint for every cell that is wrong; the rest writes them.

Importing this package is light: what reads and writes is imported when it is first asked for, parsers and writers by
the functions that need them, and the parsers only ever run in a child process.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from chainlab.sheets import layouts
from chainlab.sheets.layout import Choice, Field, Kind, Layout, Reference, Sheet
from chainlab.sheets.reading import Band, Blank, Column, Complaint, Reading, Row, Span

if TYPE_CHECKING:
    from chainlab.sheets import gate
    from chainlab.sheets.forms import prefilled, template
    from chainlab.sheets.marking import mark, strip
    from chainlab.sheets.plain import write_csv
    from chainlab.sheets.reader import Limits, read
    from chainlab.sheets.writing import write

__all__ = [
    "Band",
    "Blank",
    "Choice",
    "Column",
    "Complaint",
    "Field",
    "Kind",
    "Layout",
    "Limits",
    "Reading",
    "Reference",
    "Row",
    "Sheet",
    "Span",
    "gate",
    "layouts",
    "mark",
    "prefilled",
    "read",
    "strip",
    "template",
    "write",
    "write_csv",
]

_LATER = {
    "Limits": "reader",
    "read": "reader",
    "prefilled": "forms",
    "template": "forms",
    "mark": "marking",
    "strip": "marking",
    "write": "writing",
    "write_csv": "plain",
    "gate": "",
}


def __getattr__(name: str) -> object:
    """Import what a name needs when it is first used."""
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = importlib.import_module(f"{__name__}.{_LATER[name] or name}")
    return getattr(module, name) if _LATER[name] else module
