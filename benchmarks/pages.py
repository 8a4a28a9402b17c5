"""Every page at the size of a large city: processor time and queries of each, as the web server serves it.

    python -m benchmarks.pages        a table, and JSON in results/pages.json
    python -m benchmarks.pages maps   the pages whose name begins so; nothing is kept

24 chains, 5,000 enterprises, 2,000 projects, 20,000 tasks, 100,000 purchases, a map of 300 enterprises and bills of
4,240 lines, in an empty home. The pages are taken from the addresses themselves (the permission probe knows how to fill
each), so that a new page is measured on the day it is written; files are not pages. `_daily` adds what that leaves out.
Processor time and not the wall clock, because that is what a small server runs out of; the middle of several tries
after a warm-up, the spread beside it.
"""

import json
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any
from unittest.mock import patch

from benchmarks.measure import settle

settle()
ENTERPRISES, PARTS, PURCHASES, PROJECTS, TASKS, TRIES = 5_000, 2_000, 100_000, 2_000, 20_000, 9
ASSEMBLIES, PARTS_EACH, CHIPS_EACH, SEGMENTS = 20, 52, 10, 30  # of a bill of materials, of a map
MOST_MS, MOST_QUERIES = 30.0, 12
# Who opens a page: the first of these to whom it opens. The home page differs by post and is opened by each.
READERS = ("secretary", "clerk_a", "anchor_1", "system_admin", "security_admin", "auditor")
HOMES = ("chief", "head_a", "clerk_a", "officer", "district_east", "anchor_1")
# Addresses that answer with a page and are no screen: the health check, the ways in.
NO_SCREEN = frozenset({"healthz", "accounts:by_link", "accounts:sign_in"})


@dataclass(frozen=True)
class Page:
    """One screen: its name, where it is, who opens it, and what it asked when it was found to open."""

    name: str
    address: str
    reader: str
    queries: int | None = None


def main(begins: str = "") -> None:
    """Fill a temporary home, time every page, print and keep the figures."""
    import django

    django.setup()
    from django.core.management import call_command

    from benchmarks.measure import RESULTS, machine

    call_command("migrate", verbosity=0)
    world = build()
    found = {}
    for page in pages(world):
        if not page.name.startswith(begins):
            continue
        said = found[f"{page.name} ({page.reader})"] = steady(world.cast.people[page.reader], page.address)
        over = "  ← over" if said["cpu_ms"] > MOST_MS or said["queries"] > MOST_QUERIES else ""
        spread = f"({said['least_ms']:.1f}-{said['most_ms']:.1f})"
        print(
            f"{page.name:32} {page.reader:14} {said['cpu_ms']:6.1f} ms {spread:14} {said['queries']:3} queries"
            f" {said['bytes'] // 1024:4} KB{over}",
            flush=True,
        )
    if not begins:
        about = {"machine": machine(("django", "lianzhang")), "calibration_ms": calibration(), "pages": found}
        (RESULTS / "pages.json").write_text(json.dumps(about, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def build(share: float = 1.0) -> Any:
    """One record of every kind, and around them the register, the purchases, the projects and tasks of a large city.

    `share` of its rows: how many questions a page asks does not hang on their number once every list is full.
    """
    from tests.briefings import large
    from tests.permission import world as worlds

    world = worlds.build()
    large.populate(world.cast, projects=int(PROJECTS * share), tasks=int(TASKS * share))
    anchors = [world.cast.firms[f"enterprise_{number}"] for number in range(1, 5)]
    _purchases(anchors, share)
    _bills(anchors, share)
    _maps(world.cast.chain_a, share)
    world.things[("target", "chain_a")] = [_analysis(world.cast)]  # the pages open the large list, not the small one
    return world


def _analysis(cast: Any) -> Any:
    """What the analysis makes of so many purchases, and a target list of the size a city asks for.

    Its pages cost the same whether its proof took ten seconds or two minutes.
    """
    from django.utils import timezone

    from chainlab import targets as lab
    from lianzhang.chains import analysis, jobs
    from lianzhang.chains.actions import snapshots, targets
    from lianzhang.chains.analysis import choosing
    from lianzhang.chains.models import TargetList
    from lianzhang.jobs.progress import Progress
    from lianzhang.registry.models import PurchaseGrant
    from tests.cast import SINCE, TODAY

    for number in range(2, 5):
        PurchaseGrant.objects.create(
            firm=cast.firms[f"enterprise_{number}"], body=cast.force_a, starts_on=SINCE, levels=["d3"],
            is_whole_body=True, entered_by=cast.people[f"anchor_{number}"],
        )  # fmt: skip
    taken = analysis.take(cast.chain_a, person=cast.clerk_a, on=TODAY)
    snapshots.store(chain=cast.chain_a, analysis=taken, on=TODAY, now=timezone.now(), by=cast.clerk_a)
    TargetList.objects.filter(chain=cast.chain_a).delete()
    parameters = targets.Parameters(max_categories=10, max_suppliers=22)
    listed = targets.ask(chain=cast.chain_a, title="清单", parameters=parameters, now=timezone.now(), by=cast.clerk_a)
    whole_curve = lab.points
    with (
        patch.object(choosing, "SECONDS_TO_CHOOSE", 10.0),
        patch.object(choosing, "SECONDS_TO_ENQUIRE", 2.0),
        patch.object(lab, "points", lambda *asked, **limits: whole_curve(*asked, seconds=10.0, **limits)),
    ):
        jobs.choose_targets(Progress(0, cast.clerk_a), list_id=listed.pk)
    return TargetList.objects.get(pk=listed.pk)


def _purchases(anchors: list[Any], share: float) -> None:
    """Enterprises and parts, and what the anchors buy: every anchor buys every part from several of them."""
    from lianzhang.registry.models import Enterprise, Part, Purchase

    regions = ("370211", "370212", "320500", "440300", "310000")
    firms = [
        Enterprise(
            code=f"QY-2025-{n:04d}", name=f"示例企业{n:04d}", name_key=f"示例企业{n:04d}", region_code=regions[n % 5]
        )
        for n in range(int(ENTERPRISES * share) - Enterprise.objects.count())
    ]
    Enterprise.objects.bulk_create(firms, batch_size=1000)
    Part.objects.bulk_create(
        [Part(code=f"LJ-{n:04d}", name=f"零部件{n}", category=f"类别{n % 40}") for n in range(int(PARTS * share))],
        batch_size=1000,
    )
    parts = list(Part.objects.filter(code__startswith="LJ-").order_by("code"))
    rows = (
        Purchase(
            buyer=anchors[n % 4], part=parts[n // 4 % len(parts)], supplier=firms[(n * 7919 + n // 97) % 400],
            amount_wan=n % 900 + 1, year=2025,
        )
        for n in range(int(PURCHASES * share) - Purchase.objects.count())
    )  # fmt: skip
    Purchase.objects.bulk_create(rows, batch_size=2000)


def _bills(anchors: list[Any], share: float) -> None:
    """The bill of materials of each anchor: one product of twenty assemblies of some fifty parts."""
    from lianzhang.registry.models import BomLine, Part

    leaves = list(Part.objects.filter(code__startswith="LJ-").order_by("code"))
    lines = []
    for number, firm in enumerate(anchors):
        product, *assemblies = Part.objects.bulk_create(
            Part(code=f"BJ-{number}-{n:02d}", name=f"部件{n}") for n in range(int(ASSEMBLIES * share) + 1)
        )
        for n, assembly in enumerate(assemblies):
            lines.append(BomLine(firm=firm, parent=product, child=assembly, quantity=1))
            inside = leaves[n * PARTS_EACH % len(leaves) :][:PARTS_EACH]
            lines += [BomLine(firm=firm, parent=assembly, child=leaf, quantity=2) for leaf in inside]
    BomLine.objects.bulk_create(lines, batch_size=2000)


def _maps(chain: Any, share: float) -> None:
    """As many enterprises on the maps of a chain, published and draft, as a board shows at once."""
    from lianzhang.chains.models import Link, MapVersion, Placement, Segment
    from lianzhang.registry.models import Enterprise

    firms = list(Enterprise.objects.filter(code__startswith="QY-2025-").order_by("code")[: SEGMENTS * CHIPS_EACH])
    layers = Segment.Layer.values
    for version in MapVersion.objects.filter(chain=chain):
        made = Segment.objects.bulk_create(
            Segment(map=version, key=f"d{n}", name=f"环节{n}", layer=layers[n % len(layers)], group=f"分组{n % 8}")
            for n in range(int(SEGMENTS * share))
        )
        Placement.objects.bulk_create(
            Placement(map=version, segment=segment, enterprise=firm)
            for n, segment in enumerate(made)
            for firm in firms[n * CHIPS_EACH :][:CHIPS_EACH]
        )
        Link.objects.bulk_create(
            Link(map=version, upstream=before, downstream=after) for before, after in pairwise(made)
        )


def pages(world: Any) -> Iterator[Page]:
    """Every address that answers with a page, once, opened by the first reader to whom it opens."""
    from django.urls import reverse

    from tests.permission import fillers

    yield from (Page("home", reverse("home"), person) for person in HOMES)
    yield from _daily(world)
    clients = {reader: signed_in(world.cast.people[reader]) for reader in READERS}
    for name, cases in sorted(fillers.gather(world).items()):
        if name in NO_SCREEN or name == "home" or name.startswith("api"):
            continue
        for reader in READERS:
            found = _opened(name, cases, clients[reader])
            if found and found[0]:
                yield Page(name, found[0], reader, found[1])
            if found:
                break


def _daily(world: Any) -> Iterator[Page]:
    """What is asked for every day beside that: bills and a draft by who sees them, searches, what is no page."""
    from django.urls import reverse

    chain = world.cast.chain_a.code
    yield Page("teardowns:tree", reverse("teardowns:tree", args=[chain]), "clerk_a")
    yield Page("maps:version", reverse("maps:version", args=[chain, 2]), "clerk_a")
    yield Page("look:palette", f"{reverse('look:palette')}?q=示例企业", "secretary")
    yield Page("look:palette", f"{reverse('look:palette')}?q=slqy", "clerk_a")
    yield Page("registry:list", f"{reverse('registry:list')}?q=示例企业1", "clerk_a")
    yield Page("supervision:tasks", f"{reverse('supervision:tasks')}?overdue=1", "clerk_a")


def _opened(name: str, cases: Any, client: Any) -> tuple[str, int] | None:
    """The address of the first case that answers with a page, and its queries; None where none does, "" for no page."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext
    from django.urls import reverse

    for case in cases:
        address = reverse(name, kwargs=dict(case.kwargs)) + (f"?{case.query}" if case.query else "")
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(address)
        asked = len(queries)
        for _part in answer if answer.streaming else ():  # a file read to its end closes itself
            pass
        if answer.status_code == 200 and answer["Content-Type"].startswith("text/html"):
            return address, asked
        if answer.status_code in {200, 405}:  # a file, a fragment of data, or a deed
            return "", 0
    return None


def signed_in(person: Any) -> Any:
    """A client on this machine's own name, signed in without a password."""
    from django.test import Client

    client = Client(headers={"host": "localhost"})
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def count_queries(client: Any, address: str) -> int:
    """Queries of one page."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as queries:
        client.get(address)
    return len(queries)  # read now: every request that is served empties the log


def measure(person: Any, address: str, *, tries: int = TRIES) -> dict[str, float]:
    """Middle, least and most processor milliseconds of a page, its queries and its size."""
    from django.test import RequestFactory

    from lianzhang.config.wsgi import application

    client = signed_in(person)
    cookie = f"sessionid={client.cookies['sessionid'].value}"
    environ = RequestFactory(headers={"cookie": cookie, "host": "localhost"}).get(address).environ

    def serve() -> bytes:
        statuses: list[str] = []
        body = b"".join(application({**environ}, lambda status, _headers, *_rest: statuses.append(status)))
        if statuses != ["200 OK"]:
            raise RuntimeError(f"{address} answered {statuses}")
        return body

    size = len(serve())
    asked = count_queries(client, address)
    found = sorted(timed(serve) for _try in range(tries))
    middle = statistics.median(found)
    return {"cpu_ms": middle, "least_ms": found[0], "most_ms": found[-1], "queries": asked, "bytes": size}


def timed(work: Callable[[], object]) -> float:
    """Processor milliseconds."""
    began = time.process_time()
    work()
    return round((time.process_time() - began) * 1000, 1)


def steady(person: Any, address: str) -> dict[str, float]:
    """The measure of a page; one that is over is measured again twice, a while later, and the least stands: a shared
    machine is slowed to half by its neighbours for seconds at a time."""
    said = measure(person, address)
    for _again in range(2):
        if said["cpu_ms"] <= MOST_MS:
            break
        time.sleep(3)
        said = min(said, measure(person, address), key=lambda one: one["cpu_ms"])
    return said


def calibration() -> float:
    """Processor milliseconds of one fixed piece of Python, the least of several: how fast this machine is just now."""
    return min(timed(lambda: sum(len(str(number)) for number in range(100_000))) for _try in range(5))


if __name__ == "__main__":
    main(*sys.argv[1:2])
