"""The board as a drawing: places in pixels for an SVG that prints and travels without our style sheet."""

import itertools
import unicodedata
from dataclasses import dataclass
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


@dataclass
class Lane:
    """A layer that a link may have to cross: from `left` to `right`, at levels where no box stands."""

    left: int
    right: int
    levels: dict[int, int]  # level → how many links run there

    def crossing(self, wanted: int) -> int:
        """The free level nearest to `wanted`; links that share one lie two points apart. Below the last all is free."""
        if wanted > max(self.levels):
            return wanted
        level = min(self.levels, key=lambda at: abs(at - wanted))
        self.levels[level] += 1
        return level + self.levels[level] % 3 * 2 - 2


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
    lanes: list[Lane] = []
    boxes: list[dict[str, str]] = []
    titles: list[dict[str, str]] = []
    chips: list[dict[str, str]] = []
    x, height = PAD, 0
    for column in board.columns:
        titles.append({"x": str(x), "y": "56", "text": str(column.layer.label)})
        first = len(boxes)
        height = max(height, _column(column, x, boxes=boxes, chips=chips, places=places))
        bottoms = [int(box["y"]) + int(box["height"]) + GAP // 2 for box in boxes[first:]]
        lanes.append(Lane(x, x + CHIP_WIDTH + 2 * PAD, dict.fromkeys(bottoms, 0)))
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
        "links": [_route(places[a], places[b], lanes) for a, b in board.links if a in places and b in places],
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


def _route(start: tuple[int, int], end: tuple[int, int], lanes: list[Lane]) -> str:
    """A link from chip to chip, beside the boxes or between them; within one layer in a bow on the right of the boxes.

    The same as frontend/src/board.ts draws on the page.
    """
    is_beside, is_forward = start[0] == end[0], end[0] > start[0]
    x1, y1 = start[0] + (CHIP_WIDTH if is_forward or is_beside else 0), start[1] + CHIP_HEIGHT // 2
    x2, y2 = end[0] + (0 if is_forward else CHIP_WIDTH), end[1] + CHIP_HEIGHT // 2
    if is_beside:
        out = x1 + PAD + COLUMN_GAP // 2
        return f"M{x1},{y1} C{out},{y1} {out},{y2} {x2},{y2}"
    between = [lane for lane in lanes if lane.left > min(x1, x2) and lane.right < max(x1, x2) and lane.levels]
    said, x, y = [f"M{x1},{y1}"], x1, y1
    for lane in between if is_forward else reversed(between):
        enter, leave = (lane.left, lane.right) if is_forward else (lane.right, lane.left)
        level = lane.crossing(y + (y2 - y) * ((lane.left + lane.right) // 2 - x) // (x2 - x))
        said.append(f"C{(x + enter) // 2},{y} {(x + enter) // 2},{level} {enter},{level} L{leave},{level}")
        x, y = leave, level
    return " ".join([*said, f"C{(x + x2) // 2},{y} {(x + x2) // 2},{y2} {x2},{y2}"])
