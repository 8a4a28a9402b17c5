"""A firm answers on its own page; the tree and the bands it is asked by are kept by the office."""

import re
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from lianzhang.registry import asking
from lianzhang.registry.models import (
    Banding,
    CategoryAnswer,
    Enterprise,
    Level,
    Part,
    PartAnswer,
    PartTree,
    ProductLine,
    SupplierMention,
    TreeVersion,
    bandings,
)
from lianzhang.trail import actions as trail
from lianzhang.trail.models import Event
from tests.cast import Cast

pytestmark = pytest.mark.django_db

OUTLINE = (
    "层级\t零部件\t类别\t用量\t编码\n1\t冰箱\t\t\t\n2\t制冷总成\t总成\t1\t\n"
    "3\t压缩机甲\t压缩机\t1\t\n3\t电机甲\t电机\t2\t\n"
)


def signed_in(cast: Cast, name: str) -> Client:
    client = Client()
    client.force_login(cast.people[name])
    return client


@pytest.fixture
def tree(cast: Cast) -> PartTree:
    """A tree drafted by one member of the task force and published by another."""
    drafter, publisher = signed_in(cast, "clerk_a"), signed_in(cast, "head_a")
    drafter.post(reverse("standards:new_tree"), {"name": "家电树"})
    found = PartTree.objects.get(name="家电树")
    assert drafter.post(reverse("standards:draft", args=[found.code]), {"outline": OUTLINE}).status_code == 302
    publisher.post(reverse("standards:publish", args=[found.code]))
    return found


@pytest.fixture
def line(cast: Cast, tree: PartTree) -> ProductLine:
    firm = Enterprise.objects.get(body=cast.bodies["firm_1"])
    product = Part.objects.get(name="冰箱")
    made = ProductLine(firm=firm, name="冰箱线", product=product, levels=list(Level.values))
    return trail.create(made, verb="line.entered", by=None)


def test_whoever_drafted_a_tree_does_not_publish_it(cast: Cast, tree: PartTree) -> None:
    drafter = signed_in(cast, "clerk_a")
    again = OUTLINE.replace("压缩机甲\t压缩机\t1", "压缩机甲\t压缩机\t2") + "3\t风机甲\t风机\t1\t\n"
    drafter.post(reverse("standards:draft", args=[tree.code]), {"outline": again})
    page = drafter.post(reverse("standards:publish", args=[tree.code]), follow=True).content.decode()
    assert "须由起草人以外的人员核对后发布" in page
    assert tree.versions.get(number=2).state == TreeVersion.State.DRAFT
    page = signed_in(cast, "head_a").get(reverse("standards:tree", args=[tree.code]) + "?version=2").content.decode()
    assert "风机甲" in page
    assert "压缩机甲：1 → 2" in page


@pytest.mark.parametrize(
    ("outline", "words"),
    [
        ("1\t冰箱\n3\t电机甲\t电机\t1", "前面没有它的上一级"),
        ("1\t冰箱\n2\t总成乙\n3\t总成丙\n4\t总成乙", "零部件互相包含：总成乙 → 总成丙 → 总成乙"),
        ("1\t冰箱\n2\t电机甲\t电机\t-1", "不是大于 0 的数"),
        ("冰箱", "应为“层级、零部件、类别、用量、编码”"),
    ],
)
def test_an_outline_that_is_no_tree_is_refused_in_words(cast: Cast, tree: PartTree, outline: str, words: str) -> None:
    answer = signed_in(cast, "clerk_a").post(reverse("standards:draft", args=[tree.code]), {"outline": outline})
    assert answer.status_code == 422
    assert words in answer.content.decode()


def test_what_the_draft_page_shows_saved_again_is_the_same_tree(cast: Cast, tree: PartTree) -> None:
    drafter = signed_in(cast, "clerk_a")
    shown = drafter.get(reverse("standards:draft", args=[tree.code])).context["form"].initial["outline"]
    drafter.post(reverse("standards:draft", args=[tree.code]), {"outline": shown})
    page = drafter.get(reverse("standards:tree", args=[tree.code]) + "?version=2")
    assert page.context["compared"].is_same


def test_bands_are_answered_on_the_page_and_only_what_changed_is_written(cast: Cast, line: ProductLine) -> None:
    client, url = signed_in(cast, "anchor_1"), reverse("answers:bands", args=[line.pk])
    page = client.get(url).content.decode()
    assert all(category in page for category in ("总成", "压缩机", "电机"))
    said = {
        "rows": "6", "row-0-category": "压缩机", "row-0-amount": "1000:5000", "row-0-source": "浙江省",
        "row-1-category": "电机", "row-1-amount": "withheld", "row-2-category": "总成",
        "row-3-category": "芯片", "row-3-plant": "二厂", "row-3-amount": "50000:", "row-3-source": "境外",
    }  # fmt: skip
    assert client.post(url, said).status_code == 302
    found = {one.category: one for one in CategoryAnswer.objects.all()}
    assert set(found) == {"压缩机", "电机", "芯片"}
    assert (found["压缩机"].amount_low_wan, found["压缩机"].source_region) == (Decimal(1000), "330000")
    assert found["电机"].is_withheld
    assert (found["芯片"].amount_high_wan, found["芯片"].is_abroad) == (None, True)
    before = Event.objects.count()
    again = {**said, **{f"row-{n}-version": "1" for n in (0, 1, 3)}, "row-1-amount": "0:1000"}
    client.post(url, again)
    assert Event.objects.filter(verb="category_answer.entered").count() == 4
    assert Event.objects.count() == before + 1


def test_a_wrong_row_comes_back_with_everything_typed(cast: Cast, line: ProductLine) -> None:
    client, url = signed_in(cast, "anchor_1"), reverse("answers:bands", args=[line.pk])
    said = {"rows": "6", "row-0-category": "总成", "row-0-source": "某某国", "row-0-amount": "1000:5000"}
    answer = client.post(url, said)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "不是省份名称" in page
    assert 'value="某某国"' in page
    assert not CategoryAnswer.objects.exists()
    forged = client.post(url, {"rows": "6", "row-0-category": "总成", "row-0-amount": "1234:1235"})
    assert "请从下拉列表选一档" in forged.content.decode()


def test_withheld_is_neither_asked_nor_missing(cast: Cast, line: ProductLine) -> None:
    client = signed_in(cast, "anchor_1")
    client.post(
        reverse("answers:bands", args=[line.pk]),
        {"rows": "6", "row-0-category": "电机", "row-0-amount": "withheld"},
    )
    rows = [one for one, _page in client.get(reverse("answers:asked")).context["rows"] if one.level == Level.BANDS]
    assert [(one.asked, one.answered, one.withheld, one.open_count) for one in rows] == [(2, 0, 1, 2)]


def test_ticks_remember_their_tree_and_a_new_tree_says_what_came_and_went(
    cast: Cast, line: ProductLine, tree: PartTree
) -> None:
    client, url = signed_in(cast, "anchor_1"), reverse("answers:ticks", args=[line.pk])
    parts = {name: Part.objects.get(name=name).pk for name in ("压缩机甲", "电机甲")}
    said = {
        "rows": "3", "row-1-part": parts["压缩机甲"], "row-1-make": "bought", "row-1-local": "no",
        "row-1-welcome": "yes",
        "row-2-part": parts["电机甲"], "row-2-make": "withheld",
    }  # fmt: skip
    assert client.post(url, said).status_code == 302
    held = PartAnswer.objects.get(part=parts["压缩机甲"])
    assert (held.make, held.is_supplier_local, held.is_welcome, held.tree_version) == (
        "bought",
        False,
        True,
        tree.versions.get(),
    )
    changed = OUTLINE.replace("3\t电机甲\t电机\t2\t\n", "3\t风机甲\t风机\t1\t\n")
    signed_in(cast, "clerk_a").post(reverse("standards:draft", args=[tree.code]), {"outline": changed})
    signed_in(cast, "head_a").post(reverse("standards:publish", args=[tree.code]))
    moves = client.get(url).context["moves"]
    assert [part.name for part in moves.came] == ["风机甲"]
    assert [answer.part.name for answer in moves.went] == ["电机甲"]
    assert PartAnswer.objects.count() == 2


def posted(page: str) -> dict[str, str]:
    """What the answering form on a page would post as it stands."""
    form = page[page.index('name="rows"') - 50 :]
    said = dict(re.findall(r'<input type="(?:hidden|text)" name="([\w-]+)" value="([^"]*)"', form))
    for name, options in re.findall(r'<select name="([\w-]+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        said[name] = next(iter(re.findall(r'value="([^"]*)" selected', options)), "")
    return said


def test_two_contacts_of_a_firm_tick_at_once_and_neither_undoes_what_the_other_said(
    cast: Cast, line: ProductLine
) -> None:
    client, url = signed_in(cast, "anchor_1"), reverse("answers:ticks", args=[line.pk])
    mine = posted(client.get(url).content.decode())
    theirs = dict(mine)
    client.post(url, theirs | {"row-1-make": "bought", "row-1-local": "no"})
    assert client.post(url, mine | {"row-2-make": "own"}).status_code == 302  # the first row was empty when opened
    held = {one.part.name: one.make for one in PartAnswer.objects.select_related("part")}
    assert held == {"压缩机甲": "bought", "电机甲": "own"}
    answer = client.post(url, mine | {"row-1-make": "own", "row-2-make": "own"})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "改过“冰箱线 · 压缩机甲”" in page
    assert "您打开之后他人已答：来源方式：外购，本市有供应商：否" in page
    assert posted(page)["row-1-make"] == "own"
    assert PartAnswer.objects.get(part__name="压缩机甲").make == "bought"
    assert client.post(url, posted(page)).status_code == 302
    assert PartAnswer.objects.get(part__name="压缩机甲").make == "own"


def test_two_contacts_of_a_firm_fill_in_bands_and_what_was_typed_stands_in_its_own_row(
    cast: Cast, line: ProductLine
) -> None:
    client, url = signed_in(cast, "anchor_1"), reverse("answers:bands", args=[line.pk])
    mine = posted(client.get(url).content.decode())
    spare, number = int(mine["rows"]) - 1, next(n for n in range(9) if mine[f"row-{n}-category"] == "电机")
    theirs = {f"row-{spare}-category": "阀件", f"row-{spare}-amount": "0:1000", f"row-{number}-amount": "0:1000"}
    client.post(url, mine | theirs)
    answer = client.post(url, mine | {f"row-{number}-amount": "1000:5000", f"row-{number}-source": "浙江省"})
    page = posted(answer.content.decode())
    assert answer.status_code == 409
    row = next(name for name, value in page.items() if value == "电机").removesuffix("category")
    assert (page[f"{row}amount"], page[f"{row}source"]) == ("1000:5000", "浙江省")
    assert client.post(url, page).status_code == 302
    found = dict(CategoryAnswer.objects.values_list("category", "amount_high_wan"))
    assert found == {"阀件": 1000, "电机": 5000}


def test_names_point_to_registered_firms_and_the_firm_is_not_its_own_supplier(cast: Cast, line: ProductLine) -> None:
    client, url = signed_in(cast, "anchor_1"), reverse("answers:names", args=[line.pk])
    assert client.post(url, {"names": "配套企业有限公司 压缩机\n某某外地电机厂"}).status_code == 302
    found = {one.supplier_name: (one.category, one.supplier_id is not None) for one in SupplierMention.objects.all()}
    assert found == {"配套企业有限公司": ("压缩机", True), "某某外地电机厂": ("", False)}
    assert "就是本企业" in client.post(url, {"names": line.firm.name}).content.decode()
    assert "像是带了金额" in client.post(url, {"names": "某某电机厂 3000万元"}).content.decode()
    for other in ("anchor_2", "clerk_a", "secretary"):
        assert signed_in(cast, other).get(url).status_code == 404


def test_bands_redrawn_by_the_secretariat_leave_no_gap_and_do_not_overlap(cast: Cast) -> None:
    client, url = signed_in(cast, "secretary"), reverse("standards:redraw", args=["amount"])
    gap = {"band-0-low": "0", "band-0-high": "1000", "band-1-low": "2000", "band-1-ceiling": "9000"}
    assert "之间有空档" in client.post(url, gap).content.decode()
    overlap = {**gap, "band-1-low": "500"}
    assert "重叠" in client.post(url, overlap).content.decode()
    reverse_band = {**gap, "band-0-low": "3000", "band-1-low": "4000"}
    assert "上限不高于下限" in client.post(url, reverse_band).content.decode()
    assert client.post(url, {**gap, "band-1-low": "1000"}).status_code == 302
    assert [str(one) for one in Banding.objects.filter(kind="amount")] == ["1000万元以下", "1000万元以上"]
    assert "秘书" in client.get(reverse("standards:bands")).content.decode() or Event.objects.filter(
        verb="banding.drawn"
    )
    assert signed_in(cast, "clerk_a").post(url, gap).status_code == 404


def test_the_parts_still_open_lead_to_their_rows_once_some_are_answered(cast: Cast, line: ProductLine) -> None:
    contact = signed_in(cast, "anchor_1")
    page = reverse("answers:ticks", args=[line.pk])
    parts = {part.name: part.pk for part in Part.objects.all()}
    rows = {"rows": "3", "row-1-part": str(parts["压缩机甲"]), "row-1-make": "bought"}
    contact.post(page, rows)
    shown = contact.get(page).content.decode()
    assert 'href="#row-2">电机甲' in shown
    assert 'href="#row-1"' not in shown


def test_what_a_level_asks_for_is_told_in_the_readers_language(cast: Cast) -> None:
    contact = signed_in(cast, "anchor_1")
    contact.cookies["django_language"] = "en"
    shown = contact.get(reverse("registry:new_line")).content.decode()
    assert "Ticks: " in shown
    assert "目录级" not in shown


def test_a_category_answered_by_plant_is_not_asked_again_without_one() -> None:
    places = [asking.Place(Part(pk=n, name=name, category=name), 1) for n, name in enumerate(("电机", "风机"))]
    outline = asking.Outline(places=places)
    answers = [CategoryAnswer(category="电机", plant="一厂", year=2025)]
    rows = asking.band_rows(outline, answers, [("电机", ""), ("电机", "二厂"), ("线束", "")], year=2025)
    assert [(row.category, row.plant) for row in rows] == [
        ("电机", "一厂"), ("电机", "二厂"), ("风机", ""), ("线束", ""),
    ]  # fmt: skip


@pytest.mark.parametrize(("language", "words"), [("zh-hans", "1000万–5000万元"), ("en", "CNY 10m–50m")])
def test_a_band_is_said_in_the_readers_own_units(language: str, words: str) -> None:
    with translation.override(language):
        assert bandings.label(Banding.Kind.AMOUNT, Decimal(1000), Decimal("5000.0000")) == words
