"""Rows as HTML: nothing a row holds becomes markup, every state has a word and a shape."""

import sys
from collections.abc import Callable
from decimal import Decimal
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianzhang import tables
from lianzhang.tables import html
from tests.tables.conftest import Row, made


class Reader(HTMLParser):
    """Collects tags, attributes and text as a browser would read them."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def read(markup: str) -> Reader:
    reader = Reader()
    reader.feed(markup)
    reader.close()
    return reader


HOSTILE = [
    "<script>alert(1)</script>",
    '" onmouseover="alert(1)',
    "' x='",
    "</td></tr>",
    "{{ 7*7 }}",
    "&lt;b&gt;",
    "\u202e",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_a_row_holds_becomes_markup(text: str) -> None:
    row = Row(name=text, code=text, tags=(text,), light=tables.Light("late", text, text), site=f"/x?{text}")
    harmless = Row(name="x", code="x", tags=("x",), light=tables.Light("late", "x", "x"), site="/x")
    found = read(html.rows(made(), made().columns, [row]))
    plain = read(html.rows(made(), made().columns, [harmless]))
    assert [(tag, sorted(names)) for tag, names in found.tags] == [(tag, sorted(names)) for tag, names in plain.tags]
    assert "".join(found.text).count(text) == 4


@given(st.text(max_size=60))
def test_any_text_comes_out_as_it_went_in(text: str) -> None:
    table = made(columns=(tables.Column("name", "x", lambda r: r.name),))
    found = read(html.rows(table, table.columns, [Row(name=text)]))
    assert [tag for tag, _ in found.tags][:2] == ["tr", "th"]
    # HTML itself turns \\r into \\n; everything else is kept.
    expected = (text or "—").replace("\r\n", "\n").replace("\r", "\n")
    assert "".join(found.text).replace("\r\n", "\n").replace("\r", "\n") == expected


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JAVASCRIPT:alert(1)",
        " javascript:x",
        "data:text/html,x",
        "//evil.example",
        "vbscript:x",
        "",
    ],
)
def test_an_address_no_browser_should_open_gives_no_link(url: str) -> None:
    assert html.safe_url(url) == ""
    assert "<a" not in html.rows(made(), made().columns[:1], [Row(site=url)])


@pytest.mark.parametrize("url", ["/projects/1", "?page=2", "#a", "https://example.org/a?b=1&c=2"])
def test_an_own_or_web_address_is_linked(url: str) -> None:
    [link] = [a for tag, a in read(html.rows(made(), made().columns[:1], [Row(site=url)])).tags if tag == "a"]
    assert link["href"] == url


def test_a_state_is_told_by_shape_word_and_colour() -> None:
    shapes = {code: html.light(code) for code in ("normal", "watch", "late", "done", "suspended", "idle")}
    read_shapes = {code: "".join(read(markup).text) for code, markup in shapes.items()}
    assert len(set(read_shapes.values())) == 6
    assert read_shapes["late"] == "■逾期"
    assert 'class="light light-late"' in shapes["late"]


def test_a_blank_names_its_reason(table: tables.TableSpec) -> None:
    markup = html.rows(
        table, [table.columns[2]], [Row(amount_wan=v) for v in (None, tables.NOT_APPLICABLE, tables.WITHHELD)]
    )
    titles = [attributes["title"] for tag, attributes in read(markup).tags if tag == "abbr"]
    assert titles == ["未填", "不适用", "按约定不提供"]


def test_a_figure_opens_where_it_comes_from() -> None:
    column = tables.Column("late", "逾期", lambda r: 3, kind="integer", explain=lambda r: "/explain/late")
    [link] = [a for tag, a in read(html.rows(made(), [column], [Row()])).tags if tag == "a"]
    assert link["href"] == "/explain/late"
    assert "data-explain" in link


def test_a_linked_figure_keeps_a_second_way_to_its_source() -> None:
    column = tables.Column(
        "late", "逾期", lambda r: 3, kind="integer", link=lambda r: "/late", explain=lambda r: "/explain/late"
    )
    links = [a for tag, a in read(html.rows(made(), [column], [Row()])).tags if tag == "a"]
    assert [a["href"] for a in links] == ["/late", "/explain/late"]
    assert links[1]["aria-label"] == "逾期：口径与来源"


def test_the_first_column_heads_its_row(table: tables.TableSpec) -> None:
    found = read(html.rows(table, table.columns, [Row()]))
    cells = [(tag, attributes.get("scope")) for tag, attributes in found.tags if tag in {"th", "td"}]
    assert cells[0] == ("th", "row")
    assert {tag for tag, _ in cells[1:]} == {"td"}


def test_a_row_says_what_it_is_and_where_it_opens() -> None:
    table = made(row_url=lambda r: f"/projects/{r.code}", row_id=lambda r: r.code)
    [line] = [a for tag, a in read(html.rows(table, table.columns, [Row()])).tags if tag == "tr"]
    assert line == {"data-id": "XM-2026-001", "data-url": "/projects/XM-2026-001"}


def test_the_total_stands_under_its_column(table: tables.TableSpec) -> None:
    found = read(html.total_row(table.columns, {"amount_wan": Decimal("1234.5"), "count": 12}))
    assert found.text == ["合计", "1,234.5", "12"]
    assert len([tag for tag, _ in found.tags if tag in {"th", "td"}]) == len(table.columns)


def test_no_total_no_row(table: tables.TableSpec) -> None:
    assert html.total_row(table.columns, {}) == ""


def test_groups_span_their_neighbours_only() -> None:
    columns = [
        tables.Column(f"c{n}", "x", lambda r: r, group=group) for n, group in enumerate(["", "甲", "甲", "乙", "甲"])
    ]
    assert html.groups(columns) == [("", 1), ("甲", 2), ("乙", 1), ("甲", 1)]
    assert html.groups(columns[:1]) == []


def calls(work: Callable[[], object]) -> int:
    """How many Python functions `work` calls: a cost that neither a loaded machine nor a tracer moves."""
    count = 0

    def counting(_frame: object, event: str, _argument: object) -> None:
        nonlocal count
        count += event == "call"

    before = sys.getprofile()
    sys.setprofile(counting)
    try:
        work()
    finally:
        sys.setprofile(before)
    return count


def test_a_cell_costs_few_calls_and_a_table_before_its_first_row_a_dozen_rows() -> None:
    """Milliseconds beside the template engine's are printed by benchmarks/table_rows.py."""
    table = made()
    columns = (*table.columns, table.columns[2])
    ten, fifty = [Row(pk=n) for n in range(10)], [Row(pk=n) for n in range(50)]
    html.rows(table, columns, fifty)
    of_ten, of_fifty = (calls(lambda rows=rows: html.rows(table, columns, rows)) for rows in (ten, fifty))
    of_a_row = (of_fifty - of_ten) / 40
    assert of_a_row <= 11 * len(columns)
    assert of_fifty - 50 * of_a_row < 12 * of_a_row
