"""The look, in a real browser: no accessibility complaint, no wide page on a phone, keyboard all through."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PICTURES = os.environ.get("LIANZHANG_PICTURES")
PAGES = ["/style/city", "/style/L-01", "/style/none", "/style/refused", "/style/explained", "/style/city?format=print"]
Walk = Callable[..., Page]


def picture(page: Page, name: str, *, is_whole: bool = True) -> None:
    """Keep a picture when asked to, for eyes: a passing test has not seen the page."""
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=is_whole)


@pytest.mark.parametrize("width", [1360, 390])
@pytest.mark.parametrize("address", PAGES)
def test_no_accessibility_complaint(walk: Walk, root: Path, address: str, width: int) -> None:
    page = walk("secretary", address, width=width)
    picture(page, f"{address.strip('/').replace('/', '-').replace('?', '-')}-{width}")
    found = complaints(page, root)
    assert found == []


def complaints(page: Page, root: Path) -> list[str]:
    """What axe-core finds against WCAG 2.2 A and AA, as short lines."""
    # evaluate() runs in the debugger's world, so the page's own content policy stays as strict as it is for people.
    page.evaluate((root / "frontend" / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8"))
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    result: dict[str, Any] = page.evaluate("tags => axe.run({runOnly: tags})", tags)
    return [
        f"{found['id']}: {node['html'][:160]} {node['failureSummary'][:300]}"
        for found in result["violations"]
        for node in found["nodes"]
    ]
