"""标准零部件树与分档: drafted by whoever keeps them, published by another, never changed after; bands without gaps."""

from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from lianzhang.accounts.actions import Refused
from lianzhang.accounts.models import Person
from lianzhang.registry import actions, queries
from lianzhang.registry.actions import Band, Place
from lianzhang.registry.models import Banding, CategoryAnswer, Part, PartTree, ProductLine, TreeNode, TreeVersion
from tests.cast import Cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def parts(db: None) -> list[Part]:
    return [Part.objects.create(code=f"P{n}", name=name) for n, name in enumerate(("冰箱", "制冷总成", "压缩机", "门"))]


@pytest.fixture
def tree(cast: Cast) -> PartTree:
    keeper, today = cast.force_a, timezone.localdate()
    return actions.found_tree(name="冰箱树", keeper=keeper, today=today, by=cast.clerk_a)


def places(parts: list[Part]) -> list[Place]:
    """冰箱 ⊃ 制冷总成 (1) ⊃ 压缩机 (not said how many); 冰箱 ⊃ 门 (2)."""
    return [Place(parts[0]), Place(parts[1], 0, Decimal(1)), Place(parts[2], 1), Place(parts[3], 0, Decimal(2))]


def drafted(tree: PartTree, found: list[Place], *, by: Person) -> TreeVersion:
    return actions.draft_version(tree, places=found, note="", now=timezone.now(), by=by)


def published(draft: TreeVersion, *, by: Person) -> TreeVersion:
    return actions.publish_version(draft, version=draft.version, now=timezone.now(), by=by)


def test_a_draft_is_seen_by_its_keepers_and_a_published_version_by_all_who_read_gaps_or_answer(
    cast: Cast, tree: PartTree, parts: list[Part]
) -> None:
    draft = drafted(tree, places(parts), by=cast.clerk_a)
    seen = {name for name, person in cast.people.items() if TreeNode.objects.visible_to(person).exists()}
    assert seen == {"head_a", "clerk_a", "colleague_a", "innovator"}
    published(draft, by=cast.head_a)
    seen = {name for name, person in cast.people.items() if TreeNode.objects.visible_to(person).exists()}
    assert {"anchor_1", "sme", "clerk_b", "secretary", "chief", "innovator"} <= seen
    assert not {"auditor", "security_admin", "system_admin", "stranger", "expert"} & seen


def test_a_version_is_published_by_another_person_and_replaces_the_one_before(
    cast: Cast, tree: PartTree, parts: list[Part]
) -> None:
    first = drafted(tree, places(parts), by=cast.clerk_a)
    with pytest.raises(Refused, match="起草人以外"):
        published(first, by=cast.clerk_a)
    with pytest.raises(Refused, match="由创新中心或产业链专班维护"):
        published(first, by=cast.clerk_b)
    published(first, by=cast.innovator)
    with pytest.raises(Refused, match="不再改动"):
        published(first, by=cast.head_a)
    second = published(drafted(tree, places(parts)[:2], by=cast.clerk_a), by=cast.head_a)
    first.refresh_from_db()
    assert (first.state, first.nodes.count(), second.number) == ("retired", 4, 2)
    edges = {(edge.parent_id, edge.child_id, edge.quantity) for edge in queries.standard_edges(cast.clerk_a)}
    assert edges == {(parts[0].pk, parts[1].pk, Decimal(1))}


def test_a_draft_laid_down_again_takes_the_place_of_the_one_that_stood(
    cast: Cast, tree: PartTree, parts: list[Part]
) -> None:
    drafted(tree, places(parts), by=cast.clerk_a)
    again = drafted(tree, places(parts)[:1], by=cast.colleague_a)
    assert [(one.number, one.nodes.count()) for one in tree.versions.all()] == [(again.number, 1)] == [(1, 1)]


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("还没有零部件", lambda p: []),
        ("冰箱 → 制冷总成 → 冰箱", lambda p: [Place(p[0]), Place(p[1], 0), Place(p[0], 1)]),
        ("出现两次", lambda p: [Place(p[0]), Place(p[1], 0), Place(p[1], 0)]),
        ("用量须大于 0", lambda p: [Place(p[0]), Place(p[1], 0, Decimal(0))]),
        ("上级须在它之前", lambda p: [Place(p[0], 1), Place(p[1])]),
    ],
)
def test_what_is_no_tree_is_refused_in_words(
    cast: Cast, tree: PartTree, parts: list[Part], said: str, found: Any
) -> None:
    with pytest.raises(Refused, match=said):
        drafted(tree, found(parts), by=cast.clerk_a)
    assert not TreeVersion.objects.exists()


@pytest.mark.parametrize("who", ["secretary", "anchor_1", "chief", "expert"])
def test_a_tree_is_begun_by_a_task_force_or_the_centre_alone(cast: Cast, who: str) -> None:
    person = cast.people[who]
    body = person.acting.body  # type: ignore[union-attr]
    with pytest.raises(Refused):
        actions.found_tree(name="树", keeper=body, today=timezone.localdate(), by=person)


# -- bands


def bands(*ends: tuple[int, int | None]) -> list[Band]:
    return [
        Band(Decimal(low), None if high is None else Decimal(high), None if high else Decimal(99999))
        for low, high in ends
    ]


@pytest.mark.parametrize(
    ("said", "kind", "drawn"),
    [
        ("之间有空档", "amount", bands((0, 1000), (2000, None))),
        ("重叠", "amount", bands((0, 1000), (900, None))),
        ("之间有空档", "suppliers", bands((1, 2), (4, None))),
        ("重叠", "suppliers", bands((1, 2), (2, None))),
        ("上限不高于下限", "amount", bands((1000, 500), (1000, None))),
        ("须无上限", "months", bands((0, 3), (4, 6))),
        ("测算上限", "amount", [Band(Decimal(0))]),
        ("整数", "months", [Band(Decimal("0.5"), None, Decimal(9))]),
        ("至少填一档", "amount", []),
    ],
)
def test_bands_that_overlap_or_leave_a_gap_are_refused(cast: Cast, said: str, kind: str, drawn: list[Band]) -> None:
    standing = list(Banding.objects.filter(kind=kind).values_list("low", "high"))
    with pytest.raises(Refused, match=said):
        actions.redraw(kind, bands=drawn, by=cast.secretary)
    assert list(Banding.objects.filter(kind=kind).values_list("low", "high")) == standing
    assert standing


def test_redrawing_the_bands_is_the_secretariats_and_changes_no_answer(cast: Cast) -> None:
    line = ProductLine.objects.create(firm=cast.enterprise_1, name="冰箱")
    answer = CategoryAnswer.objects.create(
        line=line, category="制冷", year=2025, amount_low_wan=1000, amount_high_wan=5000
    )
    with pytest.raises(Refused, match="秘书处"):
        actions.redraw("amount", bands=bands((0, None)), by=cast.clerk_a)
    actions.redraw("amount", bands=bands((0, 3000), (3000, None)), by=cast.secretary)
    assert [band.label for band in Banding.objects.filter(kind="amount")] == ["3000万元以下", "3000万元以上"]
    answer.refresh_from_db()
    assert (answer.amount_low_wan, answer.amount_high_wan) == (Decimal(1000), Decimal(5000))
