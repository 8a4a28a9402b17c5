"""The rows a body answers a form in, as HTML: many cells on a page, each put together once and not by a template."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from django.utils.safestring import SafeString, mark_safe

from lianzhang.collecting import columns

SPARE = 5


def rows(
    form: Sequence[columns.FormColumn],
    held: Sequence[Mapping[str, Any]],
    *,
    spare: int,
    said: Any = None,
    errors: Mapping[tuple[int, str], str],
) -> SafeString:
    """One table row for each row held and `spare` empty ones. `said(row, key)` gives what was typed and comes back."""
    made = []
    for n in range(len(held) + spare):
        values = held[n] if n < len(held) else {}
        cells = [
            cell(
                column,
                name=f"row-{n}-{column.key}",
                text=said(n, column.key) if said else columns.typed(values.get(column.key)),
                wrong=errors.get((n, column.key), ""),
                row=n,
            )
            for column in form
        ]
        made.append(f'<tr><th scope="row" class="n">{n + 1}</th>{"".join(f"<td>{one}</td>" for one in cells)}</tr>')
    return mark_safe("".join(made))  # noqa: S308 - escaped below, piece by piece


def cell(column: columns.FormColumn, *, name: str, text: str, wrong: str, row: int) -> str:
    """One control with what stands in it and what is wrong with it."""
    label = escape(f"{column.label} {row + 1}")
    told = f'<p class="wrong" id="{name}-wrong">{escape(wrong)}</p>' if wrong else ""
    more = f' aria-invalid="true" aria-describedby="{name}-wrong"' if wrong else ""
    if column.kind == "choice":
        listed = [("", ""), *((word, word) for word in column.choices)]
        if text and text not in column.choices:
            listed.append((text, text))
        options = "".join(
            f'<option value="{escape(code)}"{" selected" if code == text else ""}>{escape(word)}</option>'
            for code, word in listed
        )
        return f'<select name="{name}" aria-label="{label}"{more}>{options}</select>{told}'
    if column.kind in {"date", "integer", "number", "wan"}:
        kind = (
            'size="11" placeholder="2026-01-31"' if column.kind == "date" else 'size="10" inputmode="decimal" class="n"'
        )
        return f'<input type="text" {kind} name="{name}" value="{escape(text)}" aria-label="{label}"{more}>{told}'
    return f'<textarea name="{name}" rows="1" cols="18" aria-label="{label}"{more}>{escape(text)}</textarea>{told}'
