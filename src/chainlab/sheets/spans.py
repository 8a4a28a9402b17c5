"""Bands as people answer them: 1千万–5千万, <1000万元, 5亿以上, 2–3 家, 24 个月以上; open at either end.

Unlike an exact amount, 以上 and 以下 are an answer here. What is still no band is an error: 约500, 左右.
"""

from __future__ import annotations

import re
from decimal import Decimal

from chainlab.sheets import amounts
from chainlab.sheets.amounts import Amount, NotANumber
from chainlab.sheets.layout import Field, Kind
from chainlab.sheets.reading import Span

_BELOW = re.compile(
    r"^(?:<=?|≤|不足|不超过|不高于|不到|低于|小于|少于|under|below|up to)\s*(?P<a>.+)$|^(?P<b>.+?)(?:以下|以内|之内)$",
    re.IGNORECASE,
)
_ABOVE = re.compile(
    r"^(?:>=?|≥|超过|不少于|不低于|高于|大于|多于|over|above|at least)\s*(?P<a>.+)$"
    r"|^(?P<b>.+?)\s*(?:及?以上|\+|or more)$",
    re.IGNORECASE,
)
_YEARS = re.compile(r"^(\d+(?:\.\d+)?)\s*年$")


def parse(text: str, *, unit: str, is_money: bool) -> tuple[Span, list[Amount]]:
    """The band a text names, money in 万元, and its bounds as written. Raises NotANumber.

    A single number is a band of its own; what to do with it is for the reader's caller to say.
    """
    text = re.sub(r"\s+", " ", amounts.plain(text))
    if found := _BELOW.match(text):
        high = _bound(found["a"] or found["b"], unit=unit, is_money=is_money)
        return Span(Decimal(0), _number(high, unit=unit, is_money=is_money)), [high]
    if found := _ABOVE.match(text):
        low = _bound(found["a"] or found["b"], unit=unit, is_money=is_money)
        return Span(_number(low, unit=unit, is_money=is_money), None), [low]
    low, high = amounts.parse_band(text) if is_money else _counts(text, unit=unit)
    first, last = (_number(bound, unit=unit, is_money=is_money) for bound in (low, high))
    if first > last:
        raise NotANumber("band_reversed")
    return Span(first, last), [low, high]


def _counts(text: str, *, unit: str) -> tuple[Amount, Amount]:
    """Counted things: the unit may stand behind both numbers or behind the last."""
    parts = re.split(r"\s*(?:-{1,2}|–|—{1,2}|~|至|到)\s*", text, maxsplit=1)
    found = [_bound(part, unit=unit, is_money=False) for part in parts]
    return found[0], found[-1]


def _bound(text: str, *, unit: str, is_money: bool) -> Amount:
    text = text.strip()
    if is_money:
        return amounts.parse(text)
    if unit == "个月" and (years := _YEARS.match(text)):
        return Amount(Decimal(years[1]) * 12)
    bare = text
    for word in (unit, unit.removeprefix("个")):
        bare = bare.removesuffix(word).strip() if word else bare
    amount = amounts.parse(bare)
    if amount.unit:
        raise NotANumber("not_a_number")
    return amount


def _number(amount: Amount, *, unit: str, is_money: bool) -> Decimal:
    if amount.unit == "%" or amount.number < 0:
        raise NotANumber("not_a_number")
    if is_money:
        return amounts.in_wan(amount, unit=unit or "万元")
    if amount.number != amount.number.to_integral_value():
        raise NotANumber("not_whole")
    return amount.number


def words(span: Span, *, field: Field, language: str) -> str:
    """A band as it is written into a cell; `parse` reads the same band back."""
    is_money, is_english = field.kind is Kind.SPAN_WAN, language == "en"
    if is_english:
        low, high = (None if end is None else f"{end.normalize():f}" for end in span)
        return f"{low} or more" if high is None else high if low == high else f"{low}-{high}"
    if is_money:
        return _money_words(span)
    low, high = f"{span.low.normalize():f}", None if span.high is None else f"{span.high.normalize():f}"
    if high is None:
        return f"{low} {field.unit}以上"
    return f"{low} {field.unit}" if low == high else f"{low}–{high} {field.unit}"


def _money_words(span: Span) -> str:
    if span.high is None:
        return f"{_money(span.low)}元以上"
    if not span.low:
        return f"{_money(span.high)}元以下"
    return f"{_money(span.low)}元" if span.low == span.high else f"{_money(span.low)}–{_money(span.high)}元"


def _money(wan: Decimal) -> str:
    return f"{(wan / 10000).normalize():f}亿" if wan >= 10000 else f"{wan.normalize():f}万"
