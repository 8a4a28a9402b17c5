"""The rows of a product tree as HTML: hundreds on one page, so each is put together once and not by a template."""

from collections.abc import Callable, Iterable
from decimal import Decimal
from html import escape
from typing import Any
from urllib.parse import quote

from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from lianzhang.chains.models import Chain
from lianzhang.chains.queries.bills import Row
from lianzhang.tables import RESTRICTED, html, values

DEEPEST_STEP = 4  # levels further down stand no further in


def writer(chain: Chain, *, shows: bool) -> Callable[[Iterable[Row]], SafeString]:
    """Writes table rows; amounts and shares only where the reader `shows` them."""
    mark = "-part-code-"
    before, after = reverse("teardowns:part", args=[chain.code, mark]).split(mark)
    shared = _("共用 %(count)s 处")

    def row(one: Row) -> str:
        step = min(one.level, DEEPEST_STEP)
        unit = escape(one.unit)
        more = f' <span class="quiet-text">{escape(shared % {"count": one.used_in})}</span>' if one.used_in > 1 else ""
        url = escape(f"{before}{_quoted(one.part.code)}{after}")
        return (
            f'<tr><th scope="row"><span class="tree-part tree-level-{step}"><a href="{url}">{escape(one.part.name)}</a>'
            f'{more}</span></th><td class="n per-parent">{_number(one.quantity, unit)}</td>'
            f'<td class="n">{_number(one.per_product, unit)}</td>{bought(one)}</tr>'
        )

    bought = _bought(shows=shows)
    return lambda rows: mark_safe("".join(map(row, rows)))  # noqa: S308 - escaped above, piece by piece


def _bought(*, shows: bool) -> Callable[[Row], str]:
    """The cells of the yearly amount and the local share."""
    none = f'<span title="{escape(_("最新快照中没有这种零部件的采购"))}">—</span>'
    nothing = f'<td class="n">{none}</td><td class="share">{none}</td>'
    closed = html.blank(RESTRICTED)
    wan, ratio = _written("wan"), _written("ratio")
    hidden = f'<td class="n">{closed}</td><td class="share">{closed}</td>'

    def cells(one: Row) -> str:
        if one.coverage is None:
            return nothing
        if not shows:
            return hidden
        share, amount = one.coverage.local_ratio, wan(one.coverage.amount_wan)
        said = ratio(share)
        if share is not None:
            bar = f'<progress max="100" value="{share * 100:.1f}" aria-hidden="true"></progress>'
            said = f'<span class="progress-line">{bar}<span class="n">{said}</span></span>'
        return f'<td class="n">{amount}</td><td class="share">{said}</td>'

    return cells


def _written(kind: values.Kind) -> Callable[[Any], str]:
    read, unfilled = values.reader(kind), html.blank(values.Blank.UNFILLED)
    return lambda value: unfilled if value is None else escape(read(value))


def _number(value: Decimal | None, unit: str) -> str:
    """As entered, without the zeros the database adds; 未填 where a standard tree does not say how many."""
    if value is None:
        return html.blank(values.Blank.UNFILLED)
    plain = f"{value:,f}"
    return f"{plain.rstrip('0').rstrip('.') if '.' in plain else plain} {unit}"


def _quoted(code: str) -> str:
    return quote(code, safe="")
