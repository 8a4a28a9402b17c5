"""A real government ledger of 2,046 rows that nobody here wrote, read by a small layout of its own.

Its amounts stand in figures (in 元) and again in words inside the text of the decision: the two were written by
different hands, so they check the reader of amounts.
"""

import datetime as dt
import re
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

from chainlab import sheets
from chainlab.sheets import amounts

pytestmark = pytest.mark.shared_data

Field, Kind = sheets.Field, sheets.Kind
FINES = sheets.Layout(
    "fines",
    1,
    "企业名单",
    "Fines",
    (
        sheets.Sheet(
            "fines",
            "企业名单",
            "Fines",
            (
                Field("serial", "序列", "Serial", kind=Kind.CODE, is_required=True, is_key=True),
                Field("name", "企业名称", "Firm", is_required=True, is_key=True),
                Field("uscc", "统一社会信用代码", "Code", kind=Kind.USCC),
                Field("city", "所属地市", "City", kind=Kind.REGION),
                Field("industry", "行业", "Industry", patterns=("行业.*",)),
                Field("published_on", "处罚公布时间", "Published", kind=Kind.DATE),
                Field("decision", "处理情况", "Decision"),
                Field("fine_wan", "罚款", "Fine", kind=Kind.WAN, unit="元"),
            ),
        ),
    ),
)
IN_WORDS = re.compile(
    r"[零〇一二两三四五六七八九十百千壹贰叁肆伍陆柒捌玖拾佰仟万亿]+元(?:整)?(?:零?[壹贰叁肆伍陆柒捌玖]角)?(?:零?[壹贰叁肆伍陆柒捌玖]分)?"
)


@pytest.fixture(scope="module")
def ledger(shared: Path) -> sheets.Reading:
    return sheets.read(shared / "shandong-env-ledger" / "ledger_7cities.xlsx", layout=FINES)


def test_every_row_is_read_with_its_place_in_the_sheet(ledger: sheets.Reading) -> None:
    assert len(ledger.rows) == 2046
    assert [row.row_number for row in ledger.rows] == list(range(2, 2048))
    assert all(row.values["name"] for row in ledger.rows)


def test_no_cell_is_an_error_and_what_was_left_out_is_named(ledger: sheets.Reading) -> None:
    found = Counter((one.level, one.code) for one in ledger.complaints)
    assert found["error", "column_missing"] == 0
    assert {code for level, code in found if level == "error"} == set()
    unread = " ".join(one.message_zh for one in ledger.complaints if one.code == "column_unknown")
    for header in ("排污许可证实施时限", "是否取得排污许可证", "信息来源", "网址"):
        assert header in unread


def test_old_registration_numbers_are_told_apart_from_credit_codes(ledger: sheets.Reading) -> None:
    old = [one for one in ledger.complaints if one.code == "uscc_old_number"]
    assert len(old) == sum(len(row.raw["uscc"]) == 15 for row in ledger.rows) == 287
    assert all(row.values["uscc"] is None or len(str(row.values["uscc"])) == 18 for row in ledger.rows)


def test_cities_become_their_codes(ledger: sheets.Reading) -> None:
    assert {row.values["city"] for row in ledger.rows} == {
        "370300",
        "370500",
        "370700",
        "371000",
        "371100",
        "371300",
        "371500",
    }


def test_dates_and_gaps_in_one_column_are_both_kept(ledger: sheets.Reading) -> None:
    days = [row.values["published_on"] for row in ledger.rows]
    assert sum(isinstance(day, dt.date) for day in days) == 1429
    assert sum(row.blanks.get("published_on") == sheets.Blank.UNFILLED for row in ledger.rows) == 617


def test_not_stated_is_a_gap_and_figures_in_yuan_become_wan(ledger: sheets.Reading) -> None:
    for row in ledger.rows:
        raw, value = row.raw["fine_wan"], row.values["fine_wan"]
        if raw in ("", "未标明"):
            assert (value, row.blanks["fine_wan"]) == (None, sheets.Blank.UNFILLED)
        else:
            assert value == Decimal(raw) / 10_000


def test_amounts_in_words_agree_with_the_figures_of_another_hand(ledger: sheets.Reading) -> None:
    """Measured: 98 % agree; every disagreement looked at was a slip of the clerk (伍万贰仟陆佰玖拾元 beside 5260)."""
    agree, differ = 0, []
    for row in ledger.rows:
        spoken = IN_WORDS.findall(str(row.values["decision"]))
        if row.values["fine_wan"] is None or len(spoken) != 1 or spoken[0] in ("千元", "万元", "百元"):
            continue
        read = amounts.in_wan(amounts.parse(spoken[0]), unit="元")
        agree += read == row.values["fine_wan"]
        if read != row.values["fine_wan"]:
            differ.append((spoken[0], row.values["fine_wan"]))
    assert agree > 1_000
    assert len(differ) <= 0.02 * agree, differ
