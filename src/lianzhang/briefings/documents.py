"""The one-pagers as Word documents on one sheet: every figure in a row with its change, scope, source and date."""

from collections.abc import Sequence
from datetime import date
from typing import IO, Any

from django.utils.translation import gettext as _

from lianzhang.briefings.city import statement
from lianzhang.briefings.figures import Figure
from lianzhang.briefings.firm import FirmPage
from lianzhang.briefings.onepager import Moved, OnePager
from lianzhang.tables import Column, ExportHeader, docx

TEXT, SMALL, HEADING = 10.5, 9, 12


def chain_page(page: OnePager, *, out: IO[bytes], header: ExportHeader) -> None:
    """链长一页纸."""
    document = docx.begin(header, is_one_page=True)
    docx.body(document, page.lead, size=HEADING)
    who = page.answering
    docx.note(
        document,
        _("链长：%(chief)s　副链长：%(deputies)s　专班：%(heads)s　链主：%(anchors)s")
        % {
            "chief": "、".join(who.chiefs) or page.vacant,
            "deputies": "、".join(who.deputies) or page.vacant,
            "heads": "、".join(who.heads) or page.vacant,
            "anchors": "、".join(page.anchors) or page.vacant,
        },
    )
    _figures(document, page.figures, since=page.since)
    late = [f"{item.title}（{item.word}）{item.note}" for item in page.late]
    _list(document, _("逾期与滞后"), late, empty=_("没有逾期事项。"))
    _moved(document, page.moved, since=page.since)
    results = [f"{statement(result)}（{result.source.title}）" for result in page.results]
    _list(document, _("上年结果"), results, empty=_("没有登记的上年结果。"))
    visit = [f"{page.visit.planned_on} {page.visit.enterprise.name} {page.visit.purpose}"] if page.visit else []
    _list(document, _("下次走访"), visit, empty=_("没有安排。"))
    document.save(out)


def firm_page(page: FirmPage, *, out: IO[bytes], header: ExportHeader) -> None:
    """企业一页纸."""
    document = docx.begin(header, is_one_page=True)
    docx.body(document, page.lead, size=HEADING)
    _figures(document, page.figures, since=page.since)
    projects = [
        "　".join(part for part in (p.name, p.stage_note or p.get_stage_display(), p.blockage) if part)
        for p in page.projects
    ]
    _list(document, _("项目"), projects, empty=_("没有项目。"))
    requests = [f"{r.text}（{r.get_state_display()}）" for r in page.requests]
    _list(document, _("诉求"), requests, empty=_("没有诉求。"))
    to_do = [f"{item.title}（{item.word}）{item.note}" for item in page.to_do]
    _list(document, _("督办事项"), to_do, empty=_("没有在办的督办事项。"))
    _list(document, _("能供什么"), [made.part.name for made in page.makes], empty=_("没有登记的供给能力。"))
    _moved(document, page.moved, since=page.since)
    visits = [f"{v.visited_on or v.planned_on} {v.purpose} {v.findings[:80]}".strip() for v in page.visits[:3]]
    _list(document, _("走访"), visits, empty=_("没有走访记录。"))
    document.save(out)


def _figures(document: Any, figures: Sequence[Figure], *, since: date) -> None:
    columns = (
        Column("label", _("主要数字"), lambda f: f.label, is_wrapped=True),
        Column("value", _("数值"), lambda f: f"{f.shown} {f.unit}".strip()),
        Column("change", _("较%(day)s") % {"day": f"{since:%m-%d}"}, lambda f: f.change_shown or None),
        Column("scope", _("口径与来源"), lambda f: f"{f.scope}；{f.source}", is_wrapped=True),
        Column("as_of", _("数据截至"), lambda f: f.as_of, kind="date"),
    )
    docx.grid(document, columns, figures, size=SMALL)


def _moved(document: Any, moved: Sequence[Moved], *, since: date) -> None:
    lines = [f"{entry.on:%m-%d} {entry.text}" for entry in moved]
    _list(document, _("%(day)s以来的变化") % {"day": since.isoformat()}, lines, empty=_("期间没有变化。"))


def _list(document: Any, title: str, lines: Sequence[str], *, empty: str) -> None:
    docx.heading(document, title, size=HEADING)
    for number, line in enumerate(lines, start=1):
        docx.body(document, f"{number}. {line}", size=TEXT)
    if not lines:
        docx.body(document, empty, size=TEXT)
