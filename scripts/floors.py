"""How much of the code the tests must have been through, by part; read from coverage's own JSON report.

python -m scripts.floors .cache/coverage.json
"""

import json
import sys
from collections import defaultdict
from pathlib import Path

# Lines and branches together, in per cent. The aim is 100 for the parts that guard rights, the trail, the intake and
# the stages, and 95 elsewhere. A floor is where the tests stand; it is raised when they do, and never lowered. Those
# at 99.5 stand at 100 and leave room for what a killed worker does not write.
AIM_GUARDED, AIM_ELSEWHERE = 100.0, 95.0
GUARDED = {
    "src/lianzhang/trail/": 99.5,
    "src/lianzhang/records/": 99.5,
    "src/lianzhang/accounts/rules.py": 100.0,
    "src/lianzhang/intake/": 98.0,
    "src/lianzhang/projects/stages.py": 100.0,
    "src/lianzhang/web/access.py": 100.0,
}
ELSEWHERE = 95.0


def complaints(report: Path, *, guarded: dict[str, float] | None = None, elsewhere: float = ELSEWHERE) -> list[str]:
    """Which part falls below its floor, and which of its files are furthest behind."""
    files = json.loads(report.read_text())["files"]
    if not files:
        return ["coverage measured no file at all"]
    floors = GUARDED if guarded is None else guarded
    parts = {part: {name: entry for name, entry in files.items() if name.startswith(part)} for part in floors}
    rest = {name: entry for name, entry in files.items() if not name.startswith(tuple(floors))}
    judged = [(part, inside, floors[part]) for part, inside in parts.items()] + [("the rest", rest, elsewhere)]
    return [complaint for part, inside, floor in judged if inside for complaint in below(part, inside, floor)]


def below(part: str, files: dict[str, dict[str, dict[str, int]]], floor: float) -> list[str]:
    """The complaint about one part, if it has one; every part's figure is printed, so that a floor can be raised."""
    ratio = percent([entry["summary"] for entry in files.values()])
    print(f"coverage of {part}: {ratio:.1f} % (floor {floor:.0f})")
    if ratio >= floor:
        return []
    return [f"{part}: {ratio:.1f} %, must be {floor:.0f}; furthest behind: {', '.join(furthest(files))}"]


def percent(summaries: list[dict[str, int]]) -> float:
    """Lines and branches covered, in per cent of all of them."""
    possible = sum(s["num_statements"] + s.get("num_branches", 0) for s in summaries)
    covered = sum(s["covered_lines"] + s.get("covered_branches", 0) for s in summaries)
    return 100.0 * covered / possible if possible else 100.0


def furthest(files: dict[str, dict[str, dict[str, int]]]) -> list[str]:
    """The files with most lines missing, so that the reader knows where to begin."""
    lost: dict[str, int] = defaultdict(int)
    for name, entry in files.items():
        lost[name] += entry["summary"]["missing_lines"]
    return [f"{name} ({count})" for name, count in sorted(lost.items(), key=lambda pair: -pair[1])[:6]]


if __name__ == "__main__":
    found = complaints(Path(sys.argv[1]))
    print("\n".join(found))
    sys.exit(1 if found else 0)
