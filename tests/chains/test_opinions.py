"""专家意见: an expert reads what was asked and no more; nothing is edited, only superseded."""

import datetime as dt
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from lianzhang.accounts.actions import Refused
from lianzhang.chains.actions import opinions as actions
from lianzhang.chains.models import Consultation, Gap, Opinion
from tests.cast import TODAY, Cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def gap(cast: Cast) -> Gap:
    return Gap.objects.create(code="QK-1", chain=cast.chain_a, title="压缩机", kind=Gap.Kind.NO_LOCAL_SUPPLIER)


@pytest.fixture
def asked(cast: Cast, gap: Gap, now: dt.datetime) -> Consultation:
    words = {"title": "可行性", "question": "一年内能否达到要求？"}
    return actions.ask(gap=gap, expert=cast.expert, due_on=TODAY, now=now, by=cast.clerk_a, **words)


def answered(asked: Consultation, cast: Cast, now: dt.datetime, text: str = "可行") -> Opinion:
    return actions.answer(
        consultation=asked, attitude="support", text=text, version=asked.version, now=now, by=cast.expert
    )


def page_of(cast: Cast, who: str) -> Client:
    client = Client()
    client.force_login(cast.people[who])
    return client


def test_an_expert_reads_the_question_and_nothing_else_of_the_gap(
    cast: Cast, gap: Gap, asked: Consultation, now: dt.datetime
) -> None:
    client = page_of(cast, "expert")
    assert "一年内能否达到要求" in client.get(f"/gaps/consultations/{asked.pk}").content.decode()
    assert "可行性" in client.get("/").content.decode()
    assert {client.get(path).status_code for path in ("/gaps/", f"/gaps/{gap.code}", f"/gaps/{gap.code}/supply")} == {
        404
    }
    assert not Gap.objects.visible_to(cast.expert).exists()


def test_an_opinion_carries_body_person_and_day_and_a_second_takes_its_place(
    cast: Cast, asked: Consultation, now: dt.datetime
) -> None:
    first = answered(asked, cast, now)
    assert (first.body_name, first.person_name, first.given_on) == ("专家委", "expert", TODAY)
    asked.refresh_from_db()
    second = answered(asked, cast, now, text="补充条件")
    assert (second.supersedes, Opinion.objects.count()) == (first, 2)
    with pytest.raises(Refused, match="本人"):
        actions.answer(
            consultation=asked, attitude="oppose", text="代答", version=asked.version, now=now, by=cast.clerk_a
        )


def test_a_question_is_asked_of_an_expert_once_and_taken_back_before_the_answer_only(
    cast: Cast, gap: Gap, asked: Consultation, now: dt.datetime
) -> None:
    words: dict[str, Any] = {"title": "再问", "question": "？", "due_on": None, "now": now}
    with pytest.raises(Refused, match="尚未答复"):
        actions.ask(gap=gap, expert=cast.expert, by=cast.clerk_a, **words)
    with pytest.raises(Refused, match="不是专家"):
        actions.ask(gap=gap, expert=cast.sme, by=cast.clerk_a, **words)
    with pytest.raises(Refused, match="无权"):
        actions.ask(gap=gap, expert=cast.expert, by=cast.clerk_b, **words)
    withdrawn = actions.withdraw(consultation=asked, version=asked.version, now=now, by=cast.clerk_a)
    assert page_of(cast, "expert").get(f"/gaps/consultations/{asked.pk}").status_code == 404
    with pytest.raises(Refused, match="已撤回"):
        answered(withdrawn, cast, now)
    again = actions.ask(gap=gap, expert=cast.expert, by=cast.clerk_a, **words)
    answered(again, cast, now)
    again.refresh_from_db()
    with pytest.raises(Refused, match="已有答复"):
        actions.withdraw(consultation=again, version=again.version, now=now, by=cast.clerk_a)


def test_what_came_on_paper_is_filed_with_its_scan_and_superseded_once(cast: Cast, gap: Gap, now: dt.datetime) -> None:
    client, page = page_of(cast, "clerk_a"), f"/gaps/{gap.code}/opinion"
    said = {"body_name": "家电研究院", "person_name": "甲", "given_on": TODAY, "attitude": "oppose", "text": "市外更近"}
    refused = client.post(page, said)
    assert refused.status_code == 422
    scan = SimpleUploadedFile("意见.pdf", b"%PDF-1.4 scan")
    assert client.post(page, {**said, "file": scan}).status_code == 302
    first = Opinion.objects.get()
    shown = client.get(f"/gaps/{gap.code}").content.decode()
    assert "家电研究院" in shown
    assert "意见.pdf" not in shown.split('id="evidence"')[1]
    scan = SimpleUploadedFile("意见2.pdf", b"%PDF-1.4 again")
    again = {**said, "text": "改为支持", "attitude": "support", "supersedes": first.pk, "file": scan}
    assert client.post(page, again).status_code == 302
    scan.seek(0)
    assert client.post(page, {**again, "file": scan}).status_code == 422
    assert [one.supersedes for one in Opinion.objects.order_by("pk")] == [None, first]


def test_an_opinion_of_tomorrow_is_refused(cast: Cast, gap: Gap) -> None:
    said = {"body_name": "院", "person_name": "甲", "attitude": "support", "text": "好", "given_on": "2999-01-01"}
    scan = SimpleUploadedFile("意见.pdf", b"%PDF-1.4 scan")
    answer = page_of(cast, "clerk_a").post(f"/gaps/{gap.code}/opinion", {**said, "file": scan})
    assert answer.status_code == 422
    assert "意见日期晚于今天" in answer.content.decode()
