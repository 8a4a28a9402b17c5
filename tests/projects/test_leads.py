"""Working a lead: clocks that run, follow-ups that answer them, diligence before signing, contests of first reports."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from lianzhang.accounts.actions import Refused
from lianzhang.projects import actions, stages
from lianzhang.projects.leads import clocks, rules
from lianzhang.projects.models import Contest, FollowUp, LeadClock, Project
from lianzhang.projects.stages import Stage
from lianzhang.workdays import actions as workdays
from tests.cast import Cast
from tests.projects import scene

# A Thursday before a weekend: 2026-11-26 is worked, 28 and 29 are not.
THURSDAY = dt.datetime(2026, 11, 26, 2, tzinfo=dt.UTC)
LATER = THURSDAY + dt.timedelta(days=30)
Kind = FollowUp.Kind


def day(n: int) -> dt.date:
    return THURSDAY.date() + dt.timedelta(days=n)


def due(project: Project) -> dict[str, dt.date]:
    """What each running clock says."""
    return dict(project.clocks.filter(met_on__isnull=True).values_list("kind", "due_on"))


@pytest.fixture
def lead(cast: Cast) -> Project:
    return scene.lead(cast, now=THURSDAY, intended_wan=Decimal(9000))


def follow(lead: Project, cast: Cast, kind: str = "follow", on: int = 0, **given: Any) -> FollowUp:
    said = {"text": "已与投资方通话", "by": cast.clerk_a, "now": LATER, **given}
    return actions.follow_up(project=lead, kind=Kind(kind), done_on=day(on), **said)


def test_a_reported_lead_is_answered_in_one_working_day_and_judged_in_three(lead: Project) -> None:
    assert due(lead) == {"respond": day(1), "appraise": day(5), "feed_back": day(7), "follow": day(14)}


def test_a_major_lead_has_five_working_days_to_be_judged(cast: Cast) -> None:
    major = scene.lead(cast, now=THURSDAY, intended_wan=Decimal(50000))
    assert due(major)["appraise"] == day(7)


def test_the_citys_own_day_off_moves_a_clock_that_starts_after_it_was_declared(cast: Cast) -> None:
    workdays.declare_day(day=day(1), is_working=False, note="台风", by=cast.secretary)
    assert due(scene.lead(cast, now=THURSDAY))["respond"] == day(4)


def test_any_record_answers_and_starts_the_fortnight_again(lead: Project, cast: Cast) -> None:
    follow(lead, cast, "appraise", on=4, opinion="pursue")
    assert due(lead) == {"feed_back": day(7), "follow": day(18)}
    met = dict(lead.clocks.filter(met_on__isnull=False).values_list("kind", "met_on"))
    assert met == {"respond": day(4), "appraise": day(4), "follow": day(4)}
    lead.refresh_from_db()
    assert (lead.progress, lead.progress_on) == ("已与投资方通话", day(4))


def test_a_next_day_promised_earlier_ends_the_fortnight_earlier_and_a_later_one_does_not_stretch_it(
    lead: Project, cast: Cast
) -> None:
    follow(lead, cast, on=1, next_on=day(5))
    assert due(lead)["follow"] == day(5)
    follow(lead, cast, on=2, next_on=day(29))
    assert due(lead)["follow"] == day(16)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"text": " "}, "写明跟进情况"),
        ({"kind": "appraise"}, "研判须给出意见"),
        ({"on": 40}, "晚于今天"),
        ({"on": -1}, "早于首报"),
        ({"on": 3, "next_on": day(2)}, "下次跟进早于"),
    ],
)
def test_a_record_that_cannot_be_is_refused_and_nothing_stops(
    lead: Project, cast: Cast, given: dict[str, Any], told: str
) -> None:
    with pytest.raises(Refused, match=told):
        follow(lead, cast, **given)
    assert len(due(lead)) == 4


def test_a_lead_signed_or_held_is_not_followed_up_any_more_and_no_clock_of_it_is_late(
    lead: Project, cast: Cast
) -> None:
    assert Project.objects.filter(clocks.overdue(day(20))).exists()
    actions.hold(project=lead, reason="等土地", on=day(0), now=LATER, by=cast.clerk_a)
    assert not Project.objects.filter(clocks.overdue(day(20))).exists()
    lead.refresh_from_db()
    with pytest.raises(Refused, match="已停止"):
        follow(lead, cast)


def test_a_clock_says_what_is_late_and_by_how_much(lead: Project, cast: Cast) -> None:
    other = scene.lead(cast, now=LATER, name="乙", investor_name="乙公司")
    rows = clocks.with_next(Project.objects.order_by("code"))
    assert [clocks.light(row, today=LATER.date()).word for row in rows] == ["响应逾期29天", "响应 12-28前"]  # type: ignore[union-attr]
    assert list(Project.objects.filter(clocks.overdue(LATER.date()))) == [lead]
    assert other not in Project.objects.filter(clocks.overdue(LATER.date()))


def test_the_ledger_finds_the_leads_whose_clock_has_run_out(cast: Cast, client: Client) -> None:
    late = scene.lead(cast)  # reported in January and never answered, whatever today is
    done = scene.lead(cast, name="乙", investor_name="乙公司")
    done.clocks.update(met_on=scene.EARLIER.date())
    client.force_login(cast.clerk_a)
    assert "1条线索时限逾期" in client.get(reverse("projects:leads")).content.decode()
    only = client.get(reverse("projects:leads"), {"overdue": "1"}).content.decode()
    assert late.code in only
    assert done.code not in only


def test_signing_needs_every_item_of_the_diligence_settled(cast: Cast) -> None:
    lead = scene.completed(cast)
    lead.diligences.all().delete()
    scene.bring(lead, Stage.NEGOTIATING, cast, now=LATER)
    with pytest.raises(actions.GateClosed) as gate:
        scene.ask(lead, Stage.SIGNED, cast, now=LATER)
    assert gate.value.missing == ["diligences"]
    items = [item.key for item in stages.table().diligence]
    said = {"project": lead, "on": day(0), "now": LATER, "by": cast.clerk_a}
    for item in items[1:]:
        actions.verify(item=item, verdict="clear", note="", **said)
    actions.verify(item=items[0], verdict="concern", note="注册资本与说法不符", **said)
    with pytest.raises(actions.GateClosed, match="尽职调查"):
        scene.ask(lead, Stage.SIGNED, cast, now=LATER)
    actions.verify(item=items[0], verdict="clear", note="", **said)
    assert scene.ask(lead, Stage.SIGNED, cast, now=LATER).stage == Stage.SIGNED


def test_a_project_taken_over_after_signing_is_not_asked_for_diligence_again(cast: Cast) -> None:
    project = scene.completed(cast)
    project.diligences.all().delete()
    Project.objects.filter(pk=project.pk).update(stage=Stage.SIGNED)
    project.refresh_from_db()
    assert stages.missing(project, Stage.REGISTERED) == []


@pytest.mark.parametrize("verdict", ["concern", "na"])
def test_a_doubt_or_what_does_not_apply_is_written_out(lead: Project, cast: Cast, verdict: str) -> None:
    said = {"project": lead, "item": "control", "on": day(0), "now": LATER, "by": cast.clerk_a}
    with pytest.raises(Refused, match="写明情况"):
        actions.verify(verdict=verdict, note=" ", **said)
    with pytest.raises(Refused, match="没有这一项"):
        actions.verify(**{**said, "item": "horoscope"}, verdict="clear", note="")


def contested(cast: Cast) -> tuple[Project, Contest]:
    """The east district reported first, the west contests it."""
    first = scene.lead(cast, by=cast.district_east, now=THURSDAY)
    made = actions.contest(code=first.code, statement="上月已赴企业洽谈，有往来函", now=LATER, by=cast.district_west)
    return first, made


def test_who_was_told_may_contest_and_sees_its_contest_but_not_the_project(cast: Cast) -> None:
    first, made = contested(cast)
    assert made in Contest.objects.visible_to(cast.district_west)
    assert first not in Project.objects.visible_to(cast.district_west)
    assert made in Contest.objects.visible_to(cast.secretary)
    with pytest.raises(Refused, match="等待裁定"):
        actions.contest(code=first.code, statement="再提", now=LATER, by=cast.district_west)
    with pytest.raises(Refused, match="就是本单位"):
        actions.contest(code=first.code, statement="自己", now=LATER, by=cast.district_east)
    with pytest.raises(Refused, match="没有首报登记"):
        actions.contest(code="XM-2026-999", statement="没有", now=LATER, by=cast.district_west)


def test_the_secretariat_decides_and_the_first_report_keeps_its_time(cast: Cast) -> None:
    first, made = contested(cast)
    when = first.first_reported_at
    for who in (cast.district_west, cast.clerk_a, cast.chief):
        with pytest.raises(Refused, match="秘书处裁定"):
            actions.decide_contest(contest=made, state="moved", decision="函件属实", now=LATER, by=who)
    with pytest.raises(Refused, match="写明理由"):
        actions.decide_contest(contest=made, state="moved", decision="", now=LATER, by=cast.secretary)
    actions.decide_contest(contest=made, state="moved", decision="函件属实", now=LATER, by=cast.secretary)
    first.refresh_from_db()
    assert (first.first_reported_by, first.first_reported_at) == (cast.west, when)
    assert first.claims.get().body == cast.west
    assert [(c.body, c.share_ratio) for c in first.credits.all()] == [(cast.west, 1)]
    with pytest.raises(Refused, match="已经裁定"):
        actions.decide_contest(contest=made, state="upheld", decision="再议", now=LATER, by=cast.secretary)


def test_a_shared_first_report_halves_the_credit_and_stands_over_a_later_transfer(cast: Cast) -> None:
    first, made = contested(cast)
    actions.decide_contest(contest=made, state="shared", decision="同日对接", now=LATER, by=cast.secretary)
    halves = {cast.east.pk: Decimal("0.5"), cast.west.pk: Decimal("0.5")}
    assert {c.body_id: c.share_ratio for c in first.credits.all()} == halves
    actions.transfer(project=first, to=cast.west, reason="用地", on=day(1), now=LATER, by=cast.secretary)
    assert {c.body_id: c.share_ratio for c in first.credits.all()} == halves


def test_a_transfer_splits_the_credit_by_the_rule(cast: Cast) -> None:
    first = scene.lead(cast, by=cast.district_east, now=THURSDAY)
    actions.transfer(project=first, to=cast.west, reason="用地", on=day(1), now=LATER, by=cast.secretary)
    rule = rules.table()
    assert {c.body_id: c.share_ratio for c in first.credits.all()} == {
        cast.east.pk: rule.first_report_ratio,
        cast.west.pk: rule.landing_ratio,
    }


def test_a_contest_is_withdrawn_by_who_raised_it_and_by_nobody_else(cast: Cast) -> None:
    _first, made = contested(cast)
    with pytest.raises(Refused, match="本单位尚未裁定"):
        actions.withdraw_contest(contest=made, by=cast.district_east)
    assert actions.withdraw_contest(contest=made, by=cast.district_west).state == "withdrawn"


def test_a_lost_project_says_why_since_when_and_to_where(lead: Project, cast: Cast, client: Client) -> None:
    actions.lose(project=lead, reason="政策", lost_to="合肥", on=day(0), now=LATER, by=cast.clerk_a)
    lead.refresh_from_db()
    assert (lead.status, lead.lost_to) == ("lost", "合肥")
    client.force_login(cast.clerk_a)
    shown = client.get(reverse("projects:project", args=[lead.code])).content.decode()
    assert f"流失：政策（{day(0)}，去往合肥）" in shown
    assert "去往合肥" in shown[shown.index('id="timeline"') :]
    columns = "&columns=name,status_on,lost_to"
    listed = client.get(reverse("projects:list") + "?ended=1" + columns).content.decode()
    assert "合肥" in listed


def test_the_pages_do_the_same_as_people_use_them(cast: Cast, client: Client) -> None:
    client.force_login(cast.clerk_a)
    lead = scene.lead(cast)
    of = lambda name: reverse(f"projects:{name}", args=[lead.code])  # noqa: E731
    today = str(dt.date(2026, 11, 20))
    refused = client.post(of("follow"), {"kind": "appraise", "text": "可行", "done_on": today})
    assert refused.status_code == 422
    assert "研判须给出意见" in refused.content.decode()
    said = {"kind": "appraise", "text": "可行", "opinion": "pursue", "done_on": today}
    assert client.post(of("follow"), said).status_code == 302
    checked = {"on": today, "verdict_identity": "clear", "verdict_control": "concern", "note_control": "代持"}
    assert client.post(of("diligence"), checked).status_code == 302
    page = client.get(of("project")).content.decode()
    for word in ("可行", "建议推进", "代持", "有疑点", "反馈"):
        assert word in page
    doubt = client.post(of("diligence"), {"on": today, "verdict_control": "na", "note_control": ""})
    assert doubt.status_code == 422
    assert lead.diligences.get(item="control").verdict == "concern"


def test_a_contest_page_shows_each_district_its_own_side_and_the_secretariat_both(cast: Cast, client: Client) -> None:
    first, made = contested(cast)
    url = reverse("projects:contest", args=[made.code])
    for who, sees in ((cast.district_west, False), (cast.secretary, True), (cast.district_east, True)):
        client.force_login(who)
        page = client.get(url)
        assert page.status_code == 200
        assert (first.name in page.content.decode()) is sees
    fair = actions.enter_event(chain=cast.chain_a, name="家电展", held_on=day(-30), now=LATER, by=cast.secretary)
    actions.meet(event=fair, name=first.investor_name, note="已看样品", body=made.challenger, by=cast.secretary)
    client.force_login(cast.secretary)
    assert "已看样品" in client.get(url).content.decode(), "what the challenger had before, project or not"
    client.force_login(cast.stranger)
    assert client.get(url).status_code == 404
    client.force_login(cast.secretary)
    assert client.post(url, {"state": "upheld", "decision": "首报时间清楚"}).status_code == 302
    made.refresh_from_db()
    assert made.state == "upheld"


def test_two_running_clocks_of_one_kind_cannot_be(lead: Project) -> None:
    from django.db import IntegrityError, transaction

    with pytest.raises(IntegrityError), transaction.atomic():
        LeadClock.objects.create(project=lead, kind="follow", started_on=day(0), due_on=day(1))
