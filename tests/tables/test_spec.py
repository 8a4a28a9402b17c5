"""A declaration that contradicts itself never loads; what it says about itself is said once."""

from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.utils import translation

from lianzhang import tables
from lianzhang.tables import spec
from tests.tables.conftest import Row, made


@pytest.mark.parametrize(
    ("key", "kind"), [("amount", "wan"), ("amount", "yi"), ("share", "ratio"), ("start", "date"), ("seen", "datetime")]
)
def test_the_key_says_the_unit_since_programs_read_it(key: str, kind: tables.Kind) -> None:
    with pytest.raises(spec.BadSpec, match="key ends in"):
        tables.Column(key, "x", lambda r: r, kind=kind)


def test_a_ratio_is_never_summed() -> None:
    with pytest.raises(spec.BadSpec, match="cannot be summed"):
        tables.Column("local_ratio", "x", lambda r: r, kind="ratio", is_total=True)


def test_a_key_must_be_a_name() -> None:
    with pytest.raises(spec.BadSpec, match="identifier"):
        tables.Column("总投资 wan", "x", lambda r: r)


def test_two_columns_of_one_key_are_refused() -> None:
    column = tables.Column("name", "x", lambda r: r)
    with pytest.raises(spec.BadSpec, match="declared twice"):
        made(columns=(column, column))


def test_two_filters_of_one_key_are_refused() -> None:
    condition = tables.Filter("stage", "x")
    with pytest.raises(spec.BadSpec, match="filter stage declared twice"):
        made(filters=(condition, condition))


def test_some_column_shows_by_default() -> None:
    with pytest.raises(spec.BadSpec, match="no column is shown"):
        made(columns=(tables.Column("name", "x", lambda r: r, is_default=False),))


def test_the_unit_stands_in_the_heading_once(table: tables.TableSpec) -> None:
    headings = [spec.heading(column) for column in table.columns]
    assert headings[2:6] == ["总投资（万元）", "基金（亿元）", "配套率", "企业（家）"]
    with translation.override("en"):
        assert spec.in_brackets("10k CNY") == " (10k CNY)"


def test_a_heading_that_must_read_back_is_taken_as_declared() -> None:
    assert (
        spec.heading(tables.Column("amount_wan", "总投资", lambda r: r, kind="wan", header="总投资额（万元）"))
        == "总投资额（万元）"
    )


def test_two_columns_of_one_label_are_told_apart_by_their_group() -> None:
    plan = tables.Column("planned", "本月", lambda r: r, kind="integer", group="计划")
    done = tables.Column("done", "本月", lambda r: r, kind="integer", group="完成")
    assert [spec.heading(plan), spec.heading(done)] == ["计划-本月", "完成-本月"]


def test_a_column_for_some_posts_is_for_no_other() -> None:
    column = tables.Column("price_wan", "x", lambda r: r, kind="wan", may_see=lambda person: person.is_owner)
    table = made(columns=(tables.Column("name", "x", lambda r: r), column))
    assert [c.key for c in table.for_person(SimpleNamespace(is_owner=True))] == ["name", "price_wan"]
    assert [c.key for c in table.for_person(SimpleNamespace(is_owner=False))] == ["name"]


def test_totals_leave_blanks_out(table: tables.TableSpec) -> None:
    rows = [
        Row(amount_wan=Decimal("1.5"), count=2),
        Row(amount_wan=None, count=3),
        Row(amount_wan=tables.WITHHELD, count=None),
    ]
    assert spec.totals(table.columns, rows) == {"amount_wan": Decimal("1.5"), "count": 5}


def test_a_column_of_blanks_has_no_total(table: tables.TableSpec) -> None:
    assert spec.totals(table.columns, [Row(amount_wan=None, count=None)]) == {}


@pytest.mark.parametrize(("count", "paper"), [(6, "a4"), (7, "a4-landscape"), (14, "a4-landscape"), (15, "a3")])
def test_the_paper_follows_the_number_of_columns(count: int, paper: str) -> None:
    columns = [tables.Column(f"c{n}", "x", lambda r: r) for n in range(count)]
    assert made().sheet_paper(columns) == paper


def test_a_declared_paper_stays() -> None:
    assert made(paper="a3").sheet_paper(made().columns[:2]) == "a3"
