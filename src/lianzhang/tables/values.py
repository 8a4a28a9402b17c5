"""What a cell can hold, and the one way each kind is written for a person to read.

Money is always kept in 万元 (`wan`); a `yi` column takes the same 万元 value and shows it in 亿元. Ratios are kept
as 0–1 and
shown in per cent with one decimal. An empty cell says *why* it is empty: not filled, not applicable, or withheld
by agreement.
"""

import datetime as dt
import enum
from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Literal

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise
Kind = Literal[
    "text",
    "integer",
    "decimal",
    "wan",
    "yi",
    "ratio",
    "date",
    "datetime",
    "month",
    "light",
    "badge",
    "code",
    "boolean",
    "list",
]
NUMBERS: frozenset[str] = frozenset({"integer", "decimal", "wan", "yi", "ratio"})
UNITS: dict[str, Text] = {"wan": _("万元"), "yi": _("亿元"), "ratio": "%"}
YES, NO = _("是"), _("否")
WAN_IN_YI = 10_000


class Blank(enum.Enum):
    """Why a cell is empty although the row exists. `None` in a row means UNFILLED."""

    UNFILLED = "unfilled"
    NOT_APPLICABLE = "not_applicable"
    WITHHELD = "withheld"
    RESTRICTED = "restricted"
    UNRELEASED = "unreleased"

    @property
    def sign(self) -> str:
        """What stands in the cell on screen and in Word."""
        return _BLANK_SIGNS[self.value]

    @property
    def meaning(self) -> Text:
        """What the sign means, for the title and for screen readers."""
        return _BLANK_MEANINGS[self.value]


_BLANK_SIGNS = {"unfilled": "—", "not_applicable": "/", "withheld": "＊", "restricted": "◪", "unreleased": "◇"}
_BLANK_MEANINGS: dict[str, Text] = {
    "unfilled": _("未填"),
    "not_applicable": _("不适用"),
    "withheld": _("按约定不提供"),
    "restricted": _("商业秘密（授权可见）"),
    "unreleased": _("按发布规则不显示"),
}
NOT_APPLICABLE = Blank.NOT_APPLICABLE
WITHHELD = Blank.WITHHELD
RESTRICTED = Blank.RESTRICTED
UNRELEASED = Blank.UNRELEASED

# State is told three times: by shape, by word and by colour, so that print, colour-blind eyes and screen readers
# all get it.
LIGHT_SHAPES: dict[str, str] = {
    "normal": "●",
    "watch": "▲",
    "late": "■",
    "done": "✔",
    "suspended": "❚❚",
    "idle": "○",
}
LIGHT_WORDS: dict[str, Text] = {
    "normal": _("正常"),
    "watch": _("滞后"),
    "late": _("逾期"),
    "done": _("完成"),
    "suspended": _("暂停"),
    "idle": _("未开始"),
}


@dataclass(frozen=True, slots=True)
class Light:
    """状态灯: `code` ∈ normal | watch | late | done | suspended | idle; `word` replaces the usual word (逾期2天);
    `reason` is shown on hover."""

    code: str
    word: Text | None = None
    reason: Text = ""

    def __post_init__(self) -> None:
        if self.code not in LIGHT_SHAPES:
            raise ValueError(f"no light called {self.code!r}; there are {', '.join(LIGHT_SHAPES)}")

    @property
    def shape(self) -> str:
        """The shape that tells the state without colour."""
        return LIGHT_SHAPES[self.code]

    def __str__(self) -> str:
        return str(self.word if self.word is not None else LIGHT_WORDS[self.code])


@dataclass(frozen=True, slots=True)
class Badge:
    """标签: a word with a quiet tone; `tone` ∈ plain | accent | normal | watch | late | draft."""

    word: Text
    tone: str = "plain"

    def __str__(self) -> str:
        return str(self.word)


def grouped(value: Decimal | float | int, *, places: int, is_signed: bool = False) -> str:
    """`value` with thousands separators and at most `places` decimals, trailing zeros dropped; `is_signed` writes
    the plus."""
    sign = "+" if is_signed and value > 0 else ""
    if isinstance(value, int):
        return f"{sign}{value:,}"
    text = f"{round_half_up(value, places=places):,f}"
    return sign + (text.rstrip("0").rstrip(".") if "." in text else text)


_STEPS = tuple(Decimal(1).scaleb(-places) for places in range(10))


def round_half_up(value: Decimal | float | int, *, places: int) -> Decimal:
    """`value` rounded as an accountant rounds (0.125 → 0.13), not to even; a float is taken by its shortest repr."""
    number = value if isinstance(value, Decimal) else Decimal(repr(value))
    rounded = number.quantize(_STEPS[places], rounding=ROUND_HALF_UP)
    # Decimal has a minus zero, which would print as -0.
    return rounded or abs(rounded)


def as_light(value: Any) -> Light:
    """A light from a `Light` or from its bare code."""
    return value if isinstance(value, Light) else Light(str(value))


def _ratio(value: Any, *, places: int, is_signed: bool) -> str:
    number = round_half_up(Decimal(str(value)) * 100, places=places)
    return f"{'+' if is_signed and number > 0 else ''}{number:,f}%"


def _date(value: Any) -> str:
    return value.strftime("%Y-%m-%d") if isinstance(value, dt.date) else str(value)


def _datetime(value: Any) -> str:
    local = timezone.localtime(value) if isinstance(value, dt.datetime) and timezone.is_aware(value) else value
    return local.strftime("%Y-%m-%d %H:%M") if isinstance(local, dt.datetime) else str(value)


def _month(value: Any) -> str:
    return value.strftime("%Y-%m") if isinstance(value, dt.date) else str(value)


PLACES: dict[str, int] = {"integer": 0, "decimal": 2, "wan": 2, "yi": 2, "ratio": 1}


def reader(kind: Kind, *, places: int | None = None, is_signed: bool = False) -> Callable[[Any], str]:
    """The function that writes one present value of `kind` as plain text (never called with a blank)."""
    decimals = PLACES.get(kind, 0) if places is None else places
    writers: dict[str, Callable[[Any], str]] = {
        "integer": lambda value: grouped(value, places=0, is_signed=is_signed),
        "decimal": lambda value: grouped(value, places=decimals, is_signed=is_signed),
        "wan": lambda value: grouped(value, places=decimals, is_signed=is_signed),
        "yi": lambda value: grouped(Decimal(str(value)) / WAN_IN_YI, places=decimals, is_signed=is_signed),
        "ratio": lambda value: _ratio(value, places=decimals, is_signed=is_signed),
        "date": _date,
        "datetime": _datetime,
        "month": _month,
        "light": lambda value: str(as_light(value)),
        "boolean": lambda value: str(YES if value else NO),
        "list": lambda value: _("、").join(str(item) for item in value),
    }
    return writers.get(kind, str)


def blank_of(value: Any) -> Blank | None:
    """The blank a value stands for, or None when the cell holds something (an empty text or list is unfilled)."""
    if isinstance(value, str):  # most cells: asked a thousand times for a page
        return None if value else Blank.UNFILLED
    if value is None:
        return Blank.UNFILLED
    if isinstance(value, Blank):
        return value
    return Blank.UNFILLED if isinstance(value, tuple | list) and not value else None


def plain(value: Any, kind: Kind, *, places: int | None = None, is_signed: bool = False) -> str:
    """One value as the text a person reads, blanks by their sign."""
    blank = blank_of(value)
    return blank.sign if blank else reader(kind, places=places, is_signed=is_signed)(value)


def kind_of(value: Any) -> Kind:
    """The kind a bare value is shown as when no column says so."""
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int):
        return "integer"
    if isinstance(value, Decimal | float):
        return "decimal"
    if isinstance(value, dt.datetime):
        return "datetime"
    if isinstance(value, dt.date):
        return "date"
    return "list" if isinstance(value, list | tuple) else "text"
