"""Forms that are out, what each body answers, the whole; monthly rounds."""

from lianzhang.collecting.models import Collection, Submission
from tests.permission.fillers import Case, Filling, each
from tests.permission.world import World

OF_ONE = ("one", "extend", "close", "whole", "sums")
OF_ANSWER = ("answer", "workbook", "upload", "marked", "submit")


def fill(world: World) -> Filling:
    collections = each(world, "collection", Collection, code="code")
    answers = each(world, "collection", Submission, code="collection__code", body="body__code")
    return {
        **{f"collecting:{name}": [Case()] for name in ("list", "new")},
        **{f"collecting:{name}": collections for name in OF_ONE},
        **{f"collecting:{name}": answers for name in OF_ANSWER},
        "collecting:move": [Case({**c.kwargs, "verb": "accept"}, c.subject) for c in answers],
    }
