"""Reading a ledger as an office really keeps it: titles, units, totals, merges, remarks; every cell addressed."""

import datetime as dt
import zipfile
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.styles import numbers

from chainlab import sheets
from tests.chainlab.sheets.conftest import codes, one_sheet

Make = Callable[..., Path]
HEADER = ["企业名称", "区市", "产值（万元）", "总投资（亿元）", "数量", "占比（%）", "日期"]


def values(reading: sheets.Reading, field: str) -> list[object]:
    return [row.values[field] for row in reading.rows]


def test_a_plain_ledger_reads_without_a_word(workbook: Make, firms: sheets.Layout) -> None:
    path = workbook([HEADER, ["海尔", "城阳区", 1234.5, 3.2, 12, 45.5, dt.date(2024, 2, 26)]])
    reading = sheets.read(path, layout=firms)
    assert reading.complaints == ()
    (row,) = reading.rows
    assert (row.sheet, row.sheet_name, row.row_number) == ("firms", "Sheet1", 2)
    assert row.values == {
        "name": "海尔",
        "district": "城阳区",
        "output_wan": Decimal("1234.5"),
        "total_wan": Decimal(32000),
        "count": 12,
        "share_ratio": Decimal("0.455"),
        "on": dt.date(2024, 2, 26),
    }
    assert row.raw["total_wan"] == "3.2"
    assert [(column.field, column.letter, column.unit) for column in reading.columns][:4] == [
        ("name", "A", ""),
        ("district", "B", ""),
        ("output_wan", "C", "万元"),
        ("total_wan", "D", "亿元"),
    ]


def test_columns_may_come_in_any_order(workbook: Make, firms: sheets.Layout) -> None:
    path = workbook([list(reversed(HEADER)), [None, None, 5, None, 7, "城阳区", "海尔"]])
    (row,) = sheets.read(path, layout=firms).rows
    assert (row.values["name"], row.values["output_wan"], row.values["count"]) == ("海尔", Decimal(7), 5)


def test_the_unit_of_a_header_or_of_a_line_above_it_converts_the_column(workbook: Make, firms: sheets.Layout) -> None:
    in_header = sheets.read(workbook([["企业名称", "产值（亿元）"], ["海尔", 1.5]]), layout=firms)
    above = sheets.read(workbook([["一览表"], ["单位：亿元"], ["企业名称", "产值"], ["海尔", 1.5]]), layout=firms)
    for reading in (in_header, above):
        assert values(reading, "output_wan") == [Decimal(15000)]
        assert "unit_converted" in codes(reading, level="note")
    for unit in ("个", "吨", "单位：标准箱"):
        wrong = sheets.read(workbook([["企业名称", f"产值（{unit}）"], ["海尔", 1.5]]), layout=firms)
        assert "unit_wrong" in codes(wrong, level="error")
        assert "output_wan" in [column.field for column in wrong.columns]
        assert values(wrong, "output_wan") == [None], "what cannot be converted is not taken as if it could"


def test_a_word_in_brackets_that_is_no_unit_makes_another_column(workbook: Make, firms: sheets.Layout) -> None:
    path = workbook([["企业名称", "产值（万元）", "产值（去年同期）", "产值（估算）"], ["海尔", 7, 6, 5]])
    reading = sheets.read(path, layout=firms)
    assert values(reading, "output_wan") == [Decimal(7)]
    assert not codes(reading, level="error")


def test_title_blank_total_remark_and_signature_rows_are_not_data(workbook: Make, firms: sheets.Layout) -> None:
    path = workbook(
        [
            ["重点企业台账"],
            ["填报单位：城阳区", None, "单位：万元"],
            HEADER,
            ["海尔", "城阳区", 100],
            [],
            ["海信", "崂山区", 200],
            ["小计", None, 300],
            HEADER,
            ["澳柯玛", "黄岛区", 50],
            ["其中：外资", None, 20],
            ["合计", None, 350],
            ["注：数据为快报"],
            ["填表人：张某", None, "联系电话：0532"],
        ]
    )
    reading = sheets.read(path, layout=firms)
    assert [(row.row_number, row.values["name"]) for row in reading.rows] == [(4, "海尔"), (6, "海信"), (9, "澳柯玛")]
    assert codes(reading, level="error") == set()
    assert codes(reading, level="warning") == set()
    assert {"title_rows", "rows_total", "rows_repeated_header", "rows_remark"} <= codes(reading)


@pytest.mark.parametrize(("stated", "complains"), [(300, False), (300.4, False), (301, True), (310, True), (30, True)])
def test_a_total_that_does_not_add_up_is_reported_where_it_stands(
    workbook: Make, firms: sheets.Layout, stated: float, complains: bool
) -> None:
    path = workbook([HEADER, ["海尔", "城阳区", 100], ["海信", "崂山区", 200], ["合计", None, stated]])
    found = [one for one in sheets.read(path, layout=firms).complaints if one.code == "total_mismatch"]
    assert bool(found) is complains
    if complains:
        assert (found[0].cell, found[0].level, found[0].field) == ("C4", "warning", "output_wan")
        assert "300" in found[0].message_zh


def test_a_subtotal_is_held_against_its_block_and_a_total_against_the_whole(
    workbook: Make, firms: sheets.Layout
) -> None:
    rows = [["海尔", "城阳区", 100], ["海信", "崂山区", 200], ["小计", None, 310], ["澳柯玛", "黄岛区", 50]]
    path = workbook([HEADER, *rows, ["合计", None, 400]])
    found = [one for one in sheets.read(path, layout=firms).complaints if one.code == "total_mismatch"]
    assert [(one.cell, "各行之和是 300" in one.message_zh, "各行之和是 350" in one.message_zh) for one in found] == [
        ("C4", True, False),
        ("C6", False, True),
    ]


def test_a_company_called_like_a_total_is_still_a_company(workbook: Make, firms: sheets.Layout) -> None:
    path = workbook([HEADER, ["合计智能科技有限公司", "城阳区", 1], ["其中堂书店", "崂山区", 2]])
    assert values(sheets.read(path, layout=firms), "name") == ["合计智能科技有限公司", "其中堂书店"]


def test_a_merged_key_belongs_to_each_row_and_a_merged_amount_to_the_first_only(
    workbook: Make, firms: sheets.Layout
) -> None:
    def merge(book: openpyxl.Workbook) -> None:
        book["Sheet1"].merge_cells("B2:B3")
        book["Sheet1"].merge_cells("C2:C3")

    path = workbook([HEADER, ["海尔", "城阳区", 100], ["海信", None, None]], touch=merge)
    reading = sheets.read(path, layout=firms)
    assert values(reading, "district") == ["城阳区", "城阳区"]
    assert values(reading, "output_wan") == [Decimal(100), None]
    warned = next(one for one in reading.complaints if one.code == "merged_not_filled")
    assert (warned.level, warned.cell, warned.field) == ("warning", "C2", "output_wan")


def test_a_two_row_header_is_flattened(workbook: Make, firms: sheets.Layout) -> None:
    def merge(book: openpyxl.Workbook) -> None:
        for cells in ("A1:A2", "B1:C1"):
            book["Sheet1"].merge_cells(cells)

    path = workbook([["企业名称", "经济指标", None], [None, "产值（万元）", "数量"], ["海尔", 5, 6]], touch=merge)
    reading = sheets.read(path, layout=firms)
    assert [(row.row_number, row.values["output_wan"], row.values["count"]) for row in reading.rows] == [(3, 5, 6)]


def test_the_period_in_the_header_or_title_becomes_the_month_of_each_row(workbook: Make) -> None:
    header = [
        "项目名称",
        "总投资(亿元)",
        "2024年度计划投资(万元)",
        "2月完成投资(万元)",
        "2024年1-2月累计完成投资(万元)",
    ]
    reading = sheets.read(workbook([header, ["甲项目", 2, 300, 40, 50]]), layout="key_projects")
    (row,) = reading.rows
    assert row.values["period_on"] == dt.date(2024, 2, 1)
    assert (row.values["total_wan"], row.values["month_done_wan"], row.values["year_done_wan"]) == (20000, 40, 50)
    titled = [["2024年3月重点项目调度表"], ["项目名称", "总投资(亿元)"], ["甲项目", 2]]
    assert values(sheets.read(workbook(titled), layout="key_projects"), "period_on") == [dt.date(2024, 3, 1)]
    torn = sheets.read(workbook([["2024年3月调度表"], header, ["甲项目", 2, 300, 40, 50]]), layout="key_projects")
    assert "period_conflict" in codes(torn, level="error")
    assert values(torn, "period_on") == [None]


def test_a_required_column_or_cell_that_is_missing_is_an_error(workbook: Make, firms: sheets.Layout) -> None:
    no_column = sheets.read(workbook([["区市", "数量"], ["城阳区", 1]]), layout=firms)
    assert "column_missing" in codes(no_column, level="error")
    no_value = sheets.read(workbook([HEADER, [None, "城阳区", 5]]), layout=firms)
    (complaint,) = no_value.errors
    assert (complaint.code, complaint.sheet, complaint.cell, complaint.field) == ("required", "Sheet1", "A2", "name")
    assert complaint.message_zh == "“企业名称”必填，现在是空的，请补填。"


def test_an_unknown_column_is_reported_with_the_nearest_known_one(workbook: Make, firms: sheets.Layout) -> None:
    reading = sheets.read(workbook([["序号", "企业名称", "区县市"], [1, "海尔", "城阳"]]), layout=firms)
    (complaint,) = reading.complaints
    assert (complaint.code, complaint.cell, complaint.level) == ("column_unknown", "C1", "warning")
    assert "最接近的是“区市”" in complaint.message_zh
    assert "The nearest is" in complaint.message_en


def test_a_column_like_none_of_the_ledger_gets_no_hint(workbook: Make, firms: sheets.Layout) -> None:
    reading = sheets.read(workbook([["企业名称", "区市", "网址"], ["海尔", "城阳", "x"]]), layout=firms)
    (complaint,) = reading.complaints
    assert (complaint.code, complaint.message_zh) == ("column_unknown", "不认识的列“网址”，未导入。")


def test_two_columns_for_one_field_are_an_error_and_neither_is_used(workbook: Make, firms: sheets.Layout) -> None:
    reading = sheets.read(workbook([["企业名称", "产值", "产值（万元）"], ["海尔", 1, 2]]), layout=firms)
    (complaint,) = reading.errors
    assert complaint.code == "column_duplicate"
    assert "B1、C1" in complaint.message_zh
    assert values(reading, "output_wan") == [None]


def test_a_second_table_below_stops_the_reading_and_is_an_error(workbook: Make, firms: sheets.Layout) -> None:
    path = workbook([HEADER, ["海尔", "城阳区", 1], [], ["区市", "企业名称", "数量"], ["城阳区", "海信", 3]])
    reading = sheets.read(path, layout=firms)
    assert values(reading, "name") == ["海尔"]
    assert "second_table" in codes(reading, level="error")


def test_hidden_sheets_are_named_and_not_imported(workbook: Make, firms: sheets.Layout) -> None:
    def hide(book: openpyxl.Workbook) -> None:
        book["旧表"].sheet_state = "hidden"
        book["深藏"].sheet_state = "veryHidden"

    lines = [HEADER, ["海尔", "城阳区", 1]]
    path = workbook({"台账": lines, "旧表": lines, "深藏": lines}, touch=hide)
    reading = sheets.read(path, layout=firms)
    assert {row.sheet_name for row in reading.rows} == {"台账"}
    assert {one.sheet for one in reading.complaints if one.code == "sheet_hidden"} == {"旧表", "深藏"}
    assert reading.sheets_seen == ("台账", "旧表", "深藏")


def test_one_sheet_for_each_district_is_one_ledger(workbook: Make, firms: sheets.Layout) -> None:
    path = workbook(
        {"城阳": [HEADER, ["海尔", "城阳区", 1]], "崂山": [HEADER, ["海信", "崂山区", 2]], "说明": [["随便写"]]}
    )
    reading = sheets.read(path, layout=firms)
    assert [(row.sheet_name, row.row_number) for row in reading.rows] == [("城阳", 2), ("崂山", 2)]
    assert [one.sheet for one in reading.complaints if one.code == "sheet_unknown"] == ["说明"]


def test_error_values_and_uncalculated_formulas_are_reported_with_their_cell(
    workbook: Make, firms: sheets.Layout
) -> None:
    path = workbook([HEADER, ["海尔", "城阳区", "=1+1", "#N/A", "#DIV/0!"]])
    found = {one.cell: one.code for one in sheets.read(path, layout=firms).errors}
    assert found == {"C2": "formula_without_value", "D2": "cell_error", "E2": "cell_error"}


def test_a_percentage_is_read_by_its_number_format(workbook: Make, firms: sheets.Layout) -> None:
    def as_percent(book: openpyxl.Workbook) -> None:
        book["Sheet1"]["F2"].number_format = numbers.FORMAT_PERCENTAGE_00

    path = workbook([HEADER, ["海尔", "城阳区", 1, 1, 1, 0.455], ["海信", "崂山区", 1, 1, 1, 45.5]], touch=as_percent)
    assert values(sheets.read(path, layout=firms), "share_ratio") == [Decimal("0.455"), Decimal("0.455")]


def test_a_percentage_written_out_is_one_whatever_the_header_says(tmp_path: Path) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    page = book.worksheets[0]
    page.append(["项目名称", "总投资", "投资完成率"])
    page.append(["示例项目", 1, "40%"])
    page.append(["示例二期", 1, 40])
    book.save(tmp_path / "book.xlsx")
    reading = sheets.read(tmp_path / "book.xlsx", layout="key_projects")
    assert reading.rows[0].values["completion_ratio"] == Decimal("0.4")
    assert {one.cell: one.code for one in reading.errors} == {"C3": "ratio_ambiguous"}


def test_the_1904_date_system_of_a_workbook_is_honoured(workbook: Make, firms: sheets.Layout) -> None:
    def from_a_mac(book: openpyxl.Workbook) -> None:
        book.epoch = dt.datetime(1904, 1, 1)  # noqa: DTZ001

    path = workbook([HEADER, ["海尔", None, None, None, None, None, 45323 - 1462]], touch=from_a_mac)
    assert values(sheets.read(path, layout=firms), "on") == [dt.date(2024, 2, 1)]


def test_a_repeated_row_counts_once_and_a_contradicting_one_is_an_error_on_both(workbook: Make) -> None:
    layout = one_sheet(
        sheets.Field("name", "企业名称", "Firm", is_required=True, is_key=True),
        sheets.Field("output_wan", "产值", "Output", kind=sheets.Kind.WAN),
        unique=(("name",),),
    )
    same = sheets.read(workbook([["企业名称", "产值"], ["海尔", 1], ["海 尔", 1], ["海尔", 1]]), layout=layout)
    assert [row.row_number for row in same.rows] == [2, 3]
    assert [one.row_number for one in same.complaints if one.code == "duplicate_same"] == [4]
    torn = sheets.read(workbook([["企业名称", "产值"], ["海尔", 1], ["海尔", 2]]), layout=layout)
    assert sorted(one.cell or "" for one in torn.errors) == ["A2", "A3"]
    assert len(torn.rows) == 2


def test_our_own_list_of_errors_and_help_sheets_are_ignored(workbook: Make, firms: sheets.Layout) -> None:
    path = workbook({"错误清单": [["序号"], [1]], "台账": [HEADER, ["海尔", "城阳区", 1]], "填表说明": [["说明"]]})
    reading = sheets.read(path, layout=firms)
    assert values(reading, "name") == ["海尔"]
    assert codes(reading) == {"sheet_ours"}


def test_help_and_example_rows_of_a_template_are_left_out_with_a_note(workbook: Make, firms: sheets.Layout) -> None:
    path = workbook([HEADER, ["【说明】全称", "区划"], ["【示例】某某公司", "城阳区", 5], ["海尔", "城阳区", 1]])
    reading = sheets.read(path, layout=firms)
    assert values(reading, "name") == ["海尔"]
    assert codes(reading) == {"rows_help", "rows_example"}


def test_a_firm_of_the_example_city_is_no_example_row(workbook: Make, firms: sheets.Layout) -> None:
    path = workbook([HEADER, ["示例链主甲", "城阳区", 5]])
    assert values(sheets.read(path, layout=firms), "name") == ["示例链主甲"]


def test_more_rows_than_allowed_stop_the_reading_with_an_error(workbook: Make, firms: sheets.Layout) -> None:
    path = workbook([HEADER, *([f"企业{number}", "城阳区", 1] for number in range(30))])
    reading = sheets.read(path, layout=firms, limits=sheets.Limits(rows=10))
    assert len(reading.rows) == 10
    assert codes(reading, level="error") == {"rows_too_many"}


def test_a_workbook_of_something_else_is_refused_with_the_columns_it_should_have(
    workbook: Make, firms: sheets.Layout
) -> None:
    reading = sheets.read(workbook([["菜名", "价格"], ["馒头", 1]]), layout=firms)
    assert reading.rows == ()
    (complaint,) = reading.errors
    assert complaint.code == "header_missing"
    assert "企业名称" in complaint.message_zh


def test_blank_sheets_give_no_row_and_no_crash(workbook: Make, firms: sheets.Layout) -> None:
    assert sheets.read(workbook({"空": []}), layout=firms).rows == ()
    assert codes(sheets.read(workbook([HEADER]), layout=firms)) == {"rows_none"}


def test_notes_of_one_kind_are_not_repeated_without_end(workbook: Make, firms: sheets.Layout) -> None:
    path = workbook([HEADER, *([f"企业{number}", "城阳区", "12"] for number in range(300))])
    reading = sheets.read(path, layout=firms)
    assert len(reading.rows) == 300
    assert sum(one.code == "number_as_text" for one in reading.complaints) == 50


def test_a_reading_packed_for_the_parent_is_the_same_reading(workbook: Make, firms: sheets.Layout) -> None:
    from chainlab.sheets import packing

    path = workbook(
        [HEADER, ["海尔", "城阳区", "—", 3.2, "按约定不提供", None, dt.date(2024, 2, 26)], [None, "x", "约5"]]
    )
    found = sheets.read(path, layout=firms)
    packed: Any = packing.to_plain(found)
    assert packing.from_plain(packed) == found
    assert found.rows[0].blanks == {
        "output_wan": sheets.Blank.NOT_APPLICABLE,
        "count": sheets.Blank.WITHHELD,
        "share_ratio": sheets.Blank.UNFILLED,
    }


@pytest.mark.slow
@pytest.mark.no_cover
def test_a_ledger_of_two_thousand_projects_is_read_in_seconds(tmp_path: Path) -> None:
    """Each text cell was once held against every pattern of every column: 49 s for 5,000 rows, now 6."""
    import time

    from chainlab.sheets import forms

    fields = sheets.layouts.get("key_projects").sheet("projects").fields
    example = {field.key: forms.example(field) for field in fields}
    rows = [{**example, "code": f"C{number}", "name": f"项目{number}"} for number in range(2000)]
    path = tmp_path / "large.xlsx"
    sheets.write("key_projects", {"projects": rows}, out=path)
    began = time.process_time()
    assert len(sheets.read(path, layout="key_projects").rows) == 2000
    assert time.process_time() - began < 15


def test_hidden_rows_and_columns_are_read_and_named(workbook: Make, firms: sheets.Layout) -> None:
    def hide(book: openpyxl.Workbook) -> None:
        page = book["Sheet1"]
        for number in (3, 5, 6, 8):  # 8 is beyond the data: nobody misses it
            page.row_dimensions[number].hidden = True
        page.column_dimensions["C"].hidden = True
        page.column_dimensions["D"].hidden = True
        page.column_dimensions.group("H", "XFD", hidden=True)

    path = workbook([HEADER, *([name, "城阳区", 1] for name in "甲乙丙丁戊")], touch=hide)
    reading = sheets.read(path, layout=firms)
    assert [row.values["name"] for row in reading.rows] == list("甲乙丙丁戊")
    said = {one.code: one for one in reading.complaints if one.row_number is None}
    assert said["rows_hidden"].level == said["columns_hidden"].level == "warning"
    assert "3 行数据是隐藏的（第 3、5–6 行）" in said["rows_hidden"].message_zh
    assert "2 列是隐藏的（C 产值（万元）、D 总投资（亿元））" in said["columns_hidden"].message_zh
    assert [one.row_number for one in reading.complaints if one.code == "row_hidden"] == [3, 5, 6]


def test_a_row_drawn_to_nothing_is_hidden_and_one_without_a_number_follows_the_one_before(
    workbook: Make, repack: Callable[..., Path], firms: sheets.Layout
) -> None:
    path = workbook([HEADER, ["甲", "城阳区", 1], ["乙", "城阳区", 1], ["丙", "城阳区", 1]])
    part = "xl/worksheets/sheet1.xml"
    xml = zipfile.ZipFile(path).read(part).replace(b'<row r="3"', b'<row ht="0" customHeight="1"')
    reading = sheets.read(repack(path, {part: xml}), layout=firms)
    assert [one.row_number for one in reading.complaints if one.code == "row_hidden"] == [3]
