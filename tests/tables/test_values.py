"""How a value is written: separators, half-up rounding, one unit, and a reason for every blank."""

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianzhang.tables import values


@pytest.mark.parametrize(
    ("value", "kind", "written"),
    [
        (1234567, "integer", "1,234,567"),
        (-1234, "integer", "-1,234"),
        (Decimal("1234567.50"), "wan", "1,234,567.5"),
        (Decimal("0.125"), "wan", "0.13"),
        (Decimal("-0.001"), "wan", "0"),
        (Decimal("47.1") * 10_000, "yi", "47.1"),
        (Decimal(123456), "yi", "12.35"),
        (0.3125, "ratio", "31.3%"),
        (Decimal(1), "ratio", "100.0%"),
        (0, "ratio", "0.0%"),
        (dt.date(2026, 3, 1), "date", "2026-03-01"),
        (dt.date(2026, 3, 1), "month", "2026-03"),
        (dt.datetime(2026, 3, 1, 16, 30, tzinfo=dt.UTC), "datetime", "2026-03-02 00:30"),
        (True, "boolean", "是"),
        (("甲", "乙"), "list", "甲、乙"),
        ("late", "light", "逾期"),
        (values.Light("late", "逾期2天"), "light", "逾期2天"),
    ],
)
def test_each_kind_is_written_the_same_everywhere(value: object, kind: values.Kind, written: str) -> None:
    assert values.plain(value, kind) == written


@pytest.mark.parametrize(
    ("value", "sign"),
    [(None, "—"), ("", "—"), ((), "—"), (values.NOT_APPLICABLE, "/"), (values.WITHHELD, "＊")],
)
def test_a_blank_says_why_it_is_blank(value: object, sign: str) -> None:
    assert values.plain(value, "wan") == sign


@pytest.mark.parametrize("value", [0, False, Decimal(0), 0.0])
def test_zero_is_a_value_and_not_a_blank(value: object) -> None:
    assert values.blank_of(value) is None


def test_an_unknown_light_is_refused_at_once() -> None:
    with pytest.raises(ValueError, match="no light called 'red'"):
        values.Light("red")


def test_a_change_carries_its_sign() -> None:
    shown = [values.plain(Decimal(n), "wan", is_signed=True) for n in ("3.2", "-3.2", "0")]
    assert shown == ["+3.2", "-3.2", "0"]
    assert values.plain(0.02, "ratio", is_signed=True) == "+2.0%"


@given(st.decimals(min_value=-(10**12), max_value=10**12, places=4))
def test_rounding_is_half_up_as_exact_arithmetic_has_it(number: Decimal) -> None:
    exact = Fraction(number)
    cents = abs(exact) * 100
    whole = int(cents) + (1 if cents - int(cents) >= Fraction(1, 2) else 0)
    expected = Fraction(whole, 100) * (1 if exact >= 0 else -1)
    assert Fraction(values.round_half_up(number, places=2)) == expected


@given(st.floats(min_value=-1e9, max_value=1e9, allow_nan=False))
def test_a_float_is_rounded_as_its_digits_read(number: float) -> None:
    with localcontext() as exact:
        exact.prec = 400
        read = Decimal(repr(number)).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
    assert values.round_half_up(number, places=2) == read


@given(st.integers(min_value=-(10**15), max_value=10**15))
def test_separators_never_change_the_number(number: int) -> None:
    shown = values.grouped(number, places=0)
    assert int(shown.replace(",", "")) == number
    assert all(len(group) == 3 for group in shown.lstrip("-").split(",")[1:])


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (True, "boolean"),
        (3, "integer"),
        (Decimal(3), "decimal"),
        (dt.date(2026, 1, 1), "date"),
        ("甲", "text"),
        ([1], "list"),
    ],
)
def test_a_bare_value_has_a_kind_of_its_own(value: object, kind: str) -> None:
    assert values.kind_of(value) == kind


def test_a_moment_is_not_taken_for_a_day() -> None:
    assert values.kind_of(dt.datetime(2026, 1, 1, tzinfo=dt.UTC)) == "datetime"
