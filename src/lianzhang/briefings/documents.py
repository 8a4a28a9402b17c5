"""The one-pagers as Word documents in the official layout: every figure with its scope, source and date under it."""

from collections.abc import Sequence
from typing import IO, Any

from django.utils.translation import gettext as _

from lianzhang.briefings.figures import Figure
from lianzhang.briefings.firm import FirmPage
from lianzhang.briefings.onepager import Moved, OnePager
from lianzhang.tables import ExportHeader, docx


def chain_page(page: OnePager, *, out: IO[bytes], header: ExportHeader) -> None:
    """链长一页纸."""
    document = docx.begin(header)
    docx.body(document, page.lead)
    who = page.answering
    docx.note(
        document,
        _("链长：%(chief)s　副链长：%(deputies)s　专班：%(heads)s")
        % {
            "chief": "、".join(who.chiefs) or page.vacant,
            "deputies": "、".join(who.deputies) or page.vacant,
            "heads": "、".join(who.heads) or page.vacant,
        },
    )
    _figures(document, page.figures, since=_("较 %(day)s") % {"day": page.since.isoformat()})
    _list(document, _("逾期与滞后"), [f"{i.title}（{i.word}）{i.note}" for i in page.late], empty=_("没有逾期事项。"))
    _moved(document, page.moved)
    _list(document, _("上年结果"), [r.statement for r in page.results], empty=_("没有登记的上年结果。"))
    visit = [f"{page.visit.planned_on} {page.visit.enterprise.name} {page.visit.purpose}"] if page.visit else []
    _list(document, _("下次走访"), visit, empty=_("没有安排。"))
    document.save(out)


def firm_page(page: FirmPage, *, out: IO[bytes], header: ExportHeader) -> None:
    """企业一页纸."""
    document = docx.begin(header)
    docx.body(document, page.lead)
    _figures(document, page.figures, since=_("较 %(day)s") % {"day": page.since.isoformat()})
    projects = [f"{p.name}（{p.stage_note or p.get_stage_display()}）{p.blockage}" for p in page.projects]
    _list(document, _("项目"), projects, empty=_("没有项目。"))
    requests = [f"{r.text}（{r.get_state_display()}）" for r in page.requests]
    _list(document, _("诉求"), requests, empty=_("没有诉求。"))
    _moved(document, page.moved)
    document.save(out)


def _figures(document: Any, figures: Sequence[Figure], *, since: str) -> None:
    docx.heading(document, _("主要数字"))
    for figure in figures:
        change = f"（{since} {figure.change_shown}）" if figure.change_shown else ""
        docx.body(document, f"{figure.label}：{figure.shown}{figure.unit}{change}")
        day = figure.as_of.isoformat() if figure.as_of else _("未写明")
        docx.note(
            document,
            _("口径：%(scope)s。来源：%(source)s。数据截至 %(day)s。")
            % {"scope": figure.scope, "source": figure.source, "day": day},
        )


def _moved(document: Any, moved: Sequence[Moved]) -> None:
    lines = [f"{entry.on.isoformat()} {entry.text}" for entry in moved]
    _list(document, _("期间变化"), lines, empty=_("期间没有变化。"))


def _list(document: Any, title: str, lines: Sequence[str], *, empty: str) -> None:
    docx.heading(document, title)
    for number, line in enumerate(lines, start=1):
        docx.body(document, f"{number}. {line}")
    if not lines:
        docx.body(document, empty)
