"""Most rows are read by columns, and many cells are measured at once: both say what one after another would say."""

import datetime as dt
import io
import random
import zipfile
from typing import Any

import pytest

from chainlab.sheets import archive, grid, layouts, packing, reading, sweep, workbooks
from chainlab.sheets.layout import Field, Sheet

WORDS = (
    "海尔|QY-1|LJ-2||| |是|否|外购|合计|小计|注：见附件|其中：|【示例】x|500-800|12|１２|约5|按约定不提供|—|未填|"
    "370214|城阳区|2024年6月|链主|填表人：王|1234567890123456789|a\u200bb|\xa0|3.5亿元"
)
CELLS: list[Any] = [
    *WORDS.split("|"),
    *(12.0, 12, 1, 1.0, True, 0.0, -3.5, 1e16, 45000.0, 0.97, 2025.0),
    dt.date(2024, 2, 3),
]


def test_a_sheet_read_by_columns_says_what_it_says_row_by_row(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweep, "AT_ONCE", 3)  # a second kind of number turns up late
    for seed in range(20):
        key = ("teardown", "enterprises", "key_projects", "leads")[seed % 4]
        by_columns = read(seed, key)
        with monkeypatch.context() as patch:
            patch.setattr(sweep, "WIDEST", -1)
            row_by_row = read(seed, key)
        assert by_columns == row_by_row, seed
        assert packing.from_plain(packing.to_plain(by_columns)) == by_columns


def test_most_rows_of_an_ordinary_ledger_need_no_second_look() -> None:
    sheet = layouts.get("teardown").sheet("capabilities")
    rows: list[list[Any]] = [
        ["企业", "零部件", "年供应能力（万元）"],
        *(["QY-1", f"LJ-{n}", 650.0] for n in range(50)),
        ["合计", "", 32_500.0],
    ]
    swept = sweep.Sweep(rows, first=1, width=3)
    swept.look(lambda cell: (cell != "合计", cell != ""))
    assert swept.loud == {51}
    found = workbooks.interpret(
        [grid.Grid(sheet.title_zh, rows)], layout=layouts.get("teardown"), sha256="", max_rows=9
    )
    assert [row.row_number for row in found.rows] == [*range(2, 11)]
    assert [one.row_number for one in found.complaints if one.code == "rows_too_many"] == [11]


def read(seed: int, key: str) -> reading.Reading:
    """A ledger of this kind with all that people write into one."""
    draw = random.Random(seed)
    layout = layouts.get(key)
    grids = [ledger(draw, sheet, name) for sheet in layout.sheets for name in (sheet.title_zh, f"{sheet.title_zh}2")]
    return workbooks.interpret(grids, layout=layout, sha256="", max_rows=draw.choice([200_000, 200_000, 20]))


def ledger(draw: random.Random, sheet: Sheet, name: str) -> grid.Grid:
    fields = [field for field in sheet.fields if draw.random() < 0.9]
    draw.shuffle(fields)
    head = [field.header() for field in fields]
    usual = [likely(draw, field) for field in fields]
    rows: list[list[Any]] = [["单位：亿元"], head]
    for _ in range(draw.choice([0, 12, 40])):
        kind = draw.random()
        if kind < 0.5:
            rows.append(
                [likely(draw, field) if draw.random() < 0.2 else one for field, one in zip(fields, usual, strict=True)]
            )
        elif kind < 0.8:
            rows.append([draw.choice(CELLS) if draw.random() < 0.2 else one for one in usual])
        else:
            rows.append(draw.choice([[], list(head), ["合计", *usual[1:]], [*usual, "", "x"], usual[:-2]]))
    found = grid.Grid(name, rows)
    for places in (found.uncalculated, found.percents):
        places.update((draw.randrange(len(rows)), draw.randrange(len(head))) for _ in range(draw.choice([0, 2])))
    found.errors = {(draw.randrange(len(rows)), 0): "#N/A"}
    found.hidden_rows = {draw.randrange(len(rows)) for _ in range(draw.choice([0, 2]))}
    top = draw.randrange(len(rows))
    found.merges = [((top, 0), (min(top + 2, len(rows) - 1), 0))]
    return found


def likely(draw: random.Random, field: Field) -> Any:
    """What somebody would write into a column who knows what it is for."""
    if field.choices:
        return draw.choice(field.choices).zh
    if field.kind.is_number:
        return draw.choice([float(draw.randrange(1, 99)), round(draw.random() * 100, 2)])
    return draw.choice(["海尔", f"QY-{draw.randrange(30)}", f"示范企业{draw.randrange(10**5, 10**6)}有限公司", ""])


def test_cells_measured_at_once_are_as_far_out_as_cells_measured_one_by_one() -> None:
    verdicts = set()
    for seed in range(80):
        draw = random.Random(seed)
        xml = sheet_of_cells(draw).encode()
        bounds = archive.Bounds(grid_cells=draw.choice([50_000, 400_000, 12_000_000]))
        quick, exact = (verdict(xml, bounds=bounds, is_quick=one) for one in (True, False))
        assert quick == exact, seed
        verdicts.add(quick)
    assert len(verdicts) > 4
    assert "accepted" in verdicts


def sheet_of_cells(draw: random.Random) -> str:
    """More than the 64 KB from which many cells are measured at once, and some cells that stand out."""
    far = [
        '<c r="XFD1048576" s="1"/>', '<c r="XFE9"><v>1</v></c>', '<c r="A1048577"><v>1</v></c>',
        '<c r="AAAA1"><v>1</v></c>',
        '<c s="2" r="ZZ900"><v>1</v></c>', "<c r='ZZ900'><v>1</v></c>",
        '<x:c r="ZZ901"><v>1</v></x:c>', '<c\n r="ZY900"><v>1</v></c>',
        '<c r="B90000" t="s"><v>1</v></c>', '<c r="$ZX$900"><v>1</v></c>', '<c><v>1</v></c>',
        '<c r="b80000"><v>1</v></c>',
        '<c r="C12345678"><v>1</v></c>', '<c r="">1</c>', "<t>a:c r=b</t>",
    ]  # fmt: skip
    cells = [f'<c r="{grid.address(row, column)}"><v>{row}</v></c>' for row in range(900) for column in range(3)]
    for _ in range(draw.choice([0, 1, 1, 2])):
        cells.insert(draw.randrange(len(cells)), draw.choice(far))
    return f"<worksheet><cols/><sheetData>{''.join(cells)}</sheetData></worksheet>"


def verdict(xml: bytes, *, bounds: archive.Bounds, is_quick: bool) -> str:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as book:
        book.writestr("xl/worksheets/sheet1.xml", xml)
    part = zipfile.ZipFile(packed).infolist()[0]
    try:
        if is_quick:
            archive._measure(packed, part, bounds=bounds, already=0)
        else:
            archive._scanned(packed, part, bounds=bounds, already=0, is_exact=True)
    except archive.Unsafe as refusal:
        return f"{refusal.code} {refusal.words}"
    return "accepted"
