"""Schemes, chains, plans, maps, gaps, target lists, teardowns, resources, indicators."""

from lianzhang.chains.models import (
    Action,
    Anchor,
    CandidateProposal,
    Consultation,
    Gap,
    Result,
    Snapshot,
    TargetLine,
    TargetList,
    WorkingGroup,
)
from lianzhang.indicators.models import Figure
from lianzhang.resources.models import Resource, Site
from lianzhang.trail.models import Proof
from tests.permission.fillers import Case, Filling, each
from tests.permission.world import World

CHAINS = [Case({"code": f"test-{x}"}, ("chain", f"chain_{x}")) for x in "ab"]


OF_CHAIN = ("chain", "chain_plan", "add_action", "chain_resources", "chain_history")
OF_GAP = (
    *("gap", "supply", "cell", "confirm", "revise", "dismiss", "reopen", "review", "start", "close", "prove"),
    *("file_opinion", "consult"),
)
FIGURES = ("covered", "objective")


def with_year(cases: list[Case]) -> list[Case]:
    return [Case({**case.kwargs, "year": year}, case.subject) for case in cases for year in (2025, 2026)]


def fill(world: World) -> Filling:
    actions = each(world, "plan", Action, code="code")
    gaps = each(world, "gap", Gap, code="code")
    asked = each(world, "consult", Consultation, pk="pk")
    lists = each(world, "target", TargetList, code="code")
    proposals = each(world, "target", CandidateProposal, code="code")
    of_chains = [Case({"chain": case.kwargs["code"]}, case.subject) for case in CHAINS]
    figures = each(world, "figure", Figure, pk="pk")
    resources = each(world, "resource", Resource, code="code")
    sites = each(world, "resource", Site, code="code")
    moves = [
        "action",
        "report_action",
        "prove_action",
        "complete_action",
        "light_action",
        "edit_action",
        "action_cell",
        "reopen_action",
    ]
    return {
        "chains:list": [Case()],
        "home": [Case()],
        "chains:city": [Case()],
        "chains:sections": [Case()],
        "chains:city_of": [Case({"scheme": "test"}), Case({"scheme": "test", "year": 2026})],
        "chains:plan_actions": [Case(), Case(query="year=2026")],
        "chains:entrust_actions": [Case()],
        **{f"chains:{name}": actions for name in moves},
        "chains:scheme": [Case({"code": "test"})],
        "chains:new_scheme": [Case()],
        **{
            f"chains:{name}": [Case({"code": "test"})]
            for name in ("mapping", "confirm_mappings", "edit_scheme", "confirm_scheme", "new_chain", "propose_mapping")
        },
        "chains:end_anchor": each(world, "chain", Anchor, pk="pk"),
        "chains:edit_result": each(world, "plan", Result, pk="pk"),
        **{f"chains:{name}": CHAINS for name in (*OF_CHAIN, "edit_chain", "name_anchor", "add_result", "new_group")},
        **{
            f"chains:{name}": each(world, "chain", WorkingGroup, pk="pk")
            for name in ("group", "edit_group", "end_group")
        },
        "chains:explain_results": with_year(CHAINS),
        "chains:explain_plan": with_year(CHAINS),
        **{f"gaps:{name}": [Case()] for name in ("list", "confirm_many", "entrust_many", "stages")},
        **{f"gaps:{name}": gaps for name in OF_GAP},
        **{f"gaps:{name}": asked for name in ("consultation", "withdraw_consultation")},
        "gaps:file": [
            Case({"code": "QK-b", "pk": proof.pk}, ("gap", owner)) for owner, proof in world.of("gap", Proof)
        ],
        "targets:list": [Case()],
        "targets:new": [Case(), Case(query="chain=test-a"), Case(query="chain=test-b")],
        **{f"targets:{name}": lists for name in ("target", "approve", "became", "compare", "open_leads")},
        "targets:explain": [
            Case({**case.kwargs, "figure": figure}, case.subject)
            for case in lists
            for figure in ("covered", "objective")
        ],
        "targets:edition": [
            Case({**case.kwargs, "edition": edition}, case.subject, query=query)
            for case in lists
            for edition in ("working", "meeting", "outreach")
            for query in ("", "format=xlsx")
        ],
        **{f"targets:{name}": of_chains for name in ("candidates", "propose")},
        "targets:candidate": [Case({**case.kwargs, "code": "QY-乙"}, case.subject) for case in of_chains],
        **{f"targets:{name}": proposals for name in ("correct", "identify", "withdraw")},
        "targets:line": _lines(world),
        "targets:open_lead": _lines(world),
        "teardowns:list": [Case()],
        **{
            f"teardowns:{name}": CHAINS
            for name in ("chain", "analyse", "shared", "tree", "shares", "compare", "suppliers")
        },
        "teardowns:snapshot": [
            Case({"code": snapshot.chain.code, "snapshot": snapshot.pk}, ("chain", "chain_a"))
            for snapshot in Snapshot.objects.select_related("chain")
        ],
        "teardowns:explain": [
            Case({**case.kwargs, "figure": figure}, case.subject) for case in CHAINS for figure in ("amount", "local")
        ],
        "teardowns:uses": [Case({**case.kwargs, "part_code": "P1"}, case.subject) for case in CHAINS],
        "teardowns:part": [Case({**case.kwargs, "part_code": "P1"}, case.subject) for case in CHAINS],
        "resources:list": [Case()],
        "resources:new": [Case()],
        "resources:resource": resources,
        "resources:edit": resources,
        "resources:sites": [Case()],
        "resources:new_site": [Case()],
        **{f"resources:{name}": sites for name in ("site", "edit_site", "report_site")},
        "indicators:list": [Case()],
        "indicators:definitions": [Case()],
        "indicators:new": [Case()],
        "indicators:edit": figures,
        "indicators:figure": figures,
        "indicators:explain": figures,
    }


def _lines(world: World) -> list[Case]:
    return [
        Case({"code": listed.code, "position": line.position}, ("target", owner))
        for owner, listed in world.of("target", TargetList)
        for line in TargetLine.objects.filter(target_list=listed)
    ]
