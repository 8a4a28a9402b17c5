"""候选企业台账: recommendations and lists from outside come in with their source and date, each firm once."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from lianzhang.accounts.models import Person
from lianzhang.chains.actions import candidates as actions
from lianzhang.chains.models import CandidateProposal
from lianzhang.intake import actions as intake
from lianzhang.intake.models import Batch
from lianzhang.registry.models import Enterprise
from tests.cast import Cast
from tests.chains import scene as scenes
from tests.intake.handing_in import NOON, hand_in, workbook

pytestmark = pytest.mark.django_db
Hand = Callable[..., Batch]
LISTED = {"origin": "import", "origin_name": "协会名录", "origin_on": dt.date(2024, 3, 5)}


@pytest.fixture
def scene(cast: Cast) -> scenes.Scene:
    return scenes.build(cast)


@pytest.fixture
def handed(cast: Cast, tmp_path: Path) -> Hand:
    def hand(*rows: dict[str, Any], by: Person | None = None) -> Batch:
        content = workbook("candidates", {"candidates": list(rows)}, tmp_path)
        context = {} if by else {"chain": str(cast.chain_a.pk)}
        return hand_in(content, ledger="candidates", by=by or cast.clerk_a, context=context)

    return hand


def applied(batch: Batch, *, by: Person) -> Batch:
    return intake.apply(batch, plan=batch.plan, now=NOON, by=by)


def read(batch: Batch) -> list[str]:
    return list(batch.rows.order_by("row_number").values_list("kind", flat=True))


def test_a_row_is_a_proposal_with_its_source_and_date_and_may_be_undone(
    cast: Cast, scene: scenes.Scene, handed: Hand
) -> None:
    name = scene.firms["QY-丙"].name
    row = {"company": name, "parts": "压缩机；电机", "capacity_wan": Decimal(800), "willingness": "willing", **LISTED}
    batch = handed(row)
    batch = applied(batch, by=cast.clerk_a)
    made = CandidateProposal.objects.get()
    assert (made.enterprise, made.part_codes, made.origin) == (scene.firms["QY-丙"], ["P1", "P2"], "import")
    assert (made.origin_name, made.origin_on, made.entered_by) == ("协会名录", dt.date(2024, 3, 5), cast.clerk_a)
    assert (made.capacity_wan, made.batch_code) == (Decimal(800), batch.code)
    intake.undo(batch, now=NOON, by=cast.clerk_a)
    assert not CandidateProposal.objects.exists()


def test_the_same_firm_from_the_same_source_is_an_update_from_another_source_another_proposal(
    cast: Cast, scene: scenes.Scene, handed: Hand
) -> None:
    row = {"company": scene.firms["QY-丙"].name, **LISTED}
    applied(handed(row), by=cast.clerk_a)
    again = handed(row | {"note": "已联系"}, row | {"origin_name": "另一名录"})
    assert read(again) == ["changed", "new"]
    applied(again, by=cast.clerk_a)
    assert CandidateProposal.objects.filter(enterprise=scene.firms["QY-丙"]).count() == 2


def test_a_name_like_a_registered_one_is_asked_about_and_an_unknown_one_waits_by_its_name(
    cast: Cast, scene: scenes.Scene, handed: Hand
) -> None:
    Enterprise.objects.filter(code="QY-丙").update(name="外地丙压缩机有限公司", name_key="外地丙压缩机有限公司")
    batch = handed({"company": "外地丙压缩机股份公司", **LISTED}, {"company": "全新制造有限公司", **LISTED})
    assert read(batch) == ["review", "new"]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"company": "新企业有限公司", "origin_on": LISTED["origin_on"]}, "外部导入的候选须写明来源名称和日期。"),
        ({"company": "新企业有限公司", **LISTED, "origin_on": dt.date(2100, 1, 1)}, "来源日期在今天之后。"),
        ({"company": "新企业有限公司", **LISTED, "parts": "没有这个件"}, "没有这些零部件：没有这个件"),
        ({"company": "QY-丁", **LISTED}, "已在本市"),
        (
            {"company": "新企业有限公司", **LISTED, "certification": "certified", "certification_months": 3},
            "不再需要月数",
        ),
    ],
)
def test_a_row_that_cannot_be_taken_says_why(
    cast: Cast, scene: scenes.Scene, handed: Hand, row: dict[str, Any], said: str
) -> None:
    firm = scene.firms.get(row["company"])
    batch = handed(row | ({"company": firm.name} if firm else {}))
    assert read(batch) == ["error"]
    assert said in str(batch.rows.get().complaints)


def test_a_withdrawn_proposal_stays_as_it_is_and_the_firm_may_be_proposed_again(
    cast: Cast, scene: scenes.Scene, handed: Hand
) -> None:
    row = {"company": scene.firms["QY-丙"].name, **LISTED}
    applied(handed(row), by=cast.clerk_a)
    made = CandidateProposal.objects.get()
    actions.withdraw(proposal=made, reason="重复", version=made.version, now=timezone.now(), by=cast.clerk_a)
    assert read(handed(row | {"code": made.code, "note": "改"})) == ["error"]
    assert read(handed(row)) == ["new"]


def test_another_task_force_hands_in_nothing_for_a_chain_that_is_not_its_own(
    cast: Cast, scene: scenes.Scene, handed: Hand
) -> None:
    batch = handed({"company": "新企业有限公司", "chain": "链A", **LISTED}, by=cast.clerk_b)
    assert read(batch) == ["error"]
