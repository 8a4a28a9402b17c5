"""Forms that are out, what each body answers, the whole; monthly rounds."""

from lianzhang.collecting.models import Collection, Submission
from lianzhang.projects.models import MonthReport
from tests.permission.fillers import Case, Filling, each
from tests.permission.world import World

OF_ONE = ("one", "extend", "close", "whole", "sums", "workbooks", "hand_in")
OF_ANSWER = ("answer", "workbook", "upload", "marked", "submit")
OF_ROUND = ("one", "rows", "extend", "close", "write", "workbooks", "hand_in")
ROUND = "YB-2026-11"


def fill(world: World) -> Filling:
    collections = each(world, "collection", Collection, code="code")
    answers = each(world, "collection", Submission, code="collection__code", body="body__code")
    months = each(world, "round", Submission, code="collection__code", body="body__code")
    rows = [
        Case({"code": ROUND, "project": report.project.code}, ("project", owner))
        for owner, report in world.of("project", MonthReport)
    ]
    return {
        **{f"collecting:{name}": [Case()] for name in ("list", "new")},
        **{f"collecting:{name}": collections for name in OF_ONE},
        **{f"collecting:{name}": answers for name in OF_ANSWER},
        "collecting:move": [Case({**c.kwargs, "verb": "accept"}, c.subject) for c in answers],
        **{f"rounds:{name}": [Case()] for name in ("list", "new")},
        **{f"rounds:{name}": [Case({"code": ROUND})] for name in OF_ROUND},
        "rounds:check": [Case({"code": ROUND, "verdict": "pass"})],
        **{f"rounds:{name}": months for name in (*OF_ANSWER, "recall")},
        **{f"rounds:{name}": rows for name in ("row", "photo", "correct")},
    }
