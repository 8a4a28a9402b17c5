"""灯的规则: each row of the rule, on the day it is about; the light never invents lateness nobody reported."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from lianzhang.chains import rules
from lianzhang.chains.rules import Facts, Light

TODAY = date(2026, 11, 23)
TABLE = rules.Thresholds(behind_red_ratio=0.10, quiet_days=35, near_days=14, jump_factor=3)


def stand(**facts: object) -> rules.Verdict:
    """How an action of 2026 stands today; `ago` and `ahead` are days."""
    ago, ahead = facts.pop("ago", None), facts.pop("ahead", None)
    if ago is not None:
        facts["reported_on"] = TODAY - timedelta(days=int(str(ago)))
    if ahead is not None:
        facts["due_on"] = TODAY + timedelta(days=int(str(ahead)))
    return rules.verdict(Facts(year=2026, **facts), today=TODAY, table=TABLE)  # type: ignore[arg-type]


def test_an_action_nobody_reported_on_is_grey_not_red() -> None:
    found = stand(ahead=30)
    assert (found.light, found.is_overdue, found.is_unreported) == (Light.GREY, False, True)
    assert found.reason == "未收到进展填报"


def test_past_its_day_without_a_report_it_is_overdue_and_still_grey() -> None:
    found = stand(ahead=-1)
    assert (found.light, found.days_overdue) == (Light.GREY, 1)
    assert found.reason == "时限已过，未报进展"
    assert not found.is_behind


def test_on_the_day_itself_it_is_not_overdue() -> None:
    assert not stand(ahead=0, ago=1).is_overdue


def test_reported_but_past_its_day_it_is_red_and_says_by_how_many_days() -> None:
    found = stand(ahead=-12, ago=3)
    assert (found.light, found.reason) == (Light.RED, "逾期12天")


def test_a_target_that_is_met_is_not_red_for_its_day() -> None:
    found = stand(ahead=-3, ago=3, target=Decimal(10), done=Decimal(10))
    assert found.light == Light.GREEN


@pytest.mark.parametrize(("ago", "light"), [(35, Light.GREEN), (36, Light.RED)])
def test_thirty_five_days_without_a_word_are_allowed_and_no_more(ago: int, light: Light) -> None:
    assert stand(ahead=60, ago=ago).light == light


@pytest.mark.parametrize(("ahead", "light"), [(15, Light.GREEN), (14, Light.YELLOW), (0, Light.YELLOW)])
def test_near_its_day_and_unfinished_it_is_yellow(ahead: int, light: Light) -> None:
    assert stand(ahead=ahead, ago=2).light == light


def test_completion_is_held_against_the_time_that_has_passed() -> None:
    # A year of 100 days in effect: due 2026-04-10 is day 100; on day 50 half the time is gone.
    def on_day_fifty(done: int) -> rules.Verdict:
        day = date(2026, 2, 19)
        facts = Facts(year=2026, due_on=date(2026, 4, 10), reported_on=day, target=Decimal(100), done=Decimal(done))
        return rules.verdict(facts, today=day, table=TABLE)

    assert [on_day_fifty(done).light for done in (50, 49, 40, 39)] == [
        Light.GREEN,
        Light.YELLOW,
        Light.YELLOW,
        Light.RED,
    ]
    assert on_day_fifty(39).reason == "完成39%，时间进度50%，落后11个百分点"


def test_a_cumulative_value_that_falls_is_grey_and_says_why() -> None:
    found = stand(ahead=60, ago=2, target=Decimal(100), done=Decimal(40), previous_done=Decimal(50))
    assert (found.light, found.reason) == (Light.GREY, "累计完成值比上次减少，待核")


def test_a_cumulative_value_that_more_than_trebles_is_grey() -> None:
    doubtful = stand(ahead=60, ago=2, target=Decimal(100), done=Decimal(91), previous_done=Decimal(30))
    sound = stand(ahead=60, ago=2, target=Decimal(100), done=Decimal(90), previous_done=Decimal(30))
    assert doubtful.light == Light.GREY
    assert sound.light != Light.GREY


def test_a_light_set_by_hand_goes_before_the_rule_and_keeps_its_reason() -> None:
    found = stand(ahead=-12, ago=3, by_hand="yellow", reason_by_hand="等市里批复")
    assert (found.light, found.reason, found.is_by_hand) == (Light.YELLOW, "等市里批复", True)
    assert found.is_overdue, "a light by hand does not move the calendar"


def test_done_and_dropped_are_never_late() -> None:
    assert not stand(ahead=-30, is_done=True).is_overdue
    assert stand(ahead=-30, is_dropped=True).light == Light.DROPPED


def test_without_a_deadline_time_runs_to_the_end_of_the_year() -> None:
    assert rules.time_ratio(2026, None, today=date(2026, 12, 31)) == 1
    assert rules.time_ratio(2026, None, today=date(2026, 1, 1)) == pytest.approx(1 / 365)
    assert rules.time_ratio(2026, None, today=date(2025, 6, 1)) == 0


def test_the_thresholds_are_read_from_the_reviewed_table() -> None:
    assert rules.thresholds() == TABLE


def test_reasons_are_said_in_english_too() -> None:
    with translation.override("en"):
        assert not any("\u4e00" <= sign <= "\u9fff" for sign in stand(ahead=-12, ago=3).reason)


facts = st.builds(
    Facts,
    year=st.just(2026),
    due_on=st.none() | st.dates(date(2025, 1, 1), date(2027, 12, 31)),
    reported_on=st.none() | st.dates(date(2026, 1, 1), TODAY),
    target=st.none() | st.decimals(1, 5000, places=2),
    done=st.none() | st.decimals(0, 9000, places=2),
    previous_done=st.none() | st.decimals(0, 9000, places=2),
    is_done=st.booleans(),
    is_dropped=st.booleans(),
)


@given(facts)
def test_every_light_has_a_reason_and_red_always_rests_on_something_reported(given_facts: Facts) -> None:
    found = rules.verdict(given_facts, today=TODAY, table=TABLE)
    assert found.reason
    if found.light is Light.RED:
        assert given_facts.reported_on is not None or given_facts.done
    if found.light in {Light.DONE, Light.DROPPED}:
        assert not found.is_overdue
    else:
        assert found.is_overdue == (given_facts.due_on is not None and given_facts.due_on < TODAY)
