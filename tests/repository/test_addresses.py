"""Locks name no registry and files no machine of ours; planted addresses are found."""

from pathlib import Path

import pytest

from tests.repository.checks import addresses

DIGEST = " \\\n    --hash=sha256:" + "0" * 64 + "\n"


def test_lock_files_name_no_address(root: Path) -> None:
    assert addresses.check_locks(root) == []


def test_no_file_names_a_machine(root: Path) -> None:
    assert addresses.check_machines(root) == []


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("requirements.lock", "--index-url https:" + "//registry.example/simple\ndjango==5.2" + DIGEST),
        ("requirements.lock", "django @ git+ssh:" + "//git@example/django" + DIGEST),
        ("requirements.lock", "django==5.2\n"),
        ("frontend/package-lock.json", '{"integrity": "sha512-x", "resolved": "https:' + '//registry.example/a.tgz"}'),
    ],
)
def test_an_address_or_a_missing_digest_in_a_lock_is_found(name: str, content: str, tmp_path: Path) -> None:
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text(content)
    [complaint] = addresses.check_locks(tmp_path)
    assert complaint.startswith(name)


@pytest.mark.parametrize(
    "content",
    [
        "open('/" + "work/main/a')",
        "see /" + "root/notes",
        "/" + "home/someone/x",
        "pip install -i https://" + "pypi" + ".org/simple",
        "ssh 192" + ".168.1.20",
        "at 10" + ".20.30.40:5432",
        "http:/" + "/build.internal/x",
    ],
)
def test_a_machine_of_ours_is_found(content: str, tmp_path: Path) -> None:
    (tmp_path / "notes.md").write_text(content)
    [complaint] = addresses.check_machines(tmp_path)
    assert complaint.startswith("notes.md")


@pytest.mark.parametrize("content", ["version 10.9.9", "the /workbench", "127.0.0.1:8000", "a/work/b", "2,234 / 311"])
def test_what_only_looks_like_one_is_left_alone(content: str, tmp_path: Path) -> None:
    (tmp_path / "notes.md").write_text(content)
    assert addresses.check_machines(tmp_path) == []
