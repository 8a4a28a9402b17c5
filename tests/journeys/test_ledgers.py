"""A ledger goes in: the empty form, one bad cell, the good rows applied, the batch undone."""

from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from chainlab import sheets
from tests.journeys.conftest import Enter
from tests.journeys.visitor import Visitor

PATIENCE_MS = 30_000


@pytest.fixture
def filled(tmp_path: Path) -> Path:
    """Three invented firms; the year of the second is no year."""
    rows = [
        {"name": "示例旅程甲公司", "region_code": "370211"},
        {"name": "示例旅程乙公司", "region_code": "370211"},
        {"name": "示例旅程丙公司", "region_code": "370212"},
    ]
    out = tmp_path / "企业名单.xlsx"
    sheets.write("enterprises", {"enterprises": rows}, out=out)
    return spoilt(out, row=3)


def spoilt(path: Path, *, row: int) -> Path:
    """The workbook with a credit code that cannot be one in `row`."""
    import openpyxl

    book = openpyxl.load_workbook(path)
    page = book.worksheets[0]
    headers = {str(one.value): one.column for one in page[1]}
    page.cell(row=row, column=headers["统一社会信用代码"], value="123")
    book.save(path)
    return path


def test_the_empty_form_is_the_layout_itself(enter: Enter, tmp_path: Path) -> None:
    visitor = enter("示例·秘书处甲", "/ledgers/enterprises/")
    with visitor.page.expect_download() as coming:
        visitor.page.get_by_role("link", name="下载空表", exact=True).click()
    form = tmp_path / "form.xlsx"
    coming.value.save_as(form)
    read = sheets.read(form, layout=sheets.layouts.get("enterprises"))
    assert read.errors == ()
    assert read.sheets_seen
    visitor.look()


def test_one_bad_cell_is_named_and_the_good_rows_go_in_and_out_again(enter: Enter, filled: Path) -> None:
    visitor = enter("示例·秘书处甲", "/ledgers/enterprises/")
    visitor.page.locator("input[type=file]").set_input_files(filled)
    visitor.press("上传并预览")
    apply = offered(visitor, "写入 2 行")
    row = visitor.page.locator("#table tbody tr", has_text="示例旅程乙公司")
    expect(row).to_contain_text("B3")
    expect(row).to_contain_text("信用代码")
    visitor.look()
    apply.click()
    offered(visitor, "撤销本批次")
    assert "已写入" in visitor.text("h1")
    visitor.press("撤销本批次")
    visitor.confirm()
    expect(visitor.page.locator("h1")).to_contain_text("已撤销", timeout=PATIENCE_MS)
    visitor.look()


def offered(visitor: Visitor, button: str) -> Locator:
    """The button, once the background work is over: the page says so itself."""
    found = visitor.page.get_by_role("button", name=button, exact=True)
    try:
        expect(found).to_have_count(1, timeout=PATIENCE_MS)
    except AssertionError as missing:
        raise AssertionError(f"no button {button}; the page says:\n{visitor.text()[:1500]}") from missing
    return found
