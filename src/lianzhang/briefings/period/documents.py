"""The draft as a Word document in the official layout, and as JSON for the issued one."""

from typing import IO, Any

from django.utils.translation import gettext as _

from lianzhang.briefings.period.draft import Draft, Section
from lianzhang.tables import ExportHeader, docx, values

NUMBERS = "一二三四五六七八九十"


def write(draft: Draft, *, out: IO[bytes], header: ExportHeader) -> None:
    """The sentence, then the sections with their figures and rows."""
    document = docx.begin(header, paper="a4-landscape")
    docx.body(document, draft.lead)
    for number, section in zip(NUMBERS, draft.sections, strict=False):
        docx.heading(document, f"{number}、{section.title}")
        docx.body(document, said(section))
        if section.rows:
            docx.grid(document, section.spec.shown_by_default(), section.rows, size=10.5)
        if section.rest:
            docx.note(document, _("另有%(rest)d行未列出。") % {"rest": section.rest})
        if section.note:
            docx.note(document, section.note)
    docx.note(document, draft.note)
    document.save(out)


def said(section: Section) -> str:
    """The figures of a section in one line."""
    told = _("%(label)s%(value)s%(unit)s")
    figures = ({"label": each.label, "value": each.shown, "unit": each.unit} for each in section.figures)
    return _("；").join((told % figure).strip() for figure in figures)


def frozen(draft: Draft) -> dict[str, Any]:
    """What the issued document keeps: the sentence, every figure, and the rows as they were listed."""
    return {
        "lead": draft.lead,
        "figures": [figure.frozen() for figure in draft.figures],
        "sections": [_section(section) for section in draft.sections if section.count or section.note],
    }


def _section(section: Section) -> dict[str, Any]:
    columns = section.spec.shown_by_default()
    return {
        "title": section.title,
        "columns": [str(column.label) for column in columns],
        "rows": [
            [values.plain(column.value(row), column.kind, places=column.places) for column in columns]
            for row in section.rows
        ],
        "rest": section.rest,
        "note": section.note,
    }
