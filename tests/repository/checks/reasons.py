"""Every direct dependency has its line in the decisions: why it is there, and who keeps it."""

import json
import re
import tomllib
from pathlib import Path

NAME = re.compile(r"^[A-Za-z0-9._-]+")


def check_dependencies(root: Path) -> list[str]:
    """Direct dependencies that `docs/decisions.md` does not name."""
    text = (root / "docs" / "decisions.md").read_text(encoding="utf-8")
    named = set(re.findall(r"[@\w][\w./-]*\w", text))
    return [f"{name}: no line in docs/decisions.md" for name in sorted(direct(root)) if name not in named]


def direct(root: Path) -> set[str]:
    """What `pyproject.toml` and the front end's `package.json` ask for by name."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    asked = [*project["project"].get("dependencies", [])]
    for group in (project["project"].get("optional-dependencies", {}), project.get("dependency-groups", {})):
        asked += [line for lines in group.values() for line in lines]
    found = {match[0].lower() for line in asked if (match := NAME.match(line))}
    package = root / "frontend" / "package.json"
    if package.exists():
        content = json.loads(package.read_text(encoding="utf-8"))
        found |= {*content.get("dependencies", {}), *content.get("devDependencies", {})}
    return found
