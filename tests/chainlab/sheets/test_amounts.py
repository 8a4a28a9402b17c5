"""Numbers as people write them. Oracles: Python's own Decimal for figures, a plain writer of Chinese numerals."""

import contextlib
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainlab.sheets import amounts

DIGITS = "零一二三四五六七八九"


def written_out(number: int) -> str:
    """A number below ten thousand times a hundred million in Chinese numerals, by the school rule."""
    if number >= 10**8:
        rest = number % 10**8
        filler = "零" if 0 < rest < 10**7 else ""
        return written_out(number // 10**8) + "亿" + (filler + written_out(rest) if rest else "")
    if number >= 10**4:
        rest = number % 10**4
        filler = "零" if 0 < rest < 10**3 else ""
        return written_out(number // 10**4) + "万" + (filler + written_out(rest) if rest else "")
    text, is_gap = "", False
    for step, sign in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // step % 10
        if digit:
            text += ("零" if is_gap and text else "") + DIGITS[digit] + sign
        is_gap = not digit
    return text


@given(st.integers(1, 10**12 - 1))
def test_every_number_written_out_in_chinese_is_read_back(number: int) -> None:
    assert amounts.words(written_out(number)) == number


@given(st.decimals(min_value=0, max_value=10**9, places=4, allow_nan=False))
def test_thousands_separators_and_full_width_change_nothing(number: Decimal) -> None:
    grouped = f"{number:,.4f}"
    wide = "".join(chr(ord(sign) + 0xFEE0) for sign in grouped)
    assert amounts.parse(grouped).number == number
    assert amounts.parse(wide).number == number


@given(st.floats(allow_nan=True, allow_infinity=True))
def test_a_stored_number_is_what_excel_shows_or_refused(number: float) -> None:
    if not abs(number) <= float(amounts.LARGEST):
        with pytest.raises(amounts.NotANumber, match="not_finite"):
            amounts.from_float(number)
    else:
        shown = amounts.from_float(number)
        assert abs(shown - Decimal(number)) <= max(abs(Decimal(number)) * Decimal("1e-14"), Decimal("1e-10"))


def test_one_tenth_and_two_tenths_are_three_tenths() -> None:
    assert amounts.from_float(0.1 + 0.2) == Decimal("0.3")


@pytest.mark.parametrize(
    ("text", "yuan"),
    [
        ("1.2亿", 120_000_000),
        ("1.2亿元", 120_000_000),
        ("3000万", 30_000_000),
        ("1亿2000万", 120_000_000),
        ("0.34万元", 3_400),
        ("3400元", 3_400),
        ("-3.5亿元", -350_000_000),
        ("一亿二千万", 120_000_000),
        ("壹佰贰拾叁万", 1_230_000),
        ("3千5百万", 35_000_000),
        ("两万五", 25_000),
        ("玖仟陆佰肆拾元肆角叁分", Decimal("9640.43")),
        ("人民币叁拾万元整", 300_000),
        ("¥ 1,234.50元", Decimal("1234.5")),
    ],
)
def test_a_unit_in_the_cell_is_taken_at_its_word(text: str, yuan: Decimal) -> None:
    assert amounts.parse(text) == amounts.Amount(Decimal(yuan), "元")


@pytest.mark.parametrize(("text", "number"), [("(123)", -123), ("△12.3", "-12.3"), ("负3.5", "-3.5"), ("（８）", -8)])
def test_bracket_triangle_and_fu_mean_negative(text: str, number: str) -> None:
    assert amounts.parse(text).number == Decimal(number)


@pytest.mark.parametrize("text", ["约500", "500左右", ">1000", "1000以上", "近千万", "500余", "不低于3亿", "≥5"])
def test_an_approximate_amount_is_refused_not_guessed(text: str) -> None:
    with pytest.raises(amounts.NotANumber) as refusal:
        amounts.parse(text)
    assert refusal.value.code == "approximate"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("12,34", "grouping"),
        ("1,2345", "grouping"),
        ("1.2.3", "grouping"),
        ("1e308", "not_finite"),
        ("NaN", "not_a_number"),
        ("Infinity", "not_a_number"),
        ("100万美元", "foreign_currency"),
        ("$500", "foreign_currency"),
        ("↑5", "not_a_number"),
        ("2000万1亿", "not_a_number"),
        ("9" * 80, "not_finite"),
        ("", "not_a_number"),
    ],
)
def test_what_is_no_number_says_why(text: str, code: str) -> None:
    with pytest.raises(amounts.NotANumber) as refusal:
        amounts.parse(text)
    assert refusal.value.code == code


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("500-800", 500, 800),
        ("５００－８００", 500, 800),
        ("500~800", 500, 800),
        ("500至800", 500, 800),
        ("500-800万", 500, 800),
        ("500万-800万元", 500, 800),
        ("1亿-1.5亿", 10_000, 15_000),
        ("0.5-1亿", 5_000, 10_000),
        ("650", 650, 650),
    ],
)
def test_a_band_has_its_bounds_in_one_unit(text: str, low: int, high: int) -> None:
    bounds = [amounts.in_wan(amount, unit="万元") for amount in amounts.parse_band(text)]
    assert bounds == [low, high]


@pytest.mark.parametrize(
    ("unit", "wan"), [("元", "0.01"), ("千元", 10), ("万元", 100), ("百万元", 10_000), ("亿元", 10**6)]
)
def test_a_bare_number_is_in_the_unit_of_its_column(unit: str, wan: str) -> None:
    assert amounts.in_wan(amounts.Amount(Decimal(100)), unit=unit) == Decimal(wan)


@given(st.text(max_size=40))
def test_no_text_breaks_the_reader_of_numbers(text: str) -> None:
    for read in (amounts.parse, amounts.parse_band):
        with contextlib.suppress(amounts.NotANumber):
            read(text)
