"""年度计划: what may be done to an action and what the office's rules refuse."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile

from lianzhang.accounts import districts
from lianzhang.accounts.actions import Refused, found_body
from lianzhang.accounts.rules import BodyKind
from lianzhang.briefings import plans as counted
from lianzhang.chains import rules
from lianzhang.chains.actions import plans as writing
from lianzhang.chains.models import Action, ActionReport
from lianzhang.chains.queries import plans
from lianzhang.chains.tables import plans as tables
from lianzhang.projects.models import Event
from lianzhang.records.models import Stale
from lianzhang.registry.models import Source
from lianzhang.trail import evidence
from lianzhang.trail import queries as trail
from tests.cast import TODAY, Cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def action(cast: Cast) -> Action:
    return writing.add(
        chain=cast.chain_a,
        year=2026,
        matter="引进配套商",
        responsible=cast.force_a,
        due_on=date(2026, 12, 31),
        target_value=Decimal(12),
        unit="家",
        by=cast.clerk_a,
    )


def report(
    action: Action, by: Any, *, on: date = TODAY, done: int | None = None, text: str = "在谈2家"
) -> ActionReport:
    return writing.report(
        action=action,
        on=on,
        text=text,
        done_value=None if done is None else Decimal(done),
        version=action.version,
        today=TODAY,
        by=by,
    )


def judged(action: Action, cast: Cast) -> rules.Verdict:
    return plans.verdict(counted.actions(cast.secretary, today=TODAY).get(pk=action.pk))


def test_an_own_addition_is_marked_as_one_and_numbered_after_the_others(cast: Cast, action: Action) -> None:
    second = writing.add(chain=cast.chain_a, year=2026, matter="另一项", by=cast.clerk_a)
    assert action.is_own_addition
    assert (action.position, second.position) == (1, 2)
    assert action.code.startswith("JH-2026-")


def test_a_target_says_its_unit(cast: Cast) -> None:
    with pytest.raises(Refused, match="单位"):
        writing.add(chain=cast.chain_a, year=2026, matter="办活动", target_value=Decimal(5), by=cast.clerk_a)
    assert not Action.objects.exists()


def test_the_action_shows_the_newest_report_and_keeps_the_older_ones(cast: Cast, action: Action) -> None:
    report(action, cast.clerk_a, on=TODAY - timedelta(days=20), done=2)
    report(action, cast.clerk_a, done=5, text="签约1家")
    action.refresh_from_db()
    assert (action.progress, action.progress_on, action.done_value) == ("签约1家", TODAY, 5)
    assert [r.done_value for r in plans.reports(action)] == [5, 2]
    assert plans.reports(action)[0].body == cast.force_a


def test_a_report_is_neither_of_tomorrow_nor_before_the_last_one(cast: Cast, action: Action) -> None:
    with pytest.raises(Refused, match="晚于今天"):
        report(action, cast.clerk_a, on=TODAY + timedelta(days=1))
    report(action, cast.clerk_a, on=TODAY - timedelta(days=3))
    with pytest.raises(Refused, match="早于上次"):
        report(action, cast.clerk_a, on=TODAY - timedelta(days=4))
    assert ActionReport.objects.count() == 1


def test_two_reporters_do_not_overwrite_one_another(cast: Cast, action: Action) -> None:
    opened = action.version
    report(action, cast.clerk_a, done=2)
    stale = Action.objects.get(pk=action.pk)
    with pytest.raises(Stale):
        writing.report(
            action=stale, on=TODAY, text="另一份", done_value=None, version=opened, today=TODAY, by=cast.colleague_a
        )
    assert ActionReport.objects.count() == 1, "the report of the stale page is not kept either"


def test_nothing_is_done_without_evidence(cast: Cast, action: Action) -> None:
    with pytest.raises(Refused, match="佐证"):
        writing.complete(action=action, on=TODAY, version=action.version, today=TODAY, by=cast.clerk_a)
    kept = evidence.keep(ContentFile(b"done", name="纪要.pdf"), kind="plan", by=cast.clerk_a)
    evidence.attach(kept, to=action, purpose="plan", by=cast.clerk_a)
    writing.complete(action=action, on=TODAY, version=action.version, today=TODAY, by=cast.clerk_a)
    assert (action.state, action.completed_on) == (Action.State.DONE, TODAY)
    assert judged(action, cast).light == rules.Light.DONE


def test_what_is_done_stands_until_it_is_taken_up_again_with_a_reason(cast: Cast, action: Action) -> None:
    kept = evidence.keep(SimpleUploadedFile("图.png", b"x"), kind="plan", by=cast.clerk_a)
    evidence.attach(kept, to=action, purpose="plan", by=cast.clerk_a)
    writing.complete(action=action, on=TODAY, version=action.version, today=TODAY, by=cast.clerk_a)
    for refused in (
        lambda: report(action, cast.clerk_a),
        lambda: writing.set_light(action=action, light="red", reason="x", version=action.version, by=cast.clerk_a),
        lambda: writing.reopen(action=action, reason=" ", version=action.version, by=cast.clerk_a),
    ):
        with pytest.raises(Refused):
            refused()
    writing.reopen(action=action, reason="验收未通过", version=action.version, by=cast.clerk_a)
    assert (action.state, action.completed_on) == (Action.State.OPEN, None)
    assert trail.history(action)[0].detail == {"reason": "验收未通过"}


def test_a_dropped_action_stays_on_record_with_its_reason(cast: Cast, action: Action) -> None:
    with pytest.raises(Refused):
        writing.drop(action=action, reason="", version=action.version, by=cast.clerk_a)
    writing.drop(action=action, reason="政策调整", version=action.version, by=cast.clerk_a)
    assert judged(action, cast).light == rules.Light.DROPPED


def test_a_light_by_hand_needs_a_reason_and_can_be_given_back_to_the_rule(cast: Cast, action: Action) -> None:
    with pytest.raises(Refused, match="理由"):
        writing.set_light(action=action, light="red", reason=" ", version=action.version, by=cast.clerk_a)
    writing.set_light(action=action, light="red", reason="链主退出", version=action.version, by=cast.clerk_a)
    assert (judged(action, cast).light, judged(action, cast).reason) == (rules.Light.RED, "链主退出")
    assert action.light_set_by == cast.clerk_a
    writing.set_light(action=action, light="", reason="ignored", version=action.version, by=cast.clerk_a)
    assert (action.light_reason, action.light_set_by) == ("", None)
    assert judged(action, cast).light == rules.Light.GREY


def test_what_a_source_published_keeps_its_words(cast: Cast) -> None:
    source = Source.objects.create(code="S", title="报道")
    published = Action.objects.create(code="JH-2024-900", chain=cast.chain_b, year=2024, matter="原文", source=source)
    with pytest.raises(Refused, match="摘自来源"):
        writing.edit(action=published, changes={"matter": "改写"}, version=1, by=cast.secretary)
    writing.edit(
        action=published, changes={"matter": "原文", "responsible": cast.force_b}, version=1, by=cast.secretary
    )
    assert published.responsible == cast.force_b


def test_a_countable_target_is_counted_from_the_ledger_and_never_typed(cast: Cast) -> None:
    events = writing.add(
        chain=cast.chain_b,
        year=2026,
        matter="办活动",
        target_value=Decimal(4),
        unit="场",
        counted_from=Action.Counted.EVENTS,
        by=cast.clerk_b,
    )
    for number, day in enumerate([date(2026, 3, 1), date(2026, 5, 1), date(2025, 12, 31)]):
        Event.objects.create(code=f"HD-{number}", name="活动", chain=cast.chain_b, held_on=day)
    Event.objects.create(code="HD-9", name="别链活动", chain=cast.chain_a, held_on=date(2026, 5, 1))
    found = counted.actions(cast.secretary, today=TODAY).get(pk=events.pk)
    assert plans.done_value(found) == 2, (
        "two of this chain in this year; last year's and the other chain's do not count"
    )
    with pytest.raises(Refused, match="活动台账"):
        report(events, cast.clerk_b, done=4)


def test_the_last_but_one_value_is_what_a_jump_is_measured_against(cast: Cast, action: Action) -> None:
    report(action, cast.clerk_a, on=TODAY - timedelta(days=9), done=2)
    report(action, cast.clerk_a, on=TODAY - timedelta(days=5), text="无数字")
    report(action, cast.clerk_a, done=7)
    assert judged(action, cast).reason == "累计完成值较上次增加过多，待核"


def test_situations_narrow_to_what_their_names_say(cast: Cast, action: Action) -> None:
    late = writing.add(chain=cast.chain_a, year=2026, matter="过期", due_on=date(2026, 1, 1), by=cast.clerk_a)
    report(action, cast.clerk_a, done=1)
    found = counted.actions(cast.secretary, today=TODAY)

    def codes(situation: str) -> set[str]:
        return set(plans.situation(found, situation).values_list("code", flat=True))

    assert codes("overdue") == {late.code}
    assert codes("unreported") == {late.code}
    assert codes("red") == codes("behind") == {action.code}
    assert codes("grey") == {late.code}
    assert codes("done") == codes("green") == set()


def test_a_task_force_writes_its_own_plan_only_and_a_firm_sees_none(cast: Cast, action: Action) -> None:
    assert action in Action.objects.editable_by(cast.clerk_a)
    assert action in Action.objects.editable_by(cast.lead_officer)
    assert action not in Action.objects.editable_by(cast.clerk_b)
    assert action in Action.objects.visible_to(cast.clerk_b)
    assert action not in Action.objects.visible_to(cast.anchor_1)
    assert action not in Action.objects.visible_to(cast.auditor)


def test_plan_actions_are_found_by_the_district_that_answers_or_takes_part(cast: Cast, action: Action) -> None:
    office = found_body(code="east-office", kind=BodyKind.DEPARTMENT, name_zh="东区工信局", parent=cast.east, by=None)
    said = {"东区的": cast.east, "东区部门的": office, "东区企业的": cast.firm_1, "西区的": cast.west, "没写的": None}
    for matter, body in said.items():
        writing.add(chain=cast.chain_a, year=2026, matter=matter, responsible=body, by=cast.clerk_a)
    action.partners.add(cast.west)
    condition = next(one for one in tables.ACTIONS.filters if one.key == "district")
    offered = dict(condition.options(cast.secretary))
    listed = counted.actions(cast.secretary, today=TODAY)

    def matters(code: str) -> set[str]:
        assert condition.apply is not None
        return {one.matter for one in condition.apply(listed, code)}

    assert offered == {"east": "东区", "west": "西区", "city": "全市", "unsaid": "未注明"}
    assert matters("east") == {"东区的", "东区部门的", "东区企业的"}
    assert matters("west") == {"西区的", action.matter}
    assert matters("city") == {action.matter}
    assert matters("unsaid") == {"没写的"}
    shown = {one.matter: str(districts.of(one.responsible)) for one in listed}
    assert shown == {
        action.matter: "全市",
        "东区的": "东区",
        "东区部门的": "东区",
        "东区企业的": "黄岛区",
        "西区的": "西区",
        "没写的": "未注明",
    }
