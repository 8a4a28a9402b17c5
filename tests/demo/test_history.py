"""The earlier years of the annex: a track record for the funnel, and nothing of it in the way of today's work."""

import itertools
from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest
from django.db.models import Sum

from lianzhang.accounts.models import Person
from lianzhang.demo.annex import cast, history, months
from lianzhang.projects import queries, stages
from lianzhang.projects.funnel import reckoning
from lianzhang.projects.models import MonthReport, Project, StageEntry
from lianzhang.projects.monthly import queries as monthly
from lianzhang.projects.stages import Stage, Status
from lianzhang.trail.models import Proof
from tests.cast import TODAY

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("example")]
EARLIER = [TODAY.year - n for n in (3, 2, 1)]


def past() -> "list[Project]":
    return list(Project.objects.filter(investor_name__startswith="示例往年投资方").order_by("pk"))


@pytest.fixture(scope="module")
def read(example: None, django_db_blocker: Any) -> dict[str, Any]:
    """The funnel of the whole city, reckoned once."""
    with django_db_blocker.unblock():
        secretary = Person.objects.get(username="example-secretary")
        return reckoning.reading(reckoning.read(secretary), (None, None), today=TODAY)


def test_the_forecast_has_a_record_of_three_years_for_every_month_it_could_have_been_asked_in(
    read: dict[str, Any],
) -> None:
    year = read["years"][str(TODAY.year)]
    assert year["whole_years"] == months.YEARS
    assert [row[0] for row in year["record"]] == EARLIER
    for _year, actual, *told in year["record"]:
        assert actual > 0
        assert None not in told, "each of them has last year's months beside it"
    assert [(row[0], row[1]) for row in year["record_months"]] == [(month, len(EARLIER)) for month in range(1, 12)]
    early, late = year["record_months"][0], year["record_months"][-1]
    assert late[3] < early[3], "in November more is known than in January"


def test_signings_of_several_years_are_old_enough_for_24_months_and_the_two_start_rates_differ(
    read: dict[str, Any],
) -> None:
    signed = Counter(month[:4] for month, *_rest in read["cohorts"])
    assert set(signed) == {str(TODAY.year - n) for n in range(history.YEARS + 1)}
    for number in EARLIER:
        year = read["years"][str(number)]
        for started, all_of_them in (year["start_rate_plan"], year["start_rate_signed"]):
            assert 0 < started <= all_of_them
        assert year["start_rate_plan"] != year["start_rate_signed"]
    by_stage = {row["stage"]: row for row in read["stays"]}
    for stage in (Stage.LEAD, Stage.EVALUATING, Stage.NEGOTIATING):
        assert min(by_stage[stage]["ways"]) > 0, "some went on, some were lost, some gave up"
    building = by_stage[Stage.STARTED]
    assert building["quartiles"][1] is not None
    assert building["count"] > building["left_count"], "what is being built stays in it"


def test_nothing_of_the_earlier_years_is_under_way_late_or_due() -> None:
    rows = past()
    assert 80 <= len(rows) <= history.YEARS * history.A_YEAR
    assert {row.status for row in rows} == {Status.NORMAL, Status.LOST, Status.TERMINATED}
    assert not [row for row in rows if row.status not in stages.ENDED and row.stage < Stage.IN_PRODUCTION]
    keys = [row.pk for row in rows]
    assert not queries.late(TODAY).filter(pk__in=keys).exists()
    assert not monthly.reported().filter(pk__in=keys).exists()
    quiet = TODAY - history.QUIET
    assert not StageEntry.objects.filter(project__in=keys, entered_on__gt=quiet).exists()
    assert all(row.status_on is None or row.status_on <= quiet for row in rows)
    assert not MonthReport.objects.filter(project__in=keys, month__gt=quiet).exists()
    assert not any(row.clocks.exists() for row in rows)


def test_what_the_older_ledger_told_has_no_evidence_and_says_where_it_is_from_what_came_since_has_its_own() -> None:
    since = cast.begun(TODAY)
    entries = list(StageEntry.objects.filter(project__in=past()).order_by("project_id", "stage"))
    old = [entry for entry in entries if entry.entered_on and entry.entered_on < since]
    new = [entry for entry in entries if entry not in old]
    assert len(old) > len(new) > 20
    assert {(entry.note, bool(entry.proof_ids)) for entry in old} == {(history.BASIS, False)}
    for entry in new:
        kinds = set(Proof.objects.filter(pk__in=entry.proof_ids).values_list("purpose", flat=True))
        assert kinds == {kind.key for kind in stages.gate(entry.stage).evidence}
        assert (entry.checked_by is not None) == stages.gate(entry.stage).is_checked
    signed = {entry.project_id for entry in new if entry.stage == Stage.SIGNED}
    assert signed
    assert all(Project.objects.get(pk=pk).diligences.exists() for pk in signed)


def test_each_went_its_way_in_order_and_its_months_add_up_to_about_what_was_agreed() -> None:
    built = 0
    for row in past():
        days = list(row.entries.order_by("stage").values_list("entered_on", flat=True))
        assert days == sorted(days)
        assert row.status_on is None or row.status_on > days[-1]
        reports = list(row.months.order_by("month"))
        if row.stage < Stage.IN_PRODUCTION:
            assert not reports, "what was never finished reported nothing in this example"
            continue
        for before, after in itertools.pairwise(reports):
            assert after.month == (before.month + timedelta(days=31)).replace(day=1), "no month is left out"
            grown = after.done_year_wan - (before.done_year_wan if after.month.month > 1 else 0)
            assert grown == after.done_month_wan
        first = date(TODAY.year - months.YEARS, 1, 1)
        if row.started_on and row.started_on >= first:
            whole = row.months.aggregate(whole=Sum("done_month_wan"))["whole"]
            assert 0.8 < whole / row.agreed_wan < 1.1
            built += 1
    assert built > 20
