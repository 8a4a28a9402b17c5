"""Projects and leads over REST: every public field, narrowed by chain, district, stage, status and what was changed."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from lianzhang.projects.models import LeadClock
from lianzhang.projects.stages import Stage
from lianzhang.trail import actions as trail
from lianzhang.trail.models import Event
from tests.api.conftest import Program
from tests.api.test_resources import project
from tests.cast import Cast

pytestmark = pytest.mark.django_db
ProgramOf = Callable[[str], Program]


def codes(answer: object) -> set[str]:
    return {row["code"] for row in answer.json()["items"]}  # type: ignore[attr-defined]


def test_projects_are_narrowed_by_district_and_status_and_money_stays_apart(cast: Cast, program: ProgramOf) -> None:
    project(cast, "XM-1", district=cast.east, stage=Stage.SIGNED, agreed_wan=8000)
    project(cast, "XM-2", district=cast.west, status="lost", status_reason="去外省", lost_to="某省")
    sent = program("secretary")
    assert codes(sent.get("/projects?district=east")) == {"XM-1"}
    assert codes(sent.get("/projects?status=lost")) == {"XM-2"}
    one = sent.get("/projects/XM-1").json()
    assert (one["agreed_wan"], one["arrived_wan"], one["total_wan"]) == ("8000.0000", None, None)
    assert sent.get("/projects/XM-2").json()["lost_to"] == "某省"


def test_what_was_changed_since_a_day_is_fetched_alone(cast: Cast, program: ProgramOf) -> None:
    before, since = project(cast, "XM-1"), project(cast, "XM-2")
    today = timezone.localdate()
    Event.objects.filter(subject_id=str(before.pk)).update(at=timezone.now() - timedelta(days=40))
    trail.change(since, verb="project.edited", changes={"content": "二期"}, by=cast.clerk_a)
    assert codes(program("secretary").get(f"/projects?updated_from={today - timedelta(days=2)}")) == {"XM-2"}
    assert codes(program("secretary").get(f"/projects?updated_to={today - timedelta(days=2)}")) == {"XM-1"}


def test_leads_are_what_is_not_signed_each_with_the_clock_that_ends_first(cast: Cast, program: ProgramOf) -> None:
    lead = project(cast, "XM-1", district=cast.east)
    project(cast, "XM-2", stage=Stage.SIGNED)
    today = timezone.localdate()
    for kind, due in (("follow", today + timedelta(days=9)), ("appraise", today + timedelta(days=2))):
        LeadClock.objects.create(project=lead, kind=kind, started_on=today, due_on=due)
    (row,) = program("secretary").get("/leads").json()["items"]
    assert (row["code"], row["clock"], row["clock_due_on"]) == ("XM-1", "appraise", str(today + timedelta(days=2)))
    assert codes(program("district_west").get("/leads")) == set()
    assert program("secretary").get("/leads/XM-2").status_code == 404
