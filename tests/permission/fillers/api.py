"""The REST resources."""

from lianzhang.chains.models import Action, Gap, Segment, TargetList
from lianzhang.collecting.models import Collection, Submission
from lianzhang.projects.models import Event, MonthReport, Project
from lianzhang.registry.models import Enterprise
from lianzhang.resources.models import Site
from lianzhang.supervision.models import Meeting, Task
from tests.permission.fillers import Case, Filling, each
from tests.permission.marks import unfinished
from tests.permission.world import World


def fill(world: World) -> Filling:
    details = {
        "actions": each(world, "plan", Action, code="code"),
        "enterprises": each(world, "enterprise", Enterprise, code="code"),
        "segments": [
            *each(world, "map", Segment, code="pk"),
            *each(world, "draft", Segment, code="pk"),
        ],
        "gaps": each(world, "gap", Gap, code="code"),
        "target-lists": each(world, "target", TargetList, code="code"),
        "projects": each(world, "project", Project, code="code"),
        "meetings": each(world, "meeting", Meeting, code="code"),
        "tasks": each(world, "task", Task, code="code"),
        "collections": each(world, "collection", Collection, code="code"),
        "events": each(world, "event", Event, code="code"),
        "sites": each(world, "resource", Site, code="code"),
        "months": [Case({"code": "YB-2026-11"})],
        "leads": [Case({"code": "XM-1"})],
        "month-reports": each(world, "project", MonthReport, code="pk"),
        "schemes": [Case({"code": "test"})],
        "chains": [Case({"code": "test-a"}, ("chain", "chain_a")), Case({"code": "test-b"}, ("chain", "chain_b"))],
    }
    found: Filling = {"api:openapi-json": [Case()], "api:api-root": [Case()]}
    for name, cases in details.items():
        key = name.replace("-", "_")
        searches = sorted({f"q={unfinished(*case.subject)}" for case in cases if case.subject})
        found[f"api:list_{key}"] = [Case(), *(Case(query=query) for query in searches[:6])]
        found[f"api:get_{key}"] = cases
    answers = each(world, "round", Submission, code="collection__code", district="body__code")
    found["api:list_answers"] = details["months"]
    for name in ("get_answer", "save_rows", "hand_in_workbook", "submit_month", "recall_month"):
        found[f"api:{name}"] = answers
    for move in ("advance_project", "prove_project"):
        found[f"api:{move}"] = details["projects"]
    for move in ("sign_task", "add_evidence", "submit_task", "close_task", "return_task"):
        found[f"api:{move}"] = details["tasks"]
    return found
