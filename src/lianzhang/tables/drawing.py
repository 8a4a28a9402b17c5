"""A drawing of boxes, lines and words as data: what a chart hands to whoever puts it on paper.

Places are in points of the drawing (1/96 inch), like those of an SVG.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Box:
    """A rectangle, filled, outlined or both; colours as #RRGGBB."""

    x: float
    y: float
    width: float
    height: float
    fill: str = ""
    stroke: str = ""


@dataclass(frozen=True, kw_only=True)
class Line:
    """An upright line."""

    x: float
    top: float
    floor: float
    stroke: str
    is_dashed: bool = False


@dataclass(frozen=True, kw_only=True)
class Words:
    """A line of words: runs of (text, colour) standing on `y`, placed by `anchor` like SVG text."""

    x: float
    y: float
    runs: Sequence[tuple[str, str]]
    size: float
    anchor: str = "start"
    is_bold: bool = False
    width: float = 240


@dataclass(frozen=True, kw_only=True)
class Drawing:
    """The whole: its measures, what it shows in words, its shapes from back to front."""

    width: float
    height: float
    title: str
    shapes: Sequence[Box | Line | Words]
