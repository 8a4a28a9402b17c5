"""Figures and states in templates are written as in tables, and nothing handed to them becomes markup."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.template import Context, Template, TemplateSyntaxError

from lianzhang.tables import NOT_APPLICABLE, RESTRICTED, WITHHELD, Badge, Light


def shown(source: str, **context: Any) -> str:
    return Template("{% load look %}" + source).render(Context(context))


@pytest.mark.parametrize(
    ("source", "value", "written"),
    [
        ("{{ x|wan }}", Decimal("1234567.5"), "1,234,567.5"),
        ("{{ x|yi }}", Decimal("1234567.5"), "123.46"),
        ("{{ x|ratio }}", 0.3125, "31.3%"),
        ("{{ x|figure }}", 1234, "1,234"),
    ],
)
def test_a_figure_is_written_with_separators(source: str, value: Any, written: str) -> None:
    assert shown(source, x=value) == f'<span class="fig">{written}</span>'


@pytest.mark.parametrize(
    ("value", "meaning"),
    [(None, "未填"), (NOT_APPLICABLE, "不适用"), (WITHHELD, "按约定不提供"), (RESTRICTED, "商业秘密（授权可见）")],
)
def test_a_blank_figure_says_why(value: Any, meaning: str) -> None:
    for name in ("wan", "yi", "ratio", "figure", "cell"):
        assert f'title="{meaning}"' in shown(f"{{{{ x|{name} }}}}", x=value)


def test_a_cell_shows_any_value_as_a_table_would() -> None:
    values = [1234, Decimal("0.5"), dt.date(2026, 3, 1), True, ["甲", "乙"], "<b>"]
    assert [shown("{{ x|cell }}", x=value) for value in values] == [
        "1,234",
        "0.5",
        "2026-03-01",
        "是",
        "甲、乙",
        "&lt;b&gt;",
    ]
    assert 'class="light light-done"' in shown("{{ x|cell }}", x=Light("done"))
    assert 'class="tag tag-plain"' in shown("{{ x|cell }}", x=Badge("草稿"))


def test_a_light_takes_a_code_a_word_and_a_reason() -> None:
    markup = shown('{% light "late" x "<reason>" %}', x="逾期<2>天")
    assert "逾期&lt;2&gt;天" in markup
    assert 'title="&lt;reason&gt;"' in markup


def test_a_badge_is_escaped() -> None:
    assert shown("{% badge x %}", x="<i>") == '<span class="tag tag-plain">&lt;i&gt;</span>'


@pytest.mark.parametrize(("value", "attribute"), [(None, "0"), (0.5, "50.0"), (-1, "0.0"), (7, "100.0")])
def test_progress_stays_within_its_bar(value: Any, attribute: str) -> None:
    assert shown("{{ x|hundredths }}", x=value) == attribute


@pytest.mark.parametrize(
    ("value", "address"), [("javascript:alert(1)", ""), ("/a?b=1&c=2", "/a?b=1&amp;c=2"), (None, "")]
)
def test_an_address_from_data_is_checked(value: Any, address: str) -> None:
    assert shown("{{ x|address }}", x=value) == address


def test_what_is_kept_serves_twice() -> None:
    assert shown('{% keep "a" %} <b>{{ x }}</b> {% endkeep %}{{ a }}|{{ a|striptags }}', x="<") == "<b>&lt;</b>|&lt;"


def test_keep_wants_a_name() -> None:
    with pytest.raises(TemplateSyntaxError, match="keep takes one name"):
        shown("{% keep %}{% endkeep %}")


def test_an_icon_is_hidden_from_readers_and_comes_from_our_own_file() -> None:
    markup = shown('{% icon "home" %}')
    assert 'aria-hidden="true"' in markup
    assert "look/icons.svg#home" in markup
