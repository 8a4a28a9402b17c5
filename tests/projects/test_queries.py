"""Counting and judging projects, each against a slow second way of doing it; events and what became of signings."""

import datetime as dt
import itertools
from decimal import Decimal
from typing import Any

import pytest
from django.db.models import Count, F, Sum
from django.test import Client

from lianzhang.accounts.actions import Refused
from lianzhang.intake import recording
from lianzhang.projects import actions, queries, schedule, stages, tables
from lianzhang.projects.events import conversions
from lianzhang.projects.events import tables as event_tables
from lianzhang.projects.models import Event, Project
from lianzhang.projects.stages import Stage, Status
from lianzhang.records.models import Stale
from lianzhang.tables import TableSpec
from tests.cast import Cast
from tests.projects import scene
from tests.supervision import crowd


def test_late_by_query_is_late_by_hand_for_every_mix_of_plan_and_actual(cast: Cast, today: dt.date) -> None:
    past, future = today - dt.timedelta(days=3), today + dt.timedelta(days=3)
    mixes = itertools.product(
        [Stage.LEAD, Stage.STARTED, Stage.COMPLETED, Stage.FULL_CAPACITY],
        [Status.NORMAL, Status.LATE, Status.SUSPENDED, Status.LOST],
        [None, past, today, future],  # next node
        [None, past],  # planned start
        [None, past],  # started
        [None, past, future],  # planned completion
    )
    Project.objects.bulk_create(
        Project(
            code=f"XM-{n}",
            name="x",
            chain=cast.chain_a,
            stage=stage,
            status=status,
            status_reason="x",
            next_due_on=node,
            planned_start_on=planned,
            started_on=started,
            planned_completion_on=completion,
        )
        for n, (stage, status, node, planned, started, completion) in enumerate(mixes)
    )
    by_query = set(queries.late(today).values_list("code", flat=True))
    by_hand = {p.code for p in Project.objects.all() if _is_late(p, today)}
    assert by_query == by_hand
    assert 0 < len(by_hand) < Project.objects.count()
    for project in Project.objects.all():
        light = schedule.light(project, today=today)
        assert (light.code in {"late", "watch"}) is (project.code in by_hand), project.code


def _is_late(project: Project, today: dt.date) -> bool:
    """The rule as the office says it, point by point."""
    if project.status in (Status.SUSPENDED, Status.LOST):
        return False
    if project.status == Status.LATE:
        return True
    if project.stage != Stage.FULL_CAPACITY and project.next_due_on and project.next_due_on < today:
        return True
    has_started = project.started_on or project.stage >= Stage.STARTED
    if project.planned_start_on and project.planned_start_on < today and not has_started:
        return True
    completion = project.planned_completion_on
    return bool(completion and completion < today and project.stage < Stage.COMPLETED and not project.completed_on)


def test_counts_by_chain_are_the_rows_counted_one_by_one(cast: Cast, today: dt.date) -> None:
    crowd.projects(cast, today=today, count=120)
    Project.objects.filter(code__endswith="7").update(status=Status.LOST, status_reason="x")
    told = queries.standing_by_chain(cast.secretary, today=today)
    for chain in (cast.chain_a, cast.chain_b):
        rows = [p for p in Project.objects.filter(chain=chain) if p.status not in stages.ENDED]
        for group in stages.table().groups:
            inside = sum(1 for row in rows if stages.group_of(row.stage) == group)
            assert getattr(told[chain.pk], group.key) == inside
        assert told[chain.pk].total == sum(1 for row in rows if row.stage >= Stage.NEGOTIATING)
    standing = queries.standing(cast.secretary, today=today)
    assert standing.talks == sum(counts.talks for counts in told.values())
    assert standing.late == queries.late(today).count() == sum(counts.late for counts in told.values())
    assert set(queries.standing_by_chain(cast.district_east, today=today)) <= set(told)
    assert queries.standing_by_chain(cast.anchor_1, today=today) == {}


@pytest.mark.sqlite
@pytest.mark.parametrize("reader", ["secretary", "district_east"])
def test_a_ledger_is_counted_ordered_and_added_up_from_an_index_alone(cast: Cast, today: dt.date, reader: str) -> None:
    """Twenty thousand records with their texts are read in five times as long."""
    person = cast.people[reader]
    money = {"intended_wan": Sum("intended_wan"), "agreed_wan": Sum("agreed_wan"), "arrived_wan": Sum("arrived_wan")}
    visible = Project.objects.visible_to(person)
    asked = {
        "late": visible.filter(queries.late_condition(today)).order_by().values("chain").annotate(n=Count("pk")),
        "money": visible.order_by().values("is_illustrative").annotate(**money),
        "ledger": queries.listed(person, today=today)
        .filter(queries.BY_STAGE)
        .order_by(*tables.PROJECTS.default_order)
        .values_list("pk")[:50],
        "key": visible.filter(is_key=True).order_by(*tables.KEY_PROJECTS.default_order).values_list("pk")[:50],
        "leads": queries.leads(person, today=today).order_by("-first_reported_at", "code").values_list("pk")[:50],
    }
    steps = {name: found.explain().splitlines() for name, found in asked.items()}
    read = {name: [step for step in plan if "projects_project" in step] for name, plan in steps.items()}
    # What the late ones are counted by is worked out by the database, and SQLite calls no index covering that has such
    # a column; it reads it from the index all the same.
    said = {name: "INDEX project_" if name == "late" else "COVERING INDEX project_" for name in read}
    assert {name for name, plan in read.items() if not all(said[name] in step for step in plan)} == set()
    assert all(read.values())


@pytest.mark.parametrize("table", [tables.PROJECTS, tables.LEADS, tables.KEY_PROJECTS], ids=lambda t: t.key)
def test_every_column_is_read_in_the_one_query_and_the_months_of_the_page_in_another(
    cast: Cast, today: dt.date, table: TableSpec, django_assert_num_queries: Any
) -> None:
    crowd.projects(cast, today=today, count=5)
    scene.completed(cast)
    assert cast.secretary.reach.role == "secretariat"  # the post is read once, before
    with django_assert_num_queries(2):
        read = queries.leads if table is tables.LEADS else queries.listed
        for row in read(cast.secretary, today=today):
            for column in table.columns:
                column.value(row)


@pytest.mark.parametrize("table", [tables.PROJECTS, tables.LEADS, tables.KEY_PROJECTS, event_tables.SIGNINGS])
def test_no_total_adds_one_kind_of_money_to_another(table: TableSpec) -> None:
    money = {"intended_wan", "agreed_wan", "arrived_wan", "total_wan", "plan_year_wan", "done_year_wan"}
    for column in table.columns:
        if column.is_total:
            assert column.key in money
            assert (column.total_path or column.key).removeprefix("project__") == column.key
    row = Project(intended_wan=Decimal(1), agreed_wan=Decimal(20), arrived_wan=Decimal(300))
    shown = {c.key: c.value(row) for c in tables.THREE}
    assert shown == {"intended_wan": 1, "agreed_wan": 20, "arrived_wan": 300}


def test_a_completion_ratio_needs_a_plan() -> None:
    assert tables.done_ratio(Project(done_year_wan=Decimal(50))) is None
    assert tables.done_ratio(Project(done_year_wan=Decimal(50), plan_year_wan=Decimal(0))) is None
    assert tables.done_ratio(Project(done_year_wan=Decimal(50), plan_year_wan=Decimal(200))) == Decimal("0.25")


def test_plan_stands_beside_actual() -> None:
    project = Project(
        planned_start_on=dt.date(2026, 3, 1),
        started_on=dt.date(2026, 3, 11),
        next_milestone="封顶",
        stage=Stage.STARTED,
    )
    told = {m.label: m.days_behind for m in schedule.milestones(project)}
    assert told == {"开工": 10, "竣工": None, "投产": None, "封顶": None}


# --- events


@pytest.fixture
def event(cast: Cast, now: dt.datetime) -> Event:
    return actions.enter_event(chain=cast.chain_a, name="展", held_on=dt.date(2026, 7, 1), now=now, by=cast.clerk_a)


def test_a_project_is_signed_once_at_the_first_event(cast: Cast, event: Event, now: dt.datetime) -> None:
    project = scene.lead(cast)
    actions.tie_signing(event=event, project=project, by=cast.clerk_a)
    second = actions.enter_event(chain=cast.chain_a, name="再展", now=now, by=cast.clerk_a)
    with pytest.raises(Refused, match="已在“展”签约，一个项目只计一次"):
        actions.tie_signing(event=second, project=project, by=cast.clerk_a)


def test_conversion_counts_how_far_signings_came(cast: Cast, event: Event, now: dt.datetime, today: dt.date) -> None:
    for n, stage in enumerate((None, Stage.SIGNED, Stage.STARTED)):
        project = scene.complete(scene.lead(cast, name=f"项目{n}", investor_name=f"公司{n}"), cast)
        if stage:
            scene.bring(project, stage, cast, now=now)
        actions.tie_signing(event=event, project=project, by=cast.clerk_a)
    lost = scene.lead(cast, name="流失", investor_name="流失公司")
    actions.tie_signing(event=event, project=lost, by=cast.clerk_a)
    actions.lose(project=lost, reason="外地", on=today, now=now, by=cast.clerk_a)
    told = conversions.deals(queries.signings(event, person=cast.secretary))
    assert (len(told), sum(deal.is_ended for deal in told)) == (4, 1)
    assert conversions.so_far(told) == {
        Stage.SIGNED: 2, Stage.REGISTERED: 1, Stage.STARTED: 1, Stage.IN_PRODUCTION: 0,
    }  # fmt: skip
    (row,) = queries.events(cast.secretary)
    assert (row.tied_count, row.started_count) == (4, 1)
    assert queries.event_totals(cast.secretary) | {"published": 0} == {
        "events": 1,
        "published": 0,
        "tied": 4,
    }
    assert not queries.signings(event, person=cast.anchor_1).exists()


def test_events_are_counted_by_chain_and_the_year_they_were_held_in(cast: Cast, now: dt.datetime) -> None:
    for n, held_on in enumerate([dt.date(2026, 1, 1), dt.date(2026, 12, 31), dt.date(2025, 12, 31), None]):
        actions.enter_event(chain=cast.chain_b, name=f"活动{n}", held_on=held_on, now=now, by=cast.clerk_b)
    assert queries.event_count(cast.chain_b, 2026) == 2
    assert queries.event_count(cast.chain_a, 2026) == 0


def test_an_event_belongs_to_its_chain_or_its_host(cast: Cast, event: Event, now: dt.datetime) -> None:
    with pytest.raises(Refused, match="本链或本单位"):
        actions.enter_event(chain=cast.chain_b, name="x", now=now, by=cast.clerk_a)
    with pytest.raises(Refused, match="本链或本单位"):
        actions.enter_event(chain=cast.chain_a, name="x", now=now, by=cast.anchor_1)
    hosted = actions.enter_event(chain=cast.chain_b, name="区展", now=now, by=cast.district_east)
    assert hosted.host == cast.east
    changed = actions.edit_event(event=hosted, changes={"name": "东区展"}, version=1, by=cast.district_east)
    assert changed.name == "东区展"
    with pytest.raises(Refused, match="无权修改"):
        actions.edit_event(event=hosted, changes={"name": "x"}, version=None, by=cast.district_west)
    with pytest.raises(Stale):
        actions.edit_event(event=hosted, changes={"name": "x"}, version=1, by=cast.secretary)


def test_the_board_and_tables_show_nothing_to_a_reader_without_a_post(cast: Cast, client: Client) -> None:
    scene.lead(cast)
    assert list(queries.listed(cast.stranger, today=dt.date(2026, 1, 1))) == []


def test_an_event_is_in_the_district_its_ledger_states_else_its_place_names_else_of_its_host(
    cast: Cast, now: dt.datetime
) -> None:
    for name, more in {
        "在西区": {"place": "西区会展中心", "host": cast.east},
        "区划名": {"place": "青岛市崂山区国际会展中心"},
        "东区办": {"host": cast.east, "place": "会展中心"},
        "东区企业办": {"host": cast.firm_1},
        "东区协会办": {"host_name": "东区商会"},
        "市里办": {"host": cast.department},
        "不知道": {},
    }.items():
        actions.enter_event(chain=cast.chain_b, name=name, now=now, by=cast.clerk_b, **more)
    stated = actions.enter_event(chain=cast.chain_b, name="填报西区", now=now, place="东区", by=cast.clerk_b)
    recording.keep_extras("events", stated, {"region_code": "370212"})
    seen = queries.events(cast.secretary).annotate(code_of_district=F("district"))
    found = {event.name: (event.code_of_district, event.district_name) for event in seen}
    east, west = ("east", "东区"), ("west", "西区")
    assert found == {
        "填报西区": west,
        "在西区": west,
        "区划名": ("west", "西区"),
        "东区办": east,
        "东区企业办": east,
        "东区协会办": east,
        "市里办": ("city", "全市"),
        "不知道": ("unsaid", "未注明"),
    }
