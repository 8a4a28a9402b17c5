"""合并: every relation has its rule, what moves is shown first, and a merge can be taken back whole."""

import pytest
from django.utils import timezone

from lianzhang.accounts.actions import Refused
from lianzhang.chains.models import Anchor
from lianzhang.registry import actions, merging
from lianzhang.registry.models import Alias, Enterprise, Part, Purchase
from lianzhang.trail import actions as trail
from tests.cast import TODAY, Cast

pytestmark = pytest.mark.django_db


def test_every_relation_of_an_enterprise_has_a_merge_rule() -> None:
    known = {key for key, _field in merging.relations()}
    assert list(merging.unruled()) == []
    assert set(merging.RULES) == known


def test_a_relation_without_a_rule_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(merging.RULES, "projects.Project.enterprise")
    assert list(merging.unruled()) == ["projects.Project.enterprise"]


def double(cast: Cast) -> Enterprise:
    """A second record of 链主四, with a name, a purchase and a seat of its own."""
    record = actions.enter(name="链主四电器", today=TODAY, by=cast.secretary, region_code="370212")
    actions.add_alias(record, name="老四", kind=Alias.Kind.SHORT, by=cast.secretary)
    part = trail.create(Part(code="P1", name="压缩机"), verb="part.entered", by=None)
    bought = Purchase(buyer=record, part=part, year=2023, amount_wan=10)
    trail.create(bought, verb="purchase.entered", by=None)
    trail.create(Anchor(chain=cast.chain_a, enterprise=record), verb="anchor.named", by=None)
    return record


def test_the_preview_counts_what_a_merge_would_move(cast: Cast) -> None:
    found = {one.key: one.count for one in merging.preview(merged=double(cast))}
    assert found == {"registry.Alias.enterprise": 1, "registry.Purchase.buyer": 1, "chains.Anchor.enterprise": 1}


def test_a_merge_moves_what_the_survivor_lacks_and_hides_the_other(cast: Cast) -> None:
    merged = double(cast)
    merging.merge(survivor=cast.enterprise_4, merged=merged, reason="同一家", now=timezone.now(), by=cast.secretary)
    assert Purchase.objects.get().buyer == cast.enterprise_4
    assert Alias.objects.get().enterprise == cast.enterprise_4
    # 链主四 anchors 链A already: the double's seat stays where it was.
    assert Anchor.objects.filter(chain=cast.chain_a, enterprise=cast.enterprise_4).count() == 1
    assert not Enterprise.objects.visible_to(cast.secretary).filter(pk=merged.pk).exists()


def test_a_merge_rolled_back_leaves_everything_as_it_was(cast: Cast) -> None:
    merged = double(cast)
    record = merging.merge(
        survivor=cast.enterprise_4, merged=merged, reason="同一家", now=timezone.now(), by=cast.secretary
    )
    assert merging.roll_back(record, now=timezone.now(), by=cast.secretary) == []
    assert Purchase.objects.get().buyer == merged
    assert Alias.objects.get().enterprise == merged
    assert Enterprise.objects.visible_to(cast.secretary).filter(pk=merged.pk).exists()
    with pytest.raises(Refused):
        merging.roll_back(record, now=timezone.now(), by=cast.secretary)


@pytest.mark.parametrize("who", ["clerk_a", "district_east", "anchor_4"])
def test_only_the_secretariat_merges(cast: Cast, who: str) -> None:
    with pytest.raises(Refused, match="秘书处"):
        merging.merge(
            survivor=cast.enterprise_4, merged=double(cast), reason="同一家", now=timezone.now(), by=cast.people[who]
        )


def test_two_credit_codes_are_two_firms(cast: Cast) -> None:
    one = actions.enter(name="甲厂", credit_code="91370200MA00000015", today=TODAY, by=cast.secretary)
    other = actions.enter(name="乙厂", credit_code="91370211MA3C00021N", today=TODAY, by=cast.secretary)
    with pytest.raises(Refused, match="信用代码不同"):
        merging.merge(survivor=one, merged=other, reason="同一家", now=timezone.now(), by=cast.secretary)
