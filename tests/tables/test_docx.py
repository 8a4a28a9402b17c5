"""The Word table follows the official layout: paper and margins, fonts, heading repeated, rows whole, page number."""

import io
from typing import Any

import docx as word
import pytest
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from lianzhang import tables
from lianzhang.tables import about, docx, widths
from tests.tables.conftest import Row, made
from tests.tables.test_xlsx import HEADER, MARKED


def document(
    rows: list[Row], *, table: tables.TableSpec | None = None, columns: Any = None, header: Any = HEADER
) -> Any:
    out = io.BytesIO()
    assert docx.write(table or made(), rows, out=out, header=header, columns=columns) == len(rows)
    return word.Document(io.BytesIO(out.getvalue()))


def texts(made_document: Any) -> list[list[str]]:
    return [[cell.text for cell in row.cells] for row in made_document.tables[0].rows]


def font_of(paragraph: Any) -> str:
    return str(paragraph.runs[0]._r.rPr.rFonts.get(qn("w:eastAsia")))


def test_every_row_and_the_totals_are_there() -> None:
    lines = texts(document([Row(), Row(name=None, amount_wan=tables.WITHHELD)]))
    assert lines[0][:3] == ["项目名称", "编号", "总投资\n（万元）"]
    assert lines[1][:6] == ["示例项目甲", "XM-2026-001", "12,345.5", "25", "31.3%", "1,200"]
    assert lines[2][:3] == ["—", "XM-2026-001", "＊"]
    assert lines[3][:3] == ["合计", "", "12,345.5"]


def test_the_heading_repeats_and_no_row_breaks() -> None:
    rows = document([Row()]).tables[0].rows
    assert rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
    assert all(row._tr.trPr.find(qn("w:cantSplit")) is not None for row in list(rows)[1:])


def test_fonts_are_those_of_official_documents() -> None:
    made_document = document([Row()])
    assert font_of(made_document.paragraphs[0]) == "方正小标宋简体"
    assert made_document.paragraphs[0].runs[0].font.size.pt == 22
    table = made_document.tables[0]
    assert font_of(table.rows[0].cells[0].paragraphs[0]) == "黑体"
    assert font_of(table.rows[1].cells[0].paragraphs[0]) == "仿宋_GB2312"


@pytest.mark.parametrize(("count", "size"), [(3, (210, 297)), (8, (297, 210))])
def test_the_paper_turns_for_a_wide_table(count: int, size: tuple[int, int]) -> None:
    section = document([Row()], columns=made().columns[:count]).sections[0]
    assert (round(section.page_width / Mm(1)), round(section.page_height / Mm(1))) == size


def test_an_upright_page_has_the_margins_of_the_standard() -> None:
    section = document([Row()], columns=made().columns[:3]).sections[0]
    margins = [section.top_margin, section.bottom_margin, section.left_margin, section.right_margin]
    assert [round(margin / Mm(1)) for margin in margins] == [37, 35, 28, 26]


def test_the_foot_counts_pages() -> None:
    foot = document([Row()]).sections[0].footer.paragraphs[0]
    assert "PAGE" in foot._p.xml
    assert foot.text.replace("PAGE", "") == "—  —"


def test_invented_data_is_marked_on_every_page() -> None:
    made_document = document([Row()], header=MARKED)
    assert made_document.sections[0].header.paragraphs[0].text == about.mark()
    assert about.mark() in made_document.paragraphs[1].text
    plain = document([Row()], header=tables.ExportHeader(title="x"))
    assert plain.sections[0].header.paragraphs[0].text == ""


def test_scope_and_date_stand_under_the_table() -> None:
    said = [paragraph.text for paragraph in document([Row()], table=made(note="备案口径")).paragraphs]
    assert "范围：阶段：在建" in said
    assert "口径：备案口径" in said
    assert any(line.endswith("数据截至 2026-11-20") for line in said)


def test_dates_and_states_stay_whole_and_sentences_share_what_is_left() -> None:
    matter = "支持链主企业强化产品和技术溢出，多元化发展，提升发展活力"
    columns = (
        tables.Column("due_on", "时限", lambda row: row[0]),
        tables.Column("state", "灯", lambda row: row[1]),
        tables.Column("matter", "事项", lambda row: row[2], is_wrapped=True),
        tables.Column("reason", "理由", lambda row: row[2], is_wrapped=True),
    )
    made_document = word.Document()
    docx.grid(made_document, columns, [("2026-11-23", "滞后", matter)], size=12)
    sizes = [cell.width for cell in made_document.tables[0].rows[1].cells]
    half_width = Pt(6)  # of one half-width character at 12 pt
    assert sizes[0] >= 10 * half_width
    assert sizes[1] >= 4 * half_width
    assert min(sizes[2:]) >= 1.5 * sizes[0]
    assert max(sizes[2:]) <= 1.2 * min(sizes[2:])
    section = made_document.sections[0]
    assert sum(sizes) <= section.page_width - section.left_margin - section.right_margin


def test_numbers_and_dates_are_never_broken_however_many_columns_share_the_sheet() -> None:
    headings = ["项目名称", *(["区市"] * 8), "意向投资\n（万元）", "节点时限"]
    line = ["示例变频控制板生产基地扩建项目二期工程", *(["示例·东区某单位"] * 8), "126,000", "2026-12-05"]
    room = 105.0
    shares = widths.shares(headings, [line], room=room)
    assert sum(shares) == pytest.approx(1)
    assert shares[-2] * room >= len("126,000") + widths.PADDING - 0.01
    assert shares[-1] * room >= len("2026-12-05") + widths.PADDING - 0.01
