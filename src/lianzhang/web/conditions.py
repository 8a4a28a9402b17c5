"""The fields of a list's search form, each drawn once for what it offers and holds: a form has fourteen of them."""

from functools import lru_cache
from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from lianzhang.tables import Filter, html, values


def field(condition: Filter, value: Any, *, person: Any) -> SafeString:
    """The field of one condition as it stands; the choices are those of the person."""
    shown = {"key": condition.key, "kind": condition.kind, "label": str(condition.label)}
    if condition.kind == "boolean":
        codes = (("1", str(values.YES), value is True), ("0", str(values.NO), value is False))
        shown["options"] = html.options(codes)
    elif condition.kind in {"choice", "multi"}:
        picked = () if value is None else (value,) if isinstance(value, str) else value
        options = [(code, label, code in picked) for code, label in condition.options(person)]
        is_multi = condition.kind == "multi"
        shown["options"] = html.checks(condition.key, options) if is_multi else html.options(options)
        shown["said"] = _("、").join(label for _code, label, is_picked in options if is_picked) or _("全部")
    elif condition.kind in {"date_range", "number_range"}:
        low, high = value or (None, None)
        shown |= {"low": "" if low is None else str(low), "high": "" if high is None else str(high)}
    else:
        shown["text"] = value or ""
    return _drawn(get_language(), **shown)


@lru_cache(maxsize=1024)
def _drawn(_language: str | None, **shown: str) -> SafeString:
    return SafeString(render_to_string("parts/filter.html", shown))
