"""意向、协议、到位 are three figures everywhere: no page, print or draft of the office shows a sum of two of them."""

import datetime as dt
from decimal import Decimal
from itertools import combinations

import pytest
from django.test import Client
from django.urls import reverse

from lianzhang.projects import actions
from lianzhang.projects.models import Project
from lianzhang.projects.stages import Stage
from lianzhang.tables import values
from tests.cast import Cast
from tests.projects import scene

pytestmark = pytest.mark.django_db

# No two of these, nor their sums, share a digit pattern with anything else on a page.
AMOUNTS = {"intended_wan": Decimal(1_000_300), "agreed_wan": Decimal(207_050), "arrived_wan": Decimal(31_907)}
PAGES = (
    *("projects:list", "projects:leads", "projects:key", "projects:board", "projects:gantt", "projects:funnel"),
    *("projects:districts", "projects:events", "projects:signings", "projects:introductions", "projects:conversion"),
    *("rounds:list", "home"),
)


def _sums() -> set[str]:
    """Every sum of two or three of the amounts, as 万元 and as 亿元 would be written."""
    found = set()
    for size in (2, 3):
        for some in combinations(AMOUNTS.values(), size):
            total = sum(some, Decimal())
            found |= {values.plain(total, "wan"), f"{total}", values.plain(total, "yi"), f"{total / 10_000:.2f}"}
    return found


def test_intended_agreed_and_arrived_money_are_never_summed_on_any_page_print_or_draft(
    cast: Cast, client: Client, now: dt.datetime
) -> None:
    project = scene.completed(cast)
    scene.bring(project, Stage.STARTED, cast, now=now)
    Project.objects.filter(pk=project.pk).update(**AMOUNTS, is_key=True, introducer=cast.enterprise_sme)
    event = actions.enter_event(chain=cast.chain_a, name="家电展", held_on=now.date(), now=now, by=cast.clerk_a)
    actions.tie_signing(event=event, project=project, intended_wan=AMOUNTS["intended_wan"], by=cast.clerk_a)
    client.force_login(cast.secretary)
    addresses = [reverse(name) for name in PAGES]
    addresses += [f"{each}?format=print" for each in addresses if each.startswith("/projects/")]
    addresses += [reverse("projects:project", args=[project.code]), reverse("projects:event", args=[event.code])]
    addresses += [reverse("projects:district", args=["east"]), reverse("projects:chain", args=[cast.chain_a.code])]
    addresses += [reverse("briefings:period", args=["week"]), reverse("briefings:chain", args=[cast.chain_a.code])]
    seen = 0
    for address in addresses:
        answer = client.get(address, follow=True)
        assert answer.status_code == 200, address
        text = answer.content.decode()
        seen += values.plain(AMOUNTS["agreed_wan"], "wan") in text
        assert not [each for each in _sums() if each in text], address
    assert seen > 5, "the amounts themselves are on the pages"
