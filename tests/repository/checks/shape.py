"""Size, names and doors: a reader who lists the tree has read the design."""

import ast
from pathlib import Path

from tests.repository.checks import sources

LONGEST_MODULE = 400
LONGEST_FUNCTION = 60
USUAL_FUNCTION = 30  # nine of ten are no longer
DRAWERS = frozenset(
    {"utils", "util", "helpers", "helper", "common", "core", "misc", "base", "lib", "services", "extras"}
)
SIGNALS = ("django.db.models.signals", "django.dispatch")


def check_module_names(root: Path) -> list[str]:
    """No drawer: a function without a home is a missing noun."""
    return [
        f"{sources.place(root, path)}: a drawer has no meaning; name the noun"
        for path in sources.modules(root)
        if path.stem in DRAWERS or DRAWERS & set(path.relative_to(root).parts[:-1])
    ]


def check_module_length(root: Path) -> list[str]:
    counted = [(path, path.read_text(encoding="utf-8").count("\n")) for path in sources.modules(root)]
    return [
        f"{sources.place(root, path)}: {count} lines, at most {LONGEST_MODULE}"
        for path, count in counted
        if count > LONGEST_MODULE
    ]


def check_function_length(root: Path) -> list[str]:
    """None over sixty lines, nine of ten within thirty."""
    measured = [
        (sources.length(function), f"{sources.place(root, path, function)} {function.name}")
        for path in sources.modules(root)
        for function in sources.functions(sources.tree(path))
    ]
    found = [
        f"{where}: {count} lines, at most {LONGEST_FUNCTION}" for count, where in measured if count > LONGEST_FUNCTION
    ]
    counts = sorted(count for count, _ in measured)
    if counts and (ninth := counts[int(0.9 * (len(counts) - 1))]) > USUAL_FUNCTION:
        found.append(f"nine of ten functions should be within {USUAL_FUNCTION} lines; the ninth has {ninth}")
    return found


def check_signals(root: Path) -> list[str]:
    """No model signals: what happens on a change stands in the action that makes it."""
    found = []
    for path in sources.modules(root):
        for node in ast.walk(sources.tree(path)):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(SIGNALS):
                found.append(f"{sources.place(root, path, node)}: imports {node.module}; write it in the action")
            elif isinstance(node, ast.ImportFrom) and node.module == "django.db.models":
                found += [
                    f"{sources.place(root, path, node)}: imports signals; write it in the action"
                    for name in node.names
                    if name.name == "signals"
                ]
    return found


def check_saves(root: Path) -> list[str]:
    """No model overrides `save` or `delete`: a bulk write would pass it by."""
    return [
        f"{sources.place(root, path, method)}: {kind.name}.{method.name} is overridden; use an action"
        for path in sources.modules(root)
        if path.name == "models.py" or "models" in path.parts
        for kind in ast.walk(sources.tree(path))
        if isinstance(kind, ast.ClassDef)
        for method in kind.body
        if isinstance(method, ast.FunctionDef) and method.name in {"save", "delete"}
    ]


def check_docstrings(root: Path) -> list[str]:
    """Modules say what they are for; doors others call by name, and records, say what they take, give and mean."""
    found = []
    for path in sources.modules(root):
        module = sources.tree(path)
        if path.name not in {"__init__.py", "apps.py"} and not ast.get_docstring(module):
            found.append(f"{sources.place(root, path)}: the module says nothing of what it is for")
        if not speaks(root, path):
            continue
        found += [
            f"{sources.place(root, path, node)}: {node.name} has no docstring"
            for node in module.body
            if isinstance(node, ast.FunctionDef | ast.ClassDef)
            and not node.name.startswith("_")
            and not node.name.endswith(("QuerySet", "Manager"))
            and not ast.get_docstring(node)
        ]
    return found


def speaks(root: Path, path: Path) -> bool:
    """Whether others call into this module by name: the doors of chainlab, actions, queries, rules and stages."""
    is_door = path.stem in {"actions", "queries", "rules", "stages", "models"}
    return is_door or "chainlab" in path.relative_to(root).parts


def check_annotations(root: Path) -> list[str]:
    """Every function of ours is annotated whole; mypy checks what the annotations say, this that they are there."""
    return [
        f"{sources.place(root, path, function)}: {function.name} is not annotated whole"
        for path in sources.modules(root)
        for function in sources.functions(sources.tree(path))
        if not is_annotated(function)
    ]


def is_annotated(function: sources.Function) -> bool:
    arguments = function.args
    named = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg]
    wanted = [a for a in named if a is not None and a.arg not in {"self", "cls"}]
    return function.returns is not None and all(a.annotation is not None for a in wanted)
