"""The annex's working group: anchors, innovation centre, association and an expert, with a meeting and a task."""

from datetime import date, datetime, time, timedelta

from django.utils import timezone

from lianzhang.accounts import actions as accounts
from lianzhang.accounts.models import Person
from lianzhang.accounts.rules import Post
from lianzhang.chains.actions import opinions
from lianzhang.chains.models import Chain, Gap, Opinion, WorkingGroup
from lianzhang.demo.annex.cast import APPLIANCE, Town
from lianzhang.records import codes
from lianzhang.supervision.models import Decision, Meeting, Task

BODY = "annex-group-appliance"
MEMBERS = (
    ("example-anchor", "整机需求与认证计划"),
    ("example-anchor-2", "整机需求"),
    ("example-innovator", "标准零部件树、盲比"),
    ("example-association", "企业走访与组织"),
    ("example-expert", "技术判断"),
)


def load(town: Town, *, today: date) -> None:
    """The group under its chain, its members beside the posts they hold at home, what it met about and has to do."""
    since = date(today.year - 1, 2, 10)
    body = town.bodies[BODY]
    group = WorkingGroup(
        chain=town.appliance,
        body=body,
        purpose="按“拆零件”梳理供应链，核对缺口，提出重点引进的零部件类别和共性配套商。",
        basis="示例文件，非真实文件",
        founded_on=since,
    )
    town.scribe.put(group, verb="working_group.founded")
    for username, duties in MEMBERS:
        accounts.appoint(
            person=town.people[username],
            body=body,
            post=Post.WORKING_GROUP_MEMBER,
            starts_on=since,
            basis="示例任职，非真实任命",
            duties=duties,
            by=None,
        )
    _meeting(town, today=today)


def _meeting(town: Town, *, today: date) -> None:
    held = today - timedelta(days=12)
    meeting = town.scribe.put(
        Meeting(
            code=codes.next_code("HY", year=held.year),
            title="示例·智能家电工作小组会",
            kind=Meeting.Kind.WORKING,
            chain=town.appliance,
            held_on=held,
            place="示例创新中心",
            host=town.bodies["annex-force-appliance"],
            summary="核对标准零部件树，议定补填和走访分工。",
            is_illustrative=True,
        ),
        verb="meeting.held",
    )
    meeting.attendees.set([town.bodies[BODY], town.bodies["annex-force-appliance"]])
    text = "核对标准零部件树中压缩机、电机部分"
    decision = town.scribe.put(
        Decision(meeting=meeting, number=1, text=text, responsible=town.bodies[BODY], working_days=15),
        verb="decision.taken",
    )
    task = Task(
        code=codes.next_code("DB", year=held.year),
        title=text,
        kind=Task.Kind.DECISION,
        chain=town.appliance,
        decision=decision,
        responsible=town.bodies[BODY],
        assigned_by=town.people["example-head"],
        assigned_by_body=town.bodies["annex-force-appliance"],
        assigned_at=timezone.make_aware(datetime.combine(held, time(16))),
        working_days=15,
        due_on=held + timedelta(days=21),
        state=Task.State.UNSIGNED,
        is_illustrative=True,
    )
    town.scribe.put(task, verb="task.assigned")


def consult() -> None:
    """The expert is asked about two gaps and has answered on one."""
    head, expert = (Person.objects.get(username=name) for name in ("example-head", "example-expert"))
    now, chain = timezone.now(), Chain.objects.get(code=APPLIANCE)
    gaps = list(Gap.objects.filter(chain=chain).exclude(state=Gap.State.PROPOSED).order_by("code")[:2])
    for gap in gaps:
        asked = opinions.ask(
            gap=gap,
            expert=expert,
            title=f"{gap.title}本地配套是否可行",
            question="本市现有企业能否在一年内达到整机厂要求？如不能，缺什么条件？",
            due_on=timezone.localdate(now) + timedelta(days=10),
            now=now,
            by=head,
        )
        if gap == gaps[0]:
            opinions.answer(
                consultation=asked,
                attitude=Opinion.Attitude.SUPPORT,
                text="示例意见：工艺可行，关键在认证周期，建议先以小批量供货验证。",
                version=asked.version,
                now=now,
                by=expert,
            )
