"""Ledgers and one-pagers."""

from lianzhang.briefings.models import Briefing
from lianzhang.intake.models import Batch
from lianzhang.registry.models import Enterprise
from tests.permission.fillers import Case, Filling, each
from tests.permission.fillers.chains import CHAINS
from tests.permission.world import World

SHEETS = [
    ("enterprises", "enterprises"),
    ("teardown", "purchases"),
    ("key_projects", "projects"),
    ("plan_actions", "actions"),
    ("leads", "leads"),
]

ROWS = ("new", "moves", "expected", "requests_new", "tasks_new")


def fill(world: World) -> Filling:
    batches = [*each(world, "ledger", Batch, code="code"), *each(world, "secretbatch", Batch, code="code")]
    briefings = each(world, "briefing", Briefing, code="code")
    ledgers = [Case({"key": key}) for key in ("enterprises", "teardown", "key_projects", "plan_actions", "leads")]
    # The whole within reach, and what somebody asks of another's chain: no row of it may be told to whom it is not for.
    periods = [Case({"kind": kind}) for kind in ("week", "month")]
    moves = ["batch", "marked", "decide", "decide_many", "settle", "choose", "choose_all"]
    moves += ["apply", "undo", "retry", "abandon"]
    return {
        "intake:list": [Case()],
        **{f"intake:{name}": batches for name in moves},
        **{f"intake:{name}": ledgers for name in ("ledger", "months", "template", "export")},
        "intake:export_csv": [Case({"key": key, "sheet": sheet}) for key, sheet in SHEETS],
        "briefings:list": [Case()],
        "briefings:chain": CHAINS,
        "briefings:issue_chain": CHAINS,
        "briefings:firm": each(world, "enterprise", Enterprise, code="code"),
        "briefings:meeting": [Case({"scheme": "test"})],
        "briefings:period": periods,
        "briefings:period_issue": periods,
        "briefings:period_rows": [
            Case({**case.kwargs, "key": key}, query=case.query) for case in periods for key in ROWS
        ],
        "briefings:inspection": [Case()],
        "briefings:inspection_file": [Case({"pk": 0})],
        "briefings:briefing": briefings,
        "briefings:download": briefings,
    }
