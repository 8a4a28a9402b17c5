"""The teardown workbook: five sheets that point at each other."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from chainlab import sheets
from tests.chainlab.sheets.conftest import codes

Make = Callable[..., Path]


def book(**changes: list[list[Any]]) -> dict[str, list[list[Any]]]:
    """A small sound teardown; `changes` add lines to a sheet by its key."""
    lines = {
        "企业": [
            ["企业编号", "统一社会信用代码", "企业名称", "注册地", "角色"],
            ["E1", None, "示例链主甲", "370214", "链主"],
            ["E2", None, "示例配套商一", "浙江嘉兴", "配套"],
            [None, "91370200MA00000015", "示例配套商二", "青岛市城阳区", "配套商"],
        ],
        "零部件": [["零部件编号", "零部件名称", "类别"], ["P1", "冰箱", "整机"], ["P2", "压缩机", "压缩机"]],
        "物料清单": [["上级物料", "下级物料", "用量"], ["P1", "P2", 1]],
        "采购": [
            ["采购企业", "零部件", "供应商", "年采购额（万元）", "采购方式", "生产地", "是否经贸易商", "年度"],
            ["E1", "P2", "E2", 650, "外购", "浙江省嘉兴市", "否", 2023],
            ["示例链主甲", "压缩机", "91370200MA00000015", "500-800", "外购", None, None, 2023],
            ["E1", "P2", None, "按约定不提供", "集团内", None, None, 2023],
        ],
        "能力": [["企业", "零部件", "是否已通过认证", "年供应能力（万元）"], ["示例配套商二", "P2", "是", 12000]],
    }
    titles = {"firms": "企业", "parts": "零部件", "bom": "物料清单", "purchases": "采购", "capabilities": "能力"}
    for key, more in changes.items():
        lines[titles[key]] += more
    return lines


def test_a_sound_teardown_reads_with_every_reference_turned_into_an_id(workbook: Make) -> None:
    reading = sheets.read(workbook(book()), layout="teardown")
    assert codes(reading) == set()
    assert [row.values["firm_id"] for row in reading.rows_of("firms")] == ["E1", "E2", "91370200MA00000015"]
    bought = [row.values for row in reading.rows_of("purchases")]
    assert [(row["buyer_id"], row["part_id"], row["supplier_id"]) for row in bought] == [
        ("E1", "P2", "E2"),
        ("E1", "P2", "91370200MA00000015"),
        ("E1", "P2", None),
    ]
    assert bought[0]["amount_wan"] == sheets.Band(Decimal(650), Decimal(650))
    assert bought[1]["amount_wan"] == sheets.Band(Decimal(500), Decimal(800))
    assert bought[0]["origin_region_code"] == "330400"
    assert reading.rows_of("capabilities")[0].values["firm_id"] == "91370200MA00000015"


def test_withheld_by_agreement_is_not_the_same_as_not_filled(workbook: Make) -> None:
    reading = sheets.read(workbook(book(purchases=[["E1", "P2", "E2", None]])), layout="teardown")
    withheld, unfilled = reading.rows_of("purchases")[-2:]
    assert (withheld.blanks["amount_wan"], unfilled.blanks["amount_wan"]) == ("withheld", "unfilled")


@pytest.mark.parametrize(
    ("sheet", "line", "code", "cell"),
    [
        ("purchases", ["E9", "P2", "E2", 1], "reference_unknown", "A5"),
        ("purchases", ["E1", "P9", "E2", 1], "reference_unknown", "B5"),
        ("purchases", ["E1", "P2", "没有这家", 1], "reference_unknown", "C5"),
        ("purchases", ["E1", "P2", "E2", "约500"], "approximate", "D5"),
        ("purchases", ["E1", "P2", "E2", "800-500"], "band_reversed", "D5"),
        ("bom", ["P2", "P2", 1], "contains_itself", "A3"),
        ("bom", ["P1", "P9", 1], "reference_unknown", "B3"),
        ("bom", ["P1", "P2", None], "required", "C3"),
        ("parts", ["P2", "另一种压缩机", "压缩机"], "duplicate_differs", "A4"),
        ("firms", ["E2", None, "冒名者", "370214", "配套"], "duplicate_differs", "A5"),
        ("firms", ["E7", "91370200MA00000016", "校验不符", "370214", "配套"], "uscc_checksum", "B5"),
        ("firms", ["E7", None, "某家", "370214", "房东"], "not_a_choice", "E5"),
        ("capabilities", ["没有这家", "P2", "是", 1], "reference_unknown", "A3"),
    ],
)
def test_what_does_not_fit_together_is_an_error_at_its_cell(
    workbook: Make, sheet: str, line: list[Any], code: str, cell: str
) -> None:
    reading = sheets.read(workbook(book(**{sheet: [line]})), layout="teardown")
    assert (code, cell) in {(one.code, one.cell) for one in reading.errors}
    wrong = next(one for one in reading.errors if one.code == code)
    assert wrong.message_zh
    assert wrong.message_en


def test_a_bill_of_materials_that_leads_back_to_itself_is_an_error_on_each_row_of_the_circle(workbook: Make) -> None:
    parts = [["P3", "电机", "电机"], ["P4", "线圈", "电机"]]
    circles = [["P2", "P3", 1], ["电机", "压缩机", 1], ["P3", "P4", 2], ["P4", "P3", 1], ["P1", "P4", 1]]
    reading = sheets.read(workbook(book(parts=parts, bom=circles)), layout="teardown")
    found = [one for one in reading.errors if one.code == "contains_in_a_circle"]
    assert {one.cell for one in found} == {"A3", "A4", "A5", "A6"}, "not the rows that lead into a circle"
    assert any("P2 → P3 → P2" in one.message_zh or "P3 → P2 → P3" in one.message_zh for one in found)


def test_a_name_that_stands_for_two_parts_asks_for_the_id(workbook: Make) -> None:
    lines = book(parts=[["P3", "压缩机", "压缩机"]], purchases=[["E1", "压缩机", "E2", 1]])
    assert "reference_ambiguous" in codes(sheets.read(workbook(lines), layout="teardown"), level="error")


def test_the_bill_of_materials_may_be_left_out_but_purchases_may_not(workbook: Make) -> None:
    without_bom = {name: lines for name, lines in book().items() if name != "物料清单"}
    assert codes(sheets.read(workbook(without_bom), layout="teardown")) == set()
    without_purchases = {name: lines for name, lines in book().items() if name != "采购"}
    reading = sheets.read(workbook(without_purchases), layout="teardown")
    assert [one.message_zh for one in reading.errors] == ["缺少工作表“采购”，请补上或从模板复制。"]


def test_an_unknown_sheet_is_named_with_the_nearest_known_one(workbook: Make) -> None:
    reading = sheets.read(workbook({**book(), "采购2": [["x"]]}), layout="teardown")
    (complaint,) = [one for one in reading.complaints if one.code == "sheet_unknown"]
    assert "采购" in complaint.message_zh.replace("采购2", "")


def test_two_sheets_for_one_purpose_are_an_error(workbook: Make) -> None:
    lines = book()
    reading = sheets.read(workbook({**lines, "采购清单": lines["采购"]}), layout="teardown")
    assert "sheet_repeated" in codes(reading, level="error")
