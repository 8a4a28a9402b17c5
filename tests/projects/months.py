"""A month of two districts: key projects on both chains, what each says of them."""

import datetime as dt
from decimal import Decimal
from typing import Any

from lianzhang.collecting.models import Collection, Submission
from lianzhang.projects.models import MonthReport, Project
from lianzhang.projects.monthly import actions, queries
from lianzhang.projects.monthly.actions import Said
from lianzhang.projects.stages import Stage
from tests.cast import Cast

NOON = dt.datetime(2026, 11, 23, 4, tzinfo=dt.UTC)
DUE = NOON + dt.timedelta(days=5)
OCTOBER, NOVEMBER = dt.date(2026, 10, 1), dt.date(2026, 11, 1)


def key_project(cast: Cast, number: int, *, district: str = "east", chain: str = "chain_a", **said: Any) -> Project:
    """A key project that is being built."""
    given: dict[str, Any] = {"plan_year_wan": Decimal(12000), "is_key": True, "stage": Stage.STARTED, **said}
    return Project.objects.create(
        code=f"XM-2026-{number:03d}",
        name=f"项目{number}",
        chain=cast.chains[chain],
        district=cast.bodies[district],
        **given,
    )


def city(cast: Cast) -> list[Project]:
    """Three projects of the east (one on chain B), one of the west."""
    return [
        key_project(cast, 1),
        key_project(cast, 2),
        key_project(cast, 3, chain="chain_b"),
        key_project(cast, 4, district="west"),
    ]


def city_of(cast: Cast, district: str) -> list[Project]:
    """The key projects of one district."""
    return list(Project.objects.filter(district=cast.bodies[district]).order_by("code"))


def opened(cast: Cast, month: dt.date = NOVEMBER) -> Collection:
    return actions.open_round(month=month, due_at=DUE, now=NOON, by=cast.secretary)


def opened_before(collection: Collection) -> Collection:
    """The month before one that was opened."""
    return Collection.objects.get(following=collection)


def answer(collection: Collection, cast: Cast, body: str = "east") -> Submission:
    related = ("collection", "collection__closed_by", "body")
    return Submission.objects.select_related(*related).get(collection=collection, body=cast.bodies[body])


def answer_of(project: Project) -> Collection:
    """The month that is open for a project."""
    return Collection.objects.get(kind="month", state="open", submissions__body=project.district)


def values(month: str, year: str, **more: Any) -> dict[str, Any]:
    """One complete row."""
    said: dict[str, Any] = {"done_month_wan": Decimal(month), "done_year_wan": Decimal(year), "progress": "主体封顶"}
    return {**said, "next_milestone": "设备进场", "next_due_on": dt.date(2026, 12, 20), **more}


def written(collection: Collection, cast: Cast, body: str, said: dict[Project, dict[str, Any]]) -> None:
    rows = [Said(project.pk, one) for project, one in said.items()]
    actions.save(answer(collection, cast, body), said=rows, by=cast.people[f"district_{body}"])


def sent(collection: Collection, cast: Cast, body: str, said: dict[Project, dict[str, Any]]) -> Submission:
    """Written and handed in by the district's liaison."""
    written(collection, cast, body, said)
    return actions.submit(answer(collection, cast, body), now=NOON, by=cast.people[f"district_{body}"])


def passed(collection: Collection, by: Any) -> int:
    """The rows of the own chain, all passed."""
    ids = queries.to_check(by, collection).values_list("pk", flat=True)
    return actions.check(collection, reports=list(ids), passes=True, now=NOON, by=by)


def report(project: Project, month: dt.date = NOVEMBER) -> MonthReport:
    return MonthReport.objects.get(project=project, month=month)
