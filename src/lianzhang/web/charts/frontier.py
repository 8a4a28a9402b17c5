"""Coverage against the number of suppliers, as points of an SVG."""

from collections.abc import Sequence
from typing import Any

WIDTH, HEIGHT, MARGIN = 560, 180, 36


def chart(points: Sequence[Sequence[float]], *, chosen: int) -> dict[str, Any] | None:
    """`points` are [suppliers, covered 万元]; returns places in a 560 × 180 picture, or None for fewer than two."""
    if len(points) < 2:
        return None
    counts, amounts = [p[0] for p in points], [p[1] for p in points]
    left, span = min(counts), max(counts) - min(counts) or 1
    top = max(amounts) or 1

    def place(count: float, amount: float) -> tuple[float, float]:
        x = MARGIN + (count - left) / span * (WIDTH - 2 * MARGIN)
        return round(x, 1), round(HEIGHT - MARGIN - amount / top * (HEIGHT - 2 * MARGIN), 1)

    placed = [place(count, amount) for count, amount in points]
    dots = [
        {"x": str(x), "y": str(y), "count": int(count), "amount_wan": amount, "is_chosen": int(count) == chosen}
        for (x, y), (count, amount) in zip(placed, points, strict=True)
    ]
    return {
        "width": str(WIDTH),
        "height": str(HEIGHT),
        "line": " ".join(f"{x},{y}" for x, y in placed),
        "dots": dots,
        "floor": str(HEIGHT - MARGIN),
        "left": str(MARGIN),
        "right": str(WIDTH - MARGIN),
    }
