"""What a URL asks of a table: everything it may ask is honoured, everything else is left out and said so."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.db.models import QuerySet
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from lianzhang import tables
from lianzhang.accounts.models import Body
from lianzhang.tables import selection
from tests.tables.conftest import Row, made

FILTERS = (
    tables.Filter("stage", "阶段", choices=(("talks", "在谈"), ("built", "在建"))),
    tables.Filter("kind", "种类", kind="multi", choices=lambda person: (("a", "甲"), ("b", person))),
    tables.Filter("owner", "负责人", kind="text"),
    tables.Filter("is_late", "逾期", kind="boolean"),
    tables.Filter("due_on", "期限", kind="date_range"),
    tables.Filter("amount_wan", "金额", kind="number_range"),
)


def ask(query: str, **changes: Any) -> selection.Selection:
    table = made(filters=FILTERS, search=("name",), **changes)
    return selection.read(table, QueryDict(query), person="乙")


def test_every_kind_of_filter_is_read() -> None:
    asked = ask(
        "q=+冰箱+&stage=built&kind=a&kind=b&owner=张&is_late=1&due_on_from=2026-01-01&amount_wan_from=1,000&amount_wan_to=2e3"
    )
    assert asked.search == "冰箱"
    assert asked.filters == {
        "stage": "built",
        "kind": ("a", "b"),
        "owner": "张",
        "is_late": True,
        "due_on": (dt.date(2026, 1, 1), None),
        "amount_wan": (Decimal(1000), Decimal(2000)),
    }
    assert asked.notices == ()


@pytest.mark.parametrize(
    "query",
    [
        "stage=other",
        "kind=c",
        "is_late=yes",
        "due_on_from=2026-13-01",
        "amount_wan_to=NaN",
        "amount_wan_to=9e99",
        "amount_wan_to=x",
        "order=password",
        "order=-tags",
        "columns=nothing",
        "page=0",
        "page=-1",
        "page=x",
        "page=²",
    ],
)
def test_a_bad_value_is_left_out_and_said_so(query: str) -> None:
    asked = ask(query)
    assert len(asked.notices) == 1
    assert (asked.filters, asked.order, asked.page) == ({}, "", 1)
    assert [column.key for column in asked.columns] == [column.key for column in made().columns]


def test_what_a_person_may_not_see_cannot_be_asked_for() -> None:
    hidden = tables.Column("secret", "内部", lambda r: 1, sort="secret", may_see=lambda person: person == "owner")
    table = made(columns=(*made().columns, hidden))
    asked = selection.read(table, QueryDict("columns=secret,name&order=secret"), person="other")
    assert [column.key for column in asked.columns] == ["name"]
    assert asked.order == ""
    assert len(asked.notices) == 2


def test_columns_come_in_declared_order() -> None:
    assert [column.key for column in ask("columns=count,name").columns] == ["name", "count"]


def test_an_address_holds_what_was_asked_and_no_page() -> None:
    asked = ask("q=a&stage=built&page=3&order=name&junk=1")
    assert asked.url() == "?q=a&stage=built&order=name"
    assert asked.url(order="-name") == "?q=a&stage=built&order=-name"
    assert asked.url(page=4) == "?q=a&stage=built&order=name&page=4"
    assert asked.without("stage") == "?q=a&order=name"


def test_the_conditions_are_said_in_words() -> None:
    table = made(filters=FILTERS, search=("name",))
    asked = ask("q=a&stage=built&kind=b&is_late=0&due_on_to=2026-12-31&amount_wan_from=1000&amount_wan_to=2000")
    said = [text for _key, text in selection.words(table, asked, person="乙")]
    assert said == ["搜索：a", "阶段：在建", "种类：乙", "逾期：否", "期限：≤ 2026-12-31", "金额：1,000–2,000"]


@given(
    st.dictionaries(
        st.sampled_from(["q", "stage", "kind", "due_on_from", "amount_wan_to", "order", "columns", "page"]),
        st.text(max_size=30),
    )
)
def test_no_address_breaks_a_list(params: dict[str, str]) -> None:
    query = QueryDict(mutable=True)
    query.update(params)
    asked = selection.read(made(filters=FILTERS, search=("name",)), query, person="乙")
    assert asked.page >= 1
    assert asked.columns


def test_rows_made_in_python_are_searched_filtered_and_ordered() -> None:
    rows = [Row(name="冰箱", count=3), Row(name="空调", count=None), Row(name="冰柜", count=1)]
    filters = (tables.Filter("is_new", "新", kind="boolean"), tables.Filter("count", "数", kind="number_range"))
    table = made(filters=filters, search=("name",))

    def found(query: str) -> list[str | None]:
        return [
            row.name for row in selection.narrow_rows(table, rows, selection.read(table, QueryDict(query), person=None))
        ]

    assert found("q=冰") == ["冰箱", "冰柜"]
    assert found("order=count") == ["冰柜", "冰箱", "空调"]
    assert found("order=-count") == ["冰箱", "冰柜", "空调"]
    assert found("count_from=2") == ["冰箱"]
    assert found("is_new=0") == []
    assert found("") == ["冰箱", "空调", "冰柜"]


BODIES = tables.TableSpec(
    key="bodies",
    title="机构",
    columns=(
        tables.Column("name_zh", "名称", lambda b: b.name_zh, sort="name_zh"),
        tables.Column("made", "新旧", lambda b: b.pk, kind="integer", sort="-pk"),
    ),
    filters=(
        tables.Filter("kind", "种类", kind="multi", choices=(("firm", "企业"), ("district", "区市"))),
        tables.Filter("name", "名称", kind="text", path="name_zh"),
        tables.Filter("versions", "版次", kind="number_range", path="version"),
        tables.Filter(
            "has_parent",
            "下级",
            kind="boolean",
            apply=lambda found, yes: found.exclude(parent=None) if yes else found.filter(parent=None),
        ),
    ),
    search=("name_zh", "code"),
    default_order=("name_zh",),
)


@pytest.mark.django_db
class TestQuerysets:
    """The same against the database."""

    @pytest.fixture(autouse=True)
    def bodies(self) -> None:
        Body.objects.bulk_create(
            Body(code=f"b-{n}", kind=kind, name_zh=name)
            for n, (kind, name) in enumerate(
                [("firm", "冰箱厂"), ("firm", "空调厂"), ("district", "冰山区"), ("firm", "50%")]
            )
        )

    def found(self, query: str) -> list[str]:
        chosen = selection.read(BODIES, QueryDict(query), person=None)
        queryset: QuerySet[Body] = selection.narrow(BODIES, Body.objects.all(), chosen)
        return [body.name_zh for body in queryset]

    def test_each_word_must_match_somewhere(self) -> None:
        assert set(self.found("q=冰")) == {"冰箱厂", "冰山区"}
        assert self.found("q=冰+b-0") == ["冰箱厂"]

    def test_signs_of_pattern_languages_are_plain_text(self) -> None:
        assert self.found("q=%25") == ["50%"]
        assert self.found("q=_") == []

    def test_filters_narrow(self) -> None:
        assert self.found("kind=district") == ["冰山区"]
        assert self.found("name=空") == ["空调厂"]
        assert self.found("versions_to=0") == []
        assert len(self.found("has_parent=0")) == 4
        assert self.found("has_parent=1") == []

    def test_a_click_turns_the_order_round(self) -> None:
        assert self.found("order=made") == ["50%", "冰山区", "空调厂", "冰箱厂"]
        assert self.found("order=-made") == ["冰箱厂", "空调厂", "冰山区", "50%"]
