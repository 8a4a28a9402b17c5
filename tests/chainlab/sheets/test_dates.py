"""Days and months as people write them. Oracle for serials: openpyxl's own conversion."""

import contextlib
import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.utils import datetime as openpyxl_dates

from chainlab.sheets import dates

DAYS = st.dates(dt.date(1901, 1, 1), dt.date(2100, 12, 31))


@given(DAYS)
def test_a_day_is_read_in_every_usual_form(day: dt.date) -> None:
    forms = (
        f"{day:%Y-%m-%d}",
        f"{day.year}/{day.month}/{day.day}",
        f"{day.year}.{day.month}.{day.day}",
        f"{day.year}年{day.month}月{day.day}日",
        f"{day:%Y%m%d}",
        f"{day:%Y-%m-%d} 00:00:00",
    )
    assert {dates.day(form) for form in forms} == {(day, False)}


@given(DAYS, st.booleans())
def test_a_serial_is_the_day_excel_means(day: dt.date, is_1904: bool) -> None:
    epoch = openpyxl_dates.CALENDAR_MAC_1904 if is_1904 else openpyxl_dates.CALENDAR_WINDOWS_1900
    if is_1904 and day.year < 1905:
        day = day.replace(year=1905, day=1)
    serial = openpyxl_dates.to_excel(dt.datetime.combine(day, dt.time()), epoch)
    assert dates.from_serial(serial, is_1904=is_1904) == day


@pytest.mark.parametrize(
    ("text", "means", "day"),
    [
        ("2024年6月", "last", dt.date(2024, 6, 30)),
        ("2024年2月底前", "last", dt.date(2024, 2, 29)),
        ("2024.6", "first", dt.date(2024, 6, 1)),
        ("2024年底", "last", dt.date(2024, 12, 31)),
    ],
)
def test_a_month_stands_for_a_day_only_where_the_column_says_so(text: str, means: str, day: dt.date) -> None:
    assert dates.day(text, month_means=means) == (day, True)
    with pytest.raises(dates.NotADate):
        dates.day(text)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("2024年2月30日", "date_impossible"),
        ("2023-02-29", "date_impossible"),
        ("2/1/2024", "date_ambiguous"),
        ("1-2-24", "date_ambiguous"),
        ("2204-01-01", "date_range"),
        ("2024年6月", "date_without_day"),
        ("年底前", "not_a_date"),
        ("一季度", "not_a_date"),
        ("尽快", "not_a_date"),
    ],
)
def test_a_day_that_is_none_says_why(text: str, code: str) -> None:
    with pytest.raises(dates.NotADate) as refusal:
        dates.day(text)
    assert refusal.value.code == code


@pytest.mark.parametrize(
    "text",
    [
        "2024年2月",
        "2024.2",
        "202402",
        "24年2月",
        "二〇二四年二月",
        "2024-02",
        "2024/2",
        "２０２４年２月",
        "2024年2月份",
        "2024-02-26",
    ],
)
def test_february_2024_is_one_month_however_written(text: str) -> None:
    assert dates.month(text) == dt.date(2024, 2, 1)


def test_december_in_chinese_numerals_is_the_twelfth_month() -> None:
    assert dates.month("二〇二四年十二月") == dt.date(2024, 12, 1)


@pytest.mark.parametrize("text", ["1-2月", "2024年1-2月", "一季度", "上半年", "2024年", "1至3月累计", "2024年全年"])
def test_a_period_is_not_a_month(text: str) -> None:
    with pytest.raises(dates.NotADate) as refusal:
        dates.month(text)
    assert refusal.value.code == "not_a_single_month"


@pytest.mark.parametrize(("number", "month"), [(202402, 2), (2024.2, 2), (2024.11, 11), (2024.09, 9)])
def test_a_month_stored_as_a_number_is_read_where_it_is_plain(number: float, month: int) -> None:
    assert dates.month_from_number(number) == dt.date(2024, month, 1)


def test_october_typed_as_2024_10_has_lost_its_zero_and_is_asked_for() -> None:
    with pytest.raises(dates.NotADate) as refusal:
        dates.month_from_number(2024.10)
    assert refusal.value.code == "month_ambiguous"


@pytest.mark.parametrize("serial", [60, 0, -1, 3_000_000])
def test_a_serial_that_is_no_day_is_refused(serial: int) -> None:
    with pytest.raises(dates.NotADate):
        dates.from_serial(serial)


@given(st.floats() | st.floats(0, 300_000) | st.integers(0, 300_000).map(float))
def test_no_number_breaks_the_reader_of_dates(number: float) -> None:
    for read in (dates.from_serial, dates.month_from_number):
        with contextlib.suppress(dates.NotADate):
            assert 1900 <= read(number).year <= 2100


@given(st.text(alphabet="0123456789-/.年月日 一二十〇底前季度", max_size=14))
def test_no_text_breaks_the_reader_of_dates(text: str) -> None:
    for read in (dates.day, dates.month):
        with contextlib.suppress(dates.NotADate):
            read(text)
