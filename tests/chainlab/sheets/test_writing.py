"""Workbooks out: forms that read back as nothing, exports that read back unchanged, marked copies for the sender."""

import datetime as dt
import io
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chainlab import sheets
from chainlab.sheets import forms, layout, layouts, writing
from tests.chainlab.sheets.conftest import codes

Make = Callable[..., Path]
LAYOUTS = layouts.all()


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("one", LAYOUTS, ids=lambda one: one.key)
def test_an_unfilled_form_reads_as_no_row_with_every_column_known(
    one: sheets.Layout, language: str, tmp_path: Path
) -> None:
    path = tmp_path / "form.xlsx"
    sheets.template(one, out=path, language=language)
    reading = sheets.read(path, layout=one)
    assert reading.rows == ()
    assert codes(reading) <= {"rows_example", "rows_help", "sheet_ours", "rows_none"}
    assert codes(reading, level="error") == set()
    known = {(column.sheet, column.field) for column in reading.columns}
    assert known == {(sheet.key, field.key) for sheet in one.sheets for field in sheet.fields}


def test_a_form_carries_notes_lists_formats_and_a_marked_example(tmp_path: Path) -> None:
    path = tmp_path / "form.xlsx"
    sheets.template("teardown", out=path)
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["企业", "零部件", "物料清单", "采购", "能力", "填表说明"]
    page = book["采购"]
    headers = {cell.value: cell for cell in page[1]}
    assert headers["年采购额（万元）"].comment.text.startswith("金额或区间")
    assert "*采购企业" in headers
    assert page.freeze_panes == "B2"
    assert page["A3"].value == "【示例】E001"
    lists = {str(rule.sqref).split(":")[0]: rule.formula1 for rule in page.data_validations.dataValidation}
    column = headers["采购方式"].column_letter
    assert lists[f"{column}3"] == '"自制,集团内,外购"'
    explained = [row[0].value for row in book["填表说明"].iter_rows()]
    assert "年采购额（万元）" in explained


def test_a_list_too_long_for_a_rule_stands_on_its_own_sheet(tmp_path: Path) -> None:
    choices = tuple(sheets.Choice(f"c{n}", f"很长的选项名称第{n}号", f"Option {n}") for n in range(40))
    field = sheets.Field("kind", "类型", "Kind", kind=sheets.Kind.CHOICE, choices=choices, help_zh="选", help_en="Pick")
    one = sheets.Layout("t", 1, "表", "T", (sheets.Sheet("t", "表一", "T1", (field,)),))
    path = tmp_path / "form.xlsx"
    sheets.template(one, out=path)
    book = openpyxl.load_workbook(path)
    assert book["表一"].data_validations.dataValidation[0].formula1 == "'取值说明'!$A$2:$A$41"
    assert book["取值说明"]["A41"].value == choices[-1].zh
    assert sheets.read(path, layout=one).rows == ()


def sample(one: sheets.Layout) -> dict[str, list[dict[str, object]]]:
    """One row for each sheet made of the reviewed examples."""
    return {sheet.key: [{field.key: forms.example(field) for field in sheet.fields}] for sheet in one.sheets}


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("one", [one for one in LAYOUTS if len(one.sheets) == 1], ids=lambda one: one.key)
def test_what_is_written_reads_back_the_same(one: sheets.Layout, language: str, tmp_path: Path) -> None:
    path = tmp_path / "export.xlsx"
    rows = sample(one)
    sheets.write(one, rows, out=path, language=language)
    reading = sheets.read(path, layout=one)
    assert codes(reading) <= {"suspect_unit", "unlikely_amount"}
    for sheet in one.sheets:
        assert [row.values for row in reading.rows_of(sheet.key)] == rows[sheet.key]


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_illustrative_rows_say_so_on_their_sheet_and_read_back_without_the_mark(tmp_path: Path, language: str) -> None:
    path, one = tmp_path / "export.xlsx", layouts.get("teardown")
    rows = {key: [*lines, {**lines[0], "name": "实有"}] for key, lines in sample(one).items()}
    for lines in rows.values():
        lines[0][layout.INVENTED] = True
    sheets.write(one, rows, out=path, language=language)
    at = int(language == "en")
    for page in openpyxl.load_workbook(path):
        marks = [cell.value for cell in page["A"]]
        assert marks == [layout.INVENTED_HEADS[at], layout.INVENTED_WORDS[at], None]
        assert page.oddHeader.right.text == layout.INVENTED_NOTICE[at]
    again = sheets.read(path, layout=one)
    assert "column_unknown" not in codes(again)
    told = {said.sheet for said in again.complaints if said.code == "rows_invented"}
    assert told == {sheet.title(language) for sheet in one.sheets}
    out = io.StringIO(newline="")
    sheets.write_csv(one, "purchases", rows["purchases"], out=out, language=language)
    assert [line.split(",")[0] for line in out.getvalue()[1:].splitlines()] == [*marks[:2], ""]
    table = tmp_path / "purchases.csv"
    table.write_text(out.getvalue(), encoding="utf-8", newline="")
    assert [row.values for row in sheets.read(table, layout=one).rows_of("purchases")] == [
        row.values for row in again.rows_of("purchases")
    ]


def test_rows_that_were_read_are_written_and_read_again_unchanged(workbook: Make, tmp_path: Path) -> None:
    from tests.chainlab.sheets.test_teardown_layout import book

    first = sheets.read(workbook(book()), layout="teardown")
    path = tmp_path / "export.xlsx"
    sheets.write(
        "teardown", {sheet.key: first.rows_of(sheet.key) for sheet in layouts.get("teardown").sheets}, out=path
    )
    again = sheets.read(path, layout="teardown")
    assert again.complaints == ()
    assert [(row.sheet, row.values, row.blanks) for row in again.rows] == [
        (row.sheet, row.values, row.blanks) for row in first.rows
    ]


WAN = st.decimals(min_value=0, max_value=10**7, places=4).map(lambda number: number.normalize() + Decimal(0))
TEXTS = st.text(st.characters(blacklist_categories=("Cs", "Cc", "Cf", "Co", "Zs", "Zl", "Zp")), min_size=2, max_size=20)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "name": TEXTS.map(lambda text: f"企业{text}"),
                "output_wan": WAN,
                "total_wan": WAN,
                "count": st.integers(0, 10**9),
                "share_ratio": st.decimals(min_value=0, max_value=1, places=4).map(lambda number: number + Decimal(0)),
                "on": st.dates(dt.date(1950, 1, 1), dt.date(2090, 1, 1)),
            }
        ),
        min_size=1,
        max_size=20,
    )
)
def test_any_rows_survive_the_way_out_and_in(
    tmp_path_factory: pytest.TempPathFactory, firms: sheets.Layout, rows: list[dict[str, object]]
) -> None:
    path = tmp_path_factory.mktemp("trip") / "export.xlsx"
    sheets.write(firms, {"firms": rows}, out=path)
    reading = sheets.read(path, layout=firms)
    back = [{key: row.values[key] for key in rows[0]} for row in reading.rows]
    assert back == rows


def test_text_that_looks_like_a_formula_stays_text(tmp_path: Path, firms: sheets.Layout) -> None:
    evil = ["=1+1", '=HYPERLINK("http://x")', "+cmd|' /C calc'!A0", "@SUM(A1)", "-2+3", "http://example.cn", "＝1"]
    path = tmp_path / "export.xlsx"
    sheets.write(firms, {"firms": [{"name": text} for text in evil]}, out=path)
    with zipfile.ZipFile(path) as parts:
        sheet = parts.read("xl/worksheets/sheet1.xml").decode()
        assert "<f>" not in sheet
        assert "<hyperlink" not in sheet
    assert [row.values["name"] for row in sheets.read(path, layout=firms).rows] == evil


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not on PATH")
@pytest.mark.slow
def test_an_export_saved_again_by_libreoffice_reads_the_same(tmp_path: Path) -> None:
    one = layouts.get("key_projects")
    rows = sample(one)
    path = tmp_path / "export.xlsx"
    sheets.write(one, rows, out=path)
    out = tmp_path / "again"
    subprocess.run(
        [
            "soffice",
            f"-env:UserInstallation=file://{tmp_path}/profile",
            "--headless",
            "--convert-to",
            "xlsx",
            "--outdir",
            str(out),
            str(path),
        ],
        check=True,
        capture_output=True,
        timeout=180,
    )
    (row,) = sheets.read(out / "export.xlsx", layout=one).rows
    assert row.values == rows["projects"][0]


def test_a_marked_copy_colours_and_explains_each_wrong_cell(
    workbook: Make, tmp_path: Path, firms: sheets.Layout
) -> None:
    def merge(book: openpyxl.Workbook) -> None:
        book["台账"].merge_cells("A1:C1")
        book["旧"].sheet_state = "hidden"

    lines = [
        ["一览表"],
        ["企业名称", "产值（万元）", "日期"],
        ["海尔", "约500", dt.date(2024, 2, 26)],
        [None, -5, "=1+1"],
    ]
    source = workbook({"台账": lines, "旧": [["x"]]}, touch=merge)
    reading = sheets.read(source, layout=firms)
    out = tmp_path / "marked.xlsx"
    sheets.mark(source, reading, out=out)
    book = openpyxl.load_workbook(out)
    assert book.sheetnames == ["错误清单", "台账", "旧"]
    assert book["旧"].sheet_state == "hidden"
    page = book["台账"]
    assert {str(merged) for merged in page.merged_cells.ranges} == {"A1:C1"}
    assert (page["A3"].value, page["B3"].value, page["C3"].value.date()) == ("海尔", "约500", dt.date(2024, 2, 26))
    fills = {cell: page[cell].fill.fgColor.rgb for cell in ("B3", "A4", "C4", "B4", "A3")}
    assert fills == {"B3": "FFFFC7CE", "A4": "FFFFC7CE", "C4": "FFFFC7CE", "B4": "FFFFEB9C", "A3": "00000000"}
    assert "约500" in page["B3"].comment.text
    listed = [[cell.value for cell in row] for row in book["错误清单"].iter_rows(min_row=2)]
    told = {(line[1], line[2], line[3]) for line in listed if line[1] != "说明"}
    assert told == {
        ("错误", "台账", "B3"),
        ("错误", "台账", "A4"),
        ("错误", "台账", "C4"),
        ("提醒", "台账", "B4"),
        ("提醒", "旧", ""),
    }


def test_a_marked_copy_sent_back_is_read_as_the_same_ledger(
    workbook: Make, tmp_path: Path, firms: sheets.Layout
) -> None:
    source = workbook({"台账": [["企业名称", "产值（万元）"], ["海尔", "约500"], ["海信", 5]]})
    reading = sheets.read(source, layout=firms)
    out = tmp_path / "marked.xlsx"
    sheets.mark(source, reading, out=out, language="en")
    again = sheets.read(out, layout=firms)
    assert [(row.row_number, row.values) for row in again.rows] == [
        (row.row_number, row.values) for row in reading.rows
    ]
    assert codes(again) - codes(reading) == {"sheet_ours"}


def test_a_refused_file_comes_back_as_a_list_of_what_is_wrong(tmp_path: Path) -> None:
    source = tmp_path / "empty.xlsx"
    source.write_bytes(b"")
    reading = sheets.read(source, layout="enterprises")
    out = tmp_path / "marked.xlsx"
    sheets.mark(source, reading, out=out)
    book = openpyxl.load_workbook(out)
    assert book.sheetnames == ["错误清单"]
    assert "空的" in book["错误清单"]["E2"].value


def test_text_of_a_marked_copy_is_never_a_formula(workbook: Make, tmp_path: Path, firms: sheets.Layout) -> None:
    def as_text(book: openpyxl.Workbook) -> None:
        for row in (2, 3):
            book["Sheet1"].cell(row, 1).data_type = "s"

    source = workbook([["企业名称", "产值"], ["=1+1", "x"], ["@SUM(A1)", 5]], touch=as_text)
    out = tmp_path / "marked.xlsx"
    sheets.mark(source, sheets.read(source, layout=firms), out=out)
    page = openpyxl.load_workbook(out)["Sheet1"]
    assert [(page.cell(row, 1).value, page.cell(row, 1).data_type) for row in (2, 3)] == [
        ("=1+1", "s"),
        ("@SUM(A1)", "s"),
    ]


def test_a_sheet_title_that_excel_refuses_is_cleaned(tmp_path: Path) -> None:
    book = writing.Book(tmp_path / "x.xlsx")
    assert book.sheet("2024/02:城阳[1]*" + "长" * 40).name == ("2024_02_城阳_1__" + "长" * 40)[:31]
    book.close()
