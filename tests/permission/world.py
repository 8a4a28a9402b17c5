"""One marked record of every kind for every owner, on top of the cast and a small teardown that firm 1 granted."""

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.core.files.base import ContentFile
from django.utils import timezone

from lianzhang.accounts.models import ApiToken, Appointment, SavedView
from lianzhang.accounts.tokens import digest
from lianzhang.briefings.models import Briefing
from lianzhang.chains import jobs as chain_jobs
from lianzhang.chains.actions import opinions as opinion_actions
from lianzhang.chains.actions import targets as target_actions
from lianzhang.chains.models import (
    Action,
    ActionReport,
    CandidateProposal,
    ChainSuccession,
    Consultation,
    Gap,
    MapVersion,
    Placement,
    Result,
    Segment,
    TargetList,
    WorkingGroup,
)
from lianzhang.collecting.models import Collection, Submission, SubmissionRow
from lianzhang.indicators.models import Figure
from lianzhang.intake.models import Batch, StagedRow
from lianzhang.jobs.models import Job
from lianzhang.jobs.progress import Progress
from lianzhang.projects.funnel import reckoning
from lianzhang.projects.models import (
    Contest,
    Credit,
    Diligence,
    Encounter,
    Event,
    FollowUp,
    FunnelReading,
    LeadClock,
    MonthCorrection,
    MonthReport,
    Project,
    Signing,
    SiteNeed,
    StageEntry,
    Supply,
    YearPlan,
)
from lianzhang.projects.stages import Stage
from lianzhang.registry.models import Enterprise, Purchase, PurchaseGrant, Source
from lianzhang.resources.models import Resource, Site
from lianzhang.supervision.models import Decision, Handover, Meeting, Request, Task, Visit
from lianzhang.trail import evidence
from lianzhang.trail.models import Proof
from lianzhang.workdays.models import CalendarDay
from tests import cast as casts
from tests.chains import scene as scenes
from tests.permission import disclosed
from tests.permission.marks import mark

DAY = casts.TODAY
SOON = DAY + dt.timedelta(days=9)


@dataclass
class World:
    """The cast and every marked record by (thing, owner); several of one kind and owner are a list."""

    cast: casts.Cast
    part: Any = None  # one of the teardown
    things: dict[tuple[str, str], list[Any]] = field(default_factory=dict)

    def put(self, thing: str, owner: str, record: Any) -> Any:
        self.things.setdefault((thing, owner), []).append(record)
        return record

    def of(self, thing: str, model: type[Any]) -> list[tuple[str, Any]]:
        """(owner, record) of every record of `model` filed under `thing`."""
        return [
            (owner, record)
            for (kind, owner), records in self.things.items()
            for record in records
            if kind == thing and isinstance(record, model)
        ]


def build() -> World:
    """Make everything; the tables of a teardown run through the real analysis."""
    world = World(casts.build())
    first = (_firms, _teardown, disclosed.put, _plans, _maps, _analysis)
    for make in (*first, _projects, _supervision, _papers, _collections, _round, _people):
        make(world)
    return world


def _firms(world: World) -> None:
    cast = world.cast
    for key, owner in (("1", "firm_1"), ("2", "firm_2"), ("4", "firm_4"), ("sme", "firm_sme")):
        firm = cast.firms[f"enterprise_{key}"]
        name = mark("enterprise" if key == "sme" else "anchorname", owner)
        text = mark("enterprise", owner)
        Enterprise.objects.filter(pk=firm.pk).update(name=name, note=text, products=text, address=text)
        firm.refresh_from_db()
        world.put("enterprise", owner, firm)
    name = mark("enterprise", "outsider")
    outsider = Enterprise.objects.create(code="QY-OUT", name=name, name_key="outsider", region_code="320500")
    world.put("enterprise", "outsider", outsider)


def _teardown(world: World) -> None:
    cast = world.cast
    world.put("chain", "chain_a", cast.chain_a)
    world.put("chain", "chain_b", cast.chain_b)
    scene = scenes.build(cast, granted=(1,))
    for n, firm in enumerate(scene.firms.values()):  # addresses take codes as the system gives them
        Enterprise.objects.filter(pk=firm.pk).update(code=f"QY-S{n}")
    scene.grants[0].readers.set([cast.clerk_a, cast.head_a])
    PurchaseGrant.objects.filter(pk=scene.grants[0].pk).update(is_whole_body=False, ends_on=SOON)
    world.put("purchase", "firm_1", scene.grants[0])
    grant = PurchaseGrant(
        firm=cast.enterprise_4,
        body=cast.department,
        starts_on=DAY,
        entered_by=cast.anchor_4,
        ends_on=DAY,
        levels=["d0", "d1"],
    )
    grant.purpose = mark("purchase", "firm_4__department")
    grant.save()
    Purchase.objects.create(
        buyer=cast.enterprise_4, part=scene.parts["P1"], year=2025, amount_wan=Decimal(7), make="bought"
    )
    for n in (1, 2, 4):
        text = mark("purchase", f"firm_{n}")
        rows = Purchase.objects.filter(buyer=cast.firms[f"enterprise_{n}"])
        rows.update(supplier_name=text, plant=text, note=text)
        for row in rows:
            world.put("purchase", f"firm_{n}", row)
    world.part = scene.parts["P1"]


def _plans(world: World) -> None:
    cast = world.cast
    source = Source.objects.create(code="source", title="公开报道", published_on=casts.SINCE)
    for letter, body in (("a", cast.force_a), ("b", cast.force_b)):
        chain, owner = cast.chains[f"chain_{letter}"], f"chain_{letter}"
        text = mark("plan", owner)
        action = Action.objects.create(
            code=f"JH-2026-{letter}", chain=chain, year=2026, matter=text, responsible=body, due_on=SOON, progress=text
        )
        ActionReport.objects.create(action=action, reported_on=DAY, text=text, by=cast.clerk_a, body=body)
        world.put("plan", owner, action)
        result = Result.objects.create(chain=chain, year=2025, statement=text, source=source)
        world.put("plan", owner, result)
        figure = Figure.objects.create(
            indicator="output_value", chain=chain, year=2025, value=1, unit="万元", scope=mark("figure", owner),
            source=source, as_of=DAY,
        )  # fmt: skip
        world.put("figure", owner, figure)
        resource = Resource.objects.create(code=f"ZY-{letter}", kind="fund", name=mark("resource", owner), kept_by=body)
        resource.chains.add(chain)
        site = Site.objects.create(code=f"ZT-{letter}", name=mark("resource", owner), kind="plant", park=resource)
        world.put("resource", owner, site)
        world.put("resource", owner, resource)
        world.put("chain", owner, chain.anchors.order_by("pk")[0])
        event = Event.objects.create(code=f"HD-{letter}", name=mark("event", owner), chain=chain, held_on=DAY)
        world.put("event", owner, event)
    group = WorkingGroup.objects.create(
        chain=cast.chain_a, body=cast.group_a, purpose=mark("chain", "chain_a"), founded_on=DAY
    )
    world.put("chain", "chain_a", group)
    succession = ChainSuccession.objects.create(old=cast.chain_a, new=cast.chain_b, scheme=cast.scheme)
    world.put("chain", "chain_a", succession)


def _maps(world: World) -> None:
    cast = world.cast
    for letter in "ab":
        chain, owner = cast.chains[f"chain_{letter}"], f"chain_{letter}"
        for thing, state, number in (("map", "published", 1), ("draft", "draft", 2)):
            text = mark(thing, owner)
            version = MapVersion.objects.create(
                chain=chain, number=number, state=state, title=text, created_by=cast.clerk_a, created_at=timezone.now(),
                source_note=text,
            )  # fmt: skip
            segment = Segment.objects.create(map=version, key=f"s{number}", name=text, layer="midstream", note=text)
            Placement.objects.create(map=version, segment=segment, enterprise=cast.enterprise_3)
            world.put(thing, owner, version)
            world.put(thing, owner, segment)


def _analysis(world: World) -> None:
    cast = world.cast
    wanted = target_actions.Parameters(max_categories=None, max_suppliers=2, min_anchors=1)
    listed = target_actions.ask(
        chain=cast.chain_a, title=mark("target", "chain_a"), parameters=wanted, now=timezone.now(), by=cast.clerk_a
    )
    chain_jobs.choose_targets(Progress(0, cast.clerk_a), list_id=listed.pk)
    world.put("target", "chain_a", TargetList.objects.get(pk=listed.pk))
    other = TargetList.objects.create(
        code="MB-b", chain=cast.chain_b, title=mark("target", "chain_b"), created_by=cast.clerk_b,
        created_at=timezone.now(), state="failed", failure=mark("target", "chain_b"),
    )  # fmt: skip
    world.put("target", "chain_b", other)
    for code, chain in (("HX-a", cast.chain_a), ("HX-b", cast.chain_b)):
        owner = f"chain_{code[-1]}"
        proposal = CandidateProposal.objects.create(
            code=code, chain=chain, name=mark("target", owner), note=mark("target", owner), entered_by=cast.clerk_a,
            entered_at=timezone.now(),
        )  # fmt: skip
        world.put("target", owner, proposal)
    Gap.objects.filter(chain=cast.chain_a).update(title=mark("gap", "chain_a"))
    for gap in Gap.objects.filter(chain=cast.chain_a):
        world.put("gap", "chain_a", gap)
    gap = Gap.objects.create(code="QK-b", chain=cast.chain_b, title=mark("gap", "chain_b"), kind="no_local_supplier")
    world.put("gap", "chain_b", gap)
    _asked(world, gap)


def _asked(world: World, gap: Gap) -> None:
    """What the expert was asked about the gap, and said; the scan of another opinion, and evidence of the gap."""
    cast, text = world.cast, mark("consult", "expert")
    asked = opinion_actions.ask(
        gap=gap, expert=cast.expert, title=text, question=text, due_on=None, now=timezone.now(), by=cast.clerk_b
    )
    words = {"attitude": "support", "text": text, "version": asked.version, "now": timezone.now()}
    opinion_actions.answer(consultation=asked, by=cast.expert, **words)
    world.put("consult", "expert", Consultation.objects.get(pk=asked.pk))
    proof = _proof(gap, name=f"{mark('gap', 'chain_b')}.pdf", by=cast.clerk_b)
    world.put("gap", "chain_b", proof)


def _projects(world: World) -> None:
    cast = world.cast
    for code, chain, district in (("1", "a", "east"), ("2", "a", "west"), ("3", "b", "east"), ("4", "b", "west")):
        text = mark("project", district)
        project = Project.objects.create(
            code=f"XM-{code}", name=text, chain=cast.chains[f"chain_{chain}"], district=cast.bodies[district],
            investor_name=text, investor_key=f"key{code}", content=text, progress=text, blockage=text,
            stage=Stage.SIGNED, next_milestone=text, next_due_on=SOON, owner=cast.bodies[f"force_{chain}"], site=text,
            enterprise=cast.enterprise_3, first_reported_by=cast.bodies[district], agreed_wan=Decimal(100),
        )  # fmt: skip
        world.put("project", district, project)
        entry = StageEntry.objects.create(
            project=project, stage=Stage.REGISTERED, note=text, asked_by=cast.clerk_a, asked_at=timezone.now(),
            entered_on=DAY,
        )  # fmt: skip
        world.put("project", district, entry)
        event = Event.objects.get(code=f"HD-{chain}")
        signing = Signing.objects.create(event=event, project=project, note=text, signed_on=DAY)
        world.put("project", district, signing)
        supply = Supply.objects.create(project=project, part=world.part)
        world.put("project", district, supply)
        proof = _proof(project, name=f"{text}.pdf", by=cast.clerk_a)
        world.put("project", district, proof)
        _worked(world, project, district)
        _collected(world, project, district)
        read = reckoning.reading(reckoning.read(cast.secretary), (project.chain_id, project.district_id), today=DAY)
        of_both = {"chain": project.chain, "district": project.district}
        reading = FunnelReading.objects.create(**of_both, as_of=DAY, made_at=timezone.now(), data=read)
        world.put("project", district, reading)
        met = mark("encounter", district)
        world.put("encounter", district, Encounter.objects.create(event=event, name=met + code, place=met, note=met))


def _worked(world: World, project: Project, district: str) -> None:
    """What a lead leaves behind: follow-ups, clocks, diligence, a contest, credit, needs, plans."""
    cast, text, now = world.cast, mark("project", district), timezone.now()
    by = {"by": cast.clerk_a, "at": now}
    records = [
        FollowUp(project=project, done_on=DAY, text=text, body=cast.bodies[district], **by),
        LeadClock(project=project, kind="follow", started_on=DAY, due_on=SOON),
        Diligence(project=project, item="identity", verdict="clear", note=text, checked_on=DAY, **by),
        Credit(
            project=project, body=cast.bodies[district], share_ratio=1, ground="landing", basis=text,
            set_by=cast.secretary, set_at=now,
        ),
        SiteNeed(project=project, note=text),
        YearPlan(project=project, year=DAY.year, note=text, set_by=cast.clerk_a, set_at=now),
    ]  # fmt: skip
    for record in records:
        record.save()
        world.put("project", district, record)
    contest = Contest.objects.create(
        code=f"ZY-9{project.code[3:]}", project=project, claimant=cast.bodies[district],
        challenger=cast.bodies[district], statement=text,
        raised_by=cast.clerk_a, raised_at=now,
    )  # fmt: skip
    world.put("project", district, contest)


def _collected(world: World, project: Project, district: str) -> None:
    """The month of a project, and what was corrected in it."""
    cast, text, now = world.cast, mark("project", district), timezone.now()
    report = MonthReport.objects.create(
        project=project, month=DAY.replace(day=1), progress=text, body=cast.bodies[district], blockage=text,
        next_milestone=text, explanation=text,
    )  # fmt: skip
    world.put("project", district, report)
    correction = MonthCorrection.objects.create(
        report=report, field="progress", before=text, after=text, reason=text, corrected_on=DAY, by=cast.secretary,
        at=now,
    )  # fmt: skip
    world.put("project", district, correction)


def _proof(subject: Any, *, name: str, by: Any) -> Proof:
    kept = evidence.keep(ContentFile(name.encode(), name=name), kind="other", by=by)
    return evidence.attach(kept, to=subject, purpose="other", by=by)


def _supervision(world: World) -> None:
    cast = world.cast
    _meetings(world)
    world.put("chain", "chain_a", CalendarDay.objects.create(day=SOON, is_working=False))
    for n, owner, chain, responsible in (
        (1, "department__chain_a", "chain_a", "department"),
        (2, "east__chain_b", "chain_b", "east"),
        (3, "firm_1", None, "firm_1"),
        (4, "firm_4__chain_b", "chain_b", "firm_4"),
        (5, "force_b__chain_b", "chain_b", "force_b"),
    ):
        text = mark("task", owner)
        task = Task.objects.create(
            code=f"DB-{n}", title=text, chain=cast.chains[chain] if chain else None, due_on=SOON, reply=text,
            responsible=cast.bodies[responsible], assigned_by=cast.secretary, assigned_by_body=cast.secretariat,
            assigned_at=timezone.now(),
        )  # fmt: skip
        world.put("task", owner, task)
        world.put("task", owner, _proof(task, name=f"{text}.pdf", by=cast.secretary))
    for n, owner, firm, chain, handler in (
        (1, "firm_1__department__east", "enterprise_1", "chain_a", "department"),
        (2, "firm_4__west", "enterprise_4", "chain_b", None),
    ):
        text = mark("request", owner)
        request = Request.objects.create(
            code=f"SQ-{n}", enterprise=cast.firms[firm], chain=cast.chains[chain], text=text, channel=text,
            received_on=DAY, handler=cast.bodies[handler] if handler else None, answer=text,
        )  # fmt: skip
        world.put("request", owner, request)
    for letter in "ab":
        of_visit = cast.chains[f"chain_{letter}"]
        visit = Visit.objects.create(
            chain=of_visit, enterprise=cast.enterprise_3, planned_on=SOON, purpose=mark("plan", f"chain_{letter}")
        )
        world.put("plan", f"chain_{letter}", visit)


def _meetings(world: World) -> None:
    cast = world.cast
    for n, owner, chain in ((1, "department", "chain_a"), (2, "west", "chain_b")):
        text = mark("meeting", owner)
        meeting = Meeting.objects.create(
            code=f"HY-{n}", title=text, chain=cast.chains[chain], held_on=DAY, kind="regular", summary=text, place=text
        )
        meeting.attendees.add(cast.bodies[owner])
        world.put("meeting", owner, meeting)
        decision = Decision.objects.create(meeting=meeting, number=1, text=text)
        world.put("meeting", owner, decision)


def _papers(world: World) -> None:
    cast = world.cast
    for letter in "ab":
        owner = f"chain_{letter}"
        briefing = Briefing.objects.create(
            code=f"CL-{letter}", kind="chain", title=mark("briefing", owner), chain=cast.chains[owner], as_of=DAY,
            issued_by=cast.clerk_a, issued_at=timezone.now(),
        )  # fmt: skip
        world.put("briefing", owner, briefing)
    for thing, owner, clerk in (
        ("ledger", "force_a", "clerk_a"),
        ("ledger", "force_b", "clerk_b"),
        ("secretbatch", "firm_1", "anchor_1"),
    ):
        text, ledger = mark(thing, owner), "teardown" if thing == "secretbatch" else "enterprises"
        batch = Batch.objects.create(
            code=f"PC-{owner}".replace("_", "-"), ledger=ledger, file_name=f"{text}.xlsx", sha256=digest(text),
            body=cast.bodies[owner], uploaded_by=cast.people[clerk], uploaded_at=timezone.now(), state="preview",
            is_confidential=thing == "secretbatch", acting=cast.people[clerk].acting,
        )  # fmt: skip
        row = StagedRow.objects.create(
            batch=batch, sheet="s", row_number=2, kind="new", raw={"name": text}, values={"name": text},
            subject_label=text,
        )  # fmt: skip
        world.put(thing, owner, batch)
        world.put(thing, owner, row)


def _collections(world: World) -> None:
    """Two forms out, each with what one district answered; nobody but the asked body and the asker reads it."""
    cast, now = world.cast, timezone.now()
    for n, district in enumerate(("east", "west"), start=1):
        text = mark("collection", district)
        asked = Collection.objects.create(
            code=f"SB-{n}", title=text, request=text, due_at=now, owner=cast.secretariat, opened_by=cast.secretary,
            opened_at=now, columns=[{"key": "x", "label": "x", "kind": "text"}],
        )  # fmt: skip
        world.put("collection", district, asked)
        answer = Submission.objects.create(collection=asked, body=cast.bodies[district], note=text)
        world.put("collection", district, answer)
        world.put(
            "collection", district, SubmissionRow.objects.create(submission=answer, position=1, values={"x": text})
        )


def _round(world: World) -> None:
    """A month both districts owe: each reads its own answer; who reads every project reads both."""
    cast, now = world.cast, timezone.now()
    asked = Collection.objects.create(
        code="YB-2026-11", title="月度调度", kind="month", period=DAY.replace(day=1), due_at=now, has_many_rows=True,
        owner=cast.secretariat, opened_by=cast.secretary, opened_at=now,
    )  # fmt: skip
    for district in ("east", "west"):
        answer = Submission.objects.create(collection=asked, body=cast.bodies[district], note=mark("round", district))
        world.put("round", district, answer)


def _people(world: World) -> None:
    cast = world.cast
    owners = {"anchor_1": "firm_1", "anchor_2": "firm_2", "sme": "firm_sme", "clerk_a": "force_a", "clerk_b": "force_b"}
    for name, owner in owners.items():
        person = cast.people[name]
        type(person).objects.filter(pk=person.pk).update(title=mark("person", owner), phone=f"1380000{person.pk:04d}")
        world.put("person", owner, person)
        appointment = Appointment.objects.get(person=person)
        Appointment.objects.filter(pk=appointment.pk).update(duties=mark("person", owner))
        world.put("person", owner, appointment)
        world.put("person", owner, cast.bodies[owner])
    for name in ("clerk_a", "clerk_b"):
        person, text = cast.people[name], mark("own", name)
        acting = Appointment.objects.get(person=person)
        world.put("own", name, Job.objects.create(
            kind="intake.read", asked_by=person, acting=acting, asked_at=timezone.now(), state="done", stage=text,
            failure=text,
        ))  # fmt: skip
        world.put("own", name, SavedView.objects.create(person=person, table="projects", name=text, query="q=1"))
        world.put("own", name, ApiToken.objects.create(
            person=person, appointment=acting, label=text, token_hash=digest(text), created_at=timezone.now(),
            expires_at=timezone.now() + dt.timedelta(days=1),
        ))  # fmt: skip
    clerk, colleague = (Appointment.objects.get(person=cast.people[name]) for name in ("clerk_a", "colleague_a"))
    owner = "clerk_a__colleague_a"
    visit = world.things[("plan", "chain_a")][-1]
    items = [
        {"kind": "visit", "key": str(visit.pk), "code": "", "title": mark("handover", owner), "due_on": "", "state": ""}
    ]
    handover = Handover.objects.create(outgoing=clerk, incoming=colleague, drawn_up_on=DAY, items=items)
    world.put("handover", owner, handover)
