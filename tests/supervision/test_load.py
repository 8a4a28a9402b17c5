"""Pages at 2,000 projects and 20,000 tasks: none runs away. (How often they ask the database: tests/web/test_cost.py.)

The aim is thirty milliseconds of processor time a page; `benchmarks/pages.py` tells how far each is from it. Here,
beside other work on a shared machine, a page fails at twice the aim.
"""

import datetime as dt
import gc
import time
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from lianzhang.projects.models import Project
from lianzhang.supervision.models import Task
from tests import rendering
from tests.cast import Cast
from tests.supervision import crowd, scene

MOST_SECONDS = 0.060
ROUNDS = 8
QUIET_SPIN = 0.0125  # what `spin` costs on the machine the thirty milliseconds were set on, with nothing else running
pytestmark = [pytest.mark.slow, pytest.mark.no_cover]  # counting lines is no time of the page

PAGES: dict[str, dict[str, str]] = {
    "projects:list": {},
    "projects:leads": {},
    "projects:key": {"late": "1"},
    "projects:board": {},
    "projects:events": {},
    "supervision:tasks": {"overdue": "1"},
    "supervision:meetings": {},
    "supervision:requests": {},
    "supervision:visits": {},
    "supervision:calendar": {},
}


@pytest.fixture
def city(cast: Cast, now: dt.datetime, today: dt.date) -> Cast:
    """The cast with a city's load."""
    crowd.projects(cast, today=today)
    crowd.tasks(cast, now=now)
    scene.meeting(cast, now=now)
    return cast


def best(client: Client, address: str, query: dict[str, str]) -> float:
    """The least processor time of five requests after a warm-up: what the page costs when nothing else runs."""
    client.get(address, query)
    gc.collect()
    spent = []
    for _round in range(5):
        begun = time.process_time()
        response: Any = client.get(address, query)
        spent.append(time.process_time() - begun)
        assert response.status_code == 200
    return min(spent)


def spin() -> float:
    """The processor time of a fixed piece of work: how slow this machine is at the moment."""
    begun, total = time.process_time(), 0
    for n in range(300_000):
        total += n % 7
    assert total == 899_997
    return time.process_time() - begun


def pages() -> list[tuple[str, dict[str, str]]]:
    """Every list, one project and one task."""
    found = [(reverse(name), query) for name, query in PAGES.items()]
    found.append((reverse("projects:project", args=[Project.objects.earliest("pk").code]), {}))
    return [*found, (reverse("supervision:task", args=[Task.objects.earliest("pk").code]), {})]


def test_no_page_costs_more_than_twice_the_processor_time_aimed_at(city: Cast, client: Client) -> None:
    """Best of many rounds, held against what a fixed piece of work costs on the same machine at the same moment."""
    client.force_login(city.secretary)
    told = {}
    with rendering.as_served():
        for address, query in pages():
            spins = [spin()]
            spent = [best(client, address, query)]
            while len(spent) < ROUNDS and min(spent) > MOST_SECONDS * max(1.0, min(spins) / QUIET_SPIN):
                spins.append(spin())
                spent.append(best(client, address, query))
            told[address] = round(min(spent) / max(1.0, min(spins) / QUIET_SPIN), 4)
    assert {address: seconds for address, seconds in told.items() if seconds > MOST_SECONDS} == {}
