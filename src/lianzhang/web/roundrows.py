"""A district's rows of the month as HTML: ten controls for each of fifty projects, each put together once."""

from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import Any

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from lianzhang.collecting import columns
from lianzhang.intake import packing
from lianzhang.projects import tables as projects
from lianzhang.projects.models import Project
from lianzhang.projects.monthly import doubts
from lianzhang.projects.monthly.queries import Row
from lianzhang.tables import values
from lianzhang.tables.addresses import address
from lianzhang.web import forming
from lianzhang.web.forms.rounds import KIND, form_columns

TextOf = Callable[[int, str], str]


def rows(
    code: str,
    found: Sequence[Row],
    *,
    may_write: bool,
    said: TextOf | None = None,
    errors: Mapping[tuple[int, str], str],
) -> SafeString:
    """One table row for each project. `said(row, field)` gives what was typed and comes back; whoever may not write, or
    comes after the close, has nothing to type into."""
    asked = form_columns()
    kinds = [(str(kind), str(label)) for kind, label in Project.Blockage.choices]
    made = [
        _row(n, row, code, asked, kinds, said, errors)
        if may_write and row.is_writable
        else _line([*_head(row, code), *_readonly(row, asked)])
        for n, row in enumerate(found)
    ]
    return mark_safe("".join(made))  # noqa: S308 - escaped below, piece by piece


def _row(
    n: int,
    row: Row,
    code: str,
    asked: Sequence[columns.FormColumn],
    kinds: Sequence[tuple[str, str]],
    said: TextOf | None,
    errors: Mapping[tuple[int, str], str],
) -> str:
    cells = _head(row, code, hidden=_hidden(n, row))
    for column in asked:
        text = said(n, column.key) if said else columns.typed(packing.pack(row.value(column.key)))
        wrong = errors.get((n, column.key), "")
        control = forming.cell(column, name=f"row-{n}-{column.key}", text=text, wrong=wrong, row=n)
        if column.key == "blockage":
            control = _select(n, said(n, KIND) if said else row.value(KIND), kinds) + control
        if column.key == "explanation":
            control = _doubt(row) + control
        if column.key == "next_due_on":  # below its node, in the same cell
            cells[-1] = cells[-1].removesuffix("</td>") + f"{control}</td>"
        else:
            cells.append(f'<td data-label="{escape(column.heading)}">{control}</td>')
    return _line(cells)


def _line(cells: Sequence[str]) -> str:
    return f"<tr>{''.join(cells)}</tr>"


def _head(row: Row, code: str, *, hidden: str = "") -> list[str]:
    """The project, its plan and what it had done before this month."""
    link = address("rounds:row", code, row.project.code)
    name, number = escape(projects.name(row.project)), f'<span class="quiet-text">{escape(row.project.code)}</span>'
    return [
        f'<th scope="row" class="t"><a href="{link}">{name}</a> {number}{hidden}</th>',
        _figure(_("年度计划"), row.project.plan_year_wan),
        _figure(_("上月止累计"), row.earlier.cumulative_wan),
    ]


def _hidden(n: int, row: Row) -> str:
    version = f'<input type="hidden" name="row-{n}-version" value="{row.report.version}">' if row.report else ""
    return f'<input type="hidden" name="row-{n}-project" value="{row.project.pk}">{version}'


def _figure(label: str, amount: Any) -> str:
    shown = values.plain(amount, "wan") if amount is not None else "—"
    return f'<td class="n" data-label="{escape(label)}">{escape(shown)}</td>'


def _readonly(row: Row, asked: Sequence[columns.FormColumn]) -> list[str]:
    """A row that is only read: what it says, and how it stands."""
    made: list[str] = []
    for column in asked:
        value = row.value(column.key)
        css = ' class="n"' if column.is_number else ""
        text = _plain(value)
        if column.key == "explanation":
            state = row.report.get_state_display() if row.report is not None else ""
            text = f"{state} {value or ''}".strip()
        if column.key == "next_due_on":
            made[-1] = made[-1].removesuffix("</td>") + f" {escape(text)}</td>"
        else:
            made.append(f'<td{css} data-label="{escape(column.heading)}">{escape(text)}</td>')
    return made


def _doubt(row: Row) -> str:
    found = row.doubts
    if not found:
        return ""
    return f'<p class="doubt"><span aria-hidden="true">○</span> {escape(_("存疑"))}：{escape(doubts.said(found))}</p>'


def _select(n: int, chosen: str, kinds: Sequence[tuple[str, str]]) -> str:
    options = "".join(
        f'<option value="{code}"{" selected" if code == chosen else ""}>{escape(label)}</option>'
        for code, label in (("", _("无卡点")), *kinds)
    )
    return f'<select name="row-{n}-{KIND}" aria-label="{escape(_("卡点类别"))} {n + 1}">{options}</select>'


def fields(row: Row, *, said: TextOf | None, errors: Mapping[tuple[int, str], str]) -> SafeString:
    """One project's row as a form, a field below the other: what a phone shows."""
    kinds = [(str(kind), str(label)) for kind, label in Project.Blockage.choices]
    made = [f'<input type="hidden" name="rows" value="1">{_hidden(0, row)}']
    for column in form_columns():
        text = said(0, column.key) if said else columns.typed(packing.pack(row.value(column.key)))
        name = f"row-0-{column.key}"
        control = forming.cell(column, name=name, text=text, wrong=errors.get((0, column.key), ""), row=0)
        if column.key == "blockage":
            control = _select(0, said(0, KIND) if said else row.value(KIND), kinds) + control
        if column.key == "explanation":
            control = _doubt(row) + control
        made.append(f'<div class="field"><span class="field-name">{escape(column.heading)}</span>{control}</div>')
    return mark_safe("".join(made))  # noqa: S308 - escaped above, piece by piece


def shown(row: Row) -> list[tuple[str, str]]:
    """(label, value) of one row as it stands."""
    asked = form_columns()
    found = [(column.heading, _plain(row.value(column.key))) for column in asked]
    kind = row.report.get_blockage_kind_display() if row.report is not None and row.report.blockage_kind else "—"
    return [*found[:-2], (_("卡点类别"), kind), *found[-2:]]


def _plain(value: Any) -> str:
    if value in (None, ""):
        return "—"
    return value if isinstance(value, str) else values.plain(value, values.kind_of(value))
