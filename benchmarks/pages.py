"""The daily pages at the size of a large city: processor time and queries of each, as the web server serves it.

    python -m benchmarks.pages        a table, and JSON in results/pages.json

24 chains, 5,000 enterprises, 2,000 projects, 20,000 tasks, 100,000 purchases, in an empty home. Processor time
and not the wall clock, because that is what a small server runs out of; the middle of several tries after a warm-up.
"""

import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from typing import Any

os.environ.setdefault("LIANZHANG_HOME", tempfile.mkdtemp(prefix="lianzhang-bench-"))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lianzhang.config.settings")
ENTERPRISES, PARTS, PURCHASES, TRIES = 5_000, 2_000, 100_000, 9


def main() -> None:
    """Fill a temporary home, time every page, print and keep the figures."""
    import django

    django.setup()
    from django.core.management import call_command

    from benchmarks.measure import RESULTS, machine
    from tests import cast as casts

    call_command("migrate", verbosity=0)
    cast = casts.build()
    populate(cast)
    found = {title: measure(cast.people[person], address) for title, (person, address) in pages().items()}
    for title, said in found.items():
        print(f"{title:32} {said['cpu_ms']:7.1f} ms {said['queries']:4} queries {said['bytes'] // 1024:5} KB")
    about = {"machine": machine(("django", "lianzhang")), "calibration_ms": calibration(), "pages": found}
    (RESULTS / "pages.json").write_text(json.dumps(about, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def populate(cast: Any) -> None:
    """The register, the purchases, what the analysis makes of them, and a large office's projects and tasks."""
    from django.utils import timezone

    from lianzhang.chains import analysis, jobs
    from lianzhang.chains.actions import snapshots, targets
    from lianzhang.jobs.progress import Progress
    from lianzhang.registry.models import PurchaseGrant
    from tests.briefings import large
    from tests.cast import SINCE, TODAY

    large.populate(cast)
    anchors = [cast.firms[f"enterprise_{number}"] for number in range(1, 5)]
    _purchases(anchors)
    for number, anchor in enumerate(anchors, start=1):
        PurchaseGrant.objects.create(
            firm=anchor, body=cast.force_a, starts_on=SINCE, entered_by=cast.people[f"anchor_{number}"]
        )
    taken = analysis.take(cast.chain_a, person=cast.clerk_a, on=TODAY)
    snapshots.store(chain=cast.chain_a, analysis=taken, on=TODAY, now=timezone.now(), by=cast.clerk_a)
    parameters = targets.Parameters(max_categories=10, max_suppliers=22)
    listed = targets.ask(chain=cast.chain_a, title="清单", parameters=parameters, now=timezone.now(), by=cast.clerk_a)
    jobs.choose_targets(Progress(0, cast.clerk_a), list_id=listed.pk)


def _purchases(anchors: list[Any]) -> None:
    """Enterprises and parts, and what the anchors buy: every anchor buys every part from several of them."""
    from lianzhang.registry.models import Enterprise, Part, Purchase

    regions = ("370211", "370212", "320500", "440300", "310000")
    firms = [
        Enterprise(
            code=f"QY-2025-{n:04d}", name=f"示例企业{n:04d}", name_key=f"示例企业{n:04d}", region_code=regions[n % 5]
        )
        for n in range(ENTERPRISES - len(anchors) - 1)
    ]
    Enterprise.objects.bulk_create(firms, batch_size=1000)
    Part.objects.bulk_create(
        [Part(code=f"LJ-{n:04d}", name=f"零部件{n}", category=f"类别{n % 40}") for n in range(PARTS)], batch_size=1000
    )
    parts = list(Part.objects.order_by("code"))
    rows = (
        Purchase(
            buyer=anchors[n % 4], part=parts[n // 4 % PARTS], supplier=firms[(n * 7919 + n // 97) % 400],
            amount_wan=n % 900 + 1, year=2025,
        )
        for n in range(PURCHASES)
    )  # fmt: skip
    Purchase.objects.bulk_create(rows, batch_size=2000)


def pages() -> dict[str, tuple[str, str]]:
    """Who opens what."""
    from lianzhang.chains.models import TargetList

    listed = TargetList.objects.get().code
    homes = ("chief", "head_a", "clerk_a", "officer", "district_east", "anchor_1")
    return {
        **{f"home, {person}": (person, "/") for person in homes},
        "city table": ("secretary", "/chains/city/"),
        "chain": ("clerk_a", "/chains/test-a/"),
        "enterprises": ("clerk_a", "/enterprises/"),
        "enterprise": ("clerk_a", "/enterprises/QY-2024-001/"),
        "projects": ("secretary", "/projects/"),
        "project": ("clerk_a", "/projects/XM-0/"),
        "tasks": ("secretary", "/supervision/tasks/"),
        "task": ("clerk_a", "/supervision/tasks/DB-0/"),
        "teardown of a chain": ("clerk_a", "/teardowns/test-a"),
        "target list": ("clerk_a", f"/targets/{listed}"),
    }


def measure(person: Any, address: str, *, tries: int = TRIES) -> dict[str, float]:
    """Middle and least processor milliseconds of a page, its queries and its size."""
    from django.core.wsgi import get_wsgi_application
    from django.db import connection
    from django.test import Client, RequestFactory
    from django.test.utils import CaptureQueriesContext

    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    cookie = f"sessionid={client.cookies['sessionid'].value}"
    environ = RequestFactory(headers={"cookie": cookie, "host": "localhost"}).get(address).environ
    application = get_wsgi_application()

    def serve() -> bytes:
        statuses: list[str] = []
        body = b"".join(application({**environ}, lambda status, _headers, *_rest: statuses.append(status)))
        if statuses != ["200 OK"]:
            raise RuntimeError(f"{address} answered {statuses}")
        return body

    size = len(serve())
    with CaptureQueriesContext(connection) as queries:
        client.get(address, headers={"host": "localhost"})
    asked = len(queries)  # read now: every request that is served empties the log
    found = sorted(timed(serve) for _try in range(tries))
    return {"cpu_ms": statistics.median(found), "least_ms": found[0], "queries": asked, "bytes": size}


def timed(work: Callable[[], object]) -> float:
    """Processor milliseconds."""
    began = time.process_time()
    work()
    return round((time.process_time() - began) * 1000, 1)


def calibration() -> float:
    """Processor milliseconds of one fixed piece of Python, the least of several: how fast this machine is just now."""
    return min(timed(lambda: sum(len(str(number)) for number in range(100_000))) for _try in range(5))


if __name__ == "__main__":
    main()
