"""One cell by the kind of its column: the value, or why there is none."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainlab.sheets import Band, Blank, Choice, Field, Kind, grid, messages, values

STAGE = (Choice("signed", "签约", "Signed", ("已签约",)), Choice("none", "无", "None"))
CELLS = st.one_of(
    st.text(max_size=60),
    st.floats(),
    st.integers(-(10**18), 10**18),
    st.booleans(),
    st.dates(),
    st.datetimes(),
    st.times(),
    st.timedeltas(),
    st.none(),
    st.from_regex(r"[-(（]?[0-9０-９,.，]{1,12}[亿万元%年月个]{0,3}[-~至]?[0-9]{0,4}[)）]?", fullmatch=True),
)


def parse(value: object, kind: Kind, *, unit: str = "", stated: bool = False, **cell: bool) -> values.Parsed:
    field = Field("f", "栏", "Column", kind=kind, unit=unit, choices=STAGE if kind is Kind.CHOICE else ())
    setting = values.Setting(unit, is_unit_stated=stated)
    return values.parse(grid.Cell(value, **cell), field=field, setting=setting)


def said(parsed: values.Parsed) -> list[str]:
    return [code for code, _ in parsed.findings]


@given(CELLS, st.sampled_from(list(Kind)), st.sampled_from(["", "万元", "亿元", "%"]), st.booleans())
def test_no_cell_breaks_the_reading_and_every_finding_has_words(
    value: object, kind: Kind, unit: str, stated: bool
) -> None:
    if kind.is_money and unit == "%":
        unit = "元"
    parsed = parse(value, kind, unit=unit, stated=stated)
    for code, words in parsed.findings:
        complaint = messages.complaint(code, field=Field("f", "栏", "Column"), words=words)
        assert complaint.message_zh.startswith(("“栏”", "统一社会信用代码", "“"))
    if parsed.value is None:
        is_error = any(messages.texts()[code].level == "error" for code in said(parsed))
        assert is_error or parsed.blank is not None


@pytest.mark.parametrize(
    ("text", "blank"),
    [
        ("", Blank.UNFILLED),
        ("   ", Blank.UNFILLED),
        ("不详", Blank.UNFILLED),
        ("—", Blank.NOT_APPLICABLE),
        ("-", Blank.NOT_APPLICABLE),
        ("/", Blank.NOT_APPLICABLE),
        ("无", Blank.NOT_APPLICABLE),
        ("不适用", Blank.NOT_APPLICABLE),
        ("按约定不提供", Blank.WITHHELD),
        ("（按约定不提供）", Blank.WITHHELD),
    ],
)
@pytest.mark.parametrize("kind", [Kind.WAN, Kind.BAND_WAN, Kind.DATE, Kind.INTEGER])
def test_not_filled_not_applicable_and_withheld_are_three_answers(text: str, blank: Blank, kind: Kind) -> None:
    parsed = parse(text, kind)
    assert (parsed.value, parsed.blank) == (None, blank)


def test_zero_is_a_number_and_not_a_blank() -> None:
    for value in (0, 0.0, "0", "０", -0.0):
        parsed = parse(value, Kind.WAN)
        assert (parsed.value, parsed.blank) == (Decimal(0), None)


def test_no_is_an_answer_where_yes_or_no_is_asked() -> None:
    assert parse("无", Kind.BOOLEAN).value is False
    assert parse("√", Kind.BOOLEAN).value is True
    assert parse(True, Kind.BOOLEAN).value is True
    assert said(parse("也许", Kind.BOOLEAN)) == ["not_yes_no"]


def test_a_yi_amount_in_a_wan_column_is_converted_and_noted() -> None:
    parsed = parse("1.2亿", Kind.WAN, unit="万元")
    assert parsed.value == Decimal(12_000)
    assert said(parsed) == ["cell_unit"]


def test_a_yi_column_hands_on_wan() -> None:
    assert parse(12.5, Kind.YI, unit="亿元").value == Decimal(125_000)


def test_full_width_and_text_numbers_are_read_and_noted() -> None:
    assert (parse("１２．５", Kind.WAN).value, said(parse("１２．５", Kind.WAN))) == (Decimal("12.5"), ["full_width"])
    assert (parse("12.5", Kind.WAN).value, said(parse("12.5", Kind.WAN))) == (Decimal("12.5"), ["number_as_text"])


@pytest.mark.parametrize("kind", [Kind.WAN, Kind.YI, Kind.DECIMAL, Kind.INTEGER, Kind.RATIO])
def test_a_range_stands_only_in_a_column_of_bands(kind: Kind) -> None:
    assert said(parse("500-800", kind)) == ["range_not_allowed"]
    assert parse("500-800", Kind.BAND_WAN).value == Band(Decimal(500), Decimal(800))


def test_a_band_takes_an_exact_amount_and_refuses_bounds_the_wrong_way_round() -> None:
    assert parse(650, Kind.BAND_WAN).value == Band(Decimal(650), Decimal(650))
    assert said(parse("800-500", Kind.BAND_WAN)) == ["band_reversed"]
    assert said(parse("约500", Kind.BAND_WAN)) == ["approximate"]


@pytest.mark.parametrize(
    ("value", "stated", "is_percent", "ratio", "says"),
    [
        (0.972, True, True, "0.972", []),  # formatted as a percentage, whatever the header says
        (97.2, True, False, "0.972", []),  # header (%)
        ("97.2%", False, False, "0.972", []),
        (0.972, False, False, "0.972", []),
        (97.2, False, False, None, ["ratio_ambiguous"]),
        (0.972, True, False, "0.00972", ["ratio_suspect"]),
        (122.6, True, False, "1.226", ["ratio_over"]),
    ],
)
def test_a_share_is_read_by_format_then_sign_then_header_and_else_asked(
    value: object, stated: bool, is_percent: bool, ratio: str | None, says: list[str]
) -> None:
    parsed = parse(value, Kind.RATIO, unit="%" if stated else "", stated=stated, is_percent=is_percent)
    assert parsed.value == (None if ratio is None else Decimal(ratio))
    assert said(parsed) == says


def test_a_negative_amount_is_read_and_asked_about() -> None:
    parsed = parse("(123)", Kind.WAN)
    assert parsed.value == Decimal(-123)
    assert "negative" in said(parsed)


@pytest.mark.parametrize(
    ("value", "unit", "reading"),
    [
        (1_200_000_000, "万元", "按万元计为 120000 亿元，数额少见；如单位实为元，则是 12 亿元"),
        (0.5, "万元", "按万元计为 5000 元，数额少见；如单位实为亿元，则是 5000 万元"),
        (50_000, "亿元", "按亿元计为 50000 亿元，数额少见；如单位实为万元，则是 5 亿元"),
        ("2000亿", "万元", "合 2000 亿元，数额少见"),  # the cell names its unit: there is nothing to propose
        (0.0001, "万元", "合 1 元，数额少见"),  # in no unit a likely investment
        (12_000, "万元", ""),
        (0, "万元", ""),
        (1.2, "亿元", ""),
    ],
)
def test_an_amount_unlikely_for_its_unit_is_asked_about_with_the_likely_reading_and_taken(
    value: object, unit: str, reading: str
) -> None:
    field = Field("total_wan", "总投资", "Total", kind=Kind.WAN, unit="万元", likely_wan=(100, 10_000_000))
    parsed = values.parse(grid.Cell(value), field=field, setting=values.Setting(unit))
    doubts = [one for one in parsed.findings if one[0] in ("suspect_unit", "unlikely_amount")]
    said = [messages.complaint(code, field=field, words=words) for code, words in doubts]
    assert parsed.value is not None
    assert {one.level for one in said} <= {"warning"}
    assert [reading in one.message_zh for one in said] == ([True] if reading else [])
    if not isinstance(value, str):
        assert not any("元" in one.message_en for one in said), "units are said in the reader's language"


@pytest.mark.parametrize("text", ["#N/A", "#REF!", "#DIV/0!", "#VALUE!", "#NAME?"])
def test_an_error_value_is_an_error_in_any_column(text: str) -> None:
    for kind in Kind:
        assert said(parse(text, kind)) == ["cell_error"]


def test_a_formula_that_was_never_calculated_is_an_error_not_a_blank() -> None:
    assert said(parse("", Kind.WAN, is_uncalculated=True)) == ["formula_without_value"]


@pytest.mark.parametrize(
    ("value", "code"),
    [(9.137e17, "uscc_precision"), ("9.13702E+17", "uscc_precision"), (913702001234567890, "uscc_precision")],
)
def test_a_credit_code_stored_as_a_number_has_lost_its_end(value: object, code: str) -> None:
    assert said(parse(value, Kind.USCC)) == [code]


def test_an_old_registration_number_is_kept_out_of_the_credit_code_with_a_warning() -> None:
    parsed = parse("370829200007029", Kind.USCC)
    assert (parsed.value, parsed.blank, said(parsed)) == (None, Blank.UNFILLED, ["uscc_old_number"])


def test_a_phone_stored_as_a_number_keeps_all_its_digits() -> None:
    assert parse(13800000000.0, Kind.CODE).value == "13800000000"
    assert parse("012345", Kind.CODE).value == "012345"
    assert said(parse(1.2345678901234567e17, Kind.CODE)) == ["code_precision"]


def test_a_choice_is_known_by_label_code_or_synonym_and_else_lists_what_there_is() -> None:
    for word in ("签约", "已签约", "signed", "Signed", " 签 约 "):
        assert parse(word, Kind.CHOICE).value == "signed"
    assert parse("无", Kind.CHOICE).value == "none"
    parsed = parse("落地", Kind.CHOICE)
    assert parsed.findings[0][1]["choices"] == ("签约、无", "Signed, None")


def test_a_day_is_read_from_a_date_a_serial_or_words() -> None:
    day = dt.date(2024, 2, 1)
    moment = dt.datetime.combine(day, dt.time(6, 30))
    for value in (day, moment, 45323, "2024年2月1日", 20240201, "20240201"):
        assert parse(value, Kind.DATE).value == day
    assert said(parse(45323, Kind.DATE)) == ["date_from_serial"]
    assert said(parse(2024.5, Kind.DATE)) == ["date_without_day"]
    assert said(parse(60, Kind.DATE)) == ["date_impossible"]
    assert said(parse(dt.date(2204, 1, 1), Kind.DATE)) == ["date_range"]
    assert said(parse(dt.timedelta(days=1), Kind.DATE)) == ["not_a_date"]


def test_the_1904_date_system_is_honoured() -> None:
    field = Field("on", "日期", "Day", kind=Kind.DATE)
    found = values.parse(grid.Cell(45323 - 1462), field=field, setting=values.Setting(is_1904=True))
    assert found.value == dt.date(2024, 2, 1)


def test_invisible_and_control_signs_leave_a_name_and_are_noted() -> None:
    parsed = parse("海\u200b尔\ufeff\x0b智家", Kind.TEXT)
    assert (parsed.value, said(parsed)) == ("海尔智家", ["control_removed"])


def test_a_text_is_kept_as_written_with_its_line_breaks_and_rare_signs() -> None:
    for text in ("第一行\n第二行", "海爾智家（青島）", "𬭎基", "=1+1", "@SUM(A1)", "  前后空格 ".strip()):
        assert parse(text, Kind.TEXT).value == text
    assert said(parse("自造\ue000字", Kind.TEXT)) == ["private_use"]
    assert said(parse("字" * 2001, Kind.TEXT)) == ["too_long"]


def test_a_count_is_whole_and_may_carry_its_counting_word() -> None:
    assert parse("12个", Kind.INTEGER, unit="个").value == 12
    assert parse(12.0, Kind.INTEGER).value == 12
    assert said(parse(12.5, Kind.INTEGER)) == ["not_whole"]
