"""企业名单: what a row is taken for, and that applying and undoing leave exactly what they should."""

from pathlib import Path

import pytest

from lianzhang.intake import actions
from lianzhang.intake.models import Batch
from lianzhang.registry.models import Alias, Enterprise
from lianzhang.trail.models import Event
from tests.cast import Cast
from tests.intake.handing_in import NOON, hand_in, kinds, workbook

pytestmark = pytest.mark.django_db


def enterprises(*rows: dict[str, object]) -> dict[str, list[dict[str, object]]]:
    return {"enterprises": list(rows)}


PLANT = {
    "name": "示例压缩机有限公司",
    "uscc": "91370200MA00000015",
    "region_code": "370211",
    "short_name": "示例压缩机",
}


def test_a_new_firm_is_shown_then_written_then_put_back(cast: Cast, tmp_path: Path) -> None:
    batch = hand_in(workbook("enterprises", enterprises(PLANT), tmp_path), ledger="enterprises", by=cast.secretary)
    assert (batch.state, kinds(batch)) == ("preview", {"new": 1}), [row.complaints for row in batch.rows.all()]
    assert not Enterprise.objects.filter(name=PLANT["name"]).exists()

    actions.apply(batch, plan=batch.plan, by=cast.secretary, now=NOON)
    written = Enterprise.objects.get(name=PLANT["name"])
    assert (written.credit_code, written.region_code) == ("91370200MA00000015", "370211")
    assert Alias.objects.get(enterprise=written).name == "示例压缩机"
    assert Event.objects.about(written).first().verb == "enterprise.imported"  # type: ignore[union-attr]

    batch.refresh_from_db()
    assert actions.undo(batch, by=cast.secretary, now=NOON) == []
    assert not Enterprise.objects.filter(name=PLANT["name"]).exists()
    assert not Alias.objects.exists()
    batch.refresh_from_db()
    assert batch.state == Batch.State.UNDONE
