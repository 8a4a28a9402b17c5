"""链长一页纸: every figure is counted on two days from dated rows, chosen here so that each can be told by hand."""

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from lianzhang.briefings import onepager
from lianzhang.chains.models import Action, ActionReport, Gap, MapVersion
from lianzhang.projects.models import Event, Project, StageEntry
from lianzhang.projects.stages import Stage, Status
from lianzhang.supervision.models import Meeting, Request, Task
from tests.cast import TODAY, Cast

pytestmark = pytest.mark.django_db
LONG_AGO, SINCE, YESTERDAY = TODAY - timedelta(days=60), TODAY - timedelta(days=30), TODAY - timedelta(days=1)
TEN_AGO = TODAY - timedelta(days=10)


def at(day: date) -> datetime:
    return datetime.combine(day, time(9), tzinfo=timezone.get_current_timezone())


def task(cast: Cast, n: int, *, assigned: date, due: date, closed: date | None = None, **columns: Any) -> None:
    ended: dict[str, Any] = {"closed_at": at(closed), "closed_by": cast.secretary, "state": "closed"} if closed else {}
    Task.objects.create(
        code=f"DB-2026-{n:03d}", title=f"事项{n}", chain=cast.chain_a, responsible=cast.department,
        assigned_by=cast.secretary, assigned_at=at(assigned), due_on=due, **{"state": "handling", **columns, **ended},
    )  # fmt: skip


def gap(cast: Cast, n: int, *, confirmed: date | None, closed: date | None = None, state: str = "confirmed") -> None:
    Gap.objects.create(
        code=f"QK-2026-{n:03d}", title=f"缺口{n}", chain=cast.chain_a, state="closed" if closed else state,
        confirmed_at=at(confirmed) if confirmed else None, closed_at=at(closed) if closed else None,
        route="attract", owner=cast.force_a, confirmed_by=cast.head_a if confirmed else None,
        closed_by=cast.head_a if closed else None,
    )  # fmt: skip


def request(cast: Cast, n: int, *, received: date, closed: date | None = None) -> None:
    Request.objects.create(
        code=f"SQ-2026-{n:03d}", enterprise=cast.enterprise_1, chain=cast.chain_a, text=f"诉求{n}",
        received_on=received, closed_on=closed, state="closed" if closed else "received",
    )  # fmt: skip


def project(cast: Cast, n: int, stage: Stage, *passed: tuple[Stage, date], **columns: Any) -> None:
    made = Project.objects.create(
        code=f"XM-2026-{n:03d}", name=f"项目{n}", chain=cast.chain_a, stage=stage, status=Status.NORMAL, **columns
    )
    for into, day in passed:
        StageEntry.objects.create(
            project=made,
            stage=into,
            entered_on=day,
            verdict=StageEntry.Verdict.PASSED,
            asked_at=at(day),
            asked_by=cast.clerk_a,
            checked_at=at(day),
            checked_by=cast.head_a,
        )


@pytest.fixture
def chain_of_dated_rows(cast: Cast) -> Cast:
    task(cast, 1, assigned=LONG_AGO, due=SINCE - timedelta(days=1))  # late on both days
    task(cast, 2, assigned=LONG_AGO, due=TEN_AGO)  # late now only
    task(cast, 3, assigned=LONG_AGO, due=SINCE - timedelta(days=5), closed=TEN_AGO)  # late then only
    task(cast, 4, assigned=LONG_AGO, due=TEN_AGO, closed=YESTERDAY)  # late in between, closed
    task(cast, 5, assigned=LONG_AGO, due=TEN_AGO, state="cancelled", cancel_reason="不再需要")
    task(cast, 6, assigned=YESTERDAY, due=TODAY)  # due today is not late
    task(cast, 7, assigned=LONG_AGO, due=LONG_AGO, closed=LONG_AGO)  # over before the first of the two days
    gap(cast, 1, confirmed=LONG_AGO)
    gap(cast, 2, confirmed=TEN_AGO)
    gap(cast, 3, confirmed=LONG_AGO, closed=YESTERDAY)
    gap(cast, 4, confirmed=LONG_AGO, closed=LONG_AGO)
    gap(cast, 5, confirmed=LONG_AGO, state="invalid")
    gap(cast, 6, confirmed=None, state="proposed")
    request(cast, 1, received=LONG_AGO)
    request(cast, 2, received=TEN_AGO)
    request(cast, 3, received=LONG_AGO, closed=YESTERDAY)
    request(cast, 4, received=LONG_AGO, closed=LONG_AGO)
    project(cast, 1, Stage.STARTED, (Stage.STARTED, TEN_AGO), next_milestone="封顶", next_due_on=YESTERDAY)
    project(cast, 2, Stage.STARTED, (Stage.STARTED, LONG_AGO))
    project(cast, 3, Stage.IN_PRODUCTION, (Stage.STARTED, LONG_AGO), (Stage.IN_PRODUCTION, YESTERDAY))
    project(cast, 4, Stage.NEGOTIATING)
    return cast


def composed(cast: Cast, *, who: str = "secretary", since: date | None = SINCE) -> onepager.OnePager:
    person = cast.people[who]
    chain = onepager.chains(person, today=TODAY).get(code="test-a")
    return onepager.compose(chain, person=person, today=TODAY, since=since)


@pytest.mark.parametrize(
    ("key", "now", "change"),
    [
        ("tasks_late", 2, 0),  # 1 and 2; then 1 and 3
        ("gaps", 2, 0),  # 1 and 2; then 1 and 3
        ("gaps_closed", 2, 1),  # 3 and 4; then 4
        ("requests", 2, 0),  # 1 and 2; then 1 and 3
        ("building", 2, 0),  # one started, one went into production
    ],
)
def test_a_figure_counts_what_stood_on_each_day(chain_of_dated_rows: Cast, key: str, now: int, change: int) -> None:
    figure = {figure.key: figure for figure in composed(chain_of_dated_rows).figures}[key]
    assert (figure.value, figure.change) == (now, change)


def test_late_is_listed_by_its_day_and_opens(chain_of_dated_rows: Cast) -> None:
    late = composed(chain_of_dated_rows).late
    assert [(item.title, item.url) for item in late] == [
        ("事项1", "/supervision/tasks/DB-2026-001/"),
        ("事项2", "/supervision/tasks/DB-2026-002/"),
        ("项目1", "/projects/XM-2026-001/"),
    ]
    assert late[0].note == "责任部门"


def test_what_moved_since_is_listed_newest_first(chain_of_dated_rows: Cast) -> None:
    assert sorted((entry.on, entry.text) for entry in composed(chain_of_dated_rows).moved) == [
        (TEN_AGO, "新受理诉求：链主一有限公司：诉求2"),
        (TEN_AGO, "确认缺口：缺口2"),
        (TEN_AGO, "销号：事项3"),
        (TEN_AGO, "项目1 进入开工"),
        (YESTERDAY, "缺口销号：缺口3"),
        (YESTERDAY, "诉求办结：链主一有限公司：诉求3"),
        (YESTERDAY, "销号：事项4"),
        (YESTERDAY, "项目3 进入投产"),
    ]
    days = [entry.on for entry in composed(chain_of_dated_rows).moved]
    assert days == sorted(days, reverse=True)


def test_gaps_confirmed_on_one_day_are_one_line(cast: Cast) -> None:
    for n in range(1, 6):
        gap(cast, n, confirmed=TEN_AGO)
    (entry,) = composed(cast).moved
    assert (entry.on, entry.text) == (TEN_AGO, "确认缺口5个：缺口1、缺口2、缺口3…")


def test_a_map_published_since_is_told_and_opens_beside_the_one_before(cast: Cast) -> None:
    for number, day in ((1, LONG_AGO), (2, TEN_AGO)):
        MapVersion.objects.create(
            chain=cast.chain_a, number=number, state="published" if number == 2 else "retired",
            created_at=at(day), published_at=at(day), published_by=cast.head_a,
        )  # fmt: skip
    (entry,) = composed(cast, who="chief").moved
    assert (entry.on, entry.text, entry.url) == (TEN_AGO, "链图谱第2版发布", "/maps/test-a/v2/compare")


@pytest.mark.parametrize("key", ["actions", "actions_done", "actions_late", "tasks_late", "building", "requests"])
def test_a_figure_opens_exactly_the_rows_it_counts(chain_of_dated_rows: Cast, client: Client, key: str) -> None:
    cast, today = chain_of_dated_rows, timezone.localdate()
    plan(cast, 1, due=today - timedelta(days=3))
    plan(cast, 2, due=today + timedelta(days=3))
    plan(cast, 3, due=today - timedelta(days=9), done=today - timedelta(days=10))
    project(cast, 9, Stage.STARTED, (Stage.STARTED, LONG_AGO))
    Project.objects.filter(code="XM-2026-009").update(status=Status.TERMINATED, status_reason="终止")
    chain = onepager.chains(cast.secretary, today=today).get(code="test-a")
    page = onepager.compose(chain, person=cast.secretary, today=today, since=SINCE)
    figure = {figure.key: figure for figure in page.figures}[key]
    assert opened(client, cast, figure.url) == figure.value > 0


@pytest.mark.parametrize("key", ["gaps", "gaps_closed"])
def test_a_figure_of_gaps_opens_those_gaps(chain_of_dated_rows: Cast, client: Client, key: str) -> None:
    figure = {figure.key: figure for figure in composed(chain_of_dated_rows).figures}[key]
    assert opened(client, chain_of_dated_rows, figure.url) == figure.value == 2


def opened(client: Client, cast: Cast, url: str) -> int:
    client.force_login(cast.secretary, backend="django.contrib.auth.backends.ModelBackend")
    table = client.get(url).context["table"]
    assert table.chosen.notices == (), "a filter of the address is not one of the list"
    return int(table.page.paginator.count)


def plan(cast: Cast, n: int, *, due: date, done: date | None = None, **columns: Any) -> Action:
    return Action.objects.create(
        code=f"JH-2026-{n:03d}", chain=cast.chain_a, year=2026, matter=f"计划{n}", due_on=due,
        state="done" if done else "open", completed_on=done, **columns,
    )  # fmt: skip


def test_a_countable_target_tells_how_far_it_is_and_how_far_it_was(cast: Cast) -> None:
    counted = plan(cast, 1, due=TODAY, target_value=1000, unit="场", counted_from=Action.Counted.EVENTS)
    for n, day in enumerate((LONG_AGO, TEN_AGO, YESTERDAY)):
        Event.objects.create(code=f"HD-2026-{n}", name=f"活动{n}", chain=cast.chain_a, held_on=day, kind="exhibition")
    reported = plan(cast, 2, due=TODAY, target_value=12, unit="家", done_value=4)
    for day, value in ((LONG_AGO, 1), (TEN_AGO, 4)):
        ActionReport.objects.create(action=reported, reported_on=day, text="进展", done_value=value, by=cast.clerk_a)
    unknown = plan(cast, 3, due=TODAY, target_value=5, unit="家")
    figures = {figure.key: figure for figure in composed(cast).figures}
    of = [figures[f"target_{action.code}"] for action in (counted, reported, unknown)]
    assert [(f.value, f.change, f.unit) for f in of] == [
        (3, 2, "/ 1,000 场"),
        (4, 3, "/ 12 家"),
        (None, None, "/ 5 家"),
    ]


def test_the_day_of_comparison_is_the_last_meeting(cast: Cast) -> None:
    assert composed(cast, since=None).since == TODAY - timedelta(days=onepager.DEFAULT_DAYS)
    for day in (LONG_AGO, TEN_AGO, TODAY + timedelta(days=5)):
        Meeting.objects.create(code=f"HY-{day}", title="例会", kind="regular", held_on=day, chain=cast.chain_a)
    assert composed(cast, since=None).since == TEN_AGO
    assert composed(cast, since=LONG_AGO).since == LONG_AGO


def test_a_service_chain_tells_nothing_of_gaps(cast: Cast) -> None:
    person = cast.secretary
    page = onepager.compose(onepager.chains(person, today=TODAY).get(code="test-b"), person=person, today=TODAY)
    assert [figure.key for figure in page.figures if "gap" in figure.key or figure.key == "local_ratio"] == []
