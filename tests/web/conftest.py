"""Pages as a person meets them: the fixed cast signed in, the style page beside the real addresses, a real browser."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from playwright import sync_api
from playwright.sync_api import Browser, Page

from tests import cast as casts

BROWSER_FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
STYLE_TEMPLATES = Path(__file__).parent / "templates"


@pytest.fixture
def style(settings: Any) -> None:
    """The style page joins the real addresses."""
    settings.ROOT_URLCONF = "tests.web.style_page"
    folders = [*settings.TEMPLATES[0]["DIRS"], STYLE_TEMPLATES]
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": folders}]


@pytest.fixture
def signed_in(cast: casts.Cast) -> Callable[[str], Client]:
    """A client signed in as a member of the cast."""

    def sign_in(name: str) -> Client:
        client = Client()
        client.force_login(cast.people[name], backend="django.contrib.auth.backends.ModelBackend")
        return client

    return sign_in


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, or the one that LIANZHANG_CHROMIUM names; none at all fails the test, it never skips."""
    found = os.environ.get("LIANZHANG_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    assert found, "no Chromium: set LIANZHANG_CHROMIUM or install chromium"
    # The driver's loop runs in this thread until the session ends, and Django refuses the ORM beside a loop.
    with pytest.MonkeyPatch.context() as patch, sync_api.sync_playwright() as driver:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        browser = driver.chromium.launch(executable_path=found, args=BROWSER_FLAGS, headless=True)
        yield browser
        browser.close()


@pytest.fixture
def walk(transactional_db: None, live_server: Any, style: None, chromium: Browser) -> Iterator[Callable[..., Page]]:
    """Open a page as a member of the cast; anything the console calls an error fails the test."""
    made = casts.build()
    errors: list[str] = []
    context = chromium.new_context(locale="zh-CN")

    def open_as(name: str, address: str, *, width: int = 1360, height: int = 900) -> Page:
        client = Client()
        client.force_login(made.people[name], backend="django.contrib.auth.backends.ModelBackend")
        cookie = client.cookies["sessionid"].value
        context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
        page = context.new_page()
        page.set_default_timeout(8000)
        page.set_viewport_size({"width": width, "height": height})
        # A page that refuses (409) is what its test asked for; the browser calls the status itself an error.
        page.on(
            "console",
            lambda said: errors.append(said.text) if said.type == "error" and "409" not in said.text else None,
        )
        page.on("pageerror", lambda said: errors.append(str(said)))
        page.goto(live_server.url + address)
        return page

    yield open_as
    context.close()
    assert errors == []
