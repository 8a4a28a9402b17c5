"""The example city walked link by link, as each of its people: nothing offered is closed, nothing invented unmarked."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from html import unescape
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import resolve

from chainlab import targets
from lianzhang import demo
from lianzhang.accounts.models import Person
from lianzhang.chains import stages
from lianzhang.chains.analysis import choosing
from lianzhang.chains.models import Gap, Snapshot, TargetList
from tests import rendering
from tests.cast import TODAY

pytestmark = [pytest.mark.slow, pytest.mark.django_db, pytest.mark.no_cover]

# On PostgreSQL those whose sight the tables decide; the pages are the same ones.
WALKERS = (
    "example-clerk",
    "example-district",
    "example-anchor",
    *(
        pytest.param(username, marks=pytest.mark.sqlite)
        for username in (
            "example-secretary",
            "example-chief",
            "example-deputy",
            "example-commerce-clerk",
            "example-department",
            "example-sme",
            "example-auditor",
        )
    ),
)
# Of the pages of one kind this many are opened, so that a rare state of a record is met without opening every one.
EACH = 3
LINK = re.compile(r'href="(/[^"#]*)"')
MAIN = re.compile(r"<main.*?</main>", re.DOTALL)
# What the frame and the search forms hold is no data of the page.
FURNITURE = re.compile(r"<(nav|form|select|details)\b.*?</\1>", re.DOTALL)
# The same rows in another dress, and what is no page.
SAME_ROWS = re.compile(r"[?&](density|order|columns|page|format)=|^/static/|^/favicon")
# Names that say it themselves: of accounts and chains, and of the invented city.
OWN_NAMES = re.compile(r"示例·|示例市（虚构）")
MARK = 'class="illustrative"'
# Pages about people and their doings hold names, no figures.
UNMARKED = frozenset({"accounts", "jobs", "trail", "look"})


@dataclass
class Walk:
    """What one person met."""

    person: Person
    opened: Counter[str] = field(default_factory=Counter)
    closed: list[str] = field(default_factory=list)
    unmarked: list[str] = field(default_factory=list)

    def from_home(self) -> "Walk":
        client, waiting, seen = Client(), [("/", "/")], {"/"}
        client.force_login(self.person, backend="django.contrib.auth.backends.ModelBackend")
        while waiting:
            address, origin = waiting.pop(0)
            match = resolve(address.partition("?")[0])
            if self.opened[match.view_name] >= EACH or match.view_name in {"accounts:sign_out", "accounts:by_link"}:
                continue
            self.opened[match.view_name] += 1
            response = client.get(address, follow=True)
            for _part in response if response.streaming else ():
                pass  # read to its end it is closed; `response.close()` here would close the database with it
            if response.status_code != 200:
                self.closed.append(f"{origin} offers {address}: {response.status_code}")
            if response.status_code != 200 or "html" not in response.headers["Content-Type"]:
                continue
            page = response.content.decode()
            if match.namespace not in UNMARKED and is_unmarked(page):
                self.unmarked.append(address)
            for link in map(unescape, LINK.findall(page)):
                if link not in seen and not SAME_ROWS.search(link):
                    seen.add(link)
                    waiting.append((link, address))
        return self


def is_unmarked(page: str) -> bool:
    """Whether a page shows something invented and does not say so."""
    main = MAIN.search(page)
    shown = re.sub(r"<[^>]+>", " ", FURNITURE.sub(" ", main.group(0))) if main else ""
    return "示例" in OWN_NAMES.sub("", shown) and MARK not in page


@pytest.fixture(scope="module")
def analysed(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The example with its analysis, rolled back after the module.

    The list, what holds of it, what to ask and the curve are all there, none as far as a minute would bring it: in
    full they are computed where the installed wheel loads the example and the journeys walk it.
    """
    with django_db_blocker.unblock(), transaction.atomic(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(choosing, "SECONDS_TO_CHOOSE", 3.0)
        patch.setattr(choosing, "SECONDS_TO_ENQUIRE", 1.0)
        patch.setattr(targets, "points", partial(targets.points, up_to=4))
        demo.load(today=TODAY)
        yield
        transaction.set_rollback(True)


@pytest.mark.usefixtures("analysed")
@pytest.mark.parametrize("username", WALKERS)
def test_every_link_offered_opens_and_every_invented_figure_is_marked(username: str) -> None:
    with rendering.as_served():
        walk = Walk(Person.objects.get(username=username)).from_home()
    assert len(walk.opened) > 5
    assert walk.closed + [f"{address} shows invented data unmarked" for address in walk.unmarked] == []


@pytest.mark.usefixtures("analysed")
@pytest.mark.parametrize("username", ["example-secretary", "example-clerk", "example-district"])
def test_a_city_just_loaded_shows_its_funnel_at_once(username: str) -> None:
    client = Client()
    client.force_login(Person.objects.get(username=username), backend="django.contrib.auth.backends.ModelBackend")
    page = client.get("/projects/funnel/")
    assert page.context["reading"].as_of == TODAY
    assert page.context["cohorts"].page.paginator.count > 0
    assert page.context["lead"].startswith(f"{TODAY.year}年新增线索")


@pytest.mark.usefixtures("analysed")
def test_the_target_list_is_ready_two_clicks_after_sign_in() -> None:
    listed = TargetList.objects.get()
    assert listed.state == TargetList.State.APPROVED, "the chief of the annex stands for it"
    assert listed.is_illustrative
    assert listed.category_count <= 10
    assert listed.supplier_count == listed.lines.count() <= 22
    assert listed.objective_wan is not None
    assert listed.bound_wan is not None
    assert 0 < listed.objective_wan <= listed.bound_wan
    assert len(listed.frontier) == 4
    assert Snapshot.objects.get().is_illustrative
    assert Gap.objects.filter(state__in=stages.STANDING).count() == 6
    client = Client()
    client.force_login(
        Person.objects.get(username="example-clerk"), backend="django.contrib.auth.backends.ModelBackend"
    )
    home = client.get("/").content.decode()
    address = f"/targets/{listed.code}"
    assert f'href="{address}"' in home, "one click from the first page"
    assert client.get(address).status_code == 200
