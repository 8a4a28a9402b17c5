"""Days and months as people write them; a period (1-2月, 一季度) is never taken for a month."""

from __future__ import annotations

import calendar
import datetime as dt
import re
import unicodedata

FIRST_YEAR, LAST_YEAR = 1900, 2100
_NUMERALS = str.maketrans("〇零○一二三四五六七八九", "000123456789")
_CHINESE = re.compile(r"^[〇零○一二三四五六七八九]{2,4}年")
_DAY = re.compile(r"^(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*[日号]?$")
_COMPACT_DAY = re.compile(r"^(\d{4})(\d{2})(\d{2})$")
_FOREIGN_ORDER = re.compile(r"^\d{1,2}[-/.]\d{1,2}[-/.](?:\d{4}|\d{2})$")
_TIME = re.compile(r"[ T]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?$")
_MONTH = re.compile(r"^(\d{4}|\d{2})\s*(?:年|[-/.])\s*(\d{1,2})\s*月?份?(?P<end>[底末]前?|前|以前|之前)?$")
_COMPACT_MONTH = re.compile(r"^(\d{4})(\d{2})$")
_YEAR_END = re.compile(r"^(\d{4})年?(?:[底末]|年底)前?$")
_PERIOD = re.compile(r"季|上半|下半|累计|旬|全年|半年|\d\s*月?\s*[-—–~至到]\s*\d{1,2}\s*月|年度|^\d{4}年?$")


class NotADate(Exception):
    """`code` names the complaint in messages.toml."""

    def __init__(self, code: str, text: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.text = text


def day(text: str, *, month_means: str = "") -> tuple[dt.date, bool]:
    """The day a text names, and whether it named a month only; raises NotADate."""
    text = _TIME.sub("", _plain(text))
    match = _DAY.match(text) or _COMPACT_DAY.match(text)
    if match:
        return _date(int(match[1]), int(match[2]), int(match[3])), False
    if _FOREIGN_ORDER.match(text):
        raise NotADate("date_ambiguous")
    year_end = _YEAR_END.match(text)
    if year_end and month_means and re.search("[底末]", text):
        return _date(int(year_end[1]), 12, 31), True
    if not (_MONTH.match(text) or _COMPACT_MONTH.match(text)) or _PERIOD.search(text):
        raise NotADate("not_a_date")
    if not month_means:
        raise NotADate("date_without_day")
    first = month(text)
    if month_means == "first":
        return first, True
    return first.replace(day=calendar.monthrange(first.year, first.month)[1]), True


def month(text: str) -> dt.date:
    """The first day of the month a text names; raises NotADate."""
    text = _plain(text)
    match = _MONTH.match(text) or _COMPACT_MONTH.match(text)
    if match and not _PERIOD.search(text):
        year = int(match[1])
        return _date(year + 2000 if len(match[1]) == 2 else year, int(match[2]), 1)
    full = _DAY.match(_TIME.sub("", text))
    if full:
        return _date(int(full[1]), int(full[2]), int(full[3])).replace(day=1)
    raise NotADate("not_a_single_month" if _PERIOD.search(text) else "not_a_month")


def from_serial(serial: float, *, is_1904: bool = False) -> dt.date:
    """The day of an Excel serial. Serial 60 is 1900-02-29, a day that never was. Raises NotADate."""
    if not 1 <= serial < 2_958_466 or (int(serial) == 60 and not is_1904):
        raise NotADate("date_impossible")
    if is_1904:
        found = dt.date(1904, 1, 1) + dt.timedelta(days=int(serial))
    else:
        found = dt.date(1899, 12, 30 if serial > 60 else 31) + dt.timedelta(days=int(serial))
    return in_range(found)


def month_from_number(number: float) -> dt.date:
    """202402 and 2024.2 stored as numbers; 2024.1 may be January or October. Raises NotADate."""
    if 190_000 < number < 210_013 and number == int(number):
        return _date(int(number) // 100, int(number) % 100, 1)
    if not FIRST_YEAR <= number < LAST_YEAR + 1:
        raise NotADate("not_a_month")
    year, _, fraction = format(number, ".10g").partition(".")
    if not 1 <= len(fraction) <= 2:
        raise NotADate("not_a_month")
    if fraction == "1":
        raise NotADate("month_ambiguous")
    return _date(int(year), int(fraction), 1)


def in_range(found: dt.date) -> dt.date:
    """The same day; raises NotADate when the year cannot be meant."""
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise NotADate("date_range", str(found.year))
    return found


def _date(year: int, month: int, day: int) -> dt.date:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise NotADate("date_range", str(year))
    try:
        return dt.date(year, month, day)
    except ValueError:
        raise NotADate("date_impossible") from None


def _plain(text: str) -> str:
    text = unicodedata.normalize("NFKC", text).strip()
    if _CHINESE.match(text):
        year, _, rest = text.partition("年")
        return f"{year.translate(_NUMERALS)}年{_chinese_rest(rest)}"
    return text


def _chinese_rest(text: str) -> str:
    """十二月二十六日 -> 12月26日."""

    def number(match: re.Match[str]) -> str:
        tens, has_ten, ones = match[1], match[2], match[3]
        if not has_ten:
            return (tens + ones).translate(_NUMERALS)
        return str(10 * int(tens.translate(_NUMERALS) or 1) + int(ones.translate(_NUMERALS) or 0))

    return re.sub(r"([一二三四五六七八九]?)(十)?([〇零○一二三四五六七八九]?)(?=[月日号])", number, text)
