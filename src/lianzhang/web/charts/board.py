"""The board as a drawing: places in pixels for an SVG that prints and travels without our style sheet."""

import itertools
import unicodedata
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lianzhang.chains.queries.atlas import Board, Chip, Column

CHIP_WIDTH, CHIP_HEIGHT, GAP, PAD, HEAD = 200, 30, 8, 14, 34
COLUMN_GAP = 70
NAME_WIDTH = 20
COLOURS = {
    "missing": ("#FFFFFF", "#B42318"),
    "weak": ("#FFF7E6", "#8A5A00"),
    "held": ("#EEF4F7", "#1F4E63"),
    "unverified": ("#F3F3F1", "#5B6570"),
}
MARKS = {"missing": "▢", "weak": "▥", "held": "▣", "unverified": "▧"}


def words() -> dict[str, str]:
    """What each mark means."""
    return {
        "missing": _("缺"),
        "weak": _("弱或单一来源"),
        "held": _("有"),
        "unverified": _("超过180天未核实"),
    }


def draw(board: Board) -> dict[str, Any]:
    """Titles, boxes, chips and links with their coordinates; all numbers as text, never localised."""
    places: dict[str, tuple[int, int]] = {}
    boxes: list[dict[str, str]] = []
    titles: list[dict[str, str]] = []
    chips: list[dict[str, str]] = []
    x, height = PAD, 0
    for column in board.columns:
        titles.append({"x": str(x), "y": "56", "text": str(column.layer.label)})
        height = max(height, _column(column, x, boxes=boxes, chips=chips, places=places))
        x += CHIP_WIDTH + 2 * PAD + COLUMN_GAP
    return {
        "title": f"{board.atlas.chain.name} v{board.atlas.number} · {board.atlas.get_state_display()}",
        "legend": "    ".join(f"{MARKS[state]} {word}" for state, word in words().items()),
        "legend_y": str(height + PAD + 8),
        "illustrative": board.atlas.is_illustrative,
        "width": str(max(x - COLUMN_GAP + PAD, 400)),
        "height": str(height + 2 * PAD + 8),
        "titles": titles,
        "boxes": boxes,
        "chips": chips,
        "links": [_curve(places[a], places[b]) for a, b in board.links if a in places and b in places],
    }


def _column(
    column: Column,
    x: int,
    *,
    boxes: list[dict[str, str]],
    chips: list[dict[str, str]],
    places: dict[str, tuple[int, int]],
) -> int:
    y = 70
    for group in column.groups:
        rows = len(group.chips)
        tall = HEAD + rows * (CHIP_HEIGHT + GAP) + PAD
        boxes.append(
            {
                "x": str(x),
                "y": str(y),
                "width": str(CHIP_WIDTH + 2 * PAD),
                "height": str(tall),
                "name": group.name,
                "text_x": str(x + PAD),
                "text_y": str(y + 22),
            }
        )
        for number, chip in enumerate(group.chips):
            top = y + HEAD + number * (CHIP_HEIGHT + GAP)
            places[chip.segment.key] = (x + PAD, top)
            chips.append(_chip(chip, x + PAD, top))
        y += tall + GAP
    return y


def _chip(chip: Chip, x: int, y: int) -> dict[str, str]:
    fill, stroke = COLOURS[chip.state]
    return {
        "x": str(x),
        "y": str(y),
        "width": str(CHIP_WIDTH),
        "height": str(CHIP_HEIGHT),
        "text_x": str(x + 8),
        "text_y": str(y + 20),
        "text": f"{MARKS[chip.state]} {shortened(chip.segment.name)}",
        "facts_x": str(x + CHIP_WIDTH - 8),
        "facts": ngettext("%(count)s 家", "%(count)s 家", chip.firm_count) % {"count": chip.firm_count},
        "fill": fill,
        "stroke": stroke,
    }


def shortened(name: str, *, most: int = NAME_WIDTH) -> str:
    """A name as wide as its chip allows, in half widths: a Chinese character takes two; what is cut ends in …."""
    if sum(_width(sign) for sign in name) <= most:
        return name
    kept = list(itertools.accumulate(_width(sign) for sign in name))
    return name[: sum(width <= most - 2 for width in kept)] + "…"


def _width(sign: str) -> int:
    return 2 if unicodedata.east_asian_width(sign) in "WF" else 1


def _curve(start: tuple[int, int], end: tuple[int, int]) -> str:
    """Into the next layer from the right; within one layer and backwards in a bow on the right of the boxes."""
    x1, y1 = start[0] + CHIP_WIDTH, start[1] + CHIP_HEIGHT // 2
    is_forward = end[0] > start[0]
    x2, y2 = end[0] + (0 if is_forward else CHIP_WIDTH), end[1] + CHIP_HEIGHT // 2
    middle = (x1 + x2) // 2 if is_forward else max(x1, x2) + PAD + COLUMN_GAP // 2
    return f"M{x1},{y1} C{middle},{y1} {middle},{y2} {x2},{y2}"
