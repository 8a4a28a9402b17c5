"""The product tree of a chain, and the workbook of what an anchor has still to fill in."""

import io
import json
import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.test import Client

from lianzhang.chains.queries import bills, unfilled
from lianzhang.intake import actions
from lianzhang.registry.models import BomLine, Part, PartTree, Purchase, TreeNode, TreeVersion
from lianzhang.trail.models import Event
from tests.cast import Cast
from tests.intake.handing_in import NOON, hand_in, kinds
from tests.web import analysed

pytestmark = pytest.mark.django_db
SignIn = Callable[[str], Client]
TREE = "/teardowns/test-a/tree"
# Firm 1's bill: two doors, three hinges each. The standard tree: a fridge with an assembly, and a car nobody here buys.
STANDARD = [
    ("FRIDGE", "COOLING", 1),
    ("COOLING", "P1", 2),
    ("COOLING", "P2", 4),
    ("FRIDGE", "P2", 1),
    ("CAR", "TYRE", 4),
]
OWN = [("CABINET", "DOOR", 2), ("DOOR", "HINGE", 3)]


@pytest.fixture
def world(cast: Cast) -> analysed.Analysed:
    found = analysed.build(cast)
    enter(STANDARD, None)
    enter(OWN, cast.enterprise_1)
    Part.objects.filter(unit="").update(unit="件")
    return found


def enter(lines: list[tuple[str, str, int]], firm: Any) -> None:
    for parent, child, quantity in lines:
        above, below = (Part.objects.get_or_create(code=c, defaults={"name": f"件{c}"})[0] for c in (parent, child))
        if firm is None:
            plant(above, below, Decimal(quantity))
        else:
            BomLine.objects.create(firm=firm, parent=above, child=below, quantity=Decimal(quantity), unit="件")


def plant(above: Part, below: Part, quantity: Decimal | None) -> None:
    """One edge of the standard tree that is published."""
    tree, _made = PartTree.objects.get_or_create(code="BZ-1", defaults={"name": "标准树"})
    version, _made = TreeVersion.objects.get_or_create(tree=tree, number=1, state="published")
    top = TreeNode.objects.filter(tree_version=version, part=above).first()
    top = top or TreeNode.objects.create(tree_version=version, part=above)
    TreeNode.objects.create(tree_version=version, part=below, parent=top, quantity=quantity)


def text(client: Client, address: str, *, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, address
    return answer.content.decode()


def sheet(content: bytes, name: str) -> list[list[Any]]:
    """The filled rows under the header of a sheet."""
    rows = [list(row) for row in openpyxl.load_workbook(io.BytesIO(content))[name].iter_rows(values_only=True)]
    return [row for row in rows if any(cell is not None for cell in row)]


def test_the_tree_goes_from_product_to_part_with_what_one_product_takes(
    signed_in: SignIn, world: analysed.Analysed, django_assert_max_num_queries: Any
) -> None:
    client = signed_in("clerk_a")
    text(client, TREE)
    with django_assert_max_num_queries(12):
        page = text(client, TREE)
    rows = {re.search(r'part/([\w]+)"', row)[1]: row for row in re.findall(r"<tr><th scope=\"row\">.*?</tr>", page)}  # type: ignore[index]
    assert ">3 件<" in rows["HINGE"]
    assert ">6 件<" in rows["HINGE"]
    assert page.count("/teardowns/test-a/part/P2") == 2
    assert "共用 2 处" in rows["P2"]
    assert "<progress" in rows["P2"]


def test_a_standard_product_of_which_the_chain_buys_nothing_is_not_its_product(
    signed_in: SignIn, world: analysed.Analysed
) -> None:
    page = text(signed_in("clerk_a"), TREE)
    assert "件FRIDGE" in page
    assert "件CAR" not in page


@pytest.mark.parametrize("who", ["general_chief", "chief", "clerk_b", "secretary", "lead_officer"])
def test_a_firms_bill_and_the_amounts_are_for_those_it_granted(
    signed_in: SignIn, world: analysed.Analysed, who: str
) -> None:
    page = text(signed_in(who), TREE)
    assert "件COOLING" in page
    assert "件HINGE" not in page
    assert "<progress" not in page
    assert not [mark for mark in analysed.MARKS if f"{mark:,}" in page]


def test_a_firm_and_a_stranger_do_not_find_the_tree(signed_in: SignIn, world: analysed.Analysed) -> None:
    for who in ("anchor_1", "sme", "auditor", "stranger"):
        text(signed_in(who), TREE, status=404)


def test_a_chain_without_a_bill_is_told_how_to_get_one(signed_in: SignIn, cast: Cast) -> None:
    page = text(signed_in("clerk_a"), TREE)
    assert "还没有物料清单" in page
    assert "台账报送" in page


def test_a_part_that_contains_itself_ends_the_branch(signed_in: SignIn, world: analysed.Analysed, cast: Cast) -> None:
    enter([("LOOP1", "LOOP2", 1), ("LOOP2", "LOOP1", 1), ("CABINET", "LOOP1", 1)], cast.enterprise_1)
    assert text(signed_in("clerk_a"), TREE).count("/part/LOOP1") == 1


def test_a_large_tree_is_drawn_to_its_limit_and_says_what_is_left(
    signed_in: SignIn, world: analysed.Analysed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bills, "MOST_ROWS", 4)
    client = signed_in("clerk_a")
    page = text(client, TREE)
    assert "本页画出 4 行，共 6 行" in page
    assert 'href="?product=CABINET"' in page
    alone = text(client, f"{TREE}?product=CABINET")
    assert "件HINGE" in alone
    assert "件FRIDGE" not in alone


def test_of_a_product_too_large_for_the_page_each_assembly_is_opened_by_itself(
    signed_in: SignIn, world: analysed.Analysed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bills, "MOST_ROWS", 2)
    client = signed_in("clerk_a")
    page = text(client, f"{TREE}?product=FRIDGE")
    assert 'href="?product=COOLING"' in page
    assert page.count("/part/P2") == 1
    opened = text(client, f"{TREE}?product=COOLING")
    assert opened.count("/part/P2") == 1
    assert "4 件" in opened
    assert "件FRIDGE" not in opened


def test_an_anchor_is_asked_only_for_what_it_left_open_and_never_for_what_it_withholds(
    signed_in: SignIn, world: analysed.Analysed, cast: Cast
) -> None:
    Purchase.objects.create(
        buyer=cast.enterprise_1, part=world.scene.parts["P2"], supplier=None, is_withheld=True, year=2025
    )
    Purchase.objects.create(buyer=cast.enterprise_1, part=world.scene.parts["P1"], supplier=None, year=2023)
    answer = signed_in("clerk_a").get(f"/enterprises/{cast.enterprise_1.code}/unfilled")
    rows = sheet(answer.content, "采购")
    assert [row for row in rows if "P3" in row]
    assert not [row for row in rows if {"P1", "P2", "P4"} & set(row)]
    detail = json.loads(bytes(Event.objects.get(verb="ledger.exported").body))["detail"]
    assert (detail["firm"], detail["rows"]["purchases"]) == (cast.enterprise_1.code, 1)


def test_the_workbook_filled_in_completes_the_row_and_counts_nothing_twice(
    signed_in: SignIn, world: analysed.Analysed, cast: Cast, tmp_path: Path
) -> None:
    client = signed_in("anchor_1")
    assert f"/enterprises/{cast.enterprise_1.code}/unfilled" in text(client, "/")
    content = client.get(f"/enterprises/{cast.enterprise_1.code}/unfilled").content
    assert "new" not in kinds(hand_in(content, ledger="teardown", by=cast.anchor_1))
    book = openpyxl.load_workbook(io.BytesIO(content))
    page = book["采购"]
    assert (page["B2"].value, page["C1"].value, page["C2"].value) == ("P3", "供应商", None)
    page["C2"] = "QY-乙"  # a firm it buys from already: listed in the workbook
    out = tmp_path / "filled.xlsx"
    book.save(out)
    before = Purchase.objects.count()
    batch = hand_in(out.read_bytes(), ledger="teardown", by=cast.anchor_1)
    actions.write(batch, by=cast.anchor_1, now=NOON)
    assert Purchase.objects.count() == before
    assert Purchase.objects.get(buyer=cast.enterprise_1, part__code="P3").supplier == world.scene.firms["QY-乙"]


@pytest.mark.parametrize("who", ["clerk_b", "chief", "secretary", "anchor_2", "sme", "stranger"])
def test_a_workbook_of_purchases_does_not_exist_for_those_who_may_not_read_them(
    signed_in: SignIn, world: analysed.Analysed, cast: Cast, who: str
) -> None:
    text(signed_in(who), f"/enterprises/{cast.enterprise_1.code}/unfilled", status=404)
    if who in {"clerk_b", "chief", "secretary"}:
        assert "/unfilled" not in text(signed_in(who), "/teardowns/test-a")


def test_the_teardown_page_offers_a_workbook_of_each_anchor_that_left_something_open(
    signed_in: SignIn, world: analysed.Analysed, cast: Cast
) -> None:
    page = text(signed_in("clerk_a"), "/teardowns/test-a")
    assert f"/enterprises/{cast.enterprise_1.code}/unfilled" in page
    assert f"/enterprises/{cast.enterprise_2.code}/unfilled" not in page
    assert TREE in page


def test_the_button_and_the_workbook_ask_for_the_same_year(world: analysed.Analysed, cast: Cast) -> None:
    chain, part = cast.chain_a, world.scene.parts["P1"]
    Purchase.objects.create(buyer=cast.enterprise_2, part=part, supplier=None, year=2023)
    assert cast.enterprise_2 not in unfilled.of_chain(chain, person=cast.clerk_a)
    assert not unfilled.rows(cast.enterprise_2, person=cast.clerk_a)
    Purchase.objects.create(buyer=cast.enterprise_2, part=part, supplier=None, year=2031)
    assert cast.enterprise_2 in unfilled.of_chain(chain, person=cast.clerk_a)
    assert [row.year for row in unfilled.rows(cast.enterprise_2, person=cast.clerk_a)] == [2031]


def test_a_firm_that_left_nothing_open_is_told_so(signed_in: SignIn, world: analysed.Analysed, cast: Cast) -> None:
    answer = signed_in("clerk_a").get(f"/enterprises/{cast.enterprise_2.code}/unfilled", follow=True)
    assert "没有待填的行" in answer.content.decode()
