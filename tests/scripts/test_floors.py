"""Coverage falls short where it falls short, and nowhere else."""

import json
from pathlib import Path
from typing import Any

from scripts import floors


def entry(covered: int, lines: int, *, branches: int = 0, taken: int = 0) -> dict[str, Any]:
    possible = lines + branches
    return {
        "summary": {
            "num_statements": lines,
            "covered_lines": covered,
            "missing_lines": lines - covered,
            "num_branches": branches,
            "covered_branches": taken,
            "percent_covered": 100 * (covered + taken) / possible,
        },
        "missing_lines": list(range(covered, lines)),
        "missing_branches": [[1, 2]] * (branches - taken),
    }


def judge(tmp_path: Path, files: dict[str, Any]) -> list[str]:
    (tmp_path / "coverage.json").write_text(json.dumps({"files": files}))
    guarded = {"src/lianzhang/trail/": 100.0, "src/lianzhang/intake/": 90.0}
    return floors.complaints(tmp_path / "coverage.json", guarded=guarded, elsewhere=95.0)


def test_a_guarded_part_is_held_to_a_floor_of_its_own(tmp_path: Path) -> None:
    [complaint] = judge(tmp_path, {"src/lianzhang/trail/chain.py": entry(10, 10, branches=4, taken=3)})
    assert complaint.startswith("src/lianzhang/trail/: 92.9 %, must be 100")


def test_a_part_is_judged_as_a_whole_and_not_beside_others(tmp_path: Path) -> None:
    files = {"src/lianzhang/intake/a.py": entry(85, 100), "src/lianzhang/intake/b.py": entry(100, 100)}
    assert judge(tmp_path, files) == []
    [complaint] = judge(tmp_path, {**files, "src/lianzhang/intake/c.py": entry(50, 100)})
    assert complaint.startswith("src/lianzhang/intake/: 78.3 %")


def test_elsewhere_most_is_enough(tmp_path: Path) -> None:
    assert judge(tmp_path, {"src/lianzhang/web/a.py": entry(96, 100)}) == []


def test_elsewhere_too_little_names_the_files_furthest_behind(tmp_path: Path) -> None:
    [complaint] = judge(tmp_path, {"src/lianzhang/web/a.py": entry(90, 100), "src/chainlab/b.py": entry(99, 100)})
    assert "94.5 %" in complaint
    assert complaint.index("web/a.py") < complaint.index("chainlab/b.py")


def test_a_report_of_nothing_is_no_pass(tmp_path: Path) -> None:
    assert judge(tmp_path, {}) == ["coverage measured no file at all"]
