"""Pictures in the docs are those of today's pages."""

import json
from pathlib import Path

import pytest

from tests.repository.checks import pictures


def test_every_picture_is_current(root: Path) -> None:
    assert pictures.check_pictures(root) == []


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    """A page with one picture, recorded as taken from one template."""
    (tmp_path / "docs" / "screenshots").mkdir(parents=True)
    (tmp_path / "docs" / "page.md").write_text("![table](screenshots/table.png)")
    (tmp_path / "docs" / "screenshots" / "table.png").write_bytes(b"png")
    (tmp_path / "table.html").write_text("<table>")
    entry = {"sources": ["table.html"], "digest": pictures.digest(tmp_path, ["table.html"])}
    (tmp_path / pictures.RECORD).write_text(json.dumps({"table.png": entry}))
    return tmp_path


def test_a_recorded_picture_of_an_unchanged_page_is_current(docs: Path) -> None:
    assert pictures.check_pictures(docs) == []


def test_a_picture_is_out_of_date_when_its_page_changed(docs: Path) -> None:
    (docs / "table.html").write_text("<table class='wide'>")
    assert "the page changed" in pictures.check_pictures(docs)[0]


def test_a_picture_is_out_of_date_when_its_page_is_gone(docs: Path) -> None:
    (docs / "table.html").unlink()
    assert "the page changed" in pictures.check_pictures(docs)[0]


def test_a_picture_that_is_not_there_is_found(docs: Path) -> None:
    (docs / "docs" / "screenshots" / "table.png").unlink()
    assert "which is not there" in pictures.check_pictures(docs)[0]


def test_a_picture_nobody_shows_or_recorded_is_found(docs: Path) -> None:
    (docs / "docs" / "screenshots" / "old.png").write_bytes(b"png")
    shown, recorded = pictures.check_pictures(docs)
    assert "shown on no page" in shown
    assert "not recorded" in recorded
