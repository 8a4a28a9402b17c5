"""Projects, their stages and evidence, events and signings."""

from lianzhang.intake.models import Batch
from lianzhang.projects.models import Contest, Encounter, Event, Project, Signing, StageEntry, Supply
from lianzhang.trail.models import Proof
from tests.permission.fillers import Case, Filling, each
from tests.permission.world import DAY, World

PLAIN = [
    "list",
    "leads",
    "key",
    "board",
    "stages",
    "checks",
    "new",
    "events",
    "new_event",
    "contests",
    "new_contest",
    "gantt",
    "evidence_many",
    "signings",
    "met",
    "met_leads",
]
OF_PROJECT = [
    "project",
    "edit",
    "cell",
    "place",
    "precede",
    "money",
    "progress",
    "evidence",
    "advance",
    "correct",
    "transfer",
    "supply",
    "follow",
    "plan",
    "light",
    "diligence",
    "need",
    "sites",
    "drop_site",
    "introduce",
]


def fill(world: World) -> Filling:
    projects = each(world, "project", Project, code="code")
    events = each(world, "event", Event, code="code")
    contests = each(world, "project", Contest, code="code")
    chain = world.cast.chain_a.code
    met = each(world, "encounter", Encounter, code="event__code", pk="pk")
    entries = each(world, "project", StageEntry, code="project__code", pk="pk")
    return {
        **{f"projects:{name}": [Case()] for name in PLAIN},
        **{f"projects:{name}": projects for name in OF_PROJECT},
        "projects:evidence_sheet": each(world, "ledger", Batch, code="code"),
        "projects:recompute_funnel": [Case()],
        "projects:districts": [Case()],
        "projects:district": [Case({"code": "east"})],
        "projects:chain": [Case({"code": chain})],
        "projects:funnel": [Case(), Case(query=f"chain={chain}&district=west&year={DAY.year}", variant="scoped")],
        "projects:explain_funnel": [Case({"key": "fulfil_rate"}, query=f"chain={chain}&district=west")],
        "projects:funnel_rows": [Case({"what": "signed", "when": "2026"}), Case({"what": "came-in", "when": "2026"})],
        "projects:file": _files(world),
        "projects:check": entries,
        "projects:withdraw": entries,
        "projects:status": [Case({**c.kwargs, "verb": "hold"}, c.subject) for c in projects],
        "projects:flag": [Case({**c.kwargs, "name": "above_scale_on"}, c.subject) for c in projects],
        "projects:drop_supply": each(world, "project", Supply, code="project__code", pk="pk"),
        **{f"projects:{name}": events for name in ("event", "edit_event", "tie_signing")},
        **{f"projects:{name}": contests for name in ("contest", "withdraw_contest")},
        "projects:introductions": [Case()],
        "projects:conversion": [Case()],
        "projects:conversion_by": [Case({"by": "chain"}), Case({"by": "year"})],
        **{f"projects:{name}": events for name in ("new_met", "new_met_list")},
        **{f"projects:{name}": met for name in ("edit_met", "drop_met", "met_lead")},
        "projects:choose_site": [Case({**c.kwargs, "site": "ZT-A"}, c.subject) for c in projects],
        "projects:link_met": [Case({**c.kwargs, "project": "XM-1"}, c.subject) for c in met],
        "projects:untie_signing": each(world, "project", Signing, code="event__code", pk="pk"),
    }


def _files(world: World) -> list[Case]:
    """Every piece of evidence under its own project, and under another's address."""
    proofs = {proof.subject_id: (owner, proof) for owner, proof in world.of("project", Proof)}
    cases = []
    for owner, project in world.of("project", Project):
        _owner, proof = proofs[str(project.pk)]
        cases.append(Case({"code": project.code, "pk": proof.pk}, ("project", owner)))
    codes = [project.code for _owner, project in world.of("project", Project)]
    crossed = [
        Case({**case.kwargs, "code": code}, case.subject, variant=f"under {code}") for case in cases for code in codes
    ]
    return [*cases, *crossed]
