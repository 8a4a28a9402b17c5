"""Buyers × suppliers: one line a supplier, one column a buyer, the newest year of each, nothing made up."""

from dataclasses import replace
from decimal import Decimal

from lianzhang.chains.queries import grid
from lianzhang.chains.queries.teardown import Cell

ROW = Cell(
    buyer="甲", supplier="丁", amount=Decimal(100), low=None, high=None, is_withheld=False, is_home=True, place="本市",
    make="外购", year=2025, months=6,
)  # fmt: skip


def test_a_supplier_is_one_line_and_a_buyer_one_column() -> None:
    away = replace(ROW, supplier="乙", is_home=False, place="苏州市", amount=Decimal(900))
    found = grid.of([away, ROW, replace(ROW, amount=Decimal(20), months=9), replace(away, buyer="乙方", year=2024)])
    assert found.buyers == [("乙方", 2024), ("甲", 2025)]
    assert [row.supplier for row in found.rows] == ["丁", "乙"]
    local, outside = found.rows
    assert local.amounts[0] is None
    assert (local.total.low, local.months, local.buyer_count) == (Decimal(120), 9, 1)
    assert (outside.total.low, outside.buyer_count) == (Decimal(1800), 2)
    assert not found.is_single_source


def test_an_older_year_of_a_buyer_is_not_added_to_the_newest() -> None:
    found = grid.of([ROW, replace(ROW, year=2024, amount=Decimal(7))])
    assert found.rows[0].total.low == 100
    assert found.is_single_source


def test_bands_are_added_end_by_end_and_what_is_not_told_is_counted() -> None:
    band = replace(ROW, amount=None, low=Decimal(1000), high=Decimal(5000))
    found = grid.of([
        ROW, band, replace(band, high=None), replace(ROW, amount=None), replace(ROW, amount=None, is_withheld=True),
    ])  # fmt: skip
    total = found.rows[0].total
    assert (total.low, total.high, total.is_exact, total.is_open_above) == (Decimal(2100), Decimal(6100), False, True)
    assert (total.unknown_count, total.withheld_count) == (1, 1)
