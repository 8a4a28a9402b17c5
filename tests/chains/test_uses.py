"""用在哪里: a part is followed up to every product it goes into, by the trees all read and the bills granted."""

from decimal import Decimal

import pytest
from django.test import Client

from lianzhang.chains.queries import uses
from lianzhang.registry.models import BomLine, Part, PartTree, TreeNode, TreeVersion
from tests.cast import Cast
from tests.chains import scene as scenes

pytestmark = pytest.mark.django_db


def told(part: Part, person: object) -> list[tuple[str, list[str], Decimal | None, str]]:
    return [
        (way.product.code, [step.code for step in way.steps], way.quantity, way.firm.code if way.firm else "tree")
        for way in uses.of(part, person=person)  # type: ignore[arg-type]
    ]


@pytest.fixture
def motor(cast: Cast) -> Part:
    """P2 goes into the compressor P1 (2 each), P1 into a fridge; firm 1 builds the motor into its fan as well."""
    parts = scenes.build(cast, granted=(1,)).parts
    fridge, fan = (Part.objects.create(code=code, name=code) for code in ("FRIDGE", "FAN"))
    tree = PartTree.objects.create(code="T1", name="家电树")
    for state, number in (("published", 2), ("retired", 1)):
        version = TreeVersion.objects.create(tree=tree, number=number, state=state)
        root = TreeNode.objects.create(tree_version=version, part=fridge)
        middle = TreeNode.objects.create(tree_version=version, part=parts["P1"], parent=root, quantity=1)
        TreeNode.objects.create(tree_version=version, part=parts["P2"], parent=middle, quantity=2)
    for n, parent, child, quantity in (
        (1, parts["P1"], parts["P2"], 2), (1, fridge, parts["P1"], 3), (1, fan, parts["P2"], 1),
        (2, fan, parts["P2"], 9),
    ):  # fmt: skip
        BomLine.objects.create(firm=cast.firms[f"enterprise_{n}"], parent=parent, child=child, quantity=quantity)
    return parts["P2"]


def test_each_way_ends_in_a_product_with_the_quantity_multiplied(cast: Cast, motor: Part) -> None:
    firm = cast.enterprise_1.code
    assert told(motor, cast.clerk_a) == [
        ("FRIDGE", ["P1", "FRIDGE"], Decimal(2), "tree"),
        ("FAN", ["FAN"], Decimal(1), firm),
        ("FRIDGE", ["P1", "FRIDGE"], Decimal(6), firm),
    ]


def test_who_was_granted_no_bill_sees_the_standard_tree_alone(cast: Cast, motor: Part) -> None:
    assert {source for *_rest, source in told(motor, cast.chief)} == {"tree"}


def test_a_circle_is_not_followed_and_an_unknown_quantity_is_not_made_up(cast: Cast, motor: Part) -> None:
    compressor = Part.objects.get(code="P1")
    BomLine.objects.create(firm=cast.enterprise_1, parent=motor, child=compressor, quantity=1)
    TreeNode.objects.filter(part=compressor).update(quantity=None)
    ways = told(motor, cast.clerk_a)
    assert len(ways) == 3
    assert ("FRIDGE", ["P1", "FRIDGE"], None, "tree") in ways


def test_the_page_shows_the_way_and_goes_out_as_a_workbook(cast: Cast, motor: Part) -> None:
    client = Client()
    client.force_login(cast.clerk_a)
    page = f"/teardowns/{cast.chain_a.code}/part/{motor.code}/uses"
    assert "家电树 v2" in client.get(page).content.decode()
    assert client.get(page, {"format": "xlsx"}).content[:2] == b"PK"
