"""A line of a target list becomes a lead once, and why it was chosen stays with the project."""

import datetime as dt
from typing import Any

import pytest

from lianzhang.accounts.actions import Refused
from lianzhang.chains.models import Gap, TargetLine, TargetList
from lianzhang.projects import actions
from lianzhang.projects.actions import Duplicate
from lianzhang.projects.models import Project
from lianzhang.projects.stages import Stage
from lianzhang.registry.models import Enterprise
from tests.cast import Cast
from tests.projects import scene

SUPPLIER = "外地乙有限公司"


@pytest.fixture
def line(cast: Cast, now: dt.datetime) -> TargetLine:
    """One supplier of a ready list of chain A, with two parts, the larger of which has an open gap."""
    firm = Enterprise.objects.create(code="QY-乙", name=SUPPLIER, name_key=SUPPLIER, region_code="320500")
    parts = [scene.part("P1", "压缩机"), scene.part("P2", "电机")]
    Gap.objects.create(code="QK-1", chain=cast.chain_a, part=parts[0], title="压缩机", kind=Gap.Kind.values[0])
    listed = TargetList.objects.create(
        code="QD-1",
        chain=cast.chain_a,
        title="十类二十二家",
        state=TargetList.State.READY,
        created_by=cast.clerk_a,
        created_at=now,
    )
    return TargetLine.objects.create(
        target_list=listed,
        position=3,
        supplier=firm,
        covered_wan=1500,
        marginal_wan=900,
        region_code="320500",
        categories=["制冷"],
        parts=[
            {"code": p.code, "name": p.name, "category": "制冷", "amount_wan": amount, "anchors": [{"code": "QY-A"}]}
            for p, amount in zip(parts, (1500.0, 200.0), strict=True)
        ],
        anchors=["QY-A", "QY-B"],
        reasons=[{"code": "supplies", "anchors": ["QY-A", "QY-B"]}],
    )


def test_reasons_parts_and_gap_travel_and_secrets_stay_with_the_list(
    cast: Cast, line: TargetLine, now: dt.datetime
) -> None:
    project = actions.open_from_target(target_line=line, now=now, by=cast.clerk_a)
    assert (project.stage, project.investor_name, project.target_line) == (Stage.LEAD, SUPPLIER, line)
    assert project.investor_place == "苏州市"
    assert project.gap is not None
    assert project.gap.code == "QK-1"
    assert set(project.supplies.values_list("part__code", flat=True)) == {"P1", "P2"}
    assert project.origin["reasons"] == [{"code": "supplies", "anchor_count": 2}]
    assert (project.origin["target_list"], project.origin["position"]) == ("QD-1", 3)
    told = str(project.origin)
    assert "1500" not in told  # what anchors buy is theirs
    assert "QY-A" not in told


def test_asked_again_it_is_the_same_lead(cast: Cast, line: TargetLine, now: dt.datetime) -> None:
    first = actions.open_from_target(target_line=line, now=now, by=cast.clerk_a)
    again = actions.open_from_target(target_line=line, now=now, by=cast.colleague_a)
    assert again == first
    assert Project.objects.count() == 1


def test_a_supplier_already_in_talks_is_offered_not_doubled(cast: Cast, line: TargetLine, now: dt.datetime) -> None:
    known = scene.lead(cast, investor_name=SUPPLIER, by=cast.district_east)
    with pytest.raises(Duplicate) as told:
        actions.open_from_target(target_line=line, now=now, by=cast.clerk_a)
    assert told.value.found == [known]
    assert actions.open_from_target(target_line=line, now=now, by=cast.clerk_a, although="电机另立项目").pk != known.pk


def test_a_list_still_being_computed_opens_nothing(cast: Cast, line: TargetLine, now: dt.datetime) -> None:
    TargetList.objects.update(state=TargetList.State.RUNNING)
    line.refresh_from_db()
    with pytest.raises(Refused, match="尚未生成"):
        actions.open_from_target(target_line=line, now=now, by=cast.clerk_a)


def test_the_project_page_shows_why(cast: Cast, line: TargetLine, now: dt.datetime, client: Any) -> None:
    project = actions.open_from_target(target_line=line, now=now, by=cast.clerk_a)
    client.force_login(cast.chief)
    body = client.get(f"/projects/{project.code}/").content.decode()
    assert "现已供应2家链主" in body
    assert "1,500" not in body
