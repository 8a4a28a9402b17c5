"""Numbers as people write them: full width, separators, 亿 and 万, words, brackets for negatives, bands.

What is not an exact number is an error, never a guess: 约500, 500左右, >1000.
"""

from __future__ import annotations

import dataclasses
import functools
import re
import unicodedata
from decimal import Decimal, InvalidOperation

SCALES = {"亿": Decimal(10) ** 8, "千万": Decimal(10) ** 7, "百万": Decimal(10) ** 6, "万": Decimal(10) ** 4}
WAN = Decimal(10) ** 4
LARGEST = Decimal(10) ** 15
PLACES = Decimal("0.0000000001")  # 0.01 元 in 亿元
WAN_PLACES = Decimal("0.000001")  # 0.01 元 in 万元
_IN_WAN = {"元": Decimal("0.0001"), "万元": Decimal(1), "亿元": WAN, "千元": Decimal("0.1"), "百万元": Decimal(100)}

_ONE = Decimal(1)
_DIGITS = {
    sign: value
    for value, signs in enumerate(("零〇", "一壹", "二贰貳两", "三叁", "四肆", "五伍", "六陆", "七柒", "八捌", "九玖"))
    for sign in signs
}
_STEPS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_SECTIONS = {"万": 10**4, "亿": 10**8}
_WORDS = re.compile(rf"[{''.join(_DIGITS)}{''.join(_STEPS)}万亿]+")
_MONEY_WORDS = re.compile(
    rf"^(?P<yuan>[{''.join(_DIGITS)}{''.join(_STEPS)}万亿]+)[元圆]"
    rf"(?:整|正)?(?:零?(?P<jiao>[{''.join(_DIGITS)}])角)?(?:零?(?P<fen>[{''.join(_DIGITS)}])分)?(?:整|正)?$"
)
_MIXED = re.compile(r"(?:\d[千百十]){1,3}\d?[万亿]")  # 3千5百万
_TO_WORDS = str.maketrans("0123456789", "零一二三四五六七八九")
_PLAIN = re.compile(r"^\d+(?:\.\d*)?$|^\.\d+$")
_GROUPED = re.compile(r"^\d{1,3}(?:[,' ]\d{3})+(?:\.\d+)?$")
_SCIENTIFIC = re.compile(r"^\d+(?:\.\d+)?[eE][+-]?\d{1,3}$")
_TERMS = re.compile(r"([\d,.' ]+)(千万|百万|亿|万)")
_APPROXIMATE = re.compile(r"约|左右|以上|以下|不足|超过?|近|大概|余|多|上下|不低于|不少于|不超过|[<>≥≤≈~～]$|^[<>≥≤≈~]")
_RANGE = re.compile(r"^(?P<low>.+?)\s*(?:-{1,2}|–|—{1,2}|~|至|到)\s*(?P<high>.+)$")
_FOREIGN = re.compile(r"美元|美金|欧元|日元|港元|港币|英镑|韩元|USD|EUR|HKD|JPY|\$|€|£", re.IGNORECASE)


class NotANumber(Exception):
    """`code` names the complaint in messages.toml."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclasses.dataclass(frozen=True, slots=True)
class Amount:
    """A number read from a cell, and the unit the cell itself names: 元, 万元, 亿元, % or nothing."""

    number: Decimal
    unit: str = ""


def plain(text: str) -> str:
    """Half width, without currency signs and invisible space."""
    text = unicodedata.normalize("NFKC", text).replace("\u200b", "").replace("\ufeff", "").strip()
    return re.sub(r"^(?:人民币|RMB|CNY|¥)\s*|\s*(?:人民币|RMB)$", "", text, flags=re.IGNORECASE).strip()


@functools.lru_cache(maxsize=50_000)
def from_float(number: float) -> Decimal:
    """What Excel shows of a stored number: 15 significant digits, so 0.1+0.2 is 0.3."""
    if number != number or number in (float("inf"), float("-inf")) or abs(number) > LARGEST:
        raise NotANumber("not_finite")
    return _settled(Decimal(format(number, ".15g")))


def parse(text: str, *, unit_words: str = "") -> Amount:
    """The amount a text names; raises NotANumber. `unit_words` is a count word that may follow (个, 家 …)."""
    text = plain(text)
    if _FOREIGN.search(text):
        raise NotANumber("foreign_currency")
    is_negative, text = _sign(text)
    if _APPROXIMATE.search(text):
        raise NotANumber("approximate")
    if unit_words and text.endswith(unit_words):
        text = text.removesuffix(unit_words).strip()
    amount = _positive(text)
    return dataclasses.replace(amount, number=-amount.number) if is_negative else amount


def parse_band(text: str) -> tuple[Amount, Amount]:
    """The two bounds of "500-800", "1亿-1.5亿", "500至800万"; equal bounds for one number. Raises NotANumber."""
    text = plain(text)
    match = _RANGE.match(text)
    if match is None:
        amount = parse(text)
        return amount, amount
    low, high = parse(match["low"]), parse(match["high"])
    if not low.unit and high.unit:
        low = _in_unit_of(low, high, text=match["high"])
    if low.number < 0 or high.number < 0:
        raise NotANumber("not_a_number")
    return low, high


def _in_unit_of(low: Amount, high: Amount, *, text: str) -> Amount:
    """ "500-800万": the unit stands once, for both bounds."""
    scale = next((scale for word, scale in SCALES.items() if word in text), Decimal(1))
    return Amount(low.number * scale, high.unit) if high.unit == "元" else Amount(low.number, high.unit)


def is_range(text: str) -> bool:
    """Whether a text names two numbers with a dash between."""
    match = _RANGE.match(plain(text))
    if match is None:
        return False
    try:
        parse(match["low"])
        parse(match["high"])
    except NotANumber:
        return False
    return True


def in_wan(amount: Amount, *, unit: str) -> Decimal:
    """The amount in 万元; a bare number is in `unit`."""
    return _settled(amount.number * _IN_WAN[amount.unit or unit], places=WAN_PLACES)


def words(text: str) -> Decimal:
    """The number that Chinese numerals name: 一亿二千万, 壹佰贰拾叁, 两万五. Raises NotANumber."""
    if not _WORDS.fullmatch(text):
        raise NotANumber("not_a_number")
    total, section, digit, last_step = 0, 0, 0, 0
    for sign in text:
        if sign in _DIGITS:
            digit = _DIGITS[sign]
            last_step = 0 if sign in "零〇" else last_step
        elif sign in _STEPS:
            section += (digit or 1) * _STEPS[sign]
            digit, last_step = 0, _STEPS[sign]
        else:
            step = _SECTIONS[sign]
            total = (total + section + digit) * step if step > 10**4 else total + (section + digit) * step
            section, digit, last_step = 0, 0, step
    # 两万五 is 25,000, 一百二 is 120: a digit after a step with nothing behind it is of the next lower step.
    tail = digit * (last_step // 10) if last_step else digit
    return Decimal(total + section + tail)


def _sign(text: str) -> tuple[bool, str]:
    bracketed = re.fullmatch(r"\((.+)\)", text)
    if bracketed:
        return True, bracketed[1].strip()
    for mark in ("-", "−", "负", "△", "▲"):
        if text.startswith(mark):
            return True, text.removeprefix(mark).strip()
    return False, text.removeprefix("+").strip()


def _positive(text: str) -> Amount:
    if text.endswith("%"):
        return Amount(_number(text.removesuffix("%").strip()), "%")
    spoken = _MONEY_WORDS.match(text)
    if spoken:
        cents = 10 * _DIGITS.get(spoken["jiao"] or "零", 0) + _DIGITS.get(spoken["fen"] or "零", 0)
        return Amount(words(spoken["yuan"]) + Decimal(cents) / 100, "元")
    body = re.sub(r"(?:整|正)$", "", text)
    body = body.removesuffix("元").strip()
    has_yuan = body != text
    if _MIXED.fullmatch(body):
        body = body.translate(_TO_WORDS)
    if _WORDS.fullmatch(body):
        return Amount(words(body), "元" if has_yuan or re.search("[万亿]", body) else "")
    if re.search("[亿万]", body):
        return Amount(_scaled(body), "元")
    if has_yuan and body.endswith(("千", "百")):
        return Amount(_number(body[:-1]) * _STEPS[body[-1]], "元")
    return Amount(_number(body), "元" if has_yuan else "")


def _scaled(text: str) -> Decimal:
    """1.2亿, 3000万, 1亿2000万, in 元."""
    total, end, last = Decimal(0), 0, None
    for match in _TERMS.finditer(text):
        scale = SCALES[match[2]]
        if match.start() != end or (last is not None and scale >= last):
            raise NotANumber("not_a_number")
        total += _number(match[1].strip()) * scale
        end, last = match.end(), scale
    if end != len(text):
        raise NotANumber("not_a_number")
    return _settled(total)


def _number(text: str) -> Decimal:
    text = text.strip()
    if _PLAIN.match(text) or _SCIENTIFIC.match(text):
        return _settled(_decimal(text))
    if _GROUPED.match(text):
        return _settled(_decimal(re.sub("[,' ]", "", text)))
    raise NotANumber("grouping" if re.fullmatch(r"[\d,' .]*\d[\d,' .]*", text) else "not_a_number")


def _decimal(text: str) -> Decimal:
    if len(text) > 60:
        raise NotANumber("not_finite")
    try:
        return Decimal(text)
    except InvalidOperation:
        raise NotANumber("not_a_number") from None


def _settled(number: Decimal, *, places: Decimal = PLACES) -> Decimal:
    """A bounded number of decimals, no exponent, no negative zero; raises for what no ledger can hold."""
    if not number.is_finite() or abs(number) > LARGEST:
        raise NotANumber("not_finite")
    if number == number.to_integral_value():
        return number.quantize(_ONE) or Decimal(0)
    settled = number.quantize(places).normalize()
    return settled.quantize(_ONE) if settled == settled.to_integral_value() else settled
