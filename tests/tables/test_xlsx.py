"""An exported workbook reads back: headings in row 1, values with their kinds, nothing that computes."""

import dataclasses
import datetime as dt
import io
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianzhang import tables
from lianzhang.tables import about, xlsx
from tests.tables.conftest import Row, made

HEADER = tables.ExportHeader(
    title="重点项目",
    scope="阶段：在建",
    as_of=dt.date(2026, 11, 20),
    who="秘书处 secretary",
    made_at=dt.datetime(2026, 11, 23, 2, 0, tzinfo=dt.UTC),
    export_id="DC-000007",
)
MARKED = dataclasses.replace(HEADER, is_illustrative=True)


def book(rows: list[Row], *, table: tables.TableSpec | None = None, header: tables.ExportHeader = HEADER) -> Any:
    out = io.BytesIO()
    assert xlsx.write(table or made(), rows, out=out, header=header) == len(rows)
    return openpyxl.load_workbook(io.BytesIO(out.getvalue()))


def cells(rows: list[Row]) -> list[tuple[Any, ...]]:
    return list(book(rows).worksheets[0].iter_rows(values_only=True))


def test_the_first_row_is_the_headings_and_nothing_stands_above() -> None:
    assert cells([Row()])[0][:4] == ("项目名称", "编号", "总投资（万元）", "基金（亿元）")


def test_values_keep_their_kinds() -> None:
    line = cells([Row()])[1]
    assert line[2:6] == (12345.5, 25, 0.3125, 1200)
    assert [str(moment) for moment in line[6:8]] == ["2026-03-01 00:00:00", "2026-03-02 00:30:00"]
    assert line[8:] == ("逾期", "是", "甲、乙")


def test_a_ratio_is_a_number_shown_in_per_cent() -> None:
    sheet = book([Row()]).worksheets[0]
    assert sheet["E2"].number_format == "0.0%"
    assert sheet["C2"].number_format == "#,##0.00"


def test_a_blank_is_empty_and_a_withheld_one_says_so() -> None:
    lines = cells([Row(amount_wan=None), Row(amount_wan=tables.WITHHELD), Row(amount_wan=tables.NOT_APPLICABLE)])
    assert [line[2] for line in lines[1:]] == [None, "按约定不提供", "不适用"]


@pytest.mark.parametrize("text", ["=1+1", "=HYPERLINK(1)", "+1", "-1", "@x", "{=A1}", "http://a.example", "0012"])
def test_text_stays_text_whatever_it_looks_like(text: str) -> None:
    sheet = book([Row(name=text)]).worksheets[0]
    assert (sheet["A2"].value, sheet["A2"].data_type, sheet["A2"].hyperlink) == (text, "s", None)


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=2))
def test_money_comes_back_to_the_cent(amount: Decimal) -> None:
    read = cells([Row(amount_wan=amount)])[1][2]
    assert Decimal(str(read)).quantize(Decimal("0.01")) == amount


def test_the_second_sheet_says_where_the_table_comes_from() -> None:
    made_book = book([Row(), Row()], table=made(note="备案口径"), header=MARKED)
    assert made_book.sheetnames == ["重点项目", "说明"]
    said = dict(made_book["说明"].iter_rows(values_only=True))
    assert said == {
        "表名": "重点项目",
        "数据性质": about.mark(),
        "范围": "阶段：在建",
        "数据截至": "2026-11-20",
        "行数": "2",
        "合计：总投资（万元）": "24,691",
        "合计：企业（家）": "2,400",
        "口径": "备案口径",
        "导出人": "秘书处 secretary",
        "导出时间": "2026-11-23 10:00",
        "导出编号": "DC-000007",
    }


def test_invented_data_is_marked_on_its_rows_on_print_and_in_the_file_itself() -> None:
    made_book = book([Row(is_illustrative=True), Row()], header=MARKED)
    sheet = made_book.worksheets[0]
    assert [cell.value for cell in sheet["A"]] == ["数据性质", "示例数据", None]
    assert sheet.freeze_panes == "C2"  # the mark stays beside the name
    assert about.mark() in sheet.oddHeader.right.text
    assert made_book.properties.description == f"{about.mark()} DC-000007"


def test_a_page_of_invented_data_marks_every_row_where_none_has_a_mark_of_its_own() -> None:
    sheet = book([Row(), Row()], table=made(invented=None), header=MARKED).worksheets[0]
    assert [cell.value for cell in sheet["A"]] == ["数据性质", "示例数据", "示例数据"]


def test_a_table_that_has_such_a_column_gets_no_second_one() -> None:
    columns = (tables.Column("mark", "数据性质", lambda row: "示例" if row.is_illustrative else None), *made().columns)
    sheet = book([Row(is_illustrative=True)], table=made(columns=columns), header=MARKED).worksheets[0]
    assert [cell.value for cell in sheet[1]].count("数据性质") == 1


def test_real_data_carries_no_such_mark() -> None:
    made_book = book([Row()], header=tables.ExportHeader(title="重点项目"))
    texts = [str(cell) for sheet in made_book for line in sheet.iter_rows(values_only=True) for cell in line]
    assert about.mark() not in texts
    assert made_book.worksheets[0].oddHeader.right.text is None


def test_headings_stay_in_sight_and_repeat_on_paper() -> None:
    sheet = book([Row()]).worksheets[0]
    assert sheet.freeze_panes == "B2"
    assert sheet.print_title_rows == "$1:$1"
    assert sheet.page_setup.orientation == "landscape"
    told = sheet.parent.worksheets[1]  # both its columns on one sheet of paper
    assert int(told.page_setup.paperSize) == 9
    assert told.sheet_properties.pageSetUpPr.fitToPage


@pytest.mark.parametrize("title", ["a/b:c*d?[e]\\f", "长" * 60, "", "说明", "'x'"])
def test_any_title_gives_a_sheet_name_that_excel_takes(title: str) -> None:
    name = xlsx.sheet_name(title)
    assert 0 < len(name) <= 31
    assert not set(name) & set("[]:*?/\\")
    assert book([], header=tables.ExportHeader(title=title)).sheetnames[0] == name
