"""A person at a browser: opens, clicks and fills; each page is looked at for errors and by axe."""

import re
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Locator, Page

AXE = Path("frontend/node_modules/axe-core/axe.min.js")
GRAVE = {"serious", "critical"}
PATIENCE_MS = 10_000


class Visitor:
    """One signed-in person in one window. Whatever the console calls an error is kept and must be none at the end."""

    def __init__(self, context: BrowserContext, *, base: str, axe: str) -> None:
        self.base = base
        self.errors: list[str] = []
        self.expected: list[str] = []
        self._axe = axe
        context.set_default_timeout(PATIENCE_MS)
        self.page: Page = context.new_page()
        self.page.on("console", lambda said: self._hear(said.text) if said.type == "error" else None)
        self.page.on("pageerror", lambda said: self._hear(str(said)))

    def _hear(self, text: str) -> None:
        # A refusal (409, 422) is an answer the journey asked for; the browser calls its status an error.
        if not any(code in text for code in self.expected):
            self.errors.append(f"{self.page.url}: {text}")

    def open(self, address: str) -> None:
        """Go to an address of the workbench, which must answer 200."""
        answer = self.page.goto(address if address.startswith("http") else self.base + address)
        assert answer is not None, address
        assert answer.status == 200, f"{address}: {answer.status}"

    def look(self) -> None:
        """Nothing wrong on this page: no error in the console, no serious complaint of axe, a heading, no bare word."""
        self.page.wait_for_load_state()
        found = self.page.evaluate(
            self._axe + "\n;axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa']})"
        )
        grave = [
            f"{self.page.url}: {one['id']}: {one['nodes'][0]['html'][:160]}"
            for one in found["violations"]
            if one["impact"] in GRAVE
        ]
        assert not grave, "\n".join(grave)
        assert not self.errors, "\n".join(self.errors)
        assert self.page.locator("h1").count() == 1

    # --- what a person does -------------------------------------------------------------------------------------------

    def press(self, name: str, *, within: str = "main") -> None:
        """Click the first button or link of that name and wait for what it brings."""
        place = self.page.locator(within)
        target = place.get_by_role("button", name=name, exact=True).or_(
            place.get_by_role("link", name=name, exact=True)
        )
        target.first.click()
        self.page.wait_for_load_state()

    def send(self, form: str = "main form:has(button.btn-primary)") -> None:
        """Press the first button of the page's form."""
        self.page.locator(form).first.locator("button.btn-primary").first.click()
        self.page.wait_for_load_state()

    def confirm(self) -> None:
        """Say yes to the question the page asks."""
        self.page.locator("#confirm[open] button[value=yes]").click()
        self.page.wait_for_load_state()

    def fill(self, **fields: str) -> None:
        """Fill fields of the form by their names."""
        for name, value in fields.items():
            self.page.locator(f"main [name={name}]").first.fill(value)

    def pick(self, **fields: str) -> None:
        """Choose options by the words they show."""
        for name, words in fields.items():
            field = self.page.locator(f"main select[name={name}]").first
            value = field.locator("option", has_text=words).first.get_attribute("value")
            field.select_option(value)

    # --- what a person reads ------------------------------------------------------------------------------------------

    @property
    def title(self) -> str:
        return self.page.locator("h1").first.inner_text().strip()

    @property
    def lead(self) -> str:
        return self.page.locator("main .lead").first.inner_text().strip()

    @property
    def path(self) -> str:
        return self.page.url.removeprefix(self.base)

    def text(self, place: str = "main") -> str:
        return self.page.locator(place).first.inner_text()

    def rows(self, place: str = "main table.rows tbody tr") -> Locator:
        return self.page.locator(place)

    def measure(self, script: str) -> Any:
        return self.page.evaluate(script)


def number(pattern: str, text: str) -> float:
    """The one number `pattern` captures in `text`; fails with the text where it is not there."""
    match = re.search(pattern, text)
    assert match, f"{pattern} not in: {text}"
    return float(match[1].replace(",", "").replace(" ", ""))
