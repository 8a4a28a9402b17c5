"""Coverage against the number of suppliers, as places in an SVG: the line, its points, the scales beside it."""

import math
from collections.abc import Sequence
from typing import Any

WIDTH, HEIGHT = 640, 220
LEFT, RIGHT, TOP, BOTTOM = 56, 24, 24, 32
YI = 10_000  # 万元 in one 亿元
STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)


def chart(points: Sequence[Sequence[float]], *, chosen: tuple[int, float, bool]) -> dict[str, Any] | None:
    """`points` and `chosen`, the list itself, are (suppliers, covered 万元, whether proven; lists of old do not say).

    Returns places in a 640 × 220 picture, or None for fewer than two points or where nothing is covered. `enough` is a
    smaller number of suppliers that covers as much as the list, if there is one; `unproven` counts the points that may
    lie too low.

    `levels` are round amounts in 亿元 with their height, `ticks` numbers of suppliers with their place; both scales
    begin at nothing, so that the height of the line is the amount.
    """
    known = {int(point[0]): (point[1], len(point) > 2 and bool(point[2])) for point in points}
    known[chosen[0]] = chosen[1:]
    points = [(count, *known[count]) for count in sorted(known)]
    most, top = max(point[0] for point in points), max(point[1] for point in points)
    if len(points) < 2 or top <= 0:
        return None
    levels = round_levels(top / YI)
    high = max(levels[-1] * YI, top)

    def across(count: float) -> float:
        return round(LEFT + count / most * (WIDTH - LEFT - RIGHT), 1)

    def up(amount: float) -> float:
        return round(HEIGHT - BOTTOM - amount / high * (HEIGHT - TOP - BOTTOM), 1)

    dots = [
        {
            "x": str(across(count)),
            "y": str(up(amount)),
            "count": int(count),
            "amount_wan": amount,
            "is_proven": is_proven,
            "is_chosen": count == chosen[0],
        }
        for count, amount, is_proven in points
    ]
    as_much = (count for count, amount, _ in points if count < chosen[0] and amount >= chosen[1] * (1 - 1e-9))
    return {
        "width": str(WIDTH),
        "height": str(HEIGHT),
        "line": " ".join(f"{dot['x']},{dot['y']}" for dot in dots),
        "dots": dots,
        "chosen": next(dot for dot in dots if dot["is_chosen"]),
        "enough": next(as_much, None),
        "unproven": sum(not dot["is_proven"] for dot in dots),
        "levels": [{"y": str(up(level * YI)), "label": f"{level:g}"} for level in levels],
        "ticks": [{"x": str(across(count)), "label": str(count)} for count in round_counts(int(most))],
        "floor": str(HEIGHT - BOTTOM),
        "tick_y": str(HEIGHT - BOTTOM + 18),
        "left": str(LEFT),
        "label_x": str(LEFT - 8),
        "right": str(WIDTH - RIGHT),
    }


def round_levels(top: float) -> list[float]:
    """Three to six round numbers from 0 to the first that reaches `top`."""
    rough = top / 4
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(step for step in STEPS if step * power >= rough) * power
    return [round(number * step, 10) for number in range(math.ceil(top / step - 1e-9) + 1)]


def round_counts(most: int) -> list[int]:
    """Whole numbers to write under the line: every one, every fifth or every tenth."""
    step = 1 if most <= 10 else 5 if most <= 40 else 10
    return [count for count in range(0, most + 1, step) if count]
