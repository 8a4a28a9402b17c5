"""The annex's year: results, plan actions with reports, a meeting whose decisions became tasks, requests, visits."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.core.files.base import ContentFile
from django.db.models import Model
from django.utils import timezone

from lianzhang.accounts.models import Person
from lianzhang.chains.models import Action, ActionReport, Result
from lianzhang.demo.annex.cast import Town
from lianzhang.indicators.models import Figure
from lianzhang.projects.models import Project
from lianzhang.records import codes
from lianzhang.resources.models import Resource
from lianzhang.supervision.models import Decision, Meeting, Request, Task, Visit
from lianzhang.trail import evidence


@dataclass(frozen=True, kw_only=True)
class Matter:
    """One invented plan action: due and last report as days from today (negative = past)."""

    chain: str
    text: str
    due: int
    reported: int | None = None
    said: str = ""
    done: int | None = None
    target: int | None = None
    unit: str = ""
    is_counted: bool = False
    is_done: bool = False
    is_own: bool = False


MATTERS: tuple[Matter, ...] = (
    Matter(
        chain="a", text="完成4家链主拆零件，形成目标清单", due=38, reported=-8, said="4家链主数据已收齐，清单已生成初稿"
    ),
    Matter(
        chain="a",
        text="引进共性配套商12家",
        due=38,
        reported=-20,
        said="在谈2家，签约1家，投产1家",
        done=4,
        target=12,
        unit="家",
    ),
    Matter(chain="a", text="组织供应链对接会2场", due=-20, reported=-70, said="已办1场", done=1, target=2, unit="场"),
    Matter(chain="a", text="发布链图谱第一版", due=-15, reported=-21, said="已发布", is_done=True),
    Matter(chain="a", text="建设家电零部件检测平台", due=120),
    Matter(
        chain="c",
        text="举办促消费活动不少于60场",
        due=38,
        target=60,
        unit="场",
        is_counted=True,
        reported=-10,
        said="按活动台账逐行计数",
    ),
    Matter(chain="c", text="打造夜间消费街区2处", due=38, reported=-60, said="1处已签约", done=1, target=2, unit="处"),
    Matter(chain="c", text="编制商贸流通提升方案", due=-30, is_own=True),
)


def load(town: Town, *, today: date) -> None:
    """Everything of the year, around `today` so that something is always due, late and done."""
    _results(town, year=today.year - 1)
    for position, matter in enumerate(MATTERS, start=1):
        _action(town, matter, position=position, today=today)
    _resources(town, today=today)
    _meeting(town, today=today)
    _instructions(town, today=today)
    _requests(town, today=today)
    _visits(town, today=today)
    _figures(town, today=today)


def _at(day: date, hour: int = 10) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(hour)))


def _results(town: Town, *, year: int) -> None:
    rows = [
        (town.appliance, "示例：本地配套企业新增3家", "example: 3 new local suppliers", 3, "家"),
        (town.commerce, "示例：社会消费品零售额增长5%", "example: retail sales grew by 5 %", 5, "%"),
    ]
    for position, (chain, zh, en, value, unit) in enumerate(rows, start=1):
        town.scribe.put(
            Result(
                chain=chain,
                year=year,
                statement=zh,
                statement_en=en,
                value=value,
                unit=unit,
                scope="示例数据，虚构",
                source=town.scribe.sources["ANNEX"],
                as_of=date(year, 12, 31),
                position=position,
            ),
            verb="result.entered",
        )


def _action(town: Town, matter: Matter, *, position: int, today: date) -> None:
    chain = town.appliance if matter.chain == "a" else town.commerce
    reported = None if matter.reported is None else today + timedelta(days=matter.reported)
    action = town.scribe.put(
        Action(
            code=codes.next_code("JH", year=today.year),
            chain=chain,
            year=today.year,
            matter=matter.text,
            responsible=chain.body,
            due_on=today + timedelta(days=matter.due),
            progress=matter.said,
            progress_on=reported,
            state=Action.State.DONE if matter.is_done else Action.State.OPEN,
            completed_on=reported if matter.is_done else None,
            target_value=matter.target,
            done_value=matter.done,
            counted_from=Action.Counted.EVENTS if matter.is_counted else Action.Counted.REPORTS,
            unit=matter.unit,
            source=town.scribe.sources["ANNEX"],
            position=position,
            is_own_addition=matter.is_own,
        ),
        verb="action.planned",
    )
    if reported is not None:
        clerk = "example-clerk" if matter.chain == "a" else "example-commerce-clerk"
        report = ActionReport(
            action=action,
            reported_on=reported,
            text=matter.said,
            done_value=matter.done,
            by=town.people[clerk],
            body=chain.body,
        )
        town.scribe.put(report, verb="action.reported")
        if matter.is_done:
            _prove(action, purpose="plan", by=town.people[clerk])


def _prove(record: Model, *, purpose: str, by: Person) -> None:
    """The one piece of invented evidence, with `record`: nothing counts as done without any."""
    kept = evidence.keep(ContentFile(paper(), name="示例佐证.pdf"), kind=purpose, by=by)
    evidence.attach(kept, to=record, purpose=purpose, by=by)


def paper() -> bytes:
    """A PDF of one page that says it is invented; the same bytes every time."""
    said = b"BT /F 20 Tf 40 120 Td (Example data, invented. Not evidence of anything.) Tj ET"
    parts = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 500 240]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(said), said),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    paper, starts = b"%PDF-1.4\n", []
    for number, part in enumerate(parts, start=1):
        starts.append(len(paper))
        paper += b"%d 0 obj%s endobj\n" % (number, part)
    index = len(paper)
    paper += b"xref\n0 6\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % start for start in starts)
    return paper + b"trailer<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % index


def _resources(town: Town, *, today: date) -> None:
    rows = [
        (Resource.Kind.PARK, "示例家电零部件园", 120000, "㎡", "标准厂房，示例", town.appliance),
        (Resource.Kind.FUND, "示例产业基金", 5, "亿元", "总规模，示例", town.appliance),
        (Resource.Kind.PLATFORM, "示例检测认证平台", None, "", "", town.appliance),
        (Resource.Kind.SCENARIO, "示例夜间经济场景", None, "", "", town.commerce),
    ]
    for kind, name, amount, unit, scope, chain in rows:
        resource = town.scribe.put(
            Resource(
                code=codes.next_code("ZY", year=today.year),
                kind=kind,
                name=name,
                amount=amount,
                amount_unit=unit,
                amount_scope=scope,
                kept_by=town.bodies["annex-east"],
                state_note="示例",
                source=town.scribe.sources["ANNEX"],
                as_of=today,
                is_illustrative=True,
            ),
            verb="resource.entered",
        )
        resource.chains.add(chain)


def _meeting(town: Town, *, today: date) -> None:
    held = today - timedelta(days=28)
    meeting = town.scribe.put(
        Meeting(
            code=codes.next_code("HY", year=held.year),
            title="示例·智能家电链长例会",
            kind=Meeting.Kind.REGULAR,
            chain=town.appliance,
            held_on=held,
            place="示例会议室",
            host=town.bodies["annex-secretariat"],
            summary="研究拆零件与目标清单，议定四项。",
            is_illustrative=True,
        ),
        verb="meeting.held",
    )
    meeting.attendees.set([town.bodies[code] for code in ("annex-force-appliance", "annex-industry", "annex-east")])
    rows = [
        ("核实压缩机、控制芯片缺口并提出路径", "annex-force-appliance", 10, Task.State.HANDLING),
        ("落实示例变频板项目用地", "annex-land", 15, Task.State.UNSIGNED),
        ("收齐4家链主上年采购数据", "annex-force-appliance", 10, Task.State.CLOSED),
        ("研究检测平台共建方案", "annex-industry", 15, Task.State.REVIEW),
        ("东区摸排可用标准厂房", "annex-east", 18, Task.State.RETURNED),
    ]
    for number, (text, body, days, state) in enumerate(rows, start=1):
        decision = town.scribe.put(
            Decision(meeting=meeting, number=number, text=text, responsible=town.bodies[body], working_days=days),
            verb="decision.taken",
        )
        # Two of the five are past their day, so that a newcomer sees what lateness looks like.
        due = held + timedelta(days=round(days * 7 / 5))
        task = _task(town, text, body, state, held=held, due=due, decision=decision)
        town.scribe.put(task, verb="task.assigned")
        if task.submitted_by is not None:
            _prove(task, purpose="task", by=task.submitted_by)


def _task(town: Town, text: str, body: str, state: str, *, held: date, due: date, decision: Decision | None) -> Task:
    doer = {
        "annex-force-appliance": "example-clerk",
        "annex-land": "example-department",
        "annex-industry": "example-lead-department",
        "annex-east": "example-district",
    }[body]
    task = Task(
        code=codes.next_code("DB", year=held.year),
        title=text,
        kind=Task.Kind.DECISION if decision else Task.Kind.INSTRUCTION,
        chain=town.appliance,
        decision=decision,
        responsible=town.bodies[body],
        assigned_by=town.people["example-secretary"],
        assigned_by_body=town.bodies["annex-secretariat"],
        assigned_at=_at(held, 16),
        due_on=due,
        state=state,
        is_illustrative=True,
    )
    if state != Task.State.UNSIGNED:
        task.signed_by, task.signed_at = town.people[doer], _at(held + timedelta(days=1))
        task.handled_by = town.people[doer]
    if state in {Task.State.REVIEW, Task.State.CLOSED, Task.State.RETURNED}:
        task.reply = "示例：已办理，材料见附件。"
        task.submitted_by, task.submitted_at = town.people[doer], _at(due - timedelta(days=3))
    if state == Task.State.CLOSED:
        task.closed_by, task.closed_at = town.people["example-secretary"], _at(due - timedelta(days=1))
    if state == Task.State.RETURNED:
        task.return_reason, task.returned_count = "缺少面积与产权情况，请补充。", 1
    return task


def _instructions(town: Town, *, today: date) -> None:
    """What the chief and the general chief asked for in writing, and one plan action and one project it is about."""
    held = today - timedelta(days=16)
    task = _task(
        town,
        "示例批示：变频板项目请专班会同东区一周内提出选址意见",
        "annex-force-appliance",
        Task.State.HANDLING,
        held=held,
        due=today - timedelta(days=2),
        decision=None,
    )
    task.instructed_by = town.people["example-chief"].appointments.get()
    task.project = Project.objects.filter(name="示例变频板项目", is_illustrative=True).first()
    town.scribe.put(task, verb="task.assigned")
    routine = Task(
        code=codes.next_code("DB", year=today.year),
        title="填报促消费活动进展",
        kind=Task.Kind.ROUTINE,
        chain=town.commerce,
        action=Action.objects.filter(chain=town.commerce, target_value__isnull=False).first(),
        responsible=town.bodies["annex-force-commerce"],
        assigned_by=town.people["example-secretary"],
        assigned_by_body=town.bodies["annex-secretariat"],
        assigned_at=_at(today - timedelta(days=6)),
        due_on=today + timedelta(days=2),
        state=Task.State.HANDLING,
        is_illustrative=True,
    )
    town.scribe.put(routine, verb="task.assigned")


def _requests(town: Town, *, today: date) -> None:
    rows = [
        (town.anchors[0], "annex-firm-a", Request.Kind.TECHNOLOGY, "部件检测认证排队时间长", "assigned", -9, 3, ""),
        (town.anchors[1], "annex-firm-b", Request.Kind.MARKET, "希望对接本地变频板供应商", "received", -2, 10, ""),
        (town.anchors[2], "annex-firm-c", Request.Kind.ENERGY, "扩产用能指标", "escalated", -40, -12, "链长"),
        (town.suppliers[0], "annex-firm-sme", Request.Kind.FINANCE, "流动资金贷款", "answered", -20, 5, ""),
        (town.suppliers[0], "annex-firm-sme", Request.Kind.LABOUR, "技工招聘", "closed", -60, -40, ""),
    ]
    for firm, body, kind, text, state, received, due, escalated in rows:
        town.scribe.put(
            Request(
                code=codes.next_code("SQ", year=today.year),
                enterprise=firm,
                chain=town.appliance,
                kind=kind,
                text=f"示例：{text}",
                channel="走访",
                received_on=today + timedelta(days=received),
                handler=town.bodies["annex-industry"] if state != "received" else None,
                due_on=today + timedelta(days=due),
                state=state,
                answer="示例答复" if state in {"answered", "closed"} else "",
                answered_on=today - timedelta(days=8) if state in {"answered", "closed"} else None,
                closed_on=today - timedelta(days=7) if state == "closed" else None,
                escalated_to=escalated,
                raised_by_body=town.bodies[body],
                is_illustrative=True,
            ),
            verb="request.received",
        )


def _visits(town: Town, *, today: date) -> None:
    chief = town.people["example-chief"].appointments.get()
    for firm, planned, visited in ((town.anchors[0], 8, None), (town.suppliers[0], -25, -25)):
        town.scribe.put(
            Visit(
                chain=town.appliance,
                enterprise=firm,
                visitor=chief,
                planned_on=today + timedelta(days=planned),
                visited_on=None if visited is None else today + timedelta(days=visited),
                purpose="示例：了解配套需求",
                findings="" if visited is None else "示例：希望扩大本地采购",
                is_illustrative=True,
            ),
            verb="visit.planned",
        )


def _figures(town: Town, *, today: date) -> None:
    town.scribe.put(
        Figure(
            indicator="consumption_event_count",
            chain=town.commerce,
            year=today.year,
            value=60,
            comparison="≥",
            unit="场",
            scope="示例目标，虚构",
            source=town.scribe.sources["ANNEX"],
            as_of=date(today.year, 1, 1),
            is_target=True,
            is_illustrative=True,
        ),
        verb="figure.entered",
    )
