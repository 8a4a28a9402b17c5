"""Data walks one way: the contracts hold, and each planted import against the current is found."""

import shutil
from pathlib import Path

import pytest

from tests.repository.checks import directions


def test_every_import_goes_down(root: Path) -> None:
    assert directions.check_directions(root) == []


@pytest.mark.parametrize(
    ("name", "source", "contract"),
    [
        ("lianzhang/trail/a.py", "import lianzhang.accounts\n", "one way"),
        ("lianzhang/projects/a.py", "import lianzhang.supervision\n", "one way"),
        ("lianzhang/chains/a.py", "import lianzhang.web\n", "one way"),
        ("lianzhang/web/a.py", "import lianzhang.api\n", "one way"),
        ("lianzhang/records/a.py", "def f():\n    import lianzhang.tables\n", "one way"),
        ("chainlab/a.py", "import lianzhang.trail\n", "no database"),
        ("chainlab/a.py", "def f():\n    from django.db import models\n", "no database"),
    ],
)
def test_an_import_against_the_current_is_found(
    name: str, source: str, contract: str, root: Path, tmp_path: Path
) -> None:
    (empty_house(root, tmp_path) / name).write_text(source)
    broken = directions.check_directions(tmp_path, config=root / "pyproject.toml")
    assert contract in broken[0]


def test_two_modules_that_import_each_other_are_found(root: Path, tmp_path: Path) -> None:
    source = empty_house(root, tmp_path)
    (source / "lianzhang/chains/a.py").write_text("import lianzhang.chains.b\n")
    (source / "lianzhang/chains/b.py").write_text("import lianzhang.chains.a\n")
    broken = directions.check_directions(tmp_path, config=root / "pyproject.toml")
    assert "import each other" in broken[0]


def test_a_new_package_must_be_placed(root: Path, tmp_path: Path) -> None:
    package = empty_house(root, tmp_path) / "lianzhang" / "weather"
    package.mkdir()
    (package / "__init__.py").write_text("")
    found = directions.check_directions(tmp_path, config=root / "pyproject.toml")
    assert found
    assert "weather" in "".join(found)


def test_the_empty_house_is_in_order(root: Path, tmp_path: Path) -> None:
    empty_house(root, tmp_path)
    assert directions.check_directions(tmp_path, config=root / "pyproject.toml") == []


def empty_house(root: Path, folder: Path) -> Path:
    """The packages of the house with nothing in them; the folder that holds them."""
    source = folder / "src"
    for package in (root / "src").glob("**/__init__.py"):
        parts = package.relative_to(root / "src").parts
        if len(parts) <= 3 and "__pycache__" not in parts:
            (source / Path(*parts[:-1])).mkdir(parents=True, exist_ok=True)
            (source / Path(*parts)).write_text("")
    shutil.rmtree(source / "__pycache__", ignore_errors=True)
    return source
