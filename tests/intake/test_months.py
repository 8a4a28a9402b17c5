"""逐月变化: what a calendar month entered, changed and removed, for the eyes of whoever asks."""

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from lianzhang.intake import actions, ledgers, months
from lianzhang.projects.models import Project
from lianzhang.trail import actions as trail
from tests.cast import TODAY, Cast
from tests.intake import samples
from tests.intake.handing_in import NOON, hand_in, workbook

pytestmark = pytest.mark.django_db


def this_month() -> dt.date:
    """The month in which the trail writes: it has a clock of its own."""
    return timezone.localdate().replace(day=1)


@pytest.fixture
def project(cast: Cast, tmp_path: Path) -> Project:
    """A key project entered this month by a ledger, then reported twice on its page."""
    batch = hand_in(
        workbook("key_projects", samples.key_projects(), tmp_path), ledger="key_projects", by=cast.secretary
    )
    actions.apply(batch, plan=batch.plan, by=cast.secretary, now=NOON)
    entered = Project.objects.get(name="高效压缩机制造项目")
    for done in (5000, 6200):
        entered = Project.objects.get(pk=entered.pk)
        trail.change(entered, verb="project.reported", changes={"done_year_wan": Decimal(done)}, by=cast.secretary)
    return entered


def test_a_record_entered_and_changed_in_a_month_is_new_once_and_its_amounts_add_up(
    cast: Cast, project: Project
) -> None:
    found = months.of(ledgers.get("key_projects"), this_month(), by=cast.secretary)
    assert (found.new_count, found.changed_count, found.removed_count) == (1, 0, 0)
    assert [(one.record, one.is_new) for one in found.touched] == [(project, True)]
    assert found.moved["done_year_wan"] == Decimal(6200)
    assert found.moved["plan_year_wan"] == Decimal(20000)


def test_amounts_kept_beside_a_record_count_in_its_month_and_go_back_with_an_undo(
    cast: Cast, project: Project, tmp_path: Path
) -> None:
    ledger = ledgers.get("key_projects")
    assert "total_wan" in {attr for _field, attr in months.money(ledger)}
    assert months.of(ledger, this_month(), by=cast.secretary).moved["total_wan"] == Decimal(123450)
    raised = [{**samples.key_projects()["projects"][0], "total_wan": Decimal(130000), "year_done_wan": Decimal(6200)}]
    batch = hand_in(workbook("key_projects", {"projects": raised}, tmp_path), ledger="key_projects", by=cast.secretary)
    batch = actions.apply(batch, plan=batch.plan, by=cast.secretary, now=NOON)
    found = months.of(ledger, this_month(), by=cast.secretary)
    assert found.moved["total_wan"] == Decimal(130000)
    assert found.touched[0].count == 4  # entered, reported twice, its total raised
    actions.undo(batch, by=cast.secretary, now=NOON)
    assert months.of(ledger, this_month(), by=cast.secretary).moved["total_wan"] == Decimal(123450)


def test_last_month_holds_nothing_of_this_one(cast: Cast, project: Project) -> None:
    then = months.of(ledgers.get("key_projects"), months.before(this_month()), by=cast.secretary)
    assert (then.touched, then.moved) == ([], {})


def test_what_stood_before_counts_as_changed_with_the_difference_alone(cast: Cast, project: Project) -> None:
    from lianzhang.trail.models import Event

    first = this_month()
    earlier = timezone.make_aware(dt.datetime.combine(months.before(first), dt.time(12)))
    last = Event.objects.filter(subject_type="projects.project").order_by("-seq").first()
    assert last is not None
    Event.objects.exclude(pk=last.pk).update(at=earlier)
    found = months.of(ledgers.get("key_projects"), first, by=cast.secretary)
    assert (found.new_count, found.changed_count) == (0, 1)
    assert found.moved == {"done_year_wan": Decimal(1200)}
    then = months.of(ledgers.get("key_projects"), months.before(first), by=cast.secretary)
    assert (then.new_count, then.moved["done_year_wan"]) == (1, Decimal(5000))
    assert project.pk == found.touched[0].record.pk


def test_a_month_counts_only_what_the_person_may_see(cast: Cast, project: Project) -> None:
    seen = Project.objects.visible_to(cast.district_west).filter(pk=project.pk).exists()
    found = months.of(ledgers.get("key_projects"), this_month(), by=cast.district_west)
    assert found.new_count == int(seen)


def test_an_import_undone_within_the_month_leaves_no_trace_in_it(cast: Cast, tmp_path: Path) -> None:
    batch = hand_in(workbook("events", samples.events(), tmp_path), ledger="events", by=cast.secretary)
    batch = actions.apply(batch, plan=batch.plan, by=cast.secretary, now=NOON)
    actions.undo(batch, by=cast.secretary, now=NOON)
    found = months.of(ledgers.get("events"), this_month(), by=cast.secretary)
    assert (found.new_count, found.removed_count, found.moved) == (0, 0, {})


@pytest.mark.parametrize("key", ["key_projects", "address_list", "map_segments", "chains"])
def test_the_page_says_both_months_and_opens_what_it_counts(
    cast: Cast, client: Client, project: Project, key: str
) -> None:
    client.force_login(cast.secretary)
    page = client.get(f"/ledgers/{key}/months/").content.decode()
    assert "按自然月统计您可见的记录" in page
    assert "逐月变化" in client.get(f"/ledgers/{key}/").content.decode()
    if key == "key_projects":
        assert "新增 1 条、变更 0 条；上月新增 0 条" in page
        assert "年度累计完成投资净增减（万元）" in page
        assert ">6,200<" in page
        opened = client.get(f"/ledgers/{key}/months/", {"month": f"{TODAY:%Y-%m}", "kind": "changed"})
        assert project.name not in opened.content.decode()


def test_a_month_that_has_not_begun_or_is_none_shows_the_running_one(cast: Cast, client: Client) -> None:
    client.force_login(cast.secretary)
    for asked in ("2999-01", "nonsense", "2024-13"):
        assert client.get("/ledgers/events/months/", {"month": asked}).status_code == 200
