"""Schemes and chains: what may be confirmed by whom, and what a chain keeps through a new scheme."""

from datetime import date

import pytest

from lianzhang.accounts.actions import Refused
from lianzhang.chains.actions import schemes as actions
from lianzhang.chains.models import Anchor, Chain, ChainSuccession, Scheme
from lianzhang.chains.queries import schemes
from lianzhang.records.models import Stale
from tests.cast import SINCE, TODAY, Cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def newer(cast: Cast) -> Scheme:
    return actions.found_scheme(code="next", name_zh="新方案", valid_from=date(2026, 1, 1), by=cast.secretary)


def test_a_new_scheme_is_a_proposal_until_somebody_confirms_it(cast: Cast, newer: Scheme) -> None:
    assert not newer.is_confirmed
    actions.confirm_scheme(scheme=newer, version=1, by=cast.secretary)
    assert newer.is_confirmed
    with pytest.raises(Refused):
        actions.confirm_scheme(scheme=newer, version=2, by=cast.secretary)


def test_a_chain_is_once_in_its_scheme(cast: Cast, newer: Scheme) -> None:
    made = actions.add_chain(scheme=newer, slug="a", name_zh="新链", nature="service", by=cast.secretary)
    assert made.code == "next-a"
    with pytest.raises(Refused, match="a"):
        actions.add_chain(scheme=newer, slug="a", name_zh="重复", nature="service", by=cast.secretary)


def test_an_edit_changes_what_may_be_changed_and_meets_the_other_editor(cast: Cast) -> None:
    actions.edit_chain(chain=cast.chain_a, changes={"name_zh": "链甲", "code": "stolen"}, version=1, by=cast.secretary)
    assert Chain.objects.get(pk=cast.chain_a.pk).code == "test-a"
    with pytest.raises(Stale):
        actions.edit_chain(chain=cast.chain_a, changes={"name_zh": "链乙"}, version=1, by=cast.secretary)


def test_an_old_chain_goes_into_the_newer_scheme_or_is_kept(cast: Cast, newer: Scheme) -> None:
    row = ChainSuccession.objects.create(old=cast.chain_b, scheme=newer)
    with pytest.raises(Refused, match="不属于新方案"):
        actions.confirm_succession(succession=row, new=cast.chain_a, version=1, by=cast.secretary)
    actions.confirm_succession(succession=row, new=None, version=1, by=cast.secretary)
    assert [r.new for r in schemes.across_schemes(cast.chain_b)["became"]] == [None]
    assert cast.chain_b.is_active, "a chain without a home is kept on record and still reported"


def test_confirming_is_the_secretariats_and_the_general_chiefs(cast: Cast, newer: Scheme) -> None:
    ChainSuccession.objects.create(old=cast.chain_a, scheme=newer)
    may = {who for who in cast.people if ChainSuccession.objects.approvable_by(cast.people[who]).exists()}
    assert may == {"secretary", "second_secretary", "general_chief"}


def test_a_firm_is_named_anchor_once(cast: Cast) -> None:
    actions.name_anchor(chain=cast.chain_b, enterprise=cast.enterprise_sme, by=cast.secretary)
    with pytest.raises(Refused):
        actions.name_anchor(chain=cast.chain_b, enterprise=cast.enterprise_sme, by=cast.secretary)
    assert Anchor.objects.filter(enterprise=cast.enterprise_sme).count() == 1


def test_who_answers_is_asked_of_a_day(cast: Cast) -> None:
    held = schemes.answering([cast.chain_a], on=TODAY)[cast.chain_a.pk]
    assert (held.chiefs, held.deputies, held.heads) == (("chief",), ("deputy",), ("head_a",))
    before = schemes.answering([cast.chain_a], on=date(SINCE.year - 1, 1, 1))[cast.chain_a.pk]
    assert before.is_vacant


def test_groups_keep_the_order_of_the_scheme_and_lose_no_chain(cast: Cast) -> None:
    stray = Chain.objects.create(code="x", slug="x", scheme=cast.scheme, name_zh="散链", nature="service", group="")
    chains = [stray, cast.chain_b, cast.chain_a]
    found = schemes.groups(cast.scheme, chains, language="zh-hans")
    assert [(g.label, g.chains) for g in found] == [
        ("优势", [cast.chain_a]),
        ("服务", [cast.chain_b]),
        ("", [stray]),
    ]
    assert [g.label for g in schemes.groups(cast.scheme, chains, language="en")][:2] == ["Strong", "Services"]
