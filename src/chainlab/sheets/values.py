"""One cell read by the kind of its column: a typed value, or why there is none, and what there is to say about it."""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
import re
import unicodedata
from collections.abc import Callable
from decimal import Decimal

from chainlab.sheets import amounts, codes, dates, grid, signs, spans
from chainlab.sheets.layout import UNITS_EN, Field, Kind
from chainlab.sheets.reading import Band, Blank, Span

NOT_APPLICABLE = {
    "-",
    "--",
    "—",
    "——",
    "–",
    "/",
    "\\",
    "无",
    "n/a",
    "na",
    "不适用",
    "不涉及",
    "不需要",
    "none",
    "not applicable",
}
WITHHELD = {"按约定不提供", "约定不提供", "不便提供", "不提供", "保密", "商业秘密", "withheld"}
UNKNOWN = {
    "未填",
    "未填报",
    "不详",
    "未知",
    "待定",
    "暂无",
    "未标明",
    "未公布",
    "不清楚",
    "待补",
    "unknown",
    "tbd",
    "?",
}
YES = {"是", "有", "√", "✓", "✔", "☑", "y", "yes", "true", "1", "已", "对"}
NO = {"否", "无", "没有", "×", "✗", "✘", "x", "n", "no", "false", "0", "未", "不是"}
IN_WAN = {"元": 1 / amounts.WAN, "万元": Decimal(1), "亿元": amounts.WAN}  # what a column of money may really be in

_ERROR = re.compile(r"#(?:N/A|REF!|DIV/0!|VALUE!|NAME\?|NUM!|NULL!|SPILL!|CALC!)")
_LONGEST_EXACT = 10**15  # Excel keeps 15 digits; a longer number has lost its end


@dataclasses.dataclass(slots=True)
class Parsed:
    """What became of a cell. `findings` are (code, words) of messages.toml."""

    value: object = None
    blank: Blank | None = None
    findings: list[tuple[str, dict[str, object]]] = dataclasses.field(default_factory=list)

    def say(self, code: str, **words: object) -> Parsed:
        self.findings.append((code, words))
        return self


@dataclasses.dataclass(frozen=True, slots=True)
class Setting:
    """What the column says: its unit (from the header, else the field's) and the date system of the workbook."""

    unit: str = ""
    is_unit_stated: bool = False
    is_1904: bool = False


def parse(cell: grid.Cell, *, field: Field, setting: Setting) -> Parsed:
    """Read a cell. Never raises for what a user wrote."""
    if cell.error or ("#" in cell.text and _ERROR.fullmatch(cell.text.strip())):
        return Parsed().say("cell_error", text=cell.text.strip())
    if cell.is_uncalculated:
        return Parsed().say("formula_without_value")
    if type(cell.value) is float:
        return _READERS[field.kind](cell, cell.text, field, setting)  # a number is no word for why there is none
    text = signs.visible(cell.text)
    if (blank := _blank(text, field=field)) is not None:
        return blank
    return _READERS[field.kind](cell, text, field, setting)


def _blank(text: str, *, field: Field) -> Parsed | None:
    """未填, 不适用 and 按约定不提供 are three answers; zero is a fourth and not one of them."""
    if text == "":
        return Parsed(blank=Blank.UNFILLED)
    word = unicodedata.normalize("NFKC", text).strip("()").lower()
    if word in WITHHELD:
        return Parsed(blank=Blank.WITHHELD)
    if field.kind is Kind.BOOLEAN and word in NO:
        return None
    if any(word in (choice.zh.lower(), choice.code, *choice.synonyms) for choice in field.choices):
        return None
    if word in NOT_APPLICABLE:
        return Parsed(blank=Blank.NOT_APPLICABLE)
    if word in UNKNOWN and not (field.kind is Kind.TEXT and field.is_key):
        return Parsed(blank=Blank.UNFILLED).say("unknown_word", text=text)
    return None


def _text(cell: grid.Cell, text: str, field: Field, _: Setting) -> Parsed:
    parsed = Parsed(value=text)
    if not signs.is_plain(cell.text):
        if signs.has_unseen(cell.text):
            parsed.say("control_removed")
        if signs.has_private(text):
            parsed.say("private_use")
    if len(text) > field.max_length:
        return Parsed().say("too_long", count=len(text), limit=field.max_length)
    if _has_lost_digits(cell):
        return Parsed().say("code_precision")
    return parsed


def _code(cell: grid.Cell, text: str, field: Field, setting: Setting) -> Parsed:
    if _has_lost_digits(cell):
        return Parsed().say("code_precision")
    parsed = _text(cell, unicodedata.normalize("NFKC", text), field, setting)
    if len(text) > 200:
        return Parsed().say("too_long", count=len(text), limit=200)
    return parsed


def _has_lost_digits(cell: grid.Cell) -> bool:
    return (isinstance(cell.value, int | float) and abs(cell.value) >= _LONGEST_EXACT) or bool(
        isinstance(cell.value, str) and re.fullmatch(r"\d\.\d+[Ee]\+1[4-9]", cell.value.strip())
    )


def _uscc(cell: grid.Cell, text: str, _field: Field, _: Setting) -> Parsed:
    if _has_lost_digits(cell):
        return Parsed().say("uscc_precision")
    try:
        value = codes.uscc(text)
    except codes.Wrong as wrong:
        return Parsed(blank=Blank.UNFILLED if wrong.code == "uscc_old_number" else None).say(
            wrong.code, text=text, **wrong.words
        )
    parsed = Parsed(value=value)
    return parsed if value == text else parsed.say("normalised", text=text, value=value)


def _region(_cell: grid.Cell, text: str, _field: Field, _: Setting) -> Parsed:
    try:
        return Parsed(value=codes.region(text))
    except codes.Wrong as wrong:
        return Parsed().say(wrong.code, text=text, **wrong.words)


def _choice(_cell: grid.Cell, text: str, field: Field, _: Setting) -> Parsed:
    word = re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).lower()
    for choice in field.choices:
        known = (choice.code, choice.zh, choice.en, *choice.synonyms)
        if word in {re.sub(r"\s", "", unicodedata.normalize("NFKC", name)).lower() for name in known}:
            return Parsed(value=choice.code)
    return Parsed().say(
        "not_a_choice",
        text=text,
        choices=("、".join(choice.zh for choice in field.choices), ", ".join(choice.en for choice in field.choices)),
    )


def _boolean(cell: grid.Cell, text: str, _field: Field, _: Setting) -> Parsed:
    if isinstance(cell.value, bool):
        return Parsed(value=cell.value)
    word = unicodedata.normalize("NFKC", text).lower()
    if word in YES or word in NO:
        return Parsed(value=word in YES)
    return Parsed().say("not_yes_no", text=text)


def _date(cell: grid.Cell, text: str, field: Field, setting: Setting) -> Parsed:
    try:
        match cell.value:
            case dt.datetime():
                return Parsed(value=dates.in_range(cell.value.date()))
            case dt.date():
                return Parsed(value=dates.in_range(cell.value))
            case bool():
                raise dates.NotADate("not_a_date")
            case int() | float() if not re.fullmatch(r"(?:19|20)\d{2}[01]\d[0-3]\d", text):
                return _date_from_number(float(cell.value), text, setting=setting)
        value, is_month_only = dates.day(text, month_means=field.month_means)
    except dates.NotADate as wrong:
        return Parsed().say(wrong.code, text=wrong.text or text)
    parsed = Parsed(value=value)
    return parsed.say("date_from_month", text=text, value=value.isoformat()) if is_month_only else parsed


def _date_from_number(number: float, text: str, *, setting: Setting) -> Parsed:
    """A serial without a date format; a small number such as 2024.5 is a month, not the year 1905."""
    if not (number == 60 or 14_611 <= number <= 73_415):
        if 190_000 < number < 210_013 or 1900 < number < 2101:
            raise dates.NotADate("date_without_day")
        raise dates.NotADate("not_a_date" if number < 14_611 else "date_range")
    value = dates.from_serial(number, is_1904=setting.is_1904)
    return Parsed(value=value).say("date_from_serial", text=text, value=value.isoformat())


def _month(cell: grid.Cell, text: str, _field: Field, _: Setting) -> Parsed:
    try:
        match cell.value:
            case dt.date():
                value = dates.in_range(dt.date(cell.value.year, cell.value.month, 1))
            case bool():
                raise dates.NotADate("not_a_month")
            case int() | float():
                value = dates.month_from_number(float(cell.value))
            case _:
                value = dates.month(text)
    except dates.NotADate as wrong:
        return Parsed().say(wrong.code, text=wrong.text or text)
    return Parsed(value=value)


def _amount(cell: grid.Cell, text: str, field: Field) -> amounts.Amount:
    """The number in a cell, stored or written; raises amounts.NotANumber."""
    if isinstance(cell.value, bool | dt.date | dt.time | dt.timedelta):
        raise amounts.NotANumber("not_a_number")
    if isinstance(cell.value, int | float):
        return amounts.Amount(amounts.from_float(float(cell.value)))
    if amounts.is_range(text) and not re.match(r"^\s*[-−－]", text):
        raise amounts.NotANumber("range_not_allowed")
    # A % that is written is what tells 40% from 40: it is no count word to be left out.
    return amounts.parse(text, unit_words="" if field.kind.is_money or field.unit == "%" else field.unit)


def _number(cell: grid.Cell, text: str, field: Field, _: Setting) -> Parsed:
    try:
        amount = _amount(cell, text, field)
    except amounts.NotANumber as wrong:
        return Parsed().say(wrong.code, text=text)
    number = amount.number
    if amount.unit == "%":
        return Parsed().say("not_a_number", text=text)
    if field.kind is Kind.INTEGER and number != number.to_integral_value():
        return Parsed().say("not_whole", text=text)
    parsed = Parsed(value=int(number) if field.kind is Kind.INTEGER else number)
    return _noted(parsed, cell, text, field=field, number=number)


def _money(cell: grid.Cell, text: str, field: Field, setting: Setting) -> Parsed:
    try:
        amount = _amount(cell, text, field)
    except amounts.NotANumber as wrong:
        return Parsed().say(wrong.code, text=text)
    return _money_from(amount, cell, text, field=field, setting=setting)


def _money_from(amount: amounts.Amount, cell: grid.Cell, text: str, *, field: Field, setting: Setting) -> Parsed:
    if amount.unit == "%":
        return Parsed().say("not_a_number", text=text)
    try:
        value = amounts.in_wan(amount, unit=setting.unit or "万元")
    except amounts.NotANumber as wrong:
        return Parsed().say(wrong.code, text=text)
    parsed = Parsed(value=value)
    _doubt(parsed, amount, value, text, field=field, setting=setting)
    if amount.unit:
        return parsed.say("cell_unit", text=text, value=format(value, "f"))
    return _noted(parsed, cell, text, field=field, number=value)


def _doubt(parsed: Parsed, amount: amounts.Amount, wan: Decimal, text: str, *, field: Field, setting: Setting) -> None:
    """Ask about an amount no such column has: a number that names no unit is likelier in another one than right."""
    low, high = map(_likely, field.likely_wan)
    unit = amount.unit or setting.unit or "万元"
    stated = abs(wan)
    if not stated or low <= stated <= high:
        return
    said = {"text": text, "unit": _both(unit), "stated": _spoken(stated)}
    if not amount.unit:
        for other in IN_WAN if stated < low else reversed(IN_WAN):
            meant = abs(amount.number) * IN_WAN[other]
            if low <= meant <= high:
                parsed.say("suspect_unit", **said, other=_both(other), meant=_spoken(meant))
                return
    parsed.say("unlikely_amount", **said)


@functools.cache
def _likely(bound: float) -> Decimal:
    return Decimal(str(bound))


def _both(unit: str) -> tuple[str, str]:
    """A unit in Chinese and in English."""
    return unit, UNITS_EN.get(unit, unit)


def _spoken(wan: Decimal) -> tuple[str, str]:
    """An amount in the unit it is easiest to read in, in both languages: 12 亿元, 5000 万元, 0.3 元."""
    size, unit = (amounts.WAN, "亿元") if wan >= amounts.WAN else (Decimal(1), "万元")
    size, unit = (size, unit) if wan >= 1 else (1 / amounts.WAN, "元")
    number = format((wan / size).normalize(), "f")
    return f"{number} {unit}", f"{number} × {UNITS_EN[unit]}"


def _noted(parsed: Parsed, cell: grid.Cell, text: str, *, field: Field, number: Decimal) -> Parsed:
    """What to tell about a number that was read: it was text, in full width, or is negative."""
    if isinstance(cell.value, str):
        is_wide = unicodedata.normalize("NFKC", text) != text
        parsed.say("full_width" if is_wide else "number_as_text", text=text)
    if number < 0 and not field.is_signed:
        parsed.say("negative", text=text)
    return parsed


def _band(cell: grid.Cell, text: str, field: Field, setting: Setting) -> Parsed:
    if not isinstance(cell.value, str) or not amounts.is_range(text) or re.match(r"^\s*[-−－(（]", text):
        parsed = _money(cell, text, field, setting)
        if isinstance(parsed.value, Decimal):
            parsed.value = Band(parsed.value, parsed.value)
        return parsed
    try:
        low, high = (amounts.in_wan(bound, unit=setting.unit or "万元") for bound in amounts.parse_band(text))
    except (amounts.NotANumber, KeyError):
        return Parsed().say("not_a_number", text=text)
    if low > high:
        return Parsed().say("band_reversed", text=text)
    return Parsed(value=Band(low, high))


def _span(cell: grid.Cell, text: str, field: Field, setting: Setting) -> Parsed:
    """A band as an answer; money without a unit is doubted like any other amount."""
    is_money = field.kind is Kind.SPAN_WAN
    try:
        if isinstance(cell.value, int | float) and not isinstance(cell.value, bool):
            amount = _amount(cell, text, field)
            number = amounts.in_wan(amount, unit=setting.unit or "万元") if is_money else amount.number
            span, bounds = Span(number, number), [amount]
        else:
            span, bounds = spans.parse(text, unit=setting.unit or field.unit, is_money=is_money)
    except amounts.NotANumber as wrong:
        return Parsed().say("not_a_band" if wrong.code in ("not_a_number", "approximate") else wrong.code, text=text)
    parsed = Parsed(value=span)
    if is_money:
        last = amounts.in_wan(bounds[-1], unit=setting.unit or "万元")
        _doubt(parsed, bounds[-1], last, text, field=field, setting=setting)
    return parsed


def _ratio(cell: grid.Cell, text: str, field: Field, setting: Setting) -> Parsed:
    """By the format of the cell, then the sign in the text, then the unit in the header; else it is asked."""
    try:
        amount = _amount(cell, text, field)
    except amounts.NotANumber as wrong:
        return Parsed().say(wrong.code, text=text)
    number = amount.number
    if amount.unit not in ("", "%"):
        return Parsed().say("not_a_number", text=text)
    parsed = Parsed()
    if amount.unit == "%":
        number /= 100
    elif cell.is_percent:
        pass
    elif setting.is_unit_stated and setting.unit == "%":
        number /= 100
        if 0 < abs(amount.number) < 1:
            parsed.say("ratio_suspect", text=text, percent=f"{format((amount.number * 100).normalize(), 'f')}%")
    elif abs(number) > 1:
        return parsed.say("ratio_ambiguous", text=text)
    if number > 1:
        parsed.say("ratio_over", text=f"{format((number * 100).normalize(), 'f')}%")
    if number < 0 and not field.is_signed:
        parsed.say("negative", text=text)
    parsed.value = number.normalize() if number else Decimal(0)
    return parsed


_READERS: dict[Kind, Callable[[grid.Cell, str, Field, Setting], Parsed]] = {
    Kind.TEXT: _text,
    Kind.INTEGER: _number,
    Kind.DECIMAL: _number,
    Kind.WAN: _money,
    Kind.YI: _money,
    Kind.RATIO: _ratio,
    Kind.DATE: _date,
    Kind.MONTH: _month,
    Kind.BOOLEAN: _boolean,
    Kind.CHOICE: _choice,
    Kind.BAND_WAN: _band,
    Kind.SPAN_WAN: _span,
    Kind.SPAN: _span,
    Kind.USCC: _uscc,
    Kind.REGION: _region,
    Kind.CODE: _code,
}
