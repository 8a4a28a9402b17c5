"""Figures, states and icons in templates, written by the same functions that write table cells."""

from functools import lru_cache
from typing import Any

from django import template
from django.template.base import NodeList, Parser, Token
from django.template.context import Context
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from lianzhang.tables import html, values
from lianzhang.web import bundles

register = template.Library()


@register.simple_tag
def icon(name: str) -> SafeString:
    """A small line drawing; decoration only, so it is hidden from screen readers."""
    return _icon(name)


@lru_cache(maxsize=256)
def _icon(name: str) -> SafeString:
    drawn = '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>'
    return format_html(drawn, static("look/icons.svg"), name)


@register.simple_tag
def bundle() -> SafeString:
    """The built script and style sheets of every page."""
    return bundles.tags()


@register.simple_tag
def light(code: Any, word: Any = None, reason: Any = "") -> SafeString:
    """状态灯: `{% light "late" "逾期2天" %}`; takes a `values.Light` or a code."""
    shown = code if isinstance(code, values.Light) else values.Light(str(code), word, reason or "")
    return mark_safe(html.light(shown))  # noqa: S308 - escaped by tables.html


@register.simple_tag
def badge(word: Any, tone: str = "plain") -> SafeString:
    """标签: `{% badge "草稿" "draft" %}`."""
    shown = word if isinstance(word, values.Badge) else values.Badge(word, tone)
    return mark_safe(html.badge(shown))  # noqa: S308 - escaped by tables.html


@register.simple_tag
def explain_mark(url: str, label: Any = "") -> SafeString:
    """The small mark behind a figure that opens its definition, scope, source and date."""
    return mark_safe(html.explain_mark(url, label=label))  # noqa: S308 - escaped by tables.html


def _written(value: Any, kind: values.Kind, *, places: int | None = None, is_signed: bool = False) -> SafeString:
    reason = values.blank_of(value)
    if reason is not None:
        return mark_safe(html.blank(reason))  # noqa: S308 - a constant
    text = values.reader(kind, places=places, is_signed=is_signed)(value)
    return format_html('<span class="fig">{}</span>', text)


@register.filter
def wan(value: Any) -> SafeString:
    """万元 with separators, without the unit."""
    return _written(value, "wan")


@register.filter
def signed_wan(value: Any) -> SafeString:
    """A difference in 万元, with its sign."""
    return _written(value, "wan", is_signed=True)


@register.filter
def yi(value: Any) -> SafeString:
    """A 万元 value in 亿元, without the unit."""
    return _written(value, "yi")


@register.filter
def ratio(value: Any) -> SafeString:
    """A 0–1 value in per cent with one decimal."""
    return _written(value, "ratio")


@register.filter
def figure(value: Any) -> SafeString:
    """A whole number with separators."""
    return _written(value, "integer")


@register.filter
def cell(value: Any) -> Any:
    """Any value as it would stand in a table: blanks by their sign, numbers and dates formatted, text escaped."""
    if isinstance(value, SafeString):
        return value
    reason = values.blank_of(value)
    if reason is not None:
        return mark_safe(html.blank(reason))  # noqa: S308 - a constant
    if isinstance(value, values.Light):
        return mark_safe(html.light(value))  # noqa: S308 - escaped by tables.html
    if isinstance(value, values.Badge):
        return mark_safe(html.badge(value))  # noqa: S308 - escaped by tables.html
    return values.plain(value, values.kind_of(value))


@register.filter
def hundredths(value: Any) -> str:
    """A 0–1 value as 0–100 for an attribute (never localised, never negative, never over 100)."""
    return "0" if value is None else f"{min(max(float(value), 0.0), 1.0) * 100:.1f}"


@register.filter
def address(value: Any) -> SafeString:
    """An address that came from data, if it is one a browser may open: kills `javascript:` and friends."""
    return mark_safe(html.safe_url(value))  # noqa: S308 - escaped by tables.html


class _Keep(template.Node):
    child_nodelists = ("nodelist",)

    def __init__(self, nodelist: NodeList, name: str) -> None:
        self.nodelist, self.name = nodelist, name

    def render(self, context: Context) -> SafeString:
        context[self.name] = SafeString(self.nodelist.render(context).strip())
        return SafeString("")


@register.tag
def keep(parser: Parser, token: Token) -> _Keep:
    """`{% keep "name" %}…{% endkeep %}`: what stands inside becomes a variable, so that one block serves head and
    heading."""
    parts = token.split_contents()
    if len(parts) != 2:
        raise template.TemplateSyntaxError("keep takes one name")
    nodelist = parser.parse(("endkeep",))
    parser.delete_first_token()
    return _Keep(nodelist, parts[1].strip("\"'"))
