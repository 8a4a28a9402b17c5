"""The curve of staying in a stage, and the year's investment with how it may end, as places in an SVG."""

from collections.abc import Sequence
from typing import Any

from lianzhang.web.charts.frontier import YI, round_levels

WIDTH, HEIGHT = 640, 220
LEFT, RIGHT, TOP, BOTTOM = 56, 24, 16, 32
SHARES = (1.0, 0.75, 0.5, 0.25, 0.0)
FRAME = {
    "width": str(WIDTH),
    "height": str(HEIGHT),
    "left": str(LEFT),
    "right": str(WIDTH - RIGHT),
    "label_x": str(LEFT - 8),
    "tick_y": str(HEIGHT - BOTTOM + 18),
    "floor": str(HEIGHT - BOTTOM),
}


def staying_option(curve: Sequence[Sequence[float]]) -> dict[str, Any] | None:
    """`curve` is (days, share still there), falling. A step picture from all at day 0; None where nobody has left."""
    if not curve or curve[-1][0] <= 0:
        return None
    most = curve[-1][0]
    steps, share = [(0.0, 1.0)], 1.0
    for days, staying in curve:
        steps += [(days, share), (days, staying)]
        share = staying
    points = " ".join(f"{_across(days / most)},{_up(height)}" for days, height in steps)
    return {
        **FRAME,
        "line": points,
        "levels": [{"y": str(_up(level)), "label": f"{level:.0%}"} for level in SHARES],
        "ticks": [{"x": str(_across(part / 4)), "label": f"{most * part / 4:.0f}"} for part in range(5)],
    }


def outlook_option(rows: Sequence[Sequence[float | None]], *, planned_wan: float | None) -> dict[str, Any] | None:
    """`rows` are (month, done, low, middle, high, naive), 万元 cumulative; None where nothing was done.

    `done`, `middle` and `naive` are lines, `band` the area between low and high, `plan` the height of the year's plan.
    """
    top = max((value for row in rows for value in row[1:] if value is not None), default=0.0)
    top = max(top, planned_wan or 0.0)
    if top <= 0:
        return None
    levels = round_levels(top / YI)
    high = max(levels[-1] * YI, top)

    def line(column: int) -> list[str]:
        return [
            f"{_across(((row[0] or 1) - 1) / 11)},{_up((row[column] or 0) / high)}"
            for row in rows
            if row[column] is not None
        ]

    done = line(1)
    middle = line(3)
    return {
        **FRAME,
        "done": " ".join(done),
        "end": done[-1].split(",") if done else None,
        "middle": " ".join([*done[-1:], *middle]) if middle else "",
        "naive": " ".join(line(5)),
        "band": " ".join([*done[-1:], *line(4), *reversed(line(2))]) if middle else "",
        "plan": str(_up(planned_wan / high)) if planned_wan else "",
        "levels": [{"y": str(_up(level * YI / high)), "label": f"{level:g}"} for level in levels],
        "ticks": [{"x": str(_across((month - 1) / 11)), "label": str(month)} for month in range(1, 13)],
    }


def _across(part: float) -> float:
    return round(LEFT + part * (WIDTH - LEFT - RIGHT), 1)


def _up(share: float) -> float:
    return round(HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM), 1)
