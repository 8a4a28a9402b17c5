"""Every page of the menu, wide and on a phone: no complaint of axe, no error in the console, no sideways scrolling."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page

from lianzhang.web import navigation
from tests.web.test_look import complaints, picture

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PAGES = [entry.url_name for group in navigation.MENU for entry in group.entries]
WHO = {
    "trail:events": "auditor",
    "answers:asked": "anchor_1",
    "standards:trees": "clerk_a",
    "answers:gathered": "clerk_a",
}


@pytest.mark.parametrize("url_name", PAGES)
def test_a_page_of_the_menu_is_fit_for_everyone(walk: Callable[..., Page], root: Path, url_name: str) -> None:
    address = navigation.address(url_name)
    assert address, f"the menu names {url_name}, which is not there"
    page = walk(WHO.get(url_name, "secretary"), address)
    picture(page, f"page-{url_name.replace(':', '-')}-wide")
    found = complaints(page, root)
    page.set_viewport_size({"width": 390, "height": 844})
    picture(page, f"page-{url_name.replace(':', '-')}-phone")
    assert (found, complaints(page, root)) == ([], [])
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_way_in_is_fit_for_everyone(walk: Callable[..., Page], root: Path) -> None:
    page = walk("secretary", "/people/sign-in")
    page.context.clear_cookies()
    page.goto(page.url)
    picture(page, "page-sign-in")
    assert complaints(page, root) == []
