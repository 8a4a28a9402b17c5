"""Style and types: the checkers themselves turn red on a planted fault, with our own configuration."""

import subprocess
import sys
from pathlib import Path

import pytest

BIN = Path(sys.executable).parent


@pytest.mark.parametrize(
    ("fault", "rule"),
    [
        ("import os\n", "F401"),
        ("def f(x=[]):\n    return x\n", "B006"),
        ("try:\n    x = 1\nexcept Exception:\n    x = 2\n", "BLE001"),
        ("import datetime\n\nx = datetime.datetime.now()\n", "DTZ005"),
        ("import subprocess\n\nsubprocess.run('ls', shell=True, check=True)\n", "S602"),
        ("print('x')\n", "T201"),
        ("x = open('a')\n", "PTH123"),
    ],
)
def test_the_linter_finds_a_planted_fault(fault: str, rule: str, root: Path) -> None:
    told = subprocess.run(
        [BIN / "ruff", "check", "--no-cache", "--stdin-filename", "src/lianzhang/chains/planted.py", "-"],
        input=fault,
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 1
    assert rule in told.stdout


@pytest.mark.slow
@pytest.mark.parametrize(
    "fault",
    [
        "def f(x):\n    return x\n",
        "def f(x: int) -> str:\n    return x\n",
        "from chainlab import network\n\nnetwork.nothing_of_this_name()\n",
    ],
)
def test_the_type_checker_finds_a_planted_fault(fault: str, root: Path, tmp_path: Path) -> None:
    (tmp_path / "planted.py").write_text(fault)
    told = subprocess.run(
        [BIN / "mypy", "--config-file", "pyproject.toml", "--cache-dir", tmp_path / "cache", tmp_path / "planted.py"],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 1
    assert "planted.py" in told.stdout
