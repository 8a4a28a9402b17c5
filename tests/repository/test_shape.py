"""The house's shape, and for each rule a planted fault that must turn it red."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.repository.checks import shape

Check = Callable[[Path], list[str]]
SHORT_ONES = "def g() -> None: ...\n" * 20
LONG_FUNCTION = SHORT_ONES + "def f() -> None:\n" + "    print()\n" * 60


@pytest.mark.parametrize(
    "check",
    [
        shape.check_module_names,
        shape.check_module_length,
        shape.check_function_length,
        shape.check_signals,
        shape.check_saves,
        shape.check_docstrings,
        shape.check_annotations,
    ],
    ids=lambda check: check.__name__,
)
def test_the_house_keeps_its_shape(check: Check, root: Path) -> None:
    assert check(root) == []


@pytest.mark.parametrize(
    ("check", "name", "source"),
    [
        (shape.check_module_names, "lianzhang/chains/helpers.py", ""),
        (shape.check_module_names, "lianzhang/core/models.py", ""),
        (shape.check_module_length, "lianzhang/chains/models.py", "x = 1\n" * 401),
        (shape.check_function_length, "lianzhang/chains/queries.py", LONG_FUNCTION),
        (shape.check_function_length, "lianzhang/a.py", "def f() -> None:\n" + "    print()\n" * 31),
        (shape.check_signals, "lianzhang/a.py", "from django.db.models.signals import post_save\n"),
        (shape.check_signals, "lianzhang/a.py", "from django.db.models import signals\n"),
        (shape.check_signals, "lianzhang/a.py", "from django.dispatch import receiver\n"),
        (shape.check_saves, "lianzhang/a/models.py", "class A:\n    def save(self): ...\n"),
        (shape.check_saves, "lianzhang/a/models/b.py", "class A:\n    def delete(self): ...\n"),
        (shape.check_docstrings, "chainlab/a.py", '"""A."""\n\ndef door(): ...\n'),
        (shape.check_docstrings, "lianzhang/a/actions.py", '"""A."""\n\ndef advance(): ...\n'),
        (shape.check_docstrings, "lianzhang/a/models.py", '"""A."""\n\nclass Project: ...\n'),
        (shape.check_docstrings, "lianzhang/a/frames.py", "x = 1\n"),
        (shape.check_annotations, "lianzhang/a.py", "def f(x) -> None: ...\n"),
        (shape.check_annotations, "lianzhang/a.py", "def f(x: int): ...\n"),
        (shape.check_annotations, "lianzhang/a.py", "class A:\n    def f(self, *rest) -> None: ...\n"),
    ],
)
def test_a_planted_fault_turns_it_red(check: Check, name: str, source: str, tmp_path: Path) -> None:
    plant(tmp_path, name, source)
    complaints = check(tmp_path)
    assert len(complaints) == 1
    assert name in complaints[0] or "nine of ten" in complaints[0]


def test_code_in_order_gives_no_complaint(tmp_path: Path) -> None:
    plant(tmp_path, "lianzhang/a/actions.py", '"""A."""\n\n\ndef advance(*, on: int) -> None:\n    """Advance."""\n')
    plant(tmp_path, "lianzhang/a/migrations/0001_initial.py", "x = 1\n" * 500)
    found = [check(tmp_path) for name, check in vars(shape).items() if name.startswith("check_")]
    assert found == [[]] * 7


def plant(root: Path, name: str, source: str) -> None:
    path = root / "src" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(source, encoding="utf-8")
