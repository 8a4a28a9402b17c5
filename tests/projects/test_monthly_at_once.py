"""The month when two move at the same moment: one comes first, the other waits and is told; nothing is half-written."""

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, connection, connections

from lianzhang.accounts.actions import Refused
from lianzhang.collecting import actions as collecting
from lianzhang.collecting.models import Collection, Submission
from lianzhang.jobs.models import Job
from lianzhang.projects.actions import leads, records
from lianzhang.projects.models import MonthReport
from lianzhang.projects.monthly import actions
from lianzhang.records.models import Stale
from lianzhang.trail import actions as trail
from lianzhang.trail import keys, verification
from lianzhang.trail.models import Event
from tests import cast as cast_module
from tests.projects import months, scene

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
LONGEST = 30.0
WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


class Meeting:
    """`first` is stopped inside its transaction at `place`; `second` begins then; `first` goes on once it waits."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *, place: str, module: Any = collecting) -> None:
        self.entered, self.may_go = threading.Event(), threading.Event()
        real = getattr(module, place)

        def stopped(*args: Any, **said: Any) -> Any:
            if not self.entered.is_set():
                self.entered.set()
                assert self.may_go.wait(LONGEST)
            return real(*args, **said)

        monkeypatch.setattr(module, place, stopped)

    def of(self, first: Callable[[], Any], second: Callable[[], Any]) -> tuple[str, str]:
        """What each of the two was told; empty where it was done."""
        told = ["", ""]

        def run(place: int, act: Callable[[], Any]) -> None:
            try:
                act()
            except Refused as refused:
                told[place] = str(refused.reason)
            except Stale:
                told[place] = "somebody else was first"
            except DatabaseError as fault:
                told[place] = f"the database: {fault}"
            finally:
                connections.close_all()

        both = [threading.Thread(target=run, args=each) for each in enumerate((first, second))]
        both[0].start()
        assert self.entered.wait(LONGEST)
        both[1].start()
        until = time.monotonic() + LONGEST
        while both[1].is_alive() and not _somebody_waits() and time.monotonic() < until:
            time.sleep(0.01)
        self.may_go.set()
        for thread in both:
            thread.join(LONGEST)
        return told[0], told[1]


def _somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(WAITING)
        return bool(cursor.fetchone()[0])


@pytest.fixture
def town() -> Any:
    """A month that is open; the east has written its one row and not handed it in."""
    cast = cast_module.build()
    project = months.key_project(cast, 1)
    asked = months.opened(cast)
    months.written(asked, cast, "east", {project: months.values("1", "1")})
    return cast, asked


def standing(asked: Collection, cast: Any) -> tuple[str, str, str]:
    """How month, answer and row stand."""
    asked.refresh_from_db()
    return asked.state, months.answer(asked, cast).state, MonthReport.objects.get().state


def test_a_district_that_hands_in_while_the_month_is_being_closed_waits_and_is_told(
    monkeypatch: pytest.MonkeyPatch, town: Any
) -> None:
    cast, asked = town
    meeting = Meeting(monkeypatch, place="closed")
    told = meeting.of(
        lambda: actions.close(asked, although="区市未报", now=months.NOON, by=cast.secretary),
        lambda: actions.submit(months.answer(asked, cast), now=months.NOON, by=cast.district_east),
    )
    assert told[0] == ""
    assert f"已由{cast.secretary.name}于 2026-11-23 关闭" in told[1]
    assert standing(asked, cast) == ("closed", Submission.State.DRAFT, MonthReport.State.DRAFT)
    assert verification.verify(Event.objects.order_by("seq"), key=keys.authentication()).stands


def test_a_month_is_not_closed_over_a_row_that_was_just_being_handed_in(
    monkeypatch: pytest.MonkeyPatch, town: Any
) -> None:
    cast, asked = town
    meeting = Meeting(monkeypatch, place="submit")
    told = meeting.of(
        lambda: actions.submit(months.answer(asked, cast), now=months.NOON, by=cast.district_east),
        lambda: actions.close(asked, now=months.NOON, by=cast.secretary),
    )
    assert told[0] == ""
    assert "1行已报未核" in told[1]
    assert standing(asked, cast) == ("open", Submission.State.SUBMITTED, MonthReport.State.SUBMITTED)
    assert not Job.objects.filter(kind="projects.write_month").exists()


def test_of_two_who_close_a_month_at_once_one_does_and_the_other_is_told_by_whom(
    monkeypatch: pytest.MonkeyPatch, town: Any
) -> None:
    cast, asked = town
    meeting = Meeting(monkeypatch, place="closed")

    def close() -> None:
        actions.close(asked, although="区市未报", now=months.NOON, by=cast.secretary)

    told = meeting.of(close, close)
    assert told[0] == ""
    assert f"已由{cast.secretary.name}于 2026-11-23 关闭" in told[1]
    assert Job.objects.filter(kind="projects.write_month").count() == 1
    assert Event.objects.filter(verb="collection.closed").count() == 1


def test_of_two_who_open_the_same_month_at_once_one_does_and_the_other_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cast = cast_module.build()
    months.key_project(cast, 1)
    meeting = Meeting(monkeypatch, place="month_code")
    told = meeting.of(lambda: months.opened(cast), lambda: months.opened(cast))
    assert told[1] == ""  # the first was still looking when the second wrote
    assert "已经发起（YB-2026-11）" in told[0]
    assert Collection.objects.count() == Submission.objects.count() == 1


def test_two_who_write_on_one_project_at_once_wait_in_turn_and_the_database_ends_neither(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cast = cast_module.build()
    project = scene.lead(cast, by=cast.district_east, now=months.NOON)
    meeting = Meeting(monkeypatch, module=trail, place="create")
    said: dict[str, Any] = {"kind": "follow", "text": "电话联系", "done_on": months.NOON.date(), "now": months.NOON}
    told = meeting.of(
        lambda: leads.follow_up(project=project, **said, by=cast.district_east),
        lambda: records.edit(
            project=project, changes={"content": "二期"}, version=None, now=months.NOON, by=cast.clerk_a
        ),
    )
    assert told[0] == ""
    assert "the database" not in told[1]
    assert verification.verify(Event.objects.order_by("seq"), key=keys.authentication()).stands
