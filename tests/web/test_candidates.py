"""Candidates: a firm is one row whoever speaks for it, a like name is asked about, and evidence follows the reader."""

import datetime as dt
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

import pytest
from django.test import Client
from django.utils import timezone

from lianzhang.accounts.actions import Refused
from lianzhang.chains.actions import candidates as actions
from lianzhang.chains.models import CandidateProposal
from lianzhang.chains.queries import candidates as queries
from lianzhang.registry.models import Enterprise
from tests.cast import Cast
from tests.chains import scene as scenes
from tests.web import analysed

pytestmark = pytest.mark.django_db
SignIn = Callable[[str], Client]
LIST = "/targets/candidates/test-a"


@pytest.fixture
def world(cast: Cast) -> analysed.Analysed:
    return analysed.build(cast)


def propose(cast: Cast, name: str, *, meant: str = "", **facts: Any) -> CandidateProposal:
    now = timezone.now()
    return actions.propose(
        chain=cast.chain_a, name=name, facts=facts, today=now.date(), now=now, by=cast.clerk_a, meant=meant
    )


def page(client: Client, address: str, *, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, address
    return answer.content.decode()


def test_a_firm_that_supplies_is_able_and_was_proposed_is_one_candidate(
    signed_in: SignIn, cast: Cast, world: analysed.Analysed
) -> None:
    propose(cast, "外地乙有限公司", kind="new")
    propose(cast, "QY-乙", kind="relocation", origin="import", origin_name="某平台", origin_on=dt.date(2026, 1, 5))
    found = {firm.code: firm for firm in queries.firms(cast.chain_a, person=cast.clerk_a)}
    assert set(found) == {"QY-乙", "QY-丙", "QY-戊", "QY-己"}  # 丁 is here already
    assert (found["QY-乙"].supplied_count, found["QY-乙"].proposed_count) == (2, 2)
    assert (found["QY-己"].supplied_count, found["QY-己"].able_count) == (0, 2)
    assert found["QY-乙"].told_kind == "relocation"  # the newest word
    text = page(signed_in("clerk_a"), LIST)
    assert text.count(">外地乙有限公司<") == 1
    assert "整体迁移" in text


def test_who_may_not_read_the_purchases_sees_no_supplier_by_them(
    signed_in: SignIn, cast: Cast, world: analysed.Analysed
) -> None:
    assert "外地丙有限公司" in page(signed_in("clerk_a"), LIST)
    others = page(signed_in("secretary"), LIST)
    assert "外地丙有限公司" not in others
    assert "外地己有限公司" in others
    evidence = page(signed_in("secretary"), f"{LIST}/firm/QY-丙")
    assert "没有您有权查看的采购记录" in evidence
    assert not [mark for mark in analysed.MARKS if f"{mark:,}" in evidence]
    own = page(signed_in("clerk_a"), f"{LIST}/firm/QY-丙")
    assert cast.enterprise_3.name in own
    assert "90,239" in own


def test_a_name_like_a_registered_one_is_asked_about(cast: Cast) -> None:
    scenes.build(cast)
    with pytest.raises(actions.Doubtful) as doubt:
        propose(cast, "外地乙有限责任公司")
    known = Enterprise.objects.get(code="QY-乙")
    assert str(known.pk) in {one.subject_id for one in doubt.value.alike}
    assert propose(cast, "外地乙有限责任公司", meant=str(known.pk)).enterprise == known
    other = propose(cast, "外地乙有限责任公司", meant=actions.NEW)
    assert other.enterprise is None
    assert [one.pk for one in queries.unidentified(cast.chain_a, person=cast.clerk_a)] == [other.pk]
    settled = actions.identify(proposal=other, enterprise=known, version=other.version, by=cast.clerk_a)
    assert settled.enterprise == known


@pytest.mark.parametrize(
    ("name", "facts", "said"),
    [
        ("QY-丁", {}, "已在本市"),
        ("新企业甲", {"certification": "certified", "certification_months": 6}, "不再需要月数"),
        ("新企业甲", {"origin": "import"}, "来源名称和日期"),
        ("新企业甲", {"origin": "import", "origin_name": "平台", "origin_on": dt.date(2999, 1, 1)}, "在今天之后"),
        ("（）", {}, "请填写企业名称"),
    ],
)
def test_what_cannot_be_recruited_or_contradicts_itself_is_refused(
    cast: Cast, name: str, facts: dict[str, Any], said: str
) -> None:
    scenes.build(cast)
    with pytest.raises(Refused, match=said):
        propose(cast, name, **facts)


def test_an_anchor_is_no_candidate_and_another_task_force_proposes_nothing(cast: Cast) -> None:
    with pytest.raises(Refused, match="在本市"):
        propose(cast, cast.enterprise_1.code)
    now = timezone.now()
    with pytest.raises(Refused, match="只有编制本链目标清单的单位"):
        actions.propose(chain=cast.chain_a, name="甲", facts={}, today=now.date(), now=now, by=cast.clerk_b)


def test_of_several_proposals_the_newest_word_on_each_fact_counts(cast: Cast) -> None:
    scenes.build(cast)
    propose(cast, "QY-乙", kind="new", cost_wan=100, willingness="undecided")
    newer = propose(cast, "QY-乙", willingness="willing", certification_months=9)
    known = queries.facts(cast.chain_a)[newer.enterprise_id or 0]
    assert (known.kind, known.willingness, known.certification_months, known.cost_wan) == ("new", "willing", 9, 100)
    actions.withdraw(proposal=newer, reason="消息有误", version=newer.version, now=timezone.now(), by=cast.clerk_a)
    assert queries.facts(cast.chain_a)[newer.enterprise_id or 0].willingness == "undecided"


def test_the_form_asks_and_takes_the_answer(signed_in: SignIn, cast: Cast, world: analysed.Analysed) -> None:
    client = signed_in("clerk_a")
    said = {"name": "外地乙有限责任公司", "origin": "person", "kind": "relocation", "part_codes": "压缩机"}
    answer = client.post(f"{LIST}/new", said)
    assert answer.status_code == 422
    assert "外地乙有限公司" in answer.content.decode()
    known = Enterprise.objects.get(code="QY-乙")
    answer = client.post(f"{LIST}/new", said | {"meant": str(known.pk)})
    assert unquote(answer.headers["Location"]) == f"{LIST}/firm/QY-乙"
    proposal = CandidateProposal.objects.get()
    assert proposal.part_codes == ["P1"]
    text = page(client, f"{LIST}/firm/QY-乙")
    assert "公平竞争审查条例" in text
    wrong = client.post(f"{LIST}/new", said | {"name": "QY-丙", "part_codes": "没有这种"})
    assert "没有这些零部件：没有这种" in wrong.content.decode()
    address = f"/targets/proposals/{proposal.code}"
    assert 'value="relocation" selected' in page(client, f"{address}/edit")
    client.post(f"{address}/edit", said | {"version": "1", "kind": "expansion"})
    assert "公平竞争审查条例" not in page(client, f"{LIST}/firm/QY-乙")
    client.post(f"{address}/withdraw", {"version": "2", "reason": "重复"})
    assert "已撤回" in page(client, f"{LIST}/firm/QY-乙")


def test_candidates_open_in_few_queries_for_readers_and_not_at_all_for_others(
    signed_in: SignIn, cast: Cast, world: analysed.Analysed, django_assert_max_num_queries: Any
) -> None:
    propose(cast, "QY-乙", certification="certified", certified_at=[cast.enterprise_1.code])
    for who in ("clerk_a", "secretary", "chief"):
        client = signed_in(who)
        for address in (LIST, f"{LIST}/firm/QY-乙"):
            with django_assert_max_num_queries(12, info=(who, address)):
                page(client, address)
    assert cast.enterprise_1.name not in page(signed_in("secretary"), f"{LIST}/firm/QY-乙")
    for who in ("anchor_1", "sme", "district_east", "stranger"):
        page(signed_in(who), LIST, status=404)
    page(signed_in("chief"), f"{LIST}/new", status=404)
