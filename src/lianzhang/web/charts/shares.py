"""The history of a share as places in an SVG: one line over time, broken where a point is not told."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

WIDTH, HEIGHT = 640, 200
LEFT, RIGHT, TOP, BOTTOM = 48, 24, 16, 28
LEVELS = (0.0, 0.25, 0.5, 0.75, 1.0)


def local_share_option(points: Sequence[tuple[datetime, float | None, str, str]]) -> dict[str, Any] | None:
    """`points` are (when, share 0–1 or None where it is not told, words, address), oldest first.

    Returns places in a 640 × 200 picture; None for fewer than two points that are told. The scale runs from 0 to 100 %
    always: a small change looks small. Points stand as far apart as their days.
    """
    told = [point for point in points if point[1] is not None]
    if len(told) < 2:
        return None
    begin, end = points[0][0], points[-1][0]
    span = (end - begin).total_seconds() or 1.0

    def across(at: datetime) -> float:
        return round(LEFT + (at - begin).total_seconds() / span * (WIDTH - LEFT - RIGHT), 1)

    def up(share: float) -> float:
        return round(HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM), 1)

    lines: list[list[str]] = [[]]
    dots = []
    for at, share, words, url in points:
        if share is None:
            lines.append([])
            continue
        place = {"x": str(across(at)), "y": str(up(share)), "words": words, "url": url}
        lines[-1].append(f"{place['x']},{place['y']}")
        dots.append(place)
    return {
        "width": str(WIDTH),
        "height": str(HEIGHT),
        "lines": [" ".join(line) for line in lines if len(line) > 1],
        "dots": dots,
        "levels": [{"y": str(up(level)), "label": f"{level:.0%}"} for level in LEVELS],
        "ticks": [
            {"x": str(LEFT), "label": f"{begin:%Y-%m-%d}", "anchor": "start"},
            {"x": str(WIDTH - RIGHT), "label": f"{end:%Y-%m-%d}", "anchor": "end"},
        ],
        "tick_y": str(HEIGHT - BOTTOM + 18),
        "left": str(LEFT),
        "label_x": str(LEFT - 8),
        "right": str(WIDTH - RIGHT),
    }
