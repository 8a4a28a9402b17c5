"""Rows as a Word table in the official layout 公文版式 (GB/T 9704-2012): margins, title and body fonts, page
number, repeated heading."""

from collections.abc import Iterable, Sequence
from typing import IO, Any

import docx
from django.utils.translation import gettext as _
from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor, Twips

from lianzhang.tables import about, docx_drawing, drawing, spec, values, widths

TITLE_FONT, BODY_FONT, HEADING_FONT, NOTE_FONT = "方正小标宋简体", "仿宋_GB2312", "黑体", "楷体_GB2312"
LATIN_FONT = "Times New Roman"
PAPERS = {"a4": (210, 297), "a4-landscape": (297, 210), "a3": (420, 297)}
# GB/T 9704-2012 5.2.1: top 37 mm, left 28 mm, text area 156 × 225 mm on A4 portrait. A wide table turns the sheet
# with its margins.
MARGINS = {"a4": (37, 35, 28, 26), "a4-landscape": (28, 26, 37, 35), "a3": (28, 26, 37, 35)}
ONE_PAGE = (20, 18, 20, 20)
SMALLEST, TWIP = Pt(9), Twips(1)


def write(
    table: spec.TableSpec,
    rows: Iterable[Any],
    *,
    out: IO[bytes],
    header: spec.ExportHeader,
    columns: Sequence[spec.Column] | None = None,
    drawings: Sequence[drawing.Drawing] = (),
) -> int:
    """Write `rows` as a Word document to `out`, the `drawings` before them; the number of rows written."""
    chosen, found = tuple(columns or table.columns), list(rows)
    paper = table.sheet_paper(chosen)
    document = begin(header, paper=paper)
    for number, one in enumerate(drawings, start=1):
        docx_drawing.add(document, one, number=number)
    grid(document, chosen, found, sums=spec.totals(chosen, found), size=12 if paper == "a4" else 10.5)
    for number, (label, text) in enumerate(
        about.lines(table, header, row_count=len(found), sums={}, columns=chosen)[1:]
    ):
        _paragraph(document, f"{label}：{text}", font=NOTE_FONT, size=10.5, before=0 if number else 6, after=2)
    if header.signers:
        body(document, "　".join(f"{signer}：＿＿＿＿" for signer in header.signers))
    document.save(out)
    return len(found)


def begin(header: spec.ExportHeader, *, paper: str = "a4", is_one_page: bool = False) -> Any:
    """A document in the official layout with its title; `heading`, `body`, `note` and `grid` add to it.

    `is_one_page` is for a 一页纸: the same fonts, narrower margins and closer lines, so that it stays one sheet.
    """
    document = docx.Document()
    _page(document, paper=paper, header=header, margins=ONE_PAGE if is_one_page else MARGINS[paper])
    _properties(document, header)
    if is_one_page:
        _close_up(document)
    _paragraph(document, str(header.title), font=TITLE_FONT, size=18 if is_one_page else 22, is_centred=True)
    _paragraph(document, _under_title(header), font=NOTE_FONT, size=12, is_centred=True)
    return document


def heading(document: Any, text: str, *, size: float = 14) -> None:
    """A section's heading (黑体 三号 in the standard; smaller on a one-pager)."""
    _paragraph(document, text, font=HEADING_FONT, size=size, before=6)


def body(document: Any, text: str, *, size: float = 14) -> None:
    """A paragraph of text."""
    _paragraph(document, text, font=BODY_FONT, size=size)


def note(document: Any, text: str) -> None:
    """A small line: scope, source, date."""
    _paragraph(document, text, font=NOTE_FONT, size=10.5)


def grid(
    document: Any,
    columns: Sequence[spec.Column],
    rows: Sequence[Any],
    *,
    sums: dict[str, Any] | None = None,
    size: float,
) -> None:
    """A table with its heading row repeated on every page."""
    _table(document, columns, rows, sums=sums or {}, size=size)


def _under_title(header: spec.ExportHeader) -> str:
    parts = [about.mark()] if header.is_illustrative else []
    if header.as_of is not None:
        parts.append(_("数据截至 {day}").format(day=values.plain(header.as_of, "date")))
    return "　".join(parts)


def _close_up(document: Any) -> None:
    """No space between paragraphs and single lines."""
    form = document.styles["Normal"].paragraph_format
    form.space_before, form.space_after, form.line_spacing = Pt(0), Pt(2), 1.0


def _page(document: Any, *, paper: str, header: spec.ExportHeader, margins: tuple[int, int, int, int]) -> None:
    section = document.sections[0]
    width, height = PAPERS[paper]
    section.orientation = WD_ORIENT.PORTRAIT if paper == "a4" else WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Mm(width), Mm(height)
    top, bottom, left, right = margins
    section.top_margin, section.bottom_margin = Mm(top), Mm(bottom)
    section.left_margin, section.right_margin = Mm(left), Mm(right)
    if header.is_illustrative:
        _write(
            section.header.paragraphs[0], about.mark(), font=HEADING_FONT, size=10.5, colour=RGBColor(0xB4, 0x23, 0x18)
        )
    foot = section.footer.paragraphs[0]
    foot.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _write(foot, "— ", font=BODY_FONT, size=14)
    _page_number(foot)
    _write(foot, " —", font=BODY_FONT, size=14)


def _properties(document: Any, header: spec.ExportHeader) -> None:
    properties = document.core_properties
    properties.title, properties.author = str(header.title), str(header.who)
    properties.comments = " ".join(
        part for part in (about.mark() if header.is_illustrative else "", header.export_id) if part
    )


def _page_number(paragraph: Any) -> None:
    run = paragraph.add_run()
    run.font.size = Pt(14)
    for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
        element = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            element.set(qn("w:fldCharType"), kind)
        else:
            element.text = text
        run._r.append(element)


def _table(
    document: Any, columns: Sequence[spec.Column], rows: Sequence[Any], *, sums: dict[str, Any], size: float
) -> None:
    headings = [_in_lines(spec.heading(column), unit=str(column.shown_unit)) for column in columns]
    texts = [
        [values.plain(c.value(row), c.kind, places=c.places, is_signed=c.is_signed) for c in columns] for row in rows
    ]
    if sums:
        added = [values.plain(sums[c.key], c.kind, places=c.places) if c.key in sums else "" for c in columns]
        texts.append([added[0] or _("合计"), *added[1:]])
    made = document.add_table(rows=1, cols=len(columns))
    made.style, made.alignment, made.autofit = "Table Grid", WD_TABLE_ALIGNMENT.CENTER, False
    section = document.sections[0]
    room = section.page_width - section.left_margin - section.right_margin
    shares = widths.shares(headings, texts, room=room / Pt(size / 2))
    sizes = [Twips(int(share * room / TWIP)) for share in shares]  # as Word keeps them: none is rounded up
    for column, width in zip(made.columns, sizes, strict=True):
        column.width = width
    for cell, text, width in zip(made.rows[0].cells, headings, sizes, strict=True):
        cell.width = width
        _fill(cell, text, font=HEADING_FONT, size=size, is_centred=True)
    _row_property(made.rows[0], "w:tblHeader")
    _padded(made)
    for line in texts:
        _line(made, line, columns, sizes, size)


def _in_lines(heading_text: str, *, unit: str) -> str:
    """A heading with its unit on a line of its own, so that no narrow column breaks （万 元）."""
    ending = spec.in_brackets(unit)
    return f"{heading_text.removesuffix(ending)}\n{ending}" if unit and heading_text.endswith(ending) else heading_text


def _padded(made: Any) -> None:
    """Air above and below the text of every cell, said once for the table."""
    margins = OxmlElement("w:tblCellMar")
    for side in ("top", "bottom"):
        margin = OxmlElement(f"w:{side}")
        margin.set(qn("w:w"), "40")  # twentieths of a point
        margin.set(qn("w:type"), "dxa")
        margins.append(margin)
    made._tbl.tblPr.append(margins)


def _line(made: Any, texts: Sequence[str], columns: Sequence[spec.Column], sizes: Sequence[Any], size: float) -> None:
    row = made.add_row()
    # A row never breaks across pages: half a row read aloud in a meeting is a wrong row.
    _row_property(row, "w:cantSplit")
    for cell, text, column, width in zip(row.cells, texts, columns, sizes, strict=True):
        cell.width = width
        _fill(cell, text, font=BODY_FONT, size=size, is_right=column.is_number)


def _row_property(row: Any, name: str) -> None:
    row._tr.get_or_add_trPr().append(OxmlElement(name))


def _fill(cell: Any, text: str, *, font: str, size: float, is_centred: bool = False, is_right: bool = False) -> None:
    paragraph = cell.paragraphs[0]
    middle = OxmlElement("w:vAlign")
    middle.set(qn("w:val"), "center")
    cell._tc.get_or_add_tcPr().append(middle)
    if is_centred or is_right:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER if is_centred else WD_ALIGN_PARAGRAPH.RIGHT
    _write(paragraph, text, font=font, size=size)


def _paragraph(
    document: Any,
    text: str,
    *,
    font: str,
    size: float,
    is_centred: bool = False,
    before: float = 0,
    after: float | None = None,
) -> None:
    if text:
        paragraph = document.add_paragraph()
        if after is not None:
            paragraph.paragraph_format.space_after = Pt(after)
        if before:
            paragraph.paragraph_format.space_before = Pt(before)
        if is_centred:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        _write(paragraph, text, font=font, size=size)


def _write(paragraph: Any, text: str, *, font: str, size: float, colour: Any = None) -> None:
    run = paragraph.add_run(text)
    run.font.name, run.font.size = LATIN_FONT, max(Pt(size), SMALLEST)
    run._r.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)
    if colour is not None:
        run.font.color.rgb = colour
