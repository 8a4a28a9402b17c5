"""工作小组: founded under a chain, filled by appointment; its members see its meetings and tasks and no more."""

import datetime as dt

import pytest
from django.test import Client

from lianzhang.accounts import actions as accounts
from lianzhang.accounts.actions import Refused
from lianzhang.accounts.rules import Act, BodyKind, Post, Thing
from lianzhang.chains.actions import groups as actions
from lianzhang.chains.models import Gap, TargetList, WorkingGroup
from lianzhang.chains.queries import groups as queries
from lianzhang.supervision import actions as supervision
from lianzhang.supervision.models import Meeting, Task
from tests.cast import SINCE, TODAY, Cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def group(cast: Cast) -> WorkingGroup:
    return actions.found(
        chain=cast.chain_a, name_zh="链A攻关组", purpose="核对零部件树", founded_on=SINCE, by=cast.clerk_a
    )


def seat(cast: Cast, group: WorkingGroup, *names: str) -> None:
    for name in names:
        accounts.appoint(
            person=cast.people[name],
            body=group.body,
            post=Post.WORKING_GROUP_MEMBER,
            starts_on=SINCE,
            by=cast.secretary,
        )


def test_it_is_a_body_under_the_task_force_with_seats_of_its_own(cast: Cast, group: WorkingGroup) -> None:
    assert (group.body.kind, group.body.parent) == ("working_group", cast.force_a)
    with pytest.raises(Refused, match="无权"):
        actions.found(chain=cast.chain_a, name_zh="别链的组", purpose="", founded_on=SINCE, by=cast.clerk_b)
    with pytest.raises(Refused, match="不设"):
        accounts.appoint(
            person=cast.sme, body=cast.force_a, post=Post.WORKING_GROUP_MEMBER, starts_on=SINCE, by=cast.secretary
        )


def test_the_page_says_who_sits_there_from_where_and_who_is_missing(cast: Cast, group: WorkingGroup) -> None:
    seat(cast, group, "anchor_1", "innovator", "expert")
    found = queries.members(group, person=cast.clerk_a, on=TODAY)
    assert [one.home.body.name_zh for one in found if one.home] == ["链主一", "创新中心", "专家委"]
    assert dict(queries.composition(found))[BodyKind.ASSOCIATION] == 0
    client = Client()
    client.force_login(cast.clerk_a)
    assert "还没有来自协会联盟的成员" in client.get(f"/chains/group/{group.pk}/").content.decode()
    assert "链A攻关组" in client.get(f"/chains/{cast.chain_a.code}/").content.decode()


def test_a_member_sees_its_meetings_and_tasks_and_nothing_else_of_the_chain(
    cast: Cast, group: WorkingGroup, now: dt.datetime
) -> None:
    seat(cast, group, "anchor_1")
    words = {"kind": "working", "held_on": TODAY, "chain": cast.chain_a, "now": now, "by": cast.clerk_a}
    own = supervision.hold_meeting(title="小组会", attendees=[group.body], **words)
    supervision.hold_meeting(title="专班内部会", attendees=[cast.force_a], **words)
    task = supervision.assign(
        title="核对树", responsible=group.body, working_days=5, chain=cast.chain_a, now=now, by=cast.clerk_a
    )
    supervision.assign(
        title="谈判", responsible=cast.force_a, working_days=5, chain=cast.chain_a, now=now, by=cast.clerk_a
    )
    gap = Gap.objects.create(code="QK-1", chain=cast.chain_a, title="压缩机", kind="weak")
    member = cast.anchor_1
    assert member.acting.body == cast.firm_1  # the post at home comes first
    member.act_as(member.appointments.get(body=group.body))
    assert list(Meeting.objects.visible_to(member)) == [own]
    assert list(Task.objects.visible_to(member)) == [task]
    assert not Gap.objects.visible_to(member).filter(pk=gap.pk).exists()
    assert not TargetList.objects.visible_to(member).exists()
    assert supervision.sign(task=task, now=now, by=member).state == Task.State.HANDLING
    assert not any(member.reach.may(act, Thing.GAP) for act in Act)


def test_a_group_that_is_ended_takes_nothing_new(cast: Cast, group: WorkingGroup) -> None:
    with pytest.raises(Refused, match="早于成立"):
        actions.end(group=group, on=SINCE - dt.timedelta(days=1), version=group.version, by=cast.clerk_a)
    ended = actions.end(group=group, on=TODAY, version=group.version, by=cast.clerk_a)
    ended.body.refresh_from_db()
    assert not ended.body.is_active
    assert queries.of_chain(cast.chain_a, person=cast.clerk_a, on=TODAY) == []
    with pytest.raises(Refused, match="已于"):
        actions.edit(group=ended, changes={"purpose": "又"}, version=ended.version, by=cast.clerk_a)
