"""Time is an argument: a rule that reads the clock cannot be tried on the day it is about."""

import ast
from pathlib import Path

from tests.repository.checks import sources

CLOCKS = ("date.today", "datetime.now", "datetime.utcnow", "datetime.today", "timezone.now", "time.time")
# Calls that read the clock only when nothing is given.
BARE = ("timezone.localdate", "timezone.localtime")
# Where the day comes in from outside: requests, commands, workers. What is inside these takes `today` or `now`.
EDGES = ("web", "api", "cli", "config", "jobs", "demo", "management")
# A file beside the edges that may look at the clock, and why.
ALLOWED = {
    "src/lianzhang/accounts/models.py": "which post a person acts in when nobody said which",
    "src/lianzhang/chains/sheets/candidates.py": "whether a source is dated after the day it is handed in",
    "src/lianzhang/projects/days.py": "whether a day told as past has come when its workbook is handed in",
    "src/lianzhang/registry/actions/enterprises.py": "when a clerk confirms a name is the system's own statement",
    "src/lianzhang/registry/models/grants.py": "whether a grant is in force for the person looking now",
    "src/lianzhang/registry/sheets/years.py": "whether a year lies ahead of the day its workbook is handed in",
    "src/lianzhang/trail/evidence.py": "when a file came in is the system's own statement, not the uploader's",
    "src/lianzhang/trail/actions.py": "an event's instant is the writer's own, so that no caller can date it back",
}


def check_clocks(root: Path, *, allowed: dict[str, str] | None = None) -> list[str]:
    """Logic that reads the clock, and exceptions nobody needs any more."""
    exceptions = ALLOWED if allowed is None else allowed
    readers = {
        path.relative_to(root).as_posix(): reads
        for path in sources.modules(root)
        if not is_edge(root, path) and (reads := clock_reads(path))
    }
    found = [
        f"{name}:{line}: reads the clock ({call}); take `today` or `now`"
        for name, reads in readers.items()
        if name not in exceptions
        for line, call in reads
    ]
    return found + [f"{name}: need not be excepted, it reads no clock" for name in exceptions if name not in readers]


def is_edge(root: Path, path: Path) -> bool:
    parts = path.relative_to(root).parts
    return bool(set(EDGES) & set(parts[:-1])) or path.stem == "jobs"


def clock_reads(path: Path) -> list[tuple[int, str]]:
    calls = [node for node in ast.walk(sources.tree(path)) if isinstance(node, ast.Call)]
    return [(call.lineno, sources.dotted(call.func)) for call in calls if is_clock(call)]


def is_clock(call: ast.Call) -> bool:
    name = ".".join(sources.dotted(call.func).split(".")[-2:])
    return name in CLOCKS or (name in BARE and not call.args and not call.keywords)


def check_moments(root: Path) -> list[str]:
    """Instants put into words as they are stored: eight hours early, and a day early before eight in the morning."""
    return [
        f"{path.relative_to(root).as_posix()}:{node.lineno}: writes {name} in UTC; take timezone.localtime"
        for path in sources.modules(root)
        for node in ast.walk(sources.tree(path))
        if isinstance(node, ast.FormattedValue) and (name := _moment(node))
    ]


def _moment(node: ast.FormattedValue) -> str:
    """The stored instant a part of a text formats; empty for anything else."""
    if not isinstance(node.format_spec, ast.JoinedStr):
        return ""
    spec = "".join(str(part.value) for part in node.format_spec.values if isinstance(part, ast.Constant))
    name = sources.dotted(node.value)
    return name if "%" in spec and name.split(".")[-1].endswith("_at") else ""
