"""产业链图谱: drafted, edited in steps that can be undone, reviewed by another, published for good."""

import datetime as dt

import pytest

from lianzhang.accounts.actions import Refused
from lianzhang.chains.actions import atlas as actions
from lianzhang.chains.models import Link, MapEdit, MapVersion, Placement, Segment
from lianzhang.chains.queries import atlas as queries
from lianzhang.records.models import Stale
from tests.cast import TODAY, Cast

pytestmark = pytest.mark.django_db


def segment(name: str, layer: str = "upstream", **more: object) -> dict[str, object]:
    return {"name": name, "layer": layer, "group": "制冷", "position": 1} | more


def step(atlas: MapVersion, cast: Cast, after: actions.Items, now: dt.datetime) -> None:
    actions.edit(atlas=atlas, operation="test", after=after, version=atlas.version, now=now, by=cast.clerk_a)


@pytest.fixture
def atlas(cast: Cast, now: dt.datetime) -> MapVersion:
    """钢板 → 压缩机 → 冰箱, with 链主一 making refrigerators and two firms rolling steel."""
    made = actions.draft(chain=cast.chain_a, now=now, by=cast.clerk_a)
    step(
        made,
        cast,
        {
            "segments": {
                "steel": segment("钢板", "upstream"),
                "compressor": segment("压缩机", "midstream"),
                "fridge": segment("冰箱", "downstream"),
            },
            "links": {
                actions.link_key("steel", "compressor"): {"note": ""},
                actions.link_key("compressor", "fridge"): {"note": ""},
            },
            "placements": {
                actions.placement_key("fridge", cast.enterprise_1.code): {"part": "anchor"},
                actions.placement_key("steel", cast.enterprise_2.code): {"verified_on": TODAY.isoformat()},
                actions.placement_key("steel", cast.enterprise_3.code): {},
            },
        },
        now,
    )
    return made


def publish(atlas: MapVersion, cast: Cast, now: dt.datetime) -> MapVersion:
    actions.submit(atlas=atlas, version=atlas.version, now=now, by=cast.clerk_a)
    return actions.publish(atlas=atlas, version=atlas.version, now=now, by=cast.head_a)


def test_a_chain_has_one_open_draft(cast: Cast, atlas: MapVersion, now: dt.datetime) -> None:
    with pytest.raises(Refused, match="草稿"):
        actions.draft(chain=cast.chain_a, now=now, by=cast.clerk_a)


def test_removing_a_segment_takes_its_links_and_firms_and_undo_brings_them_back(
    cast: Cast, atlas: MapVersion, now: dt.datetime
) -> None:
    whole = actions.everything(atlas)
    step(atlas, cast, actions.without_segment(atlas, "steel"), now)
    assert not Segment.objects.filter(map=atlas, key="steel").exists()
    assert Placement.objects.filter(map=atlas).count() == 1
    assert Link.objects.filter(map=atlas).count() == 1
    actions.undo(atlas=atlas, version=atlas.version, by=cast.clerk_a)
    assert actions.everything(atlas) == whole


def test_every_step_back_and_forth_leads_to_the_same_map(cast: Cast, atlas: MapVersion, now: dt.datetime) -> None:
    states = [actions.everything(atlas)]
    step(atlas, cast, {"segments": {"fridge": segment("电冰箱", "downstream")}}, now)
    states.append(actions.everything(atlas))
    step(atlas, cast, {"links": {actions.link_key("steel", "fridge"): {"note": "直供"}}}, now)
    states.append(actions.everything(atlas))
    for wanted in (states[1], states[0]):
        actions.undo(atlas=atlas, version=atlas.version, by=cast.clerk_a)
        assert actions.everything(atlas) == wanted
    for wanted in (states[1], states[2]):
        actions.redo(atlas=atlas, version=atlas.version, by=cast.clerk_a)
        assert actions.everything(atlas) == wanted
    with pytest.raises(Refused):
        actions.redo(atlas=atlas, version=atlas.version, by=cast.clerk_a)


def test_a_new_step_ends_what_could_be_redone(cast: Cast, atlas: MapVersion, now: dt.datetime) -> None:
    step(atlas, cast, {"segments": {"motor": segment("电机")}}, now)
    actions.undo(atlas=atlas, version=atlas.version, by=cast.clerk_a)
    step(atlas, cast, {"segments": {"chip": segment("芯片")}}, now)
    with pytest.raises(Refused):
        actions.redo(atlas=atlas, version=atlas.version, by=cast.clerk_a)


def test_nothing_is_left_to_undo_before_the_first_step(cast: Cast, atlas: MapVersion) -> None:
    actions.undo(atlas=atlas, version=atlas.version, by=cast.clerk_a)
    assert actions.everything(atlas) == {"segments": {}, "links": {}, "placements": {}}
    with pytest.raises(Refused, match="没有可以撤销"):
        actions.undo(atlas=atlas, version=atlas.version, by=cast.clerk_a)


def test_two_editors_of_one_draft_do_not_overwrite_one_another(cast: Cast, atlas: MapVersion, now: dt.datetime) -> None:
    same = MapVersion.objects.get(pk=atlas.pk)
    step(atlas, cast, {"segments": {"motor": segment("电机")}}, now)
    with pytest.raises(Stale):
        step(same, cast, {"segments": {"chip": segment("芯片")}}, now)
    assert not Segment.objects.filter(key="chip").exists()


def test_a_segment_is_not_linked_to_itself_or_to_nothing(cast: Cast, atlas: MapVersion, now: dt.datetime) -> None:
    for downstream in ("steel", "gone"):
        with pytest.raises(Refused):
            step(atlas, cast, {"links": {actions.link_key("steel", downstream): {}}}, now)
    assert Link.objects.filter(map=atlas).count() == 2


def test_a_firm_must_be_registered_to_stand_on_the_map(cast: Cast, atlas: MapVersion, now: dt.datetime) -> None:
    with pytest.raises(Refused, match="QY-没有"):
        step(atlas, cast, {"placements": {actions.placement_key("steel", "QY-没有"): {}}}, now)


def test_who_hands_a_map_in_does_not_publish_it(cast: Cast, atlas: MapVersion, now: dt.datetime) -> None:
    actions.submit(atlas=atlas, version=atlas.version, now=now, by=cast.clerk_a)
    with pytest.raises(Refused, match="送审人"):
        actions.publish(atlas=atlas, version=atlas.version, now=now, by=cast.clerk_a)
    assert actions.publish(atlas=atlas, version=atlas.version, now=now, by=cast.head_a).state == "published"


def test_an_empty_draft_is_not_handed_in(cast: Cast, now: dt.datetime) -> None:
    made = actions.draft(chain=cast.chain_b, now=now, by=cast.clerk_b)
    with pytest.raises(Refused, match="还没有环节"):
        actions.submit(atlas=made, version=made.version, now=now, by=cast.clerk_b)


def test_what_is_in_review_stands_still_until_it_is_sent_back(cast: Cast, atlas: MapVersion, now: dt.datetime) -> None:
    actions.submit(atlas=atlas, version=atlas.version, now=now, by=cast.clerk_a)
    with pytest.raises(Refused, match="不能修改"):
        step(atlas, cast, {"segments": {"motor": segment("电机")}}, now)
    with pytest.raises(Refused, match="意见"):
        actions.send_back(atlas=atlas, note=" ", version=atlas.version, by=cast.head_a)
    actions.send_back(atlas=atlas, note="补充电机", version=atlas.version, by=cast.head_a)
    step(atlas, cast, {"segments": {"motor": segment("电机")}}, now)
    with pytest.raises(Refused):
        actions.send_back(atlas=atlas, note="再看", version=atlas.version, by=cast.head_a)


def test_the_next_version_begins_as_a_copy_and_retires_the_last(
    cast: Cast, atlas: MapVersion, now: dt.datetime
) -> None:
    first = publish(atlas, cast, now)
    second = actions.draft(chain=cast.chain_a, now=now, by=cast.clerk_a)
    assert actions.everything(second) == actions.everything(first)
    step(second, cast, actions.without_segment(second, "steel"), now)
    step(second, cast, {"segments": {"chip": segment("芯片"), "fridge": segment("电冰箱", "downstream")}}, now)
    found = queries.difference(first, second)
    assert (found.added, found.removed) == (("芯片",), ("钢板",))
    assert [(one.name, one.lines) for one in found.changed] == [("电冰箱", (("name", "冰箱", "电冰箱"),))]
    publish(second, cast, now)
    first.refresh_from_db()
    assert first.state == MapVersion.State.RETIRED
    assert Segment.objects.filter(map=first).count() == 3


def test_a_draft_can_be_thrown_away_and_a_published_map_cannot(cast: Cast, atlas: MapVersion, now: dt.datetime) -> None:
    publish(atlas, cast, now)
    second = actions.draft(chain=cast.chain_a, now=now, by=cast.clerk_a)
    actions.discard(atlas=second, by=cast.clerk_a)
    assert MapVersion.objects.count() == 1
    assert not MapEdit.objects.filter(map=second.pk).exists()
    with pytest.raises(Refused):
        actions.discard(atlas=atlas, by=cast.clerk_a)


def test_only_the_task_force_and_the_secretariat_see_a_draft(cast: Cast, atlas: MapVersion, now: dt.datetime) -> None:
    def seen(role: str) -> bool:
        return MapVersion.objects.visible_to(cast.people[role]).exists()

    assert [role for role in cast.people if seen(role)] == [
        "head_a",
        "clerk_a",
        "colleague_a",
        "secretary",
        "second_secretary",
        "lead_officer",
    ]
    publish(atlas, cast, now)
    assert seen("sme")
    assert not seen("auditor")


def test_the_board_tells_missing_from_weak_from_held(cast: Cast, atlas: MapVersion) -> None:
    board = queries.board(atlas, person=cast.clerk_a, today=TODAY)
    chips = {chip.segment.key: chip for column in board.columns for group in column.groups for chip in group.chips}
    assert {key: chip.state for key, chip in chips.items()} == {
        "steel": "unverified",
        "compressor": "missing",
        "fridge": "weak",
    }
    assert chips["compressor"].fed_by == ("steel",)
    assert chips["compressor"].feeds == ("fridge",)
    assert chips["fridge"].anchor_count == 1
    assert board.firm_count == 3


def test_a_verified_segment_with_two_firms_is_held(cast: Cast, atlas: MapVersion, now: dt.datetime) -> None:
    step(atlas, cast, {"segments": {"steel": segment("钢板", verified_on=TODAY.isoformat())}}, now)
    board = queries.board(atlas, person=cast.clerk_a, today=TODAY)
    # The other two were never checked, which is no age: it is said beside what they are.
    assert board.counts == {"missing": 1, "weak": 1, "held": 1, "unverified": 0, "stale": 0, "unchecked": 2}
    later = queries.board(atlas, person=cast.clerk_a, today=TODAY + dt.timedelta(days=181))
    assert (later.counts["unverified"], later.counts["stale"]) == (1, 1)


def test_a_board_shows_at_most_three_hundred_chips_and_says_how_many_more(
    cast: Cast, atlas: MapVersion, now: dt.datetime
) -> None:
    Segment.objects.bulk_create(
        Segment(map=atlas, key=f"s{n}", name=f"环节{n}", layer="upstream", group=f"组{n % 20}") for n in range(400)
    )
    board = queries.board(atlas, person=cast.clerk_a, today=TODAY)
    assert sum(column.chip_count for column in board.columns) == 300
    assert board.hidden_count == 103


def test_a_board_takes_the_same_few_queries_whatever_its_size(
    cast: Cast, atlas: MapVersion, django_assert_max_num_queries: object
) -> None:
    Segment.objects.bulk_create(Segment(map=atlas, key=f"s{n}", name=f"环节{n}", layer="upstream") for n in range(250))
    with django_assert_max_num_queries(12):  # type: ignore[operator]
        queries.board(atlas, person=cast.clerk_a, today=TODAY)
