"""Bands as offices write them: what is read of them, and that what is written into a cell is read back."""

from decimal import Decimal

import pytest

from chainlab.sheets import Kind, Span, spans
from chainlab.sheets.amounts import NotANumber
from chainlab.sheets.layout import Field

MONEY = Field("amount", "年采购额档", "Amount", Kind.SPAN_WAN, unit="万元")
FIRMS = Field("suppliers", "供应商家数档", "Suppliers", Kind.SPAN, unit="家")
MONTHS = Field("months", "认证周期档", "Certification", Kind.SPAN, unit="个月")


def read(text: str, field: Field = MONEY) -> Span:
    return spans.parse(text, unit=field.unit, is_money=field.kind is Kind.SPAN_WAN)[0]


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("1千万–5千万", 1000, 5000),
        ("1000万至5000万元", 1000, 5000),
        ("500-800万", 500, 800),
        ("1000-5000", 1000, 5000),
        ("＜1000万元", 0, 1000),
        ("1000万元以下", 0, 1000),
        ("不足1000万", 0, 1000),
        ("5亿以上", 50000, None),
        ("＞5亿元", 50000, None),
        ("50000 or more", 50000, None),
        ("3500", 3500, 3500),
    ],
)
def test_a_band_of_money_is_read_in_ten_thousand_yuan(text: str, low: int, high: int | None) -> None:
    assert read(text) == Span(Decimal(low), None if high is None else Decimal(high))


@pytest.mark.parametrize(
    ("text", "field", "low", "high"),
    [
        ("2–3家", FIRMS, 2, 3),
        ("10 家及以上", FIRMS, 10, None),
        ("两家", FIRMS, 2, 2),
        ("1年", MONTHS, 12, 12),
        ("6个月以内", MONTHS, 0, 6),
        ("6-12月", MONTHS, 6, 12),
    ],
)
def test_firms_and_months_are_counted(text: str, field: Field, low: int, high: int | None) -> None:
    assert read(text, field) == Span(Decimal(low), None if high is None else Decimal(high))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("5千万-1千万", "band_reversed"),
        ("约500", "approximate"),
        ("若干", "not_a_number"),
        ("300美元", "foreign_currency"),
    ],
)
def test_what_is_no_band_is_never_guessed(text: str, code: str) -> None:
    with pytest.raises(NotANumber) as wrong:
        read(text)
    assert wrong.value.code == code


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("field", [MONEY, FIRMS, MONTHS])
@pytest.mark.parametrize("ends", [(0, 1000), (1000, 5000), (5000, 20000), (50000, None), (7, 7)])
def test_a_band_written_into_a_cell_is_read_back(language: str, field: Field, ends: tuple[int, int | None]) -> None:
    low, high = ends
    span = Span(Decimal(low), None if high is None else Decimal(high))
    assert read(spans.words(span, field=field, language=language), field) == span
