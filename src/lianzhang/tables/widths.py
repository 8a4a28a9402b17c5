"""How wide the columns of a printed table are, so that the table is as low as its sheet allows.

Widths count half-width characters: a Chinese character is two.
"""

import re
import unicodedata
from collections.abc import Sequence

PADDING = 3  # the margins of a cell
NARROWEST = 4
WHOLE = 16  # a longer code may break after all
LOOKED_AT = 60  # rows: the longest ones decide
STEPS = (2, 4, 8, 14)


def shares(headings: Sequence[str], texts: Sequence[Sequence[str]], *, room: float) -> list[float]:
    """What part of the sheet, `room` wide, each column takes.

    What cannot break (a number, a date, a unit, two signs of a name) keeps its width; what is left of the sheet goes, a
    little at a time, to the column that then saves most lines.
    """
    longest = sorted(texts, key=lambda line: -sum(map(length, line)))[:LOOKED_AT]
    lines = [[[length(part) for part in text.split("\n")] for text in line] for line in (headings, *longest)]
    widths = [_least(heading, [line[at] for line in texts]) for at, heading in enumerate(headings)]
    spare = int(room - sum(widths))
    while (best := _best(widths, lines, spare=spare)) is not None:
        column, step = best
        widths[column] += step
        spare -= step
    total = sum(widths)
    return [width / total for width in widths]


def _least(heading: str, column: Sequence[str]) -> int:
    """What the column cannot do without; a heading of one line may be set in two, its unit stays whole."""
    label, _, unit = heading.partition("\n")
    whole = max((unbroken(text) for text in column), default=0)
    return max(whole, -(-length(label) // 4) * 2, length(unit), NARROWEST) + PADDING


def _best(widths: Sequence[int], lines: Sequence[Sequence[Sequence[int]]], *, spare: int) -> tuple[int, int] | None:
    """(column, step): where a step of the spare width saves most height for its size; None where none saves any."""
    heights = [[_height(parts, width) for parts, width in zip(line, widths, strict=True)] for line in lines]
    gains: list[tuple[float, int, int]] = []
    for column, width in enumerate(widths):
        others = [max((h for at, h in enumerate(line) if at != column), default=1) for line in heights]
        for step in (one for one in STEPS if one <= spare):
            saved = sum(
                max(line[column], other) - max(_height(parts[column], width + step), other)
                for line, parts, other in zip(heights, lines, others, strict=True)
            )
            # Where a step lowers no row yet, shortening the tallest cells is on the way to it.
            own = sum(
                line[column] ** 2 - _height(parts[column], width + step) ** 2
                for line, parts in zip(heights, lines, strict=True)
            )
            if own:
                gains.append(((saved + own / 100) / step, column, step))
    if not gains:
        return None
    _gain, column, step = max(gains)
    return column, step


def _height(parts: Sequence[int], width: int) -> int:
    """In how many lines a text stands in a column."""
    inner = width - PADDING
    return sum(max(1, -(-part // inner)) for part in parts)


def unbroken(text: str) -> int:
    """The width of the longest part of a text that must not be broken; a long code may be after all."""
    return min(max(map(len, re.findall(r"[!-~]+", text)), default=0), WHOLE)


def length(text: str) -> int:
    """The width of a text; signs that a Chinese font may draw wide (·, “) count as wide."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WFA" else 1 for sign in text)
