"""Workbooks made by openpyxl, a writer the product does not use for them, and small layouts to read them by."""

import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from chainlab import sheets
from chainlab.sheets import reader
from tests.reading import Here

Rows = Sequence[Sequence[Any]]
# Tests of the child itself: its limits, and what becomes of a parser that dies.
OF_THE_CHILD = frozenset({"test_child", "test_hostile", "test_gate"})


@pytest.fixture(autouse=True)
def read_here(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the child's work done in this process, where its lines are counted and a start of Python is saved.

    The child may write no file, so it cannot say which of its lines ran. What it sends and gets still goes through
    JSON; the child as it is started has tests of its own, and the tests of the ledgers use it.
    """
    if request.module.__name__.rpartition(".")[2] in OF_THE_CHILD:
        return

    monkeypatch.setattr(reader, "_Child", Here)


@pytest.fixture
def workbook(tmp_path: Path) -> Callable[..., Path]:
    """Write rows (or rows by sheet name) to an xlsx; `touch` may change the openpyxl workbook before it is saved."""

    def make(
        rows: Rows | Mapping[str, Rows],
        *,
        name: str = "ledger.xlsx",
        touch: Callable[[openpyxl.Workbook], None] | None = None,
    ) -> Path:
        book = openpyxl.Workbook()
        book.remove(book.active)
        for title, lines in rows.items() if isinstance(rows, Mapping) else [("Sheet1", rows)]:
            page = book.create_sheet(title)
            for number, line in enumerate(lines, start=1):
                for column, value in enumerate(line, start=1):
                    if value is not None:
                        page.cell(number, column, value)
        if touch is not None:
            touch(book)
        path = tmp_path / name
        book.save(path)
        return path

    return make


@pytest.fixture
def repack(tmp_path: Path) -> Callable[..., Path]:
    """Copy an xlsx with some parts replaced or added."""

    def make(source: Path, parts: Mapping[str, bytes], *, name: str = "repacked.xlsx") -> Path:
        path = tmp_path / name
        with zipfile.ZipFile(source) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
            for part in old.namelist():
                if part not in parts:
                    new.writestr(part, old.read(part))
            for part, content in parts.items():
                new.writestr(part, content)
        return path

    return make


@pytest.fixture
def firms() -> sheets.Layout:
    """A small ledger: a firm, its figures, a day, a share."""
    return one_sheet(
        sheets.Field("name", "企业名称", "Firm", is_required=True, is_key=True),
        sheets.Field("district", "区市", "District", is_key=True),
        sheets.Field("output_wan", "产值", "Output", kind=sheets.Kind.WAN, unit="万元"),
        sheets.Field("total_wan", "总投资", "Investment", kind=sheets.Kind.YI, unit="亿元"),
        sheets.Field("count", "数量", "Count", kind=sheets.Kind.INTEGER, unit="个"),
        sheets.Field("share_ratio", "占比", "Share", kind=sheets.Kind.RATIO, unit="%"),
        sheets.Field("on", "日期", "Day", kind=sheets.Kind.DATE),
    )


def one_sheet(*fields: sheets.Field, **rules: Any) -> sheets.Layout:
    sheet = sheets.Sheet("firms", "企业台账", "Firms", fields, **rules)
    return sheets.Layout("firms", 1, "企业台账", "Firms", (sheet,))


def codes(reading: sheets.Reading, *, level: str = "") -> set[str]:
    """The codes of a reading's complaints."""
    return {one.code for one in reading.complaints if not level or one.level == level}
