"""No dependency without a reason."""

import json
from pathlib import Path

import pytest

from tests.repository.checks import reasons


def test_every_direct_dependency_has_its_reason(root: Path) -> None:
    assert reasons.check_dependencies(root) == []


@pytest.mark.parametrize(
    ("project", "package", "missing"),
    [
        ('[project]\ndependencies = ["django>=5", "celery[redis]>=5"]', {}, "celery"),
        ('[project]\n[project.optional-dependencies]\nx = ["pyspark"]', {}, "pyspark"),
        ('[project]\n[dependency-groups]\ndev = ["pytest-ponies>=1"]', {}, "pytest-ponies"),
        ("[project]", {"dependencies": {"left-pad": "1"}}, "left-pad"),
        ("[project]", {"devDependencies": {"@scope/tool": "1"}}, "@scope/tool"),
    ],
)
def test_a_dependency_without_a_reason_is_found(project: str, package: object, missing: str, tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "decisions.md").write_text("django: the system. pytest and ponies are not pytest-anything.")
    (tmp_path / "pyproject.toml").write_text(project)
    (tmp_path / "frontend").mkdir()
    (tmp_path / "frontend" / "package.json").write_text(json.dumps(package))
    assert reasons.check_dependencies(tmp_path) == [f"{missing}: no line in docs/decisions.md"]
