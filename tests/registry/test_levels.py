"""披露层级: who reads which answers is decided by level, product line, body and, for rows, by name."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from lianzhang.accounts.actions import Refused
from lianzhang.accounts.models import Person
from lianzhang.registry import actions, queries, sharing
from lianzhang.registry.models import Level, MaterialGroup, ProductLine, Purchase, SharedSupplier
from lianzhang.registry.models.purchases import told_to
from tests.cast import SINCE, Cast
from tests.registry import answered
from tests.registry.answered import ALL, MODELS, granted

pytestmark = pytest.mark.django_db


@pytest.fixture
def said(cast: Cast) -> answered.Answered:
    return answered.build(cast)


def readers(cast: Cast, level: Level, firm: str = "enterprise_1") -> set[str]:
    """Who of the cast reads any answer of this level of a firm, besides its own contact."""
    owner = "buyer" if level == Level.ROWS else "line__firm"
    of_firm = MODELS[level].objects.filter(**{owner: cast.firms[firm]})
    found = {name for name, person in cast.people.items() if of_firm.visible_to(person).exists()}
    return found - {firm.replace("enterprise", "anchor")}


def test_without_a_grant_each_firm_reads_its_own_answers_alone(cast: Cast, said: answered.Answered) -> None:
    for level in Level:
        assert readers(cast, level) == set(), level


@pytest.mark.parametrize("level", [Level.TICKS, Level.BANDS])
def test_ticks_and_bands_are_read_by_those_of_the_body_who_work_with_purchases(
    cast: Cast, said: answered.Answered, level: Level
) -> None:
    granted(cast, 1, "force_a", [level.value])
    assert readers(cast, level) == {"head_a", "clerk_a", "colleague_a"}
    assert [other for other in Level if other != level and readers(cast, other)] == []


def test_names_are_read_by_the_innovation_centre_whatever_else_was_granted(cast: Cast, said: answered.Answered) -> None:
    granted(cast, 1, "force_a", ALL, is_whole_body=True)
    assert readers(cast, Level.NAMES) == set()
    granted(cast, 1, "innovation_centre", ["d0", "d1", "d3"], is_whole_body=True)
    assert readers(cast, Level.NAMES) == set()
    granted(cast, 1, "innovation_centre", ["d2"])
    assert readers(cast, Level.NAMES) == {"innovator"}


def test_rows_are_read_by_the_two_people_named_and_by_nobody_else_of_the_body(
    cast: Cast, said: answered.Answered
) -> None:
    granted(cast, 1, "force_a", ["d1", "d3"], readers=("clerk_a", "head_a"))
    assert readers(cast, Level.ROWS) == {"clerk_a", "head_a"}
    assert "colleague_a" in readers(cast, Level.BANDS)


def test_a_grant_of_before_people_were_named_is_read_by_the_whole_body(cast: Cast, said: answered.Answered) -> None:
    granted(cast, 1, "force_a", ALL, is_whole_body=True)
    assert readers(cast, Level.ROWS) == {"head_a", "clerk_a", "colleague_a"}


def test_a_reader_who_left_the_body_reads_no_longer(cast: Cast, said: answered.Answered) -> None:
    granted(cast, 1, "force_a", ["d3"], readers=("clerk_a", "clerk_b"))
    assert readers(cast, Level.ROWS) == {"clerk_a"}


def test_a_grant_of_one_product_line_opens_that_line_alone(cast: Cast, said: answered.Answered) -> None:
    fridge = said.lines[1, "冰箱"]
    granted(cast, 1, "force_a", ["d0", "d1", "d3"], readers=("clerk_a",), line=fridge)
    for level in (Level.TICKS, Level.BANDS, Level.ROWS):
        rows = MODELS[level].objects.visible_to(cast.clerk_a)
        assert set(rows.values_list("line", flat=True)) == {fridge.pk}, level
    assert Purchase.objects.all().owners(cast.clerk_a) == set()
    assert told_to(cast.clerk_a).buyers == {cast.enterprise_1.pk}


def test_what_was_answered_at_a_level_no_longer_chosen_is_the_firms_own_again(
    cast: Cast, said: answered.Answered
) -> None:
    granted(cast, 1, "force_a", ["d0", "d1", "d3"], readers=("clerk_a", "head_a"))
    fridge = said.lines[1, "冰箱"]
    choose(fridge, ["d1"], by=cast.anchor_1)
    for level, opened in ((Level.TICKS, False), (Level.BANDS, True), (Level.ROWS, False)):
        rows = MODELS[level].objects.filter(line=fridge)
        assert rows.visible_to(cast.clerk_a).exists() is opened, level
        assert rows.visible_to(cast.anchor_1).exists()


def choose(line: ProductLine, levels: list[str], *, by: Person) -> ProductLine:
    today = timezone.localdate()
    return actions.choose_levels(line, levels=levels, is_active=True, today=today, version=line.version, by=by)


def test_levels_are_chosen_by_the_firms_own_contact_and_by_nobody_else(cast: Cast, said: answered.Answered) -> None:
    line = said.lines[1, "冰箱"]
    for name in ("clerk_a", "secretary", "innovator", "anchor_2"):
        with pytest.raises(Refused, match="自己的联络人"):
            choose(line, ["d0"], by=cast.people[name])
    with pytest.raises(Refused, match="至少选择一个"):
        choose(line, [], by=cast.anchor_1)


def test_which_levels_an_anchor_chose_is_known_to_task_forces_and_the_centre_but_not_to_rivals(
    cast: Cast, said: answered.Answered
) -> None:
    of_firm = ProductLine.objects.filter(firm=cast.enterprise_1)
    found = {name for name, person in cast.people.items() if of_firm.visible_to(person).exists()}
    assert found == {"anchor_1", "head_a", "clerk_a", "colleague_a", "clerk_b", "lead_officer", "innovator"}


def test_what_a_firm_calls_its_material_groups_never_leaves_it(cast: Cast, said: answered.Answered) -> None:
    for body in ("force_a", "innovation_centre"):
        granted(cast, 1, body, ALL, is_whole_body=True)
    assert [name for name, person in cast.people.items() if MaterialGroup.objects.visible_to(person).exists()] == [
        "anchor_1"
    ]


def mixture(cast: Cast, said: answered.Answered) -> None:
    """Grants of every kind at once, and a line that fell silent at two levels."""
    today = timezone.localdate()
    granted(cast, 1, "force_a", ["d0", "d3"], readers=("clerk_a", "head_a"))
    granted(cast, 1, "force_b", ["d1", "d3"], readers=("clerk_b",), line=said.lines[1, "空调"])
    granted(cast, 2, "force_a", ["d1"], ends_on=today - dt.timedelta(days=1))
    granted(cast, 2, "innovation_centre", ["d2", "d0"], line=said.lines[2, "冰箱"])
    granted(cast, 3, "innovation_centre", ALL, is_whole_body=True)
    granted(cast, 3, "force_a", ALL, is_whole_body=True, withdrawn_at=timezone.now(), withdrawn_by=cast.anchor_3)
    granted(cast, 3, "firm_2", ["d1"])
    granted(cast, 2, "force_b", ["d3"], is_whole_body=True)
    ProductLine.objects.filter(pk=said.lines[2, "冰箱"].pk).update(levels=["d0", "d2"])
    ProductLine.objects.filter(pk=said.lines[3, "冷柜"].pk).update(levels=["d1", "d3"])


def test_what_is_readable_in_all_is_what_each_answer_says_by_itself(cast: Cast, said: answered.Answered) -> None:
    mixture(cast, said)
    everything = {
        (owner, level.value, line)
        for level, model in MODELS.items()
        for owner, line in model.objects.values_list("buyer_id" if level == Level.ROWS else "line__firm_id", "line_id")
    }
    assert len(everything) == 17
    for name, person in cast.people.items():
        one_by_one = {
            (owner, level.value, line)
            for level, model in MODELS.items()
            for owner, line in model.objects.visible_to(person).values_list(
                "buyer_id" if level == Level.ROWS else "line__firm_id", "line_id"
            )
        }
        assert queries.readable(person) & everything == one_by_one, name
        added_up = set(Purchase.objects.all().counted_for(told_to(person)))
        assert added_up == set(Purchase.objects.visible_to(person)), name


def test_a_mixture_is_read_whole_only_by_who_may_read_every_piece(
    cast: Cast, said: answered.Answered, django_assert_max_num_queries: Any
) -> None:
    mixture(cast, said)
    code, ac = cast.enterprise_1.code, said.lines[1, "空调"].pk
    contents = [[code, "d3", ac], [code, "d3", None]]
    assert queries.reads_all([], cast.stranger)
    with django_assert_max_num_queries(3):
        assert queries.reads_all(contents, cast.clerk_a)
    assert not queries.reads_all([*contents, [code, "d1", ac]], cast.clerk_a)
    assert not queries.reads_all(contents, cast.clerk_b)
    assert queries.reads_all(contents[:1], cast.clerk_b)
    assert not queries.reads_all([["QY-gone", "d3", None]], cast.clerk_a)
    assert not queries.reads_all([[code, "d3", 10**6]], cast.anchor_1)


# -- shared suppliers


def consent(cast: Cast, *numbers: int) -> None:
    for number in numbers:
        granted(cast, number, "innovation_centre", ["d2"])


def released(cast: Cast, key: str = "n外地乙有限公司") -> SharedSupplier:
    found = sharing.one(cast.innovator, key)
    assert found is not None
    return actions.release_shared(found, today=timezone.localdate(), by=cast.innovator)


def test_a_name_that_one_anchor_gave_is_not_released_however_often_it_gave_it(
    cast: Cast, said: answered.Answered
) -> None:
    consent(cast, 1)  # two lines of firm 1 name it
    with pytest.raises(Refused, match="只有 1 家链主提及"):
        released(cast)


def test_firms_of_one_group_count_once(cast: Cast, said: answered.Answered) -> None:
    cast.enterprise_2.parent = cast.enterprise_1
    cast.enterprise_2.save()
    consent(cast, 1, 2)
    with pytest.raises(Refused, match="只有 1 家链主提及"):
        released(cast)


def test_a_release_says_the_name_and_shared_categories_and_stands_for_those_who_read_targets(
    cast: Cast, said: answered.Answered
) -> None:
    consent(cast, 1, 2)
    answered.mention(said.lines[1, "冰箱"], "外地乙有限公司", category="独有类别")
    release = released(cast)
    assert (release.anchor_count, release.categories) == (2, ["制冷"])
    [read] = SharedSupplier.objects.visible_to(cast.clerk_a)
    assert vars(read)["consenting_count"] == 2
    blind = ("anchor_1", "sme", "association_contact", "expert", "auditor")
    assert not any(SharedSupplier.objects.visible_to(cast.people[name]).exists() for name in blind)


@pytest.mark.parametrize(
    "lapse",
    [
        lambda cast, said: cast.enterprise_2.grants.update(withdrawn_at=timezone.now()),
        lambda cast, said: cast.enterprise_2.grants.update(ends_on=SINCE),
        lambda cast, said: choose(said.lines[2, "冰箱"], ["d0", "d1", "d3"], by=cast.anchor_2),
        lambda cast, said: said.lines[2, "冰箱"].mentions.all().delete(),
    ],
    ids=["grant withdrawn", "grant ended", "level given up", "name taken back"],
)
def test_a_released_name_is_gone_from_the_day_one_of_two_no_longer_consents(
    cast: Cast, said: answered.Answered, lapse: Callable[[Cast, answered.Answered], Any]
) -> None:
    consent(cast, 1, 2)
    released(cast)
    lapse(cast, said)
    assert not SharedSupplier.objects.visible_to(cast.clerk_a).exists()
    assert SharedSupplier.objects.visible_to(cast.innovator).exists()


def test_a_registered_firm_and_its_name_unrecognised_are_one_supplier(cast: Cast, said: answered.Answered) -> None:
    consent(cast, 1, 2)
    firm = cast.enterprise_sme
    one = answered.mention(said.lines[1, "冰箱"], "配套企业")
    one.supplier, one.name_key = firm, firm.name_key
    one.save()
    answered.mention(said.lines[2, "冰箱"], firm.name, key=firm.name_key)
    release = released(cast, f"s{firm.pk}")
    assert (release.supplier, release.anchor_count) == (firm, 2)
    assert SharedSupplier.objects.visible_to(cast.clerk_a).exists()


def test_only_the_centre_releases_and_takes_back(cast: Cast, said: answered.Answered) -> None:
    consent(cast, 1, 2)
    found = sharing.one(cast.innovator, "n外地乙有限公司")
    assert found is not None
    with pytest.raises(Refused):
        actions.release_shared(found, today=timezone.localdate(), by=cast.clerk_a)
    release = released(cast)
    with pytest.raises(Refused):
        actions.withdraw_shared(release, version=release.version, now=timezone.now(), by=cast.clerk_a)
    actions.withdraw_shared(release, version=release.version, now=timezone.now(), by=cast.innovator)
    assert not SharedSupplier.objects.visible_to(cast.clerk_a).exists()
