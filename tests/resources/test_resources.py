"""要素资源: who keeps what, and that a number says its unit."""

from decimal import Decimal

import pytest

from lianzhang.accounts.actions import Refused
from lianzhang.records.models import Stale
from lianzhang.resources import actions, queries, tables
from lianzhang.resources.models import Resource
from lianzhang.trail import queries as trail
from tests.cast import Cast

pytestmark = pytest.mark.django_db


def fund(cast: Cast, **fields: object) -> Resource:
    by = fields.pop("by", cast.clerk_a)
    chains = fields.pop("chains", [cast.chain_a])
    said = {"kind": "fund", "name": "产业基金", "amount": Decimal(5), "amount_unit": "亿元", **fields}
    return actions.enter(chains=chains, year=2026, by=by, **said)  # type: ignore[arg-type]


def test_an_amount_says_its_unit(cast: Cast) -> None:
    with pytest.raises(Refused, match="单位"):
        fund(cast, amount_unit=" ")
    assert tables.amount(fund(cast)) == "5 亿元"
    assert tables.amount(fund(cast, amount=None, amount_unit="")) == ""


def test_a_task_force_names_its_own_chain_and_no_other(cast: Cast) -> None:
    with pytest.raises(Refused, match="链B"):
        fund(cast, chains=[cast.chain_a, cast.chain_b])
    with pytest.raises(Refused, match="产业链"):
        fund(cast, chains=[])
    assert not Resource.objects.exists()
    assert fund(cast, chains=[], by=cast.secretary).chains.count() == 0


def test_the_chains_it_served_before_stay_when_another_edits(cast: Cast) -> None:
    shared = fund(cast, by=cast.secretary, chains=[cast.chain_a, cast.chain_b])
    changed = {"name": "联合基金"}
    actions.edit(resource=shared, chains=[cast.chain_a, cast.chain_b], changes=changed, version=1, by=cast.clerk_a)
    assert (shared.name, shared.chains.count()) == ("联合基金", 2)


def test_a_change_of_chains_is_in_the_trail_with_both_sides(cast: Cast) -> None:
    made = fund(cast, by=cast.secretary)
    actions.edit(resource=made, chains=[cast.chain_b], changes={}, version=1, by=cast.secretary)
    assert trail.history(made)[0].detail == {"chains": [["test-a"], ["test-b"]]}
    assert list(made.chains.all()) == [cast.chain_b]


def test_two_editors_do_not_overwrite_one_another(cast: Cast) -> None:
    made = fund(cast)
    actions.edit(resource=made, chains=[cast.chain_a], changes={"name": "先改"}, version=1, by=cast.clerk_a)
    stale = Resource.objects.get(pk=made.pk)
    with pytest.raises(Stale):
        actions.edit(resource=stale, chains=[], changes={"name": "后改"}, version=1, by=cast.secretary)
    assert Resource.objects.get().chains.count() == 1, "nothing of the second edit stands, the chains neither"


def test_kinds_are_counted_for_the_sentence(cast: Cast) -> None:
    fund(cast)
    fund(cast, kind="park", amount_unit="㎡")
    counts = queries.by_kind(cast.secretary)
    assert (counts["fund"], counts["park"], counts["talent"]) == (1, 1, 0)
    assert sum(queries.by_kind(cast.auditor).values()) == 0
