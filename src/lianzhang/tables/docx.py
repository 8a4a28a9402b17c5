"""Rows as a Word table in the official layout 公文版式 (GB/T 9704-2012): margins, title and body fonts, page
number, repeated heading."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import IO, Any

import docx
from django.utils.translation import gettext as _
from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Emu, Mm, Pt, RGBColor

from lianzhang.tables import about, spec, values

TITLE_FONT, BODY_FONT, HEADING_FONT, NOTE_FONT = "方正小标宋简体", "仿宋_GB2312", "黑体", "楷体_GB2312"
LATIN_FONT = "Times New Roman"
PAPERS = {"a4": (210, 297), "a4-landscape": (297, 210), "a3": (420, 297)}
# GB/T 9704-2012 5.2.1: top 37 mm, left 28 mm, text area 156 × 225 mm on A4 portrait. A wide table turns the sheet
# with its margins.
MARGINS = {"a4": (37, 35, 28, 26), "a4-landscape": (28, 26, 37, 35), "a3": (28, 26, 37, 35)}
ONE_PAGE = (20, 18, 20, 20)
SMALLEST = Pt(9)
# How wide a column may claim to be, in half-width characters: a date never breaks, a sentence takes no more than its
# share.
NARROWEST, WHOLE, WIDEST, PADDING = 4, 16, 44, 3


def write(
    table: spec.TableSpec,
    rows: Iterable[Any],
    *,
    out: IO[bytes],
    header: spec.ExportHeader,
    columns: Sequence[spec.Column] | None = None,
) -> int:
    """Write `rows` as a Word document to `out`; the number of rows written."""
    chosen, found = tuple(columns or table.columns), list(rows)
    paper = table.sheet_paper(chosen)
    document = begin(header, paper=paper)
    grid(document, chosen, found, sums=spec.totals(chosen, found), size=12 if paper == "a4" else 10.5)
    for label, text in about.lines(table, header, row_count=len(found), sums={}, columns=chosen)[1:]:
        note(document, f"{label}：{text}")
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
    headings = [spec.heading(column) for column in columns]
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
    shares = _shares(headings, texts, room=room / Pt(size / 2))
    widths = [Emu(int(share * room)) for share in shares]
    for column, width in zip(made.columns, widths, strict=True):
        column.width = width
    for cell, text, width in zip(made.rows[0].cells, headings, widths, strict=True):
        cell.width = width
        _fill(cell, text, font=HEADING_FONT, size=size, is_centred=True)
    _row_property(made.rows[0], "w:tblHeader")
    for line in texts:
        _line(made, line, columns, widths, size)


def _shares(headings: Sequence[str], texts: Sequence[Sequence[str]], *, room: float) -> list[float]:
    """What part of the sheet, `room` half-width characters wide, each column takes.

    What cannot break (a number, a date, a code, two signs of a name) keeps its width; what is left of the sheet goes to
    the columns by their longest text, within limits.
    """
    wanted: list[float] = []
    needed: list[float] = []
    for index, heading_text in enumerate(headings):
        column = [line[index] for line in texts]
        longest = max(map(_length, column), default=0)
        whole = max(map(_unbroken, column), default=0)
        wanted.append(min(max(longest, _length(heading_text) // 2, NARROWEST), WIDEST) + PADDING)
        needed.append(min(max(whole, NARROWEST) + PADDING, wanted[-1]))
    if sum(wanted) > room:
        spare, asked = max(room - sum(needed), 0), sum(wanted) - sum(needed)
        wanted = [least + (most - least) * spare / (asked or 1) for least, most in zip(needed, wanted, strict=True)]
    return [one / sum(wanted) for one in wanted]


def _unbroken(text: str) -> int:
    """The width of the longest part of a text that must not be broken; a long code may be after all."""
    parts = re.findall(r"[!-~]+", text)
    return min(max(map(len, parts), default=0), WHOLE)


def _length(text: str) -> int:
    """The width of a text in half-width characters: a Chinese character is two."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


def _line(made: Any, texts: Sequence[str], columns: Sequence[spec.Column], widths: Sequence[Any], size: float) -> None:
    row = made.add_row()
    # A row never breaks across pages: half a row read aloud in a meeting is a wrong row.
    _row_property(row, "w:cantSplit")
    for cell, text, column, width in zip(row.cells, texts, columns, widths, strict=True):
        cell.width = width
        _fill(cell, text, font=BODY_FONT, size=size, is_right=column.is_number)


def _row_property(row: Any, name: str) -> None:
    row._tr.get_or_add_trPr().append(OxmlElement(name))


def _fill(cell: Any, text: str, *, font: str, size: float, is_centred: bool = False, is_right: bool = False) -> None:
    paragraph = cell.paragraphs[0]
    if is_centred or is_right:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER if is_centred else WD_ALIGN_PARAGRAPH.RIGHT
    _write(paragraph, text, font=font, size=size)


def _paragraph(
    document: Any, text: str, *, font: str, size: float, is_centred: bool = False, before: float = 0
) -> None:
    if text:
        paragraph = document.add_paragraph()
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
