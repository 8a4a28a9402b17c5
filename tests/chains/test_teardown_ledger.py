"""拆零件工作簿 handed in again: a correction is the same purchase, so no amount counts twice."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from chainlab.sheets.reading import Band
from lianzhang.intake import actions, ledgers
from lianzhang.intake.models import Batch
from lianzhang.registry.models import Purchase
from tests.cast import Cast
from tests.intake.handing_in import NOON, hand_in, kinds, workbook

pytestmark = pytest.mark.django_db
Take = Callable[..., Batch]
FIRMS = [
    {"firm_id": "E1", "name": "链主一有限公司", "region_code": "370211", "role": "anchor"},
    {"firm_id": "E2", "name": "外地压缩机有限公司", "region_code": "330400", "role": "supplier"},
    {"firm_id": "E3", "name": "外地电机有限公司", "region_code": "320500", "role": "supplier"},
]
PARTS = [{"part_id": "P2", "name": "压缩机", "category": "压缩机", "layer": "part"}]


def bought(supplier: str | None, wan: int | None = 100, **more: Any) -> dict[str, Any]:
    amount = None if wan is None else Band(Decimal(wan), Decimal(wan))
    said = {"buyer_id": "E1", "part_id": "P2", "supplier_id": supplier, "amount_wan": amount, "mode": "bought"}
    return {**said, "year": 2023, **more}


@pytest.fixture
def take(cast: Cast, tmp_path: Path) -> Take:
    def hand(*purchases: dict[str, Any]) -> Batch:
        rows = {"firms": FIRMS, "parts": PARTS, "purchases": list(purchases)}
        batch = hand_in(workbook("teardown", rows, tmp_path), ledger="teardown", by=cast.anchor_1)
        if set(kinds(batch)) & {"new", "changed"}:
            actions.write(batch, by=cast.anchor_1, now=NOON)
        return batch

    return hand


def standing() -> list[tuple[str | None, str, int | None]]:
    found = Purchase.objects.order_by("pk").select_related("supplier")
    return [
        (p.supplier.name if p.supplier else None, p.make, None if p.amount_wan is None else int(p.amount_wan))
        for p in found
    ]


def test_a_purchase_that_turns_out_to_be_in_group_stays_one_purchase(take: Take) -> None:
    take(bought("E2"))
    take(bought("E2", mode="group"))
    assert standing() == [("外地压缩机有限公司", "group", 100)]


def test_a_supplier_filled_in_later_belongs_to_the_purchase_that_had_none(take: Take) -> None:
    take(bought(None))
    batch = take(bought("E2"))
    assert standing() == [("外地压缩机有限公司", "bought", 100)]
    row = batch.rows.get(sheet="purchases")
    told = [str(one) for one in ledgers.get("teardown").describer(language="zh-hans", by=batch.uploaded_by)(row)]
    assert told == ["供应商：E2"], "by what stands in the row, not by a number nobody knows"


def test_of_two_suppliers_filled_in_the_first_takes_the_purchase_that_had_none(take: Take) -> None:
    take(bought(None, 100))
    take(bought("E2", 60), bought("E3", 40))
    assert standing() == [("外地压缩机有限公司", "bought", 60), ("外地电机有限公司", "bought", 40)]


def test_a_purchase_still_without_a_supplier_stands_beside_a_new_one(take: Take) -> None:
    take(bought(None, 100))
    take(bought(None, 100), bought("E2", 60))
    assert standing() == [(None, "bought", 100), ("外地压缩机有限公司", "bought", 60)]


def test_own_make_is_no_purchase_without_a_supplier(take: Take) -> None:
    take(bought(None, 100, mode="own"))
    take(bought("E2", 60))
    assert standing() == [(None, "own", 100), ("外地压缩机有限公司", "bought", 60)]
