"""A CSV opens in Chinese, starts no formula and reads back."""

import csv as reader
import io
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianzhang import tables
from lianzhang.tables import csv
from tests.tables.conftest import Row, made


def written(rows: list[Row]) -> str:
    out = io.StringIO(newline="")
    assert csv.write(made(), rows, out=out) == len(rows)
    return out.getvalue()


def parsed(rows: list[Row]) -> list[list[str]]:
    return list(reader.reader(io.StringIO(written(rows).removeprefix("\ufeff"), newline="")))


def test_excel_is_told_the_encoding() -> None:
    assert written([]).encode("utf-8").startswith(b"\xef\xbb\xbf")


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1+1", "＋1", "－1", "＠x", " =1", "\u3000=1"]
)
def test_text_that_would_compute_is_disarmed(text: str) -> None:
    assert parsed([Row(name=text)])[1][0] == f"'{text}"


@pytest.mark.parametrize("text", ["示例", "a=b", "1-2", "a@b.example", "—"])
def test_other_text_is_left_alone(text: str) -> None:
    assert parsed([Row(name=text)])[1][0] == text


def test_a_negative_amount_stays_a_number() -> None:
    assert parsed([Row(amount_wan=Decimal("-1234567.5"))])[1][2] == "-1234567.5"


def test_figures_are_in_the_unit_of_their_heading() -> None:
    heading, line = parsed([Row(fund_wan=Decimal(250_000))])
    assert (heading[3], line[3]) == ("基金（亿元）", "25")


def test_blanks_differ() -> None:
    lines = parsed([Row(amount_wan=None), Row(amount_wan=tables.WITHHELD)])
    assert [line[2] for line in lines[1:]] == ["", "按约定不提供"]


@given(st.text(max_size=40))
def test_no_cell_ever_starts_a_formula_and_no_text_is_lost(text: str) -> None:
    cell = csv.harmless(text)
    assert not cell.lstrip(" \u3000").startswith(("=", "+", "-", "@", "\t", "\r"))
    assert cell.removeprefix("'") == text.removeprefix("'") or cell == text


def test_invented_data_says_so_on_its_rows() -> None:
    out = io.StringIO(newline="")
    header = tables.ExportHeader(title="重点项目", is_illustrative=True)
    csv.write(made(), [Row(is_illustrative=True), Row()], out=out, header=header)
    lines = out.getvalue().removeprefix(csv.BYTE_ORDER_MARK).splitlines()
    assert [line.split(",")[0] for line in lines] == ["数据性质", "示例数据", ""]
