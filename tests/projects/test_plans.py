"""年度计划: set once, changed only with a reason, mirrored on the project; in bulk through the ledger."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from lianzhang.accounts.actions import Refused
from lianzhang.projects import actions
from lianzhang.projects.models import Project, YearPlan
from lianzhang.trail import queries as history
from tests.cast import Cast
from tests.projects import scene


@pytest.fixture
def project(cast: Cast) -> Project:
    return scene.lead(cast)


def _plan(project: Project, cast: Cast, now: dt.datetime, *, reason: str = "", **said: Any) -> YearPlan:
    return actions.set_plan(project=project, year=now.year, said=said, reason=reason, now=now, by=cast.clerk_a)


def test_a_plan_once_set_is_changed_only_with_a_reason_and_the_project_mirrors_the_running_year(
    cast: Cast, project: Project, now: dt.datetime
) -> None:
    _plan(project, cast, now, investment_wan=Decimal(3000))
    project.refresh_from_db()
    assert project.plan_year_wan == 3000
    # Filling a blank adds to the plan and needs no reason.
    assert _plan(project, cast, now, start_on=dt.date(now.year, 3, 1)).investment_wan == 3000
    with pytest.raises(Refused, match="已定，调整须写明理由"):
        _plan(project, cast, now, investment_wan=Decimal(2500))
    _plan(project, cast, now, investment_wan=Decimal(2500), reason="设备推迟到货")
    project.refresh_from_db()
    assert project.plan_year_wan == 2500
    (changed, *_earlier) = history.history(YearPlan.objects.get())
    assert changed.detail["reason"] == "设备推迟到货"
    assert [before for name, _label, before, _after in changed.changes if name == "investment_wan"] == ["3000.0000"]
    with pytest.raises(Refused, match="已定为 2,500 万元"):
        actions.edit(project=project, changes={"plan_year_wan": Decimal(1)}, version=None, now=now, by=cast.clerk_a)
    project.refresh_from_db()
    assert project.plan_year_wan == 2500


def test_a_plan_of_another_year_leaves_the_running_one_alone(cast: Cast, project: Project, now: dt.datetime) -> None:
    actions.set_plan(project=project, year=now.year + 1, said={"investment_wan": Decimal(9)}, now=now, by=cast.clerk_a)
    project.refresh_from_db()
    assert project.plan_year_wan is None
    with pytest.raises(Refused, match="相差过远"):
        actions.set_plan(project=project, year=2062, said={"note": "x"}, now=now, by=cast.clerk_a)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"investment_wan": Decimal(-1)}, "负数"),
        ({"start_on": dt.date(2026, 5, 1), "completion_on": dt.date(2026, 4, 1)}, "计划竣工 2026-04-01 早于计划开工"),
        ({"completion_on": dt.date(2026, 5, 1), "production_on": dt.date(2026, 4, 1)}, "早于计划竣工"),
        ({"start_on": dt.date(2026, 5, 1), "production_on": dt.date(2026, 4, 1)}, "早于计划开工"),
        ({"note": " "}, "至少填一项"),
    ],
)
def test_a_plan_in_disorder_is_refused_in_words(
    cast: Cast, project: Project, now: dt.datetime, said: dict[str, Any], told: str
) -> None:
    with pytest.raises(Refused, match=told):
        _plan(project, cast, now, **said)
    assert not YearPlan.objects.exists()


def test_money_has_a_day_only_where_it_arrived_and_loses_it_with_the_amount(
    cast: Cast, project: Project, now: dt.datetime, today: dt.date
) -> None:
    def record(amount: Decimal | None, **day: dt.date) -> Project:
        project.refresh_from_db()
        given: dict[str, Any] = {"version": None, "now": now, "by": cast.clerk_a, "reason": "x"}
        return actions.record_money(project=project, amounts={"arrived_wan": amount}, **given, **day)

    with pytest.raises(Refused, match="没有到位资金"):
        record(None, arrived_on=today)
    with pytest.raises(Refused, match="晚于今天"):
        record(Decimal(5), arrived_on=today + dt.timedelta(days=1))
    assert record(Decimal(5), arrived_on=today).arrived_on == today
    assert record(Decimal(6)).arrived_on == today
    assert record(None).arrived_on is None
