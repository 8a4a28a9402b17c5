"""A line of a target list becomes a lead once, and why it was chosen stays with the project."""

import datetime as dt
from typing import Any

import pytest
from django.urls import reverse

from lianzhang.accounts.actions import Refused
from lianzhang.chains.models import Gap, MapVersion, Segment, TargetLine, TargetList
from lianzhang.projects import actions
from lianzhang.projects.actions import Duplicate
from lianzhang.projects.models import Project
from lianzhang.projects.stages import Stage
from lianzhang.registry.models import Enterprise
from lianzhang.web import recruited
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
    line.parts.reverse()  # a line has its parts by amount, and the order would tell which is larger
    project = actions.open_from_target(target_line=line, now=now, by=cast.clerk_a)
    assert (project.stage, project.investor_name, project.target_line) == (Stage.LEAD, SUPPLIER, line)
    assert project.investor_place == "苏州市"
    assert project.gap is not None
    assert project.gap.code == "QK-1"
    assert set(project.supplies.values_list("part__code", flat=True)) == {"P1", "P2"}
    assert project.origin["reasons"] == [{"code": "supplies", "anchor_count": 2}]
    assert (project.origin["target_list"], project.origin["position"]) == ("QD-1", 3)
    assert [part["code"] for part in project.origin["parts"]] == ["P1", "P2"]
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


def test_the_lead_stands_on_the_map_where_its_largest_part_is_made(
    cast: Cast, line: TargetLine, now: dt.datetime, client: Any
) -> None:
    atlas = MapVersion.objects.create(
        chain=cast.chain_a, number=1, state="published", title="v1", created_by=cast.clerk_a, created_at=now
    )
    for key, code in (("motors", "P2"), ("compressors", "P1")):
        segment = Segment.objects.create(map=atlas, key=key, name=key, layer="midstream")
        segment.parts.add(scene.part(code))
    project = actions.open_from_target(target_line=line, now=now, by=cast.clerk_a)
    assert project.segment_key == "compressors"
    client.force_login(cast.clerk_a)
    board = client.get(reverse("maps:chain", args=[cast.chain_a.code])).content.decode()
    assert board.count("个在招") == 1
    Project.objects.filter(pk=project.pk).update(stage=Stage.IN_PRODUCTION)
    board = client.get(reverse("maps:chain", args=[cast.chain_a.code])).content.decode()
    assert "个在招" not in board, "who produces is recruited no more"
    assert (
        project.name in client.get(reverse("maps:segment", args=[cast.chain_a.code, 1, "compressors"])).content.decode()
    )


def test_a_list_says_what_became_of_it(cast: Cast, line: TargetLine, now: dt.datetime, client: Any) -> None:
    listed = line.target_list
    listed.categories = [
        {"name": "制冷", "suppliers": [], "anchors": []},
        {"name": "显示", "suppliers": [], "anchors": []},
    ]
    listed.supplier_count = 22
    listed.save()
    assert "还没有转为线索" in recruited.shown(listed, person=cast.clerk_a).statement
    project = actions.open_from_target(target_line=line, now=scene.EARLIER, by=cast.clerk_a)
    scene.complete(project, cast)
    told = recruited.shown(listed, person=cast.clerk_a)
    assert "清单22家中已转线索1家，其中签约0家、投产0家；2类中已有0类" in told.statement
    scene.bring(project, Stage.IN_PRODUCTION, cast, now=now, capacities={part.pk: None for part in project.parts.all()})
    told = recruited.shown(listed, person=cast.clerk_a)
    assert told.became.supplied == ("制冷",)
    assert "签约1家、投产1家；2类中已有1类" in told.statement
    client.force_login(cast.clerk_a)
    assert "招引成效" in client.get(reverse("targets:became", args=[listed.code])).content.decode()
    only = client.get(reverse("projects:list"), {"list": listed.code, "as": "csv"}).content.decode()
    assert project.code in only
    client.force_login(cast.anchor_1)
    assert client.get(reverse("targets:became", args=[listed.code])).status_code == 404
