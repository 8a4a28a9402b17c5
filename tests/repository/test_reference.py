"""The documents say what the code does: pages made from it are current, examples run, links lead somewhere."""

import doctest
import re
from pathlib import Path

import pytest

from scripts import reference

LINK = re.compile(r"\[[^\]]*\]\(([^)\s#]+)(?:#[^)]*)?\)")
MADE = (
    "docs/reference/workbooks.md",
    "docs/reference/roles.md",
    "docs/reference/rest.md",
    "docs/reference/commands.md",
)


@pytest.fixture(scope="module")
def pages() -> dict[Path, str]:
    return reference.pages()


@pytest.mark.parametrize("name", [*MADE, "README.md", "README.zh-Hans.md"])
def test_a_page_made_from_the_code_is_current(pages: dict[Path, str], root: Path, name: str) -> None:
    made, kept = pages[Path(name)], (root / name).read_text(encoding="utf-8")
    assert made == kept, f"{name} is out of date: python scripts/reference.py"


def test_every_column_of_every_workbook_stands_in_the_reference(pages: dict[Path, str]) -> None:
    from chainlab.sheets import layouts

    page = pages[Path("docs/reference/workbooks.md")]
    headers = [field.header_zh for one in layouts.all() for sheet in one.sheets for field in sheet.fields]
    assert [header for header in headers if f"| {header}" not in page] == []


def test_a_peer_that_is_faster_stands_in_bold(root: Path) -> None:
    words = reference.WORDS["README.md"]
    bold = [
        line for line in reference.benchmark_table(words).splitlines()[2:] if re.search(r"\| \*\*[\d.e-]+\*\*", line)
    ]
    cases = {line.split("|")[1] for line in bold}
    assert len(cases) == len(bold), "one fastest way in each case"
    assert any("ours" not in line for line in bold), "the kept run has cases that a peer wins"


def test_the_examples_of_the_python_reference_run(root: Path) -> None:
    found = doctest.testfile(str(root / "docs" / "reference" / "python.md"), module_relative=False, encoding="utf-8")
    assert found.attempted > 10
    assert found.failed == 0


def test_every_link_between_documents_leads_somewhere(root: Path) -> None:
    pages = [*root.glob("*.md"), *(root / "docs").rglob("*.md")]
    broken = [
        f"{page.relative_to(root)}: {target}"
        for page in pages
        for target in LINK.findall(page.read_text(encoding="utf-8"))
        if "://" not in target and not (page.parent / target).exists()
    ]
    assert broken == []
