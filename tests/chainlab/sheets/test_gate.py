"""The gate: what a file really is, and what is refused before any parser sees it."""

import io
import struct
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from chainlab import sheets
from chainlab.sheets import archive, gate

Make = Callable[..., Path]
SHEET = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>%s</sheetData></worksheet>'


def verdict_code(path: Path, **limits: int) -> str:
    verdict = gate.inspect(path, **limits)
    assert not verdict.is_accepted
    return verdict.complaints[-1].code


@pytest.mark.shared_data
@pytest.mark.parametrize(
    ("file", "code", "words"),
    [
        ("corner.xlsx", "file_extent", "第 1048576 行、第 16384 列"),
        ("lol.xlsx", "file_unsafe", "DOCTYPE"),
        ("trunc.xlsx", "file_truncated", "不完整"),
        ("empty.xlsx", "file_empty", "空的"),
        ("html.xls", "file_html", "网页文件"),
        ("pw.xlsx", "file_password", "取消密码"),
    ],
)
def test_each_bad_workbook_is_refused_with_its_own_words(shared: Path, file: str, code: str, words: str) -> None:
    reading = sheets.read(shared / "bad-workbooks" / file, layout="enterprises")
    assert reading.rows == ()
    assert reading.is_refused
    (complaint,) = reading.complaints
    assert complaint.code == code
    assert words in complaint.message_zh
    assert complaint.message_en


@pytest.mark.shared_data
@pytest.mark.parametrize(
    ("file", "file_format"), [("a.xls", "xls"), ("a.et", "xls"), ("feat.xlsx", "xlsx"), ("rich.xlsx", "xlsx")]
)
def test_a_workbook_is_known_by_its_content_not_its_name(shared: Path, file: str, file_format: str) -> None:
    assert gate.inspect(shared / "bad-workbooks" / file).format == file_format


@pytest.mark.shared_data
def test_an_xls_and_a_wps_et_are_read(shared: Path) -> None:
    layout = sheets.Layout(
        "t",
        1,
        "表",
        "T",
        (sheets.Sheet("t", "台账", "T", (sheets.Field("title", "标题", "Title", is_required=True),)),),
    )
    for file in ("a.xls", "a.et"):
        reading = sheets.read(shared / "bad-workbooks" / file, layout=layout)
        assert [row.values["title"] for row in reading.rows] == ["海尔"]
        assert "sheet_hidden" in {complaint.code for complaint in reading.complaints}


@pytest.mark.shared_data
def test_a_gbk_csv_named_xlsx_is_read_as_csv_and_says_so(shared: Path) -> None:
    reading = sheets.read(shared / "bad-workbooks" / "csv.xlsx", layout="enterprises")
    assert [row.values["name"] for row in reading.rows] == ["海尔"]
    assert "GBK" in reading.notes[0].message_zh


@pytest.mark.shared_data
def test_merged_hidden_and_odd_cells_of_a_real_workbook_are_read_with_complaints(shared: Path) -> None:
    reading = sheets.read(shared / "bad-workbooks" / "feat.xlsx", layout="enterprises")
    assert [row.values["name"] for row in reading.rows] == ["海尔", "1900日期", "文本日期", "合并公司"]
    hidden = {one.sheet for one in reading.complaints if one.code == "sheet_hidden"}
    assert hidden == {"隐藏", "深藏"}


def test_a_file_over_the_limit_is_refused_by_its_size_alone(tmp_path: Path) -> None:
    path = tmp_path / "big.xlsx"
    path.write_bytes(b"PK" + b"0" * 3000)
    assert verdict_code(path, max_bytes=1000) == "file_too_large"


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    assert verdict_code(tmp_path / "none.xlsx") == "file_missing"
    assert verdict_code(tmp_path) == "file_missing"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"%PDF-1.7\n\x00\x01\x02", "file_unknown"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "file_unknown"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "WordDocument".encode("utf-16-le"), "file_text_document"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "file_unknown"),
        (b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>', "file_other_spreadsheet"),
        (b"MIME-Version: 1.0\nContent-Type: multipart/related", "file_html"),
        ("企业名称,产值\n海尔\0,1\n".encode(), "csv_nul"),
        (b"hello", "file_unknown"),
    ],
)
def test_what_is_no_workbook_is_named_for_what_it_is(tmp_path: Path, content: bytes, code: str) -> None:
    path = tmp_path / "upload.xlsx"
    path.write_bytes(content)
    assert verdict_code(path) == code


def zipped(path: Path, parts: list[tuple[str, bytes]], method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", method) as archive_file:
        for name, content in parts:
            archive_file.writestr(name, content)
    return path


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ([("word/document.xml", b"<w/>")], "file_text_document"),
        ([("xl/workbook.bin", b"1")], "file_other_spreadsheet"),
        ([("mimetype", b"x"), ("content.xml", b"<o/>")], "file_other_spreadsheet"),
        ([("readme.txt", b"x")], "file_unknown"),
        ([("xl/workbook.xml", b"<w/>"), ("../../etc/passwd", b"x")], "file_unsafe"),
        ([("xl/workbook.xml", b"<w/>"), ("/etc/passwd", b"x")], "file_unsafe"),
        ([("xl/workbook.xml", b"<w/>"), ("C:\\x", b"x")], "file_unsafe"),
        ([("xl/workbook.xml", b"<w/>"), ("XL/Workbook.xml", b"<w/>")], "file_unsafe"),
        ([("xl/workbook.xml", b'<!DOCTYPE w [<!ENTITY a "b">]><w/>')], "file_unsafe"),
        ([("xl/workbook.xml", b"<w/>"), ("docProps/x.rels", b"<!doctype r><r/>")], "file_unsafe"),
        ([("xl/workbook.xml", '<?xml version="1.0" encoding="utf-16"?><w/>'.encode("utf-16"))], "file_unsafe"),
        ([("xl/workbook.xml", b"<w/>"), *((f"p{i}.txt", b"") for i in range(1000))], "file_unsafe"),
    ],
)
def test_an_archive_that_is_not_as_it_should_be_is_refused(
    tmp_path: Path, parts: list[tuple[str, bytes]], code: str
) -> None:
    assert verdict_code(zipped(tmp_path / "x.xlsx", parts)) == code


def test_two_parts_of_one_name_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    with pytest.warns(UserWarning, match="Duplicate name"):
        zipped(path, [("xl/workbook.xml", b"<w/>"), ("xl/workbook.xml", b"<v/>")])
    assert verdict_code(path) == "file_unsafe"


def test_a_ratio_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    path = zipped(tmp_path / "x.xlsx", [("xl/workbook.xml", b"<w/>"), ("xl/worksheets/sheet1.xml", b" " * (40 << 20))])
    assert path.stat().st_size < 60_000
    complaint = gate.inspect(path).complaints[-1]
    assert complaint.code == "file_unsafe"
    assert "压缩率" in complaint.message_zh


def test_many_parts_together_may_not_unpack_beyond_the_limit(tmp_path: Path) -> None:
    block = bytes(range(256)) * 4096
    path = zipped(tmp_path / "x.xlsx", [("xl/workbook.xml", b"<w/>"), *((f"xl/media/{i}", block) for i in range(8))])
    verdict = gate.inspect(path, bounds=archive.Bounds(unpacked_bytes=4 << 20))
    assert verdict.complaints[-1].code == "file_unpacked_too_large"


@pytest.mark.parametrize("claimed", [0, 10, 1 << 30])
def test_a_forged_size_in_the_directory_is_found_by_counting(tmp_path: Path, claimed: int) -> None:
    content = b"<w>" + b"x" * 5000 + b"</w>"
    path = zipped(tmp_path / "x.xlsx", [("xl/workbook.xml", content)])
    raw = bytearray(path.read_bytes())
    for mark, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = raw.index(mark)
        raw[at + offset : at + offset + 4] = struct.pack("<I", claimed)
    path.write_bytes(raw)
    assert verdict_code(path) == "file_unsafe"


def test_overlapping_parts_are_refused(tmp_path: Path) -> None:
    """One packed block named by two directory entries: how a small file unpacks without end."""
    path = zipped(tmp_path / "x.xlsx", [("xl/workbook.xml", b"<w/>"), ("xl/other.xml", b"<w/>")])
    raw = bytearray(path.read_bytes())
    second = raw.index(b"PK\x01\x02", raw.index(b"PK\x01\x02") + 4)
    raw[second + 42 : second + 46] = struct.pack("<I", 0)
    path.write_bytes(raw)
    assert verdict_code(path) == "file_unsafe"


@pytest.mark.parametrize(
    "cells",
    [
        b'<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>',
        b'<row r="1"><c r="A1"><v>1</v></c></row><row r="1"><c r="XFD20000"><v>1</v></c></row>',
        b"<row r='1'><c s='0' t='n' r = 'XFD20000' ><v>1</v></c></row>",
        b'<row r="1"><c r="xfd20000"><v>1</v></c></row>',
        b'<x:row r="1"><x:c r="XFD20000"><x:v>1</x:v></x:c></x:row>',
        b'<row r="1"><c r="A16777217"><v>1</v></c></row>',
        b'<row r="1"><c r="XFE1"><v>1</v></c></row>',
    ],
)
def test_a_far_cell_is_refused_however_it_is_written(
    tmp_path: Path, workbook: Make, repack: Make, cells: bytes
) -> None:
    path = repack(workbook([["企业名称"]]), {"xl/worksheets/sheet1.xml": SHEET % cells})
    assert path.stat().st_size < 8_000
    assert verdict_code(path) in ("file_extent", "file_unsafe")


def test_a_far_cell_in_a_part_of_any_name_is_found(workbook: Make, repack: Make) -> None:
    far = SHEET % b'<row r="1"><c r="XFD20000"><v>1</v></c></row>'
    assert verdict_code(repack(workbook([["企业名称"]]), {"xl/anything.dat": far})) == "file_extent"


def test_a_million_rows_of_empty_borders_are_no_extent(workbook: Make, repack: Make) -> None:
    rows = b"".join(b'<row r="%d"><c r="XFD%d" s="1"/></row>' % (row, row) for row in range(2, 60_000))
    content = SHEET % (
        b'<row r="1"><c r="A1" t="inlineStr"><is><t>\xe4\xbc\x81\xe4\xb8\x9a\xe5\x90\x8d\xe7\xa7\xb0</t></is></c></row>'
        + rows
    )
    assert gate.inspect(repack(workbook([["企业名称"]]), {"xl/worksheets/sheet1.xml": content})).is_accepted


def test_a_cell_that_talks_about_a_far_cell_is_not_one(workbook: Make) -> None:
    assert gate.inspect(workbook([["企业名称"], ['<c r="XFD1048576"> r="XFD1048576"']])).is_accepted


@pytest.mark.parametrize(
    ("part", "code"),
    [
        ("xl/vbaProject.bin", "macros_ignored"),
        ("xl/externalLinks/externalLink1.xml", "external_links_ignored"),
        ("xl/embeddings/oleObject1.bin", "embeddings_ignored"),
    ],
)
def test_macros_links_and_objects_are_left_out_and_said_so(workbook: Make, repack: Make, part: str, code: str) -> None:
    path = repack(workbook([["企业名称"], ["海尔"]]), {part: b"<x/>"})
    reading = sheets.read(path, layout="enterprises")
    assert [row.values["name"] for row in reading.rows] == ["海尔"]
    assert code in {note.code for note in reading.notes}


@pytest.mark.shared_data
def test_the_parser_really_dies_of_the_file_the_gate_turns_away(shared: Path) -> None:
    """Why there is a gate: without it the far cell ends the whole process, and no except clause helps."""
    script = (
        "import resource, sys, python_calamine\n"
        "resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30)); resource.setrlimit(resource.RLIMIT_CORE, (0, 0))\n"
        "try:\n    python_calamine.load_workbook(sys.argv[1]).get_sheet_by_index(0).to_python()\n"
        "except BaseException:\n    sys.exit(0)\n"
    )
    corner = shared / "bad-workbooks" / "corner.xlsx"
    import sys

    died = subprocess.run([sys.executable, "-c", script, str(corner)], capture_output=True, timeout=60, check=False)
    assert died.returncode < 0


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_csv_is_read_in_the_encodings_offices_use(tmp_path: Path, encoding: str, delimiter: str) -> None:
    path = tmp_path / "ledger.csv"
    path.write_text(f"企业名称{delimiter}上年营业收入\n海尔{delimiter}1234.5\n", encoding=encoding)
    reading = sheets.read(path, layout="enterprises")
    assert [(row.values["name"], str(row.values["revenue_wan"])) for row in reading.rows] == [("海尔", "1234.5")]


def test_bytes_of_every_kind_never_break_the_gate(tmp_path: Path) -> None:
    import random

    chance = random.Random(20240226)
    good = io.BytesIO()
    with zipfile.ZipFile(good, "w", zipfile.ZIP_DEFLATED) as archive_file:
        archive_file.writestr("xl/workbook.xml", b"<w/>" * 50)
        archive_file.writestr("xl/worksheets/sheet1.xml", SHEET % b'<row r="1"><c r="A1"><v>1</v></c></row>')
    seen = set()
    for number in range(400):
        raw = bytearray(good.getvalue())
        for _ in range(chance.randint(1, 6)):
            raw[chance.randrange(len(raw))] = chance.randrange(256)
        path = tmp_path / f"{number}.xlsx"
        path.write_bytes(raw[: chance.randint(1, len(raw))] if number % 3 == 0 else raw)
        verdict = gate.inspect(path)
        seen |= {complaint.code for complaint in verdict.complaints} or {"accepted"}
        path.unlink()
    assert {"file_truncated", "file_unsafe"} <= seen
