"""Where a figure comes from: definition, scope, source and date, in a dialog over the page or as a page of its own."""

import datetime as dt
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from lianzhang.tables import values

DIALOG = "explain-body"
Text = str | Promise


@dataclass(frozen=True, kw_only=True)
class Explained:
    """口径: everything a reader may ask about one figure. `value` is already written for people (1,234.5 万元)."""

    label: Text
    value: Text = ""
    definition: Text = ""
    formula: Text = ""
    scope: Text = ""
    source: Text = ""
    as_of: dt.date | None = None
    snapshot: str = ""
    missing: Text = ""
    release: Text = ""  # how the disclosure rule treats it
    rows_url: str = ""
    is_illustrative: bool = False

    @property
    def lines(self) -> list[tuple[str, str]]:
        """(name, text) of whatever is known; what is not known is said to be unknown where it matters."""
        said = [
            (_("定义"), self.definition or _("未写明")),
            (_("算法"), self.formula),
            (_("范围"), self.scope or _("未写明")),
            (_("来源"), self.source or _("未写明")),
            (_("数据截至"), values.plain(self.as_of, "date") if self.as_of else _("未写明")),
            (_("未计入"), self.missing),
            (_("快照"), self.snapshot),
            (_("发布"), self.release),
        ]
        return [(str(label), str(text)) for label, text in said if text]


def respond(request: HttpRequest, explained: Explained) -> HttpResponse:
    """The dialog's inside when the page asked for it, else a page with its own address."""
    is_dialog = request.headers.get("HX-Target") == DIALOG
    template = "parts/explain.html" if is_dialog else "explained.html"
    response = render(request, template, {"explained": explained, "is_dialog": is_dialog})
    patch_vary_headers(response, ["HX-Target"])
    return response
