"""One edition of a target list as a workbook and as a Word document in the official layout."""

from typing import IO

from django.utils.translation import gettext as _

from lianzhang.chains.tables import editions
from lianzhang.chains.tables.editions import Paper
from lianzhang.tables import ExportHeader, docx, spec, xlsx


def write_xlsx(paper: Paper, *, out: IO[bytes], header: ExportHeader) -> None:
    """A sheet with the sentence, the conditions and the notes; then a sheet a table."""
    said = [(_("结论"), paper.lead), (_("版别"), str(paper.edition.label)), *paper.facts]
    said += [(_("说明"), note) for note in paper.notes]
    xlsx.write_many([(editions.PREFACE, said), *paper.parts], out=out, header=header)


def write_docx(paper: Paper, *, out: IO[bytes], header: ExportHeader) -> None:
    """Title, sentence, conditions, tables, notes."""
    widest = max(len(table.shown_by_default()) for table, _rows in paper.parts)
    sheet = "a4" if widest <= 6 else "a4-landscape"
    document = docx.begin(header, paper=sheet)
    docx.note(document, _("版别：%(edition)s") % {"edition": paper.edition.label})
    docx.body(document, paper.lead)
    for label, text in paper.facts:
        docx.note(document, f"{label}：{text}")
    for table, rows in paper.parts:
        docx.heading(document, str(table.title))
        columns = table.shown_by_default()
        docx.grid(document, columns, rows, sums=spec.totals(columns, rows), size=12 if sheet == "a4" else 10.5)
    for note in paper.notes:
        docx.note(document, note)
    docx.note(document, _("导出人：%(who)s　导出编号：%(id)s") % {"who": header.who, "id": header.export_id})
    document.save(out)
