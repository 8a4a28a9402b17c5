"""The project pages and the funnel at 20,000 projects × 36 months: processor time, queries, the funnel.

    python -m benchmarks.projects          a table, and JSON in results/projects.json
    python -m benchmarks.projects 0.05     a twentieth of it; nothing is kept

24 chains, 10 districts. Projects come in over 36 months, pass the stages after waits drawn from an exponential
distribution, one in seven is lost, and report every month; seeded. Each has texts as long as a
ledger's: what a list costs hangs on the width of its rows. The least of many tries: other work only ever adds.
The funnel is reckoned for every chain × district as the daily job does it.
"""

import datetime as dt
import json
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.measure import settle

settle()
PROJECTS, MONTHS, DISTRICTS, SEED, TRIES = 20_000, 36, 10, 20261126, 25
SERVE = "serve"
CONTENT = "建设厂房五万平方米，新建三条产线，购置设备一百二十台套，达产后年产组件十万套。" * 4
PROGRESS = "主体封顶，一号厂房设备进场安装，二号厂房在做消防验收，配套道路已通车。" * 3
WAIT = {20: 30, 30: 45, 40: 90, 50: 40, 60: 80, 70: 60, 80: 300, 90: 90, 100: 240}  # mean days until each stage


def main(asked: str = "") -> None:
    """Fill a temporary home, time the job and every page, print and keep the figures."""
    import django

    django.setup()
    if asked == SERVE:
        serve()
        return
    from django.core.management import call_command
    from django.db import connections

    from benchmarks.measure import RESULTS

    call_command("migrate", verbosity=0)
    cast = build(float(asked or 1))
    funnel = time_funnel(cast)
    print(f"funnel: {funnel['scopes']} scopes, read {funnel['read_s']} s, reckoned {funnel['reckon_s']} s", flush=True)
    # A process that serves has not made the city: it holds nothing of it in memory, and the journal has been taken up.
    connections.close_all()
    with tempfile.NamedTemporaryFile() as told:
        subprocess.run([sys.executable, "-m", "benchmarks.projects", SERVE, told.name], check=True)
        served = json.loads(Path(told.name).read_text(encoding="utf-8"))
    if not asked:
        text = json.dumps({**served, "funnel": funnel}, indent=1, ensure_ascii=False)
        (RESULTS / "projects.json").write_text(text + "\n", encoding="utf-8")


def serve() -> None:
    """Time every page in a process of its own, as the web server has one; what was found goes to the file named."""
    from benchmarks import pages
    from benchmarks.measure import machine
    from lianzhang.accounts.models import Person

    people = {person.username: person for person in Person.objects.all()}
    found = {}
    for name, reader, address in addresses():
        said = found[f"{name} ({reader})"] = pages.measure(people[reader], address, tries=TRIES)
        over = "  ← over" if said["least_ms"] > pages.MOST_MS or said["queries"] > pages.MOST_QUERIES else ""
        print(f"{name:28} {reader:14} {said['least_ms']:6.1f} ms {said['queries']:3} queries{over}", flush=True)
    about = {"machine": machine(("django", "lianzhang")), "calibration_ms": pages.calibration(), "pages": found}
    Path(sys.argv[2]).write_text(json.dumps(about, ensure_ascii=False), encoding="utf-8")


def build(share: float = 1.0) -> Any:
    """The fixed cast with 24 chains and ten districts, and the projects of three years."""
    from lianzhang.accounts.models import Body
    from lianzhang.accounts.rules import BodyKind
    from lianzhang.chains.models import Chain
    from tests import cast as casts
    from tests.briefings import large

    cast = casts.build()
    large.populate(cast, projects=0, tasks=0)
    for n in range(DISTRICTS - Body.objects.filter(kind=BodyKind.DISTRICT).count()):
        Body.objects.create(code=f"district-{n}", kind=BodyKind.DISTRICT, name_zh=f"示例{n}区")
    districts = list(Body.objects.filter(kind=BodyKind.DISTRICT).order_by("pk"))
    portfolio(list(Chain.objects.order_by("pk")), districts, count=int(PROJECTS * share))
    return cast


def portfolio(chains: list[Any], districts: list[Any], *, count: int) -> None:
    """`count` projects with their entries, plans and 36 months of reports each."""
    from django.utils import timezone

    from lianzhang.projects.models import MonthReport, Project, YearPlan
    from lianzhang.projects.stages import Stage

    last_month = timezone.localdate().replace(day=1) - dt.timedelta(days=1)
    dice, now, today = random.Random(SEED), timezone.now(), timezone.localdate()
    projects, paths = [], []
    for n in range(count):
        path, lost = _path(dice, today - dt.timedelta(days=dice.randrange(1, MONTHS * 30)), today)
        chain, stage = chains[n % len(chains)], max(path)
        projects.append(
            Project(
                code=f"XM-BENCH-{n:05d}", name=f"示例项目{n}", chain=chain, district=districts[n * 7 % len(districts)],
                owner=chain.body, stage=stage, status="lost" if lost else "normal", status_on=lost,
                status_reason="去外省" if lost else "", is_key=stage >= Stage.SIGNED, investor_name=f"示例投资方{n}",
                investor_key=f"bench{n}", first_reported_by=chain.body,
                first_reported_at=dt.datetime.combine(path[10], dt.time(9), dt.UTC),
                intended_wan=1000 + n % 9000, agreed_wan=1000 + n % 9000 if stage >= 40 else None,
                arrived_wan=300 + n % 900 if stage >= 60 else None,
                plan_year_wan=n % 97 * (10 + n % 5) if stage >= 40 else None,
                done_year_wan=n % 97 * last_month.month if stage >= 70 else None,  # as its months say
                done_as_of=last_month if stage >= 70 else None, content=CONTENT, progress=PROGRESS,
                progress_on=today - dt.timedelta(days=n % 40), next_milestone="设备进场",
                next_due_on=today + dt.timedelta(days=n % 200 - 60), started_on=path.get(70), completed_on=path.get(80),
                produced_on=path.get(90),
            )
        )  # fmt: skip
        paths.append(path)
    Project.objects.bulk_create(projects, batch_size=500)
    _entries(projects, paths)
    _clocks(projects, today=today)
    YearPlan.objects.bulk_create(
        (
            YearPlan(project=p, year=today.year, investment_wan=p.plan_year_wan, start_on=path.get(70), set_at=now)
            for p, path in zip(projects, paths, strict=True)
            if p.is_key
        ),
        batch_size=1000,
    )
    first = dt.date(today.year - 2, 1, 1)
    MonthReport.objects.bulk_create(
        (
            MonthReport(
                project=p, month=first, state="checked", body=p.district, done_month_wan=n % 97, done_year_wan=n % 97,
            )
            for n, p in enumerate(projects)
        ),
        batch_size=1000,
    )  # fmt: skip
    _further_months(first)


def _entries(projects: list[Any], paths: list[dict[int, dt.date]]) -> None:
    """Every stage passed, on its day, checked the same day."""
    from django.utils import timezone

    from lianzhang.projects.models import StageEntry

    now = timezone.now()
    StageEntry.objects.bulk_create(
        (
            StageEntry(
                project=project,
                stage=stage,
                entered_on=on,
                verdict="passed",
                asked_at=now,
                checked_at=dt.datetime.combine(on, dt.time(9), dt.UTC),
            )
            for project, path in zip(projects, paths, strict=True)
            for stage, on in path.items()
        ),
        batch_size=1000,
    )


def _clocks(projects: list[Any], *, today: dt.date) -> None:
    """A running deadline of every lead, of four days ago to in four days."""
    from lianzhang.projects.models import LeadClock

    LeadClock.objects.bulk_create(
        (
            LeadClock(
                project=p, kind="follow", started_on=today - dt.timedelta(14), due_on=today + dt.timedelta(n % 9 - 4)
            )
            for n, p in enumerate(projects)
            if not p.is_key
        ),
        batch_size=1000,
    )


def _path(dice: random.Random, on: dt.date, today: dt.date) -> tuple[dict[int, dt.date], dt.date | None]:
    """The days of the stages a project has entered by today, and the day it was lost."""
    path = {10: on}
    for stage, mean in WAIT.items():
        on += dt.timedelta(days=1 + int(dice.expovariate(1 / mean)))
        if on > today:
            break
        if dice.random() < 0.03:
            return path, on
        path[stage] = on
    return path, None


def _further_months(first: dt.date) -> None:
    """Every further month as a copy of the first, with another amount."""
    from django.db import connection

    from lianzhang.projects.models import MonthReport

    columns = [field.column for field in MonthReport._meta.concrete_fields if not field.primary_key]
    said = ", ".join(f'"{column}"' for column in columns)
    table = MonthReport._meta.db_table
    for number in range(1, MONTHS):
        month = dt.date(first.year + number // 12, number % 12 + 1, 1)
        chosen = said.replace('"month"', "%s").replace('"done_month_wan"', '("done_month_wan" * %s) %% 89')
        chosen = chosen.replace('"done_year_wan"', '"done_year_wan" * %s')
        # In the order of the columns.
        given = [
            {"month": month.isoformat(), "done_month_wan": number % 7 + 1, "done_year_wan": number % 12 + 1}[column]
            for column in columns
            if column in {"month", "done_month_wan", "done_year_wan"}
        ]
        with connection.cursor() as cursor:
            cursor.execute(
                f'INSERT INTO "{table}" ({said}) SELECT {chosen} FROM "{table}" WHERE "month" = %s',
                [*given, first.isoformat()],
            )


def time_funnel(cast: Any) -> dict[str, Any]:
    """How long the daily job takes, and what it stores."""
    from django.utils import timezone

    from lianzhang.projects.actions import readings
    from lianzhang.projects.funnel import reckoning

    today, person = timezone.localdate(), cast.secretary
    began = time.perf_counter()
    material = reckoning.read(person)
    read = time.perf_counter()
    found = {key: reckoning.reading(material, key, today=today) for key in reckoning.keys(person, material)}
    reckoned = time.perf_counter()
    readings.keep(found, is_all=True, as_of=today, now=timezone.now(), by=person)
    return {
        "projects": len(material.facts),
        "stays": material.log.num_rows,
        "months": material.months.num_rows,
        "scopes": len(found),
        "read_s": round(read - began, 1),
        "reckon_s": round(reckoned - read, 1),
        "keep_s": round(time.perf_counter() - reckoned, 1),
    }


def addresses() -> list[tuple[str, str, str]]:
    """What is measured: name, reader, address."""
    from django.urls import reverse

    from lianzhang.chains.models import Chain
    from lianzhang.projects.models import Project

    east = Project.objects.filter(district__code="east", stage__gte=70).order_by("pk")
    one, chain = east.values_list("code", flat=True)[0], Chain.objects.order_by("pk").values_list("code", flat=True)[0]
    views = ("list", "leads", "key", "board", "funnel", "gantt", "districts", "events")
    found = [(name, "secretary", reverse(f"projects:{name}")) for name in views]
    return [
        *found,
        ("board of a chain", "clerk_a", reverse("projects:board") + f"?chain={chain}"),
        ("list of a chain", "clerk_a", reverse("projects:list") + f"?chain={chain}"),
        ("late", "secretary", reverse("projects:list") + "?late=1"),
        ("search", "secretary", reverse("projects:list") + "?q=示例项目199"),
        ("list", "district_east", reverse("projects:list")),
        ("board", "district_east", reverse("projects:board")),
        ("funnel", "district_east", reverse("projects:funnel")),
        ("signed this year", "secretary", reverse("projects:funnel_rows", args=["signed", "2026"])),
        ("months over REST", "secretary", reverse("api:list_month_reports")),
        ("projects over REST", "secretary", reverse("api:list_projects")),
        ("project", "secretary", reverse("projects:project", args=[one])),
        ("project", "district_east", reverse("projects:project", args=[one])),
    ]


if __name__ == "__main__":
    main(*sys.argv[1:2])
