"""Reading a checkout's sources the same way in every check."""

import ast
import subprocess
from collections.abc import Iterator
from pathlib import Path

Function = ast.FunctionDef | ast.AsyncFunctionDef


def modules(root: Path, *, folder: str = "src") -> list[Path]:
    """Our Python modules, migrations aside: those are written by a machine."""
    return [path for path in sorted((root / folder).rglob("*.py")) if "migrations" not in path.parts]


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def place(root: Path, path: Path, node: ast.AST | None = None) -> str:
    """`src/…/models.py:12`, as an editor opens it."""
    line = f":{node.lineno}" if node is not None and hasattr(node, "lineno") else ""
    return f"{path.relative_to(root).as_posix()}{line}"


def functions(module: ast.AST) -> Iterator[Function]:
    return (node for node in ast.walk(module) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def length(function: Function) -> int:
    """Lines from `def` to the end, decorators aside, as a reader scrolls."""
    return (function.end_lineno or function.lineno) - function.lineno + 1


def dotted(node: ast.AST) -> str:
    """`a.b.c` of an attribute chain; an empty part where it starts with a call."""
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def tracked(root: Path) -> list[Path]:
    """Files git tracks or would track; every file where `root` is no checkout (a seeded failure's little tree)."""
    asked = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    told = subprocess.run(asked, cwd=root, capture_output=True, text=True, check=False)
    if not (root / ".git").exists() or told.returncode:
        return [path for path in sorted(root.rglob("*")) if path.is_file()]
    return [root / name for name in sorted(told.stdout.split("\0")) if name and (root / name).is_file()]
