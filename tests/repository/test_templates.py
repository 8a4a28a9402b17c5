"""Every word on a page is translatable, no page opens a hole that escaping leaves, none needs the internet."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.repository.checks import templates
from tests.repository.test_shape import plant

Check = Callable[[Path], list[str]]
CHECKS = [templates.check_words, templates.check_holes, templates.check_policy, templates.check_scrolls]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_every_template_is_in_order(check: Check, root: Path) -> None:
    assert check(root) == []


@pytest.mark.parametrize(
    ("check", "source"),
    [
        (templates.check_words, "<p>逾期</p>"),
        (templates.check_words, '<p>{% translate "逾期" %}：</p>'),
        (templates.check_words, '<p title="逾期">{% translate "逾期" %}</p>'),
        (templates.check_holes, "<p class={{ kind }}>x</p>"),
        (templates.check_holes, '<a href="{{ site }}">x</a>'),
        (templates.check_holes, '<form hx-post="{{ note.text }}">'),
        (templates.check_holes, "{{ note|safe }}"),
        (templates.check_holes, "{% autoescape off %}"),
        (templates.check_policy, "<script>alert(1)</script>"),
        (templates.check_policy, '<a onclick="x()">x</a>'),
        (templates.check_policy, "<style>p { color: red }</style>"),
        (templates.check_policy, '<script src="https:' + '//cdn.example/a.js"></script>'),
        (templates.check_scrolls, '<div class="table-scroll"><table></table></div>'),
    ],
)
def test_a_planted_hole_is_found(check: Check, source: str, tmp_path: Path) -> None:
    plant(tmp_path, "lianzhang/web/templates/a.html", "<main>\n" + source + "\n</main>")
    [complaint] = check(tmp_path)
    assert complaint.startswith("src/lianzhang/web/templates/a.html:2:")


@pytest.mark.parametrize(
    "source",
    [
        '{% translate "逾期" %}',
        "{% blocktranslate count n=late|length %}逾期 {{ n }} 项{% plural %}逾期 {{ n }} 项{% endblocktranslate %}",
        "{# 逾期 #}",
        '<p>{{ _("逾期") }}</p>',
        '<button lang="zh-Hans">中文</button>',
        '<a href="{% url \'home\' %}" title="{{ name }}">x</a>',
        '<a href="{{ row.url }}">x</a>',
        '<a href="?page={{ n }}">x</a>',
        '<script type="module" src="{% static \'a.js\' %}"></script>',
        '<div class="table-scroll" tabindex="0" role="region" aria-label="{% translate \'缺口\' %}">',
    ],
)
def test_what_is_sound_is_left_alone(source: str, tmp_path: Path) -> None:
    plant(tmp_path, "lianzhang/web/templates/a.html", source)
    assert [check(tmp_path) for check in CHECKS] == [[]] * len(CHECKS)
