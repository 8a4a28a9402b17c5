"""Whole files full of hostile cells, through the whole way of reading: a Reading always comes back, and says where."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from chainlab import sheets
from chainlab.sheets import layouts

Make = Callable[..., Path]
# fmt: off
EVIL = [
    "=HYPERLINK(\"http://x\",\"y\")", "+cmd|' /C calc'!A0", "@SUM(1+1)",
    "-2+3", "'; DROP TABLE x; --", "<script>alert(1)</script>",
    "{{7*7}}", "${7*7}", "../../etc/passwd", "\u202egnp.exe", "\u200b", "\ufeff", "\ue000",
    "𬭎", "👩‍👩‍👧", "𝟙𝟚", "١٢٣", "½", "①", "Ⅳ",
    "NaN", "Infinity", "-0", "1e308", "1e-308", "9" * 60, "0x1F",
    "1_000", "1,2,3", "--5", "((5))", "约500", "500-800-900", "-500--800",
    "800-500", "1.2亿3", "亿", "万", "零", "元", "%",
    "百分之五", "5%%", "2024年13月", "2024-02-30", "0000-00-00", "99999999", "2024.10",
    "1-2月", "一季度", "二月", "十", "年", "月", "31/12/2024", "12/31/24",
    "是否", "有无", "√×", "null", "None", "undefined", "#N/A", "#REF!",
    "合计", "小计：", "其中：", "注：x", "填表人：", "【示例】", "【说明】",
    "单位：万元", "企业名称", "x" * 5_000, "\n\n", "a\tb", "_x000D_", "\\",
]
# fmt: on
NUMBERS = [0, -1, 1e15, 1e300, 60, 45323, 2024.1, 2024.10, 202413, 9.137e17, 0.1 + 0.2, -0.0, True, False]


@pytest.mark.no_cover
@pytest.mark.parametrize("one", layouts.all(), ids=lambda one: one.key)
@pytest.mark.parametrize("seed", [1, 2])
def test_hostile_cells_in_every_column_give_a_reading_and_no_error_without_a_place(
    workbook: Make, tmp_path: Path, one: sheets.Layout, seed: int
) -> None:
    chance = random.Random(f"{one.key}{seed}")
    book = {
        sheet.title_zh: [
            [field.header() for field in sheet.fields],
            *([chance.choice([*EVIL, *NUMBERS, None]) for _ in sheet.fields] for _ in range(60)),
        ]
        for sheet in one.sheets
    }

    def as_text(opened) -> None:
        for page in opened:
            for row in page.iter_rows():
                for cell in row:
                    cell.data_type = "s" if isinstance(cell.value, str) else cell.data_type

    path = workbook(
        {title: [[_legal(value) for value in line] for line in lines] for title, lines in book.items()}, touch=as_text
    )
    reading = sheets.read(path, layout=one)
    assert {one.code for one in reading.errors} & {"reading_failed", "reading_killed", "reading_timeout"} == set()
    assert reading.rows
    for complaint in reading.errors:
        assert complaint.sheet
        assert complaint.row_number
        assert complaint.message_zh
        assert complaint.message_en
    for row in reading.rows:
        assert set(row.values) == {field.key for field in one.sheet(row.sheet).fields}
    out = tmp_path / "marked.xlsx"
    sheets.mark(path, reading, out=out)
    assert out.stat().st_size > 0


def _legal(value: object) -> object:
    """openpyxl itself refuses control characters; those are tried cell by cell in test_values."""
    return value.replace("\t", " ") if isinstance(value, str) else value


@pytest.mark.parametrize(
    "name",
    ["ledger\u202exslx.exe", "..xlsx", "a b'c;d.xlsx", "台账（最终版）(1).XLSX", "-rf.xlsx", "x" * 200 + ".xlsx"],
)
def test_the_name_of_a_file_is_only_a_name(workbook: Make, name: str) -> None:
    reading = sheets.read(
        workbook([["企业名称"], ["海尔"]], name="plain.xlsx").rename(
            workbook([["x"]], name="other.xlsx").parent / name
        ),
        layout="enterprises",
    )
    assert [row.values["name"] for row in reading.rows] == ["海尔"]


def test_the_same_bytes_have_the_same_digest(workbook: Make, tmp_path: Path) -> None:
    path = workbook([["企业名称"], ["海尔"]])
    copy = tmp_path / "copy.xlsx"
    copy.write_bytes(path.read_bytes())
    assert sheets.read(path, layout="enterprises").sha256 == sheets.read(copy, layout="enterprises").sha256
