"""Journeys through the running workbench: `lianzhang run`, the example city, a real browser, people by their links."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright import sync_api
from playwright.sync_api import Browser, BrowserContext

from tests.journeys.visitor import AXE, Visitor
from tests.journeys.workbench import Workbench

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
DESK = {"width": 1360, "height": 900}
Enter = Callable[..., Visitor]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here drives a browser and takes its time."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session")
def workbench(tmp_path_factory: pytest.TempPathFactory, root: Path) -> Iterator[Workbench]:
    """One installation for all journeys; it must also stop in order."""
    made = Workbench(tmp_path_factory.mktemp("journeys"), sources=root / "src")
    made.start()
    yield made
    assert made.stop() == 0
    assert "Traceback" not in made.log.read_text()


@pytest.fixture(scope="session")
def browser_of_journeys() -> Iterator[Browser]:
    """The Chromium that the suite found, or one on PATH; none at all fails the journeys, it never skips them."""
    named = os.environ.get("LIANZHANG_CHROMIUM") or next((p for p in map(shutil.which, PROGRAMS) if p), None)
    assert named, "no Chromium: set LIANZHANG_CHROMIUM or install chromium"
    with sync_api.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=named, args=FLAGS, headless=True)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def keys(workbench: Workbench, browser_of_journeys: Browser) -> Callable[[str], Any]:
    """The cookies of a person: the one-time link is used once, on first need."""
    kept: dict[str, Any] = {}

    def key_of(who: str) -> Any:
        if who not in kept:
            context = browser_of_journeys.new_context()
            page = context.new_page()
            page.goto(workbench.links[who])
            page.get_by_role("button", name="登录", exact=True).click()
            page.wait_for_url(f"{workbench.url}/**")
            page.wait_for_selector("main h1")
            kept[who] = context.storage_state()
            context.close()
        return kept[who]

    return key_of


@pytest.fixture
def enter(
    workbench: Workbench, browser_of_journeys: Browser, keys: Callable[[str], Any], root: Path
) -> Iterator[Enter]:
    """Come in as a person of the example city; every visitor must leave without an error in the console."""
    axe = (root / AXE).read_text(encoding="utf-8")
    contexts: list[BrowserContext] = []
    visitors: list[Visitor] = []

    def come_in(who: str, address: str = "/", **window: Any) -> Visitor:
        settings = {"viewport": DESK, "locale": "zh-CN", "accept_downloads": True, **window}
        context = browser_of_journeys.new_context(storage_state=keys(who), **settings)
        contexts.append(context)
        visitor = Visitor(context, base=workbench.url, axe=axe)
        visitors.append(visitor)
        visitor.open(address)
        return visitor

    yield come_in
    for context in contexts:
        context.close()
    assert [error for visitor in visitors for error in visitor.errors] == []


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-pictures", action="store_true", help="take the pictures of the docs anew")
